"""Captions of the lists: what the fit is relative to, why a list is short, and the rankings per sector."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import RANKED_COLUMNS
from chaingraph.model.results.told import NOTHING, Several, Words, reason
from chaingraph.wording.phrases import names_of, number, percent
from chaingraph.wording.targets import tiers_told

FEW = 5


def list_notes(
    main: pd.DataFrame,
    asked: pd.DataFrame,
    candidates: pd.DataFrame,
    dropped: pd.DataFrame,
    caption: Mapping[str, object],
    graph: ChainGraph,
    *,
    proposed: pd.DataFrame | None = None,
    everyone: pd.DataFrame | None = None,
    unled: Collection[str] = (),
) -> pd.DataFrame:
    """What to print beside each list.

    Parameters
    ----------
    proposed
        From `leaders.propose_leaders`, for the chains of which nobody has said who leads.
    everyone
        From `ranking.rank_lists`, whole: those without any local ground are counted.
    unled
        Chains that go by their leaders and have neither named nor proposed ones.

    Returns
    -------
    DataFrame
        chain_id, note: the caption of the fit, that lists only order, who is proposed as a leading firm, and why a list
        has fewer than five new targets.
    """
    rows: list[tuple[str, Words]] = []
    asked = asked[asked["list"] == "main"]
    passing = candidates[candidates["list"] == "main"]
    for chain_id in sorted(graph["chains"]["chain_id"]):
        if caption["reference_kind"] == "listed":
            counted, date = caption["count"], caption["reference_date"]
            rows.append((chain_id, reason("explain.note_listed", count=counted, date=date)))
        elif caption["reference"] is None:
            share = percent(float(str(caption["share"])))
            rows.append((chain_id, reason("explain.note_caption", count=caption["count"], share=share)))
        else:
            name, count = caption["reference"], caption["count"]
            rows.append((chain_id, reason("explain.note_reference", name=name, count=count)))
            if "reference_read" in caption:
                read = {"read": caption["reference_read"], "keep": caption["reference_keep"]}
                rows.append((chain_id, reason("explain.note_reference_read", name=name, count=count, **read)))
        if graph.reading is not None:
            rows.append((chain_id, reason("explain.note_counted", **graph.reading._asdict())))
        rows.append((chain_id, reason("explain.note_tiers")))
        rows += [(chain_id, note) for note in proposal_notes(proposed, str(chain_id), graph)]
        for level, entry in ((1, "note_waiting"), (2, "note_no_ground")):
            count = _without_rank(everyone, str(chain_id), level)
            if count:
                rows.append((chain_id, reason(f"explain.{entry}", count=count)))
        new = main[(main["chain_id"] == chain_id) & (main["candidate_list"] == "new")]
        own = asked[asked["chain_id"] == chain_id]
        if chain_id in unled and len(own):
            rows.append((chain_id, reason("explain.note_no_leader", segments=len(own))))
        if own.empty:
            rows.append((chain_id, reason("explain.note_no_segments")))
        elif len(new) < FEW:
            gates: list[Words] = [
                reason("explain.note_dropped", gate=reason(f"gates.{gate}"), count=count)
                for gate, count in dropped.loc[dropped["chain_id"] == chain_id, ["gate", "count"]].itertuples(
                    index=False
                )
            ]
            held = passing[passing["chain_id"] == chain_id]
            reinvested = held.loc[held["candidate_list"] == "reinvest", "firm_id"].nunique()
            if reinvested:
                gates.append(reason("explain.note_reinvested", count=reinvested))
            pool = held["firm_id"].nunique() + int(dropped.loc[dropped["chain_id"] == chain_id, "count"].sum())
            said: Words = Several(tuple(gates)) if gates else "0"
            rows.append(
                (chain_id, reason("explain.note_few", count=len(new), segments=len(own), pool=pool, dropped=said))
            )
    return pd.DataFrame(rows, columns=["chain_id", "note"])


def _without_rank(everyone: pd.DataFrame | None, chain_id: str, level: int) -> int:
    """How many new targets of a chain's own list have no rank: 1 = nothing to call about, 2 = nothing local at all."""
    if everyone is None or "unranked" not in everyone:
        return 0
    own = everyone[(everyone["list"] == "main") & (everyone["chain_id"] == chain_id)]
    return int((own.loc[own["candidate_list"] == "new", "unranked"] == level).sum())


