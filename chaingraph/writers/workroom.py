"""A place of its own for a run that writes: locked, emptied, cleared away; and what a machine refuses, in words."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaingraph.engines.locks import try_lock
from chaingraph.errors import StoreError
from chaingraph.labels import both

WINDOWS = os.name == "nt"
_LONG = 240  # characters of a path, near the 260 that Windows takes


@contextmanager
def workroom(target: Path, room: Path) -> Iterator[Path]:
    """An empty folder that belongs to this run alone, for as long as the block runs; stale ones are emptied first.

    The lock is the operating system's: it ends with the process that holds it, however that ends.
    """
    handle = _enter(target, room)
    try:
        folder = room / "new"
        shutil.rmtree(folder, ignore_errors=True)  # left by a run that was killed
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(room / "new", ignore_errors=True)
        if os.name == "nt":  # cannot remove a file that is open
            os.close(handle)
        with contextlib.suppress(OSError):  # another run has come in: it will clean up
            (room / "lock").unlink()
            room.rmdir()
        if os.name != "nt":
            os.close(handle)


def _enter(target: Path, room: Path) -> int:
    """Make the room and lock it; the handle holds the lock."""
    if room.is_symlink() or room.is_file():
        raise StoreError(both("files.not_a_folder", path=room))
    while True:
        room.mkdir(exist_ok=True)
        try:
            handle = os.open(room / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # a run that was ending removed the room between the two lines
            continue
        if not try_lock(handle):
            os.close(handle)
            raise StoreError(both("files.busy", path=target))
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), (room / "lock").stat()):
                return handle
        os.close(handle)  # locked a file that the other run had already removed: try again


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Say what to do about a disk that is full or a place that may not be written; other errors pass."""
    entries = {
        errno.ENOSPC: "disk_full",
        errno.EDQUOT: "disk_full",
        errno.EFBIG: "too_large",
        errno.EACCES: "no_permission",
        errno.EPERM: "no_permission",
        errno.EROFS: "read_only",
        errno.ENAMETOOLONG: "name_too_long",
        errno.ENOENT: "no_parent",
        errno.ENOTDIR: "no_parent",
        errno.EEXIST: "no_parent",
    }
    try:
        yield
    except OSError as error:
        entry = entries.get(error.errno or 0)
        if WINDOWS and error.errno == errno.ENOENT and len(str(error.filename or "")) >= _LONG:
            entry = "name_too_long"  # which Windows says of it
        if entry is None or not (entry in ("disk_full", "too_large") or _concerns(error, target)):
            raise
        raise StoreError(both(f"files.{entry}", path=target, detail=error.strerror)) from error


def _concerns(error: OSError, target: Path) -> bool:
    """Whether an error is about the target, its work room or a folder above it, not about a file being read."""
    if not isinstance(error.filename, str):
        return False
    place, home = Path(error.filename).absolute(), target.absolute()
    rooms = {home, home.resolve(), home.resolve().parent / f".{home.name}.chaingraph"}
    return place in home.parents or any(place.is_relative_to(room) for room in rooms)
