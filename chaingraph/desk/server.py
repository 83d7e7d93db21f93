"""Serving a desk: on 127.0.0.1 alone, at a port of its own, until it is ended."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from chaingraph.desk.app import MAX_BODY, make_app
from chaingraph.desk.desk import Desk
from chaingraph.desk.home import Door, former_door, keep_door, new_door, only_desk
from chaingraph.errors import MissingExtraError, StoreError
from chaingraph.labels import both

_HOST = "127.0.0.1"
_THREADS = 4


def _bound(port: int) -> socket.socket:
    """A socket at a port of this machine, where nobody else listens; 0: at any port."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two programs listen at one port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((_HOST, port))
    except OSError:
        made.close()
        raise
    return made


def _door_and_socket(home: Path, port: int) -> tuple[Door, socket.socket]:
    """The former door where its port is free, so that pages still open find the desk again; else a new one."""
    former = former_door(home)
    if former is not None and port in (0, former.port):
        try:
            return former, _bound(former.port)
        except OSError:
            pass  # somebody else listens there now: a new door, which they do not know
    try:
        made = _bound(port)
    except OSError as error:
        raise StoreError(both("desk.port_taken", port=port, detail=error.strerror)) from error
    return new_door(made.getsockname()[1]), made


class Opened(NamedTuple):
    """A desk that is open: its door, the page that leads to it, and whether this process serves it."""

    door: Door
    page: Path
    serving: bool


def serve(desk: Desk, *, port: int = 0, opened: Callable[[Opened], None]) -> None:
    """Serve a desk until the process is ended.

    Parameters
    ----------
    desk
        What is served.
    port
        0: the port of the last time, else any that is free.
    opened
        Called when the desk is there; of a case whose desk is open already that one is told, and nothing is served.

    Raises
    ------
    MissingExtraError
        When Flask or waitress is not installed.
    StoreError
        When the port is taken.
    """
    try:
        from waitress import create_server
    except ImportError as error:
        raise MissingExtraError(both("desk.extra")) from error

    with only_desk(desk.home) as alone:
        if not alone:
            door = former_door(desk.home)
            if door is None:
                raise StoreError(both("desk.held", home=desk.home))
            opened(Opened(door, desk.home / "open.html", serving=False))
            return
        door, made = _door_and_socket(desk.home, port)
        server: Any = create_server(
            make_app(desk, door), sockets=[made], threads=_THREADS, ident=None, max_request_body_size=MAX_BODY,
            clear_untrusted_proxy_headers=True,
        )  # fmt: skip
        try:
            opened(Opened(door, keep_door(desk.home, door), serving=True))
            server.run()
        finally:
            server.close()
