"""A case of files made one with Parquet datasets, and what such a case says otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd

from chaingraph.model.case import Case
from chaingraph.reading.read import read_case
from chaingraph.stores.parquet.narrow import LARGE_TABLES


def as_datasets(case: Path, folder: Path) -> Path:
    """The same case, its firms and their segments as Parquet datasets by province; rows in another order."""
    shutil.copytree(
        case, folder, ignore=lambda _, names: [f"{name}.csv" for name in LARGE_TABLES if f"{name}.csv" in names]
    )
    tables = read_case(case).tables
    places = tables["firms"].set_index("firm_id")["province"]
    for name in LARGE_TABLES:
        rows = tables[name].sample(frac=1, random_state=7)
        province = rows["firm_id"].map(places).fillna("-")
        if name == "firms":
            province = province.where(rows["province"].notna(), "-")
        for part, held in rows.drop(columns="province", errors="ignore").groupby(province):
            target = folder / name / f"province={part}"
            target.mkdir(parents=True)
            with duckdb.connect() as connection:
                connection.register("held", held)
                connection.execute("COPY (SELECT * FROM held) TO $1 (FORMAT parquet)", [str(target / "part-0.parquet")])
    return folder


def without_dash(case: Case) -> pd.DataFrame:
    firms = case["firms"]
    return firms.assign(province=firms["province"].where(firms["province"] != "-"))
