"""Which firm of one list is which firm of another: by code, then by name, and by rule; doubtful pairs go to a person.

Rules, in order; a firm matched by one is not looked at by the next:

================  ===================================================================================================
``code``          same 18-character credit code or same own stock code
``exact``         same name after `normalise_name`
``alias``         a former or other name of one is a name of the other
``subsequence``   the short name of one is contained, in order, in the full name of exactly one firm of both lists: a
                  joint-stock company not known to be elsewhere, or a firm of the same place whose name begins with it
``similar``       full names with rapidfuzz ``ratio`` >= 90, 5 above the second, same place, differing in words of form
================  ===================================================================================================

A name without place and legal form is never an identity. What a rule finds but cannot settle is put to review, with
the reason: ``several`` firms bear the name, ``place_differs``, ``place_unknown``, ``codes_differ``, ``names_differ``
(merged by code, names unlike), ``wording_differs`` (in more than words of form), ``group_or_arm`` (集团 against 股份:
parent against listed arm), ``near_second``, ``too_short``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from chaingraph.matching.grams import NameIndex
from chaingraph.matching.name_forms import (
    BRANCH,
    JOINT_STOCK,
    LEGAL,
    WORKS,
    core,
    credit_key,
    normalise_name,
    stock_key,
    unlike,
)
from chaingraph.model.columns import split
from chaingraph.places import regions

__all__ = ["MATCH_COLUMNS", "REVIEW_COLUMNS", "RULES", "match_firms", "normalise_name"]

MATCH_COLUMNS = ("left_id", "right_id", "left", "right", "rule", "score", "margin")
REVIEW_COLUMNS = (*MATCH_COLUMNS, "reason")
RULES = ("code", "exact", "alias", "subsequence", "similar")

SIMILAR_SCORE = 90.0
SIMILAR_MARGIN = 5.0
SHORTEST = 3  # characters of a short name looked for in full names; two occur by chance in every register
_UNLIKE = 50.0  # below this two names under one code are shown to a person (renamed firm, or a wrong code)
_SHOWN = 3  # candidates shown per firm and rule in the review


def match_firms(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs of one firm in two lists, and the pairs a person has to decide.

    Parameters
    ----------
    left, right
        Tables ``firms``. Used: firm_id, firm, firm_en, aliases, former_names, stock_code, credit_code, country,
        province, city, district; all but firm_id and firm may be missing or empty.

    Returns
    -------
    matches : DataFrame
        One row per left firm found: left_id, right_id, left, right, rule, score (``ratio`` of the two names compared,
        0-100), margin (score above the second best name, NaN where the rule has no second).
    review : DataFrame
        One row per undecided pair: the same columns and reason. Not merged, except ``names_differ``.
    """
    sides = (_side(left), _side(right))
    state = _State(sides)
    for rule in (_by_code, _by_exact_name, _by_alias, _by_subsequence, _by_similarity):
        rule(state)
    return state.frames()


@dataclass(frozen=True)
class _Side:
    """One list as columns; every row is a firm."""

    ids: list[str]
    firms: list[str]
    main: list[str]  # normalised name
    others: list[tuple[str, ...]]  # normalised aliases, former names, English name
    credit: list[str]
    stock: list[str]
    places: list[regions.Path]

    def names(self, row: int) -> tuple[str, ...]:
        return (self.main[row], *self.others[row])


