"""None"""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.stores.graphdb.pull import read_neo4j, wipe_neo4j
from chaingraph.stores.graphdb.push import write_neo4j
from chaingraph.stores.graphdb.results import run_id
from tests.neo4j_server import Address, ask, content, last_transaction, pull, push, toy_findings
from tests.toy import toy_tables

pytestmark = pytest.mark.neo4j


HOSTILE = (
    "'); MATCH (n) DETACH DELETE n //",
    "`) DETACH DELETE n //`",
    "name with \"double\" and 'single' quotes \\ and backslash \\u0041",
    "two\nlines\r\nand\ttab",
    "氢能🔋⚡ 👩‍🔬 𠮷野家",
    "$rows {curly} %s {0}",
    " leading and trailing blanks ",
    "长" * 10_000,
    "🔋" * 10_000,
    "null",
)


def assert_same(pushed: dict[str, pd.DataFrame], pulled: Case) -> None:
    for name, table in TABLES.items():
        if name in pushed:
            expected = pushed[name].sort_values(list(table.order), kind="stable", ignore_index=True)
            pd.testing.assert_frame_equal(expected, pulled[name], obj=name)
        else:
            assert len(pulled[name]) == 0


def without_keys(server: Address, dataset: str) -> list[tuple[str, str]]:
    """Labels or type and content hash of everything of a dataset: equal for two datasets of equal content."""
    nodes = "MATCH (n) WHERE n.cg_uid STARTS WITH $p AND NOT n:Load RETURN toString(labels(n)[0]) AS k, n.cg_hash AS h"
    edges = "MATCH ()-[r]->() WHERE r.cg_uid STARTS WITH $p RETURN type(r) AS k, r.cg_hash AS h"
    found = [row for query in (nodes, edges) for row in ask(server, query, p=f"{dataset}|")]
    assert found
    return sorted((row["k"], str(row["h"])) for row in found)


def test_round_trip(server: Address, dataset: str) -> None:
    tables = toy_tables()
    load = push(server, dataset, tables)
    assert load.number == 1
    assert_same(tables, pull(server, dataset))


def test_every_table_and_type_comes_back(server: Address, dataset: str) -> None:
    """Tables the toy case leaves empty, extreme numbers, all spellings of nothing, cells not in canonical form."""
    tables = toy_tables()
    tables["products"] = pd.DataFrame(
        {"product_id": ["p1", "p2", "p3"], "product": ["双玻光伏组件", "玻璃", "玻璃"]}, dtype="str"
    )
    tables["product_links"] = pd.DataFrame(
        {"from_product_id": ["p2", "p1"], "to_product_id": ["p1", "p3"], "kind": ["input", "subclass"]}, dtype="str"
    )
    tables["confirmations"] = pd.DataFrame(
        {"segment_id": ["PV01"], "region": ["嘉兴"], "state": ["present"], "by": ["市经信局"], "date": ["2024"]},
        dtype="str",
    )
    tables["excluded"] = pd.DataFrame({"firm": ["戊"], "stock_code": ["00700.HK"], "reason": ["退市"]}, dtype="str")
    firms = tables["firms"]
    firms.loc[0, "employees"] = 2**53 + 1
    firms.loc[0, "revenue_cny_m"] = 1e-300
    firms.loc[1, "revenue_cny_m"] = float("inf")
    firms.loc[2, "revenue_cny_m"] = -0.0
    firms.loc[0, "aliases"] = "甲;;一;"
    firms.loc[1, "aliases"] = ""
    firms.loc[2, "note"] = ""
    for name in ("products", "product_links", "confirmations", "excluded"):
        empty = Case("x", {})[name]
        tables[name] = tables[name].reindex(columns=empty.columns).astype(empty.dtypes)
    push(server, dataset, tables)
    assert_same(tables, pull(server, dataset))
    edges = ask(
        server,
        "MATCH (a:Product)-[r:INPUT_OF|SUBCLASS_OF]->(b:Product) WHERE r.cg_uid STARTS WITH $prefix "
        "RETURN a.product_id AS a, type(r) AS t, b.product_id AS b ORDER BY t",
        prefix=f"{dataset}|",
    )
    assert [tuple(edge.values()) for edge in edges] == [("p2", "INPUT_OF", "p1"), ("p3", "SUBCLASS_OF", "p1")]
    # A firm's product text is the product of that name; a text that names none is a node of its own.
    made = "MATCH (:Firm)-[r:MAKES]->(p:Product) WHERE r.cg_uid STARTS WITH $p RETURN p.product AS t, p.product_id AS i"
    assert {(row["t"], row["i"]) for row in ask(server, made, p=f"{dataset}|")} == {
        ("双玻光伏组件", "p1"),
        ("电站运维", None),
        ("组串式逆变器", None),
    }


