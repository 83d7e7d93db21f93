"""The fit of every list at once: which local firms are the seeds, what each candidate scores, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.fit.frozen import Population
from chaingraph.fit.score import SHARE_COLUMNS, bootstrap, fit_scores, fit_shares, fit_terms
from chaingraph.fit.words import shared_words
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import Strategy

# Reasons name the strongest local firms; further ones say nothing that these did not.
NAMED_FIRMS = 3
_TERM_COLUMNS = ("firm_id", "term", "coefficient", "value", "contribution")


def chain_seeds(graph: ChainGraph, presence: pd.DataFrame, leaders: pd.DataFrame, strategy: Strategy) -> pd.DataFrame:
    """Which local firms does a candidate of each chain have to resemble, and how much does each count?

    Local makers of the chain's segments, the uncertain ones included (they are firms of the region all the same);
    signed and stopped ones are not.

    Returns
    -------
    DataFrame
        One row per chain and local firm: chain_id, firm_id, weight.
    """
    working = presence[(presence["standing"] < 3) & ~presence["status_order"].isin([3, 4])]
    seeds = working[["chain_id", "firm_id"]].drop_duplicates()
    leading = set(zip(leaders["chain_id"], leaders["firm_id"], strict=True))
    links = graph["firm_links"][graph["firm_links"]["kind"] == "supplies"]
    pairs = set(zip(links["source_id"], links["target_id"], strict=True))
    pairs |= {(target, source) for source, target in pairs}
    led_by: dict[str, set[str]] = {}
    for chain_id, firm_id in leading:
        led_by.setdefault(chain_id, set()).add(firm_id)
    weights = []
    for chain_id, firm_id in zip(seeds["chain_id"], seeds["firm_id"], strict=True):
        if (chain_id, firm_id) in leading:
            weights.append(strategy.seeds["leader"])
        elif any((firm_id, leader) in pairs for leader in led_by.get(chain_id, ())):
            weights.append(strategy.seeds["partner"])
        else:
            weights.append(strategy.seeds["other"])
    return seeds.assign(weight=weights).sort_values(["chain_id", "firm_id"], kind="stable").reset_index(drop=True)


def score_lists(
    population: Population,
    candidates: pd.DataFrame,
    seeds: Mapping[str, pd.DataFrame],
    *,
    top: int,
    draws: int,
    seed: int,
    cities: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The fit of every candidate of every list, with its band.

    Parameters
    ----------
    candidates
        list, chain_id, firm_id (and more).
    seeds
        By list: chain_id, firm_id, weight.

    Returns
    -------
    DataFrame
        One row per list, chain and firm: list, chain_id, firm_id, s (nats; NaN = no basis), fit_lift (exp(s)),
        fit_low, fit_high (10-90 % of the draws; NaN under five local firms), top_share (0-1), text, industry
        (whether the firm has any), comparable (local firms that can be compared with it).
    """
    parts = []
    for name, chain_id, rows in _by_list(candidates):
        firms = sorted(rows["firm_id"].unique())
        own = seeds[name]
        own = own.loc[own["chain_id"] == chain_id, ["firm_id", "weight"]]
        scores = fit_scores(population, own, firms, cities=cities)[["s", "fit_lift", "text", "industry", "comparable"]]
        if name == "sector" or not draws:
            bands = pd.DataFrame(
                {"fit_low": float("nan"), "fit_high": float("nan"), "top_share": float("nan")}, scores.index
            )
        else:
            bands = bootstrap(population, own, firms, draws=draws, seed=seed, top=top, cities=cities)
        part = scores.join(bands).rename_axis("firm_id").reset_index()
        parts.append(part.assign(list=name, chain_id=chain_id))
    columns = [
        "list",
        "chain_id",
        "firm_id",
        "s",
        "fit_lift",
        "fit_low",
        "fit_high",
        "top_share",
        "text",
        "industry",
        "comparable",
    ]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype="str" if column in columns[:3] else float) for column in columns})
    return pd.concat(parts, ignore_index=True)[columns]


def _by_list(rows: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    return [
        (str(name), str(chain_id), part)
        for name, of_list in rows.groupby("list", sort=True)
        for chain_id, part in of_list.groupby("chain_id", sort=True)
    ]


def explain_fit(
    population: Population,
    rows: pd.DataFrame,
    seeds: Mapping[str, pd.DataFrame],
    *,
    cities: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Why does each printed row fit: terms, shares by local firm, shared words.

    Returns
    -------
    terms, shares, words : DataFrame
        As in `findings.Findings`, with the list's name in ``list``. Words are those of the local firms that bring most
        by product text.
    """
    terms, shares, words = [], [], []
    said: dict[tuple[str, str], str] = {}  # the same pair stands on several lists
    for name, chain_id, part in _by_list(rows):
        firms = sorted(part["firm_id"].unique())
        own = seeds[name]
        own = own.loc[own["chain_id"] == chain_id, ["firm_id", "weight"]]
        terms.append(fit_terms(population, own, firms, cities=cities).assign(list=name, chain_id=chain_id))
        held = fit_shares(population, own, firms, cities=cities).assign(list=name, chain_id=chain_id)
        shares.append(held)
        by_text = held[held["text"] > 0].assign(least=lambda rows: -rows["text"].round(9))
        by_text = by_text.sort_values(["firm_id", "least", "local_firm_id"], kind="stable")
        largest = by_text.groupby("firm_id", sort=True).head(NAMED_FIRMS)
        for firm, local in zip(largest["firm_id"], largest["local_firm_id"], strict=True):
            if (firm, local) not in said:
                said[firm, local] = ";".join(shared_words(population, firm, local))
            words.append((name, chain_id, firm, local, said[firm, local]))
    columns = ["list", "chain_id", "firm_id", "local_firm_id", "words"]
    return (
        pd.concat(terms, ignore_index=True) if terms else pd.DataFrame(columns=[*_TERM_COLUMNS, "list", "chain_id"]),
        pd.concat(shares, ignore_index=True) if shares else pd.DataFrame(columns=[*SHARE_COLUMNS, "list", "chain_id"]),
        pd.DataFrame(words, columns=columns).astype("str"),
    )
