"""A published table of any layout read whole, under our own column names; and the account kept of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.importers.headings import Headings
from chaingraph.importers.imported import Imported
from chaingraph.importers.layout import Laid, Part, find_tables, read_parts, uses_table
from chaingraph.labels import text
from chaingraph.model.case import empty_rejects
from chaingraph.reading.headers import bare
from chaingraph.reading.rejects import Problem, Refusal, shown

_AT_ONCE = 100_000


def read_columns(path: Path, headers: Mapping[str, Sequence[str]], required: Sequence[str], lang: str) -> pd.DataFrame:
    """Rows of a table as text, under our own column names, with their line in ``row``.

    Parameters
    ----------
    path
        Any file that `reading.grids.open_grids` reads.
    headers
        For each of our columns the headers that mean it, in any case; the first that is there is taken.
    required
        Columns without which the file is refused.
    lang
        Language of the message.

    Raises
    ------
    CaseError
        When the file cannot be read, or a required column is not in it.
    """
    known = {bare(header): (name, place, "") for name, told in headers.items() for place, header in enumerate(told)}
    headings = Headings("", "", {}, (), known)
    with told(path, lang, ", ".join(headers[name][0] for name in required)):
        laid = find_tables(path, [headings], required)[0]
        missing = [headers[name][0] for name in required if not any(use.column == name for use in laid.uses)]
        if missing:
            raise CaseError(text("importers.columns_missing", lang, file=path, columns=", ".join(missing)))
        frame = pd.concat([part.frame for part in read_parts(laid, required[0], _AT_ONCE, lang)], ignore_index=True)
    out = frame.reindex(columns=["row", *headers])
    return out.astype({name: "str" for name in headers})


@contextmanager
def told(path: Path, lang: str, columns: str = "") -> Iterator[None]:
    """Say why a file is refused in the reader's language: file, row, what was found, what to do.

    ``columns``: what a header must hold, where nothing can be said but that.
    """
    try:
        yield
    except Refusal as refusal:
        problem = refusal.problem
        if problem.reason == "no_header_found" and columns:
            raise CaseError(text("importers.columns_missing", lang, file=path, columns=columns)) from refusal
        if problem.reason == "cannot_open":
            detail = refusal.found.rpartition(": ")[2]
            raise CaseError(text("importers.not_opened", lang, file=path, detail=detail)) from refusal
        raise CaseError(text("importers.unreadable", lang, file=path, detail=_said(refusal, lang))) from refusal


def _said(refusal: Refusal, lang: str) -> str:
    values = {**refusal.problem.values, "blank": ""}
    reason = text(f"tables.{refusal.problem.reason}", lang, **values)
    remedy = text(f"tables.{refusal.problem.reason}_remedy", lang, **values)
    where = [text("tables.at_row", lang, row=refusal.row)] if refusal.row is not None else []
    found = [repr(shown(refusal.found))] if refusal.found else []
    return f"{' '.join([*where, reason, *found])} → {remedy}"


def tables_of(path: Path, candidates: Sequence[Headings], required: Sequence[str], lang: str) -> list[Laid]:
    """As `layout.find_tables`, saying why a file is refused.

    Raises
    ------
    CaseError
        When the file cannot be read, or holds no such table.
    """
    with told(path, lang):
        return find_tables(path, candidates, required)


def passed_notes(part: Part, lang: str) -> tuple[str, ...]:
    """What was passed over without anything being wrong: sums, remarks, headers that are repeated."""
    if not part.passed:
        return ()
    rows = ", ".join(map(str, part.passed[:20])) + (" …" if len(part.passed) > 20 else "")
    return (text("importers.passed", lang, file=part.laid.label, count=len(part.passed), rows=rows),)


class RowsRead(NamedTuple):
    """The rows of a file that can be used, and the account kept of it; from `read_rows`."""

    path: Path
    digest: str
    raw: int
    rows: pd.DataFrame
    refused: pd.DataFrame  # whole rows
    cells: pd.DataFrame  # single cells of rows that are used
    uses: pd.DataFrame
    notes: tuple[str, ...]

    def imported(self, name: str, tables: Mapping[str, pd.DataFrame], counted: str, kept: int) -> Imported:
        """The tables made of the rows, with the account of the file: so many rows were kept in the table counted."""
        account = file_row(self.path, counted, self.raw, kept, len(self.refused), self.digest)
        rejects = pd.concat([self.refused, self.cells], ignore_index=True)
        return Imported(name, self.path.stem, tables, rejects, pd.DataFrame([account]), self.uses, self.notes)


def read_rows(
    path: Path,
    tables: Iterable[Laid],
    required: str,
    usable: Callable[[Part], tuple[pd.DataFrame, list[pd.DataFrame], list[pd.DataFrame]]],
    lang: str,
) -> RowsRead:
    """Read tables of a file part by part.

    Parameters
    ----------
    tables
        From `tables_of`.
    required
        The column without which a row is none.
    usable
        Of a part: rows that can be used, rejects of single cells, rejects of whole rows.

    Raises
    ------
    CaseError
        When the file cannot be read.
    """
    digest, raw = sha256_of(path, lang), 0
    rows: list[pd.DataFrame] = []
    refused: list[pd.DataFrame] = []
    cells: list[pd.DataFrame] = []
    uses: list[pd.DataFrame] = []
    notes: list[str] = []
    for laid in tables:
        with told(path, lang):
            for part in read_parts(laid, required, _AT_ONCE, lang):
                used, bad, turned_down = usable(part)
                rows.append(used)
                cells += bad
                refused += [part.rejects, *turned_down]
                uses.append(uses_table(laid, part.filled))
                notes += passed_notes(part, lang)
                raw += part.rows
    whole, turned_away, of_cells = (
        pd.concat(frames, ignore_index=True)
        for frames in (rows, [empty_rejects(), *refused], [empty_rejects(), *cells])
    )
    used_columns = pd.concat(uses, ignore_index=True)
    return RowsRead(path, digest, raw, whole, turned_away, of_cells, used_columns, tuple(dict.fromkeys(notes)))


def file_row(
    path: Path, table: str, raw: int, kept: int, rejected: int, digest: str | None = None
) -> dict[str, object]:
    """The account of one file for `Case.files`: what is neither kept nor rejected was merged into another row.

    ``digest`` is the file's sha256 where it is known already.
    """
    return {
        "file": path.name,
        "table": table,
        "sha256": digest or sha256_of(path),
        "rows": raw,
        "kept": kept,
        "merged": raw - kept - rejected,
        "rejected": rejected,
        "changed": 0,
    }


def file_rows_added(accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The account of one file that was read in parts."""
    rows = pd.concat(accounts, ignore_index=True)
    return rows.groupby(["file", "table", "sha256"], sort=False, as_index=False).sum()


def sha256_of(path: Path, lang: str = "zh") -> str:
    """The sha256 of a file of any size.

    Raises
    ------
    CaseError
        When it cannot be read.
    """
    with told(path, lang):
        try:
            with path.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise Refusal(Problem("cannot_open"), found=f"{path.name}: {error.strerror}") from error
    raise AssertionError(path)  # `told` raises
