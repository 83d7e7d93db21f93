"""Units that groups opened (parent, unit, city, date) as a case: the truth of the protocols openings and entries."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd

from chaingraph.importers.firms import scope_items
from chaingraph.importers.headings import load_headings
from chaingraph.importers.imported import Imported
from chaingraph.importers.published import read_columns
from chaingraph.labels import text
from chaingraph.matching.name_forms import credit_key
from chaingraph.model.case import empty_rejects, empty_table
from chaingraph.model.columns import made_id
from chaingraph.model.days import is_date
from chaingraph.places import regions

UNITS = "units"
_REQUIRED = ("unit", "city", "date")
# Where capital in a currency is from, where that can be told; a dollar or a euro tells no country.
_ORIGINS = {
    "日元": "日本", "日圆": "日本", "港元": "中国香港", "港币": "中国香港", "韩元": "韩国", "韩国元": "韩国",
    "新台币": "中国台湾", "德国马克": "德国", "英镑": "英国", "新加坡": "新加坡", "新加坡元": "新加坡",
    "澳大利亚": "澳大利亚", "澳大利亚元": "澳大利亚", "加拿大元": "加拿大", "瑞士法郎": "瑞士", "法国法郎": "法国",
}  # fmt: skip
# USD million per 10,000 of the currency; the dollar of Hong Kong is pegged. Others float: their amounts stay unknown.
_USD_M = {"美元": 0.01, "港元": 0.01 / 7.8, "港币": 0.01 / 7.8}
_AT_HOME = ("人民币", "CNY", "RMB")
_MAKES = re.compile("制造|生产|加工")
SCOPE_BEFORE = "2003"  # the first year that a protocol asks about: scopes of earlier units alone are kept
_FILES = (".csv", ".xlsx", ".xls", ".txt")


def read_units(path: Path, *, headings: str | Path = UNITS, lang: str = "zh") -> Imported:
    """A file, or every table of a folder, of units that groups opened.

    A unit becomes a firm, and a site (kind subsidiary) of its group, or of itself where no group is named; one with
    capital in a foreign currency a row of ``foreign_investments`` too. A unit that does not make anything (a column
    says so, or its scope names no making) is left out; so is one without a date or a known city. The scope is read for
    that alone, and the items of units registered before 2003 are kept as ``firm_products``, from which the protocol
    learns what the words of names mean. Of those that are asked about none is kept: registration offices write scopes
    in a house style, which would give the city away.

    Raises
    ------
    CaseError
        When a file cannot be read, or lacks the columns unit, city and date.
    """
    path = Path(path)
    files = sorted(held for held in path.iterdir() if held.suffix.lower() in _FILES) if path.is_dir() else [path]
    columns = load_headings(headings, UNITS)
    rows, account, rejects = [], [], []
    for file in files:
        frame = read_columns(file, columns, _REQUIRED, lang).assign(file=file.name)
        held, refused = _usable(frame, lang)
        rows.append(held)
        rejects.append(refused)
        account.append(
            {
                "file": file.name,
                "table": "firm_sites",
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "rows": len(frame),
                "kept": len(held),
                "merged": 0,
                "rejected": len(refused),
                "changed": 0,
            }
        )
    every = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    # One that two files tell of is one unit; a group named in either is its group.
    every["parent"] = every["parent"].fillna(every.groupby("firm_id")["parent"].transform("first").astype("str"))
    units = every.sort_values(["date", "firm_id", "currency"], kind="stable").drop_duplicates("firm_id")
    notes = (text("importers.units_merged", lang, count=len(every) - len(units)),) if len(every) > len(units) else ()
    refused = pd.concat([empty_rejects(), *rejects], ignore_index=True)
    return Imported(UNITS, path.stem, _tables(units, path.name), refused, pd.DataFrame(account), notes=notes)


def _usable(frame: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that can be used, with id and city, and why the others cannot."""
    known = {city: regions.prefecture_of((None, None, city, None)) for city in frame["city"].dropna().unique()}
    city = frame["city"].map(known)
    dated = frame["date"].map(lambda day: isinstance(day, str) and is_date(day)).astype(bool)
    makes = frame["manufacturing"].isin(("1", "1.0", "true", "True", "是"))
    told = frame["manufacturing"].notna()
    makes = makes | (~told & (frame["scope"].isna() | frame["scope"].str.contains(_MAKES).fillna(value=False)))
    reason = pd.Series(pd.NA, index=frame.index, dtype="object")
    for entry, column, wrong in (
        ("makes_nothing", "manufacturing", ~makes),
        ("no_city", "city", city.isna()),
        ("no_date", "date", ~dated),
        ("no_unit", "unit", frame["unit"].isna()),
    ):
        reason = reason.mask(wrong, entry + "|" + column)
    bad = frame[reason.notna()]
    told_why = reason[reason.notna()].str.split("|")
    rejects = pd.DataFrame(
        {
            "table": bad["file"],
            "row": bad["row"].astype("Int64"),
            "column": told_why.str[1],
            "value": [row[name] for row, name in zip(bad.to_dict("records"), told_why.str[1], strict=True)],
            "reason": [text(f"importers.unit_{entry}", lang) for entry in told_why.str[0]],
            "remedy": [text(f"importers.unit_{entry}_remedy", lang) for entry in told_why.str[0]],
        }
    )
    good = frame[reason.isna()].assign(city=city[reason.isna()])
    codes = good["credit_code"].map(credit_key, na_action="ignore").astype("str").fillna("")
    ids = [
        code or made_id("u", (unit, place)) for code, unit, place in zip(codes, good["unit"], good["city"], strict=True)
    ]
    return good.assign(firm_id=ids), rejects.astype(empty_rejects().dtypes.to_dict())


