"""How good is the tagger? Firms held out, calibration, other industries, a hand-read sample; and the baseline."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.model.columns import split

# Texts and who they are from in, rows of (row, segment_id, probability) out.
Judge = Callable[[Sequence[str], Sequence[object] | None], pd.DataFrame]
# Shenwan industries outside the ten chains, by the first digits of the code; chosen before any model ran.
OUTSIDE_INDUSTRIES = {
    "11": "农林牧渔", "34": "食品饮料", "42": "交通运输", "43": "房地产", "48": "银行", "49": "非银金融", "72": "传媒",
    "74": "煤炭", "4503": "一般零售", "4609": "酒店餐饮", "4610": "旅游及景区", "4611": "教育", "6101": "水泥",
    "6201": "房屋建设", "6202": "装修装饰",
}  # fmt: skip
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)


def baseline(train: pd.DataFrame) -> Judge:
    """The twenty lines to beat: tf-idf of 1 to 3 characters and one logistic regression over all segments."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    model = LogisticRegression(C=30, max_iter=300).fit(vectorizer.fit_transform(train["product"]), train["segment_id"])

    def judge(texts: Sequence[str], _: Sequence[object] | None) -> pd.DataFrame:
        chances = model.predict_proba(vectorizer.transform(texts))
        rows, columns = np.where(chances > 0.02)
        found = {"row": rows, "segment_id": model.classes_[columns], "probability": chances[rows, columns]}
        return pd.DataFrame(found)

    return judge


