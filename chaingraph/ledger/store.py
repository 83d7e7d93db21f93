"""The ledger's file: one SQLite database that many processes may write; events are appended, the rest is derived.

Every act is judged and recorded in one transaction, so that two offices cannot both be first. What a process that is
killed had not yet committed is gone whole; what it had committed stays (``synchronous=FULL``), and sending it again
records nothing twice.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from chaingraph.ledger import derived
from chaingraph.ledger.acts import Pair, decide, due_clock
from chaingraph.ledger.again import same_content, undone
from chaingraph.ledger.events import LEAD_KINDS, Act, Event, LedgerError, canonical, chained, check_act, read_event
from chaingraph.ledger.fields import IDENTIFYING
from chaingraph.ledger.file import UNREADABLE, as_refusal, copied, in_memory, told
from chaingraph.ledger.project import Project, apply, replay
from chaingraph.ledger.rules import Rules
from chaingraph.ledger.suspects import Keys, keys, suspects
from chaingraph.ledger.turns import begin_writing

WAIT = 60.0  # seconds a writer waits for the others
_PAGE = 2_000


class Recorded(NamedTuple):
    """An act that stands in the ledger: its event number, whether it is new, the answer, and the project after it."""

    number: int
    new: bool
    answer: str
    values: Mapping[str, object]
    project: Project


class Ledger:
    """An open ledger: its file, its rules, how its journal is kept (``wal`` or ``delete``), whether it can be written.

    As a context manager it also says in words what goes wrong with the file (`ledger.file.told`).
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, rules: Rules, journal: str, *, write: bool = True
    ) -> None:
        self.path = path
        self.write = write
        self.connection = connection
        self.rules = rules
        self.journal = journal
        self._keys: dict[str, Keys] = {}
        self._seen = 0

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.close()
        if isinstance(error, UNREADABLE):
            raise as_refusal(error, self.path) from error

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the ledger for writing; all is recorded or nothing is."""
        if not self.write:
            raise LedgerError(reason="read_only", path=self.path, detail="")
        try:
            begin_writing(self.connection, self.path, WAIT)
        except sqlite3.OperationalError as error:
            raise LedgerError(reason="busy", path=self.path, detail=error) from error
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def record(self, act: Act) -> Recorded:
        """Judge an act by the rules and append it, with what follows from it.

        Recording the same act again changes nothing and gives the number that it has.

        Raises
        ------
        LedgerError
            When the act is malformed, a rule forbids it, or its event id stands for another act.
        """
        return self.record_all([act])[0]

    def record_all(self, acts: list[Act]) -> list[Recorded]:
        """Record several acts in one transaction: all or none."""
        for act in acts:
            check_act(act)
        known = [self._known(self._named(act)) for act in acts]  # what stands already need not wait for its turn
        if not all(known):
            with self.transaction():
                known = [self.record_within(act) for act in acts]
        return [recorded for recorded in known if recorded is not None]

    def record_within(self, act: Act) -> Recorded:
        """Record a checked act in the transaction that is open, for whoever records more than acts of projects."""
        return self._record(self._named(act))

    def _named(self, act: Act) -> Act:
        """The act with its event id: where it has none, that of the same act, unless that one was taken back since."""
        named, turn = act.identified(), 0
        project = derived.project(self.connection, act.project_id)
        while not act.event_id and project is not None and self.knows(named.event_id) and undone(act, project):
            turn += 1
            named = act.identified(turn)
        return named

    def _known(self, act: Act) -> Recorded | None:
        """What an act that stands in the ledger already is answered; None where it does not."""
        row = self.connection.execute("SELECT number FROM events WHERE event_id = ?", (act.event_id,)).fetchone()
        if row is None:
            return None
        number = int(row[0])
        known = next(self.events(after=number - 1))
        project = derived.project(self.connection, act.project_id)
        earlier = replay(event for event in self.events(act.project_id) if event.number < number)
        before = earlier[act.project_id].facts if earlier else {}
        if project is None or not same_content(act, known, before):
            raise LedgerError(reason="event_id_taken", event=act.event_id, number=number)
        new = False
        return Recorded(number, new, "again", {"number": number}, project)

    def _record(self, act: Act) -> Recorded:
        known = self._known(act)
        if known is not None:
            return known
        project = derived.project(self.connection, act.project_id)
        pairs = self.pairs(act.project_id)
        decided = decide(act, project, pairs, self.rules)
        number, project = self._append(act, decided.data, project)
        answer, values = decided.answer, dict(decided.values)
        if act.kind == "entered" or (act.kind == "changed" and decided.data.keys() & set(IDENTIFYING)):
            found = self._suspect(act, project)
            values["suspects"] = ", ".join(found)
            project = derived.project(self.connection, act.project_id) or project
        for each in dict.fromkeys((act.project_id, str(decided.data.get("other", act.project_id)))):
            after = self._start(act, each)
            if after is not None and each == act.project_id:
                project = after
                values["until"] = after.exclusive_until
        new = True
        return Recorded(number, new, answer, values, project)

    def append(self, act: Act, data: Mapping[str, Any]) -> Event:
        """Write an event at the end of the log, in the transaction that is open; nothing is judged or derived."""
        last = self.connection.execute("SELECT digest FROM events ORDER BY number DESC LIMIT 1").fetchone()
        digest = chained(last[0] if last else "", act, data)
        cursor = self.connection.execute(
            "INSERT INTO events (event_id, kind, project_id, at, by, why, data, digest) VALUES (?,?,?,?,?,?,?,?)",
            (act.event_id, act.kind, act.project_id, act.at, act.by, act.why, canonical(dict(data)), digest),
        )
        number = int(cursor.lastrowid or 0)
        return Event(number, act.event_id, act.kind, act.project_id, act.at, act.by, act.why, data, digest)

    def _append(self, act: Act, data: Mapping[str, Any], before: Project | None) -> tuple[int, Project]:
        event = self.append(act, data)
        project = apply(before, event)
        derived.keep(self.connection, event, project, self.rules)
        return event.number, project

    def _follow(self, act: Act, kind: str, project_id: str, data: Mapping[str, Any], part: str) -> Project:
        """Append what follows from an act, named after it."""
        name = hashlib.sha256(f"{act.event_id}.{part}".encode()).hexdigest()[:32]
        follower = Act(kind, project_id, act.at, act.by, f"{act.kind} {act.event_id}", data, name)
        before = derived.project(self.connection, project_id)
        return self._append(follower, data, before)[1]

    def _start(self, act: Act, project_id: str) -> Project | None:
        """Begin an exclusive negotiation that was held back, where it is due now."""
        project = derived.project(self.connection, project_id)
        if project is None:
            return None
        clock = due_clock(project, self.pairs(project_id), act.day, act.kind, self.rules)
        return None if clock is None else self._follow(act, "clock", project_id, clock, f"c{project_id}")

    def _suspect(self, act: Act, project: Project) -> list[str]:
        """Put to a person every open project that may be this one; pairs already put are not put again."""
        body = self.rules.get("duplicates")
        if body is None:
            return []
        known = {pair.other.project_id for pair in self.pairs(project.project_id)}
        mine = keys(project.project_id, project.facts)
        found = [hit for hit in suspects(mine, list(self._all_keys()), body["same"]) if hit[0] not in known]
        for place, (other, reasons) in enumerate(found):
            self._follow(act, "suspected", project.project_id, {"other": other, "reasons": reasons}, f"s{place}")
        return [other for other, _ in found]

    def _all_keys(self) -> Iterator[Keys]:
        """The keys of all open projects; read once, then only what has changed since."""
        last = self._seen
        rows = self.connection.execute(
            "SELECT project_id, last_number, state FROM projects WHERE last_number > ?", (last,)
        )
        for project_id, number, state in rows:
            project = derived.from_json(state)
            self._keys.pop(project_id, None)
            if project.open:
                self._keys[project_id] = keys(project_id, project.facts)
            self._seen = max(self._seen, number)
        yield from self._keys.values()

    def pairs(self, project_id: str) -> list[Pair]:
        """The projects that may be one with this, or were decided about."""
        rows = self.connection.execute(
            "SELECT project_id, other_id, status FROM pairs WHERE project_id = ? OR other_id = ? ORDER BY 1, 2",
            (project_id, project_id),
        ).fetchall()
        found = []
        for one, two, status in rows:
            other = derived.project(self.connection, two if one == project_id else one)
            if other is not None:
                found.append(Pair(other, status))
        return found

    def knows(self, event_id: str) -> bool:
        """Whether an event of that id stands in the ledger."""
        row = self.connection.execute("SELECT 1 FROM events WHERE event_id = ?", (event_id,)).fetchone()
        return row is not None

    def events(self, project_id: str = "", *, after: int = 0) -> Iterator[Event]:
        """The events in order, of one project or of all; read page by page, so that writers need not wait."""
        where = "number > ? AND project_id = ?" if project_id else "number > ?"
        columns = "number, event_id, kind, project_id, at, by, why, data, digest"
        while True:
            given = (after, project_id) if project_id else (after,)
            query = f"SELECT {columns} FROM events WHERE {where} ORDER BY number LIMIT {_PAGE}"  # noqa: S608  # constants
            rows = self.connection.execute(query, given).fetchall()
            for row in rows:
                yield read_event(row, self.path)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def project(self, project_id: str) -> Project:
        """One project as it stands.

        Raises
        ------
        LedgerError
            When there is none of that id.
        """
        with told(self.path):
            found = derived.project(self.connection, project_id)
        if found is None:
            raise LedgerError(reason="no_project", project=project_id)
        return found

    def projects(self, *, until: str = "") -> list[Project]:
        """All projects as they stand, by id; ``until`` a day, as they stood at its end."""
        if until:
            return list(replay(event for event in self.events() if event.day <= until).values())
        with told(self.path):
            rows = self.connection.execute("SELECT state FROM projects ORDER BY project_id")
            return [derived.from_json(state) for (state,) in rows]

    def rebuild(self) -> None:
        """Derive everything anew from the events."""
        with self.transaction() as connection:
            self._derive(connection)
        self._keys, self._seen = {}, 0

    def _derive(self, connection: sqlite3.Connection) -> None:
        derived.make(connection)
        states: dict[str, Project] = {}
        with told(self.path):
            for event in self.events():
                if event.kind in LEAD_KINDS:
                    continue
                state = apply(states.get(event.project_id), event)
                states[event.project_id] = state
                derived.keep_pair(connection, event)
            for state in states.values():
                derived.keep_project(connection, state, self.rules)
        derived.settle(connection, self.rules)

    def derive_in_memory(self) -> None:
        """Derive everything anew in a copy, for a file that cannot be written; the file stays as it is."""
        self.connection = copied(self.connection)
        self._derive(self.connection)

    def as_of(self, day: str) -> Ledger:
        """The ledger as it stood at the end of a day: itself where nothing was recorded later, else a copy in memory.

        A ledger that was begun after that day is itself too: it then tells what was taken over into it of that time.
        """
        recorded = "SELECT coalesce(min(substr(at, 1, 10)), ''), coalesce(max(substr(at, 1, 10)), '') FROM events"
        first, last = self.connection.execute(recorded).fetchone()
        if last <= day or first > day:
            return self
        then = Ledger(self.path, in_memory(self.connection), self.rules, self.journal, write=False)
        then.connection.execute("DROP TRIGGER events_remain")  # of the copy: the file's events stay
        then.connection.execute("DELETE FROM events WHERE substr(at, 1, 10) > ?", (day,))
        then._derive(then.connection)
        return then
