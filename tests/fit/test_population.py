"""The population of the fit: own walks of firms that case and reference share, walked or estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chaingraph.fit import kernels
from chaingraph.fit import population as population_module
from chaingraph.fit.population import exactly
from chaingraph.fit.score import build_population, fit_scores, with_candidates
from tests.made_population import WORDS, instance


@pytest.mark.parametrize("exact_up_to", [0, 1000])
def test_many_firms_that_the_population_has_too_are_walked_a_few_at_a_time(monkeypatch, exact_up_to):
    monkeypatch.setattr(kernels, "EXACT_UP_TO", exact_up_to)
    firms, products, codes = instance(4)
    told = {f"f{number:02d}" for number in range(5, 30)}
    more = [frame[frame["firm_id"].isin(told)] for frame in (products, codes)]
    at_once = with_candidates(build_population(firms, products, codes), *more, known=told)
    monkeypatch.setattr(population_module, "TOGETHER", 4)
    in_parts = with_candidates(build_population(firms, products, codes), *more, known=told)
    exact = exactly(in_parts, told)
    np.testing.assert_allclose(exact.expected, at_once.expected, rtol=1e-12)
    assert not exact.estimated
    assert at_once.visits
    assert not exact.visits  # a row over all attributes for each of ten thousand firms would fill the memory


@pytest.fixture(scope="module")
def shared_by_many():
    """A population of 600 firms, 400 of which somebody tells more about: exact, and with the own walks estimated."""
    firms, products, codes = instance(11, 600)
    # Firms with the same words would be ties, and which of them comes first no measure.
    products["product"] += np.random.default_rng(11).choice(WORDS, len(products))
    told = set(firms["firm_id"][:400])
    more = [frame[frame["firm_id"].isin(told)] for frame in (products, codes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "EXACT_UP_TO", 0)
        whole = build_population(firms, products, codes)
        exact = with_candidates(whole, *more, known=told)
        patch.setattr(population_module, "TOGETHER", 40)
        return exact, with_candidates(whole, *more, known=told), sorted(told)


def test_own_walks_of_many_are_estimated_within_the_bound(shared_by_many):
    exact, estimated, told = shared_by_many
    rows = [exact.position[firm] for firm in told]
    assert not exact.estimated
    assert len(estimated.estimated) > 300
    assert estimated.estimated <= set(rows)
    np.testing.assert_array_equal(estimated.expected[:, 0], exact.expected[:, 0])
    rows = [row for row in rows if exact.expected[row, 1] > 0]  # a firm without text and code has nothing expected
    off = np.abs(estimated.expected[rows, 1] / exact.expected[rows, 1] - 1)
    print(f"own walks estimated: median error {np.median(off):.5f}, largest {off.max():.5f}")
    assert np.sqrt(np.mean(off**2)) < population_module.ERROR_BOUND
    assert off.max() < 5 * population_module.ERROR_BOUND  # of four hundred standard errors
    walked = [row for row in rows if row not in estimated.estimated]
    np.testing.assert_allclose(estimated.expected[walked], exact.expected[walked], rtol=1e-12)


def test_lists_are_the_same_where_own_walks_are_estimated(shared_by_many):
    exact, estimated, told = shared_by_many
    overlaps = []
    for first in range(8):
        seeds = pd.DataFrame({"firm_id": told[first::8], "weight": 1.0})
        pool = sorted(set(told) - set(seeds["firm_id"]))
        lists = [set(fit_scores(given, seeds, pool)["s"].nlargest(30).index) for given in (exact, estimated)]
        overlaps.append(len(lists[0] & lists[1]) / 30)
        shown = exactly(estimated, lists[1])
        rows = [shown.position[firm] for firm in sorted(lists[1])]
        np.testing.assert_allclose(shown.expected[rows], exact.expected[rows], rtol=1e-12)
        assert not shown.estimated & set(rows)
    print("first 30, estimated beside exact: overlaps", np.round(overlaps, 3), "mean", round(np.mean(overlaps), 3))
    assert np.mean(overlaps) >= 0.98
