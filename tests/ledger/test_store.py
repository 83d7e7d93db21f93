"""The ledger's file: nothing lost, nothing doubled, nothing overwritten; the state is what the events give.

All projects, firms and offices here are constructed."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chaingraph.ledger import opening, place, store
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.proof.checks import check_ledger
from tests.made_ledger import CENTRE, PLACES, RULES, derived_rows, entered, facts


def test_sending_an_act_again_records_it_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        first = ledger.record(entered(1))
        again = ledger.record(entered(1))
        assert (first.number, first.new) == (1, True)
        assert (again.number, again.new, again.answer) == (1, False, "again")
        ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, "首次会商", {"record": "argument"}, "own-1"))
        with pytest.raises(LedgerError, match="own-1 already stands for event 2"):
            ledger.record(Act("recorded", "p1", "2024-02-02", CENTRE, "另一件事", {"record": "argument"}, "own-1"))
        assert len(list(ledger.events())) == 2


def test_one_id_never_stands_for_two_contents(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record(entered(1))
        paid = Act("paid_in", "p1", "2024-02-01", CENTRE, "", {"usd_m": 5.0}, "K1")
        assert ledger.record(paid).new
        assert ledger.record(paid).answer == "again"
        # What the ledger fills in by itself may be said or left out.
        assert not ledger.record(dataclasses.replace(paid, data={"usd_m": 5, "on": "2024-02-01"})).new
        for other in ({"usd_m": 7.0}, {"usd_m": 5.0, "on": "2024-01-20"}):
            with pytest.raises(LedgerError, match="K1 already stands for event 2"):
                ledger.record(dataclasses.replace(paid, data=other))
        change = Act("changed", "p1", "2024-02-02", CENTRE, "更正", {"zone": "甲区", "place": PLACES[1]}, "K2")
        ledger.record(change)  # the place is as it was, and is not recorded again
        assert not ledger.record(change).new
        with pytest.raises(LedgerError, match="K2 already stands for event 3"):
            ledger.record(dataclasses.replace(change, data={"zone": "甲区", "place": PLACES[2]}))
        report = Act("reported", "p1", "2024-02-03", CENTRE, "", {"place": PLACES[1]}, "K3")
        ledger.record(report)
        with pytest.raises(LedgerError, match="K3 already stands for event 4"):
            ledger.record(dataclasses.replace(report, data={"place": PLACES[1], "withhold": True}))
        assert ledger.project("p1").payments == (("2024-02-01", 5.0),)


def test_a_change_back_is_a_new_event(tmp_path: Path) -> None:
    """The same words on the same day, after something else was said in between."""

    def act(kind: str, why: str = "更正", **data: object) -> Act:
        return Act(kind, "p1", "2024-03-01", CENTRE, why, data)

    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record(entered(1))
        for zone in ("甲区", "乙区", "甲区", "乙区", "甲区"):
            assert ledger.record(act("changed", zone=zone)).new
        assert not ledger.record(act("changed", zone="甲区")).new
        assert ledger.project("p1").facts["zone"] == "甲区"
        for stage in ("signed", "negotiating", "signed"):
            assert ledger.record(act("stage", stage=stage)).new
        assert ledger.project("p1").stage == "signed"
        for place in ("海宁市", "桐乡市", "海宁市"):
            assert ledger.record(act("transferred", to=place)).new
        assert ledger.project("p1").receiving_place == "海宁市"
        payment = act("paid_in", usd_m=3.0)
        assert [ledger.record(payment).new, ledger.record(payment).new] == [True, False]
        assert check_ledger(ledger) == []


@pytest.mark.parametrize("day", ["9999-12-15", "0001-01-02", "2200-01-01", "1949-09-30"])
def test_days_that_nobody_means_are_refused_in_words(tmp_path: Path, day: str) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        with pytest.raises(LedgerError, match="between 1949 and 2199"):
            ledger.record(entered(1, day=day))
        ledger.record(entered(1))
        with pytest.raises(LedgerError, match="between 1949 and 2199"):
            ledger.record(Act("signing_filed", "p1", "2024-03-01", CENTRE, "", {"planned": day}))


def test_amounts_have_a_bound_so_that_sums_do(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        with pytest.raises(LedgerError, match="investment_m"):
            ledger.record(entered(1, investment_m=1e308))
        ledger.record(entered(1))
        for amount in (1e308, -1e308, 1.1e9, float("inf"), float("nan")):
            with pytest.raises(LedgerError, match=r"usd_m|JSON"):
                ledger.record(Act("paid_in", "p1", "2024-02-01", CENTRE, "更正", {"usd_m": amount}))
        assert check_ledger(ledger) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the turnstile is a lock that Windows does not have")
def test_a_writer_stopped_while_it_waits_is_named_to_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-Z on a process that holds the turnstile: the next one gives up at its deadline, readers pass."""
    monkeypatch.setattr(store, "WAIT", 0.3)
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record(entered(1))
        stopped = subprocess.Popen([sys.executable, "-c", _HOLDS_THE_TURN, str(path) + "-turn"], stdout=subprocess.PIPE)
        assert stopped.stdout is not None
        assert stopped.stdout.readline() == b"holds\n"
        os.kill(stopped.pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            with pytest.raises(LedgerError, match=rf"process {stopped.pid}, \d{{4}}-.*Reading still works"):
                ledger.record(entered(2))
            assert time.monotonic() - started < 5
            assert [project.project_id for project in ledger.projects()] == ["p1"]
        finally:
            os.kill(stopped.pid, signal.SIGCONT)
            stopped.kill()
            stopped.wait()
            stopped.stdout.close()
        assert ledger.record(entered(2)).new


_HOLDS_THE_TURN = """
import os, sys, time
from chaingraph.ledger.turns import _queue
_queue(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o666), time.monotonic() + 60)
print("holds", flush=True)
time.sleep(60)
"""


def test_all_acts_of_a_batch_or_none(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        with pytest.raises(LedgerError, match="no project p9"):
            ledger.record_all([entered(1), Act("reported", "p9", "2024-01-06", CENTRE, "", {"place": "平湖市"})])
        assert list(ledger.events()) == []
        assert ledger.projects() == []
        assert check_ledger(ledger) == []


def test_history_cannot_be_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record_all([entered(1), entered(2)])
        for statement in ("UPDATE events SET by = 'x'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="events are never"):
                ledger.connection.execute(statement)
        # Whoever goes round the trigger is found out.
        ledger.connection.execute("DROP TRIGGER events_stay")
        ledger.connection.execute("UPDATE events SET why = 'x' WHERE number = 1")
        assert [(fault.what, fault.where) for fault in check_ledger(ledger)] == [
            ("schema", "events_stay"),
            ("digest", "1 p1"),
        ]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE projects SET state = replace(state, 'negotiating', 'signed') WHERE project_id = 'p1'", "projects"),
        ("UPDATE standing SET stage = 'started' WHERE project_id = 'p1'", "standing"),
        ("DELETE FROM counted", "counted"),
        ("UPDATE stage_tally SET usd = usd + 1", "stage_tally"),
        ("DELETE FROM count_tally WHERE of = 'owner'", "count_tally"),
    ],
)
def test_what_is_derived_is_compared_and_can_be_derived_anew(tmp_path: Path, statement: str, found: str) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record_all([entered(1), Act("stage", "p1", "2024-02-01", CENTRE, "", {"stage": "signed"})])
        assert check_ledger(ledger) == []
        ledger.connection.execute(statement)
        assert found in [fault.found for fault in check_ledger(ledger)]
        ledger.rebuild()
        assert check_ledger(ledger) == []


def test_sums_follow_what_goes_as_well_as_what_comes(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record_all([entered(1, investment_m=0.1), entered(2, investment_m=150.0)])
        held = "SELECT landing, stage, projects, usd, sized, unknown FROM stage_tally ORDER BY 1, 2"
        before = ledger.connection.execute(held).fetchall()
        assert sum(row[3] for row in before) == 150_100_000
        for stage, why in [("signed", ""), ("negotiating", "误登")] * 30:
            ledger.record(Act("stage", "p1", "2024-02-01", CENTRE, why, {"stage": stage}))
        assert ledger.connection.execute(held).fetchall() == before
        ledger.record(Act("stage", "p2", "2024-03-01", CENTRE, "", {"stage": "signed"}))
        ledger.record(Act("transferred", "p2", "2024-03-02", CENTRE, "用地", {"to": "别处"}))
        assert check_ledger(ledger) == []


def test_a_ledger_without_the_sums_is_derived_anew(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record_all([entered(1), Act("stage", "p1", "2024-02-01", CENTRE, "", {"stage": "signed"})])
        rows = derived_rows(ledger)
        for trigger in ("standing_comes", "standing_goes", "counted_comes", "counted_goes"):
            ledger.connection.execute(f"DROP TRIGGER {trigger}")
        ledger.connection.execute("DROP TABLE stage_tally")
        ledger.connection.execute("DROP TABLE count_tally")
        ledger.connection.execute("UPDATE about SET value = '1:' || substr(value, 3) WHERE key = 'derived'")
    with open_ledger(path, RULES) as ledger:
        assert derived_rows(ledger) == rows
        assert check_ledger(ledger) == []


def test_other_rules_derive_anew_and_leave_history_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record_all(
            [
                entered(1),
                Act("reported", "p1", "2024-01-06", CENTRE, "", {"place": "平湖市"}),
                Act("transferred", "p1", "2024-01-07", CENTRE, "用地", {"to": "桐乡市"}),
                Act("stage", "p1", "2024-02-01", CENTRE, "", {"stage": "signed"}),
            ]
        )
        before = list(ledger.events())
    with open_ledger(path, RULES.without("transfer")) as ledger:
        rows = ledger.connection.execute("SELECT DISTINCT place, amount FROM counted WHERE known = 1").fetchall()
        assert rows == [("桐乡市", 1.0)]
        assert ledger.project("p1").exclusive_until == "2024-02-06"  # as it was decided then
        assert list(ledger.events()) == before
        assert check_ledger(ledger) == []


def test_a_network_share_is_refused_or_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "network_file_system", lambda path: "nfs4")
    path = tmp_path / "l.db"
    with pytest.raises(LedgerError, match=r"network share \(nfs4\).*--journal delete"):
        open_ledger(path, RULES, create=True)
    assert not path.exists()
    with open_ledger(path, RULES, create=True, journal="delete") as ledger:
        ledger.record(entered(1))
        assert ledger.journal == "delete"
        assert ledger.connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert check_ledger(ledger) == []
    assert not (tmp_path / "l.db-wal").exists()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("nfs", "nfs"), ("cifs", "cifs"), ("fuse.sshfs", "fuse.sshfs"), ("9p", "9p"), ("ext4", ""), ("xfs", "")],
)
def test_the_nearest_mount_decides(kind: str, expected: str) -> None:
    mounts = f"a / {'ext4' if expected else 'nfs'} rw 0 0\nb /srv {kind} rw 0 0\nc /srv/other ext4 rw 0 0\nd /sr nfs rw"
    assert place.network_file_system(Path("/srv/share/l.db"), mounts) == expected


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be read as one" * 40])
def test_other_files_are_not_taken_for_ledgers(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"is not a ledger|there is no ledger"):
        open_ledger(path, RULES)
    assert path.read_bytes() == content
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE firms (a)")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match=r"is not a ledger \(firms\)"):
        open_ledger(other, RULES, create=True)
    with pytest.raises(LedgerError, match="there is no ledger"):
        open_ledger(tmp_path / "none.db", RULES)
    with pytest.raises(LedgerError, match="cannot hold a ledger"):
        open_ledger(tmp_path / "no" / "l.db", RULES, create=True)


