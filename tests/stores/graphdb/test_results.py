"""Results in the graph, on a real server: they hang on what they are about, and a newer run replaces its own only."""

from __future__ import annotations

import pytest

from chaingraph.stores.graphdb.results import run_id
from tests.neo4j_server import Address, ask, push, toy_findings
from tests.toy import toy_tables

pytestmark = pytest.mark.neo4j


def test_results_hang_on_the_graph(server: Address, dataset: str) -> None:
    findings = toy_findings()
    push(server, dataset, toy_tables(), findings=findings)
    gaps = ask(
        server,
        "MATCH (s:Segment)-[g:GAP_IN]->(r:Region) WHERE g.cg_uid STARTS WITH $prefix "
        "RETURN s.segment_id AS s, r.path AS r, g.state AS state, g.expected AS e, g.run_id AS run ORDER BY s",
        prefix=f"{dataset}|",
    )
    run = run_id(findings)
    place = "中国/浙江/嘉兴"
    assert gaps == [
        {"s": "HY02", "r": place, "state": "none_known", "e": None, "run": run},
        {"s": "PV02", "r": place, "state": "none_known", "e": 1.4, "run": run},
    ]
    targets = ask(
        server,
        "MATCH (f:Firm)-[t:TARGETS]->(s:Segment) WHERE t.cg_uid STARTS WITH $prefix RETURN f.firm_id AS "
        "f, s.segment_id AS s, "
        "t.candidate_list AS l, t.fit_lift AS lift, t.fit_low AS low, t.term_mix AS mix, t.term_near AS near, "
        "t.strategy AS st ORDER BY f",
        prefix=f"{dataset}|",
    )
    assert targets == [
        {"f": "O01", "s": "PV01", "l": "reinvest", "lift": 2.0, "low": None, "mix": None, "near": None, "st": "extend"},
        {"f": "O02", "s": "PV02", "l": "new", "lift": 2.7, "low": 1.9, "mix": 0.6, "near": 0.4, "st": "extend"},
        {"f": "O03", "s": "PV02", "l": "new", "lift": 1.2, "low": None, "mix": 0.2, "near": None, "st": "extend"},
    ]


def test_a_newer_run_replaces_only_its_own_region(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables, findings=toy_findings())
    push(server, dataset, tables, findings=toy_findings(region="上海"))
    push(server, dataset, tables, findings=toy_findings(lift=3.1))
    live = ask(
        server,
        "MATCH (f:Firm {cg_uid: $uid})-[t:TARGETS]->() RETURN t.region AS r, t.fit_lift AS l, "
        "t.cg_retired AS g ORDER BY r, l",
        uid=f"{dataset}|O02",
    )
    assert live == [
        {"r": "上海", "l": 2.7, "g": None},
        {"r": "嘉兴", "l": 2.7, "g": 3},
        {"r": "嘉兴", "l": 3.1, "g": None},
    ]
    assert push(server, dataset, tables, findings=toy_findings(lift=3.1)).number is None


def test_results_of_a_vanished_firm_are_retired(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables, findings=toy_findings())
    for name in ("firms", "firm_segments", "firm_sites", "firm_links", "leader_purchases"):
        column = {"firm_links": "source_id", "leader_purchases": "supplier_id"}.get(name, "firm_id")
        tables[name] = tables[name][tables[name][column] != "O02"]
    links = tables["firm_links"]
    tables["firm_links"] = links[links["target_id"] != "O02"]
    push(server, dataset, tables)
    live = ask(
        server,
        "MATCH (f:Firm)-[t:TARGETS]->() WHERE t.cg_uid STARTS WITH $p AND t.cg_retired IS NULL "
        "RETURN f.firm_id AS f ORDER BY f",
        p=f"{dataset}|",
    )
    assert [row["f"] for row in live] == ["O01", "O03"]
