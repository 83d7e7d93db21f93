"""Places named in a text: the longest names of the gazetteer, with what is written directly before each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from chaingraph.errors import UnknownNameError
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.places.gazetteer import CHINA, Path, gazetteer
from chaingraph.places.regions import region_path

_LONGEST = 12
_INSIDE = ("江", "河", "湖", "路", "街", "大道", "山脉")
_NO_PLACE = re.compile(r"杭州湾|独山港|长三角|珠三角")


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
    found = [*_chinese(text, more or {}), *_english(text)]
    return sorted(found, key=lambda place: place.start)


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
            if path and not text.startswith(_INSIDE, position + length):
                yield Named(position, position + length, word, path)
                position += length
                break
        else:
            position += 1


def _english(text: str) -> Iterator[Named]:
    for word in _latin().finditer(text):
        pieces = word[0].split()
        for name in (word[0], *pieces):
            path = latin_names().get(name, ())
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


def city_of(path: Path) -> Path:
    """The prefecture of a place in China (a municipality is its own), the country and city of one abroad."""
    if path[:1] != (CHINA,):
        return path
    return path[:3] if len(path) > 2 and path[1] != path[2] else path[:2] if len(path) > 2 else path
