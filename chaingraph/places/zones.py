"""Development zones (开发区): a known place with a word for a zone behind it, and those whose names say no place.

A zone is the last part of a path, behind its prefecture or county: ``("中国", "安徽", "合肥", "高新区")``. It has its
own name and no bounds here: whether a plot of a county lies in a zone of the same city is not told.
"""

from __future__ import annotations

import re
from functools import cache

from chaingraph.places.gazetteer import CHINA, GENERIC, Path, gazetteer, rows

# What zones call themselves. Words on one line mean the same; the first stands in paths.
_SPELLINGS = """
经开区 经济技术开发区 经济开发区
高新区 高新技术产业开发区 高新技术产业园区 高新技术开发区 高新技术园区 高新产业园区 高新园区
综保区 综合保税区
自贸区 自由贸易试验区 自贸试验区 自贸片区
化工园区 化学工业园区 化学工业区 化工园
临空经济区 临空经济示范区 航空经济区
产业集聚区 集聚区
产业园 产业园区
科技园 科技园区 科学园区 科学园 生命科学园
物流园 物流园区
产业基地 先进制造业产业基地
度假区 旅游度假区
开发区
新区
新片区
园区
保税区
保税港区
保税物流园区
出口加工区
石化园区
石化基地
化工新材料园区
空港经济区
空港新城
空港区
航空港区
港区
港务区
产业集中区
集中区
产业新城
智造新城
工业园区
工业园
工业区
软件园
科技城
科学城
创新区
合作区
示范区
试验区
经济区
商务区
新城
"""
_WORDS = {word: words.split()[0] for words in _SPELLINGS.strip().splitlines() for word in words.split()}
_ZONE = re.compile(rf"(.*?)({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:管委会|管理委员会)?(?:\(.*\))?$")
_TOWNS = ("镇", "乡", "街道", "苏木")
_TOWN = re.compile(rf"[\u4e00-\u9fff]{{1,6}}(?:{'|'.join(_TOWNS)})$")
_ENGLISH = tuple(
    (re.compile(rf"^(.+?)[\s,]+(?:national\s+)?(?:{words})$", re.IGNORECASE), zone)
    for words, zone in (
        (r"economic\s+(?:(?:and|&)\s+technolog\w+\s+)?development\s+(?:zone|area)|e?tdz", "经开区"),
        (r"(?:new\s+)?hi(?:gh)?-?\s?tech\w*\s+(?:industr\w+\s+)?(?:development\s+)?(?:zone|park|area)", "高新区"),
        (r"comprehensive\s+bonded\s+zone|comprehensive\s+free\s+trade\s+zone", "综保区"),
        (r"industrial\s+park", "工业园区"), (r"new\s+(?:area|district)", "新区"), (r"development\s+zone", "开发区"),
    )
)  # fmt: skip
_LEAST = 2  # characters of a zone's own name before its word: 湾新区 behind 台州 is no zone of that city


def zone_word(name: str) -> bool:
    """Whether a name ends as zones do.

    Examples
    --------
    >>> zone_word("合肥新站高新区"), zone_word("南湖区")
    (True, False)
    """
    return bool(_ZONE.match(name))


def town(name: str) -> bool:
    """Whether a name ends as towns and streets do: 乌镇镇, 洪合镇, 新城街道."""
    return name.endswith(_TOWNS)


@cache
def _registered_zones() -> dict[Path, Path]:
    """Zones that the tables of China hold as if they were counties, by the path that their name without the city gives.

    >>> _registered_zones()[("中国", "安徽", "合肥", "高新区")]
    ('中国', '安徽', '合肥', '合肥高新技术产业开发区')
    """
    found: dict[Path, Path] = {}
    for path in gazetteer().places:
        if path[0] != CHINA or len(path) != 4 or (zone := _ZONE.match(path[3])) is None:
            continue
        own = zone[1].removeprefix(path[1]).removeprefix(path[2]).removeprefix("市")
        found[(*path[:3], own + _WORDS[zone[2]])] = path
    return found


def unbounded(path: Path) -> bool:
    """Whether a path ends in what has not the bounds of a county: a zone, a town; it may overlap every county here."""
    if len(path) < 4 or path[0] != CHINA:
        return False
    zone = _ZONE.match(path[-1])
    return path not in gazetteer().places or not (zone is None or path[-1] in GENERIC or zone[2] == "新区")


