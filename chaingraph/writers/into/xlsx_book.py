"""A workbook with some sheets changed or added: every other part of the file stays what it is, to the byte."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from io import BytesIO
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.reading.xlsx import Workbook
from chaingraph.reading.xlsx_parts import part_of_kind, relations

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_NEW_SHEET = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'
)
_TABLE_AREA = re.compile(rb'\bref="([A-Z]{1,3}\d+:[A-Z]{1,3})(\d+)"')
_DECLARED = re.compile(rb"^\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"']([^\"']+)")


def check_book(book: Workbook) -> None:
    """Refuse a workbook that cannot be changed without breaking it.

    Raises
    ------
    StoreError
        When it is signed, or of the strict form of the format.
    """
    names = book.archive.namelist()
    main = part_of_kind(relations(book.archive, ""), "/officeDocument")
    if any(name.startswith("_xmlsignatures/") for name in names):
        raise StoreError(both("into.signed"))
    if main and _MAIN.encode() not in book.archive.read(main)[:4000]:
        raise StoreError(both("into.strict_form"))


def sheet_data(book: Workbook, sheet: str) -> bytes:
    """The XML of a sheet.

    Raises
    ------
    StoreError
        When it is not in UTF-8.
    """
    data = book.archive.read(book.sheets[sheet])
    declared = _DECLARED.match(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise StoreError(both("into.not_utf8", sheet=sheet))
    return data


def new_sheet() -> bytes:
    """A sheet without rows."""
    return _NEW_SHEET.encode()


def grown_tables(book: Workbook, sheet: str, last: int, now_last: int) -> dict[str, bytes]:
    """The parts of a sheet's tables (formatted as such in Excel) that end where its rows end, grown by the new rows."""
    grown: dict[str, bytes] = {}
    folder, name = posixpath.split(book.sheets[sheet])
    if posixpath.join(folder, "_rels", f"{name}.rels") not in book.archive.namelist():
        return grown
    for kind, part in relations(book.archive, book.sheets[sheet]).values():
        if not kind.endswith("/table"):
            continue
        data = book.archive.read(part)
        found = _TABLE_AREA.search(data)
        if found and int(found[2]) == last:
            grown[part] = data.replace(found[0], b'ref="%s%d"' % (found[1], now_last))  # its filter covers the same
    return grown


def with_parts(
    book: Workbook,
    changed: Mapping[str, bytes],
    added: Sequence[tuple[str, bytes]],
    others: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """The workbook with sheets replaced (by name), sheets added (name and XML), and other parts replaced."""
    parts = dict(others) | {book.sheets[name]: data for name, data in changed.items()}
    if added:
        parts |= _linked(book, added)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in book.archive.infolist():
            archive.writestr(copy(entry), parts.pop(entry.filename, b"") or book.archive.read(entry))
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _linked(book: Workbook, added: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    """The parts of new sheets, and the three parts of a workbook in which a sheet is named."""
    archive = book.archive
    main = part_of_kind(relations(archive, ""), "/officeDocument") or "xl/workbook.xml"
    folder, name = posixpath.split(main)
    links = posixpath.join(folder, "_rels", f"{name}.rels")
    known, taken = relations(archive, main), set(archive.namelist())
    texts = {part: archive.read(part).decode("utf-8-sig") for part in (main, links, "[Content_Types].xml")}
    highest = max((int(number) for number in re.findall(r'\bsheetId="(\d+)"', texts[main])), default=0)
    parts: dict[str, bytes] = {}
    sheets, targets, types = "", "", ""
    prefix = re.search(r"<(\w+:)?sheets\b", texts[main])
    mark = (prefix[1] or "") if prefix else ""
    for number, (sheet, data) in enumerate(added, start=1):
        key = next(f"rIdNew{n}" for n in range(number, number + 10_000) if f"rIdNew{n}" not in known)
        known[key] = ("", "")
        file = next(
            f"worksheets/sheet{n}.xml"
            for n in range(1, 10_000)
            if posixpath.join(folder, f"worksheets/sheet{n}.xml") not in taken
        )
        part = posixpath.join(folder, file)
        taken.add(part)
        parts[part] = data
        sheets += (
            f'<{mark}sheet name={quoteattr(sheet)} sheetId="{highest + number}" '
            f'xmlns:new="{_RELATIONS}" new:id="{key}"/>'
        )
        targets += f'<Relationship Id="{key}" Type="{_RELATIONS}/worksheet" Target="{file}"/>'
        types += f'<Override PartName="/{part}" ContentType="{_SHEET_TYPE}"/>'
    for part, piece, close in (
        (main, sheets, f"</{mark}sheets>"),
        (links, targets, "</Relationships>"),
        ("[Content_Types].xml", types, "</Types>"),
    ):
        before, found, after = texts[part].rpartition(close)
        if not found:
            raise StoreError(both("into.odd_part", part=part))
        parts[part] = (before + piece + found + after).encode()
    return parts
