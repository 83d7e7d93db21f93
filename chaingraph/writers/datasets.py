"""A case larger than memory, written part by part: its large tables as Parquet datasets, partitioned by province.

Rows gather in a database file in the work room; they are sorted and written when the last part has come. The output
folder is filled when everything is whole, so that an interruption leaves nothing behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from chaingraph.engines.duckdb import open_engine, parquet_files
from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.schema import TABLES
from chaingraph.writers.case import refuse_other_tables, write_table
from chaingraph.writers.files import output_folder

MEMORY_LIMIT = "2GB"  # of DuckDB; what does not fit is spilled into the work room
PARTITION = "province"
_TYPES = {"float64": "DOUBLE", "int64": "BIGINT", "Int64": "BIGINT", "boolean": "BOOLEAN", "bool": "BOOLEAN"}


@contextmanager
def large_case_folder(folder: Path, *, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """Give an empty folder to fill with a large case; it becomes `folder` when the block ends without an error.

    Raises
    ------
    StoreError
        When `folder` holds tables already (parts of two cases would be read as one), is an input, cannot be written, or
        lies at a path that DuckDB would take for a pattern.
    """
    if set("*?[]") & set(str(folder.absolute())):
        raise StoreError(both("engines.dataset_odd_name", path=folder))
    refuse_other_tables(folder)
    with output_folder(folder, inputs=list(inputs)) as room:
        yield room


def write_datasets(parts: Iterable[Mapping[str, pd.DataFrame]], room: Path) -> None:
    """Write tables that arrive in parts.

    Parameters
    ----------
    parts
        Rows by table's name; every part has the same tables with the same columns. A table with a column ``province``
        becomes a dataset (``firms/province=…/``, sorted by key; of rows with the same key the first that came stays),
        any other one file (``rejects.parquet``, in the order it came in).
    room
        An empty folder. The same rows give the same bytes with the same DuckDB, however they are divided.

    Raises
    ------
    StoreError
        When the rows cannot be written, for want of space for one.
    """
    import duckdb

    staged = room / ".staged"
    staged.mkdir()
    try:
        _gather_and_write(parts, room, staged)
    except duckdb.Error as error:
        raise StoreError(both("engines.datasets_unwritten", error=error)) from error
    shutil.rmtree(staged)


def _gather_and_write(parts: Iterable[Mapping[str, pd.DataFrame]], room: Path, staged: Path) -> None:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": 1,  # rows keep their order, bytes stay the same
        "temp_directory": str(staged / "spill"),
    }
    with duckdb.connect(staged / "rows.duckdb", config=config) as connection:
        known: dict[str, list[str]] = {}
        for part in parts:
            for name, rows in part.items():
                if name not in known:
                    known[name] = [str(column) for column in rows]
                    typed = [f'"{column}" {_TYPES.get(str(kind), "VARCHAR")}' for column, kind in rows.dtypes.items()]
                    connection.execute(f'CREATE TABLE "{name}" ({", ".join(typed)})')
                connection.from_df(rows).insert_into(name)
        for name, columns in known.items():
            partitioned = PARTITION in columns
            target, form = room / (name if partitioned else f"{name}.parquet"), "FORMAT parquet, COMPRESSION zstd"
            # Of an empty table DuckDB writes no partition, and a dataset without a file is none.
            if partitioned and not connection.table(name).limit(1).fetchall():
                target.mkdir()
                target /= "data_0.parquet"
            elif partitioned:
                form += f", PARTITION_BY ({PARTITION})"
            place = str(target).replace("'", "''")
            connection.execute(f"COPY ({_ordered(name, partitioned=partitioned)}) TO '{place}' ({form})")


def _ordered(name: str, *, partitioned: bool) -> str:
    """The rows of a table in the order in which they are written."""
    if not partitioned:
        return f'SELECT * FROM "{name}" ORDER BY rowid'  # noqa: S608 - names are the schema's own
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    first = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rowid) = 1"
    return f'SELECT * FROM "{name}" {first} ORDER BY {PARTITION} NULLS LAST, {key}'  # noqa: S608 - as above


def copy_datasets(large: Mapping[str, Path], room: Path) -> None:
    """Copy datasets with all their parts."""
    for name, folder in large.items():
        for file in parquet_files(folder):
            target = room / name / Path(file).relative_to(folder.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def write_small_tables(tables: Mapping[str, pd.DataFrame], room: Path) -> None:
    """Write the tables that hold rows, one Parquet file each."""
    for name, rows in tables.items():
        if len(rows):
            write_table(rows, room / f"{name}.parquet")


def reject_counts(rejects: Path) -> pd.DataFrame:
    """What an import could not use, of any number of rejects.

    Returns
    -------
    DataFrame
        One row per table, column and reason, the most frequent first: table, column, reason, remedy, problems, samples
        (up to five values).
    """
    with open_engine({"rejects": rejects}) as query:
        return query("large/check_rejects")
