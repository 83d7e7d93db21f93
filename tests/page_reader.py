"""What a page is made of, as a browser would take it apart."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any


class Parts(HTMLParser):
    """What a browser would make elements of: scripts and styles with their text, and every attribute."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("script", "style"):
            self.raw.append((*self.open[-1], data))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass


def parsed(page: str) -> Parts:
    parts = Parts()
    parts.feed(page)
    return parts


def payload_of(page: str) -> dict[str, Any]:
    (text,) = [data for tag, attrs, data in parsed(page).raw if attrs.get("type") == "application/json"]
    held: dict[str, Any] = json.loads(text)
    return held
