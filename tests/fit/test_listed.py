"""The reference in the box: sums without firms, and the fit that they give."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from chaingraph.facts.rivals import rival_cities
from chaingraph.fit.aggregate import FEWEST, comparable_firms, summed_mix, told_sets
from chaingraph.fit.listed import Listed, counts_of, listed_makers, sums_of, tables_of
from chaingraph.fit.population import build_population, population_of, with_candidates
from chaingraph.fit.reference import ListedReference
from chaingraph.fit.score import FULL_FORM, KAPPA, SUMS_FORM, bootstrap, fit_scores, fit_shares, fit_terms
from chaingraph.model.graph import ChainGraph
from chaingraph.stores.listed_box import listed_firms
from tests.made_population import instance, km
from tests.toy import toy_tables

SHARED_TERMS = ["mix", "relatedness"]


def pair(seed: int, fewest: int = FEWEST):
    """A population with its firms, its sums after they were written down, and further firms added to both."""
    firms, products, codes = instance(seed, 60)
    inside = firms.iloc[:45]
    whole = build_population(
        inside,
        products[products["firm_id"].isin(inside["firm_id"])],
        codes[codes["firm_id"].isin(inside["firm_id"])],
        distance=km,
        fewest=fewest,
    )
    facts, tables = tables_of(whole)
    written = {name: frame.copy() for name, frame in tables.items()}
    outside = set(firms["firm_id"]) - set(inside["firm_id"])
    rows = [frame[frame["firm_id"].isin(outside)] for frame in (products, codes)]
    further = sorted(outside & (set(rows[0]["firm_id"]) | set(rows[1]["firm_id"])))  # some have neither text nor code
    return with_candidates(whole, *rows), with_candidates(population_of(sums_of(facts, written)), *rows), further


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_give_the_same_terms_as_the_firms(seed):
    whole, sums, further = pair(seed)
    seeds = pd.DataFrame({"firm_id": further[:6], "weight": [3.0, 2, 1, 1, 1, 1]})
    left = fit_scores(whole, seeds, further, cities=["甲"])
    right = fit_scores(sums, seeds, further, cities=["甲"])
    pd.testing.assert_frame_equal(left[SHARED_TERMS], right[SHARED_TERMS], check_exact=False, rtol=0, atol=1e-9)
    pd.testing.assert_frame_equal(left[["text", "industry", "comparable"]], right[["text", "industry", "comparable"]])
    assert left["mix"].notna().any()
    assert left["ppr"].notna().any()
    assert right["ppr"].isna().all()
    assert right["peers"].notna().equals(right["mix"].notna())
    by_hand = sum(SUMS_FORM[term] * right[term] for term in ("mix", "peers", "relatedness")) + SUMS_FORM["constant"]
    np.testing.assert_allclose(right["s"], by_hand)
    terms = fit_terms(sums, seeds, further, cities=["甲"])
    assert set(terms["term"]) == {"mix", "peers", "relatedness", "constant"}
    total = terms.groupby("firm_id")["contribution"].sum()
    np.testing.assert_allclose(total, right["s"].dropna().loc[total.index])
    # Without walks the shares are those of the mix alone, whatever it weighs.
    shares = [
        fit_shares(each, seeds, further, cities=["甲"]).set_index(["firm_id", "local_firm_id"])["share"].sort_index()
        for each in (sums, replace(whole, weights={**FULL_FORM, "ppr": 0.0}))
    ]
    pd.testing.assert_series_equal(*shares)
    band = bootstrap(sums, seeds, further, draws=20, cities=["甲"])
    assert (band["fit_low"] <= band["fit_high"]).equals(band["fit_low"].notna())


def test_a_firm_of_the_population_is_no_evidence_for_its_own_mean():
    """Added again with the same rows, and known to be part of the sums, it has the mean of its own row."""
    firms, products, codes = instance(3, 60)
    whole = build_population(firms, products, codes, fewest=FEWEST)
    known = list(firms["firm_id"][:10])
    rows = [frame[frame["firm_id"].isin(known)] for frame in (products, codes)]
    again = with_candidates(whole, *rows, known=known)
    sums = with_candidates(population_of(whole.sums), *rows, known=known)
    met = [firm for firm in known if again.position[firm] >= whole.size]
    assert met
    for firm in met:
        before, after = whole.expected[whole.position[firm]], again.expected[again.position[firm]]
        assert after == pytest.approx(before, abs=1e-9), firm
        assert sums.expected[sums.position[firm], 0] == pytest.approx(before[0], abs=1e-9)
    stranger = with_candidates(population_of(whole.sums), *rows)
    assert stranger.expected[stranger.position[met[0]], 0] > sums.expected[sums.position[met[0]], 0]


def test_peers_from_counts_by_hand():
    """Three cities of two, two and four firms; 甲 is the region. Its peers: 乙 counts whole, 丙 half."""
    seats = dict(zip("abcdefgh", "甲甲乙乙丙丙丙丙", strict=True))
    fine = dict(zip("abcdefgh", ("2614", "2615", "2614", "3042", "2614", "2652", "3042", "3042"), strict=True))
    firms = pd.DataFrame({"firm_id": list(seats), "city_key": list(seats.values())})
    codes = pd.DataFrame({"firm_id": list(fine), "scheme": "gbt4754", "code": list(fine.values())})
    none = pd.DataFrame({"firm_id": [], "product": [], "share": []}, dtype="str")
    whole = build_population(firms, none, codes, distance=km)
    new = codes.iloc[[0, 2, 2]].assign(firm_id=["new", "c2", "x"])
    sums = with_candidates(population_of(whole.sums), none, new, known={"c2": "乙"})
    scores = fit_scores(sums, pd.DataFrame({"firm_id": ["x"]}), ["new", "c2"], cities=["甲"])
    first, second, third = (
        weight / mean for weight, mean in zip((1.0, 0.3, 0.1), whole.means[:3], strict=True)
    )  # division 26, group 261, class 2614
    # Peers hold of the new firm's kind: c (乙), e and, of its division only, f (丙, half). The country: a, b, c, e, f.
    mass = first * (1 + 0.5 + 0.5) + second * (1 + 0.5) + third * (1 + 0.5)
    mean = (first * 5 + second * 4 + third * 3) / 8
    assert scores.loc["new", "peers"] == pytest.approx(np.log((mass + KAPPA * mean) / ((4 + KAPPA) * mean)))
    # c2 is c itself: what it adds to its own city and to the country is taken off.
    mass = first * (0.5 + 0.5) + second * 0.5 + third * 0.5
    mean = (first * 4 + second * 3 + third * 2) / 7
    assert scores.loc["c2", "peers"] == pytest.approx(np.log((mass + KAPPA * mean) / ((3 + KAPPA) * mean)))


def test_walks_from_local_firms_outside_the_population_by_hand():
    """One firm of the population and a local firm beside it, both with the one attribute there is."""
    none = pd.DataFrame({"firm_id": [], "product": [], "share": []})
    codes = pd.DataFrame({"firm_id": ["a", "b"], "scheme": "gbt4754", "code": "2614"})
    whole = build_population(pd.DataFrame({"firm_id": ["a", "b"]}), none, codes)
    more = with_candidates(whole, none, codes.assign(firm_id=["x", "y"]))
    scores = fit_scores(more, pd.DataFrame({"firm_id": ["x"]}), ["a", "y"])
    # From x the walk goes to a or b with .85, and then between them for ever: .85 of its mass, half of it on a.
    assert scores.loc["a", "ppr"] == pytest.approx(
        np.log((0.425 + 10 * whole.expected[0, 1]) / (11 * whole.expected[0, 1]))
    )


def test_rare_pieces_and_rare_sets_are_not_told():
    whole, _, _ = pair(1)
    _, tables = tables_of(whole)
    held = whole.text[: whole.size]
    assert (np.bincount(held.indices, minlength=held.shape[1]) >= FEWEST).all()
    assert set(tables["text"]["piece"]) == set(whole.grams)
    several = tables["codes"][tables["codes"]["codes"].str.contains(";")]
    assert (several["firms"] >= FEWEST).all()


def test_counts_per_code_stay_exact_when_rare_sets_are_split():
    rng = np.random.default_rng(0)
    rows = sparse.csr_array((rng.random((50, 6)) < 0.4).astype(float))
    labels = [f"{'gbt4754' if at < 3 else 'shenwan'}:{at}" for at in range(6)]
    for fewest in (1, 3, 20, 99):
        sets, firms = told_sets(rows, labels, fewest=fewest)
        if fewest == 1:
            assert firms.sum() == (rows.sum(axis=1) > 0).sum()
        # A firm may be split into parts that do not overlap: each of its codes is in exactly one of them.
        assert (sets.T @ firms).tolist() == rows.sum(axis=0).tolist()


def test_the_shipped_aggregate_holds_no_firm():
    listed = listed_firms()
    assert isinstance(listed, Listed)
    assert listed.sums.firms == 4605
    assert listed.as_of == "2021-10"
    assert listed.about["weights"] == SUMS_FORM
    folder = files("chaingraph") / "library" / "listed"
    shipped = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(shipped) == {"about.toml", "text.csv", "codes.csv", "industries.csv", "makers.csv"}
    assert sum(len(text.encode()) for text in shipped.values()) < 3_000_000
    text = pd.read_csv(StringIO(shipped["text.csv"]), keep_default_na=False)
    assert text["piece"].str.len().max() == 3
    codes = pd.read_csv(StringIO(shipped["codes.csv"]))
    assert (codes.loc[codes["codes"].str.contains(";"), "firms"] >= FEWEST).all()
    for words in ("有限公司", "股份"):
        assert not any(words in text for text in shipped.values())
    # Mean of the mixed kernel over a population that resembles it: near 1 + .3 + .1 + 2.
    assert comparable_firms(listed.sums, np.array([7]))[0] == pytest.approx(4490)
    row = sparse.csr_array(listed.sums.text[None, :] / np.linalg.norm(listed.sums.text))
    none = [sparse.csr_array((1, sets.shape[1])) for sets in listed.sums.sets]
    assert summed_mix(listed.sums, row, none)[0] > 0


def made_listed() -> Listed:
    rows = [
        ("甲件", "无锡", 6),
        ("甲件", "嘉兴", 2),
        ("甲件", "", 1),
        ("乙件", "苏州", 2),
        ("", "无锡", 6),
        ("", "嘉兴", 2),
        ("", "苏州", 2),
        ("", "", 1),
    ]
    makers = pd.DataFrame(rows, columns=["segment", "city", "firms"]).assign(chain="光伏新能源")
    other = pd.DataFrame({"segment": ["甲件"], "city": ["北京"], "firms": [9], "chain": ["别的链"]})
    return Listed({"name": "made", "as_of": "2021-10"}, listed_firms().sums, pd.concat([makers, other]))


def graph_of(names: dict[str, str]) -> ChainGraph:
    tables = toy_tables()
    tables["chains"] = tables["chains"].assign(
        chain=["光伏新能源" if chain == "pv" else "氢能" for chain in tables["chains"]["chain_id"]]
    )
    given = tables["segments"]["segment_id"].map(names)
    tables["segments"] = tables["segments"].assign(segment=given.fillna(tables["segments"]["segment"]).astype("str"))
    return ChainGraph("made", tables)


def test_expected_counts_and_rivals_by_hand():
    tables = toy_tables()
    first, second = sorted(tables["segments"].loc[tables["segments"]["chain_id"] == "pv", "segment_id"])[:2]
    graph = graph_of({first: "甲件", second: "乙件"})
    makers = listed_makers(made_listed(), graph)
    counts = counts_of(makers, "嘉兴").set_index("segment_id")
    assert counts.loc[first, ["national", "local", "chain_national", "chain_local"]].tolist() == [9, 2, 11, 2]
    assert counts.loc[second, ["national", "local"]].tolist() == [2, 0]
    assert counts_of(makers, "嘉善") is None  # a county: nobody counted that
    assert counts_of(makers.iloc[:0], "嘉兴") is None
    rivals = rival_cities(makers, "嘉兴")
    assert rivals[["segment_id", "rank", "city", "firms", "chain_firms"]].values.tolist() == [
        [first, 1, "无锡", 6, 6],
        [second, 1, "苏州", 2, 2],
    ]
    assert rivals["share"].tolist() == pytest.approx([6 / 9, 1.0])
    assert rivals["lacks"].tolist() == [second, first]
    assert rival_cities(makers.iloc[:0], "嘉兴").empty


def test_a_case_drawn_otherwise_has_no_counts_from_the_box():
    assert listed_makers(listed_firms(), ChainGraph("toy", toy_tables())).empty


def test_a_listed_firm_is_known_by_its_stock_code():
    tables = toy_tables()
    code = pd.Series(pd.NA, tables["firms"].index, dtype="str")
    code.iloc[0] = "600123.SH"
    graph = ChainGraph("toy", tables | {"firms": tables["firms"].assign(stock_code=code)})
    population = ListedReference(made_listed()).population(graph)
    known = [firm for firm, member in zip(population.firm_ids, population.member, strict=True) if member >= 0]
    assert known == [tables["firms"]["firm_id"].iloc[0]]
