"""Places named in a text: the longest names of the gazetteer, with what is written directly before each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from chaingraph.errors import UnknownNameError
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.places.gazetteer import CHINA, Path, gazetteer
from chaingraph.places.regions import region_path
from chaingraph.places.world import places_abroad

_LONGEST = 12
# Behind a name these say that it is that of a river, a road, a paper; 河源江东新区 is no river.
_INSIDE = re.compile(r"[江河](?![东南西北])|湖(?![东南西北州])|路|街|大道|山脉|网(?![络点格])|日报|晚报|晨报|时报|卫视")
_AT_TOWN = re.compile("[在于到至往]")
_AT = re.compile(r"\b(?:in|at|near|outside|its|from|to|of)\s$")
_CALENDAR = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Series",
}  # fmt: skip
_NOT_OUTER = {"On", "In", "The", "And", "But", "China"}
_NO_PLACE = re.compile(r"杭州湾|贵安|独山港|长三角|珠三角")
# A zone of the place before it: 成都高新区, 威海南海新区.
_ZONE = re.compile(
    r"(?:市|县|区)?(?:(?![变为与和及在至到由从的])[\u4e00-\u9fff]){0,8}?(?:经济技术开发区|经济开发区|经开区|高新技术产业开发区|高新技术产业园区|高新技术开发区|"
    r"高新区|开发区|新区|临空经济区|工业集中区|工业园区|工业园|产业园区|化工园区|综合保税区|保税区|港区)|(?:(?<=[市县区])|[市县区])(?:(?![变为与和及在至到由从的])[\u4e00-\u9fff]){1,3}?(?:镇|街道|乡)(?!企业)"
)
# A town abroad and what it lies in: Danville, Virginia; Reynosa, Mexico.
# Between the two may stand in which part: Hlohovec in southwestern Slovakia.
_TOWN_ABROAD = re.compile(
    r"\b([A-Z][\w.'-]+(?:\s(?:[A-Z][\w.'-]+|of|on)){0,3})(?:,|(?=\sin\s[a-z]*(?:north|south|east|west)|\sin\scentral)\sin)\s"
    r"(?:(?:(?:north|south)?(?:east|west)?(?:ern)?|north|south|central)\s)?([A-Z][A-Za-z]*(?:\.(?:[A-Z]\.)*|(?:\s[A-Z][a-z]+){1,2})?)"
)


@dataclass(frozen=True)
class Named:
    """A place as named: where it stands in the text, its words, its path from the country inward."""

    start: int
    end: int
    text: str
    path: Path


@cache
def _names() -> frozenset[str]:
    """The names of the gazetteer that may be looked for in running text."""
    chinese = re.compile(r"[\u4e00-\u9fff]{2,}")
    words = lead_words().no_places
    return frozenset(name for name in gazetteer().by_name if name not in words and chinese.fullmatch(name))


@cache
def _latin() -> re.Pattern[str]:
    return re.compile(r"\b[A-Z][a-z]+(?:'[a-z]+)?(?:\s[A-Z][a-z]+)?\b")


@cache
def latin_names() -> Mapping[str, Path]:
    """English names of places: those of the tables, and Chinese prefectures and counties in pinyin where unique."""
    from pypinyin import lazy_pinyin

    found: dict[str, set[Path]] = {}
    for path in gazetteer().places:
        short = path[-1]
        if path[0] == CHINA and len(path) >= 2 and re.fullmatch(r"[\u4e00-\u9fff]+", short):
            bare = short.removesuffix("区") if len(short) > 2 else short
            word = ""
            for syllable in lazy_pinyin(bare, v_to_u=True):
                word += "'" + syllable if word and syllable[0] in "aeo" else syllable
            found.setdefault(word.capitalize(), set()).add(path)
    unique: dict[str, Path] = {}
    for word, paths in found.items():
        level = min(len(path) for path in paths)
        top = [path for path in paths if len(path) == level]
        if len(top) == 1:
            unique[word] = top[0]
    unique |= {name: min(held, key=len) for name, held in gazetteer().by_name.items() if name.isascii() and held}
    # 苏州 and 宿州 are spelled alike; English texts that say no more mean the former.
    return unique | {"Suzhou": region_path("苏州")}


def places_in(text: str, more: Mapping[str, str] | None = None) -> list[Named]:
    """The places that a passage names, in order, the longest reading of each.

    Parameters
    ----------
    text
        The passage.
    more
        Further names, and the place that each means: zones of the case.

    Examples
    --------
    >>> [place.path for place in places_in("项目落户平湖市独山港镇")]
    [('中国', '浙江', '嘉兴', '平湖')]
    """
    return list(_places_of_text(text) if not more else _all_places(text, more))


@lru_cache(maxsize=2048)
def _places_of_text(text: str) -> tuple[Named, ...]:
    """The places of a stretch without further names: each is looked at several times while its passage is read."""
    return tuple(_all_places(text, {}))


def _all_places(text: str, more: Mapping[str, str]) -> list[Named]:
    abroad = list(_towns_abroad(text))
    chinese = list(_chinese(text, more))
    towns = _apart(_abroad(text, chinese), chinese)
    taken = [*chinese, *towns, *abroad]
    taken += _apart(_countries(text), taken)
    return sorted([*taken, *_apart(_english(text), taken)], key=lambda place: place.start)


def _apart(places: Iterable[Named], taken: Sequence[Named]) -> list[Named]:
    """Those that share no character with one that is taken."""
    return [one for one in places if all(one.end <= held.start or held.end <= one.start for held in taken)]


@cache
def _country_names() -> re.Pattern[str]:
    """Countries as Japanese and German texts call them; in kana no part of a longer word: タイ of タイヤ."""
    names = "|".join(sorted(map(re.escape, lead_words().countries), key=len, reverse=True))
    return re.compile(rf"(?<![\u30a1-\u30fa\u30fcA-Za-z])(?:{names})(?![\u30a1-\u30fa\u30fcA-Za-z])")


def _countries(text: str) -> Iterator[Named]:
    for found in _country_names().finditer(text):
        yield Named(found.start(), found.end(), found[0], (lead_words().countries[found[0]],))


def _state(name: str) -> Path:
    """A state or province of North America, by its name or its short form in the press: Virginia, S.C., Ont."""
    words = lead_words().states
    return _state_path(words.get(name, name)) if name in words or name in words.values() else ()


@cache
def _state_path(name: str) -> Path:
    # Georgia alone is a country to the tables; in this list it is the state.
    spellings = [(f"{name} US", "美国"), (name, "美国"), (name, "加拿大")]
    found = [path for spelling, country in spellings for path in places_abroad(spelling, country)]
    return found[0] if found else ("美国",)


def _towns_abroad(text: str) -> Iterator[Named]:
    for found in _TOWN_ABROAD.finditer(text):
        said, end = found[2], found.end()
        if said.endswith(".") and said not in lead_words().states:
            said, end = said[:-1], end - 1
        if " " in said and not _state(said) and len(_path(said)) != 1:
            end -= len(said) - said.index(" ")
            said = said.split()[0]
        outer = _state(said) or (path if len(path := _path(said)) == 1 and said not in _NOT_OUTER else ())
        if outer and found[1] not in _NOT_OUTER:
            path = _path(f"{found[1]}, {lead_words().states.get(said, said)}")
            yield Named(found.start(), end, text[found.start() : end], path if path[:1] == outer[:1] else outer)


def _chinese(text: str, more: Mapping[str, str]) -> Iterator[Named]:
    names, position = _names(), 0
    while position < len(text):
        if not "\u4e00" <= text[position] <= "\u9fff":
            position += 1
            continue
        if passed := _NO_PLACE.match(text, position):
            position = passed.end()
            continue
        for length in range(min(_LONGEST, len(text) - position), 1, -1):
            word = text[position : position + length]
            path = named_path(more[word]) if word in more else _path(word) if word in names else ()
            if path and not _INSIDE.match(text, position + length):
                yield Named(position, position + length, word, path)
                position += length
                break
        else:
            position += 1


def _abroad(text: str, chinese: Sequence[Named]) -> Iterator[Named]:
    """Cities abroad, in the words of the country that the passage names: 设在越南, 产能并到岘港."""
    abroad = [place for place in chinese if place.path[:1] != (CHINA,)]
    countries = {place.path[0] for place in abroad}
    starts = {place.end for place in abroad} | {found.end() for found in _AT_TOWN.finditer(text)}
    for start in sorted(starts) if abroad else ():
        for length in (5, 4, 3, 2):
            word = text[start : start + length]
            paths = [path for country in countries for path in places_abroad(word, country)] if len(word) > 1 else []
            if len(paths) == 1 and word not in _names():
                yield Named(start, start + len(word), word, paths[0])
                break


def _english(text: str) -> Iterator[Named]:
    for word in _latin().finditer(text):
        pieces = word[0].split()
        for name in (word[0], *pieces):
            path = _state(name) or latin_names().get(name, ())
            if not path and name == word[0] and _AT.search(text, max(0, word.start() - 9), word.start()):
                path = () if name in _CALENDAR else _path(name)
            if path:
                start = word.start() + word[0].index(name)
                yield Named(start, start + len(name), name, path)
                break


@lru_cache(maxsize=8192)
def _path(word: str) -> Path:
    """Which place a name means; nothing where it is not known or two are alike."""
    try:
        return region_path(word)
    except UnknownNameError:
        return ()


def named_path(name: str) -> Path:
    """Which place a name means; nothing where it is not known or not unique."""
    return _path(name)


def joined(found: Sequence[Named], text: str) -> list[Named]:
    """Names written one after the other as one place: 浙江省嘉兴市平湖市, 安徽马鞍山.

    Examples
    --------
    >>> text = "迁至安徽马鞍山"
    >>> [place.path[-1] for place in joined(places_in(text), text)]
    ['马鞍山']
    """
    result: list[Named] = []
    for place in found:
        last = result[-1] if result else None
        if last and not text[last.end : place.start].strip(" ,省市县区") and place.start - last.end <= 2:
            inner, outer = place.path, last.path
            if inner[: len(outer)] == outer:
                result[-1] = Named(last.start, place.end, text[last.start : place.end], inner)
                continue
            if len(last.text) >= 2 and (path := _inside(place.text, outer)):
                result[-1] = Named(last.start, place.end, text[last.start : place.end], path)
                continue
        result.append(place)
    return _with_zones(result, text)


def _with_zones(found: Sequence[Named], text: str) -> list[Named]:
    """Places with the zone that is written behind them, in their words only: a zone has no bounds of its own here."""
    result: list[Named] = []
    for place in found:
        if result and place.start < result[-1].end:
            continue  # 南海 in 威海南海新区
        zone = _ZONE.match(text, place.end) if place.path[:1] == (CHINA,) and len(place.path) > 2 else None
        if zone and _path(text[place.start : zone.end()])[: len(place.path)] == place.path:
            place = Named(place.start, zone.end(), text[place.start : zone.end()], place.path)
        result.append(place)
    return result


def _inside(name: str, outer: Path) -> Path:
    """The place of that name that lies in another."""
    paths = [path for path in gazetteer().by_name.get(name, ()) if path[: len(outer)] == outer and path != outer]
    return paths[0] if len(paths) == 1 else ()


def lies_within(path: Path, region: Path) -> bool | None:
    """Whether a place lies in a region; None where it is not known as far inward as the region is."""
    if path[: len(region)] == region:
        return True
    return None if region[: len(path)] == path else False


def meet(one: Path, other: Path) -> bool:
    """Whether of two places one lies in the other.

    Examples
    --------
    >>> meet(("中国", "浙江"), ("中国", "浙江", "嘉兴")), meet(("中国", "浙江"), ("中国", "江苏"))
    (True, False)
    """
    depth = min(len(one), len(other))
    return one[:depth] == other[:depth]


def city_of(path: Path) -> Path:
    """The prefecture of a place in China (a municipality is its own), the country and city of one abroad."""
    if path[:1] != (CHINA,):
        return path
    return path[:3] if len(path) > 2 and path[1] != path[2] else path[:2] if len(path) > 2 else path
