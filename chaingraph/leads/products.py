"""Which segment a product belongs to, by the words of the case's chains; what two segments claim is neither's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from chaingraph.model.case import rows_of
from chaingraph.model.columns import split

_SHORTEST = 2  # letters of a word that may stand inside a product's name


@dataclass(frozen=True)
class SegmentWords:
    """Words of the chains, and the segments that each speaks of."""

    words: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, segments: pd.DataFrame, terms: pd.DataFrame) -> SegmentWords:
        """From the keywords of segments and the list of terms of a case."""
        found: dict[str, set[str]] = {}
        for row in rows_of(segments):
            for word in split(row["keywords"]):
                found.setdefault(word.casefold(), set()).add(str(row["segment_id"]))
        for row in rows_of(terms):
            found.setdefault(str(row["term"]).casefold(), set()).update(split(row["segments"]))
        return cls({word: frozenset(ids) for word, ids in found.items() if len(word) >= _SHORTEST and ids})

    def segment_of(self, product: str | None) -> str | None:
        """The only segment that the longest words in a product's name speak of; None where there is none or several.

        Examples
        --------
        >>> words = SegmentWords({"光伏玻璃": frozenset({"PV07"}), "玻璃": frozenset({"CM01", "PV07"})})
        >>> words.segment_of("超薄光伏玻璃"), words.segment_of("玻璃"), words.segment_of(None)
        ('PV07', None, None)
        """
        if product is None:
            return None
        name = product.casefold()
        held = [word for word in self.words if word in name]
        if not held:
            return None
        longest = max(len(word) for word in held)
        claimed = frozenset[str]().union(*(self.words[word] for word in held if len(word) == longest))
        return next(iter(claimed)) if len(claimed) == 1 else None
