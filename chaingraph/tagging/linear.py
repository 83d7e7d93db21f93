"""The linear step of the tagger: all segments at once from a product's letters; scores that leave a firm out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from chaingraph.tagging.stretches import KeyTable, Letters

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
SHORTEST, LONGEST = 2, 4  # characters of a stretch that counts


class LinearStep:
    """Ridge regression of all segments at once on character n-grams, with leave-one-group-out scores."""

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def fit(self, texts: Sequence[str], labels: Sequence[frozenset[str]], classes: Sequence[str]) -> LinearStep:
        """Learn from products and the sets of classes they belong to."""
        seen = self._learn_grams(texts)
        self.classes = list(classes)
        place = {name: column for column, name in enumerate(self.classes)}
        target = np.zeros((len(texts), len(self.classes)), dtype=np.float32)
        for row, names in enumerate(labels):
            for name in names:
                target[row, place[name]] = 1.0
        kernel = (seen @ seen.T).toarray()
        kernel[np.diag_indices_from(kernel)] += self.strength
        # The inverse serves twice: for the weights and for the scores that leave a group out.
        self._inverse = _inverse(kernel)
        self.dual = self._inverse @ target
        self.weights = np.asarray(seen.T @ self.dual, dtype=np.float32)
        self._target = target
        return self

    def recall(self, texts: Sequence[str], classes: Sequence[str], dual: npt.NDArray[np.float32]) -> LinearStep:
        """What `fit` has learnt from the same texts: all but the texts themselves is in ``dual``."""
        seen = self._learn_grams(texts)
        self.classes, self.dual = list(classes), dual
        self.weights = np.asarray(seen.T @ dual, dtype=np.float32)
        return self

    def held_out(self, groups: Sequence[object]) -> Floats:
        """Scores of the training rows by a model that has not seen their group.

        With C the inverse of K + strength·I and a the dual weights, the residuals of the rows g left out together are
        (C_gg)^-1 a_g.
        """
        scores = np.empty_like(self.dual)
        codes = pd.factorize(pd.Series(list(groups), dtype=object))[0]
        order = np.argsort(codes, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
            block = self._inverse[np.ix_(rows, rows)]
            scores[rows] = self._target[rows] - np.linalg.solve(block, self.dual[rows])
        return scores

    def forget_training(self) -> None:
        """Drop what only learning needs."""
        del self._inverse, self._target

    def _learn_grams(self, texts: Sequence[str]) -> csr_matrix:
        """Take the stretches of these texts for the ones that count, rare ones for more; the features of the texts."""
        letters = Letters([_framed(text) for text in texts])
        whole = "".join(letters.texts)
        found: dict[str, np.uint64] = {}
        for length, at, keys in letters.stretches(LONGEST):
            if length >= SHORTEST:
                held, first = np.unique(keys, return_index=True)
                starts = at[first].tolist()
                found |= {whole[start : start + length]: key for start, key in zip(starts, held, strict=True)}
        self.grams = sorted(found)
        self._table = KeyTable(np.array([found[gram] for gram in self.grams], dtype=np.uint64))
        counted = self._counted(letters)
        held_by = np.bincount(counted.indices, minlength=len(self.grams)).astype(np.float32)
        self._rarity = np.log(np.float32(len(texts) + 1) / (held_by + np.float32(1))) + np.float32(1)
        return self._weighed(counted)

    def _counted(self, letters: Letters) -> csr_matrix:
        """How often each known stretch stands in each text."""
        from scipy.sparse import csr_matrix

        width = len(self.grams)
        keys = [np.empty(0, dtype=np.int64)]
        for length, at, found in letters.stretches(LONGEST):
            if length >= SHORTEST:
                places = self._table.places(found)
                known = np.flatnonzero(places >= 0)
                keys.append(letters.row[at[known]] * width + places[known])
        held, counts = np.unique(np.concatenate(keys), return_counts=True)
        row, column = np.divmod(held, max(1, width))
        ends = np.searchsorted(row, np.arange(len(letters.texts) + 1))
        shape = (len(letters.texts), width)
        return csr_matrix((counts.astype(np.float32), column.astype(np.int32), ends.astype(np.int32)), shape=shape)

    def _weighed(self, counted: csr_matrix) -> csr_matrix:
        """Counts as tf-idf: logarithm of the count, times rarity, rows of length 1."""
        weighed = (np.log(counted.data) + np.float32(1)) * self._rarity[counted.indices]
        row = np.repeat(np.arange(counted.shape[0]), np.diff(counted.indptr))
        length = np.sqrt(np.bincount(row, weighed.astype(np.float64) ** 2, counted.shape[0]))
        counted.data = (weighed / length[row]).astype(np.float32)
        return counted

    def features(self, texts: Iterable[str]) -> csr_matrix:
        """The n-grams of products."""
        return self._weighed(self._counted(Letters([_framed(text) for text in texts])))

    def scores(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """One row per product, one column per class."""
        return np.asarray(self.features(texts) @ self.weights)


def _inverse(kernel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Inverse of a symmetric positive definite matrix by its Cholesky factor, in a quarter of the usual time."""
    from scipy.linalg import lapack

    # Of a symmetric matrix the transpose is the same, and Fortran's order: solved in place, without copies.
    factor, failed = lapack.spotrf(kernel.T, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or failed_too:  # cannot happen with a positive strength; said rather than computed on
        msg = "kernel is not positive definite: strength must be above 0 / 核矩阵非正定:strength 须大于 0"
        raise ValueError(msg)
    for row in range(1, len(inverse)):  # LAPACK fills the lower half only
        inverse[:row, row] = inverse[row, :row]
    return np.asarray(inverse)


def _framed(text: str) -> str:
    """The text with its end doubled in weight: the head noun of a Chinese product name stands last."""
    return f"^{text}$ {text[-3:]}$"
