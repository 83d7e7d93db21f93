"""Reading XLSX row by row within limits that hold before and while a part is unpacked.

Read here rather than with openpyxl, because a bureau's file comes from anywhere: openpyxl's row reader believes row
numbers (a row numbered 10^9 makes it yield a billion empty ones), keeps all shared strings whatever their size, does
not show merged cells while streaming, and raises whatever a malformed part makes it raise. This reader knows the few
parts that hold values, takes no DTD, and answers with rows of text or with a `Refusal`.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from xml.parsers import expat

from chaingraph.reading.cells import FORMULA_WITHOUT_VALUE
from chaingraph.reading.headers import MAX_COLUMNS
from chaingraph.reading.rejects import Problem, Refusal
from chaingraph.reading.xlsx_parts import (
    CellText,
    cell_styles,
    fed,
    part_of_kind,
    relations,
    shared_strings,
    sheet_names,
    xml_parser,
)

MEGABYTE = 1024 * 1024
MAX_UNPACKED = 256 * MEGABYTE  # all parts together
MAX_RATIO = 200  # unpacked size over packed size of one part, where that part is larger than…
RATIO_FROM = 10 * MEGABYTE
MAX_DIRECTORY = MEGABYTE  # of the ZIP directory: about 10,000 parts
MAX_CELLS = 20_000_000  # of one table
MAX_ROW = 1_048_576

MALFORMED_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    expat.ExpatError,
    struct.error,
    LookupError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class Workbook:
    """An opened XLSX file: its sheets by name with the part that holds each, its strings, styles and first day."""

    archive: zipfile.ZipFile
    sheets: dict[str, str]
    strings: list[str]
    styles: list[str]  # per cell style: "%" a percentage, "d" "m" "y" a date of that precision, "" anything else
    day_zero: date


def open_workbook(data: bytes) -> Workbook:
    """Open an XLSX file after looking at what it would unpack to.

    Raises
    ------
    Refusal
        When it is no XLSX file, is protected or malformed, or passes a limit on parts, size or ratio.
    """
    check_directory(data)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        check_parts(archive.infolist())
        book = part_of_kind(relations(archive, ""), "/officeDocument") or "xl/workbook.xml"
        names, day_zero = sheet_names(archive, book)
        parts = relations(archive, book)
        sheets = {name: parts[key][1] for name, key in names.items() if parts[key][0].endswith("/worksheet")}
        strings_part = part_of_kind(parts, "/sharedStrings")
        styles_part = part_of_kind(parts, "/styles")
        strings = shared_strings(archive, strings_part) if strings_part else []
        styles = cell_styles(archive, styles_part) if styles_part else []
    except MALFORMED_ARCHIVE as error:
        raise Refusal(Problem("malformed_xlsx"), found=str(error)) from error
    return Workbook(archive, sheets, strings, styles, day_zero)


def sheet_rows(book: Workbook, sheet: str, merged: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that hold anything: row number and cells as text; ``merged`` is filled with merged ranges.

    Numbers, dates and percentages come as people write them (45356 as a date: ``2024-03-05``; 0.12 shown as a
    percentage: ``12%``); a formula comes as the result that was stored.

    Raises
    ------
    Refusal
        When the part is malformed or passes the limit on cells or columns.
    """
    reader = _SheetReader(book, merged)
    try:
        with book.archive.open(book.sheets[sheet]) as part:
            parser = xml_parser(reader.start, reader.end, reader.content.add)
            for _ in fed(parser, part):
                yield from reader.take()
    except MALFORMED_ARCHIVE as error:
        raise Refusal(Problem("malformed_xlsx"), found=str(error)) from error


