"""Reading a case of very many firms, datasets or tables: counted whole, read as far as a region needs it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph.engines.duckdb import closed_connection, parquet_files
from chaingraph.engines.temporary import temporary_folder
from chaingraph.errors import CaseError
from chaingraph.labels import text
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, Reading
from chaingraph.model.columns import DTYPES, split
from chaingraph.model.results import FILE_COLUMNS
from chaingraph.model.schema import TABLES
from chaingraph.reading.files import MAX_ROWS
from chaingraph.reading.headers import find_table
from chaingraph.reading.read import read_case
from chaingraph.sql import Query
from chaingraph.stores.parquet.narrow import (
    DATASETS,
    KEPT,
    LARGE_TABLES,
    chosen_rows,
    counted_makers,
    datasets,
    narrow,
    segment_totals,
)

# Beyond so many firms tables are narrowed as datasets are: from there on an import makes datasets of them anyway.
WHOLE_UP_TO = 100_000
# A chain of parents longer than this is not followed to its top.
_GENERATIONS = 5
OpenDatasets = Callable[..., AbstractContextManager[Query]]


def is_large(path: str | Path) -> bool:
    """Whether a path is a case with Parquet datasets: a folder with a folder ``firms`` or another of them in it."""
    return Path(path).is_dir() and bool(datasets(Path(path)))


def narrowed_case(
    case: Case,
    region: str,
    open_datasets: OpenDatasets,
    *,
    lang: str = "zh",
    keep: int = KEPT,
    also: Collection[str] = (),
    whole_up_to: int = WHOLE_UP_TO,
) -> Case:
    """A case of tables as it is, or, beyond ``whole_up_to`` firms, as a region sees it: like datasets of the same rows.

    The other parameters, and what is returned, are those of `read_large_case`.
    """
    if len(case["firms"]) <= whole_up_to:
        return case
    large = [name for name in DATASETS if len(case[name])]
    rest = {name: frame for name, frame in case.tables.items() if name not in large}
    frame = build_graph(replace(case, tables=rest))
    with open_datasets({name: case[name] for name in large}) as query:
        narrowed = narrow(frame, region, query, keep=keep)
        ids = set(narrowed.pool["firm_id"]) | _ids({*_named(rest, large), *also}, query)
        ids = _with_parents(ids, query)
    chosen = {name: case[name]["firm_id"].isin(ids).to_numpy(dtype=bool) for name in large}
    tables = {name: case[name][rows].reset_index(drop=True) for name, rows in chosen.items()}
    counted = len(case["firms"])
    return replace(
        case,
        tables={**rest, **tables},
        numbers={name: rows[chosen[name]] if name in chosen else rows for name, rows in case.numbers.items()},
        notes=(*case.notes, text("tables.narrowed", lang, firms=counted, read=len(tables["firms"]), keep=keep)),
        totals=segment_totals(narrowed, frame),
        reading=Reading(counted, len(tables["firms"]), keep),
    )


def read_large_case(
    path: str | Path,
    region: str,
    open_datasets: OpenDatasets,
    *,
    lang: str = "zh",
    keep: int = KEPT,
    also: Collection[str] = (),
    reference: bool = False,
) -> Case:
    """A case as a region sees it: all firms counted, the first of every segment read whole.

    Parameters
    ----------
    path
        A folder with the datasets ``firms`` and ``firm_segments``, whose columns bear the canonical names, and the
        other tables as files.
    region
        The region that is recruiting.
    open_datasets
        Opens the engine that runs the SQL texts on the datasets.
    keep
        Firms of a segment that are read whole, in the region and outside it each.
    also
        Ids, codes or names of firms that are read besides, where they are in it (`firm_names`).
    reference
        Whether makers are counted by city, for a case that others are compared with.

    Returns
    -------
    Case
        Like `reading.read.read_case`, with those firms, the firms that other tables name (by id, code or name), their
        parents, all their segments, and their products where ``firm_products`` is a dataset too. ``totals`` (and
        ``makers``) hold what was counted over all firms. ``files`` names every part.
        In ``rejects`` the rows of the datasets have no number: a dataset has no order.

    Raises
    ------
    CaseError
        When one of the two datasets is missing, or the rows read do not make a case (`reading.read.read_case`).
    StoreError
        When a dataset cannot be read.
    UnknownNameError
        When the region is not known.
    """
    folder = Path(path)
    large = whole_datasets(folder, lang)
    with temporary_folder("case") as made:
        small = small_tables(folder, made / folder.resolve().name, large)
        frame = build_graph(read_case(small, lang=lang, required=("chains", "segments"), called=folder))
        with open_datasets(large) as query:
            narrowed = narrow(frame, region, query, keep=keep)
            makers = counted_makers(frame, narrowed, query) if reference else pd.DataFrame()
            named = _ids({*_named(frame.tables, large), *also}, query)
            ids = _with_parents(set(narrowed.pool["firm_id"]) | named, query)
            rows = chosen_rows(sorted(ids), query, large)
        for name, chosen in rows.items():
            # Columns that are no column of ours stay where they are.
            chosen[[column for column in TABLES[name].names if column in chosen]].to_csv(
                small / f"{name}.csv", index=False
            )
        case = read_case(small, lang=lang, called=folder)
    of_datasets = case.rejects["table"].isin(list(large))
    counted = int(narrowed.places["firms"].sum())
    note = text("tables.narrowed", lang, firms=counted, read=len(case["firms"]), keep=keep)
    return replace(
        case,
        rejects=case.rejects.assign(row=case.rejects["row"].where(~of_datasets)),
        files=pd.concat([case.files[~case.files["table"].isin(list(large))], parts(large)], ignore_index=True),
        notes=(*case.notes, note),
        totals=segment_totals(narrowed, frame),
        makers=makers,
        reading=Reading(counted, len(case["firms"]), keep),
    )


def read_whole_case(path: str | Path, *, lang: str = "zh") -> Case:
    """All rows of a case with datasets, in memory, for a store that is to hold them all; they come in no order.

    Whether the rows are sound is not looked at here: that is what `check` does.

    Raises
    ------
    CaseError
        When the datasets have more rows than are read into memory, or the other tables are refused.
    StoreError
        When a dataset cannot be read.
    """
    folder = Path(path)
    large = datasets(folder)
    rows = sum(row_counts(large).values())
    if rows > MAX_ROWS:
        raise CaseError(text("tables.dataset_whole", lang, path=folder, rows=rows, limit=MAX_ROWS))
    small = read_small_tables(folder, lang, required=())
    frames = {}
    with closed_connection(large) as connection:
        for name in large:
            kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
            frames[name] = connection.table(name).df().reindex(columns=list(kinds)).astype(kinds)
    files = pd.concat([small.files, parts(large)], ignore_index=True)
    return replace(small, tables={**small.tables, **frames}, files=files)


def firm_names(case: Case) -> set[str]:
    """What the firms of a case are called: names, former names and codes, by which another case may know them."""
    firms = case["firms"]
    single = (firms[name].dropna() for name in ("firm", "credit_code", "stock_code"))
    several = (name for column in ("aliases", "former_names") for cell in firms[column] for name in split(cell))
    return {str(name) for names in (*single, several) for name in names}


def read_small_tables(folder: Path, lang: str, required: Sequence[str] = ("chains", "segments")) -> Case:
    """The tables of a large case that are files; what they say of firms is not looked up.

    Raises
    ------
    CaseError
        When a required table is missing, or the tables are refused.
    """
    with temporary_folder("case") as made:
        small = small_tables(folder, made / folder.resolve().name, datasets(folder))
        return read_case(small, lang=lang, required=required, called=folder)


def whole_datasets(folder: Path, lang: str, required: Sequence[str] = LARGE_TABLES) -> dict[str, Path]:
    """The datasets of a large case.

    Raises
    ------
    CaseError
        When one that is required is missing.
    """
    large = datasets(folder)
    absent = [name for name in required if name not in large]
    if absent:
        untagged = absent[0] == "firm_segments" and "firm_products" in large
        entry = "dataset_untagged" if untagged else "dataset_missing"
        raise CaseError(text(f"tables.{entry}", lang, path=folder, name=absent[0]))
    return large


def small_tables(folder: Path, target: Path, large: Collection[str]) -> Path:
    """Copies of the tables that are files, in a new folder; links are left for the reader to refuse."""
    target.mkdir()
    for file in sorted(folder.iterdir()):
        table = find_table(file.stem)
        if file.is_symlink():
            (target / file.name).symlink_to(file.resolve())
        elif file.is_file() and not (table and table.name in {*LARGE_TABLES, *large}):
            shutil.copyfile(file, target / file.name)
    return target


def _named(tables: Mapping[str, pd.DataFrame], large: Collection[str]) -> set[str]:
    """What the other tables call the firms that they name."""
    names: set[str] = set()
    for name, table in TABLES.items():
        if name not in large:
            columns = [column.name for column in table.columns if column.refers_to.startswith("firms.")]
            names |= {str(value) for column in columns for value in tables[name][column].dropna()}
    return names


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
    rows: list[Sequence[object]] = []
    for name, folder in large.items():
        for file, count in _rows_of_files(folder):
            with Path(file).open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            place = Path(file).relative_to(folder.parent.resolve())
            rows.append((place.as_posix(), name, digest, count))
    return pd.DataFrame(rows, columns=list(FILE_COLUMNS))


def row_counts(large: Mapping[str, Path]) -> dict[str, int]:
    """How many rows each dataset has, as its files say of themselves."""
    return {name: sum(count for _, count in _rows_of_files(folder)) for name, folder in large.items()}


def _rows_of_files(folder: Path) -> list[tuple[str, int]]:
    import duckdb

    files = parquet_files(folder)
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "1"}) as connection:
        asked = "SELECT sum(num_rows) FROM parquet_file_metadata($1)"
        counts = [connection.execute(asked, [file]).fetchone() for file in files]
    return [(file, int(count[0]) if count else 0) for file, count in zip(files, counts, strict=True)]
