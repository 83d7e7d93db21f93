"""Amounts of investment as bureaus write them: 12亿元, 1.2亿美元, 5000 under a header (万元). Read only when whole.

An amount needs a number, a magnitude and a currency. What the cell says goes before what the header says; what neither
says is not supplied.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chaingraph.ledger.fields import CURRENCIES
from chaingraph.reading.cells import fold
from chaingraph.reading.rejects import Problem

_MAGNITUDES = {
    "元": 1e-6, "千": 1e-3, "万": 1e-2, "十万": 0.1, "百万": 1.0, "千万": 10.0, "亿": 100.0, "十亿": 1e3, "百亿": 1e4,
    "千亿": 1e5, "million": 1.0, "mn": 1.0, "m": 1.0, "billion": 1e3, "bn": 1e3,
}  # fmt: skip
_WORDS = {fold(word): code for code, words in CURRENCIES.items() for word in (code, *words) if fold(word) != "元"}
_CURRENCY = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_MAGNITUDE = "|".join(sorted((word for word in _MAGNITUDES if word != "元"), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"({_CURRENCY})?(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)({_MAGNITUDE})?(元)?({_CURRENCY})?"
)
_UNIT = re.compile(rf"({_CURRENCY})?({_MAGNITUDE})?(元)?({_CURRENCY})?")
_INEXACT = re.compile(r"[-~\u2013\u2014至到]|以上|以下|左右|超|近|多|余|不低于|不少于|上下|>|<|≥|≤")
LARGEST_CNY_M = 100_000.0  # 1,000 亿元: beyond it a unit is more likely wrong than the project that large


class Unit(NamedTuple):
    """What a header says of its numbers: millions in one, and the currency; None and "" where it does not say."""

    scale: float | None
    currency: str


def unit(text: str) -> Unit | None:
    """The unit of a header; None where the words are no unit of money.

    Examples
    --------
    >>> unit("亿元"), unit("万美元"), unit("亿"), unit("亩")
    (Unit(scale=100.0, currency='CNY'), Unit(scale=0.01, currency='USD'), Unit(scale=100.0, currency=''), None)
    """
    found = _UNIT.fullmatch(fold(text).removeprefix("单位:"))
    if found is None:
        return None
    currency = _currency(found[1], found[4], yuan=bool(found[3]))
    if currency is None:
        return None
    scale = _MAGNITUDES[found[2]] if found[2] else 1e-6 if currency else None
    return Unit(scale, currency)


def _currency(before: str | None, after: str | None, *, yuan: bool) -> str | None:
    """The currency of words before and after a number, "" where none; None where they contradict each other.

    元 alone is CNY.
    """
    codes = {_WORDS[word] for word in (before, after) if word} or ({"CNY"} if yuan else set())
    if yuan and codes != {"CNY"}:
        return None
    return None if len(codes) > 1 else next(iter(codes), "")


def amount(text: str, header: Unit, stated: str = "") -> tuple[tuple[float, str] | None, Problem | None]:
    """An amount in millions and its currency, with what is to be reported about it.

    Parameters
    ----------
    header
        What the column's header says.
    stated
        The currency that another cell of the row states; "" where none does.

    Returns
    -------
    ((million, currency) or None, problem or None)
        Both where the value is used and there is something to say about it.

    Examples
    --------
    >>> yuan = Unit(100.0, "CNY")
    >>> amount("12", yuan), amount("1.2亿美元", Unit(100.0, "USD"))
    (((1200.0, 'CNY'), None), ((120.0, 'USD'), None))
    >>> amount("10-15", yuan)[1].reason, amount("12", Unit(None, ""))[1].reason
    ('not_exact', 'no_unit')
    """
    known = fold(text).removeprefix("约")
    found = _AMOUNT.fullmatch(known)
    if found is None:
        numbers = re.findall(r"\d+(?:\.\d+)?", known)
        inexact = _INEXACT.search(known) is not None
        reason = "not_exact" if inexact and numbers else "two_amounts" if len(numbers) > 1 else "not_an_amount"
        return None, Problem(reason)
    own = _currency(found[1], found[5], yuan=bool(found[4]))
    if own is None:
        return None, Problem("currency_conflict")
    if own and not found[3] and header.scale not in (None, 1e-6):
        return None, Problem("half_a_unit")  # 120美元 under (万元): dollars, or ten thousand of them?
    scale = _MAGNITUDES[found[3]] if found[3] else 1e-6 if own else header.scale
    currency = own or header.currency or stated
    if not own and stated and header.currency and stated != header.currency:
        return None, Problem("currency_conflict")
    if own and stated and own != stated:
        return None, Problem("currency_conflict")
    if scale is None:
        return None, Problem("no_unit")
    if not currency:
        return None, Problem("no_currency")
    value = round(float(found[2].replace(",", "")) * scale, 9)
    if value > LARGEST_CNY_M or value <= 0:
        return None, Problem("too_large" if value else "zero_amount")
    differs = bool(own and header.currency and own != header.currency) or (
        found[3] and header.scale not in (None, scale)
    )
    return (value, currency), Problem("unit_differs") if differs else None