def _tables(units: pd.DataFrame, source: str) -> dict[str, pd.DataFrame]:
    named = units["parent"].notna() & (units["parent"] != units["unit"])
    parent_ids = {name: made_id("g", (name,)) for name in units.loc[named, "parent"].unique()}
    group = units["parent"].map(parent_ids).astype("str").where(named)
    firms = [
        pd.DataFrame({"firm_id": list(parent_ids.values()), "firm": list(parent_ids)}),
        pd.DataFrame(
            {
                "firm_id": units["firm_id"],
                "firm": units["unit"],
                "country": regions.CHINA,
                "city": units["city"],
                "parent_id": group,
                "founded": units["date"],
            }
        ),
    ]
    sites = pd.DataFrame(
        {
            "firm_id": group.fillna(units["firm_id"]),
            "region": units["city"],
            "kind": "subsidiary",
            "since": units["date"],
            "site": units["unit"],
            "unit_id": units["firm_id"].where(named),
        }
    )
    abroad = units[units["currency"].notna() & ~units["currency"].isin(_AT_HOME)]
    amount = pd.to_numeric(abroad["amount"], errors="coerce")
    investments = pd.DataFrame(
        {
            "firm_id": abroad["firm_id"],
            "investor_country": abroad["currency"].map(_ORIGINS),
            "registered": abroad["date"],
            "contracted_usd_m": amount * abroad["currency"].map(_USD_M).astype(float),
        }
    )
    old = units[(units["date"] < SCOPE_BEFORE) & units["scope"].notna()]
    items = pd.DataFrame({"firm_id": old["firm_id"], "product": old["scope"].map(scope_items)}).explode("product")
    held = {
        "firms": pd.concat(firms),
        "firm_sites": sites,
        "foreign_investments": investments,
        "firm_products": items.dropna(subset="product"),
    }
    made = {}
    for name, frame in held.items():
        whole = frame.assign(source=source, confidence="known").reindex(columns=empty_table(name).columns)
        made[name] = whole.astype(empty_table(name).dtypes.to_dict()).reset_index(drop=True)
    return made