@dataclass
class _State:
    """What is settled so far: pairs (left row, right row), and the pairs for review."""

    sides: tuple[_Side, _Side]
    matches: list[tuple[int, int, str, float, float]] = field(default_factory=list)
    review: dict[tuple[int, int], tuple[str, float, float, str]] = field(default_factory=dict)
    taken: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({}, {}))

    def free(self, side: int, row: int) -> bool:
        return row not in self.taken[side]

    def accept(self, pairs: Iterable[tuple[int, int, float, float]], rule: str) -> None:
        """Keep pairs whose firms have no other partner under this rule; the others are put to review."""
        pairs = [pair for pair in pairs if self.free(0, pair[0]) and self.free(1, pair[1])]
        partners: tuple[dict[int, set[int]], dict[int, set[int]]] = (defaultdict(set), defaultdict(set))
        for left, right, *_ in pairs:
            partners[0][left].add(right)
            partners[1][right].add(left)
        for left, right, score, margin in sorted(set(pairs), key=lambda pair: pair[:2]):
            if len(partners[0][left]) == 1 and len(partners[1][right]) == 1:
                self.settle(left, right, rule, score, margin)
            else:
                self.doubt(left, right, rule, score, margin, "several")

    def settle(self, left: int, right: int, rule: str, score: float, margin: float) -> None:
        self.matches.append((left, right, rule, score, margin))
        self.taken[0][left] = right
        self.taken[1].setdefault(right, left)

    def doubt(self, left: int, right: int, rule: str, score: float, margin: float, reason: str) -> None:
        self.review.setdefault((left, right), (rule, score, margin, reason))

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        a, b = self.sides
        matched = [
            (a.ids[left], b.ids[right], a.firms[left], b.firms[right], rule, score, margin)
            for left, right, rule, score, margin in self.matches
        ]
        # A doubt about a firm that found its partner by a better rule is settled.
        doubtful = [
            (a.ids[left], b.ids[right], a.firms[left], b.firms[right], *doubt)
            for (left, right), doubt in self.review.items()
            if (self.free(0, left) and self.free(1, right)) or doubt[3] == "names_differ"
        ]
        order = ["left_id", "right_id"]
        matches = pd.DataFrame(matched, columns=list(MATCH_COLUMNS)).sort_values(order, ignore_index=True)
        columns = [*MATCH_COLUMNS[:5], "score", "margin", "reason"]
        review = pd.DataFrame(doubtful, columns=columns).sort_values(order, ignore_index=True)
        numbers = {"score": "float64", "margin": "float64"}
        text = {column: "str" for column in REVIEW_COLUMNS if column not in numbers}
        matches = matches.astype({**numbers, **{name: text[name] for name in MATCH_COLUMNS if name in text}})
        return matches, review[list(REVIEW_COLUMNS)].astype({**numbers, **text})


def _side(firms: pd.DataFrame) -> _Side:
    firms = firms.sort_values("firm_id", kind="stable")  # the order of the rows must not matter

    def column(name: str) -> list[object]:
        return firms[name].tolist() if name in firms else [None] * len(firms)

    main = [normalise_name(str(name)) for name in firms["firm"]]
    others = []
    for own, aliases, former, english in zip(
        main, column("aliases"), column("former_names"), column("firm_en"), strict=True
    ):
        more = [*split(aliases), *split(former), *([english] if isinstance(english, str) else [])]
        others.append(tuple(dict.fromkeys(name for text in more if (name := normalise_name(text)) and name != own)))
    places = zip(column("country"), column("province"), column("city"), column("district"), strict=True)
    return _Side(
        ids=[str(value) for value in firms["firm_id"]],
        firms=[str(value) for value in firms["firm"]],
        main=main,
        others=others,
        credit=[credit_key(value) for value in column("credit_code")],
        stock=[stock_key(value) for value in column("stock_code")],
        places=[regions.path_of(place) for place in places],
    )


def _ratio(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.ratio(one, other))


def _by_code(state: _State) -> None:
    a, b = state.sides
    rows: dict[str, list[int]] = defaultdict(list)
    for row, codes in enumerate(zip(b.credit, b.stock, strict=True)):
        for code in filter(None, codes):
            rows[code].append(row)
    for row, codes in enumerate(zip(a.credit, a.stock, strict=True)):
        found = sorted({other for code in filter(None, codes) for other in rows.get(code, ())})
        for other in found:
            score = _ratio(a.main[row], b.main[other])
            if len(found) > 1:
                state.doubt(row, other, "code", score, math.nan, "several")
                continue
            state.settle(row, other, "code", score, math.nan)
            if score < _UNLIKE and not set(a.names(row)) & set(b.names(other)):
                state.doubt(row, other, "code", score, math.nan, "names_differ")


