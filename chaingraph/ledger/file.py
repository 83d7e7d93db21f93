"""A ledger's file as SQLite sees it: opened for writing or only for reading, and what goes wrong with it, in words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaingraph.ledger.events import LedgerError

# SQLite's result codes, by what a person can do about them.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOLFS}
_PRIMARY = 0xFF  # the lower byte of an extended result code


def connect(path: Path, wait: float, *, write: bool) -> sqlite3.Connection:
    """A connection to the file; one that cannot write where ``write`` is False.

    On a read-only disk SQLite cannot make the files that it keeps beside a write-ahead log. Where no log was left
    behind, the file is whole by itself and is read without them.

    Raises
    ------
    LedgerError
        When a log was left behind on a disk that cannot be written: what stands in it would be overlooked.
    """
    if write:
        _make_private(path)
        return sqlite3.connect(path, timeout=wait, isolation_level=None)
    log = path.with_name(path.name + "-wal")
    address = path.absolute().as_uri()
    if os.access(path.parent, os.W_OK):
        return sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=wait, isolation_level=None)
    if log.exists() and log.stat().st_size:
        raise LedgerError(reason="log_left", path=path, log=log.name)
    return sqlite3.connect(f"{address}?immutable=1", uri=True, timeout=wait, isolation_level=None)


def _make_private(path: Path) -> None:
    """Make the file where there is none: for its owner alone, or for the group that shares its folder.

    SQLite gives the files beside it the same rights.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, rights(path)))


def rights(path: Path) -> int:
    """The rights of a new file beside a ledger: its group may write it where the group may write the folder."""
    return 0o660 if path.parent.stat().st_mode & stat.S_IWGRP else 0o600


def may_write(path: Path) -> bool:
    """Whether the file, or a new one in its folder, can be written."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


# What a damaged file is met with: a message of SQLite's may quote bytes of it that are no text.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What goes wrong with the file inside, in words.

    Raises
    ------
    LedgerError
        Saying whether the file is busy, cannot be written, stands on a disk that is full or fails, or is damaged.
    """
    try:
        yield
    except UNREADABLE as error:
        raise as_refusal(error, path) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # Only what is read from the file is worked on inside: what it says cannot be understood.
        raise LedgerError(reason="damaged", path=path, detail=f"{type(error).__name__}: {error}") from error


def as_refusal(error: sqlite3.DatabaseError | UnicodeDecodeError, path: Path) -> LedgerError:
    """The refusal that says what an error of SQLite means for a ledger."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = -1 if code is None else code & _PRIMARY
    reason = (
        "busy"
        if primary in _BUSY
        else "read_only"
        if primary in _READ_ONLY
        else "disk"
        if primary in _DISK
        else "not_a_ledger"
        if primary == sqlite3.SQLITE_NOTADB
        else "damaged"
    )
    return LedgerError(reason=reason, path=path, detail=error)


def copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The same ledger in memory, to be derived anew there; the file stays as it is."""
    with contextlib.closing(connection):
        return in_memory(connection)


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of a ledger in memory."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(memory)
    return memory
