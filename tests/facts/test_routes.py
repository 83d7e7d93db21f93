"""Recorded paths to local firms, and the next step they open."""

from __future__ import annotations

import pandas as pd

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.groups import families
from chaingraph.facts.routes import find_routes, linked_firms, neighbours, shortest_route
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import load_strategy
from chaingraph.wording.next_steps import find_doors, is_introduction, next_step, zone_for
from chaingraph.wording.phrases import say
from tests.toy import toy_tables

GRAPH = ChainGraph("toy", toy_tables())
with open_engine({name: GRAPH[name] for name in ("firms", "firm_links")}) as asked:
    FAMILIES = families(asked)
LOCAL = {"pv": {"L01", "L02", "L03", "L04", "L05", "L06"}, "hy": {"L07", "L08", "L09"}}
LEADERS = {"pv": {"L01"}, "hy": {"L08"}}


def routes(*firms: str, chain: str = "pv") -> pd.DataFrame:
    targets = pd.DataFrame({"chain_id": chain, "firm_id": list(firms)})
    return find_routes(GRAPH, targets, LEADERS, LOCAL, FAMILIES)


def test_the_shortest_path_to_a_leader_keeps_the_direction_of_goods() -> None:
    found = routes("O09")
    # O09 supplies wafers to O02, O02 supplies cells to L01.
    assert found[["step", "from_id", "kind", "to_id"]].to_numpy().tolist() == [
        [1, "O09", "supplies", "O02"],
        [2, "O02", "supplies", "L01"],
    ]


def test_a_leader_two_steps_away_comes_before_a_nearer_local_firm() -> None:
    # O01 owns L02 (local), which supplies L01 (leader).
    assert routes("O01")["to_id"].tolist() == ["L02", "L01"]


def test_no_path_gives_no_row() -> None:
    assert routes("O05").empty


def test_paths_are_bounded() -> None:
    chain = {str(index): [(str(index + 1), {"kind": "supplies"})] for index in range(9)}
    assert len(shortest_route(chain, ["0"], {"4"})) == 4
    assert shortest_route(chain, ["0"], {"5"}) == []


def test_every_link_is_seen_from_both_ends() -> None:
    tied = neighbours(GRAPH)
    assert "L01" in {other for other, _ in tied["O03"]}
    assert "O03" in {other for other, _ in tied["L01"]}


def test_linked_means_tied_or_sharing_a_partner() -> None:
    linked = linked_firms(GRAPH, LOCAL["pv"], FAMILIES)
    assert {"O01", "O02", "O03", "O04", "O09"} <= linked  # O09 through O02
    assert "O05" not in linked


def test_two_suppliers_of_one_customer_are_no_introduction() -> None:
    rivals = pd.DataFrame(
        {"source_id": ["O05", "L04"], "target_id": ["O13", "O13"], "kind": "supplies", "product": "x"}
    )
    links = pd.concat([GRAPH["firm_links"], rivals], ignore_index=True)
    graph = ChainGraph("rivals", {**GRAPH.tables, "firm_links": links})
    path = find_routes(graph, pd.DataFrame({"chain_id": ["pv"], "firm_id": ["O05"]}), {}, LOCAL, FAMILIES)
    assert path["to_id"].tolist() == ["O13", "O13"]
    assert not is_introduction(path.to_dict("records"))
    assert is_introduction(routes("O09").to_dict("records"))  # goods flow on: O09, O02, L01


def test_a_zone_shared_with_a_country_is_for_firms_of_that_country() -> None:
    zones = ("中德合作园", "甲开发区", "中日产业园")
    assert zone_for(zones, "德国") == "中德合作园"
    assert zone_for(zones, "日本") == "中日产业园"
    assert zone_for(zones, "美国") == "甲开发区"
    assert zone_for(("中德合作园",), "美国") is None


def step(firm_id: str, chain: str = "pv", **changes: object) -> list[str]:
    doors = find_doors(GRAPH, {"L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L09"})
    firm = GRAPH["firms"].set_index("firm_id").loc[firm_id].to_dict()
    row = {"firm_id": firm_id, "chain_id": chain, "candidate_list": "new", "local_unit": None}
    row |= {"landing_zone": "秀洲光伏园"} | changes
    path = routes(firm_id, chain=chain).assign(door=True).to_dict("records")
    names = dict(zip(GRAPH["firms"]["firm_id"], GRAPH["firms"]["firm"], strict=True))
    strategies = {"pv": "extend", "hy": load_strategy("build").name}
    return [say(said, "zh") for said in next_step(row, firm, ("L04",), path, doors, strategies, names)]


def test_the_local_end_of_the_path_opens_the_door() -> None:
    assert step("O09")[0] == "请甲一新能源有限公司引荐"
    assert "由驻上海招商人员对接" in step("O09")  # decides in 上海, though its seat is in 常州


def test_without_a_path_the_local_buyer_is_asked() -> None:
    said = step("O05")
    assert said[0] == "先问可能的采购方甲四光伏科技有限公司最希望引进哪类配套"
    assert said[1] == "由市经信局牵头"
    assert said[2] == "推荐落地秀洲光伏园"


def test_abroad_the_planned_office_is_named_and_called_planned() -> None:
    assert "委托德国境外商务办事处（规划设立）对接" in step("O10", chain="hy")
    assert not any("办事处" in part for part in step("O11", chain="hy"))  # none is planned in Japan in this case


def test_build_names_a_carrier() -> None:
    assert step("O10", chain="hy")[-1] == "可联合甲氢能研究院"


def test_two_chains_of_one_name_both_have_their_doors() -> None:
    chains = pd.concat([GRAPH["chains"], GRAPH["chains"].tail(1).assign(chain_id="twin")], ignore_index=True)
    doors = find_doors(ChainGraph("twins", {**GRAPH.tables, "chains": chains}), set())
    last = GRAPH["chains"]["chain_id"].iloc[-1]
    assert set(doors.chains) == {*GRAPH["chains"]["chain_id"], "twin"}
    assert doors.carriers.get("twin") == doors.carriers.get(last)
    assert doors.zones.get("twin") == doors.zones.get(last)


def test_a_group_with_a_unit_is_met_through_it() -> None:
    said = step("O01", candidate_list="reinvest", local_unit="甲二硅材料有限公司")
    assert said[0] == "经其本地单位洽谈：甲二硅材料有限公司"
