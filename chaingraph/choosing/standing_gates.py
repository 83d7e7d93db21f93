"""From how firms stand to what holds them back: business sold, trade left, merged, revoked, gone, decided elsewhere.

What is over for good holds for good: a business sold, a trade left, a firm merged or struck off. What only tells of a
project or a place holds while it is young (`candidates.SIGNAL_MONTHS`), and no longer than until a reason to call with
its site open follows. A fact without a date may be any age, and holds nobody back that way.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from chaingraph.choosing.candidates import SIGNAL_MONTHS, local_units, signals
from chaingraph.choosing.gates import GATES
from chaingraph.choosing.motives import find_motives
from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.roles import firm_roles
from chaingraph.facts.standing import standing
from chaingraph.matching.product_text import products_meet
from chaingraph.model.case import cells_of, rows_of
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph
from chaingraph.sql import Query

# How a firm stands (`facts.standing.STANDING_GATES`) and the gate that it is.
FOR_GOOD = {"sold": "sold", "left_trade": "left_trade", "merged": "merged", "revoked": "dissolved"}
FOR_A_TIME = {"left": "left", "decided_elsewhere": "decided_elsewhere", "ended": "ended"}
_OF_A_PART = ("sold", "left_trade")  # of a business: of the whole firm only where all that it is known for is one thing
_STATES = {"insolvent": "insolvency", "delisted": "delisted", "sanctioned": "sanctioned", "revoked": "dissolved"}
_COLUMNS = ("firm_id", "segment_id", "gate", "date", "place", "source")


@dataclass(frozen=True)
class Known:
    """What is known of firms before anybody is chosen: by firm or group, for one region and day."""

    moves: pd.DataFrame  # `candidates.signals`
    trouble: pd.DataFrame  # firm_id, gate: whatever the firm makes
    segment_gates: pd.DataFrame  # firm_id, node_id, gate
    units: pd.DataFrame  # `candidates.local_units`
    stands: pd.DataFrame  # `facts.standing.standing`
    roles: pd.DataFrame  # `facts.roles.firm_roles`
    motives: pd.DataFrame  # `motives.find_motives`
    held: pd.DataFrame  # `standing_gates`


def what_is_known(graph: ChainGraph, query: Query, region: str, families: pd.DataFrame, as_of: str) -> Known:
    """Lay out what is known for and against firms, as lists, pools and single questions need it alike.

    Parameters
    ----------
    query
        Runs the SQL texts on the tables of `surveying.survey_tables`.
    """
    moves, trouble = signals(query, as_of)
    stands, roles, motives = standing(graph, query, region), firm_roles(query), find_motives(graph, as_of)
    units = local_units(graph, query, region, families, stands)
    held = standing_gates(stands, roles, motives, families, units, as_of)
    whole, parts = of_firms(held, trouble), of_segments(with_like_products(held, graph), segment_nodes(graph))
    return Known(moves, whole, parts, units, stands, roles, motives, held)


def standing_gates(
    stands: pd.DataFrame,
    roles: pd.DataFrame,
    motives: pd.DataFrame,
    families: pd.DataFrame,
    units: pd.DataFrame,
    as_of: str,
) -> pd.DataFrame:
    """What does the standing of firms hold against them, in one segment or in all?

    Parameters
    ----------
    stands
        From `facts.standing.standing`.
    roles
        From `facts.roles.firm_roles`.
    motives
        From `choosing.motives.find_motives`: a site that is open outweighs an older decision elsewhere.
    families, units
        Groups, and which have a unit in the region (`candidates.local_units`): who is here is asked to reinvest,
        whatever it has decided elsewhere.
    as_of
        The day, ISO; empty: nothing is young.

    Returns
    -------
    DataFrame
        One row per fact that holds: firm_id, segment_id (NaN = whatever it makes), gate (`gates.GATES`), date (NaN =
        not stated), place (where it went, or which place it left; NaN = none), source.
    """
    named = stands.rename(columns={"region": "place"})
    nodes = roles.groupby("firm_id")["node_id"].nunique()
    good = named[named["gate"].isin(FOR_GOOD)]
    # Which business was sold is not said: the firm is held back only where it is known for one.
    single = good["firm_id"].map(nodes).fillna(1) <= 1
    good = good[~good["gate"].isin(_OF_A_PART) | good["segment_id"].notna() | single]
    time = named[named["gate"].isin(FOR_A_TIME)]
    first = months_before(as_of, SIGNAL_MONTHS) if as_of else "9"
    month = time["date"].map(lambda date: f"{date}-01"[:7] if isinstance(date, str) else "")
    time = time[(month >= first) & (month <= as_of[:7])]
    groups = families.set_index("firm_id")["group_id"]
    here = set(units.loc[units["unit"].astype(bool), "group_id"])
    time = time[~time["firm_id"].map(groups).isin(here)]
    # A project that ended speaks for itself, never for its firm (decision 39).
    time = time[(time["gate"] != "ended") | time["segment_id"].notna()]
    open_sites = motives[motives["open"].astype(bool)]
    newest = dict(zip(open_sites["firm_id"], open_sites["date"], strict=True))  # one row per firm
    since = [newest.get(firm, "") for firm in time["firm_id"]]
    time = time[[opened < str(date) for opened, date in zip(since, time["date"], strict=True)]]
    held = pd.concat([good, time], ignore_index=True)
    held = held.assign(gate=held["gate"].map(FOR_GOOD | FOR_A_TIME))
    return held.reindex(columns=list(_COLUMNS)).astype("str").sort_values(list(_COLUMNS), ignore_index=True)


def of_firms(held: pd.DataFrame, trouble: pd.DataFrame) -> pd.DataFrame:
    """What is known against firms whatever they make: firm_id, gate, as `candidates.find_candidates` takes it."""
    whole = held.loc[held["segment_id"].isna(), ["firm_id", "gate"]]
    return pd.concat([trouble[["firm_id", "gate"]], whole], ignore_index=True).drop_duplicates(ignore_index=True)


def with_like_products(held: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The same facts, and a decision elsewhere once more for every segment in which the firm makes a like product.

    Who has just placed laser chips elsewhere is not looking for a place for laser chips, whichever of two chains lists
    them. Like are products whose words meet, as the firm's rows and their segments call them.

    Returns
    -------
    DataFrame
        The rows of ``held``, then one for each further segment, with the fact that decided it.
    """
    names = graph["segments"].set_index("segment_id")["segment"]
    # Of a slice of a graph: a fact of another chain's segment says nothing of the products here.
    decided = held[(held["gate"] == "decided_elsewhere") & held["segment_id"].isin(names.index)]
    made = graph["firm_segments"]
    made = made.loc[made["firm_id"].isin(decided["firm_id"]), ["firm_id", "segment_id", "product"]]
    words: dict[str, dict[str, str]] = {}
    for firm, segment, product in made.astype(object).itertuples(index=False, name=None):
        said = [words.get(firm, {}).get(segment, names[segment]), *([product] if isinstance(product, str) else [])]
        words.setdefault(firm, {})[segment] = ";".join(said)
    more = []
    for row in rows_of(decided):
        own = words.get(row["firm_id"], {})
        decided_on = own.get(row["segment_id"], names[row["segment_id"]])
        more += [
            {**row, "segment_id": segment}
            for segment, said in own.items()
            if segment != row["segment_id"] and products_meet(decided_on, said)
        ]
    return (
        pd.concat([held, pd.DataFrame(more, columns=held.columns).astype("str")], ignore_index=True) if more else held
    )


