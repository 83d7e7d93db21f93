"""A chain template: segments and links of a chain, ready to begin a case with (``library/chains`` or one's own file).

Every segment and link says where it was read; names stand in both languages, product words in Chinese and, where
somebody has written them, in English.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaingraph.labels import LANGUAGES
from chaingraph.model import registry
from chaingraph.model.columns import CHAIN_CLASSES, FLOWS, STAGES
from chaingraph.model.registry import Place, Words

KIND = "chains"  # the folder of the library
KINDS = ("feeds", "is_a", "same_as")
FLAGS = ("high_value", "chokepoint", "service")
_SEGMENT = ("id", "name", "stage", "keywords", "terms", "gbt4754", *FLAGS, "reason", "source")
_LINK = ("from", "to", "kind", "flow", "source")


@dataclass(frozen=True)
class Segment:
    """A segment of a template.

    keywords: words of products by language, shown and searched for (English ones may be lacking); terms: more words
    that mean it, for telling segments from product texts; gbt4754: codes of two to four digits; flags: high_value,
    chokepoint and service where the template says so; reason: why they are set.
    """

    id: str
    name: Words
    stage: str
    keywords: Mapping[str, tuple[str, ...]]
    terms: tuple[str, ...]
    gbt4754: tuple[str, ...]
    flags: Mapping[str, bool]
    reason: str | None
    source: str


@dataclass(frozen=True)
class Link:
    """What flows from one segment to another (feeds), or which is a sort of another (is_a) or the same (same_as).

    flow: what a link that feeds carries; None where it is not said, or nothing flows.
    """

    origin: str
    target: str
    kind: str
    flow: str | None
    source: str


@dataclass(frozen=True)
class ChainTemplate:
    """A chain with its segments and links; across: links to segments of other chains, which may not be taken."""

    name: str
    id: str
    title: Words
    chain_class: str
    segments: tuple[Segment, ...]
    links: tuple[Link, ...]
    across: tuple[Link, ...]


def load_chain(name: str | Path) -> ChainTemplate:
    """The template of that name, id or title, or the one in a TOML file.

    Raises
    ------
    UnknownNameError
        When there is no such template, or it does not fit: file, place, key, what was found, what may stand there.

    Examples
    --------
    >>> load_chain("新型显示").name, load_chain("new displays").id
    ('displays', 'ND')
    """
    found = _found(str(name))
    where, data = found.where, found.content
    where.keys(data, ("order", "id", "title", "chain_class", "segments", "links", "across"))
    segments = tuple(
        _segment(row, where.within(f"[[segments]] {number}"))
        for number, row in enumerate(where.tables("segments", data.get("segments")), start=1)
    )
    ids = [segment.id for segment in segments]
    for number, one in enumerate(ids, start=1):
        if ids.index(one) < number - 1:
            where.within(f"[[segments]] {number}").refuse("id", one, f"1× ([[segments]] {ids.index(one) + 1})")
    return ChainTemplate(
        name=found.name,
        id=where.text("id", data.get("id")),
        title=where.both_languages("title", data.get("title")),
        chain_class=where.choice("chain_class", data.get("chain_class"), tuple(CHAIN_CLASSES)),
        segments=segments,
        links=_links("links", data, where, ids, ids),
        across=_links("across", data, where, ids, None),
    )


def chain_titles() -> Mapping[str, Words]:
    """What the shipped templates are called, by name, in their order."""
    return {name: registry.load(KIND, name).content["title"] for name in registry.shipped(KIND)}


def _found(given: str) -> registry.Definition:
    """The shipped template that is meant by a name, an id or a title, or the file of that path."""
    titles = chain_titles()
    for name, title in titles.items():
        spellings = (name, registry.load(KIND, name).content["id"], *title.values())
        if _folded(given) in {_folded(str(one)) for one in spellings}:
            return registry.load(KIND, name)
    if given.lower().endswith(".toml"):
        return registry.load(KIND, given)
    # Whoever writes Chinese looks for a title, whoever does not for a name.
    known = list(titles) if given.isascii() else [one["zh"] for one in titles.values()]
    raise registry.unknown(KIND, given, known)


def _folded(name: str) -> str:
    """A name without width and case: 生物医药(原料药) is 生物医药（原料药）."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _segment(row: Mapping[str, Any], where: Place) -> Segment:
    where.keys(row, _SEGMENT)
    keywords = where.table("keywords", row.get("keywords"))
    if "zh" not in keywords or not set(keywords) <= set(LANGUAGES):
        where.refuse("keywords", sorted(keywords), '{ zh = ["…"] }, { zh = ["…"], en = ["…"] }')
    codes = where.strings("gbt4754", row.get("gbt4754"))
    for code in codes:
        if not (code.isdecimal() and code.isascii() and 2 <= len(code) <= 4):
            where.refuse("gbt4754", code, "26, 261, 2614")
    for flag in FLAGS:
        if not isinstance(row.get(flag, False), bool):
            where.refuse(flag, row[flag], "true, false")
    return Segment(
        id=where.text("id", row.get("id")),
        name=where.both_languages("name", row.get("name")),
        stage=where.choice("stage", row.get("stage"), tuple(STAGES)),
        keywords={lang: where.strings(f"keywords.{lang}", words) for lang, words in keywords.items()},
        terms=where.strings("terms", row.get("terms", [])),
        gbt4754=codes,
        flags={flag: row[flag] for flag in FLAGS if flag in row},
        reason=where.text("reason", row["reason"]) if "reason" in row else None,
        source=where.text("source", row.get("source")),
    )


def _links(
    key: str, data: Mapping[str, Any], where: Place, ids: Sequence[str], targets: Sequence[str] | None
) -> tuple[Link, ...]:
    rows = where.tables(key, data[key]) if key in data else ()
    return tuple(
        _link(row, where.within(f"[[{key}]] {number}"), ids, targets) for number, row in enumerate(rows, start=1)
    )


def _link(row: Mapping[str, Any], where: Place, ids: Sequence[str], targets: Sequence[str] | None) -> Link:
    where.keys(row, _LINK)
    kind = where.choice("kind", row.get("kind", "feeds"), KINDS)
    if kind != "feeds" and "flow" in row:
        where.refuse("flow", row["flow"], "kind = feeds")
    origin = where.choice("from", row.get("from"), ids)
    target = where.text("to", row.get("to")) if targets is None else where.choice("to", row.get("to"), targets)
    if origin == target:
        where.refuse("to", target, ", ".join(one for one in ids if one != origin))
    return Link(
        origin=origin,
        target=target,
        kind=kind,
        flow=where.choice("flow", row["flow"], tuple(FLOWS)) if "flow" in row else None,
        source=where.text("source", row.get("source")),
    )
