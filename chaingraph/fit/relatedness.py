"""Which industries live in the same cities, and how close an industry is to what a city already has."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from chaingraph.fit.kernels import Floats, Integers, Sparse

MIN_FIRMS = 5  # of a city whose industries are counted for the proximities


def city_counts(codes: Sparse, city: Integers, cities: int) -> Floats:
    """Firms by city and industry; `city` is each firm's city number, -1 where not known."""
    known = np.flatnonzero(city >= 0)
    member = sparse.csr_array((np.ones(len(known)), (city[known], known)), shape=(cities, len(city)))
    return np.asarray((member @ codes).toarray(), dtype=np.float64)


def specialised(counts: Floats, national: Floats) -> Floats:
    """1 where an industry's share in the city is at least its national share (revealed comparative advantage >= 1)."""
    local = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1e-12)
    share = national / max(float(national.sum()), 1e-12)
    return np.asarray((counts > 0) & (local >= share), dtype=np.float64)


def proximity(special: Floats) -> Floats:
    """Smaller of the two conditional probabilities that a city with one industry has the other; 0 on the diagonal."""
    both = special.T @ special
    held = np.diag(both).copy()
    larger = np.maximum.outer(held, held)
    near = np.divide(both, larger, out=np.zeros_like(both), where=larger > 0)
    np.fill_diagonal(near, 0.0)
    return np.asarray(near, dtype=np.float64)


def density(special: Floats, near: Floats) -> Floats:
    """Share (0-1) of an industry's proximity that lies on industries the city is specialised in, city by industry.

    Source: Hidalgo et al., The product space conditions the development of nations, Science 317 (2007).
    """
    total = near.sum(axis=0)
    mass = special @ near
    return np.asarray(np.divide(mass, total, out=np.zeros_like(mass), where=total > 0), dtype=np.float64)


def standardised(values: Floats) -> Floats:
    """Each row in units of its own spread around its mean; 0 where a row does not vary."""
    spread = values.std(axis=-1, keepdims=True)
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12), dtype=np.float64)
