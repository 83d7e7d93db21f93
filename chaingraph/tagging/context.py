"""What stands beside a candidate segment: the same product's other candidates, the firm's other products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
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
    frame = pd.DataFrame(
        {
            "group": group,
            "piece": piece,
            "column": column,
            "chain": chains[np.asarray(column, dtype=np.intp)],
            "raw": raw,
        }
    )
    single = ["group", "piece"]
    # A product that a group names twice counts once.
    once = frame.drop_duplicates([*single, "column"]).sort_values("raw", kind="stable")
    held = once.groupby(single)["raw"]
    second = held.nth(-2)
    second.index = pd.MultiIndex.from_frame(once.loc[second.index, single])
    of_product = pd.DataFrame({"total": held.sum(), "first": held.last(), "second": second.astype(float)})
    best = once.groupby([*single, "chain"])["raw"].last().rename("best").reset_index()
    chained = best.groupby(["group", "chain"])["best"].sum().rename("chained")
    others = once.groupby("group")["piece"].nunique().rename("others") - 1
    frame = frame.join(of_product, on=single).merge(best, on=[*single, "chain"], how="left", validate="many_to_one")
    frame = frame.join(chained, on=["group", "chain"]).join(others, on="group")
    rival = np.where(frame["raw"] < frame["first"], frame["first"], frame["second"].fillna(0.0))
    speaks: pd.Series = (frame["chained"] - frame["best"]) / np.maximum(1, frame["others"])
    own, rivals = logit(frame["raw"].to_numpy()), frame["total"] - frame["raw"]
    return np.column_stack([own, logit(np.clip(rival, *_RIVAL)), rivals, speaks, frame["others"] == 0])


def logit(probability: Floats) -> Floats:
    """Logit of probabilities, as one column; those near 0 and 1 are bounded."""
    bounded = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(bounded / (1 - bounded)).reshape(-1, 1)


def batches(texts: Iterable[str], groups: Sequence[object] | None, size: int) -> Iterator[list[tuple[int, int, str]]]:
    """Texts with their position and a number of their group, in batches that never part a group.

    Examples
    --------
    >>> list(batches("abc", [1, 2, 1], 1))
    [[(0, 0, 'a'), (2, 0, 'c')], [(1, 1, 'b')]]
    """
    if groups is None:
        rows = ((row, row, text) for row, text in enumerate(texts))
        while batch := list(islice(rows, size)):
            yield batch
        return
    held, codes = list(texts), pd.factorize(np.array(groups, dtype=object))[0]
    batch = []
    for row in np.argsort(codes, kind="stable"):
        if len(batch) >= size and codes[row] != batch[-1][1]:
            yield batch
            batch = []
        batch.append((int(row), int(codes[row]), held[row]))
    if batch:
        yield batch
