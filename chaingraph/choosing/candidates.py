"""Which outside firms come into question for each list of each chain, and what known fact holds the others back."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from chaingraph.choosing.gates import gates_table
from chaingraph.facts.derived_tables import place_within
from chaingraph.model.columns import split
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import Strategy
from chaingraph.places import regions
from chaingraph.sql import Query

# Lists: main (the chain's own strategy), leader (以商招商, as a second list), sector (all segments, for the rankings).
LISTS = ("main", "leader", "sector")
# The lists that a plan names, each complete: a place on one puts nobody first on a shortlist.
RANKING_TIERS = {
    "global500": ("global500",),
    "china500": ("china500",),
    "soe": ("soe",),
    "specialised": ("little_giant", "hidden_champion", "champion", "unicorn"),
}
SIGNAL_MONTHS = 24
NO_SEGMENT_GATES = pd.DataFrame(columns=["firm_id", "node_id", "gate"], dtype="str")
NATIONAL_TIERS = ("global500", "china500")
_NAMED = 10  # firms of a gate named in one cell


def asked_segments(
    graph: ChainGraph, facts: pd.DataFrame, leaders: pd.DataFrame, strategies: Mapping[str, Strategy]
) -> pd.DataFrame:
    """Which segments does each list ask about?

    Returns
    -------
    DataFrame
        One row per list, chain and segment: list, chain_id, segment_id, admission.
    """
    links = graph["segment_links"]
    feeds = links[links["kind"] == "feeds"]
    rows = []
    for chain_id, segments in facts.groupby("chain_id", sort=True):
        led = {segment for held in leaders.loc[leaders["chain_id"] == chain_id, "segments"] for segment in held}
        # One hop and never further: what leaders make, what goes into it, what it goes into.
        near = led | set(feeds.loc[feeds["to_segment_id"].isin(led), "from_segment_id"])
        near |= set(feeds.loc[feeds["from_segment_id"].isin(led), "to_segment_id"])
        for segment_id, row in segments.iterrows():
            strategy = strategies[str(chain_id)]
            by_leader = segment_id in near
            # Nobody leads and nobody can be proposed: what is made here, or may be, stands for what leaders make.
            led_or_made = by_leader if near else bool(row["found"] + row["presumed"] + row["group_only"])
            asked = led_or_made if strategy.pool == "leader_segments" else row["state"] in strategy.states
            lists = [("main", asked), ("leader", by_leader and strategy.name != "strengthen"), ("sector", True)]
            rows += [(name, chain_id, segment_id, row["admission"]) for name, wanted in lists if wanted]
    frame = pd.DataFrame(rows, columns=["list", "chain_id", "segment_id", "admission"])
    return frame.astype("str")


def signals(query: Query, as_of: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dated signs of at most 24 months before ``as_of``: of moving, and of trouble.

    Where no row of the case states a date ``as_of`` is empty; no sign is dated then either.

    Returns
    -------
    moves, trouble : DataFrame
        moves: the newest per firm (firm_id, kind, date, amount_cny_m, place, text, source, stage,
        site_status); trouble: firm_id, gate.
    """
    # "2025-12" as a limit takes in all of that December: "~" sorts behind every digit and dash.
    first = months_before(as_of, SIGNAL_MONTHS) if as_of else ""
    newest = query("signals", [first, as_of + "~"], tables={"gates": gates_table()})
    moves, trouble = (newest[newest["says"] == name].reset_index(drop=True) for name in ("move", "trouble"))
    return moves.drop(columns=["says", "gate"]), trouble[["firm_id", "gate"]]


def local_units(
    graph: ChainGraph, query: Query, region: str, families: pd.DataFrame, stands: pd.DataFrame
) -> pd.DataFrame:
    """Which groups already have something in the region, or have signed for it?

    Parameters
    ----------
    query
        Runs the SQL texts on the graph's tables and on ``firm_places``, which tells who is seated in the region.
    stands
        From `facts.standing.standing`.

    Returns
    -------
    DataFrame
        One row per group with a unit or a recorded contact: group_id, unit (bool; a seat or site in the region),
        local_unit (names of the units, or what the contact was).
    """
    names = pd.Series(graph["firm_sites"]["region"].dropna().unique(), dtype="str")
    here = pd.DataFrame({"region": names[[place_within(name, region) for name in names]]}, dtype="str")
    tables = {"here": here, "families": families[["firm_id", "group_id"]], "settled": _settled_here(graph, stands)}
    told = query("local_units", tables=tables)
    # A note often begins with the name of the unit, whose own row says it too: each is said once.
    pieces = told.assign(local_unit=told["local_unit"].map(split)).explode("local_unit")
    told = pieces.drop_duplicates(["group_id", "local_unit"]).dropna(subset=["local_unit"])
    units = told.groupby("group_id", as_index=False).agg({"unit": "any", "local_unit": ";".join})
    return units.astype({"group_id": "str", "unit": bool, "local_unit": "str"})


