"""The figures of `scripts/freshness` by hand; who is shown unchecked in the first case is on the list to look up."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-11-30"  # of the last round of research: the test is about the rows, not about how old they grow


@pytest.fixture(scope="module")
def freshness() -> Any:
    spec = importlib.util.spec_from_file_location("freshness", ROOT / "scripts" / "freshness.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_firm_is_checked_by_a_fact_of_its_group(freshness: Any) -> None:
    tables = toy_tables()
    firms = tables["firms"]["firm_id"].tolist()[:3]
    tables["firms"]["parent_id"] = tables["firms"]["firm_id"].map({firms[1]: firms[0]}).astype("str")
    tables["firm_signals"] = tables["firm_signals"].iloc[:0]
    tables = with_rows(
        tables, "firm_signals", {"firm_id": firms[1], "kind": "checked", "date": "2025-01", "text": "在产"}
    )
    rows = pd.DataFrame({"firm_id": firms})
    assert freshness.unchecked(ChainGraph("toy", tables), rows, DAY)["firm_id"].tolist() == firms[2:]
    assert freshness.unchecked(ChainGraph("toy", tables), rows, "2030-01-01")["firm_id"].tolist() == firms


def test_rows_are_counted_by_age_and_confidence(freshness: Any) -> None:
    tables = toy_tables()
    held = tables["firm_sites"].iloc[:0]
    tables["firm_sites"] = held
    for as_of, sure in (("2026-05", "seen"), ("2024", "known"), ("2019-01-01", "seen"), (None, "unsure")):
        row = {"firm_id": tables["firms"]["firm_id"].iloc[0], "region": "苏州", "kind": "plant", "site": str(as_of)}
        tables = with_rows(tables, "firm_sites", row | {"as_of": as_of, "confidence": sure})
    counted = freshness.ages(ChainGraph("toy", tables), DAY).loc["firm_sites"]
    assert counted.to_dict() == {
        "rows": 4, "undated": 1, "12 months": 1, "36 months": 1, "older": 1, "seen": 2, "known": 1, "unsure": 1,
    }  # fmt: skip


def test_what_was_read_again_is_on_record(freshness: Any) -> None:
    noted = freshness.readings(ROOT / "data" / "readings.csv")
    assert (noted["wrong"] <= noted["judged"]).all()
    assert noted["error rate"].str.fullmatch(r"\d+\.\d%").all()


@pytest.mark.slow
def test_who_stands_first_in_the_first_case_has_been_checked_or_is_on_the_list(freshness: Any) -> None:
    """Whoever comes into the first ten anew is to be looked up (kind ``checked``) before; the list only shrinks."""
    graph = cg.build_graph(cg.read_case(ROOT / "data" / "jiaxing"))
    rows = freshness.shown(cg.survey(graph, region="嘉兴", as_of=DAY, draws=0))
    lacking = freshness.unchecked(graph, rows, DAY)
    to_look_up = set(pd.read_csv(ROOT / "data" / "to_look_up.csv")["firm_id"])
    assert set(lacking["firm_id"]) <= to_look_up
