"""本周调度表: one A3 sheet for the week's meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.work.fields import RESULTS
from chaingraph.ledger.work.views import due_today
from chaingraph.ledger.work.weekly import Weekly
from chaingraph.model.columns import is_missing
from chaingraph.wording.work import caption, in_words, word
from chaingraph.writers.cell_text import fitting
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.book import A3, Paper, closed, open_paper, printed
from chaingraph.writers.work.dispatch import plain_table
from chaingraph.writers.workbook.sheet import line_count, row_height

_COLUMN = 8.0  # width of every column of the grid
_LEFT, _RIGHT, _LAST = 0, 11, 22  # first columns of the two halves, and the last of all
_LINES = 2  # of a row: the sheet has to be read on a wall
_SHORT = 30  # letters of what was said
_MOST = 22  # rows of a list; what is left over is counted


def write_schedule(
    week: Weekly,
    path: Path,
    *,
    title: str = "",
    by: str = "",
    chains: Mapping[str, str] | None = None,
    lang: str = "zh",
) -> None:
    """Write the sheet of a week, and behind it, in full, the two lists that it shows the beginning of.

    Parameters
    ----------
    week
        As `chaingraph.ledger.work.weekly.weekly` gives it.
    title
        What stands above it; 本周招商线索调度表 where empty.
    by
        The office that has made it; empty: to be filled in.
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
    note = text("work.schedule_note", lang, since=week.since, day=week.as_of, by=by or "＿＿＿＿＿＿")
    sheet.merge_range(1, 0, 1, _LAST, note, paper.looks["note"])
    row = _figures(sheet, paper, week)
    units = _with_all(_counts(week.by_unit, "unit", lang), week, lang)
    owners = _counts(week.by_owner, "owner", lang)
    by_chain = _counts(week.by_chain, "chain_id", lang, chains or {})
    left = [("by_unit", units), ("by_owner", owners), ("by_chain", by_chain)]
    below = row
    for key, table in left:
        below = _block(sheet, paper, text(f"work.schedule_{key}", lang), table, below, _LEFT, [2] + [1] * 8, paper.lang)
    due, changed = _due(week, lang), _changed(week.changed, lang)
    brief = [table.assign(says=table["says"].map(_short)) for table in (due, changed)]
    late, today = (int((week.due["reason"].eq("overdue")).sum()), len(due_today(week.due)))
    title_due = text("work.schedule_due_counts", lang, head=text("work.schedule_due", lang), late=late, today=today)
    right = _block(sheet, paper, title_due, brief[0], row, _RIGHT, [2, 3, 2, 2, 1, 2], lang, late=True)
    _block(sheet, paper, text("work.schedule_changed", lang), brief[1], right, _RIGHT, [2, 3, 1, 2, 4], lang)
    printed(sheet, paper, title, size=A3)
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    for key, table in (("due", due), ("changed", changed)):
        name = text(f"work.schedule_list_{key}", lang)
        full = paper.book.add_worksheet(name)
        full.write_string(0, 0, fitting(f"{title} · {name}"), paper.looks["title"])
        full.write_string(1, 0, text("work.rows", lang, count=len(table)), paper.looks["note"])
        plain_table(full, paper, table, 2)
        printed(full, paper, title, repeat=(2, 2))
    write_bytes(closed(paper), path)


def _due(week: Weekly, lang: str) -> pd.DataFrame:
    """What is due, in words; days are a number, and only of what is late; of feedback, how far the unit has come."""
    due = week.due
    says = []
    for reason, lead, unit, said in due[["reason", "lead_id", "unit", "says"]].itertuples(index=False, name=None):
        if reason in ("overdue", "due"):
            stage, product = week.standing.get((lead, unit), ("assigned", ""))
            said = text("work.semicolon", lang).join(filter(None, (product, text(f"work.late_{stage}", lang))))
        says.append(None if reason == "stale" else said)  # what a lead rests on is told elsewhere
    shown = in_words(due.assign(says=pd.Series(says, due.index, dtype="str")), lang)
    shown = shown.assign(days=due["days"].astype("Int64").mask(due["days"] < 0))
    return shown[["reason", "firm", "unit", "day", "days", "says"]]