def test_hostile_names(server: Address, dataset: str) -> None:
    """Cypher, backticks, quotes, newlines, emoji and 10,000 characters, as names, ids, products, sets and regions."""
    tables = toy_tables()
    base = tables["firms"].iloc[[0]]
    firms = pd.concat([base] * len(HOSTILE), ignore_index=True)
    firms["firm_id"] = list(HOSTILE)
    firms["firm"], firms["firm_en"], firms["city"], firms["note"] = (list(HOSTILE),) * 4
    firms["aliases"] = [name.replace(";", ",") for name in HOSTILE]
    tables["firms"] = pd.concat([tables["firms"], firms], ignore_index=True)
    products = pd.concat([tables["firm_products"].iloc[[0]]] * len(HOSTILE), ignore_index=True)
    products["firm_id"], products["product"] = list(HOSTILE), list(HOSTILE)
    tables["firm_products"] = pd.concat([tables["firm_products"], products], ignore_index=True)
    links = pd.concat([tables["firm_links"].iloc[[0]]] * (len(HOSTILE) - 1), ignore_index=True)
    links["source_id"], links["target_id"], links["product"] = HOSTILE[:-1], HOSTILE[1:], HOSTILE[1:]
    tables["firm_links"] = pd.concat([tables["firm_links"], links], ignore_index=True)
    sites = pd.concat([tables["firm_sites"].iloc[[0]]] * len(HOSTILE), ignore_index=True)
    sites["firm_id"], sites["region"] = list(HOSTILE), list(HOSTILE)
    tables["firm_sites"] = pd.concat([tables["firm_sites"], sites], ignore_index=True)
    push(server, dataset, tables)
    assert_same(tables, pull(server, dataset))
    assert push(server, dataset, tables).number is None


def test_pushing_the_same_writes_nothing(server: Address, dataset: str) -> None:
    tables, findings = toy_tables(), toy_findings()
    push(server, dataset, tables, findings=findings)
    before, mark = content(server), last_transaction(server)
    again = push(server, dataset, {name: frame.iloc[::-1] for name, frame in tables.items()}, findings=findings)
    without = push(server, dataset, tables)
    pruned = push(server, dataset, tables, prune=True)
    assert [load.number for load in (again, without, pruned)] == [None, None, None]
    assert again.written == without.written == pruned.written == 0
    assert last_transaction(server) == mark
    assert content(server) == before
    loads = ask(server, "MATCH (l:Load {dataset: $name}) RETURN l.number AS n, l.state AS s", name=dataset)
    assert loads == [{"n": 1, "s": "finished"}]


