"""Cells of a file of any layout, read as the case reader reads them: the same units, dates, codes, choices, rejects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import empty_rejects
from chaingraph.model.columns import DTYPES, Column
from chaingraph.model.results import REJECT_COLUMNS
from chaingraph.reading.cells import Parsed, clean, parser, unit_scale
from chaingraph.reading.rejects import Problem, shown

Rejected = tuple[str, int, str, str, str, str]
_NUMERIC = ("number", "integer")
_PLAIN_NUMBER = re.compile(r"[约\s\d.,，+-]+")
_ABOUT = re.compile(r"^\s*约")
# Fifteen digits are all that a spreadsheet keeps of a number: what follows became noughts.
_ROUNDED = re.compile(r"\d{15}000|\d(?:\.\d+)?[eE]\+?1\d")


def rejected(label: str, row: int, column: str, value: object, problem: Problem, lang: str) -> Rejected:
    """One row of `Case.rejects`: the file, its row, the column's header, what stood there, why not, what to do."""
    values = {**problem.values, "blank": ""}
    reason = text(f"tables.{problem.reason}", lang, **values)
    return label, row, column, shown(str(value)), reason, text(f"tables.{problem.reason}_remedy", lang, **values)


def as_rejects(rows: Sequence[Rejected]) -> pd.DataFrame:
    """Rejects as a table."""
    empty = empty_rejects()
    return pd.DataFrame(rows, columns=list(REJECT_COLUMNS)).astype(empty.dtypes.to_dict()) if rows else empty


def rejected_rows(
    label: str, rows: pd.DataFrame, column: str, header: str, problem: Problem, lang: str
) -> pd.DataFrame:
    """Rows of a part that are rejected for one reason, with what stood in a column."""
    if rows.empty:
        return empty_rejects()
    shape = rejected(label, 0, header, "", problem, lang)
    values = [shown(value) if isinstance(value, str) else "" for value in rows[column]]
    found = pd.DataFrame(
        {
            "table": label,
            "row": rows["row"],
            "column": header,
            "value": values,
            "reason": shape[4],
            "remedy": shape[5],
        }
    )
    return found.astype(empty_rejects().dtypes.to_dict())


def scale_of(column: Column, header_unit: str, units_above: Iterable[str]) -> tuple[float, float] | None:
    """How plain numbers under a header convert: by its own unit, else by one above the table; None: nobody says.

    Examples
    --------
    >>> from chaingraph.model.schema import TABLES
    >>> scale_of(TABLES["firms"].column("revenue_cny_m"), "", ["万元", "人"])
    (10000.0, 1000000.0)
    """
    if header_unit:
        return unit_scale(header_unit, column)
    found = (unit_scale(unit, column) for unit in units_above)
    return next((scale for scale in found if scale is not None), (1, 1) if "元" not in column.unit else None)


def read_cells(
    frame: pd.DataFrame,
    name: str,
    column: Column,
    scale: tuple[float, float] | None,
    label: str,
    header: str,
    lang: str,
) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    """One column of a part: its values, the rejects, and which of them are about figures (约8000).

    A plain number under a header that states no unit is rejected where the unit makes a difference (money).
    """
    read = parser(column, scale or (1, 1))
    bare_number = scale is None and column.kind in _NUMERIC
    codes, cells = pd.factorize(frame[name])
    parsed: list[Parsed] = []
    for cell in cells:
        if bare_number and _PLAIN_NUMBER.fullmatch(cell):
            parsed.append((None, Problem("no_unit", {"wanted": column.unit})))
            continue
        value, problem = read(cell)
        rounded = problem is not None and column.name == "credit_code" and _ROUNDED.fullmatch(clean(cell))
        parsed.append((None, Problem("code_rounded")) if rounded else (value, problem))
    values = np.empty(len(cells) + 1, dtype=object)  # the last stands for what is missing: code -1
    values[:] = [*(value for value, _ in parsed), None]
    problems = [(place, problem) for place, (_, problem) in enumerate(parsed) if problem is not None]
    bad: list[Rejected] = []
    if problems:
        numbers = frame["row"].to_numpy()
        wrong = dict(problems)
        for place in np.flatnonzero(np.isin(codes, list(wrong))):
            code = int(codes[place])
            bad.append(rejected(label, int(numbers[place]), header, cells[code], wrong[code], lang))
    about = np.array([*(column.kind in _NUMERIC and bool(_ABOUT.match(cell)) for cell in cells), False], dtype=bool)
    kept = pd.Series(values[codes], index=frame.index, dtype=DTYPES[column.kind])
    return kept, as_rejects(bad), pd.Series(about[codes], index=frame.index) & kept.notna()
