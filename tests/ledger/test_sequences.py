"""The ledger's file after any sequence of acts, and after writers that were killed: nothing lost, nothing doubled."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaingraph.ledger import derived
from chaingraph.ledger.events import Act, Event, LedgerError
from chaingraph.ledger.fields import LADDER, STAGES
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.project import replay
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.store import Ledger
from tests.made_ledger import CENTRE, PLACES, RULES, derived_rows, entered

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
        rows = derived_rows(ledger)
        ledger.rebuild()
        assert derived_rows(ledger) == rows
        counted = ledger.connection.execute(
            "SELECT project_id, indicator, sum(amount) FROM counted WHERE indicator <> '实际利用外资' GROUP BY 1, 2"
        )
        assert all(amount == 1.0 for _, _, amount in counted)


def _one_holder(ledger: Ledger, day: str) -> None:
    """A plain recount: on that day, projects that may be one (or are) are held by one place at most."""
    projects = {project.project_id: project for project in ledger.projects()}
    pairs = ledger.connection.execute("SELECT project_id, other_id FROM pairs WHERE status <> 'different'").fetchall()
    for one, other in pairs:
        holders = {projects[each].holds(day) for each in (one, other) if projects[each].stage != "ended"} - {None}
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
