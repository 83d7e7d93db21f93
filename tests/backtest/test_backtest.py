"""The back-test: its parts by hand, the shipped score inside it, and floors on the public data."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chaingraph.backtest.features import features
from chaingraph.backtest.gap_forecast import _pairs, gap_forecast, gaps_as_json
from chaingraph.backtest.linkage import build_linkage, linkage_sums
from chaingraph.backtest.measures import interval, measure
from chaingraph.backtest.methods import FIVE, METHODS, city_folds, fit_weights
from chaingraph.backtest.panel import Panel, Split, by_date, hide30, inner_split, panel_of
from chaingraph.backtest.protocol import BackTest, as_json, backtest
from chaingraph.backtest.reading import gap_reading, reading
from chaingraph.cli.main import main
from chaingraph.cli.proof.backtest import _each_on_all_cores
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError
from chaingraph.fit.score import build_population, fit_scores
from chaingraph.places.distance import distance_km
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.writers.backtest import markdown_table, write_backtest, write_plot
from tests.made_backtest import km, tables
from tests.shared_data import shared


def prepared(held: dict[str, pd.DataFrame]) -> Panel:
    return panel_of(held, km, open_engine)


def figures_on(held: dict[str, pd.DataFrame], *options: Any, **named: Any) -> BackTest:
    return backtest(held, *options, panel=prepared(held), **named)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return prepared(tables())


def test_measures_by_hand():
    scores = np.array([5.0, 4, 3, 2, 1])
    truth = np.array([False, True, False, True, False])
    auroc, top50, top100, gain = measure(scores, truth)
    assert auroc == pytest.approx(3 / 6)
    assert top50 == top100 == 1.0
    discounts = 1 / np.log2([3, 5])
    assert gain == pytest.approx(discounts.sum() / (1 + 1 / np.log2(3)))
    assert measure(np.zeros(5), truth)[0] == 0.5
    assert np.isnan(measure(scores, np.zeros(5, dtype=bool))).all()
    many = np.zeros(400, dtype=bool)
    many[[0, 60, 300]] = True
    assert measure(-np.arange(400.0), many)[1:3].tolist() == [1 / 3, 2 / 3]
    low, high = interval(np.linspace(0.4, 0.6, 50))
    assert low < 0.5 < high
    assert np.isnan(interval(np.array([0.5]))[0])


def test_thirty_percent_of_each_city_are_hidden(panel):
    split = hide30(panel, 3)
    assert not (split.visible & split.hidden).any()
    assert (split.visible | split.hidden).all()
    for city in range(4):
        assert abs(split.hidden[panel.city == city].sum() - 12) <= 1
    assert split.cities.tolist() == [0, 1, 2, 3]
    again = hide30(panel, 3)
    assert (again.hidden == split.hidden).all()
    assert not (hide30(panel, 4).hidden == split.hidden).all()
    inner = inner_split(panel, split, "hide30", 3)
    assert not ((inner.hidden | inner.visible) & split.hidden).any()


def test_by_date_hides_what_came_later(panel):
    split = by_date(panel)
    assert (panel.listed[split.hidden] >= "2017-01-01").all()
    assert (panel.listed[split.visible] < "2017-01-01").all()
    inner = inner_split(panel, split, "temporal", 0)
    assert (panel.listed[inner.hidden] >= "2013-01-01").all()
    assert not (inner.hidden & split.hidden).any()


def test_folds_deal_every_city_once():
    folds = city_folds(13, 1)
    assert sorted(np.concatenate(folds).tolist()) == list(range(13))
    assert len(folds) == 5


def test_weights_are_never_negative_and_an_offset_is_kept():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4000, 2))
    base = rng.normal(size=4000)
    truth = rng.random(4000) < 1 / (1 + np.exp(-(base + 0.8 * rows[:, 0] - 0.5 * rows[:, 1] - 1)))
    weights = fit_weights(rows, truth, offset=base)
    assert weights[1] == pytest.approx(0.8, abs=0.12)
    assert weights[2] == 0.0


def test_linkage_by_hand():
    """f1 makes glass; f2 makes panels, which need glass and cells; f3 makes cells, which need silicon."""
    weights = pd.DataFrame(
        {
            "firm_id": ["f1", "f2", "f3", "f4"],
            "text": ["玻璃", "高效组件", "电池片甲", "无关"],
            "weight": 1.0,
        }
    )
    products = pd.DataFrame({"product_id": list("abcd"), "product": ["玻璃", "组件", "电池片", "硅"]})
    links = pd.DataFrame(
        {
            "from_product_id": ["a", "c", "d", "a"],
            "to_product_id": ["b", "b", "c", "c"],
            "kind": ["input", "input", "input", "subclass"],
        }
    )
    linkage = build_linkage(weights, products, links, ("f1", "f2", "f3", "f4"))
    sums = linkage_sums(linkage, np.eye(4))
    supplies, buys = sums["supplies"][0], sums["buys"][0]
    # Of two inputs of panels, glass is in as many firms' rows and needs as cells: each weighs the root of a half.
    assert supplies[0].round(4).tolist() == [0.0, 0.7071, 0.0, 0.0]
    assert supplies[2].round(4).tolist() == [0.0, 0.7071, 0.0, 0.0]
    assert (buys == supplies.T).all()
    assert sums["link2"][0][0].tolist() == [0.0] * 4  # glass goes into panels only
    assert np.diag(sums["shared_in"][0]).round(9).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert sums["shared_in"][1].round(9).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert build_linkage(weights, products, links[links["kind"] == "subclass"], ("f1",)) is None


def test_terms_equal_those_of_the_shipped_score():
    """With nobody hidden, what the back-test ranks by is what the main job prints."""
    held = tables(80)
    own = prepared(held)
    everyone = np.ones(own.firms, dtype=bool)
    found = features(own, Split(everyone, ~everyone, np.arange(4)))
    codes = held["firms"].rename(columns={"industry_scheme": "scheme", "industry": "code"})
    population = build_population(
        held["firms"].assign(city_key=held["firms"]["city"]), held["firm_products"], codes, distance=km
    )
    seeds = held["firms"][held["firms"]["city"] == "乙"].assign(weight=1.0)
    outside = held["firms"].loc[held["firms"]["city"] != "乙", "firm_id"]
    scores = fit_scores(population, seeds, outside, cities=["乙"])
    rows = [population.firm_ids.index(firm) for firm in scores.index]
    number = own.cities.index("乙")
    assert np.allclose(found["lift_mix"][number, rows], scores["mix"], atol=1e-9)
    assert np.allclose(found["relatedness"][number, rows], scores["relatedness"], atol=1e-9)
    assert np.abs(found["lift_ppr"][number, rows] - scores["ppr"]).max() < 0.05
    # A firm of a neighbouring city is one of the firms counted there, but not like itself: a hair's difference.
    assert np.abs(found["near_mix"][number, rows] - scores["near"]).max() < 0.05
    assert np.abs(found["peers_mix"][number, rows] - scores["peers"]).max() < 0.05


def test_a_city_s_trade_is_found_and_the_pools_agree():
    result = figures_on(tables(), "hide30", [0, 1], methods=("random", "same_industry", "mix", "score"))
    wide = result.summary.pivot(index="method", columns="pool", values="auroc")
    assert wide.loc["score", "A"] > 0.68
    assert (wide["A"] - wide["B"]).abs().drop("random").max() < 0.05
    assert result.facts["scored_cities"] == 4
    band = result.calibration
    assert band["real_lift"].iloc[-1] > 1 > band["real_lift"].iloc[0]


def test_all_methods_and_the_files(tmp_path):
    pytest.importorskip("pymcdm")
    result = figures_on(tables(), "temporal", [0])
    assert list(result.summary["method"])[: len(METHODS)] == list(METHODS)
    assert result.summary.loc[result.summary["method"] == "same_industry", "gap"].eq(0).all()
    write_backtest(result, tmp_path / "one.json")
    write_plot(result, tmp_path / "one.svg", lang="en")
    stored = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert stored["summary"][0]["method"] == "random"
    assert stored == json.loads(json.dumps(as_json(result)))
    shuffled = {name: frame.sample(frac=1, random_state=2) for name, frame in tables().items()}
    write_backtest(figures_on(shuffled, "temporal", [0]), tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    table = markdown_table(stored, lang="en").splitlines()
    assert len(table) == len(METHODS) + 2
    assert table[6].startswith("| local firms of the same industry (reference) | 0.")
    assert "+0.000 [+0.000, +0.000]" in table[6]
    assert "all terms, equal weights" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_a_bureau_s_own_outcomes():
    held = tables()
    firms = held["firms"]
    away = firms[(firms["city"] != "甲") & (firms["industry"].str.startswith("11"))]
    outcomes = pd.DataFrame({"firm": away["firm"], "region": "甲市", "date": "2024-01-01"})
    elsewhere = pd.DataFrame({"firm": firms.loc[firms["city"] == "甲", "firm_id"].head(8), "region": "乙", "date": ""})
    result = figures_on(held, "hide30", [0], outcomes=pd.concat([outcomes, elsewhere]), methods=("mix", "score"))
    assert result.protocol == "outcomes"
    own = result.by_city.set_index(["pool", "city", "method"])["auroc"]
    assert own["B", "甲", "score"] > 0.8
    with pytest.raises(CaseError, match="no outcome matches"):
        figures_on(held, "hide30", [0], outcomes=outcomes.assign(firm="nobody"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_reading_begins_with_the_own_city(lang):
    result = figures_on(tables(), "hide30", [0], methods=("random", "same_industry", "mix", "score"))
    first, second, *rest = reading(result, "甲", lang)
    assert "甲" in first
    assert "160" in second
    assert len(rest) >= 5
    unknown = reading(result, "戊", lang)[0]
    assert "10" in unknown


def test_too_few_firms_are_refused():
    held = tables(20)
    with pytest.raises(CaseError, match="no city has enough firms"):
        figures_on(held, "hide30", [0])
    with pytest.raises(CaseError, match="no firm has a city"):
        figures_on({**held, "firms": held["firms"].assign(city=None)}, "hide30", [0])
    with pytest.raises(CaseError, match="fewer than two have enough firms"):
        figures_on({**held, "firms": tables()["firms"].assign(city="甲")}, "hide30", [0])


@pytest.fixture(scope="module")
def listed() -> dict[str, pd.DataFrame]:
    from chaingraph.importers.ckg import import_ckg

    case = import_ckg(shared("data/ckg"), shared("data/ashare-hq/ckg_row_city.csv"))
    return {"firms": case["firms"], "firm_products": case["firm_products"]}


@pytest.mark.shared
@pytest.mark.slow
def test_floors_on_listed_firms(listed):
    methods = ("random", "same_industry", "ppr", "mix", "score")
    result = backtest(listed, "hide30", [0, 1, 2], panel=panel_of(listed, distance_km, open_engine), methods=methods)
    wide = result.summary.pivot(index="method", columns="pool", values="auroc")
    assert result.facts["firms"] == 4435
    assert result.facts["cities"] == 289
    assert wide.loc["mix", "A"] >= 0.62
    assert wide.loc["score", "A"] >= 0.66
    assert wide.loc["score", "A"] - wide.loc["same_industry", "A"] >= 0.09
    # A firm's own location never enters its own score: else pool B would gain what pool A does not (0.64 -> 0.74).
    assert (wide["A"] - wide["B"]).abs()[["ppr", "mix", "score"]].max() < 0.01
    assert 0.9 < result.recalibration["slope"] < 1.1


@pytest.mark.shared
@pytest.mark.slow
def test_permuted_cities_give_chance(listed):
    held = panel_of(listed, distance_km, open_engine)
    shuffled = dataclasses.replace(held, city=np.random.default_rng(0).permutation(held.city))
    aurocs = []
    for seed in (0, 1):
        split = hide30(shuffled, seed)
        found = features(shuffled, split)
        for place, city in enumerate(split.cities):
            inside = split.hidden
            truth = (shuffled.city == city)[inside]
            aurocs.append([measure(found[name][place][inside], truth)[0] for name in FIVE[:4]])
    assert np.abs(np.mean(aurocs, axis=0) - 0.5).max() < 0.02


def spread() -> dict[str, pd.DataFrame]:
    """Four cities of two families of many industries; a city's later firms are of its family, in other industries."""
    rng = np.random.default_rng(1)
    families = {"甲": "1101", "乙": "2201", "丙": "1101", "丁": "2201"}
    rows = []
    for number in range(400):
        city = list(families)[number % 4]
        family = families[city] if rng.random() < 0.95 else rng.choice(["1101", "2201"])
        rows.append(
            {
                "firm_id": f"f{number:03d}",
                "firm": str(number),
                "city": city,
                "industry_scheme": "shenwan",
                "industry": f"{family}{rng.integers(1, 90):02d}",
                "listed": f"{rng.integers(2005, 2021)}-05-01",
            }
        )
    return {"firms": pd.DataFrame(rows), "firm_products": tables()["firm_products"].iloc[:0]}


