"""Writers take turns: whoever waits for a ledger goes before whoever has just written.

SQLite's own waiting is a lottery: a process that writes without pause takes the lock again before the others wake. Here
the next writer holds a turnstile while it waits, and the one that has written has to queue behind it. The turnstile is
a lock of the operating system on a file beside the ledger; it ends with the process that holds it.
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

_PAUSE = 0.001  # seconds between two attempts of the writer that is next


def begin_writing(connection: sqlite3.Connection, path: Path, wait: float) -> None:
    """Begin a transaction that writes, when it is this process's turn.

    Raises
    ------
    sqlite3.OperationalError
        When the ledger was not free within ``wait`` seconds.
    """
    deadline = time.monotonic() + wait
    with _turnstile(path):
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
    def _turnstile(path: Path) -> Iterator[None]:
        del path  # Windows has no lock that is waited for without limit; the lottery stays
        yield

else:
    import fcntl

    @contextmanager
    def _turnstile(path: Path) -> Iterator[None]:
        handle = -1
        with contextlib.suppress(OSError):  # a folder that may not be written, a share without locks: the lottery stays
            handle = os.open(path.with_name(path.name + "-turn"), os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if handle >= 0:
                os.close(handle)
