"""What a name can mean: every path, in China and abroad, in either script; and whether a path lies in a region."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from chaingraph.places.gazetteer import CHINA, Path, gazetteer
from chaingraph.places.latin import better_known, english_names, latin_names
from chaingraph.places.world import abroad_within, in_state, places_abroad, world
from chaingraph.places.zones import english_zone, named_zone, part_of, town, unbounded, zone_word

AREAS: dict[str, tuple[Path, ...]] = {
    "长三角": tuple((CHINA, province) for province in ("上海", "江苏", "浙江", "安徽")),
    "京津冀": tuple((CHINA, province) for province in ("北京", "天津", "河北")),
}
_BETWEEN = " /,-·>、"
_PARTS = re.compile(r"\s*[,;/()]\s*|\s+-\s+")
_STATE_CODE = re.compile(r"[A-Z]{2}")
_PREFECTURE = 3
_LONGEST = 120  # characters: what is longer is a sentence


@lru_cache(maxsize=8192)
def parse(text: str) -> tuple[Path, ...]:
    """Every path a name can mean.

    Tried in this order, the first that knows the name speaks: the tables of China, of countries and of towns typed in;
    places written one after the other (浙江省嘉兴市平湖市); zones and towns behind a known place (海宁经济开发区);
    names in Latin letters; cities and states abroad by the rule of `places.world`.
    """
    by_name = gazetteer().by_name
    if len(text) > _LONGEST:
        return ()
    if text in by_name:
        exact = by_name[text]
        if any(path[0] == CHINA or len(path) == 1 for path in exact):
            return tuple(exact)
        return places_abroad(text, among=exact)
    return _in_order(text) or _zones(text) or (_latin(text) if _has_latin(text) else places_abroad(text))


def _in_order(text: str) -> tuple[Path, ...]:
    """Places written from the outside in."""
    by_name = gazetteer().by_name
    found: list[Path] = []
    for cut in range(len(text) - 1, 1, -1):
        outer, inner = text[:cut].rstrip(_BETWEEN), text[cut:].lstrip(_BETWEEN)
        if outer in by_name and inner:
            found.extend(path for path in _inside(inner, by_name[outer]) if path not in found)
    return tuple(found)


def _inside(inner: str, around: list[Path]) -> list[Path]:
    found = [path for path in parse(inner) if any(lies_in(path, outer) for outer in around)]
    for outer in around:
        if not found and outer[0] != CHINA:
            found += [path for path in places_abroad(inner, outer[0]) if lies_in(path, outer)]
    return found


def _zones(text: str) -> tuple[Path, ...]:
    """A zone on the list, else zones and towns behind a known place."""
    if (listed := named_zone(text)) is not None:
        return (listed,)
    outside, mark, own = text.rpartition("·")
    if mark and own and (known := parse(outside)):  # said outright: 桐乡·濮院, whatever that is
        return tuple((*place, own) for place in known if place[0] == CHINA and len(place) > 1)
    by_name = gazetteer().by_name
    for cut in range(len(text) - 1, 1, -1) if zone_word(text) or town(text) else ():
        outer, inner = text[:cut].rstrip(_BETWEEN), text[cut:].lstrip(_BETWEEN)
        around = (by_name.get(outer) or _in_order(outer)) if inner else ()
        found = dict.fromkeys(path for place in around if (path := part_of(place, inner)) is not None)
        if found:
            return tuple(found)
    return ()


def _has_latin(text: str) -> bool:
    return any("A" <= letter <= "z" or "\u00c0" <= letter <= "\u1eff" for letter in text)


def _latin(text: str) -> tuple[Path, ...]:
    """An English name, alone, with what it lies in behind it (Munich, Germany), or with a word for a zone."""
    here = latin_names(text)
    if here and (min(map(len, here)) <= _PREFECTURE):
        return here if any(path[0] == CHINA or len(path) == 1 for path in here) else places_abroad(text, among=here)
    abroad = places_abroad(text)
    if here or abroad:
        return (*here, *abroad)
    if (zone := english_zone(text)) is not None:
        known = parse(zone[0])
        around = [better] if (better := better_known(zone[0], known)) else known
        found = dict.fromkeys(path for place in around if (path := part_of(place, zone[1])) is not None)
        if found:
            return tuple(found)
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) < 2:
        return ()
    inner, outer = ", ".join(parts[:-1]), parts[-1]
    if _STATE_CODE.fullmatch(outer) and (coded := in_state(parts[0], "美国", outer)):
        return coded
    return tuple(_inside(inner, list(parse(outer))))


def lies_in(path: Path, region: Path) -> bool | None:
    """Whether a place lies in a region, by their paths.

    None where the path ends before the region does, or where one of them is a zone, which has no bounds here.
    """
    if path[: len(region)] == region:
        return True
    if region[0] != CHINA and len(region) > 1 and region in world().states:
        return abroad_within(path, region)
    depth = min(len(path), len(region))
    if path[:depth] == region[:depth]:
        return None
    same = next(place for place in range(depth) if path[place] != region[place])
    # A zone has no bounds here: what lies in the same city may lie in it or not.
    overlap = same >= _PREFECTURE and (unbounded(path[: same + 1]) or unbounded(region[: same + 1]))
    return None if overlap else False


def near_names(text: str, *, countries: bool = False) -> list[str]:
    """Up to five known names that look like a text, the likest first; only countries, where those are asked for."""
    asked = text[:60]
    by_name = gazetteer().by_name
    if countries:
        known = [
            name for name, paths in by_name.items() if len(paths[0]) == 1 and not (name.isascii() and len(name) < 4)
        ]
    elif asked.isascii():  # English names that begin alike
        known = [name for name in english_names() if name[:1].casefold() == asked[:1].casefold()]
    else:
        known = [name for name in (*AREAS, *by_name) if not set(asked).isdisjoint(name)]
    return difflib.get_close_matches(asked, known, n=5, cutoff=0.5 if asked.isascii() else 0.3)
