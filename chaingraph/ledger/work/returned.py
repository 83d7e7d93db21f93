"""Sheets that came back, read: which lead a row is about, what was filled in, and everything that could not be used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger.intake.money import Unit, amount
from chaingraph.ledger.work.dispatching import read_base
from chaingraph.ledger.work.sheets import BASE, COLUMNS, FILLED, PUBLIC, SystemMap, headings
from chaingraph.reading.cells import FORMULA_WITHOUT_VALUE, clean, fold, parser
from chaingraph.reading.grids import open_grids
from chaingraph.reading.personal import masked, personal
from chaingraph.reading.rejects import Refusal, shown

_LOOK = 12  # rows in which a header is looked for
_LEAST = 4  # known headings that make a header row
_MOST = 20_000  # rows of one file
_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".csv", ".et", ".docx"}


class Note(NamedTuple):
    """Something in a file that could not be used: row, column, what stood there, why."""

    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class Row:
    """One row that came back. ``base`` is what was known when it went out; None where the row no longer says it."""

    number: int
    lead_id: str
    firm: str
    unit: str
    values: Mapping[str, Any]
    base: Mapping[str, Any] | None
    unread: frozenset[str] = frozenset()  # cells that hold something, none of which can be used


@dataclass(frozen=True)
class Returned:
    """One file that came back: its rows, and what could not be used of it."""

    file: str
    rows: tuple[Row, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: str = ""  # why the whole file could not be read


@dataclass
class _Reading:
    mapping: SystemMap
    unit: str
    lang: str
    rows: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def returned_files(folder: Path) -> list[Path]:
    """The files of a folder that may hold a returned sheet, by name; what Excel keeps beside an open one is not."""
    found = (path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES)
    return sorted(path for path in found if not path.name.startswith(("~$", ".")))


def read_returned(path: Path, mapping: SystemMap, *, unit: str = "", lang: str = "zh") -> Returned:
    """Read one file that came back; what cannot be used is noted, nothing is dropped in silence.

    Parameters
    ----------
    unit
        Whose file it is, where no row says it.
    """
    reading = _Reading(mapping, unit or mapping.unit, lang)
    known = headings(mapping)
    found = False
    try:
        for grid in open_grids(path, lambda cell: fold(cell) in known):
            places: dict[str, int] = {}
            for number, cells in grid.rows:
                if not places and number <= _LOOK:
                    places = _header(cells, known)
                    found = found or bool(places)
                elif places:
                    _read_row(number, cells, places, reading)
                if len(reading.rows) > _MOST:
                    return Returned(path.name, problem=text("work.too_many_rows", lang, most=_MOST))
    except Refusal as refusal:
        why = text(f"tables.{refusal.problem.reason}", lang, **{**refusal.problem.values, "blank": ""})
        return Returned(path.name, problem=f"{why} {shown(refusal.found)}".strip())
    if not found:
        return Returned(path.name, problem=text("work.no_sheet", lang))
    return Returned(path.name, tuple(reading.rows), tuple(reading.notes))


_BARE = re.compile(r"[\d.,\s]+")  # an amount without a unit
_LEAST_WORDS = 4  # letters beside a masked number without which a cell says nothing
_TOLD = ("contact_said", "contact_next", "problem", "lead_said")  # free words of a unit


def _header(cells: Sequence[str], known: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = known.get(fold(cell), "")
        if name:
            places.setdefault(name, at)
    filled = set(places) & set(FILLED)
    return places if len(places) >= _LEAST and filled and {"lead_id", "firm"} & set(places) else {}


def _read_row(number: int, cells: Sequence[str], places: Mapping[str, int], reading: _Reading) -> None:
    raw = {name: _plain(cells[at]) for name, at in places.items() if at < len(cells)}
    raw = {name: cell for name, cell in raw.items() if cell and cell != FORMULA_WITHOUT_VALUE}
    held = read_base(raw.pop(BASE, ""))
    said = {name: cell for name, cell in raw.items() if name in (*FILLED, PUBLIC, "product", "lead_said")}
    lead_id, firm = raw.get("lead_id", ""), raw.get("firm", "")
    if held is not None:
        lead_id = held[0]
    if not lead_id and not firm:
        if said:
            reading.notes.append(Note(number, "", shown(" | ".join(said.values())), text("work.no_firm", reading.lang)))
        return
    unit = held[1] if held is not None else raw.get("unit", "") or reading.unit
    values: dict[str, Any] = {}
    unread = set()
    for name, cell in said.items():
        if name in _TOLD and personal(cell) and _says_more(masked(cell)):
            # What was talked about is worth more than the number in it: that alone is left out, and said to be.
            cell = masked(cell)
            reading.notes.append(Note(number, COLUMNS[name].headers[0], shown(cell), text("work.masked", reading.lang)))
        value, why = _value(name, cell, reading)
        if why:
            unread.add(name)
            reading.notes.append(Note(number, COLUMNS[name].headers[0], shown(masked(cell)), why))
        elif isinstance(value, tuple):
            values[name], values["currency"] = value
        elif value is not None:
            values[name] = value
    base = None if held is None else held[2]
    reading.rows.append(Row(number, lead_id, firm, unit, values, base, frozenset(unread)))


def _plain(cell: str) -> str:
    """A cell as it was typed: without the apostrophe that kept a formula inert."""
    cleaned = clean(cell)
    return cleaned[1:] if cleaned.startswith("'") else cleaned


def _says_more(cell: str) -> bool:
    """Whether words are left beside what was masked."""
    return not personal(cell) and len(re.findall(r"[^\W_]", cell)) >= _LEAST_WORDS


def _value(name: str, cell: str, reading: _Reading) -> tuple[Any, str]:
    """The value of a cell and "", or None and why it cannot be used."""
    if personal(cell):
        return None, text("work.personal", reading.lang)
    words = reading.mapping.words.get(name, {})
    cell = next((code for code, word in words.items() if fold(word) == fold(cell)), cell)
    if name == "investment_m" and _BARE.fullmatch(cell):  # 12: 亿元, 万元?
        return None, text("work.amount_unit", reading.lang)
    if name == "investment_m":
        money, problem = amount(cell, Unit(1.0, "CNY"))
        if money is not None:
            return money, ""
    else:
        value, problem = parser(COLUMNS[name])(cell)
        if problem is None or value is not None:
            return value, ""
    assert problem is not None  # what was not read has one
    for area in ("ledger.intake_", "tables."):
        try:
            return None, text(f"{area}{problem.reason}", reading.lang, **{**problem.values, "blank": ""})
        except UnknownNameError:
            continue
    return None, problem.reason
