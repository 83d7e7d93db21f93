"""Checking Parquet datasets in SQL: types, required values, keys, references, choices, ranges, dates.

Nothing is put right and nothing left out; a run reads the rows it needs by the rules of any other case. Problems are
streamed into a Parquet file, so that their number does not matter; what is kept in memory are counts and a few samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chaingraph.engines.duckdb import closed_connection
from chaingraph.errors import CaseError, StoreError
from chaingraph.labels import both, text
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES
from chaingraph.reading.rejects import shown
from chaingraph.sql import sql_text
from chaingraph.stores.parquet.narrow import DATASETS
from chaingraph.stores.parquet.read import row_counts

SAMPLES = 5  # of each reason that are shown
_SHOWN = 40  # characters of a value in them
_MEMORY = "2GB"  # what does not fit is spilled to a temporary folder
_COLUMNS = ("table_name", "row_key", "column_name", "value", "reason")
_TYPES = {
    "str": ("VARCHAR", "ENUM"),
    "float64": ("DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UINTEGER"),
    "Int64": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"),
    "boolean": ("BOOLEAN",),
}


@dataclass(frozen=True)
class Checked:
    """What was found: rows per table, problems counted by reason, and samples of each.

    ``counts``: table_name, column_name, reason, problems. ``samples``: the first of each, with row_key and value.
    """

    rows: Mapping[str, int]
    counts: pd.DataFrame
    samples: pd.DataFrame

    @property
    def problems(self) -> int:
        """How many in all."""
        return int(self.counts["problems"].sum())


def check_datasets(
    large: Mapping[str, Path],
    segment_ids: pd.Series[str],
    *,
    rejects: Path | None = None,
    lang: str = "zh",
) -> Checked:
    """What is wrong with the datasets of a case?

    Parameters
    ----------
    large
        The datasets, from `stores.parquet.read.whole_datasets`.
    segment_ids
        The segments of the case, which rows of firm_segments refer to.
    rejects
        Where all problems are written, as one Parquet file; None: they are counted only.

    Raises
    ------
    CaseError
        When a column has a type that its values cannot have.
    StoreError
        When a dataset cannot be read, or ``rejects`` not be written.
    """
    import duckdb

    tables: dict[str, pd.DataFrame | Path] = dict(large)
    with (
        closed_connection(tables, memory_limit=_MEMORY) as reading,
        duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1}) as writing,
    ):
        for name in large:
            _check_columns(name, [tuple(row) for row in reading.execute(f'DESCRIBE "{name}"').fetchall()], lang)
        reading.register("choices", _choices())
        reading.register("segment_ids", pd.DataFrame({"segment_id": segment_ids.astype("str")}))
        columns = ", ".join(f"{name} VARCHAR" for name in _COLUMNS)
        writing.execute(f"CREATE TABLE problems ({columns})")
        try:
            for name in large:
                reading.execute(sql_text(f"large/check_{name}"))
                while len(chunk := reading.fetch_df_chunk(50)):
                    writing.register("chunk", chunk.astype("str"))
                    writing.execute("INSERT INTO problems SELECT * FROM chunk")
                    writing.unregister("chunk")
            rows = row_counts(large)
            if rejects is not None:
                writing.execute("COPY (SELECT * FROM problems ORDER BY ALL) TO $1 (FORMAT parquet)", [str(rejects)])
            counts = writing.execute(
                "SELECT table_name, column_name, reason, count(*) AS problems FROM problems GROUP BY ALL "
                "ORDER BY problems DESC, table_name, column_name, reason"
            ).df()
            samples = writing.execute(
                "SELECT * FROM problems QUALIFY row_number() OVER (PARTITION BY table_name, column_name, reason "
                "ORDER BY row_key, value) <= $1 ORDER BY ALL",
                [SAMPLES],
            ).df()
        except duckdb.Error as error:
            raise StoreError(both("engines.datasets_unchecked", error=error)) from error
    return Checked(rows, counts, samples)


def _choices() -> pd.DataFrame:
    rows = [
        (name, column.name, value) for name in DATASETS for column in TABLES[name].columns for value in column.choices
    ]
    return pd.DataFrame(rows, columns=["table_name", "column_name", "value"], dtype="str")


def _check_columns(name: str, described: list[tuple[object, ...]], lang: str) -> None:
    """Types and columns hold for all rows: what is wrong with them refuses the case."""
    found = {str(row[0]): str(row[1]) for row in described}
    wrong = [
        f"{name}.{column.name}: {found[column.name]}"
        for column in TABLES[name].columns
        if not found[column.name].startswith(_TYPES[DTYPES[column.kind]])
    ]
    if wrong:
        raise CaseError(text("tables.dataset_types", lang, found=", ".join(wrong)))


def described(checked: Checked, lang: str) -> str:
    """What was found, as lines of text: rows, then counts by reason with samples."""
    lines = [text("tables.dataset_rows", lang, table=name, rows=rows) for name, rows in checked.rows.items()]
    if not checked.problems:
        return "\n".join([*lines, text("tables.no_rejects", lang)])
    lines.append(text("tables.counts", lang))
    held = checked.samples.fillna("-")
    for table, column, reason, problems in checked.counts.itertuples(index=False, name=None):
        same = (held["table_name"] == table) & (held["column_name"] == column) & (held["reason"] == reason)
        found = zip(held.loc[same, "row_key"], held.loc[same, "value"], strict=True)
        examples = ", ".join(f"{shown(key, _SHOWN)}: {shown(value, _SHOWN)}" for key, value in found)
        said = text(f"tables.dataset_{reason}", lang)
        lines.append(f"  {problems:>9}  {table} · {column} · {said} ({examples})")
    return "\n".join(lines)
