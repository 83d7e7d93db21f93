"""The view of what was done to the case: its versions, who made them and when, cell by cell, and the way back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from chaingraph.desk.desk import Answer, Asked, Page, Went
from chaingraph.errors import ChaingraphError
from chaingraph.reading.unfinished import RECORD, UNDONE, changes_in, versions_of
from chaingraph.writers.into.versions import undo_addition

_CELLS = 400  # changed cells of a version that are shown


def version_row(version: Path) -> Mapping[str, object]:
    """What a version says of itself."""
    record = json.loads((version / RECORD).read_text(encoding="utf-8"))
    return {
        "name": version.name,
        "day": str(record.get("at") or record.get("day") or "").replace("T", " "),
        "by": record.get("by") or "",
        "what": record.get("added") or record.get("changed") or "",
        "files": [changed.file for changed in changes_in(version)],
        "undone": (version / UNDONE).exists(),
    }


def versions(asked: Asked) -> list[Mapping[str, object]]:
    """The versions of the case, the newest first."""
    return [version_row(version) for version in reversed(versions_of(asked.desk.case))]


def history(asked: Asked) -> Answer:
    """All versions; the newest that stands can be taken back."""
    rows = versions(asked)
    last = next((row["name"] for row in rows if not row["undone"]), "")
    return Page("history.html", {"rows": rows, "last": last})


def changed_cells(version: Path) -> tuple[list[str], list[list[str]]]:
    """The cells that a version changed: captions, and a row each."""
    place = version / "changes.csv"
    content = place.read_text(encoding="utf-8-sig") if place.exists() else ""
    rows = list(csv.reader(io.StringIO(content, newline="")))
    return (rows[0], rows[1:]) if rows else ([], [])


def one_version(asked: Asked, name: str) -> Answer:
    """What one version changed."""
    found = next((version for version in versions_of(asked.desk.case) if version.name == name), None)
    if found is None:
        raise ChaingraphError(asked.say("no_version", name=name[:40]))
    head, cells = changed_cells(found)
    return Page(
        "version.html",
        {"row": version_row(found), "head": head, "cells": cells[:_CELLS], "more": max(0, len(cells) - _CELLS)},
    )


def undo(asked: Asked) -> Answer:
    """Take back the newest version that stands; only the one that was shown."""
    asked.office()  # who takes back something has to have said who sits here
    standing = [version for version in versions_of(asked.desk.case) if not (version / UNDONE).exists()]
    if not standing or standing[-1].name != asked.form.get("version", ""):
        raise ChaingraphError(asked.say("not_the_last"))
    version = undo_addition(asked.desk.case)
    asked.told(asked.say("undone", version=version.name))
    return Went("/history")
