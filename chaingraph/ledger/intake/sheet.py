"""A bureau's own sheet, as rows of cells by field: found, not guessed; whatever is not understood is reported.

A mapping (TOML) says once what the reader cannot know: which sheet, how many header rows, which header is which field,
which unit a column has, which office sends it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from chaingraph.labels import text
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.fields import FIELDS, STANDING
from chaingraph.ledger.intake.mapping import mapping_content
from chaingraph.model.columns import Column
from chaingraph.reading.cells import clean, fold
from chaingraph.reading.delimited import check_big5
from chaingraph.reading.rejects import Problem, Refusal, shown

COLUMNS: dict[str, Column] = {column.name: column for column in (*FIELDS, *STANDING)}
_LOOK = 12  # rows in which a header is looked for
_LEAST = 3  # known headers that make a header row
_BRACKET = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]$")
_TOTAL = re.compile(r"^(合计|总计|小计|累计|填表说明|备注|注|说明)([:：(].*)?$")
_SIZE = 64 * 1024 * 1024


class Reject(NamedTuple):
    """One thing found while a sheet was read, and what became of it."""

    row: int
    column: str
    value: str
    effect: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class SheetMap:
    """What a mapping file says."""

    sheet: str = ""
    header_rows: int = 1
    by: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field -> headers that mean it
    units: Mapping[str, str] = field(default_factory=dict)  # field -> unit of its plain numbers


@dataclass
class Journal:
    """Everything found, in the reader's language."""

    lang: str
    rejects: list[Reject] = field(default_factory=list)

    def add(self, row: int, column: str, value: object, effect: str, problem: Problem) -> None:
        """Note a problem; its sentences are labels of the ledger, or of reading tables."""
        area = "ledger.intake_" if problem.reason in REASONS else "tables."
        known = {key: shown(str(each)) for key, each in problem.values.items()} | {"blank": ""}
        reason, remedy = (text(f"{area}{problem.reason}{end}", self.lang, **known) for end in ("", "_remedy"))
        self.rejects.append(Reject(row, column, shown(str(value)), effect, reason, remedy))


REASONS = {
    "not_exact", "two_amounts", "not_an_amount", "currency_conflict", "half_a_unit", "no_unit", "no_currency",
    "too_large", "zero_amount", "unit_differs", "two_headers", "title", "header_twice", "unknown_header", "merged",
    "total_row", "required", "not_whole_day", "later", "order", "stage_conflict", "stage_missing", "end_reason",
    "person", "phone", "repeated", "conflict", "behind", "rule", "suspect", "paid_day", "no_date", "sheets_unread",
    "formula_like", "id_taken",
}  # fmt: skip


class Sheet(NamedTuple):
    """The rows of a sheet by field: row number -> field -> cell text; the header of each field."""

    rows: dict[int, dict[str, str]]
    headers: dict[str, str]
    mapping: SheetMap


def load_mapping(path: Path | None) -> SheetMap:
    """Read a mapping file; without one, the headers of the Wuhan form and its like are known.

    Raises
    ------
    LedgerError
        When the file cannot be read, or names a field that there is not.
    """
    if path is None:
        return SheetMap()
    shapes = {"sheet": str, "header_rows": int, "by": str, "columns": dict, "units": dict}
    content = mapping_content(path, shapes)
    for part in ("columns", "units"):
        for name, value in content.get(part, {}).items():
            if name not in COLUMNS or not (isinstance(value, str) or (part == "columns" and isinstance(value, list))):
                raise LedgerError(reason="mapping", path=path, key=f"{part}.{name}", found=value)
    if content.get("header_rows", 1) not in (1, 2):
        raise LedgerError(reason="mapping", path=path, key="header_rows", found=content["header_rows"])
    given = content.get("columns", {})
    columns = {name: (value,) if isinstance(value, str) else tuple(map(str, value)) for name, value in given.items()}
    return SheetMap(**content | {"columns": columns})


