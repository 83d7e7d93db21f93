"""Short names that a text itself gives its firms: 以下简称, the core of a full name, a name told with a stock code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.short_names import established, ordinary
from chaingraph.leads.sentences.where import joined, places_in

_SHORTEST = 3  # letters of a short name, unless it is all that is left of a name without place and trade
_CALLED = re.compile(
    r"^\s?[(]\s?(?:[^()“”\"]{0,16}?(?:以下|下)?[简统]?称(?:为)?[:]?|hereinafter[^\"“]{0,40}|以下)\s?[“\"]?([^()“”\",、;]{2,24})[”\"]?"
    r"(?:[或、及和,]\s?[“\"]?([^()“”\",;]{2,24})[”\"]?)?\s?[)]"
)
_GENERIC = re.compile(
    r"^(?:本|该|上市|标的|子|母)?公司$|^(?:发行人|标的|本|该|甲方|乙方|丙方|企业|集团|项目|我|保荐|管理人|Company|the)"
)
_FORM = re.compile(r"(?:股份|有限|责任|集团|公司|厂|\(|\))+$")
_UNIT = re.compile(r"(?:(?:子|孙|项目|参股|关联|附属)公司|实施主体[为:]?|新设|设立)[“\"]?$")
_GENERAL = "技术|投资|发展|控股|建设|工程|管理|制造|工业|贸易|国际|产业|开发"
_BRACKET = re.compile(r"\([^()]{1,8}\)")


def aliases_of(body: str, full_names: Iterable[tuple[int, int]]) -> Mapping[str, str]:
    """Short names of a text, each with the name that it stands for.

    Parameters
    ----------
    body
        The text with half-width marks.
    full_names
        Where full names of firms stand in it.

    Examples
    --------
    >>> told = '宁波甲环新材料有限公司(以下简称"甲环新材")公告,甲环新材拟在嘉兴建厂'
    >>> aliases_of(told, [(0, 11)])["甲环新材"]
    '宁波甲环新材料有限公司'
    """
    found: dict[str, str] = {}
    cores: dict[str, set[str]] = {}
    subject: str | None = None
    spans = [(start, end, body[start:end].strip()) for start, end in full_names]
    for _, end, name in spans:
        called = _CALLED.match(body[end : end + 80])
        for short in filter(None, called.groups() if called else ()):
            if not _GENERIC.search(short.strip()):
                found.setdefault(short.strip(), name)
            elif subject is None:
                subject = name  # 以下简称"公司": whom the text is about
    whole = {
        core: name for start, _, name in spans for core in (_bare(name), _FORM.sub("", name)) if not _unit(body, start)
    }
    for name in dict.fromkeys(whole.values()):
        if not _beyond(stem(name), name):
            whole.setdefault(stem(name), name)
    for short in established(body):  # 三孚新科 of 广州三孚新材料科技股份有限公司
        alike = {name for name in whole.values() if _shortened(short, name)}
        lone = next(iter(alike)) if len(alike) == 1 else short
        found.setdefault(short, subject if subject and _alike(short, subject) else whole.get(short, lone))
    for start, _, name in spans:
        if not _unit(body, start):
            for core in _cores(name):
                cores.setdefault(core, set()).add(name)
    for core, names in cores.items():
        if len(names) == 1:  # of two firms of one group none is meant
            found.setdefault(core, next(iter(names)))
    for name in dict.fromkeys(name for _, _, name in spans):  # 甲环汽车集团, where 甲环汽车科技集团有限公司 is told too
        bare = _bare(name)
        longer = {other for other in whole.values() if other != name and _shortened(bare, other, by_letters=False)}
        if len(longer) == 1 and not re.search("有限|股份|厂$", name):
            found.setdefault(name, next(iter(longer)))
    roots = Counter(stem(name) for name in {*found.values(), *(name for _, _, name in spans)})
    for name in dict.fromkeys(found.values()):  # 越岚新能源, where the text is about 越岚科技
        for longer in _of_stem(stem(name)).findall(body) if stem(name) and roots[stem(name)] == 1 else ():
            found.setdefault(longer, name)
    return {short: name for short, name in found.items() if len(short) >= _SHORTEST or short == stem(name)}


def _unit(body: str, start: int) -> bool:
    return _UNIT.search(body[max(0, start - 8) : start]) is not None


def _shortened(short: str, name: str, *, by_letters: bool = True) -> bool:
    """Whether a short name is a longer one without seat, form and the end of its trade: 甲环生物 of 甲环生物技术.

    With ``by_letters``, of a company limited by shares, whom texts call by two of its letters, any that begins so. Not
    of its unit elsewhere, whose bracket stands behind all of the short name: 甲环科技(宁波)有限公司.
    """
    if len(short) < _SHORTEST or _beyond(short, name):
        return False
    bare = _bare(name)
    return bare.startswith(short) or (by_letters and "股份" in name and bare.startswith(short[:2]))


def _beyond(short: str, name: str) -> bool:
    """Whether a name has a bracket behind all of a short one: 甲环科技(宁波)有限公司 is a unit of 甲环科技."""
    return bool(short) and "(" in name and _bare(name.partition("(")[0]).startswith(short)


def _alike(short: str, name: str) -> bool:
    """Whether a short name may be that firm's: two letters in a row in common."""
    return any(short[at : at + 2] in _bare(name) for at in range(len(short) - 1))


@lru_cache(maxsize=512)
def _of_stem(root: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(root)}(?:{lead_words().trades.pattern})")


@lru_cache(maxsize=1024)
def stem(name: str) -> str:
    """What is left of a Chinese name without form, place and trade; empty where that is no name by itself.

    Examples
    --------
    >>> stem("宁波甲环新材料有限公司"), stem("嘉兴电子有限公司")
    ('甲环', '')
    """
    if not re.match(r"[\u3400-\u9fff]", name):
        return ""
    root = re.sub(rf"(?:{lead_words().trades.pattern}|{_GENERAL})+$", "", _bare(name))
    return root if len(root) >= 2 and not ordinary(root) else ""


def _bare(name: str) -> str:
    """A name without its form, the bracket in it and the place before it."""
    bare = _FORM.sub("", _BRACKET.sub("", name))
    places = [place for place in joined(places_in(bare), bare) if place.start == 0]
    if places and len(bare) - places[-1].end >= 2:
        bare = bare[places[-1].end :].lstrip("省市县区")
    return bare


def _cores(name: str) -> Iterable[str]:
    """What may stand for a full name: without form, without place, without the words of its trade."""
    if not re.match(r"[\u3400-\u9fff]", name):
        return
    whole = _FORM.sub("", _BRACKET.sub("", name))
    bare = _bare(name)
    yield whole
    yield bare
    yield re.sub(rf"(?:{_GENERAL})+$", "", bare)
    yield stem(name)
