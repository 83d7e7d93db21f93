"""Heading files: which heading of a provider's export means which of our columns, as data (``library/headings``).

Each heading says where it was seen (``source``), or that it is only likely (``guessed``); a figure's heading may say
the unit that its name leaves out. A provider's file says by ``kind`` whose columns it speaks of, and by ``marks`` what
stands above its tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaingraph.model import registry
from chaingraph.model.columns import TIERS
from chaingraph.model.registry import Definition, Place
from chaingraph.reading.headers import bare, find_in, stated_unit

PERSONAL = "personal"  # the column of headings under which names, mobiles and private mail stand
_KEYS = ("header", "source", "guessed", "unit")
_FILE_KEYS = ("title", "order", "kind", "marks", "tier", "columns")
# A figure's year stands before or behind its name: 2024年营业收入, 营业收入(2024年).
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")


@dataclass(frozen=True)
class Headings:
    """One heading file, completed by that of its kind.

    ``known``: by heading without blanks, width and case, the column of ours, the place in the order in which headings
    are tried, and the unit (empty where the heading does not say one). ``marks``: texts that stand above its tables.
    ``tier``: the list that every firm of such a file is on (empty: none).
    """

    name: str
    kind: str
    title: Mapping[str, str]
    marks: tuple[str, ...]
    known: Mapping[str, tuple[str, int, str]]
    tier: str = ""

    def find(self, heading: str) -> tuple[str, int, str] | None:
        """Column, place in the order and unit of a heading as it stands in a file; None where it means none.

        Examples
        --------
        >>> heading_file("register").find("营业收入（万元）")
        ('revenue_cny_m', 0, '万元')
        """
        if not heading or len(heading) > 200:
            return None
        found = find_in(self.known, heading)
        if found is None and _YEAR.search(heading):
            found = find_in(self.known, re.sub(r"[(（][)）]", "", _YEAR.sub("", heading)))
        return None if found is None else (*found[0][:2], found[1] or found[0][2])

    def columns(self) -> frozenset[str]:
        """The columns of ours that it speaks of."""
        return frozenset(column for column, _, _ in self.known.values())


def kind_of(name: str | Path) -> str:
    """Whose columns a heading file speaks of, by its name or path; nothing else of it is looked at.

    Raises
    ------
    UnknownNameError
        When there is no such file.

    Examples
    --------
    >>> kind_of("qichacha"), kind_of("units")
    ('register', 'units')
    """
    return str(registry.load("headings", name).content.get("kind", name))


def load_headings(name: str | Path, kind: str) -> dict[str, tuple[str, ...]]:
    """The headings of each of our columns, in the order in which they are tried.

    Parameters
    ----------
    name
        A heading file of the library by name, or the path of a TOML file, which says by ``kind`` whose columns it
        speaks of; its headings are tried before the shipped ones.
    kind
        What is being read: register, ranking, classes, outcomes.

    Raises
    ------
    UnknownNameError
        When there is no such file, it speaks of another kind, of a column that the kind does not have, or of a heading
        twice, or does not say where a heading was seen.

    Examples
    --------
    >>> load_headings("outcomes", "outcomes")["region"]
    ('region', '地区')
    """
    definition, told = _file(name, (kind,))
    own = {column: tuple(header for header, _ in rows) for column, rows in told.items()}
    if definition.name == kind:
        return own
    base = load_headings(kind, kind)
    definition.where.within("[columns]").keys(own, tuple(base))
    return {column: tuple(dict.fromkeys((*own.get(column, ()), *known))) for column, known in base.items()}


def heading_file(name: str | Path, kinds: tuple[str, ...] = ("register", "ranking")) -> Headings:
    """A heading file by name or path, with the headings of its kind after its own.

    Raises
    ------
    UnknownNameError
        As `load_headings`.

    Examples
    --------
    >>> heading_file("register").find("成立日期")[0]
    'founded'
    """
    definition, told = _file(name, kinds)
    where = definition.where
    kind = str(definition.content.get("kind", definition.name))
    marks = where.strings("marks", list(definition.content.get("marks", [])))
    known: dict[str, tuple[str, int, str]] = {}
    shipped = {} if definition.name == kind else _file(kind, kinds)[1]
    if shipped:
        where.within("[columns]").keys(told, tuple(shipped))
    for rows in (told, shipped):
        for column, headers in rows.items():
            for header, unit in headers:
                place = sum(1 for found, _, _ in known.values() if found == column)
                known.setdefault(bare(header), (column, place, unit))
    tier = definition.content.get("tier", "")
    if tier:
        where.choice("tier", tier, tuple(TIERS))
    return Headings(definition.name, kind, where.words("title", definition.content.get("title")), marks, known, tier)


def _file(name: str | Path, kinds: tuple[str, ...]) -> tuple[Definition, dict[str, tuple[tuple[str, str], ...]]]:
    """A heading file and its headings with their units, by column."""
    found = registry.load("headings", name)
    found.where.keys(found.content, _FILE_KEYS)
    own_kind = found.content.get("kind", found.name if found.name in registry.shipped("headings") else None)
    found.where.choice("kind", own_kind, kinds)
    return found, _columns(found.content, found.where)


def _columns(content: Mapping[str, Any], where: Place) -> dict[str, tuple[tuple[str, str], ...]]:
    columns = where.table("columns", content.get("columns"))
    told: dict[str, tuple[tuple[str, str], ...]] = {}
    taken: dict[str, str] = {}
    for column, rows in columns.items():
        part = where.within(f"[columns] {column}")
        for row in part.tables(column, rows):
            part.keys(row, _KEYS)
            header = part.text("header", row.get("header"))
            if "guessed" in row and row["guessed"] is not True:
                part.refuse("guessed", row["guessed"], "true")
            if ("source" in row) == ("guessed" in row):
                part.refuse(header, sorted(row), 'source = "…" | guessed = true')
            if "source" in row:
                part.text("source", row["source"])
            if header.casefold() in taken:
                part.refuse("header", header, f"1× ({taken[header.casefold()]})")
            taken[header.casefold()] = column
            # A unit in brackets is said by the heading itself: 年营收(万元).
            unit = part.text("unit", row["unit"]) if "unit" in row else stated_unit(header)
            told[column] = (*told.get(column, ()), (header, unit))
    return told
