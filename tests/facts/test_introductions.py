"""Who opens a door: real ties in the same business; no rival, no sister of another trade, no shared customer."""

from __future__ import annotations

import pandas as pd

import chaingraph as cg
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.groups import families
from chaingraph.facts.introductions import find_introductions, introducers_for
from chaingraph.facts.roles import firm_roles
from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

LOCAL = {f"L0{number}" for number in range(1, 10)}


def doors(
    firm: str,
    chain: str,
    *links: tuple[str, str, str],
    makes: tuple[tuple[str, str], ...] = (),
    confidence: str = "seen",
    product: str | None = None,
    secret: str = "",
) -> list[str]:
    """The firms on the way from a target to its introducer, where these are the only links."""
    tables = toy_tables()
    tables["firm_links"] = tables["firm_links"].iloc[:0]
    rows = [
        {
            "source_id": one,
            "target_id": two,
            "kind": kind,
            "source": "构造",
            "confidence": confidence,
            "product": product,
        }
        for one, two, kind in links
    ]
    tables = with_rows(tables, "firm_links", *rows)
    tables["firms"] = tables["firms"].assign(sensitive=(tables["firms"]["firm_id"] == secret).astype("boolean"))
    made = [{"firm_id": who, "segment_id": what, "kind": "maker", "source": "构造"} for who, what in makes]
    graph = ChainGraph("toy", with_rows(tables, "firm_segments", *made))
    named = ("firms", "firm_links", "firm_segments", "segments", "segment_links")
    with open_engine({**{name: graph[name] for name in named}, "segment_nodes": segment_nodes(graph)}) as query:
        groups, roles = families(query), firm_roles(query)
    targets = pd.DataFrame({"chain_id": [chain], "firm_id": [firm]})
    found = find_introductions(graph, targets, {"pv": {"L01"}, "hy": set()}, LOCAL, groups, roles)
    return [end for ends in zip(found["from_id"], found["to_id"], strict=True) for end in ends]


def test_a_supply_link_opens_a_door_in_every_chain() -> None:
    assert doors("O04", "pv", ("O04", "L04", "supplies")) == ["O04", "L04"]
    assert doors("O04", "hy", ("O04", "L04", "supplies")) == ["O04", "L04"]  # L04 makes nothing of hydrogen


def test_hearsay_opens_none() -> None:
    assert doors("O04", "pv", ("O04", "L04", "supplies"), confidence="unsure") == []


def test_a_firm_under_secrecy_is_no_door() -> None:
    assert doors("O04", "pv", ("O04", "L04", "supplies"), secret="L04") == []
    assert doors("O04", "pv", ("O04", "L04", "supplies"), secret="L05") == ["O04", "L04"]


def test_a_tie_of_the_group_counts_for_its_members() -> None:
    assert doors("O06", "hy", ("O13", "L08", "partners")) == ["O13", "L08"]  # O13 is O06's parent


def test_who_shares_a_customer_or_a_supplier_opens_none() -> None:
    assert doors("O03", "pv", ("O03", "O02", "supplies"), ("L04", "O02", "supplies")) == []


def test_a_parent_of_a_local_firm_does_and_two_steps_of_trade_do_not() -> None:
    assert doors("O03", "pv", ("O03", "O10", "supplies"), ("O10", "L04", "owns")) == ["O03", "O10", "O10", "L04"]
    assert doors("O03", "pv", ("O03", "O10", "supplies"), ("O10", "L04", "supplies")) == []


def test_a_rival_opens_no_door_unless_one_supplies_the_other() -> None:
    rival = (("L04", "PV02"),)  # makes what O02 makes
    assert doors("O02", "pv", ("O02", "L04", "partners"), makes=rival) == []
    assert doors("O02", "pv", ("O02", "L04", "partners")) == ["O02", "L04"]
    assert doors("O02", "pv", ("O02", "L04", "supplies"), makes=rival) == ["O02", "L04"]


def test_an_owner_s_tie_counts_only_in_the_same_business() -> None:
    assert doors("O03", "pv", ("O03", "L04", "invests")) == ["O03", "L04"]
    assert doors("O03", "hy", ("O03", "L04", "invests")) == []


