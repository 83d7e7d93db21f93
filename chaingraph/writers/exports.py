"""One table as one file: CSV with canonical columns for programs, or an Excel sheet with captions for people."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd

from chaingraph.errors import CaseError, StoreError
from chaingraph.labels import text
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_COLUMNS, MARK_COLUMNS, REJECT_COLUMNS, SHEETS, SHORTLIST_COLUMNS, TALK_COLUMNS
from chaingraph.reading.rejects import captioned as captioned_rejects
from chaingraph.writers.files import write_bytes, write_csv
from chaingraph.writers.workbook.frames import captioned
from chaingraph.writers.workbook.marks import Marks, marks_not_placed, no_marks, read_marks
from chaingraph.writers.workbook.profile import load_profile
from chaingraph.writers.workbook.sheet import add_table, open_book
from chaingraph.writers.workbook.workbook import write_workbook


def write_rejects(rejects: pd.DataFrame, path: Path, *, lang: str) -> None:
    """Write what a case could not use, with the reason and what to do, as ``.csv`` or ``.xlsx``.

    Raises
    ------
    StoreError
        When the name ends otherwise or the file cannot be written.
    """
    shown = captioned_rejects(rejects, lang)
    if _is_csv(path, lang):
        write_csv(shown, path, columns=REJECT_COLUMNS)
    else:
        _write_sheet(shown, REJECT_COLUMNS, path, "rejects", lang)


def write_gaps(gaps: pd.DataFrame, graph: ChainGraph, path: Path, *, lang: str) -> None:
    """Write a table of gaps as ``.csv`` (`results.GAP_COLUMNS`) or as a captioned ``.xlsx`` sheet.

    Raises
    ------
    StoreError
        When the name ends otherwise or the file cannot be written.
    """
    if _is_csv(path, lang):
        write_csv(gaps, path, columns=GAP_COLUMNS)
    else:
        _write_sheet(captioned(gaps, graph, lang), SHEETS["gaps"].columns, path, "gaps", lang)


def write_shortlist(
    findings: Findings,
    graph: ChainGraph,
    path: Path,
    *,
    lang: str,
    profile: str | Path = "zhejiang",
    marks: Marks | None = None,
) -> pd.DataFrame:
    """Write the ranked targets as ``.csv`` (`results.SHORTLIST_COLUMNS`) or everything found as a workbook ``.xlsx``.

    ``profile`` and ``marks`` are those of `write_workbook`. Returns the marks that have no row in the workbook, and
    those that differed between two places (`results.MARK_COLUMNS`).

    Raises
    ------
    StoreError
        When the name ends otherwise or the file cannot be written.
    """
    if _is_csv(path, lang):
        write_csv(findings.targets[lang], path, columns=target_columns(findings.targets[lang]))
        return pd.DataFrame(columns=list(MARK_COLUMNS))
    write_workbook(findings, graph, path, lang=lang, profile=profile, marks=marks)
    return marks_not_placed(findings, graph, marks or no_marks(), lang)


def target_columns(targets: pd.DataFrame) -> list[str]:
    """The columns of a written list: `results.SHORTLIST_COLUMNS`, and what a ledger has added to it."""
    return [*SHORTLIST_COLUMNS, *(name for name in TALK_COLUMNS if name in targets)]


def marked_before(update: str | Path | None, path: Path | None, *, profile: str, lang: str) -> Marks:
    """What an earlier workbook holds, for the one to be written; refused where no workbook is to be written.

    Raises
    ------
    CaseError
        When the earlier workbook cannot be read, or the file to be written is none that can hold its marks.
    UnknownNameError
        When there is no such profile, or its file is wrong.
    """
    load_profile(profile)
    if update is None:
        return no_marks()
    if path is None or path.suffix.lower() != ".xlsx":
        raise CaseError(text("workbook.update_needs_book", lang))
    return read_marks(update, profile=profile, lang=lang)


def _is_csv(path: Path, lang: str) -> bool:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise StoreError(text("files.csv_or_xlsx", lang, path=path))
    return suffix == ".csv"


def _write_sheet(frame: pd.DataFrame, columns: Sequence[str], path: Path, key: str, lang: str) -> None:
    buffer = BytesIO()
    title = text(f"workbook.sheet_{key}", lang)
    book = open_book(buffer, {key: title}, lang=lang, as_of="", title=title)
    add_table(book, key, frame, columns, title=title)
    book.workbook.close()
    write_bytes(buffer.getvalue(), path)