def test_gap_forecast_finds_a_city_s_own_trades():
    """Cities take up, later, the industries that live with what they have: structure beats popularity there."""
    held = spread()
    result = gap_forecast(prepared(held), [0])
    assert set(result.summary["split"]) == {"temporal", "hide30"}
    found = result.summary[result.summary["split"] == "hide30"].set_index("method")
    assert "linkage" not in found.index
    assert found.loc["size_popularity", "gain"] == 0
    assert found.loc["gap_logistic", "within"] > found.loc["size_popularity", "within"] + 0.1
    assert abs(found.loc["random", "pooled"] - 0.5) < 0.08
    facts = result.facts["hide30"]
    assert facts["cities"] == 4
    assert 0 < facts["rate"] < 1
    stored = gaps_as_json(result)
    assert stored == json.loads(json.dumps(stored, allow_nan=False))
    shuffled = gap_forecast(prepared({**held, "firms": held["firms"].sample(frac=1, random_state=3)}), [0])
    assert gaps_as_json(shuffled) == stored
    for lang in ("zh", "en"):
        sentences = gap_reading(result, "甲", lang)
        assert "甲" in sentences[0]
        assert len(sentences) == len(gap_reading(result, "戊", lang)) + 1
    with pytest.raises(CaseError, match="no city with enough firms"):
        gap_forecast(prepared(tables(20)), [0])


