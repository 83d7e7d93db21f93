"""A target on one or two pages: what to know before the first meeting, section by section, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.matching.asked_name import find_firm
from chaingraph.model.case import rows_of, usable_signals
from chaingraph.model.columns import is_missing, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Words, reason, sentences_apart
from chaingraph.places.regions import place_text
from chaingraph.wording.firm import both_lists, find_listed, nearest_locals
from chaingraph.wording.phrases import joined, listed, names_by_id, number, parts, place_words, run_day, say
from chaingraph.wording.sites import recorded_sites
from chaingraph.wording.targets import tier_names

_OFFERS = 3  # of each kind
_FACTS = 8

_ASKED = ("signal", "size_class", "decision_city", "likelihood", "propensity", "reach")  # of a firm, where not known


@dataclass(frozen=True)
class Brief:
    """A brief in words: whose it is, a title, a subtitle, and sections of statements."""

    firm_id: str
    firm: str
    title: str
    subtitle: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def write_up(
    findings: Findings, graph: ChainGraph, firm: str, *, on: str, lang: str, segment: str | None = None
) -> Brief:
    """Everything known about a firm that a recruiting team needs, and what is not known.

    Parameters
    ----------
    firm
        Id, name or part of a name of a firm of the case; one that is on no list is told as it is on record.
    on
        The day of the brief, ISO. A policy that has ended by then, or has not begun, is not named.
    segment
        What a firm on no list is wanted for, where somebody knows: then the segment's gap and what can be
        offered are told too.

    Raises
    ------
    UnknownNameError
        When no firm of the case, or more than one, is meant.
    """
    lists = both_lists(findings, lang, apart=True)
    try:
        firm_id = find_listed(lists, firm)
    except UnknownNameError:
        firm_id = find_firm(graph["firms"], firm)
    if not (lists["firm_id"] == firm_id).any():
        return _unlisted(findings, graph, firm_id, on, lang, segment)
    row = best_place(lists[lists["firm_id"] == firm_id])
    gap = sentences_apart(findings.gaps, lang).set_index("segment_id").loc[row["segment_id"]].to_dict()
    known = graph["firms"].set_index("firm_id").loc[firm_id].to_dict()
    sections = (
        ("points", _points(findings, row, lang)),
        ("who", _who(row, known, graph, lang)),
        ("why", (*parts(row["reasons"]), *_likelihood(row, lang))),
        ("gap", tuple(parts(gap["reasons"]))),
        ("partners", _partners(row, gap, findings, lang)),
        ("route", tuple(filter(None, (_or_none(row["route"], lang), joined(parts(row["next_step"]), lang))))),
        ("offer", _offers(row, graph, on, lang)),
        ("note", (text("brief.fair", lang),)),
        ("where", tuple(parts(row["landing"]))),
        ("like", tuple(parts(row["comparables"]))),
        ("unknown", _unknown(row, lang)),
        ("questions", _questions(row, gap, lang)),
        ("sources", tuple(split(row["sources"]))),
    )
    return Brief(
        firm_id,
        row["firm"],
        text("brief.title", lang, firm=row["firm"]),
        text(
            "brief.subtitle",
            lang,
            region=place_text(findings.region, lang),
            chain=row["chain"],
            list=text(f"codes.candidate_{row['candidate_list']}", lang),
            rank=place_words(row["rank"], lang),
            date=run_day(findings.data_date, findings.as_of, lang),
        ),
        tuple((text(f"brief.{name}", lang), said) for name, said in sections if said),
    )


def best_place(rows: pd.DataFrame) -> dict[Any, Any]:
    """The row that carries a brief: the firm's best place on any list; of equal ones where most marks are filled.

    Examples
    --------
    >>> rows = pd.DataFrame({"rank": [1, 1, 2], "maturity": [0, 1, 5], "chain_id": ["HY", "PV", "EV"]})
    >>> best_place(rows)["chain_id"]
    'PV'
    """
    return rows.sort_values(["rank", "maturity"], ascending=[True, False], kind="stable").iloc[0].to_dict()


def _likelihood(row: Mapping[Any, Any], lang: str) -> tuple[str, ...]:
    """How likely the group is to place a site elsewhere, with the facts; nothing where none is on record."""
    if not isinstance(row["likelihood"], str):
        return ()
    band = text(f"codes.likelihood_{row['likelihood']}", lang)
    return (text("brief.likelihood", lang, band=band, facts=joined(parts(row["likelihood_facts"]), lang)),)


def _points(findings: Findings, row: Mapping[Any, Any], lang: str) -> tuple[str, ...]:
    """What a leader asks first: why now, what, who decides, who introduces, where, on what terms; what to ask first."""
    if not findings.marks:
        return ()
    marks = findings.marks[lang]
    listed_as = "leader" if row["by_leader"] else row["candidate_list"]
    own = marks[
        (marks["chain_id"] == row["chain_id"]) & (marks["firm_id"] == row["firm_id"]) & (marks["list"] == listed_as)
    ]
    calls = findings.calls[lang] if findings.calls else pd.DataFrame(columns=["firm_id", "why_now"])
    dated = calls.loc[calls["firm_id"] == row["firm_id"], "why_now"].dropna()
    said = []
    for mark in rows_of(own):
        held = text("brief.not_known", lang) if is_missing(mark["said"]) else mark["said"]
        if mark["mark"] == "motive" and len(
            dated
        ):  # a dated reason of which nobody knows the site is no mark, and is told
            held = dated.iloc[0]
        said.append(text(f"brief.point_{mark['mark']}", lang, said=held))
    if isinstance(row["open_question"], str):
        said.append(text("brief.first", lang, question=row["open_question"]))
    return tuple(said)


def _unlisted(findings: Findings, graph: ChainGraph, firm_id: str, on: str, lang: str, segment: str | None) -> Brief:
    """A firm that is on no list, a local one too: who it is, what it makes, the dated facts, and what holds it back."""
    known = graph["firms"].set_index("firm_id").loc[firm_id].to_dict()
    makes, signals = (graph[name][graph[name]["firm_id"] == firm_id] for name in ("firm_segments", "firm_signals"))
    segments = names_by_id(graph, "segments", lang)
    name = names_by_id(graph, "firms", lang)[firm_id]
    sites = [say(sentence, lang) for sentence in recorded_sites(graph, [firm_id])[firm_id]]
    products = list(dict.fromkeys(makes["product"].dropna()))
    tiers = (
        text("brief.lists", lang, tiers=tier_names(known["tiers"], lang)) if isinstance(known["tiers"], str) else None
    )
    who = [*sites, tiers, text("brief.makes", lang, products=say(listed(products, 6), lang)) if products else None]
    used = (
        usable_signals(signals)
        .dropna(subset=["date"])
        .sort_values(["date", "signal_id"], ascending=[False, True], kind="stable")
    )
    facts = [
        say(reason("explain.signal", date=row["date"], kind=reason(f"codes.signal_{row['kind']}"), text=said), lang)
        for row in rows_of(used.head(_FACTS))
        if isinstance(said := row["text"], str)
    ]
    held = findings.held[lang] if findings.held else pd.DataFrame(columns=["firm_id", "said", "way"])
    back = held[held["firm_id"] == firm_id].drop_duplicates(["said", "way"])
    why = [text("brief.unlisted", lang)]
    why += [text("brief.held", lang, said=row["said"], way=row["way"]) for row in rows_of(back)]
    gap: tuple[str, ...] = tuple(dict.fromkeys(segments[each] for each in makes["segment_id"] if each in segments))
    wanted = sentences_apart(findings.gaps, lang)
    wanted = wanted[wanted["segment_id"] == segment]
    offers: tuple[str, ...] = ()
    for row in rows_of(wanted.head(1)):
        gap, offers = tuple(parts(row["reasons"])), _offers(row, graph, on, lang)
    sources = dict.fromkeys([known["source"], *makes["source"], *used["source"]])
    sections = (
        ("who", tuple(item for item in who if item)),
        ("why", tuple(why)),
        ("gap", gap),
        ("offer", offers),
        ("facts", tuple(facts)),
        ("sources", tuple(source for source in sources if isinstance(source, str))),
    )
    subtitle = text(
        "brief.subtitle_unlisted",
        lang,
        region=place_text(findings.region, lang),
        date=run_day(findings.data_date, findings.as_of, lang),
    )
    titled = tuple((text(f"brief.{title}", lang), said) for title, said in sections if said)
    return Brief(firm_id, str(name), text("brief.title", lang, firm=name), subtitle, titled)


def _or_none(route: object, lang: str) -> str:
    return route if isinstance(route, str) and route else text("brief.no_route", lang)


def _who(row: Mapping[Any, Any], known: Mapping[Any, Any], graph: ChainGraph, lang: str) -> tuple[str, ...]:
    kind = row["source_kind"]
    decided, makes = row["decision_city"], graph["firm_segments"]
    products = list(dict.fromkeys(makes.loc[makes["firm_id"] == row["firm_id"], "product"].dropna()))
    said = [
        *parts(row["sites"]),
        text("brief.decision", lang, place=place_text(decided, lang)) if isinstance(decided, str) else None,
        text("brief.group", lang, group=row["group"]) if row["group"] not in (row["firm"], None) else None,
        text("brief.lists", lang, tiers=tier_names(row["tiers"], lang)) if isinstance(row["tiers"], str) else None,
        text("brief.makes", lang, products=say(listed(products, 6), lang)) if products else None,
        text("brief.local_unit", lang, unit=row["local_unit"]) if isinstance(row["local_unit"], str) else None,
        text("brief.row_confidence", lang, confidence=text(f"codes.confidence_{known['confidence']}", lang))
        if isinstance(known["confidence"], str)
        else None,
        text(
            "brief.rests",
            lang,
            kind=text(f"codes.source_kind_{kind}", lang),
            note=text(f"codes.source_kind_note_{kind}", lang),
        ),
        joined(parts(row["risk"]), lang),
    ]
    return tuple(item for item in said if item)


def _partners(row: Mapping[Any, Any], gap: Mapping[Any, Any], findings: Findings, lang: str) -> tuple[str, ...]:
    said = []
    for local, share, common in nearest_locals(findings, row, lang):
        told = text("brief.shared", lang, words=common) if common else ""
        said.append(text("brief.partner", lang, firm=local, share=share, words=told))
    buyers = split(gap["local_buyers"])
    if buyers:
        said.append(text("brief.buyer", lang, firms=say(listed(buyers), lang)))
    return tuple(said) or (text("brief.no_partner", lang),)


def _offers(row: Mapping[Any, Any], graph: ChainGraph, on: str, lang: str) -> tuple[str, ...]:
    chain = graph["chains"].set_index("chain_id")["chain"][row["chain_id"]]
    said = []
    zones = graph["zones"][graph["zones"]["focus_chains"].map(lambda chains: chain in split(chains)).astype(bool)]
    for zone in rows_of(zones.head(_OFFERS).astype(object).fillna("")):
        said.append(text("brief.zone", lang, name=zone["zone"], level=zone["level"], note=zone["note"]).strip())
    parcels = graph["parcels"][graph["parcels"]["zone"].isin(zones["zone"])]
    for parcel in rows_of(parcels.head(_OFFERS)):
        said.append(text("brief.parcel", lang, name=parcel["parcel"], area=number(parcel["area_mu"], 0)))
    carriers = graph["carriers"]
    carriers = carriers[carriers["focus_chains"].map(lambda chains: chain in split(chains)).astype(bool)]
    for carrier in rows_of(carriers.head(_OFFERS).astype(object).fillna("")):
        said.append(text("brief.carrier", lang, name=carrier["carrier"], note=carrier["note"]).strip())
    policies = graph["policies"]
    policies = policies[policies["chains"].map(lambda chains: not split(chains) or chain in split(chains)).astype(bool)]
    said += [say(sentence, lang) for sentence in policy_sentences(policies.astype(object).fillna(""), on)]
    return tuple(said) or (text("brief.nothing_to_offer", lang),)


def policy_sentences(policies: pd.DataFrame, on: str) -> tuple[Words, ...]:
    """Published policies that may be quoted on a day: none after its end, none before it begins, none without a source.

    ``policies`` are rows of the case's table with empty texts for what is missing. What has ended is not named at all:
    a leader who reads it across the table quotes it.
    """
    said: list[Words] = []
    for policy in rows_of(policies):
        until, since = policy["valid_to"], policy["valid_from"]
        if not policy["source"] or (until and until < on[: len(until)]) or (since and since > on[: len(since)]):
            continue
        named = {"name": policy["policy"], "issuer": policy["issuer"] or "-", "summary": policy["summary"]}
        said.append(reason("brief.policy", until=until, **named) if until else reason("brief.policy_open", **named))
    return tuple(said)


def _unknown(row: Mapping[Any, Any], lang: str) -> tuple[str, ...]:
    return tuple(text(f"firm.name_{field}", lang) for field in _ASKED if pd.isna(row[field]))


def _questions(row: Mapping[Any, Any], gap: Mapping[Any, Any], lang: str) -> tuple[str, ...]:
    asked = []
    buyers = split(gap["local_buyers"])
    if buyers:
        asked.append(text("brief.ask_buyer", lang, firm=buyers[0], segment=row["segment"]))
    asked.append(text("brief.ask_product", lang, product=row["segment"]))
    asked += [text(f"brief.ask_{field}", lang) for field in _ASKED if pd.isna(row[field])]
    return tuple(asked)
