"""Facts about candidate segments of products: how the words in a product, and its letters, speak for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chaingraph.tagging.features import Hits, is_dealing

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
FEATURES = (
    "linear", "linear_gap", "linear_none", "exact", "suffix", "inside", "other_suffix", "other_inside", "none_suffix",
    "none_inside", "meanings", "uncovered", "length", "dealing",
)  # fmt: skip


class Pairs(NamedTuple):
    """Candidate (product, segment) pairs, sorted by both: which product (row), which segment (column), how they fit."""

    row: Places
    column: Places
    features: npt.NDArray[np.float32]


def pair_facts(
    texts: Sequence[str],
    hits: Hits,
    members: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.floating],
    *,
    top: int,
    least: float,
) -> Pairs:
    """Candidate segments of products, and how each fits: one row per candidate, columns `FEATURES`.

    Candidates are the segments that the words in a product mean, and the ``top`` best of the linear step that score at
    least ``least``. A text that is itself a word of no chain has none.

    Parameters
    ----------
    texts
        The products, normalised.
    hits
        From `features.TermIndex.find_all`.
    members
        Which meaning (row) holds which class (column); the last class is "none of these".
    scores
        Linear scores: one row per product, one column per class.

    Examples
    --------
    >>> hits = Hits(*np.array([[0, 0], [0, 3], [3, 5], [1, 0]]))  # 锂电池, of the second class, and 隔膜, of the first
    >>> members = np.array([[True, False, False], [False, True, False]])
    >>> pairs = pair_facts(["锂电池隔膜"], hits, members, np.array([[0.4, 0.3, 0.1]]), top=3, least=0.06)
    >>> pairs.column.tolist(), pairs.features[:, FEATURES.index("suffix")].round(1).tolist()
    ([0, 1], [0.4000000059604645, 0.0])
    """
    size = np.maximum(1, np.fromiter(map(len, texts), np.int64, len(texts)))
    none = members.shape[1] - 1
    share = (hits.end - hits.start) / size[hits.row]
    at_end = hits.end == size[hits.row]
    of_none = members[hits.meaning, none]
    silent = np.zeros(len(texts), dtype=bool)  # the dictionary says what this very text is: none of these
    silent[hits.row[of_none & (share >= 1.0)]] = True

    spoken, column = _by_segment(hits.meaning, members[:, :none])
    said = hits.row[spoken] * none + column
    keys = np.union1d(_best_keys(scores[:, :none], top, least), said)
    keys = keys[~silent[keys // none]] if len(keys) else keys.astype(np.int64)
    row, of = np.divmod(keys, none)

    held = np.flatnonzero(~silent[hits.row[spoken]])
    spoken, at = spoken[held], np.searchsorted(keys, said[held])
    suffix = _largest(len(keys), at[at_end[spoken]], share[spoken[at_end[spoken]]])
    order = np.lexsort((hits.start[spoken], -share[spoken], at))
    first = order[np.flatnonzero(np.diff(at[order], prepend=-1))]
    inside, meanings = np.zeros(len(keys)), np.zeros(len(keys))
    inside[at[first]] = share[spoken[first]]
    meanings[at[first]] = members.sum(axis=1)[hits.meaning[spoken[first]]]

    # Others are segments that a word means which does not mean this one.
    counts = np.bincount(hits.row, minlength=len(texts))
    pair, hit = ranges(np.cumsum(counts)[row] - counts[row], counts[row])
    rival = ~members[hits.meaning[hit], of[pair]] & ~of_none[hit]
    pair, hit = pair[rival], hit[rival]
    other_inside = _largest(len(keys), pair, share[hit])
    other_suffix = _largest(len(keys), pair[at_end[hit]], share[hit[at_end[hit]]])
    none_inside = _largest(len(texts), hits.row[of_none], share[of_none])
    ends = of_none & at_end
    none_suffix = _largest(len(texts), hits.row[ends], share[ends])

    score = scores[row, of].astype(np.float64)
    dealing = np.fromiter((is_dealing(text) for text in texts), np.float64, len(texts))
    facts = (
        score,
        score - _best_other(row, score),
        scores[row, none],
        inside >= 1.0,
        suffix,
        inside,
        other_suffix,
        other_inside,
        none_suffix[row],
        none_inside[row],
        meanings,
        _uncovered(hits, size)[row],
        np.log(size)[row],
        dealing[row],
    )
    return Pairs(row, of, np.column_stack([np.asarray(fact, dtype=np.float32) for fact in facts]))


def _best_keys(scores: npt.NDArray[np.floating], top: int, least: float) -> Places:
    """The best scores of each row, at most so many and none below the least, as row * width + column."""
    row, column = np.nonzero(scores >= least)
    order = np.lexsort((column, -scores[row, column], row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    return np.asarray((row * scores.shape[1] + column)[rank < top], dtype=np.int64)


def _by_segment(meaning: Places, members: npt.NDArray[np.bool_]) -> tuple[Places, Places]:
    """Every hit once per segment that it means: place of the hit, column of the segment."""
    columns = np.nonzero(members)[1]
    counts = members.sum(axis=1)
    hit, place = ranges((np.cumsum(counts) - counts)[meaning], counts[meaning])
    return hit, columns[place]


def ranges(first: Places, count: Places) -> tuple[Places, Places]:
    """first[i], first[i] + 1, … (count[i] of them) for every i, with the i each is of."""
    of = np.repeat(np.arange(len(count)), count)
    return of, np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]


def _largest(length: int, place: Places, value: Floats) -> Floats:
    """The largest value of each place; 0 where there is none."""
    found = np.zeros(length)
    np.maximum.at(found, place, value)
    return found


def _best_other(row: Places, score: Floats) -> Floats:
    """The best score among the other candidates of the same product; 0 where there is none."""
    order = np.lexsort((-score, row))
    first = np.flatnonzero(np.diff(row[order], prepend=-1))
    count = np.diff(first, append=len(order))
    second = np.where(count > 1, score[order[np.minimum(first + 1, len(order) - 1)]], 0.0)
    others = np.empty(len(score))
    others[order] = np.repeat(score[order[first]], count)
    others[order[first]] = second
    return others


def _uncovered(hits: Hits, size: Places) -> Floats:
    """The share of each text that no hit covers."""
    first = np.cumsum(size) - size
    length = int(size.sum())
    begun = np.bincount(hits.start + first[hits.row], minlength=length + 1)
    ended = np.bincount(hits.end + first[hits.row], minlength=length + 1)
    covered = np.cumsum(begun - ended)[:length] > 0
    return np.asarray(1.0 - np.bincount(np.repeat(np.arange(len(size)), size), covered, len(size)) / size)