def _by_exact_name(state: _State) -> None:
    names = [[((side.main[row],), row) for row in range(len(side.ids))] for side in state.sides]
    _by_equal_names(state, "exact", names)


def _by_alias(state: _State) -> None:
    names = [[(side.names(row), row) for row in range(len(side.ids))] for side in state.sides]
    _by_equal_names(state, "alias", names)


def _by_equal_names(state: _State, rule: str, names: Sequence[Sequence[tuple[tuple[str, ...], int]]]) -> None:
    """Pair the free firms that bear an equal name; of several, the only pair in one place."""
    rows: list[dict[str, list[int]]] = [defaultdict(list), defaultdict(list)]
    for side in (0, 1):
        for borne, row in names[side]:
            if state.free(side, row):
                for name in borne:
                    rows[side][name].append(row)
    pairs = []
    for name in sorted(rows[0].keys() & rows[1].keys()):
        found = [(left, right) for left in rows[0][name] for right in rows[1][name]]
        if len(found) > 1:
            near = [pair for pair in found if _same_place(state, *pair)]
            if len(near) != 1 or len(rows[0][name]) > 1 < len(rows[1][name]):
                for left, right in sorted(found)[:_SHOWN]:
                    state.doubt(left, right, rule, 100.0, 0.0, "several")
                continue
            found = near
        left, right = found[0]
        doubt = _contradiction(state, left, right, name)
        if doubt:
            state.doubt(left, right, rule, 100.0, math.nan, doubt)
        else:
            pairs.append((left, right, 100.0, math.nan))
    state.accept(pairs, rule)


def _contradiction(state: _State, left: int, right: int, name: str) -> str:
    """Why an equal name does not settle it: other codes; a short name in another place (a full name is registered)."""
    a, b = state.sides
    if _codes_differ(a, left, b, right):
        return "codes_differ"
    if "公司" not in name and _places_differ(a.places[left], b.places[right]):
        return "place_differs"
    # Two characters left after the trading marks (ST新城, 新城B) are borne by several firms.
    return "too_short" if len(name) < SHORTEST and not _same_place(state, left, right) else ""


def _codes_differ(a: _Side, left: int, b: _Side, right: int) -> bool:
    if a.credit[left] and b.credit[right] and a.credit[left] != b.credit[right]:
        return True
    # One firm may be listed in Shanghai and in Hong Kong: only two codes of the mainland contradict each other.
    one, other = a.stock[left], b.stock[right]
    return bool(one.isdigit() and other.isdigit() and one != other)


def _places_differ(one: regions.Path, other: regions.Path) -> bool:
    """Whether the prefectures (abroad: the cities) are known to differ."""
    depth = min(len(one), len(other), 3)
    return one[:depth] != other[:depth]


def _same_place(state: _State, left: int, right: int) -> bool:
    """Whether both places are known to the prefecture (abroad: the city) and nothing known differs."""
    one, other = state.sides[0].places[left], state.sides[1].places[right]
    depth = min(len(one), len(other))
    return depth >= (3 if one[:1] == (regions.CHINA,) else 2) and one[:depth] == other[:depth]


def _by_subsequence(state: _State) -> None:
    full: list[tuple[int, int, str]] = []  # side, row, name
    for number, side in enumerate(state.sides):
        for row in range(len(side.ids)):
            full.extend((number, row, name) for name in side.names(row) if "公司" in name and not BRANCH.search(name))
    short = [
        (number, row)
        for number, side in enumerate(state.sides)
        for row in range(len(side.ids))
        if state.free(number, row) and len(side.main[row]) <= 6 and not WORKS.search(side.main[row])
    ]
    if not short or not full:
        return
    index = NameIndex([name for _, _, name in full])
    pairs = []
    for number, row in short:
        pairs.extend(
            _one_subsequence(state, number, row, [full[hit] for hit in index.containing(state.sides[number].main[row])])
        )
    state.accept(pairs, "subsequence")