def _changed(changed: pd.DataFrame, lang: str) -> pd.DataFrame:
    """What has changed, the newest first; what a unit logged and fed back of a firm on one day is one row."""
    said = [
        word("result", said, lang)
        if kind == "lead_fed_back" or (kind == "lead_settled" and said in RESULTS)
        else text(f"ledger.stage_{said}", lang)
        if kind == "stage"
        else said
        for kind, said in zip(changed["kind"], changed["says"], strict=True)
    ]
    worded = in_words(changed.assign(says=pd.Series(said, changed.index, dtype="str")), lang)
    between = {"kind": text("gaps.list_separator", lang), "says": text("work.semicolon", lang)}
    joined = {name: lambda values, by=by: by.join(dict.fromkeys(filter(None, values))) for name, by in between.items()}
    keys = ["at", "lead_id", "firm", "by"]
    one = worded.groupby(keys, sort=False, as_index=False, dropna=False).agg(joined)
    return one.iloc[::-1].reset_index(drop=True)[["at", "firm", "kind", "by", "says"]]


def _with_all(units: pd.DataFrame, week: Weekly, lang: str) -> pd.DataFrame:
    """The counts by unit with the sum of all leads, each once: the rows count a lead for each of its units."""
    if units.empty:
        return units
    counts = {stage: now for stage, (now, _) in week.leads.items()}
    total = {"unit": text("work.total_once", lang), **counts, "leads": sum(counts.values())}
    total["late"] = int(units["late"].sum())
    row = pd.DataFrame([total])[list(units.columns)].astype(units.dtypes.to_dict())
    return pd.concat([units, row], ignore_index=True)


def _short(said: str) -> str:
    return said if is_missing(said) or len(said) <= _SHORT else f"{said[: _SHORT - 1]}…"


def _figures(sheet: Any, paper: Paper, week: Weekly) -> int:
    """The two lines of figures above everything; the row below them."""
    lang = paper.lang
    for line, (key, figures) in enumerate((("leads", week.leads), ("projects", week.projects))):
        row = 3 + 3 * line
        sheet.merge_range(row, 0, row + 1, 2, text(f"work.schedule_{key}", lang), paper.looks["head"])
        everything = _sums(figures)
        if key == "projects":  # one that was entered and signed in the week is one new project
            everything = everything[0], figures["negotiating"][1]
        for place, (stage, (now, other)) in enumerate([*figures.items(), ("", everything)]):
            at = 3 + 2 * place
            name = text(f"work.stage_{stage}" if key == "leads" else f"ledger.stage_{stage}", lang) if stage else ""
            sheet.merge_range(row, at, row, at + 1, name or text("work.total", lang), paper.looks["total"])
            entry = f"work.schedule_figure_{key}"
            shown = text(entry, lang, now=now, change=_change(now - other, lang) if key == "leads" else other)
            sheet.merge_range(row + 1, at, row + 1, at + 1, shown, paper.looks["count"])
    return 10


def _change(more: int, lang: str) -> str:
    return f"{more:+d}" if more else text("work.schedule_level", lang)


def _sums(figures: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(now for now, _ in figures.values()), sum(other for _, other in figures.values())


def _counts(table: pd.DataFrame, by: str, lang: str, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A table of counts with its sum; a unit that was not stated is called so."""
    shown = table.copy()
    unknown = text("work.not_assigned" if by == "unit" else "work.not_stated", lang)
    shown[by] = [unknown if is_missing(value) else (names or {}).get(str(value), str(value)) for value in table[by]]
    if names:  # the id and the name of a chain are one row
        shown = shown.groupby(by, sort=False, as_index=False).sum()
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
        values = ["" if is_missing(value) else value for value in values]
        looks = [paper.looks["figure" if isinstance(value, int) else "cell"] for value in values]
        if late and isinstance(values[4], int) and values[4] > 0:
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