@cache
def _named_zones() -> dict[str, Path]:
    """The zones of library/regions/zones.csv by name and other names."""
    found: dict[str, Path] = {}
    for row in rows("zones"):
        within = [path for path in gazetteer().by_name[row["city"]] if path[0] == CHINA]
        base = max(within, key=len)[:3]
        base = (*base, base[1]) if len(base) == 2 else base  # a municipality stands at both levels
        if row["district"]:
            base = next(path for path in gazetteer().by_name[row["district"]] if path[: len(base)] == base)
        path = _registered_zones().get((*base, row["zone"]), (*base, row["zone"]))
        for name in filter(None, (row["zone"], *row["aliases"].split(";"))):
            found[name] = path
    return found


def named_zone(name: str) -> Path | None:
    """A zone whose name is on the list."""
    return _named_zones().get(name)


def part_of(place: Path, inner: str) -> Path | None:
    """The path of what is written behind a known place: a zone or town of it; None where it is neither.

    Behind a province a zone is known no further than the province.

    Examples
    --------
    >>> part_of(("中国", "浙江", "嘉兴", "海宁"), "经济开发区")
    ('中国', '浙江', '嘉兴', '海宁', '经开区')
    """
    if place[0] != CHINA or len(place) < 2:
        return None
    zone = _ZONE.match(inner)
    if zone is None and not _TOWN.fullmatch(inner):
        return None
    if zone is not None and 0 < len(zone[1]) < _LEAST:
        return None
    if len(place) == 2:
        if place not in (path[:2] for path in gazetteer().places if len(path) == 3 and path[1] == path[2]):
            return place if zone else None
        place = (*place, place[1])
    own: str = zone[1] + _WORDS[zone[2]] if zone else inner
    return _registered_zones().get((*place, own), (*place, own))


def english_zone(name: str) -> tuple[str, str] | None:
    """The place and the zone's word of an English name.

    Examples
    --------
    >>> english_zone("Hefei High-tech Zone")
    ('Hefei', '高新区')
    """
    for pattern, zone in _ENGLISH:
        if (match := pattern.match(name)) is not None:
            return match[1], zone
    return None


# What the zones of `_SPELLINGS` are called in English, by every spelling; the first that ends a name counts.
_IN_ENGLISH = {
    "经济技术开发区": "Economic and Technological Development Zone", "经济开发区": "Economic Development Zone",
    "经开区": "Economic Development Zone", "高新技术产业开发区": "High-tech Industrial Development Zone",
    "高新技术产业园区": "High-tech Industrial Park", "高新技术开发区": "High-tech Development Zone",
    "高新技术园区": "High-tech Park", "高新产业园区": "High-tech Industrial Park", "高新园区": "High-tech Park",
    "高新区": "High-tech Zone", "综合保税区": "Comprehensive Bonded Zone", "综保区": "Comprehensive Bonded Zone",
    "自由贸易试验区": "Pilot Free Trade Zone", "自贸试验区": "Pilot Free Trade Zone", "自贸区": "Free Trade Zone",
    "化学工业园区": "Chemical Industry Park", "化学工业区": "Chemical Industry Park", "化工园区": "Chemical Park",
    "临空经济示范区": "Airport Economy Demonstration Zone", "临空经济区": "Airport Economic Zone",
    "产业集聚区": "Industrial Cluster Zone", "产业园区": "Industrial Park", "产业园": "Industrial Park",
    "科技园区": "Science Park", "科技园": "Science Park", "科技城": "Science and Technology City",
    "科学城": "Science City", "物流园区": "Logistics Park", "物流园": "Logistics Park", "产业基地": "Industrial Base",
    "旅游度假区": "Tourist Resort", "智造新城": "Smart Manufacturing New City", "产业新城": "Industrial New Town",
    "工业园区": "Industrial Park", "工业园": "Industrial Park", "工业区": "Industrial Zone", "软件园": "Software Park",
    "新片区": "New Area", "新区": "New Area", "新城": "New Town", "保税港区": "Bonded Port Zone",
    "出口加工区": "Export Processing Zone", "保税区": "Bonded Zone", "港区": "Port Area", "合作区": "Cooperation Zone",
    "示范区": "Demonstration Zone", "试验区": "Pilot Zone", "开发区": "Development Zone",
}  # fmt: skip


def zone_parts(name: str) -> tuple[str, str] | None:
    """What stands before the word for a zone in a Chinese name, and that word in English; None for any other name.

    Examples
    --------
    >>> zone_parts("宁波经开区"), zone_parts("嘉兴")
    (('宁波', 'Economic Development Zone'), None)
    """
    for word in sorted(_IN_ENGLISH, key=len, reverse=True):
        if name.endswith(word):
            return name.removesuffix(word), _IN_ENGLISH[word]
    return None
