"""Temporary folders that do not pile up: what a killed process left behind, the next one takes away."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaingraph.engines.locks import try_lock

PREFIX = "chaingraph-"
_LOCK = ".in-use"


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """An empty folder for as long as the block runs; those that killed processes of this user left go first."""
    clear_left()
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-"))
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        if try_lock(handle):
            break
        os.close(handle)  # taken for a leftover in the moment between making and locking it
    try:
        yield folder
    finally:
        if os.name == "nt":  # cannot remove a file that is open
            os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
        if os.name != "nt":
            os.close(handle)


def clear_left() -> None:
    """Remove the folders of this user whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with contextlib.suppress(OSError):  # another process is quicker, or the folder is another user's
            if not folder.is_symlink() and folder.is_dir() and _is_mine(folder) and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_mine(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


def _is_left(folder: Path) -> bool:
    handle = os.open(folder / _LOCK, os.O_RDWR)  # a folder without one is none of ours, whatever its name
    try:
        return try_lock(handle)
    finally:
        os.close(handle)
