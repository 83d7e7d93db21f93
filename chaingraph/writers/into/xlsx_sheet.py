"""The XML of a sheet with some cells set: only those cells, and the rows that are new, differ from what it was.

A workbook that is read and written by a library loses what the library does not know: charts, pivots, conditional
formats, the stored results of formulas. So the sheet stays the bytes it was, and cells are put between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import escape

from chaingraph.reading.xlsx import column_number
from chaingraph.reading.xlsx_parts import xml_parser
from chaingraph.writers.into.cells import Written

_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?\bref=\"([^\"]*)\"")
_CONTENT = {"v", "is", "f"}


class _Cell(NamedTuple):
    column: int
    start: int
    end: int
    style: str
    formula: bool


@dataclass
class _Row:
    number: int
    start: int
    inside: int  # behind its start tag
    close: int  # where its end tag begins; equal to `inside` where it closes itself
    end: int
    empty_tag: bool
    cells: list[_Cell] = field(default_factory=list)


@dataclass
class SheetBytes:
    """Where rows and cells stand in the bytes of a sheet."""

    data: bytes
    prefix: bytes = b""
    rows: dict[int, _Row] = field(default_factory=dict)
    last: int = 0  # the last row that holds anything
    widest: int = -1  # the last column that does
    locked: bool = False
    column_styles: list[tuple[int, int, str]] = field(default_factory=list)
    inside: int = 0  # where rows begin
    close: int = 0  # where they end
    empty_tag: bool = False

    def style_at(self, row: int, column: int) -> str:
        """The style of a cell, else of its column; empty where there is none."""
        cells = self.rows[row].cells if row in self.rows else []
        own = next((cell.style for cell in cells if cell.column == column), "")
        return own or next((style for first, last, style in self.column_styles if first <= column <= last), "")

    def has_formula(self, row: int, column: int) -> bool:
        """Whether a formula stands in a cell."""
        cells = self.rows[row].cells if row in self.rows else []
        return any(cell.formula for cell in cells if cell.column == column)


def sheet_bytes(data: bytes) -> SheetBytes:
    """Find rows and cells in the XML of a sheet (UTF-8)."""
    found = SheetBytes(data)
    state: dict[str, int | str | bool] = {"row": 0, "column": -1, "start": 0, "style": "", "formula": False}

    def tag_end(start: int) -> int:
        tag = _TAG.match(data, start)
        return tag.end() if tag else start

    def start(name: str, attributes: dict[str, str]) -> None:
        place = parser.CurrentByteIndex
        if name == "sheetData":
            found.prefix = data[place + 1 : data.index(b"sheetData", place)]
            found.inside = tag_end(place)
            found.empty_tag = data[found.inside - 2 : found.inside] == b"/>"
            found.close = place if found.empty_tag else found.inside
        elif name == "row":
            state["row"] = int(attributes.get("r", int(state["row"]) + 1))
            state["column"] = -1
            inside = tag_end(place)
            empty_tag = data[inside - 2 : inside] == b"/>"
            found.rows[int(state["row"])] = _Row(int(state["row"]), place, inside, inside, inside, empty_tag)
        elif name == "c":
            given = attributes.get("r", "").rstrip("0123456789")
            state["column"] = column_number(given) if given else int(state["column"]) + 1
            state.update(start=place, style=attributes.get("s", ""), formula=False)
        elif name in _CONTENT and state["row"]:
            found.last = max(found.last, int(state["row"]))
            found.widest = max(found.widest, int(state["column"]))
            state["formula"] = bool(state["formula"]) or name == "f"
        elif name == "col" and attributes.get("style"):
            limits = int(attributes["min"]) - 1, int(attributes["max"]) - 1
            found.column_styles.append((*limits, attributes["style"]))
        elif name == "sheetProtection":
            found.locked = attributes.get("sheet") in ("1", "true")

    def end(name: str) -> None:
        place = parser.CurrentByteIndex
        if name == "c":
            begun, inside = int(state["start"]), tag_end(int(state["start"]))
            closed = data[inside - 2 : inside] == b"/>"  # there expat tells no place of the end
            last = inside if closed else tag_end(place)
            cell = _Cell(int(state["column"]), begun, last, str(state["style"]), bool(state["formula"]))
            found.rows[int(state["row"])].cells.append(cell)
        elif name == "row":
            row = found.rows[int(state["row"])]
            if not row.empty_tag:
                row.close, row.end = place, tag_end(place)
        elif name == "sheetData" and not found.empty_tag:
            found.close = place

    parser = xml_parser(start, end)
    parser.Parse(data, True)  # noqa: FBT003 # "this is all"; expat knows no keyword
    return found


def with_cells(sheet: SheetBytes, cells: Mapping[tuple[int, int], tuple[Written, str]]) -> bytes:
    """The sheet with cells set: content and style by row (from 1) and column (from 0)."""
    pieces: list[tuple[int, int, bytes]] = []  # from, to, what stands there instead
    by_row: dict[int, dict[int, bytes]] = {}
    for (row, column), (cell, style) in cells.items():
        by_row.setdefault(row, {})[column] = _cell(sheet.prefix, row, column, cell, style)
    numbers = sorted(sheet.rows)
    waiting: dict[int, list[bytes]] = {}
    for number in sorted(by_row):
        if number in sheet.rows:
            pieces += _in_row(sheet, sheet.rows[number], by_row[number])
            continue
        content = b"".join(by_row[number][column] for column in sorted(by_row[number]))
        whole_row = b'<%srow r="%d">%s</%srow>' % (sheet.prefix, number, content, sheet.prefix)
        later = next((other for other in numbers if other > number), None)
        waiting.setdefault(sheet.close if later is None else sheet.rows[later].start, []).append(whole_row)
    for place, rows in waiting.items():
        if sheet.empty_tag:
            whole = b"<%ssheetData>%s</%ssheetData>" % (sheet.prefix, b"".join(rows), sheet.prefix)
            pieces.append((place, sheet.inside, whole))
        else:
            pieces.append((place, place, b"".join(rows)))
    pieces += _dimension(sheet, cells)
    data = sheet.data
    for first, last, piece in sorted(pieces, reverse=True):
        data = data[:first] + piece + data[last:]
    return data


def _in_row(sheet: SheetBytes, row: _Row, cells: Mapping[int, bytes]) -> list[tuple[int, int, bytes]]:
    """Cells put into a row that is there, in the order of the columns."""
    held = {cell.column: cell for cell in row.cells}
    pieces = [(held[column].start, held[column].end, cell) for column, cell in cells.items() if column in held]
    inserted: dict[int, list[bytes]] = {}
    for column in sorted(set(cells) - set(held)):
        later = [cell.start for cell in row.cells if cell.column > column]
        inserted.setdefault(min(later, default=row.close), []).append(cells[column])
    if row.empty_tag:
        opened = sheet.data[row.start : row.inside - 2].rstrip() + b">"
        content = b"".join(inserted.pop(row.close))
        return [(row.start, row.end, opened + content + b"</%srow>" % sheet.prefix)]
    return pieces + [(place, place, b"".join(new)) for place, new in inserted.items()]


def _cell(prefix: bytes, row: int, column: int, cell: Written, style: str) -> bytes:
    place = f'r="{letters(column)}{row}"' + (f' s="{style}"' if style else "")
    mark = prefix.decode()
    if cell.number:
        return f"<{mark}c {place}><{mark}v>{cell.text}</{mark}v></{mark}c>".encode()
    said = f'<{mark}is><{mark}t xml:space="preserve">{escape(cell.text)}</{mark}t></{mark}is>'
    return f'<{mark}c {place} t="inlineStr">{said}</{mark}c>'.encode()


def letters(column: int) -> str:
    """The letters of a column, A for 0.

    Examples
    --------
    >>> letters(0), letters(26), letters(701)
    ('A', 'AA', 'ZZ')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _dimension(sheet: SheetBytes, cells: Mapping[tuple[int, int], object]) -> list[tuple[int, int, bytes]]:
    """The range that the sheet says it covers, where it says one."""
    told = _DIMENSION.search(sheet.data, 0, sheet.inside)
    if told is None or not cells:
        return []
    row = max(sheet.last, *(row for row, _ in cells))
    column = max(sheet.widest, *(column for _, column in cells))
    return [(told.start(1), told.end(1), f"A1:{letters(column)}{row}".encode())]