def test_pairs_by_hand(panel):
    """An industry is absent where no visible firm of the city has it, and came where a hidden one does."""
    split = by_date(panel)
    pairs = _pairs(panel, split)
    fine = panel.population.codes[2].toarray()
    for row, city in enumerate(pairs.cities):
        here = panel.city == city
        seen = fine[split.visible & here].sum(axis=0)
        later = fine[split.hidden & here].sum(axis=0)
        elsewhere = fine[split.visible].sum(axis=0)
        assert (pairs.absent[row] == ((seen == 0) & (elsewhere > 0))).all()
        assert (pairs.came[row] == (pairs.absent[row] & (later > 0))).all()
        assert pairs.known["size"][row, 0] == pytest.approx(np.log((split.visible & here).sum()))


def test_one_command_writes_all_three(tmp_path, capsys):
    place = {"甲": "嘉兴", "乙": "湖州", "丙": "绍兴", "丁": "宁波"}
    firms = spread()["firms"]
    firms["city"] = firms["city"].map(place)
    products = tables(400)["firm_products"]
    national = tmp_path / "national"
    national.mkdir()
    firms.to_csv(national / "firms.csv", index=False)
    products.to_csv(national / "firm_products.csv", index=False)
    out = tmp_path / "figures"
    command = ["backtest", str(national), "--seeds", "3", "--lang", "en", "--protocol", "all", "--out", str(out)]
    assert main(command) == 0
    assert "嘉兴" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        "hide30.json",
        "hide30.svg",
        "temporal.json",
        "temporal.svg",
        "gaps.json",
    }
    held = read_case(national, required=NATIONAL_TABLES).tables
    panel = panel_of(held, distance_km, open_engine)
    alone = as_json(backtest(held, "temporal", [3], panel=panel))
    assert json.loads((out / "temporal.json").read_text(encoding="utf-8")) == alone
    assert main([*command, "--outcomes", str(national / "firms.csv")]) == 1
    assert "--outcomes goes without --protocol" in capsys.readouterr().err
    own, own_command = (
        tmp_path / "own.csv",
        ["backtest", str(national), "--lang", "en", "--out", str(tmp_path / "own.json")],
    )
    for content, said in ((bytes(range(128, 256)), r"own\.csv cannot be read"), (b"a,b\n1,2\n", "firm, region")):
        own.write_bytes(content)
        assert main([*own_command, "--outcomes", str(own)]) == 1
        assert re.search(said, capsys.readouterr().err)


def test_processes_of_their_own_change_no_figure():
    methods = ("random", "same_industry", "score")
    with _each_on_all_cores([0, 1]) as each:
        apart = figures_on(tables(), "temporal", [0, 1], methods=methods, each=each)
    together = figures_on(tables(), "temporal", [0, 1], methods=methods)
    assert as_json(apart) == as_json(together)
    assert together.seeds == (0, 1)
