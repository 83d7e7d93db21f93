"""A business register (工商登记) as a case: firms with credit code, date, seat, and their scope as product text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from chaingraph.importers.headings import load_headings
from chaingraph.importers.published import file_row, file_rows_added, read_columns_in_parts, refused, sha256_of
from chaingraph.model.case import Case, empty_rejects, empty_table
from chaingraph.places import regions

_CODE = r"[0-9A-Z]{18}"
_DATE = r"^(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})"
# Items of a scope, and the formulas that end every scope in the country.
_ITEM = re.compile(r"[;\uff1b,\uff0c、。:\uff1a\r\n]+")
_FORMULA = re.compile(r"依法须经|许可证|经营期限|国家法律|审批|方可|除外|禁止|限制|有效期|凭有效")
_BRACKETS = re.compile(r"[(\uff08【\[][^)\uff09】\]]*(?:[)\uff09】\]]|$)")
MOST_ITEMS = 30  # of a scope; longer ones list everything a firm might ever do


def read_register(path: Path, *, as_of: str, headings: str | Path = "register", lang: str = "zh") -> Case:
    """Read a register extract: one row per firm.

    Parameters
    ----------
    path
        CSV (also .gz, UTF-8 or GB18030) with name and, where known, credit_code, reg_date, capital, scope, province,
        city, county, or their Chinese headers.
    as_of
        Date of the extract (ISO), written into every row.
    headings
        A heading file of your own (`headings.load_headings`).
    lang
        Language of messages.

    Returns
    -------
    Case
        Tables firms and firm_products (the items of each scope, without share: what a firm may do, not what it sells;
        confidence unsure). A firm's id is its credit code, or a digest of its name where the code is missing or
        malformed (such a code is a reject of its cell). Rows with the same id are merged, the first counts.

    Raises
    ------
    CaseError
        When the file cannot be read or has no column of names.
    """
    return joined_parts(list(read_register_in_parts(path, as_of=as_of, headings=headings, lang=lang)))


def joined_parts(parts: Sequence[Case]) -> Case:
    """The parts of a register (at least one, from `read_register_in_parts`) as one case, sorted by firm."""
    tables = {
        name: pd.concat([part[name] for part in parts]).sort_values("firm_id", kind="stable", ignore_index=True)
        for name in ("firms", "firm_products")
    }
    rejects = pd.concat([part.rejects for part in parts], ignore_index=True)
    return Case(parts[0].name, tables, rejects, file_rows_added([part.files for part in parts]))


def read_register_in_parts(
    path: Path, *, as_of: str, size: int = 20_000, headings: str | Path = "register", lang: str = "zh"
) -> Iterator[Case]:
    """Read a register of any length: so many rows at a time, every firm once.

    Parameters
    ----------
    path, as_of, headings, lang
        See `read_register`.
    size
        Rows of the file per part.

    Yields
    ------
    Case
        As of `read_register`, with the account of its own rows in ``files``; a firm met in an earlier part is left out.
        At least one, empty where the file has no rows. The ids met are kept: about 0.1 GB for a million firms.

    Raises
    ------
    CaseError
        When the file cannot be read or has no column of names.
    """
    seen: set[str] = set()
    digest = sha256_of(path, lang)
    for rows in read_columns_in_parts(path, load_headings(headings, "register"), ("firm",), lang, size):
        tables, rejects = _told(rows, path, as_of, lang)
        new = {name: held[~held["firm_id"].isin(seen)].reset_index(drop=True) for name, held in tables.items()}
        seen.update(new["firms"]["firm_id"])
        nameless = int(rows["firm"].isna().sum())
        account = file_row(path, "firms", len(rows), len(new["firms"]), nameless, digest)
        yield Case(path.name.split(".")[0], new, rejects, pd.DataFrame([account]))


def _told(rows: pd.DataFrame, path: Path, as_of: str, lang: str) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Firms and their scopes, and the rejects, of rows as read."""
    nameless = rows["firm"].isna()
    row_rejects = refused(path.name, rows[nameless], "firm", "nameless", lang)
    rows = rows[~nameless].copy()
    code = rows["credit_code"].str.upper()
    whole = code.str.fullmatch(_CODE).fillna(value=False).astype(bool)
    cell_rejects = refused(path.name, rows[~whole & code.notna()], "credit_code", "malformed_code", lang)
    rows["credit_code"] = code.where(whole)
    rows["firm_id"] = [
        held if isinstance(held, str) else f"name-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        for held, name in zip(rows["credit_code"], rows["firm"], strict=True)
    ]
    parts = rows["founded"].astype("str").str.extract(_DATE)
    rows["founded"] = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
    rows = rows.drop_duplicates("firm_id").sort_values("firm_id").reset_index(drop=True)
    seats = {
        seat: _seat(*seat)
        for seat in rows[["province", "city", "county"]].drop_duplicates().itertuples(index=False, name=None)
    }
    found = [seats[seat] for seat in zip(rows["province"], rows["city"], rows["county"], strict=True)]
    for place, column in enumerate(("province", "city", "district")):
        rows[column] = pd.Series([seat[place] for seat in found], dtype="str")
    rows["country"] = regions.CHINA
    rows["note"] = ("注册资本 " + rows["capital"]).astype("str")
    rows["source"] = path.name.split(".")[0]
    rows["as_of"] = as_of
    rows["confidence"] = "seen"
    tables = {"firms": _complete("firms", rows), "firm_products": _complete("firm_products", _scopes(rows))}
    return tables, pd.concat([empty_rejects(), row_rejects, cell_rejects], ignore_index=True)


def _scopes(rows: pd.DataFrame) -> pd.DataFrame:
    held = rows.loc[rows["scope"].notna(), ["firm_id", "scope", "source", "as_of"]]
    items = held.assign(product=held["scope"].map(scope_items), confidence="unsure").explode("product")
    return items.dropna(subset="product").drop_duplicates(["firm_id", "product"])


def scope_items(scope: str) -> list[str]:
    """The items of a business scope, without conditions and formulas, at most 30.

    Examples
    --------
    >>> scope_items("一般项目:电子元件、光学镜头的制造;(依法须经批准的项目,经批准后方可开展经营活动)")
    ['电子元件', '光学镜头的制造']
    """
    items = [item.strip() for item in _ITEM.split(_BRACKETS.sub("", scope))]
    kept = [item for item in items if len(item) >= 2 and not item.endswith("项目") and not _FORMULA.search(item)]
    return list(dict.fromkeys(kept))[:MOST_ITEMS]


def _seat(province: object, city: object, county: object) -> tuple[object, object, object]:
    """Province, prefecture and county as the region tables write them; what they do not know stays as written."""
    path = regions.path_of((regions.CHINA, province, city, county))
    known: tuple[object, ...] = (*path[1:4], *(None,) * 3)
    return known[0] or province, known[1] or city, known[2] or county


def _complete(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    empty = empty_table(table)
    return frame.reindex(columns=list(empty.columns)).astype(empty.dtypes.to_dict()).reset_index(drop=True)
