"""The files of a case: a folder of CSV, XLSX and Parquet files, or one workbook, opened within limits.

Nothing is parsed before its size is known, nothing large is read before its first 64 KB look like a table of ours, and
no link is followed. Whatever the format, a table leaves here as text: per column, a code for every row and the distinct
values the codes stand for, so that a million rows with a thousand different values cost a thousand parses.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import math
import os
import stat
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from chaingraph.model.columns import Table
from chaingraph.reading.delimited import HEAD, Rows, csv_rows, delimiter_of, head_text, text_encoding
from chaingraph.reading.headers import (
    LOOK_AHEAD,
    Match,
    check_header,
    explains,
    find_column,
    find_table,
    is_footer,
    match_header,
    near_tables,
)
from chaingraph.reading.rejects import Journal, Problem, Refusal, shown
from chaingraph.reading.unfinished import as_it_was
from chaingraph.reading.xlsx import MEGABYTE, merged_area, open_workbook, sheet_rows

MAX_FILE = 256 * MEGABYTE
MAX_ROWS = 3_000_000
MAX_CODES = (
    40_000_000  # rows times columns of a CSV or Parquet file, four bytes each: a million firms, two million links
)
_PASSED_OVER = {".md", ".txt", ".toml", ".json", ".html", ".pdf", ".docx", ".png", ".jpg"}
_OUR_REJECTS = ("rejects.csv", "rejects.parquet")  # what an import could not use, written beside the tables
_OVERLONG = 1_000  # rows with too many cells before it is asked whether they are a fifth of all
_AT_ONCE = 4_096  # rows that are turned into codes together
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Sheet:
    """One table of a case as it stands in a file, in text.

    ``numbers`` are the file's row numbers (header = 1 where it stands first); ``codes`` and ``values`` hold, for every
    match, the code of each row and the distinct texts. ``unread`` are headers not understood, ``overlong`` rows with
    more cells than headers, ``footers`` sums and remarks below the rows, by number and text.
    """

    file: str
    table: Table
    sha256: str
    header_row: int
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]]
    matches: list[Match]
    codes: list[np.ndarray[tuple[int], np.dtype[np.int32]]]
    values: list[list[str]]
    unread: list[tuple[str, Problem]]
    overlong: list[tuple[int, str]]
    footers: list[tuple[int, str]]
    headers: list[str]  # of every column, understood or not
    sheet: str = ""  # of a workbook
    encoding: str = ""  # of a CSV file, with its delimiter
    delimiter: str = ""


def read_sheets(path: Path, journal: Journal) -> list[Sheet]:
    """Every table found at a path, in the order of file names; what cannot be read goes to the journal.

    Raises
    ------
    Refusal
        When there is nothing at the path that could be a case.
    """
    try:
        if path.is_symlink():
            raise Refusal(Problem("case_is_link"), found=str(path))
        if path.is_dir():
            return _read_folder(path, journal)
        if not path.exists():
            raise Refusal(Problem("no_case"), found=str(path))
    except OSError as error:  # a folder that may not be listed, a name that no file system takes
        raise Refusal(Problem("cannot_open"), found=f"{path}: {error.strerror}") from error
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise Refusal(Problem("not_a_case"), found=str(path))
    try:
        return _read_workbook(path, None, journal)
    except Refusal as refusal:
        journal.refuse(shown(path.name), refusal)
        return []


def _read_folder(folder: Path, journal: Journal) -> list[Sheet]:
    sheets: list[Sheet] = []
    former = as_it_was(folder)
    for place in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = former.get(place.name, place)
        if path is None:
            continue
        table = find_table(path.stem)
        suffix = path.suffix.lower()
        if path.name in _OUR_REJECTS or path.name.startswith((".", "~$")) or suffix in _PASSED_OVER:
            continue
        if table is None and explains(path.stem):
            continue
        try:
            if path.is_symlink():
                raise Refusal(Problem("link_in_case"), found=path.name)
            if path.is_dir():
                journal.note("folder_not_read", folder=shown(path.name))
            elif suffix in (".xlsx", ".xlsm"):
                sheets += _read_workbook(path, table, journal)
            elif table is None:
                problem = Problem("unknown_file", {"near": near_tables(path.stem)})
                journal.remark(shown(path.name), None, "", "", problem)
            elif suffix in (".csv", ".tsv"):
                sheets.append(_read_csv(path, table))
            elif suffix == ".parquet":
                sheets.append(_read_parquet(path, table))
            else:
                raise Refusal(Problem("unknown_format"), found=path.name)
        except Refusal as refusal:
            journal.refuse(table.name if table else shown(path.name), refusal)
    return sheets


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file of admissible size, following no link.

    Raises
    ------
    Refusal
        When it is something else, too large, or cannot be opened.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | _NO_FOLLOW), "rb")
    except OSError as error:
        raise Refusal(Problem("cannot_open"), found=f"{path.name}: {error.strerror}") from error
    status = os.fstat(file.fileno())
    problem = None
    if not stat.S_ISREG(status.st_mode):
        problem = Problem("not_a_file")
    elif status.st_size > MAX_FILE:
        problem = Problem("file_too_large", {"size": status.st_size // MEGABYTE, "limit": MAX_FILE // MEGABYTE})
    elif status.st_size == 0:
        problem = Problem("empty_file")
    if problem:
        file.close()
        raise Refusal(problem, found=path.name)
    return file


def _read_csv(path: Path, table: Table) -> Sheet:
    with open_file(path) as file:
        head = file.read(HEAD)
        delimiter = _check_head(head, table, whole=len(head) < HEAD)
        file.seek(0)
        data = file.read(MAX_FILE)
    encoding = text_encoding(io.BytesIO(data))
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    sheet = _gather(path.name, table, hashlib.sha256(data).hexdigest(), csv_rows(stream, delimiter))
    return replace(sheet, encoding=encoding, delimiter=delimiter)


def _check_head(head: bytes, table: Table, *, whole: bool) -> str:
    """Refuse a file whose first 64 KB are not the beginning of that table; return its delimiter."""
    text = head_text(head, whole=whole)
    delimiter = delimiter_of(text, lambda cell: find_column(table, cell) is not None)
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        rows.extend(itertools.islice(csv_rows(io.StringIO(text, newline=""), delimiter), LOOK_AHEAD))
    except Refusal:  # perhaps only since the cut after 64 KB went through a quoted cell
        if whole:
            raise
        if not rows:
            rows = [(1, next(csv.reader([text], delimiter=delimiter)))]
    check_header(table, rows, cut=not whole and len(rows) == 1)
    return delimiter


def _read_workbook(path: Path, table: Table | None, journal: Journal) -> list[Sheet]:
    """The tables of a workbook: the one its file name says, else one per sheet whose name is a table's."""
    with open_file(path) as file:
        data = file.read(MAX_FILE)
    sha256 = hashlib.sha256(data).hexdigest()
    book = open_workbook(data)
    found: list[Sheet] = []
    chosen = {name: find_table(name) for name in book.sheets}
    if table is not None:
        named = [name for name, meant in chosen.items() if meant is table]
        rest = [name for name in book.sheets if not explains(name)]
        chosen = dict.fromkeys(named or rest[:1], table)
    for name in book.sheets:
        meant = chosen.get(name)
        merged: list[str] = []
        rows = sheet_rows(book, name, merged)
        if meant is None:
            if table is None and not explains(name) and next(rows, None) is not None:
                journal.remark(shown(name), None, "", "", Problem("unknown_file", {"near": near_tables(name)}))
            continue
        try:
            try:
                sheet = _gather(path.name, meant, sha256, rows)
            except Refusal as refusal:
                for _ in rows:  # merged ranges stand after the rows, and say better what is wrong
                    pass
                _check_merged(merged, refusal.row or 1, 0)
                raise
            _check_merged(merged, sheet.header_row, 1 + max(match.place for match in sheet.matches))
            found.append(replace(sheet, sheet=name))
        except Refusal as refusal:
            journal.refuse(meant.name, refusal)
    return found


