"""A note that says how a firm stands where no table says so is told; one that a table bears out is not."""

from __future__ import annotations

import pytest

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.standing import STANDING_TABLES
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.contradictions import contradictions, tell_contradictions
from tests.toy import toy_tables

FACT = {"signal_id": "n1", "firm_id": "O01", "kind": "exit", "date": "2025-01", "text": "退出", "source": "报道"}


def graph(note: str, **fact: object) -> ChainGraph:
    tables = toy_tables()
    firms = tables["firms"].copy()
    firms.loc[firms["firm_id"] == "O02", "note"] = note
    signals = tables["firm_signals"].iloc[:0]
    if fact:
        signals = signals.reindex(range(1)).assign(**{name: value for name, value in (FACT | fact).items()})
        signals = signals.astype(tables["firm_signals"].dtypes.to_dict())
    return ChainGraph(
        "noted", {**tables, "firms": firms, "firm_signals": signals, "firm_sites": tables["firm_sites"][:0]}
    )


def told(made: ChainGraph, region: str | None = "嘉兴") -> list[str]:
    with open_engine({name: made[name] for name in STANDING_TABLES}) as query:
        return [one.clause for one in contradictions(made, query, region) if one.firm_id == "O02"]


@pytest.mark.parametrize(
    ("note", "clauses"),
    [
        ("2022榜单;2022-12宣布退出大陆婴幼儿营养,不是新目标", ["2022-12宣布退出大陆婴幼儿营养", "不是新目标"]),
        ("储能业务已转让某公司", ["储能业务已转让某公司"]),
        ("法院受理破产重整", ["法院受理破产重整"]),
        ("未停产,传闻破产,拟退出业务", []),
        ("行业龙头,产品齐全", []),
    ],
)
def test_a_note_that_no_table_bears_out_is_told(note: str, clauses: list[str]) -> None:
    assert told(graph(note)) == clauses


def test_a_fact_in_the_tables_bears_it_out() -> None:
    note = "宣布退出硅片业务,不是新目标"
    assert told(graph(note, firm_id="O02")) == []
    assert len(told(graph(note, firm_id="O02", review="pending"))) == 2  # nobody has reviewed it


def test_without_a_region_nothing_is_asked_of_being_here() -> None:
    assert told(graph("已在本地设厂"), region="嘉兴") == ["已在本地设厂"]
    assert told(graph("已在本地设厂"), region=None) == []


def test_many_are_counted() -> None:
    made = graph("法院受理破产重整,已注销,已出售,宣布退出")
    with open_engine({name: made[name] for name in STANDING_TABLES}) as query:
        found = contradictions(made, query, "嘉兴")
    said = tell_contradictions(found, {"O02": "乙二"}, "zh", most=2)
    assert len(said) == 3
    assert "乙二" in said[0]
    assert "法院受理破产重整" in said[0]
    assert said[2] == "注意：另有2条备注与各表不符。"
