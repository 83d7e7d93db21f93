"""月报: the month's report in the official layout, every figure as `chaingraph.ledger.work.monthly` counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger import views
from chaingraph.ledger.work.monthly import MONTH_COLUMNS, Monthly, next_month
from chaingraph.ledger.work.weekly import Weekly
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing
from chaingraph.wording.work import caption, day_in_words, in_words, money
from chaingraph.writers.files import number_text, write_bytes
from chaingraph.writers.work.paper import OFFICIAL, Document

_MOST = 15  # rows of a table
_TOLD = ("question", "next_step", "conflict")  # what is due and says itself what it is about


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

    over = month.as_of == views.span(f"{month.month}-01", "month")[1]
    if not over:
        paper.paragraph(text("work.month_not_over", lang, day=day_in_words(month.as_of, lang)))
    part("whole")
    paper.paragraph(text("work.month_leads", lang, **when, **_flow(month.flow), total=_standing(month.flow)))
    paper.paragraph(text("work.month_projects", lang, **_flow(month.projects), total=_standing(month.projects)))
    part("moved")
    _moved(paper, month.moved, lang)
    part("chains")
    _counts(paper, month, month.by_chain, "chains", lang, summed=True)
    for key, table, kind in (("counties", month.by_county, "county"), ("teams", month.by_team, "team")):
        part(key)
        _counts(paper, month, table, key, lang)
        once, none = month.sums[kind]
        paper.paragraph(text(f"work.month_once_{kind}", lang, count=once, rest=none))
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
    if month.lost_before:
        total = month.lost_before + len(month.lost)
        paper.paragraph(text("work.month_lost_all", lang, count=total, before=month.lost_before))
    part("expiring")
    if month.exclusive:
        held = month.expiring.head(_MOST)[["project", "holder", "exclusive_until"]].fillna("")
        heads = [text(f"work.month_{name}", lang) for name in ("project", "holder", "until")]
        _rows(paper, heads, [[str(value) for value in row] for row in held.to_numpy().tolist()], (8, 4, 3.5), lang)
    else:
        paper.paragraph(text("work.month_no_rule", lang))
    if due is not None:
        part("next")
        _next(paper, month, due, lang, over=over)
    paper.signature(office, day_in_words(month.as_of, lang))
    write_bytes(paper.content(title), path)


def _moved(paper: Document, moved: pd.DataFrame, lang: str) -> None:
    """The projects that came to a stage in the month, and what they sum up to in each currency."""
    if moved.empty:
        paper.paragraph(text("work.month_none", lang))
        return
    between, stop = text("work.comma", lang), text("work.stop", lang)
    said = []
    for stage, own in moved.groupby("stage", sort=False):
        known = own[own["amount"].notna()]
        sums = known.assign(currency=known["currency"].fillna("CNY")).groupby("currency")["amount"].sum()
        told = between.join(money(amount, currency, lang) for currency, amount in sums.items())
        called = text(f"ledger.stage_{stage}", lang)
        said.append(text(f"work.month_sum{'' if told else '_unknown'}", lang, stage=called, count=len(own), money=told))
        if told and len(known) < len(own):
            said[-1] += text("work.month_sum_rest", lang, count=len(own) - len(known))
    paper.paragraph(text("work.semicolon", lang).join(said) + stop)
    rows = [
        [
            row["project"],
            *("" if is_missing(row[name]) else str(row[name]) for name in ("landing", "chain")),
            money(row["amount"], row["currency"], lang) or text("work.not_stated", lang),
            text(f"ledger.stage_{row['stage']}", lang),
            "" if is_missing(row["day"]) else day_in_words(str(row["day"]), lang),
        ]
        for row in rows_of(moved.head(_MOST))
    ]
    heads = [text(f"work.month_{name}", lang) for name in ("project", "landing", "by_chains", "amount", "stage", "day")]
    paper.table(heads, rows, (4.2, 2.0, 2.2, 2.2, 1.5, 3.5))
    if len(moved) > _MOST:
        paper.paragraph(text("work.month_more", lang, count=len(moved) - _MOST))


def _next(paper: Document, month: Monthly, due: Weekly, lang: str, *, over: bool) -> None:
    """What has to be done: how much of each kind, and each of these by day, what units have planned among it."""
    until = views.span(f"{next_month(month.month)}-01", "month")[1]
    near = due.due["day"].isna() | (due.due["day"] <= until)  # what is overdue, falls due until then, or has no day
    planned = month.planned[month.planned["day"] <= until]
    later = [*due.due.loc[~near, "day"], *month.planned.loc[month.planned["day"] > until, "day"]]
    shown = in_words(due.due[near], lang)
    counts = sorted(shown["reason"].value_counts().items())
    if len(planned):
        counts.append((text("work.month_planned", lang), len(planned)))
    said = text("work.comma", lang).join(
        text("work.month_matter", lang, reason=reason, count=count) for reason, count in counts
    )
    after = int(next_month(month.month).split("-")[1])
    if not said:
        paper.paragraph(text("work.month_nothing_due", lang, month=after))
        _later(paper, later, lang)
        return
    day = day_in_words(month.as_of, lang)
    paper.paragraph(text("work.month_due" if over else "work.month_due_from", lang, month=after, day=day, said=said))
    dated = [
        (row["day"], [row["firm"], row["unit"], day_in_words(row["day"], lang), row["next"]])
        for row in rows_of(planned)
    ]
    for code, row in zip(due.due.loc[near, "reason"], rows_of(shown), strict=True):
        day = "" if is_missing(row["day"]) else str(row["day"])
        when = day_in_words(day, lang) if day else ""
        says = str(row["says"]) if code in _TOLD else ""  # of the others the lead's announcement would stand here
        told = text("work.pair", lang, name=row["reason"], value=says) if says else row["reason"]
        dated.append((day, [row["firm"], row["unit"], when, told]))
    rows = [row for _, row in sorted(dated, key=lambda each: (not each[0], each[0]))]
    heads = [caption(name, lang) for name in ("firm", "unit", "day")] + [text("work.month_matters", lang)]
    paper.table(heads, rows[:_MOST], (4.5, 2.4, 3.5, 5.2))
    if len(rows) > _MOST:
        paper.paragraph(text("work.month_more", lang, count=len(rows) - _MOST))
    _later(paper, later, lang)


def _later(paper: Document, days: Sequence[str], lang: str) -> None:
    """How much is planned or due after the coming month: one line, with the first day."""
    if days:
        paper.paragraph(text("work.month_later", lang, count=len(days), day=day_in_words(min(days), lang)))


def _flow(figures: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    return {stage: came for stage, (came, _) in figures.items()}


def _standing(figures: Mapping[str, tuple[int, int]]) -> int:
    return sum(now for _, now in figures.values())


def _counts(paper: Document, month: Monthly, table: pd.DataFrame, key: str, lang: str, *, summed: bool = False) -> None:
    """A table of counts, with its sum where each lead stands in one row; clusters only where there is a scheme."""
    if table.empty:
        paper.paragraph(text("work.month_none", lang))
        return
    shown = [name for name in MONTH_COLUMNS if name != "cluster" or month.cluster is not None]
    rows = []
    for row in rows_of(table[shown].astype(object).head(_MOST)):
        name = text("work.not_stated", lang) if is_missing(row["name"]) else str(row["name"])
        rows.append([name, *(str(row[column]) for column in shown[1:])])
    if summed:
        rows.append([text("work.total", lang), *(str(int(table[column].sum())) for column in shown[1:])])
    heads = [text(f"work.month_by_{key}", lang)]
    for name in shown[1:]:
        own = month.cluster if name == "cluster" and lang == "zh" else ""
        heads.append(own or text(f"work.month_column_{name}", lang))
    paper.table(heads, rows, (2.9, *[12.7 / (len(shown) - 1)] * (len(shown) - 1)))
    if len(table) > _MOST:
        paper.paragraph(text("work.month_more", lang, count=len(table) - _MOST))


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
