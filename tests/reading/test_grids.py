"""Files of any format as tables of text, told by their content; what is not read is refused with what to do."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import xlsxwriter

from chaingraph.reading.grids import open_grids
from chaingraph.reading.rejects import Refusal
from tests.made_exports import docx, pdf, web_page, xls

ROWS = [["企业名称", "城市"], ["甲光伏有限公司", "嘉兴"], ["乙电池有限公司", "湖州"]]


def read(folder: Path, name: str, data: bytes) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    path = folder / name
    path.write_bytes(data)
    return [
        (grid.sheet, [(n, list(row)) for n, row in grid.rows]) for grid in open_grids(path, {"企业名称"}.__contains__)
    ]


def numbered(rows: list[list[str]], first: int = 1) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, start=first))


def text(delimiter: str) -> str:
    return "\n".join(delimiter.join(row) for row in ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_of_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    data = f"名单；含、标点，与逗号\n\n{text(delimiter)}".encode(encoding)
    ((sheet, rows),) = read(tmp_path, "a.csv", data)
    assert sheet == ""
    assert rows[1:] == numbered(ROWS, 3)
    assert read(tmp_path, "a.csv.gz", gzip.compress(data))[0][1] == rows


def test_what_a_file_is_does_not_depend_on_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, "page.xls", web_page(ROWS, "一批企业"))[0][1] == numbered([["一批企业"] * 2, *ROWS])
    assert read(tmp_path, "text.xls", text("\t").encode())[0][1] == numbered(ROWS)
    assert read(tmp_path, "old.et", xls(ROWS))[0] == ("Sheet1", numbered(ROWS))


def test_merged_cells_are_repeated(tmp_path: Path) -> None:
    wanted = numbered([ROWS[0], ["甲光伏有限公司", "嘉兴"], ["乙电池有限公司", "嘉兴"]])
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_column(1, 0, ["甲光伏有限公司", "乙电池有限公司"])
        sheet.merge_range(1, 1, 2, 1, "嘉兴")
    assert read(tmp_path, "a.xlsx", held.getvalue()) == [("名单", wanted)]
    old = xls([ROWS[0], ["甲光伏有限公司", "嘉兴"], ["乙电池有限公司", ""]], [(1, 2, 1, 1)])
    assert read(tmp_path, "a.xls", old)[0][1] == wanted
    assert read(tmp_path, "a.docx", docx([*ROWS[:2], ["乙电池有限公司", "^"]]))[0][1] == wanted
    page = "<table><tr><td>企业名称<td>城市<tr><td>甲光伏有限公司<td rowspan=2>嘉兴<tr><td>乙电池<br>有限公司</table>"
    assert read(tmp_path, "a.html", page.encode())[0][1] == wanted


def test_numbers_and_wrapped_codes_are_text(tmp_path: Path) -> None:
    assert read(tmp_path, "a.xls", xls([["企业名称", 8000.0], ["甲公司", 0.5]]))[0][1][0][1] == ["企业名称", "8000"]
    assert read(tmp_path, "a.csv", '企业名称,代码\n甲公司,"=""0012"""\n'.encode())[0][1][1][1] == ["甲公司", "0012"]


def test_a_table_that_goes_on_over_pages_is_one(tmp_path: Path) -> None:
    ((_, rows),) = read(tmp_path, "a.pdf", pdf([ROWS[:2], [ROWS[0], ROWS[2]]]))
    assert rows == numbered([*ROWS[:2], ROWS[0], ROWS[2]])


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", pdf([[]]), "no_text_layer"),
        ("a.pdf", b"%PDF-1.4\nbroken", "malformed_document"),
        (
            "a.doc",
            xls(ROWS).replace("Workbook".encode("utf-16-le"), "WordDocument".encode("utf-16-le")[:16]),
            "malformed",
        ),
        ("a.doc", b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "format_refused"),
        ("a.ofd", b"PK\x05\x06" + bytes(18), "format_refused"),
        ("a.wps", b"\x00\x01", "format_refused"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "format_refused"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "old_or_locked_excel"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "format_refused"),
        ("a.docx", docx([]), "no_table_in_document"),
        ("a.csv", b"", "empty_file"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "broken_gzip"),
    ],
)
def test_what_is_not_read_is_refused_by_name(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        read(tmp_path, name, data)
