"""Versions of a case lie beside it; a change of several files that was broken off is read as if it had not begun.

The folder of a case's versions is named after it: ``NAME_历史版本`` (or ``NAME_versions``). It holds a folder a change
(``0001_2026-11-30``) with ``version.json`` (every file changed, its digest before and after), ``before/`` (the files as
they were) and ``changes.csv``. While files are being put in place a mark stands there too: until it goes, a file that
is already new is read from ``before``, so that whoever is killed in between leaves the old case whole.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

ENDINGS = {"zh": "_历史版本", "en": "_versions"}
RECORD, UNDER_WAY, UNDONE, BEFORE, AFTER = "version.json", "under_way", "undone", "before", "after"


class Changed(NamedTuple):
    """One file of a version: its name in the case, its digest before and after; None where there was no such file."""

    file: str
    before: str | None
    after: str | None


def versions_of(case: Path) -> list[Path]:
    """The versions kept of a case, the oldest first; empty where there are none."""
    home = case.resolve()
    kept = [home.with_name(home.name + ending) for ending in ENDINGS.values()]
    found = [version for folder in kept if folder.is_dir() for version in folder.iterdir() if _is_version(version)]
    return sorted(found, key=lambda version: version.name)


def _is_version(folder: Path) -> bool:
    return folder.name[:1].isdigit() and (folder / RECORD).is_file()


def changes_in(version: Path) -> list[Changed]:
    """The files that a version changed."""
    record = json.loads((version / RECORD).read_text(encoding="utf-8"))
    return [Changed(each["file"], each["before"], each["after"]) for each in record["files"]]


def digest_of(path: Path) -> str | None:
    """The sha256 of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def as_it_was(case: Path) -> dict[str, Path | None]:
    """Which files of a case folder are to be read from a version, since a change was broken off; None: not at all.

    A file that somebody has changed since is read as it stands.
    """
    instead: dict[str, Path | None] = {}
    for version in versions_of(case):
        if not (version / UNDER_WAY).exists():
            continue
        for changed in changes_in(version):
            if changed.after is not None and digest_of(case / changed.file) == changed.after:
                instead[changed.file] = None if changed.before is None else version / BEFORE / changed.file
    return instead
