"""Who is a maker, and in what standing: every case of the one rule, and that each question follows it."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from chaingraph.choosing.candidates import find_candidates
from chaingraph.choosing.surveying import survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places, segment_nodes
from chaingraph.facts.gaps import local_presence
from chaingraph.facts.groups import families
from chaingraph.facts.roles import BESIDE, MADE, OTHER, firm_roles
from chaingraph.model.columns import DTYPES
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from chaingraph.sql import Query
from chaingraph.stores.parquet.narrow import counted_makers, narrow, segment_totals
from tests.toy import toy_tables

KINDS = ("maker", "operator", "licensor", "buyer", "brand", None)
STATUSES = ("producing", "building", "signed", "stopped", "unknown", None)
MAKERS = {  # kind and segment -> is it a maker
    **{(kind, segment): False for kind in ("licensor", "buyer", "brand") for segment in ("GOODS", "SERVICE")},
    ("maker", "GOODS"): True, ("maker", "SERVICE"): True, ("operator", "GOODS"): False, ("operator", "SERVICE"): True,
    (None, "GOODS"): None, (None, "SERVICE"): None,
}  # fmt: skip


def rows_of(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=TABLES[table].names)
    return frame.astype({column.name: DTYPES[column.kind] for column in TABLES[table].columns})


def every_case(city: str) -> ChainGraph:
    """One firm for every kind, basis, state and segment; its id tells them."""
    cases = list(itertools.product(KINDS, ("site", "group", None), STATUSES, ("GOODS", "SERVICE")))
    ids = ["_".join(str(part) for part in case) for case in cases]
    segments = [
        {"segment_id": "GOODS", "segment": "甲", "chain_id": "c", "gbt4754": "3825"},
        {"segment_id": "SERVICE", "segment": "乙", "chain_id": "c", "service": True},
    ]
    told = [
        {"firm_id": id_, "segment_id": segment, "kind": kind, "basis": basis, "status": status}
        for id_, (kind, basis, status, segment) in zip(ids, cases, strict=True)
    ]
    firms = [{"firm_id": id_, "firm": id_, "country": "中国", "city": city} for id_ in ids]
    filled = {
        "chains": [{"chain_id": "c", "chain": "链"}],
        "segments": segments,
        "firm_segments": told,
        "firms": firms,
    }
    return ChainGraph("cases", {name: rows_of(name, filled.get(name, [])) for name in TABLES})


def makers_in(segment: str, *, unknown: bool) -> set[str]:
    """Ids of the firms of `every_case` that make a segment's thing, and those of which it is not known."""
    wanted = {
        kind for (kind, where), maker in MAKERS.items() if where == segment and (maker or (unknown and maker is None))
    }
    rows = every_case("嘉兴")["firm_segments"]
    of_kind = rows["kind"].isin([kind for kind in wanted if kind]) | (rows["kind"].isna() & (None in wanted))
    return set(rows.loc[of_kind & (rows["segment_id"] == segment), "firm_id"])


@pytest.fixture(scope="module")
def told() -> pd.DataFrame:
    graph = every_case("嘉兴")
    with open_engine({"firm_segments": graph["firm_segments"], "segment_nodes": segment_nodes(graph)}) as query:
        return firm_roles(query).merge(graph["firm_segments"], on=["firm_id", "segment_id"])


def test_a_maker_makes_or_operates_a_service_and_an_unknown_kind_is_not_told(told: pd.DataFrame) -> None:
    assert len(told) == 6 * 3 * 6 * 2
    for row in told.to_dict("records"):
        kind = row["kind"] if isinstance(row["kind"], str) else None
        expected = MAKERS[kind, row["segment_id"]]
        assert pd.isna(row["maker"]) if expected is None else row["maker"] == expected, row


