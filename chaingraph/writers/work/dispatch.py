"""The workbook that goes to a county or team and comes back, and the one that says what a merge has found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.work.dispatching import rows_for, units_of
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.merging import Merged
from chaingraph.ledger.work.sheets import BASE, COLUMNS, FILLED, GIVEN, NEW, PUBLIC, SystemMap
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing
from chaingraph.wording.work import caption, money, word
from chaingraph.writers.cell_text import fitting, sheet_name
from chaingraph.writers.files import output_folder, write_bytes
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.work.book import A3, Paper, closed, open_paper, printed
from chaingraph.writers.workbook.sheet import line_count, row_height

# Narrow enough that all of a lead stands on one line of an A3 sheet, at three quarters of its size.
_WIDTHS = {
    "firm": 16, "chain": 8, "segment": 9, "product": 9, "lead_said": 26, "source": 10, "address": 7, "before": 18,
    "contact_form": 8, "contact_unit": 9, "contact_post": 9, "contact_said": 24, "result": 9, "site_status": 8,
    "competing": 8, "likelihood": 8, "expected_on": 8, "investment_m": 9, "problem": 15, "contact_next": 15,
}  # fmt: skip
_WIDTH, _WIDEST_ID = 10, 20
_CODED = {"contact_form": "form", "result": "result", "site_status": "site_status", "likelihood": "likelihood"}
_SPARE = 20  # empty rows for leads that a unit has found itself


def unit_file(unit: str, suffix: str = ".xlsx") -> str:
    """The name of a unit's file: its name, where that can be one on every system.

    Examples
    --------
    >>> unit_file("平湖市"), unit_file("../驻深圳组") != unit_file("驻深圳组")
    ('分办_平湖市.xlsx', True)
    """
    plain = re.sub(r"[^\w-]", "", clean_text(unit))[:40]
    if plain != unit:
        plain += "-" + hashlib.sha256(unit.encode(errors="surrogatepass")).hexdigest()[:6]
    return f"分办_{plain}{suffix}"


def write_dispatch(
    leads: Sequence[Lead],
    folder: Path,
    *,
    as_of: str,
    units: Sequence[str] = (),
    case: Mapping[str, pd.DataFrame] | None = None,
    mapping: SystemMap | None = None,
    lang: str = "zh",
) -> list[tuple[str, Path, int]]:
    """Write a workbook for every county and team that has a lead to feed back on.

    Parameters
    ----------
    leads
        All leads in work.
    folder
        Where the files go; made where it does not exist.
    units
        Only for these; all that have something to feed back on where empty.
    case
        Tables of the case, for the names of chains and segments.
    mapping
        How another system calls columns and codes: then a plain sheet in its form is written.

    Returns
    -------
    list of (unit, path, leads)
        In the order of the units' names.

    Raises
    ------
    StoreError
        When a file cannot be written; the folder is then as it was.
    """
    made = []
    with output_folder(folder) as room:
        for unit in units or units_of(leads):
            rows = rows_for(leads, unit, case)
            if mapping is not None and mapping.columns:
                content = _system_bytes(rows, unit, mapping, as_of, lang)
            else:
                content = dispatch_bytes(rows, unit, as_of=as_of, lang=lang)
            write_bytes(content, room / unit_file(unit))
            made.append((unit, folder / unit_file(unit), len(rows)))
    return made


def dispatch_bytes(rows: pd.DataFrame, unit: str, *, as_of: str, lang: str) -> bytes:
    """The workbook of one unit: its leads, leads of its own to add, and how to fill it in."""
    title = text("work.dispatch_title", lang, unit=unit)
    paper = open_paper(title, as_of=as_of, lang=lang)
    name = sheet_name(text("work.dispatch_sheet", lang), [])
    sheet = paper.book.add_worksheet(name)
    sheet.write_string(0, 0, fitting(title), paper.looks["title"])
    note = text("work.dispatch_note", lang, count=len(rows), day=as_of)
    sheet.write_string(1, 0, note, paper.looks["note"])
    columns = [*GIVEN, *FILLED, BASE]
    _table(sheet, paper, columns, rows_of(rows), 2)
    hidden = len(columns) - 1
    sheet.set_column(hidden, hidden, 4, None, {"hidden": True})
    sheet.freeze_panes(3, 2)
    sheet.autofilter(2, 0, 2 + max(1, len(rows)), hidden - 1)
    for place, column in enumerate(columns[: len(GIVEN)]):  # what is known of no lead takes no room
        if len(rows) and rows[column].isna().all():
            sheet.set_column(place, place, 4, None, {"hidden": True})
    printed(sheet, paper, title, size=A3, repeat=(2, 2))
    sheet.repeat_columns(0, 1)
    added = paper.book.add_worksheet(sheet_name(text("work.dispatch_new", lang), [name]))
    added.write_string(0, 0, text("work.dispatch_new", lang), paper.looks["title"])
    added.write_string(1, 0, text("work.dispatch_new_note", lang), paper.looks["note"])
    blank = [{"unit": unit} for _ in range(_SPARE)]
    _table(added, paper, ["unit", *NEW], blank, 2)
    added.freeze_panes(3, 2)
    printed(added, paper, title, size=A3, repeat=(2, 2))
    return closed(paper)


def _table(sheet: Any, paper: Paper, columns: Sequence[str], rows: Sequence[Mapping[Any, Any]], head: int) -> None:
    lang, filled = paper.lang, {*FILLED, PUBLIC, *(NEW if "unit" in columns else ())}
    lines = [1] * len(rows)
    for place, name in enumerate(columns):
        width = _WIDTHS.get(name, _WIDTH)
        if name == "lead_id":  # a number in two lines is not found again
            width = min(_WIDEST_ID, max([width, *(len(str(row.get(name))) + 2 for row in rows)]))
        sheet.set_column(place, place, width)
        sheet.write_string(head, place, heading(name, lang), paper.looks["asked" if name in filled else "head"])
        for number, row in enumerate(rows):
            shown = fitting(_cell(name, row.get(name), lang, row.get("currency")))
            look = paper.looks["edit" if name in filled else "line" if name == "address" else "text"]
            if shown:
                sheet.write_string(head + 1 + number, place, shown, look)
            else:
                sheet.write_blank(head + 1 + number, place, None, look)
            if name not in (BASE, "address"):
                lines[number] = max(lines[number], line_count(shown, width))
        choices = _choices(name, lang)
        if choices and name in filled and rows:
            area = (head + 1, place, head + len(rows), place)
            sheet.data_validation(*area, {"validate": "list", "source": choices, "error_type": "warning"})
        if name in ("contact_on", "contact_next_on") and rows:
            comment = text("work.day_note", lang)
            sheet.data_validation(
                head + 1, place, head + len(rows), place, {"validate": "any", "input_message": comment}
            )
    sheet.set_row(head, row_height(2))
    for number, count in enumerate(lines):
        sheet.set_row(head + 1 + number, row_height(max(2, count)))


def heading(name: str, lang: str) -> str:
    """What a column of the sheet is called; the Chinese one is what the reader knows first."""
    return COLUMNS[name].headers[0] if lang == "zh" else text(f"work.sheet_{name}", lang)


def _cell(name: str, value: object, lang: str, currency: object = None) -> str:
    if is_missing(value):
        return ""
    if name in _CODED:
        return word(_CODED[name], value, lang)
    if name == "investment_m" and isinstance(value, (int, float)):
        return money(value, currency, lang)
    return str(value)


def _choices(name: str, lang: str) -> list[str]:
    if name == PUBLIC:
        return [text("ledger.code_yes", lang), text("ledger.code_no", lang)]
    return [word(_CODED[name], code, lang) for code in COLUMNS[name].choices] if name in _CODED else []


def _system_bytes(rows: pd.DataFrame, unit: str, mapping: SystemMap, as_of: str, lang: str) -> bytes:
    """The rows as another system imports them: its headings and words, in the order of the mapping, nothing else."""
    paper = open_paper(unit, as_of=as_of, lang=lang)
    sheet = paper.book.add_worksheet(sheet_name(mapping.sheet or unit, []))
    for place, (name, heading_of) in enumerate(mapping.columns.items()):
        words = mapping.words.get(name, {})
        sheet.write_string(0, place, fitting(heading_of))
        sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH))
        values = [unit] * len(rows) if name == "unit" else rows[name] if name in rows else [None] * len(rows)
        currencies = rows["currency"] if "currency" in rows else [None] * len(rows)
        for number, (value, currency) in enumerate(zip(values, currencies, strict=True), start=1):
            code = None if is_missing(value) else words.get(str(value))
            shown = code if code is not None else _cell(name, value, lang, currency)
            if shown:
                sheet.write_string(number, place, fitting(shown))
    return closed(paper)


def write_merged(merged: Merged, path: Path, *, as_of: str, lang: str = "zh") -> None:
    """Write what a merge found: what has changed, where units differ side by side, what is overdue, what was not used.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    title = text("work.merge_title", lang)
    paper = open_paper(title, as_of=as_of, lang=lang)
    rows, names = merged.rows, list[str]()
    used = rows["effect"].isin(["contact", "feedback", "new_lead", "released"])
    quiet = rows["effect"].isin(["same", "empty"])
    parts = {
        "changed": rows[used],
        "conflicts": _side_by_side(merged.conflicts),
        "late": pd.concat([merged.overdue, merged.today], ignore_index=True),
        "left": rows[~used & ~quiet],
        "same": rows[quiet],
    }
    for key, table in parts.items():
        names.append(sheet_name(text(f"work.merge_{key}", lang), names))
        sheet = paper.book.add_worksheet(names[-1])
        sheet.write_string(0, 0, f"{title} · {names[-1]}", paper.looks["title"])
        sheet.write_string(1, 0, text("work.rows", lang, count=len(table)), paper.looks["note"])
        plain_table(sheet, paper, table, 2)
        printed(sheet, paper, title, repeat=(2, 2))
    write_bytes(closed(paper), path)


