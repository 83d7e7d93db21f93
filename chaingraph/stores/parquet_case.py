"""Reading a case whose firms are Parquet datasets: counted whole, read as far as a region needs it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph.case import FILE_COLUMNS, Case
from chaingraph.engines.duckdb import parquet_files
from chaingraph.errors import CaseError
from chaingraph.headers import find_table
from chaingraph.labels import text
from chaingraph.merge import build_graph
from chaingraph.schema import TABLES
from chaingraph.sql import Query
from chaingraph.stores.parquet import KEPT, LARGE_TABLES, chosen_rows, datasets, narrow, segment_totals
from chaingraph.tables import read_case

# A chain of parents longer than this is not followed to its top.
_GENERATIONS = 5
OpenDatasets = Callable[..., AbstractContextManager[Query]]


def is_large(path: str | Path) -> bool:
    """Whether a path is a case with Parquet datasets: a folder with a folder ``firms`` or ``firm_segments`` in it."""
    return Path(path).is_dir() and bool(datasets(Path(path)))


def read_case_for(region: str, path: str | Path, open_datasets: OpenDatasets, *, lang: str = "zh") -> Case:
    """A case of any kind: as `tables.read_case` reads it, or as the region sees it where its firms are datasets."""
    if is_large(path):
        return read_large_case(path, region, open_datasets, lang=lang)
    return read_case(path, lang=lang)


def read_large_case(
    path: str | Path, region: str, open_datasets: OpenDatasets, *, lang: str = "zh", keep: int = KEPT
) -> Case:
    """A case as a region sees it: all firms counted, the first of every segment read whole.

    Parameters
    ----------
    path
        A folder with the datasets ``firms`` and ``firm_segments``, whose columns bear the canonical names, and the
        other tables as files.
    region
        The region that recruits.
    open_datasets
        Opens the engine that runs the SQL texts on the datasets.
    keep
        Firms of a segment that are read whole, in the region and outside it each.

    Returns
    -------
    Case
        Like `tables.read_case`, with those firms, the firms that other tables name (by id, code or name), their
        parents, and all their segments. ``totals`` holds what was counted over all firms. ``files`` names every part.
        In ``rejects`` the rows of the datasets have no number: a dataset has no order.

    Raises
    ------
    CaseError
        When one of the two datasets is missing, or the rows read do not make a case (`tables.read_case`).
    StoreError
        When a dataset cannot be read.
    UnknownNameError
        When the region is not known.
    """
    folder = Path(path)
    large = whole_datasets(folder, lang)
    with tempfile.TemporaryDirectory(prefix="chaingraph-case-") as made:
        small = small_tables(folder, Path(made) / folder.resolve().name)
        frame = build_graph(read_case(small, lang=lang, required=("chains", "segments")))
        with open_datasets(large) as query:
            narrowed = narrow(frame, region, query, keep=keep)
            ids = _with_parents(set(narrowed.pool["firm_id"]) | _named(frame.tables, query), query)
            rows = chosen_rows(sorted(ids), query)
        for name, chosen in rows.items():
            # Columns that are no column of ours stay where they are.
            chosen[[column for column in TABLES[name].names if column in chosen]].to_csv(
                small / f"{name}.csv", index=False
            )
        case = read_case(small, lang=lang)
    of_datasets = case.rejects["table"].isin(LARGE_TABLES)
    note = text("tables.narrowed", lang, firms=int(narrowed.places["firms"].sum()), read=len(case["firms"]), keep=keep)
    return replace(
        case,
        rejects=case.rejects.assign(row=case.rejects["row"].where(~of_datasets)),
        files=pd.concat([case.files[~case.files["table"].isin(LARGE_TABLES)], parts(large)], ignore_index=True),
        notes=(*case.notes, note),
        totals=segment_totals(narrowed, frame),
    )


def read_small_tables(folder: Path, lang: str) -> Case:
    """The tables of a large case that are files; what they say of firms is not looked up.

    Raises
    ------
    CaseError
        When chains or segments are missing, or the tables are refused.
    """
    with tempfile.TemporaryDirectory(prefix="chaingraph-case-") as made:
        small = small_tables(folder, Path(made) / folder.resolve().name)
        return read_case(small, lang=lang, required=("chains", "segments"))


def whole_datasets(folder: Path, lang: str) -> dict[str, Path]:
    """Both datasets of a large case.

    Raises
    ------
    CaseError
        When one of them is missing.
    """
    large = datasets(folder)
    absent = [name for name in LARGE_TABLES if name not in large]
    if absent:
        raise CaseError(text("tables.dataset_missing", lang, path=folder, name=absent[0]))
    return large


def small_tables(folder: Path, target: Path) -> Path:
    """Copies of the tables that are files, in a new folder; links are left for the reader to refuse."""
    target.mkdir()
    for file in sorted(folder.iterdir()):
        table = find_table(file.stem)
        if file.is_symlink():
            (target / file.name).symlink_to(file.resolve())
        elif file.is_file() and not (table and table.name in LARGE_TABLES):
            shutil.copyfile(file, target / file.name)
    return target


def _named(tables: Mapping[str, pd.DataFrame], query: Query) -> set[str]:
    """Ids of the firms that the other tables name."""
    names: set[str] = set()
    for name, table in TABLES.items():
        if name not in LARGE_TABLES:
            columns = [column.name for column in table.columns if column.refers_to.startswith("firms.")]
            names |= {str(value) for column in columns for value in tables[name][column].dropna()}
    return _ids(names, query)


def _ids(names: set[str], query: Query) -> set[str]:
    if not names:
        return set()
    named = pd.DataFrame({"name": sorted(names)}, dtype="str")
    return set(query("large/named", tables={"named": named})["firm_id"])


def _with_parents(ids: set[str], query: Query) -> set[str]:
    """The firms and those above them, so that groups stay whole."""
    found, newest = set(ids), sorted(ids)
    for _ in range(_GENERATIONS):
        chosen = pd.DataFrame({"firm_id": newest}, dtype="str")
        above = query("large/parents", tables={"chosen": chosen})["parent_id"]
        newest = sorted(_ids(set(above), query) - found)
        if not newest:
            break
        found |= set(newest)
    return found


def parts(large: Mapping[str, Path]) -> pd.DataFrame:
    """The files of datasets as `Case.files` lists them: file, table, sha256, rows."""
    import duckdb

    rows: list[Sequence[object]] = []
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "1"}) as connection:
        for name, folder in large.items():
            for file in parquet_files(folder):
                count = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata($1)", [file]).fetchone()
                with Path(file).open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
                place = Path(file).relative_to(folder.parent.resolve())
                rows.append((place.as_posix(), name, digest, int(count[0]) if count else 0))
    return pd.DataFrame(rows, columns=list(FILE_COLUMNS))