def test_a_ledger_of_another_form_is_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.connection.execute("UPDATE about SET value = '2' WHERE key = 'form'")
    with pytest.raises(LedgerError, match="has form 2"):
        open_ledger(tmp_path / "l.db", RULES)


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (Act("erased", "p1", "2024-01-01", CENTRE), "there is no act erased"),
        (Act("entered", "p 1", "2024-01-01", CENTRE), "project id p 1"),
        (Act("entered", "p1", "2024-02-30", CENTRE), "moment 2024-02-30"),
        (Act("entered", "p1", "1.3.2024", CENTRE), "moment"),
        (Act("entered", "p1", "2024-01-01", " "), "which office"),
        (Act("entered", "p1", "2024-01-01", CENTRE, event_id="a b"), "event id a b"),
        (Act("entered", "p1", "2024-01-01", CENTRE), "missing: project, investor, place"),
        (Act("entered", "p1", "2024-01-01", CENTRE, data=facts(1, colour="red")), "no field colour"),
        (Act("entered", "p1", "2024-01-01", CENTRE, data=facts(1, capital="mixed")), "capital: 'mixed'"),
        (Act("entered", "p1", "2024-01-01", CENTRE, data=facts(1, investment_m=-1.0)), "investment_m: -1.0"),
        (Act("entered", "p1", "2024-01-01", CENTRE, data=facts(1, investment_m=float("nan"))), "field data|data: "),
        (Act("entered", "p1", "2024-01-01", CENTRE, data=facts(1, tiers="global500;best")), "tiers"),
        (Act("clock", "p1", "2024-01-01", CENTRE), "no project"),
    ],
)
def test_malformed_acts_are_refused(tmp_path: Path, act: Act, match: str) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        with pytest.raises(LedgerError, match=match):
            ledger.record(act)
        assert list(ledger.events()) == []


def test_what_only_the_ledger_records_cannot_be_sent(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record(entered(1))
        for kind in ("clock", "suspected"):
            with pytest.raises(LedgerError, match="recorded by the ledger itself"):
                ledger.record(Act(kind, "p1", "2024-01-06", CENTRE, "", {"holder": "平湖市"}))
