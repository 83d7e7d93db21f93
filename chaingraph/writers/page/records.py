"""Frames as the page's records: plain values, cleaned text, both languages in one, nothing where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from chaingraph.model.results.told import Texts, sentences_apart
from chaingraph.wording.phrases import parts
from chaingraph.writers.harmless import clean_text

Record = dict[str, Any]
_NAME_LENGTH = 120  # no firm has a longer name; what is longer is shown cut, and stands whole in the tables
_TEXT_LENGTH = 2000


def shortened(value: str, length: int = _NAME_LENGTH) -> str:
    """A text of at most so many characters, with an ellipsis where it was cut.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abc…'
    """
    return value if len(value) <= length else value[: length - 1] + "…"


def records(frame: pd.DataFrame) -> list[Record]:
    r"""The rows of a frame as dictionaries of plain Python values, None where a value is missing.

    Examples
    --------
    >>> records(pd.DataFrame({"firm": ["A\x00"], "rank": pd.array([1], dtype="Int64"), "reach": [float("nan")]}))
    [{'firm': 'A', 'rank': 1, 'reach': None}]
    """
    names = frame.columns.tolist()  # walking an index is slow, a list is not
    columns = [_plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series[Any]) -> list[object]:
    held_or_not = zip(column.to_numpy(dtype=object).tolist(), column.isna().tolist(), strict=True)
    values: list[object] = [None if missing else value for value, missing in held_or_not]
    if isinstance(column.dtype, pd.StringDtype):
        # Most columns hold nothing to clean: one look at all of it is cheaper than a look at each.
        held = [value for value in values if isinstance(value, str)]
        joined = "".join(held)
        if clean_text(joined) == joined and max(map(len, held), default=0) <= _TEXT_LENGTH:
            return values
    return [_cleaned(value) for value in values]


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return shortened(clean_text(value), _TEXT_LENGTH)
    if isinstance(value, tuple):
        return tuple(map(_cleaned, value))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def rounded(value: float | None, digits: int = 4) -> float | None:
    """A number with as many significant digits as the page shows at most."""
    if value is None or value == 0:
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def pair(zh: object, en: object) -> object:
    """One value for both languages where they agree, else both by language.

    Examples
    --------
    >>> pair("B", "B"), pair("硅片", "Wafers"), pair(None, "Wafers")
    ('B', {'zh': '硅片', 'en': 'Wafers'}, {'zh': 'Wafers', 'en': 'Wafers'})
    """
    if zh == en or en is None:
        return zh
    return {"zh": en if zh is None else zh, "en": en}


def known(record: Mapping[str, object]) -> Record:
    """The record without what is not known: no null, no empty text, no empty list.

    Examples
    --------
    >>> known({"rank": 1, "reach": None, "reasons": [], "local_unit": False})
    {'rank': 1, 'local_unit': False}
    """
    return {key: value for key, value in record.items() if value is not None and value not in ("", [], {})}


def in_both(texts: Texts, keys: Sequence[str], *, lists: Iterable[str] = (), drop: Iterable[str] = ()) -> list[Record]:
    """The rows of a table that exists once per language, as one record each, text in both.

    Parameters
    ----------
    texts
        The table by language; rows are matched by `keys`, in the order of the Chinese table.
    lists
        Columns that hold several sentences, or names joined with ``;``; they become lists.
    drop
        Columns to leave out.
    """
    several, left_out = frozenset(lists), frozenset(drop)
    english = {tuple(row[key] for key in keys): row for row in records(sentences_apart(texts, "en"))}
    result = []
    for row in records(sentences_apart(texts, "zh")):
        other = english.get(tuple(row[key] for key in keys), row)
        merged: Record = {}
        for column, value in row.items():
            if column in left_out:
                continue
            if column in several:
                merged[column] = pair(parts(value), parts(other[column]))
            else:
                merged[column] = pair(value, other[column])
        result.append(known(merged))
    return result


def grouped(rows: Iterable[Record], key: str) -> dict[Any, list[Record]]:
    """Records by the value of one column, in the order they come."""
    groups: dict[Any, list[Record]] = {}
    for row in rows:
        groups.setdefault(row.get(key), []).append(row)
    return groups


def grouped_by(rows: Iterable[Record], *keys: str) -> dict[tuple[Any, ...], list[Record]]:
    """Records by the values of several columns, in the order they come."""
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    return groups