def _check_merged(merged: list[str], header_row: int, columns: int) -> None:
    areas = [(reference, merged_area(reference)) for reference in merged]
    for reference, area in areas:
        if area and area[0] <= header_row:
            raise Refusal(Problem("merged_header", {"range": reference}), area[0], reference)
    inside = [(area[0], reference) for reference, area in areas if area and area[2] < columns]
    if inside:
        found = ", ".join(reference for _, reference in inside[:5])
        raise Refusal(Problem("merged_cells", {"count": len(inside)}), inside[0][0], found)


def _read_parquet(path: Path, table: Table) -> Sheet:
    import duckdb

    digest = hashlib.sha256()
    with open_file(path) as file:
        while chunk := file.read(MEGABYTE):
            digest.update(chunk)
    place = str(path.resolve())
    try:
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false", "threads": "2"}) as connection:
            connection.execute("SET allowed_paths = $1", [[place]])
            connection.execute("SET enable_external_access = false")
            relation = connection.execute("SELECT * FROM read_parquet($1) LIMIT 0", [place])
            columns = [(str(column[0]), str(column[1])) for column in relation.description or []]
            names = [name for name, _ in columns]
            zoned = [name for name, kind in columns if "TIME ZONE" in kind]
            if zoned:  # which day it is depends on where one stands
                raise Refusal(Problem("time_zone"), found=", ".join(zoned))
            count = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata($1)", [place]).fetchone()
            total = int(count[0]) if count else 0
            if total * len(names) > MAX_CODES:
                raise Refusal(Problem("too_many_cells", {"limit": MAX_CODES}), found=f"{total} × {len(names)}")
            result = connection.execute("SELECT * FROM read_parquet($1)", [place])
            batches = iter(lambda: result.fetchmany(10_000), [])
            lines = ([_text(value) for value in row] for batch in batches for row in batch)
            rows = itertools.chain([(1, names)], ((n, line) for n, line in enumerate(lines, start=2) if any(line)))
            return _gather(path.name, table, digest.hexdigest(), rows)
    except (duckdb.Error, RuntimeError, ValueError, OverflowError) as error:  # the last three: broken names and values
        raise Refusal(Problem("malformed_parquet"), found=str(error)) from error


