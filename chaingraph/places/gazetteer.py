"""The known places, read from ``library/regions``: names, levels, coordinates. `chaingraph.places.regions` asks it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

Path = tuple[str, ...]
Point = tuple[float, float, bool]  # latitude, longitude, approximate

CHINA = "中国"
# Every development zone calls itself so; alone such a name says nothing, beside its city it does.
GENERIC = ("经开区", "港区")
_SHORT = {
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆", "鄂温克族自治旗": "鄂温克", "东乡族自治县": "东乡",
}  # fmt: skip
_PEOPLES = (
    "(?:鄂温克|裕固|保安|东乡|撒拉|土家|仡佬|纳西|傈僳|景颇|朝鲜|布依|哈尼|普米|拉祜|布朗|毛南|仫佬|德昂|独龙|阿昌|达斡尔|各|"
    "羌|壮|回|满|藏|彝|苗|侗|白|傣|瑶|土|黎|畲|水|佤|怒|蒙古|哈萨克)族|维吾尔|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔"
)
_TERRITORIES = {  # as columns of countries name them
    "台湾": ("Taiwan", "TW", "TWN", "Chinese Taipei", "中华台北", "中国台湾省"),
    "香港": ("Hong Kong", "Hongkong", "HK", "HKG", "Hong Kong SAR", "香港特区"),
    "澳门": ("Macao", "Macau", "MO", "MAC", "Macao SAR", "澳门特区"),
}
_AUTONOMOUS = re.compile(rf"(?:{_PEOPLES})*自治[州县旗]$")


@dataclass(frozen=True)
class Place:
    """A place: its path, and its coordinates where known."""

    path: Path
    name: str  # as registered, with its suffix
    point: Point | None = None


@dataclass(frozen=True)
class Gazetteer:
    """Places by path, and the paths that a name can mean."""

    places: dict[Path, Place] = field(default_factory=dict)
    by_name: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: Place, *names: str) -> None:
        """Enter a place under its names; a place entered before is kept where the new one has no coordinates."""
        if place.path not in self.places or place.point:
            self.places[place.path] = place
        for name in (place.name, place.path[-1], *names):
            if place.path not in self.by_name[name]:
                self.by_name[name].append(place.path)


def clean(value: object) -> str | None:
    """Text without blanks, brackets half-width; None when missing."""
    return _clean_text(value) if isinstance(value, str) else None


@lru_cache(maxsize=65536)
def _clean_text(text: str) -> str | None:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip() or None


def short_name(name: str) -> str:
    """A name without the word for its kind: 嘉兴市 -> 嘉兴, 恩施土家族苗族自治州 -> 恩施; 区 stays."""
    if name in _SHORT:
        return _SHORT[name]
    if name.endswith(("自治州", "自治县", "自治旗")):
        return _AUTONOMOUS.sub("", name)
    for suffix in ("特别行政区", "地区", "省", "市", "县", "盟"):
        if name.endswith(suffix):
            short = name.removesuffix(suffix)
            return short if len(short) > 1 else name
    return name


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a table of ``library/regions``."""
    source = files("chaingraph") / "library" / "regions" / f"{table}.csv"
    yield from csv.DictReader(source.read_text(encoding="utf-8").splitlines())


def _coordinates(row: dict[str, str], *, approximate: bool) -> Point | None:
    return (float(row["lat"]), float(row["lon"]), approximate) if row["lat"] else None


@cache
def gazetteer() -> Gazetteer:
    """The tables as one gazetteer; read once, on first use."""
    known = Gazetteer()
    for row in rows("countries"):
        known.add(
            Place((row["country"],), row["country"]),
            *(row["country_en"], row["iso2"], row["iso3"], *row["aliases"].split(";")),
        )
    for row in rows("world"):
        place = Place((row["country"], row["city"]), row["city"], _coordinates(row, approximate=True))
        known.add(place, row["city_en"])
    additions = list(rows("additions"))
    replaced = {
        (row["city"], alias) for row in additions if row["district"] for alias in row["aliases"].split(";") if alias
    }
    for row in rows("china"):
        if (row["city"], row["district"]) not in replaced:
            _add_chinese(known, row, approximate=False)
    for row in additions:
        _add_chinese(known, row, *row["aliases"].split(";"), approximate=True)
    for short, others in _TERRITORIES.items():
        for name in (f"中国{short}", *others):
            known.by_name[name].append((CHINA, short))
    known.by_name.pop("", None)
    return known


def _add_chinese(known: Gazetteer, row: dict[str, str], *aliases: str, approximate: bool) -> None:
    province, city, district = row["province"], row["city"], row["district"]
    known.add(Place((CHINA, short_name(province)), province))
    point = _coordinates(row, approximate=approximate)
    prefecture = (CHINA, short_name(province), short_name(city))
    if not district:
        # 恩施州, as everybody says; a county of that name (贺州) is another place and keeps it.
        everyday = (f"{prefecture[-1]}州",) if city.endswith("自治州") else ()
        known.add(Place(prefecture, city, point), *aliases, *everyday)
        return
    short = short_name(district)
    if short == prefecture[-1]:
        short = district  # 长沙县 in 长沙
    kinds = ("新区", "林区", "特区", "区", "旗")
    names = [district.removesuffix(kind) for kind in kinds if district.endswith(kind)]
    if district not in GENERIC:
        aliases = (*aliases, *(name for name in names[:1] if len(name) > 1))
    known.add(Place((*prefecture, short), district, point), *aliases)
