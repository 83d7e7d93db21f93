"""The public ChainKnowledgeGraph of Chinese A-share companies as a case: firms, products, product links, cleaned.

Layout: eight files of JSON lines (github.com/liuhuanyong/ChainKnowledgeGraph). What is wrong with them was measured and
is dealt with here: codes written two ways, firms renamed, rows that carry another firm's code, lines of the accounts
among the products, shares outside 0-1 that add up to 2.2, the same link stated twice, self loops, line breaks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.importers.cities import apply_cities, cities_from_names
from chaingraph.importers.published import read_columns
from chaingraph.labels import text
from chaingraph.matching.product_text import is_accounting_line
from chaingraph.model.case import Case, empty_rejects, empty_table
from chaingraph.model.columns import split
from chaingraph.model.results import REJECT_COLUMNS

SOURCE = "ChainKnowledgeGraph"
AS_OF = "2021-10"
COLUMNS = {
    "company.json": ("name", "fullname", "code", "location", "time"),
    "company_industry.json": ("company_code", "industry_code", "industry_name", "company_name", "rel"),
    "company_product.json": ("company_name", "company_code", "product_name", "rel", "rel_weight"),
    "industry.json": ("code", "name"),
    "industry_industry.json": ("from_code", "from_industry", "rel", "to_industry", "to_code"),
    "industry_up.json": ("industry", "ups"),
    "product.json": ("name",),
    "product_product.json": ("from_entity", "to_entity", "rel"),
}
# Without these, as text, a line says nothing that could be used.
_NEEDED = {
    "company.json": ("name", "fullname", "code"),
    "company_industry.json": ("company_code", "industry_code"),
    "company_product.json": ("company_code", "product_name"),
    "industry.json": ("code",),
    "industry_industry.json": ("from_code", "to_code"),
    "industry_up.json": ("industry",),
    "product.json": ("name",),
    "product_product.json": ("from_entity", "to_entity", "rel"),
}
COVERED = 0.8  # share of the firms of a kind that a later list must hold for its silence on one of them to speak
_LINKS = {"上游材料": "input", "下游产品": "input", "产品小类": "subclass"}


@dataclass
class _Account:
    """Where each raw row went: kept, merged into another, rejected; and how many kept values were changed."""

    lang: str
    rejects: list[pd.DataFrame] = field(default_factory=list)
    files: list[dict[str, object]] = field(default_factory=list)

    def reject(self, file: str, rows: pd.DataFrame, column: str, reason: str) -> None:
        """Note rows (with their line in `row`) as refused for one reason; the value is that of `column`."""
        if rows.empty:
            return
        self.rejects.append(
            pd.DataFrame(
                {
                    "table": file,
                    "row": rows["row"].astype("Int64"),
                    "column": column,
                    "value": rows[column].astype("str") if column in rows.columns else "",
                    "reason": text(f"importers.{reason}", self.lang),
                    "remedy": text(f"importers.{reason}_remedy", self.lang),
                }
            )
        )

    def count(self, path: Path, table: str, raw: int, kept: int, merged: int, changed: int = 0) -> None:
        """Close the account of one file; what was neither kept nor merged must have been rejected."""
        rejected = sum(len(frame) for frame in self.rejects if frame["table"].iloc[0] == path.name)
        assert raw == kept + merged + rejected, (path.name, raw, kept, merged, rejected)
        self.files.append(
            {
                "file": path.name,
                "table": table,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "rows": raw,
                "kept": kept,
                "merged": merged,
                "rejected": rejected,
                "changed": changed,
            }
        )


def import_ckg(directory: Path, cities: Path | None = None, *, dates: Path | None = None, lang: str = "zh") -> Case:
    """Read the eight files of the public A-share graph as a case.

    Parameters
    ----------
    directory
        Folder with ``company.json`` and the seven others, one JSON object per line.
    cities
        Table (CSV) of one row per row of ``company.json`` with ckg_code, ckg_fullname, code6, province, city, method:
        the seat of each firm and the right code where the row carries another firm's. Without it the city is read
        from the firm's name where that begins with one (about 40 %, marked unsure), and rows with another firm's code
        are rejected.
    dates
        A later list of the listed firms (CSV) with ts_code (600373.SH), list_date (20021216) and, if at hand, name
        (short). It gives listing dates to the firms whose row has none (a date that the row states is never replaced),
        and the status ``delisted`` to those that it has neither by code nor by name, with the list's date in their
        note. Of a kind of code (by its first digit) of which it holds less than `COVERED` it says nothing.
    lang
        Language of the reasons in the rejects.

    Returns
    -------
    Case
        Tables firms, firm_products, products, product_links. A firm's id is its six-digit code. Shares are clipped to
        0.01-1 and divided by the firm's sum. ``case.files`` says for every file rows = kept + merged + rejected, and
        how many values were changed (impossible shares, cleaned names, corrected codes, dates filled in);
        ``case.rejects`` gives every rejected row with its line and reason.

    Raises
    ------
    CaseError
        When a file is missing or is not JSON lines with the columns expected.
    """
    directory = Path(directory)
    absent = [name for name in COLUMNS if not (directory / name).is_file()]
    if absent:
        raise CaseError(text("importers.files_missing", lang, folder=directory, files=", ".join(absent)))
    account = _Account(lang)
    firms = _firms(directory / "company.json", cities, dates, account)
    known = set(firms["firm_id"])
    industry = _industries(directory / "company_industry.json", known, account)
    firms["industry"] = firms["firm_id"].map(industry).astype("str")
    firms["industry_scheme"] = pd.Series("shenwan", index=firms.index, dtype="str").where(firms["industry"].notna())
    held = _firm_products(directory / "company_product.json", known, account)
    products = _products(directory / "product.json", account)
    products, links = _product_links(directory / "product_product.json", products, account)
    _industry_files(directory, account)
    tables = {
        "firms": _complete("firms", firms),
        "firm_products": _complete("firm_products", held),
        "products": _complete("products", products),
        "product_links": _complete("product_links", links),
    }
    rejects = pd.concat([empty_rejects(), *account.rejects], ignore_index=True)[list(REJECT_COLUMNS)]
    rejects = rejects.sort_values(["table", "row"], kind="stable").reset_index(drop=True)
    return Case(directory.name, tables, rejects, pd.DataFrame(account.files))


def _read(path: Path, account: _Account) -> tuple[pd.DataFrame, int]:
    """The lines of a file as rows with their line number; lines that do not fit are rejected. And the raw count."""
    rows: list[dict[str, object]] = []
    bad: list[dict[str, object]] = []
    empty: list[dict[str, object]] = []
    columns = COLUMNS[path.name]
    with path.open("rb") as lines:  # a line that is no UTF-8 is a bad line, not the end of the file
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                row = {column: found[column] for column in columns}
                if not all(isinstance(row[column], str) for column in _NEEDED[path.name]):
                    empty.append({"row": number, "line": line.decode("utf-8", "replace").strip()[:200]})
                    continue
                rows.append({"row": number, **row})
            except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, RecursionError):
                bad.append({"row": number, "line": line.decode("utf-8", "replace").strip()[:200]})
        raw = len(rows) + len(bad) + len(empty)
    if not rows and not empty and bad:
        raise CaseError(text("importers.not_json_lines", account.lang, file=path, columns=", ".join(columns)))
    account.reject(path.name, pd.DataFrame(bad, columns=["row", "line"]), "line", "bad_line")
    account.reject(path.name, pd.DataFrame(empty, columns=["row", "line"]), "line", "empty_field")
    return pd.DataFrame(rows, columns=["row", *columns]), raw


def _six(codes: pd.Series) -> pd.Series:
    """The six digits of codes written 600373.SH or 688509; NaN for anything else."""
    return codes.astype("str").str.extract(r"^(\d{6})(?:\.[A-Za-z]{2})?$")[0]


def _joined(values: Iterable[object]) -> str | float:
    """Set cell of the distinct values, in order; NaN when there is none."""
    found = list(dict.fromkeys(str(value).replace(";", ",") for value in values if isinstance(value, str) and value))
    return ";".join(found) if found else float("nan")


def _later_list(path: Path, lang: str) -> pd.DataFrame:
    """What a later list of listed firms says, by six-digit code: listed (date) and name (short; NaN where not told)."""
    headers = {name: (name,) for name in ("ts_code", "list_date", "name")}
    table = read_columns(path, headers, ("ts_code", "list_date"), lang)
    if not table["list_date"].astype("str").str.fullmatch(r"\d{8}").any():
        raise CaseError(text("importers.no_list_dates", lang, file=path))
    day = pd.to_datetime(table["list_date"], format="%Y%m%d", errors="coerce").dt.strftime("%Y-%m-%d")
    told = table.assign(code=_six(table["ts_code"]), listed=day.astype("str"))
    return told.reindex(columns=["code", "listed", "name"]).groupby("code").first()


def _no_longer_listed(firms: pd.DataFrame, later: pd.DataFrame) -> pd.Series:
    """Which firms a later list of listed firms has no more: delisted, merged into others, or never floated."""
    held = firms["firm_id"].isin(later.index)
    covered = held.groupby(firms["firm_id"].str[0]).transform("mean") >= COVERED
    # Under another code by now: it was floated elsewhere, or became part of the firm that bears its name.
    names = set(later["name"].dropna())
    renumbered = [not names.isdisjoint(split(aliases)) for aliases in firms["aliases"]]
    return covered & ~held & ~np.array(renumbered, dtype=bool)


def _firms(path: Path, cities: Path | None, second: Path | None, account: _Account) -> pd.DataFrame:
    frame, raw = _read(path, account)
    frame["firm_id"] = _six(frame["code"])
    account.reject(path.name, frame[frame["firm_id"].isna()], "code", "bad_code")
    frame = frame[frame["firm_id"].notna()].copy()
    # One row has its date where the exchange should stand; 81 have the exchange where the date should.
    dates = frame[["time", "location"]].apply(
        lambda column: column.astype("str").str.extract(r"^(\d{4}-\d\d-\d\d)$")[0]
    )
    frame["listed"] = dates["time"].fillna(dates["location"])
    changed = 0
    if cities is not None:
        frame = apply_cities(frame, cities, account.lang)
        changed = int(frame["corrected"].sum())
    else:
        frame = cities_from_names(frame)
    first = frame.drop_duplicates("firm_id").set_index("firm_id")["listed"]
    # Renamed firms repeat their code with the same listing date. Another date is another firm under a wrong code.
    other = frame["firm_id"].map(first)
    stranger = frame["listed"].notna() & other.notna() & (frame["listed"] != other) & ~frame["corrected"]
    account.reject(path.name, frame[stranger], "code", "code_of_another_firm")
    frame = frame[~stranger]
    # Rows keep the order of the file: the first of a code is the newest name.
    grouped = frame.groupby("firm_id", sort=True)
    firms = frame.drop_duplicates("firm_id").set_index("firm_id").sort_index()
    firms["former_names"] = grouped["fullname"].agg(lambda names: _joined(list(dict.fromkeys(names))[1:]))
    firms["aliases"] = grouped["alias"].agg(_joined)
    firms = firms.reset_index().rename(columns={"fullname": "firm"})
    if second is not None:
        later = _later_list(second, account.lang)
        found = firms["firm_id"].map(later["listed"]).where(firms["listed"].isna())
        firms["listed"] = firms["listed"].fillna(found)
        changed += int(found.notna().sum())
        gone = _no_longer_listed(firms, later)
        told = text("importers.no_longer_listed", account.lang, file=second.name, date=later["listed"].max())
        firms["status"] = pd.Series("delisted", firms.index, dtype="str").where(gone)
        firms["note"] = pd.Series(told, firms.index, dtype="str").where(gone)
    firms["stock_code"] = firms["firm_id"]
    firms["country"] = "中国"
    firms["tiers"] = f"listed({AS_OF[:4]})"
    firms["source"] = SOURCE
    firms["as_of"] = AS_OF
    account.count(path, "firms", raw, len(firms), len(frame) - len(firms), changed)
    return firms


def _industries(path: Path, known: set[str], account: _Account) -> pd.Series:
    frame, raw = _read(path, account)
    frame["firm_id"] = _six(frame["company_code"])
    unknown = ~frame["firm_id"].isin(known)
    account.reject(path.name, frame[unknown], "company_code", "unknown_firm")
    kept = frame[~unknown]
    industry = kept.groupby("firm_id", sort=True)["industry_code"].agg(lambda codes: _joined(sorted(set(codes))))
    distinct = len(kept.drop_duplicates(["firm_id", "industry_code"]))
    account.count(path, "firms", raw, distinct, len(kept) - distinct)
    return industry


def _firm_products(path: Path, known: set[str], account: _Account) -> pd.DataFrame:
    frame, raw = _read(path, account)
    frame["firm_id"] = _six(frame["company_code"])
    unknown = ~frame["firm_id"].isin(known)
    account.reject(path.name, frame[unknown], "company_code", "unknown_firm")
    frame = frame[~unknown].copy()
    frame["product"] = _one_line(frame["product_name"])
    accounting = {product: is_accounting_line(product) for product in frame["product"].unique()}
    lines = frame["product"].map(accounting).astype(bool)
    account.reject(path.name, frame[lines], "product_name", "accounting_line")
    frame = frame[~lines]
    share = pd.to_numeric(frame["rel_weight"], errors="coerce")
    clipped = share.clip(0.01, 1.0)
    impossible = ((share < 0) | (share > 1)).sum()
    changed = int(impossible) + int((frame["product"] != frame["product_name"]).sum())
    frame = frame.assign(share=clipped).sort_values(
        ["firm_id", "product", "share"], ascending=[True, True, False], kind="stable"
    )
    kept = frame.drop_duplicates(["firm_id", "product"]).copy()
    kept["share"] = kept["share"] / kept.groupby("firm_id")["share"].transform("sum")
    kept["source"] = SOURCE
    kept["as_of"] = AS_OF
    kept["confidence"] = "seen"
    account.count(path, "firm_products", raw, len(kept), len(frame) - len(kept), changed)
    return kept[["firm_id", "product", "share", "source", "as_of", "confidence"]]


def _one_line(names: pd.Series) -> pd.Series:
    """Names without line breaks and outer blanks (a break inside a name is the width of a table cell, not a word)."""
    return names.astype("str").str.replace(r"[\r\n]+", "", regex=True).str.strip()


def _products(path: Path, account: _Account) -> pd.DataFrame:
    frame, raw = _read(path, account)
    frame["product"] = _one_line(frame["name"])
    kept = frame.drop_duplicates("product")[["product"]].reset_index(drop=True)
    account.count(
        path, "products", raw, len(kept), len(frame) - len(kept), int((frame["product"] != frame["name"]).sum())
    )
    return kept


def _product_links(path: Path, products: pd.DataFrame, account: _Account) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame, raw = _read(path, account)
    kind = frame["rel"].map(_LINKS)
    account.reject(path.name, frame[kind.isna()], "rel", "unknown_relation")
    frame = frame.assign(kind=kind, start=_one_line(frame["from_entity"]), end=_one_line(frame["to_entity"]))
    frame = frame[kind.notna()]
    loop = frame["start"] == frame["end"]
    account.reject(path.name, frame[loop], "from_entity", "self_loop")
    frame = frame[~loop].copy()
    # "A 上游材料 B": B goes into A. "A 下游产品 B": A goes into B. Links run with the goods.
    turned = frame["rel"] == "上游材料"
    frame["source_product"] = frame["end"].where(turned, frame["start"])
    frame["target_product"] = frame["start"].where(turned, frame["end"])
    named = set(products["product"])
    more = sorted((set(frame["start"]) | set(frame["end"])) - named)
    products = pd.concat([products, pd.DataFrame({"product": pd.Series(more, dtype="str")})], ignore_index=True)
    products["product_id"] = [f"ckg-{number:06d}" for number in range(1, len(products) + 1)]
    products["source"] = SOURCE
    products["as_of"] = AS_OF
    ids = dict(zip(products["product"], products["product_id"], strict=True))
    frame["from_product_id"] = frame["source_product"].map(ids)
    frame["to_product_id"] = frame["target_product"].map(ids)
    kept = frame.drop_duplicates(["from_product_id", "to_product_id", "kind"])
    kept = kept.sort_values(["from_product_id", "to_product_id", "kind"]).reset_index(drop=True)
    kept = kept.assign(source=SOURCE, as_of=AS_OF)
    account.count(path, "product_links", raw, len(kept), len(frame) - len(kept))
    columns = ["from_product_id", "to_product_id", "kind", "source", "as_of"]
    return products[["product_id", "product", "source", "as_of"]], kept[columns]


def _industry_files(directory: Path, account: _Account) -> None:
    """The three industry files: names of codes and parents add nothing to the codes, the upstream counts are noise."""
    for name in ("industry.json", "industry_industry.json"):
        frame, raw = _read(directory / name, account)
        if name == "industry_industry.json":
            # A parent that is not the code's own beginning would be news.
            child, parent = (
                frame["from_code"].astype("str"),
                frame["to_code"].astype("str").str.replace(r"(?:00)+$", "", regex=True),
            )
            stray = [not code.startswith(start) for code, start in zip(child, parent, strict=True)]
            strays = pd.Series(stray, frame.index, dtype=bool)
            account.reject(name, frame[strays], "from_code", "parent_not_in_code")
            frame = frame[~strays]
        account.count(directory / name, "firms", raw, 0, len(frame))
    frame, raw = _read(directory / "industry_up.json", account)
    account.reject("industry_up.json", frame, "industry", "upstream_counts")
    account.count(directory / "industry_up.json", "", raw, 0, 0)


def _complete(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """All columns of the table in order, with their types."""
    empty = empty_table(table)
    whole = frame.reindex(columns=list(empty.columns)).astype(empty.dtypes.to_dict())
    return whole.reset_index(drop=True)
