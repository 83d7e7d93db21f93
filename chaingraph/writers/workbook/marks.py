"""What people filled into a workbook (status, owner, notes), read back and put into its rows in the next one.

A row is known by its firm and its segment, which is of one chain. A hidden column says what stood in the row when the
workbook was written: only what differs from that is an edit, so a firm that stands on several sheets may be filled in
on any of them.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.labels import LANGUAGES, text
from chaingraph.model.columns import split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import MARK_COLUMNS, MARKS
from chaingraph.reading.cells import FORMULA_WITHOUT_VALUE
from chaingraph.reading.rejects import Refusal, shown
from chaingraph.reading.xlsx import open_workbook, sheet_rows
from chaingraph.wording.phrases import names_by_id
from chaingraph.writers.harmless import clean_text, plain_text
from chaingraph.writers.workbook import frames
from chaingraph.writers.workbook.profile import known_headers, load_profile, plan_headers

_LOOK_AHEAD = 60  # rows in which the header is sought
_LARGEST = 64 * 1024 * 1024  # bytes of a workbook
Key = tuple[str, str]  # segment_id, firm_id


class Conflict(NamedTuple):
    """Two places that were filled in differently: the value kept, and the one that was not."""

    key: Key
    column: str
    kept: str
    other: str
    where: str


@dataclass(frozen=True)
class Marks:
    """What was filled in: by segment and firm the values of status, owner and note, where they stood, conflicts.

    ``bases`` holds what stood in the row when the workbook was written (nothing where it does not say), ``firms`` the
    name in the row; both only for rows with a value or a base.
    """

    values: Mapping[Key, Mapping[str, str]]
    places: Mapping[Key, str]
    conflicts: tuple[Conflict, ...]
    bases: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    firms: Mapping[Key, str] = field(default_factory=dict)


class _Entry(NamedTuple):
    key: Key
    column: str
    value: str
    base: str | None  # what the workbook held when it was written; None where it does not say
    where: str
    firm: str = ""


def no_marks() -> Marks:
    """Nothing was filled in."""
    return Marks({}, {}, ())


def read_marks(path: str | Path, *, profile: str | Path = "zhejiang", lang: str = "zh") -> Marks:
    """What people filled into a workbook of any profile.

    Every sheet that has the columns firm id and segment id and one of status, owner and notes is read; columns are
    known by their headers, so sheets and columns may have been moved, hidden, sorted and filtered. Of two places that
    were edited differently the first counts; the other is a `Conflict`.

    Parameters
    ----------
    profile
        A profile whose own headers are to be known beside those of the shipped ones.

    Raises
    ------
    CaseError
        When the file is no readable workbook, is too large, or no sheet of it can hold marks.
    """
    path = Path(path)
    headers = known_headers() | plan_headers(load_profile(profile))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device may never end
            detail = text("tables.not_a_file", lang)
            raise CaseError(text("workbook.update_unreadable", lang, path=path, detail=detail))
        if status.st_size > _LARGEST:
            detail = f"> {_LARGEST // 1024 // 1024} MB"
            raise CaseError(text("workbook.update_unreadable", lang, path=path, detail=detail))
        book = open_workbook(path.read_bytes())
        entries = []
        found = False
        for sheet in book.sheets:
            rows = sheet_rows(book, sheet, [])
            columns = _header(rows, headers)
            if columns:
                found = True
                entries += list(_entries(rows, columns, sheet, lang))
    except OSError as error:
        detail = error.strerror or str(error)
        raise CaseError(text("workbook.update_unreadable", lang, path=path, detail=detail)) from error
    except Refusal as error:
        detail = text(f"tables.{error.problem.reason}", lang, **dict(error.problem.values))
        raise CaseError(text("workbook.update_unreadable", lang, path=path, detail=detail)) from error
    if not found:
        raise CaseError(text("workbook.update_nothing", lang, path=path))
    return _settled(entries)


def _header(rows: Iterator[tuple[int, list[str]]], headers: Mapping[str, str]) -> dict[str, int]:
    """Where the columns stand, once the header has been read; empty where the sheet has none that will do."""
    for number, row in rows:
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            columns.setdefault(headers.get(_plain(cell), ""), place)
        if {"firm_id", "segment_id"} <= set(columns) and set(MARKS) & set(columns):
            return columns
        if number > _LOOK_AHEAD:
            break
    return {}


def _plain(cell: str) -> str:
    """A cell's text as it was typed: without what is not seen, and without the apostrophe that kept it inert."""
    return clean_text(plain_text(cell)).strip()


