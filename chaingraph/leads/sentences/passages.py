"""A text made safe and comparable, and cut into passages short enough that no pattern runs long on any of them.

Positions count characters of the body as `cleaned` gives it; everything that follows keeps its length.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from chaingraph.model import registry
from chaingraph.reading.personal import masked
from chaingraph.reading.rejects import INVISIBLE

MAX_BODY = 400_000  # characters of one text that are read: a prospectus has some 300,000
MAX_PASSAGE = 500  # characters of one passage; a text without full stops is cut at commas, else anywhere
MAX_PASSAGES = 8_000

# Full-width letters, digits and marks as half-width ones, one for one.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x3014: 0x28, 0x3015: 0x29}
_BLANKS = re.compile(r"[ \t]+")
_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff,.;:]) (?=[\u3400-\u9fff])")
_LINES = re.compile(r"\s*\n\s*")
# Full stops: Chinese ones, line ends, semicolons, an English one before a capital; numbers of a list.
_STOP = re.compile(
    r"[。!?;\n]+[”\"]?|(?<=[a-z0-9)])(?<!Ltd)(?<!Inc)(?<!Co)(?<!Corp)(?<!No)\.(?=\s+[A-Z])"
    # The first of a German month ends no sentence: zum 1. Juni.
    r"(?!\s+(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b)"
)


@dataclass(frozen=True)
class Passage:
    """A piece of a text: where it begins, what it says with half-width marks, the stop before it, whether it asks."""

    start: int
    text: str
    after: str
    question: bool


def cleaned(raw: str) -> str:
    r"""A body as it is kept: nothing invisible, one blank for many, personal contacts masked, as long as allowed.

    Examples
    --------
    >>> cleaned("嘉兴\u202e 某厂\n\n0573-82520000,13800138000")
    '嘉兴某厂\n0573-82520000,□□□□□□□□□□□'
    """
    text = raw[: 2 * MAX_BODY].replace("\r\n", "\n").replace("\r", "\n")
    text = _BLANKS.sub(" ", INVISIBLE.sub("", text.replace("\u00a0", " ").replace("\u3000", " ")))
    return masked(_LINES.sub("\n", _BETWEEN.sub("", text)).strip()[:MAX_BODY])


@cache
def _plain_letters() -> Mapping[int, int]:
    """Half-width marks for full-width ones, simplified letters for traditional ones."""
    told = tomllib.loads((registry.LIBRARY / "traditional.toml").read_text(encoding="utf-8"))
    return _HALF | dict(zip(map(ord, told["traditional"]), map(ord, told["simplified"]), strict=True))


def half_width(text: str) -> str:
    """The same text with half-width marks and simplified letters, of the same length.

    Examples
    --------
    >>> half_width("（一期）簽約")
    '(一期)签约'
    """
    return text.translate(_plain_letters())


def passages(body: str) -> Iterator[Passage]:
    """The passages of a body in order, at most `MAX_PASSAGES`.

    Examples
    --------
    >>> [piece.text for piece in passages("甲公司开工。乙公司投产;丙公司签约")]
    ['甲公司开工', '乙公司投产', '丙公司签约']
    """
    plain = half_width(body)
    count, start, before = 0, 0, "\n"
    for stop in [*_STOP.finditer(plain), None]:
        end, after, mark = (len(plain), len(plain), "") if stop is None else (stop.start(), stop.end(), stop[0])
        for begin, finish in _bounded(plain, start, end):
            if plain[begin:finish].strip():
                yield Passage(begin, plain[begin:finish], before, "?" in mark)
                count, before = count + 1, ","
                if count >= MAX_PASSAGES:
                    return
        before = "\n" if "\n" in mark or (before == "\n" and not plain[start:end].strip()) else mark[:1]
        start = after


def _bounded(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A stretch cut into pieces of at most `MAX_PASSAGE` characters, at a comma where there is one."""
    while end - start > MAX_PASSAGE:
        comma = plain.rfind(",", start + MAX_PASSAGE // 2, start + MAX_PASSAGE)
        cut = comma + 1 if comma > 0 else start + MAX_PASSAGE
        yield start, cut
        start = cut
    yield start, end