def test_the_standing_of_every_case(told: pd.DataFrame) -> None:
    for row in told.to_dict("records"):
        maker, at_site = row["maker"], row["basis"] == "site"
        if pd.isna(maker):
            expected = (6, BESIDE)
        elif not maker:
            expected = (7, OTHER)
        elif at_site and row["status"] in ("producing", "building"):
            expected = (1, MADE)
        else:
            by_status = {"stopped": 5, "unknown": 2, "producing": 4, "building": 4, "signed": 4}
            expected = (by_status.get(row["status"], 2), BESIDE)
        assert (row["way"], row["standing"]) == expected, row
        assert row["stopped"] == (row["status"] == "stopped")


def ask(city: str) -> dict[str, set[str]]:
    """The firms that each question about the segment takes for makers of it, by question and segment."""
    graph = every_case(city)
    places = firm_places(graph, "嘉兴")
    found: dict[str, set[str]] = {}
    tables = {**survey_tables(graph, places), "reference_segments": graph["firm_segments"]}

    def passing(query: Query) -> pd.DataFrame:
        asked = graph["segments"][["chain_id", "segment_id"]].assign(list="main", admission=None)
        none = {"units": ["group_id", "unit", "local_unit"], "trouble": ["firm_id", "gate"]}
        units, trouble = (pd.DataFrame({name: pd.Series(dtype="str") for name in held}) for held in none.values())
        moves = pd.DataFrame({"firm_id": pd.Series(dtype="str"), "place": pd.Series(dtype="str")})
        asked = asked.astype({"admission": "str"})
        return find_candidates(query, asked, families(query), units.astype({"unit": bool}), trouble, moves, "嘉兴")[0]

    with open_engine(tables) as query:
        presence = local_presence(query)
        candidates = passing(query)
        outside = query("outside", [150], tables={"families": families(query)}).set_index("segment_id")
        expected = query("expected", tables={"reference_places": places}).set_index("segment_id")
        makers = query("makers", tables={"reference_places": places}).dropna(subset=["segment_id"])
    del tables["segment_nodes"]  # which datasets do not have: they are handed over with the question
    with open_engine(tables) as query:
        large = narrow(graph, "嘉兴", query, keep=1000)
        totals = segment_totals(large, graph).set_index("segment_id")
        counted = counted_makers(graph, large, query).groupby("segment_id")["firms"].sum()
    for segment in ("GOODS", "SERVICE"):
        known, possible = len(makers_in(segment, unknown=False)), len(makers_in(segment, unknown=True))
        here = presence[presence["segment_id"] == segment]
        found[f"presence {segment}"] = set(here.loc[here["standing"] != OTHER, "firm_id"])
        found[f"candidates {segment}"] = set(candidates.loc[candidates["segment_id"] == segment, "firm_id"])
        assert expected.at[segment, "national"] == possible
        assert makers.set_index("segment_id").at[segment, "firms"] == possible
        assert totals.at[segment, "national"] == counted[segment] == possible
        if city == "苏州":
            assert outside.at[segment, "nearby_found"] == totals.at[segment, "nearby_found"] == known
        else:
            beside = here["standing"] == BESIDE
            assert totals.at[segment, "found"] == (here["standing"] == MADE).sum()
            assert totals.at[segment, "group_only"] == beside.sum()
    return found


def test_every_question_follows_the_rule_at_home_and_outside() -> None:
    at_home, outside = ask("嘉兴"), ask("苏州")
    for segment in ("GOODS", "SERVICE"):
        possible = makers_in(segment, unknown=True)
        assert at_home[f"presence {segment}"] == possible
        assert outside[f"candidates {segment}"] == {id_ for id_ in possible if "stopped" not in id_}


def test_a_node_is_a_service_in_both_its_halves() -> None:
    tables = toy_tables()
    segments = tables["segments"]
    stated = segments.assign(service=(segments["segment_id"] == "HY01").astype("boolean"))
    nodes = segment_nodes(ChainGraph("toy", {**tables, "segments": stated})).set_index("segment_id")
    assert nodes.at["PV05", "node_id"] == nodes.at["HY01", "node_id"]
    assert nodes.loc[["PV05", "HY01"], "service"].all()
    assert not nodes.at["PV01", "service"]
