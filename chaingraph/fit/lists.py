"""From a graph to the fit: who is compared with whom, which local firms are the seeds, for every list at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.facts.derived_tables import firm_places
from chaingraph.fit.aggregate import FEWEST
from chaingraph.fit.listed import Listed
from chaingraph.fit.population import reference_of
from chaingraph.fit.score import (
    SHARE_COLUMNS,
    Reference,
    bootstrap,
    build_reference,
    fit_scores,
    fit_shares,
    fit_terms,
    with_candidates,
)
from chaingraph.fit.words import shared_words
from chaingraph.matching.name_forms import stock_key
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import Strategy
from chaingraph.places.regions import distance_km

# Reasons name the strongest local firms; further ones say nothing that these did not.
NAMED_FIRMS = 3
_TERM_COLUMNS = ("firm_id", "term", "coefficient", "value", "contribution")
_MAINLAND = r"[036]\d{5}"  # stock codes of the main boards and the two growth boards
_LISTED = re.compile(r"[、;;,,/]")


def population(
    graph: ChainGraph, segments: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the fit may know of each firm: its product texts and its industry codes, nothing else.

    Country, tier, role, district, source and length of text stay outside. ``segments``: the table that says which
    industry a segment is, where it is not the graph's own.

    Returns
    -------
    firms, products, codes : DataFrame
        firms: firm_id. products: firm_id, product, share (0-1, NaN = not known), one row per product named.
        codes: firm_id, scheme, code; those of the firm itself and the GB/T 4754 classes of its segments.
    """
    rows = [
        graph["firm_segments"][["firm_id", "product", "share"]],
        graph["firm_products"][["firm_id", "product", "share"]],
    ]
    texts = pd.concat(rows, ignore_index=True).dropna(subset=["product"])
    texts["product"] = texts["product"].map(lambda text: [part.strip() for part in _LISTED.split(text) if part.strip()])
    products = texts.explode("product", ignore_index=True).dropna(subset=["product"])
    classes = (graph["segments"] if segments is None else segments).set_index("segment_id")["gbt4754"]
    by_segment = [
        (firm, "gbt4754", code)
        for firm, segment in zip(graph["firm_segments"]["firm_id"], graph["firm_segments"]["segment_id"], strict=True)
        for code in split(classes.get(segment))
    ]
    firms = graph["firms"]
    own = [
        (firm, scheme, code)
        for firm, scheme, codes in zip(firms["firm_id"], firms["industry_scheme"], firms["industry"], strict=True)
        if isinstance(scheme, str)
        for code in split(codes)
    ]
    codes = pd.DataFrame(by_segment + own, columns=["firm_id", "scheme", "code"]).drop_duplicates(ignore_index=True)
    return firms[["firm_id"]], products.astype({"product": "str"}), codes.astype("str")


def case_reference(graph: ChainGraph) -> Reference:
    """The case's firms as loaded, frozen: what lifts are relative to while there is no national reference."""
    return build_reference(*population(graph))


def frozen_population(national: ChainGraph, segments: pd.DataFrame, ids: Mapping[str, str] | None = None) -> Reference:
    """The firms of a national case as it stands, with the cities of their seats.

    Parameters
    ----------
    segments
        Says which industry a segment is: the firms of a national case are tagged with segments of another one.
    ids
        The ids that some of the firms have in the graph that is surveyed.
    """
    firms, products, codes = population(national, segments)
    places = firm_places(national, "中国")[["firm_id", "prefecture"]]
    cities = firms.merge(places, on="firm_id").rename(columns={"prefecture": "city_key"})
    own = dict(ids or {})  # looked up, not replaced one by one: a register may share ten thousand firms with the case
    renamed = [
        frame.assign(firm_id=pd.Series([own.get(firm, firm) for firm in frame["firm_id"]], frame.index, dtype="str"))
        for frame in (cities, products, codes)
    ]
    return build_reference(renamed[0], renamed[1], renamed[2], distance=distance_km, fewest=FEWEST)


def national_reference(graph: ChainGraph, national: ChainGraph) -> Reference:
    """The firms of a national case, frozen; the firms of the surveyed graph are compared with them.

    What the region's case knows of a firm adds to what is known of it as a candidate or as a local firm, and changes
    nothing in the population.
    """
    matched = graph.matches.drop_duplicates("firm_id") if len(graph.matches) else pd.DataFrame()
    ids = {str(row["other_id"]): str(row["firm_id"]) for row in matched.to_dict("records")}
    frozen = frozen_population(national, graph["segments"], ids)
    _, products, codes = population(graph)
    return with_candidates(frozen, products, codes, known=set(ids.values()) & set(frozen.firm_ids))


def listed_reference(graph: ChainGraph, listed: Listed) -> Reference:
    """The aggregate of the listed firms; the firms of the graph are compared with it.

    A firm with a mainland stock code that was listed by the aggregate's date is part of it: its own pair is taken off,
    in the country and in the city of its seat.
    """
    firms = graph["firms"]
    code = firms["stock_code"].map(stock_key, na_action="ignore").fillna("").astype(str)
    by_then = ~(firms["listed"].fillna("").astype(str) > listed.as_of) if "listed" in firms else True
    part = set(firms.loc[code.str.fullmatch(_MAINLAND) & by_then, "firm_id"])
    places = firm_places(graph, "中国").set_index("firm_id")["prefecture"].fillna("")
    known = {str(firm): str(city) for firm, city in places.items() if firm in part}
    _, products, codes = population(graph)
    return with_candidates(reference_of(listed.sums), products, codes, known=known)


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
    reference: Reference,
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
        scores = fit_scores(reference, own, firms, cities=cities)[["s", "fit_lift", "text", "industry", "comparable"]]
        if name == "sector" or not draws:
            bands = pd.DataFrame(
                {"fit_low": float("nan"), "fit_high": float("nan"), "top_share": float("nan")}, scores.index
            )
        else:
            bands = bootstrap(reference, own, firms, draws=draws, seed=seed, top=top, cities=cities)
        part = scores.join(bands).rename_axis("firm_id").reset_index()
        parts.append(part.assign(list=name, chain_id=chain_id))
    columns = ["list", "chain_id", "firm_id", "s", "fit_lift", "fit_low", "fit_high", "top_share", "text", "industry",
               "comparable"]  # fmt: skip
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
    reference: Reference,
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
        terms.append(fit_terms(reference, own, firms, cities=cities).assign(list=name, chain_id=chain_id))
        held = fit_shares(reference, own, firms, cities=cities).assign(list=name, chain_id=chain_id)
        shares.append(held)
        by_text = held[held["text"] > 0].assign(least=lambda rows: -rows["text"].round(9))
        by_text = by_text.sort_values(["firm_id", "least", "local_firm_id"], kind="stable")
        largest = by_text.groupby("firm_id", sort=True).head(NAMED_FIRMS)
        for firm, local in zip(largest["firm_id"], largest["local_firm_id"], strict=True):
            if (firm, local) not in said:
                said[firm, local] = ";".join(shared_words(reference, firm, local))
            words.append((name, chain_id, firm, local, said[firm, local]))
    columns = ["list", "chain_id", "firm_id", "local_firm_id", "words"]
    return (
        pd.concat(terms, ignore_index=True) if terms else pd.DataFrame(columns=[*_TERM_COLUMNS, "list", "chain_id"]),
        pd.concat(shares, ignore_index=True) if shares else pd.DataFrame(columns=[*SHARE_COLUMNS, "list", "chain_id"]),
        pd.DataFrame(words, columns=columns).astype("str"),
    )
