"""The ledger's file: nothing lost, nothing doubled, nothing overwritten; the state is what the events give.

All projects, firms and offices here are constructed.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaingraph.ledger import derived, place, store
from chaingraph.ledger.events import Act, Event, LedgerError
from chaingraph.ledger.fields import LADDER, STAGES
from chaingraph.ledger.project import replay
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger, open_ledger

RULES = load_rules("jiaxing")
PLACES = ("平湖市", "桐乡市", "海宁市", "嘉善县")
CENTRE = "市投促中心"


def facts(number: int, **others: object) -> dict[str, object]:
    return {"project": f"构造项目{number}", "investor": f"构造{number}号有限公司", "place": PLACES[number % 4],
            "capital": "foreign", "investment_m": 150.0, "currency": "USD", "constructed": True} | others  # fmt: skip


def entered(number: int, day: str = "2024-01-05", **others: object) -> Act:
    return Act("entered", f"p{number}", day, "构造投促局", "", facts(number, **others))


def test_sending_an_act_again_records_it_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        first = ledger.record(entered(1))
        again = ledger.record(entered(1))
        assert (first.number, first.new) == (1, True)
        assert (again.number, again.new, again.answer) == (1, False, "again")
        ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, "首次会商", {"record": "argument"}, "own-1"))
        with pytest.raises(LedgerError, match="own-1 stands for event 2"):
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
            with pytest.raises(LedgerError, match="K1 stands for event 2"):
                ledger.record(dataclasses.replace(paid, data=other))
        change = Act("changed", "p1", "2024-02-02", CENTRE, "更正", {"zone": "甲区", "place": PLACES[1]}, "K2")
        ledger.record(change)  # the place is as it was, and is not recorded again
        assert not ledger.record(change).new
        with pytest.raises(LedgerError, match="K2 stands for event 3"):
            ledger.record(dataclasses.replace(change, data={"zone": "甲区", "place": PLACES[2]}))
        report = Act("reported", "p1", "2024-02-03", CENTRE, "", {"place": PLACES[1]}, "K3")
        ledger.record(report)
        with pytest.raises(LedgerError, match="K3 stands for event 4"):
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
    monkeypatch.setattr(store, "_WAIT", 0.3)
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record(entered(1))
        stopped = subprocess.Popen([sys.executable, "-c", _HOLDS_THE_TURN, str(path) + "-turn"], stdout=subprocess.PIPE)
        assert stopped.stdout is not None
        assert stopped.stdout.readline() == b"holds\n"
        os.kill(stopped.pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            with pytest.raises(LedgerError, match=rf"process {stopped.pid}, \d{{4}}-.*Reading goes on"):
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
        rows = _derived_rows(ledger)
        for trigger in ("standing_comes", "standing_goes", "counted_comes", "counted_goes"):
            ledger.connection.execute(f"DROP TRIGGER {trigger}")
        ledger.connection.execute("DROP TABLE stage_tally")
        ledger.connection.execute("DROP TABLE count_tally")
        ledger.connection.execute("UPDATE about SET value = '1:' || substr(value, 3) WHERE key = 'derived'")
    with open_ledger(path, RULES) as ledger:
        assert _derived_rows(ledger) == rows
        assert check_ledger(ledger) == []


def test_other_rules_derive_anew_and_leave_history_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record_all([entered(1), Act("reported", "p1", "2024-01-06", CENTRE, "", {"place": "平湖市"}),
                           Act("transferred", "p1", "2024-01-07", CENTRE, "用地", {"to": "桐乡市"}),
                           Act("stage", "p1", "2024-02-01", CENTRE, "", {"stage": "signed"})])  # fmt: skip
        before = list(ledger.events())
    with open_ledger(path, RULES.without("transfer")) as ledger:
        rows = ledger.connection.execute("SELECT DISTINCT place, amount FROM counted WHERE known = 1").fetchall()
        assert rows == [("桐乡市", 1.0)]
        assert ledger.project("p1").exclusive_until == "2024-02-06"  # as it was decided then
        assert list(ledger.events()) == before
        assert check_ledger(ledger) == []


def test_a_network_share_is_refused_or_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "network_file_system", lambda path: "nfs4")
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
        (Act("erased", "p1", "2024-01-01", CENTRE), "no such act"),
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


# ---- what must hold whatever happens

DAYS = st.integers(0, 89).map(lambda number: f"2024-{1 + number // 28:02d}-{1 + number % 28:02d}")
KINDS = st.sampled_from(
    ["reported", "stage", "transferred", "extended", "decided", "changed", "paid_in", "signing_filed"]
)


@st.composite
def acts(draw: st.DrawFn) -> Act:
    kind, number, day = draw(KINDS), draw(st.integers(0, 3)), draw(DAYS)
    why = draw(st.sampled_from(["", "理由"]))
    data: dict[str, object] = {}
    if kind == "reported":
        data = {"place": draw(st.sampled_from(PLACES))}
    elif kind == "stage":
        data = {"stage": draw(st.sampled_from(list(STAGES)))}
    elif kind == "transferred":
        data = {"to": draw(st.sampled_from(PLACES))}
    elif kind == "decided":
        data = {"other": f"p{draw(st.integers(0, 3))}", "verdict": draw(st.sampled_from(["same", "different"]))}
    elif kind == "changed":
        data = draw(
            st.sampled_from([{"investment_m": 20.0}, {"investment_m": 300.0}, {"site": "构造地块"}, {"capital": None}])
        )
    elif kind == "paid_in":
        data = {"usd_m": draw(st.sampled_from([1.5, -1.5, 40.0]))}
    elif kind == "signing_filed":
        data = {"planned": draw(DAYS)}
    return Act(kind, f"p{number}", day, CENTRE, why, data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(acts(), max_size=40), st.booleans())
def test_invariants_over_any_sequence(sequence: list[Act], alike: bool) -> None:
    """One exclusive holder at a time; no stage skipped without a reason; credits add up; replay gives the same."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder, "l.db"), RULES, create=True) as ledger:
        ledger.connection.execute("PRAGMA synchronous = OFF")
        group = {"group": "构造集团"} if alike else {}
        ledger.record_all([entered(number, "2024-01-01", **group) for number in range(4)])
        for act in sorted(sequence, key=lambda act: act.at):
            try:
                recorded = ledger.record(act)
            except LedgerError:
                continue
            assert recorded.number > 4
            _one_holder(ledger, act.day)
        assert check_ledger(ledger) == []
        events = list(ledger.events())
        _no_stage_without_reason(events)
        kept = [derived.to_json(project) for project in ledger.projects()]
        assert [derived.to_json(project) for project in replay(events).values()] == kept
        rows = _derived_rows(ledger)
        ledger.rebuild()
        assert _derived_rows(ledger) == rows
        counted = ledger.connection.execute(
            "SELECT project_id, indicator, sum(amount) FROM counted WHERE indicator <> '实际利用外资' GROUP BY 1, 2"
        )
        assert all(amount == 1.0 for _, _, amount in counted)


