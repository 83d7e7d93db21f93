"""The files of a case: encodings, separators, Excel's ways of storing values, Parquet; headers as people write them."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from chaingraph.errors import CaseError
from chaingraph.model.case import Case
from chaingraph.model.columns import Table
from chaingraph.model.schema import TABLES
from chaingraph.reading.delimited import csv_rows
from chaingraph.reading.headers import find_column, find_table
from chaingraph.reading.read import read_case
from chaingraph.reading.xlsx import open_workbook, sheet_rows
from tests.toy import toy_tables, write_toy

CHINESE = {
    "firms": "企业名称*,注册地,统一社会信用代码,营业收入（亿元）,成立日期,简称\n"
    "甲一新能源有限公司,嘉兴,9144030071526726XG,1.2,2006年5月,甲一；甲一新能\n"
    "乙二电池科技股份有限公司,苏州,,3000万元,2010/3/5,\n",
    "segments": "环节编号,所属产业链,环节名称,上中下游,典型产品,高附加值\n"
    "PV02,甲光伏,电池片,中游,TOPCon电池、异质结电池,是\n",
    "chains": "产业链编号,产业链名称,产业类别,招商策略\npv,甲光伏,战略性新兴,延链补链\n",
    "firm_segments": "企业名称,所属环节,主营产品,占比(%),参与方式,生产状态,依据\n"
    "甲一新能源有限公司,电池片,电池,12,制造,在产,本地\n",
}


def chinese_case(folder: Path, encoding: str = "utf-8", **other: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in (CHINESE | other).items():
        (folder / f"{TABLES[name].name_zh}.csv").write_bytes(content.encode(encoding))
    return folder


def refused(path: Path, lang: str = "en") -> str:
    with pytest.raises(CaseError) as caught:
        read_case(path, lang=lang)
    return str(caught.value)


def assert_toy(case: Case) -> None:
    for name, frame in toy_tables().items():
        pd.testing.assert_frame_equal(case[name], frame, obj=name)
    assert len(case.rejects) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headers_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    case = read_case(chinese_case(tmp_path / "c", encoding), lang="en")
    firms = case["firms"].set_index("firm")
    assert firms.loc["甲一新能源有限公司", "revenue_cny_m"] == 120.0  # 1.2 亿元, the unit stands in the header
    assert firms.loc["乙二电池科技股份有限公司", "revenue_cny_m"] == 30.0  # its own unit wins
    assert firms.loc["甲一新能源有限公司", "founded"] == "2006-05"
    assert firms.loc["甲一新能源有限公司", "aliases"] == "甲一;甲一新能"
    assert firms.loc["甲一新能源有限公司", "firm_id"] == "9144030071526726XG"
    role = case["firm_segments"].iloc[0]
    assert (role["firm_id"], role["segment_id"], role["share"]) == ("9144030071526726XG", "PV02", 0.12)
    assert (role["kind"], role["status"], role["basis"]) == ("maker", "producing", "site")
    assert case["segments"]["high_value"].tolist() == [True]
    assert len(case.rejects) == 0


@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
def test_separators(tmp_path: Path, separator: str) -> None:
    write_toy(tmp_path)
    chains = toy_tables()["chains"][["chain_id", "chain", "strategy"]]
    lines = [separator.join(row) for row in [list(chains.columns), *chains.itertuples(index=False)]]
    (tmp_path / "chains.csv").write_text("\r\n".join(lines), encoding="utf-8")
    assert read_case(tmp_path)["chains"]["strategy"].tolist() == ["build", "extend"]


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "excluded.csv").write_text(
        'firm,reason\n\n"甲,乙 ""丙""","一行\n两行"\n丁,"x"\n', encoding="utf-8", newline=""
    )
    case = read_case(tmp_path)
    assert case["excluded"]["firm"].tolist() == ["丁", '甲,乙 "丙"']
    assert case["excluded"]["reason"].tolist() == ["x", "一行 两行"]


def excel_bytes(tables: dict[str, pd.DataFrame], **options: object) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    for name, frame in tables.items():
        sheet = book.add_worksheet(name)
        for place, column in enumerate(frame.columns):
            sheet.write_string(0, place, column)
            for row, value in enumerate(frame[column].tolist(), start=1):
                if not pd.isna(value):
                    sheet.write(row, place, value)
    book.close()
    return buffer.getvalue()


def test_one_workbook_with_a_sheet_per_table(tmp_path: Path) -> None:
    path = tmp_path / "toy.xlsx"
    named = {TABLES[name].name_zh: frame for name, frame in toy_tables().items()}
    path.write_bytes(excel_bytes(named | {"说明": pd.DataFrame({"a": ["b"]}), "Sheet9": pd.DataFrame()}))
    case = read_case(path)
    assert_toy(case)
    assert case.name == "toy"
    assert set(case.files["file"]) == {"toy.xlsx"}
    assert case.files.set_index("table").loc["firms", "rows"] == 22


