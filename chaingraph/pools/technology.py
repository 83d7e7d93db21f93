"""科技招商: segments that lack a technology, who holds it, and the carrier that opens the door."""

from __future__ import annotations

from typing import cast

import pandas as pd

from chaingraph.facts.roles import firm_roles
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.results.told import Name, Several, Words, reason
from chaingraph.pools.ground import Ground, Pool, held_back, ranked, sources_of, weakest
from chaingraph.wording.next_steps import find_doors


def pool(ground: Ground) -> Pool:
    """Who holds what a segment lacks: a missing one of high value or choke-point, or one a firm stated a need for.

    Lists: ``institute`` (a holder of the case's table of capabilities), ``licensor`` (a firm that licenses it),
    ``firm`` (a maker on a list of specialised firms), ``open`` (nobody on record: a question for the carrier).
    """
    needs = ground.graph["tech_needs"]
    stated = {segment: rows for segment, rows in needs.dropna(subset=["segment_id"]).groupby("segment_id")}
    wanted = [segment for segment in sorted(ground.gaps) if segment in stated or _is_wanted(segment, ground)]
    carriers = find_doors(ground.graph, set(ground.inside)).carriers
    rows: list[dict[str, object]] = []
    held: dict[str, str] = {}
    roles = firm_roles(ground.query)
    made = ground.graph["firm_segments"].merge(roles[["firm_id", "segment_id", "maker"]], on=["firm_id", "segment_id"])
    for segment in wanted:
        doors = carriers.get(str(ground.gaps[segment]["chain_id"]), ())
        why = _why(segment, stated.get(segment), ground)
        holders = [*_institutes(segment, ground), *_firms(segment, made, held, ground)]
        if not holders:
            nobody = dict.fromkeys(("firm_id", "firm", "country", "city", "via", "confidence", "sources"))
            holders = [{"list": "open", **nobody, "holds": ground.say("reason_open")}]
        for holder in holders:
            via = holder["via"] or (doors[0] if doors else None)
            said = [cast("Words", holder.pop("holds")), *why]
            step = ground.say("step_carrier", carrier=via) if via else ground.say("step_no_carrier")
            rows.append(
                holder
                | {
                    **ground.gap(segment),
                    "via": via,
                    "amount": float("nan"),
                    "amount_unit": None,
                    "date": None,
                    "reasons": ground.sentences(said),
                    "next_step": step,
                    "by_severity": ground.gaps[segment]["severity"],
                    "by_segment": segment,
                    "by_name": _sorted_by(holder["firm"]),
                }
            )
    notes = [ground.say("figures_technology", count=len(wanted), most=ground.rules["most_holders"])]
    notes += [ground.say("empty_capabilities")] if ground.graph["capabilities"].empty else []
    notes += [ground.say("empty_needs")] if needs.empty else []
    order = ["by_severity", "by_segment", "by_name"]
    return Pool("technology", ranked(rows, order, descending=["by_severity"]), held_back(held, ground), tuple(notes))


def _sorted_by(firm: object) -> object:
    """A holder's place in the order: by its Chinese name, whatever the language of the list."""
    return firm.zh if isinstance(firm, Name) else firm


def _is_wanted(segment: str, ground: Ground) -> bool:
    row = ground.gaps[segment]
    return row["state"] in ground.rules["states"] and (row["high_value"] is True or row["chokepoint"] is True)


def _why(segment: str, needs: pd.DataFrame | None, ground: Ground) -> list[Words]:
    row = ground.gaps[segment]
    said: list[Words] = [ground.say("reason_segment", segment=row["segment"], state=ground.state(segment))]
    said += [ground.say(f"reason_{flag}") for flag in ("chokepoint", "high_value") if row[flag] is True]
    for need in [] if needs is None else rows_of(needs.sort_values(["firm_id", "need"])):
        said.append(ground.say("reason_need", firm=ground.name(need["firm_id"]), need=need["need"]))
    return said


def _institutes(segment: str, ground: Ground) -> list[dict[str, object]]:
    table = ground.graph["capabilities"]
    found = table[table["segment_id"] == segment].sort_values(["holder", "capability"], kind="stable")
    return [
        {
            "list": "institute",
            "firm_id": None,
            "firm": row["holder"],
            "country": row["country"],
            "city": row["city"],
            "via": row["carrier"] if isinstance(row["carrier"], str) else None,
            "holds": ground.say(
                "reason_holds" if isinstance(row["capability"], str) else "reason_works_there",
                holder=row["holder"],
                capability=row["capability"],
            ),
            "confidence": weakest(row["confidence"]),
            "sources": sources_of(row),
        }
        for row in rows_of(found)
    ]


def _firms(segment: str, made: pd.DataFrame, held: dict[str, str], ground: Ground) -> list[dict[str, object]]:
    """Firms outside that license it, or make it and are on a list of specialised firms: those known best come first."""
    special = ground.listed()
    found: list[dict[str, object]] = []
    for row in rows_of(made[made["segment_id"] == segment].sort_values("firm_id", kind="stable")):
        firm_id = row["firm_id"]
        licenses = row["kind"] in ground.rules["kinds"]
        listed = special.get(firm_id, []) if row["maker"] is True else []
        if not (licenses or listed) or firm_id in ground.inside:
            continue
        if firm_id in ground.gates:
            held[firm_id] = ground.gates[firm_id]
            continue
        products = split(row["product"])
        product = Several(products) if products else ground.gaps[segment]["segment"]
        named = Several(tuple(reason(f"codes.tier_{name}") for name in listed))
        holds = ground.say("reason_licenses" if licenses else "reason_specialised", product=product, tiers=named)
        found.append(
            {
                "list": "licensor" if licenses else "firm",
                **ground.seat(firm_id),
                "via": None,
                "holds": holds,
                "confidence": weakest(row["confidence"], ground.firms[firm_id]["confidence"]),
                "sources": sources_of(row, ground.firms[firm_id]),
            }
        )
    sureness = {"seen": 0, "known": 1}
    found.sort(
        key=lambda row: (row["list"] != "licensor", sureness.get(str(row["confidence"]), 2), str(row["firm_id"]))
    )
    return found[: int(ground.rules["most_holders"])]
