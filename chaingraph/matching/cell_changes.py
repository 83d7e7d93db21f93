"""Two rows that mean the same thing, cell by cell: what the second adds, and where the two differ."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from chaingraph.matching.name_forms import normalise_name, stock_key
from chaingraph.model.columns import PROVENANCE, SEPARATOR, Column, Table, split
from chaingraph.places import regions

PLACE = ("country", "province", "city", "district")
INDUSTRY = ("industry_scheme", "industry")
# Lists: what is new is added behind what stands there.
_ADDED_TO = {"firms": ("aliases", "former_names", "tiers"), "segment_terms": ("segments",)}
_SAYS_WHENCE = {column.name for column in PROVENANCE}
_NEVER_ASKED = {"note", "firm", "firm_id", "reason"} | _SAYS_WHENCE  # wording and names; names become other names
# Names of places are the same with and without what they are (平湖, 平湖市).
PLACES = (*PLACE[1:], "region", "site_region", "place", "instead_place", "decision_city", "within")
_KIND_OF_PLACE = re.compile(r"(?<=..)[省市县区]$")
_NEAR = 1e-6  # numbers are equal within it: a figure in 亿元 has lost digits


class Change(NamedTuple):
    """One cell: table, place of the row in the case's table, column, value; ``added``: behind what stands there.

    ``held``: the cell as it is written; source and as_of: of the row that gave the value.
    """

    table: str
    place: int
    column: str
    value: object
    added: bool
    held: str
    source: object
    as_of: object


_Maker = Callable[[str, object], Change]


def empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value is pd.NA or value != value or (isinstance(value, str) and not value.strip())


def changes_of(
    table: Table, place: int, held: Mapping[str, object], written: Mapping[str, object], given: Mapping[str, object]
) -> tuple[list[Change], list[Change]]:
    """What a row adds to one that is there: cells to fill, and cells where the two differ.

    Parameters
    ----------
    table, place
        Whose row, and which.
    held
        The row as it was read.
    written
        The same as it stands in the file; a column that the file does not have is missing.
    given
        The other row.
    """

    def change(column: str, value: object, *, added: bool = False) -> Change:
        text = written.get(column)
        return Change(
            table.name,
            place,
            column,
            value,
            added,
            "" if empty(text) else str(text).strip(),
            given.get("source"),
            given.get("as_of"),
        )

    filled: list[Change] = []
    differing: list[Change] = []
    blocks = _agreeing(table, held, given, differing, change)
    for column in table.columns:
        name, value = column.name, given.get(column.name)
        if name in _ADDED_TO.get(table.name, ()):
            more = _more(name, held, given)
            if more:
                filled.append(change(name, SEPARATOR.join(more), added=not empty(written.get(name))))
        elif empty(value) or name in table.key or name in _SAYS_WHENCE or column.made_from or name == "firm":
            continue
        elif empty(written.get(name)):
            if blocks.get(name, True):
                filled.append(change(name, value))
        elif name not in _NEVER_ASKED and name not in blocks and not agree(column, held.get(name), value):
            differing.append(change(name, value))
    codes = {"credit_code", "stock_code"} & {each.column for each in filled}
    if table.name == "firms" and codes and empty(written.get("firm_id")):
        filled.append(change("firm_id", held["firm_id"]))  # an id once given stays, whatever code is learnt later
    return filled, differing


def _agreeing(
    table: Table, held: Mapping[str, object], given: Mapping[str, object], differing: list[Change], change: _Maker
) -> dict[str, bool]:
    """Columns that go together, and whether theirs may be filled: a place, an industry with its scheme."""
    if table.name != "firms":
        return {}
    here, there = (regions.path_of([_text(row.get(name)) for name in PLACE]) for row in (held, given))
    shared = min(len(here), len(there))
    same_place = here[:shared] == there[:shared]
    if not same_place:
        level = next(n for n in range(shared) if here[n] != there[n])
        column = PLACE[level]
        if not empty(held.get(column)) and not empty(given.get(column)):
            differing.append(change(column, given[column]))
    schemes = (held.get("industry_scheme"), given.get("industry_scheme"))
    fits = empty(held.get("industry")) and (empty(schemes[0]) or schemes[0] == schemes[1])
    both = not empty(held.get("industry")) and not empty(given.get("industry")) and schemes[0] == schemes[1]
    if both and set(split(held["industry"])) != set(split(given["industry"])):
        differing.append(change("industry", given["industry"]))
    return dict.fromkeys(PLACE, same_place) | dict.fromkeys(INDUSTRY, fits)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _more(column: str, held: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    """Members of a list that the row does not have yet; another name of the firm is one of its names."""
    if column not in ("aliases", "former_names"):
        return [member for member in split(given.get(column)) if member not in split(held.get(column))]
    names = split(given.get(column))
    if column == "aliases":
        names = (str(given["firm"]), *names)
    known = {normalise_name(str(held["firm"]))}
    known |= {normalise_name(name) for other in ("aliases", "former_names") for name in split(held.get(other))}
    if column == "aliases":
        known |= {normalise_name(name) for name in split(given.get("former_names"))}
    more = {normalise_name(name): name for name in reversed(names) if normalise_name(name) not in known}
    return list(reversed(more.values()))


def bare_place(name: str) -> str:
    """A name of a place as compared.

    Examples
    --------
    >>> bare_place("平湖市"), bare_place("沙县")
    ('平湖', '沙县')
    """
    return _KIND_OF_PLACE.sub("", name.strip())


def agree(column: Column, held: object, given: object) -> bool:
    """Whether two values say the same as far as both say anything."""
    if column.kind == "set":
        return set(split(held)) == set(split(given))
    if empty(held):
        return False  # something is written that could not be read
    if column.kind in ("number", "integer"):
        return math.isclose(float(str(held)), float(str(given)), rel_tol=_NEAR)
    one, other = str(held), str(given)
    if column.kind == "date":
        return one.startswith(other) or other.startswith(one)
    if column.name in PLACES:
        return bare_place(one) == bare_place(other)
    if column.name == "stock_code":
        return stock_key(one) == stock_key(other)
    return one == other or normalise_name(one) == normalise_name(other)


def source_added(
    table: Table, place: int, filled: Sequence[Change], written: Mapping[str, object], given: Mapping[str, object]
) -> list[Change]:
    """The source of what was filled or taken, behind the row's own, naming the columns."""
    captions = "、".join(table.column(each.column).headers[0] for each in filled if each.column != "firm_id")
    if not captions or empty(given.get("source")):
        return []
    day = "" if empty(given.get("as_of")) else f" {given['as_of']}"
    held = "" if empty(written.get("source")) else str(written["source"]).strip()
    said = f"{given['source']}{day}({captions})"
    return [Change(table.name, place, "source", said, bool(held), held, given["source"], given.get("as_of"))]
