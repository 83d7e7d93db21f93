"""The ledger in a real Neo4j: tied to the case, written once, hostile text inert, nobody else touched."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.errors import StoreError
from chaingraph.ledger.events import Act
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.views import REGISTER, register
from chaingraph.model.case import Case
from chaingraph.stores.graphdb.ledger import Pushed, write_ledger
from chaingraph.stores.graphdb.pull import read_neo4j, wipe_neo4j
from chaingraph.stores.graphdb.push import write_neo4j
from chaingraph.stores.graphdb.queries import run_query
from tests.neo4j_server import Address, address, ask, content
from tests.toy import toy_tables

RULES = load_rules("jiaxing").without("duplicates")
HOSTILE = "'}) DETACH DELETE p //\n`) MATCH (n) DETACH DELETE n //"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as opened:
        yield opened


@pytest.fixture
def server() -> Address:
    return address()


@pytest.fixture
def dataset(server: Address) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:12]}"
    write_neo4j(Case("toy", toy_tables()), server.uri, dataset=name, **server.login)
    yield name
    ask(server, "MATCH (n) WHERE n.ledger_uid STARTS WITH $p DETACH DELETE n", p=f"{name}|")
    wipe_neo4j(server.uri, name, **server.login)


def enter(ledger: Ledger, project: str, investor: str, **more: object) -> None:
    facts = {
        "project": f"构造{project}",
        "investor": investor,
        "place": "平湖市",
        "capital": "foreign",
        "investment_m": 150.0,
        "currency": "USD",
        "constructed": True,
    } | more
    ledger.record(Act("entered", project, "2024-03-01", "构造投促局", "", facts))


def push(server: Address, ledger: Ledger, dataset: str, name: str = "toy") -> Pushed:
    return write_ledger(register(ledger), server.uri, dataset=dataset, ledger=name, **server.login)


def test_the_register_has_one_row_per_project(ledger: Ledger) -> None:
    enter(ledger, "p1", "构造甲有限公司", team="上海专班")
    ledger.record(Act("stage", "p1", "2024-04-01", "构造投促局", "", {"stage": "signed"}))
    ledger.record(Act("paid_in", "p1", "2024-05-01", "构造投促局", "", {"usd_m": 2.5}))
    found = register(ledger)
    assert tuple(found.columns) == REGISTER
    row = found.iloc[0]
    assert row[["stage", "signed_on", "usd_m", "paid_usd_m", "team", "landing"]].tolist() == [
        "signed",
        "2024-04-01",
        150.0,
        2.5,
        "上海专班",
        "平湖市",
    ]
    assert row["zone"] is None


@pytest.mark.neo4j
def test_projects_are_tied_to_what_the_case_knows(server: Address, dataset: str, ledger: Ledger) -> None:
    tables = toy_tables()
    firm = tables["firms"].iloc[0]
    segment, chain = tables["segments"].iloc[0], tables["chains"].iloc[0]
    enter(ledger, "p1", firm["firm"], segment_id=segment["segment_id"], chain_id=chain["chain"], team="上海专班")
    enter(ledger, "p2", "别名", firm_id=firm["firm_id"], chain_id=chain["chain_id"], team="上海专班")
    enter(ledger, "p3", "本案例没有的构造有限公司", segment_id="没有的环节", zone="没有的园区")
    done = push(server, ledger, dataset)
    assert done[:4] == (3, 3, 0, 0)
    assert done.ties == {"INVESTS_IN": 3, "FOR_CHAIN": 2, "FOR_SEGMENT": 1, "SITED_IN": 0, "RUN_BY": 2, "SAME_AS": 0}
    found = run_query(server.uri, "ledger_projects", dataset=dataset, **server.login).set_index("project_id")
    assert found.loc["p1", ["firm_id", "segment_id", "chain", "team", "stage"]].tolist() == [
        firm["firm_id"],
        segment["segment_id"],
        chain["chain"],
        "上海专班",
        "negotiating",
    ]
    assert found.loc["p2", "firm_id"] == firm["firm_id"]
    assert found.loc["p3", ["investor", "usd_m", "place"]].tolist() == ["本案例没有的构造有限公司", 150.0, "平湖市"]
    assert found.loc["p3", ["firm_id", "segment_id", "zone"]].isna().all()
    teams = ask(server, "MATCH (t:Team) WHERE t.ledger_uid STARTS WITH $p RETURN t.name AS n", p=f"{dataset}|")
    assert [row["n"] for row in teams] == ["上海专班"]


@pytest.mark.neo4j
def test_what_stands_is_not_written_again_and_what_moved_is(server: Address, dataset: str, ledger: Ledger) -> None:
    for number in range(5):
        enter(ledger, f"p{number}", f"构造第{number}有限公司", team=f"专班{number}")
    push(server, ledger, dataset)
    before = ask(
        server,
        "MATCH (n) WHERE n.ledger_uid STARTS WITH $p RETURN n.ledger_uid AS u, elementId(n) AS e ORDER BY u",
        p=f"{dataset}|",
    )
    again = push(server, ledger, dataset)
    assert (again.sent, again.unchanged, sum(again.ties.values())) == (0, 5, 0)
    ledger.record(Act("stage", "p1", "2024-04-01", "构造投促局", "", {"stage": "signed"}))
    ledger.record(Act("changed", "p2", "2024-04-01", "构造投促局", "换专班", {"team": "专班0", "site_mu": 12.0}))
    moved = push(server, ledger, dataset)
    assert (moved.sent, moved.unchanged) == (2, 3)
    rows = ask(
        server,
        "MATCH (n) WHERE n.ledger_uid STARTS WITH $p RETURN n.ledger_uid AS u, elementId(n) AS e ORDER BY u",
        p=f"{dataset}|",
    )
    assert {row["u"]: row["e"] for row in rows}.items() <= {row["u"]: row["e"] for row in before}.items()
    assert len(rows) == len(before) - 1  # 专班2 has no project any more
    found = run_query(server.uri, "ledger_projects", dataset=dataset, **server.login).set_index("project_id")
    assert found["team"].tolist() == ["专班0", "专班1", "专班0", "专班3", "专班4"]
    assert found.loc["p1", "stage"] == "signed"


@pytest.mark.neo4j
def test_hostile_text_stays_text_and_the_case_is_not_touched(server: Address, dataset: str, ledger: Ledger) -> None:
    before = content(server, dataset)
    enter(ledger, "p1", HOSTILE, team=HOSTILE, zone=HOSTILE, segment_id="$rows", chain_id="`", site="=1+1")
    push(server, ledger, dataset)
    found = run_query(server.uri, "ledger_projects", dataset=dataset, **server.login)
    assert found[["investor", "team"]].values.tolist() == [[HOSTILE, HOSTILE]]
    assert content(server, dataset) == before
    write_neo4j(Case("toy", toy_tables()), server.uri, dataset=dataset, **server.login)  # nor the ledger by the case
    assert len(run_query(server.uri, "ledger_projects", dataset=dataset, **server.login)) == 1
    pulled = read_neo4j(server.uri, dataset=dataset, **server.login)
    assert len(pulled["firms"]) == len(toy_tables()["firms"])


@pytest.mark.neo4j
def test_two_ledgers_lie_side_by_side_and_bad_names_are_refused(server: Address, dataset: str, ledger: Ledger) -> None:
    enter(ledger, "p1", "构造甲有限公司")
    push(server, ledger, dataset, "one")
    push(server, ledger, dataset, "two")
    assert len(run_query(server.uri, "ledger_projects", dataset=dataset, **server.login)) == 2
    empty = register(ledger).iloc[:0]
    gone = write_ledger(empty, server.uri, dataset=dataset, ledger="two", **server.login)
    assert gone.deleted == 1
    assert len(run_query(server.uri, "ledger_projects", dataset=dataset, **server.login)) == 1
    for name in ("a|b", "", "a b"):
        with pytest.raises(StoreError, match="cannot be used"):
            push(server, ledger, dataset, name)


@pytest.mark.neo4j
def test_a_project_decided_to_be_another_is_tied_to_it(
    server: Address, dataset: str, ledger: Ledger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    path = ledger.path.with_name("两.db")
    with open_ledger(path, load_rules("jiaxing"), create=True) as opened:
        enter(opened, "p1", "构造甲有限公司", site="构造地块")
        enter(opened, "p2", "构造乙有限公司", site="构造地块")
        verdict = {"other": "p1", "verdict": "same"}
        opened.record(Act("decided", "p2", "2024-03-05", "市投促中心", "同一地块", verdict))
    assert main(["ledger", "push", str(path), "--dataset", dataset, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "2 projects; 2 written, 0 unchanged, 0 deleted" in shown
    assert "SAME_AS 1" in shown
    found = run_query(server.uri, "ledger_projects", dataset=dataset, **server.login)
    assert found["project_id"].tolist() == ["p1"]
