"""DuckDB as the engine: frames in memory, Parquet datasets where they lie; closed to everything else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.engines.temporary import temporary_folder
from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES
from chaingraph.sql import Query, plain_frame, sql_text, views_of

if TYPE_CHECKING:
    import duckdb

# Nothing that a query says may reach the network, an extension, or a file or frame that was not handed over as a table.
_CLOSE = """
SET enable_external_access = false;
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET python_enable_replacements = false;
SET lock_configuration = true;
"""
_GLOB = frozenset("*?[]")


@contextmanager
def open_engine(
    tables: Mapping[str, pd.DataFrame | Path], *, memory_limit: str = "2GB", threads: int = 2
) -> Iterator[Query]:
    """A query function over tables, closed to the outside world; valid inside the ``with`` block.

    Parameters
    ----------
    tables
        By name: a frame, or the path of a Parquet file or dataset (a folder, partitioned as ``province=浙江/…``), which
        is read where it lies. Columns of schema tables keep their types; a column that is all missing is text.
    memory_limit, threads
        What DuckDB may use. What does not fit is spilled into a temporary folder that is removed after the block.

    Raises
    ------
    StoreError
        When a dataset cannot be read, a table cannot be loaded, or a query fails; the message holds the engine's own
        words, and says what to do where the memory limit was reached.

    Examples
    --------
    >>> import pandas as pd
    >>> from chaingraph.model.case import empty_table
    >>> with open_engine({"segments": empty_table("segments")}) as query:
    ...     len(query("segment_count"))
    1
    """
    import duckdb

    with closed_connection(tables, memory_limit=memory_limit, threads=threads) as connection:

        def query(
            name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
        ) -> pd.DataFrame:
            extra, text = list(tables or {}), sql_text(name)
            views = views_of(text)
            try:
                for table in extra:
                    connection.register(table, (tables or {})[table])
                for view, told in views.items():
                    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {told}")
                return plain_frame(connection.execute(text, list(parameters)).df())
            except duckdb.OutOfMemoryException as error:
                raise StoreError(
                    both(
                        "engines.query_memory",
                        name=name,
                        limit=memory_limit,
                        folder=tempfile.gettempdir(),
                        error=_first_line(error),
                    )
                ) from error
            except duckdb.Error as error:
                raise StoreError(both("engines.query_failed", name=name, error=error)) from error
            finally:
                for view in views:
                    connection.execute(f"DROP VIEW IF EXISTS {view}")
                for table in extra:
                    connection.unregister(table)

        yield query


@contextmanager
def closed_connection(
    tables: Mapping[str, pd.DataFrame | Path], *, memory_limit: str = "2GB", threads: int = 2
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows these tables and reaches nothing else, whatever it is asked; see `open_engine`."""
    import duckdb

    with temporary_folder("spill") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,  # every text states its order; without it less is held back in memory
        }
        connection = duckdb.connect(config=config)
        try:
            files = {name: parquet_files(value) for name, value in tables.items() if isinstance(value, Path)}
            allowed = [file for held in files.values() for file in held]
            connection.execute("SET allowed_paths = $1", [allowed])
            for name, value in tables.items():
                if isinstance(value, Path):
                    _create_view(connection, name, files[name])
                else:
                    _create(connection, name, value, memory_limit)
            connection.execute(_CLOSE)
            yield connection
        finally:
            connection.close()


def parquet_files(path: Path) -> list[str]:
    """The Parquet files of a dataset, in order: the file itself, or every one below a folder. No link is followed.

    Raises
    ------
    StoreError
        When there is none, or a name holds a mark that DuckDB takes for a pattern.
    """
    if path.is_symlink():
        raise StoreError(both("engines.dataset_is_link", path=path))
    found: list[str] = [str(path.resolve())] if path.is_file() else []
    for folder, folders, names in os.walk(path.resolve()):  # follows no link to a folder
        folders.sort()
        inside = [Path(folder, name) for name in sorted(names) if name.endswith(".parquet") and name[0] not in "._"]
        found += [str(file) for file in inside if not file.is_symlink()]
    if not found:
        raise StoreError(both("engines.dataset_empty", path=path))
    odd = [file for file in found if _GLOB & set(file)]
    if odd:
        raise StoreError(both("engines.dataset_odd_name", path=odd[0]))
    return found


def _create(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, memory_limit: str) -> None:
    """The table in the engine's own storage, columns of the schema in the schema's types."""
    import duckdb

    if name in TABLES:
        kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
        held = {str(name): dtype.name for name, dtype in frame.dtypes.items()}
        other = {name: kinds[name] for name in held if kinds.get(name, held[name]) != held[name]}
        frame = frame.astype(other) if other else frame
    try:
        connection.from_df(frame).create(name)
    except duckdb.OutOfMemoryException as error:
        values = {"name": name, "rows": len(frame), "limit": memory_limit, "folder": tempfile.gettempdir()}
        raise StoreError(both("engines.table_memory", **values, error=_first_line(error))) from error
    except duckdb.Error as error:
        raise StoreError(both("engines.table_failed", name=name, error=error)) from error


def _first_line(error: BaseException) -> str:
    """What happened; the lines after it are the engine's advice on settings that are not the user's."""
    return str(error).partition("\n")[0]


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
    """A view of the files. A view takes no parameters: the paths stand in it as literals, quotes doubled."""
    import duckdb

    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    source = f"read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
    try:
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {source}')  # noqa: S608 - name is the schema's own
        rows = connection.execute(f'DESCRIBE "{name}"').fetchall()
    except duckdb.Error as error:
        raise StoreError(both("engines.dataset_unreadable", name=name, error=error)) from error
    absent = [c.name for c in TABLES[name].columns if c.name not in {row[0] for row in rows}] if name in TABLES else []
    if absent:  # a column that the dataset does not have is one that is not known
        types = {"float64": "DOUBLE", "Int64": "BIGINT", "boolean": "BOOLEAN"}
        nulls = ", ".join(
            f'CAST(NULL AS {types.get(DTYPES[TABLES[name].column(column).kind], "VARCHAR")}) AS "{column}"'
            for column in absent
        )
        connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT *, {nulls} FROM {source}')  # noqa: S608 - as above
