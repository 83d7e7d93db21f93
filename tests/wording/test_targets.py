"""Words: what a row says, and that it says no more than is known."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.firm import explain_firm, find_listed
from chaingraph.wording.gaps import weekly_questions
from chaingraph.wording.phrases import as_told
from chaingraph.wording.targets import tier_names
from tests.toy import SOURCE, toy_tables


@pytest.fixture(scope="module")
def toy() -> Findings:
    return cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", as_of="2024-06")


def row(found: Findings, firm_id: str, lang: str = "zh", chain: str = "pv") -> pd.Series:
    table = found.targets[lang]
    return table[(table["firm_id"] == firm_id) & (table["chain_id"] == chain)].iloc[0]


def test_a_row_names_gap_buyer_sign_and_likeness(toy: Findings) -> None:
    said = row(toy, "O03")["reasons"]
    assert "补“电池片”（本数据中未见本地企业）" in said
    assert "甲一新能源有限公司" in said
    assert "2023-11有融资信号：完成C轮融资" in said


def test_without_a_multiple_the_actual_reason_is_told(toy: Findings) -> None:
    key = toy.shares.loc[(toy.shares["list"] == "main") & (toy.shares["chain_id"] == "pv"), "firm_id"]
    firm = next(name for name in key if name in set(toy.targets["zh"]["firm_id"]))

    def told(lists: pd.DataFrame) -> str:
        changed = replace(toy, targets={**toy.targets, "zh": lists}, leader_targets={"zh": lists.head(0)})
        return explain_firm(changed, firm, "zh")

    whole = toy.targets["zh"]
    all_without = told(whole.assign(fit_lift=float("nan")))
    assert "参照中没有本地区或该环节的企业" in all_without
    assert "没有可比的本地企业" not in all_without  # they are named in the line below
    assert "相近的本地企业" in all_without
    one = whole.assign(fit_lift=whole["fit_lift"].fillna(1.0).mask(whole["firm_id"] == firm))
    assert "参照中没有“" in told(one)
    alone = replace(toy, shares=toy.shares[toy.shares["firm_id"] != firm])
    alone = replace(alone, targets={**toy.targets, "zh": one}, leader_targets={"zh": one.head(0)})
    assert "契合：没有可比的本地企业" in explain_firm(alone, firm, "zh")


def test_an_unknown_project_is_said_to_be_unknown(toy: Findings) -> None:
    assert row(toy, "O05")["proposal"] == "逆变器;整流；项目形式与规模不详"
    assert "公告新建硅片项目" in row(toy, "O09")["proposal"]
    assert row(toy, "O01")["proposal"].startswith("增资扩产")


def test_a_tie_through_others_is_not_called_ownership(toy: Findings) -> None:
    # O09 supplies O02, which supplies L01: no share in anybody.
    assert "经乙二电池科技股份有限公司与本地甲一新能源有限公司相连" in row(toy, "O09")["reasons"]
    assert row(toy, "O09")["route"].count("→") == 1


def test_risk_names_what_was_not_assessed(toy: Findings) -> None:
    assert "制裁与出口管制风险未评估" in row(toy, "O10", chain="hy")["risk"]
    assert "资料存疑" in row(toy, "O12")["risk"]


def test_a_passed_edition_is_not_counted_and_told() -> None:
    tables = toy_tables()
    tables["firms"].loc[tables["firms"]["firm_id"] == "O05", "tiers"] = "little_giant(2021)"
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴")
    assert pd.isna(row(found, "O05")["tiers"])
    assert "旧榜单" in row(found, "O05")["risk"]


def test_sources_are_kept(toy: Findings) -> None:
    assert set(toy.targets["zh"]["sources"]) == {SOURCE}


def test_english_rows_are_english_where_names_are(toy: Findings) -> None:
    said = row(toy, "O01", "en")["reasons"]
    assert "Wafers" in said
    assert not set(said) & set("补属还环节")


def test_short_lists_say_why() -> None:
    tables = toy_tables()
    tables["firm_segments"] = tables["firm_segments"][tables["firm_segments"]["firm_id"] != "O07"]
    notes = cg.survey(ChainGraph("toy", tables), region="嘉兴").notes["zh"]
    hy = notes.loc[notes["chain_id"] == "hy", "note"].str.cat(sep="|")
    assert "新引目标仅" in hy
    assert "非制造" in hy
    assert "不含随机游走与邻近城市两项" in hy  # the reference in the box says what it lacks


def test_explain_by_name_part_or_id(toy: Findings) -> None:
    by_id = cg.explain(toy, "O09")
    assert cg.explain(toy, "乙九") == by_id
    assert "尚未掌握" in by_id
    assert "S=" in by_id
    assert "甲一新能源有限公司（占12%）" in by_id
    in_english = cg.explain(toy, "O09", lang="en")
    assert "like Jiayi here (12%)" in in_english  # its English name
    assert "like 甲二硅材料有限公司 here (53%)" in in_english  # which has none
    assert "甲一" not in in_english
    lists = toy.targets["zh"]
    with pytest.raises(cg.ChaingraphError, match="不止一家"):
        find_listed(lists, "有限公司")


def test_explain_says_when_there_is_no_basis() -> None:
    tables = toy_tables()
    for name in ("firms", "firm_segments", "firm_products", "firm_sites", "firm_signals"):
        tables[name] = tables[name][~tables[name]["firm_id"].str.startswith("L")]
    tables["firm_links"] = tables["firm_links"].iloc[:0]
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴")
    assert "无从计算" in cg.explain(found, "O05")


def test_questions_are_ranked_and_bounded(toy: Findings) -> None:
    # HY02: none known 2, two buyers 1, high value 1, choke point 1, must-pass 1; PV02 has 5 points.
    assert toy.questions["zh"]["segment_id"].tolist()[:2] == ["HY02", "PV02"]
    assert len(weekly_questions(as_told(toy.gaps).frame, most=2)) == 2


@pytest.mark.parametrize(("tiers", "shown"), [("global500(2022);soe", "世界500强(2022)、央企国企"), (None, "")])
def test_tier_names(tiers: object, shown: str) -> None:
    assert tier_names(tiers, "zh") == shown
