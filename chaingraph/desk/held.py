"""The case and its run as they stand on the disk, read again only when a file has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chaingraph.model.case import Case
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.reading.unfinished import versions_of

Stamp = tuple[tuple[str, int, int], ...]


def stamp_of(*places: Path) -> Stamp:
    """What tells whether files have changed: names, sizes and moments of change of files, and of all in folders."""
    found = []
    for place in places:
        files = [place] if place.is_file() else sorted(place.iterdir()) if place.is_dir() else []
        for file in files:
            if file.is_file():
                about = file.stat()
                found.append((str(file), about.st_size, about.st_mtime_ns))
    return tuple(found)


class Held:
    """What was read and worked out last, by name, each with the stamp of the files that it was read from."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Any]] = {}
        self._lock = threading.RLock()

    def get(self, name: str, stamp: object, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once as long as the stamp is the same."""
        with self._lock:
            known = self._kept.get(name)
            if known is None or known[0] != stamp:
                known = (stamp, make())
                self._kept[name] = known
            return known[1]

    def case(self, case: Path, lang: str) -> Case:
        """The case, read anew where a file of it, or of its newest version, has changed."""
        stamp = (lang, stamp_of(case, *versions_of(case)[-1:]))
        found: Case = self.get("case", stamp, lambda: read_case(case, lang=lang, required=NATIONAL_TABLES))
        return found

    def of_case(self, name: str, case: Case, make: Callable[[], Any]) -> Any:
        """What ``make`` works out from this very case, once."""
        with self._lock:
            known = self._kept.get(name)
            if known is None or known[0] is not case:
                known = (case, make())
                self._kept[name] = known
            return known[1]
