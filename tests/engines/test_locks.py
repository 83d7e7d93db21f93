"""Locks end with their process; on Windows they are asked of msvcrt, which is told here what it answers there."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from chaingraph.engines import locks


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert locks.try_lock(first)
    assert not locks.try_lock(second)
    os.close(first)
    assert locks.try_lock(second)
    os.close(second)


class Console:
    """msvcrt as Windows documents it: LK_NBLCK locks bytes from where the file stands, or raises EACCES at once."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], int] = {}
        self.refusal = 0

    def locking(self, handle: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        if self.refusal:
            raise OSError(self.refusal, "refused")
        state = os.fstat(handle)
        if self.held.setdefault((state.st_dev, state.st_ino), handle) != handle:
            raise OSError(errno.EACCES, "Permission denied")


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The module as Windows loads it: no fcntl there, and none asked for."""
    console = Console()
    module = ModuleType("msvcrt")
    module.LK_NBLCK, module.locking = console.LK_NBLCK, console.locking  # type: ignore[attr-defined]  # made here
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        there.setitem(sys.modules, "msvcrt", module)
        there.setitem(sys.modules, "fcntl", None)
        yield SimpleNamespace(locks=importlib.reload(locks), console=console)
    importlib.reload(locks)


def test_windows_locks_through_its_own_library(windows: SimpleNamespace, tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert windows.locks.try_lock(first)
    assert not windows.locks.try_lock(second)
    windows.console.refusal = errno.ENOLCK  # a share without locks
    assert windows.locks.try_lock(second)
    os.close(first)
    os.close(second)
