"""Cities and states abroad, from the table that `scripts/cities` makes of GeoNames; read when a name first needs it.

**Which one a name means.** Inside a country: the one of that name, else the one with that other spelling; of several
the town typed into world.csv, else the largest, where it has at least twice the people of the next. Without a country:
a state before a city, then the largest city by the same rule. What that does not settle is not guessed: all are given.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from chaingraph.places.gazetteer import Path, Point, gazetteer, rows

_SETTLES = 2.0  # times the people of the next largest
_KIND = re.compile(r"(?<=..)(?:市|州|省|府|邦|县|郡|地区)$")
_KIND_EN = re.compile(r"\b(?:city of|city|prefecture|province|state of|state|county|shi|si)\b", re.IGNORECASE)


def key(name: str) -> str:
    """A spelling as it is looked up: letters and digits only, without marks and case.

    Examples
    --------
    >>> key("São Paulo"), key("Xi'an"), key("慕尼黑")
    ('saopaulo', 'xian', '慕尼黑')
    """
    if not name.isascii():
        name = name.replace("ß", "ss").replace("ø", "o").replace("Ø", "o").replace("ł", "l")
        name = unicodedata.normalize("NFKD", name)
    return (name if name.isalnum() else "".join(filter(str.isalnum, name))).casefold()


@dataclass(frozen=True)
class World:
    """Places abroad by path, and the paths that a spelling can mean: names first, other spellings second."""

    points: dict[Path, Point] = field(default_factory=dict)
    people: dict[Path, int] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)
    state: dict[Path, Path] = field(default_factory=dict)  # the state that a city lies in
    codes: dict[tuple[str, str], list[Path]] = field(default_factory=lambda: defaultdict(list))  # cities by state code
    states: frozenset[Path] = frozenset()
    named: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    spelled: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    regions: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))


@cache
def world() -> World:
    """The tables of cities and states abroad; read once, on first use."""
    coded: dict[tuple[str, str], Path] = {}
    states: list[Path] = []
    found = World()
    for row in rows("states"):
        path = (row["country"], row["state"])
        states.append(path)
        found.english[row["state"]] = row["state_en"]
        if row["code"]:
            coded[row["country"], row["code"]] = path
        for name in (row["state"], row["state_en"], *filter(None, row["names"].split(";"))):
            _note(found.regions, name, path)
    for row in rows("cities"):
        path = (row["country"], row["city"])
        found.points[path] = (float(row["lat"]), float(row["lon"]), True)
        found.people[path] = int(row["people"])
        found.english.setdefault(row["city"], row["city_en"])
        found.codes[row["country"], row["state"]].append(path)
        if (row["country"], row["state"]) in coded:
            found.state[path] = coded[row["country"], row["state"]]
        for name in (row["city"].partition("(")[0], row["city_en"]):
            _note(found.named, name, path)
        for name in filter(None, row["names"].split(";")):
            _note(found.spelled, name, path)
    return World(
        found.points,
        found.people,
        found.english,
        found.state,
        found.codes,
        frozenset(states),
        found.named,
        found.spelled,
        found.regions,
    )


def _note(index: dict[str, list[Path]], name: str, path: Path) -> None:
    folded = key(name)
    if folded and path not in index[folded]:
        index[folded].append(path)


def places_abroad(name: str, country: str | None = None, among: Iterable[Path] = ()) -> tuple[Path, ...]:
    """What a name means abroad: one path where the rule of this module settles it, else all; empty where unknown.

    Parameters
    ----------
    name
        As written: 慕尼黑, München, Bavaria, 加州.
    country
        The country it stands in, by its path's first part; None: any.
    among
        Places typed in that bear the name too.

    Examples
    --------
    >>> places_abroad("Dresden"), places_abroad("Bayern"), places_abroad("Cambridge", "英国")
    ((('德国', '德累斯顿'),), (('德国', '巴伐利亚'),), (('英国', '剑桥'),))
    """
    typed = [path for path in among if country in (None, path[0])]
    if country is not None and len(typed) == 1:
        return tuple(typed)
    known = world()
    for spelling in _spellings(name):
        regions = [path for path in known.regions.get(spelling, ()) if country in (None, path[0])]
        if regions and not typed:
            return tuple(regions)
        for index in (known.named, known.spelled):
            cities = [path for path in index.get(spelling, ()) if country in (None, path[0])]
            if cities or typed:
                return settled(dict.fromkeys((*typed, *cities)))
    return settled(typed)


def _spellings(name: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (key(name), key(_KIND.sub("", name)), key(_KIND_EN.sub("", name))))))


def settled(cities: Iterable[Path]) -> tuple[Path, ...]:
    """The largest city, where it has at least twice the people of the next; else all of them, the largest first."""
    people = world().people
    ordered = sorted(cities, key=lambda path: (-people.get(path, 0), path))
    if len(ordered) > 1 and people.get(ordered[0], 0) >= _SETTLES * people.get(ordered[1], 0) > 0:
        return (ordered[0],)
    if len(ordered) > 1 and ordered[0] in people and not any(path in people for path in ordered[1:]):
        return (ordered[0],)
    return tuple(ordered)


def in_state(name: str, country: str, state: str) -> tuple[Path, ...]:
    """The cities of that name in a state, which is named or given by its code: Austin in Texas or TX.

    Examples
    --------
    >>> in_state("Columbus", "美国", "Ohio"), in_state("Columbus", "美国", "GA")
    ((('美国', '哥伦布(OH)'),), (('美国', '哥伦布(GA)'),))
    """
    known = world()
    typed = [path for path in gazetteer().by_name.get(name, ()) if path[:1] == (country,) and len(path) > 1]
    spelled = (path for spelling in _spellings(name) for path in known.named.get(spelling, ()))
    inside = set(known.codes.get((country, state), ()))
    if not inside:
        states = set(path for spelling in _spellings(state) for path in known.regions.get(spelling, ()))
        inside = {path for path, lies in known.state.items() if path[0] == country and lies in states}
    return settled(path for path in dict.fromkeys((*typed, *spelled)) if path in inside)


def abroad_within(path: Path, region: Path) -> bool | None:
    """Whether a place abroad lies in a state; None where the tables do not say."""
    if path[0] != region[0]:
        return False
    if len(path) == 1:
        return None
    state = path if path in world().states else world().state.get(path)
    return None if state is None else state == region
