"""What a push does not look at again, and what it finds although it was changed on the server and not in the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

from chaingraph.model.case import Case
from chaingraph.stores.graphdb import push as neo4j_push
from chaingraph.stores.graphdb import rows as neo4j_rows
from chaingraph.stores.graphdb.sameness import part_hashes, parts_of, read_held, table_hash, transaction_number
from chaingraph.stores.graphdb.shape import REGIONS, Edges, Nodes, checked
from tests.neo4j_server import Address, ask, content, last_transaction, push, toy_findings
from tests.toy import toy_tables


class Noted(Mapping[str, pd.DataFrame]):
    """Tables that note which of them were read."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = tables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.read.add(name)
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def whole(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return checked(Case("toy", tables).tables)


def hashes(tables: dict[str, pd.DataFrame], regions: tuple[str, ...] = ()) -> dict[str, str]:
    held = whole(tables)
    where = neo4j_rows.places(held, regions)
    parts = parts_of(neo4j_rows.case_nodes(held, where), neo4j_rows.case_edges(held, where))
    return part_hashes(parts, held, regions, None)


def test_every_kind_says_which_tables_it_is_made_of() -> None:
    """A table that a kind reads and does not name would be a change that no push notices."""
    tables = Noted(whole(toy_tables()))
    where = neo4j_rows.places(tables)
    placed = frozenset(tables.read)
    kinds: list[Nodes | Edges] = [*neo4j_rows.case_nodes(tables, where), *neo4j_rows.case_edges(tables, where)]
    assert len(kinds) > 60
    for kind in kinds:
        tables.read = set()
        kind.frame()
        assert tables.read <= kind.made_of, kind.part
        assert kind.made_of, kind.part  # also those that take their table when the kind is made
        if kind.part in ("Region", "LOCATED_IN case"):  # made of all that names a place
            assert placed | {REGIONS} <= kind.made_of


def test_a_changed_cell_changes_the_parts_made_of_its_table() -> None:
    tables = toy_tables()
    before = hashes(tables)
    turned = {name: frame.iloc[::-1] for name, frame in tables.items()}
    assert hashes(turned) == before
    tables["zones"].loc[0, "zone"] = "别的园区"
    after = hashes(tables)
    differing = {name for name in before if before[name] != after[name]}
    assert {"Zone", "LOCATED_IN case", "Region"} <= differing
    assert not differing & {"Firm", "Chain", "Segment", "IN_SEGMENT case", "SUPPLIES case"}
    named = hashes(toy_tables(), ("上海",))
    assert {name for name in before if before[name] != named[name]} == {"Region", "LOCATED_IN case"}


def test_no_two_contents_of_a_table_have_one_hash() -> None:
    """Rows twice, cells that move from one row to another, and the ways of saying nothing."""
    frames = [
        pd.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}),
        pd.DataFrame({"a": ["x", "y"], "b": [2.0, 1.0]}),
        pd.DataFrame({"a": ["x", "y", "y"], "b": [1.0, 2.0, 2.0]}),
        pd.DataFrame({"a": ["x", "x", "y"], "b": [1.0, 1.0, 2.0]}),
        pd.DataFrame({"a": ["x", ""], "b": [1.0, 2.0]}),
        pd.DataFrame({"a": ["x", None], "b": [1.0, 2.0]}, dtype=None).astype({"a": "str"}),
        pd.DataFrame({"a": ["x", "y"], "b": [1.0, float("nan")]}),
        pd.DataFrame({"a": ["x", "y"], "b": [1.0, 0.0]}),
        pd.DataFrame({"a": ["x", "y"], "c": [1.0, 2.0]}),
    ]
    assert len({table_hash(frame) for frame in frames}) == len(frames)


