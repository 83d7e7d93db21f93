"""Where a place lies: containment from country to county, distance and direction. Tables in ``library/regions``.

A path names a place from the outside in, by short names: ``("中国", "浙江", "嘉兴", "平湖")`` is country, province,
prefecture, county; a foreign place is ``("德国", "慕尼黑")``. A municipality stands at both upper levels
(``("中国", "上海", "上海", "浦东新区")``), a city administered by the province at the prefecture's. 市 and 县 are cut
from short names, 区 stays; what is cut may be written. Coordinates of Chinese places are of github.com/88250/city-geo
(2020, MulanPSL-2.0, BD-09 datum: some hundred metres off WGS-84, immaterial for distances between cities), others are
typed in to two decimals and marked approximate.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from chaingraph.errors import UnknownNameError
from chaingraph.labels import both, near_told
from chaingraph.places.english import place_in_english
from chaingraph.places.gazetteer import CHINA, GENERIC, Path, Point, clean, gazetteer
from chaingraph.places.latin import better_known
from chaingraph.places.names import AREAS, lies_in, near_names, parse
from chaingraph.places.world import in_state, places_abroad, world
from chaingraph.places.zones import part_of

__all__ = [
    "AREAS", "CHINA", "Path", "Point", "capitals", "coordinates", "country_of",
    "is_within", "path_of", "place_coordinates", "place_names", "place_text", "prefecture_of", "province_of",
    "region_path",
]  # fmt: skip

_AREA_NAMES = {
    "长江三角洲": "长三角", "长三角地区": "长三角", "Yangtze River Delta": "长三角", "Yangtze Delta": "长三角",
    "京津冀地区": "京津冀",
}  # fmt: skip


def place_text(name: str, lang: str) -> str:
    """The name of a place in a language; `english.place_in_english` says how English ones are written.

    Examples
    --------
    >>> place_text("嘉兴", "en"), place_text("嘉兴", "zh")
    ('Jiaxing', '嘉兴')
    """
    return place_in_english(name) if lang == "en" else name


def region_path(name: str, within: str | None = None) -> Path:
    """Which place a name means, as a path from the country inward.

    ``name`` may carry its suffix (嘉兴市), the places around it (浙江嘉兴, 北京市朝阳区) or be an English country
    name; ``within`` says where to look when the name alone is not enough (港区 within 嘉兴). A named area gives
    ``("中国", "长三角")``. Where a name is borne at several levels the highest counts (吉林 is the province, 吉林市 the
    city), unless a district of a municipality bears it too (朝阳 is refused, 朝阳市 and 北京朝阳区 are not).

    Raises
    ------
    UnknownNameError
        When no place has the name (similar names are listed) or several do (they are listed).

    Examples
    --------
    >>> region_path("平湖市")
    ('中国', '浙江', '嘉兴', '平湖')
    >>> region_path("港区", within="嘉兴")
    ('中国', '浙江', '嘉兴', '港区')
    """
    base = region_path(within) if within else ()
    text = clean(name) or ""
    if not base and (area := _AREA_NAMES.get(text, text)) in AREAS:
        return (CHINA, area)
    paths = _within(text, base)
    found = better_known(text, paths) or _highest(paths)
    if found and not (len(found) == 4 and text in GENERIC and not base) and not _rival(text, found, paths):
        return found
    if paths:
        choices = "、".join("".join(dict.fromkeys(path[path[0] == CHINA :])) for path in sorted(paths)[:8])
        raise UnknownNameError(both("errors.region_not_unique", name=repr(name[:80]), choices=choices))
    raise UnknownNameError(both("errors.no_region", name=repr(name[:80]), near=near_told(near_names(text))))


def _within(text: str, base: Path) -> list[Path]:
    """What a name can mean within a place; behind a city of China its own zones too (高新区 within 合肥)."""
    paths = [path for path in parse(text) if path[: len(base)] == base]
    if paths or not base:
        return paths
    if base[0] != CHINA:
        return [path for path in places_abroad(text, base[0]) if lies_in(path, base)]
    zone = part_of(base, text) if len(base) > 2 else None
    return [zone] if zone else []


def path_of(place: Sequence[object]) -> Path:
    """The known part of a place's path, given (country, province, city, district); empty when nothing is known.

    Any item may be missing (NaN or None). ``city`` may be a county-level city (江阴), whose prefecture is then found.
    What contradicts itself (city 嘉兴, province 江苏) is known no further than its country.

    Examples
    --------
    >>> path_of(("中国", None, "江阴", None))
    ('中国', '江苏', '无锡', '江阴')
    """
    country, province, city, district = (clean(item) for item in place)
    return _path_of(country, province, city, district)


def is_within(place: Sequence[object], region: str) -> bool | None:
    """Whether a place (country, province, city, district) lies in a region; None when that cannot be told.

    None: the place is not known down to the region's level (only 中国 known, region 嘉兴).

    Raises
    ------
    UnknownNameError
        When the region is not known, or its name is not unique.

    Examples
    --------
    >>> is_within(("中国", "浙江", "嘉兴", "平湖市"), "长三角")
    True
    >>> is_within(("德国", None, "慕尼黑", None), "嘉兴")
    False
    >>> is_within(("中国", None, None, None), "嘉兴") is None
    True
    """
    path = path_of(place)
    answers = [lies_in(path, target) for target in _targets(region)]
    if True in answers:
        return True
    return None if None in answers else False


def country_of(place: Sequence[object]) -> str | None:
    """The country of a place (country, province, city, district), None when not known.

    Examples
    --------
    >>> country_of((None, None, "苏州", None))
    '中国'
    """
    path = path_of(place)
    return path[0] if path else None


def province_of(place: Sequence[object]) -> str | None:
    """The Chinese province of a place, short (浙江); None abroad or when not known."""
    path = path_of(place)
    return path[1] if len(path) > 1 and path[0] == CHINA else None


def prefecture_of(place: Sequence[object]) -> str | None:
    """The Chinese prefecture-level city of a place, short (无锡 for 江阴); None abroad or when not known.

    Examples
    --------
    >>> prefecture_of(("中国", None, "义乌", None))
    '金华'
    """
    path = path_of(place)
    return path[2] if len(path) > 2 and path[0] == CHINA else None


@cache
def capitals() -> frozenset[str]:
    """The cities where a province is governed, short; a municipality is its own.

    The table gives a province's capital before its other cities, as the official codes (GB/T 2260) do.

    Examples
    --------
    >>> "杭州" in capitals(), "上海" in capitals(), "嘉兴" in capitals()
    (True, True, False)
    """
    first: dict[str, str] = {}
    for path in gazetteer().places:
        if len(path) == 3 and path[0] == CHINA:  # country, province, prefecture
            first.setdefault(path[1], path[2])
    return frozenset(first.values())


def city_of_region(region: str) -> str | None:
    """The prefecture-level city that a region is or lies in, short; None for a wider region or one abroad.

    Examples
    --------
    >>> city_of_region("海宁"), city_of_region("上海市"), city_of_region("浙江")
    ('嘉兴', '上海', None)
    """
    path = region_path(region)
    if path[0] != CHINA or len(path) == 1:
        return None
    if len(path) > 2:
        return path[2]
    try:
        # A municipality is one place with and without 市; 吉林 and 吉林市 are two, 浙江市 is none.
        return path[1] if region_path(f"{path[1]}市") == path else None
    except UnknownNameError:
        return None


def coordinates(city: str | None, country: str | None = None) -> Point | None:
    """Latitude and longitude in degrees of a Chinese prefecture, county or a foreign city, and whether approximate.

    None when the place is not in the tables, not unique, or wider than a prefecture. A county without coordinates of
    its own has those of its prefecture, marked approximate.

    Examples
    --------
    >>> coordinates("嘉兴")
    (30.751, 120.7636, False)
    >>> coordinates("慕尼黑", "德国")
    (48.14, 11.58, True)
    """
    return place_coordinates((country, None, city, None))


def place_coordinates(place: Sequence[object]) -> Point | None:
    """Coordinates of a place (country, province, city, district) as far in as it is known; else as `coordinates`."""
    path = path_of(place)
    places = gazetteer().places
    for depth in range(len(path), 1, -1):
        known = places.get(path[:depth])
        point = known.point if known and known.point else None
        if point is None and path[0] != CHINA:
            point = world().points.get(path[:depth])
        if point and (path[0] != CHINA or depth > 2):
            return point[0], point[1], point[2] or depth < len(path)
    return None


@cache
def place_names() -> tuple[str, ...]:
    """Names to delete from product text: provinces, prefectures, county-level cities, short, longest first.

    At least two characters; 南海 is left in (it is a sea, a county town and a word in products).
    """
    names = {
        path[-1]
        for path, place in gazetteer().places.items()
        if path[0] == CHINA and (len(path) in {2, 3} or (len(path) == 4 and place.name.endswith("市")))
    }
    return tuple(
        sorted((name for name in names if len(name) > 1 and name != "南海"), key=lambda name: (-len(name), name))
    )


def _highest(paths: Sequence[Path]) -> Path | None:
    """The one path of the highest level; None when there is none or several that do not contain each other."""
    if not paths:
        return None
    level = min(len(path) for path in paths)
    top = [path for path in paths if len(path) == level]
    return top[0] if len(top) == 1 else None


def _rival(text: str, found: Path, paths: Sequence[Path]) -> bool:
    """Whether a short name of a prefecture is better known as a district of a municipality (朝阳: 北京's)."""
    municipal = [path for path in paths if len(path) == 4 and path[1] == path[2]]
    return len(found) == 3 and found[1] != found[2] and text == found[-1] and bool(municipal)


@lru_cache(maxsize=1024)
def _targets(region: str) -> tuple[Path, ...]:
    path = region_path(region)
    return AREAS.get(path[-1], (path,)) if len(path) == 2 else (path,)


@lru_cache(maxsize=65536)
def _path_of(country: str | None, province: str | None, city: str | None, district: str | None) -> Path:
    by_name = gazetteer().by_name
    base: Path = ()
    if country:
        known = by_name.get(country) or parse(country)
        base = _highest([path for path in known if len(path) == 1 or path[:1] == (CHINA,)]) or (country,)
    if province and (not base or base == (CHINA,)):
        base = _step(base, province, (2,)) or base
    if not city and not district:
        return base
    if base and base[0] != CHINA:
        return _foreign(base, province, city)
    if city and len(base) < 3:
        found = _step(base, city, (3, 4, 2, 5))
        province_too = None if len(base) > 1 else _step(base, city, (2,))
        if found and province_too and found[:2] != province_too:
            found = province_too  # 海南: the province, not the prefecture in 青海
        if not found and _step(base[:1], city, (3, 4)):
            return base[:1]  # the city is known, in another province
        base = found or base
    if district and len(base) < 4:
        unnamed = district in GENERIC and len(base) < 3
        base = (None if unnamed else _step(base, district, (4, 3, 5)) or _zone(base, district)) or base
    return base


def _step(base: Path, name: str, levels: Sequence[int]) -> Path | None:
    """The place of that name below `base` at the first of the levels where it is the only one."""
    paths = parse(name) or (parse(name.partition("(")[0]) if "(" in name else ())
    for level in levels:
        inside = [path for path in paths if path[: len(base)] == base and len(path) == level]
        if not base:
            inside += [path for path in paths if path[0] != CHINA and len(path) == 2 and level == 3]
        if len(inside) == 1:
            return inside[0]
        if inside:
            return better_known(name, inside)
    return None


def _zone(base: Path, name: str) -> Path | None:
    """A zone or town of a city or county that is named without it (高新区 beside 合肥)."""
    return part_of(base, name) if len(base) > 2 else None


def _foreign(base: Path, province: str | None, city: str | None) -> Path:
    """A place abroad; of several of that name the one in the state given, else as `places.world` settles it."""
    if not city:
        return base
    typed = [path for path in gazetteer().by_name.get(city, ()) if path[:1] == base and len(path) > 1]
    if len(typed) == 1 and not province:
        return typed[0]
    found = in_state(city, base[0], province) if province else ()
    found = found or places_abroad(city, base[0], among=typed) or places_abroad(city.partition("(")[0], base[0])
    return found[0] if len(found) == 1 else (*base, city)
