"""Which absent industry gets its first firm? The gap forecast, beside what city size and popularity say alone.

A pair is a city with enough visible firms and a fine industry that has none there but some elsewhere; it is true when
a hidden firm of the city is in it. Learned models are trained on the inner split and never on the city they score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import rankdata

from chaingraph.backtest import Protocol
from chaingraph.backtest.features import features
from chaingraph.backtest.measures import interval, rounded, rounded_rows
from chaingraph.backtest.methods import LINKED, city_folds, fit_weights
from chaingraph.backtest.panel import (
    Each,
    Flags,
    Panel,
    Split,
    by_date,
    hide30,
    inner_split,
    seed_groups,
)
from chaingraph.errors import CaseError
from chaingraph.fit import kernels, relatedness
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.labels import both

MIN_VISIBLE = 10  # firms of a city whose absent industries are forecast
FIRST = 20  # absent industries of a city that a reader would look at
SIMPLE = ("size", "popularity")
STRUCTURE = (*SIMPLE, "density", "item_knn", "lift_text", "lift_mix")
LEARNED: Mapping[str, tuple[str, ...]] = {
    "size_popularity": SIMPLE, "gap_logistic": STRUCTURE, "gap_linkage": (*STRUCTURE, *LINKED),
}  # fmt: skip
GAP_METHODS = ("random", "linkage", "popularity", "density", "size_popularity", "gap_logistic", "gap_linkage")
GAP_BASELINE = "size_popularity"
FIGURES = ("pooled", "precision", "within", "first20")
SPLITS: tuple[Protocol, ...] = ("temporal", "hide30")


@dataclass(frozen=True)
class GapTest:
    """What the gap forecast reached.

    ``summary``: one row per split and method: pooled (AUROC over all pairs), precision (average precision over all
    pairs), within (mean AUROC of the cities), first20 (share of a city's first twenty absent industries that got a
    firm, mean over cities), gain, gain_low and gain_high (within minus that of size and popularity, 95 % over cities).
    ``facts`` by split: pairs, cities, industries, rate (share of pairs that came true). ``by_city``: pairs, came, and
    within and first20 by method, temporal split.
    """

    facts: Mapping[str, Mapping[str, float]]
    summary: pd.DataFrame
    by_city: pd.DataFrame


@dataclass(frozen=True)
class _Pairs:
    """City by industry: which pairs are absent, which of them came true, and what is known about each."""

    absent: Flags
    came: Flags
    known: Mapping[str, Floats]
    cities: Integers


@dataclass(frozen=True)
class _Found:
    facts: Mapping[str, float]
    pooled: Mapping[str, tuple[float, float]]  # AUROC, average precision
    cities: Mapping[tuple[int, str], tuple[int, int, float, float]]  # pairs, came, within, first20


def gap_forecast(
    panel: Panel,
    seeds: Sequence[int] = range(5),
    *,
    each: Each = map,
) -> GapTest:
    """Rank the industries that a city lacks by how likely it gets a first firm in each, and see which came.

    Parameters
    ----------
    panel, each
        As for `chaingraph.backtest.backtest`.
    seeds
        Seeds of the hidden firms (hide30) and of the folds.

    Raises
    ------
    CaseError
        When no city has enough firms, or no absent industry got one.
    """
    names = tuple(name for name in GAP_METHODS if panel.linkage is not None or "linkage" not in name)
    facts: dict[str, dict[str, float]] = {}
    rows: list[dict[str, str | float]] = []
    by_city = pd.DataFrame()
    for split in SPLITS:
        groups = seed_groups(split, list(seeds))
        found: list[_Found] = [one for part in each(partial(_trials, panel, split, names), groups) for one in part]
        facts[split] = {name: float(np.mean([one.facts[name] for one in found])) for name in found[0].facts}
        cities = _cities(found, panel)
        rows += _rows(split, found, cities, names)
        if split == "temporal":
            by_city = cities
    return GapTest(facts, pd.DataFrame(rows), by_city)


def gaps_as_json(result: GapTest) -> dict[str, Any]:
    """The result as plain values, rounded to 4 digits, in a fixed order; NaN becomes null."""
    return {
        "protocol": "gaps",
        "facts": {split: rounded(values) for split, values in result.facts.items()},
        "summary": rounded_rows(result.summary),
        "by_city": rounded_rows(result.by_city),
    }


def _trials(panel: Panel, protocol: Protocol, names: tuple[str, ...], seeds: tuple[int, ...]) -> list[_Found]:
    found: list[_Found] = []
    pairs: tuple[_Pairs, _Pairs] | None = None
    for seed in seeds:
        if pairs is None or protocol == "hide30":
            outer = hide30(panel, seed) if protocol == "hide30" else by_date(panel)
            pairs = _pairs(panel, outer), _pairs(panel, inner_split(panel, outer, protocol, seed))
        found.append(_trial(*pairs, names, seed))
    return found


def _trial(now: _Pairs, before: _Pairs, names: tuple[str, ...], seed: int) -> _Found:
    if not now.came.any():
        raise CaseError(both("errors.no_absent_industry"))
    pooled, cities = {}, {}
    for name, score in _scores(now, before, names, seed).items():
        pooled[name] = _auroc(score[now.absent], now.came[now.absent]), _precision(score, now)
        for row, city in enumerate(now.cities):
            truth, values = now.came[row][now.absent[row]], score[row][now.absent[row]]
            first = truth[np.argsort(-values, kind="stable")[:FIRST]]
            cities[int(city), name] = (len(truth), int(truth.sum()), _auroc(values, truth), float(first.mean()))
    facts = {
        "pairs": float(now.absent.sum()),
        "cities": float(len(now.cities)),
        "industries": float(now.absent.any(axis=0).sum()),
        "rate": float(now.came.sum() / now.absent.sum()),
    }
    return _Found(facts, pooled, cities)


def _pairs(panel: Panel, split: Split) -> _Pairs:
    seen = np.bincount(panel.city[split.visible], minlength=len(panel.cities))
    cities = np.flatnonzero(seen >= MIN_VISIBLE).astype(np.int64)
    fine = panel.population.codes[2]
    visible, hidden = (
        relatedness.city_counts(fine, np.where(chosen, panel.city, -1), len(panel.cities))
        for chosen in (split.visible, split.hidden)
    )
    national = visible.sum(axis=0)
    special = relatedness.specialised(visible, national)
    near = relatedness.proximity(special[seen >= relatedness.MIN_FIRMS])
    absent = (visible[cities] == 0) & (national > 0)[None, :]
    found = features(panel, Split(split.visible, split.hidden, cities))
    shown = sparse.csr_array(sparse.csr_array(fine.T) @ sparse.diags_array(split.visible.astype(np.float64)))
    mean = kernels.unit_rows(shown, power=1)  # industry x firm: the visible firms of an industry stand for it
    known = {
        name: np.asarray((mean @ found[name].T).T, dtype=np.float64)
        for name in ("item_knn", "lift_text", "lift_mix", *LINKED, "linkage")
        if name in found
    }
    known["density"] = relatedness.density(special[cities], near)
    known["popularity"] = np.broadcast_to(np.log1p(national)[None, :], absent.shape)
    known["size"] = np.broadcast_to(np.log(seen[cities])[:, None], absent.shape)
    return _Pairs(absent, absent & (hidden[cities] > 0), known, cities)


def _scores(now: _Pairs, before: _Pairs, names: Sequence[str], seed: int) -> dict[str, Floats]:
    shape = now.absent.shape
    out: dict[str, Floats] = {"random": np.random.default_rng([seed, 3]).normal(size=shape)}
    out.update({name: now.known[name] for name in ("linkage", "popularity", "density") if name in now.known})
    folds = city_folds(len(now.cities), seed)
    for name, used in LEARNED.items():
        if name not in names:
            continue
        values, earlier = _standardised(now, used), _standardised(before, used)
        out[name] = np.zeros(shape)
        for fold in folds:
            train = before.absent & ~np.isin(before.cities, now.cities[fold])[:, None]
            weights = fit_weights(earlier[train], before.came[train])[1:]
            out[name][fold] = values[fold] @ weights
    return {name: out[name] for name in names}


def _standardised(pairs: _Pairs, names: Sequence[str]) -> Floats:
    """What is known about the pairs in units of its spread over all absent pairs: city x industry x name."""
    values = np.stack([pairs.known[name] for name in names], axis=2)
    inside = values[pairs.absent]
    spread = inside.std(axis=0)
    return np.asarray((values - inside.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0), dtype=np.float64)


def _auroc(scores: Floats, truth: Flags) -> float:
    held = int(truth.sum())
    if held in (0, len(truth)):
        return float("nan")
    return float((rankdata(scores)[truth].sum() - held * (held + 1) / 2) / (held * (len(truth) - held)))


def _precision(score: Floats, pairs: _Pairs) -> float:
    """Mean precision at each pair that came true, best first."""
    hits = pairs.came[pairs.absent][np.argsort(-score[pairs.absent], kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _cities(found: Sequence[_Found], panel: Panel) -> pd.DataFrame:
    rows = []
    for city, method in dict.fromkeys(key for one in found for key in one.cities):
        held = np.array([one.cities[city, method] for one in found if (city, method) in one.cities])
        within = held[:, 2][~np.isnan(held[:, 2])]
        rows.append(
            {
                "city": panel.cities[city],
                "method": method,
                "pairs": held[:, 0].mean(),
                "came": held[:, 1].mean(),
                "within": within.mean() if len(within) else float("nan"),
                "first20": held[:, 3].mean(),
            }
        )
    frame = pd.DataFrame(rows)
    frame["order"] = frame["method"].map({name: place for place, name in enumerate(GAP_METHODS)})
    return frame.sort_values(["city", "order"]).drop(columns="order").reset_index(drop=True)


def _rows(
    split: str, found: Sequence[_Found], cities: pd.DataFrame, names: Sequence[str]
) -> list[dict[str, str | float]]:
    within = cities.pivot(index="city", columns="method", values="within")
    first = cities.groupby("method")["first20"].mean()
    rows: list[dict[str, str | float]] = []
    for name in names:
        pooled, precision = np.mean([one.pooled[name] for one in found], axis=0)
        gain = (within[name] - within[GAP_BASELINE]).to_numpy(dtype=np.float64)
        low, high = interval(gain)
        rows.append(
            {
                "split": split,
                "method": name,
                "pooled": float(pooled),
                "precision": float(precision),
                "within": float(within[name].mean()),
                "first20": float(first[name]),
                "gain": float(np.nanmean(gain)),
                "gain_low": low,
                "gain_high": high,
            }
        )
    return rows
