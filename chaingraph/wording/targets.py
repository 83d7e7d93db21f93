"""Targets in words: three reasons, route, next step, proposal and risk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from chaingraph.facts.gaps import PRESENT_STATES
from chaingraph.fit.lists import NAMED_FIRMS
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import TARGET_COLUMNS
from chaingraph.model.results.told import NOTHING, Name, Several, Words, reason
from chaingraph.places import regions
from chaingraph.wording.next_steps import Doors, find_doors, is_introduction, next_step
from chaingraph.wording.phrases import joined_sources, listed, names_of, percent, say
from chaingraph.wording.sites import recorded_sites

MOST_REASONS = 4
WEAK_SEEDS = 5  # fewer local firms of a chain make its fit weak evidence

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Grounds:
    """What the words are drawn from, for the rows of one list; by id, so that a row costs no search."""

    graph: ChainGraph
    firms: Mapping[str, Row]  # the firm's row and its facts
    gaps: Mapping[str, Row]  # facts by segment
    shares: Mapping[tuple[str, str], Sequence[tuple[str, float]]]  # by chain and firm: local firms, largest first
    words: Mapping[tuple[str, str, str], str]
    routes: Mapping[tuple[str, str], Sequence[Row]]
    doors: Doors
    strategies: Mapping[str, str]
    seed_counts: Mapping[str, int]


def gather_grounds(
    graph: ChainGraph,
    firm_facts: pd.DataFrame,
    gap_facts: pd.DataFrame,
    shares: pd.DataFrame,
    words: pd.DataFrame,
    routes: pd.DataFrame,
    strategies: Mapping[str, str],
    seed_counts: Mapping[str, int],
    firms: Collection[str],
) -> Grounds:
    """Lay the frames of ranking, gaps, scoring and routes out by id; of the firms, those that the lists name."""
    shown = graph["firms"].set_index("firm_id", drop=False)
    shown = shown[shown.index.isin(firms)]
    facts = firm_facts[[column for column in firm_facts if column not in shown]]
    facts = facts.assign(current_tiers=firm_facts["tiers"])
    paths: dict[tuple[str, str], list[Row]] = {}
    for step in rows_of(routes.sort_values(["chain_id", "firm_id", "step"], kind="stable")):
        paths.setdefault((step["chain_id"], step["firm_id"]), []).append(
            {str(key): value for key, value in step.items()}
        )
    return Grounds(
        graph=graph,
        firms=_records(shown.join(facts)),
        gaps=_records(gap_facts),
        shares=_largest_locals(shares),
        words=_by_pair(words),
        routes=paths,
        doors=find_doors(graph, set(firm_facts.index[firm_facts["inside"].fillna(value=False).astype(bool)])),
        strategies=strategies,
        seed_counts=seed_counts,
    )


def for_list(grounds: Grounds, shares: pd.DataFrame, words: pd.DataFrame, strategies: Mapping[str, str]) -> Grounds:
    """The same grounds for another list: its own shares, words and strategies."""
    return replace(grounds, shares=_largest_locals(shares), words=_by_pair(words), strategies=strategies)


def _by_pair(words: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    return {tuple(row[:3]): row[3] for row in words[["chain_id", "firm_id", "local_firm_id", "words"]].to_numpy()}


def _records(frame: pd.DataFrame) -> dict[str, Row]:
    return dict(zip(frame.index.astype(str), rows_of(frame), strict=True))


def describe_targets(rows: pd.DataFrame, grounds: Grounds) -> pd.DataFrame:
    """The shortlist that is handed over: ranked rows with reasons, route, next step and sources in words.

    Parameters
    ----------
    rows
        From `ranking.rank_lists`, one list, with ``evidence_grade``, ``source_kind`` and ``origin``.

    Returns
    -------
    DataFrame
        One row per chain, kind of list and firm: `results.SHORTLIST_COLUMNS`, ``candidate_list``, ``source_kind`` and
        ``origin`` (codes of `source_kinds`), ``sites`` (`wording.sites.recorded_sites`). fit_lift, fit_low, fit_high:
        times the reference's share; top_share, reach: 0-1; propensity: log units. NaN = not known.
    """
    names = {table: names_of(grounds.graph, table) for table in ("chains", "segments", "firms")}
    sites = recorded_sites(grounds.graph, set(rows["firm_id"]))
    described = [{**_described(row, grounds, names), "sites": sites[row["firm_id"]]} for row in rows_of(rows)]
    return pd.DataFrame(described, columns=list(TARGET_COLUMNS))


def _described(row: Mapping[Any, Any], grounds: Grounds, names: Mapping[str, Mapping[str, Name]]) -> dict[str, object]:
    firm, gap = grounds.firms[row["firm_id"]], grounds.gaps[row["segment_id"]]
    path = grounds.routes.get((row["chain_id"], row["firm_id"]), ())
    steps = next_step(row, firm, gap["buyer_ids"], path, grounds.doors, grounds.strategies, names["firms"])
    return {
        **{column: row[column] for column in TARGET_COLUMNS if column in row},
        **{
            column: firm[column]
            for column in (
                "firm",
                "firm_en",
                "country",
                "city",
                "reach",
                "propensity",
                "signal",
                "signal_date",
                "size_class",
            )
        },
        **{column: firm[column] for column in ("signal_stage", "site_status", "signal_source")},
        **({"local_unit": reason("explain.operates_here")} if row["candidate_kind"] == "operates" else {}),
        "chain": names["chains"][row["chain_id"]],
        "segment": names["segments"][row["segment_id"]],
        "gap_state": row["state"],
        "strategy": grounds.strategies[row["chain_id"]],
        "decision_city": grounds.doors.decision_cities.get(row["firm_id"]),
        "tiers": firm["current_tiers"],
        "admission": gap["admission"],
        "proposal": _proposal(row, firm),
        "risk": _risk(row, firm, grounds),
        "reasons": tuple(_reasons(row, firm, gap, grounds, names)),
        "route": _route(path, names["firms"]),
        "next_step": tuple(steps),
        "sources": joined_sources(
            [row["source"], firm["source"], firm["signal_source"], *(step["source"] for step in path)]
        ),
    }


def _largest_locals(shares: pd.DataFrame) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Per chain and firm, the local firms that carry most of the likeness."""
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in rows_of(shares[shares["rank"] <= NAMED_FIRMS].sort_values("rank", kind="stable")):
        found.setdefault((row["chain_id"], row["firm_id"]), []).append((row["local_firm_id"], row["share"]))
    return found


