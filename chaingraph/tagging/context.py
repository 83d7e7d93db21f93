"""What stands beside a candidate segment: the same product's other candidates, the firm's other products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
SETTINGS = 3  # kinds of setting that `settings` tells apart
SPOKEN = 0.3  # how much the other products of a group speak for a chain, so that it counts as theirs
CONTEXT = 5  # numbers that `beside` gives of a candidate
_RIVAL = (0.01, 0.99)  # probability of a rival, bounded: below, none; above, certain


def beside(chains: Places, group: Places, piece: Places, column: Places, raw: Floats) -> Floats:
    """Numbers that the calibration weighs, one row per candidate of a product.

    Parameters
    ----------
    chains
        Per class a number of its chain; one more at the end, for products without a candidate.
    group, piece
        Who the product is from, and which product it is.
    column
        The candidate: a place in the classes; -1 for a product without one, which only counts as one of its group.
    raw
        Probability of the candidate by itself (0-1).

    Returns
    -------
    ndarray
        Columns: logit of ``raw``; logit of the strongest rival (another candidate of the product); the sum of all
        rivals; how much the other products of the group speak for the same chain (mean of the surest of each, 0-1);
        1 if there are no others.

    Examples
    --------
    Two products of a firm; the first may be of either chain, the second is of the first chain:

    >>> numbers = beside(np.array([0, 1, -1]), *np.array([[7, 7, 7], [0, 0, 1], [0, 1, 0]]), np.array([0.5, 0.5, 0.9]))
    >>> numbers.round(2).tolist()
    [[0.0, 0.0, 0.5, 0.9, 0.0], [0.0, 0.0, 0.5, 0.0, 0.0], [2.2, -4.6, 0.0, 0.5, 0.0]]
    """
    chain = chains[np.asarray(column, dtype=np.intp)]
    products, of_product = _numbered(group, piece)
    # A product that a group names twice counts once.
    first = np.unique(of_product * (len(chains) + 1) + column + 1, return_index=True)[1]
    of, value = of_product[first], raw[first]
    order = np.lexsort((value, of))
    last = np.searchsorted(of[order], np.arange(products), side="right") - 1
    best = value[order[last]]
    before = np.maximum(last - 1, 0)
    second = np.where(of[order[before]] == np.arange(products), value[order[before]], 0.0)
    second[last == 0] = 0.0
    total = np.bincount(of, value, products)
    # The surest candidate of each product and chain, then their sums over the products of a group.
    chained, of_chained = _numbered(of_product, chain)
    top = np.full(chained, -np.inf)
    np.maximum.at(top, of_chained, raw)
    somebody = np.empty(chained, dtype=np.int64)
    somebody[of_chained] = np.arange(len(raw))
    sums, of_sum = _numbered(group[somebody], chain[somebody])
    spoken = np.bincount(of_sum, top, sums)[of_sum][of_chained]
    groups, of_group = _numbered(group, np.zeros_like(group))
    one = np.empty(products, dtype=np.int64)
    one[of_product] = np.arange(len(raw))
    others = (np.bincount(of_group[one], minlength=groups) - 1)[of_group]
    rival = np.where(raw < best[of_product], best[of_product], second[of_product])
    speaks = (spoken - top[of_chained]) / np.maximum(1, others)
    return np.column_stack([logit(raw), logit(np.clip(rival, *_RIVAL)), total[of_product] - raw, speaks, others == 0])


def _numbered(one: Places, other: Places) -> tuple[int, Places]:
    """Pairs of numbers numbered: how many different ones, and of each row which."""
    low = other - other.min(initial=0)
    found, number = np.unique(one * (low.max(initial=0) + 1) + low, return_inverse=True)
    return len(found), number


def settings(context: Floats) -> Places:
    """What a candidate stands in, from the numbers of `beside`: 0 among products of another chain or none.

    1 among products that speak for its chain, 2 as a product of the only one of its group.

    Examples
    --------
    >>> settings(np.array([[0, 0, 0, 0.9, 0], [0, 0, 0, 0.0, 1], [0, 0, 0, 0.1, 0.0]])).tolist()
    [1, 2, 0]
    """
    return np.where(context[:, 4] == 1, 2, np.where(context[:, 3] >= SPOKEN, 1, 0))


def logit(probability: Floats) -> Floats:
    """Logit of probabilities, as one column; those near 0 and 1 are bounded."""
    bounded = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(bounded / (1 - bounded)).reshape(-1, 1)


def batches(
    texts: Iterable[str], groups: Sequence[object] | None, size: int
) -> Iterator[tuple[Places, Places, list[str]]]:
    """Texts with their positions and a number of their group, in batches that never part a group.

    Examples
    --------
    >>> [(rows.tolist(), of.tolist(), held) for rows, of, held in batches("abc", [1, 2, 1], 1)]
    [([0, 2], [0, 0], ['a', 'c']), ([1], [1], ['b'])]
    """
    if groups is None:
        source, start = iter(texts), 0
        while batch := list(islice(source, size)):
            rows = np.arange(start, start + len(batch))
            yield rows, rows, batch
            start += len(batch)
        return
    held, codes = list(texts), np.asarray(pd.factorize(np.array(groups, dtype=object))[0], dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(codes[order])) + 1, len(order))
    start = 0
    while start < len(order):
        end = int(ends[min(int(np.searchsorted(ends, start + size)), len(ends) - 1)])
        rows = order[start:end]
        yield rows, codes[rows], [held[row] for row in rows.tolist()]
        start = end
