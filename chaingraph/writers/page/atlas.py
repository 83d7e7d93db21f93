"""Findings and graph, sorted once for all pages: by chain, by segment, by firm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.fit.score import FULL_FORM
from chaingraph.model.case import usable_signals
from chaingraph.model.columns import CHAIN_CLASSES
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Texts, each
from chaingraph.wording.english import English, english_of
from chaingraph.wording.phrases import as_told, parts
from chaingraph.writers.page.records import (
    Record,
    grouped,
    grouped_by,
    in_both,
    known,
    pair,
    records,
    rounded,
    shortened,
)

_SHARES = 5  # local firms named behind a fit
_WORDS = 6
_MARKED = 20  # new targets of a chain: the first page names some of them
_RANKED = 30  # of a list by tier and chain
_LISTS = ("new", "leader", "reinvest")
_TERMS = tuple(FULL_FORM)
_MARK = ("mark", "filled", "said", "question", "ask_whom")
_TERM = ("term", "coefficient", "value", "contribution")


@dataclass(frozen=True)
class Atlas:
    """What the pages draw on, sorted once, so that each page only picks its part."""

    findings: Findings
    chains: list[Record]  # those surveyed, in the order of the classes of a plan
    segments: dict[str, Record]  # of all chains: pages refer to one another
    gaps: dict[str, list[Record]]  # by chain
    targets: dict[str, list[Record]]  # by chain; candidate_list says which list: new, reinvest, leader
    rankings: dict[str, list[Record]]
    leaders: dict[str, list[Record]]
    questions: dict[str, list[Record]]
    notes: dict[str | None, list[Record]]  # None: said of every chain
    trust: dict[str | None, list[Record]]  # likewise
    rivals: dict[str, list[Record]]  # by segment, the cities with most makers first
    dropped: dict[str, list[Record]]
    held: dict[str, list[Record]]
    calls: dict[str, list[Record]]
    marks: dict[tuple[Any, ...], list[Record]]  # by chain and firm, of the best row that has them
    routes: dict[tuple[Any, ...], list[Record]]  # by chain and firm
    feeds: list[tuple[str, str]]
    elsewhere: dict[str, list[Record]]  # by segment: the same node, suppliers and customers in other chains
    roles: dict[str, list[Record]]  # by segment
    firms: dict[str, Record]
    links: dict[str, list[Record]]  # by firm, each link under both ends
    sites: dict[str, list[Record]]
    signals: dict[str, list[Record]]
    measures: dict[str, Record]  # by segment
    zones: list[Record]
    local: frozenset[str]
    english: English


def build_atlas(findings: Findings, graph: ChainGraph) -> Atlas:
    """Sort what a run found, and the graph it was found in, for the pages."""
    gaps = in_both(findings.gaps, ("segment_id",), lists=("local_buyers", "reasons", "sources"))
    gaps.sort(key=lambda row: str(row["segment_id"]))
    surveyed = {row["chain_id"] for row in gaps}
    held = frozenset(graph["segments"]["segment_id"])
    links = [
        row
        for row in records(graph["segment_links"])
        if row["from_segment_id"] in held and row["to_segment_id"] in held
    ]
    segments = _segments(graph, {row["segment_id"]: row for row in gaps})
    targets, rankings, leaders = _targets(findings), _rankings(findings.rankings), _leaders(findings.leaders)
    calls = in_both(findings.calls, ("chain_id", "firm_id")) if findings.calls else []
    local = frozenset(graph.firms_in(findings.region))
    # What other firms do is told nowhere, and they are nearly all of a register.
    shown = local.union(row["firm_id"] for row in (*targets, *rankings, *leaders, *calls))
    return Atlas(
        findings=findings,
        chains=sorted((row for row in records(graph["chains"]) if row["chain_id"] in surveyed), key=_plan_order),
        segments=segments,
        gaps=grouped(gaps, "chain_id"),
        targets=grouped(targets, "chain_id"),
        rankings=grouped(rankings, "chain_id"),
        leaders=grouped(leaders, "chain_id"),
        questions=grouped(_questions(findings.questions), "chain_id"),
        notes=grouped(_notes(findings.notes), "chain_id"),
        trust=grouped(_trust(findings.trust), "chain_id"),
        rivals=grouped(_sorted(findings.rivals, "segment_id", "rank"), "segment_id") if len(findings.rivals) else {},
        calls=grouped(calls, "chain_id"),
        marks=_marks(findings.marks),
        held=grouped(in_both(findings.held, ("chain_id", "firm_id", "gate")) if findings.held else [], "chain_id"),
        dropped=grouped(_sorted(findings.dropped, "chain_id", "gate"), "chain_id"),
        routes=grouped_by(_sorted(findings.routes, "chain_id", "firm_id", "step"), "chain_id", "firm_id"),
        feeds=[(row["from_segment_id"], row["to_segment_id"]) for row in links if row["kind"] == "feeds"],
        elsewhere=_elsewhere(links, segments),
        roles=_roles(graph, findings.roles, shown),
        firms={row["firm_id"]: row for row in records(graph["firms"])},
        links=_links(graph),
        sites=grouped(_sorted(graph["firm_sites"], "firm_id", "region", "kind"), "firm_id"),
        signals=grouped(_newest_first(records(usable_signals(graph["firm_signals"]))), "firm_id"),
        measures={row["segment_id"]: row for row in records(findings.segment_measures)},
        zones=records(graph["zones"]),
        local=local,
        english=english_of(graph),
    )


def _sorted(frame: pd.DataFrame, *keys: str) -> list[Record]:
    return records(frame.sort_values(list(keys), kind="stable"))


def _plan_order(chain: Record) -> tuple[int, str]:
    classes = list(CHAIN_CLASSES)
    held = chain["chain_class"]
    return (classes.index(held) if held in classes else len(classes), str(chain["chain_id"]))


def named(row: Mapping[str, object], noun: str) -> object:
    """The name of a chain, segment or firm, with its English name where there is one."""
    name, english = row.get(noun), row.get(f"{noun}_en")
    return pair(shortened(str(name)), shortened(str(english)) if english else None)


def firm_name(atlas: Atlas, firm_id: str) -> object:
    """The name of a firm by its id; the id where the graph does not hold the firm."""
    return named(atlas.firms[firm_id], "firm") if firm_id in atlas.firms else firm_id


def by_rank(row: Mapping[str, Any]) -> tuple[int, str]:
    """Sort key: rank, then firm id; rows without a rank last, in the order of their list."""
    return (int(row["rank"]), str(row.get("firm_id", ""))) if "rank" in row else (1_000_000, "")


def _newest_first(rows: list[Record]) -> list[Record]:
    in_order = sorted(rows, key=lambda row: (str(row["kind"]), str(row["text"])))
    return sorted(in_order, key=lambda row: row["date"] or "", reverse=True)


def _targets(findings: Findings) -> list[Record]:
    """The rows of all lists, with the terms of their fit and the local firms it comes from."""
    terms = grouped_by(records(findings.terms), "chain_id", "list", "firm_id")
    shares = _shares(findings)
    lists, drop = (
        ("reasons", "sources", "tiers", "risk", "next_step", "sites", "landing", "comparables"),
        ("chain", "segment", "firm", "firm_en", "gap_state"),
    )
    ranked = in_both(findings.targets, ("chain_id", "candidate_list", "firm_id"), lists=lists, drop=drop)
    led = in_both(findings.leader_targets, ("chain_id", "candidate_list", "firm_id"), lists=lists, drop=drop)
    rows = []
    for name, held in (("main", ranked), ("leader", led)):
        for row in held:
            key = (row["chain_id"], name, row["firm_id"])
            own = sorted(terms.get(key, []), key=lambda term: _TERMS.index(term["term"]))
            numbers = [{column: short(term[column]) for column in _TERM} for term in own]
            shown = {**row, "terms": [known(term) for term in numbers], "shares": shares.get(key, [])}
            rows.append({**shown, "candidate_list": "leader"} if name == "leader" else shown)
    return sorted(rows, key=lambda row: (row["chain_id"], _LISTS.index(row["candidate_list"]), *by_rank(row)))


def short(value: object) -> object:
    """A number with as many digits as a page shows; anything else as it is."""
    return rounded(value) if isinstance(value, float) else value


def _rankings(texts: Texts) -> list[Record]:
    told_elsewhere = ["chain", "firm", "firm_en", "country", "city"]
    rows = in_both(texts, ("chain_id", "tier", "firm_id"), lists=("reasons", "sources"), drop=told_elsewhere)
    shown: dict[tuple[object, object], int] = {}
    first = []
    for row in sorted(rows, key=lambda row: (row["tier"], *by_rank(row))):  # the workbook has all of them
        key = (row["chain_id"], row["tier"])
        shown[key] = shown.get(key, 0) + 1
        if shown[key] <= _RANKED:
            first.append(row)
    return first


def _marks(texts: Texts) -> dict[tuple[Any, ...], list[Record]]:
    """The six marks by chain and firm of the first new targets; of several rows of a firm the fullest."""
    if not texts:
        return {}
    held_texts = as_told(texts)
    frame = held_texts.frame
    new = frame[frame["list"] == "new"]
    first = new.drop_duplicates(["chain_id", "firm_id"]).groupby("chain_id").head(_MARKED)
    shown = new[
        pd.MultiIndex.from_frame(new[["chain_id", "firm_id"]]).isin(first.set_index(["chain_id", "firm_id"]).index)
    ]
    rows = in_both(replace(held_texts, frame=shown), ("chain_id", "list", "firm_id", "segment_id", "mark"))
    held: dict[tuple[Any, ...], list[Record]] = {}
    for own in grouped_by(rows, "chain_id", "list", "firm_id", "segment_id").values():
        key = (own[0]["chain_id"], own[0]["firm_id"])
        if sum(row["filled"] for row in own) > sum(row["filled"] for row in held.get(key, ())) or key not in held:
            held[key] = [known({name: row.get(name) for name in _MARK}) for row in own]
    return held


def _leaders(texts: Texts) -> list[Record]:
    rows = in_both(texts, ("chain_id", "firm_id"), lists=("products", "segments", "sources"), drop=("firm", "firm_en"))
    return sorted(rows, key=by_rank)


def _questions(texts: Texts) -> list[Record]:
    rows = in_both(texts, ("chain_id", "segment_id"), lists=("sources",), drop=("chain", "segment"))
    return sorted(rows, key=by_rank)


def _notes(texts: Texts) -> list[Record]:
    """Notes have no key of their own: the place within their chain is one."""

    def count(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(number=frame.groupby("chain_id", dropna=False).cumcount())

    numbered = each(texts, count)
    return [row for row in in_both(numbered, ("chain_id", "number")) if "note" in row]


def _trust(texts: Texts) -> list[Record]:
    """What a leader is told; an analyst's figures stand in the workbook."""
    return in_both(texts, ("chain_id", "kind"), drop=("value", "exact")) if texts else []


