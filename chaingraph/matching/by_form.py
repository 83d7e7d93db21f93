"""Firms whose names differ in nothing but the place they begin with and the legal form they end with.

What is left of a name without both is no identity by itself: 1 % of the firms of a province's register share it with
another. It is one where nobody else in either list bears it, and the places do not speak against it: of 67,000 firms
that a register did not have, that took 13 for a namesake.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from chaingraph.matching.match_state import Side, State, codes_differ, places_differ, ratio, same_place
from chaingraph.matching.name_forms import JOINT_STOCK, unlike
from chaingraph.places.gazetteer import CHINA, Path, gazetteer

_FORM = re.compile(r"(?:股份)?(?:有限)?(?:责任)?(?<!分)公司$")
_PLACE = 8  # characters of the longest name of a place that is looked for, and fewer
# Characters that must be left where both names begin with the same place, where the places agree to the prefecture, or
# to no more than the province, or where no place is told.
_LEAST_WRITTEN, _LEAST, _LEAST_FAR = 2, 3, 4
_LEVELS = ("省", "市", "县", "区")
_PROVINCE = 2  # items of the path of a province


class Parts(NamedTuple):
    """A name in parts: the places before and where the last lies, what is called so, whether a legal form ends it."""

    places: frozenset[str]
    written: Path
    called: str
    company: bool


def name_parts(name: str, within: Path) -> Parts:
    """A normalised name without the places before and the form behind.

    A word is taken for a place where it lies on the way to where the firm is known to be, or where that is not known;
    a second one where it lies in the first (东方 is a city of 海南, and a brand).

    Examples
    --------
    >>> parts = name_parts("浙江嘉善华伟装饰有限公司", ())
    >>> sorted(parts.places), parts.called, parts.company
    (['嘉善', '浙江'], '华伟装饰', True)
    >>> name_parts("东方电气", ("中国", "四川", "德阳")).called
    '东方电气'
    """
    found: set[str] = set()
    rest, inside = name, within
    written: Path = ()
    while True:
        size, path = _leading_place(rest, inside, deeper=bool(found))
        if not size:
            break
        found.add(path[-1])
        inside = path if len(path) > len(inside) else inside
        written = path if len(path) > len(written) else written
        rest = rest[size:].removeprefix(_level(rest[size:]))
    form = _FORM.search(rest)
    return Parts(frozenset(found), written, rest[: form.start()] if form else rest, form is not None)


def _level(text: str) -> str:
    """The level of a place that is no longer of it: 玉环 is a city, and firms of the county are still called 玉环县."""
    return text[0] if text[:1] in _LEVELS and len(text) > _LEAST else ""


def _leading_place(text: str, inside: Path, *, deeper: bool) -> tuple[int, Path]:
    """How many characters at the beginning name a place that agrees with another, and which; 0 for none."""
    for size in range(min(_PLACE, len(text) - 1), 1, -1):
        for path in _paths(text[:size]):
            depth = min(len(path), len(inside))
            if path[:depth] == inside[:depth] and not (deeper and len(path) < len(inside)):
                return size, path
    return 0, ()


@lru_cache(maxsize=50_000)
def _paths(name: str) -> tuple[Path, ...]:
    return tuple(path for path in gazetteer().by_name.get(name, ()) if path[0] == CHINA and len(path) > 1)


def by_form(state: State) -> None:
    """Settle the pairs whose names differ in place and form only, where both lists have one such firm."""
    asked = [
        [row for row in range(len(side.ids)) if state.free(number, row)] for number, side in enumerate(state.sides)
    ]
    if not all(asked):
        return
    parts: list[dict[int, list[Parts]]] = []
    borne: list[dict[str, set[int]]] = []
    for side in state.sides:
        parts.append({row: list(_readings(side, row)) for row in range(len(side.ids))})
        rows: dict[str, set[int]] = defaultdict(set)
        for row, readings in parts[-1].items():
            for one in readings:
                rows[one.called].add(row)
        borne.append(rows)
    pairs = []
    for left in asked[0]:
        fitting = {
            right: (mine, theirs)
            for mine in parts[0][left]
            for right in borne[1].get(mine.called, ())
            for theirs in parts[1][right]
            if theirs.called == mine.called and _is_company(mine, theirs) and _agree(state, left, right, mine, theirs)
        }
        near = [right for right in fitting if same_place(state, left, right)] if len(fitting) > 1 else []
        chosen = near if len(near) == 1 else list(fitting)
        if len(chosen) > 1:
            for right in sorted(chosen)[:3]:
                state.doubt(left, right, "form", _score(state, left, right), 0.0, "several")
            continue
        for right in chosen:
            score = _score(state, left, right)
            if not state.free(1, right):
                continue
            if reason := _doubt(state, left, right, *fitting[right]):
                if len(fitting[right][0].called) >= _LEAST:
                    state.doubt(left, right, "form", score, math.nan, reason)
            else:
                pairs.append((left, right, score, math.nan))
    state.accept(pairs, "form")


def _readings(side: Side, row: int) -> Iterator[Parts]:
    """The parts of a firm's name; where it is not known to be anywhere, also without taking a word for a place."""
    name, within = side.main[row], side.places[row]
    first = name_parts(name, within)
    yield first
    if first.places and len(within) < 2:
        form = _FORM.search(name)
        yield Parts(frozenset(), (), name[: form.start()] if form else name, form is not None)


