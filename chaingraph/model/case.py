"""A case: what a bureau knows, as clean tables, together with every row that could not be used and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chaingraph.model.columns import DTYPES, made_id
from chaingraph.model.results import FILE_COLUMNS, REJECT_COLUMNS
from chaingraph.model.results.columns import COLUMNS
from chaingraph.model.schema import TABLES

REVIEWED = ("accepted", "corrected")  # of a fact that was read from a text: a person says that it holds


def empty_table(name: str) -> pd.DataFrame:
    """A table of the case without rows, with its columns and their types.

    Examples
    --------
    >>> list(empty_table("confirmations").columns)[:3]
    ['segment_id', 'region', 'firm_id']
    """
    return _empty(name).copy(deep=False)  # pandas copies on write


@cache
def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in TABLES[name].columns})


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows, each by the names of its columns, in Python's own types.

    As ``frame.to_dict("records")``, several times faster: numbers and flags that are not known are None, texts NaN.

    Examples
    --------
    >>> rows_of(pd.DataFrame({"firm": ["甲", None], "sites": pd.array([2, None], dtype="Int64")}))
    [{'firm': '甲', 'sites': 2}, {'firm': nan, 'sites': None}]
    """
    if frame.empty:
        return []
    names = [str(name) for name in frame.columns]
    cells = [_cells(column) for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def usable_signals(signals: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``firm_signals`` that a person has accepted, corrected or typed in; unreviewed ones are left out.

    Examples
    --------
    >>> read = pd.DataFrame({"signal_id": ["a", "b", "c"], "review": ["accepted", "pending", None]})
    >>> usable_signals(read)["signal_id"].tolist()
    ['a', 'c']
    """
    return signals[signals["review"].isna() | signals["review"].isin(REVIEWED)]


def cells_of(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row; walking a text column itself takes a hundred times as long.

    Examples
    --------
    >>> list(cells_of(pd.DataFrame({"firm": ["甲", None], "city": ["嘉兴", "宁波"]}), "city", "firm"))
    [('嘉兴', '甲'), ('宁波', nan)]
    """
    return zip(*(frame[column].astype(object).tolist() for column in columns), strict=True)


def _cells(column: pd.Series) -> list[Any]:
    if column.dtype == "object":  # whatever it holds, a number of numpy's among it
        return [
            None if cell is pd.NA else cell.item() if isinstance(cell, np.generic) else cell for cell in column.array
        ]
    if isinstance(column.dtype, np.dtype):
        return list(column.tolist())
    if isinstance(column.dtype, pd.StringDtype):
        return list(column.to_numpy(dtype=object))
    return [None if cell is pd.NA else cell for cell in column.to_numpy(dtype=object)]


def with_ids(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table with an id each, where ids may be made of what a row says (`Column.made_from`)."""
    for place, column in enumerate(TABLES[name].columns):
        if not column.made_from or (column.name in frame and frame[column.name].notna().all()):
            continue
        said = frame.reindex(columns=list(column.made_from)).itertuples(index=False, name=None)
        made = pd.Series([made_id(column.name[0], row) for row in said], index=frame.index, dtype="str")
        if column.name in frame:
            frame = frame.assign(**{column.name: frame[column.name].fillna(made)})
        else:
            frame = frame.copy()
            frame.insert(place, column.name, made)
    return frame


def complete_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every table of the schema, empty where none is given; rows that may be given an id have one."""
    return {name: with_ids(name, tables[name]) if name in tables else empty_table(name) for name in TABLES}


def empty_rejects() -> pd.DataFrame:
    """A rejects table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=COLUMNS[name].dtype) for name in REJECT_COLUMNS})


class Reading(NamedTuple):
    """How many firms of a case read from Parquet datasets were counted, how many read whole, the first of a segment."""

    counted: int
    read: int
    keep: int


@dataclass(frozen=True)
class Case:
    """Clean tables by name (every table of the schema, some empty), rejects, and the files they came from.

    ``rejects``: one row per refused value: table, row (as in the file, header = 1), column, value, reason, remedy.
    ``files``: one row per file read: file, table, sha256, rows.
    ``notes``: what was done while reading without anything being wrong (identical rows merged, examples skipped).
    ``totals``: only of a case read from Parquet datasets, what was counted over all firms, by segment
    (`stores.parquet.segment_totals`); the tables then hold the firms that were read whole. ``makers``: of one that was
    read as a reference, makers by segment and city (`stores.parquet.counted_makers`). ``reading``: how many firms.
    ``numbers``: by table, the row of the file that each row was read from; only of a case that was read from files.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    rejects: pd.DataFrame = field(default_factory=empty_rejects)
    files: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FILE_COLUMNS)))
    notes: tuple[str, ...] = ()
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    makers: pd.DataFrame = field(default_factory=pd.DataFrame)
    reading: Reading | None = None
    numbers: Mapping[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Complete the tables, so that every table of the schema can be asked for."""
        object.__setattr__(self, "tables", MappingProxyType(complete_tables(self.tables)))

    def __getitem__(self, table: str) -> pd.DataFrame:
        """The table of that name."""
        return self.tables[table]

    def __repr__(self) -> str:
        """What it holds, counted."""
        held = ", ".join(f"{len(frame)} {name}" for name, frame in self.tables.items() if len(frame))
        return f"Case {self.name!r}: {held or 'empty'}; {len(self.rejects)} rejects"
