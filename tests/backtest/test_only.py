"""A back-test of some methods alone, and rivals taken over from an earlier run of the same data."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from chaingraph.backtest.methods import METHODS, RIVALS, chosen_methods
from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import BackTest, as_json, backtest, with_rivals
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import UnknownNameError
from chaingraph.places.distance import distance_km
from chaingraph.writers.backtest import stored_figures, write_backtest
from tests.made_backtest import tables

LEARNED = tuple(name for name in METHODS if not name.startswith("topsis"))


def measured(methods: tuple[str, ...], held: dict[str, pd.DataFrame], seed: int = 3) -> BackTest:
    panel = panel_of(held, distance_km, open_engine)
    return backtest(held, "hide30", [seed], panel=panel, methods=methods)


def test_what_every_sentence_is_told_against_is_always_there() -> None:
    assert chosen_methods("mix") == ("random", "same_industry", "mix", "sums", "score")
    assert chosen_methods("") == ("random", "same_industry", "sums", "score")
    with pytest.raises(UnknownNameError, match="no method mixx"):
        chosen_methods("mixx,score")


def test_rivals_are_taken_over_from_the_same_data_alone(tmp_path) -> None:
    held = tables(400)
    whole = measured(LEARNED, held)
    light = measured(tuple(name for name in METHODS if name not in RIVALS), held)
    write_backtest(whole, tmp_path / "stored.json")
    stored = stored_figures(tmp_path / "stored.json")
    assert stored is not None
    kept = with_rivals(light, stored)
    assert kept is not None
    assert list(kept.summary["method"].unique()) == list(whole.summary["method"].unique())
    pd.testing.assert_frame_equal(kept.summary, whole.summary, atol=2e-4)
    assert json.loads(json.dumps(as_json(kept)))["facts"] == stored["facts"]
    other = held["firms"].assign(city=held["firms"]["city"].sample(frac=1, random_state=1).to_numpy())
    assert with_rivals(measured(("random", "same_industry", "score"), {**held, "firms": other}), stored) is None
    assert with_rivals(measured(("random", "same_industry", "score"), held, seed=4), stored) is None


def test_a_file_without_rivals_or_of_something_else_gives_none(tmp_path) -> None:
    write_backtest(measured(("random", "same_industry", "score"), tables(400)), tmp_path / "few.json")
    assert stored_figures(tmp_path / "few.json") is None
    (tmp_path / "other.json").write_text("no figures", encoding="utf-8")
    assert stored_figures(tmp_path / "other.json") is None
    assert stored_figures(tmp_path / "none.json") is None
