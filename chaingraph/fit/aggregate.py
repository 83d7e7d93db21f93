"""A population of firms without any firm: the counts and sums that its mean likeness to a further firm is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from scipy import sparse

from chaingraph.fit import kernels, relatedness
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.fit.pieces import Pieces

FEWEST = 3  # firms that a piece of text, or a set of several codes, has to be shared by to be told


@dataclass(frozen=True)
class Aggregate:
    """Counts and sums over a population.

    Enough for the mean of the mixed kernel, for the likeness of further firms to each other in its terms, and for the
    relatedness of industries, and for how much of an industry other cities hold. Walks, and likeness to firms of other
    cities by what they make, need the firms themselves.
    """

    firms: int
    kinds: Integers  # kinds of comparable firms that occur; bit 0: text; further bits: codes of a scheme
    kind_firms: Floats  # how many firms are of each
    pieces: Pieces | None
    text: Floats  # sum of the firms' text rows
    columns: tuple[Mapping[str, int], ...]  # place of each code, coarse to fine
    sets: tuple[Sparse, ...]  # distinct sets of codes, set by code
    set_firms: tuple[Floats, ...]
    means: Floats
    cities: tuple[str, ...]
    industries: Floats  # city by fine code
    national: Floats  # firms by fine code, those without a city included

    @property
    def near(self) -> Floats:
        """Proximities of the fine codes: how often they live in the same cities."""
        large = self.industries.sum(axis=1) >= relatedness.MIN_FIRMS
        return relatedness.proximity(relatedness.specialised(self.industries[large], self.national))

    @cached_property
    def parents(self) -> tuple[Sparse, ...]:
        """By level, which code every fine code (row) belongs to: its first digits."""
        found = []
        for level, coarse in enumerate(self.columns):
            pairs = []
            for label, at in self.columns[2].items():
                scheme, _, code = label.partition(":")
                parent = coarse.get(f"{scheme}:{code[: kernels.LEVELS[scheme][level]]}")
                if parent is not None:
                    pairs.append((at, parent))
            found.append(_ones(pairs, (max(len(self.columns[2]), 1), max(len(coarse), 1))))
        return tuple(found)

    @cached_property
    def schemes(self) -> Sparse:
        """Which scheme every fine code (row) is of."""
        fine, names = self.columns[2], kernels.position_of(sorted(kernels.LEVELS))
        pairs = [(at, names[label.partition(":")[0]]) for label, at in fine.items()]
        return _ones(pairs, (max(len(fine), 1), len(names)))


def _ones(pairs: Sequence[tuple[int, int]], shape: tuple[int, int]) -> Sparse:
    row, column = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)


def aggregate_of(
    pieces: Pieces | None,
    text: Sparse,
    columns: tuple[Mapping[str, int], ...],
    codes: Sequence[Sparse],
    kinds: Integers,
    city: Sequence[str],
    *,
    fewest: int = 1,
) -> Aggregate:
    """The sums over a population given by its rows.

    Parameters
    ----------
    city
        Of each firm; "" where not known.
    fewest
        A set of codes that fewer firms share is counted as its parts; see `told_sets`.
    """
    present = np.array(sorted({int(kind) for kind in kinds}), dtype=np.int64)
    told = [told_sets(rows, list(at), fewest=fewest) for rows, at in zip(codes, columns, strict=True)]
    cities = tuple(sorted(set(city) - {""}))
    place = kernels.position_of(cities)
    at = np.array([place.get(name, -1) for name in city], dtype=np.int64)
    return Aggregate(
        firms=text.shape[0],
        kinds=present,
        kind_firms=(kinds[:, None] == present[None, :]).sum(axis=0).astype(np.float64),
        pieces=pieces,
        text=np.asarray(text.sum(axis=0), dtype=np.float64).ravel(),
        columns=columns,
        sets=tuple(sets for sets, _ in told),
        set_firms=tuple(firms for _, firms in told),
        means=kernels.kernel_means(text, codes),
        cities=cities,
        industries=relatedness.city_counts(codes[2], at, len(cities)),
        national=np.asarray(codes[2].sum(axis=0), dtype=np.float64).ravel(),
    )


def told_sets(rows: Sparse, labels: Sequence[str], *, fewest: int) -> tuple[Sparse, Floats]:
    """The distinct sets of codes of a population, and how many firms hold each.

    A set of several codes that fewer than ``fewest`` firms hold would tell single firms: it is counted once under its
    part of each scheme, and where such a part is as rare, once under each code. Counts per code are exact either way;
    firms that hold several of a candidate's codes may count more than once in the mean.

    Examples
    --------
    >>> rows = sparse.csr_array(np.array([[1.0, 1], [1, 1], [1, 1], [1, 0]]))
    >>> sets, firms = told_sets(rows, ["gbt4754:38", "gbt4754:39"], fewest=3)
    >>> sets.toarray().tolist(), firms.tolist()
    ([[1.0, 0.0], [1.0, 1.0]], [1.0, 3.0])
    >>> sets, firms = told_sets(rows, ["gbt4754:38", "gbt4754:39"], fewest=4)
    >>> sets.toarray().tolist(), firms.tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [4.0, 3.0])
    """
    rows = sparse.csr_array(rows)
    rows.sort_indices()
    held = Counter(
        tuple(int(code) for code in rows.indices[start:end])
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    )
    whole: Counter[tuple[int, ...]] = Counter()
    for codes, firms in sorted(held.items()):
        if codes and (firms >= fewest or len(codes) == 1):
            whole[codes] += firms
        elif codes:
            for _, part in groupby(codes, key=lambda code: labels[code].partition(":")[0]):
                whole[tuple(part)] += firms
    told: Counter[tuple[int, ...]] = Counter()
    for codes, firms in sorted(whole.items()):
        parts = [codes] if firms >= fewest else [(code,) for code in codes]
        told.update(dict.fromkeys(parts, firms))
    order = sorted(told)
    row = np.repeat(np.arange(len(order)), [len(codes) for codes in order])
    column = np.array([code for codes in order for code in codes], dtype=np.int64)
    sets = sparse.csr_array((np.ones(len(column)), (row, column)), shape=(len(order), rows.shape[1]))
    return sets, np.array([float(told[codes]) for codes in order])


def summed_mix(aggregate: Aggregate, text: Sparse, codes: Sequence[Sparse]) -> Floats:
    """Summed mixed kernel between each firm (row) and the population, own pair kept."""
    factors = kernels.mix_factors(aggregate.means)
    total: Floats = np.asarray(text @ aggregate.text, dtype=np.float64) * factors[3]
    for factor, rows, sets, firms in zip(factors[:3], codes, aggregate.sets, aggregate.set_firms, strict=True):
        if factor > 0:
            total = total + factor * kernels.shared_code_sums(rows, sets, firms[:, None])[:, 0]
    return total


def comparable_firms(aggregate: Aggregate, kinds: Integers) -> Floats:
    """How many firms of the population each kind of firm can be compared with."""
    overlap = (kinds[:, None] & aggregate.kinds[None, :]) > 0
    return np.asarray(overlap @ aggregate.kind_firms, dtype=np.float64)
