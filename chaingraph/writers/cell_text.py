"""Text as a cell shows it: captions of codes, members one a line, addresses that may become links, sheet names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from urllib.parse import urlsplit

from chaingraph.labels import text
from chaingraph.model.columns import split
from chaingraph.model.strategy import code_captions
from chaingraph.wording.phrases import parts
from chaingraph.writers.harmless import safe_text

CELL_LIMIT = 32_767  # characters a cell can hold
_ADDRESS_LIMIT = 2_079  # characters of an address that Excel opens
_NAME_LIMIT = 31  # characters of a sheet name, counted as UTF-16 units
_ADDRESS = re.compile(r"https?://(?:(?!https?://)[!#-:=?-~])+")  # printable ASCII but quotes, ; and <>


_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\uff1a\uff3c\uff0f\uff1f\uff0a\uff3b\uff3d]")


@lru_cache(maxsize=10_000)  # the same texts stand on several sheets
def fitting(value: str) -> str:
    """The text as a cell may hold it: inert (`files.safe_text`), and cut where it is longer than a cell can be."""
    safe = safe_text(value)
    return safe if len(safe) <= CELL_LIMIT else safe[: CELL_LIMIT - 1] + "…"


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    r"""A name that a sheet may bear: at most 31 characters, unlike every name taken.

    None of ``[]:*?/\`` stands in it, full-width or not: a name that is typed into a formula may be taken either way.

    Examples
    --------
    >>> sheet_name("半导体/集成电路[一]", []), sheet_name("光伏", ["光伏"]), sheet_name("'", [])
    ('半导体 集成电路 一', '光伏 2', 'sheet')
    >>> sheet_name("材料\uff1a硅\uff0f锗\uff3b一\uff3d", [])
    '材料 硅 锗 一'
    """
    plain = " ".join(_NOT_IN_NAMES.sub(" ", safe_text(wanted)).split()).strip("' ")
    plain = _cut("sheet" if not plain or plain.lower() == "history" else plain, _NAME_LIMIT)
    name, number = plain, 1
    while name.lower() in {other.lower() for other in taken}:
        number += 1
        name = f"{_cut(plain, _NAME_LIMIT - len(str(number)) - 1)} {number}"
    return name


def _cut(value: str, limit: int) -> str:
    """The longest beginning of a text that takes so many UTF-16 units; Excel counts those."""
    while len(value.encode("utf-16-le")) // 2 > limit:
        value = value[:-1]
    return value.rstrip()


@lru_cache(maxsize=10_000)
def address(value: str) -> str | None:
    """The one http(s) address in a text; None where there is none, several, or one that poses as another.

    Examples
    --------
    >>> address("嘉兴日报2025-11-06 http://www.example.cn/a?id=1"), address("file:///etc/passwd")
    ('http://www.example.cn/a?id=1', None)
    """
    found = {_trimmed(hit) for hit in _ADDRESS.findall(value)}
    if len(found) != 1:
        return None
    only = found.pop()
    try:
        parts = urlsplit(only)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc or len(only) > _ADDRESS_LIMIT or re.search(r"[{}|\\^`]", only):
        return None
    return only


def _trimmed(hit: str) -> str:
    """An address without the punctuation of the sentence around it."""
    hit = hit.rstrip(".,:!?'")
    return hit.rstrip(")]") if "(" not in hit and "[" not in hit else hit


@cache
def _codes(lang: str) -> dict[str, str]:
    return code_captions(lang)


@cache
def code_text(group: str, value: str, lang: str) -> str:
    """The caption of a code or of a set of codes; an edition in brackets stays; what is no code stays as it is.

    Examples
    --------
    >>> code_text("tier", "global500(2022);listed", "en")
    'Fortune Global 500 (2022), Listed'
    """
    captions = []
    for part in split(value):
        code, bracket, edition = part.partition("(")
        doubt = text("explain.unchecked_mark", lang) if part.endswith("?") else ""
        caption = _codes(lang).get(f"{group}_{code.rstrip('?')}")
        edition = (" (" if lang == "en" else "(") + edition.rstrip("?") if bracket else ""
        captions.append(part if caption is None else f"{caption}{edition}{doubt}")
    return (", " if lang == "en" else "、").join(captions)


def shown_width(value: str) -> float:
    """How many Latin characters wide a text is; Chinese characters take two.

    Examples
    --------
    >>> shown_width("PV 光伏")
    7.0
    """
    if value.isascii():
        return float(len(value))
    return float(sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in value))


def lines(value: object) -> str | None:
    r"""The sentences or members of a cell, one a line; None for a missing one. What stands in brackets stays together.

    Examples
    --------
    >>> lines("three buyers; choke point (imported; checked);no reference")
    'three buyers\nchoke point (imported; checked)\nno reference'
    """
    return _lines(value) if isinstance(value, (str, tuple)) else None


@lru_cache(maxsize=100_000)  # the same cells stand on several sheets
def _lines(value: str | tuple[str, ...]) -> str:
    return "\n".join(parts(value))
