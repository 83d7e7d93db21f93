"""What happens when things break: each failure five times; then a whole graph or a clear error, never half of one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.stores.graphdb import load as neo4j_load
from chaingraph.stores.graphdb import session as neo4j_session
from chaingraph.stores.graphdb.pull import read_neo4j, wipe_neo4j
from chaingraph.stores.graphdb.push import write_neo4j
from tests.neo4j_server import REPOSITORY, Address, Server, address, ask, big_tables, content
from tests.toy import toy_tables

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]
TIMES = range(5)
CLIENT = [sys.executable, str(REPOSITORY / "tests" / "neo4j_client.py")]


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server of this file's own: it is killed and started with other settings."""
    address()  # where no server may be started, this one is not either
    # Not pytest's folder: a second pytest on the machine would clear that away under the running server.
    with tempfile.TemporaryDirectory(prefix="neo4j-") as folder:
        server = Server(Path(folder))
        yield server
        server.stop()


def restarted(own: Server, *settings: str) -> Address:
    """The server, running with these settings; it is started anew only where they differ."""
    if own.settings != settings:
        own.stop()
    return own.start(*settings)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j_load, "BATCH_ROWS", 100)
    monkeypatch.setattr(neo4j_session, "RETRY_SECONDS", 1.0)


def emptied(where: Address) -> None:
    """Nothing is left in the store: one query, where wiping a dataset has a server just started plan forty."""
    ask(where, "MATCH (n) DETACH DELETE n")


def clean_load(where: Address, tables: dict[str, pd.DataFrame]) -> list[str]:
    """What the store holds after a push that nothing disturbed, into an empty store."""
    emptied(where)
    write_neo4j(Case("big", tables), where.uri, dataset="big", **where.login)
    held = content(where, "big")
    emptied(where)
    return held


def refused(where: Address, tables: dict[str, pd.DataFrame], progress: Callable[[str, int], None]) -> str | None:
    """What a push was refused with, None when it went through."""
    try:
        write_neo4j(Case("big", tables), where.uri, dataset="big", progress=progress, **where.login)
    except StoreError as error:
        return str(error)
    return None


@pytest.mark.usefixtures("small_batches")
def test_server_killed_mid_load(own: Server) -> None:
    where = restarted(own)
    tables = big_tables()
    expected = clean_load(where, tables)
    broken = 0
    for time in TIMES:
        seen: list[str] = []

        def watch(kind: str, _: int, seen: list[str] = seen, time: int = time) -> None:
            seen.append(kind)
            if len(seen) == 3 + 7 * time:  # in nodes, in the first and in the last relationships
                threading.Timer(0.002 * time, own.kill).start()

        complaint = refused(where, tables, watch)
        if complaint is not None:
            assert "do the same again to complete it" in complaint or "no Neo4j answers" in complaint
            broken += 1
        own.kill()
        assert own.start() == where
        states = ask(where, "MATCH (l:Load) RETURN l.state AS s ORDER BY l.number DESC LIMIT 1")
        if states and states[0]["s"] == "running":
            with pytest.raises(StoreError, match="did not finish"):
                read_neo4j(where.uri, **where.login)
        write_neo4j(Case("big", tables), where.uri, dataset="big", **where.login)
        assert content(where, "big") == expected
        emptied(where)
    assert broken >= 3, "the server was to die while rows were being written"


def test_client_killed_mid_load(own: Server) -> None:
    where = restarted(own)
    expected = clean_load(where, big_tables())
    for time in TIMES:
        client = subprocess.Popen([*CLIENT, "big", ""], env=where.environment, stdout=subprocess.PIPE, text=True)
        assert client.stdout is not None
        for _ in range(2 + 8 * time):
            assert client.stdout.readline()
        client.kill()
        client.wait()
        client.stdout.close()
        with pytest.raises(StoreError, match="did not finish"):
            read_neo4j(where.uri, **where.login)
        write_neo4j(Case("big", big_tables()), where.uri, dataset="big", **where.login)
        assert content(where, "big") == expected
        emptied(where)