def test_a_folder_may_mix_formats(tmp_path: Path) -> None:
    write_toy(tmp_path)
    tables = toy_tables()
    (tmp_path / "firms.csv").unlink()
    (tmp_path / "企业.xlsx").write_bytes(excel_bytes({"Sheet1": tables["firms"]}))
    (tmp_path / "firm_segments.csv").unlink()
    with duckdb.connect() as connection:
        connection.register("roles", tables["firm_segments"])
        connection.execute(f"COPY roles TO '{tmp_path / 'firm_segments.parquet'}' (FORMAT parquet)")
    (tmp_path / "README.md").write_text("not a table", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "out").mkdir()
    case = read_case(tmp_path, lang="en")
    assert_toy(case)
    assert case.notes == ("folder out was not read",)


def test_excel_values_come_as_people_see_them(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "firms.csv").unlink()
    book = xlsxwriter.Workbook(tmp_path / "firms.xlsx")
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy/m/d"})
    month = book.add_format({"num_format": 'yyyy"年"m"月"'})
    sheet.write_row(0, 0, ["企业编号", "企业名称", "股票代码", "成立日期", "员工人数", "营业收入(万元)", "备注"])
    for row, firm in enumerate(toy_tables()["firms"]["firm_id"], start=1):
        sheet.write_string(row, 0, firm)
        sheet.write_string(row, 1, f"企业{firm}")
    sheet.write_number(1, 2, 600001)
    sheet.write_datetime(1, 3, datetime.datetime(2024, 3, 5), day)
    sheet.write_datetime(2, 3, datetime.datetime(2024, 3, 1), month)
    sheet.write_number(3, 3, 45356)
    sheet.write_number(1, 4, 260)
    sheet.write_number(1, 5, 12000.5)
    sheet.write_formula(1, 6, "=1+1", None, 2)
    sheet.write_boolean(2, 6, boolean=True)
    sheet.write_rich_string(3, 6, "粗", book.add_format({"bold": True}), "体")
    book.close()
    firms = read_case(tmp_path)["firms"].set_index("firm_id")
    assert firms.loc["L01", ["stock_code", "founded", "note"]].tolist() == ["600001", "2024-03-05", "2"]
    assert firms.loc["L02", ["founded", "note"]].tolist() == ["2024-03", "TRUE"]
    assert firms.loc["L03", ["founded", "note"]].tolist() == ["2024-03-05", "粗体"]
    assert firms.loc["L01", "employees"] == 260
    assert firms.loc["L01", "revenue_cny_m"] == 120.005


