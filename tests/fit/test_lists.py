"""What the fit is allowed to see, and who the seeds are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chaingraph.choosing.surveying import look_around, survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.fit.lists import chain_seeds, explain_fit, score_lists
from chaingraph.fit.reference import NoReference, texts_and_codes
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import load_strategy
from tests.toy import toy_tables


def seeds(tables: dict[str, pd.DataFrame], strategy: str) -> pd.DataFrame:
    graph = ChainGraph("toy", tables)
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        around = look_around(graph, "嘉兴", query, places)
    return chain_seeds(graph, around.presence, around.leaders, load_strategy(strategy))


def test_seeds_by_hand() -> None:
    found = seeds(toy_tables(), "extend")
    pv = set(found.loc[found["chain_id"] == "pv", "firm_id"])
    # L06 has stopped; L03's plant is not shown, but it is a firm of the region that knows inverters.
    assert pv == {"L01", "L02", "L03", "L04", "L05"}
    assert set(found.loc[found["chain_id"] == "hy", "firm_id"]) == {"L08", "L09"}  # L07 has only signed; L01 only buys
    assert (found["weight"] == 1).all()


def test_leaders_and_their_partners_weigh_more_when_leaders_drive() -> None:
    found = seeds(toy_tables(), "strengthen").set_index(["chain_id", "firm_id"])["weight"]
    assert found[("pv", "L01")] == 3
    assert found[("pv", "L02")] == 2  # supplies L01
    assert found[("pv", "L04")] == 1


def test_country_tier_role_and_source_never_enter() -> None:
    before = texts_and_codes(ChainGraph("toy", toy_tables()))
    tables = toy_tables()
    tables["firms"] = tables["firms"].assign(
        country="日本", province=pd.NA, city="东京", district=pd.NA, tiers="global500", firm="x"
    )
    tables["firm_segments"] = tables["firm_segments"].assign(role="leader", source="别处", confidence="unsure")
    after = texts_and_codes(ChainGraph("toy", tables))
    for mine, yours in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(mine, yours)
    assert [list(frame) for frame in before] == [
        ["firm_id"],
        ["firm_id", "product", "share"],
        ["firm_id", "scheme", "code"],
    ]


def test_a_cell_of_several_products_is_several_products() -> None:
    _, products, _ = texts_and_codes(ChainGraph("toy", toy_tables()))
    assert set(products.loc[products["firm_id"] == "L05", "product"]) == {"双玻组件", "边框"}


def test_scores_and_terms_agree_for_every_list() -> None:
    graph = ChainGraph("toy", toy_tables())
    population = NoReference().population(graph)
    own = pd.DataFrame({"chain_id": "pv", "firm_id": ["L01", "L02", "L04", "L05", "L03"], "weight": 1.0})
    candidates = pd.DataFrame({"list": ["main", "main", "leader"], "chain_id": "pv", "firm_id": ["O02", "O04", "O02"]})
    by_list = {"main": own, "leader": own}
    scores = score_lists(population, candidates, by_list, top=30, draws=50, seed=0)
    terms, shares, words = explain_fit(population, candidates, by_list)
    total = terms.groupby(["list", "chain_id", "firm_id"])["contribution"].sum()
    keyed = scores.set_index(["list", "chain_id", "firm_id"])
    np.testing.assert_allclose(keyed["s"], total.loc[keyed.index], atol=1e-9)
    assert shares.groupby(["list", "firm_id"])["share"].sum().to_numpy() == pytest.approx(1.0)
    assert set(words["list"]) == {"main", "leader"}
    assert (keyed["fit_low"] <= keyed["fit_high"]).all()


def test_no_candidates_give_an_empty_table_with_its_columns() -> None:
    graph = ChainGraph("toy", toy_tables())
    empty = pd.DataFrame(columns=["list", "chain_id", "firm_id"])
    scores = score_lists(NoReference().population(graph), empty, {}, top=30, draws=10, seed=0)
    assert scores.empty
    assert {"s", "fit_lift", "top_share"} <= set(scores.columns)