def _settled_here(graph: ChainGraph, stands: pd.DataFrame) -> pd.DataFrame:
    """Projects that stand here or are signed for here: the firm, and its unit by name, else the place."""
    projects = graph["projects"].dropna(subset=["unit_id"])
    names = graph["firms"].set_index("firm_id")["firm"]
    units = {
        (firm, place): names.get(unit)
        for firm, place, unit in zip(projects["firm_id"], projects["region"], projects["unit_id"], strict=True)
    }
    here = stands[stands["gate"].isin(("here", "signed_here"))]
    sites = set(zip(graph["firm_sites"]["firm_id"], graph["firm_sites"]["region"], strict=True))
    rows = [
        (firm, unit if isinstance(unit := units.get((firm, place)), str) else place)
        for firm, place in zip(here["firm_id"], here["region"], strict=True)
        if isinstance(place, str) and (firm, place) not in sites
    ]
    return pd.DataFrame(sorted(set(rows)), columns=["firm_id", "text"]).astype("str")


def nationwide(graph: ChainGraph, tiers: pd.DataFrame, region: str) -> set[str]:
    """The firms whose services reach every place of the region's own country: its largest, by the lists that name them.

    Where such a firm operates what a segment is about (networks, stations, logistics) and makes nothing, it operates
    here too, on record or not: it is no new name, and its branch here is asked.

    Parameters
    ----------
    tiers
        From `derived_tables.current_tiers`.
    """
    held = set(tiers.loc[tiers["current"] & tiers["tier"].isin(NATIONAL_TIERS), "firm_id"])
    firms = graph["firms"]
    country = regions.region_path(region)[0]
    return held & set(firms.loc[firms["country"] == country, "firm_id"])


def ranked_firms(tiers: pd.DataFrame) -> set[str]:
    """The firms that any of the rankings can name.

    Parameters
    ----------
    tiers
        From `derived_tables.current_tiers`.
    """
    named = {tier for held in RANKING_TIERS.values() for tier in held}
    return set(tiers.loc[tiers["current"] & tiers["tier"].isin(named), "firm_id"])


def find_candidates(
    query: Query,
    asked: pd.DataFrame,
    families: pd.DataFrame,
    units: pd.DataFrame,
    trouble: pd.DataFrame,
    moves: pd.DataFrame,
    region: str,
    segment_gates: pd.DataFrame | None = None,
    everywhere: Collection[str] = (),
    sector_firms: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who passes the gates of each list, and who is held back?

    Parameters
    ----------
    trouble
        firm_id, gate: what is known against a firm, whatever it makes (`signals`, `standing_gates.standing_gates`).
    segment_gates
        firm_id, node_id, gate: what is known against it in one node (`standing_gates.standing_gates`); None: nothing.
    everywhere
        From `nationwide`.
    sector_firms
        The firms that the list ``sector`` is asked for: those that rankings name (`ranked_firms`), a few of a
        register of many, of which each would be a row in every segment that it makes.

    Returns
    -------
    candidates, dropped : DataFrame
        candidates: one row per list, chain, segment and firm that passes: the columns of ``pool.sql`` and group_id,
        group, candidate_list (new | reinvest), candidate_kind (new | reinvest |
        contacted: something on record here, but no unit | operates: in the whole country, by `nationwide` | expanding:
        a local firm), local_unit.
        dropped: one row per chain and gate of the main list: chain_id, gate, count (firms none of whose rows pass),
        firms (up to ten names), firm_ids (up to fifty).
    """
    # A local firm is no target of its own region, unless a dated sign says that it expands here.
    here = moves["place"].map(lambda place: place_within(place, region)).astype(bool)
    tables = {
        "asked": asked,
        "gates": gates_table(),
        "trouble": trouble,
        "segment_gates": NO_SEGMENT_GATES if segment_gates is None else segment_gates,
        "families": families.rename(columns={"group": "group_name"}),  # a word of SQL
        "units": units,
        "expanding": moves.loc[here, ["firm_id"]],
        "nationwide": pd.DataFrame({"firm_id": sorted(everywhere)}, dtype="str"),
        "sector_firms": pd.DataFrame({"firm_id": sorted(sector_firms)}, dtype="str"),
    }
    pool = query("pool", tables=tables).rename(columns={"group_name": "group"})
    passing = pool[pool["gate"].isna()].drop(columns=["firm", "held"]).reset_index(drop=True)
    held = pool[pool["gate"].notna()].groupby(["chain_id", "gate"], sort=True)
    dropped = pd.DataFrame(
        {
            "count": held["held"].first().astype(int),
            "firms": held["firm"].agg(lambda names: ";".join(names[:_NAMED])),
            "firm_ids": held["firm_id"].agg(";".join),
        }
    )
    return passing, dropped.reset_index()
