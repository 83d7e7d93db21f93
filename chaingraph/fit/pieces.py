"""Pairs and triples of characters that product texts are compared by, and how rare each is (tf-idf).

The figures are those of scikit-learn's `TfidfVectorizer` for two and three characters, with logarithms of counts: a
test holds them to it. Counted here, because that library takes a tenth of a whole run to load, and because pieces that
are numbers are counted without a loop over them in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_AT_ONCE = 20_000  # texts counted together, which bounds the memory
_BITS = 21  # of a character
_SPACES = re.compile(r"\s\s+")
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces that are known, and the weight of each.

    ``keys``: a number per piece, which orders them as their characters do.
    """

    keys: Integers
    weights: NDArray[np.float64]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The pieces as text, in order."""
        return tuple(_piece(key) for key in self.keys.tolist())

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(self.keys, kind="stable")

    def rows(self, texts: Sequence[str]) -> sparse.csr_array:
        """One row per text, one column per piece: (1 + log of how often) x weight, scaled to length 1 (or empty)."""
        parts = [self._rows(part) for part in _blocks(texts)]
        shape = (0, len(self.keys))
        return sparse.csr_array(sparse.vstack(parts, format="csr") if parts else sparse.csr_array(shape))

    def _rows(self, texts: Sequence[str]) -> sparse.csr_array:
        text, keys = _coded(texts)
        ordered = self.keys[self._order]
        found = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
        known = ordered[found] == keys
        column = self._order[found[known]]
        size = len(self.keys)
        cell, times = np.unique(text[known] * size + column, return_counts=True)
        row, column = np.divmod(cell, size)
        values = (np.log(times.astype(np.float64)) + 1.0) * self.weights[column]
        # Added up in order, one after the other, as a loop over the row does.
        length = np.sqrt(np.bincount(row, weights=values * values, minlength=len(texts)))
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(texts)))])
        data = values / length[row]
        return sparse.csr_array((data, column.astype(np.int32), starts.astype(np.int32)), shape=(len(texts), size))


def learned_pieces(texts: Sequence[str]) -> Pieces | None:
    """The pieces that two of these distinct texts have at least, rarer ones with more weight; None without any.

    Examples
    --------
    >>> learned_pieces(["光伏玻璃", "光伏组件"]).names
    ('光伏',)
    """
    met = [_distinct(part) for part in _blocks(texts)]
    if not met:
        return None
    every, where = np.unique(np.concatenate([keys for keys, _ in met]), return_inverse=True)
    held = np.bincount(where, weights=np.concatenate([times for _, times in met]), minlength=len(every))
    shared = held >= 2
    if not shared.any():  # nothing can be compared
        return None
    return Pieces(every[shared], np.log((1.0 + len(texts)) / (held[shared] + 1.0)) + 1.0)


def known_pieces(names: Sequence[str], weights: NDArray[np.float64]) -> Pieces | None:
    """Pieces of two or three characters with their weights, in the order given; None without any."""
    if not len(names):
        return None
    return Pieces(np.array([_key(name) for name in names], dtype=np.int64), weights)


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(texts), _AT_ONCE):
        yield texts[first : first + _AT_ONCE]


def _distinct(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """The pieces of these texts, and in how many of them each stands."""
    text, keys = _coded(texts)
    order = np.lexsort((text, keys))
    text, keys = text[order], keys[order]
    again = np.zeros(len(keys), dtype=bool)
    again[1:] = (keys[1:] == keys[:-1]) & (text[1:] == text[:-1])
    distinct, times = np.unique(keys[~again], return_counts=True)
    return distinct, times


def _coded(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """Every pair and triple of neighbouring characters in these texts, in lower case: which text, which piece."""
    plain = [_SPACES.sub(" ", text.lower()) for text in texts]
    letters = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    of = np.repeat(np.arange(len(plain)), [len(text) for text in plain])
    pair, triple = of[1:] == of[:-1], of[2:] == of[:-2]
    pairs = (letters[:-1] << 2 * _BITS) + (letters[1:] << _BITS)
    triples = pairs[:-1] + letters[2:] + 1  # 1 more, so that a pair goes before its triples
    return np.concatenate([of[:-1][pair], of[:-2][triple]]), np.concatenate([pairs[pair], triples[triple]])


def _key(piece: str) -> int:
    first, second, *third = map(ord, piece)
    return (first << 2 * _BITS) + (second << _BITS) + (third[0] + 1 if third else 0)


def _piece(key: int) -> str:
    last = (1 << _BITS) - 1
    third = key & last
    return chr(key >> 2 * _BITS) + chr(key >> _BITS & last) + (chr(third - 1) if third else "")
