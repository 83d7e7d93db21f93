"""本周调度表: one A3 sheet for the week's meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.work.weekly import Weekly
from chaingraph.model.columns import is_missing
from chaingraph.wording.work import caption, in_words, word
from chaingraph.writers.cell_text import fitting
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.book import A3, Paper, closed, open_paper, printed
from chaingraph.writers.workbook.sheet import line_count, row_height

_COLUMN = 8.0  # width of every column of the grid
_LEFT, _RIGHT, _LAST = 0, 11, 22  # first columns of the two halves, and the last of all
_LINES = 2  # of a row: the sheet has to be read on a wall
_SHORT = 30  # letters of what was said
_MOST = 22  # rows of a list; what is left over is counted


def write_schedule(
    week: Weekly, path: Path, *, title: str = "", chains: Mapping[str, str] | None = None, lang: str = "zh"
) -> None:
    """Write the sheet of a week.

    Parameters
    ----------
    week
        As `chaingraph.ledger.work.weekly.weekly` gives it.
    title
        What stands above it; 本周招商线索调度表 where empty.
    chains
        Names of chains by id.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    title = title or text("work.schedule_title", lang)
    paper = open_paper(title, as_of=week.as_of, lang=lang)
    sheet = paper.book.add_worksheet(text("work.schedule_sheet", lang))
    sheet.set_column(0, _LAST, _COLUMN)
    sheet.merge_range(0, 0, 0, _LAST, fitting(title), paper.looks["title"])
    note = text("work.schedule_note", lang, since=week.since, day=week.as_of)
    sheet.merge_range(1, 0, 1, _LAST, note, paper.looks["note"])
    row = _figures(sheet, paper, week)
    units = _counts(week.by_unit, "unit", lang)
    owners = _counts(week.by_owner, "owner", lang)
    by_chain = _counts(week.by_chain, "chain_id", lang, chains or {})
    left = [("by_unit", units), ("by_owner", owners), ("by_chain", by_chain)]
    below = row
    for key, table in left:
        below = _block(sheet, paper, text(f"work.schedule_{key}", lang), table, below, _LEFT, [2] + [1] * 8, paper.lang)
    due = in_words(week.due, lang)[["reason", "firm", "unit", "day", "days", "says"]]
    newest = week.changed.iloc[::-1]  # what is cut off is the oldest
    results = [
        word("result", said, lang) if kind == "lead_fed_back" else said
        for kind, said in zip(newest["kind"], newest["says"], strict=True)
    ]
    newest = newest.assign(says=pd.Series(results, newest.index, dtype="str"))
    changed = in_words(newest, lang)[["at", "firm", "kind", "by", "says"]]
    changed = changed.assign(says=changed["says"].map(_short))
    right = _block(sheet, paper, text("work.schedule_due", lang), due, row, _RIGHT, [2, 3, 2, 2, 1, 2], lang, late=True)
    _block(sheet, paper, text("work.schedule_changed", lang), changed, right, _RIGHT, [2, 3, 1, 2, 4], lang)
    printed(sheet, paper, title, size=A3)
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    write_bytes(closed(paper), path)


def _short(said: str) -> str:
    return said if is_missing(said) or len(said) <= _SHORT else f"{said[: _SHORT - 1]}…"


def _figures(sheet: Any, paper: Paper, week: Weekly) -> int:
    """The two lines of figures above everything; the row below them."""
    lang = paper.lang
    for line, (key, figures) in enumerate((("leads", week.leads), ("projects", week.projects))):
        row = 3 + 3 * line
        sheet.merge_range(row, 0, row + 1, 2, text(f"work.schedule_{key}", lang), paper.looks["head"])
        for place, (stage, (now, other)) in enumerate([*figures.items(), ("", _sums(figures))]):
            at = 3 + 2 * place
            name = text(f"work.stage_{stage}" if key == "leads" else f"ledger.stage_{stage}", lang) if stage else ""
            sheet.merge_range(row, at, row, at + 1, name or text("work.total", lang), paper.looks["total"])
            entry = f"work.schedule_figure_{key}"
            shown = text(
                entry, lang, now=now, change=f"{now - other:+d}".replace("+0", "0") if key == "leads" else other
            )
            sheet.merge_range(row + 1, at, row + 1, at + 1, shown, paper.looks["count"])
    return 10


def _sums(figures: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(now for now, _ in figures.values()), sum(other for _, other in figures.values())


def _counts(table: pd.DataFrame, by: str, lang: str, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A table of counts with its sum; a unit that was not stated is called so."""
    shown = table.copy()
    unknown = text("work.not_assigned" if by == "unit" else "work.not_stated", lang)
    shown[by] = [unknown if is_missing(value) else (names or {}).get(str(value), str(value)) for value in table[by]]
    if table.empty or by == "unit":  # a lead that two units work on stands in both rows: the sum would count it twice
        return shown
    total = {name: int(table[name].sum()) for name in table.columns if name != by} | {by: text("work.total", lang)}
    return pd.concat(
        [shown, pd.DataFrame([total]).astype({name: shown[name].dtype for name in shown})], ignore_index=True
    )


def _block(
    sheet: Any,
    paper: Paper,
    title: str,
    table: pd.DataFrame,
    top: int,
    left: int,
    spans: Sequence[int],
    lang: str,
    *,
    late: bool = False,
) -> int:
    """Write a titled table over the grid, cells as wide as their spans; the first row below it."""
    sheet.merge_range(top, left, top, left + sum(spans) - 1, fitting(title), paper.looks["part"])
    sheet.set_row(top, 20)
    spans = list(spans)[: len(table.columns)]
    row = top + 1
    _line(
        sheet,
        row,
        left,
        spans,
        [caption(str(name), lang) for name in table.columns],
        [paper.looks["head"]] * len(spans),
    )
    shown = table.head(_MOST)
    for values in shown.astype(object).to_numpy().tolist():
        row += 1
        looks = [paper.looks["count" if isinstance(value, int) else "text"] for value in values]
        if late and values[4] and int(values[4]) > 0:
            looks[0] = paper.looks["late"]
        _line(sheet, row, left, spans, values, looks)
        texts = zip(values, spans, strict=False)
        lines = max(line_count(str(value), span * _COLUMN) for value, span in texts)
        sheet.set_row(row, row_height(min(_LINES, max(1, lines))))
    if table.empty or len(table) > _MOST:
        row += 1
        entry = "work.no_rows" if table.empty else "work.more_rows"
        said = text(entry, lang, count=len(table) - len(shown))
        sheet.merge_range(row, left, row, left + sum(spans) - 1, said, paper.looks["note"])
    return row + 2


def _line(
    sheet: Any, row: int, left: int, spans: Sequence[int], values: Sequence[object], looks: Sequence[object]
) -> None:
    at = left
    for value, span, look in zip(values, spans, looks, strict=False):
        shown = value if isinstance(value, int) else fitting(word("", value, "zh"))
        if span > 1:
            sheet.merge_range(row, at, row, at + span - 1, shown, look)
        elif isinstance(shown, int):
            sheet.write_number(row, at, shown, look)
        else:
            sheet.write_string(row, at, shown, look)
        at += span
