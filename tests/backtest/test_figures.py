"""The stored figures of the back-test: near those that were published before it was built, and repeated by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import backtest
from chaingraph.engines.duckdb import open_engine
from chaingraph.places.distance import distance_km
from chaingraph.writers.backtest import gap_table, markdown_table
from tests.shared_data import shared

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "docs" / "backtest"
# AUROC that a prototype measured on the same public data, by split and pool. It had 4,376 firms of 288 cities,
# before 23 wrong codes were put right; here they are 4,435 of 289. Which "size" its temporal figure
# is of (assets, employees, products) was not said: not compared.
PUBLISHED = {
    ("hide30", "A"): {
        "random": 0.498, "size": 0.511, "popularity": 0.507, "linkage": 0.507, "same_industry": 0.567, "text": 0.598,
        "relatedness": 0.596, "item_knn": 0.606, "topsis": 0.589, "ppr": 0.646, "mix": 0.642, "no_peers": 0.654,
        "equal": 0.659, "logistic": 0.654, "logistic_all": 0.655, "boosting": 0.636,
    },
    ("temporal", "A"): {
        "random": 0.499, "popularity": 0.503, "linkage": 0.517, "same_industry": 0.570, "text": 0.549,
        "relatedness": 0.580, "item_knn": 0.591, "topsis": 0.580, "ppr": 0.619, "mix": 0.625, "no_peers": 0.627,
        "equal": 0.628, "logistic": 0.627, "logistic_all": 0.618, "boosting": 0.613,
    },
    ("hide30", "B"): {"random": 0.498, "same_industry": 0.574, "no_peers": 0.653, "logistic": 0.653},
}  # fmt: skip
WITHIN = 0.01
# It had four terms, without peer cities: what holds the fifth here is higher, and must not be lower.
HIGHER = ("equal", "logistic", "logistic_all", "boosting")
# The gap forecast of the prototype: AUROC over all pairs, and within a city. It had 16,595 pairs, here they are 17,531,
# which moves the figures by up to .0102.
GAPS_WITHIN = 0.012
PUBLISHED_GAPS = {
    "popularity": (0.622, 0.665), "density": (0.747, 0.633), "size_popularity": (0.751, 0.665),
    "gap_logistic": (0.767, 0.682), "gap_linkage": (0.766, 0.683),
}  # fmt: skip


def stored(name: str) -> dict:
    return json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("split", "pool"), list(PUBLISHED))
def test_stored_figures_are_near_the_published_ones(split: str, pool: str) -> None:
    held = {row["method"]: row["auroc"] for row in stored(split)["summary"] if row["pool"] == pool}
    published = PUBLISHED[split, pool]
    for method, figure in published.items():
        print(f"{split} {pool} {method:14} published {figure:.3f} here {held[method]:.3f} {held[method] - figure:+.3f}")
    far = {
        method: held[method]
        for method, figure in published.items()
        if held[method] < figure - WITHIN or (held[method] > figure + WITHIN and method not in HIGHER)
    }
    assert not far
    assert stored(split)["seeds"] == [0, 1, 2, 3, 4]


def test_stored_gap_forecast_is_near_the_published_one() -> None:
    held = {row["method"]: row for row in stored("gaps")["summary"] if row["split"] == "temporal"}
    for method, (pooled, within) in PUBLISHED_GAPS.items():
        assert held[method]["pooled"] == pytest.approx(pooled, abs=GAPS_WITHIN), method
        assert held[method]["within"] == pytest.approx(within, abs=GAPS_WITHIN), method
    assert stored("gaps")["facts"]["temporal"]["rate"] == pytest.approx(0.034, abs=0.003)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_document_holds_the_stored_tables(lang: str) -> None:
    text = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
    if lang == "en":
        for split in ("hide30", "temporal"):
            assert markdown_table(stored(split), lang=lang) in text
        assert gap_table(stored("gaps"), lang=lang) in text
    else:  # other words for the same figures
        assert gap_table(stored("gaps"), lang=lang).count("|") == gap_table(stored("gaps"), lang="en").count("|")


@pytest.mark.shared
@pytest.mark.slow
def test_the_command_repeats_the_stored_figures() -> None:
    """Without the learned models, which take most of the time and are stored with the rest."""
    from chaingraph.importers.ckg import import_ckg

    data = shared("data/ashare-hq")
    case = import_ckg(shared("data/ckg"), data / "ckg_row_city.csv", dates=data / "stock_basic.csv")
    methods = tuple(
        name for name in PUBLISHED["hide30", "A"] if not name.startswith(("logistic", "boosting", "topsis"))
    )
    panel = panel_of(case.tables, distance_km, open_engine)
    for split in ("hide30", "temporal"):
        result = backtest(case.tables, split, methods=(*methods, "score"), panel=panel)
        held = {(row["pool"], row["method"]): row["auroc"] for row in stored(split)["summary"]}
        for row in result.summary.to_dict("records"):
            assert row["auroc"] == pytest.approx(held[row["pool"], row["method"]], abs=0.001), row["method"]
