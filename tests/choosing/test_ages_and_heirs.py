"""Grades age and say by what; a leader in decline is said to be so; parents stand for what their units make."""

from __future__ import annotations

import pytest

import chaingraph as cg
from chaingraph.choosing.trust import evidence_grade
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.warnings import region_warnings
from tests.made_facts import with_rows
from tests.toy import toy_tables


def found(tables: dict, as_of: str = "2024-06-01") -> Findings:
    return cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of=as_of)


def test_an_old_product_text_lowers_the_grade_and_its_date_is_printed() -> None:
    tables = toy_tables()
    made = tables["firm_segments"]
    dated = made.assign(as_of=made["as_of"].mask(made["firm_id"] == "O05", "2018"))
    now, later = found({**tables, "firm_segments": dated}), found(tables)
    old = now.targets["zh"].set_index(["chain_id", "firm_id"]).loc[("pv", "O05")]
    new = later.targets["zh"].set_index(["chain_id", "firm_id"]).loc[("pv", "O05")]
    assert old["evidence_grade"] == "C" >= new["evidence_grade"]
    assert "产品依据为2018资料" in old["risk"]
    assert "证据C级，缺：" in old["risk"]  # a C says what it lacks
    assert "五年内的产品资料" in old["risk"]
    assert "五年内" not in str(new["risk"])


def test_a_leader_in_decline_is_said_to_be_so() -> None:
    sign = {"firm_id": "L01", "kind": "downsizing", "date": "2024-02", "source": "报道"}
    declining = found(with_rows(toy_tables(), "firm_signals", sign)).leaders["zh"].set_index("firm_id")
    assert "正在收缩" in declining.loc["L01", "reason"]
    assert "收缩" not in found(toy_tables()).leaders["zh"].set_index("firm_id").loc["L01", "reason"]


def test_a_parent_without_a_row_stands_for_its_unit_as_reinvestment_and_is_counted() -> None:
    tables = toy_tables()
    firms = tables["firms"]
    parent = {"firm_id": "O20", "firm": "丁二十控股集团", "country": "中国", "city": "上海", "source": "年报"}
    tables = with_rows(
        {**tables, "firms": firms.assign(parent_id=firms["parent_id"].mask(firms["firm_id"] == "L05", "O20"))},
        "firms",
        parent,
    )
    tables["segment_rules"] = tables["segment_rules"].iloc[:0]
    graph = ChainGraph("toy", tables)
    rows = found(tables).leader_targets["zh"]
    own = rows[rows["firm_id"] == "O20"]
    assert own["candidate_list"].tolist() == ["reinvest"]
    assert own["segment_id"].tolist() == ["PV03"]
    assert own["local_unit"].tolist() == ["甲五太阳能有限公司"]
    gaps = cg.find_gaps(graph, region="嘉兴", reference=None)
    assert any(said.startswith("1家外地母公司") for said in region_warnings(graph, "嘉兴", gaps, "zh"))
    assert not any("母公司" in said for said in region_warnings(ChainGraph("toy", toy_tables()), "嘉兴", gaps, "zh"))


@pytest.mark.parametrize(("years", "grade"), [(0.0, "A"), (3.0, "A"), (3.1, "B"), (5.0, "B"), (5.1, "C")])
def test_what_was_read_three_years_ago_is_b_at_best_and_five_c(years: float, grade: str) -> None:
    seen = ("seen", "seen")
    assert evidence_grade(text=True, code=True, comparable=12, confidences=seen, national=True, years=years) == grade
