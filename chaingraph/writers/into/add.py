"""Adding tables to a case that exists: preview, review, writing with a version, and a look whether it was right."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from chaingraph.errors import CaseError, StoreError
from chaingraph.labels import both, text
from chaingraph.matching.additions import Additions, plan_additions
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.reading.read import read_case
from chaingraph.stores.parquet.read import is_large
from chaingraph.writers.into.files_of import new_files
from chaingraph.writers.into.layout import Layout, layouts
from chaingraph.writers.into.review import read_answers, write_questions
from chaingraph.writers.into.versions import case_held, replace_files
from chaingraph.writers.workbook.template import header_caption, sheet_caption

_TABLE_FILES = (".csv", ".tsv", ".xlsx", ".xlsm", ".parquet")


@dataclass(frozen=True)
class Addition:
    """What was added to a case, or would be.

    ``additions``: the plan, with counts, questions and rows left out. ``files``: the files that changed (or would).
    ``version``: the folder that keeps what they were; None where nothing was written. ``review``: the sheet of
    questions; None where there are none. ``converted``: CSV files whose encoding had to become UTF-8.
    """

    additions: Additions
    files: tuple[Path, ...]
    version: Path | None
    review: Path | None
    converted: tuple[str, ...]


def add_to_case(
    case: str | Path,
    tables: Mapping[str, pd.DataFrame],
    *,
    answers: str | Path | Mapping[tuple[str, ...], str] | None = None,
    review: str | Path | None = None,
    dry_run: bool = False,
    day: str = "",
    about: str = "",
    signed: Mapping[str, str] = MappingProxyType({}),
    lang: str = "zh",
) -> Addition:
    r"""Add rows to a case that exists: what is new is added, what is empty is filled, nothing is overwritten.

    Firms are the same by id and name, credit or stock code, name, or a former or other name; pairs that are merely
    alike, and values that differ, are written to a review sheet and wait. The files stay the bureau's own: sheets,
    columns and rows unknown to the schema, their order, encoding and formulas stay as they are.

    Parameters
    ----------
    case
        The folder or workbook.
    tables
        By name, clean tables in the form of a case (``Imported.tables``, ``Case.tables``); ``source``, ``as_of`` and
        ``confidence`` of each row are written with it, and the source of a filled cell is added to the row's own.
    answers
        A review sheet that a person has filled in; or answers by `matching.additions.question_key`.
    review
        Where the sheet of open questions goes (XLSX or CSV); None: it is not written.
    dry_run
        Only say what would change; the review sheet is written all the same.
    day
        The day that goes into the name of the version (ISO date); no clock is read.
    about
        What was added, for the version's record, such as the name of a file.
    signed
        Who adds it and when (``by``, an office; ``at``), for the same record.
    lang
        Language of the messages, and of files that are new.

    Returns
    -------
    Addition
        ``additions`` (``counts``: a row per table, in rows; ``questions``: what waits for a person), the ``files`` that
        changed or would, ``version`` (the folder that keeps what they were; None where nothing was written), ``review``
        and ``converted``. The same call again changes nothing.

    Raises
    ------
    CaseError
        When the case or the answers cannot be read.
    StoreError
        When the case is one of Parquet datasets, another run holds it, a file cannot be changed without losing
        something, or the case read again is not what it should be. The case is then as it was.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> new = cg.load_example()["firms"].head(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "case", "firms.csv")
    ...     file.parent.mkdir()
    ...     _ = file.write_text("firm_id,firm,city\nA1,构造旧厂有限公司,嘉兴\n", encoding="utf-8")
    ...     done = add_to_case(file.parent, {"firms": new})
    ...     again = add_to_case(file.parent, {"firms": new})
    ...     len(file.read_text(encoding="utf-8").splitlines())
    4
    >>> done.additions.counts[["table", "new"]].to_numpy().tolist(), again.files
    ([['firms', 2]], ())
    """
    home = Path(case)
    if not home.exists():
        raise StoreError(both("into.no_case", path=case))
    if is_large(home):
        raise StoreError(both("into.large", path=case))
    given = answers or {}
    said = given if isinstance(given, Mapping) else read_answers(Path(given), lang)
    with case_held(home) as room:
        held = read_case(home, lang=lang, required=(), max_reject_share=1.0)
        if not len(held.files):
            raise StoreError(both("into.no_tables", path=case))
        known = layouts(home, held, lang)
        plan = plan_additions(held, tables, {name: layout.cells for name, layout in known.items()}, said)
        sheet = None
        if review is not None and len(plan.questions):
            sheet = Path(review)
            write_questions(plan.questions, sheet, lang)
        if plan.changes_nothing:
            return Addition(plan, (), None, sheet, ())
        files, converted, log = new_files(home, held, known, plan, room, lang)
        check_planned(home, held, known, plan, files, log, room, lang)
        places = tuple(home / name if home.is_dir() else home for name in files)
        version = None
        if not dry_run:
            version = replace_files(home, room, files, log, day=day, about={"added": about, **signed}, lang=lang)
        return Addition(plan, places, version, sheet, tuple(converted))


def check_planned(
    home: Path, held: Case, known: Mapping[str, Layout], plan: Additions, files: Mapping[str, bytes],
    log: pd.DataFrame, room: Path, lang: str,
) -> None:  # fmt: skip
    """Read the case as it would be, before it is: every row and cell that was there, and every one that is new.

    Raises
    ------
    StoreError
        When one is missing or says something else; the first are named.
    """
    copy = room / "check"
    if home.is_dir():
        copy.mkdir()
        for path in home.iterdir():
            if path.suffix.lower() in _TABLE_FILES and path.is_file() and path.name not in files:
                _linked(path, copy / path.name)
        for name, content in files.items():
            (copy / name).write_bytes(content)
    else:
        copy = copy.with_suffix(home.suffix)
        copy.write_bytes(files[home.name])
    try:
        found = read_case(copy, lang=lang, required=(), max_reject_share=1.0, called=home)
    except CaseError as error:
        raise StoreError(both("into.not_as_planned", path=home, count=1, first=error)) from error
    wrong = _differences(held, known, plan, found, layouts(copy, found, lang), log, lang)
    if wrong:
        raise StoreError(
            both(
                "into.not_as_planned",
                path=home,
                count=len(wrong),
                first=text("gaps.sentence_separator", lang).join(wrong[:5]),
            )
        )


def _linked(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a file system without links
        shutil.copyfile(path, to)


def _differences(
    held: Case, known: Mapping[str, Layout], plan: Additions, found: Case, now: Mapping[str, Layout],
    log: pd.DataFrame, lang: str,
) -> list[str]:  # fmt: skip
    """Rows of data that are lost or too many, and cells that are not written as they were or were to be."""
    rows = log.dropna(subset=["row"])
    after = dict(
        zip(zip(rows["table"], rows["row"].astype(int), rows["column"], strict=True), rows["after"], strict=True)
    )
    wrong: list[str] = []
    for name in TABLES:
        caption = sheet_caption(TABLES[name], lang)
        before, new = len(held[name]), len(plan.new.get(name, ()))
        if len(found[name]) != before + new:
            counts = {"found": len(found[name]), "before": before, "new": new}
            wrong.append(text("into.rows_differ", lang, table=caption, **counts))
        if name not in known:
            continue
        cells = now[name].cells if name in now else pd.DataFrame()
        places = {int(number): place for place, number in enumerate(found.numbers.get(name, ()))}
        for place, number in enumerate(held.numbers[name]):
            row = int(number)
            if row not in places:
                wrong.append(text("into.row_lost", lang, table=caption, row=row))
                continue
            for column in cells:
                was = known[name].cells[column].iloc[place] if column in known[name].cells else ""
                wanted, is_now = after.get((name, row, column), was), cells[column].iloc[places[row]]
                if is_now != wanted and not _same_number(is_now, wanted):
                    header = header_caption(TABLES[name].column(str(column)), lang).removesuffix("*")
                    cell = {"row": row, "column": header, "found": is_now or "-", "wanted": wanted or "-"}
                    wrong.append(text("into.cell_differs", lang, table=caption, **cell))
    return wrong


def _same_number(one: str, other: str) -> bool:
    """A number that a workbook or Parquet file shows with other digits."""
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-12)
    except ValueError:
        return False
