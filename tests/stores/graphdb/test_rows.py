"""Tables to rows without a server: keys, hashes, what is refused; and the names that stand in Cypher texts."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.model.columns import TIERS
from chaingraph.model.schema import TABLES
from chaingraph.stores.graphdb import results as neo4j_results
from chaingraph.stores.graphdb import rows as neo4j_rows
from chaingraph.stores.graphdb.shape import EDGE_TABLES, NODE_TABLES, TIER_LABELS, Row, checked, shorten
from tests.neo4j_server import toy_findings
from tests.toy import toy_tables


def all_rows(tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], Row]:
    """Every row by kind and key; a key that two rows share would be lost here, so the number is compared."""
    whole = checked(pd_tables(tables))
    where = neo4j_rows.places(whole)
    found: list[tuple[tuple[str, str], Row]] = []
    for nodes in neo4j_rows.case_nodes(whole, where):
        found += [((nodes.label, row.uid), row) for row in neo4j_rows.node_rows(nodes, "d")]
    for edges in neo4j_rows.case_edges(whole, where):
        found += [((edges.type, row.uid), row) for row in neo4j_rows.edge_rows(edges, "d")]
    assert len(dict(found)) == len(found)
    return dict(found)


def pd_tables(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    from chaingraph.model.case import Case

    return dict(Case("d", tables).tables)


def test_every_table_row_is_a_node_or_a_relationship() -> None:
    tables = toy_tables()
    rows = all_rows(tables)
    for name, label in NODE_TABLES.items():
        held = [
            row
            for (kind, _), row in rows.items()
            if kind == label and ("product_id" in row.values or label != "Product")
        ]
        assert len(held) == len(tables.get(name, ())), name
    for name in {edge.table for edge in EDGE_TABLES}:
        types = {kind for edge in EDGE_TABLES if edge.table == name for kind in edge.types.values()}
        held = [row for (kind, _), row in rows.items() if kind in types and "cg_derived" not in row.values]
        assert len(held) == len(tables.get(name, ())), name


def test_order_of_rows_and_columns_does_not_matter() -> None:
    tables = toy_tables()
    turned = {name: frame.iloc[::-1][list(reversed(frame.columns))] for name, frame in tables.items()}
    before, after = all_rows(tables), all_rows(turned)
    assert {key: row.digest for key, row in before.items()} == {key: row.digest for key, row in after.items()}
    assert list(before) == list(after)


def test_a_changed_cell_changes_one_hash() -> None:
    tables = toy_tables()
    before = all_rows(tables)
    tables["firms"].loc[3, "employees"] = 12
    after = all_rows(tables)
    assert before.keys() == after.keys()
    assert [key for key in before if before[key].digest != after[key].digest] == [("Firm", "d|L04")]


def test_one_and_true_differ() -> None:
    """0, False, "" and nothing are four different contents."""
    tables = toy_tables()
    digests = set()
    for value in (0.0, None, 1.0):
        tables["firms"].loc[0, "revenue_cny_m"] = value
        digests.add(all_rows(tables)["Firm", "d|L01"].digest)
    tables["firms"].loc[0, "note"] = ""
    digests.add(all_rows(tables)["Firm", "d|L01"].digest)
    assert len(digests) == 4


def test_relationships_are_sorted_by_end_and_start() -> None:
    whole = checked(pd_tables(toy_tables()))
    for edges in neo4j_rows.case_edges(whole, neo4j_rows.places(whole)):
        ends = [row.ends[::-1] for row in neo4j_rows.edge_rows(edges, "d")]
        assert ends == sorted(ends)


def test_long_keys_are_cut_without_becoming_one() -> None:
    one, two = "长" * 500 + "一", "长" * 500 + "二"
    assert len(shorten(one)) < 200
    assert shorten(one) != shorten(two)
    assert shorten("短") == "短"
    key = neo4j_rows.row_key
    assert key(("a|b", "c")) != key(("a", "b|c"))
    assert key(("a", None)) != key(("a", ""))


def test_labels_and_types_are_words_of_the_schema() -> None:
    names = [
        *NODE_TABLES.values(),
        *TIER_LABELS.values(),
        *(kind for edge in EDGE_TABLES for kind in edge.types.values()),
    ]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9_]*", name) for name in names)
    assert len(set(NODE_TABLES.values())) == len(NODE_TABLES)
    assert set(TIER_LABELS) == set(TIERS)
    assert set(NODE_TABLES) | {edge.table for edge in EDGE_TABLES} == set(TABLES)


def test_regions_are_paths() -> None:
    whole = checked(pd_tables(toy_tables()))
    where = neo4j_rows.places(whole)
    paths = set(where.frame()["path"])
    assert {"中国", "中国/浙江", "中国/浙江/嘉兴", "中国/浙江/嘉兴/平湖", "德国/慕尼黑", "日本/大阪"} <= paths
    # 港区 alone could be anywhere; here firms of this case sit in just one.
    assert where.key("港区") == "中国/浙江/嘉兴/港区"


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("firms", lambda frame: frame.assign(extra="x"), "table firms: columns that are not in the schema: extra"),
        ("firms", lambda frame: pd.concat([frame, frame.head(1)]), r"table firms: rows with the same firm_id: L01"),
        ("firms", lambda frame: frame.assign(firm_id=frame["firm_id"].where(frame.index > 0)),
         "1 rows without firm_id"),
        ("firm_segments", lambda frame: frame.assign(segment_id="PV99").drop_duplicates("firm_id"),
         "column segment_id names a Segment .*PV99"),
        ("firm_links", lambda frame: frame.assign(target_id="Z9"), "table firm_links: column target_id names a Firm"),
        ("firm_links", lambda frame: frame.assign(kind="loves"), "unknown kind loves.*use one of supplies, owns"),
        ("segments", lambda frame: frame.assign(chain_id="zz"), "table segments: column chain_id names a Chain"),
        ("firms", lambda frame: frame.assign(note=pd.Series(["\ud800"] * len(frame), dtype=object)),
         "column note: .*d800"),
        ("firms", lambda frame: frame.assign(note=pd.Series([3] * len(frame), dtype=object)),
         "values that are not text"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_whole_is_refused(table: str, change: object, message: str) -> None:
    tables = toy_tables()
    tables[table] = change(tables[table])
    with pytest.raises(StoreError, match=message):
        checked(pd_tables(tables))


def test_a_slice_without_a_supplier_is_accepted() -> None:
    """A purchase names a firm that the slice no longer holds: its node keeps the id, no relationship is made."""
    tables = toy_tables()
    for name in ("firms", "firm_segments", "firm_sites"):
        tables[name] = tables[name][tables[name]["firm_id"] != "O10"]
    links = tables["firm_links"]
    tables["firm_links"] = links[links["source_id"] != "O10"]
    rows = all_rows(tables)
    assert sum(row.values.get("supplier_id") == "O10" for row in rows.values()) == 1
    assert not [row for row in rows.values() if "d|O10" in row.ends]


def test_a_run_is_named_for_what_it_found() -> None:
    findings = toy_findings()
    name = neo4j_results.run_id(findings)
    assert name.startswith("嘉兴-2024-05-")
    gaps = {"zh": findings.gaps["zh"].iloc[::-1]}
    assert neo4j_results.run_id(replace(findings, gaps=gaps)) == name
    assert neo4j_results.run_id(toy_findings(lift=2.8)) != name


def test_terms_stay_with_their_list() -> None:
    findings = toy_findings()
    leader = findings.targets["zh"].head(1).assign(fit_lift=9.0)
    more = pd.DataFrame([("pv", "strengthen", "leader", "O02", "mix", 1.5)], columns=findings.terms.columns)
    findings = replace(findings, leader_targets={"zh": leader}, terms=pd.concat([findings.terms, more]))
    whole = checked(pd_tables(toy_tables()))
    where = neo4j_rows.places(whole, ("嘉兴",))
    targets = [kind for kind in neo4j_results.result_edges(findings, where) if kind.type == "TARGETS"]
    rows = [row for kind in targets for row in neo4j_rows.edge_rows(kind, "d")]
    held = {row.values["list"]: row.values["term_mix"] for row in rows if row.ends[0] == "d|O02"}
    assert held == {"main": 0.6, "leader": 1.5}
