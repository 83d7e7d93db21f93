"""Why does a firm stand where it stands, or nowhere? Every segment it is in, and what became of it there."""

from __future__ import annotations

import pandas as pd

from chaingraph.choosing.candidates import find_candidates
from chaingraph.choosing.standing_gates import what_is_known
from chaingraph.choosing.surveying import survey_tables
from chaingraph.facts.derived_tables import firm_places, segment_nodes
from chaingraph.facts.groups import families
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.sql import OpenEngine

# What became of a firm in a segment; of several, the first is told for a chain.
FATES = ("listed", "gate", "same_group", "behind", "not_asked")
FATE_COLUMNS = (
    "chain_id",
    "segment_id",
    "fate",
    "gate",
    "state",
    "candidate_list",
    "rank",
    "position",
    "of",
    "quota",
    "short_of",
    "other_id",
    "other_segment_id",
)

_NUMBERS = {"rank", "position", "of", "quota"}


def why_not(graph: ChainGraph, findings: Findings, firm_id: str, open_engine: OpenEngine) -> pd.DataFrame:
    """What became of a firm in each segment it is in, on the chain's own list?

    Parameters
    ----------
    graph
        The graph that was surveyed.
    findings
        What the survey found.
    firm_id
        Any firm of the graph.
    open_engine
        Opens the engine that runs the SQL.

    Returns
    -------
    DataFrame
        One row per segment the firm is in, by chain and segment: chain_id, segment_id, fate (`FATES`: listed;
        same_group: another firm or segment of its group stands for it; behind the end of the list; held back by a gate;
        the list does not ask about the segment), gate (`gates.GATES`), state of the segment, candidate_list and rank
        (where listed, or where its group is), position, of, quota and short_of (`ranking.rows_behind`), other_id and
        other_segment_id (what stands for its group). Missing where it does not apply. Empty for a firm of which it is
        not known what it makes.
    """
    segments = _own_segments(graph, firm_id)
    if segments.empty:
        return pd.DataFrame(columns=list(FATE_COLUMNS))
    gates, groups = _gates(graph, findings, firm_id, segments, open_engine)
    gaps = findings.gaps["zh"].set_index("segment_id")
    main = findings.asked[findings.asked["list"] == "main"] if len(findings.asked) else findings.asked
    asked = set(main["segment_id"]) if len(main) else set()
    members = set(groups.loc[groups["group_id"] == groups.set_index("firm_id")["group_id"].get(firm_id), "firm_id"])
    listed = findings.targets["zh"]
    told = []
    for chain, segment in segments[["chain_id", "segment_id"]].itertuples(index=False, name=None):
        row: dict[str, object] = {"chain_id": chain, "segment_id": segment}
        row["state"] = gaps["state"].get(segment)
        own = listed[(listed["chain_id"] == chain) & listed["firm_id"].isin(members | {firm_id})]
        behind = findings.behind
        if len(behind):
            mine = (behind["list"] == "main") & (behind["chain_id"] == chain)
            behind = behind[mine & behind["firm_id"].isin(members | {firm_id})]
        if isinstance(gates.get(segment), str):  # speaks against it wherever it is asked for
            row |= {"fate": "gate", "gate": gates[segment]}
        elif segment not in asked:
            row["fate"] = "not_asked"
        elif len(own):
            row |= _listed(own, firm_id, segment)
        elif len(behind):
            row |= _behind(behind, firm_id, segment)
        else:  # passes, and no row of its group is on record: only of findings that were narrowed or made by hand
            row["fate"] = "behind"
        told.append(row)
    fates = pd.DataFrame(told, columns=list(FATE_COLUMNS)).astype(dict.fromkeys(set(FATE_COLUMNS) - _NUMBERS, "str"))
    return fates.sort_values(["chain_id", "segment_id"], ignore_index=True)


def _own_segments(graph: ChainGraph, firm_id: str) -> pd.DataFrame:
    """The segments that a firm is in, with those of other chains that are the same node."""
    nodes = segment_nodes(graph)
    own = graph["firm_segments"]
    held = set(own.loc[own["firm_id"] == firm_id, "segment_id"])
    return nodes[nodes["node_id"].isin(nodes.loc[nodes["segment_id"].isin(held), "node_id"])]


def _gates(
    graph: ChainGraph, findings: Findings, firm_id: str, segments: pd.DataFrame, open_engine: OpenEngine
) -> tuple[dict[str, object], pd.DataFrame]:
    """The gate that holds the firm back in each segment (missing: none), by the very text that makes the lists."""
    places = firm_places(graph, findings.region)
    tables = survey_tables(graph, places)
    own = tables["firm_segments"]
    tables["firm_segments"] = own[own["firm_id"] == firm_id]
    admission = findings.gaps["zh"].set_index("segment_id")["admission"]
    ids = segments["segment_id"]
    # Each segment is asked about as if it were a chain of its own: what speaks against a firm is told per chain.
    asked = pd.DataFrame({"list": "main", "chain_id": ids, "segment_id": ids, "admission": ids.map(admission)}).astype(
        "str"
    )
    with open_engine(tables) as query:
        groups = families(query)
        known = what_is_known(graph, query, findings.region, groups, findings.as_of)
        passing, held = find_candidates(
            query, asked, groups, known.units, known.trouble, known.moves, findings.region, known.segment_gates
        )
    gates: dict[str, object] = dict.fromkeys(passing["segment_id"], None)
    return gates | dict(zip(held["chain_id"], held["gate"], strict=True)), groups


def _listed(own: pd.DataFrame, firm_id: str, segment: str) -> dict[str, object]:
    """The row that stands for the firm's group on the list."""
    here = own[(own["firm_id"] == firm_id) & (own["segment_id"] == segment)]
    row = (here if len(here) else own).iloc[0]
    fate = "listed" if len(here) else "same_group"
    told = {"fate": fate, "candidate_list": row["candidate_list"], "rank": row["rank"]}
    return told if len(here) else {**told, "other_id": row["firm_id"], "other_segment_id": row["segment_id"]}


def _behind(behind: pd.DataFrame, firm_id: str, segment: str) -> dict[str, object]:
    """The row that stands for the firm's group behind the end of the list."""
    row = behind.sort_values("position", kind="stable").iloc[0]
    told = {name: row[name] for name in ("candidate_list", "position", "of", "quota", "short_of")}
    if row["firm_id"] == firm_id and row["segment_id"] == segment:
        return {"fate": "behind", **told}
    return {"fate": "behind", **told, "other_id": row["firm_id"], "other_segment_id": row["segment_id"]}
