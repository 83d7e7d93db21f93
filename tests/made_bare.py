"""Cases with optional columns emptied, what every command makes of them, and traces of missing values in its faces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.model.schema import TABLES
from tests.page_reader import payload_of

REGION = ("--region", "嘉兴")
FIRM = "乙二电池科技股份有限公司"
# What a missing value looks like where nobody has caught it: a word of its own, not in Nancy or "None is named".
TRACE = re.compile(r"(?<![\w.'-])(?:nan|NaN|NaT|<NA>|nat|None(?! [a-z]))(?![\w'-])")
_TEXT_FILES = (".csv", ".md", ".html", ".json")
Emptied = tuple[tuple[str, str], ...]  # pairs of table and column


def optional_columns(tables: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Every column that holds something somewhere and may be empty."""
    return [
        (name, column.name)
        for name, frame in tables.items()
        for column in TABLES[name].columns
        if not column.required
        and column.name in frame
        and frame[column.name].notna().any()
        and not (column.name in TABLES[name].key and column.name.endswith("_id"))
    ]


def pairs_of(columns: list[tuple[str, str]]) -> Iterator[Emptied]:
    """All pairs of two."""
    yield from combinations(columns, 2)


def write_emptied(tables: dict[str, pd.DataFrame], folder: Path, emptied: Emptied, *, first_row_only: bool) -> Path:
    """The case with these columns empty, in the first row that holds something or in all rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        written = frame.astype(object).where(frame.notna(), None)
        for table, column in emptied:
            if table == name and first_row_only:
                written.loc[frame[column].first_valid_index(), column] = None
            elif table == name:
                written = written.drop(columns=column)
        written.to_csv(folder / f"{name}.csv", index=False)
    return folder


def traces(text: str) -> list[str]:
    """Where a text shows a missing value as a program does, with a few characters around it."""
    return [text[max(0, found.start() - 30) : found.end() + 20] for found in TRACE.finditer(text)]


def traces_in(folder: Path) -> list[str]:
    """Traces in every file that a run wrote: tables, page payloads, cells of workbooks, briefs."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".html":
            page = path.read_text("utf-8")
            found += [f"{path.name}: {one}" for one in (*_in_payload(payload_of(page)), *traces(_visible(page)))]
        elif path.suffix in _TEXT_FILES:
            found += [f"{path.name}: {one}" for one in traces(path.read_text("utf-8-sig"))]
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path, read_only=True)
            cells = (cell for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row)
            found += [f"{path.name}: {one}" for cell in cells if isinstance(cell, str) for one in traces(cell)]
    return found


def _visible(page: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)


def _in_payload(value: object) -> list[str]:
    if isinstance(value, dict):
        return [one for key, held in value.items() for one in (*_in_payload(key), *_in_payload(held))]
    if isinstance(value, list):
        return [one for held in value for one in _in_payload(held)]
    if isinstance(value, float) and value != value:
        return ["NaN in the payload"]
    return traces(value) if isinstance(value, str) else []


def commands(case: Path, out: Path, *, quick: bool) -> list[list[str]]:
    """The commands that a case goes through; the quick ones write no workbook and no page."""
    given = [str(case), *REGION, "--reference", "none"]
    terminal = [
        ["check", str(case), "--region", "嘉兴"],
        ["gaps", *given],
        ["explain", *given, "--firm", FIRM],
        ["shortlist", *given, "--chain", "pv"],
    ]
    if quick:
        return terminal
    return [
        *terminal,
        ["run", *given, "--out", str(out / "run"), "--draws", "0"],
        ["gaps", *given, "--out", str(out / "gaps.xlsx")],
        ["map", *given, "--chain", "hy", "--out", str(out / "map.html")],
        ["pools", *given, "--out", str(out / "pools.xlsx")],
        ["brief", str(case), *REGION, "--firm", FIRM, "--out", str(out / "briefs")],
    ]


def faults(
    case: Path, out: Path, capsys: pytest.CaptureFixture[str], *, quick: bool, langs: tuple[str, ...] = ("zh",)
) -> list[str]:
    """What goes wrong when a case goes through the commands: exit codes, tracebacks, traces of missing values."""
    found: list[str] = []
    for lang in langs:
        for call in commands(case, out / lang, quick=quick):
            name = f"{call[0]} {lang}"
            try:
                code = main([*call, "--lang", lang])
            except Exception as error:  # noqa: BLE001 - whatever is raised here is a traceback for whoever runs it
                found.append(f"{name}: {type(error).__name__}: {error}")
                continue
            shown = capsys.readouterr()
            if code not in ((0, 3) if call[0] == "check" else (0,)):
                found.append(f"{name}: exit {code}: {shown.err[-300:]}")
            found += [f"{name}: {one}" for one in traces(shown.out + shown.err)]
        if (out / lang).exists():
            found += traces_in(out / lang)
    return found
