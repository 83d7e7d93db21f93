"""First letters of the pinyin of a name: how people who type Chinese look for a firm."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_CHINESE = re.compile("[\u3400-\u9fff]")
_LETTERS = re.compile(r"[a-z0-9]+")
_LONGEST = 24  # letters of a name that anybody types


def initials(names: Iterable[object]) -> list[str]:
    """The pinyin initials of those names that hold Chinese, each once, in order.

    A character with several readings is read as in the longest known word it stands in (银行: yh, 行动: xd).

    Examples
    --------
    >>> initials(["福莱特玻璃集团", "LG化学", "重庆银行", "Flat Glass"])
    ['fltbljt', 'lghx', 'cqyh']
    """
    found = (_of(str(name)) for name in names if name and _CHINESE.search(str(name)))
    return list(dict.fromkeys(letters for letters in found if len(letters) > 1))


@lru_cache(maxsize=65536)
def _of(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # its word list takes a moment to load

    parts = lazy_pinyin(name[:_LONGEST], style=Style.FIRST_LETTER, errors="default")
    return "".join(_LETTERS.findall("".join(parts).lower()))
