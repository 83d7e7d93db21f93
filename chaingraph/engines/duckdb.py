"""DuckDB as the engine: in memory, closed to the outside once the tables are registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.columns import DTYPES
from chaingraph.errors import StoreError
from chaingraph.schema import TABLES
from chaingraph.sql import Query, sql_text

if TYPE_CHECKING:
    import duckdb

# Nothing that a query says may reach the file system, the network or an extension.
_CLOSE = """
SET enable_external_access = false;
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET lock_configuration = true;
"""


@contextmanager
def open_engine(tables: Mapping[str, pd.DataFrame], *, memory_limit: str = "2GB", threads: int = 2) -> Iterator[Query]:
    """A query function over tables, closed to the outside world; valid inside the ``with`` block.

    Parameters
    ----------
    tables
        Frames by name. Columns of schema tables keep their types; a column that is all missing is text.
    memory_limit, threads
        What DuckDB may use.

    Raises
    ------
    StoreError
        When a query fails; the message holds the engine's own words.

    Examples
    --------
    >>> import pandas as pd
    >>> from chaingraph.case import empty_table
    >>> with open_engine({"segments": empty_table("segments")}) as query:
    ...     len(query("segment_count"))
    1
    """
    import duckdb

    connection = duckdb.connect(config={"memory_limit": memory_limit, "threads": threads})
    try:
        for name, frame in tables.items():
            _create(connection, name, frame)
        connection.execute(_CLOSE)

        def query(
            name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
        ) -> pd.DataFrame:
            extra = list(tables or {})
            try:
                for table in extra:
                    connection.register(table, (tables or {})[table])
                return _plain(connection.execute(sql_text(name), list(parameters)).df())
            except duckdb.Error as error:
                msg = f"查询 {name} 失败 / query {name} failed: {error}"
                raise StoreError(msg) from error
            finally:
                for table in extra:
                    connection.unregister(table)

        yield query
    finally:
        connection.close()


def _create(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    if name in TABLES:
        kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
        frame = frame.astype({column: kinds[column] for column in frame.columns if column in kinds})
    connection.register("_incoming", frame)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM _incoming')  # noqa: S608 - name is the schema's own
    connection.unregister("_incoming")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns as pandas text with NaN for NULL, whatever the engine handed over."""
    objects = [column for column in frame.columns if frame[column].dtype == object]
    return frame.astype(dict.fromkeys(objects, "str")) if objects else frame
