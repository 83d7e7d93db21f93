"""A file is taken for what its headings and title say; what stands in it comes in as it stands there, or is told."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import DONE, REFUSED, main
from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.importers.ckg import import_ckg
from chaingraph.importers.imported import Imported
from chaingraph.importers.recognise import FIRM_KINDS, import_file, recognise
from chaingraph.importers.register import joined_parts, read_register_in_parts
from chaingraph.labels import entries
from chaingraph.model import registry
from chaingraph.reading.read import read_case
from tests.made_exports import credit_code
from tests.shared_data import shared


def file(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def rejected(imported: Imported) -> list[list[object]]:
    return imported.rejects[["row", "column", "value"]].to_numpy().tolist()


def values(imported: Imported, *columns: str) -> list[list[object]]:
    firms = imported.tables["firms"].sort_values("firm").astype(object)
    return firms.where(firms.notna(), None)[list(columns)].to_numpy().tolist()


def test_codes_that_a_spreadsheet_rounded_are_rejects_and_no_firm_is_lost(tmp_path: Path) -> None:
    imported = import_file(
        file(
            tmp_path,
            (
                "企业名称,统一社会信用代码,经营范围\n"
                "嘉兴甲光伏有限公司,913304007000000000,光伏组件\n"
                "嘉兴戊逆变器有限公司,913304007000000000,逆变器\n"
                "嘉兴己储能有限公司,91330400MA28A0000I,储能电池\n"
            ),
        ),
        lang="en",
    )
    assert values(imported, "firm", "credit_code") == [
        ["嘉兴己储能有限公司", None],
        ["嘉兴戊逆变器有限公司", None],
        ["嘉兴甲光伏有限公司", None],
    ]
    assert [row for row, _, _ in rejected(imported)] == [2, 3, 4]
    assert imported.rejects["reason"].str.contains("zeros").tolist() == [True, True, False]
    assert imported.account[["rows", "kept", "merged", "rejected"]].to_numpy().tolist() == [[3, 3, 0, 0]]


@pytest.mark.parametrize("size", [1, 100])
def test_one_code_under_two_names_is_a_reject_and_both_firms_stay(tmp_path: Path, size: int) -> None:
    code = credit_code(7)
    path = file(tmp_path, f"企业名称,信用代码\n甲公司,{code}\n乙公司,{code}\n 甲公司,{code}\n")
    parts = list(read_register_in_parts(path, size=size))
    firms = pd.concat([part.tables["firms"] for part in parts]).set_index("firm")
    assert firms["credit_code"].to_dict() == pytest.approx({"甲公司": code, "乙公司": float("nan")}, nan_ok=True)
    told = pd.concat([part.rejects for part in parts])
    assert told[["row", "column", "value"]].to_numpy().tolist() == [[3, "信用代码", code]]
    assert sum(part.account["merged"].sum() for part in parts) == 1


def test_an_unbalanced_quote_refuses_the_file_with_its_row(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        (
            "企业名称,统一社会信用代码,经营范围,城市\n"
            '"甲有限公司,91330400MA28A00001,光伏,嘉兴\n'
            "乙有限公司,91330400MA28A00002,电池,嘉兴\n"
            '丙有限公司",91330400MA28A00003,逆变器,嘉兴\n'
        ),
    )
    with pytest.raises(CaseError, match="row 2 a quote that is not closed"):
        import_file(path, lang="en")
    assert main(["import", str(path), "--out", str(tmp_path / "out")]) == REFUSED
    whole = file(tmp_path, '企业名称,经营范围,城市\n甲公司,"一般项目：光伏,\n许可项目：电池",嘉兴\n')
    assert values(import_file(whole), "firm", "city") == [["甲公司", "嘉兴"]]


def test_dates_in_every_form_and_none_that_is_no_date(tmp_path: Path) -> None:
    imported = import_file(
        file(
            tmp_path,
            (
                "企业名称,成立日期,经营范围,城市\n甲光伏有限公司,20170102,光伏组件制造,嘉兴\n"
                "乙电池有限公司,42371,锂离子电池制造,嘉兴\n丙逆变器有限公司,0000-00-00,逆变器制造,嘉兴\n"
            ),
        )
    )
    assert values(imported, "firm", "founded") == [
        ["丙逆变器有限公司", None],
        ["乙电池有限公司", "2016-01-02"],
        ["甲光伏有限公司", "2017-01-02"],
    ]
    assert rejected(imported) == [[4, "成立日期", "0000-00-00"]]


def test_sums_remarks_and_repeated_headers_are_no_firms(tmp_path: Path) -> None:
    imported = import_file(
        file(
            tmp_path,
            (
                "企业名称,统一社会信用代码,经营范围,城市\n甲光伏有限公司,,光伏组件制造,嘉兴\n\n"
                "企业名称,统一社会信用代码,经营范围,城市\n乙光伏有限公司,,光伏组件制造,嘉兴\n合计,,,\n44家,,,\n注：数据来源统计局,,,\n"
            ),
        ),
        lang="en",
    )
    assert values(imported, "firm") == [["乙光伏有限公司"], ["甲光伏有限公司"]]
    assert imported.account[["rows", "rejected"]].to_numpy().tolist() == [[2, 0]]
    assert imported.notes == (
        "a.csv: 4 rows are not data (sums, remarks, repeated headers) and were not read: rows 4, 6, 7, 8",
    )


def test_figures_with_separators_and_units_and_an_open_one(tmp_path: Path) -> None:
    imported = import_file(
        file(
            tmp_path,
            (
                "年份,排名,企业名称,国家,营业收入（百万美元）,员工数\n"
                '2024,1,甲集团公司,中国,"3,934,500",1361423人\n2024年,2,乙集团公司,中国,"12,345.6","2,100,000+"\n'
            ),
        ),
        tier="世界500强",
        lang="en",
    )
    assert values(imported, "firm", "employees", "tiers") == [
        ["乙集团公司", None, "global500(2024)"],
        ["甲集团公司", 1361423, "global500(2024)"],
    ]
    notes = [note for (note,) in values(imported, "note")]
    assert "12,345.6 million dollars" in notes[0]
    assert "3,934,500 million dollars" in notes[1]
    assert rejected(imported) == [[3, "员工数", "2,100,000+"]]


def test_a_comma_at_the_end_of_a_row_changes_nothing_and_one_too_many_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, "年份,排名,企业名称,国家\n2024,1,国家甲集团公司,中国,\n2024,2,乙,丙,丁集团,中国\n")
    imported = import_file(path, tier="global500")
    assert values(imported, "firm", "country") == [["国家甲集团公司", "中国"]]
    assert imported.rejects["row"].tolist() == [3]
    assert imported.account[["rows", "kept", "rejected"]].to_numpy().tolist() == [[2, 1, 1]]


def test_a_row_that_does_not_fit_is_told_without_what_is_personal(tmp_path: Path) -> None:
    path = file(tmp_path, "企业名称,法定代表人,城市\n甲公司,张三,嘉兴\n乙公司,李四,嘉,兴\n")
    assert rejected(import_file(path)) == [[3, "", "***"]]
    path = file(tmp_path, "企业名称,城市\n甲公司,嘉兴\n乙公司,嘉兴,13812345678\n丙公司,嘉,兴\n")
    assert rejected(import_file(path)) == [[3, "", "***"], [4, "", "丙公司 | 嘉 | 兴"]]


def test_a_null_in_json_lines_is_a_reject_with_its_row(tmp_path: Path) -> None:
    from chaingraph.importers.ckg import COLUMNS

    for name, columns in COLUMNS.items():
        line = dict.fromkeys(columns, "000001") | {"rel": "主营产品", "ups": {}}
        (tmp_path / name).write_text(json.dumps(line), encoding="utf-8")
    line = {
        "company_name": "甲",
        "company_code": "000001",
        "product_name": None,
        "rel": "主营产品",
        "rel_weight": "0.5",
    }
    (tmp_path / "company_product.json").write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    assert not len(import_ckg(tmp_path)["firm_products"])
    good = json.dumps(line | {"product_name": "电池"})
    (tmp_path / "company_product.json").write_text(f"{json.dumps(line)}\n{good}\n", encoding="utf-8")
    case = import_ckg(tmp_path, lang="en")
    assert case["firm_products"]["product"].tolist() == ["电池"]
    assert ["company_product.json", 1] in case.rejects[["table", "row"]].to_numpy().tolist()


def test_amounts_need_a_unit_and_take_that_of_the_title(tmp_path: Path) -> None:
    rows = "企业名称,营业收入,从业人数\n甲公司,5000,约80\n乙公司,1.2亿元,90\n"
    bare = import_file(file(tmp_path, rows))
    assert values(bare, "firm", "revenue_cny_m") == [["乙公司", 120.0], ["甲公司", None]]
    assert rejected(bare) == [[2, "营业收入", "5000"]]
    titled = import_file(file(tmp_path, f"某县企业,,\n单位：万元、人,,\n{rows}"))
    assert values(titled, "firm", "revenue_cny_m", "employees", "note") == [
        ["乙公司", 120.0, 90, None],
        ["甲公司", 50.0, 80, "从业人数为约数"],
    ]
    assert not len(titled.rejects)


def test_a_header_of_two_rows_and_the_newest_of_two_years(tmp_path: Path) -> None:
    imported = import_file(
        file(tmp_path, ("企业名称,所在地区,,营业收入（万元）,\n,省,市,2023年,2024年\n甲公司,浙江,嘉兴,100,200\n"))
    )
    assert values(imported, "firm", "province", "city", "revenue_cny_m") == [["甲公司", "浙江", "嘉兴", 2.0]]
    assert imported.columns["use"].tolist() == ["read", "read", "read", "unused", "read"]


def test_nothing_kept_is_a_failure_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, "企业名称,城市\n,嘉兴\n123,嘉兴\n")
    for words in (["import", str(path)], ["import", "register", str(path), "--as-of", "2025"]):
        assert main([*words, "--out", str(tmp_path / "out"), "--lang", "en"]) == REFUSED
        assert "the firm has no name" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
    with pytest.raises(CaseError, match="no known header"):
        import_file(file(tmp_path, "a,b\n1,2\n"), lang="en")


def test_the_command_says_what_each_column_was_taken_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, "企业名称,法定代表人,组织机构代码,参保人数\n甲公司,张三,1,5\n", "名录_20260301.csv")
    assert main(["import", str(path), "--out", str(tmp_path / "case"), "--lang", "en"]) == DONE
    told = capsys.readouterr().out
    assert "taken for: List of firms (register and the like) (register)" in told
    assert "date of the data: 2026-03-01" in told
    assert "法定代表人 → personal, not read (1)" in told
    assert "组织机构代码 → not used (1)" in told
    assert "参保人数 → insured staff (1)" in told
    written = b"".join(held.read_bytes() for held in (tmp_path / "case").iterdir())
    assert "张三".encode() not in written
    assert read_case(tmp_path / "case", required=("firms",))["firms"]["insured"].tolist() == [5]


def test_a_list_is_found_by_its_title_or_asks_which_it_is(tmp_path: Path) -> None:
    rows = "序号,企业名称,省市\n1,甲公司,浙江嘉兴\n"
    titled = file(tmp_path, f"第六批专精特新“小巨人”企业公示名单,,\n{rows}")
    assert recognise(titled).tier == "little_giant"
    assert values(import_file(titled, year=2024), "firm", "tiers", "province", "city") == [
        ["甲公司", "little_giant(2024)", "浙江", "嘉兴"],
    ]
    plain = file(tmp_path, rows, "b.csv")
    assert values(import_file(plain, tier="专精特新小巨人"), "tiers") == [["little_giant"]]
    with pytest.raises(ChaingraphError, match="name it with --tier"):
        import_file(file(tmp_path, "年份,排名,企业名称\n2024,1,甲\n", "c.csv"), lang="en")


def test_every_column_that_a_heading_file_names_has_a_caption() -> None:
    for name in registry.shipped("headings"):
        content = registry.load("headings", name).content
        if content.get("kind", name) in FIRM_KINDS:
            captions = set(entries("importers", "zh"))
            assert {f"column_{column}" for column in content["columns"] if column != "personal"} <= captions


@pytest.mark.shared
@pytest.mark.long
def test_a_real_register_loses_a_wrong_code_and_no_firm() -> None:
    path = shared("data/enterprise-registry/jiaxing.csv.gz")
    imported = joined_parts(list(read_register_in_parts(path, as_of="2019-04")))
    assert imported.account[["rows", "kept", "merged", "rejected"]].to_numpy().tolist() == [[13956, 13956, 0, 0]]
    assert len(imported.tables["firm_products"]) == 81135
    assert imported.rejects["value"].tolist() == ["91330424691289527K"]