def _entries(
    rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int], sheet: str, lang: str
) -> Iterator[_Entry]:
    def cell(row: Sequence[str], column: str) -> str:
        place = columns.get(column, -1)
        return _plain(row[place]) if 0 <= place < len(row) else ""

    for number, row in rows:
        key = (cell(row, "segment_id"), cell(row, "firm_id"))
        if not all(key):
            continue
        base = _base(cell(row, "mark_base"))
        where = text("workbook.mark_where", lang, sheet=shown(sheet), row=number)
        for column in MARKS:
            if column in columns and cell(row, column) != FORMULA_WITHOUT_VALUE:
                before = None if base is None else base[MARKS.index(column)]
                yield _Entry(key, column, cell(row, column), before, where, cell(row, "firm"))


def _base(cell: str) -> list[str] | None:
    try:
        held = json.loads(cell)
    except (ValueError, RecursionError):  # the column was removed or written over: then every mark counts as an edit
        return None
    known = isinstance(held, list) and len(held) == len(MARKS) and all(isinstance(value, str) for value in held)
    return held if known else None


def _settled(entries: Sequence[_Entry]) -> Marks:
    """One value per row and column: an edit before what stood there, the first edit before another."""
    grouped: dict[tuple[Key, str], list[_Entry]] = {}
    for entry in entries:
        grouped.setdefault((entry.key, entry.column), []).append(entry)
    values: dict[Key, dict[str, str]] = {}
    places: dict[Key, str] = {}
    bases: dict[Key, dict[str, str]] = {}
    firms: dict[Key, str] = {}
    conflicts = []
    for (key, column), held in grouped.items():
        edits = [entry for entry in held if entry.value != (entry.base or "")]
        kept = edits[0] if edits else held[0]
        for other in edits[1:]:
            if other.value != kept.value:
                conflicts.append(Conflict(key, column, kept.value, other.value, other.where))
        if kept.value:
            values.setdefault(key, {})[column] = kept.value
        if kept.base is not None:
            bases.setdefault(key, {})[column] = kept.base
        if kept.value or kept.base:
            places.setdefault(key, kept.where)
            firms.setdefault(key, kept.firm)
    return Marks(values, places, tuple(dict.fromkeys(conflicts)), bases, firms)


