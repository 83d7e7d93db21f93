"""Names, lists of names, numbers and shares as they stand in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.columns import COLUMNS

MOST_NAMES = 4
_BETWEEN, _OPENING, _CLOSING = ";\uff1b", "(\uff08", ")\uff09"


def names_by_id(graph: ChainGraph, table: str, lang: str) -> dict[str, str]:
    """Names of chains, segments or firms by id; in English where there is an English name."""
    noun = table.removesuffix("s")
    frame = graph[table]
    names = frame[noun] if lang == "zh" else frame[f"{noun}_en"].fillna(frame[noun])
    return dict(zip(frame[f"{noun}_id"], names, strict=True))


def joined(sentences: Iterable[str], lang: str) -> str:
    """Sentences as one text, as a cell of a table holds them; `parts` takes them apart again."""
    return text("gaps.sentence_separator", lang).join(sentences)


def parts(value: object) -> list[str]:
    """The sentences of a joined text, or the members of a joined cell, stripped; none for a missing one.

    A semicolon within a pair of brackets joins nothing; a bracket without its counterpart is a letter like others.

    Examples
    --------
    >>> parts("one (a; (b) c); two"), parts("甲;乙（丙；丁"), parts(None)
    (['one (a; (b) c)', 'two'], ['甲', '乙（丙', '丁'], [])
    """
    if not isinstance(value, str):
        return []
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    between: list[int] = []
    for place, letter in enumerate(value):
        if letter in _OPENING:
            opened.append(place)
        elif letter in _CLOSING and opened:
            pairs.append((opened.pop(), place))
        elif letter in _BETWEEN:
            between.append(place)
    cuts = [place for place in between if not any(first < place < last for first, last in pairs)]
    cut = (value[first + 1 : last] for first, last in zip([-1, *cuts], [*cuts, len(value)], strict=True))
    return [part for part in map(str.strip, cut) if part]


def listed(names: Sequence[str], lang: str, most: int = MOST_NAMES) -> str:
    """The first names, and how many there are when some are left out.

    Examples
    --------
    >>> listed(["a", "b", "c"], "en", most=2)
    'a, b and others (3 in all)'
    """
    shown = text("gaps.list_separator", lang).join(names[:most])
    return shown if len(names) <= most else shown + text("gaps.and_more", lang, count=len(names))


def worded(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table of the results, whose texts are text: also a column that is missing in every row."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    return frame.astype({column: "str" for column in columns if COLUMNS[column].dtype == "str"})


def data_day(date: str, lang: str) -> str:
    """A date as it stands in a sentence; of data that state none, that they do not.

    Examples
    --------
    >>> data_day("2024-05", "en"), data_day("", "en")
    ('2024-05', 'not stated')
    """
    return date or text("gaps.no_date", lang)


def percent(share: float, sign: str = "%") -> str:
    """A share as whole per cent; a dash where it is not known.

    A sentence that has the sign itself asks for the figure alone (``sign=""``).

    Examples
    --------
    >>> percent(0.456), percent(0.456, sign=""), percent(float("nan"))
    ('46%', '46', '-')
    """
    return "-" if math.isnan(share) else f"{100 * share:.0f}{sign}"


def number(value: float, digits: int = 1) -> str:
    """A number with at most so many decimals, without trailing zeros.

    Examples
    --------
    >>> number(2.0), number(1.25)
    ('2', '1.2')
    """
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
