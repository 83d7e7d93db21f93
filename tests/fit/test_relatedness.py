"""Specialisation, proximity and density on a table small enough to count by hand."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from chaingraph.fit import relatedness

COUNTS = np.array([[4.0, 2, 0, 0], [2, 1, 0, 3], [0, 0, 5, 1]])


def test_specialised_where_the_share_is_at_least_national():
    special = relatedness.specialised(COUNTS, COUNTS.sum(axis=0))
    assert special.tolist() == [[1, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]]


def test_proximity_is_the_smaller_conditional_probability_and_never_with_itself():
    near = relatedness.proximity(np.array([[1.0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]]))
    assert near.tolist() == [[0, 1, 0, 0.5], [1, 0, 0, 0.5], [0, 0, 0, 0], [0.5, 0.5, 0, 0]]


def test_density_is_the_share_of_proximity_that_is_there():
    near = np.array([[0, 1, 0, 0.5], [1, 0, 0, 0.5], [0, 0, 0, 0], [0.5, 0.5, 0, 0]])
    found = relatedness.density(np.array([[1.0, 0, 0, 0]]), near)
    assert found.round(4).tolist() == [[0, 0.6667, 0, 0.5]]


def test_standardised_leaves_a_flat_row_at_zero():
    values = relatedness.standardised(np.array([[1.0, 2, 3], [5, 5, 5]]))
    assert values.round(4).tolist() == [[-1.2247, 0, 1.2247], [0, 0, 0]]


def test_counts_leave_out_firms_without_a_city():
    codes = sparse.csr_array(np.array([[1.0, 0], [0, 1], [0, 1]]))
    assert relatedness.city_counts(codes, np.array([0, 1, -1]), 2).tolist() == [[1, 0], [0, 1]]
