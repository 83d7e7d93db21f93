"""Chain templates as tables of a case: what a case begins with, or gains."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.labels import both
from chaingraph.model.case import Case
from chaingraph.model.chain_template import KIND, ChainTemplate, Link, Segment, load_chain
from chaingraph.model.columns import DTYPES, SEPARATOR, split
from chaingraph.model.registry import shipped
from chaingraph.model.schema import TABLES

# How each class of the plan is recruited for, where a case does not say otherwise.
STRATEGY_OF_CLASS = {"traditional": "strengthen", "emerging": "extend", "future": "build", "airport": "extend"}
CHAIN_TABLES = ("chains", "segments", "segment_links", "segment_terms")


@cache
def words_of_no_chain() -> tuple[tuple[str, ...], str]:
    """Product words that are of none of the shipped chains, and their source."""
    held = tomllib.loads((files("chaingraph") / "library" / "no_chain.toml").read_text(encoding="utf-8"))
    return tuple(held["terms"]), str(held["source"])


def chain_tables(templates: Sequence[ChainTemplate]) -> Mapping[str, pd.DataFrame]:
    """The chain tables of a case with these chains.

    Parameters
    ----------
    templates
        In any order; one given twice counts once.

    Returns
    -------
    mapping of str to DataFrame
        chains, segments, segment_links (with those from one of these chains to another), segment_terms: by id, with
        the columns and types of the schema. Words of no chain are among the terms, unless one of these chains uses
        the word or a part of it.

    Raises
    ------
    CaseError
        When two of them use an id for two things.
    """
    chosen = {template.id: template for template in templates}
    for template in templates:
        if chosen[template.id] != template:
            raise CaseError(
                both("chains.id_twice", id=template.id, names=f"{chosen[template.id].name}, {template.name}")
            )
    ordered = [chosen[name] for name in sorted(chosen)]
    segments = [(template, segment) for template in ordered for segment in template.segments]
    ids = [segment.id for _, segment in segments]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise CaseError(both("chains.id_twice", id=", ".join(twice), names=", ".join(one.name for one in ordered)))
    held = set(ids)
    links = [
        link
        for template in ordered
        for link in (*template.links, *template.across)
        if {link.origin, link.target} <= held
    ]
    rows: dict[str, list[dict[str, object]]] = {
        "chains": [_chain(template) for template in ordered],
        "segments": [
            _segment(template, segment) for template, segment in sorted(segments, key=lambda pair: pair[1].id)
        ],
        "segment_links": _link_rows(links),
        "segment_terms": _terms([segment for _, segment in segments]),
    }
    return {name: _frame(name, rows[name]) for name in CHAIN_TABLES}


def added_chains(
    case: Case, templates: Sequence[ChainTemplate]
) -> tuple[Mapping[str, pd.DataFrame], tuple[ChainTemplate, ...]]:
    """What these templates add to a case that has chains of its own: rows for `writers.into.add.add_to_case`.

    What the case has stands: a chain whose id or name it holds already is left as it is, links from it to a new one
    are added. A word of no chain is left out where it is, holds or is part of a word that the case uses.

    Returns
    -------
    tables, new
        tables: chains, segments, segment_links, segment_terms, as `chain_tables` gives them. new: the templates that
        the case does not hold yet.

    Raises
    ------
    CaseError
        See `chain_tables`; or when the case has a segment of another chain under an id that is used.
    """
    own = case["chains"]
    known = set(own["chain_id"]) | set(own["chain"])
    new = tuple(template for template in templates if not {template.id, template.title["zh"]} & known)
    held = set(case["segments"]["segment_id"])
    clash = sorted({segment.id for template in new for segment in template.segments} & held)
    if clash:
        names = ", ".join((case.name, *(template.name for template in new)))
        raise CaseError(both("chains.id_twice", id=", ".join(clash), names=names))
    added = chain_tables(new)
    fresh = set(added["segments"]["segment_id"])
    # Links of the case's chains to the new ones stand in their templates, given or not.
    others = [load_chain(name) for name in shipped(KIND)]
    across = [
        link
        for template in {one.id: one for one in (*others, *templates)}.values()
        for link in template.across
        if {link.origin, link.target} <= held | fresh and len({link.origin, link.target} & fresh) == 1
    ]
    links = [added["segment_links"], _frame("segment_links", _link_rows(across))]
    used = {word.casefold() for cell in case["segments"]["keywords"] for word in split(cell)}
    terms = case["segment_terms"]
    used |= {str(word).casefold() for word in terms.loc[terms["segments"].notna(), "term"]}
    words = added["segment_terms"]
    outside = words["segments"].isna()
    taken = [any(one in word.casefold() or word.casefold() in one for one in used) for word in words["term"]]
    tables = {
        **added,
        "segment_links": pd.concat([frame for frame in links if len(frame)] or links[:1], ignore_index=True),
        "segment_terms": words[~(outside & pd.Series(taken, words.index, "bool")) & bool(new)].reset_index(drop=True),
    }
    return tables, new


def _chain(template: ChainTemplate) -> dict[str, object]:
    return {
        "chain_id": template.id,
        "chain": template.title["zh"],
        "chain_en": template.title["en"],
        "chain_class": template.chain_class,
        "strategy": STRATEGY_OF_CLASS[template.chain_class],
        "source": both("chains.source", name=template.name)["zh"],
        "confidence": "known",
    }


def _segment(template: ChainTemplate, segment: Segment) -> dict[str, object]:
    words = [word for held in segment.keywords.values() for word in held]
    return {
        "segment_id": segment.id,
        "chain_id": template.id,
        "segment": segment.name["zh"],
        "segment_en": segment.name["en"],
        "stage": segment.stage,
        "keywords": SEPARATOR.join(words) or None,
        "gbt4754": SEPARATOR.join(segment.gbt4754) or None,
        **segment.flags,
        "reason": segment.reason,
        "source": segment.source,
        "confidence": "known",
    }


def _link_rows(links: Sequence[Link]) -> list[dict[str, object]]:
    ordered = sorted(links, key=lambda link: (link.origin, link.target, link.kind))
    return [
        {
            "from_segment_id": link.origin,
            "to_segment_id": link.target,
            "kind": link.kind,
            "flow": link.flow,
            "source": link.source,
            "confidence": "known",
        }
        for link in ordered
    ]


def _terms(segments: Sequence[Segment]) -> list[dict[str, object]]:
    meant: dict[str, set[str]] = {}
    for segment in segments:
        for word in segment.terms:
            meant.setdefault(word, set()).add(segment.id)
    used = {word.casefold() for segment in segments for held in segment.keywords.values() for word in held}
    used |= {word.casefold() for word in meant}
    outside, source = words_of_no_chain()
    rows: list[dict[str, object]] = [
        {"term": word, "segments": SEPARATOR.join(sorted(held)), "source": source, "confidence": "known"}
        for word, held in sorted(meant.items())
    ]
    rows += [
        {"term": word, "segments": None, "source": source, "confidence": "known"}
        for word in sorted(outside)
        if not any(known in word.casefold() or word.casefold() in known for known in used)
    ]
    return rows


def _frame(name: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    columns = TABLES[name].columns
    frame = pd.DataFrame(list(rows), columns=[column.name for column in columns])
    return frame.astype({column.name: DTYPES[column.kind] for column in columns})
