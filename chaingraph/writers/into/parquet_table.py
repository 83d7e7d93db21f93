"""A Parquet file with some cells filled and rows added: its columns keep their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from chaingraph.errors import StoreError
from chaingraph.labels import both

_TYPES = {"number": "DOUBLE", "integer": "BIGINT", "flag": "BOOLEAN"}


def with_rows(
    path: Path | None,
    columns: Mapping[str, str],
    cells: Mapping[tuple[int, str], str],
    added: Sequence[Mapping[str, str]],
    made: Path,
) -> None:
    """Write the file anew.

    Parameters
    ----------
    path
        The file as it is; None: there is none yet.
    columns
        Columns to add, with their kind.
    cells
        Text by row (as read: the first is 2) and column.
    added
        New rows: text by column.
    made
        Where the new file goes.

    Raises
    ------
    StoreError
        When a value does not fit the type of its column.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            if path is None:
                first = ", ".join(f"{_quoted(name)} {_TYPES.get(kind, 'VARCHAR')}" for name, kind in columns.items())
                connection.execute(f"CREATE TABLE held ({first})")
            else:
                connection.execute("CREATE TABLE held AS SELECT * FROM read_parquet($1)", [str(path)])
                for name, kind in columns.items():
                    connection.execute(f"ALTER TABLE held ADD COLUMN {_quoted(name)} {_TYPES.get(kind, 'VARCHAR')}")
            for (row, name), text in cells.items():
                connection.execute(f"UPDATE held SET {_quoted(name)} = $1 WHERE rowid = $2", [text, row - 2])  # noqa: S608 # names are quoted
            for new in added:
                names = ", ".join(_quoted(name) for name in new)
                marks = ", ".join(f"${place}" for place in range(1, len(new) + 1))
                connection.execute(f"INSERT INTO held ({names}) VALUES ({marks})", list(new.values()))  # noqa: S608 # likewise
            copy = "COPY (SELECT * FROM held ORDER BY rowid) TO $1 (FORMAT parquet, COMPRESSION zstd)"
            connection.execute(copy, [str(made)])
    except duckdb.Error as error:
        raise StoreError(both("into.parquet_type", path=path or made.name, detail=str(error)[:200])) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
