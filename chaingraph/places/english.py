"""Places as English texts call them: towns, zones and places written one behind the other, not only single names."""

from __future__ import annotations

import re
from functools import lru_cache

from chaingraph.places.gazetteer import CHINA, GENERIC, Path, gazetteer
from chaingraph.places.latin import english_place, listed_english
from chaingraph.places.names import parse
from chaingraph.places.zones import zone_parts

CHINESE = re.compile(r"[\u3400-\u9fff]")
_TOWNS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township"}
_BETWEEN = re.compile(r"[;\uff1b、]")
_BRACKETS = re.compile(r"([^()]+)\(([^()]+)\)")
_PREFECTURE = 3
_LONGEST_NAME = 3  # characters of a town's own name


@lru_cache(maxsize=8192)
def place_in_english(name: str) -> str:
    """A place as an English text says it, the smallest unit first; what is not known stays as it is.

    Examples
    --------
    >>> place_in_english("嘉兴"), place_in_english("上海市松江区"), place_in_english("德国耶拿")
    ('Jiaxing', 'Songjiang District, Shanghai', 'Jena, Germany')
    >>> place_in_english("安徽东至经济开发区"), place_in_english("濮院镇")
    ('Dongzhi Economic Development Zone', 'Puyuan Town')
    """
    if not CHINESE.search(name):
        return name
    members = [member.strip() for member in _BETWEEN.split(name) if member.strip()]
    if len(members) > 1:
        said = [place_in_english(member) for member in members]
        return name if any(map(CHINESE.search, said)) else ", ".join(said)
    return _zone(name) or _single(name) or _town(name) or _bracketed(name) or _path(name) or name


def _single(name: str) -> str | None:
    said = english_place(name)
    return None if CHINESE.search(said) else said


def _zone(name: str) -> str | None:
    """A zone that is called by a place and a word for its kind."""
    if (listed := listed_english(name)) is not None:
        return listed
    parts = zone_parts(name)
    if parts is None:
        return None
    place, kind = parts[0].removesuffix("国家"), parts[1]
    if not place:
        return kind if name in GENERIC else None
    known = gazetteer().by_name
    said = _single(place) if place in known else None
    if said is None and name in known and len(place) <= _LONGEST_NAME:
        said = _spelled(place)  # counted as a county, though no place is called by that part alone: 浦东新区
    said = said or _innermost(place) or _town(place)
    if not said or said.endswith(kind):
        return None
    return f"{said.removesuffix(' District')} {kind}"


def _innermost(place: str) -> str | None:
    """The last unit of a place: a zone bears the name of its county, not of the province before it."""
    paths = parse(place)
    return _single(paths[0][-1]) if len({path[-1] for path in paths}) == 1 and paths[0][-1] not in GENERIC else None


def _town(name: str) -> str | None:
    """A town or subdistrict, with the county behind it where that is written."""
    for word, english in _TOWNS.items():
        own = name.removesuffix(word)
        if own == name or not own or name.endswith("小镇"):
            continue
        for cut in range(len(own) - 2, 1, -1):
            if own[:cut] in gazetteer().by_name:
                return f"{_spelled(own[cut:])} {english}, {place_in_english(own[:cut])}"
        if len(own) <= _LONGEST_NAME:
            return f"{_spelled(own)} {english}"
    return None


def _bracketed(name: str) -> str | None:
    """A place with another name of it, or what it lies in, in brackets."""
    found = _BRACKETS.fullmatch(name)
    said = [place_in_english(part) for part in found.groups()] if found else []
    return None if not said or any(map(CHINESE.search, said)) else f"{said[0]} ({said[1]})"


def _spelled(name: str) -> str:
    from pypinyin import lazy_pinyin  # its word list takes a moment to load

    return "".join(lazy_pinyin(name, v_to_u=True)).capitalize()


def _path(name: str) -> str | None:
    """A place written with what it lies in: the last units, without China and a province that a city makes plain."""
    paths = parse(name)
    if len(paths) != 1 or "(" in name:
        return None
    if zone_parts(name) and zone_parts(paths[0][-1]) is None:
        return None  # a zone known no further than what it lies in
    said = list(dict.fromkeys(_unit(unit) for unit in _shown(paths[0])))
    return None if any(map(CHINESE.search, said)) else ", ".join(reversed(said))


def _shown(path: Path) -> Path:
    if path[0] != CHINA:
        return path
    return path[2:] if len(path) >= _PREFECTURE else path[1:]


def _unit(unit: str) -> str:
    return _zone(unit) or english_place(unit)
