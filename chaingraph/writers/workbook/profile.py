"""A workbook profile: which sheets, in which order, with which columns, captions and pictures. It is data, not code.

Some are shipped in ``library/profiles``; a bureau writes its own as a TOML file and names it by path.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

from chaingraph.errors import UnknownNameError
from chaingraph.labels import LANGUAGES, both, entries
from chaingraph.model.schema import TABLES
from chaingraph.writers.workbook.profile_columns import BLANK, COLUMNS, DEFAULTS, PICTURES
from chaingraph.writers.workbook.sheet import PAPERS

_SHEET_KEYS = ("kind", "title", "caption", "columns", "headers", "pictures", "table", "paper", "frozen", "printed")
_PROFILE_KEYS = ("name", "title", "lang", "sheets")
Words = Mapping[str, str]


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
    folder = files("chaingraph") / "library" / "profiles"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


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
    if str(profile) in shipped_profiles():
        content = (files("chaingraph") / "library" / "profiles" / f"{profile}.toml").read_text(encoding="utf-8")
        return parse_profile(content, str(profile))
    path = Path(profile)
    if path.suffix.lower() != ".toml" or not path.is_file():
        raise UnknownNameError(_both("unknown", name=profile, choices=", ".join(shipped_profiles())))
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownNameError(_both("unreadable", name=path, detail=error)) from error
    return parse_profile(content, path.name)


def parse_profile(content: str, name: str) -> Profile:
    r"""A profile from the text of its TOML file; see `load_profile`.

    Examples
    --------
    >>> parse_profile('[[sheets]]\nkind = "gaps"', "mine").sheets[0].columns[:2]
    ('chain', 'segment')
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise UnknownNameError(_both("unreadable", name=name, detail=error)) from error
    where = _Place(name)
    where.keys(data, _PROFILE_KEYS)
    lang = data.get("lang")
    if lang is not None:
        where.choice("lang", lang, LANGUAGES)
    sheets = data.get("sheets")
    if not isinstance(sheets, list) or not sheets or not all(isinstance(sheet, dict) for sheet in sheets):
        where.refuse("sheets", sheets, "[[sheets]]")
    plans = tuple(_sheet(sheet, _Place(name, number)) for number, sheet in enumerate(sheets, start=1))
    return Profile(str(data.get("name", name)), where.words("title", data.get("title")), lang, plans)


class _Place:
    """Where in a profile something stands, for the messages about it."""

    def __init__(self, name: str, number: int | None = None) -> None:
        self.name = name if number is None else f"{name}, [[sheets]] {number}"

    def refuse(self, key: str, found: object, choices: str) -> NoReturn:
        raise UnknownNameError(_both("bad", where=self.name, key=key, found=repr(found)[:80], choices=choices))

    def choice(self, key: str, found: object, choices: Sequence[str]) -> str:
        if not isinstance(found, str) or found not in choices:
            near = difflib.get_close_matches(str(found), choices, n=3, cutoff=0.5)
            shown = [*near, *(choice for choice in choices if choice not in near)]
            self.refuse(key, found, ", ".join(shown))
        return found

    def keys(self, held: Mapping[str, object], known: Sequence[str]) -> None:
        for key in held:
            self.choice("key", key, known)

    def words(self, key: str, found: object) -> Words:
        """One text for every language, or a table of texts by language."""
        if found is None:
            return {}
        if isinstance(found, str):
            return dict.fromkeys(LANGUAGES, found)
        if not isinstance(found, dict) or not found or not all(isinstance(word, str) for word in found.values()):
            self.refuse(key, found, '"…", { zh = "…", en = "…" }')
        self.keys(found, LANGUAGES)
        only = next(iter(found.values()))
        return {lang: found.get(lang, only) for lang in LANGUAGES}

    def strings(self, key: str, found: object) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.refuse(key, found, '["…", "…"]')
        return tuple(found)

    def whole(self, key: str, found: object, most: int) -> int:
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= most:
            self.refuse(key, found, f"0-{most}")
        return found


def _sheet(data: Mapping[str, object], where: _Place) -> SheetPlan:
    where.keys(data, _SHEET_KEYS)
    kind = where.choice("kind", data.get("kind"), tuple(COLUMNS))
    table = where.choice("table", data.get("table"), tuple(TABLES)) if kind == "table" else ""
    known = tuple(TABLES[table].names) if table else COLUMNS[kind]
    default, frozen, printed = DEFAULTS.get(kind, (known, 2, None))
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
        frozen=where.whole("frozen", data.get("frozen", min(frozen, len(columns))), len(columns)),
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


def _both(entry: str, /, **values: object) -> dict[str, str]:
    return both(f"profile.{entry}", **values)
