"""Gaps, leaders and questions in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from chaingraph.facts.gaps import segment_checks, sensitive_firms
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_COLUMNS, LEADER_COLUMNS, QUESTION_COLUMNS
from chaingraph.model.results.told import NOTHING, SET, Name, Reason, Several, Words, place, reason
from chaingraph.wording.phrases import joined_sources, listed, names_of, number, percent

QUESTIONS = 20
_TENTH = 0.05  # of a firm: what would be printed as 0.0 is not worth a sentence
ASKED_STATES = ("unknown", "none_known")
_CONFIDENCE = {1: "seen", 2: "known", 3: "unsure"}


def _true(value: object) -> bool:
    return value is not None and value is not pd.NA and bool(value)


def describe_gaps(
    facts: pd.DataFrame, leaders: pd.DataFrame, graph: ChainGraph, *, rivals: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The gap table that is handed over: the facts with reasons, question and sources in words.

    Parameters
    ----------
    facts
        From `gaps.gap_facts`.
    leaders
        From `leaders.find_leaders`.
    rivals
        From `rivals.rival_cities`: told among the reasons.

    Returns
    -------
    DataFrame
        One row per segment, columns `results.GAP_COLUMNS`: state and fill_mode are codes; found, group_only,
        local_demand, local_supply, nearby_found count firms; expected is in firms (NaN = no reference); severity in
        points; names of local buyers joined with ``;``.
    """
    chains, segments, firms = (names_of(graph, table) for table in ("chains", "segments", "firms"))
    proven = leaders[leaders["proven"].astype(bool)]
    secret = sensitive_firms(graph)
    proven = proven[~proven["firm_id"].isin(secret)]
    led = {str(chain): list(held["firm_id"]) for chain, held in proven.groupby("chain_id")}
    offices = graph["chain_offices"].dropna(subset=["department"])
    other_cities = _rivals(rivals, segments)
    rows = []
    for segment_id, values in zip(facts.index, rows_of(facts), strict=True):
        row = {**values, "segment_id": segment_id}
        whom, by_office = _ask_whom(row, led, offices, firms)
        asked = _asked(row)
        rows.append(
            {
                "chain_id": row["chain_id"],
                "chain": chains[row["chain_id"]],
                "segment_id": segment_id,
                "segment": segments[segment_id],
                "local_buyers": Several(tuple(firms.get(firm, firm) for firm in row["buyer_ids"]), between=SET),
                "ask_whom": whom if asked else None,
                "question": _question(row, segments[segment_id], by_office=by_office) if asked else None,
                "reasons": (*_reasons(row, firms, graph), *other_cities.get(str(segment_id), ())),
                "sources": joined_sources([row["source"], *row["presence_sources"]]),
            }
        )
    words = pd.DataFrame(rows).set_index("segment_id", drop=False) if rows else pd.DataFrame(columns=list(GAP_COLUMNS))
    numbers = facts.reindex(columns=[column for column in GAP_COLUMNS if column not in words.columns])
    table = words.join(numbers) if rows else words
    table["severity"] = table["severity"].astype(float).round(6)
    table["expected"] = table["expected"].astype(float)
    table = table.rename_axis(None)
    order = table.assign(minus=-table["severity"]).sort_values(["chain_id", "minus", "segment_id"], kind="stable").index
    return table.loc[order, list(GAP_COLUMNS)].reset_index(drop=True)


def _asked(row: Mapping[Any, Any]) -> bool:
    """Whether somebody here can be asked about the segment: nobody is known, or somebody is only presumed."""
    if row["fill_mode"] == "unsuitable" or row["confirmed"] in ("present", "missing"):
        return False
    return row["state"] in ASKED_STATES or row["presumed"] > 0


def _rivals(rivals: pd.DataFrame | None, segments: Mapping[str, Name]) -> dict[str, tuple[Words, ...]]:
    """The cities with most makers of each segment in the reference, and what the chain of the first one lacks."""
    said: dict[str, tuple[Words, ...]] = {}
    if rivals is None or rivals.empty:
        return said
    ordered = rows_of(rivals.sort_values(["segment_id", "rank"], kind="stable"))
    for segment_id, rows in groupby(ordered, key=lambda row: str(row["segment_id"])):
        held = list(rows)
        counted = [reason("gaps.rival", city=place(row["city"]), count=row["firms"]) for row in held]
        lacks = [segments[part] for part in split(held[0]["lacks"])]
        sentence = reason("gaps.rivals", cities=Several(tuple(counted)))
        more = reason("gaps.rival_lacks", city=place(held[0]["city"]), segments=listed(lacks))
        said[segment_id] = (Several((sentence, more) if lacks else (sentence,), between=NOTHING),)
    return said