class _SheetReader:
    """The state between two XML events of one sheet."""

    def __init__(self, book: Workbook, merged: list[str]) -> None:
        self.book = book
        self.merged = merged
        self.rows: list[tuple[int, list[str]]] = []
        self.row: list[str] = []
        self.number = 0
        self.column = -1
        self.cells = 0
        self.kind = self.style = ""
        self.content = CellText()
        self.formula = False

    def take(self) -> list[tuple[int, list[str]]]:
        rows, self.rows = self.rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.content.start(name)
        if name == "c":
            place = attributes.get("r", "")
            self.column = column_number(place.rstrip("0123456789")) if place else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.formula = False
        elif name == "f":
            self.formula = True
        elif name == "row":
            number = int(attributes.get("r", self.number + 1))
            if not self.number < number <= MAX_ROW:
                raise Refusal(Problem("malformed_xlsx"), found=f"row {number} after row {self.number}")
            self.number, self.column, self.row = number, -1, []
        elif name == "mergeCell" and len(self.merged) < MAX_COLUMNS:
            self.merged.append(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        self.content.end(name)
        if name == "c":
            value = self.value(self.content.take())
            if value:
                self.keep(value)
        elif name == "row" and self.row:
            self.rows.append((self.number, self.row))

    def keep(self, value: str) -> None:
        if self.column >= MAX_COLUMNS:
            raise Refusal(
                Problem("too_many_columns", {"columns": self.column + 1, "limit": MAX_COLUMNS}), self.number, value
            )
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise Refusal(Problem("too_many_cells", {"limit": MAX_CELLS}), self.number)
        self.row.extend([""] * (self.column + 1 - len(self.row)))
        self.row[self.column] = value

    def value(self, raw: str) -> str:
        if not raw:
            return FORMULA_WITHOUT_VALUE if self.formula and self.kind != "str" else ""
        if self.kind == "s":
            place = int(raw)
            if not 0 <= place < len(self.book.strings):
                raise Refusal(Problem("malformed_xlsx"), self.number, f"string {place}")
            return self.book.strings[place]
        if self.kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if self.kind != "n":
            return raw
        style = int(self.style or 0)
        return _number_text(raw, self.book.styles[style] if 0 <= style < len(self.book.styles) else "", self.book)


def _number_text(raw: str, style: str, book: Workbook) -> str:
    number = float(raw)
    if style == "%":
        return f"{number * 100:.12g}%"
    if style and 1 <= number < 2_950_000:  # up to the year 9976
        # Day 60 is 29 February 1900, which did not exist; before it the count is one short.
        days = number + 1 if number < 60 and book.day_zero.year == 1899 else number
        return (book.day_zero + timedelta(days=int(days))).isoformat()[: {"y": 4, "m": 7}.get(style, 10)]
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    return repr(number)


@cache
def column_number(letters: str) -> int:
    """0 for A; anything but one to three capital letters is beyond every limit."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        return MAX_ROW
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def merged_area(reference: str) -> tuple[int, int, int, int] | None:
    """First row, last row, first column, last column of a range such as ``A1:C2`` (rows from 1, columns from 0).

    Examples
    --------
    >>> merged_area("B1:C2")
    (1, 2, 1, 2)
    """
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})", reference)
    if found is None:
        return None
    return int(found[2]), int(found[4]), column_number(found[1]), column_number(found[3])


def check_directory(data: bytes) -> None:
    """Look at the end of the ZIP file before its directory is read: a directory of millions of parts is a bomb too."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal(Problem("old_or_locked_excel"))
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if not data.startswith(b"PK") or end < 0 or len(data) < end + 22:
        raise Refusal(Problem("not_xlsx"))
    size = struct.unpack_from("<L", data, end + 12)[0]
    if size > MAX_DIRECTORY or data[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise Refusal(Problem("too_many_parts", {"limit": MAX_DIRECTORY // 1024}))


def check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse what would unpack too large. zipfile gives no more of a part than the size checked here."""
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        values = {"size": unpacked // MEGABYTE, "limit": MAX_UNPACKED // MEGABYTE}
        raise Refusal(Problem("unpacks_too_large", values))
    for part in parts:
        if part.flag_bits & 1:
            raise Refusal(Problem("old_or_locked_excel"))
        if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            ratio = part.file_size // max(part.compress_size, 1)
            raise Refusal(Problem("compressed_too_much", {"ratio": ratio, "limit": MAX_RATIO}), found=part.filename)