def _one_subsequence(
    state: _State, number: int, row: int, hits: list[tuple[int, int, str]]
) -> list[tuple[int, int, float, float]]:
    """The firm of the other list whose full name holds this short name, if it is the only one in both lists."""
    own, others = state.sides[number], state.sides[1 - number]
    name = own.main[row]
    if own.stock[row].isdigit():
        hits = [hit for hit in hits if JOINT_STOCK.search(hit[2])]  # a listed firm is a joint-stock company
    there: dict[int, float] = {}
    for side, other, full in hits:
        if side != number and not _another_firm(own, row, others, other):
            there[other] = max(there.get(other, 0.0), _ratio(name, full))
    here = {other for side, other, _ in hits if side == number and other != row}
    rivals = {other for other in here if state.taken[number].get(other) not in there}
    several = len(there) > 1 or bool(rivals)
    found = []
    shown = 0
    for other in sorted(there, key=lambda other: (-there[other], others.ids[other])):
        left, right = (row, other) if number == 0 else (other, row)
        if not state.free(1 - number, other):
            continue
        if several:
            reason = "several"
        elif _places_differ(own.places[row], others.places[other]):
            reason = "place_differs"
        elif len(name) < SHORTEST:
            reason = "too_short"
        elif not JOINT_STOCK.search(others.main[other]) and not (
            _same_place(state, left, right) and core(others.main[other]).startswith(name)
        ):
            reason = "wording_differs"
        else:
            found.append((left, right, there[other], math.nan))
            continue
        # Of many chance hits only those in the same place are worth a person's look.
        if shown < _SHOWN and (len(there) <= _SHOWN or _same_place(state, left, right)):
            state.doubt(left, right, "subsequence", there[other], math.nan, reason)
            shown += 1
    return found


def _another_firm(own: _Side, row: int, others: _Side, other: int) -> bool:
    """Whether codes or countries show that a name like another is chance (佳能 of Japan, 佳禾智能 of China)."""
    one, two = own.places[row][:1], others.places[other][:1]
    return _codes_differ(own, row, others, other) or bool(one and two and one != two)


def _by_similarity(state: _State) -> None:
    """Full names alike: asked from the shorter list, so that a register of a million rows is only looked up in."""
    from rapidfuzz import fuzz, process

    small = 0 if len(state.sides[0].ids) <= len(state.sides[1].ids) else 1
    side, other_side = state.sides[small], state.sides[1 - small]
    rows = [row for row in range(len(side.ids)) if state.free(small, row) and LEGAL.search(side.main[row])]
    if not rows or not other_side.ids:
        return
    index = NameIndex(other_side.main)
    pairs = []
    for row in rows:
        candidates = {other: other_side.main[other] for other in index.sharing_rare_grams(side.main[row])}
        ranked = process.extract(
            side.main[row], candidates, scorer=fuzz.ratio, limit=2, score_cutoff=SIMILAR_SCORE - SIMILAR_MARGIN
        )
        if not ranked or ranked[0][1] < SIMILAR_SCORE:
            continue
        score, other = float(ranked[0][1]), int(ranked[0][2])
        margin = score - float(ranked[1][1]) if len(ranked) > 1 else math.nan
        left, right = (row, other) if small == 0 else (other, row)
        if not state.free(1 - small, other) or _codes_differ(side, row, other_side, other):
            continue
        reason = unlike(side.main[row], other_side.main[other])
        if _places_differ(side.places[row], other_side.places[other]):
            if reason == "wording_differs":
                continue  # neither name nor place: another firm
            reason = "place_differs"
        elif margin < SIMILAR_MARGIN:
            reason = "near_second"
        elif not reason and not _same_place(state, left, right):
            reason = "place_unknown"
        if reason:
            state.doubt(left, right, "similar", score, margin, reason)
        else:
            pairs.append((left, right, score, margin))
    state.accept(pairs, "similar")
