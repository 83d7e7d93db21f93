"""Opening a ledger, to write it or only to look into it: its file must be there, be a ledger's, and be of our form."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from chaingraph.ledger import derived
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.fields import JOURNALS
from chaingraph.ledger.file import connect, may_write, told
from chaingraph.ledger.place import network_file_system
from chaingraph.ledger.project import Project
from chaingraph.ledger.rules import Rules
from chaingraph.ledger.store import WAIT, Ledger
from chaingraph.sql import sql_text

FORM = 1  # of the file; another one is refused, not guessed at


def open_ledger(path: str | Path, rules: Rules, *, create: bool = False, journal: str = "wal") -> Ledger:
    """Open a ledger, or create one.

    A ledger whose rules have changed since is derived anew; one that cannot be written is derived in a copy.

    Parameters
    ----------
    path
        The ledger's file: one SQLite database.
    rules
        The rules that acts are judged by; see `load_rules`.
    create
        Make the file where there is none, instead of refusing.
    journal
        ``wal``, a write-ahead log, or ``delete``, a rollback journal. On a network share a write-ahead log cannot work
        (its processes share memory), and the ledger is refused; ``delete`` is slower, and safe only where the share's
        locks are.

    Returns
    -------
    Ledger
        Open until it is closed; ``with`` closes it. ``record`` takes an `Act`.

    Raises
    ------
    LedgerError
        When there is no ledger and none is to be made, when the file is something else, of another form, on a network
        share, busy or damaged, when its place cannot be written, or there is no such journal.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         done = ledger.record(cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts))
    >>> done.answer, done.project.stage
    ('entered', 'negotiating')
    """
    path = Path(path)
    if journal not in JOURNALS:
        raise LedgerError(reason="journal", journal=journal)
    if not create and not path.exists():
        raise LedgerError(reason="no_ledger", path=path)
    if not path.parent.is_dir() or path.is_symlink() or (path.exists() and not path.is_file()):
        raise LedgerError(reason="bad_place", path=path)
    share = network_file_system(path)
    if share and journal == "wal":
        raise LedgerError(reason="network", path=path, share=share)
    write = may_write(path)
    if create and not write and not path.exists():
        raise LedgerError(reason="read_only", path=path, detail="")
    with told(path):
        ledger = Ledger(path, connect(path, WAIT, write=write), rules, journal, write=write)
        try:
            return _prepared(ledger, create=create)
        except (sqlite3.Error, LedgerError):
            ledger.close()
            raise


def noted_rules(path: Path) -> str | None:
    """The rules that a ledger is kept by, as they were named; None where none are noted, or there is no ledger yet."""
    if not path.is_file() or not path.stat().st_size:
        return None
    with told(path), closing(connect(path, WAIT, write=may_write(path))) as connection:
        connection.execute("PRAGMA query_only = ON")
        if not _check_tables(connection, path):
            return None
        row = connection.execute("SELECT value FROM about WHERE key = 'rules'").fetchone()
    return None if row is None else str(row[0])


def note_rules(ledger: Ledger, rules: str) -> None:
    """Note by which rules a ledger is kept, so that they need not be named each time."""
    if ledger.write:
        with ledger.transaction():
            ledger.connection.execute("INSERT OR REPLACE INTO about VALUES ('rules', ?)", (rules,))


class Standing(NamedTuple):
    """A ledger looked at from outside: its projects as they stand, and the day of its newest event ("" without one)."""

    projects: list[Project]
    newest: str


def look_into(path: Path) -> Standing:
    """The projects of a ledger, for whoever only reads: no rules are needed, and nothing is written or derived anew.

    Raises
    ------
    LedgerError
        When there is no ledger, or the file is something else or of another form.
    """
    if not path.is_file():
        raise LedgerError(reason="no_ledger", path=path)
    with told(path), closing(connect(path, WAIT, write=may_write(path))) as connection:
        connection.execute("PRAGMA query_only = ON")
        _check_tables(connection, path)
        form = connection.execute("SELECT value FROM about WHERE key = 'form'").fetchone()
        if form is None or form[0] != str(FORM):
            raise LedgerError(reason="form", path=path, form=form[0] if form else None, known=FORM)
        rows = connection.execute("SELECT state FROM projects ORDER BY project_id").fetchall()
        newest = connection.execute("SELECT coalesce(max(substr(at, 1, 10)), '') FROM events").fetchone()[0]
        return Standing([derived.from_json(state) for (state,) in rows], str(newest))


def _check_tables(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file holds anything yet; what it holds must be a ledger's.

    Raises
    ------
    LedgerError
        When the tables of a ledger are not there, or something else stands under their names.
    """
    rows = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    tables = {name for kind, name in rows if kind == "table"}
    if rows and not {"about", "events"} <= tables:
        raise LedgerError(reason="not_a_ledger", path=path, detail=", ".join(sorted(tables))[:100])
    return bool(rows)


def _prepared(ledger: Ledger, *, create: bool) -> Ledger:
    connection = ledger.connection
    given = _check_tables(connection, ledger.path)
    if not given and not create:
        raise LedgerError(reason="no_ledger", path=ledger.path)
    if ledger.write:
        mode = str(connection.execute(f"PRAGMA journal_mode = {ledger.journal}").fetchone()[0])
        if mode != ledger.journal:
            raise LedgerError(reason="no_wal", path=ledger.path, mode=mode)
        connection.execute("PRAGMA synchronous = FULL")
    if not given:
        with ledger.transaction():
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'events'").fetchone()[0]:
                for statement in derived.statements(sql_text("ledger_events")):
                    connection.execute(statement)
                derived.make(connection)
                connection.execute("INSERT INTO about VALUES ('form', ?)", (str(FORM),))
                derived.settle(connection, ledger.rules)
    about = dict(connection.execute("SELECT key, value FROM about"))
    if about.get("form") != str(FORM):
        raise LedgerError(reason="form", path=ledger.path, form=about.get("form"), known=FORM)
    if about.get("derived") != derived.version(ledger.rules):
        ledger.rebuild() if ledger.write else ledger.derive_in_memory()
    return ledger
