"""A chain template: segments and links of a chain, ready to begin a case with (``library/chains`` or one's own file).

Every segment and link says where it was read; both languages stand beside one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaingraph.model import registry
from chaingraph.model.columns import CHAIN_CLASSES, FLOWS, STAGES
from chaingraph.model.registry import Place, Words

KINDS = ("feeds", "is_a")
_SEGMENT = ("id", "name", "stage", "keywords", "gbt4754", "source")
_LINK = ("from", "to", "kind", "flow", "source")


@dataclass(frozen=True)
class Segment:
    """A segment of a template. keywords: words of products by language; gbt4754: codes of two to four digits."""

    id: str
    name: Words
    stage: str
    keywords: Mapping[str, tuple[str, ...]]
    gbt4754: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Link:
    """What flows from one segment to another (kind feeds), or which segment is a sort of another (is_a, no flow)."""

    origin: str
    target: str
    kind: str
    flow: str | None
    source: str


@dataclass(frozen=True)
class ChainTemplate:
    """A chain with its segments and links."""

    name: str
    title: Words
    chain_class: str
    segments: tuple[Segment, ...]
    links: tuple[Link, ...]


def load_chain(name: str | Path) -> ChainTemplate:
    """The template of that name, or the one in a TOML file.

    Raises
    ------
    UnknownNameError
        When there is no such template, or it does not fit: file, place, key, what was found, what may stand there.
    """
    found = registry.load("chains", name)
    where, data = found.where, found.content
    where.keys(data, ("order", "title", "chain_class", "segments", "links"))
    segments = tuple(
        _segment(row, where.within(f"[[segments]] {number}"))
        for number, row in enumerate(where.tables("segments", data.get("segments")), start=1)
    )
    ids = [segment.id for segment in segments]
    for number, one in enumerate(ids, start=1):
        if ids.index(one) < number - 1:
            where.within(f"[[segments]] {number}").refuse("id", one, f"1× ([[segments]] {ids.index(one) + 1})")
    rows = where.tables("links", data["links"]) if "links" in data else ()
    return ChainTemplate(
        name=found.name,
        title=where.both_languages("title", data.get("title")),
        chain_class=where.choice("chain_class", data.get("chain_class"), tuple(CHAIN_CLASSES)),
        segments=segments,
        links=tuple(_link(row, where.within(f"[[links]] {number}"), ids) for number, row in enumerate(rows, start=1)),
    )


def _segment(row: Mapping[str, Any], where: Place) -> Segment:
    where.keys(row, _SEGMENT)
    keywords = where.table("keywords", row.get("keywords"))
    if set(keywords) != {"zh", "en"}:
        where.refuse("keywords", sorted(keywords), '{ zh = ["…"], en = ["…"] }')
    codes = where.strings("gbt4754", row.get("gbt4754"))
    for code in codes:
        if not (code.isdecimal() and code.isascii() and 2 <= len(code) <= 4):
            where.refuse("gbt4754", code, "26, 261, 2614")
    return Segment(
        id=where.text("id", row.get("id")),
        name=where.both_languages("name", row.get("name")),
        stage=where.choice("stage", row.get("stage"), tuple(STAGES)),
        keywords={lang: where.strings(f"keywords.{lang}", words) for lang, words in keywords.items()},
        gbt4754=codes,
        source=where.text("source", row.get("source")),
    )


def _link(row: Mapping[str, Any], where: Place, ids: list[str]) -> Link:
    where.keys(row, _LINK)
    kind = where.choice("kind", row.get("kind", "feeds"), KINDS)
    if kind == "is_a" and "flow" in row:
        where.refuse("flow", row["flow"], "kind = feeds")
    origin, target = (where.choice(end, row.get(end), ids) for end in ("from", "to"))
    if origin == target:
        where.refuse("to", target, ", ".join(one for one in ids if one != origin))
    return Link(
        origin=origin,
        target=target,
        kind=kind,
        flow=where.choice("flow", row.get("flow"), tuple(FLOWS)) if kind == "feeds" else None,
        source=where.text("source", row.get("source")),
    )
