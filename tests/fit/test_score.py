"""The fast fit against its definition written out firm by firm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from chaingraph.errors import UnknownNameError
from chaingraph.fit import kernels, score
from chaingraph.fit.frozen import Population
from chaingraph.fit.score import (
    CASE_FORM,
    FULL_FORM,
    bootstrap,
    build_population,
    fit_scores,
    fit_shares,
    fit_terms,
    with_candidates,
)
from chaingraph.fit.words import shared_words
from chaingraph.places import regions
from tests.made_population import CITIES, instance, km


def definition(population, codes):
    """K_mix and K_ppr as written: dense, pair by pair, diagonal 0; and who is comparable with whom."""
    ids = population.firm_ids
    n = len(ids)
    held = {(firm, scheme): set(part["code"]) for (firm, scheme), part in codes.groupby(["firm_id", "scheme"])}
    text = population.text.toarray()
    k = np.zeros((4, n, n))
    comparable = np.zeros((n, n), dtype=bool)
    for i, left in enumerate(ids):
        for j, right in enumerate(ids):
            both_text = text[i].any() and text[j].any()
            comparable[i, j] = both_text
            for scheme, sizes in kernels.LEVELS.items():
                a, b = held.get((left, scheme), set()), held.get((right, scheme), set())
                comparable[i, j] |= bool(a and b)
                for level, size in enumerate(sizes):
                    if i != j and {c[:size] for c in a} & {c[:size] for c in b}:
                        k[level, i, j] = 1.0
            if i != j:
                k[3, i, j] = text[i] @ text[j]
    mix = sum(w * k[at] / k[at].mean() for at, w in enumerate([1, 0.3, 0.1, 2]) if k[at].any())
    # A firm that holds two codes is counted once, however many columns of the walk it fills.
    blocks = []
    for block, weight in zip([population.text, *reversed(population.codes)], [2, 1, 1, 1], strict=True):
        rows = block.toarray()
        blocks.append(weight * rows / np.where(rows.sum(1, keepdims=True) > 0, rows.sum(1, keepdims=True), 1))
    h = np.hstack(blocks)
    forth = h / np.where(h.sum(1, keepdims=True) > 0, h.sum(1, keepdims=True), 1)
    back = h.T / np.where(h.T.sum(1, keepdims=True) > 0, h.T.sum(1, keepdims=True), 1)
    ppr = 0.15 * np.linalg.inv(np.eye(n) - 0.85 * forth @ back)
    ppr = ppr.T * (1 - np.eye(n))
    return mix, ppr, comparable


def defined_lift(kernel, comparable, row, seeds, weights):
    n = len(kernel)
    count = sum(w for g, w in zip(seeds, weights, strict=True) if comparable[row, g] and g != row)
    basis = any(comparable[row, g] and g != row for g in seeds)
    mass = sum(w * kernel[row, g] for g, w in zip(seeds, weights, strict=True) if comparable[row, g])
    p = max(sum(kernel[row, g] for g in range(n) if comparable[row, g]) / max(comparable[row].sum(), 1), 1e-9)
    return np.log((mass + 10 * p) / ((count + 10) * p)) if basis else np.nan


@pytest.mark.parametrize("seed", range(4))
def test_scores_equal_the_definition(seed):
    firms, products, codes = instance(seed)
    population = build_population(firms, products, codes)
    mix, ppr, comparable = definition(population, codes)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11", "f20", "f30", "f31"], "weight": [3.0, 2, 1, 1, 1, 1]})
    columns = [int(firm[1:]) for firm in seeds["firm_id"]]
    scores = fit_scores(population, seeds, list(population.firm_ids))
    for row, firm in enumerate(population.firm_ids):
        for name, kernel in (("mix", mix), ("ppr", ppr)):
            expected = defined_lift(kernel, comparable, row, columns, seeds["weight"])
            assert scores.loc[firm, name] == pytest.approx(expected, abs=1e-9, nan_ok=True), (firm, name)
    by_hand = 0.36 * scores["mix"] + 1.03 * scores["ppr"] - 0.025
    assert np.allclose(scores["s"], by_hand, equal_nan=True)
    assert scores["mix"].isna().any()
    assert scores[["near", "peers", "relatedness"]].isna().all().all()


@pytest.mark.parametrize("seed", range(3))
def test_sums_over_sets_equal_the_kernels(seed):
    firms, products, codes = instance(seed, 60)
    population = build_population(firms, products, codes)
    mix, ppr, _ = definition(population, codes)
    member = (firms["city_key"].to_numpy()[:, None] == np.array(CITIES)).astype(float)
    factors = kernels.mix_factors(population.means)
    everybody = (population.text, population.codes)
    fast = kernels.mix_sums(population.text, population.codes, everybody, factors, member)
    fast -= member * kernels.own_mix(population.text, population.codes, factors)[:, None]
    assert np.allclose(fast, mix @ member, rtol=1e-12, atol=1e-12)
    stepped = kernels.arrivals(population.attributes, member)
    own = kernels.own_returns(population.attributes, probes=512)
    slow = ppr @ member
    mean_fast = (stepped - member * own[:, None]).sum(1) / 60
    lifts = [
        kernels.lift(sums, np.full(60, member[:, 0].sum()), mean)
        for sums, mean in ((stepped[:, 0] - member[:, 0] * own, mean_fast), (slow[:, 0], slow.sum(1) / 60))
    ]
    outside = member[:, 0] == 0
    assert np.abs(lifts[0] - lifts[1])[outside].max() < 0.05


def test_walk_stepped_equals_walk_solved(monkeypatch):
    firms, products, codes = instance(5)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11", "f20"], "weight": 1.0})
    exact = fit_scores(build_population(firms, products, codes), seeds, firms["firm_id"])
    monkeypatch.setattr(kernels, "EXACT_UP_TO", 0)
    stepped = fit_scores(build_population(firms, products, codes), seeds, firms["firm_id"])
    assert (exact["ppr"] - stepped["ppr"]).abs().max() < 0.05
    assert (exact["mix"] - stepped["mix"]).abs().max() < 1e-12


def test_terms_add_up_and_shares_sum_to_one():
    firms, products, codes = instance(1)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11"], "weight": [3.0, 2, 1]})
    for cities, distance in ((None, None), (["甲"], km)):
        population = build_population(firms, products, codes, distance=distance)
        scores = fit_scores(population, seeds, firms["firm_id"], cities=cities).dropna(subset="s")
        terms = fit_terms(population, seeds, firms["firm_id"], cities=cities)
        total = terms.groupby("firm_id")["contribution"].sum()
        assert np.allclose(total.loc[scores.index], scores["s"], atol=1e-9)
        assert set(terms["firm_id"]) == set(scores.index)
        assert ({"near", "peers"} <= set(terms["term"])) == (cities is not None)
    shares = fit_shares(population, seeds, firms["firm_id"])
    assert np.allclose(shares.groupby("firm_id")["share"].sum(), 1.0)
    assert np.allclose(shares["text"] + shares["industry"], shares["share"])
    assert not (shares["firm_id"] == shares["local_firm_id"]).any()


@pytest.mark.parametrize("full", [False, True])
def test_shares_weigh_the_terms_as_the_score_does(full):
    firms, products, codes = instance(1)
    population = build_population(firms, products, codes, distance=km if full else None)
    form = FULL_FORM if full else CASE_FORM
    mix, ppr, comparable = definition(population, codes)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11", "f20"], "weight": [3.0, 2, 1, 1]})
    columns, weights = [3, 7, 11, 20], np.array([3.0, 2, 1, 1])
    shares = fit_shares(population, seeds, firms["firm_id"], cities=["甲"] if full else None)
    split = set()
    for row, firm in enumerate(population.firm_ids):
        masses = {name: (k * comparable)[row, columns] * weights for name, k in (("mix", mix), ("ppr", ppr))}
        held = {name: mass for name, mass in masses.items() if mass.sum() > 0}
        own = shares[shares["firm_id"] == firm]
        assert list(own["rank"]) == list(range(1, len(own) + 1))
        assert own["share"].round(9).is_monotonic_decreasing
        if held:
            expected = sum(form[name] * mass / mass.sum() for name, mass in held.items())
            expected /= sum(form[name] for name in held)
            by_firm = own.set_index("local_firm_id")["share"].reindex(seeds["firm_id"]).fillna(0.0)
            assert by_firm.to_numpy() == pytest.approx(expected, abs=1e-9)
            apart = [np.ptp([mass[at] / mass.sum() for mass in held.values()]) for at in range(len(columns))]
            split.add(max(apart) > 0.05)
        else:
            assert own.empty
    assert True in split  # the terms differ, or the weights would not matter


def test_a_term_that_the_score_does_not_count_has_no_share():
    firms, products, codes = instance(1)
    population = build_population(firms, products, codes, distance=km)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11"], "weight": 1.0})

    def shares(**weights):
        fitted = replace(population, weights={**FULL_FORM, **weights})
        return fit_shares(fitted, seeds, ["f01", "f02", "f04"], cities=["甲"]).set_index(["firm_id", "local_firm_id"])

    assert shares(mix=0.0, ppr=0.0).empty
    alone, both = shares(ppr=0.0)["share"], shares()["share"]
    assert alone.groupby("firm_id").sum().to_numpy() == pytest.approx(1.0)
    assert (alone - both).abs().max() > 0.01


def test_near_cities_and_relatedness_by_hand():
    firms, products, codes = instance(2)
    population = build_population(firms, products, codes, distance=km)
    mix, _, comparable = definition(population, codes)
    near = {"乙": np.exp(-0.8), "丙": np.exp(-2.0)}  # 丁 is beyond 300 km
    weights = [near.get(city, 0.0) for city in firms["city_key"]]
    seeds = pd.DataFrame({"firm_id": firms.loc[firms["city_key"] == "甲", "firm_id"], "weight": 1.0})
    scores = fit_scores(population, seeds, firms["firm_id"], cities=["甲"])
    for row, firm in enumerate(population.firm_ids):
        expected = defined_lift(mix, comparable, row, range(len(weights)), weights)
        if not np.isnan(scores.loc[firm, "s"]):
            assert scores.loc[firm, "near"] == pytest.approx(expected, abs=1e-9)
    coded = set(codes["firm_id"])
    assert scores["relatedness"].isna().equals(scores["s"].isna())
    without = scores.loc[[firm not in coded for firm in scores.index], "relatedness"].dropna()
    assert without.eq(0).all()
    assert scores["relatedness"].abs().max() > 0


def test_peer_cities_by_hand(monkeypatch):
    firms, products, codes = instance(2)
    population = build_population(firms, products, codes, distance=km)
    mix, _, comparable = definition(population, codes)
    held = firms["city_key"].value_counts()
    seeds = pd.DataFrame({"firm_id": firms.loc[firms["city_key"] == "甲", "firm_id"], "weight": 1.0})
    for capitals, peers in ((set(), "乙丙丁"), ({"甲", "丙"}, "丙"), ({"乙"}, "丙丁"), ({"甲"}, "")):
        monkeypatch.setattr(regions, "capitals", lambda named=frozenset(capitals): named)
        like = {city: min(held["甲"], held[city]) / max(held["甲"], held[city]) for city in peers}
        weights = [like.get(city, 0.0) for city in firms["city_key"]]
        scores = fit_scores(population, seeds, firms["firm_id"], cities=["甲"])
        for row, firm in enumerate(population.firm_ids):
            if not np.isnan(scores.loc[firm, "s"]):
                expected = defined_lift(mix, comparable, row, range(len(weights)), weights)
                assert scores.loc[firm, "peers"] == pytest.approx(expected, abs=1e-9)
    assert scores["peers"].dropna().eq(0).all()  # no city is like it
    monkeypatch.setattr(regions, "capitals", frozenset)
    # A region of several cities: another city is as alike as it is to the most alike of them; their own firms are none.
    several = fit_scores(population, seeds, firms["firm_id"], cities=["甲", "乙"])
    like = {c: max(min(held[h], held[c]) / max(held[h], held[c]) for h in "甲乙") for c in "丙丁"}
    weights = [like.get(city, 0.0) for city in firms["city_key"]]
    for row, firm in enumerate(population.firm_ids):
        if not np.isnan(several.loc[firm, "s"]):
            expected = defined_lift(mix, comparable, row, range(len(weights)), weights)
            assert several.loc[firm, "peers"] == pytest.approx(expected, abs=1e-9)
    placeless = build_population(firms, products, codes, distance=lambda *_: np.nan)
    elsewhere = fit_scores(placeless, seeds, firms["firm_id"], cities=["戊"])  # nobody of the population is there
    assert elsewhere["peers"].dropna().eq(0).all()


def test_row_order_and_added_candidates_change_nothing():
    firms, products, codes = instance(3)
    members = firms.iloc[:-5]
    inside = set(members["firm_id"])
    population = build_population(members, products, codes)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11", "f12", "f13"], "weight": 1.0})
    first = fit_scores(population, seeds, sorted(inside))
    shuffled = build_population(
        members.sample(frac=1, random_state=1),
        products.sample(frac=1, random_state=2),
        codes.sample(frac=1, random_state=3),
    )
    pd.testing.assert_frame_equal(first, fit_scores(shuffled, seeds.iloc[::-1], sorted(inside)), check_exact=True)
    extended = with_candidates(population, products, codes)
    wider = fit_scores(extended, seeds, list(firms["firm_id"]))
    pd.testing.assert_frame_equal(first, wider.loc[first.index], check_exact=True)
    pd.testing.assert_frame_equal(
        bootstrap(population, seeds, sorted(inside))[["fit_low", "fit_high"]],
        bootstrap(extended, seeds, list(firms["firm_id"])).loc[first.index, ["fit_low", "fit_high"]],
    )


def test_a_twin_outside_the_population_scores_like_the_firm_itself():
    """The out-of-sample row of a firm equals its own row, but that the firm itself is now part of the mean."""
    firms, products, codes = instance(4)
    twin = "f05"
    copy_products = products[products["firm_id"] == twin].assign(firm_id="twin")
    copy_codes = codes[codes["firm_id"] == twin].assign(firm_id="twin")
    population = with_candidates(build_population(firms, products, codes), copy_products, copy_codes)
    seeds = pd.DataFrame({"firm_id": ["f03", "f07", "f11"], "weight": 1.0})
    scores = fit_scores(population, seeds, [twin, "twin"])
    own_mix = kernels.own_mix(
        population.text[[5]], [rows[[5]] for rows in population.codes], kernels.mix_factors(population.means)
    )
    count = ((population.kinds[: population.size] & population.kinds[5]) > 0).sum()
    difference = population.expected[population.position["twin"]] - population.expected[5]
    assert difference[0] == pytest.approx(own_mix[0] / count)
    assert difference[1] > 0
    mass = scores["mix"].map(np.exp) * population.expected[[5, population.position["twin"]], 0]
    assert scores.loc["twin", "mix"] < scores.loc[twin, "mix"]
    assert mass.notna().all()


def test_a_firm_is_no_evidence_for_itself():
    firms, products, codes = instance(6)
    population = build_population(firms, products, codes)
    alone = fit_scores(population, pd.DataFrame({"firm_id": ["f03"]}), ["f03"])
    assert alone["s"].isna().all()
    with_it = fit_scores(population, pd.DataFrame({"firm_id": ["f03", "f07", "f11"]}), ["f03"])
    without = fit_scores(population, pd.DataFrame({"firm_id": ["f07", "f11"]}), ["f03"])
    pd.testing.assert_frame_equal(with_it, without)


def test_no_seeds_no_basis_and_no_band():
    firms, products, codes = instance(1)
    population = build_population(firms, products, codes)
    none = pd.DataFrame({"firm_id": [], "weight": []})
    scores = fit_scores(population, none, ["f01", "f02"])
    assert scores[["mix", "ppr", "s", "fit_lift"]].isna().all().all()
    assert fit_terms(population, none, ["f01", "f02"]).empty
    assert fit_shares(population, none, ["f01"]).empty
    few = pd.DataFrame({"firm_id": ["f01", "f02", "f03", "f04"], "weight": 1.0})
    assert bootstrap(population, few, list(population.firm_ids)).isna().all().all()


def test_band_holds_the_score_and_top_share_has_a_limit():
    firms, products, codes = instance(1)
    population = build_population(firms, products, codes)
    seeds = pd.DataFrame({"firm_id": [f"f{at:02d}" for at in range(12)], "weight": 1.0})
    pool = [firm for firm in population.firm_ids if firm >= "f12"]
    band = bootstrap(population, seeds, pool, top=30, draws=100)
    scores = fit_scores(population, seeds, pool)
    assert band["fit_low"].isna().equals(scores["s"].isna())
    held = band.dropna()
    assert (held["fit_low"] <= held["fit_high"]).all()
    middle = scores.loc[held.index, "fit_lift"]
    assert ((held["fit_low"] <= middle) & (middle <= held["fit_high"])).mean() > 0.7
    assert held["top_share"].sum() == pytest.approx(int(0.2 * len(held)))
    pd.testing.assert_frame_equal(band, bootstrap(population, seeds, pool, top=30, draws=100))


def test_a_band_is_the_same_however_many_firms_and_draws_are_taken_at_once(monkeypatch):
    population = build_population(*instance(1))
    seeds = pd.DataFrame({"firm_id": [f"f{at:02d}" for at in range(12)], "weight": 1.0})
    pool = [firm for firm in population.firm_ids if firm >= "f12"]
    whole = bootstrap(population, seeds, pool, draws=50)
    monkeypatch.setattr(score, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(score, "DRAWS_AT_ONCE", 3)
    pd.testing.assert_frame_equal(whole, bootstrap(population, seeds, pool, draws=50), check_exact=True)


def test_codes_compare_within_a_scheme_only():
    firms = pd.DataFrame({"firm_id": ["a", "b", "c"]})
    products = pd.DataFrame({"firm_id": [], "product": [], "share": []})
    codes = pd.DataFrame(
        {"firm_id": ["a", "b", "c"], "scheme": ["gbt4754", "shenwan", "gbt4754"], "code": ["2614", "261401", "2619"]}
    )
    population = build_population(firms, products, codes)
    scores = fit_scores(population, pd.DataFrame({"firm_id": ["a"]}), ["b", "c"])
    assert np.isnan(scores.loc["b", "s"])
    assert scores.loc["c", "mix"] > 0
    with pytest.raises(ValueError, match="unknown industry scheme: nace"):
        build_population(firms, products, codes.assign(scheme="nace"))


def test_unknown_firms_are_named():
    population = build_population(*instance(1))
    assert isinstance(population, Population)
    assert "40 firms" in repr(population)
    with pytest.raises(UnknownNameError, match="nobody"):
        fit_scores(population, pd.DataFrame({"firm_id": ["f01"]}), ["nobody"])


def test_shared_words_are_readable():
    firms = pd.DataFrame({"firm_id": ["a", "b", "c"]})
    products = pd.DataFrame(
        {
            "firm_id": ["a", "b", "b", "c"],
            "product": ["超白光伏玻璃、背板", "光伏玻璃", "LED灯带", "LED灯"],
            "share": np.nan,
        }
    )
    population = build_population(firms, products, pd.DataFrame({"firm_id": [], "scheme": [], "code": []}))
    assert shared_words(population, "a", "b") == ("光伏玻璃",)
    assert shared_words(population, "b", "c") == ("LED灯",)
    assert shared_words(population, "a", "c") == ()


def test_lift_of_a_set_with_several_codes_counts_a_firm_once():
    rows = sparse.csr_array(np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]))
    sums = kernels.shared_code_sums(rows, rows, np.ones((3, 1)))
    assert sums[:, 0].tolist() == [2.0, 2.0, 1.0]
