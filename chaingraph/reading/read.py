"""Reading a case: a bureau's tables, however they were typed, as clean tables and a list of what could not be used."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chaingraph.errors import ChaingraphError
from chaingraph.labels import text
from chaingraph.model.case import Case
from chaingraph.model.columns import DTYPES, Column
from chaingraph.model.results import FILE_COLUMNS
from chaingraph.model.schema import REQUIRED_TABLES, TABLES
from chaingraph.reading.cells import Value, clean, parser
from chaingraph.reading.files import Sheet, read_sheets
from chaingraph.reading.links import (
    Draft,
    Lookup,
    lookup,
    objects,
    resolve,
    with_firm_ids,
    with_made_ids,
    without_circles,
    without_collectives,
    without_repeats,
)
from chaingraph.reading.personal import personal
from chaingraph.reading.places import placed
from chaingraph.reading.rejects import Journal, Problem, Refusal, caption, counted, shown

EXAMPLE_MARKS = ("示例", "EXAMPLE-")  # rows of the template whose first cell begins so are not data
_SPARED_ROWS = 2  # of an optional table, however small
_SPARED_REQUIRED = 1  # of a table that a case must have
_ROWS_SHOWN = 20  # numbers of rows that a note lists
_REFERRED = (
    "chains",
    "segments",
    "firms",
    "products",
    "funds",
    "projects",
    "firm_signals",
)  # read before what points to them


NATIONAL_TABLES = ("firms",)  # what a national case must hold: it has no chains of its own


def read_case(
    path: str | Path,
    *,
    lang: str = "zh",
    max_reject_share: float = 0.2,
    required: Sequence[str] = REQUIRED_TABLES,
    called: str | Path | None = None,
) -> Case:
    """What does a bureau know? Its tables, cleaned, with every value that could not be used and why.

    Parameters
    ----------
    path
        A folder of CSV, XLSX or Parquet files, one per table (``firms.csv``, ``企业.xlsx``), or one XLSX workbook with
        a sheet per table. Headers may be the canonical ones or Chinese ones (``chaingraph init`` writes a template).
    lang
        Language of rejects, notes and messages: ``zh`` or ``en``.
    max_reject_share
        Share of a table's rows, 0-1, that may hold a rejected value before the case is refused; two rows of an
        optional table and one of a required one always may, unless the share is 0.
    required
        Tables that must hold rows; `NATIONAL_TABLES` for a national case that only serves as reference.
    called
        What messages call the case, where the tables are copies of it; None: its path.

    Returns
    -------
    Case
        ``tables``: clean tables with the columns and types of the schema, sorted by key; missing is NaN.
        ``rejects``: one row per rejected value: table, row (as in the file, header = 1), column, value, reason, remedy.
        A row is left out when a value it must have is missing or rejected; otherwise the value alone is missing.
        ``files``: one row per table read: file, table, sha256, rows. ``notes``: what was merged or skipped.

    Raises
    ------
    CaseError
        When a required table or column is missing, a file cannot be read, or too many rows hold rejected values.
        The message says everything found at once; ``rejects`` holds all of it.
    ChaingraphError
        When `max_reject_share` or `lang` is not one of the values above.

    Examples
    --------
    >>> read_case("no/such/folder", lang="en")
    Traceback (most recent call last):
    chaingraph.errors.CaseError: The case no/such/folder was refused. Put the following right first:
    - 'no/such/folder' there is nothing there → check the path of the case folder or workbook
    """
    journal = Journal(str(called or path), lang)
    if not 0 <= max_reject_share <= 1:
        raise ChaingraphError(text("tables.bad_share_limit", lang, value=max_reject_share))
    folder = Path(path)
    try:
        sheets = read_sheets(folder, journal)
    except Refusal as refusal:
        journal.refuse("", refusal)
        raise journal.refusal() from refusal
    usable = _usable(sheets, journal)
    read = {sheet.table.name: _rows_read(sheet, journal) for sheet in usable}
    drafts = _connected(placed([_draft(sheet, journal) for sheet in usable], journal), journal)
    _check_required(drafts, read, required, journal, folder)
    _check_shares(read, max_reject_share, journal)
    if journal.refused:
        raise journal.refusal()
    files = [(sheet.file, sheet.table.name, sheet.sha256, read[sheet.table.name]) for sheet in usable]
    ordered = {name: _ordered(drafts[name]) for name in TABLES if name in drafts}
    return Case(
        name=folder.resolve().stem,
        tables={name: _frame(draft) for name, draft in ordered.items()},
        numbers={name: draft.numbers for name, draft in ordered.items()},
        rejects=journal.frame(),
        files=pd.DataFrame(files, columns=list(FILE_COLUMNS)),
        notes=tuple(journal.notes),
    )


def changed_since_read(path: str | Path, files: pd.DataFrame) -> list[str]:
    """Which files of a case are not what was read any more: changed or gone while something was made of them.

    Parameters
    ----------
    path
        The folder or workbook that was read.
    files
        ``Case.files`` of the reading.

    Returns
    -------
    list of str
        Their names, sorted. Files that are new since are not looked for: nothing was made of them.
    """
    place = Path(path)
    found = set()
    for name, digest in zip(files["file"], files["sha256"], strict=True):
        try:
            with (place / name if place.is_dir() else place).open("rb") as file:  # in parts: it may be a large one
                now = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            now = ""
        if now != digest:
            found.add(str(name))
    return sorted(found)


def summarise(case: Case, lang: str = "zh") -> str:
    """What was read, as lines of text: rows per table, notes, and how often each reason for a reject occurs."""
    lines = [text("tables.summary", lang, name=shown(case.name), files=len(set(case.files["file"])))]
    rejected = case.rejects.groupby("table")["row"].nunique()
    empty = [str(file.table) for file in case.files.itertuples(index=False) if not file.rows]
    for file in case.files.itertuples(index=False):
        table = str(file.table)
        if not file.rows:
            continue
        values = {"read": int(str(file.rows)), "kept": len(case[table]), "bad": int(rejected.get(table, 0))}
        lines.append("  " + text("tables.summary_table", lang, table=caption(table, lang), file=file.file, **values))
    if empty:
        lines.append("  " + text("tables.summary_empty", lang, count=len(empty)))
    lines += [f"  {note}" for note in case.notes]
    if len(case.rejects):
        rows = [tuple(row) for row in case.rejects.itertuples(index=False, name=None)]
        lines += [text("tables.counts", lang), *counted(rows, lang)]
    else:
        lines.append(text("tables.no_rejects", lang))
    return "\n".join(lines)


def _usable(sheets: list[Sheet], journal: Journal) -> list[Sheet]:
    """One sheet per table; a table given twice, or without a column it must have, stops the case."""
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        name = sheet.table.name
        if name in found:
            files = f"{found[name].file}, {sheet.file}"
            journal.refuse(name, Refusal(Problem("table_twice"), found=files))
            continue
        found[name] = sheet
        for column in _missing_columns(sheet):
            problem = Problem("missing_column", {"headers": " / ".join((column.name, *column.headers))})
            journal.refuse(name, Refusal(problem, sheet.header_row), column.name)
        for header, problem in sheet.unread[:50]:
            journal.remark(name, sheet.header_row, header, "", problem)
        for row, cells in sheet.overlong:
            journal.reject(name, row, "", cells, Problem("too_many_in_row"), left_out=True)
        for row, cells in sheet.footers:
            journal.remark(name, row, "", cells, Problem("footer"))
    return list(found.values())


def _missing_columns(sheet: Sheet) -> list[Column]:
    present = {match.column.name for match in sheet.matches}
    return [column for column in sheet.table.columns if column.required and column.name not in present]


def _check_required(
    drafts: dict[str, Draft], read: dict[str, int], required: Sequence[str], journal: Journal, folder: Path
) -> None:
    refused = {entry.table for entry in journal.refused}
    if not refused <= set(TABLES):
        return  # a whole workbook could not be read: that its tables are missing says nothing more
    for name in (name for name in required if name not in refused):
        if name not in read and (folder / name).is_dir():
            journal.refuse(name, Refusal(Problem("is_dataset", {"name": name})))
        elif name not in read:
            journal.refuse(name, Refusal(Problem("missing_table", {"name": name, "name_zh": TABLES[name].name_zh})))
        elif not read[name]:
            journal.refuse(name, Refusal(Problem("no_rows")))
        elif not len(drafts[name].numbers):
            journal.refuse(name, Refusal(Problem("no_rows_left")))


def _check_shares(read: dict[str, int], limit: float, journal: Journal) -> None:
    for name, rows in sorted(journal.bad_rows.items()):
        total = read[name]
        # One slip in a table of two or four rows is no reason to refuse a case.
        spared = (_SPARED_REQUIRED if name in REQUIRED_TABLES else _SPARED_ROWS) if limit else 0
        if len(rows) > max(limit * total, spared):
            share = {"bad": len(rows), "total": total, "share": f"{len(rows) / total:.0%}", "limit": f"{limit:.0%}"}
            journal.refuse(name, Refusal(Problem("too_many_bad_rows", share)))


def _rows_read(sheet: Sheet, journal: Journal) -> int:
    """Rows of data in the sheet: all but empty ones and the template's examples."""
    examples = int(_examples(sheet).sum())
    if examples:
        journal.note("examples_skipped", table=caption(sheet.table.name, journal.lang), count=examples)
    return len(sheet.numbers) + len(sheet.overlong) - examples


