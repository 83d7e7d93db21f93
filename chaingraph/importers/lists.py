"""Published lists of companies (Fortune Global 500, 专精特新 and the like) as firms with their tier and edition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.importers.firms import seat
from chaingraph.importers.headings import Headings, heading_file
from chaingraph.importers.imported import Imported
from chaingraph.importers.layout import Laid, Part, Use, read_columns_of
from chaingraph.importers.published import read_rows, tables_of
from chaingraph.importers.register import complete, title_year
from chaingraph.importers.values import rejected_rows
from chaingraph.labels import both, text
from chaingraph.matching.merge import WEAK
from chaingraph.matching.names import match_firms
from chaingraph.model.case import Case
from chaingraph.model.columns import SEPARATOR, TIERS, Column, split
from chaingraph.model.schema import TABLES
from chaingraph.places import regions
from chaingraph.reading.rejects import Problem

# "沃尔玛 (Wal-Mart Stores)": the Chinese name, then the English one in brackets.
_BOTH = re.compile(
    r"^(?P<zh>.*[\u4e00-\u9fff].*?)\s*[(\uff08](?P<en>[^()\uff08\uff09]*[A-Za-z][^()\uff08\uff09]*)[)\uff09]$"
)
_COUNTRIES = {"U.S.": "美国", "USA": "美国", "U.K.": "英国", "Britain": "英国", "U.A.E": "阿联酋", "Korea": "韩国"}
_DOLLARS = re.compile(r"美元|美金|usd|\$", re.IGNORECASE)
_FIRM = TABLES["firms"].column
COLUMNS: dict[str, Column] = {
    "year": Column("year", "integer", unit="年", minimum=1900, maximum=2100),
    "rank": Column("rank", "integer", minimum=1),
    **{name: Column(name, "text") for name in ("company", "country", "seat", "place", "province", "city", "county")},
    "product": Column("product", "set"),
    "credit_code": _FIRM("credit_code"),
    "revenue": Column("revenue", "number", unit="百万元"),
    "revenue_usd": Column("revenue_usd", "number", unit="百万美元"),
    "employees": _FIRM("employees"),
}


def read_list(
    path: Path, tier: str, *, year: int | None = None, editions: Sequence[int] | None = None,
    headings: str | Path | Headings = "ranking", lang: str = "zh",
) -> Imported:  # fmt: skip
    """Read a published list of companies as firms of a tier.

    Parameters
    ----------
    path
        Any file that `reading.grids.open_grids` reads, with company and, where known, year, rank, country, seat or
        place, revenue, employees, products.
    tier
        Name of the list in `chaingraph.model.schema.TIERS`, such as global500 or little_giant, or one of its spellings
        (专精特新小巨人).
    year
        Edition of a list that does not say so in a column; None: as its title says, if it does.
    editions
        Years to read; all of the file where not given.
    headings
        A heading file by name or path, or as it was found to fit.
    lang
        Language of messages.

    Returns
    -------
    Imported
        Table firms, one row per company name: tiers holds every edition it is on (``global500(2021)``; without edition
        where none is known), ``note`` the rank in the newest of them and revenue in dollars, which is not converted;
        revenue in yuan has its column. Firm_products where the list names products. Rows without name, and without
        year or rank where the list has such a column, are rejected.

    Raises
    ------
    CaseError
        When the file cannot be read or has no column of companies.
    UnknownNameError
        When the tier is not known.
    """
    tier = tier_named(tier)
    words = headings if isinstance(headings, Headings) else heading_file(headings, ("ranking",))
    path = Path(path)
    found = tables_of(path, [words], ("company",), lang)
    laid = [replace(one, uses=tuple(_in_dollars(use) for use in one.uses)) for one in found]

    def usable(part: Part) -> tuple[pd.DataFrame, list[pd.DataFrame], list[pd.DataFrame]]:
        return _rows(part, year or title_year(part.laid.above), editions, lang)

    read = read_rows(path, laid, "company", usable, lang)
    firms, products = _firms(read.rows, tier, path.stem, lang)
    tables = {"firms": complete("firms", firms)}
    if len(products):
        tables["firm_products"] = complete("firm_products", products)
    return read.imported(words.name, tables, "firms", len(firms))


def tier_named(name: str) -> str:
    """The tier that a code or one of its spellings means.

    Raises
    ------
    UnknownNameError
        When none does.

    Examples
    --------
    >>> tier_named("专精特新小巨人"), tier_named("专精特新“小巨人”企业")
    ('little_giant', 'little_giant')
    """
    spoken = re.sub('[“”"\\s]|企业$', "", name)
    for tier, spellings in TIERS.items():
        if spoken in (tier, *spellings):
            return tier
    known = ", ".join(f"{tier} ({spellings[0]})" for tier, spellings in TIERS.items())
    raise UnknownNameError(both("importers.unknown_tier", tier=repr(name[:80]), choices=known))


def _in_dollars(use: Use) -> Use:
    """A column of revenue whose header says dollars is one of dollars."""
    return replace(use, column="revenue_usd") if use.column == "revenue" and _DOLLARS.search(use.unit) else use


def _rows(
    part: Part, edition: int | None, editions: Sequence[int] | None, lang: str
) -> tuple[pd.DataFrame, list[pd.DataFrame], list[pd.DataFrame]]:
    """The rows of a part that can be used, rejects of single cells, rejects of whole rows."""
    laid: Laid = part.laid
    headers = laid.headers()
    rows, bad, about = read_columns_of(laid, part.frame, COLUMNS, lang)
    if "year" not in headers and edition is not None:
        rows["year"] = pd.Series(edition, rows.index, "Int64")
    lacking = rows["company"].isna()
    for column in ("year", "rank"):
        lacking |= rows[column].isna() if column in headers else False
    header = headers.get("company", "company")
    refused = [rejected_rows(laid.label, rows[lacking], "company", header, Problem("list_row"), lang)]
    rows = rows[~lacking]
    bad = [cells[cells["row"].isin(rows["row"])] for cells in bad]  # a row that is left out is told once
    if editions is not None:
        other = ~rows["year"].isin(list(editions)).fillna(value=False).astype(bool)
        refused.append(rejected_rows(laid.label, rows[other], "company", header, Problem("other_edition"), lang))
        rows = rows[~other]
    guessed = pd.Series("", rows.index, "str")
    for column, flags in about.items():
        told_about = text("importers.about", lang, header=headers.get(column, column))
        guessed = guessed.where(~flags[rows.index], guessed + "；" + told_about)
    return rows.assign(about=guessed), bad, refused


def _firms(rows: pd.DataFrame, tier: str, source: str, lang: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per company, from its newest edition, and the products that a list names."""
    rows = rows.sort_values(["company", "year", "rank"], ascending=[True, False, True], kind="stable")
    newest = rows.drop_duplicates("company").set_index("company").sort_index()
    years = rows.groupby("company")["year"].agg(lambda held: _editions(tier, held))
    firms = pd.DataFrame(index=newest.index)
    names = [_names(company) for company in newest.index]
    firms["firm_id"] = [
        code if isinstance(code, str) else f"{tier}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        for name, code in zip(newest.index, newest["credit_code"], strict=True)
    ]
    firms["firm"] = [zh for zh, _ in names]
    firms["firm_en"] = pd.Series([en for _, en in names], index=firms.index, dtype="str")
    firms["credit_code"] = newest["credit_code"]
    country = newest["country"].map(_country).astype("str")
    seats = [_city(place, land) for place, land in zip(newest["seat"], country, strict=True)]
    here = [seat(place, None) for place in newest[_PLACE].itertuples(index=False, name=None)]
    for number, column in enumerate(("province", "city", "district")):
        firms[column] = pd.Series([known[number] for known in here], index=firms.index, dtype="str")
    firms["city"] = firms["city"].fillna(pd.Series(seats, index=firms.index, dtype="str"))
    firms["country"] = country.fillna(pd.Series(regions.CHINA, firms.index, "str").where(firms["province"].notna()))
    firms["tiers"] = years
    firms["employees"] = newest["employees"]
    firms["revenue_cny_m"] = newest["revenue"]
    ranked = newest["year"].notna() & newest["rank"].notna()
    note = (newest["year"].astype("str") + ": " + newest["rank"].astype("str")).where(ranked, "").astype("str")
    dollars = [
        text("importers.revenue_usd", lang, value=f"{value:,.12g}") if value == value else ""
        for value in newest["revenue_usd"]
    ]
    note = (note + dollars + newest["about"]).str.removeprefix("；")
    firms["note"] = note.where(note != "")
    firms["source"] = source
    firms["as_of"] = newest["year"].astype("str")
    firms["confidence"] = "seen"
    made = newest["product"].dropna().str.split(SEPARATOR).explode()
    products = firms.loc[made.index, ["firm_id", "source", "as_of", "confidence"]].assign(product=made.to_numpy())
    order = firms.sort_values("firm_id").drop_duplicates("firm_id").reset_index(drop=True)
    return order, products.drop_duplicates(["firm_id", "product"]).sort_values(["firm_id", "product"])


