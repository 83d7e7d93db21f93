"""Changing the files of a case so that it is whole at every moment, with a version of what it was, and the way back.

Everything is made beside the case first. Then the version is put in its place, with a mark; the files are moved one by
one; the mark is taken away. Whoever is killed before the mark stands has changed nothing; whoever is killed before it
is gone leaves a case that is read as it was (`reading.unfinished`), and that the next writer puts right (`settle`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import both, text
from chaingraph.reading.unfinished import (
    AFTER,
    BEFORE,
    ENDINGS,
    RECORD,
    UNDER_WAY,
    UNDONE,
    Changed,
    changes_in,
    digest_of,
    versions_of,
)
from chaingraph.writers.files import write_csv
from chaingraph.writers.workroom import explained, workroom

LOG_COLUMNS = ("table", "row", "key", "column", "before", "after", "source", "as_of")


@contextmanager
def case_held(case: Path) -> Iterator[Path]:
    """Hold a case while it is changed: give an empty folder on the same disk, what was broken off put right first.

    Raises
    ------
    StoreError
        When another run holds it, or its folder may not be written.
    """
    home = case.resolve()
    with explained(home), workroom(home, home.with_name(f".{home.name}.chaingraph")) as room:
        settle(home, room)
        yield room


def place_of(case: Path, file: str) -> Path:
    """Where a file of a case stands: in its folder; a workbook is its own file."""
    return case / file if case.is_dir() else case


def replace_files(
    case: Path, room: Path, files: Mapping[str, bytes], log: pd.DataFrame, *, day: str, about: Mapping[str, object],
    lang: str,
) -> Path:  # fmt: skip
    """Give files of a case new content, all or none, and keep what they were.

    Parameters
    ----------
    case, room
        From `case_held`.
    files
        Content by name; a name that the case does not have yet is made.
    log
        What changes, cell by cell (`LOG_COLUMNS`).
    day
        Stands in the name of the version.
    about
        What else its record is to say.

    Returns
    -------
    Path
        The version.

    Raises
    ------
    StoreError
        When a file cannot be replaced (it is open elsewhere); the case is as it was then.
    """
    case = case.resolve()
    made, ready = room / "version", room / "ready"
    (made / BEFORE).mkdir(parents=True)
    ready.mkdir()
    changed = []
    for name, content in sorted(files.items()):
        place = place_of(case, name)
        _write(ready / name, content)
        if place.exists():
            shutil.copy2(place, made / BEFORE / name)
        changed.append(Changed(name, digest_of(made / BEFORE / name), digest_of(ready / name)))
    record = {**about, "case": case.name, "day": day, "files": [each._asdict() for each in changed]}
    _write(made / RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode())
    captions = {name: text(f"into.log_{name}", lang) for name in LOG_COLUMNS}
    write_csv(log.rename(columns=captions), made / "changes.csv", columns=list(captions.values()))
    _write(made / UNDER_WAY, b"import")
    version = _next_version(case, day, lang)
    made.replace(version)
    try:
        for each in changed:
            (ready / each.file).replace(place_of(case, each.file))
    except OSError as error:
        settle(case, room)
        raise StoreError(both("into.held", path=place_of(case, each.file), detail=error.strerror)) from error
    (version / UNDER_WAY).unlink()
    return version


def _next_version(case: Path, day: str, lang: str) -> Path:
    """The place of a new version; its folder is made where the case has none yet."""
    kept = [case.with_name(case.name + ending) for ending in ENDINGS.values()]
    folder = next((place for place in kept if place.is_dir()), case.with_name(case.name + ENDINGS[lang]))
    folder.mkdir(exist_ok=True)
    number = max((int(version.name[:4]) for version in versions_of(case)), default=0) + 1
    return folder / (f"{number:04d}_{day}" if day else f"{number:04d}")


def settle(case: Path, room: Path) -> None:
    """Finish what was broken off: a change is taken back, an undoing is carried through.

    A file that somebody has changed since stays as it is.
    """
    for version in versions_of(case):
        mark = version / UNDER_WAY
        if not mark.exists():
            continue
        _put_back(case, version, room)
        if mark.read_bytes() == b"undo":
            _write(version / UNDONE, b"")
            mark.unlink()
        else:
            gone = room / "gone"
            version.replace(gone)
            shutil.rmtree(gone)


def _put_back(case: Path, version: Path, room: Path) -> None:
    for number, changed in enumerate(changes_in(version)):
        place = place_of(case, changed.file)
        if digest_of(place) != changed.after:
            continue
        if changed.before is None:
            place.unlink()
        else:
            copy = room / f"former-{number}"
            shutil.copy2(version / BEFORE / changed.file, copy)
            copy.replace(place)


def undo_addition(case: str | Path) -> Path:
    r"""Undo the latest change to a case that has not been undone yet; the files as they stand now are kept too.

    Parameters
    ----------
    case
        The folder or workbook, as it was given to `add_to_case`.

    Returns
    -------
    Path
        The version that was undone; its folder ``after`` holds the files as they stood before the undo.

    Raises
    ------
    StoreError
        When there is nothing to undo, or a file has changed since (the message names it; nothing is touched).

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> new = cg.load_example()["firms"].head(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "case", "firms.csv")
    ...     file.parent.mkdir()
    ...     _ = file.write_text("firm_id,firm,city\nA1,构造旧厂有限公司,嘉兴\n", encoding="utf-8")
    ...     before = file.read_bytes()
    ...     _ = cg.add_to_case(file.parent, {"firms": new})
    ...     version = undo_addition(file.parent)
    ...     file.read_bytes() == before
    True
    """
    home = Path(case).resolve()
    if not home.exists():
        raise StoreError(both("into.no_case", path=case))
    with case_held(home) as room:
        versions = [version for version in versions_of(home) if not (version / UNDONE).exists()]
        if not versions:
            raise StoreError(both("into.nothing_to_undo", path=case))
        version = versions[-1]
        changed = changes_in(version)
        later = [each.file for each in changed if digest_of(place_of(home, each.file)) != each.after]
        if later:
            raise StoreError(both("into.changed_since", files=", ".join(later), before=version / BEFORE))
        (room / AFTER).mkdir()
        for each in changed:
            shutil.copy2(place_of(home, each.file), room / AFTER / each.file)
        if not (version / AFTER).exists():
            (room / AFTER).replace(version / AFTER)
        _write(room / UNDER_WAY, b"undo")
        (room / UNDER_WAY).replace(version / UNDER_WAY)
        try:
            _put_back(home, version, room)
        except OSError as error:  # open elsewhere: as it stood, all of it
            (version / UNDER_WAY).unlink()
            _forward(home, version, room)
            raise StoreError(both("into.held", path=home, detail=error.strerror)) from error
        _write(version / UNDONE, b"")
        (version / UNDER_WAY).unlink()
        return version


def _forward(case: Path, version: Path, room: Path) -> None:
    """Files that an undoing has already put back, as they stood before it."""
    for number, changed in enumerate(changes_in(version)):
        if digest_of(place_of(case, changed.file)) != changed.after:
            copy = room / f"later-{number}"
            shutil.copy2(version / AFTER / changed.file, copy)
            copy.replace(place_of(case, changed.file))


def _write(path: Path, content: bytes) -> None:
    """Write a file and see it onto the disk, so that a name never stands for half of it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