def tier_names(tiers: object, lang: str) -> str:
    """The lists a firm is on, by their names.

    Examples
    --------
    >>> tier_names("global500(2022);unicorn?", "en")
    'Fortune Global 500(2022), Unicorn (not checked)'
    """
    return say(tiers_told(tiers), lang)


def tiers_told(tiers: object) -> Several:
    """The lists a firm is on, each with its edition and a mark where nobody has checked it."""
    shown = []
    for part in split(tiers):
        name, _, edition = part.rstrip("?").partition("(")
        caption: list[Words] = [reason(f"codes.tier_{name}")]
        caption += [f"({edition}"] if edition else []
        caption += [reason("explain.unchecked_mark")] if part.endswith("?") else []
        shown.append(Several(tuple(caption), between=NOTHING))
    return Several(tuple(shown))


def _reasons(
    row: Mapping[Any, Any], firm: Row, gap: Row, grounds: Grounds, names: Mapping[str, Mapping[str, Name]]
) -> list[Words]:
    firms, segments = names["firms"], names["segments"]
    state = reason(f"codes.state_{row['state']}")
    buyers = [firms.get(buyer, buyer) for buyer in gap["buyer_ids"]]
    known = [firms.get(buyer, buyer) for buyer in gap["buyers_known"]]
    key = "gap_known" if known else "gap_buyers" if buyers else "gap"
    key = "present" if row["state"] in PRESENT_STATES else key
    said: list[Words] = [
        reason(f"explain.{key}", segment=segments[row["segment_id"]], state=state, buyers=listed(known or buyers, 3))
    ]
    if isinstance(firm["signal"], str):
        kind = reason(f"codes.signal_{firm['signal']}")
        said.append(reason("explain.signal", date=firm["signal_date"], kind=kind, text=_said(firm)))
        said += _how_far(firm)
    local = grounds.shares.get((row["chain_id"], row["firm_id"]), ())
    if pd.isna(row["s"]):
        said.append(reason("explain.no_basis"))
    elif local:
        named = [
            reason("explain.firm_share", firm=firms.get(seed, seed), share=percent(share)) for seed, share in local
        ]
        keys = [(row["chain_id"], row["firm_id"], seed) for seed, _ in local]
        common = list(dict.fromkeys(word for key in keys for word in split(grounds.words.get(key, ""))))[:NAMED_FIRMS]
        fit = "fit_words" if common else "fit_firms"
        said.append(reason(f"explain.{fit}", firms=Several(tuple(named)), words=Several(tuple(common), pieces=True)))
        if pd.isna(row["fit_lift"]):
            said.append(reason("explain.no_reference"))
    path = grounds.routes.get((row["chain_id"], row["firm_id"]), ())
    if path:
        said.append(_tie(path, row["firm_id"], grounds, firms))
    if isinstance(firm["current_tiers"], str):
        said.append(tiers_told(firm["current_tiers"]))
    if row["other_segments"]:
        others = [segments[segment] for segment in row["other_segments"]]
        said.append(reason("explain.other_segments", segments=listed(others, 3)))
    # A row with other segments must name them, however many reasons stand before.
    return said[:MOST_REASONS] + (said[-1:] if row["other_segments"] and len(said) > MOST_REASONS else [])


