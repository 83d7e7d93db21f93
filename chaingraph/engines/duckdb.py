"""DuckDB as the engine: frames in memory, Parquet datasets where they lie; closed to everything else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.engines.temporary import clear_left, temporary_folder
from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES
from chaingraph.sql import VIEWS, Query, plain_frame, sql_text, views_of

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
_SMALL = 50_000  # rows
_MEMORY_LIMIT = "2GB"
_VECTORS = 4  # of 2,048 rows each, that are taken from a result at once


@contextmanager
def open_engine(
    tables: Mapping[str, pd.DataFrame | Path], *, memory_limit: str = _MEMORY_LIMIT, threads: int | None = None
) -> Iterator[Query]:
    """A query function over tables, closed to the outside world; valid inside the ``with`` block.

    Parameters
    ----------
    tables
        By name: a frame, or the path of a Parquet file or dataset (a folder, partitioned as ``province=浙江/…``), which
        is read where it lies. Columns of schema tables keep their types; a column that is all missing is text.
    memory_limit, threads
        What DuckDB may use. What does not fit is spilled into a temporary folder that is removed after the block. As
        they come, two threads for a dataset or more than 50,000 rows, else one.

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

    small = memory_limit == _MEMORY_LIMIT and threads is None and _are_small(tables)
    frames = {name: table for name, table in tables.items() if not isinstance(table, Path)}
    own, made = set(tables), set[str]()
    with (
        _kept_connection(frames) if small else closed_connection(tables, memory_limit=memory_limit, threads=threads)
    ) as connection:

        def query(
            name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
        ) -> pd.DataFrame:
            extra, text = list(tables or {}), sql_text(name)
            views = {view: told for view, told in views_of(text).items() if view not in made}
            # A view is planned anew in each text that reads it; a small one that reads no table of this question alone
            # is made once, as a table.
            once = {view for view in views if small and VIEWS[view][1] in own}
            try:
                for table in extra:
                    connection.register(table, (tables or {})[table])
                for view, told in views.items():
                    kind = "TABLE" if view in once else "VIEW"
                    connection.execute(f"CREATE OR REPLACE TEMP {kind} {view} AS {told}")
                made.update(once)
                result = connection.execute(text, list(parameters))
                return plain_frame(result.df() if small else _fetched(result, frames))
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
                for view in views.keys() - once:
                    connection.execute(f"DROP VIEW IF EXISTS {view}")
                for table in extra:
                    connection.unregister(table)

        yield query


def _fetched(result: duckdb.DuckDBPyConnection, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All rows of a result. Of a large one each text is held once, however many cells say it: most say the same.

    Where it is an id or a name of the firms that were handed over, as in most cells, it is theirs.
    """
    parts = [result.fetch_df_chunk(_VECTORS)]
    once: dict[object, object] = {}
    while len(further := result.fetch_df_chunk(_VECTORS)):
        once = once or _names_held(frames)
        parts[-1] = _with_texts_once(parts[-1], once)
        parts.append(further)
    if len(parts) == 1:
        return parts[0]
    parts[-1] = _with_texts_once(parts[-1], once)
    del once  # as large as a column of the result
    return pd.concat(parts, ignore_index=True)


def _with_texts_once(part: pd.DataFrame, once: dict[object, object]) -> pd.DataFrame:
    texts = {}
    for name, column in part.items():
        if isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "python":
            cells = column.to_numpy(dtype=object)
            texts[name] = pd.array(list(map(once.setdefault, cells, cells)), dtype=column.dtype)
    return part.assign(**{str(name): cells for name, cells in texts.items()})


def _names_held(frames: Mapping[str, pd.DataFrame]) -> dict[object, object]:
    firms = frames.get("firms", pd.DataFrame())
    columns = [firms[name].to_numpy(dtype=object) for name in ("firm_id", "firm") if name in firms]
    return {cell: cell for cells in columns for cell in cells}


@contextmanager
def closed_connection(
    tables: Mapping[str, pd.DataFrame | Path], *, memory_limit: str = _MEMORY_LIMIT, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows these tables and reaches nothing else, whatever it is asked; see `open_engine`."""
    import duckdb

    with temporary_folder("spill") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            # A second thread pays from some size on; below it the two wait for each other.
            "threads": threads or (1 if _are_small(tables) else 2),
            "temp_directory": str(spill),
            "allocator_background_threads": True,  # what a question has freed goes back at once, not at the end
            "preserve_insertion_order": False,  # every text states its order; without it less is held back in memory
        }
        connection = duckdb.connect(config=config)
        try:
            # Uncompressed every empty cell takes 16 bytes, and most columns of a large case are empty or say the same.
            compressed = sum(len(table) for table in tables.values() if not isinstance(table, Path)) > _SMALL
            if compressed:
                connection.execute("ATTACH ':memory:' AS held (COMPRESS)")
                connection.execute("USE held")
            files = {name: parquet_files(value) for name, value in tables.items() if isinstance(value, Path)}
            allowed = [file for held in files.values() for file in held]
            connection.execute("SET allowed_paths = $1", [allowed])
            for name, value in tables.items():
                if isinstance(value, Path):
                    _create_view(connection, name, files[name])
                else:
                    _create(connection, name, value, memory_limit)
            if compressed:
                connection.execute("CHECKPOINT")
            connection.execute(_CLOSE)
            yield connection
        finally:
            connection.close()


def _are_small(tables: Mapping[str, pd.DataFrame | Path]) -> bool:
    frames = [table for table in tables.values() if not isinstance(table, Path)]
    return len(frames) == len(tables) and sum(map(len, frames)) <= _SMALL


@contextmanager
def _kept_connection(tables: Mapping[str, pd.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same for small frames and the house's own texts: a connection to the database that this process keeps.

    The tables are temporary ones, which no other connection sees and which go with this one.
    """
    connection = _kept_database(os.getpid()).cursor()
    try:
        for name, frame in tables.items():
            _create(connection, name, frame, _MEMORY_LIMIT, "TEMP TABLE")
        yield connection
    finally:
        connection.close()


@cache
def _kept_database(process: int) -> duckdb.DuckDBPyConnection:
    """The database of a process; a fork makes its own. To set one up and close it takes as long as five questions."""
    import duckdb

    clear_left()
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY_LIMIT,
        "threads": 1,
        "temp_directory": "",  # what is small has nothing to spill
        "preserve_insertion_order": False,
        "python_enable_replacements": False,  # set by a statement it would hold for this one connection
    }
    database = duckdb.connect(config=config)
    database.execute(_CLOSE)
    return database


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


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, memory_limit: str, kind: str = "TABLE"
) -> None:
    """The table in the engine's own storage, columns of the schema in the schema's types."""
    import duckdb

    if name in TABLES:
        kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
        held = {str(name): dtype.name for name, dtype in frame.dtypes.items()}
        other = {name: kinds[name] for name in held if kinds.get(name, held[name]) != held[name]}
        frame = frame.astype(other) if other else frame
    try:
        connection.register("handed_over", frame)
        connection.execute(f'CREATE {kind} "{name}" AS SELECT * FROM handed_over')  # noqa: S608 - name is the schema's own
        connection.unregister("handed_over")
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
