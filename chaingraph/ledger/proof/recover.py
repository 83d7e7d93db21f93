"""What can be saved of a damaged ledger: every event from the first on whose chain of digests holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from chaingraph.ledger.events import Act, Event, LedgerError, canonical, chained, read_event
from chaingraph.ledger.file import UNREADABLE, connect, told
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.rules import Rules

_COLUMNS = "number, event_id, kind, project_id, at, by, why, data, digest"
_ROW = f"SELECT {_COLUMNS} FROM events WHERE number = ?"  # noqa: S608  # constants
_MISSES = 10_000  # numbers without a row, after which nothing more is looked for


class Lost(NamedTuple):
    """An event that was not copied: its number, what could be read of it, and why."""

    number: int
    content: str
    why: str


class Recovered(NamedTuple):
    """How many events were copied, and the others one by one."""

    copied: int
    lost: list[Lost]


def recover(old: Path, new: Path, rules: Rules) -> Recovered:
    """Copy the events of a damaged ledger into a new one, up to the first whose chain does not hold; list the rest.

    What comes after a break may be genuine, but cannot be proven to be: it is listed with what can be read of it, for a
    person to enter again. The old file is only read.

    Raises
    ------
    LedgerError
        When there is no old file, when the new one is there already, or when nothing at all can be read.
    """
    if not old.is_file():
        raise LedgerError(reason="no_ledger", path=old)
    if new.exists():
        raise LedgerError(reason="new_exists", path=new)
    with closing(connect(old, 5.0, write=False)) as connection:
        found = list(_rows(connection, old))
    if not found:
        raise LedgerError(reason="nothing_to_recover", path=old)
    whole, lost = _split(found)
    with open_ledger(new, rules, create=True) as ledger, told(new):
        with ledger.transaction() as writing:
            writing.executemany(
                f"INSERT INTO events ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608  # constants
                [
                    (
                        each.number,
                        each.event_id,
                        each.kind,
                        each.project_id,
                        each.at,
                        each.by,
                        each.why,
                        canonical(dict(each.data)),
                        each.digest,
                    )
                    for each in whole
                ],
            )
        ledger.rebuild()
    return Recovered(len(whole), lost)


def _rows(connection: sqlite3.Connection, path: Path) -> Iterator[Event | Lost]:
    """The events one by one, so that an unreadable page takes away only what stands on it."""
    number, misses = 0, 0
    try:
        last = connection.execute("SELECT max(number) FROM events").fetchone()[0] or 0
    except UNREADABLE:
        last = 0
    while number < last or (not last and misses < _MISSES):
        number += 1
        try:
            row = connection.execute(_ROW, (number,)).fetchone()
        except UNREADABLE as error:
            misses += 1
            if last:
                yield Lost(number, "", str(error))
            continue
        if row is None:
            misses += 1
            if last:
                yield Lost(number, "", "-")
            continue
        misses = 0
        try:
            yield read_event(row, path)
        except LedgerError as error:
            yield Lost(number, " ".join(str(part) for part in row[1:8]), str(error.values.get("detail", "")))


def _split(found: list[Event | Lost]) -> tuple[list[Event], list[Lost]]:
    """The events from the first on whose chain holds, and the rest."""
    whole: list[Event] = []
    for place, event in enumerate(found):
        if isinstance(event, Lost) or event.number != place + 1 or not _follows(whole, event):
            return whole, [_left(each) for each in found[place:]]
        whole.append(event)
    return whole, []


def _follows(whole: list[Event], event: Event) -> bool:
    act = Act(event.kind, event.project_id, event.at, event.by, event.why, event.data, event.event_id)
    return chained(whole[-1].digest if whole else "", act, event.data) == event.digest


def _left(event: Event | Lost) -> Lost:
    if isinstance(event, Lost):
        return event
    shown = " ".join((event.at, event.kind, event.project_id, event.by, event.why, canonical(dict(event.data))))
    return Lost(event.number, shown, "digest")
