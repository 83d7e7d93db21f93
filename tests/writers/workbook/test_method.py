"""The method sheet repeats what the shipped back-tests measured, and names every parameter of a run in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chaingraph.writers.workbook.method import backtest_figures, method
from tests.made_workbook import toy_findings, toy_graph

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("protocol", ["hide30", "temporal"])
def test_the_figures_are_those_measured(protocol: str) -> None:
    stored = json.loads((ROOT / f"docs/backtest/{protocol}.json").read_text(encoding="utf-8"))
    rows = {row["method"]: row for row in stored["summary"] if row["pool"] == "A"}
    facts, score = stored["facts"], rows["score"]
    wanted = {"firms": facts["firms"], "cities": facts["cities"], "scored": facts["scored_cities"]}
    wanted |= {"auroc": score["auroc"], "low": score["auroc_low"], "high": score["auroc_high"]}
    wanted |= {name: rows[name]["auroc"] for name in ("sums", "random", "same_industry", "topsis")}
    # scripts/backtest_figures writes these when docs/backtest was made again.
    assert backtest_figures()[protocol] == pytest.approx(wanted, abs=0.00051), {
        k: round(v, 3) for k, v in wanted.items()
    }


@pytest.mark.parametrize(("lang", "says"), [("zh", "不是投资"), ("en", "not investment")])
def test_the_sheet_says_how_good_the_score_is_and_what_that_is_not(lang: str, says: str) -> None:
    rows = method(toy_findings(), toy_graph(), lang)
    told = rows[rows["section"] == ("回测" if lang == "zh" else "Back-test")]
    assert told["value"].dropna().tolist() == [figures["auroc"] for figures in backtest_figures().values()]
    assert says in told["explanation"].iloc[-1]
