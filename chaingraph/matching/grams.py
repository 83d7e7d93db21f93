"""An index of names by their characters and pairs of characters, for lists from hundreds to millions of names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_MOST = 20_000  # candidates at most; pairs of characters more common than that say nothing


class NameIndex:
    """Rows of the names that hold given characters; rows are positions in the list the index was built from.

    One row is the position of a name. Memory is about 30 bytes per character of all names.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        text = np.frombuffer("".join(names).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        owner = np.repeat(np.arange(len(names), dtype=np.int64), [len(name) for name in names])
        self._letters = _Postings(text, owner)
        inside = owner[1:] == owner[:-1]
        pairs = (text[:-1] << np.uint64(21)) | text[1:]
        self._pairs = _Postings(pairs[inside], owner[1:][inside])

    def containing(self, name: str) -> list[int]:
        """Rows whose name holds all characters of `name` in their order.

        Examples
        --------
        >>> NameIndex(["浙江长盛滑动轴承股份有限公司", "长江轴承厂"]).containing("长盛轴承")
        [0]
        """
        lists = sorted((self._letters.rows(ord(letter)) for letter in set(name)), key=len)
        if not lists:
            return []
        rows = np.unique(lists[0])
        for more in lists[1:]:
            rows = rows[np.isin(rows, more)] if len(rows) else rows
        return [int(row) for row in rows if is_subsequence(name, self.names[row])]

    def sharing_rare_grams(self, name: str) -> list[int]:
        """Rows that share one of the rarest pairs of characters of `name`: all that can reach a ratio of 90 with it.

        At ratio >= 90 at most 2/11 of the characters of `name` are missing in the other, and each of them breaks two
        pairs; one more pair than can break is looked up, the rarest first (of 20,000 candidates at most).

        Examples
        --------
        >>> NameIndex(["嘉兴华源塑料厂", "平湖化工厂"]).sharing_rare_grams("嘉兴市华源塑料厂")
        [0]
        """
        pairs = {(ord(first) << 21) | ord(second) for first, second in itertools.pairwise(name)}
        lists = sorted((self._pairs.rows(pair) for pair in pairs), key=len)[: 2 * (2 * len(name) // 11) + 2]
        chosen: list[npt.NDArray[np.int64]] = []
        for rows in lists:
            if sum(map(len, chosen)) + len(rows) > _MOST:
                break
            chosen.append(rows)
        return [int(row) for row in np.unique(np.concatenate(chosen))] if chosen else []


class _Postings:
    """Rows by key: keys sorted, their rows side by side."""

    def __init__(self, keys: npt.NDArray[np.uint64], owner: npt.NDArray[np.int64]) -> None:
        order = np.argsort(keys, kind="stable")
        self._owner = owner[order]
        self._keys, self._start = np.unique(keys[order], return_index=True)
        self._end = np.append(self._start[1:], len(keys))

    def rows(self, key: int) -> npt.NDArray[np.int64]:
        """Rows that hold the key, ascending; a row may stand more than once."""
        found = int(np.searchsorted(self._keys, np.uint64(key)))
        if found == len(self._keys) or int(self._keys[found]) != key:
            return self._owner[:0]
        return self._owner[self._start[found] : self._end[found]]


def is_subsequence(short: str, full: str) -> bool:
    """Whether the characters of `short` stand in `full` in their order, others between them allowed.

    Examples
    --------
    >>> is_subsequence("中石化", "中国石油化工股份有限公司")
    True
    """
    letters = iter(full)
    return all(letter in letters for letter in short)
