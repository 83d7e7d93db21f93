"""Which firm of one list is which firm of another: by code, then by name, and by rule; doubtful pairs go to a person.

Rules, in order; a firm matched by one is not looked at by the next:

================  ===================================================================================================
``code``          same 18-character credit code or same own stock code
``exact``         same name after `normalise_name`
``alias``         a former or other name of one is a name of the other
``form``          names that differ in the place before and the legal form behind only, where nobody else bears the rest
                  and no place speaks against it (`matching.by_form`)
``subsequence``   the short name of one is contained, in order, in the full name of exactly one firm of both lists: a
                  joint-stock company not known to be elsewhere, or a firm of the same place whose name begins with it
``similar``       full names with rapidfuzz ``ratio`` >= 90, 5 above the second, same place, differing in words of form
================  ===================================================================================================

A name without place and legal form is an identity only where both lists have one such firm. What a rule finds but
cannot settle is put to review, with the reason: ``several`` firms bear the name, ``place_differs``, ``place_unknown``,
``codes_differ``, ``names_differ`` (merged by code, names unlike), ``wording_differs`` (in more than words of form),
``group_or_arm`` (集团 against 股份: parent against listed arm), ``near_second``, ``too_short``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from chaingraph.matching.by_form import by_form
from chaingraph.matching.grams import NameIndex
from chaingraph.matching.match_state import (
    MATCH_COLUMNS,
    REVIEW_COLUMNS,
    Side,
    State,
    codes_differ,
    places_differ,
    ratio,
    same_place,
    side_of,
)
from chaingraph.matching.name_forms import BRANCH, JOINT_STOCK, LEGAL, WORKS, core, normalise_name, unlike

__all__ = ["MATCH_COLUMNS", "REVIEW_COLUMNS", "RULES", "match_firms", "normalise_name"]

RULES = ("code", "exact", "alias", "form", "subsequence", "similar")

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
    sides = (side_of(left), side_of(right))
    state = State(sides)
    for rule in (_by_code, _by_exact_name, _by_alias, by_form, _by_subsequence, _by_similarity):
        rule(state)
    return state.frames()


def _by_code(state: State) -> None:
    a, b = state.sides
    rows: dict[str, list[int]] = defaultdict(list)
    for row, codes in enumerate(zip(b.credit, b.stock, strict=True)):
        for code in filter(None, codes):
            rows[code].append(row)
    for row, codes in enumerate(zip(a.credit, a.stock, strict=True)):
        found = sorted({other for code in filter(None, codes) for other in rows.get(code, ())})
        for other in found:
            score = ratio(a.main[row], b.main[other])
            if len(found) > 1:
                state.doubt(row, other, "code", score, math.nan, "several")
                continue
            state.settle(row, other, "code", score, math.nan)
            if score < _UNLIKE and not set(a.names(row)) & set(b.names(other)):
                state.doubt(row, other, "code", score, math.nan, "names_differ")


def _by_exact_name(state: State) -> None:
    names = [[((side.main[row],), row) for row in range(len(side.ids))] for side in state.sides]
    _by_equal_names(state, "exact", names)


def _by_alias(state: State) -> None:
    names = [[(side.names(row), row) for row in range(len(side.ids))] for side in state.sides]
    _by_equal_names(state, "alias", names)


def _by_equal_names(state: State, rule: str, names: Sequence[Sequence[tuple[tuple[str, ...], int]]]) -> None:
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
            near = [pair for pair in found if same_place(state, *pair)]
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


def _contradiction(state: State, left: int, right: int, name: str) -> str:
    """Why an equal name does not settle it: other codes; a short name in another place (a full name is registered)."""
    a, b = state.sides
    if codes_differ(a, left, b, right):
        return "codes_differ"
    if "公司" not in name and places_differ(a.places[left], b.places[right]):
        return "place_differs"
    # Two characters left after the trading marks (ST新城, 新城B) are borne by several firms.
    return "too_short" if len(name) < SHORTEST and not same_place(state, left, right) else ""


def _by_subsequence(state: State) -> None:
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
    state: State, number: int, row: int, hits: list[tuple[int, int, str]]
) -> list[tuple[int, int, float, float]]:
    """The firm of the other list whose full name holds this short name, if it is the only one in both lists."""
    own, others = state.sides[number], state.sides[1 - number]
    name = own.main[row]
    if own.stock[row].isdigit():
        hits = [hit for hit in hits if JOINT_STOCK.search(hit[2])]  # a listed firm is a joint-stock company
    there: dict[int, float] = {}
    for side, other, full in hits:
        if side != number and not _another_firm(own, row, others, other):
            there[other] = max(there.get(other, 0.0), ratio(name, full))
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
        elif places_differ(own.places[row], others.places[other]):
            reason = "place_differs"
        elif len(name) < SHORTEST:
            reason = "too_short"
        elif not JOINT_STOCK.search(others.main[other]) and not (
            same_place(state, left, right) and core(others.main[other]).startswith(name)
        ):
            reason = "wording_differs"
        else:
            found.append((left, right, there[other], math.nan))
            continue
        # Of many chance hits only those in the same place are worth a person's look.
        if shown < _SHOWN and (len(there) <= _SHOWN or same_place(state, left, right)):
            state.doubt(left, right, "subsequence", there[other], math.nan, reason)
            shown += 1
    return found


def _another_firm(own: Side, row: int, others: Side, other: int) -> bool:
    """Whether codes or countries show that a name like another is chance (佳能 of Japan, 佳禾智能 of China)."""
    one, two = own.places[row][:1], others.places[other][:1]
    return codes_differ(own, row, others, other) or bool(one and two and one != two)


def _by_similarity(state: State) -> None:
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
        if not state.free(1 - small, other) or codes_differ(side, row, other_side, other):
            continue
        reason = unlike(side.main[row], other_side.main[other])
        if places_differ(side.places[row], other_side.places[other]):
            if reason == "wording_differs":
                continue  # neither name nor place: another firm
            reason = "place_differs"
        elif margin < SIMILAR_MARGIN:
            reason = "near_second"
        elif not reason and not same_place(state, left, right):
            reason = "place_unknown"
        if reason:
            state.doubt(left, right, "similar", score, margin, reason)
        else:
            pairs.append((left, right, score, margin))
    state.accept(pairs, "similar")
