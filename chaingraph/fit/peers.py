"""Cities of the same rank and of similar size as a region's own, and how much of a firm's kind they hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chaingraph.fit import kernels
from chaingraph.fit.aggregate import Aggregate
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.places import regions


def peer_weights(firms: Floats, cities: Sequence[str]) -> Floats:
    """How alike cities are in rank and size: the smaller number of firms over the larger, 0-1, city by city.

    0 where one is the seat of a province's government (or a municipality) and the other is not; 0 on the diagonal.

    Examples
    --------
    >>> peer_weights(np.array([10.0, 40.0, 20.0]), ["嘉兴", "苏州", "杭州"]).tolist()
    [[0.0, 0.25, 0.0], [0.25, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    capital = np.array([city in regions.capitals() for city in cities], dtype=bool)
    larger = np.maximum(np.maximum.outer(firms, firms), 1.0)
    weights = np.minimum.outer(firms, firms) / larger * np.equal.outer(capital, capital)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, dtype=np.float64)


def largest_by_city(weights: Floats, here: NDArray[np.bool_]) -> Floats:
    """How much each city counts for a region of several: as the most alike of them says; its own cities not at all."""
    if not here.any():
        return np.zeros(len(weights))
    return np.asarray(np.where(here, 0.0, weights[here].max(axis=0)), dtype=np.float64)


def counted_lift(
    sums: Aggregate,
    industries: Floats,
    national: Floats,
    weights: Floats,
    codes: Sequence[Sparse],
    seat: Integers,
    *,
    kappa: float,
) -> Floats:
    """How much of each firm's kind do the peer cities hold, told from counts of firms by city and industry alone?

    The lift of `chaingraph.fit.kernels.lift` of the industry part of the mixed kernel: what the peer cities hold of the
    firm's codes at three levels, against what the country holds. A firm is compared with the counts of the schemes it
    has a code of. Without text, and a city's firms that share several codes with the firm count several times: it is
    weaker than the likeness by firms (docs/backtest_ideas.md).

    Parameters
    ----------
    sums
        What the codes mean: their levels and schemes, and the kernel means.
    industries, national
        Firms by city and fine code; by fine code.
    weights
        How much each city (row) counts, for one region or for several (columns).
    codes
        Codes of the firms at three levels, coarse to fine.
    seat
        City of each firm that is itself among the counted, -1 for others: its own counts are taken off.

    Returns
    -------
    array
        Firm by region, in nats; 0 for a firm without a code.
    """
    held = weights.T @ industries  # region by fine code
    own = np.where(seat[:, None] >= 0, weights[seat], 0.0)  # firm by region
    part = (seat >= 0).astype(np.float64)
    mass, whole = np.zeros(own.shape), np.zeros(len(seat))
    factors = kernels.mix_factors(sums.means)
    for factor, rows, parents in zip(factors[:3], codes, sums.parents, strict=True):
        mine = np.asarray(rows.multiply(codes[2] @ parents).sum(axis=1), dtype=np.float64).ravel()
        mass += factor * (np.asarray(rows @ (held @ parents).T) - own * mine[:, None])
        whole += factor * (np.asarray(rows @ (national @ parents)) - part * mine)
    schemes = sums.schemes
    has = np.asarray((codes[2] @ schemes).toarray(), dtype=np.float64)  # firm by scheme: how many codes
    any_of = (has > 0).astype(np.float64)
    count = any_of @ (held @ schemes).T - own * has.sum(axis=1)[:, None]
    known = any_of @ (national @ schemes) - part * has.sum(axis=1)
    expected = np.maximum(whole, 0.0) / np.maximum(known, 1.0)
    lift = kernels.lift(np.maximum(mass, 0.0), np.maximum(count, 0.0), expected[:, None], kappa=kappa)
    return np.asarray(np.where(has.sum(axis=1)[:, None] > 0, lift, 0.0), dtype=np.float64)
