"""The named queries: each answers what the tables answer, and none searches without bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from chaingraph.errors import StoreError, UnknownNameError
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.graph import ChainGraph
from chaingraph.reading.read import read_case
from chaingraph.stores.graphdb.ledger import write_ledger
from chaingraph.stores.graphdb.pull import wipe_neo4j
from chaingraph.stores.graphdb.push import write_neo4j
from chaingraph.stores.graphdb.queries import cypher_queries, run_query
from chaingraph.stores.graphdb.results import run_id
from chaingraph.stores.graphdb.shape import NODE_TABLES
from tests.neo4j_server import Address, address, ask, driver_at, toy_findings
from tests.shared_data import FROZEN
from tests.toy import toy_tables

REGION = "嘉兴"
neo4j = pytest.mark.neo4j


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows as plain tuples, missing values as None."""
    chosen = frame[list(columns)].astype(object)
    return list(chosen.where(chosen.notna(), None).itertuples(index=False, name=None))


def products() -> dict[str, pd.DataFrame]:
    """Tables the toy case lacks: products with inputs at one and two steps."""
    empty = Case("x", {})
    nodes = pd.DataFrame({"product_id": list("abcd"), "product": ["组件", "双玻光伏组件", "电站运维", "银浆"]})
    links = pd.DataFrame(
        {"from_product_id": ["b", "c", "d", "a"], "to_product_id": ["a", "b", "a", "d"], "kind": "input"}
    )
    return {
        name: frame.reindex(columns=empty[name].columns).astype(empty[name].dtypes)
        for name, frame in (("products", nodes), ("product_links", links))
    }


@pytest.fixture(scope="module")
def toy_store() -> Iterator[tuple[Address, str, ChainGraph]]:
    server = address()
    graph = build_graph(Case("toy", toy_tables() | products()))
    fewer = {name: frame for name, frame in graph.tables.items()}
    # Something retired lies in the store, so that a query that forgets to leave it out gives a wrong answer.
    more = graph["firm_segments"].head(1).assign(firm_id="O13", segment_id="PV02", kind="maker", status="producing")
    fewer["firm_segments"] = pd.concat([graph["firm_segments"], more], ignore_index=True)
    name = "test-queries-toy"
    write_neo4j(Case("toy", fewer), server.uri, dataset=name, findings=toy_findings(lift=1.0), **server.login)
    write_neo4j(graph, server.uri, dataset=name, findings=toy_findings(), **server.login)
    yield server, name, graph
    wipe_neo4j(server.uri, name, **server.login)


@pytest.fixture(scope="module")
def jiaxing_store() -> Iterator[tuple[Address, str, ChainGraph]]:
    server = address()
    graph = build_graph(read_case(FROZEN))
    name = "test-queries-jiaxing"
    write_neo4j(graph, server.uri, dataset=name, **server.login)
    yield server, name, graph
    wipe_neo4j(server.uri, name, **server.login)


Store = tuple[Address, str, ChainGraph]


def answer(store: Store, query: str, **parameters: str | int) -> pd.DataFrame:
    server, dataset, _ = store
    return run_query(server.uri, query, dataset=dataset, **parameters, **server.login)


