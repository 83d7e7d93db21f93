"""Where a row's own note says how a firm stands and no table does: lists read tables, so the note is not heeded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from chaingraph.facts.standing import standing
from chaingraph.labels import text
from chaingraph.leads.sentences.kinds import pattern
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from chaingraph.sql import Query

NOTED = ("firms", "firm_segments", "firm_sites", "firm_links")  # tables whose notes are about a firm
_HERE = {"here", "signed_here"}
_CLAUSE = re.compile(r"[,;，；。\n]")


class Contradiction(NamedTuple):
    """A note that says how a firm stands where no table does: where, whose, the clause, what would bear it out."""

    table: str
    firm_id: str
    clause: str
    stands: tuple[str, ...]


def contradictions(graph: ChainGraph, query: Query, region: str | None) -> list[Contradiction]:
    """Which notes say that a firm is sold, gone, insolvent, here or decided elsewhere, while no table says so?

    Parameters
    ----------
    query
        Runs the SQL texts on the tables `facts.standing.STANDING_TABLES`.
    region
        The region that is recruiting; None: what notes say of being here is not asked.

    Returns
    -------
    list of Contradiction
        By table and firm; each clause of a firm's notes once.
    """
    known = standing(graph, query, region).groupby("firm_id")["gate"].agg(set).to_dict()
    found: dict[tuple[str, str], Contradiction] = {}
    for table in NOTED:
        frame = graph[table]
        if "note" not in frame or "firm_id" not in frame:
            continue
        noted = frame[frame["note"].notna()].sort_values("firm_id", kind="stable")
        for firm_id, note in zip(noted["firm_id"], noted["note"], strict=True):
            for clause, stands in _claims(str(note)):
                if region is None and set(stands) & _HERE:
                    continue
                if not set(stands) & known.get(firm_id, set()):
                    found.setdefault((firm_id, clause), Contradiction(table, str(firm_id), clause, stands))
    return list(found.values())


def tell_contradictions(
    found: list[Contradiction], names: Mapping[str, str], lang: str, *, most: int = 10
) -> list[str]:
    """Those in sentences, so many of them; ``names`` by firm."""
    comma = ", " if lang == "en" else "、"
    said = [
        text(
            "standing.note_contradicts",
            lang,
            firm=names.get(one.firm_id, one.firm_id),
            table=TABLES[one.table].name_zh if lang == "zh" else one.table,
            note=one.clause,
            stands=comma.join(text(f"standing.stands_{name}", lang) for name in one.stands),
        )
        for one in found[:most]
    ]
    return said + ([text("standing.notes_more", lang, count=len(found) - most)] if len(found) > most else [])


def _claims(note: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    claims, against = _words()
    for clause in _CLAUSE.split(note):
        for stands, words in claims:
            if words.search(clause) and not against.search(clause):
                yield clause.strip(), stands
                break


@cache
def _words() -> tuple[tuple[tuple[tuple[str, ...], re.Pattern[str]], ...], re.Pattern[str]]:
    held = tomllib.loads(files("chaingraph.library").joinpath("note_words.toml").read_text(encoding="utf-8"))
    claims = tuple((tuple(claim["stands"]), _pattern(claim["words"])) for claim in held["claims"])
    return claims, _pattern(held["against"]["words"])


def _pattern(words: list[str]) -> re.Pattern[str]:
    made = pattern(words)
    assert made is not None  # every claim has words
    return made