def _one_holder(ledger: Ledger, day: str) -> None:
    """A plain recount: on that day, projects that may be one (or are) are held by one place at most."""
    projects = {project.project_id: project for project in ledger.projects()}
    pairs = ledger.connection.execute("SELECT project_id, other_id FROM pairs WHERE status <> 'different'").fetchall()
    for one, other in pairs:
        holders = {projects[each].holds(day) for each in (one, other) if projects[each].stage != "ended"} - {""}
        assert len(holders) <= 1, (one, other, holders)


def _no_stage_without_reason(events: list[Event]) -> None:
    """A plain recount from the events alone."""
    reached: dict[str, set[str]] = {}
    for event in events:
        seen = reached.setdefault(event.project_id, {"negotiating"})
        if event.kind == "stage" and (stage := str(event.data["stage"])) in LADDER:
            before = set(LADDER[: LADDER.index(stage)])
            assert before <= seen or event.why, event
            seen -= set(LADDER) - before
            seen |= before | {stage}


def _derived_rows(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    return [
        sorted(ledger.connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in derived.TABLES
    ]


# ---- eight writers and a power cut


def year(writer: int, writers: int) -> list[Act]:
    """One writer's part of a worked year: constructed projects from first report to production."""
    chance = random.Random(writer)
    made: list[Act] = []
    for number in range(writer, 300, writers):
        project = f"p{number}"
        made.append(
            entered(number, f"2024-01-{1 + number % 28:02d}", investment_m=float(chance.choice([40, 120, 800, 2000])))
        )
        steps: list[tuple[str, dict[str, object]]] = [("reported", {"place": PLACES[number % 4]})]
        steps += [("stage", {"stage": stage}) for stage in LADDER[1 : 1 + number % 5]]
        steps += [("paid_in", {"usd_m": 0.5 + part}) for part in range(4)]
        steps += [("changed", {"site_mu": 50.0 + number})]
        while len(steps) < 16:
            steps.append(("recorded", {"record": chance.choice(["visit", "note", "argument"])}))
        for step, (kind, data) in enumerate(steps):
            day = f"2024-{2 + step // 2:02d}-{1 + chance.randrange(14) + 14 * (step % 2):02d}"
            made.append(
                Act(kind, project, day, PLACES[number % 4] + "投促局", f"第{step}步", data, f"{project}-{step}")
            )
    return made


def write(path: str, writer: int, writers: int) -> None:
    with open_ledger(Path(path), RULES) as ledger:
        for act in year(writer, writers):
            ledger.record(act)


def written(path: Path) -> int:
    connection = sqlite3.connect(path, timeout=60)
    try:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.slow
def test_a_year_of_eight_writers_killed_twenty_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """300 constructed projects, over 5,000 events, eight processes; one of them is killed at 20 random points."""
    path = tmp_path / "year.db"
    open_ledger(path, RULES, create=True).close()
    context = multiprocessing.get_context("spawn")
    running = {number: context.Process(target=write, args=(str(path), number, 8)) for number in range(8)}
    for process in running.values():
        process.start()
    chance, kills = random.Random(7), 0
    total = sum(len(year(writer, 8)) for writer in range(8))
    deadline = time.monotonic() + 540
    while kills < 20:
        assert time.monotonic() < deadline, f"{kills} kills"
        time.sleep(chance.uniform(0.1, 0.6))
        assert written(path) < total, f"all was written after {kills} kills"
        alive = [number for number, process in running.items() if process.is_alive()]
        if not alive:
            continue
        number = chance.choice(alive)
        process = running[number]
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        kills += process.exitcode == -signal.SIGKILL  # not one that had just come to its end
        # Whoever was cut off begins again from the start: what stands already is not recorded twice.
        running[number] = context.Process(target=write, args=(str(path), number, 8))
        running[number].start()
    for process in running.values():
        process.join()
        assert process.exitcode == 0
    wanted = [act.identified() for writer in range(8) for act in year(writer, 8)]
    with open_ledger(path, RULES) as ledger:
        events = list(ledger.events())
        assert check_ledger(ledger) == []
        assert len(events) > 5000
        own = [event.event_id for event in events if event.kind not in ("suspected", "clock")]
        assert sorted(own) == sorted(act.event_id for act in wanted)  # nothing lost, nothing doubled
        assert len(ledger.projects()) == 300
        plain: dict[str, str] = {}
        for act in sorted(wanted, key=lambda act: (act.project_id, act.event_id.split("-")[-1])):
            if act.kind == "stage":
                reached = plain.get(act.project_id, "negotiating")
                plain[act.project_id] = max(str(act.data["stage"]), reached, key=LADDER.index)
        counted = dict(ledger.connection.execute("SELECT stage, count(*) FROM standing GROUP BY stage"))
        stages = [plain.get(f"p{number}", "negotiating") for number in range(300)]
        assert counted == {stage: stages.count(stage) for stage in set(stages)}
        paid = ledger.connection.execute("SELECT sum(amount) FROM counted WHERE indicator = '实际利用外资'").fetchone()[
            0
        ]
        assert paid == pytest.approx(300 * 8.0)
