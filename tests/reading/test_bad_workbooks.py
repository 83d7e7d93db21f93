"""Workbooks that are bombs, broken or none: refused with a sentence, in little time and memory."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaingraph.errors import CaseError
from chaingraph.reading.read import read_case
from tests.bad_files import END, HEAD, IN_KILOBYTES, MEGABYTE, QUICK, memory_and_message, refused, workbook
from tests.toy import toy_tables


def digits(megabytes: int) -> Iterator[bytes]:
    """Bytes that do not compress too well to pass the limit on the ratio."""
    source, as_digits = random.Random(2), bytes(b"0123456789"[value % 10] for value in range(256))
    for _ in range(megabytes):
        yield source.randbytes(MEGABYTE).translate(as_digits)


def test_the_workbook_made_by_hand_is_read_when_it_is_sound(toy: Path) -> None:
    (toy / "firms.csv").unlink()
    rows = b"".join(
        b'<row><c t="inlineStr"><is><t>%s</t></is></c><c t="inlineStr"><is><t>x%s</t></is></c></row>' % (id_, id_)
        for id_ in (firm.encode() for firm in toy_tables()["firms"]["firm_id"])
    )
    workbook(toy / "firms.xlsx", [HEAD, rows, END])
    assert read_case(toy)["firms"]["firm"].tolist()[:2] == ["xL01", "xL02"]


def row(content: str) -> list[bytes]:
    return [HEAD, content.encode(), END]


BOMBS: dict[str, tuple[list[bytes], str]] = {
    "ratio": ([HEAD, *[b" " * MEGABYTE] * 100, END], r"'xl/sheet.xml' it is compressed \d+ times; the limit is 200"),
    "size": ([b" " * MEGABYTE] * 300, "firms: it unpacks to 300 MB; the limit is 256 MB"),
    # What a sheet claims to be is not believed, nor does it cost anything.
    "dimension": ([b'<worksheet><dimension ref="A1:BTKEZ1048576"/>', HEAD[11:], END], "the table has no rows yet"),
    "column": (row('<row r="2"><c r="ZZZ2"><v>1</v></c></row>'), "row 2: '1' 18278 columns; the limit is 512"),
    "letters": (row('<row r="2"><c r="ABCDEF2"><v>1</v></c></row>'), "columns; the limit is 512"),
    "row": (row('<row r="1000000000"><c><v>1</v></c></row>'), "'row 1000000000 after row 1' the XLSX file is damaged"),
    "same row": (row('<row r="1"/>'), "'row 1 after row 1' the XLSX file is damaged"),
    "string": (row('<row r="2"><c r="A2" t="s"><v>7</v></c></row>'), "'string 7' the XLSX file is damaged"),
    "tags": (row("<row>"), "firms: 'mismatched tag.* the XLSX file is damaged"),
    "laughs": ([b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>', *row("&b;")], "a document type declaration"),
    "entity": ([b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', *row("")], "a document type declaration"),
    "tag": (
        [HEAD, b'<row r="2"><c r="A2" x="', *digits(15), b'"/></row>', END],
        "'> 1048576' the XLSX file is damaged",
    ),
}


@pytest.mark.parametrize(("sheet", "message"), BOMBS.values(), ids=BOMBS)
def test_workbooks_that_are_bombs_or_broken(toy: Path, sheet: list[bytes], message: str) -> None:
    (toy / "firms.csv").unlink()
    workbook(toy / "firms.xlsx", sheet)
    start = time.perf_counter()
    with pytest.raises(CaseError, match=message):
        read_case(toy, lang="en")
    assert time.perf_counter() - start < QUICK


@IN_KILOBYTES
def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(toy: Path) -> None:
    (toy / "firms.csv").unlink()
    workbook(toy / "firms.xlsx", [HEAD, *[b" " * MEGABYTE] * 100, END])
    content = (toy / "firms.xlsx").read_bytes()
    size = sum(len(piece) for piece in [HEAD, END]) + 100 * MEGABYTE
    told = content.replace(size.to_bytes(4, "little"), (5 * MEGABYTE).to_bytes(4, "little"))
    assert told != content
    (toy / "firms.xlsx").write_bytes(told)
    taken, said = memory_and_message(toy)
    assert "firms: " in said
    assert "the XLSX file is damaged" in said
    assert taken < 40


def test_a_directory_of_very_many_parts_is_not_read(toy: Path) -> None:
    with zipfile.ZipFile(toy / "firms.xlsx", "w") as archive:
        for number in range(25_000):
            archive.writestr(f"{number:06}", b"")
    (toy / "firms.csv").unlink()
    assert "the archive's directory is larger than 1024 KB" in refused(toy)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04" + bytes(100), "not an XLSX file"),
        (b"hello", "not an XLSX file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old .xls file or a workbook with a password"),
    ],
)
def test_files_that_are_no_workbook(toy: Path, content: bytes, message: str) -> None:
    (toy / "firms.csv").unlink()
    (toy / "firms.xlsx").write_bytes(content)
    assert f"firms: {message}" in refused(toy)


def test_a_workbook_alone_that_cannot_be_read_is_not_blamed_for_missing_tables(tmp_path: Path) -> None:
    (tmp_path / "c.xlsx").write_bytes(b"hello")
    message = refused(tmp_path / "c.xlsx")
    assert "c.xlsx: not an XLSX file" in message
    assert "missing" not in message