def _side_by_side(conflicts: pd.DataFrame) -> pd.DataFrame:
    """A row per lead and field, a column per unit."""
    if conflicts.empty:
        return conflicts
    worded = conflicts.assign(
        value=[
            word(str(field), value, "zh") for field, value in zip(conflicts["field"], conflicts["value"], strict=True)
        ]
    )
    wide = worded.pivot_table(index=["lead_id", "firm", "field"], columns="unit", values="value", aggfunc="first")
    return wide.reset_index().rename_axis(columns=None)


def plain_table(sheet: Any, paper: Paper, table: pd.DataFrame, head: int) -> int:
    """Write a table in words, as wide as it needs; the row below it."""
    lines = [1] * len(table)
    for place, name in enumerate(table.columns):
        values = [word(str(name), value, paper.lang) for value in table[name].astype(object)]
        longest = max([_breadth(value) for value in values] + [_breadth(caption(str(name), paper.lang))], default=8.0)
        width = max(9.0, min(40.0, longest + 2))
        sheet.set_column(place, place, width)
        sheet.write_string(head, place, fitting(caption(str(name), paper.lang)), paper.looks["head"])
        for number, (value, held) in enumerate(zip(values, table[name].astype(object), strict=True)):
            if value and isinstance(held, int) and not isinstance(held, bool):
                sheet.write_number(head + 1 + number, place, held, paper.looks["text"])
            else:
                sheet.write_string(head + 1 + number, place, fitting(value), paper.looks["text"])
            lines[number] = max(lines[number], line_count(value, width))
    for number, count in enumerate(lines):
        sheet.set_row(head + 1 + number, row_height(count))
    return head + 1 + len(table)


def _breadth(value: str) -> float:
    return (len(value) + len(value.encode())) / 2
