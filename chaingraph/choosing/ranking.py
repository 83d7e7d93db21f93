"""From scored candidates to ranked lists: reach, propensity, signal, evidence, order, quotas. Facts only, no text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.choosing.candidates import RANKING_TIERS
from chaingraph.choosing.ways import IN_PROSPECTUS, NEWS, Ways, owned_by_listed, to_call, way_keys
from chaingraph.facts.derived_tables import place_within
from chaingraph.facts.gaps import PRESENT_STATES
from chaingraph.facts.rivals import with_supply
from chaingraph.facts.source_kinds import source_kind
from chaingraph.model.case import cells_of, rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import MOST_KEYS, Strategy
from chaingraph.places import regions
from chaingraph.sql import Query, plain_frame

_REACH_KM = 300.0
_DELTA = "长三角"
_ENOUGH = 2  # of overflow
_NO_BASIS = 2  # of unranked
_NO_END = 2_000_000_000  # more rows than any list has
# Project size by the classes that the plan coordinates by, in CNY million.
_SIZES = ((10_000.0, "10bn"), (5_000.0, "5bn"), (1_000.0, "1bn"), (0.0, "under_1bn"))


def firm_facts(
    graph: ChainGraph,
    region: str,
    places: pd.DataFrame,
    families: pd.DataFrame,
    tiers: pd.DataFrame,
    moves: pd.DataFrame,
) -> pd.DataFrame:
    """What is known of each firm beside its fit.

    Returns
    -------
    DataFrame
        Indexed by firm_id: reach (0-1; NaN = a foreign firm whose units in China are not known), propensity
        (log(1 + units of its group in other cities); NaN = no units recorded), signal, signal_date, signal_text,
        signal_source, size_class (NaN = no amount known), tiers (current ones, edition in brackets, unverified marked
        ``?``), old_tiers, confidence and parent_id of the firm's row.
    """
    firms = graph["firms"].set_index("firm_id")
    facts = firms[["country", "province", "city", "district", "confidence", "parent_id"]].copy()
    facts = facts.join(places.set_index("firm_id")[["distance_km", "inside"]]).join(
        families.set_index("firm_id")[["group_id", "group"]]
    )
    facts["reach"] = _reach(graph, facts, region)
    facts["propensity"] = _propensity(graph, facts)
    newest = moves.set_index("firm_id")
    facts["signal"] = newest["kind"].reindex(facts.index)
    facts["signal_date"] = newest["date"].reindex(facts.index)
    facts["signal_text"] = newest["text"].reindex(facts.index)
    facts["signal_source"] = newest["source"].reindex(facts.index)
    facts["signal_stage"] = newest["stage"].reindex(facts.index)
    said = newest["site_status"].fillna("unknown")  # silence about the site is unknown, never open
    facts["site_status"] = said.reindex(facts.index)
    facts["size_class"] = newest["amount_cny_m"].reindex(facts.index).map(_size_class).astype("str")
    facts["tiers"] = _tier_text(tiers[tiers["current"]], facts.index)
    facts["old_tiers"] = _tier_text(tiers[~tiers["current"]], facts.index)
    return facts


def _size_class(amount: float) -> str | None:
    return next(name for least, name in _SIZES if amount >= least) if pd.notna(amount) else None


def _tier_text(tiers: pd.DataFrame, index: pd.Index[str]) -> pd.Series[str]:
    edition = tiers["edition"].map(lambda text: f"({text})" if text else "")
    doubt = tiers["verified"].map({True: "", False: "?"})
    texts = (tiers["tier"] + edition + doubt).groupby(tiers["firm_id"]).agg(lambda parts: ";".join(sorted(parts)))
    return texts.reindex(index).astype("str")


def _reach(graph: ChainGraph, facts: pd.DataFrame, region: str) -> pd.Series[float]:
    """1 with a unit in the region, .7 with one in its province or the delta, else exp(-d / 300 km) in China."""
    home = regions.region_path(region)
    province = home[1] if len(home) > 1 else region
    near: dict[str, float] = {}

    def note(group: object, *, inside: bool, close: bool) -> None:
        if inside or close:
            near[str(group)] = max(near.get(str(group), 0.0), 1.0 if inside else 0.7)

    columns = ["group_id", "country", "province", "city", "district"]
    lies: dict[tuple[str, ...], tuple[bool, bool]] = {}  # ten thousand firms sit in a few hundred places
    for group, *place in cells_of(facts[columns].fillna("").drop_duplicates(), *columns):
        if tuple(place) not in lies:
            inside, *close = (regions.is_within(place, area) is True for area in (region, province, _DELTA))
            lies[tuple(place)] = inside, any(close)
        inside, near_by = lies[tuple(place)]
        note(group, inside=inside, close=near_by)
    sites = graph["firm_sites"]
    sites = sites[sites["kind"] != "contact"]
    groups = sites["firm_id"].map(facts["group_id"])
    for group, place in zip(groups, sites["region"], strict=True):
        inside, *close = (place_within(place, area) for area in (region, province, _DELTA))
        note(group, inside=inside, close=any(close))
    values = []
    for group, country, distance in cells_of(facts, "group_id", "country", "distance_km"):
        by_distance = math.exp(-distance / _REACH_KM) if country == "中国" and pd.notna(distance) else math.nan
        values.append(near.get(str(group), by_distance))
    return pd.Series(values, index=facts.index, dtype=float)


def _propensity(graph: ChainGraph, facts: pd.DataFrame) -> pd.Series[float]:
    """log(1 + cities in which the group has a recorded unit away from the firm's own seat)."""
    sites = graph["firm_sites"]
    sites = sites[sites["kind"].isin(("plant", "subsidiary", "office", "lab"))]
    site_places = pd.DataFrame({"group_id": sites["firm_id"].map(facts["group_id"]), "place": sites["region"]})
    seats = pd.DataFrame({"group_id": facts["group_id"], "place": facts["city"]}).dropna()
    places = pd.concat([site_places, seats], ignore_index=True)
    places["place"] = places["place"].map({place: _city_of(place) for place in places["place"].unique()})
    cities: dict[str, set[str]] = {}
    for group, place in cells_of(places.drop_duplicates(), "group_id", "place"):
        cities.setdefault(group, set()).add(place)
    values = []
    own = {city: {_city_of(city)} for city in facts["city"].dropna().unique()}
    for group, city in cells_of(facts, "group_id", "city"):
        away = cities.get(group, set()) - own.get(city, set())
        values.append(math.log1p(len(away)) if away else math.nan)
    return pd.Series(values, index=facts.index, dtype=float)


def _city_of(place: str) -> str:
    return regions.prefecture_of((None, None, place, None)) or place


_KEYS = [f"key_{position + 1}" for position in range(MOST_KEYS)]
# What ranking adds to the columns of candidates.
_RANKED = {
    **dict.fromkeys(("s", "fit_lift", "fit_low", "fit_high", "top_share", "severity"), "float64"),
    "state": "str",
    "rank": "Int64",
    "other_segments": "object",
    **dict.fromkeys(("position", "overflow", "unranked", "enough", "exempt", "quota_rows"), "int64"),
    **dict.fromkeys(("prospectus", "owned"), "int64"),
    **dict.fromkeys((*_KEYS, "own_order", "local_demand"), "float64"),
}

_ORDERED_BY = [  # what top.sql reads
    "list", "chain_id", "candidate_list", "group_id", "firm_id", "segment_id", "product", "kind", "confidence",
    "source", "as_of", "owned", "own_order", "unranked", "enough", "exempt", "quota_rows", *_KEYS,
]  # fmt: skip


def rank_lists(
    query: Query,
    candidates: pd.DataFrame,
    scores: pd.DataFrame,
    facts: pd.DataFrame,
    gaps: pd.DataFrame,
    linked: set[str],
    ways: Ways,
    strategies: Mapping[str, Strategy],
    *,
    top: int,
    whole: bool = False,
) -> pd.DataFrame:
    """The rows of each list in order.

    Parameters
    ----------
    candidates
        From `candidates.find_candidates`; with ``supply`` (`facts.rivals.as_suppliers`), which on the leaders' list
        counts before the fit.
    scores
        From `fit.lists.score_lists`.
    facts
        From `firm_facts`.
    gaps
        Indexed by segment_id, with severity and state.
    linked
        Firms with a recorded route to a local firm.
    ways
        Who has a reason to be called, and a door.
    strategies
        By list and chain: ``f"{list}:{chain_id}"``.
    top, whole
        Length of a list; whether rows that stand behind its end are given too.

    Returns
    -------
    DataFrame
        One row per list, chain, kind of list and group: the columns of candidates, s, fit_lift, fit_low, fit_high,
        top_share, severity, state, rank (ties share one), other_segments (ids in which the group also passes),
        position (1 = first; no ties), overflow (1 = its segment has had its share of the list, 2 = its segment lacks
        nothing, and no dated reason speaks for it: behind the others), unranked (1 = nothing to call about
        (`ways.to_call`), 2 = a known fit below 1, and no tie, buyer or fact: no rank, behind all others), prospectus (1
        = what speaks for it is money whose site a prospectus names), owned (1 = its owner is asked on the same list and
        stands for the group), key_1 to key_8.
    """
    if candidates.empty:
        return candidates.assign(**{name: pd.Series(dtype=kind) for name, kind in _RANKED.items()})
    rows = candidates.merge(scores, on=["list", "chain_id", "firm_id"], how="left")
    rows = rows.join(gaps[["severity", "state", "local_demand"]], on="segment_id")
    signal = rows["firm_id"].map(facts["signal"]).isna().astype(float)
    tier_sets = rows["firm_id"].map(facts["tiers"]).fillna("")
    first = {key: strategy.tiers for key, strategy in strategies.items()}
    plans = rows["list"] + ":" + rows["chain_id"]
    ways_in = way_keys(rows, facts, tier_sets, ways)
    motive = ways_in["motive"]
    keys = {
        **ways_in,
        "likelihood": _likelihood_key(rows),
        "signal": signal,
        "linked": (~rows["firm_id"].isin(linked)).astype(float),
        # A place on a list moves nobody up by a product that a program is not sure about: large groups make something
        # of everything.
        "tier": pd.Series(
            [_outside_tiers(held, first[plan]) for held, plan in zip(tier_sets, plans, strict=True)], rows.index
        ).mask(_unsure_tags(rows), 1.0),
        # Whole points: half a point of judgement must not outweigh what the firms are like.
        "severity": -np.floor(rows["severity"] + 0.5),
        "reach": -rows["firm_id"].map(facts["reach"]).fillna(0.0).round(6),
        # Unknown fit comes after every known one; rounding keeps ties ties on every machine.
        "fit": -with_supply(rows).round(9).fillna(-1e9),
    }
    nothing = (rows["s"] < 0) & (keys["door"] > 0) & (keys["linked"] > 0) & (signal > 0) & (motive >= NEWS)
    nothing &= ~(rows["local_demand"] > 0)
    ordered_by_motive = {plan for plan, strategy in strategies.items() if "motive" in strategy.order}
    waits = ~to_call(rows, keys, ways) & plans.isin(ordered_by_motive)
    rows["unranked"] = waits.astype("int64").mask(nothing, _NO_BASIS)
    rows["prospectus"] = (motive == IN_PROSPECTUS).astype("int64")
    rows["exempt"] = ((motive < NEWS) & plans.isin(ordered_by_motive)).astype("int64")
    # Makers for a segment that has enough are called when they move, not before those of segments that lack some.
    present = rows["state"].isin(PRESENT_STATES) & (rows["candidate_list"] == "new")
    rows["enough"] = (present & plans.isin(ordered_by_motive)).astype("int64")
    own_keys = np.zeros((len(rows), MOST_KEYS))
    for plan, strategy in strategies.items():
        mask = (plans == plan).to_numpy(dtype=bool)
        for position, key in enumerate(strategy.order):
            own_keys[mask, position] = keys[key][mask]
    rows[_KEYS] = own_keys
    del keys, own_keys, ways_in  # of a large case each as large as a table, of which nothing is asked below
    rows["owned"] = owned_by_listed(rows, facts)
    rows["own_order"] = -rows["severity"].round(6)
    quotas = {plan: max(1, math.ceil(strategy.quota * top)) for plan, strategy in strategies.items()}
    rows["quota_rows"] = plans.map(quotas)
    # The engine gets what it orders by: carrying fifty columns through its windows takes twice as long.
    asked = rows[_ORDERED_BY].assign(row_place=np.arange(len(rows)))
    order = query("top", [_NO_END if whole else top], tables={"candidates": asked})
    del asked
    ranked = plain_frame(rows.drop(columns=["gate"]).iloc[order.pop("row_place")].reset_index(drop=True)).join(order)
    met: dict[tuple[str, str, str], set[str]] = {}
    for name, chain, group, segment in cells_of(rows, "list", "chain_id", "group_id", "segment_id"):
        met.setdefault((name, chain, group), set()).add(segment)
    passing = {key: sorted(segments) for key, segments in met.items()}
    others = [
        tuple(segment for segment in passing[(name, chain, group)] if segment != own)
        for name, chain, group, own in cells_of(ranked, "list", "chain_id", "group_id", "segment_id")
    ]
    listed = pd.Series(others, index=ranked.index, dtype=object)
    rank = ranked["place"].astype("Int64").mask(ranked["unranked"] > 0)
    return ranked.assign(rank=rank, other_segments=listed)


def _likelihood_key(rows: pd.DataFrame) -> pd.Series[float]:
    """High, middle, not known, low: what is not known is not low."""
    if "likelihood" not in rows:
        return pd.Series(2.0, rows.index)
    return rows["likelihood"].map({"high": 0.0, "middle": 1.0, "low": 3.0}).fillna(2.0).astype(float)


def deciding_key(row: Mapping[str, Any], ahead: Mapping[str, Any], order: Sequence[str]) -> str:
    """Which key puts one row of a list behind another: ``basis``, ``ground``, ``quota``, ``enough``, a key, ``id``.

    Examples
    --------
    >>> first, second = ({"overflow": 0, "key_1": 0, "key_2": given} for given in (-5.0, -1.0))
    >>> deciding_key(second, first, ("signal", "fit"))
    'fit'
    """
    if row.get("unranked", 0) != ahead.get("unranked", 0):
        return "basis" if _NO_BASIS in (row.get("unranked", 0), ahead.get("unranked", 0)) else "ground"
    if row["overflow"] != ahead["overflow"]:
        return "enough" if _ENOUGH in (row["overflow"], ahead["overflow"]) else "quota"
    return next((key for place, key in enumerate(order, start=1) if row[f"key_{place}"] != ahead[f"key_{place}"]), "id")


def rows_behind(everyone: pd.DataFrame, strategies: Mapping[str, Strategy], top: int) -> pd.DataFrame:
    """Who passes the gates and stands behind the end of a list, and what put it there?

    Parameters
    ----------
    everyone
        From `rank_lists`, whole.
    strategies
        By list and chain.
    top
        Length of a list.

    Returns
    -------
    DataFrame
        One row per list, chain, kind of list and group: list, chain_id, candidate_list, group_id, firm_id, segment_id,
        position, of (rows in all), quota (rows of one segment), short_of (`deciding_key` against the last row listed).
    """
    whose = ["list", "chain_id", "candidate_list", "group_id", "firm_id", "segment_id", "position"]
    # Of fifty columns these decide: tens of thousands of firms may stand behind.
    deciding = [name for name in ("unranked", "overflow", *_KEYS) if name in everyone]
    told = []
    if "position" in everyone:
        for (name, chain, _), rows in everyone.groupby(["list", "chain_id", "candidate_list"], sort=True):
            order = strategies[f"{name}:{chain}"].order
            last, *behind = rows_of(rows[deciding].iloc[top - 1 :]) or [{}]
            short_of = pd.Series([deciding_key(row, last, order) for row in behind], rows.index[top:], dtype="str")
            told.append(rows[whose].assign(of=len(rows), quota=rows["quota_rows"]).iloc[top:].assign(short_of=short_of))
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=[*whose, "of", "quota", "short_of"])