def place_marks(targets: pd.DataFrame, marks: Marks, graph: ChainGraph, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put what was filled in into its rows again; it follows a firm that now stands at another segment of its chain.

    Returns
    -------
    DataFrame, DataFrame
        The targets with status, owner, note and mark_base (what stands in the row, for the next reading). And
        `MARK_COLUMNS`: one row per mark without a row now, with its values; per mark that moved or conflict, without.
    """
    keys = list(zip(targets["segment_id"], targets["firm_id"], strict=True))
    moved = _moved(targets, marks, graph)
    marks = replace(marks, values={moved.get(key, key): held for key, held in marks.values.items()})
    status = _status_words(lang)
    rows = []
    for key in keys:
        held = marks.values.get(key, {})
        rows.append(
            [
                status.get(held.get(column, ""), held.get(column, "")) if column == "status" else held.get(column, "")
                for column in MARKS
            ]
        )
    placed = targets.assign(
        **{
            column: pd.Series([row[place] or None for row in rows], index=targets.index, dtype="str")
            for place, column in enumerate(MARKS)
        },
        mark_base=pd.Series([json.dumps(row, ensure_ascii=False) for row in rows], index=targets.index, dtype="str"),
    )
    listed = {
        (chain, firm): segment
        for chain, firm, segment in zip(targets["chain_id"], targets["firm_id"], targets["segment"], strict=True)
    }
    return placed, pd.DataFrame(
        list(_problems(marks, set(keys), moved, listed, graph, lang)), columns=[*MARK_COLUMNS, "mark_base"]
    )


def _moved(targets: pd.DataFrame, marks: Marks, graph: ChainGraph) -> dict[Key, Key]:
    """Where a mark without a row goes: to the firm's first row in the same chain, unless that has marks of its own."""
    chain_of = dict(zip(graph["segments"]["segment_id"], graph["segments"]["chain_id"], strict=True))
    now: dict[tuple[str, str], Key] = {}
    for chain, segment, firm in zip(targets["chain_id"], targets["segment_id"], targets["firm_id"], strict=True):
        now.setdefault((chain, firm), (segment, firm))
    rows = set(zip(targets["segment_id"], targets["firm_id"], strict=True))
    moved: dict[Key, Key] = {}
    for key in sorted(marks.values):
        target = now.get((chain_of.get(key[0], ""), key[1]))
        if key not in rows and target and target not in marks.values and target not in moved.values():
            moved[key] = target
    return moved


def _problems(
    marks: Marks,
    placed: set[Key],
    moved: Mapping[Key, Key],
    listed: Mapping[tuple[str, str], str],
    graph: ChainGraph,
    lang: str,
) -> Iterator[dict[str, str | None]]:
    chains, segments, firms = (names_by_id(graph, table, lang) for table in ("chains", "segments", "firms"))
    chain_of = dict(zip(graph["segments"]["segment_id"], graph["segments"]["chain_id"], strict=True))
    status = _status_words(lang)

    def row(key: Key, problem: str, where: str, held: Mapping[str, str]) -> dict[str, str | None]:
        segment, firm = key
        values = {column: held.get(column, "") for column in MARKS}
        values["status"] = status.get(values["status"], values["status"])
        return {
            "chain": chains.get(chain_of.get(segment, "")),
            "firm": firms.get(firm, firm),
            "segment": segments.get(segment, segment),
            "mark_problem": problem,
            "where": where,
            "firm_id": firm,
            "segment_id": segment,
            **{column: value or None for column, value in values.items()},
            "mark_base": json.dumps(list(values.values()), ensure_ascii=False),
        }

    for key, target in sorted(moved.items()):
        told = text("workbook.mark_followed", lang, segment=segments.get(target[0], target[0]))
        yield row(key, told, marks.places.get(key, ""), {})
    for key, held in sorted(marks.values.items()):
        if key not in placed:
            now = listed.get((chain_of.get(key[0], ""), key[1]))
            problem = text("workbook.mark_moved", lang, segment=now) if now else text("workbook.mark_vanished", lang)
            yield row(key, problem, marks.places[key], held)
    for key, column, kept, other, where in sorted(marks.conflicts):
        caption = text(f"workbook.column_{column}", lang)
        problem = text("workbook.mark_conflict", lang, column=caption, kept=kept, other=other)
        yield row(key, problem, where, {})


def marks_not_placed(findings: Findings, graph: ChainGraph, marks: Marks, lang: str) -> pd.DataFrame:
    """The marks that a run found no row for, and those filled in differently in two places; see `place_marks`."""
    return place_marks(frames.targets(findings, graph, lang), marks, graph, lang)[1]


def _status_words(lang: str) -> dict[str, str]:
    """Every word of the drop-down, in any language, to the word in this one."""
    wanted = split(text("workbook.choices_status", lang))
    words: dict[str, str] = {}
    for other in LANGUAGES:
        words |= dict(zip(split(text("workbook.choices_status", other)), wanted, strict=True))
    return words