def held_out_pairs(
    known: pd.DataFrame, learn: Callable[[pd.DataFrame], tuple[Judge, float]], *, folds: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Every firm judged by a model that has not seen it.

    Parameters
    ----------
    known
        firm_id, product, segment_id: what is known of firms.
    learn
        Makes a judge from such rows, and the threshold of all that it does not tell one for itself.
    folds, seed
        Firms are dealt to folds at random.

    Returns
    -------
    DataFrame
        One row per firm and segment named: firm_id, segment_id, probability and threshold (of the product that is
        furthest above its threshold).
    """
    firms = np.array(sorted(known["firm_id"].unique()))
    dealt = dict(zip(np.random.default_rng(seed).permutation(firms), np.arange(len(firms)) % folds, strict=True))
    fold = known["firm_id"].map(dealt)
    frames = []
    for number in range(folds):
        judge, threshold = learn(known[fold != number])
        test = known[fold == number]
        found = judge(test["product"].tolist(), test["firm_id"].tolist())
        found["firm_id"] = test["firm_id"].to_numpy()[found["row"].to_numpy(dtype=np.int64)]
        frames.append(found if "threshold" in found else found.assign(threshold=threshold))
    pairs = pd.concat(frames)
    pairs = pairs.assign(over=pairs["probability"] - pairs["threshold"])
    pairs = pairs.sort_values(["firm_id", "segment_id", "over"], ascending=[True, True, False], kind="stable")
    pairs = pairs.drop_duplicates(["firm_id", "segment_id"], ignore_index=True)
    return pairs[["firm_id", "segment_id", "probability", "threshold"]]


def precision_recall(
    pairs: pd.DataFrame, known: pd.DataFrame, same: Mapping[str, set[str]] | None = None, chain: str | None = None
) -> dict[str, float]:
    """Precision and recall over (firm, segment) pairs at the threshold.

    A pair named is right when the firm is known in that segment; with ``same`` also when it is known in a segment of
    the same meaning in another chain (photoresist: CM14, NC02). A known pair is found when it, or with ``same`` one of
    the same meaning, is named. What is known is not complete: a pair counted wrong may be a segment nobody entered.

    Returns
    -------
    dict
        precision, recall (0-1, NaN where nothing is named or known), named, known (counts).
    """
    meant = same or {}
    truth = _truth(known)
    named = pairs[pairs["probability"] >= pairs["threshold"]]
    right = [
        bool((meant.get(segment, set()) | {segment}) & truth.get(firm, set()))
        and (chain is None or segment.startswith(chain))
        for firm, segment in zip(named["firm_id"], named["segment_id"], strict=True)
    ]
    in_chain = named["segment_id"].str.startswith(chain or "")
    got: dict[str, set[str]] = {}
    for firm, segment in zip(named["firm_id"], named["segment_id"], strict=True):
        got.setdefault(firm, set()).update(meant.get(segment, set()) | {segment})
    wanted = [(firm, one) for firm, held in truth.items() for one in held if one.startswith(chain or "")]
    found = sum(segment in got.get(firm, set()) for firm, segment in wanted)
    return {
        "precision": sum(right) / max(1, int(in_chain.sum())) if in_chain.any() else float("nan"),
        "recall": found / len(wanted) if wanted else float("nan"),
        "named": int(in_chain.sum()),
        "known": len(wanted),
    }


def _truth(known: pd.DataFrame) -> dict[str, set[str]]:
    return {str(firm): set(rows) for firm, rows in known.groupby("firm_id")["segment_id"]}


def best_recall(
    pairs: pd.DataFrame, known: pd.DataFrame, precision: float, same: Mapping[str, set[str]] | None
) -> float:
    """The recall at the lowest threshold that keeps a precision: where on its curve a judge could stand."""
    best = 0.0
    for threshold in np.unique(pairs["probability"].round(2)):
        at = precision_recall(pairs.assign(threshold=threshold), known, same)
        if at["precision"] >= precision:
            best = max(best, at["recall"])
    return best


def calibration(pairs: pd.DataFrame, known: pd.DataFrame, same: Mapping[str, set[str]]) -> list[dict[str, float]]:
    """Said and seen: per band of probability the mean said and the share that was right."""
    truth = _truth(known)
    right = np.array(
        [
            bool((same.get(segment, set()) | {segment}) & truth.get(firm, set()))
            for firm, segment in zip(pairs["firm_id"], pairs["segment_id"], strict=True)
        ]
    )
    said = pairs["probability"].to_numpy()
    rows = []
    for low, high in pairwise(BINS):
        inside = (said > low) & (said <= high)
        if inside.any():
            rows.append(
                {
                    "from": low,
                    "to": high,
                    "pairs": int(inside.sum()),
                    "said": float(said[inside].mean()),
                    "right": float(right[inside].mean()),
                }
            )
    return rows


def in_development(firm_id: str) -> bool:
    """Is the firm in the half that choices were made on? The other half only confirms them."""
    return int(hashlib.sha256(firm_id.encode()).hexdigest(), 16) % 2 == 0


def outside_rate(products: pd.DataFrame, firms: pd.DataFrame, tagged: Mapping[str, pd.Series]) -> dict[str, Any]:
    """Of the products of firms in industries outside the chains, the share that was tagged, by several ways to tag.

    Parameters
    ----------
    products
        firm_id, product.
    firms
        firm_id, industry (Shenwan codes joined with ``;``).
    tagged
        For each way, whether the product (same index) is put into a segment.

    Returns
    -------
    dict
        products, confirming (counts: all, and those of firms outside the development half); per way the share of all
        (0-1), of those of the confirming half, and by industry.
    """
    industry = dict(zip(firms["firm_id"], firms["industry"], strict=True))
    names = pd.Series(
        [
            next(
                (name for start, name in OUTSIDE_INDUSTRIES.items() for code in split(codes) if code.startswith(start)),
                "",
            )
            for codes in products["firm_id"].map(industry)
        ],
        products.index,
        dtype="str",
    )
    names = names[names != ""]
    confirming = ~products.loc[names.index, "firm_id"].map(in_development)
    ways = {}
    for way, hits in tagged.items():
        hit = hits[names.index]
        by = hit.groupby(names).mean()
        by_industry = {str(key): float(value) for key, value in by.items()}
        ways[way] = {"all": float(hit.mean()), "confirming": float(hit[confirming].mean()), "by_industry": by_industry}
    return {"products": len(names), "confirming": int(confirming.sum()), **ways}


def sample_figures(sample: pd.DataFrame, names: Sequence[str], tagged: Mapping[str, list[str]]) -> dict[str, Any]:
    """The hand-read sample: how often tags were right, and how often silence was.

    Parameters
    ----------
    sample
        draw, sha256, first, second, verdict: acceptable segments joined with ``;``; ``none`` among them where "none of
        these" is right or acceptable as well.
    names
        All product names, to be found by their sha256.
    tagged
        Segments by text, surest first; texts without a segment are absent.

    Returns
    -------
    dict
        agreement and kappa of the two readings (yes, open, no); of the first 100 tagged in the order of the draw the
        share whose surest segment, and whose every segment, is acceptable; of the first 100 not tagged the share for
        which silence is right; and the same without verdicts that allow both.
    """
    by_hash = {hashlib.sha256(name.encode()).hexdigest(): name for name in names}
    frame = sample.sort_values("draw")
    frame = frame.assign(name=frame["sha256"].map(by_hash)).dropna(subset="name")
    accepted = [set(split(verdict)) for verdict in frame["verdict"]]
    named = [tagged.get(name, []) for name in frame["name"]]
    with_tag = [(held, ok) for held, ok in zip(named, accepted, strict=True) if held][:100]
    without = [ok for held, ok in zip(named, accepted, strict=True) if not held][:100]
    decided = [(held, ok) for held, ok in with_tag if len(ok) == 1 or "none" not in ok]
    kinds = [[_kind(value) for value in frame[column]] for column in ("first", "second")]
    agreed = float(np.mean([one == two for one, two in zip(*kinds, strict=True)]))
    chance = sum(kinds[0].count(kind) * kinds[1].count(kind) for kind in ("yes", "open", "no")) / len(frame) ** 2
    plain = [ok for ok in without if ok == {"none"} or "none" not in ok]
    return {
        "read": len(frame),
        "agreement": agreed,
        "kappa": (agreed - chance) / (1 - chance),
        "tagged": len(with_tag),
        "surest_right": _share(held[0] in ok for held, ok in with_tag),
        "all_right": _share(set(held) <= ok for held, ok in with_tag),
        "surest_right_decided": _share(held[0] in ok for held, ok in decided),
        "decided": len(decided),
        "silent": len(without),
        "silence_right": _share("none" in ok for ok in without),
        "silence_right_decided": _share(ok == {"none"} for ok in plain),
    }


def _kind(verdict: str) -> str:
    held = set(split(verdict))
    return "no" if held == {"none"} else "open" if "none" in held else "yes"


def _share(values: Any) -> float:
    held = list(values)
    return float(np.mean(held)) if held else float("nan")


def speed(judge: Judge, texts: Sequence[str], count: int) -> float:
    """Texts per second of processor time on a list of that many different texts, made by joining two names each."""
    many = [
        f"{texts[row % len(texts)]}、{texts[(row * 7919 + row // len(texts)) % len(texts)]}" for row in range(count)
    ]
    started = time.process_time()
    judge(many, None)
    return count / (time.process_time() - started)


def rounded(value: Any, digits: int = 3) -> Any:
    """Figures rounded for print, in nested lists and dicts; not-a-number becomes None."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    if isinstance(value, float | np.floating):
        return None if pd.isna(value) else round(float(value), digits)
    return value