@pytest.fixture(params=["toy_store", "jiaxing_store"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


@neo4j
def test_chain_panorama(store: Store) -> None:
    _, _, graph = store
    local = graph.firms_in(REGION)
    firms = graph["firms"].set_index("firm_id")
    placed = set(firms.index[firms[["country", "province", "city"]].notna().any(axis=1)])
    roles = graph["firm_segments"]
    roles = roles[roles["status"] != "stopped"]
    links = graph["segment_links"]
    links = links[links["kind"] == "feeds"]
    for chain_id, chain in rows_of(graph["chains"], "chain_id", "chain"):
        found = answer(store, "chain_panorama", chain=str(chain), region=REGION)
        segments = graph["segments"]
        segments = segments[segments["chain_id"] == chain_id]
        assert set(found["segment_id"]) == set(segments["segment_id"])
        for row in found.to_dict("records"):
            here = roles.loc[roles["segment_id"] == row["segment_id"], "firm_id"]
            assert row["local_firms"] == here.isin(local).sum()
            assert row["outside_firms"] == (here.isin(placed) & ~here.isin(local)).sum()
            assert sorted(row["fed_by"]) == sorted(
                links.loc[links["to_segment_id"] == row["segment_id"], "from_segment_id"]
            )
            assert sorted(row["feeds"]) == sorted(
                links.loc[links["from_segment_id"] == row["segment_id"], "to_segment_id"]
            )


@neo4j
def test_leader_neighbourhood(store: Store) -> None:
    _, _, graph = store
    links = graph["firm_links"]
    busiest = pd.concat([links["source_id"], links["target_id"]]).value_counts(sort=True)
    for firm in sorted(busiest.index[busiest == busiest.max()])[:3]:
        found = answer(store, "leader_neighbourhood", firm=firm)
        out = links[links["source_id"] == firm]
        into = links[links["target_id"] == firm]
        expected = [
            (kind.upper(), "to", other, product)
            for other, kind, product in rows_of(out, "target_id", "kind", "product")
        ]
        expected += [
            (kind.upper(), "from", other, product)
            for other, kind, product in rows_of(into, "source_id", "kind", "product")
        ]
        held = rows_of(found, "relation", "direction", "firm_id", "product")
        assert sorted(map(str, held)) == sorted(map(str, expected))
        name = graph["firms"].set_index("firm_id").loc[firm, "firm"]
        if (graph["firms"]["firm"] == name).sum() == 1:
            assert len(answer(store, "leader_neighbourhood", firm=str(name))) == len(found)


@neo4j
def test_region_gaps_and_top_targets(toy_store: Store) -> None:
    findings = toy_findings()
    gaps = answer(toy_store, "region_gaps", region=REGION)
    assert rows_of(gaps, "segment_id", "state", "severity", "expected", "fill_mode") == [
        ("PV02", "none_known", 3.0, 1.4, "recruit"),
        ("HY02", "none_known", 2.0, None, "unsuitable"),
    ]
    assert set(gaps["run_id"]) == {run_id(findings)}
    assert list(answer(toy_store, "region_gaps", chain="甲光伏")["segment_id"]) == ["PV02"]
    targets = answer(toy_store, "top_targets")
    columns = ("chain_id", "rank", "firm_id", "segment_id", "fit_lift", "fit_low", "term_mix", "term_near")
    assert rows_of(targets, *columns) == [
        ("pv", 1, "O02", "PV02", 2.7, 1.9, 0.6, 0.4),
        ("pv", 2, "O03", "PV02", 1.2, None, 0.2, None),
    ]
    assert list(answer(toy_store, "top_targets", top=1)["firm_id"]) == ["O02"]
    assert list(answer(toy_store, "top_targets", candidates="reinvest")["firm_id"]) == ["O01"]
    earlier = answer(toy_store, "top_targets", run=run_id(toy_findings(lift=1.0)))
    assert list(earlier["fit_lift"]) == [1.0, 1.2]


@neo4j
def test_who_could_fill(store: Store) -> None:
    _, _, graph = store
    local = graph.firms_in(REGION)
    firms = graph["firms"].set_index("firm_id")
    links = graph["firm_links"]
    pairs = pd.concat(
        [
            links[["source_id", "target_id"]],
            links[["target_id", "source_id"]].set_axis(["source_id", "target_id"], axis=1),
        ]
    )
    for segment in graph["segments"]["segment_id"].iloc[::7]:
        roles = graph["firm_segments"]
        roles = roles[(roles["segment_id"] == segment) & (roles["kind"] != "buyer") & ~roles["firm_id"].isin(local)]
        out = (
            firms.loc[roles["firm_id"], "status"].isin(["insolvent", "dissolved", "delisted", "sanctioned"]).to_numpy()
        )
        expected = set(roles.loc[~out, "firm_id"])
        found = answer(store, "who_could_fill", segment=str(segment), region=REGION)
        assert set(found["firm_id"]) == expected
        assert len(found) == len(expected)
        for row in found.to_dict("records"):
            others = set(pairs.loc[pairs["source_id"] == row["firm_id"], "target_id"])
            assert row["local_links"] == len(others & local)


@neo4j
def test_routes_to_leaders(store: Store) -> None:
    """Lengths of shortest routes within four steps equal those of networkx on the tables' graph."""
    _, _, graph = store
    network = nx.Graph()
    for table, left, right in (
        ("firm_links", "source_id", "target_id"),
        ("firm_segments", "firm_id", "segment_id"),
        ("segment_links", "from_segment_id", "to_segment_id"),
    ):
        network.add_edges_from(rows_of(graph[table], left, right))
    roles = graph["firm_segments"]
    leaders = set(roles.loc[roles["role"] == "leader", "firm_id"])
    named = graph["designations"]
    leaders |= set(named.loc[(named["kind"] == "chain_leader") & named["chain_id"].notna(), "firm_id"].dropna())
    leaders &= graph.firms_in(REGION)
    outside = sorted(set(roles["firm_id"]) - graph.firms_in(REGION))
    for firm in outside[:: max(1, len(outside) // 6)]:
        found = answer(store, "routes_to_leaders", firm=firm, region=REGION)
        reached = nx.single_source_shortest_path_length(network, firm, cutoff=4)
        expected = {leader: reached[leader] for leader in leaders if leader in reached}
        assert dict(zip(found["leader_id"], found["steps"], strict=True)) == expected
        for row in found.to_dict("records"):
            assert row["nodes"][0] == firm
            assert row["nodes"][-1] == row["leader_id"]
            assert all(network.has_edge(*step) for step in zip(row["nodes"], row["nodes"][1:], strict=False))


@neo4j
def test_single_source_segments(store: Store) -> None:
    _, _, graph = store
    roles = graph["firm_segments"]
    roles = roles[roles["kind"].fillna("maker").isin(["maker", "operator"]) & (roles["status"] != "stopped")]
    counted = roles.groupby("segment_id")["firm_id"].agg(["nunique", "first"])
    expected = {(segment, row["first"]) for segment, row in counted[counted["nunique"] == 1].iterrows()}
    assert set(rows_of(answer(store, "single_source_segments"), "segment_id", "firm_id")) == expected
    assert expected


@neo4j
def test_firms_in_several_chains(store: Store) -> None:
    _, _, graph = store
    chains = graph["firm_segments"].merge(graph["segments"][["segment_id", "chain_id"]], on="segment_id")
    held = chains.groupby("firm_id")["chain_id"].agg(lambda ids: tuple(sorted(set(ids))))
    expected = {(firm, ids) for firm, ids in held.items() if len(ids) >= 2}
    found = answer(store, "firms_in_several_chains")
    assert {(firm, tuple(ids)) for firm, ids in rows_of(found, "firm_id", "chain_ids")} == expected
    assert list(found["chains"]) == sorted(found["chains"], reverse=True)


@neo4j
def test_changes_since_load(toy_store: Store) -> None:
    """The second load took one row (of a leader) away, and wrote the second run's results in place of the first's."""
    since = answer(toy_store, "changes_since_load", load=1)
    assert rows_of(since, "kind", "written", "gone") == [
        ("GAP_IN", 2, 2),
        ("IN_SEGMENT", 0, 1),
        ("LEADS", 1, 2),
        ("Run", 1, 0),
        ("TARGETS", 3, 3),
    ]
    whole = answer(toy_store, "changes_since_load")
    counts = dict(rows_of(whole, "kind", "written"))
    assert (counts["Firm"], counts["Segment"], counts["IN_SEGMENT"]) == (22, 9, 26)


@neo4j
def test_load_history(toy_store: Store) -> None:
    found = answer(toy_store, "load_history")
    assert rows_of(found, "number", "state", "run_id") == [
        (2, "finished", run_id(toy_findings())),
        (1, "finished", run_id(toy_findings(lift=1.0))),
    ]
    assert found["finished"].str.match(r"\d{4}-\d\d-\d\dT").all()


@neo4j
def test_firm_profile(toy_store: Store) -> None:
    found = answer(toy_store, "firm_profile", firm="L01")
    counted = found.groupby(["relation", "direction"]).size().to_dict()
    assert counted == {
        ("ABOUT", "from"): 4,
        ("INVESTS", "to"): 1,
        ("IN_SEGMENT", "to"): 2,
        ("LEADS", "to"): 3,
        ("LOCATED_IN", "to"): 1,
        ("MAKES", "to"): 2,
        ("SUPPLIES", "from"): 2,
    }


@neo4j
def test_region_firms(store: Store) -> None:
    _, _, graph = store
    for region in (REGION, "浙江", "中国"):
        local = graph.firms_in(region)
        found = answer(store, "region_firms", region=region)
        assert set(found["firm_id"]) == local
        roles = graph["firm_segments"]
        expected = rows_of(roles[roles["firm_id"].isin(local)], "firm_id", "segment_id")
        assert sorted(rows_of(found[found["segment_id"].notna()], "firm_id", "segment_id")) == sorted(expected)


@neo4j
def test_input_makers(toy_store: Store) -> None:
    found = answer(toy_store, "input_makers", product="组件")
    assert rows_of(found, "input", "steps", "firm_id") == [("双玻光伏组件", 1, "L01"), ("电站运维", 2, "L01")]


@neo4j
def test_moving_firms(store: Store) -> None:
    _, _, graph = store
    signals = graph["firm_signals"]
    kinds = ("expansion", "fundraising", "land", "new_unit", "order", "hiring", "relocation")
    local = graph.firms_in(REGION)
    for since in ("2019-01-01", "2023-12-01"):
        recent = signals["date"].map(lambda date, since=since: isinstance(date, str) and date >= since[: len(date)])
        expected = signals[signals["kind"].isin(kinds) & recent.astype(bool) & ~signals["firm_id"].isin(local)]
        found = answer(store, "moving_firms", since=since)
        columns = ("date", "kind", "firm_id", "text")
        assert sorted(map(str, rows_of(found, *columns))) == sorted(map(str, rows_of(expected, *columns)))


def test_every_query_says_what_it_answers() -> None:
    queries = cypher_queries()
    assert len(queries) >= 12
    for query in queries.values():
        assert query.zh
        assert query.en
        assert len(query.note) > 15
        assert "dataset" in query.parameters
        used = set(re.findall(r"\$(\w+)", query.text))
        assert used == set(query.parameters), query.name
        assert ":param" not in query.text


def test_no_query_searches_without_bound_or_writes() -> None:
    unbounded = re.compile(r"\*\s*(\d+\s*\.\.\s*)?[\])]|\}\s*\+|\+\s*\(|\{\d+,\s*\}")
    writing = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|LOAD CSV|FOREACH)\b")
    for query in cypher_queries().values():
        assert not unbounded.search(query.text), query.name
        assert not writing.search(query.text), query.name
    assert unbounded.search("-[:X*]-")
    assert unbounded.search("-[:X*2..]-")
    assert not unbounded.search("-[:X*0..3]-")


@neo4j
def test_queries_run_as_saved_scripts(toy_store: Store) -> None:
    """As in Browser, with the defaults of the file; the server explains every text without complaint."""
    server, _, _ = toy_store
    for query in cypher_queries().values():
        assert ask(server, f"EXPLAIN {query.text}", **query.parameters) == []


@neo4j
@pytest.mark.parametrize("name", sorted(cypher_queries()))
def test_no_query_scans(profiled_store: Store, name: str) -> None:
    """Profiled on a store with two datasets: every row comes by a key or a name, none by looking through a label."""
    server, dataset, _ = profiled_store
    query = cypher_queries()[name]
    with driver_at(server) as driver:
        values = query.parameters | {"dataset": dataset}
        profile = driver.execute_query(f"PROFILE {query.text}", values, database_="neo4j").summary.profile
    steps = list(operators(profile))
    assert any("Seek" in step["operatorType"] for step in steps)
    # A label without any node has no index, and nothing to look through either.
    assert not [step for step in steps if "Scan" in step["operatorType"] and step["rows"]]


@pytest.fixture(scope="module")
def profiled_store(toy_store: Store, jiaxing_store: Store) -> Store:
    """The toy case beside another, with results, and a pushed ledger; indexes sampled, else a scan seems as cheap."""
    server, dataset, _ = toy_store
    assert jiaxing_store[1] != dataset
    write_ledger(pd.DataFrame(), server.uri, dataset=dataset, ledger="empty", **server.login)
    ask(server, "CALL db.prepareForReplanning(120)")
    return toy_store


def operators(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for child in step.get("children", ()):
        yield from operators(child)


def test_every_label_is_asked_for_changes() -> None:
    asked = set(re.findall(r"MATCH \(n:(\w+)\)", cypher_queries()["changes_since_load"].text))
    assert asked == {*NODE_TABLES.values(), "Region", "Run"}


def test_unknown_names_and_parameters() -> None:
    with pytest.raises(UnknownNameError, match="no query 'region_gap'; similar names: region_gaps"):
        run_query("bolt://127.0.0.1:1", "region_gap", password="x")
    with pytest.raises(
        UnknownNameError, match="query region_gaps has no parameter city; it has dataset, region, chain"
    ):
        run_query("bolt://127.0.0.1:1", "region_gaps", password="x", city="嘉兴")
    with pytest.raises(StoreError, match="parameter load must be a whole number, not 'x'"):
        run_query("bolt://127.0.0.1:1", "changes_since_load", password="x", load="x")


@neo4j
@pytest.mark.parametrize("value", ["') MATCH (n) DETACH DELETE n //", "`", '"', "\n", "🔋"])
def test_parameters_are_values_only(toy_store: Store, value: str) -> None:
    for name in ("chain_panorama", "firm_profile", "region_gaps", "who_could_fill"):
        defaults = cypher_queries()[name].parameters.items()
        parameters = {key: value for key, default in defaults if isinstance(default, str) and key != "dataset"}
        assert answer(toy_store, name, **parameters).empty