def _shares(findings: Findings) -> dict[tuple[Any, ...], list[Record]]:
    """The local firms that most of the likeness comes from, by chain, list and firm, with the words they share."""
    keys = ("chain_id", "list", "firm_id")
    words = {
        (*(row[key] for key in keys), row["local_firm_id"]): pair(
            parts(row["words"])[:_WORDS], parts(row.get("words_en", row["words"]))[:_WORDS]
        )
        for row in records(findings.words)
    }
    shares: dict[tuple[Any, ...], list[Record]] = {}
    for row in _sorted(findings.shares[findings.shares["rank"] <= _SHARES], *keys, "rank"):
        key = tuple(row[name] for name in keys)
        # In whole per cent: what the browser would round once more is as all other faces print it.
        facts = {"firm": row["local_firm_id"], "share": round(row["share"], 2), "by_text": row["text"] > 0}
        shares.setdefault(key, []).append({**facts, "words": words.get((*key, row["local_firm_id"]), [])})
    return shares


def _segments(graph: ChainGraph, gaps: Mapping[str, Record]) -> dict[str, Record]:
    """Name, chain, search words and flags of every segment."""
    segments = {}
    for row in _sorted(graph["segments"], "segment_id"):
        gap = gaps.get(row["segment_id"], {})
        segments[str(row["segment_id"])] = {**row, "name": gap.get("segment") or named(row, "segment")}
    return segments


