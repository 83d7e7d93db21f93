"""Text made harmless before it leaves: no formula for a spreadsheet to run, nothing unseen that misleads a reader."""

from __future__ import annotations

import re

from chaingraph.reading.cells import FORMULA

# What XML and Excel refuse, what steers a terminal, what reverses the reading direction, and halves of surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_FORMULA = re.compile(f"'*{FORMULA}")


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
