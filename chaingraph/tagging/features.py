"""Product texts as the tagger sees them: single products, the terms found in them, and how well those terms fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from chaingraph.matching.product_text import NOT_IN_A_WORD, is_accounting_line, is_bare_activity

NONE = ""  # the class "none of these"
_LONGEST = 16  # characters; longer terms are met as a whole text only
_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_STRAY = re.compile(r"[()\[\]【】〔〕\s\"'“”‘’]+")
# A slash or a stroke between Latin letters is part of a name (PET/CT, T/R), between others it separates products.
_SEPARATORS = re.compile(NOT_IN_A_WORD + r"[、;,。|]|(?<![a-z])/|/(?![a-z])")
_CIRCLED = re.compile(r"^[①-⑳]+")  # before NFKC, which makes digits of them
_NUMBERING = re.compile(r"^[\d一二三四五六七八九十]*[-.、)]+|^其中:?")
# Words that end a line of accounts and say nothing about what is made.
_EMPTY_ENDS = re.compile(
    r"(业务收入|主营业务|制造业|及配件|及其他|及其制品|及其它|等产品|类产品|系列产品|分部|板块|业务|系列|产品|收入|"
    r"制造|生产|项目|事业部|及服务|加工|行业|等|类)$"
)
# Selling, renting, carrying or mending a thing is not making it.
_DEALING = re.compile(
    r"销售|贸易|批发|零售|流通|经销|代理|租赁|维修|运输|物流|配送|购销|代销|经营|进出口|仓储|咨询|培训|监理|施工"
)

_MAKING = re.compile("制造|生产|加工|制作|研发|研制|组装")


@lru_cache(maxsize=200_000)
def normalise(text: str) -> str:
    """One spelling of a product: NFKC, lower case, without brackets' content, blanks, numbering and empty ends.

    Examples
    --------
    >>> normalise("①ＰＥＴ/CT系列产品(进口)"), normalise("印制电路板业务")
    ('pet/ct', '印制电路板')
    """
    plain = unicodedata.normalize("NFKC", _CIRCLED.sub("", text)).lower() if not text.isascii() else text.lower()
    bare = _STRAY.sub("" if not plain.isascii() else " ", _BRACKETS.sub("", plain)).strip() or plain.strip()
    bare = _NUMBERING.sub("", bare) or bare
    while len(shorter := _EMPTY_ENDS.sub("", bare)) >= 2 and shorter != bare:
        bare = shorter
    return bare.strip("-:.")


@lru_cache(maxsize=200_000)
def parts(text: str) -> tuple[str, ...]:
    """The single products of a text that may list several, in order, each once.

    Lines of accounts and activities without a thing are none.

    Examples
    --------
    >>> parts("丙烯、混合碳四(C4、C5);分部间抵销")
    ('丙烯', '混合碳四')
    >>> parts("T/R组件/雷达"), parts("齿轮及齿轮减、变速箱制造;生产、销售")
    (('t/r组件', '雷达'), ('齿轮及齿轮减、变速箱',))
    """
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", _CIRCLED.sub("", text)).lower())
    found = (normalise(piece) for piece in _SEPARATORS.split(plain or text) if not is_accounting_line(piece.strip()))
    return tuple(dict.fromkeys(piece for piece in found if piece and not is_bare_activity(piece)))


def is_dealing(part: str) -> bool:
    """Does the text speak of selling, renting, carrying or mending rather than of making?

    Examples
    --------
    >>> is_dealing("医药批发零售"), is_dealing("光伏玻璃")
    (True, False)
    """
    return _DEALING.search(part) is not None


def is_making(part: str) -> bool:
    """Does the text speak of making, whatever else it speaks of?

    Examples
    --------
    >>> is_making("生产销售阀门"), is_making("阀门销售")
    (True, False)
    """
    return _MAKING.search(part) is not None


_DENIAL = "非"


class TermIndex:
    """Which terms stand in a text, and which segments they mean.

    A term may come from several sources (a name, the case's list of terms, firms); a source can be left out, so that a
    firm's text is not explained by the firm itself.
    """

    def __init__(self, terms: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Rows of term (normalised), source, segments (empty: none of the chains)."""
        self.entries: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for term, source, segments in terms:
            if len(term) >= 2 or not term.isascii():
                self.entries.setdefault(term, []).append((source, frozenset(segments) or frozenset({NONE})))
        self._lengths = sorted({len(term) for term in self.entries if len(term) <= _LONGEST})

    def meaning(self, term: str, without: str | None = None) -> frozenset[str]:
        """Segments the term means by all its sources, or by all but one.

        A list of terms outweighs firms: it says what the word means, a firm's row only where the firm was put.
        """
        held = [(source, segments) for source, segments in self.entries.get(term, ()) if source != without]
        told = [segments for source, segments in held if source.startswith("term:")] or [s for _, s in held]
        union: frozenset[str] = frozenset().union(*told)
        return union - {NONE} or union

    def find(self, text: str, without: str | None = None) -> list[tuple[int, int, frozenset[str]]]:
        """Terms that stand in the text: start, end, segments; those inside a longer found term are left out.

        A term that the text denies ("非轮胎", other than tyres) does not stand there.

        Examples
        --------
        >>> index = TermIndex([("电池", "a", ["EV04"]), ("锂电池隔膜", "b", ["EV03"])])
        >>> [(start, end, sorted(segments)) for start, end, segments in index.find("锂电池隔膜材料")]
        [(0, 5, ['EV03'])]
        """
        size = len(text)
        found: list[tuple[int, int, frozenset[str]]] = []
        if size > _LONGEST and text in self.entries and (segments := self.meaning(text, without)):
            return [(0, size, segments)]
        entries = self.entries
        for length in reversed(self._lengths):
            for start in range(size - length + 1):
                term = text[start : start + length]
                if term not in entries or text[start - 1 : start] == _DENIAL or _cuts_word(text, start, start + length):
                    continue
                if any(a <= start and start + length <= b for a, b, _ in found):
                    continue
                if segments := self.meaning(term, without):
                    found.append((start, start + length, segments))
        return found


def _cuts_word(text: str, start: int, end: int) -> bool:
    """Whether the stretch begins or ends inside a Latin word or number: `pc` in `upcast`."""
    before = start > 0 and text[start].isascii() and text[start].isalnum() and _latin(text[start - 1])
    after = end < len(text) and text[end - 1].isascii() and text[end - 1].isalnum() and _latin(text[end])
    return before or after


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


FEATURES = (
    "linear", "linear_gap", "linear_none", "exact", "suffix", "inside", "other_suffix", "other_inside", "none_suffix",
    "none_inside", "meanings", "uncovered", "length", "dealing",
)  # fmt: skip


def pair_features(
    part: str,
    found: Sequence[tuple[int, int, frozenset[str]]],
    scores: Mapping[str, float],
    none_score: float,
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Candidate segments of one product, and how each fits: one row per candidate, columns `FEATURES`.

    A text that is itself a word of no chain has none.

    Parameters
    ----------
    part
        The product, normalised.
    found
        From `TermIndex.find`.
    scores
        Linear scores of the best segments (others count as 0).
    none_score
        Linear score of "none of these".
    """
    size = max(1, len(part))
    if (0, size, frozenset({NONE})) in found:  # the dictionary says what this very text is: none of these
        return [], np.empty((0, len(FEATURES)), dtype=np.float32)
    inside: dict[str, float] = {}
    suffix: dict[str, float] = {}
    meanings: dict[str, int] = {}
    covered = [False] * size
    for start, end, segments in found:
        share = (end - start) / size
        for position in range(start, min(end, size)):
            covered[position] = True
        for segment in segments:
            if share > inside.get(segment, 0.0):
                inside[segment] = share
                meanings[segment] = len(segments)
            if end == size:
                suffix[segment] = max(suffix.get(segment, 0.0), share)
    candidates = sorted({*inside, *scores} - {NONE})
    if not candidates:
        return [], np.empty((0, len(FEATURES)), dtype=np.float32)
    uncovered = covered.count(False) / size
    dealing = float(is_dealing(part))
    rows = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    for row, segment in enumerate(candidates):
        # Others are segments that a word means which does not mean this one.
        rivals = [
            (share, ends)
            for share, ends in (
                ((end - start) / size, end == size)
                for start, end, segments in found
                if segment not in segments and NONE not in segments
            )
        ]
        score = scores.get(segment, 0.0)
        others = [value for other, value in scores.items() if other != segment]
        rows[row] = (
            score,
            score - max(others, default=0.0),
            none_score,
            float(inside.get(segment, 0.0) >= 1.0),
            suffix.get(segment, 0.0),
            inside.get(segment, 0.0),
            max((share for share, ends in rivals if ends), default=0.0),
            max((share for share, _ in rivals), default=0.0),
            suffix.get(NONE, 0.0),
            inside.get(NONE, 0.0),
            meanings.get(segment, 0),
            uncovered,
            np.log(size),
            dealing,
        )
    return candidates, rows
