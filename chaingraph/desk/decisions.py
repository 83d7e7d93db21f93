"""Decisions on facts that are made at the desk and not yet written into the case: one line each, on the disk at once.

A version of the case for each of forty decisions would bury the others; they are written together. Whoever is killed
before finds them again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from chaingraph.desk.desk import Desk

Decision = Mapping[str, str]


def _file(desk: Desk) -> Path:
    return desk.home / "decisions.jsonl"


def decide(desk: Desk, decision: Decision) -> None:
    """Keep a decision: signal_id, decision, the cells that were corrected, by and at."""
    handle = os.open(_file(desk), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.write(json.dumps(dict(decision), ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def decided(desk: Desk) -> dict[str, Decision]:
    """The decisions that wait, by signal, the newest last; one that was taken back is not there."""
    path = _file(desk)
    found: dict[str, Decision] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            held = json.loads(line)
        except ValueError:
            continue  # the last line of somebody who was killed while writing it
        signal_id = held.get("signal_id", "")
        found.pop(signal_id, None)
        if held.get("decision"):
            found[signal_id] = held
    return found


def clear(desk: Desk) -> None:
    """Forget the decisions: they stand in the case."""
    _file(desk).unlink(missing_ok=True)
