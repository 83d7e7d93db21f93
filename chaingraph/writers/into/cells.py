"""A clean value as it is written into somebody's own file: in their words, in the unit of their header."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from chaingraph.model.columns import SEPARATOR, Column, split
from chaingraph.reading.cells import clean, parser
from chaingraph.reading.headers import Match
from chaingraph.writers.harmless import safe_text


class Written(NamedTuple):
    """A cell to write: its text, and whether it is a number."""

    text: str
    number: bool = False


def written(value: object, column: Column, scale: tuple[float, float], *, chinese: bool) -> Written:
    """The text that the reader takes for that value again.

    Parameters
    ----------
    value
        A clean value, not missing; "" empties the cell.
    column, scale
        What the column is, and factor and divisor of its header's unit (`headers.Match`).
    chinese
        Whether the file's headers are Chinese: choices are then written in Chinese too.

    Examples
    --------
    >>> from chaingraph.model.schema import TABLES
    >>> written(1250.0, TABLES["firms"].column("revenue_cny_m"), (1e8, 1e6), chinese=True)
    Written(text='12.5', number=True)
    >>> written("listed;little_giant(2023)", TABLES["firms"].column("tiers"), (1, 1), chinese=True).text
    '上市公司;专精特新小巨人(2023)'
    """
    if value == "":
        return Written("")
    if column.kind in ("number", "integer"):
        return Written(_plain(float(str(value)) * scale[1] / scale[0]), number=True)
    if column.kind == "flag":
        return Written(("是" if value else "否") if chinese else ("1" if value else "0"))
    text = str(value)
    if column.choices and chinese:
        text = SEPARATOR.join(_spoken(member, column.choices) for member in split(text))
    return Written(safe_text(text))


def _plain(number: float) -> str:
    text = f"{number:.15g}"
    return f"{number:.12f}".rstrip("0").rstrip(".") if "e" in text else text


def _spoken(member: str, choices: Mapping[str, tuple[str, ...]]) -> str:
    """A choice in Chinese, with what stands in brackets behind it."""
    name, bracket, rest = unicodedata.normalize("NFKC", member).partition("(")
    if not name.isascii() or not choices.get(name):
        return member
    return choices[name][0] + bracket + rest


def reads_back(cell: Written, value: object, match: Match) -> bool:
    """Whether the reader takes the text for the value, blanks and line breaks aside (`reading.cells.clean`)."""
    read, problem = parser(match.column, match.scale)(cell.text)
    if problem is not None:
        return False
    if isinstance(read, float | int) and not isinstance(read, bool):
        wanted = float(str(value))
        return abs(read - wanted) <= 1e-9 * max(1.0, abs(wanted))
    if read is None:
        return value == ""
    return read == value or str(read) in (str(value), clean(str(value)))
