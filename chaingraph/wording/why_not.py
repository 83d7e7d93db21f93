"""Where a firm stands, or why nowhere, and what would bring it in: in words, for any firm of the graph."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import code_captions
from chaingraph.wording.firm import explained_rows
from chaingraph.wording.phrases import names_by_id, place_words

Row = Mapping[str, object]


def tell_firm(graph: ChainGraph, findings: Findings, firm_id: str, fates: pd.DataFrame, lang: str) -> str:
    """Everything the survey has to say of a firm.

    Parameters
    ----------
    graph, findings
        What was surveyed, and what was found.
    firm_id
        Any firm of the graph.
    fates
        From `choosing.why_not.why_not`.
    lang
        zh or en.

    Returns
    -------
    str
        A paragraph for each row of a list; its ranks in the rankings; a line for each segment in which it is on no
        list, with what keeps it out and what would bring it in.
    """
    names = {table: names_by_id(graph, table, lang) for table in ("chains", "segments", "firms")}
    firm = names["firms"][firm_id]
    paragraphs = explained_rows(findings, firm_id, lang)
    ranked = findings.rankings[lang]
    ranked = ranked[ranked["firm_id"] == firm_id]
    ranks = [
        text("why_not.ranked", lang, chain=chain, list=text(f"codes.ranking_{tier}", lang), rank=rank)
        for chain, tier, rank in zip(ranked["chain"], ranked["tier"], ranked["rank"], strict=True)
    ]
    rows = rows_of(fates)
    others = [_line(row, findings, names, lang) for row in rows if row["fate"] != "listed"]
    others += _checked(graph, firm_id, {str(row["segment_id"]) for row in rows}, names["segments"], lang)
    if not others and not rows:
        others = [text("why_not.no_segment", lang)]
    if ranks or others:
        entry = "elsewhere" if paragraphs else "head"
        paragraphs.append("\n".join([text(f"why_not.{entry}", lang, firm=firm, id=firm_id), *ranks, *others]))
    return "\n\n".join(paragraphs)


def _checked(graph: ChainGraph, firm_id: str, held: set[str], names: Mapping[str, str], lang: str) -> list[str]:
    """Segments that the firm is no longer in because somebody found that it does not make the thing here."""
    checks = graph["confirmations"]
    if "firm_id" not in checks:
        return []
    checks = checks[(checks["firm_id"] == firm_id) & ~checks["segment_id"].isin(held)]
    latest = checks.sort_values("date", na_position="first", kind="stable").drop_duplicates("segment_id", keep="last")
    missing = latest[latest["state"] == "missing"].sort_values("segment_id")
    return [
        text("why_not.checked_missing", lang, segment=names[segment], by=by)
        for segment, by in zip(missing["segment_id"], missing["by"], strict=True)
    ]


def _line(row: Row, findings: Findings, names: Mapping[str, Mapping[str, str]], lang: str) -> str:
    """One segment in which the firm is on no list: what keeps it out, and what would bring it in."""
    chain = str(row["chain_id"])
    captions = code_captions(lang, findings.parameters)
    plans = findings.parameters.get("strategies")
    strategy = captions.get(f"strategy_{plans.get(chain)}", "-") if isinstance(plans, Mapping) else "-"
    where = text("why_not.where", lang, chain=names["chains"][chain], segment=names["segments"][str(row["segment_id"])])
    state = text(f"codes.state_{row['state']}", lang) if isinstance(row["state"], str) else "-"
    fate = str(row["fate"])
    values: dict[str, object] = {"top": findings.parameters.get("top", "-"), "strategy": strategy, "state": state}
    if fate == "gate":
        gate = str(row["gate"])
        said = text("why_not.gate", lang, gate=text(f"gates.{gate}", lang))
        return text("why_not.line", lang, where=where, said=said, way=text(f"why_not.way_{gate}", lang))
    if isinstance(row["other_id"], str):
        values |= {"other": names["firms"][row["other_id"]], "segment": names["segments"][str(row["other_segment_id"])]}
    if isinstance(row["candidate_list"], str):
        values["list"] = text(f"codes.candidate_{row['candidate_list']}", lang)
    if fate == "same_group":
        values["rank"] = place_words(row["rank"], lang)
    if fate == "behind" and pd.isna(row["position"]):  # type: ignore[call-overload] # a cell
        fate = "behind_somewhere"
    elif fate == "behind":
        values |= {name: int(float(str(row[name]))) for name in ("position", "of", "quota")}
        said = text("why_not.behind", lang, **values) + text(f"why_not.short_of_{row['short_of']}", lang, **values)
        if isinstance(row["other_id"], str):
            said += text("why_not.stands_for", lang, **values)
        way = text(f"why_not.way_{row['short_of']}", lang, **values)
        return text("why_not.line", lang, where=where, said=said, way=way)
    said, way = (text(f"why_not.{entry}{fate}", lang, **values) for entry in ("", "way_"))
    return text("why_not.line", lang, where=where, said=said, way=way)
