"""Position in a chain, against graphs small enough to see the answer."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.position import segment_measures
from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables


def measures(feeds: list[tuple[str, str]]) -> pd.DataFrame:
    ids = sorted({segment for pair in feeds for segment in pair})
    tables = toy_tables()
    segments = tables["segments"].iloc[[0] * len(ids)].assign(segment_id=ids, chain_id="pv")
    links = pd.DataFrame(feeds, columns=["from_segment_id", "to_segment_id"]).assign(kind="feeds")
    graph = ChainGraph("drawn", {**tables, "segments": segments, "segment_links": links})
    return segment_measures(graph).set_index("segment_id")


def outside(makers: list[tuple[str, str, str, float | None]], near: float = 150.0) -> pd.DataFrame:
    """What lies outside, for makers given as (segment, firm, group, km)."""
    rows = pd.DataFrame(makers, columns=["segment_id", "firm_id", "group_id", "distance_km"])
    segments = ["a", "b"]
    tables = {
        "segment_nodes": pd.DataFrame({"segment_id": segments, "chain_id": "c", "node_id": segments, "service": False}),
        "firm_segments": rows[["firm_id", "segment_id"]].assign(kind="maker", basis=None, status=None),
        "firm_places": rows[["firm_id", "distance_km"]].drop_duplicates().assign(inside=False, prefecture="某市"),
    }
    with open_engine(tables) as query:
        families = rows[["firm_id", "group_id"]].drop_duplicates()
        return query("outside", [near], tables={"families": families}).set_index("segment_id")


def test_in_a_line_everything_must_be_passed() -> None:
    found = measures([("a", "b"), ("b", "c"), ("c", "d")])
    assert found["must_pass"].tolist()[:3] == [1.0, 1.0, 1.0]
    assert math.isnan(found.loc["d", "must_pass"])  # nothing is downstream of the end


def test_in_a_diamond_the_sides_can_be_gone_around() -> None:
    found = measures([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e")])
    assert found["must_pass"].to_dict() | {"e": 0} == {"a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0, "e": 0}


def test_a_second_source_upstream_takes_away_the_must() -> None:
    found = measures([("a", "c"), ("b", "c")])
    assert found.loc[["a", "b"], "must_pass"].tolist() == [0.0, 0.0]


def test_feeds_in_a_circle_have_no_beginning() -> None:
    assert measures([("a", "b"), ("b", "a")])["must_pass"].tolist() == [0.0, 0.0]


def test_bridge_is_betweenness() -> None:
    # Of the six ordered pairs of a 3-node line's others, one path passes the middle: 1 / ((3 - 1)(3 - 2)).
    assert measures([("a", "b"), ("b", "c")]).loc["b", "bridge"] == pytest.approx(0.5)


def test_effective_suppliers_count_groups_by_their_weight() -> None:
    found = outside([("a", "f1", "g1", 10), ("a", "f2", "g1", 20), ("a", "f3", "g2", None), ("b", "f1", "g1", 10)])
    assert found.loc["a", "suppliers"] == pytest.approx(1 / ((2 / 3) ** 2 + (1 / 3) ** 2))
    assert found.loc["b", "suppliers"] == 1.0


def test_a_segment_without_a_supplier_has_no_row() -> None:
    assert outside([("a", "f1", "g1", 10)]).index.tolist() == ["a"]


def test_near_counts_up_to_the_limit_and_an_unknown_distance_is_not_near() -> None:
    found = outside(
        [("a", "f1", "g1", 150.0), ("a", "f2", "g2", 150.1), ("a", "f3", "g3", None), ("b", "f4", "g4", None)]
    )
    assert found["nearby_found"].tolist() == [1, 0]
    assert found.loc["a", "nearest_supplier_km"] == 150.0
    assert found.loc["b", ["nearest_supplier_km", "nearest_supplier_city"]].isna().all()