def first_rows(everyone: pd.DataFrame, strategies: Mapping[str, Strategy]) -> pd.DataFrame:
    """Why does the first row of each chain's own list stand first?

    Returns
    -------
    DataFrame
        One row per chain of which a new target has a rank: chain_id, firm_id, second_id (missing where only one has),
        key (`deciding_key` of the two), order (the strategy's, joined with ``;``), fit_lift, second_fit_lift.
    """
    columns = ["chain_id", "firm_id", "second_id", "key", "order", "fit_lift", "second_fit_lift"]
    told = []
    if "position" in everyone:
        new = everyone[(everyone["list"] == "main") & (everyone["candidate_list"] == "new") & everyone["rank"].notna()]
        for chain, rows in new.groupby("chain_id", sort=True):
            first, *more = rows_of(rows.head(2))
            order = strategies[f"main:{chain}"].order
            second = more[0] if more else {}
            key = deciding_key(second, first, order) if more else None
            told.append(
                (
                    chain,
                    first["firm_id"],
                    second.get("firm_id"),
                    key,
                    ";".join(order),
                    first["fit_lift"],
                    second.get("fit_lift"),
                )
            )
    return pd.DataFrame(told, columns=columns)


def _unsure_tags(rows: pd.DataFrame) -> pd.Series[bool]:
    """Which rows rest on a product that a program has put into its segment without being sure."""
    tagged = {source: source_kind(source, "unsure") == "tagged" for source in rows["source"].unique()}
    return (rows["confidence"] == "unsure") & rows["source"].map(tagged).astype(bool)


