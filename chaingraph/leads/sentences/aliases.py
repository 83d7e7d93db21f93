"""Short names that a text itself gives its firms: 以下简称, the core of a full name, a name told with a stock code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.short_names import established
from chaingraph.leads.sentences.where import joined, places_in

_SHORTEST = 3  # letters of a short name that is looked for in running text
_CALLED = re.compile(
    r"^\s?[(]\s?(?:[^()“”\"]{0,16}?(?:以下|下)?[简统]?称(?:为)?[:]?|hereinafter[^\"“]{0,40}|以下)\s?[“\"]?([^()“”\",、;]{2,24})[”\"]?(?:[或、及和,]\s?[“\"]?([^()“”\",;]{2,24})[”\"]?)?\s?[)]"
)
_GENERIC = re.compile(r"公司$|^(?:发行人|标的|本|该|甲方|乙方|丙方|企业|集团|项目|我|保荐|管理人|Company|the)")
_FORM = re.compile(r"(?:股份|有限|责任|集团|公司|厂|\(|\))+$")
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
    for start, end in full_names:
        name = body[start:end].strip()
        called = _CALLED.match(body[end : end + 80])
        for short in called.groups() if called else ():
            if short and not _GENERIC.search(short.strip()):
                found.setdefault(short.strip(), name)
        for core in _cores(name):
            cores.setdefault(core, set()).add(name)
    for core, names in cores.items():
        if len(names) == 1:  # of two firms of one group none is meant
            found.setdefault(core, next(iter(names)))
    for short in established(body):
        longer = {name for name in found.values() if short in name and _bare(name).startswith(short)}
        found.setdefault(short, next(iter(longer)) if len(longer) == 1 else short)
    return {short: name for short, name in found.items() if len(short) >= _SHORTEST and short != name}


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
    trade = re.compile(rf"(?:{lead_words().trades.pattern})+$")
    core = trade.sub("", bare)
    if len(core) >= _SHORTEST:
        yield core
