"""总部招商: functional units of groups that are here already, and seats of foreign groups that are in China."""

from __future__ import annotations

import pandas as pd

from chaingraph.facts.derived_tables import place_within
from chaingraph.facts.groups import families
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.results.told import SET, Several, Words, reason
from chaingraph.places import regions
from chaingraph.pools.ground import Ground, Pool, held_back, ranked, sources_of, weakest
from chaingraph.wording.brief import policy_sentences

_SEATS = ("hq", "decision")


def pool(ground: Ground) -> Pool:
    """Groups from elsewhere with a unit here and no functional unit on record; foreign groups without a seat in China.

    Lists: ``functional`` (asked for the functions of the rules that are not on record here), ``china_seat`` (a group
    seated abroad with units in China and no seat or place of decision there on record). "Not on record" is what the
    case says, not that there is none.
    """
    groups = families(ground.query)
    units = ground.units.set_index("group_id")
    sites = ground.graph["firm_sites"].merge(groups[["firm_id", "group_id"]], on="firm_id")
    listed = ground.listed()
    rows: list[dict[str, object]] = []
    held: dict[str, str] = {}
    for group_id in sorted(set(groups["group_id"])):
        firm = ground.firms[group_id]
        own = sites[sites["group_id"] == group_id]
        here = group_id in units.index and bool(units.at[group_id, "unit"])
        members = groups.loc[groups["group_id"] == group_id, "firm_id"]
        in_china = _in_china(members, own, ground)
        foreign = isinstance(firm["country"], str) and firm["country"] != regions.CHINA
        seated = any(
            kind in _SEATS and _is_chinese(place) for kind, place in zip(own["kind"], own["region"], strict=True)
        )
        wants_seat = foreign and not seated and len(in_china) >= ground.rules["china_units"]
        if group_id in ground.inside or not (here or wants_seat):
            continue
        if group_id in ground.gates:
            held[group_id] = ground.gates[group_id]
            continue
        common = _common(group_id, listed.get(group_id, []), own, ground)
        named = Several(tuple(reason(f"codes.tier_{name}") for name in listed.get(group_id, [])))
        tiers_said = ground.say("reason_tiers", tiers=named) if named.members else None
        known = {
            kind
            for kind, place in zip(own["kind"], own["region"], strict=True)
            if place_within(place, ground.findings.region)
        }
        lacking = [name for name in ground.rules["functions"] if name not in known]
        if here and lacking:
            held_here = _units_here(members, str(units.at[group_id, "local_unit"]), ground)
            functions = Several(tuple(reason(f"codes.site_{name}") for name in lacking))
            said = [
                ground.say("reason_unit", unit=Several(held_here)),
                ground.say("reason_functions", functions=functions),
            ]
            step = ground.say("step_unit", unit=held_here[0])
            own_columns = {
                "list": "functional",
                "via": Several(held_here, between=SET),
                "by_units": len(held_here),
                "reasons": ground.sentences([*said, tiers_said]),
            }
            rows.append(common | own_columns | {"next_step": step})
        if wants_seat:
            seats = ground.say("reason_china", places=Several(tuple(in_china)), count=len(in_china))
            own_columns = {
                "list": "china_seat",
                "via": None,
                "by_units": len(in_china),
                "reasons": ground.sentences([seats, tiers_said]),
            }
            rows.append(common | own_columns | {"next_step": ground.say("step_china_seat")})
    order = ["by_tier", "by_units"]
    notes = _notes(ground) if rows else (ground.say("empty_headquarters"), *_notes(ground))
    return Pool("headquarters", ranked(rows, order, descending=order), held_back(held, ground), notes)


def _common(group_id: str, on_lists: list[str], own: pd.DataFrame, ground: Ground) -> dict[str, object]:
    firm = ground.firms[group_id]
    made = ground.graph["firm_segments"]
    segments = sorted(
        segment for segment in made.loc[made["firm_id"] == group_id, "segment_id"] if segment in ground.gaps
    )
    return {
        **ground.seat(group_id),
        **(ground.gap(segments[0]) if segments else {}),
        "amount": float("nan"),
        "amount_unit": None,
        "date": None,
        "confidence": weakest(firm["confidence"], *own["confidence"]),
        "sources": sources_of(firm, *rows_of(own)),
        "by_tier": bool(on_lists),
    }


def _units_here(members: pd.Series, recorded: str, ground: Ground) -> tuple[Words, ...]:
    """The group's firms in the region by name; where none is a firm of the case, what is recorded of its sites."""
    names = sorted(ground.name(firm) for firm in members if firm in ground.inside)
    return tuple(names) or split(recorded) or (recorded,)


def _in_china(members: pd.Series, own: pd.DataFrame, ground: Ground) -> list[str]:
    """Cities in China where a group has a unit on record, by seats of its firms there and by sites."""
    seats = [
        tuple(ground.firms[firm][part] for part in ("country", "province", "city", "district")) for firm in members
    ]
    sites = [
        (None, None, place, None)
        for place, kind in zip(own["region"], own["kind"], strict=True)
        if kind not in ("contact", *_SEATS) and _is_chinese(place)
    ]
    cities = (
        regions.prefecture_of(tuple(part if isinstance(part, str) else None for part in place))
        for place in [*seats, *sites]
    )
    return sorted({city for city in cities if city})


def _is_chinese(place: object) -> bool:
    return isinstance(place, str) and place_within(place, regions.CHINA)


def _notes(ground: Ground) -> tuple[Words, ...]:
    policies = ground.graph["policies"]
    spoken = policies["policy"].fillna("") + policies["summary"].fillna("")
    meant = [any(word in said for word in ground.rules["policy_words"]) for said in spoken]
    wanted = policies[pd.Series(meant, policies.index, dtype=bool)]
    figures = ground.say("figures_headquarters", count=ground.rules["china_units"])
    return (figures, *policy_sentences(wanted.fillna(""), ground.on))
