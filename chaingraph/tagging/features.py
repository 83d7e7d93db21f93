"""Product texts as the tagger sees them: single products, the terms found in them, and how well those terms fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chaingraph.matching.product_text import NOT_IN_A_WORD, is_accounting_line, is_bare_activity
from chaingraph.tagging.stretches import KeyTable, Letters

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
    r"销售|贸易|批发|零售|流通|经销|代理|租赁|维修|运输|物流|配送|购销|代销|收购|经营|进出口|仓储|咨询|培训|监理|施工"
)

_MAKING = re.compile("制造|生产|加工|制作|研发|研制|组装")


_ENDS = frozenset("入务业件他品它造产目部工等类块列")  # last characters of empty ends
# In such a text nothing is folded, nothing separates or numbers, nothing stands in brackets.
_PLAIN = re.compile("(?!其中)[\u4e00-\u9fff]+")


@lru_cache(maxsize=200_000)
def normalise(text: str) -> str:
    """One spelling of a product: NFKC, lower case, without brackets' content, blanks, numbering and empty ends.

    Examples
    --------
    >>> normalise("①ＰＥＴ/CT系列产品(进口)"), normalise("印制电路板业务")
    ('pet/ct', '印制电路板')
    """
    if _PLAIN.fullmatch(text):
        return _without_empty_ends(text)
    plain = unicodedata.normalize("NFKC", _CIRCLED.sub("", text)).lower() if not text.isascii() else text.lower()
    bare = _STRAY.sub("" if not plain.isascii() else " ", _BRACKETS.sub("", plain)).strip() or plain.strip()
    bare = _NUMBERING.sub("", bare) or bare
    return _without_empty_ends(bare).strip("-:.")


def _without_empty_ends(bare: str) -> str:
    while bare and bare[-1] in _ENDS and len(shorter := _EMPTY_ENDS.sub("", bare)) >= 2 and shorter != bare:
        bare = shorter
    return bare


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
    if _PLAIN.fullmatch(text):
        piece = "" if is_accounting_line(text) else normalise(text)
        return (piece,) if piece and not is_bare_activity(piece) else ()
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
_LATIN = np.array([chr(code).isalpha() for code in range(128)] + [False])  # the last is for all that is not ASCII
_ALNUM = np.array([chr(code).isalnum() for code in range(128)] + [False])


class Hits(NamedTuple):
    """Terms found in texts, sorted by text and start: the text's place, start, end, and the place of the meaning."""

    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    meaning: npt.NDArray[np.int64]


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
        self.meanings: list[frozenset[str]] = []
        self._numbers: dict[frozenset[str], int] = {}
        self._terms = [term for term in self.entries if len(term) <= _LONGEST]
        keys = np.zeros(len(self._terms), dtype=np.uint64)
        letters = Letters(self._terms)
        for length, at, found in letters.stretches(_LONGEST):
            whole = letters.size[letters.row[at]] == length
            keys[letters.row[at[whole]]] = found[whole]
        self._table = KeyTable(keys)
        self._meaning_of = np.array([self._number(self.meaning(term)) for term in self._terms], dtype=np.int64)

    def meaning(self, term: str, without: str | None = None) -> frozenset[str]:
        """Segments the term means by all its sources, or by all but one.

        A list of terms outweighs firms: it says what the word means, a firm's row only where the firm was put.
        """
        held = [(source, segments) for source, segments in self.entries.get(term, ()) if source != without]
        told = [segments for source, segments in held if source.startswith("term:")] or [s for _, s in held]
        union: frozenset[str] = frozenset().union(*told)
        return union - {NONE} or union

    def _number(self, meaning: frozenset[str]) -> int:
        """The place of a set of segments among the meanings met so far; -1 for none."""
        if not meaning:
            return -1
        if meaning not in self._numbers:
            self._numbers[meaning] = len(self.meanings)
            self.meanings.append(meaning)
        return self._numbers[meaning]

    def find_all(self, texts: Sequence[str], without: Sequence[str | None] | None = None) -> Hits:
        """What `find` finds in each of many texts; of each text a source of its own may be left out.

        Examples
        --------
        >>> index = TermIndex([("电池", "a", ["EV04"]), ("锂电池隔膜", "b", ["EV03"])])
        >>> hits = index.find_all(["水泵", "锂电池隔膜材料"])
        >>> [(*map(int, hit[:3]), sorted(index.meanings[hit[3]])) for hit in zip(*hits)]
        [(1, 0, 5, ['EV03'])]
        """
        letters = Letters(texts)
        none = np.empty(0, dtype=np.int64)
        ats, ends, terms = [none], [none], [none]
        for length, at, keys in letters.stretches(self._lengths[-1] if self._lengths else 0):
            if length in self._lengths:
                places = self._table.places(keys)
                known = np.flatnonzero(places >= 0)
                ats.append(at[known])
                ends.append(at[known] + length)
                terms.append(places[known])
        at, end, term = np.concatenate(ats), np.concatenate(ends), np.concatenate(terms)
        # Neither denied by the character before nor cut out of a Latin word or number, as `_cuts_word` says.
        row = letters.row[at]
        codes = np.append(letters.codes, 0)
        kinds = np.minimum(codes, 128)
        inner, ends_inside = at > letters.first[row], end < (letters.first + letters.size)[row]
        denied = inner & (codes[at - 1] == ord(_DENIAL))
        cut_before = inner & _ALNUM[kinds[at]] & _LATIN[kinds[at - 1]]
        cut_after = ends_inside & _ALNUM[kinds[end - 1]] & _LATIN[kinds[end]]
        held = np.flatnonzero(~(denied | cut_before | cut_after))
        row, at, end, term = row[held], at[held], end[held], term[held]
        if without is None:
            meaning = self._meaning_of[term]
        else:
            pairs = zip(term.tolist(), row.tolist(), strict=True)
            found = [self._number(self.meaning(self._terms[one], without[place])) for one, place in pairs]
            meaning = np.array(found, dtype=np.int64)
        order = np.flatnonzero(meaning >= 0)
        order = order[np.lexsort((-end[order], at[order]))]
        at, end = at[order], end[order]
        # Sorted so, a hit lies inside an earlier one when it ends no later than the furthest end so far.
        furthest = np.maximum.accumulate(np.concatenate([[-1], end[:-1]]))[: len(end)]
        kept = np.flatnonzero(end > furthest)
        row, at, end, meaning = row[order[kept]], at[kept], end[kept], meaning[order[kept]]
        hits = Hits(row, at - letters.first[row], end - letters.first[row], meaning)
        return self._with_long_texts(texts, hits, np.flatnonzero(letters.size > _LONGEST), without)

    def _with_long_texts(
        self, texts: Sequence[str], hits: Hits, long: npt.NDArray[np.int64], without: Sequence[str | None] | None
    ) -> Hits:
        """A text longer than the longest stretch that is a term itself is nothing but that term."""
        whole = []
        for row in long.tolist():
            if texts[row] in self.entries:
                number = self._number(self.meaning(texts[row], None if without is None else without[row]))
                if number >= 0:
                    whole.append((row, 0, len(texts[row]), number))
        if not whole:
            return hits
        more = np.array(whole, dtype=np.int64).T
        rest = ~np.isin(hits.row, more[0])
        joined = [np.concatenate([old[rest], new]) for old, new in zip(hits, more, strict=True)]
        order = np.argsort(joined[0], kind="stable")
        return Hits(*(column[order] for column in joined))

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