@pytest.mark.parametrize(
    ("bookmarks", "number"),
    [
        (["FB:kcwQZb/cMCY8T6+EUUwWrIscR8kA5JA="], 228),
        (["FB:kcwQZb/cMCY8T6+EUUwWrIscRwWQ"], 5),
        (["FB:kcwQZb/cMCY8T6+EUUwWrIscR8oAAQAAkA=="], 65_536),
        (["FB:kcwQZb/cMCY8T6+EUUwWrIscR8kA5JA=", "FB:kcwQZb/cMCY8T6+EUUwWrIscRwWQ"], None),
        (["FB:kcwQZb/cMCY8T6+EUUwWrIscR8kA5A=="], None),  # cut short
        (["memgraph:7"], None),
        (["FB:"], None),
        ([], None),
    ],
)
def test_the_number_of_a_transaction(bookmarks: list[str], number: int | None) -> None:
    assert transaction_number(bookmarks) == number
    assert read_held(None) == {}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels and types that pushes read from the store, in order."""
    seen: list[str] = []
    held = neo4j_push._held

    def note(loading: Any, pattern: str, prefix: str, columns: Any) -> dict[str, int | None]:
        seen.append(pattern)
        return held(loading, pattern, prefix, columns)

    monkeypatch.setattr(neo4j_push, "_held", note)
    return seen


@pytest.mark.neo4j
def test_what_is_as_it_was_is_not_read(server: Address, dataset: str, looked: list[str]) -> None:
    tables, findings = toy_tables(), toy_findings()
    first = push(server, dataset, tables, findings=findings)
    looked.clear()
    again = push(server, dataset, tables, findings=findings)
    assert (looked, again.number) == ([], None)
    sent = first.counts.set_index("kind")["sent"]
    assert again.counts.set_index("kind")["unchanged"].to_dict() == sent.to_dict()

    tables["zones"].loc[0, "note"] = "新的"
    second = push(server, dataset, tables)
    assert set(looked) == {"(x:Zone)", "(x:Region)", "()-[x:LOCATED_IN]->()"}
    counts = second.counts.set_index("kind")
    assert counts.loc["Firm", "unchanged"] == len(tables["firms"])
    sent = counts["sent"]
    assert set(sent.index[sent > 0]) <= {"Zone", "LOCATED_IN"}
    looked.clear()
    assert push(server, dataset, tables).number is None
    assert looked == []


@pytest.mark.neo4j
def test_what_others_wrote_makes_a_push_look_once(server: Address, dataset: str, looked: list[str]) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    ask(server, "CREATE (:Diary {test: $name})", name=dataset)
    before = content(server, dataset)
    looked.clear()
    assert push(server, dataset, tables).number is None
    assert {"(x:Firm)", "(x:Chain)", "()-[x:IN_SEGMENT]->()"} <= set(looked)
    assert content(server, dataset) == before
    looked.clear()
    mark = last_transaction(server)
    assert push(server, dataset, tables).number is None
    assert looked == []
    assert last_transaction(server) == mark


CHANGES = (
    "MATCH (f:Firm {cg_uid: $p + 'L01'}) SET f.city = '杭州'",
    "MATCH (f:Firm {cg_uid: $p + 'O04'}) REMOVE f.firm",
    "MATCH (f:Firm {cg_uid: $p + 'O05'}) SET f.employees = 3, f.note = '手工'",
    "MATCH (f:Firm {cg_uid: $p + 'O07'}) SET f.cg_name = '别名'",
    "MATCH (f:Firm:Listed) WHERE f.cg_uid STARTS WITH $p WITH f ORDER BY f.cg_uid DESC LIMIT 1 REMOVE f:Listed",
    "MATCH (c:Chain {cg_uid: $p + 'pv'}) SET c.cg_dataset = 'other'",
    "MATCH (s:Segment {cg_uid: $p + 'PV01'}) SET s.cg_hash = 1",
    "MATCH (s:Segment {cg_uid: $p + 'PV02'}) SET s.cg_retired = 1",
    "MATCH ()-[r:IN_SEGMENT]->() WHERE r.cg_uid STARTS WITH $p WITH r ORDER BY r.cg_uid LIMIT 1 SET r.source = 'x'",
    "MATCH (:Firm)-[r:SUPPLIES]->() WHERE r.cg_uid STARTS WITH $p WITH r ORDER BY r.cg_uid LIMIT 1 DELETE r",
    "MATCH (z:Zone) WHERE z.cg_uid STARTS WITH $p WITH z ORDER BY z.cg_uid LIMIT 1 DETACH DELETE z",
)
OF_OTHERS = "MATCH (f:Firm {cg_uid: $p + 'O08'}) SET f.our_rating = 5, f:Ours"


@pytest.mark.neo4j
def test_what_was_changed_by_hand_is_put_right(server: Address, dataset: str, looked: list[str]) -> None:
    tables = toy_tables()
    push(server, dataset, tables)
    ask(server, OF_OTHERS, p=f"{dataset}|")
    before = content(server, dataset)
    for change in CHANGES:
        ask(server, change, p=f"{dataset}|")
    assert content(server, dataset) != before
    load = push(server, dataset, tables)
    assert content(server, dataset) == before
    sent = load.counts.set_index("kind")["sent"]
    located = sent["LOCATED_IN"]  # of the zone that was taken away, and what else hung on it
    assert sent[sent > 0].to_dict() | {"LOCATED_IN": located} == {
        "Firm": 5,
        "Chain": 1,
        "Segment": 2,
        "IN_SEGMENT": 1,
        "SUPPLIES": 1,
        "Zone": 1,
        "LOCATED_IN": located,
    }
    assert load.counts[["retired", "deleted"]].to_numpy().sum() == 0
    looked.clear()
    assert push(server, dataset, tables).number is None
    assert looked == []


@pytest.mark.neo4j
def test_a_change_while_a_push_runs_is_found_by_the_next(server: Address, dataset: str) -> None:
    """Also one in a part that the running push has passed already."""
    tables = toy_tables()
    push(server, dataset, tables)
    before = content(server, dataset)
    once: list[int] = []

    def meanwhile(kind: str, _: int) -> None:
        if not once:
            once.append(1)
            ask(server, "MATCH (f:Firm {cg_uid: $uid}) SET f.city = '杭州'", uid=f"{dataset}|L01")

    changed = {name: frame.copy() for name, frame in tables.items()}
    changed["zones"].loc[0, "note"] = "新的"
    push(server, dataset, changed, progress=meanwhile)
    assert once
    push(server, dataset, tables)
    assert content(server, dataset) == before


@pytest.mark.neo4j
def test_results_come_back_with_their_firm(server: Address, dataset: str) -> None:
    """A firm that goes takes its results with it; when it is there again, so are they, though the run is the same."""
    tables, findings = toy_tables(), toy_findings()
    push(server, dataset, tables, findings=findings)
    before = content(server, dataset)
    fewer = {name: frame.copy() for name, frame in tables.items()}
    for name, column in (
        *(("firms", "firm_id"), ("firm_segments", "firm_id"), ("firm_sites", "firm_id"), ("firm_links", "source_id")),
        *(("firm_links", "target_id"), ("leader_purchases", "supplier_id")),
    ):
        fewer[name] = fewer[name][fewer[name][column] != "O02"]
    push(server, dataset, fewer)
    push(server, dataset, tables)
    push(server, dataset, tables, findings=findings)
    assert content(server, dataset) == before
