"""Standing: each known fact gives its gate, what is not known gives none; worked cases with invented firms."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import UnknownNameError
from chaingraph.facts.standing import STANDING_GATES, STANDING_TABLES, standing
from chaingraph.model.case import empty_table
from chaingraph.model.graph import ChainGraph


def graph_of(
    status: str | None = None, signals: list[dict[str, Any]] | None = None, sites: list[dict[str, Any]] | None = None
) -> ChainGraph:
    """One firm, F, as these rows say."""
    rows = {
        "firms": [{"firm_id": "F", "firm": "某公司", "status": status, "as_of": "2024", "source": "登记"}],
        "firm_signals": [{"firm_id": "F", "source": "公告", **row} for row in signals or []],
        "firm_sites": [{"firm_id": "F", "source": "走访", **row} for row in sites or []],
    }
    tables = {
        name: pd.DataFrame(held, columns=empty_table(name).columns).astype(empty_table(name).dtypes)
        for name, held in rows.items()
    }
    return ChainGraph("made", tables)


def gates(graph: ChainGraph, region: str = "嘉兴") -> list[tuple[str, object, object]]:
    with open_engine({name: graph[name] for name in STANDING_TABLES}) as query:
        found = standing(graph, query, region)
    assert set(found["gate"]) <= set(STANDING_GATES)
    cells = found[["gate", "region", "date"]].astype(object).where(found[["gate", "region", "date"]].notna(), None)
    return [tuple(row) for row in cells.itertuples(index=False, name=None)]


@pytest.mark.parametrize(
    ("status", "gate"),
    [("operating", "live"), ("insolvent", "insolvent"), ("dissolved", "revoked"), ("delisted", "delisted"),
     ("sanctioned", "sanctioned")],
)  # fmt: skip
def test_a_status_that_is_known_says_so(status: str, gate: str) -> None:
    assert gates(graph_of(status)) == [(gate, None, "2024")]


@pytest.mark.parametrize("status", [None, "unknown"])
def test_a_status_that_is_not_known_gives_no_row(status: str | None) -> None:
    assert gates(graph_of(status)) == []


@pytest.mark.parametrize(
    ("kind", "gate"),
    [("renamed", "renamed"), ("merged", "merged"), ("divestment", "sold"), ("exit", "left_trade"),
     ("insolvency", "insolvent"), ("revoked", "revoked"), ("checked", "checked")],
)  # fmt: skip
def test_what_befell_the_firm(kind: str, gate: str) -> None:
    assert gates(graph_of(signals=[{"kind": kind, "date": "2024-05-01"}])) == [(gate, None, "2024-05-01")]


def test_the_segment_of_a_business_that_was_sold_is_said() -> None:
    graph = graph_of(signals=[{"kind": "divestment", "segment_id": "S1"}])
    with open_engine({name: graph[name] for name in STANDING_TABLES}) as query:
        found = standing(graph, query, "嘉兴")
    assert found[["firm_id", "segment_id", "gate", "source"]].to_numpy().tolist() == [["F", "S1", "sold", "公告"]]


@pytest.mark.parametrize("kind", ["expansion", "fundraising", "hiring", "penalty", "capacity_full", "customer_win"])
def test_a_reason_to_call_is_no_standing(kind: str) -> None:
    assert gates(graph_of(signals=[{"kind": kind, "place": "海宁市"}])) == []


@pytest.mark.parametrize("review", ["pending", "rejected"])
def test_what_nobody_has_accepted_is_no_fact(review: str) -> None:
    assert gates(graph_of(signals=[{"kind": "merged", "review": review}])) == []
    assert gates(graph_of(signals=[{"kind": "land", "place": "合肥", "review": review}])) == []
    assert gates(graph_of(signals=[{"kind": "merged", "review": "corrected"}])) == [("merged", None, None)]


@pytest.mark.parametrize("kind", ["land", "filing", "new_unit"])
@pytest.mark.parametrize(
    ("place", "gate"),
    [("海宁市", "signed_here"), ("合肥", "decided_elsewhere"), ("浙江", None), (None, None), ("某园区", None)],
)
def test_land_a_filing_or_a_unit_decides_the_site(kind: str, place: str | None, gate: str | None) -> None:
    expected = [(gate, place, "2024")] if gate else []  # 浙江 holds 嘉兴: where in it cannot be told
    assert gates(graph_of(signals=[{"kind": kind, "place": place, "date": "2024"}])) == expected


@pytest.mark.parametrize(
    ("stage", "here", "away"),
    [("announced", None, None), ("negotiating", None, None), ("signed", "signed_here", "decided_elsewhere"),
     ("registered", "signed_here", "decided_elsewhere"), ("started", "signed_here", "decided_elsewhere"),
     ("producing", "here", "decided_elsewhere"), ("ended", "ended", "ended")],
)  # fmt: skip
def test_stages(stage: str, here: str | None, away: str | None) -> None:
    for place, gate in (("嘉善县", here), ("合肥", away)):
        signals = [{"kind": "expansion", "stage": stage, "place": place}]
        assert gates(graph_of(signals=signals)) == ([(gate, place, None)] if gate else [])


@pytest.mark.parametrize(
    ("facts", "gate"),
    [
        ({"site_status": "open", "place": "合肥"}, None),
        ({"site_status": "comparing", "kind": "land", "place": "合肥"}, None),
        ({"site_status": "unknown"}, None),
        ({"site_status": "decided_here"}, ("signed_here", None)),
        ({"site_status": "decided_elsewhere"}, ("decided_elsewhere", None)),
        ({"site_status": "decided_elsewhere", "place": "海宁市"}, ("decided_elsewhere", "海宁市")),
        (
            {"site_status": "decided_elsewhere", "place": "海宁市", "instead_place": "合肥"},
            ("decided_elsewhere", "合肥"),
        ),
        ({"site_status": "decided_elsewhere", "place": "合肥", "instead_place": "平湖市"}, ("signed_here", "平湖市")),
        ({"stage": "ended", "place": "海宁市", "instead_place": "合肥"}, ("decided_elsewhere", "合肥")),
    ],
)
def test_where_the_site_was_decided(facts: dict[str, str], gate: tuple[str, str | None] | None) -> None:
    expected = [(*gate, "2025-07")] if gate else []
    assert gates(graph_of(signals=[{"kind": "expansion", "date": "2025-07", **facts}])) == expected


def test_of_a_project_the_newest_word_counts() -> None:
    """Announced here in May, moved to another city in July: lost, and only once."""
    signals = [
        {"kind": "land", "project_id": "P1", "date": "2025-05-30", "stage": "signed", "place": "嘉兴"},
        {
            "kind": "exit",
            "project_id": "P1",
            "date": "2025-07-18",
            "stage": "ended",
            "place": "嘉兴",
            "instead_place": "合肥",
        },
        {"kind": "order", "project_id": "P1", "date": "2025-09"},  # says nothing of the site
    ]
    assert gates(graph_of(signals=signals)) == [("decided_elsewhere", "合肥", "2025-07-18")]
    apart = [{**row, "project_id": f"P{number}"} for number, row in enumerate(signals)]
    assert "signed_here" in {gate for gate, _, _ in gates(graph_of(signals=apart))}


@pytest.mark.parametrize(
    ("site", "gate"),
    [
        ({"kind": "plant", "region": "海宁市", "since": "2019"}, ("here", "海宁市", "2019")),
        ({"kind": "plant", "region": "海宁市", "since": "2019", "until": "2023-06"}, ("left", "海宁市", "2023-06")),
        ({"kind": "plant", "region": "合肥"}, None),
        ({"kind": "contact", "region": "海宁市"}, None),
        ({"kind": "decision", "region": "海宁市"}, None),
    ],
)
def test_sites(site: dict[str, str], gate: tuple[str, str, str] | None) -> None:
    assert gates(graph_of(sites=[site])) == ([gate] if gate else [])


def test_who_left_the_region_has_not_left_the_trade() -> None:
    assert gates(graph_of(signals=[{"kind": "exit", "place": "海宁市"}])) == [("left", "海宁市", None)]
    assert gates(graph_of(signals=[{"kind": "exit", "place": "合肥"}])) == []


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="没有"):
        gates(graph_of(), "无此地")
