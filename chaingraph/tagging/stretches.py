"""Stretches of many texts at once: every run of characters as one number, and a table of the numbers that are known.

A text of a register is looked at in some thirty stretches (pairs, triples and fours of characters for the linear step,
two to sixteen for terms). One at a time that is what tagging spends its time on; here each length is one operation over
all texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying loses nothing
_MIX = np.uint64(0xD6E8FEB86659FD93)
_FULL = 16  # slots of a table per key, so that two keys seldom share one


class Letters:
    """The characters of texts, one after another (codes), the text each is of (row), and where texts begin (first)."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.size = np.fromiter(map(len, texts), np.int64, len(texts))
        self.first = np.cumsum(self.size) - self.size
        self.row = np.repeat(np.arange(len(texts), dtype=np.int64), self.size)

    def stretches(self, longest: int) -> Iterator[tuple[int, Places, Keys]]:
        """Of each length up to the longest: where its stretches begin, and their keys; none reaches over a text's end.

        Examples
        --------
        >>> held = [(length, at.tolist(), keys) for length, at, keys in Letters(["aba", "ab"]).stretches(2)]
        >>> [(length, at) for length, at, _ in held]
        [(1, [0, 1, 2, 3, 4]), (2, [0, 1, 3])]
        >>> bool(held[1][2][0] == held[1][2][2]), bool(held[1][2][0] == held[1][2][1])
        (True, False)
        """
        codes = self.codes.astype(np.uint64)
        left = np.repeat(self.first + self.size, self.size) - np.arange(len(codes))  # characters up to the text's end
        at = np.arange(len(codes), dtype=np.int64)
        keys = codes + np.uint64(1)
        for length in range(1, longest + 1):
            if length > 1:
                further = left[at] >= length
                at = at[further]
                keys = keys[further] * _BASE + codes[at + (length - 1)]
            yield length, at, keys


class KeyTable:
    """Which of some known keys these are: an open table, and a sorted list for the few keys that share a slot."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        bits = max(8, int(len(keys) * _FULL).bit_length())
        self._shift = np.uint64(64 - bits)
        self._slots = np.full(1 << bits, -1, dtype=np.int32)
        slots, first = np.unique(self._slot(keys), return_index=True)
        self._slots[slots] = first
        rest = np.setdiff1d(np.arange(len(keys)), first)
        self._rest = rest[np.argsort(keys[rest], kind="stable")]

    def _slot(self, keys: Keys) -> Keys:
        return (keys * _MIX) >> self._shift

    def places(self, keys: Keys) -> Places:
        """The place of each key among the known ones; -1 for a key that is not known.

        Examples
        --------
        >>> KeyTable(np.array([7, 9], dtype=np.uint64)).places(np.array([9, 8, 7], dtype=np.uint64)).tolist()
        [1, -1, 0]
        """
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int64)
        found = self._slots[self._slot(keys)].astype(np.int64)
        other = np.flatnonzero((found >= 0) & (self._keys[found] != keys))
        found[other] = -1
        if len(self._rest) and len(other):
            held = self._keys[self._rest]
            near = np.minimum(np.searchsorted(held, keys[other]), len(held) - 1)
            found[other] = np.where(held[near] == keys[other], self._rest[near], -1)
        return found
