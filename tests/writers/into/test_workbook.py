"""Adding rows to a bureau's own workbook: what nobody here knows of it stays, to the byte."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.reading.read import read_case
from chaingraph.writers.into.add import add_to_case
from chaingraph.writers.workbook.template import write_template
from tests.made_into import CODE, firm, rows

HEADERS = ("企业名称*", "城市", "内部备注", "从业人员", "营业收入(亿元)", "统一社会信用代码")


def workbook(path: Path, *, below: str = "", locked: bool = False) -> Path:
    """Twelve firms with formulas, a data bar, a chart on a sheet of its own, and a sheet of remarks."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("企业")
    head, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "border": 1})
    number = book.add_format({"num_format": "#,##0.0", "border": 1})
    for place, header in enumerate(HEADERS):
        sheet.write(0, place, header, head)
    for row in range(1, 13):
        sheet.write_string(row, 0, f"嘉兴第{row}机械有限公司", text)
        sheet.write_string(row, 1, "嘉兴", text)
        sheet.write_string(row, 2, f"不外传{row}", text)
        sheet.write_blank(row, 3, None, number)
        sheet.write_formula(row, 4, f"={row}*2", number, row * 2)
    sheet.conditional_format("D2:D20", {"type": "data_bar"})
    if below:
        sheet.write(20, 0, below)
    if locked:
        sheet.protect()
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='企业'!$E$2:$E$13"})
    book.add_worksheet("图").insert_chart("A1", chart)
    book.add_worksheet("说明").write(0, 0, "本表由投促中心维护")
    book.close()
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_part_but_the_sheet_written_stays_and_so_do_formulas_with_their_results(tmp_path: Path) -> None:
    path = workbook(tmp_path / "底库.xlsx")
    before = parts(path)
    given = rows(
        "firms",
        firm("x1", "嘉兴第3机械有限公司", employees=33, revenue_cny_m=5000.0),
        firm("x2", "嘉兴<新>&厂有限公司", employees=120, revenue_cny_m=1234.5, tiers="little_giant(2023)"),
    )
    done = add_to_case(path, {"firms": given})
    after = parts(path)
    assert [name for name in after if after[name] != before.get(name)] == ["xl/worksheets/sheet1.xml"]
    held = read_case(path, required=())["firms"].set_index("firm")
    assert held.loc["嘉兴第3机械有限公司", "employees"] == 33
    assert held.loc["嘉兴第3机械有限公司", "revenue_cny_m"] == 600.0  # a formula and its result stay
    assert done.additions.questions["held"].tolist() == ["6"]
    new = held.loc["嘉兴<新>&厂有限公司"]
    assert (new["employees"], new["revenue_cny_m"], new["tiers"]) == (120, 1234.5, "little_giant(2023)")
    sheet = after["xl/worksheets/sheet1.xml"]
    assert b"dataBar" in sheet
    assert b'<dimension ref="A1:J14"/>' in sheet


def test_openpyxl_reads_what_is_written_in_the_style_of_its_column(tmp_path: Path) -> None:
    import openpyxl

    path = workbook(tmp_path / "底库.xlsx")
    add_to_case(path, {"firms": rows("firms", firm("x2", "嘉兴新厂有限公司", employees=120, revenue_cny_m=1234.5))})
    sheet = openpyxl.load_workbook(path)["企业"]
    assert [cell.value for cell in sheet[14]][:6] == ["嘉兴新厂有限公司", None, None, 120, 12.345, None]
    assert sheet["D14"].number_format == sheet["D13"].number_format == "#,##0.0"
    assert sheet["D14"].border.left.style == "thin"
    assert [cell.value for cell in sheet[1]][6:] == ["来源", "截至日期", "可信度"]
    assert sheet["G1"].font.bold


def test_tables_that_the_workbook_does_not_have_become_sheets_like_the_others(tmp_path: Path) -> None:
    path = workbook(tmp_path / "底库.xlsx")
    given = {
        "chains": rows("chains", {"chain_id": "C1", "chain": "机械"}),
        "segments": rows("segments", {"segment_id": "S1", "chain_id": "C1", "segment": "轴承", "stage": "upstream"}),
        "firms": rows("firms", firm("x1", "嘉兴第3机械有限公司")),
        "firm_segments": rows("firm_segments", {"firm_id": "x1", "segment_id": "S1", "kind": "maker"}),
    }
    add_to_case(path, given)
    held = read_case(path)
    assert held["segments"]["segment"].tolist() == ["轴承"]
    third = held["firms"].set_index("firm").loc["嘉兴第3机械有限公司", "firm_id"]
    assert held["firm_segments"]["firm_id"].tolist() == [third]


def test_a_filled_in_template_takes_rows_below_its_own(tmp_path: Path) -> None:
    path = write_template(tmp_path / "底库.xlsx")
    given = {"firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司", credit_code=CODE, employees=5))}
    add_to_case(path, given)
    add_to_case(path, {"firms": rows("firms", firm("x2", "嘉兴戊五新材料有限公司", founded="2020-03"))})
    held = read_case(path, required=())["firms"]
    assert held["firm"].tolist() == ["嘉兴丁四新材料有限公司", "嘉兴戊五新材料有限公司"]
    assert held["founded"].dropna().tolist() == ["2020-03"]


@pytest.mark.parametrize(
    ("more", "said"),
    [({"below": "合计：本页共十二家"}, "content below its rows"), ({"locked": True}, "protected sheet")],
)
def test_what_cannot_be_changed_without_harm_is_refused(tmp_path: Path, more: dict[str, object], said: str) -> None:
    path = workbook(tmp_path / "底库.xlsx", **more)  # type: ignore[arg-type] # one of two options
    before = path.read_bytes()
    with pytest.raises(StoreError, match=said):
        add_to_case(path, {"firms": rows("firms", firm("x2", "嘉兴新厂有限公司"))})
    assert path.read_bytes() == before


def test_a_signed_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "底库.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", b"<Signature/>")
    with pytest.raises(StoreError, match="signed"):
        add_to_case(path, {"firms": rows("firms", firm("x2", "嘉兴新厂有限公司"))})


def test_an_area_formatted_as_a_table_grows_with_the_rows(tmp_path: Path) -> None:
    import openpyxl
    import xlsxwriter

    path = tmp_path / "底库.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业")
        data = [["嘉兴甲一机械有限公司", "嘉兴"], ["嘉兴乙二电子有限公司", "嘉兴"]]
        sheet.add_table(0, 0, 2, 1, {"data": data, "columns": [{"header": "企业名称"}, {"header": "城市"}]})
    add_to_case(path, {"firms": rows("firms", firm("x2", "嘉兴新厂有限公司", city="嘉兴"))})
    table = next(iter(openpyxl.load_workbook(path)["企业"].tables.values()))
    assert (table.ref, table.autoFilter.ref) == ("A1:B4", "A1:B4")