_PLACE = ["province", "city", "county", "place"]


def join_list(case: Case, ranking: Imported) -> tuple[Case, int]:
    """A case whose firms bear what a ranking says of them.

    Joined by code, name, former or other name; a name that is merely alike is no proof of a place on a list. Companies
    that the case does not have stay out: a ranking says nothing of what they make.

    Parameters
    ----------
    case
        With the table ``firms``.
    ranking
        From `read_list`.

    Returns
    -------
    Case, int
        The case with the ranking's editions in ``tiers``, its name and rank in ``note`` and its name in ``source``; how
        many of its firms the ranking has.
    """
    listed = ranking.tables["firms"]
    found, _ = match_firms(listed, case["firms"])
    found = found[~found["rule"].isin(WEAK)]
    ranked = listed.set_index("firm_id").loc[found["left_id"]].set_index(found["right_id"])
    said = {
        "tiers": ranked["tiers"],
        "note": (ranking.name + " " + ranked["note"]).astype("str"),
        "source": ranked["source"],
    }
    firms = case["firms"].set_index("firm_id")
    for column, values in said.items():
        own = firms[column].map(split)
        more = values.map(split).groupby(level=0).sum().reindex(firms.index)
        added = [[*mine, *(new if isinstance(new, tuple) else ())] for mine, new in zip(own, more, strict=True)]
        joined = [SEPARATOR.join(dict.fromkeys(parts)) or None for parts in added]
        firms[column] = pd.Series(joined, index=firms.index, dtype="str")
    table = firms.reset_index()[list(case["firms"].columns)]
    tables = {**case.tables, "firms": table}
    return replace(case, tables=tables), ranked.index.nunique()


def _editions(tier: str, years: pd.Series) -> str:
    return ";".join(f"{tier}({year})" for year in sorted({int(value) for value in years.dropna()})) or tier


def _names(company: str) -> tuple[str, str | None]:
    """Chinese and English name of a company; a name in one language only stands in its own place."""
    both = _BOTH.match(company)
    if both:
        return both["zh"].strip(), both["en"].strip()
    return company, (company if company.isascii() else None)


def _country(name: object) -> str | None:
    if not isinstance(name, str):
        return None
    return regions.country_of((_COUNTRIES.get(name, name), None, None, None)) or name


def _city(seat: object, country: object) -> str | None:
    """The city of "Beijing, China" or "Bentonville, Ark."."""
    if not isinstance(seat, str):
        return None
    city = seat.split(",")[0].strip()
    known = regions.path_of((country, None, city, None))
    return known[2] if len(known) > 2 and known[0] == regions.CHINA else city