def test_percent_format_and_the_1904_calendar(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx", {"date_1904": True})
    sheet = book.add_worksheet("s")
    sheet.write_number(0, 0, 0.125, book.add_format({"num_format": "0.0%"}))
    sheet.write_datetime(0, 1, datetime.datetime(2024, 3, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_number(0, 2, 0.5, book.add_format({"num_format": "h:mm"}))
    sheet.write_number(0, 3, 1234.5, book.add_format({"num_format": '#,##0.00"元";[Red]-#,##0.00'}))
    sheet.write_number(4, 1, 1e21)
    book.close()
    merged: list[str] = []
    rows = list(sheet_rows(open_workbook((tmp_path / "b.xlsx").read_bytes()), "s", merged))
    assert rows == [(1, ["12.5%", "2024-03-05", "0.5", "1234.5"]), (5, ["", "1e+21"])]


def test_a_workbook_that_openpyxl_saved_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "toy.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, frame in toy_tables().items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            sheet.append(list(row))
    book.save(path)
    assert_toy(read_case(path))


def test_a_formula_without_a_stored_result_is_said(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "chains.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["chain_id", "chain", "note"], ["pv", "甲光伏", "=A2"], ["hy", "乙氢能", None]):
        sheet.append(row)
    book.save(tmp_path / "chains.xlsx")
    case = read_case(tmp_path, lang="en", max_reject_share=1)
    assert case.rejects["reason"].tolist() == ["a formula whose result was not stored"]
    assert case["chains"]["note"].isna().all()


@pytest.mark.parametrize(
    ("place", "where", "message"),
    [
        ("A1:C1", "title", r"row 1: 'A1:C1' the header or title has merged cells \(A1:C1\).*unmerge"),
        ("A1:A2", "header", r"merged cells \(A1:A2\)"),
        ("A3:A4", "data", r"1 merged areas among the data.*would read as not known"),
    ],
)
def test_merged_cells_are_refused(tmp_path: Path, place: str, where: str, message: str) -> None:
    write_toy(tmp_path)
    (tmp_path / "chains.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if where == "title":
        sheet.append(["产业链一览表"])
    for row in (["chain_id", "chain"], ["pv", "甲光伏"], ["hy", "乙氢能"], ["zz", "丙"]):
        sheet.append(row)
    sheet.merge_cells(place)
    book.save(tmp_path / "chains.xlsx")
    with pytest.raises(CaseError, match=f"(?s){message}"):
        read_case(tmp_path, lang="en")


def test_headers_over_two_rows_or_under_a_title_are_refused(tmp_path: Path) -> None:
    folder = chinese_case(tmp_path / "c", chains="产业链编号,名称一\n产业链编号,产业链名称\npv,甲光伏\n")
    assert "the header takes two rows" in refused(folder)
    chinese_case(folder, chains="嘉兴市产业链一览\n\n产业链编号,产业链名称\npv,甲光伏\n")
    assert "the header is row 3; delete the rows above it" in refused(folder)


def test_two_headers_for_one_column_are_refused(tmp_path: Path) -> None:
    folder = chinese_case(tmp_path / "c", chains="产业链编号,产业链代码,产业链名称\npv,pv,甲光伏\n")
    message = refused(folder)
    assert "chains · row 1: '产业链编号 | 产业链代码' two headers mean the same column (chain_id)" in message


def test_headers_that_are_not_known_are_reported_and_not_read(tmp_path: Path) -> None:
    chains = "产业链编号,产业链名称,startegy,颜色,产业类别\npv,甲光伏,extend,红,战略性新兴\n"
    case = read_case(chinese_case(tmp_path / "c", chains=chains), lang="en")
    assert case.rejects["column"].tolist() == ["startegy", "颜色"]
    assert "did you mean 'strategy'?" in case.rejects["remedy"].iloc[0]
    assert case["chains"]["strategy"].isna().all()


def test_a_unit_in_the_header_that_cannot_be_converted_is_not_guessed(tmp_path: Path) -> None:
    firms = CHINESE["firms"].replace("（亿元）", "（亿美元）")
    case = read_case(chinese_case(tmp_path / "c", firms=firms), lang="en")
    assert case["firms"]["revenue_cny_m"].isna().all()
    assert case.rejects["reason"].tolist() == ["the unit in the header cannot be converted; the column was not read"]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_caption_means_its_own_column(table: Table) -> None:
    assert find_table(table.name) is table
    assert find_table(table.name_zh) is table
    assert find_table(f" {table.name_zh}表 ") is table
    for column in table.columns:
        for header in (column.name, column.name.upper().replace("_", " "), f"*{column.headers[0]} ", column.headers[0]):
            found = find_column(table, header)
            assert found is not None, header
            assert found[0] is column, f"{header}: {found[0].name}"


def test_a_table_may_be_given_once(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "企业.csv").write_bytes((tmp_path / "firms.csv").read_bytes())
    assert "firms: 'firms.csv, 企业.csv' the table is given twice" in refused(tmp_path)


def test_files_that_are_no_table_of_a_case_are_reported(tmp_path: Path) -> None:
    write_toy(tmp_path)
    (tmp_path / "firm_segmets.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    case = read_case(tmp_path, lang="en")
    assert case.rejects["table"].tolist() == ["firm_segmets.csv"]
    assert "similar names: firm_segments (企业环节)" in case.rejects["remedy"].iloc[0]
    (tmp_path / "targets.ods").write_bytes(b"PK")
    assert "targets: 'targets.ods' the file format is not known" in refused(tmp_path)


def test_files_are_listed_with_hash_and_rows(tmp_path: Path) -> None:
    write_toy(tmp_path)
    files = read_case(tmp_path).files
    assert list(files.columns) == ["file", "table", "sha256", "rows"]
    assert files["file"].tolist() == sorted(f"{name}.csv" for name in toy_tables())
    assert files["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert files.set_index("table")["rows"].to_dict() == {name: len(frame) for name, frame in toy_tables().items()}


def test_what_stands_below_a_table_is_no_row_of_it(tmp_path: Path) -> None:
    firms = CHINESE["firms"] + "合计,,,9000万元,,\n44家,,,,,\n注：数据来源统计局,,,,,\n"
    case = read_case(chinese_case(tmp_path / "case", firms=firms), lang="en")
    assert len(case["firms"]) == 2
    found = case.rejects[case.rejects["reason"].str.contains("footer")]
    assert found[["table", "row"]].to_numpy().tolist() == [["firms", 4], ["firms", 5], ["firms", 6]]


@pytest.mark.parametrize("cell", ["\n", "甲\n", "\n甲", "\r\n", "\n\n\n"])
def test_a_cell_may_begin_or_end_with_a_line_break(cell: str) -> None:
    """What Excel leaves in a cell where somebody pressed Alt+Enter last."""
    rows = list(csv_rows(io.StringIO(f'a,b\r\n1,"{cell}"\r\n', newline=""), ","))
    assert rows == [(1, ["a", "b"]), (2, ["1", cell])]
