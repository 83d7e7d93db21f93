"""Published rankings of companies (Fortune Global 500, China 500 and the like) as firms with their tier and edition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph.importers.headings import load_headings
from chaingraph.importers.published import file_row, read_columns, refused
from chaingraph.matching.merge import WEAK
from chaingraph.matching.names import match_firms
from chaingraph.model.case import Case, empty_rejects, empty_table
from chaingraph.model.columns import SEPARATOR, TIERS, split
from chaingraph.places import regions

# "沃尔玛 (Wal-Mart Stores)": the Chinese name, then the English one in brackets.
_BOTH = re.compile(
    r"^(?P<zh>.*[\u4e00-\u9fff].*?)\s*[(\uff08](?P<en>[^()\uff08\uff09]*[A-Za-z][^()\uff08\uff09]*)[)\uff09]$"
)
_COUNTRIES = {"U.S.": "美国", "USA": "美国", "U.K.": "英国", "Britain": "英国", "U.A.E": "阿联酋", "Korea": "韩国"}


def read_list(
    path: Path, tier: str, *, editions: Sequence[int] | None = None, headings: str | Path = "ranking", lang: str = "zh"
) -> Case:
    """Read a published ranking as firms of a tier.

    Parameters
    ----------
    path
        CSV with year, rank, company and, where known, country (or country_zh), hq_location, revenue_mcny, employees.
    tier
        Name of the list in `chaingraph.model.schema.TIERS`, such as global500 or china500.
    editions
        Years to read; all of the file where not given.
    headings
        A heading file of your own (`headings.load_headings`).
    lang
        Language of messages.

    Returns
    -------
    Case
        Table firms, one row per company name: tiers holds every edition it is on (``global500(2021)``), ``note`` the
        rank in the newest of them. Revenue is filled only where the list gives it in yuan; a list in dollars leaves it
        empty. Rows without name, year or rank are rejected.

    Raises
    ------
    CaseError
        When the file cannot be read or lacks year, rank or company.
    ValueError
        When the tier is not known.
    """
    if tier not in TIERS:
        msg = f"榜单未知 / unknown tier {tier!r}: {', '.join(TIERS)}"
        raise ValueError(msg)
    rows = read_columns(path, load_headings(headings, "ranking"), ("year", "rank", "company"), lang)
    raw = len(rows)
    year, rank = pd.to_numeric(rows["year"], errors="coerce"), pd.to_numeric(rows["rank"], errors="coerce")
    bad = rows["company"].isna() | year.isna() | rank.isna()
    rejects = [refused(path.name, rows[bad], "company", "list_row", lang)]
    rows = rows.assign(year=year, rank=rank)[~bad]
    if editions is not None:
        other = ~rows["year"].isin(list(editions))
        rejects.append(refused(path.name, rows[other], "company", "other_edition", lang))
        rows = rows[~other]
    rows = rows.sort_values(["company", "year", "rank"], ascending=[True, False, True], kind="stable")
    newest = rows.drop_duplicates("company").set_index("company").sort_index()
    years = rows.groupby("company")["year"].agg(lambda held: _editions(tier, held))
    firms = pd.DataFrame(index=newest.index)
    names = [_names(company) for company in newest.index]
    firms["firm_id"] = [f"{tier}-{hashlib.sha256(name.encode()).hexdigest()[:12]}" for name in newest.index]
    firms["firm"] = [zh for zh, _ in names]
    firms["firm_en"] = pd.Series([en for _, en in names], index=firms.index, dtype="str")
    firms["country"] = newest["country"].map(_country).astype("str")
    seats = [_seat(seat, country) for seat, country in zip(newest["seat"], firms["country"], strict=True)]
    firms["city"] = pd.Series(seats, index=firms.index, dtype="str")
    firms["tiers"] = years
    firms["employees"] = pd.to_numeric(newest["employees"], errors="coerce").round()
    firms["revenue_cny_m"] = pd.to_numeric(newest["revenue"], errors="coerce")
    firms["note"] = [f"{int(held)}: {int(place)}" for held, place in zip(newest["year"], newest["rank"], strict=True)]
    firms["source"] = path.stem
    firms["as_of"] = newest["year"].astype(int).astype("str")
    firms["confidence"] = "seen"
    empty = empty_table("firms")
    table = firms.reindex(columns=list(empty.columns)).astype(empty.dtypes.to_dict()).reset_index(drop=True)
    table = table.sort_values("firm_id").reset_index(drop=True)
    refusals = pd.concat([empty_rejects(), *rejects], ignore_index=True)
    return Case(
        path.stem, {"firms": table}, refusals, pd.DataFrame([file_row(path, "firms", raw, len(table), len(refusals))])
    )


def join_list(case: Case, ranking: Case) -> tuple[Case, int]:
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
    found, _ = match_firms(ranking["firms"], case["firms"])
    found = found[~found["rule"].isin(WEAK)]
    ranked = ranking["firms"].set_index("firm_id").loc[found["left_id"]].set_index(found["right_id"])
    said = {"tiers": ranked["tiers"], "note": ranking.name + " " + ranked["note"], "source": ranked["source"]}
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
    return ";".join(f"{tier}({year})" for year in sorted({int(value) for value in years}))


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


def _seat(seat: object, country: object) -> str | None:
    """The city of "Beijing, China" or "Bentonville, Ark."."""
    if not isinstance(seat, str):
        return None
    city = seat.split(",")[0].strip()
    known = regions.path_of((country, None, city, None))
    return known[2] if len(known) > 2 and known[0] == regions.CHINA else city