def _ask_whom(
    row: Mapping[Any, Any],
    leaders: Mapping[str, list[str]],
    offices: pd.DataFrame,
    firms: Mapping[str, Name],
) -> tuple[Words | None, bool]:
    """Who is presumed to make it here; else a local buyer, leaders first; else the chain's leader; else the office."""
    for firm in row["presumed_firms"]:
        return reason("gaps.presumed_firm", firm=firm), False
    led = leaders.get(str(row["chain_id"]), [])
    buyers = list(row["buyer_ids"])
    for firm in [*(buyer for buyer in buyers if buyer in led), *buyers]:
        return reason("gaps.buyer", firm=firms.get(firm, firm)), False
    for firm in led:
        return reason("gaps.leader", firm=firms.get(firm, firm)), True
    own = offices[offices["chain_id"] == row["chain_id"]]
    for department in [*own["department"], *offices.loc[offices["chain_id"].isna(), "department"]]:
        return reason("gaps.office", department=department), True
    return None, True


def _question(row: Mapping[Any, Any], segment: Name, *, by_office: bool) -> Words:
    if row["presumed"]:
        firms = listed(row["presumed_firms"])
        return reason("gaps.question_presumed", segment=segment, count=row["presumed"], firms=firms)
    keywords = listed(split(row["keywords"])[:3] or [str(row["segment"])])
    return reason("gaps.question_office" if by_office else "gaps.question", segment=segment, keywords=keywords)


def _reasons(row: Mapping[Any, Any], firms: Mapping[str, Name], graph: ChainGraph) -> list[Words]:
    said: list[Words] = []
    expected = None if math.isnan(row["expected"]) else number(row["expected"])
    if row["confirmed"] in ("present", "missing"):
        checks = segment_checks(graph)
        by = checks.loc[checks["segment_id"] == row["segment_id"], ["by", "date"]].astype(object).fillna("")
        said.append(reason(f"gaps.confirmed_{row['confirmed']}", by=" ".join(by.iloc[0]).strip()))
    if row["found"]:
        said.append(reason("gaps.found", count=row["found"], firms=listed(row["found_firms"])))
        if expected:
            said.append(reason("gaps.expected", expected=expected))
    elif expected and row["state"] in ("missing", "unknown"):
        said.append(reason(f"gaps.{row['state']}", expected=expected))
    elif row["expected"] >= _TENTH:
        said += [reason("gaps.none_known"), reason("gaps.few_expected", expected=expected)]
    else:
        said.append(reason("gaps.none_known"))
    if row["clusters"]:
        said.append(reason("gaps.cluster", names=listed(row["clusters"])))
    if row["presumed"]:
        said.append(reason("gaps.presumed", count=row["presumed"], firms=listed(row["presumed_firms"])))
    if row["group_only"]:
        said.append(reason("gaps.group_only", count=row["group_only"], firms=listed(row["group_only_firms"])))
    if row["local_demand"]:
        buyers = [firms.get(firm, firm) for firm in row["buyer_ids"]]
        said.append(reason("gaps.demand", count=row["local_demand"], firms=listed(buyers)))
    else:
        said.append(reason("gaps.no_demand"))
    if row["local_supply"]:
        said.append(reason("gaps.supply", count=row["local_supply"]))
    if isinstance(row["nearest_supplier_city"], str):
        where = {"city": place(row["nearest_supplier_city"]), "km": number(row["nearest_supplier_km"], 0)}
        if row["nearby_found"]:
            said.append(reason("gaps.nearby", count=row["nearby_found"], **where))
        else:
            said.append(reason("gaps.nearest", **where))
    if pd.notna(row["market_share"]):
        shares = {"share": percent(row["market_share"]), "known": percent(row["share_known"])}
        said.append(reason("gaps.market_share", **shares))
    if isinstance(row["single_source"], str):
        said.append(reason("gaps.single_source", name=row["single_source"], share=percent(row["single_share"])))
    judged = {"high_value": row["high_value"], "chokepoint": row["choke_told"]}
    flags = [reason(f"gaps.{flag}") for flag, value in judged.items() if _true(value)]
    if flags:
        known = isinstance(row["reason"], str)
        why = {"reason": row["reason"]} if known else {}
        said.append(reason("gaps.flag_reason" if known else "gaps.flag_plain", flags=Several(tuple(flags)), **why))
    if pd.notna(row["must_pass"]) and row["must_pass"] >= 0.5:
        said.append(reason("gaps.must_pass", share=percent(row["must_pass"])))
    if row["choke_by_position"]:
        said.append(reason("gaps.suppliers", count=number(row["suppliers"])))
    if pd.notna(row["local_order_share"]):
        said.append(reason("gaps.order_share", share=percent(row["local_order_share"])))
    if row["severity"] > 0:
        named = ("state", "demand", "high_value", "chokepoint", "must_pass")
        held = {part: row[f"severity_{part}"] for part in named if row[f"severity_{part}"] > 0}
        parts = tuple(reason(f"gaps.severity_{part}", points=number(points, 2)) for part, points in held.items())
        said.append(reason("gaps.severity", total=number(row["severity"], 2), parts=Several(parts)))
    return said


