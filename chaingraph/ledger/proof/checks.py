"""Whether a ledger is whole: its file, its chain of digests, what is derived, and what must hold at all times."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import NamedTuple

from chaingraph.ledger import derived
from chaingraph.ledger.acts import Pair
from chaingraph.ledger.events import Act, LedgerError, chained
from chaingraph.ledger.fields import LADDER
from chaingraph.ledger.file import UNREADABLE, told
from chaingraph.ledger.project import Project, replay
from chaingraph.ledger.rules import credits
from chaingraph.ledger.store import Ledger
from chaingraph.sql import sql_text

_SUM = 1e-9


class Fault(NamedTuple):
    """Something that is not as it must be: what, where, what was found."""

    what: str
    where: str
    found: str


def check_ledger(ledger: Ledger) -> list[Fault]:
    """What is wrong with a ledger; an empty list where nothing is.

    Parameters
    ----------
    ledger
        An open ledger; it is read, never changed.

    Returns
    -------
    list of Fault
        ``what``, ``where`` and ``found`` of each, as text. ``file``: SQLite's own integrity check. ``schema``: a table,
        index or trigger is missing or altered. ``number``: the numbers of events have a gap, or stop short of the last
        one given. ``event``: an event cannot be read. ``digest``: an event is not what was recorded. ``derived``: the
        derived tables are not what the events give. ``stage``, ``credit``, ``holder``: a project is in a state that the
        rules do not allow.

    Notes
    -----
    Digest of an event = SHA-256 of the digest before it and of the event as canonical JSON (`ledger.events.chained`).
    Whoever can write the file can also make it anew from the start, and it then looks whole: only a seal kept
    elsewhere (`ledger.proof.seal`) proves what stood in it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record(cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts))
    ...         whole = check_ledger(ledger)
    ...         _ = ledger.connection.execute("UPDATE projects SET state = replace(state, '甲', '乙')")
    ...         spoilt = check_ledger(ledger)
    >>> whole, [(fault.what, fault.where) for fault in spoilt]
    ([], [('derived', 'p1')])
    """
    try:
        file = [str(row[0]) for row in ledger.connection.execute("PRAGMA integrity_check")]
    except UNREADABLE as error:
        file = [str(error)]
    faults = [Fault("file", str(ledger.path), found) for found in file if found != "ok"]
    if faults:
        return faults
    faults = _schema_faults(ledger)
    try:
        with told(ledger.path):
            return faults + _content_faults(ledger)
    except LedgerError as error:  # what is read cannot be understood
        return [*faults, Fault("event", str(error.values.get("number", "-")), str(error.values.get("detail", "")))]


def _schema_faults(ledger: Ledger) -> list[Fault]:
    """Tables, indexes and triggers that are not as they were made; events that were numbered and are gone."""
    found = dict(ledger.connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    with contextlib.closing(sqlite3.connect(":memory:")) as pattern:
        for statement in derived.statements(sql_text("ledger_events")):
            pattern.execute(statement)
        derived.make(pattern)
        wanted = dict(pattern.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    faults = [
        Fault("schema", name, found.get(name, "-")[:200])
        for name in sorted(wanted.keys() | found.keys())
        if " ".join(found.get(name, "").split()) != " ".join(wanted.get(name, "").split())
    ]
    if not {"events", "sqlite_sequence"} <= _tables(ledger):
        return faults
    numbered = ledger.connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'")
    newest = ledger.connection.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0]
    given = numbered.fetchone()[0]
    return faults if given == newest else [*faults, Fault("number", str(newest), f"{given} were recorded")]


def _tables(ledger: Ledger) -> set[str]:
    return {name for (name,) in ledger.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _content_faults(ledger: Ledger) -> list[Fault]:
    faults: list[Fault] = []
    ledger.connection.execute("BEGIN")  # one moment for everything that follows; writers go on
    try:
        events = list(ledger.events())
        kept = {project.project_id: project for project in ledger.projects()}
        pairs = ledger.connection.execute("SELECT project_id, other_id, status FROM pairs ORDER BY 1, 2").fetchall()
        standing = ledger.connection.execute("SELECT * FROM standing ORDER BY project_id").fetchall()
        counted = ledger.connection.execute("SELECT * FROM counted").fetchall()
        sums = {
            name: [sorted(ledger.connection.execute(query)) for query in (sql_text(text), f"SELECT * FROM {name}")]  # noqa: S608  # constants
            for name, text in derived.SUMS.items()
        }
    finally:
        ledger.connection.execute("COMMIT")
    before = ""
    for expected, event in enumerate(events, start=1):
        where = f"{event.number} {event.project_id}"
        if event.number != expected:
            faults.append(Fault("number", where, f"{expected} wanted"))
            break
        act = Act(event.kind, event.project_id, event.at, event.by, event.why, event.data, event.event_id)
        if chained(before, act, event.data) != event.digest:
            faults.append(Fault("digest", where, event.digest))
            break
        before = event.digest
    states = replay(events)
    # Compared as text: what was read back from text has lists where the events have tuples.
    for project_id in sorted(states.keys() | kept.keys()):
        now, was = states.get(project_id), kept.get(project_id)
        if now is None or was is None or derived.to_json(now) != derived.to_json(was):
            faults.append(Fault("derived", project_id, "projects"))
    if standing != [derived.standing_row(state, ledger.rules) for state in states.values()]:
        faults.append(Fault("derived", "-", "standing"))
    wanted = [row for state in states.values() for row in derived.counted_rows(state, ledger.rules)]
    if sorted(map(json.dumps, counted)) != sorted(json.dumps(list(row)) for row in wanted):
        faults.append(Fault("derived", "-", "counted"))
    faults += [Fault("derived", "-", name) for name, (made, held) in sums.items() if made != held]
    faults += [fault for state in states.values() for fault in _project_faults(state, ledger)]
    return faults + _holders(states, [(one, Pair(states[two], status)) for one, two, status in pairs if two in states])


def _project_faults(state: Project, ledger: Ledger) -> list[Fault]:
    """A stage that was passed without being reached or skipped with a reason; credits that do not add up."""
    faults = []
    last = max((LADDER.index(name) for name in LADDER if name in state.stage_on), default=-1)
    if ledger.rules.get("stages") is not None:
        missed = [name for name in LADDER[:last] if name not in state.stage_on and name not in state.skipped]
        faults += [Fault("stage", state.project_id, name) for name in missed]
    body = ledger.rules.get("transfer")
    shares = credits(ledger.rules, state.first_place, state.receiving_place)
    wanted = 1.0 if body is None or len(shares) < 2 else body["first"] + body["receiving"]
    if shares and abs(sum(shares.values()) - wanted) > _SUM:
        faults.append(Fault("credit", state.project_id, str(shares)))
    return faults


def _holders(states: dict[str, Project], pairs: list[tuple[str, Pair]]) -> list[Fault]:
    """Two places that hold, on one day, two projects that may be one."""
    faults = []
    for one, pair in pairs:
        first, second = states[one], pair.other
        mine, theirs = first.span, second.span
        overlap = mine and theirs and mine[0] <= theirs[1] and theirs[0] <= mine[1]
        if pair.status == "open" and first.open and second.open and overlap and first.holder != second.holder:
            faults.append(Fault("holder", f"{one} {second.project_id}", f"{first.holder} {second.holder}"))
    return faults
