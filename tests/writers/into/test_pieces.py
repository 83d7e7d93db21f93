"""The pieces that put values between what stands in a file already: cells, lines, sheets, parts of a workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.model.schema import TABLES
from chaingraph.reading.headers import Match
from chaingraph.reading.xlsx import open_workbook, sheet_rows
from chaingraph.writers.into.cells import Written, reads_back, written
from chaingraph.writers.into.csv_table import put_together, taken_apart
from chaingraph.writers.into.parquet_table import with_rows
from chaingraph.writers.into.xlsx_book import check_book, new_sheet, sheet_data, with_parts
from chaingraph.writers.into.xlsx_sheet import sheet_bytes, with_cells

CHOICES = [
    (column, value, chinese)
    for table in TABLES.values()
    for column in table.columns
    for value in column.choices
    for chinese in (True, False)
]


@pytest.mark.parametrize("chinese", [True, False])
def test_every_choice_of_every_column_is_read_again_as_it_was_written(*, chinese: bool) -> None:
    wrong = [
        (column.name, value)
        for column, value, spoken in CHOICES
        if spoken is chinese
        and not reads_back(written(value, column, (1, 1), chinese=chinese), value, Match(0, column, (1, 1)))
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "value", "scale", "text"),
    [
        ("revenue_cny_m", 0.00001, (1e8, 1e6), "0.0000001"),
        ("revenue_cny_m", 123456789.25, (1, 1), "123456789.25"),
        ("employees", 12, (1, 1), "12"),
        ("founded", "2020-03", (1, 1), "2020-03"),
        ("note", "=1+1", (1, 1), "'=1+1"),
    ],
)
def test_values_are_written_in_the_unit_of_their_header(
    name: str, value: object, scale: tuple[float, float], text: str
) -> None:
    column = TABLES["firms"].column(name)
    cell = written(value, column, scale, chinese=True)
    assert cell.text == text
    assert reads_back(cell, value, Match(0, column, scale))


def test_lines_of_any_make_stay_as_they_are() -> None:
    text = 'a;b;"c\nd"\n1;"2";3\n\n4;5;6'
    held = taken_apart(text.encode(), "utf-8-sig", ";")
    assert put_together(held, {}, [], 4) == (text.encode(), False)
    changed, _ = put_together(held, {(2, 2): "x;y"}, [{0: "7"}], 4)
    assert changed.decode() == 'a;b;"c\nd"\n1;2;"x;y"\n\n4;5;6\n7;;\n'


SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<x:worksheet xmlns:x="urn:x"><x:dimension ref="A1:B2"/>'
    '<x:cols><x:col min="3" max="4" style="7"/></x:cols>'
    '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="C1" s="3"/></x:row><x:row r="3" ht="20"/>'
    "<x:row><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData><x:after a='>'/></x:worksheet>"
)


def test_cells_are_put_between_those_of_a_sheet_in_their_order() -> None:
    sheet = sheet_bytes(SHEET.encode())
    assert (sheet.last, sheet.widest, sheet.has_formula(4, 0)) == (4, 0, True)
    assert (sheet.style_at(1, 2), sheet.style_at(9, 3), sheet.style_at(9, 0)) == ("3", "7", "")
    cells = {
        (1, 1): (Written("5", number=True), ""),
        (1, 2): (Written("<a&b>"), "3"),
        (3, 0): (Written("c"), ""),
        (2, 0): (Written("b"), ""),
        (6, 1): (Written("f"), "7"),
        (5, 0): (Written("e"), ""),
    }
    found = with_cells(sheet, cells).decode()
    said = '<x:is><x:t xml:space="preserve">{}</x:t></x:is></x:c>'
    rows = (
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:v>5</x:v></x:c>'
        '<x:c r="C1" s="3" t="inlineStr">' + said.format("&lt;a&amp;b&gt;") + "</x:row>"
        '<x:row r="2"><x:c r="A2" t="inlineStr">' + said.format("b") + "</x:row>"
        '<x:row r="3" ht="20"><x:c r="A3" t="inlineStr">' + said.format("c") + "</x:row>"
        "<x:row><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>"
        '<x:row r="5"><x:c r="A5" t="inlineStr">' + said.format("e") + "</x:row>"
        '<x:row r="6"><x:c r="B6" s="7" t="inlineStr">' + said.format("f") + "</x:row>"
    )
    head, tail = SHEET.split("<x:sheetData>")[0], SHEET.split("</x:sheetData>")[1]
    assert found == head.replace("A1:B2", "A1:C6") + "<x:sheetData>" + rows + "</x:sheetData>" + tail


def test_a_sheet_is_added_and_every_other_part_stays(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("一").write(0, 0, "甲")
    book = open_workbook(path.read_bytes())
    check_book(book)
    sheet = with_cells(sheet_bytes(new_sheet()), {(1, 0): (Written("乙"), "")})
    path.write_bytes(with_parts(book, {"一": sheet_data(book, "一")}, [("二<&>", sheet)]))
    again = open_workbook(path.read_bytes())
    assert list(again.sheets) == ["一", "二<&>"]
    assert list(sheet_rows(again, "二<&>", [])) == [(1, ["乙"])]
    linking = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    for name in set(book.archive.namelist()) - linking:
        assert again.archive.read(name) == book.archive.read(name)


def test_a_workbook_of_the_strict_form_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    path, strict = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("一")
    with zipfile.ZipFile(path) as former, zipfile.ZipFile(strict, "w") as archive:
        for name in former.namelist():
            main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            archive.writestr(name, former.read(name).replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main"))
    with pytest.raises(StoreError, match="strict"):
        check_book(open_workbook(strict.read_bytes()))


def test_a_column_of_another_type_is_told(tmp_path: Path) -> None:
    import duckdb

    duckdb.sql(f"COPY (SELECT 1 AS employees) TO '{tmp_path / 'firms.parquet'}'")
    with pytest.raises(StoreError, match="cannot hold a new value"):
        with_rows(tmp_path / "firms.parquet", {}, {(2, "employees"): "x"}, [], tmp_path / "new.parquet")