def test_a_leader_is_asked_first_and_daily_work_before_capital() -> None:
    assert doors("O02", "pv", ("O02", "L01", "partners"), ("O02", "L04", "supplies")) == ["O02", "L01"]
    assert doors("O02", "pv", ("O02", "L05", "partners"), ("O02", "L04", "invests")) == ["O02", "L05"]


def test_what_is_traded_has_to_be_of_the_business_that_is_sought() -> None:
    # O04 makes inverters (pv), power supplies for electrolysis (of both chains) and, here, wafers; L07 electrolysers.
    wafers, trade = ("O04", "L07", "supplies"), (("O04", "PV01"),)
    assert doors("O04", "pv", wafers, makes=trade, product="硅片(长单)") == ["O04", "L07"]
    assert doors("O04", "hy", wafers, makes=trade, product="硅片(长单)") == []
    assert doors("O04", "hy", wafers, makes=trade, product="制氢电源") == ["O04", "L07"]
    assert doors("O04", "hy", wafers, makes=trade, product="逆变器") == [
        "O04",
        "L07",
    ]  # these go into those
    assert doors("O04", "hy", ("L07", "O04", "supplies"), product="碱性电解槽") == ["L07", "O04"]
    # Electrolysers go neither into nor out of what O01 makes: wafers and modules.
    assert doors("O01", "pv", ("L07", "O01", "supplies"), product="碱性电解槽") == []
    assert doors("O01", "pv", ("L07", "O01", "supplies")) == []  # all that L07 makes
    assert doors("O01", "pv", ("O11", "O01", "supplies"), ("O11", "L07", "owns")) == [
        "O11",
        "O01",
        "O11",
        "L07",
    ]  # unknown


def test_of_two_sisters_what_passes_between_them_has_to_be_of_the_business_too() -> None:
    sisters, parent = ("O06", "L07", "supplies"), ("O13", "L07", "owns")
    assert doors("O06", "hy", sisters, parent, product="PEM电解槽") == ["O06", "L07"]
    trade = (("O06", "PV03"), ("L07", "PV03"))  # both make modules as well; electrolysers are no way to those
    assert doors("O06", "pv", sisters, parent, makes=trade, product="PEM电解槽") == ["O13", "L07"]


def test_who_serves_a_city_a_country_or_a_chain_may_be_asked_and_opens_no_door() -> None:
    def serves(name: str, **said: object) -> dict[str, object]:
        return {"introducer": name, "knows_id": None, "country": "中国", "city": None, "focus_chains": None} | said

    held = [
        serves("某联盟", focus_chains="乙氢能"),
        serves("杭州商会", city="杭州"),
        serves("德商会", country="德国"),
        serves("友城", country="德国", city="汉堡"),
        serves("某基金", city="杭州", focus_chains="甲光伏"),
        serves("熟人单位", knows_id="O10"),
        serves("全国协会"),
    ]
    hydrogen = ("hy", "乙氢能")
    assert introducers_for(held, "中国", ("杭州",), hydrogen) == ["杭州商会", "某联盟"]
    assert introducers_for(held, "德国", ("慕尼黑",), hydrogen) == ["德商会", "某联盟"]
    assert introducers_for(held, "德国", ("汉堡",), ("pv",)) == ["友城", "德商会"]
    assert introducers_for(held, "中国", ("合肥",), ("pv", "甲光伏")) == ["某基金"]
    assert introducers_for(held, "日本", (), ("pv",)) == []
    tables = with_rows(toy_tables(), "introducers", *({**row, "kind": "chamber", "source": "名录"} for row in held[:5]))
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2024-06-01")
    marks = found.marks["zh"].query("firm_id == 'O10' and mark == 'door'")
    assert not marks["filled"].any()
    assert marks["ask_whom"].str.startswith("德商会、某联盟").all()
    rows = found.targets["zh"].set_index("firm_id")
    assert "请德商会、某联盟帮助牵线" in str(rows.loc[["O10"], "next_step"].tolist())