def of_segments(held: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """What is known against firms in one node: firm_id, node_id, gate."""
    part = held.dropna(subset=["segment_id"]).merge(nodes[["segment_id", "node_id"]], on="segment_id")
    return part[["firm_id", "node_id", "gate"]].drop_duplicates(ignore_index=True)


def held_firms(dropped: pd.DataFrame, known: Known, graph: ChainGraph) -> pd.DataFrame:
    """Which outside firms are held back, by which fact, of when, read where?

    Parameters
    ----------
    dropped
        From `candidates.find_candidates`.
    known
        From `what_is_known`.

    Returns
    -------
    DataFrame
        One row per chain and firm (at most fifty of a gate): chain_id, firm_id, gate, date, place, source. NaN = not
        stated. Firms seated in the region are not in it.
    """
    facts: dict[tuple[str, str], tuple[object, object, object]] = {}
    kinds = {gate.signal: gate.name for gate in GATES if gate.signal}
    signals, stands, makes = graph["firm_signals"], known.stands, graph["firm_segments"]
    signs = signals[signals["kind"].isin(kinds)].assign(gate=signals["kind"].map(kinds))
    states = stands.assign(gate=stands["gate"].map(_STATES), place=None).dropna(subset=["gate"])
    read = makes[["firm_id", "segment_id", "source"]].dropna(subset=["source"])
    read = read.sort_values(["firm_id", "segment_id"], kind="stable")
    sources = dict(cells_of(read[::-1], "firm_id", "source"))  # of what it makes, where no more is said
    for frame in (states, signs, known.held):  # the last that is told stands: a dated fact before a bare state
        for row in rows_of(frame.sort_values("date", na_position="first", kind="stable")):
            facts[row["firm_id"], row["gate"]] = (row["date"], row["place"], row["source"])
    rows = [
        (row["chain_id"], firm, row["gate"], *facts.get((firm, row["gate"]), (None, None, sources.get(firm))))
        for row in rows_of(dropped[dropped["gate"] != "local"])
        for firm in str(row["firm_ids"]).split(";")
    ]
    columns = ["chain_id", "firm_id", "gate", "date", "place", "source"]
    return pd.DataFrame(rows, columns=columns).astype("str")