def read_sheet(path: Path, mapping: SheetMap, journal: Journal) -> Sheet:
    """The rows of a bureau's sheet by field, merged cells and totals reported.

    Raises
    ------
    LedgerError
        When the file cannot be read, has no header that is known, or has two header rows of which the mapping does
        not speak.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LedgerError(reason="sheet", path=path, found=error.strerror) from error
    if len(data) > _SIZE:
        raise LedgerError(reason="sheet", path=path, found=f"> {_SIZE // 1024 // 1024} MB")
    try:
        rows, merged = _csv(data) if path.suffix.lower() in (".csv", ".txt") else _xlsx(data, mapping, journal)
    except Refusal as refusal:
        values = {**refusal.problem.values, "blank": ""}
        reason, remedy = (
            text(f"tables.{refusal.problem.reason}{end}", journal.lang, **values) for end in ("", "_remedy")
        )
        found = f" {shown(refusal.found)!r}" if refusal.found else ""
        raise LedgerError(reason="sheet", path=path, found=f"{reason}{found} → {remedy}") from refusal
    return _by_field(path, rows, merged, mapping, journal)


def _csv(data: bytes) -> tuple[list[tuple[int, list[str]]], list[str]]:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        check_big5(data)
        try:
            content = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Refusal(Problem("not_text")) from error
    try:
        numbered = list(enumerate(csv.reader(io.StringIO(content, newline="")), start=1))
    except csv.Error as error:  # a cell beyond every size, most often a quote that is not closed
        raise Refusal(Problem("malformed_csv"), found=str(error)) from error
    return [(number, row) for number, row in numbered if any(row)], []


def _xlsx(data: bytes, mapping: SheetMap, journal: Journal) -> tuple[list[tuple[int, list[str]]], list[str]]:
    from chaingraph.reading.xlsx import open_workbook, sheet_rows

    book = open_workbook(data)
    name = mapping.sheet or next(iter(book.sheets), "")
    if name not in book.sheets:
        raise Refusal(Problem("malformed_xlsx"), found=name)
    others = [other for other in book.sheets if other != name]
    if others:
        journal.add(0, "", "; ".join(others), "note", Problem("sheets_unread", {"sheet": name}))
    merged: list[str] = []
    return list(sheet_rows(book, name, merged)), merged


def _known_headers(mapping: SheetMap) -> dict[str, str]:
    """Field by folded header; what the mapping says goes before what is known."""
    known: dict[str, str] = {}
    for column in COLUMNS.values():
        for header in (column.name, *column.headers):
            known.setdefault(fold(header), column.name)
    for name, headers in mapping.columns.items():
        known.update({fold(header): name for header in headers})
    return known


def _field(header: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    """The field that a header means, and the unit in its brackets."""
    bare = fold(header).strip("*")
    if bare in known:
        return known[bare], ""
    found = _BRACKET.search(bare)
    if found and bare[: found.start()].strip("*") in known:
        return known[bare[: found.start()].strip("*")], found[1]
    return None


def _by_field(
    path: Path, rows: list[tuple[int, list[str]]], merged: list[str], mapping: SheetMap, journal: Journal
) -> Sheet:
    known = _known_headers(mapping)
    hits = [sum(1 for cell in cells if cell and _field(cell, known)) for _, cells in rows[:_LOOK]]
    place = next((place for place, count in enumerate(hits) if count >= _LEAST), None)
    if place is None:
        raise LedgerError(reason="sheet", path=path, found=text("ledger.intake_no_header", journal.lang))
    areas = _areas(merged)
    tall = any(first <= rows[place][0] < last for first, last, _, _ in areas)
    double = tall or hits[place + 1 : place + 2] >= [_LEAST]
    if mapping.header_rows == 1 and double:
        raise LedgerError(reason="sheet", path=path, found=text("ledger.intake_two_headers", journal.lang))
    # Of two header rows the second has the captions, or both have (those of the first over several rows).
    top = place if mapping.header_rows == 1 or double else max(place - 1, 0)
    body = min(top + mapping.header_rows, len(rows))
    for number, cells in rows[:top]:
        journal.add(number, "", " ".join(filter(None, cells)), "note", Problem("title"))
    captions = list(rows[top][1])
    for number, lower in rows[top + 1 : body]:
        width = max(len(captions), len(lower))
        pairs = zip(lower + [""] * (width - len(lower)), captions + [""] * (width - len(captions)), strict=True)
        captions = [low or high for low, high in pairs]
        journal.add(number, "", "", "note", Problem("two_headers"))
    fields, headers = _matched(rows[body - 1][0], captions, known, journal)
    found: dict[int, dict[str, str]] = {}
    for number, cells in rows[body:]:
        first = [clean(cell) for cell in cells if cell.strip()][:3]
        total = next((cell for cell in first if _TOTAL.match(cell)), "")
        if total:
            journal.add(number, "", total, "row_left_out", Problem("total_row"))
            continue
        found[number] = {name: cells[at] for at, name in fields.items() if at < len(cells) and cells[at].strip()}
    last_header = rows[body - 1][0]
    for top, bottom, left, right in areas:
        if bottom > last_header:
            _merged(found, fields, captions, (max(top, last_header + 1), bottom, left, right), journal)
    return Sheet({number: cells for number, cells in found.items() if cells}, headers, mapping)


def _areas(merged: Sequence[str]) -> list[tuple[int, int, int, int]]:
    from chaingraph.reading.xlsx import merged_area

    return [area for reference in merged if (area := merged_area(reference)) is not None]


def _merged(
    found: Mapping[int, Mapping[str, str]], fields: Mapping[int, str], captions: Sequence[str],
    area: tuple[int, int, int, int], journal: Journal,
) -> None:  # fmt: skip
    """Report the cells that a merged range leaves empty: whether its value is meant for them is not known."""
    top, bottom, left, right = area
    for number in range(top, bottom + 1):
        for at in range(left, right + 1):
            if (number, at) != (top, left) and at in fields and number in found:
                journal.add(number, captions[at], "", "value_left_out", Problem("merged", {"row": top}))


def _matched(
    number: int, captions: Sequence[str], known: Mapping[str, str], journal: Journal
) -> tuple[dict[int, str], dict[str, str]]:
    """Field by place in the row, and header by field; a field that two headers mean is read from neither."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, caption in enumerate(captions):
        hit = _field(caption, known) if caption.strip() else None
        if hit is not None:
            places[hit[0]].append(at)
        elif caption.strip() and fold(caption) not in ("序号", "no.", "no"):
            journal.add(number, clean(caption), "", "value_left_out", Problem("unknown_header"))
    for name, several in places.items():
        if len(several) > 1:
            both = " | ".join(clean(captions[at]) for at in several)
            journal.add(number, name, both, "value_left_out", Problem("header_twice"))
    fields = {several[0]: name for name, several in places.items() if len(several) == 1}
    return fields, {name: clean(captions[at]) for at, name in fields.items()}
