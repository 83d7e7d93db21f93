"""Product texts put into segments by the words of the chains alone: for a case that has no firms to learn from yet.

A product belongs to the segments of the longest of their words that it ends with, or that makes up half of it. It is
the plainest rule there is, and each of its rows is unsure: it says whom to ask, not who makes what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import pandas as pd

from chaingraph.model.columns import split
from chaingraph.tagging.features import NONE, TermIndex, is_dealing, is_making, normalise, parts

STAMP = "按产品用词归类(程序)"  # in the source of a row
STAMPS = (STAMP, "SegmentTagger(words)")  # and as it was called before
ENOUGH_EXAMPLES = 200  # products of firms in segments from which on the learnt tagger does better than words alone
_AT_END, _INSIDE = 0.3, 0.5  # least share of a product that a word makes up, at its end and elsewhere
_JOINED = re.compile("[及和与、]")
_BETWEEN = ("", "类", "系", "系列")  # what may stand between a kind and the wide word for it
_NEAR = 0.5  # likeness of a word that is shown as a near one
_COMMON = 2  # least characters of a thing that a near word shares
_DONE = re.compile("销售|批发|零售|经销|贸易|加工|制造|生产")  # what is done to it is no likeness
_SHOWN = 3
_LOOKED_UP = 50  # firms for which near words are looked up: nobody reads more


class Told(NamedTuple):
    """What the words say of one product text."""

    segments: tuple[str, ...]
    word: str | None  # the word that decided, or that came nearest
    why: str | None  # why there is no segment: no_word, of_no_chain, dealing, partial; None where there is one


class WordTagger:
    """The words of a case's chains, and what they say of a product text.

    Parameters
    ----------
    terms
        From `cases.case_terms`: term, segments (joined with ``;``; empty = none of the chains).
    services
        Segments that firms fill by operating: there, to deal in a thing is no objection.
    """

    def __init__(self, terms: pd.DataFrame, services: Sequence[str] = ()) -> None:
        rows = [
            (normalise(str(term)), f"term:{number}", split(held))
            for number, (term, held) in enumerate(zip(terms["term"], terms["segments"], strict=True))
        ]
        meant = {word for word, _, held in rows if held}
        # A word that a segment goes by is of that segment, whatever other list calls it.
        self._index = TermIndex(row for row in rows if row[2] or row[0] not in meant)
        self._words = sorted(meant)
        self._services = frozenset(services)
        self._ends: dict[str, frozenset[str]] = {}

    def tell(self, text: str) -> Told:
        """Which segments a text belongs to, and by which word; or why none, and which words come near.

        Examples
        --------
        >>> terms = pd.DataFrame({"term": ["水泵", "球阀", "白酒"], "segments": ["PS04", "PS08", ""]})
        >>> tagger = WordTagger(terms)
        >>> tagger.tell("潜水泵、不锈钢球阀").segments, tagger.tell("水泵销售").why, tagger.tell("球阀门").word
        (('PS04', 'PS08'), 'dealing', '球阀')
        """
        found: dict[str, str] = {}
        reasons: list[tuple[str, str | None]] = []
        for part in parts(text):
            segments, word, why = self._of_part(part)
            if why == "partial":  # of two things joined each is looked at for itself: 齿轮及齿轮减、变速箱
                deals = is_dealing(part) and not is_making(part)
                alone = [self._of_part(one, deals=deals) for one in _JOINED.split(part) if one]
                segments, word, why = next((told for told in alone if told[0]), (segments, word, why))
            found |= dict.fromkeys(segments, word or "")
            if why:
                reasons.append((why, word))
        if found:
            return Told(tuple(sorted(found)), next(iter(found.values())), None)
        order = ("partial", "dealing", "of_no_chain", "no_word")
        first = min(reasons, key=lambda one: order.index(one[0]), default=("no_word", None))
        return Told((), first[1], first[0])

    def near(self, text: str) -> tuple[str, ...]:
        """Words of the chains that are spelled most like a text, at most three.

        A single character in common (药品, 床品) or a mere dealing word (药品零售, 布匹零售) makes nothing alike.

        Examples
        --------
        >>> tagger = WordTagger(pd.DataFrame({"term": ["床品", "化学纤维", "医药零售"], "segments": ["A", "B", "C"]}))
        >>> tagger.near("药品生产"), tagger.near("合成纤维制造"), tagger.near("布匹零售")
        ((), ('化学纤维',), ())
        """
        pieces = parts(text)[:5]
        scored = [
            (max(_likeness(word, piece) for piece in pieces), word)
            for word in self._words
            if pieces and set(word) & set("".join(pieces))
        ]
        return tuple(
            word for score, word in sorted(scored, key=lambda one: (-one[0], one[1]))[:_SHOWN] if score >= _NEAR
        )

    def _kind_of(
        self, part: str, word: str, start: int, hits: Sequence[tuple[int, int, frozenset[str]]]
    ) -> tuple[int, frozenset[str]] | None:
        """Where what stands before a wide word begins, and its segments, which say which kind the thing is.

        原料药 alone is of the segment of the rest; 沙坦类原料药 is of that of 沙坦类, as another of its words ends in
        原料药 too. In 锂电池隔膜 nothing of 锂电池 ends in 隔膜.
        """
        for first, last, held in hits:
            of_kind = held & self._ending_in(word)
            if of_kind and last <= start and part[last:start] in _BETWEEN:
                return first, of_kind
        return None

    def _ending_in(self, word: str) -> frozenset[str]:
        """Segments that have a longer word which ends in this one."""
        if word not in self._ends:
            longer = [one for one in self._words if one.endswith(word) and one != word]
            self._ends[word] = frozenset().union(*(self._index.meaning(one) for one in longer)) - {NONE}
        return self._ends[word]

    def _of_part(self, part: str, *, deals: bool = False) -> tuple[frozenset[str], str | None, str | None]:
        """Segments, the word that decided and why there is none; ``deals``: of a text that speaks of dealing."""
        size = max(1, len(part))
        hits = sorted(self._index.find(part), key=lambda hit: (hit[1] == size, hit[1] - hit[0]), reverse=True)
        weak: str | None = None
        for start, end, segments in hits:
            share = (end - start) / size
            word = part[start:end]
            if share < (_AT_END if end == size else _INSIDE):
                weak = weak or (None if NONE in segments else word)
                continue
            if NONE in segments:
                return frozenset(), None, "of_no_chain"
            if deals or (is_dealing(part) and not is_making(part) and not is_dealing(word)):
                segments = segments & self._services
                if not segments:
                    return frozenset(), word, "dealing"
            kind = self._kind_of(part, word, start, hits)
            return (kind[1], part[kind[0] : end], None) if kind else (segments, word, None)
        return frozenset(), weak, "partial" if weak else "no_word"


def _likeness(word: str, piece: str) -> float:
    """How alike a word and a product are spelled, 0-1; 0 where they share no two characters that name a thing."""
    pair = SequenceMatcher(None, word, piece)
    common = "".join(word[block.a : block.a + block.size] for block in pair.get_matching_blocks())
    thing = _DONE.sub("", common)
    return pair.ratio() if len(thing) >= _COMMON else 0.0


def told_products(products: pd.DataFrame) -> pd.DataFrame:
    """What each firm is told to make, each text once, by firm and text."""
    table = products.dropna(subset="product").drop_duplicates(["firm_id", "product"])
    return table.sort_values(["firm_id", "product"], ignore_index=True)


def rows_by_words(products: pd.DataFrame, tagger: WordTagger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The products that put their firms into a segment, and the firms that none does.

    Parameters
    ----------
    products
        firm_id, product, share, source, as_of: the table firm_products of a case.

    Returns
    -------
    said, left : DataFrame
        said: the rows of ``products`` that speak for a segment, with segment_id and probability (NaN: words have none).
        left: one row per firm without a segment: firm_id, product (its first text that comes near, else its first),
        why (as in `Told`), words (near ones, joined with ``、``; missing = none, or not among the first
        50 firms).
    """
    table = told_products(products)
    cache = {text: tagger.tell(text) for text in table["product"].unique()}
    told = [cache[text] for text in table["product"]]
    segments = pd.Series([one.segments for one in told], index=table.index, dtype=object)
    said = table.assign(segment_id=segments, probability=float("nan"))
    said = (
        said.loc[pd.Series([bool(one.segments) for one in told], said.index, dtype="bool")]
        .explode("segment_id")
        .astype({"segment_id": "str"})
    )
    why, word = (
        pd.Series(held, index=table.index, dtype="str") for held in ([t.why for t in told], [t.word for t in told])
    )
    without = table.assign(why=why, word=word)
    without = without[~without["firm_id"].isin(said["firm_id"])]
    order = {"partial": 0, "dealing": 1, "of_no_chain": 2, "no_word": 3}
    first = without.assign(order=without["why"].map(order)).sort_values(["firm_id", "order", "product"], kind="stable")
    first = first.drop_duplicates("firm_id")
    near = [number < _LOOKED_UP for number in range(len(first))]
    words = [
        "、".join(dict.fromkeys([*([word] if isinstance(word, str) else []), *(tagger.near(text) if few else ())]))
        or None
        for word, text, few in zip(first["word"], first["product"], near, strict=True)
    ]
    left = first.assign(words=pd.Series(words, index=first.index, dtype="str"))[["firm_id", "product", "why", "words"]]
    return said.reset_index(drop=True), left.reset_index(drop=True)