def test_a_changed_case_updates_exactly_what_changed(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    firms = tables["firms"]
    firms.loc[firms["firm_id"] == "O04", "employees"] = 700
    firms.loc[firms["firm_id"] == "O04", "status"] = float("nan")
    firms.loc[firms["firm_id"] == "O04", "tiers"] = "unicorn(2024)"
    roles = tables["firm_segments"]
    roles.loc[(roles["firm_id"] == "O04") & (roles["segment_id"] == "PV04"), "share"] = 0.8
    load = push(server, dataset, tables)
    sent = load.counts[load.counts["sent"] > 0].set_index("kind")["sent"].to_dict()
    assert sent == {"Firm": 1, "IN_SEGMENT": 1}
    assert load.counts[["retired", "deleted"]].to_numpy().sum() == 0
    changed = ask(
        server,
        "MATCH (n) WHERE n.cg_uid STARTS WITH $prefix AND n.cg_load = 2 RETURN labels(n) AS labels, "
        "n.employees AS e, n.status AS s",
        prefix=f"{dataset}|",
    )
    assert [(set(row["labels"]), row["e"], row["s"]) for row in changed] == [({"Firm", "Unicorn"}, 700, None)]
    assert_same(tables, pull(server, dataset))


def test_what_vanished_is_retired_and_comes_back(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    fewer = {name: frame.copy() for name, frame in tables.items()}
    fewer["firms"] = fewer["firms"][fewer["firms"]["firm_id"] != "O12"]
    fewer["firm_segments"] = fewer["firm_segments"][fewer["firm_segments"]["firm_id"] != "O12"]
    load = push(server, dataset, fewer)
    retired = load.counts[load.counts["retired"] > 0].set_index("kind")["retired"].to_dict()
    assert retired == {"Firm": 1, "IN_SEGMENT": 1}
    assert load.counts["sent"].sum() == 0
    assert_same(fewer, pull(server, dataset))
    held = ask(server, "MATCH (f:Firm {cg_uid: $uid}) RETURN f.cg_retired AS r, f.firm AS f", uid=f"{dataset}|O12")
    assert held == [{"r": 2, "f": "乙十材料有限公司"}]
    assert push(server, dataset, fewer).number is None
    push(server, dataset, tables)
    assert_same(tables, pull(server, dataset))
    assert (
        ask(server, "MATCH (n) WHERE n.cg_uid STARTS WITH $p AND n.cg_retired IS NOT NULL RETURN n", p=f"{dataset}|")
        == []
    )


def test_prune_deletes_but_spares_what_others_use(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    ask(
        server,
        "MATCH (f:Firm {cg_uid: $one}) CREATE (f)<-[:VISITED {on: date('2024-06-01')}]-(:Diary {test: $name}) "
        "WITH 1 AS x MATCH (g:Firm {cg_uid: $two}) SET g.our_rating = 5",
        one=f"{dataset}|O12",
        two=f"{dataset}|O07",
        name=dataset,
    )
    gone = ("O12", "O07", "O11")
    fewer = {name: frame.copy() for name, frame in tables.items()}
    for name in ("firms", "firm_segments"):
        fewer[name] = fewer[name][~fewer[name]["firm_id"].isin(gone)]
    load = push(server, dataset, fewer, prune=True)
    counts = load.counts.set_index("kind")
    assert (counts.loc["Firm", "deleted"], counts.loc["Firm", "retired"]) == (1, 2)
    assert counts.loc["IN_SEGMENT", "deleted"] == 3
    query = (
        "MATCH (f:Firm) WHERE f.cg_uid IN $uids RETURN f.firm_id AS i, f.cg_retired AS r, f.our_rating AS o ORDER BY i"
    )
    left = ask(server, query, uids=[f"{dataset}|{firm}" for firm in gone])
    assert left == [{"i": "O07", "r": 2, "o": 5}, {"i": "O12", "r": 2, "o": None}]
    assert len(ask(server, "MATCH (:Diary {test: $name})-[v:VISITED]->(:Firm) RETURN v", name=dataset)) == 1
    assert push(server, dataset, fewer, prune=True).number is None
    assert_same(fewer, pull(server, dataset))


def test_other_peoples_data_stay(server: Address, dataset: str) -> None:
    """A Firm without our key, a property on our node, a relationship between our nodes: none is touched."""
    tables = toy_tables()
    push(server, dataset, tables)
    ask(
        server,
        "CREATE (x:Firm:Theirs {test: $name, firm: '他人的企业', firm_id: 'L01'}) WITH x "
        "MATCH (f:Firm {cg_uid: $uid}) SET f.remark = '老客户' CREATE (x)-[:SUPPLIES {note: '我们的'}]->(f)",
        name=dataset,
        uid=f"{dataset}|L01",
    )
    tables["firms"].loc[tables["firms"]["firm_id"] == "L01", "employees"] = 1
    push(server, dataset, tables)
    assert_same(tables, pull(server, dataset))
    done = wipe_neo4j(server.uri, dataset, **server.login)
    assert done["kept"] == 1
    left = ask(
        server,
        "MATCH (x:Theirs {test: $name})-[r:SUPPLIES]->(f) RETURN x.firm AS x, r.note AS r, f.remark AS f, "
        "f.cg_retired AS g",
        name=dataset,
    )
    assert left == [{"x": "他人的企业", "r": "我们的", "f": "老客户", "g": 0}]
    push(server, dataset, tables)
    assert_same(tables, pull(server, dataset))


def test_datasets_lie_side_by_side(server: Address, dataset: str) -> None:
    other = f"{dataset}-b"
    tables, changed = toy_tables(), toy_tables()
    changed["firms"] = changed["firms"].assign(note="另一份")
    try:
        push(server, dataset, tables)
        push(server, other, changed)
        assert_same(tables, pull(server, dataset))
        assert_same(changed, pull(server, other))
        before = content(server, dataset)
        wipe_neo4j(server.uri, other, **server.login)
        assert content(server, dataset) == before
        assert content(server, other) == []
    finally:
        ask(server, "MATCH (n) WHERE n.cg_uid STARTS WITH $prefix DETACH DELETE n", prefix=f"{other}|")


def test_every_relationship_says_where_it_is_from(server: Address, dataset: str) -> None:
    push(server, dataset, toy_tables(), findings=toy_findings())
    bare = ask(
        server,
        "MATCH ()-[r]->() WHERE r.cg_uid STARTS WITH $prefix AND r.source IS NULL RETURN type(r) AS t, r.firm_id AS f",
        prefix=f"{dataset}|",
    )
    # A target whose row names no source has none; everything else has.
    assert {row["t"] for row in bare} <= {"TARGETS", "LEADS"}
    no_load = "MATCH ()-[r]->() WHERE r.cg_uid STARTS WITH $prefix AND r.cg_load IS NULL RETURN r"
    assert ask(server, no_load, prefix=f"{dataset}|") == []


def test_labels_types_and_constraints(server: Address, dataset: str) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    counted = "MATCH (n:{}) WHERE n.cg_uid STARTS WITH $prefix RETURN count(n) AS n"
    listed = tables["firms"]["tiers"].str.contains("listed", na=False).sum()
    assert ask(server, counted.format("Listed"), prefix=f"{dataset}|") == [{"n": listed}]
    assert ask(server, counted.format("Global500"), prefix=f"{dataset}|") == [{"n": 2}]
    constraints = ask(server, "SHOW CONSTRAINTS YIELD labelsOrTypes AS l, properties AS p, type AS t")
    unique = {row["l"][0] for row in constraints if row["p"] == ["cg_uid"]}
    assert {"Chain", "Segment", "Firm", "Region", "Load", "IN_SEGMENT", "SUPPLIES", "LOCATED_IN"} <= unique
    indexed = ask(server, "SHOW INDEXES YIELD labelsOrTypes AS l, properties AS p, state AS s")
    assert {"Chain", "Segment", "Firm", "Region"} <= {row["l"][0] for row in indexed if row["p"] == ["cg_name"]}
    assert {row["s"] for row in indexed} == {"ONLINE"}
    feeds = ask(
        server,
        "MATCH (a:Segment)-[r:FEEDS]->(b:Segment) WHERE r.cg_uid STARTS WITH $prefix RETURN a.segment_id "
        "AS a, b.segment_id AS b",
        prefix=f"{dataset}|",
    )
    links = tables["segment_links"]
    links = links[links["kind"] == "feeds"]
    assert {(row["a"], row["b"]) for row in feeds} == set(
        zip(links["from_segment_id"], links["to_segment_id"], strict=True)
    )
    leads = ask(
        server,
        "MATCH (f:Firm)-[r:LEADS]->(c:Chain) WHERE r.cg_uid STARTS WITH $prefix RETURN f.firm_id AS f, "
        "c.chain_id AS c, r.basis AS b",
        prefix=f"{dataset}|",
    )
    assert {tuple(row.values()) for row in leads} == {
        ("L01", "pv", "role"),
        ("L01", "pv", "designation"),
        ("L08", "hy", "role"),
    }


def test_the_load_record(server: Address, dataset: str) -> None:
    load = push(server, dataset, toy_tables(), findings=toy_findings())
    (record,) = ask(server, "MATCH (l:Load {dataset: $name}) RETURN properties(l) AS p", name=dataset)
    record = record["p"]
    assert record["state"] == "finished"
    assert record["number"] == load.number == 1
    assert record["run_id"] == load.run_id == run_id(toy_findings())
    assert record["started"] <= record["finished"]
    assert '"Firm": {"deleted": 0, "retired": 0, "sent": 22, "unchanged": 0}' in record["counts"]
    assert len(record["content"]) == 32


def test_a_half_loaded_graph_is_known_and_completed(server: Address, dataset: str) -> None:
    """The client goes away mid-load: reading refuses, pushing again completes, as if nothing had happened."""

    class Gone(Exception):
        pass

    def leave(kind: str, _: int) -> None:
        if kind == "IN_SEGMENT":
            raise Gone

    with pytest.raises(Gone):
        push(server, dataset, toy_tables(), progress=leave)
    with pytest.raises(StoreError, match=r"load 1 of dataset .* did not finish"):
        pull(server, dataset)
    load = push(server, dataset, toy_tables())
    assert load.number == 2
    assert_same(toy_tables(), pull(server, dataset))
    states = ask(server, "MATCH (l:Load {dataset: $name}) RETURN l.number AS n, l.state AS s ORDER BY n", name=dataset)
    assert states == [{"n": 1, "s": "broken off"}, {"n": 2, "s": "finished"}]
    clean = f"{dataset}-c"
    push(server, clean, toy_tables())
    assert without_keys(server, clean) == without_keys(server, dataset)
    wipe_neo4j(server.uri, clean, **server.login)


def test_an_overtaken_push_stops(server: Address, dataset: str) -> None:
    """Another push begins while one is under way: the first writes no more, the second's content stands."""
    tables, newer = toy_tables(), toy_tables()
    newer["firms"] = newer["firms"].assign(note="新")
    once = []

    def overtake(kind: str, _: int) -> None:
        if kind == "Firm" and not once:
            once.append(1)
            push(server, dataset, newer)

    with pytest.raises(StoreError, match=r"load 1 of dataset .* was overtaken"):
        push(server, dataset, tables, progress=overtake)
    assert_same(newer, pull(server, dataset))


def test_reading_says_what_is_there(server: Address, dataset: str) -> None:
    push(server, dataset, toy_tables())
    with pytest.raises(StoreError, match=f"no dataset nosuch.*{dataset}"):
        read_neo4j(server.uri, dataset="nosuch", **server.login)
    with pytest.raises(StoreError, match="no dataset nosuch"):
        wipe_neo4j(server.uri, "nosuch", **server.login)


def test_wrong_password_and_unknown_database(server: Address, dataset: str) -> None:
    with pytest.raises(StoreError, match="refuses the password of user neo4j"):
        write_neo4j(Case("toy", toy_tables()), server.uri, user="neo4j", password="not-this-one", dataset=dataset)
    with pytest.raises(StoreError, match="no database nosuch"):
        push(server, dataset, toy_tables(), database="nosuch")
