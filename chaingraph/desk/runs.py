"""Work that takes longer than a page may: a command of the program, run beside the desk, with what it says kept.

A run of its own process leaves the desk free to answer, gives its memory back, and writes through the very commands
that are typed elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaingraph.desk.desk import Desk
from chaingraph.desk.home import read_json, write_json

_SHOWN = 20_000  # characters of what a command said
_ENDED = "ended.json"


@dataclass(frozen=True)
class Work:
    """A command that was begun: whether it goes on, how it ended (None: not yet), what it said, when it began."""

    name: str
    going: bool
    code: int | None
    said: str
    begun: str
    key: str


_GOING: dict[Path, subprocess.Popen[bytes]] = {}


def begin(desk: Desk, name: str, arguments: Sequence[str], *, key: str = "") -> None:
    """Begin a command, unless one of that name goes on.

    Parameters
    ----------
    name
        Under which it is found again.
    arguments
        What would be typed behind ``chaingraph``.
    key
        What the answer is good for (`held.stamp_of`, say): asked again for the same it need not be begun again.
    """
    folder = desk.home / "work" / name
    if work_of(desk, name) is not None and _going(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _ENDED).unlink(missing_ok=True)
    write_json(folder / "about.json", {"begun": desk.now(), "key": key})
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    with (folder / "said.txt").open("wb") as said:
        command = [sys.executable, "-m", "chaingraph", *arguments]
        # The arguments are a list of our own, no shell reads them; paths and names go as they are.
        _GOING[folder] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=variables
        )


def _going(folder: Path) -> bool:
    process = _GOING.get(folder)
    if process is None:
        return False
    code = process.poll()
    if code is None:
        return True
    write_json(folder / _ENDED, {"code": code})
    del _GOING[folder]
    return False


def work_of(desk: Desk, name: str) -> Work | None:
    """What became of a command; None where none of that name was begun.

    One that the desk did not outlive has no end: it is told as broken off, and can be begun again.
    """
    folder = desk.home / "work" / name
    about = read_json(folder / "about.json")
    if not about:
        return None
    going = _going(folder)
    code = read_json(folder / _ENDED).get("code")
    said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace") if (folder / "said.txt").exists() else ""
    broken = -1 if not going and code is None else None
    ended = code if isinstance(code, int) else broken
    return Work(
        name, going, None if going else ended, said[-_SHOWN:], str(about.get("begun", "")), str(about.get("key", ""))
    )


def end(desk: Desk, name: str) -> None:
    """End a command that goes on; what it had begun to write is gone, what was there stays."""
    process = _GOING.get(desk.home / "work" / name)
    if process is not None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
