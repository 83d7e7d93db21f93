"""Weights fitted anew on constructed outcomes: which term brought the firms comes out; too few, or no better: not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chaingraph.backtest.methods import FIVE
from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import outcome_pairs, outcome_round
from chaingraph.backtest.refit import LEAST_POSITIVES, as_toml, read_weights, reading, refit
from chaingraph.cli.main import main
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError
from chaingraph.fit.score import FULL_FORM, build_population, fit_scores
from chaingraph.ledger.lists import feedback
from tests.made_backtest import TRADES, km, tables
from tests.shared_data import FROZEN

WORDS = ("机械", "材料", "零件", "设备", "仪表", "薄膜", "纤维", "模具")


def made(firms: int = 1200, seed: int = 0) -> dict[str, pd.DataFrame]:
    """As in the tests of the back-test, with more words, so that firms of one trade differ."""
    held = tables(firms, seed)
    rng = np.random.default_rng(seed)
    words = [word + rng.choice(WORDS) + rng.choice(WORDS) for word in held["firm_products"]["product"].str[:2]]
    return held | {"firm_products": held["firm_products"].assign(product=words)}


def came(held: dict[str, pd.DataFrame], term: str, count: int, *, strength: float = 4.0) -> pd.DataFrame:
    """Firms that came to 甲, drawn by one term of the score alone (a Gumbel draw without replacement)."""
    panel = panel_of(held, km, open_engine)
    everyone = pd.DataFrame({"firm": held["firms"]["firm_id"], "region": "甲", "date": "2024-01-01"})
    now = outcome_round(panel, outcome_pairs(panel, held["firms"], everyone))
    values = now.found[term][0]
    away = now.pools["B"](0)
    spread = (values - values[away].mean()) / values[away].std()
    chance = strength * spread + np.random.default_rng(1).gumbel(size=len(values))
    order = [row for row in np.argsort(-chance, kind="stable") if away[row]]
    ids = [panel.population.firm_ids[row] for row in order[:count]]
    return pd.DataFrame({"firm": ids, "region": "甲", "date": "2024-01-01"})


def test_the_term_that_brought_the_firms_comes_out() -> None:
    held = made()
    outcomes = came(held, "near_mix", 220)
    found = refit(held, outcomes, panel=panel_of(held, km, open_engine))
    assert found.positives == 220
    assert found.fitted
    assert found.fitted_auroc > found.shipped_auroc + 0.01
    assert max(found.weights, key=lambda term: found.weights[term]) == "near"
    assert all(found.weights[term] >= 0 for term in found.weights if term != "constant")
    assert refit(held, outcomes.sample(frac=1, random_state=3), panel=panel_of(held, km, open_engine)) == found
    assert read_weights(as_toml(found, source="=构造", on="2026-01-01")) == pytest.approx(dict(found.weights), rel=1e-5)
    assert "on 220 firms" in reading(found, "en")


def test_fewer_than_two_hundred_leave_the_shipped_weights() -> None:
    held = made()
    found = refit(held, came(held, "relatedness", LEAST_POSITIVES - 1), panel=panel_of(held, km, open_engine))
    assert (found.positives, found.fitted, dict(found.weights)) == (199, False, dict(FULL_FORM))
    assert "199 firms have signed or gone further, fewer than 200, so the shipped weights stay" in reading(found, "en")
    with pytest.raises(CaseError, match="the shipped weights stay"):
        as_toml(found, source="x", on="2026-01-01")


def test_what_chance_brought_leaves_the_shipped_weights() -> None:
    held = made()
    outcomes = came(held, FIVE[0], 250, strength=0.0)
    found = refit(held, outcomes, panel=panel_of(held, km, open_engine))
    assert found.fitted == (found.fitted_auroc > found.shipped_auroc)
    assert found.fitted_auroc < 0.6
    if not found.fitted:
        assert "do no better" in reading(found, "en")
    with pytest.raises(CaseError, match="no outcome matches"):
        refit(held, outcomes.assign(firm="nobody"), panel=panel_of(held, km, open_engine))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("[weights]\nmix = 1", "must have exactly"), ("[weights", "not valid TOML"),
        ("weights = 3", "must have exactly"), ('{"mix": 1}', "not valid TOML"),
        ("[weights]\nmix = -1\nppr = 0\nnear = 0\npeers = 0\nrelatedness = 0\nconstant = 0", "mix = -1"),
        ("[weights]\nmix = nan\nppr = 0\nnear = 0\npeers = 0\nrelatedness = 0\nconstant = 0", "mix = nan"),
        ("[weights]\nmix = true\nppr = 0\nnear = 0\npeers = 0\nrelatedness = 0\nconstant = 0", "mix = True"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_weights_is_refused(content: str, match: str) -> None:
    with pytest.raises(CaseError, match=match):
        read_weights(content)


def test_the_score_uses_the_weights_it_is_given_with_a_reference_only() -> None:
    held = made(160)
    firms = held["firms"].assign(city_key=held["firms"]["city"])
    codes = held["firms"].rename(columns={"industry_scheme": "scheme", "industry": "code"})
    population = build_population(firms, held["firm_products"], codes[["firm_id", "scheme", "code"]], distance=km)
    weights = {"mix": 1.0, "ppr": 0.0, "near": 0.0, "peers": 0.0, "relatedness": 0.0, "constant": 0.5}
    own = dataclasses.replace(population, weights=weights)
    seeds = held["firms"].loc[held["firms"]["city"] == "甲", ["firm_id"]]
    some = list(held["firms"]["firm_id"][:20])
    scores = fit_scores(own, seeds, some, cities=["甲"])
    assert scores["s"].to_numpy() == pytest.approx(scores["mix"].to_numpy() + 0.5, nan_ok=True)
    shipped = fit_scores(population, seeds, some, cities=["甲"])
    assert not np.allclose(scores["s"], shipped["s"], equal_nan=True)
    alone = fit_scores(own, seeds, some)  # without cities: the form of a case alone
    pd.testing.assert_frame_equal(alone, fit_scores(population, seeds, some))


def test_both_thresholds_are_one() -> None:
    assert feedback.LEAST_POSITIVES == LEAST_POSITIVES
    assert TRADES


def test_a_run_takes_weights_with_a_national_reference_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = FROZEN
    (tmp_path / "w.toml").write_text("[weights]\n", encoding="utf-8")
    given = ["run", str(data), "--region", "嘉兴", "--out", str(tmp_path / "out"), "--lang", "en", "--weights"]
    assert main([*given, str(tmp_path / "w.toml")]) == 1
    assert "used only with a national reference" in capsys.readouterr().err
    (tmp_path / "b.toml").write_bytes(b"\xff\x00")
    for name, said in (
        ("w.toml", "must have exactly: mix,"),
        ("b.toml", "is not text"),
        ("no.toml", "cannot be opened: No such file"),
    ):
        assert main([*given, str(tmp_path / name), "--reference", str(data)]) == 1
        assert f"{tmp_path / name}" in (told := capsys.readouterr().err)
        assert said in told
    assert not (tmp_path / "out").exists()