def with_first_rows(notes: pd.DataFrame, firsts: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The notes with, for each chain, what its list is ordered by and why its first row stands first.

    Parameters
    ----------
    notes
        From `list_notes`.
    firsts
        From `ranking.first_rows`.
    """
    names = names_of(graph, "firms")
    rows: list[tuple[str, Words]] = []
    for row in rows_of(firsts):
        order = tuple(reason(f"explain.key_{key}") for key in row["order"].split(";"))
        said: list[Words] = [reason("explain.first_order", order=Several(order, between="explain.first_then"))]
        if isinstance(row["second_id"], str):
            firms = {"firm": names[row["firm_id"]], "second": names[row["second_id"]]}
            entry = "first_tied" if row["key"] == "id" else "first_by"
            said.append(reason(f"explain.{entry}", key=reason(f"explain.key_{row['key']}"), **firms))
            if row["fit_lift"] < row["second_fit_lift"]:
                fits = {"fit": number(row["fit_lift"], 2), "other": number(row["second_fit_lift"], 2)}
                said.append(reason("explain.first_less_fit", **fits))
        rows.append((row["chain_id"], Several(tuple(said), between=NOTHING)))
    more = pd.DataFrame(rows, columns=["chain_id", "note"])
    return pd.concat([notes, more], ignore_index=True).sort_values("chain_id", kind="stable", ignore_index=True)


def proposal_notes(proposed: pd.DataFrame | None, chain_id: str, graph: ChainGraph) -> list[Words]:
    """Who might lead a chain of which nobody has said who does, and by which rule; nothing where somebody has."""
    own = None if proposed is None else proposed[proposed["chain_id"] == chain_id]
    if own is None or own.empty:
        return []
    firms = names_of(graph, "firms")
    return [reason("explain.note_proposed", firms=Several(tuple(firms[firm] for firm in own["firm_id"])))]


def describe_rankings(
    sectors: pd.DataFrame, graph: ChainGraph, facts: pd.DataFrame, gaps: pd.DataFrame
) -> pd.DataFrame:
    """The rankings per sector in words.

    Returns
    -------
    DataFrame
        chain_id, chain, tier (global500 | specialised), rank (ties share one), firm_id, firm, firm_en, country, city,
        segment, fit_lift (times the reference; NaN = no basis), evidence_grade, source_kind and origin (codes of
        `source_kinds`), reasons, sources.
    """
    chains, segments = (names_of(graph, table) for table in ("chains", "segments"))
    firms = graph["firms"].set_index("firm_id")
    rows = []
    for row in rows_of(sectors):
        firm = firms.loc[row["firm_id"]]
        state = reason(f"codes.state_{gaps['state'][row['segment_id']]}")
        segment = segments[row["segment_id"]]
        said: list[Words] = [reason("explain.present", segment=segment, state=state)]
        if isinstance(row["product"], str):
            said.append(row["product"])
        if isinstance(facts["tiers"][row["firm_id"]], str):
            said.append(tiers_told(facts["tiers"][row["firm_id"]]))
        sources = [source for source in (row["source"], firm["source"]) if isinstance(source, str)]
        rows.append(
            {
                "chain_id": row["chain_id"],
                "chain": chains[row["chain_id"]],
                "tier": row["tier"],
                "rank": row["rank"],
                "firm_id": row["firm_id"],
                "firm": firm["firm"],
                "firm_en": firm["firm_en"],
                "country": firm["country"],
                "city": firm["city"],
                "segment": segment,
                "fit_lift": row["fit_lift"],
                "evidence_grade": row["evidence_grade"],
                "source_kind": row["source_kind"],
                "origin": row["origin"],
                "reasons": tuple(said),
                "sources": ";".join(dict.fromkeys(sources)),
            }
        )
    return pd.DataFrame(rows, columns=list(RANKED_COLUMNS))
