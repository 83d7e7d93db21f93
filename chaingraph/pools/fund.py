"""基金招商: firms that partner funds or local investors hold and that make what the chains lack."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from chaingraph.choosing.gates import plainest
from chaingraph.facts.roles import firm_roles
from chaingraph.model.case import rows_of
from chaingraph.model.days import months_before
from chaingraph.model.results.told import Several, Words
from chaingraph.pools.ground import Ground, Pool, Row, held_back, ranked, sources_of, weakest


def pool(ground: Ground) -> Pool:
    """Portfolio firms outside the region that make what a gap segment lacks, those with a young round first.

    Lists: ``follow_on`` (a round within the months of the rules), ``portfolio`` (held, no such round on record),
    ``local_investor`` (a firm of the region has invested in it).
    """
    rows: list[dict[str, object]] = []
    held: dict[str, str] = {}
    wanted = _gap_segments(ground)
    first = months_before(ground.findings.as_of, ground.rules["follow_on_months"]) if ground.findings.as_of else ""
    funds = {row["fund"]: row for row in rows_of(ground.graph["funds"])}
    newest: dict[tuple[str, str], Row] = {}
    holdings = ground.graph["fund_holdings"].sort_values(["date", "round"], na_position="first", kind="stable")
    for holding in rows_of(holdings):
        newest[holding["fund"], holding["firm_id"]] = holding  # the last stays: the youngest round
    for (fund, firm_id), record in sorted(newest.items(), key=lambda item: item[0]):
        gate = _gate(firm_id, wanted, ground)
        if gate:
            held[firm_id] = gate
            continue
        date = record["date"] if isinstance(record["date"], str) else None
        young = date is not None and first <= (date[:7] if len(date) >= 7 else f"{date[:4]}-01")
        known = funds.get(fund, {})
        manager = known.get("manager") if isinstance(known.get("manager"), str) else None
        said = ground.say("reason_round" if date else "reason_held", fund=fund, date=date, round=_round(record, ground))
        step = ground.say("step_manager", manager=manager) if manager else ground.say("step_fund", fund=fund)
        rows.append(
            {
                "list": "follow_on" if young else "portfolio",
                "via": fund,
                "amount": record["amount_cny_m"],
                "amount_unit": "cny_m" if pd.notna(record["amount_cny_m"]) else None,
                "date": date,
                **_about(firm_id, wanted[firm_id], [said], step, [record, known], ground),
            }
        )
    rows += _local_investors(wanted, held, ground)
    notes = [ground.say("figures_fund", months=ground.rules["follow_on_months"])]
    if ground.graph["fund_holdings"].empty:
        notes.insert(0, ground.say("empty_fund"))
    order = ["by_severity", "date"]
    return Pool("fund", ranked(rows, order, descending=order), held_back(held, ground), tuple(notes))


def _gap_segments(ground: Ground) -> dict[str, list[str]]:
    """Per firm, the gap segments that it makes for, the most severe first."""
    roles = firm_roles(ground.query)
    made = roles[roles["maker"].fillna(value=True) & ~roles["stopped"]]
    found: dict[str, list[str]] = {}
    for firm_id, segment in sorted(zip(made["firm_id"], made["segment_id"], strict=True)):
        if segment in ground.gaps and ground.gaps[segment]["state"] in ground.rules["states"]:
            found.setdefault(firm_id, []).append(segment)
    return {firm: sorted(held, key=lambda one: (-ground.gaps[one]["severity"], one)) for firm, held in found.items()}


def _gate(firm_id: str, wanted: dict[str, list[str]], ground: Ground) -> str | None:
    local, open_gap = firm_id in ground.inside, firm_id in wanted
    return plainest(["local" if local else None, ground.gates.get(firm_id), None if open_gap else "no_gap"])


def _round(record: Row, ground: Ground) -> Words:
    return record["round"] if isinstance(record["round"], str) else ground.say("round_unknown")


def _about(
    firm_id: str, segments: list[str], said: Sequence[Words], step: Words, rows: list[Row], ground: Ground
) -> dict[str, object]:
    firm, segment = ground.firms[firm_id], segments[0]
    others = [ground.names["segments"][other] for other in segments[1:]]
    reasons: list[Words | None] = [
        *said,
        ground.say("reason_gap", segment=ground.names["segments"][segment], state=ground.state(segment)),
        ground.say("also_makes", segments=Several(tuple(others))) if others else None,
    ]
    return {
        **ground.seat(firm_id),
        **ground.gap(segment),
        "reasons": ground.sentences(reasons),
        "next_step": step,
        "confidence": weakest(firm["confidence"], *(row.get("confidence") for row in rows)),
        "sources": sources_of(*rows, firm),
        "by_severity": ground.gaps[segment]["severity"],
    }


def _local_investors(wanted: dict[str, list[str]], held: dict[str, str], ground: Ground) -> list[dict[str, object]]:
    links = ground.graph["firm_links"]
    links = links[(links["kind"] == "invests") & links["source_id"].isin(ground.inside)]
    rows = []
    for record in rows_of(links.sort_values(["source_id", "target_id"], kind="stable")):
        firm_id = record["target_id"]
        gate = _gate(firm_id, wanted, ground)
        if gate:
            held.setdefault(firm_id, gate)
            continue
        investor = ground.name(record["source_id"])
        said = [ground.say("reason_investor", investor=investor)]
        step = ground.say("step_investor", investor=investor)
        rows.append(
            {
                "list": "local_investor",
                "via": investor,
                "amount": float("nan"),
                "amount_unit": None,
                "date": None,
                **_about(firm_id, wanted[firm_id], said, step, [record], ground),
            }
        )
    return rows
