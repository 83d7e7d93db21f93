"""What stands in Chinese in a case, as an English face shows it: in words of the case or shipped ones, or marked."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import cast

from chaingraph.labels import both, text
from chaingraph.model.case import cells_of
from chaingraph.model.columns import SEPARATOR, split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import shipped
from chaingraph.places.english import CHINESE, place_in_english

_ADDRESS = re.compile(r"(https?://\S+)")
_JOINTS = ";\uff1b、\uff0c,"
_SHARE = re.compile(r"(.+?)( \d+%)")  # a local firm with its share of the likeness
_DATED = re.compile(r"(.+?[^\d-])((?:19|20)\d\d(?:-\d\d){0,2})")  # a newspaper with its day
_NOTED = re.compile(r"([^()]+) \(([^()]+)\)")
_NAME_LENGTH = 32  # characters: what is longer is a sentence of its own and not a name
# Columns in which analysts write sentences.
_FREE = (
    ("firm_signals", "text"), ("firms", "note"), ("firm_sites", "note"), ("projects", "note"), ("zones", "note"),
    ("carriers", "note"), ("policies", "summary"), ("parcels", "note"), ("premises", "note"), ("segments", "reason"),
    ("outreach", "note"), ("designations", "note"), ("introducers", "note"), ("funds", "note"), ("chains", "note"),
)  # fmt: skip
# Columns in which firms name their products; a firm's own words are many more than any list of words holds.
_PRODUCTS = (
    ("firm_segments", "product"), ("firm_links", "product"), ("firm_signals", "product"), ("projects", "product"),
)  # fmt: skip
_MARK = text("gaps.chinese_name", "en", name="")
_DERIVED = "english"


@dataclass(frozen=True, eq=False)
class English:
    """The English of a case.

    ``words``: Chinese text -> English, the case's own before the shipped ones. ``firms``: every name of a firm -> its
    English name, or itself where none is known. ``sentences``: what analysts wrote as notes, which is no name.
    ``products``: names of products, of which the part that is known may be shown.
    """

    words: Mapping[str, str]
    firms: Mapping[str, str]
    sentences: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    _held: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def of(self, said: str) -> str:
        """A text in English. What has no English is marked: a name stays, with a mark; a sentence is left out.

        Of a product's name that has none as a whole, the words that have are shown, with a mark of their own.

        An address, a text without Chinese and the name of a firm that has none in English stay as they are.
        """
        if said.isascii() or said.endswith(_MARK):
            return said
        if said not in self._held:
            known = self.known(said)
            self._held[said] = self._marked(said) if known is None else known
        return self._held[said]

    def _marked(self, said: str) -> str:
        """A text that lacks English: of a list its English, a name as it is, no sentence."""
        members = _apart(said) if said not in self.sentences else []
        told = [self.known(member) for member in members]
        if said in self.products:
            found = [self._in_part(member) if one is None else [one] for member, one in zip(members, told, strict=True)]
            words = dict.fromkeys(word for one in found for word in one)
            if words:
                return text("gaps.chinese_part", "en", name=", ".join(words))
        if len(members) > 1 and any(told):
            shown = dict.fromkeys(
                self.of(member) if one is None else one for member, one in zip(members, told, strict=True)
            )
            return ", ".join(one for one in shown if one != text("gaps.chinese_only", "en"))
        if said in self.sentences or len(said) > _NAME_LENGTH or "。" in said:
            return text("gaps.chinese_only", "en")
        return text("gaps.chinese_name", "en", name=said)

    def _in_part(self, product: str) -> list[str]:
        """The English of those words in a product's name that have one, the longest first."""
        found: list[str] = []
        start = 0
        while start < len(product):
            ends = range(len(product), start + 1, -1)
            end = next((end for end in ends if product[start:end] in self.words), None)
            if end is not None:
                found.append(self.words[product[start:end]])
            start = end or start + 1
        return found

    def known(self, said: str) -> str | None:
        """A text in English; None where part of it has none."""
        if not CHINESE.search(said):
            return said
        found = self.words.get(said) or self.firms.get(said)
        if found is not None:
            return found
        if "://" in said:
            return self._around_addresses(said)
        if (share := _SHARE.fullmatch(said)) is not None:
            part = self.known(share[1])
            return None if part is None else part + share[2]
        if (dated := _DATED.fullmatch(said)) is not None:
            paper = self.known(dated[1])
            return None if paper is None else f"{paper} {dated[2]}"
        if (noted := _NOTED.fullmatch(said)) is not None:
            parts = [self.known(part) for part in noted.groups()]
            return None if None in parts else f"{parts[0]} ({parts[1]})"
        place = place_in_english(said)
        if not CHINESE.search(place):
            return place
        return self._members(said)

    def _members(self, said: str) -> str | None:
        """A list of members, each in English; what stands in brackets is no list of its own."""
        members = _apart(said)
        if len(members) < 2:
            return None
        known = [self.known(member) for member in members]
        if None in known:
            return None
        return ", ".join(cast("list[str]", known))

    def _around_addresses(self, said: str) -> str | None:
        parts = [part.strip() for part in _ADDRESS.split(said) if part.strip()]
        known = [part if "://" in part else self.known(part) for part in parts]
        return None if None in known else " ".join(cast("list[str]", known))

    def pieces(self, words: object) -> str | None:
        """Those of a set of pieces of texts that have English, as a set; None where none has."""
        said = [self.known(word) for word in split(words)]
        return SEPARATOR.join(dict.fromkeys(word for word in said if word)) or None

    def cell(self, said: object) -> object:
        """A cell of a sheet in English, line by line; what is no text stays as it is."""
        if not isinstance(said, str) or said.isascii() or not CHINESE.search(said):
            return said
        return "\n".join(map(self.of, said.split("\n")))