def _text(value: object) -> str:
    """A Parquet value as it would stand in a CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return "" if math.isnan(value) else str(int(value)) if whole else repr(value)
    if isinstance(value, list | tuple):
        return ";".join(_text(member) for member in value)
    return str(value)


class _Coded:
    """One column being read: a code for every row, and the distinct texts in the order of their codes."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.codes = array("i")
        self.known: dict[str, int] = {}

    def add(self, rows: list[Sequence[str]]) -> None:
        cells = [row[self.place] for row in rows]
        for cell in dict.fromkeys(cells):
            self.known.setdefault(cell, len(self.known))
        self.codes.extend(map(self.known.__getitem__, cells))


def _gather(file: str, table: Table, sha256: str, rows: Rows) -> Sheet:
    """Read rows into codes and distinct values, column by column, after a look at the header."""
    ahead = list(itertools.islice(rows, LOOK_AHEAD))
    check_header(table, ahead)
    header_row, header = ahead[0]
    try:
        matches, unread = match_header(table, header)
    except Refusal as refusal:
        raise Refusal(refusal.problem, header_row, refusal.found) from refusal
    columns = [_Coded(match.place) for match in matches]
    numbers = array("q")
    overlong: list[tuple[int, str]] = []
    footers: list[tuple[int, str]] = []
    width = len(header)
    limit = min(MAX_ROWS, MAX_CODES // width)
    waiting: list[Sequence[str]] = []
    for number, row in itertools.chain(ahead[1:], rows):
        if is_footer(row):
            footers.append((number, " | ".join(filter(None, row))))
            continue
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            overlong.append((number, " | ".join(row[width:])))
            if len(overlong) > max(_OVERLONG, len(numbers) // 4):
                raise Refusal(Problem("rows_do_not_fit"), number, " | ".join(row))
            continue
        if len(numbers) >= limit:
            raise Refusal(Problem("too_many_rows", {"limit": limit}), number)
        numbers.append(number)
        waiting.append(row if len(row) >= width else [*row, *[""] * (width - len(row))])
        if len(waiting) >= _AT_ONCE:
            for column in columns:
                column.add(waiting)
            waiting = []
    for column in columns:
        column.add(waiting)
    return Sheet(
        file=shown(file),
        table=table,
        sha256=sha256,
        header_row=header_row,
        numbers=np.array(numbers, dtype=np.int64),
        matches=matches,
        codes=[np.array(column.codes, dtype=np.int32) for column in columns],
        values=[list(column.known) for column in columns],
        unread=unread,
        overlong=overlong,
        footers=footers,
        headers=list(header),
    )