def _draft(sheet: Sheet, journal: Journal) -> Draft:
    """The rows of a sheet with every cell parsed; rows without a value they must have are left out."""
    table = sheet.table
    rows = ~_examples(sheet)
    keep = rows.copy()
    columns = {}
    for match, codes, raws in zip(sheet.matches, sheet.codes, sheet.values, strict=True):
        read = parser(match.column, match.scale)
        parsed = [read(raw) for raw in raws]
        if match.column.public:
            private = np.array([personal(raw) for raw in raws], dtype=bool)
            parsed = [(None, None) if held else cell for held, cell in zip(private, parsed, strict=True)]
            dropped = private[codes] & rows
            _say_dropped(sheet, match.column, dropped, journal)
            if match.column.required:
                rows, keep = rows & ~dropped, keep & ~dropped
        missing = np.array([value is None for value, _ in parsed], dtype=bool)
        problems = np.array([problem is not None for _, problem in parsed], dtype=bool)
        looked_at = (problems | missing) if match.column.required else problems
        for place in np.flatnonzero(looked_at[codes] & rows) if looked_at.any() else ():
            code = codes[place]
            problem = parsed[code][1] or Problem("required_missing")
            left_out = match.column.required and bool(missing[code])
            row = int(sheet.numbers[place])
            journal.reject(table.name, row, match.column.name, raws[code], problem, left_out=left_out)
            keep[place] &= not left_out
        columns[match.column.name] = objects(value for value, _ in parsed)[codes]
    return Draft(table, sheet.numbers, columns).keeping(keep)


