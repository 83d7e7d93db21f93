"""月报: the month's report in the official layout, every figure as `chaingraph.ledger.work.monthly` counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.work.monthly import MONTH_COLUMNS, Monthly, next_month
from chaingraph.ledger.work.weekly import Weekly
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing
from chaingraph.wording.work import caption, in_words
from chaingraph.writers.files import number_text, write_bytes
from chaingraph.writers.work.paper import OFFICIAL, Document

_MOST = 15  # rows of a table


def write_month(
    month: Monthly, path: Path, *, city: str, office: str, due: Weekly | None = None, lang: str = "zh"
) -> None:
    """Write the report of a month.

    Parameters
    ----------
    city
        Whose report it is, as it stands in the title.
    office
        The office that signs it.
    due
        The week at its end, for what has to be done next; None: that part is left out.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    """
    paper = Document(OFFICIAL, lang)
    year, number = month.month.split("-")
    when = {"year": year, "month": int(number)}
    title = text("work.month_title", lang, city=city, **when)
    paper.title(title)
    numbers = iter("一二三四五六七八九十" if lang == "zh" else "123456789")

    def part(key: str) -> None:
        paper.heading(text("work.month_part", lang, number=next(numbers), name=text(f"work.month_{key}", lang)))

    part("whole")
    paper.paragraph(text("work.month_leads", lang, **when, **_flow(month.flow), total=_standing(month.flow)))
    paper.paragraph(text("work.month_projects", lang, **_flow(month.projects), total=_standing(month.projects)))
    for key, table in (("chains", month.by_chain), ("counties", month.by_county), ("teams", month.by_team)):
        part(key)
        _counts(paper, table, key, lang)
    part("targets")
    _targets(paper, month.targets, lang)
    part("lost")
    rows = [[str(value) for value in row] for row in month.lost.head(_MOST).fillna("").to_numpy().tolist()]
    _rows(
        paper,
        [caption(name, lang) for name in ("firm", "lost_to")] + [text("work.month_why", lang)],
        rows,
        (5, 4, 6.5),
        lang,
    )
    part("expiring")
    held = month.expiring.head(_MOST)[["project", "holder", "exclusive_until"]].fillna("")
    heads = [text(f"work.month_{name}", lang) for name in ("project", "holder", "until")]
    _rows(paper, heads, [[str(value) for value in row] for row in held.to_numpy().tolist()], (8, 4, 3.5), lang)
    if due is not None:
        part("next")
        counts = in_words(due.due, lang)["reason"].value_counts()
        said = text("work.comma", lang).join(f"{reason} {count}" for reason, count in sorted(counts.items()))
        after = int(next_month(month.month).split("-")[1])
        paper.paragraph(text("work.month_due", lang, month=after, said=said or text("work.no_rows", lang)))
    paper.paragraph(text("work.month_signed", lang, office=office, day=due.as_of if due else month.month), signed=True)
    write_bytes(paper.content(title), path)


def _flow(figures: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    return {stage: came for stage, (came, _) in figures.items()}


def _standing(figures: Mapping[str, tuple[int, int]]) -> int:
    return sum(now for _, now in figures.values())


def _counts(paper: Document, table: pd.DataFrame, key: str, lang: str) -> None:
    """A table of counts; what was not stated is called so, what is left over is counted."""
    rows = []
    for row in table.head(_MOST).astype(object).to_numpy().tolist():
        name = text("work.not_stated", lang) if is_missing(row[0]) else str(row[0])
        rows.append([name, *(str(value) for value in row[1:])])
    heads = [
        text(f"work.month_by_{key}", lang),
        *(text(f"work.month_column_{name}", lang) for name in MONTH_COLUMNS[1:]),
    ]
    _rows(paper, heads, rows, (2.9, *[1.4] * (len(MONTH_COLUMNS) - 1)), lang)
    if len(table) > _MOST:
        paper.paragraph(text("work.more_rows", lang, count=len(table) - _MOST))


def _rows(
    paper: Document, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], lang: str
) -> None:
    if rows:
        paper.table(heads, rows, widths)
    else:
        paper.paragraph(text("work.month_none", lang))


def _targets(paper: Document, targets: pd.DataFrame, lang: str) -> None:
    if targets.empty:
        paper.paragraph(text("work.month_no_targets", lang))
        return
    shown = []
    for row in rows_of(targets.head(_MOST)):
        done = row["completion"]
        percent = "" if is_missing(done) else f"{100 * float(done):.0f}%"
        numbers = ["" if is_missing(row[name]) else number_text(float(row[name])) for name in ("target", "actual")]
        shown.append([f"{row['indicator']}（{row['period']}）", *numbers, percent])
    heads = [text(f"work.month_{name}", lang) for name in ("indicator", "target", "actual", "completion")]
    paper.table(heads, shown, (8.2, 2.4, 2.4, 2.5))