def test_two_pushes_at_once(own: Server) -> None:
    where = restarted(own)
    emptied(where)
    contents = {note: big_tables(note) for note in ("甲", "乙")}
    for _ in TIMES:
        clients = {
            note: subprocess.Popen(
                [*CLIENT, "big", note], env=where.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for note in contents
        }
        ended = {note: (client.communicate(timeout=120), client.returncode) for note, client in clients.items()}
        for (_, complaint), code in ended.values():
            assert code == 0 or (code == 1 and "was overtaken by another push" in complaint), complaint
        held = read_neo4j(where.uri, **where.login)
        notes = set(held["firms"].set_index("firm_id").loc["X0000":, "note"])
        assert len(notes) == 1, "rows of two pushes are mixed"
        note = notes.pop()
        assert ended[note][1] == 0, "the content of a push that failed stands"
        for name, frame in contents[note].items():
            key = list(TABLES[name].key)
            pd.testing.assert_frame_equal(frame.sort_values(key, ignore_index=True), held[name])
        doubled = "MATCH ()-[r]->() WITH r.cg_uid AS uid, count(*) AS n WHERE n > 1 RETURN uid"
        assert ask(where, doubled) == []


def test_connection_refused(own: Server) -> None:
    where = restarted(own)
    own.stop()
    for _ in TIMES:
        with pytest.raises(StoreError, match=f"no Neo4j answers at {where.uri}"):
            write_neo4j(Case("toy", toy_tables()), where.uri, **where.login)
        with pytest.raises(StoreError, match=f"no Neo4j answers at {where.uri}"):
            read_neo4j(where.uri, **where.login)


def test_read_only_database(own: Server) -> None:
    where = restarted(own)
    emptied(where)
    write_neo4j(Case("toy", toy_tables()), where.uri, **where.login)
    held = content(where)
    where = restarted(own, "server.databases.default_to_read_only=true")
    changed = toy_tables()
    changed["firms"] = changed["firms"].assign(note="改")
    for _ in TIMES:
        with pytest.raises(StoreError, match=r"database neo4j at .* is read-only"):
            write_neo4j(Case("toy", changed), where.uri, **where.login)
        with pytest.raises(StoreError, match="is read-only"):
            wipe_neo4j(where.uri, "toy", **where.login)
    assert content(where) == held
    assert write_neo4j(Case("toy", toy_tables()), where.uri, **where.login).number is None
    assert len(read_neo4j(where.uri, **where.login)["firms"]) == 22


def test_transaction_outgrows_the_servers_memory(own: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are halved until they fit; a single row that never fits is an error that says what to raise."""
    monkeypatch.setattr(neo4j_load, "BATCH_ROWS", 600)  # as many as there are firms, half as many as there are roles
    where = restarted(own)
    tables = big_tables("长" * 1_500)
    expected = clean_load(where, tables)
    where = restarted(own, "db.memory.transaction.max=3m")
    for _ in TIMES:
        sent: list[int] = []
        load = write_neo4j(
            Case("big", tables),
            where.uri,
            dataset="big",
            progress=lambda _, rows, sent=sent: sent.append(rows),
            **where.login,
        )
        assert load.number == 1
        assert max(sent) < neo4j_load.BATCH_ROWS, "the limit was not met: nothing is tested"
        assert content(where, "big") == expected
        wipe_neo4j(where.uri, "big", **where.login)
    huge = toy_tables()
    huge["firms"] = huge["firms"].assign(note="长" * 2_000_000)  # 4 MB
    with pytest.raises(StoreError, match=r"raise db\.memory\.transaction\.max"):
        write_neo4j(Case("big", huge), where.uri, dataset="big", **where.login)
    write_neo4j(Case("big", tables), where.uri, dataset="big", **where.login)
    assert content(where, "big") == expected


def test_wrong_password(own: Server) -> None:
    where = restarted(own)
    for _ in TIMES:  # after three the server refuses to be asked for a while (so this test stands last)
        with pytest.raises(StoreError, match=r"refuses the password of user neo4j|too many failed logins"):
            write_neo4j(Case("toy", toy_tables()), where.uri, user="neo4j", password="wrong")