def _outside_tiers(held: str, first: tuple[str, ...]) -> float:
    names = {part.partition("(")[0].rstrip("?") for part in held.split(";")}
    return 0.0 if names & set(first) else 1.0


def rank_sectors(candidates: pd.DataFrame, scores: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """Per chain, the outside members of a list of firms by fit. A firm's rank on that list gives no points.

    Returns
    -------
    DataFrame
        One row per chain, tier (`RANKING_TIERS`) and group: chain_id, tier, rank, firm_id, segment_id, s, fit_lift,
        text, industry, comparable, product, confidence, source; all members.
    """
    rows = candidates[candidates["list"] == "sector"].merge(scores, on=["list", "chain_id", "firm_id"], how="left")
    rows["fit_key"] = -rows["s"].round(9).fillna(-1e9)
    current = tiers[tiers["current"]]
    parts = []
    for name, members in RANKING_TIERS.items():
        held = rows[rows["firm_id"].isin(current.loc[current["tier"].isin(members), "firm_id"])]
        held = held.sort_values(["chain_id", "fit_key", "firm_id", "segment_id"], kind="stable")
        best = held.drop_duplicates(["chain_id", "group_id"])
        ranks = best.groupby("chain_id")["fit_key"].rank(method="min").astype("Int64")
        parts.append(best.assign(tier=name, rank=ranks))
    columns = [
        "chain_id",
        "tier",
        "rank",
        "firm_id",
        "segment_id",
        "s",
        "fit_lift",
        "text",
        "industry",
        "comparable",
        "product",
        "confidence",
        "source",
        "as_of",
    ]
    return pd.concat(parts, ignore_index=True)[columns].sort_values(
        ["chain_id", "tier", "rank", "firm_id"], kind="stable"
    )
