"""A workbook profile: which sheets, in which order, with which columns, captions and pictures. It is data, not code.

Some are shipped in ``library/profiles``; a bureau writes its own as a TOML file and names it by path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chaingraph.labels import LANGUAGES, entries
from chaingraph.model import registry
from chaingraph.model.registry import Definition, Place, Words
from chaingraph.model.results import SHEETS
from chaingraph.model.schema import TABLES
from chaingraph.writers.workbook.sheet import PAPERS

_SHEET_KEYS = ("kind", "title", "caption", "columns", "headers", "pictures", "table", "paper", "frozen", "printed")
BLANK = "blank:"  # an empty column to fill, headed by what follows
PICTURES = ("panorama", "target_bars", "gap_matrix", "tier_shares", "district_matrix")
_PROFILE_KEYS = ("name", "title", "lang", "sheets")


@dataclass(frozen=True)
class SheetPlan:
    """One sheet, or one per chain or team: what fills it, and how it is headed.

    ``title``, ``caption`` and each of ``headers`` are keyed by language, empty where the house's own words hold.
    ``table`` is the case's table that a sheet of kind ``table`` shows. An empty ``paper`` is chosen by what is printed
    (`sheet.paper_for`).
    """

    kind: str
    title: Words
    caption: Words
    columns: tuple[str, ...]
    headers: Mapping[str, Words]
    pictures: tuple[str, ...]
    table: str
    paper: str
    frozen: int
    printed: int | None


@dataclass(frozen=True)
class Profile:
    """A workbook to be: its name, the title of the book, the language it insists on (None: any), its sheets."""

    name: str
    title: Words
    lang: str | None
    sheets: tuple[SheetPlan, ...]


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with the package.

    Examples
    --------
    >>> shipped_profiles()
    ['english', 'liutu_liuqingdan', 'situ_wuqingdan', 'wutu_wuqingdan', 'zhejiang']
    """
    return list(registry.shipped("profiles"))


def load_profile(profile: str | Path) -> Profile:
    """The profile of that name, or the one in a TOML file.

    Parameters
    ----------
    profile
        One of `shipped_profiles`, or the path of a file that ends in ``.toml``.

    Raises
    ------
    UnknownNameError
        When there is no such profile, or its file holds what no sheet can be made of: the message names the sheet, the
        key, what was found and the choices.
    """
    return _profile(registry.load("profiles", profile))


def parse_profile(content: str, name: str) -> Profile:
    r"""A profile from the text of its TOML file; see `load_profile`.

    Examples
    --------
    >>> parse_profile('[[sheets]]\nkind = "gaps"', "mine").sheets[0].columns[:2]
    ('chain', 'segment')
    """
    return _profile(registry.parse("profiles", content, name))


def _profile(found: Definition) -> Profile:
    where, data = found.where, found.content
    where.keys(data, _PROFILE_KEYS)
    lang = data.get("lang")
    if lang is not None:
        where.choice("lang", lang, LANGUAGES)
    sheets = where.tables("sheets", data.get("sheets"))
    plans = tuple(_sheet(sheet, where.within(f"[[sheets]] {number}")) for number, sheet in enumerate(sheets, start=1))
    return Profile(str(data.get("name", found.name)), where.words("title", data.get("title")), lang, plans)


def _sheet(data: Mapping[str, object], where: Place) -> SheetPlan:
    where.keys(data, _SHEET_KEYS)
    kind = where.choice("kind", data.get("kind"), tuple(SHEETS))
    table = where.choice("table", data.get("table"), tuple(TABLES)) if kind == "table" else ""
    sheet = SHEETS[kind]
    known = tuple(TABLES[table].names) if table else sheet.columns
    default, printed = known if table else sheet.shown, sheet.printed
    columns = where.strings("columns", data["columns"]) if "columns" in data else default
    if not columns and (known or kind == "form"):
        where.refuse("columns", [], ", ".join(known) or f'["{BLANK}…"]')
    for column in columns:
        if not column.startswith(BLANK) or column == BLANK:
            where.choice("columns", column, known)
    if len(set(columns)) < len(columns):
        where.refuse("columns", next(name for name in columns if columns.count(name) > 1), "1×")
    headers = data.get("headers", {})
    if not isinstance(headers, dict):
        where.refuse("headers", headers, "[sheets.headers]")
    for column in headers:
        where.choice("headers", column, columns)
    pictures = where.strings("pictures", data.get("pictures", []))
    for picture in pictures:
        where.choice("pictures", picture, PICTURES)
    if (kind == "pictures") != bool(pictures):
        where.refuse("pictures", list(pictures), ", ".join(PICTURES) if kind == "pictures" else "kind = pictures")
    if "printed" in data:
        printed = where.whole("printed", data["printed"], len(columns))
    elif columns != default:  # the house's number belongs to the house's columns
        printed = None
    return SheetPlan(
        kind=kind,
        title=where.words("title", data.get("title")),
        caption=where.words("caption", data.get("caption")),
        columns=columns,
        headers={column: where.words(f"headers.{column}", word) for column, word in headers.items()},
        pictures=pictures,
        table=table,
        paper=where.choice("paper", data["paper"], tuple(PAPERS)) if "paper" in data else "",
        frozen=where.whole("frozen", data.get("frozen", min(sheet.frozen, len(columns))), len(columns)),
        printed=printed or None,
    )


def known_headers() -> dict[str, str]:
    """Every header that a shipped profile or the house gives a column, to the column: for reading a book back.

    Examples
    --------
    >>> known_headers()["责任人"], known_headers()["Status"]
    ('owner', 'status')
    """
    found: dict[str, str] = {}
    for lang in LANGUAGES:
        for entry, caption in entries("workbook", lang).items():
            if entry.startswith("column_"):
                found.setdefault(caption, entry.removeprefix("column_"))
    for name in shipped_profiles():
        found |= plan_headers(load_profile(name))
    return found


def plan_headers(profile: Profile) -> dict[str, str]:
    """The headers that a profile itself gives its columns, to the column."""
    return {
        word: column for plan in profile.sheets for column, words in plan.headers.items() for word in words.values()
    }