def _agree(state: State, left: int, right: int, mine: Parts, theirs: Parts) -> bool:
    """Whether nothing that is known speaks against the pair: the places written, the places known, the codes."""
    a, b = state.sides
    if not (mine.places <= theirs.places or theirs.places <= mine.places):
        return False
    if any(map(places_differ, *_where(state, left, right, mine, theirs))) or codes_differ(a, left, b, right):
        return False
    listed = a.stock[left].isdigit(), b.stock[right].isdigit()  # a listed firm is a joint-stock company
    return not (
        (listed[0] and theirs.company and not JOINT_STOCK.search(b.main[right]))
        or (listed[1] and mine.company and not JOINT_STOCK.search(a.main[left]))
    )


def _where(state: State, left: int, right: int, mine: Parts, theirs: Parts) -> tuple[list[Path], list[Path]]:
    """Where the firms are known to be and where their names say, each beside each of the other firm."""
    known, other = state.sides[0].places[left], state.sides[1].places[right]
    return [known, known, mine.written], [other, theirs.written, other]


def _long_enough(state: State, left: int, right: int, mine: Parts, theirs: Parts) -> bool:
    """Whether so much is left of the names that nobody else is likely to bear it: less, the nearer the places agree."""
    if mine.places and theirs.places:  # 温州 and 温州瓯海 before the same word may be two
        return len(mine.called) >= (_LEAST_WRITTEN if mine.written == theirs.written else _LEAST_FAR)
    agreed = max(
        min(len(one), len(other)) for one, other in zip(*_where(state, left, right, mine, theirs), strict=True)
    )
    return len(mine.called) >= (_LEAST if agreed > _PROVINCE else _LEAST_FAR)


def _is_company(mine: Parts, theirs: Parts) -> bool:
    """Whether one is a company or its branch: shops are called alike in every town."""
    return mine.company or theirs.company or "公司" in mine.called


def _doubt(state: State, left: int, right: int, mine: Parts, theirs: Parts) -> str:
    """Why it takes a person: no place speaks for the pair, or one is a group and the other its joint-stock arm."""
    one, other = state.sides[0].main[left], state.sides[1].main[right]
    # A company that became one of shares is the same firm, but a firm may also have an arm of shares.
    turned = mine.company and theirs.company and bool(JOINT_STOCK.search(one)) != bool(JOINT_STOCK.search(other))
    if not _long_enough(state, left, right, mine, theirs) or (turned and not same_place(state, left, right)):
        return "place_unknown"
    reason = unlike(one, other)
    return reason if reason == "group_or_arm" else ""


def _score(state: State, left: int, right: int) -> float:
    return ratio(state.sides[0].main[left], state.sides[1].main[right])
