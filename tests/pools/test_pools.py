"""The plan's other ways to recruit, on the toy case with constructed tables: every row worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from chaingraph.api import find_pool, survey
from chaingraph.cli.main import main
from chaingraph.errors import StoreError, UnknownNameError
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.columns import DTYPES
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import shipped
from chaingraph.model.results import POOL_COLUMNS
from chaingraph.model.schema import TABLES
from chaingraph.pools import Pool
from chaingraph.reading.read import read_case
from chaingraph.writers.pools import write_pools
from tests.toy import SOURCE, toy_tables, write_toy

FOREIGN = [
    # L07 was registered seven months before 2024-05; L05 has large profits; L09 has paid in 2 of 20; L01 half of 20.
    {"firm_id": "L07", "investor": "丙一电解技术公司", "registered": "2023-10-08", "total_investment_usd_m": 60,
     "contracted_usd_m": 9, "paid_in_usd_m": 0},
    {"firm_id": "L05", "registered": "2015", "undistributed_usd_m": 7.5, "total_investment_usd_m": 90},
    {"firm_id": "L09", "registered": "2020-01", "contracted_usd_m": 20, "paid_in_usd_m": 2},
    {"firm_id": "L01", "registered": "2006-05-18", "contracted_usd_m": 20, "paid_in_usd_m": 10.01},
    {"firm_id": "O10", "registered": "2024-01", "total_investment_usd_m": 500},
]  # fmt: skip
FUNDS = [{"fund": "构造基金一号", "manager": "构造基金管理公司"}, {"fund": "构造基金二号"}]
HOLDINGS = [
    {"fund": "构造基金一号", "firm_id": "O03", "round": "A", "date": "2021-02", "amount_cny_m": 50},
    {"fund": "构造基金一号", "firm_id": "O03", "round": "C", "date": "2023-11", "amount_cny_m": 800},
    {"fund": "构造基金二号", "firm_id": "O07", "round": "B", "date": "2019"},
    {"fund": "构造基金二号", "firm_id": "O08", "round": "A"},
    {"fund": "构造基金二号", "firm_id": "L01", "round": "A"},
    {"fund": "构造基金二号", "firm_id": "O13", "round": "A"},
]
CAPABILITIES = [
    {
        "holder": "构造研究院",
        "segment_id": "PV02",
        "capability": "钙钛矿叠层",
        "carrier": "甲氢能研究院",
        "city": "北京",
    }
]
PARCELS = [
    {"parcel": "秀洲一号地", "zone": "秀洲光伏园", "area_mu": 120, "use": "工业", "ready": "2024-09"},
    {"parcel": "秀洲二号地", "zone": "秀洲光伏园", "area_mu": 250, "use": "工业"},
    {"parcel": "秀洲小地", "zone": "秀洲光伏园", "area_mu": 40, "use": "工业"},
    {"parcel": "住宅地", "zone": "秀洲光伏园", "area_mu": 400, "use": "住宅"},
    {"parcel": "港区地", "zone": "港区氢能园", "area_mu": 300},
    {"parcel": "无名地"},
]


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    table = TABLES[name]
    frame = pd.DataFrame([{"source": SOURCE, "confidence": "seen", **row} for row in rows], columns=table.names)
    return frame.astype({column.name: DTYPES[column.kind] for column in table.columns})


def _graph(**tables: pd.DataFrame) -> ChainGraph:
    return build_graph(Case("toy", toy_tables() | tables))


def _pool(name: str, *, lang: str = "zh", on: str | None = None, **tables: pd.DataFrame) -> Pool:
    graph = _graph(**tables)
    return find_pool(graph, survey(graph, region="嘉兴", draws=0, lang=lang, as_of="2024-06"), name, on=on, lang=lang)


def _firms(pool: Pool, kind: str) -> list[str]:
    return pool.rows.loc[pool.rows["list"] == kind, "firm_id"].tolist()


def test_three_lists_of_foreign_firms() -> None:
    """方案6: 新设且投资总额大、外方未分配利润多、合同外资多而实到少。"""
    pool = _pool("reinvest", foreign_investments=_table("foreign_investments", FOREIGN))
    assert _firms(pool, "new_large") == ["L07"]
    assert _firms(pool, "undistributed") == ["L05"]
    assert _firms(pool, "low_paid_in") == ["L09"]  # L01 has paid in more than half; L07 contracted too little
    row = pool.rows[pool.rows["firm_id"] == "L09"].iloc[0]
    assert (row["amount"], row["amount_unit"]) == (18.0, "usd_m")
    assert "合同外资20百万美元" in row["reasons"]
    assert "尚差18" in row["reasons"]
    assert pool.dropped.to_dict("records") == [{"gate": "not_local", "count": 1, "firms": "丙一电解技术公司"}]


def test_an_unknown_figure_puts_no_firm_on_a_list_and_is_counted() -> None:
    pool = _pool("reinvest", foreign_investments=_table("foreign_investments", [{"firm_id": "L05"}]))
    assert pool.rows.empty
    assert sum("1家企业缺少所需数额" in note for note in pool.notes) == 3


def test_funds_lead_to_firms_that_make_what_is_lacking() -> None:
    """方案7: 跟随资本招引。"""
    pool = _pool("fund", funds=_table("funds", FUNDS), fund_holdings=_table("fund_holdings", HOLDINGS))
    assert _firms(pool, "follow_on") == ["O03"]
    row = pool.rows.iloc[0]
    assert (row["amount"], row["amount_unit"], row["date"], row["via"]) == (800.0, "cny_m", "2023-11", "构造基金一号")
    assert row["segment_id"] == "PV02"
    assert "构造基金管理公司" in row["next_step"]
    # O07's only segment HY03 has a local cluster: present_unlisted is a state asked about.
    assert _firms(pool, "portfolio") == ["O07"]
    assert _firms(pool, "local_investor") == ["O03"]  # L01 invests in O03
    held = dict(zip(pool.dropped["gate"], pool.dropped["count"], strict=True))
    assert held == {"insolvency": 1, "local": 1, "no_gap": 1}  # O08, L01, O13


@pytest.mark.parametrize(
    ("changed", "held"),
    [
        ({"kind": "buyer"}, True),
        ({"kind": "operator"}, True),  # PV02 is made, not operated
        ({"kind": None}, False),
        ({"status": "stopped"}, True),
    ],
)
def test_a_fund_leads_to_makers_alone(changed: dict[str, str | None], held: bool) -> None:
    rows = toy_tables()["firm_segments"]
    of_firm = rows["firm_id"] == "O03"
    rows.loc[of_firm, list(changed)] = list(changed.values())
    pool = _pool(
        "fund", firm_segments=rows, funds=_table("funds", FUNDS), fund_holdings=_table("fund_holdings", HOLDINGS)
    )
    assert ("O03" in set(pool.rows["firm_id"])) != held


def test_a_fund_leads_to_the_operators_of_a_service() -> None:
    tables = toy_tables()
    rows, segments = tables["firm_segments"], tables["segments"]
    rows.loc[rows["firm_id"] == "O03", "kind"] = "operator"
    services = segments.assign(service=(segments["segment_id"] == "PV02").astype("boolean"))
    held = {"funds": _table("funds", FUNDS), "fund_holdings": _table("fund_holdings", HOLDINGS)}
    assert "O03" in _firms(_pool("fund", firm_segments=rows, segments=services, **held), "follow_on")


def test_headquarters_asks_groups_with_a_unit_here() -> None:
    """方案4: 总部企业和功能性机构。"""
    pool = _pool("headquarters", on="2025-06-01")
    assert _firms(pool, "functional") == ["O01"]  # owns L02 at 海宁; nothing but the unit on record here
    assert pool.rows["via"].tolist() == ["甲二硅材料有限公司"]
    assert "总部、研发中心、办事处" in pool.rows["reasons"].iloc[0]
    assert any("最高500万元" in note for note in pool.notes)
    ended = _pool("headquarters", on="2026-01-01").notes
    assert not any("最高500万元" in note for note in ended)
    assert not any("总部企业奖励" in note for note in ended)  # what has ended is not named


def test_a_function_on_record_is_not_asked_for() -> None:
    sites = toy_tables()["firm_sites"]
    lab = _table("firm_sites", [{"firm_id": "O01", "region": "海宁市", "kind": "lab"}])
    pool = _pool("headquarters", firm_sites=pd.concat([sites, lab], ignore_index=True))
    assert "研发中心" not in pool.rows["reasons"].iloc[0]


def test_a_foreign_group_with_units_in_two_cities_may_want_a_seat() -> None:
    sites = toy_tables()["firm_sites"]
    two = [{"firm_id": "O11", "region": city, "kind": "plant"} for city in ("苏州", "无锡")]
    same = [{"firm_id": "O10", "region": city, "kind": "plant"} for city in ("海宁市", "嘉兴")]
    pool = _pool("headquarters", firm_sites=pd.concat([sites, _table("firm_sites", two + same)], ignore_index=True))
    assert set(_firms(pool, "china_seat")) == {"O10", "O11"}  # O10 has an office in Shanghai beside Jiaxing
    seat = _table("firm_sites", [{"firm_id": "O11", "region": "上海", "kind": "hq"}])
    tables = pd.concat([sites, _table("firm_sites", two), seat], ignore_index=True)
    assert "O11" not in _firms(_pool("headquarters", firm_sites=tables), "china_seat")


def test_technology_lists_holders_for_missing_and_needed_segments() -> None:
    """方案8: 缺失、高附加值、卡脖子环节和企业技术需求。"""
    pool = _pool("technology", capabilities=_table("capabilities", CAPABILITIES))
    # none_known or thin and flagged: PV02, PV04, HY02; PV02 also has a stated need.
    assert set(pool.rows["segment_id"]) == {"PV02", "PV04", "HY02"}
    institute = pool.rows[pool.rows["list"] == "institute"].iloc[0]
    assert (institute["firm"], institute["via"]) == ("构造研究院", "甲氢能研究院")
    assert pd.isna(institute["firm_id"])
    assert "甲一新能源有限公司提出需求：钙钛矿叠层电池中试" in institute["reasons"]
    assert set(_firms(pool, "firm")) == {"O02", "O05", "O10"}  # little_giant, little_giant, hidden_champion
    assert "丙一电解技术公司" in pool.rows.loc[pool.rows["segment_id"] == "HY02", "firm"].tolist()


def test_technology_says_where_nobody_is_on_record() -> None:
    roles = toy_tables()["firm_segments"]
    pool = _pool("technology", firm_segments=roles[roles["firm_id"].str.startswith("L")].reset_index(drop=True))
    assert set(pool.rows["list"]) == {"open"}
    assert pool.rows["next_step"].str.contains("甲氢能研究院").all()


def test_sites_match_by_size_level_and_focus() -> None:
    """方案三(二): 连片100亩以上、储备200亩以上,70%向省级以上开发区倾斜。"""
    pool = _pool("site", parcels=_table("parcels", PARCELS))
    # PV02 needs 100 mu: the smallest large enough in the provincial zone first, the flat of 40 and the housing never.
    wanted = pool.rows[(pool.rows["firm_id"] == "O02") & (pool.rows["segment_id"] == "PV02")]
    assert set(wanted["via"]) == {"秀洲一号地(秀洲光伏园)", "秀洲二号地(秀洲光伏园)", "港区地(港区氢能园)"}
    kinds = dict(zip(wanted["via"], wanted["list"], strict=True))
    assert kinds["秀洲一号地(秀洲光伏园)"] == "contiguous"
    assert kinds["秀洲二号地(秀洲光伏园)"] == kinds["港区地(港区氢能园)"] == "reserve"
    assert "住宅地" not in "".join(pool.rows["via"])
    assert "最小用地100亩" in wanted["reasons"].iloc[0]
    # Where no need is known, no size rules a parcel out, and an unknown size is said to be so.
    other = pool.rows[pool.rows["segment_id"] == "HY02"]
    assert "面积未作比较" in "".join(other["reasons"])


def test_a_parcel_outside_a_chemical_park_is_left_out_where_the_segment_needs_one() -> None:
    rules = _table("segment_rules", [{"segment_id": "PV02", "region": "嘉兴", "chem_park": True}])
    pool = _pool("site", parcels=_table("parcels", PARCELS[:5]), segment_rules=rules)
    assert "O02" not in set(pool.rows["firm_id"])
    assert "no_parcel" in set(pool.dropped["gate"])


def test_without_parcels_zones_are_named() -> None:
    pool = _pool("site", parcels=_table("parcels", []))
    assert set(pool.rows["list"]) == {"zone"}
    assert "没有“地块”表" in pool.notes[0]


def test_teams_take_the_city_of_decision_before_the_seat() -> None:
    pool = _pool("team")
    held = pool.rows.set_index("firm_id")
    assert held.loc["O09", "list"] == "驻上海"  # seated in 常州, decided in 上海
    assert held.loc["O09", "via"] == "决策地"
    assert held.loc["O04", "list"] == "驻深圳"
    assert held.loc["O10", "list"].startswith("境外 德国")
    assert not pool.rows["firm_id"].duplicated().any()


@cache
def _whole(*, turned: bool = False) -> tuple[ChainGraph, Findings]:
    """The toy case with all tables of the pools, its rows in order or turned around, and what is found in it."""
    tables = toy_tables() | {
        "foreign_investments": _table("foreign_investments", FOREIGN),
        "funds": _table("funds", FUNDS),
        "fund_holdings": _table("fund_holdings", HOLDINGS),
        "parcels": _table("parcels", PARCELS),
        "capabilities": _table("capabilities", CAPABILITIES),
    }
    if turned:
        tables = {name: frame.take(range(len(frame))[::-1]).reset_index(drop=True) for name, frame in tables.items()}
    graph = build_graph(Case("toy", tables))
    return graph, survey(graph, region="嘉兴", draws=0, as_of="2024-06")


@pytest.mark.parametrize("name", shipped("pools"))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_pool_is_whole_in_both_languages(name: str, lang: str) -> None:
    pool = find_pool(*_whole(), name, lang=lang)
    assert pool.rows.columns.tolist() == list(POOL_COLUMNS)
    assert len(pool.rows)
    assert pool.rows["reasons"].notna().all()
    assert pool.rows["next_step"].notna().all()
    assert (pool.rows["confidence"].notna() | (pool.rows["list"] == "open")).all()
    ranks = pool.rows.groupby("list")["rank"].agg(list)
    assert all(held == list(range(1, len(held) + 1)) for held in ranks)
    assert pool.notes


@pytest.mark.parametrize("name", shipped("pools"))
def test_row_order_never_matters(name: str) -> None:
    turned = find_pool(*_whole(turned=True), name)
    pd.testing.assert_frame_equal(find_pool(*_whole(), name).rows, turned.rows)


def test_an_unknown_pool_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no pool 'raffle'; choose: reinvest, fund"):
        find_pool(*_whole(), "raffle")


def test_tables_are_read_checked_and_resolved(tmp_path: Path) -> None:
    toy = write_toy(tmp_path / "toy")
    (toy / "外资企业.csv").write_text(
        "企业名称,外方股东,登记日期,投资总额(万美元),合同外资,实到外资\n"
        "甲九加氢有限公司,某外方,2020-01,3000,1.2亿美元,200万美元\n"
        "甲七氢能装备有限公司,某外方,2023-10,6000万元,9,0\n",
        encoding="utf-8",
    )
    (toy / "funds.csv").write_text("fund,manager\n构造基金,某管理人\n", encoding="utf-8")
    (toy / "fund_holdings.csv").write_text(
        "fund,firm_id,round\n构造基金,乙三能源股份有限公司,C\n没有的基金,O02,A\n", encoding="utf-8"
    )
    case = read_case(toy)
    row = case["foreign_investments"].set_index("firm_id").loc["L09"]
    assert (row["total_investment_usd_m"], row["contracted_usd_m"], row["paid_in_usd_m"]) == (30.0, 120.0, 2.0)
    assert case["fund_holdings"]["firm_id"].tolist() == ["O03"]
    rejected = case.rejects.set_index("column")
    assert "6000万元" in rejected.loc["total_investment_usd_m", "value"]  # yuan are not dollars
    assert "没有的基金" in rejected.loc["fund", "value"]


def test_hostile_names_are_inert_in_the_workbook(tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    firms = toy_tables()["firms"]
    firms["firm"] = firms["firm"].where(firms["firm_id"] != "O03", evil)
    graph = _graph(firms=firms, funds=_table("funds", FUNDS), fund_holdings=_table("fund_holdings", HOLDINGS))
    found = survey(graph, region="嘉兴", draws=0, as_of="2024-06")
    pools = [find_pool(graph, found, name) for name in shipped("pools")]
    path = tmp_path / "pools.xlsx"
    count = write_pools(pools, path, region="嘉兴", as_of=found.as_of)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["增资扩股", "基金招商", "总部招商", "科技招商", "以地招商", "驻点招商"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any("cmd|" in str(cell.value) for cell in cells)
    write_pools(pools, tmp_path / "pools.csv", region="嘉兴", as_of=found.as_of)
    rows = pd.read_csv(tmp_path / "pools.csv", dtype="str")
    assert len(rows) == count
    assert not rows["firm"].dropna().str.startswith("=").any()


def test_a_wrong_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"\.xlsx"):
        write_pools([], tmp_path / "pools.pdf", region="嘉兴", as_of="2024-05")


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toy = write_toy(tmp_path / "toy")
    assert main(["pools", str(toy), "--region", "嘉兴", "--pool", "team", "--lang", "en"]) == 0
    assert "Teams" in capsys.readouterr().out
    out = tmp_path / "pools.xlsx"
    assert main(["pools", str(toy), "--region", "嘉兴", "--out", str(out)]) == 0
    assert out.is_file()
