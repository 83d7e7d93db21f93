"""Lists of facts through import: what each is taken for, units, parents, what waits for review, what is turned down."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.importers.imported import Imported
from chaingraph.importers.recognise import recognise
from chaingraph.leads.fact_lists import read_fact_list

LISTS = {
    "announcements": "证券简称,公告标题,公告日期,公告链接\n"
    "己达股份,关于终止投资建设宜宾生产基地项目的公告,2026-07-01,http://example.org/a\n"
    "庚升股份,关于竞得土地使用权的公告,2026-07-03,\n辛安股份,2026年半年度报告,2026-08-30,\n",
    "filings": "项目名称,建设单位,建设地点,总投资（万元）,备案日期\n"
    "年产5万套储能变流器项目,台州甲能科技有限公司,台州市椒江区,32000,2026-10-12\n某项目,,台州市,100,2026-10-21\n",
    "land_results": "宗地编号,土地位置,土地面积（平方米）,竞得人,成交价（万元）,成交日期\n"
    "嘉秀洲2026-11,秀洲区,20000,嘉兴丙光电有限公司,1500,2026-09-30\n",
    "registrations": "新设企业名称,投资方,登记日期,注册地\n"
    "嘉兴丁能储能有限公司,上海丁能集团股份有限公司,2026-11-02,嘉兴市平湖市\n",
    "funding": "融资企业,融资轮次,融资金额（万元）,融资日期,所在地\n"
    "苏州戊智半导体有限公司,B轮,20000,2026-08-15,苏州市\n",
}


def read(folder: Path, kind: str) -> Imported:
    path = folder / f"{kind}.csv"
    path.write_text(LISTS[kind], encoding="utf-8")
    known = recognise(path)
    assert known.kind == kind
    assert known.headings is not None
    return read_fact_list(path, known.headings)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("announcements", [("exit", "ended", "pending", None), ("land", None, "pending", None)]),
        ("filings", [("filing", None, None, 320.0)]),
        ("land_results", [("land", None, None, 15.0)]),
        ("registrations", [("new_unit", "registered", None, None)]),
        ("funding", [("fundraising", None, None, 200.0)]),
    ],
)
def test_a_list_gives_facts_of_its_kind(
    tmp_path: Path, kind: str, said: list[tuple[str, str | None, str | None, float | None]]
) -> None:
    signals = read(tmp_path, kind).tables["firm_signals"]
    told = [tuple(None if pd.isna(value) else value for value in row) for row in
            signals[["kind", "stage", "review", "amount_cny_m"]].itertuples(index=False, name=None)]  # fmt: skip
    assert told == said


def test_land_is_counted_in_mu_and_a_row_is_its_own_evidence(tmp_path: Path) -> None:
    tables = read(tmp_path, "land_results").tables
    assert tables["firm_signals"]["land_mu"].tolist() == [pytest.approx(30.0)]
    row = tables["evidence"].iloc[0]
    assert (row["address"], row["start"], row["method"], row["published"]) == (
        "land_results.csv", 2, "table", "2026-09-30",
    )  # fmt: skip


def test_a_new_registration_is_a_unit_of_its_parent(tmp_path: Path) -> None:
    tables = read(tmp_path, "registrations").tables
    ids = dict(zip(tables["firms"]["firm"], tables["firms"]["firm_id"], strict=True))
    unit, parent = ids["嘉兴丁能储能有限公司"], ids["上海丁能集团股份有限公司"]
    assert tables["firms"].set_index("firm_id").loc[unit, "parent_id"] == parent
    site = tables["firm_sites"].iloc[0]
    assert (site["firm_id"], site["unit_id"], site["kind"], site["since"]) == (parent, unit, "subsidiary", "2026-11-02")


def test_rows_without_a_firm_or_a_kind_are_turned_down_and_counted(tmp_path: Path) -> None:
    for kind, kept, refused in (("filings", 1, "缺少企业名称"), ("announcements", 2, "标题没有写明是哪类动态")):
        made = read(tmp_path, kind)
        account = made.account.iloc[0]
        assert (account["kept"], account["rejected"]) == (kept, 1)
        assert account["rows"] == kept + 1
        assert refused in made.rejects["reason"].iloc[0]


def test_a_sum_without_a_unit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LISTS["funding"].replace("（万元）", ""), encoding="utf-8")
    known = recognise(path)
    assert known.headings is not None
    made = read_fact_list(path, known.headings)
    assert made.tables["firm_signals"]["amount_cny_m"].isna().all()
    assert len(made.rejects) == 1
