"""What stands in Chinese in a case, as an English face shows it: in words of the case or shipped ones, or marked."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import cast

from chaingraph.labels import text
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.places.english import CHINESE, place_in_english

_ADDRESS = re.compile(r"(https?://\S+)")
_JOINTS = re.compile(r"\s*([;\uff1b、\uff0c,/\n+])\s*")
_NAME_LENGTH = 32  # characters: what is longer is a sentence of its own and not a name
_DERIVED = "english"


@dataclass(frozen=True, eq=False)
class English:
    """The English of a case.

    ``words``: Chinese text -> English, the case's own before the shipped ones. ``firms``: every name of a firm -> its
    English name, or itself where none is known.
    """

    words: Mapping[str, str]
    firms: Mapping[str, str]
    _held: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def of(self, said: str) -> str:
        """A text in English. What has no English is marked: a name stays, with a mark; a sentence is left out.

        An address, a text without Chinese and the name of a firm that has none in English stay as they are.
        """
        if said.isascii():
            return said
        if said not in self._held:
            known = self.known(said)
            self._held[said] = _marked(said) if known is None else known
        return self._held[said]

    def known(self, said: str) -> str | None:
        """A text in English; None where part of it has none."""
        if not CHINESE.search(said):
            return said
        found = self.words.get(said) or self.firms.get(said)
        if found is not None:
            return found
        if "://" in said:
            return self._joined(_ADDRESS.split(said), ("",))
        place = place_in_english(said)
        if not CHINESE.search(place):
            return place
        parts = _JOINTS.split(said)
        return self._joined(parts[::2], parts[1::2]) if len(parts) > 1 else None

    def _joined(self, parts: Iterable[str], joints: Iterable[str]) -> str | None:
        said = [part if part.startswith("http") or not part.strip() else self.known(part.strip()) for part in parts]
        if None in said:
            return None
        between = [*joints]
        if between == [""]:
            return " ".join(part for part in cast("list[str]", said) if part.strip())
        written = "".join(
            part + ("" if joint == "" else joint if joint in "\n/+" else ", ")
            for part, joint in zip(cast("list[str]", said), [*between, ""], strict=True)
        )
        return written.strip()

    def cell(self, said: object) -> object:
        """A cell of a sheet in English, line by line; what is no text stays as it is."""
        if not isinstance(said, str) or said.isascii() or not CHINESE.search(said):
            return said
        return "\n".join(map(self.of, said.split("\n")))


def _marked(said: str) -> str:
    if len(said) > _NAME_LENGTH or "。" in said:
        return text("gaps.chinese_only", "en")
    return text("gaps.chinese_name", "en", name=said)


def english_of(graph: ChainGraph) -> English:
    """The English of a graph, made once."""
    if _DERIVED not in graph.derived:
        own = graph["translations"]
        words = {**shipped_words(), **dict(zip(own["text"], own["text_en"], strict=True))}
        graph.derived[_DERIVED] = English(words, dict(_firm_names(graph)))
    return cast("English", graph.derived[_DERIVED])


@cache
def shipped_words() -> dict[str, str]:
    """Product words and other texts that any case may use, with their English: ``library/english.csv``."""
    path = files("chaingraph") / "library" / "english.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    return {row["text"]: row["text_en"] for row in csv.DictReader(lines)}


def _firm_names(graph: ChainGraph) -> Iterator[tuple[str, str]]:
    """Every name of a firm with what it is called in English; its own registered name last, so that it counts."""
    firms = graph["firms"]
    columns = zip(*(firms[name] for name in ("firm", "firm_en", "aliases", "former_names")), strict=True)
    registered = []
    for name, english, aliases, former in columns:
        shown = english if isinstance(english, str) else name
        registered.append((name, shown))
        for other in (*split(aliases), *split(former)):
            yield other, shown if isinstance(english, str) else other
    yield from registered
