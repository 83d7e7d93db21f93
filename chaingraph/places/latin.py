"""Names in Latin letters: places of China as English texts call them, and English names read back into places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from functools import cache, lru_cache

from chaingraph.places.gazetteer import CHINA, GENERIC, Path, gazetteer, rows, short_name
from chaingraph.places.world import key, world

# Where the English name is not the pinyin of the short one.
_ENGLISH = {
    "陕西": "Shaanxi", "内蒙古": "Inner Mongolia", "西藏": "Tibet", "香港": "Hong Kong", "澳门": "Macao",
    "台北": "Taipei", "中国台湾": "Taiwan, China", "中国香港": "Hong Kong, China", "中国澳门": "Macao, China",
    "浦东新区": "Pudong New Area", "滨海新区": "Binhai New Area", "吐鲁番": "Turpan", "鄂尔多斯": "Ordos",
    "哈尔滨": "Harbin", "呼和浩特": "Hohhot", "乌鲁木齐": "Urumqi", "拉萨": "Lhasa",
    # Characters that are read in another way in these names than elsewhere.
    "朝阳": "Chaoyang", "朝阳区": "Chaoyang District", "长葛": "Changge", "长治": "Changzhi", "长宁": "Changning",
    "长宁区": "Changning District", "长丰": "Changfeng", "长垣": "Changyuan", "长泰": "Changtai", "长阳": "Changyang",
    "长武": "Changwu", "长岭": "Changling", "长海": "Changhai", "长汀": "Changting", "长顺": "Changshun",
    "漯河": "Luohe", "泌阳": "Biyang", "珲春": "Hunchun", "涡阳": "Guoyang", "什邡": "Shifang", "洪洞": "Hongtong",
    "都匀": "Duyun", "六合区": "Luhe District", "大城": "Daicheng", "浚县": "Xunxian", "单县": "Shanxian",
    "长三角": "Yangtze River Delta", "京津冀": "Beijing-Tianjin-Hebei",
}  # fmt: skip


@lru_cache(maxsize=4096)
def english_place(name: str) -> str:
    """A place as English texts call it: its English name where the tables have one, else its pinyin.

    Only places of China are spelled in pinyin; a name that is not known stays as it is: it may be a Japanese town.

    Examples
    --------
    >>> english_place("嘉兴市"), english_place("西安"), english_place("日本"), english_place("狭谷")
    ('Jiaxing', "Xi'an", 'Japan', '狭谷')
    """
    known = _english_names()
    short = short_name(name)
    if name in known or short in known:
        return known.get(name, known.get(short, name))
    if not any(path[0] == CHINA for path in gazetteer().by_name.get(name, ())):
        return world().english.get(name, name)
    from pypinyin import lazy_pinyin  # its word list takes a moment to load

    district = len(short) > 2 and short.endswith("区") and short not in GENERIC
    spelled = ""
    for syllable in lazy_pinyin(short.removesuffix("区") if district else short, v_to_u=True):
        spelled += "'" + syllable if spelled and syllable[0] in "aeo" else syllable
    return spelled.capitalize() + (" District" if district else "")


def listed_english(name: str) -> str | None:
    """The English name of a place that is on a list under this very name."""
    return _english_names().get(name)


@cache
def _english_names() -> dict[str, str]:
    found = {row["country"]: row["country_en"] for row in rows("countries")}
    for row in rows("additions"):
        if row["province"] == "台湾省":  # spelled there in their own way
            found[short_name(row["city"])] = row["aliases"].split(";")[0]
    return found | {row["city"]: row["city_en"] for row in rows("world")} | _ENGLISH


# Of two prefectures that are spelled alike, the one that is meant where nothing else is said: several times the larger.
_BETTER_KNOWN: dict[str, Path] = {
    "suzhou": (CHINA, "江苏", "苏州"), "fuzhou": (CHINA, "福建", "福州"), "yichun": (CHINA, "江西", "宜春"),
    "jinzhou": (CHINA, "辽宁", "锦州"),
}  # fmt: skip
_OLD_SPELLINGS = {"peking": "北京", "canton": "广州", "tibet": "西藏", "innermongolia": "内蒙古", "neimenggu": "内蒙古"}
_KIND = re.compile(
    r"[\s,-]*\b(?:city|province|county|prefecture|municipality|district|autonomous|region|shi|sheng|xian|qu)\b\.?", re.I
)


def better_known(name: str, paths: Collection[Path]) -> Path | None:
    """Of places spelled alike the far better known one (Suzhou is 苏州, not 宿州); None where there is none."""
    wanted = _BETTER_KNOWN.get(key(_KIND.sub("", name)))
    return wanted if wanted is not None and wanted in paths else None


@cache
def _latin_index() -> dict[str, list[Path]]:
    """Countries, towns typed in and places of China by their spellings in Latin letters."""
    known: dict[str, list[Path]] = defaultdict(list)

    def note(name: str, path: Path) -> None:
        folded = key(name)
        if len(folded) > 2 and path not in known[folded]:
            known[folded].append(path)

    for name, paths in gazetteer().by_name.items():
        if name.isascii() or not any(letter >= "\u2e80" for letter in name):
            for path in paths:
                note(name, path)
    for path in gazetteer().places:
        if path[0] == CHINA and len(path) > 1:
            spelled = english_place(path[-1])
            for name in (spelled, spelled.removesuffix(" District")):
                note(name, path)
    for spelling, short in _OLD_SPELLINGS.items():
        for path in gazetteer().by_name[short]:
            note(spelling, path)
    return dict(known)


def latin_names(name: str) -> tuple[Path, ...]:
    """What a name in Latin letters means in China and among the countries; several where several are spelled alike.

    Examples
    --------
    >>> latin_names("Jiaxing"), latin_names("GERMANY")
    ((('中国', '浙江', '嘉兴'),), (('德国',),))
    """
    index = _latin_index()
    return tuple(index.get(key(name), ()) or index.get(key(_KIND.sub("", name)), ()))


@cache
def english_names() -> tuple[str, ...]:
    """English names of provinces and prefectures, of countries and of cities and states abroad."""
    here = (english_place(path[-1]) for path in gazetteer().places if path[0] == CHINA and len(path) in (2, 3))
    return tuple(dict.fromkeys((*here, *_english_names().values(), *world().english.values())))
