"""Writers take turns: whoever waits for a ledger goes before whoever has just written.

SQLite's own waiting is a lottery: a process that writes without pause takes the lock again before the others wake. Here
the next writer holds a turnstile while it waits, and the one that has written has to queue behind it. The turnstile is
a lock of the operating system on a file beside the ledger; it ends with the process that holds it. Nobody queues
without limit: a process that was stopped while it held the turnstile is named to those who have waited in vain.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaingraph.ledger.file import rights

_PAUSE = 0.001  # seconds between two attempts of the writer that is next
_POLL = 0.005  # and of those behind it
_NAMED = 48  # bytes in which the one that is next is named


def begin_writing(connection: sqlite3.Connection, path: Path, wait: float) -> None:
    """Begin a transaction that writes, when it is this process's turn.

    Raises
    ------
    sqlite3.OperationalError
        When the ledger was not free within ``wait`` seconds; the message says which process has been waiting in front,
        and since when (a process that was stopped while it waited keeps its place until it goes on or ends).
    """
    deadline = time.monotonic() + wait
    with _turnstile(path, deadline):
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(_PAUSE)
                else:
                    return
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * wait)}")


if sys.platform == "win32":

    @contextmanager
    def _turnstile(path: Path, deadline: float) -> Iterator[None]:
        del path, deadline  # Windows has no lock that can be queued for; the lottery stays
        yield

else:
    import fcntl

    @contextmanager
    def _turnstile(path: Path, deadline: float) -> Iterator[None]:
        handle = -1
        with contextlib.suppress(OSError):  # a folder that may not be written: the lottery stays
            handle = os.open(path.with_name(path.name + "-turn"), os.O_RDWR | os.O_CREAT, rights(path))
        try:
            if handle >= 0:
                _queue(handle, deadline)
            yield
        finally:
            if handle >= 0:
                os.close(handle)

    def _queue(handle: int, deadline: float) -> None:
        """Wait for the lock, and write into its file who holds it now: process and moment, nothing else."""
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise sqlite3.OperationalError(_holder(handle)) from None
                time.sleep(_POLL)
            except OSError:  # a share without locks: the lottery stays
                return
            else:
                with contextlib.suppress(OSError):  # a full disk: nobody can then be named
                    os.pwrite(handle, f"{os.getpid()} {time.strftime('%Y-%m-%dT%H:%M:%S')}".ljust(_NAMED).encode(), 0)
                return

    def _holder(handle: int) -> str:
        process, _, since = os.pread(handle, _NAMED, 0).decode("ascii", "replace").strip().partition(" ")
        return f"process {process}, {since}" if since else "?"
