"""The graph: slices by chain, region and tier against the toy case counted by hand; networkx; nothing is mutated."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.matching.merge import build_graph
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from tests.toy import toy_case


@pytest.fixture
def toy() -> ChainGraph:
    return build_graph(toy_case())


def ids(graph: ChainGraph, table: str = "firms", column: str = "firm_id") -> set[str]:
    return set(graph[table][column])


def test_it_says_what_it_holds(toy: ChainGraph) -> None:
    shown = "ChainGraph 'toy': 2 chains, 9 segments, 8 segment_links, 22 firms, 26 firm_segments, 8 firm_links"
    assert repr(toy) == shown


def test_it_is_frozen_and_complete(toy: ChainGraph) -> None:
    with pytest.raises(FrozenInstanceError):
        toy.name = "other"
    with pytest.raises(TypeError):
        toy.tables["firms"] = pd.DataFrame()
    empty = ChainGraph("empty", {})
    assert set(empty.tables) == set(TABLES)
    assert list(empty["firms"].columns) == TABLES["firms"].names


@pytest.mark.parametrize("name", ["pv", "甲光伏", "Toy photovoltaics"])
def test_a_chain_is_found_by_id_and_by_either_name(toy: ChainGraph, name: str) -> None:
    assert toy.chain_id(name) == "pv"


def test_an_unknown_chain_lists_near_names(toy: ChainGraph) -> None:
    with pytest.raises(UnknownNameError, match="甲光伏"):
        toy.chain("光伏")


def test_the_slice_of_a_chain(toy: ChainGraph) -> None:
    pv = toy.chain("pv")
    assert pv.name == "toy/pv"
    assert ids(pv, "segments", "segment_id") == {"PV01", "PV02", "PV03", "PV04", "PV05"}
    assert ids(pv, "chains", "chain_id") == {"pv"}
    # The link to HY01 leaves the chain and goes.
    assert len(pv["segment_links"]) == 4
    assert ids(pv) == {"L01", "L02", "L03", "L04", "L05", "L06", "O01", "O02", "O03", "O04", "O05", "O08", "O09", "O12"}
    assert set(pv["firm_segments"]["segment_id"]) <= ids(pv, "segments", "segment_id")
    assert set(pv["firm_links"]["source_id"]) | set(pv["firm_links"]["target_id"]) <= ids(pv)
    assert len(pv["firm_links"]) == 6
    assert set(pv["confirmations"].get("segment_id", [])) == set()
    assert set(pv["leader_purchases"]["segment_id"]) == {"PV01", "PV02"}
    assert set(pv["segment_rules"]["segment_id"]) == {"PV02"}
    assert ids(pv, "firm_sites", "firm_id") <= ids(pv)
    assert pv["designations"]["chain_id"].tolist() == ["pv", "pv"]
    assert pv["chain_offices"]["chain_id"].isna().sum() == 1  # the office for all chains stays


def test_parents_of_firms_in_a_chain_stay_with_them(toy: ChainGraph) -> None:
    hydrogen = toy.chain("乙氢能")
    assert "O13" in ids(hydrogen)  # in no segment, but the parent of O06
    assert "O13" not in set(hydrogen["firm_segments"]["firm_id"])


@pytest.mark.parametrize(
    ("region", "firms"),
    [
        ("嘉兴", {f"L0{number}" for number in range(1, 10)}),
        ("海宁", {"L02", "L04"}),
        ("嘉兴港区", {"L07"}),
        ("浙江", {f"L0{number}" for number in range(1, 10)} | {"O05"}),
        ("长三角", {f"L0{number}" for number in range(1, 10)} | {"O02", "O03", "O05", "O06", "O07", "O08", "O09"}),
        ("上海", {"O06", "O07"}),
        ("德国", {"O10"}),
        ("大阪", {"O11"}),
    ],
)
def test_the_firms_of_a_region(toy: ChainGraph, region: str, firms: set[str]) -> None:
    assert toy.firms_in(region) == firms
    inside = toy.region(region)
    assert ids(inside) == firms
    assert set(inside["firm_segments"]["firm_id"]) <= firms
    assert len(inside["segments"]) == 9  # chains and segments stay whole
    assert len(inside["chains"]) == 2


def test_a_firm_without_place_is_in_no_region(toy: ChainGraph) -> None:
    assert "O12" not in toy.firms_in("中国")
    with pytest.raises(UnknownNameError, match="无此地"):
        toy.region("无此地")


@pytest.mark.parametrize(
    ("tier", "firms"),
    [
        ("listed", {"L01", "O01", "O02", "O04", "O08"}),
        ("little_giant", {"L01", "L03", "O02", "O05"}),  # any edition
        ("global500", {"O11", "O13"}),
        ("champion", set()),  # not hidden_champion
        ("hidden_champion", {"O07", "O10"}),
    ],
)
def test_the_firms_of_a_tier(toy: ChainGraph, tier: str, firms: set[str]) -> None:
    assert ids(toy.tier(tier)) == firms


def test_slices_of_slices(toy: ChainGraph) -> None:
    both = toy.chain("pv").region("嘉兴")
    assert ids(both) == {"L01", "L02", "L03", "L04", "L05", "L06"}
    assert ids(toy.region("嘉兴").chain("pv")) == ids(both)
    assert both.name == "toy/pv/嘉兴"


def test_slicing_changes_nothing_in_the_graph(toy: ChainGraph) -> None:
    before = {name: frame.copy() for name, frame in toy.tables.items()}
    toy.chain("pv").region("浙江").tier("listed").to_networkx()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(toy[name], frame, obj=name)


def test_the_order_of_rows_does_not_change_a_slice() -> None:
    tables = {name: frame.iloc[::-1] for name, frame in toy_case().tables.items()}
    one, other = build_graph(toy_case()).chain("hy"), ChainGraph("toy", tables).chain("hy")
    for name, shape in TABLES.items():
        key = list(shape.key)
        pd.testing.assert_frame_equal(
            one[name].sort_values(key, ignore_index=True), other[name].sort_values(key, ignore_index=True), obj=name
        )


def test_as_a_network(toy: ChainGraph) -> None:
    network = toy.to_networkx()
    assert network.number_of_nodes() == 2 + 9 + 22
    assert network.number_of_edges() == 9 + 8 + 26 + 8
    assert network.nodes["firm:L01"]["firm"] == "甲一新能源有限公司"
    assert network.nodes["segment:PV02"]["noun"] == "segment"
    assert "aliases" not in network.nodes["firm:L02"]  # what is not known is not there
    kinds = [data["kind"] for _, _, data in network.edges(data=True)]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {
        "in_chain": 9,
        "feeds": 7,
        "same_as": 1,
        "in_segment": 26,
        "owns": 2,
        "supplies": 4,
        "invests": 1,
        "partners": 1,
    }
    supply = network.get_edge_data("firm:O02", "firm:L01")
    assert [edge["product"] for edge in supply.values()] == ["电池片"]
    assert next(iter(supply.values()))["confidence"] == "seen"
    made = network.get_edge_data("firm:L01", "segment:PV03")
    assert next(iter(made.values()))["role_kind"] == "maker"
    assert list(network.successors("segment:PV05")) == ["chain:pv", "segment:HY01"]
    assert network.has_edge("segment:HY01", "chain:hy")
