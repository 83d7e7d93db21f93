"""Any file that somebody hands over, as tables of text: told by its content, whatever its name ends in.

Text tables are read row by row, however long; workbooks and documents whole, within the limits of a case.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from chaingraph.reading.delimited import HEAD, Rows, csv_rows, delimiter_of, head_text, text_encoding
from chaingraph.reading.documents import docx_tables, html_tables, pdf_tables, xls_sheets
from chaingraph.reading.files import MAX_FILE, open_file
from chaingraph.reading.rejects import Problem, Refusal
from chaingraph.reading.xlsx import merged_area, open_workbook, sheet_rows

_LINES = 40  # looked at for the delimiter: a header may stand below a title and a notice
# What is not read, by what its name ends in, and what to save it as instead.
_REFUSED = {
    ".doc": "DOCX", ".wps": "DOCX", ".rtf": "DOCX", ".et": "XLSX", ".ofd": "PDF / DOCX", ".dps": "XLSX", ".ppt": "XLSX",
    ".pptx": "XLSX", ".zip": "XLSX / CSV", ".rar": "XLSX / CSV", ".7z": "XLSX / CSV", ".xml": "XLSX", ".json": "CSV",
    ".png": "XLSX", ".jpg": "XLSX", ".jpeg": "XLSX", ".tif": "XLSX", ".tiff": "XLSX", ".bmp": "XLSX",
}  # fmt: skip
_DOC, _PPT, _XML, _ZIP = ".doc", ".ppt", ".xml", ".zip"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM")


@dataclass(frozen=True)
class Grid:
    """One table of a file: the sheet's name (empty where the file has one table only), rows with their number.

    ``strict``: a cell beyond the header is a delimiter too many, not a remark beside the table.
    """

    sheet: str
    rows: Rows
    strict: bool = False


def open_grids(path: Path, knows: Callable[[str], bool]) -> Iterator[Grid]:
    """The tables of a file, in order; rows are read as they are asked for.

    Parameters
    ----------
    path
        CSV, TSV or TXT (also gzipped), XLSX, XLSM, XLS, ODS, DOCX, PDF, HTML.
    knows
        Whether a cell is a heading that the reader understands: tells the delimiter of a text table.

    Raises
    ------
    Refusal
        When it is none of these, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Refusal(Problem("cannot_open"), found=f"{path.name}: {error.strerror}") from error
    if not head:
        raise Refusal(Problem("empty_file"), found=path.name)
    form = _form(head, path)
    if form in ("text", "gzip"):
        yield Grid("", _text_rows(path, knows, packed=form == "gzip"), strict=True)
        return
    with open_file(path.resolve()) as content:
        data = content.read(MAX_FILE)
    if form == "xlsx":
        yield from _workbook(data)
    elif form == "xls":
        _check_old(data, path)
        for name, rows in xls_sheets(data):
            yield Grid(name, iter(rows))
    else:
        tables = {"html": html_tables, "docx": docx_tables, "pdf": pdf_tables}[form](data)
        for number, found in enumerate(tables, start=1):
            yield Grid(str(number) if len(tables) > 1 else "", found)


def _form(head: bytes, path: Path) -> str:
    """What a file is by its first bytes."""
    suffix = path.suffix.lower()
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PK"):
        return _packed_form(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.lstrip()[:5] == b"%PDF-":
        return "pdf"
    if suffix in _REFUSED or head.startswith(_PICTURES):
        raise _refused(suffix)
    start = head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") and (b"<table" in head.lower() or b"<html" in start):
        return "html"
    if start.startswith(b"<?xml"):
        raise _refused(_XML)
    return "text"


def _packed_form(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise Refusal(Problem("not_xlsx"), found=path.name) from error
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.bin" in names or "content.xml" in names:
        return "xls"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise _refused(path.suffix.lower() if path.suffix.lower() in _REFUSED else _ZIP)


def _check_old(data: bytes, path: Path) -> None:
    """Refuse what is kept in the same box as an old workbook: an old document, a locked file."""
    if not data.startswith(b"\xd0\xcf"):
        return
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refusal(Problem("old_or_locked_excel"))
    if "WordDocument".encode("utf-16-le") in data:
        raise _refused(path.suffix.lower() if path.suffix.lower() == ".wps" else _DOC)
    if "PowerPoint Document".encode("utf-16-le") in data:
        raise _refused(_PPT)


def _refused(suffix: str) -> Refusal:
    return Refusal(Problem("format_refused", {"format": suffix or "?", "other": _REFUSED.get(suffix, "XLSX / CSV")}))


def _text_rows(path: Path, knows: Callable[[str], bool], *, packed: bool) -> Rows:
    try:
        with cast("IO[bytes]", gzip.open(path) if packed else path.open("rb")) as stream:
            head = stream.read(HEAD)
            delimiter = delimiter_of(head_text(head, whole=len(head) < HEAD), knows, _LINES)
            encoding = text_encoding(stream)
            stream.seek(0)
            with io.TextIOWrapper(stream, encoding=encoding, newline="") as lines:
                for number, row in csv_rows(lines, delimiter):
                    yield number, [_unwrapped(cell) for cell in row]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refusal(Problem("broken_gzip"), found=str(error)) from error
    except OSError as error:
        raise Refusal(Problem("cannot_open"), found=f"{path.name}: {error.strerror}") from error


def _unwrapped(cell: str) -> str:
    """A code that was written ="0123", so that a spreadsheet keeps it as text."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def _workbook(data: bytes) -> Iterator[Grid]:
    """The sheets of an XLSX workbook, with what is merged repeated over all that it spans."""
    book = open_workbook(data)
    for name in book.sheets:
        merged: list[str] = []
        rows = dict(sheet_rows(book, name, merged))
        for area in filter(None, map(merged_area, merged)):
            top, bottom, left, right = area
            above = rows.get(top, [])
            value = above[left] if left < len(above) else ""
            for number in range(top, bottom + 1) if value and bottom - top < len(rows) + 1_000 else ():
                if number in rows:
                    row = rows[number]
                    row.extend([""] * (right + 1 - len(row)))
                    row[left : right + 1] = [value] * (right + 1 - left)
        if rows:
            yield Grid(name, iter(rows.items()))
