"""Captions of the lists: what the fit is relative to, why a list is short, and the rankings per sector."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import RANKED_COLUMNS
from chaingraph.wording.phrases import joined, names_by_id, number, percent, worded
from chaingraph.wording.targets import tier_names

FEW = 5


def list_notes(
    main: pd.DataFrame,
    asked: pd.DataFrame,
    candidates: pd.DataFrame,
    dropped: pd.DataFrame,
    caption: Mapping[str, object],
    graph: ChainGraph,
    lang: str,
    *,
    proposed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What to print beside each list.

    Parameters
    ----------
    proposed
        From `leaders.propose_leaders`, for the chains of which nobody has said who leads.

    Returns
    -------
    DataFrame
        chain_id, note: the caption of the fit, that lists only order, who is proposed as a leading firm, and why a list
        has fewer than five new targets.
    """
    rows = []
    asked = asked[asked["list"] == "main"]
    passing = candidates[candidates["list"] == "main"]
    for chain_id in sorted(graph["chains"]["chain_id"]):
        if caption["reference_kind"] == "listed":
            counted, date = caption["count"], caption["reference_date"]
            rows.append((chain_id, text("explain.note_listed", lang, count=counted, date=date)))
        elif caption["reference"] is None:
            share = percent(float(str(caption["share"])))
            rows.append((chain_id, text("explain.note_caption", lang, count=caption["count"], share=share)))
        else:
            name, count = caption["reference"], caption["count"]
            rows.append((chain_id, text("explain.note_reference", lang, name=name, count=count)))
            if "reference_read" in caption:
                read = {"read": caption["reference_read"], "keep": caption["reference_keep"]}
                rows.append((chain_id, text("explain.note_reference_read", lang, name=name, count=count, **read)))
        if graph.reading is not None:
            rows.append((chain_id, text("explain.note_counted", lang, **graph.reading._asdict())))
        rows.append((chain_id, text("explain.note_tiers", lang)))
        rows += [(chain_id, note) for note in proposal_notes(proposed, str(chain_id), graph, lang)]
        new = main[(main["chain_id"] == chain_id) & (main["candidate_list"] == "new")]
        own = asked[asked["chain_id"] == chain_id]
        if own.empty:
            rows.append((chain_id, text("explain.note_no_segments", lang)))
        elif len(new) < FEW:
            gates = [
                text("explain.note_dropped", lang, gate=text(f"codes.gate_{gate}", lang), count=count)
                for gate, count in dropped.loc[dropped["chain_id"] == chain_id, ["gate", "count"]].itertuples(
                    index=False
                )
            ]
            held = passing[passing["chain_id"] == chain_id]
            reinvested = held.loc[held["candidate_list"] == "reinvest", "firm_id"].nunique()
            if reinvested:
                gates.append(text("explain.note_reinvested", lang, count=reinvested))
            pool = held["firm_id"].nunique() + int(dropped.loc[dropped["chain_id"] == chain_id, "count"].sum())
            said = text("gaps.list_separator", lang).join(gates) or "0"
            rows.append(
                (chain_id, text("explain.note_few", lang, count=len(new), segments=len(own), pool=pool, dropped=said))
            )
    return pd.DataFrame(rows, columns=["chain_id", "note"]).astype("str")


def with_first_rows(notes: pd.DataFrame, firsts: pd.DataFrame, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """The notes with, for each chain, what its list is ordered by and why its first row stands first.

    Parameters
    ----------
    notes
        From `list_notes`.
    firsts
        From `ranking.first_rows`.
    """
    names = names_by_id(graph, "firms", lang)
    rows = []
    for row in firsts.to_dict("records"):
        order = text("explain.first_then", lang).join(
            text(f"explain.key_{key}", lang) for key in row["order"].split(";")
        )
        said = text("explain.first_order", lang, order=order)
        if isinstance(row["second_id"], str):
            firms = {"firm": names[row["firm_id"]], "second": names[row["second_id"]]}
            entry = "first_tied" if row["key"] == "id" else "first_by"
            said += text(f"explain.{entry}", lang, key=text(f"explain.key_{row['key']}", lang), **firms)
            if row["fit_lift"] < row["second_fit_lift"]:
                fits = {"fit": number(row["fit_lift"], 2), "other": number(row["second_fit_lift"], 2)}
                said += text("explain.first_less_fit", lang, **fits)
        rows.append((row["chain_id"], said))
    more = pd.DataFrame(rows, columns=["chain_id", "note"]).astype("str")
    return pd.concat([notes, more], ignore_index=True).sort_values("chain_id", kind="stable", ignore_index=True)


def proposal_notes(proposed: pd.DataFrame | None, chain_id: str, graph: ChainGraph, lang: str) -> list[str]:
    """Who might lead a chain of which nobody has said who does, and by which rule; nothing where somebody has."""
    own = None if proposed is None else proposed[proposed["chain_id"] == chain_id]
    if own is None or own.empty:
        return []
    firms = names_by_id(graph, "firms", lang)
    names = text("gaps.list_separator", lang).join(firms[firm] for firm in own["firm_id"])
    return [text("explain.note_proposed", lang, firms=names)]


def describe_rankings(
    sectors: pd.DataFrame, graph: ChainGraph, facts: pd.DataFrame, gaps: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """The rankings per sector in words.

    Returns
    -------
    DataFrame
        chain_id, chain, tier (global500 | specialised), rank (ties share one), firm_id, firm, firm_en, country, city,
        segment, fit_lift (times the reference; NaN = no basis), evidence_grade, source_kind and origin (codes of
        `source_kinds`), reasons, sources.
    """
    chains, segments = (names_by_id(graph, table, lang) for table in ("chains", "segments"))
    firms = graph["firms"].set_index("firm_id")
    rows = []
    for row in sectors.to_dict("records"):
        firm = firms.loc[row["firm_id"]]
        state = text(f"codes.state_{gaps['state'][row['segment_id']]}", lang)
        segment = segments[row["segment_id"]]
        said = [text("explain.present", lang, segment=segment, state=state)]
        if isinstance(row["product"], str):
            said.append(row["product"])
        if isinstance(facts["tiers"][row["firm_id"]], str):
            said.append(tier_names(facts["tiers"][row["firm_id"]], lang))
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
                "reasons": joined(said, lang),
                "sources": ";".join(dict.fromkeys(sources)),
            }
        )
    return worded(rows, RANKED_COLUMNS)
