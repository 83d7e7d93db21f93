"""How a finished folder of outputs comes to stand at its place, so that what stands there is of one run.

A new place appears by one rename. Into one that exists files can only be moved one by one; before the first is moved
the folder is called ``ready``, and whoever finds such a folder finishes the moving (`mend`). A run's record
(``run.json``) names every file of the run with its hash: files of a former run that nobody has changed go when the new
one has none of that name, and a mixture can be told (`not_of_its_run`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from chaingraph.errors import StoreError
from chaingraph.labels import both

RECORD = "run.json"  # moved last: whoever sees it new sees everything new
_READY = "ready"


def publish(folder: Path, out: Path) -> None:
    """Put a folder that is whole in its place.

    Raises
    ------
    StoreError
        When a folder stands where a file must go (nothing has moved then), or a file cannot be replaced.
    """
    names = _names(folder, out)
    for name in names:
        if (out / name).is_dir():
            raise StoreError(both("files.folder_in_the_way", path=out / name))
        if os.name == "nt" and (out / name).exists():  # Excel holds what it shows: find out before anything is moved
            with (out / name).open("r+b"):
                pass
    if not out.exists():
        folder.rename(out)
        return
    ready = folder.with_name(_READY)
    folder.rename(ready)
    _move(ready, names, out)
    shutil.rmtree(ready, ignore_errors=True)  # nothing but empty folders


def mend(room: Path, out: Path) -> tuple[str, ...]:
    """Finish what a run began that was killed, or stopped by an open file, while it moved its files; their names.

    A file that somebody has changed since stays.
    """
    ready = room / _READY
    if not ready.is_dir():
        return ()
    names: list[Path] = []
    if out.is_dir():  # else it was taken away meanwhile, and the run with it
        names = [name for name in _names(ready, out) if not _is_newer(out / name, ready / name)]
        _move(ready, names, out)
    shutil.rmtree(ready, ignore_errors=True)
    return tuple(name.as_posix() for name in names)


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file in a folder but the record, by name: what a record names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    made = ((path.relative_to(folder).as_posix(), _hash(path)) for path in files)
    return {name: digest for name, digest in made if digest is not None}


def not_of_its_run(out: Path) -> tuple[str, ...]:
    """Files in a folder that are not those which its record names: of another run, changed by somebody, or missing.

    Workbooks are left out: people fill them in.
    """
    held = _recorded(out)
    return tuple(name for name in sorted(held) if not name.endswith(".xlsx") and _hash(out / name) != held[name])


def _names(folder: Path, out: Path) -> list[Path]:
    """What is to be moved, in a fixed order. A folder that is new in `out` is moved whole: all its parts, or none."""
    new = [path for path in folder.iterdir() if path.is_dir() and not (out / path.name).exists()]
    files = [path for path in folder.rglob("*") if path.is_file() and not any(held in path.parents for held in new)]
    names = sorted(path.relative_to(folder) for path in (*new, *files))
    return sorted(names, key=lambda name: name.as_posix() == RECORD)


def _move(folder: Path, names: list[Path], out: Path) -> None:
    gone = _recorded(out).items() if (folder / RECORD).exists() else ()
    kept = _recorded(folder)
    moved: list[str] = []
    for name in names:
        if name.as_posix() == RECORD:
            for former, digest in gone:
                if former not in kept and _hash(out / former) == digest:
                    (out / former).unlink()
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            (folder / name).replace(out / name)
        except OSError as error:
            done = ", ".join(moved) or "-"
            values = {"path": out / name, "detail": error.strerror, "done": done}
            raise StoreError(both("files.move_failed", **values)) from error
        moved.append(name.as_posix())


def _recorded(folder: Path) -> dict[str, str]:
    """The files that a folder's record names, with their hashes; none where it has no record, or an older one."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = record["files"]
        return {name: str(files[name]) for name in files if (folder / name).resolve().is_relative_to(folder.resolve())}
    except (OSError, ValueError, KeyError, TypeError):  # whatever lies there is no record of ours
        return {}


def _hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # it is not there, or not to be read
        return None


def _is_newer(path: Path, than: Path) -> bool:
    return path.exists() and than.is_file() and path.stat().st_mtime_ns > than.stat().st_mtime_ns
