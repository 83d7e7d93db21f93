"""The desk's own folder, which only its user may read: how it is reached, who sits at it, what waits to be taken in.

Nothing of a case stands here but what is not in it yet: files that were dropped, and decisions not yet written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from chaingraph.engines.locks import try_lock

_NAME_LENGTH = 16
_SECRET_BYTES = 32


class Door(NamedTuple):
    """How a desk is reached: its port, the secret part of every address, and the secret that opens it."""

    port: int
    place: str
    secret: str

    @property
    def origin(self) -> str:
        """What a browser says of a page of this desk."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Where a browser is sent first."""
        return f"{self.origin}/{self.place}/open/{self.secret}"


def new_door(port: int) -> Door:
    """A door that nobody knows yet."""
    return Door(port, secrets.token_urlsafe(_NAME_LENGTH), secrets.token_urlsafe(_SECRET_BYTES))


def desk_home(case: Path, state: Mapping[str, str] = os.environ) -> Path:
    """The folder of a case's desk: the user's own place for such things, a folder for each case; made where missing.

    Parameters
    ----------
    case
        The folder or workbook.
    state
        The variables of the system: ``XDG_STATE_HOME`` or, on Windows, ``LOCALAPPDATA`` say where.
    """
    named = state.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME", "")
    above = Path(named) if named else Path.home() / ".local" / "state"
    digest = hashlib.sha256(str(case.resolve()).encode()).hexdigest()[:_NAME_LENGTH]
    home = above / "chaingraph" / f"desk-{digest}"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    return home


@contextmanager
def only_desk(home: Path) -> Iterator[bool]:
    """Hold the folder for one desk as long as the block runs; False where another one holds it.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    handle = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield try_lock(handle)
    finally:
        os.close(handle)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The record in a file of the desk; empty where there is none, or what is there is none."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def write_json(path: Path, record: Mapping[str, object]) -> None:
    """Write a record for this desk alone."""
    write_private(path, json.dumps(dict(record), ensure_ascii=False, indent=1).encode())


def former_door(home: Path) -> Door | None:
    """How the desk was reached the last time, so that a page that is still open finds it again; None: not at all."""
    held = read_json(home / "door.json")
    port, place, secret = held.get("port"), held.get("place"), held.get("secret")
    if isinstance(port, int) and isinstance(place, str) and isinstance(secret, str) and place and secret:
        return Door(port, place, secret)
    return None


def keep_door(home: Path, door: Door) -> Path:
    """Keep how the desk is reached; returns a page of one's own that leads there.

    A browser is given that file and not the address: who else works on the machine can read how programs were called.
    """
    write_json(home / "door.json", door._asdict())
    page = home / "open.html"
    address = door.address
    write_private(
        page,
        f'<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">'
        f'<title>chaingraph</title><a href="{address}">chaingraph</a>'.encode(),
    )
    return page
