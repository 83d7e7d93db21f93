"""A case written as a folder of tables, so that it can be read again, merged and queried."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.case import Case
from chaingraph.model.schema import REQUIRED_TABLES, TABLES
from chaingraph.writers import CaseForm
from chaingraph.writers.files import output_folder, write_csv

if TYPE_CHECKING:
    import pandas as pd


def write_case(case: Case, folder: Path, *, form: CaseForm = "parquet") -> list[Path]:
    """Write the tables of a case that hold rows, and the required ones, one file each; ``rejects.csv`` beside them.

    Parameters
    ----------
    case
        What to write.
    folder
        Where; made if absent. Files are complete or not there.
    form
        Parquet keeps every number exactly; csv opens in Excel, with 6 significant digits.

    Returns
    -------
    list of Path
        The files, tables first in the order of the schema. The same case gives the same bytes.

    Raises
    ------
    StoreError
        When the folder holds a table that this case does not write (two cases would be mixed), or cannot be written.
    """
    folder = Path(folder)
    names = [name for name in TABLES if len(case[name]) or name in REQUIRED_TABLES]
    written = [f"{name}.{form}" for name in names] + ["rejects.csv"]
    refuse_other_tables(folder, written)
    with output_folder(folder) as room:
        for name in names:
            if form == "csv":
                write_csv(case[name], room / f"{name}.csv", columns=TABLES[name].names)
            else:
                write_table(case[name], room / f"{name}.parquet")
        write_csv(case.rejects, room / "rejects.csv", columns=list(case.rejects.columns))
    return [folder / name for name in written]


def refuse_other_tables(folder: Path, written: Collection[str] = ()) -> None:
    """Two cases in one folder would be read as one.

    Raises
    ------
    StoreError
        When the folder holds a table, as a file or as a dataset, that is not among those that will be written.
    """
    strange = sorted(path.name for path in folder.glob("*") if path.stem in TABLES and path.name not in written)
    if strange:
        raise StoreError(both("files.other_case", path=folder, tables=", ".join(strange)))


def write_table(rows: pd.DataFrame, path: Path) -> None:
    """Write one table as Parquet: every number exact, the same bytes for the same rows."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # rows keep their order, bytes stay the same
        connection.register("one_table", rows)
        copy = "COPY (SELECT * FROM one_table) TO $1 (FORMAT parquet, COMPRESSION zstd)"
        connection.execute(copy, [str(path)])
