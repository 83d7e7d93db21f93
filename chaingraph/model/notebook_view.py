"""How a noun shows itself in a notebook: the writer that draws it is named from above and loaded when one asks."""

from __future__ import annotations

from collections.abc import Callable

_views: list[Callable[[object], str]] = []


def register_view(view: Callable[[object], str]) -> None:
    """From now on ``view`` makes the HTML that a notebook shows of a ChainGraph or Findings."""
    _views[:] = [view]


def html(shown: object) -> str | None:
    """The HTML of the registered view; None where there is none, and the notebook then shows the ``repr``."""
    return _views[0](shown) if _views else None