def _how_far(firm: Row) -> list[Words]:
    """How far the project of the firm's signal has come and whether its site is decided, where a fact says so."""
    stage, site = firm["signal_stage"], firm["site_status"]
    told: list[Words] = [reason(f"leads.stage_{stage}")] if isinstance(stage, str) else []
    if isinstance(site, str) and site != "unknown":
        told.append(reason("explain.signal_site", site=reason(f"leads.site_{site}")))
    return [Several(tuple(told))] if told else []


def _tie(path: Sequence[Row], firm_id: str, grounds: Grounds, firms: Mapping[str, Words]) -> Words:
    """How the firm is tied to the region, in half a sentence: directly, through others, or as somebody's rival."""
    ends = [path[-1]["from_id"], path[-1]["to_id"]]
    local = next((end for end in ends if end in grounds.doors.local), ends[-1])
    first = next(end for end in (path[0]["from_id"], path[0]["to_id"]) if end != firm_id)
    named = {"local": firms.get(local, local), "other": firms.get(first, first)}
    if len(path) == 1:
        return reason(f"explain.tied_{path[0]['kind']}", **named)
    return reason("explain.tied_through" if is_introduction(path) else "explain.tied_rival", **named)


def _route(path: Sequence[Row], firms: Mapping[str, Words]) -> Words | None:
    steps = []
    for step in path:
        product = step["product"]
        named = reason("explain.route_product", product=product) if isinstance(product, str) else NOTHING
        ends = {
            "source": firms.get(step["from_id"], step["from_id"]),
            "target": firms.get(step["to_id"], step["to_id"]),
        }
        steps.append(reason(f"explain.route_{step['kind']}", product=named, **ends))
    return Several(tuple(steps), between="explain.route_arrow") if steps else None


def _said(firm: Row) -> object:
    """What the signal of a firm says; that it says nothing, where its text is empty."""
    text = firm["signal_text"]
    return text if isinstance(text, str) else reason("explain.signal_unsaid")


def _proposal(row: Mapping[Any, Any], firm: Row) -> Words:
    product = row["product"]
    if not isinstance(product, str):
        return reason("explain.proposal_nothing")
    if isinstance(firm["signal"], str):
        kind = reason(f"codes.signal_{firm['signal']}")
        return reason("explain.proposal_signal", product=product, kind=kind, text=_said(firm))
    form = "reinvest" if row["candidate_list"] == "reinvest" else "unknown"
    return reason(f"explain.proposal_{form}", product=product)


def _risk(row: Mapping[Any, Any], firm: Row, grounds: Grounds) -> tuple[Words, ...] | None:
    said: list[Words] = []
    if isinstance(firm["country"], str) and firm["country"] != regions.CHINA:
        said.append(reason("explain.risk_sanctions"))
    unchecked = ";".join(part.rstrip("?") for part in split(firm["current_tiers"]) if part.endswith("?"))
    if unchecked:
        said.append(reason("explain.risk_unverified", tiers=tiers_told(unchecked)))
    if isinstance(firm["old_tiers"], str):
        said.append(reason("explain.risk_old", tiers=tiers_told(firm["old_tiers"])))
    if isinstance(row.get("as_of"), str):
        said.append(reason("explain.risk_as_of", date=row["as_of"]))
    confidences = {firm["confidence"], row["confidence"]}
    if "unsure" in confidences:
        said.append(reason("explain.risk_unsure"))
    elif "known" in confidences:
        said.append(reason("explain.risk_known"))
    if row.get("grade_lacks"):
        lacking = tuple(reason(f"explain.lacks_{code}") for code in row["grade_lacks"])
        said.append(reason("explain.risk_grade", lacking=Several(lacking)))
    if grounds.seed_counts.get(row["chain_id"], 0) < WEAK_SEEDS:
        said.append(reason("explain.risk_weak_fit"))
    return tuple(said) or None
