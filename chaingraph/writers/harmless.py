"""Text made harmless before it leaves: no formula for a spreadsheet to run, nothing unseen that misleads a reader."""

from __future__ import annotations

import datetime
import re
from typing import IO, Any

from chaingraph.model.days import day_or_none
from chaingraph.reading.cells import FORMULA

# What XML and Excel refuse, what steers a terminal, what reverses the reading direction, and halves of surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_FORMULA = re.compile(f"'*{FORMULA}")
_NO_DAY = datetime.date(2000, 1, 1)


def harmless_book(buffer: IO[bytes], *, title: str, as_of: str = "2024-01-01", **options: object) -> Any:
    """A workbook to be written (`xlsxwriter.Workbook`) in which no text turns into a formula or a link.

    Parameters
    ----------
    title
        What its properties call it.
    as_of
        The day, month or year that its properties give for the clock: the same content gives the same bytes. A sheet
        that is made for no day bears always the same one.
    options
        Further options of xlsxwriter.
    """
    import xlsxwriter

    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, plain | options)
    day = day_or_none(f"{as_of}-01-01"[: len("2024-01-01")]) or _NO_DAY
    created = datetime.datetime.combine(day, datetime.time())
    book.set_properties({"title": safe_text(title), "author": "chaingraph", "created": created})
    return book


def clean_text(value: str) -> str:
    r"""The text without characters that cannot be shown: control characters, direction overrides, broken halves.

    Tabs and line breaks stay.

    Examples
    --------
    >>> clean_text("A\x00B\u202eC")
    'ABC'
    """
    return _UNSEEN.sub("", value)


def safe_text(value: str) -> str:
    """The text as a spreadsheet may hold it: cleaned, and never a formula.

    Text that begins with ``=``, ``+``, ``-``, ``@``, ``|`` or their wide forms, also behind blanks, or with a tab or a
    line break gets a leading apostrophe; so does text that begins with apostrophes before one of these, so that taking
    one apostrophe off (`plain_text`) always gives the text back.

    Examples
    --------
    >>> safe_text("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    >>> safe_text("隆基绿能")
    '隆基绿能'
    """
    cleaned = _UNSEEN.sub("", value)
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned


def plain_text(value: str) -> str:
    """The inverse of `safe_text`: one protecting apostrophe taken off, where there is one.

    Examples
    --------
    >>> plain_text(safe_text("-5 °C")), plain_text("'s-Hertogenbosch")
    ('-5 °C', "'s-Hertogenbosch")
    """
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value