def _apart(said: str) -> list[str]:
    """The members of a list; what stands in brackets is no list of its own."""
    members, depth = [""], 0
    for letter in said:
        depth += (letter in "(\uff08") - (letter in ")\uff09")
        if letter in _JOINTS and depth == 0:
            members.append("")
        else:
            members[-1] += letter
    return [member.strip() for member in members]


def english_of(graph: ChainGraph) -> English:
    """The English of a graph, made once."""
    if _DERIVED not in graph.derived:
        own = graph["translations"]
        words = {**shipped_words(), **dict(zip(own["text"], own["text_en"], strict=True))}
        graph.derived[_DERIVED] = English(
            words,
            dict(_firm_names(graph)),
            sentences=frozenset(_free_texts(graph)),
            products=frozenset(said for table, column in _PRODUCTS for said in graph[table][column].dropna()),
        )
    return cast("English", graph.derived[_DERIVED])


@cache
def shipped_words() -> dict[str, str]:
    """Product words and other texts that any case may use, with their English: ``library/english.csv``."""
    path = files("chaingraph") / "library" / "english.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    templates = (both("chains.source", name=name) for name in shipped("chains"))
    return {
        **{row["text"]: row["text_en"] for row in csv.DictReader(lines)},
        **{source["zh"]: source["en"] for source in templates},
    }


def _free_texts(graph: ChainGraph) -> Iterator[str]:
    """What analysts wrote in words of their own."""
    for table, column in _FREE:
        for said in graph[table][column].dropna():
            yield said
            yield from said.split(SEPARATOR)  # a row that joins several notes may give them one by one


def _firm_names(graph: ChainGraph) -> Iterator[tuple[str, str]]:
    """Every name of a firm with what it is called in English; its own registered name last, so that it counts."""
    firms = graph["firms"]
    columns = cells_of(firms, "firm", "firm_en", "aliases", "former_names")
    registered = []
    for name, english, aliases, former in columns:
        shown = english if isinstance(english, str) else name
        registered.append((name, shown))
        for other in (*split(aliases), *split(former)):
            yield other, shown if isinstance(english, str) else other
    yield from registered