def weekly_questions(gaps: pd.DataFrame, most: int = QUESTIONS) -> pd.DataFrame:
    """Which questions are most worth asking this week (待核清单)?

    Parameters
    ----------
    gaps
        From `describe_gaps`.

    Returns
    -------
    DataFrame
        At most ``most`` rows, those first where firms registered here are to be checked, then the most severe:
        rank, chain_id, chain, segment_id, segment, state, ask_whom,
        question, why, sources.
    """
    asked = gaps.dropna(subset=["question"])
    asked = asked.assign(minus=-asked["severity"], plain=asked["presumed"] == 0)
    asked = asked.sort_values(["plain", "minus", "chain_id", "segment_id"], kind="stable")
    # A firm is asked once a month at most; an office may be asked about several segments.
    by_firm = [isinstance(whom, Reason) and whom.label != "gaps.office" for whom in asked["ask_whom"]]
    again = asked["ask_whom"].duplicated() & pd.Series(by_firm, index=asked.index, dtype=bool)
    asked = asked[~again].head(most).reset_index(drop=True)
    why = [
        reason(
            "gaps.why_question",
            severity=number(row["severity"], 2),
            state=reason(f"codes.state_{row['state']}"),
            demand=row["local_demand"],
            supply=row["local_supply"],
        )
        for row in rows_of(asked)
    ]
    ranked = asked.assign(rank=range(1, len(asked) + 1), why=pd.Series(why, dtype="object"))
    return ranked[list(QUESTION_COLUMNS)]


def describe_leaders(leaders: pd.DataFrame, graph: ChainGraph, trouble: pd.DataFrame | None = None) -> pd.DataFrame:
    """The leaders with the ground in words.

    Parameters
    ----------
    trouble
        firm_id, gate: what is known against firms (`candidates.signals`); a leader in decline is said to be so.

    Returns
    -------
    DataFrame
        chain_id, rank, firm_id, firm, firm_en, district, reason, products, segments (names), confidence, sources.
    """
    segments = names_of(graph, "segments")
    firms = graph["firms"].set_index("firm_id")
    troubled: dict[str, list[str]] = {}
    for firm, gate in [] if trouble is None else zip(trouble["firm_id"], trouble["gate"], strict=True):
        troubled.setdefault(firm, []).append(gate)
    rows = []
    for row in rows_of(leaders):
        said: list[Words] = []
        if row["ground"] == "designated":
            note = row["designation"] if isinstance(row["designation"], str) else reason("gaps.leader_unsaid")
            said.append(reason("gaps.leader_designated", designation=note))
        if pd.notna(row["order_share"]):
            said.append(reason("gaps.leader_orders", share=percent(row["order_share"])))
        if row["ground"] == "position":
            said.append(reason("gaps.leader_position", count=len(row["segments"])))
        if row["links"]:
            said.append(reason("gaps.leader_links", count=row["links"]))
        if not row["proven"]:
            said.append(reason("gaps.leader_unproven"))
        said += [
            reason("gaps.leader_decline", gate=reason(f"gates.{gate}")) for gate in troubled.get(row["firm_id"], ())
        ]
        rows.append(
            {
                "chain_id": row["chain_id"],
                "rank": row["rank"],
                "firm_id": row["firm_id"],
                "firm": row["firm"],
                "firm_en": firms["firm_en"].get(row["firm_id"]),
                "district": firms["district"].get(row["firm_id"]),
                "reason": tuple(said),
                "products": ";".join(row["products"]),
                "segments": Several(tuple(segments.get(held, held) for held in row["segments"]), between=SET),
                "confidence": _CONFIDENCE[row["confidence_order"]],
                "sources": row["source"],
            }
        )
    return pd.DataFrame(rows, columns=list(LEADER_COLUMNS))
