"""Options and words of adding to a case that exists, for every command that brings something in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from chaingraph.cli.options import FILE, PATH, together
from chaingraph.clock import today
from chaingraph.errors import StoreError
from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.writers.into.add import Addition

_SHOWN = 10  # rows without a place that are printed

into_options = together(
    click.option("--into", type=PATH, metavar="CASE"),
    click.option("--dry-run", is_flag=True),
    click.option("--review", type=FILE, metavar="FILE"),
    click.option("--answers", type=PATH, metavar="FILE"),
)


class Into(NamedTuple):
    """What was asked for: the case, whether only to say what would change, the sheets of questions and of answers."""

    case: Path
    dry_run: bool
    review: Path | None
    answers: Path | None


def into_or_out(lang: str, into: Path | None, out: Path | None, **more: object) -> Into | None:
    """What ``--into`` asks for; None where a new case is written.

    Raises
    ------
    UsageError
        When neither or both are given, or options that only go with ``--into``.
    """
    if (into is None) == (out is None):
        raise click.UsageError(text("into.into_or_out", lang))
    if into is None:
        if any(more.values()):
            raise click.UsageError(text("into.only_with_into", lang))
        return None
    review, answers = (value if isinstance(value, Path) else None for value in (more["review"], more["answers"]))
    return Into(into, bool(more["dry_run"]), review, answers)


def add_and_tell(lang: str, asked: Into, tables: Mapping[str, pd.DataFrame], about: str) -> Addition:
    """Add tables to the case, and say what was done, what waits for a person and what found no place.

    Parameters
    ----------
    tables
        Of an importer.
    about
        What they were read from.

    Returns
    -------
    Addition
        What was done.
    """
    from chaingraph.writers.into.add import add_to_case

    review = asked.review or (None if asked.dry_run else free_place(asked.case, text("into.review_sheet", lang)))
    # The name of a version says the day on which somebody added something, not the day of the data.
    done = add_to_case(
        asked.case,
        tables,
        answers=asked.answers,
        review=review,
        dry_run=asked.dry_run,
        day=today(),
        about=about,
        lang=lang,
    )
    for line in told(done, asked, lang):
        click.echo(line)
    return done


def free_place(case: Path, sheet: str) -> Path:
    """Where a sheet for people goes: beside the case, never over one that somebody may be filling in."""
    home = case.resolve()
    stem = home.stem if home.is_file() else home.name
    names = (f"{stem}_{sheet}{number}.xlsx" for number in ("", *range(2, 1000)))
    return next(place for name in names if not (place := home.with_name(name)).exists())


def told(done: Addition, asked: Into, lang: str) -> list[str]:
    """An addition in sentences."""
    from chaingraph.reading.rejects import caption
    from chaingraph.writers.into.review import preview

    plan = done.additions
    lines = preview(plan.counts, lang)
    counts = {
        "files": text("gaps.list_separator", lang).join(path.name for path in done.files),
        "cells": len(plan.changes),
        "rows": sum(len(rows) for rows in plan.new.values()),
    }
    entry = "nothing" if not done.files else "would_change" if asked.dry_run else "written"
    lines.append(text(f"into.{entry}", lang, **counts))
    if done.converted:
        lines.append(text("into.converted", lang, files=", ".join(done.converted)))
    for row in plan.left_out.head(_SHOWN).to_dict("records"):
        reason = text(f"into.left_{row['reason']}", lang, detail=row["detail"])
        lines.append(text("into.left_out_line", lang, table=caption(row["table"], lang), key=row["key"], reason=reason))
    if len(plan.left_out) > _SHOWN:
        lines.append(text("into.more_left_out", lang, count=len(plan.left_out)))
    if done.review is not None:
        lines.append(text("into.review", lang, count=len(plan.questions), path=done.review, case=asked.case))
    elif len(plan.questions):
        lines.append(text("into.questions_open", lang, count=len(plan.questions)))
    if done.version is not None:
        lines.append(text("into.version", lang, path=done.version, case=asked.case))
    return lines


def undo_and_tell(lang: str, case: Path) -> None:
    """Take back the last addition to a case."""
    from chaingraph.reading.unfinished import AFTER, changes_in
    from chaingraph.writers.into.versions import undo_addition

    if not case.exists():
        raise StoreError(text("into.no_case", lang, path=case))
    version = undo_addition(case)
    files = text("gaps.list_separator", lang).join(changed.file for changed in changes_in(version))
    click.echo(text("into.undone", lang, version=version.name, files=files, after=version / AFTER))