def _say_dropped(
    sheet: Sheet, column: Column, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], journal: Journal
) -> None:
    """Note which rows held a mobile or private mail, by their numbers only."""
    if not rows.any():
        return
    numbers = sheet.numbers[rows].tolist()
    listed = ", ".join(map(str, numbers[:_ROWS_SHOWN])) + (" …" if len(numbers) > _ROWS_SHOWN else "")
    entry = "personal_row" if column.required else "personal_value"
    values = {"column": column.headers[0] if journal.lang == "zh" else column.name, "count": len(numbers)}
    journal.note(entry, table=caption(sheet.table.name, journal.lang), rows=listed, **values)


def _examples(sheet: Sheet) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are examples of the template: their first known column says so."""
    order = {column.name: place for place, column in enumerate(sheet.table.columns)}
    first = min(range(len(sheet.matches)), key=lambda place: order[sheet.matches[place].column.name])
    marked = np.array([clean(raw).startswith(EXAMPLE_MARKS) for raw in sheet.values[first]], dtype=bool)
    return marked[sheet.codes[first]] if marked.any() else np.zeros(len(sheet.numbers), dtype=bool)


def _connected(drafts: list[Draft], journal: Journal) -> dict[str, Draft]:
    """Tables whose references are ids, with one row per key, without circles where there may be none.

    References to a required table that is missing, lacks a column or has no row are left as they are: the case is
    refused for that anyway, and a reject for every row would bury the reason.
    """
    given = {draft.table.name: draft for draft in drafts}
    refused = {entry.table for entry in journal.refused}
    lookups: dict[str, Lookup] = {}
    done: dict[str, Draft] = {}
    nobody: frozenset[str] = frozenset()
    for name in (*_REFERRED, *(name for name in TABLES if name not in _REFERRED)):
        if name not in given:
            if name == "products":
                lookups[name] = Lookup(())
            continue
        draft = given[name]
        if name == "firms":
            draft, nobody = without_collectives(draft, journal)
            draft = with_firm_ids(draft)
        draft = without_repeats(with_made_ids(resolve(draft, lookups, journal, nobody)), journal)
        if name in _REFERRED and name not in refused and (len(draft.numbers) or name not in REQUIRED_TABLES):
            lookups[name] = lookup(draft)
            if name == "firms":
                draft = resolve(draft, lookups, journal)
        done[name] = without_circles(draft, journal)
    return done


def _ordered(draft: Draft) -> Draft:
    """The rows sorted by key, what is missing last."""
    keys = list(zip(*(draft.values(name) for name in draft.table.order), strict=True))
    order = sorted(range(len(keys)), key=lambda place: [(part is None, str(part)) for part in keys[place]])
    return draft.keeping(np.array(order, dtype=np.int64))


def _frame(draft: Draft) -> pd.DataFrame:
    """The table with the columns and types of the schema."""
    return pd.DataFrame(
        {column.name: _series(draft.values(column.name), DTYPES[column.kind]) for column in draft.table.columns}
    )


def _series(cells: list[Value | None], dtype: str) -> pd.Series:
    if dtype == "float64":
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype="float64")
    return pd.Series(cells, dtype=dtype)