def _elsewhere(links: list[Record], segments: Mapping[str, Record]) -> dict[str, list[Record]]:
    """By segment: kind (same, from, to), segment, name and chain of what it is tied to in another chain."""
    found: set[tuple[str, str, str]] = set()
    for link in links:
        left, right = link["from_segment_id"], link["to_segment_id"]
        if segments[left]["chain_id"] != segments[right]["chain_id"]:
            kinds = ("same", "same") if link["kind"] == "same_as" else ("to", "from")
            found |= {(left, kinds[0], right), (right, kinds[1], left)}
    rows: dict[str, list[Record]] = {}
    for own, kind, other in sorted(found):
        facts = {"kind": kind, "segment": other, "name": segments[other]["name"], "chain": segments[other]["chain_id"]}
        rows.setdefault(own, []).append(facts)
    return rows


def _roles(graph: ChainGraph, told: pd.DataFrame, shown: Collection[str]) -> dict[str, list[Record]]:
    """Which of the firms shown does what in each segment, as the gap counts see it; one node's segments share firms."""
    told = told[told["firm_id"].isin(shown)]
    held_rows = graph["firm_segments"][graph["firm_segments"]["firm_id"].isin(shown)]
    nodes = segment_nodes(graph)
    node_of = dict(zip(nodes["segment_id"], nodes["node_id"], strict=True))
    standings = dict(zip(zip(told["firm_id"], told["segment_id"], strict=True), told["standing"], strict=True))
    members: dict[str, list[str]] = {}
    for segment, node in node_of.items():
        members.setdefault(node, []).append(segment)
    roles: dict[str, dict[str, Record]] = {}
    for row in sorted(records(held_rows), key=lambda row: (row["firm_id"], row["segment_id"])):
        for segment in members.get(node_of.get(row["segment_id"], ""), []):
            facts = {key: value for key, value in row.items() if key not in ("firm_id", "segment_id")}
            standing = int(standings[row["firm_id"], row["segment_id"]])
            role = known({"firm": row["firm_id"], "standing": standing, **facts})
            held = roles.setdefault(segment, {}).get(row["firm_id"])
            if held is None or standing < held["standing"]:  # a firm that stands in both halves of a node counts once
                roles[segment][row["firm_id"]] = role
    return {segment: sorted(held.values(), key=_role_order) for segment, held in roles.items()}


def _role_order(role: Record) -> tuple[object, ...]:
    return (role["standing"], role.get("role") != "leader", role["firm"])


def _links(graph: ChainGraph) -> dict[str, list[Record]]:
    rows = records(graph["firm_links"])
    out = [{**row, "end": row["source_id"], "other": row["target_id"], "forward": True} for row in rows]
    back = [{**row, "end": row["target_id"], "other": row["source_id"], "forward": False} for row in rows]
    return grouped(out + back, "end")
