"""以地招商: which parcel suits a target, and where no parcels are known, which zone."""

from __future__ import annotations

from chaingraph.facts.derived_tables import place_within
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing, split
from chaingraph.model.results.told import Several
from chaingraph.pools.ground import Ground, Pool, Row, held_back, ranked, sources_of, weakest
from chaingraph.wording.next_steps import find_doors, zone_for
from chaingraph.wording.phrases import as_told


def pool(ground: Ground) -> Pool:
    """For every target on the chain lists, the parcels that suit it best.

    Lists: ``reserve`` and ``contiguous`` (parcels of at least 200 and 100 mu), ``smaller``, ``size_unknown``; ``zone``
    where the case holds no parcel. A parcel is left out on a known fact only: too small for the segment's rule, no
    industrial use, outside a chemical park where the segment has to be in one. Zones of provincial level or higher come
    first, then those that name the chain as their focus, then the smallest parcel that is large enough.
    """
    targets = as_told(ground.findings.targets).frame
    # New firms and those that reinvest alike need a site; a firm stands once, by its best place.
    placed = targets.sort_values(["rank", "candidate_list", "chain_id", "firm_id"], kind="stable")
    placed = placed.drop_duplicates("firm_id")
    zones = {row["zone"]: row for row in rows_of(ground.graph["zones"])}
    parcels = rows_of(ground.graph["parcels"])
    needs = _needs(ground)
    rows: list[dict[str, object]] = []
    held: dict[str, str] = {}
    doors = find_doors(ground.graph, set(ground.inside)).zones
    for target in rows_of(placed):
        need = needs.get(target["segment_id"], {})
        suited = [parcel for parcel in parcels if not _gate(parcel, zones.get(parcel["zone"], {}), need, ground)]
        if parcels and not suited:
            held[target["firm_id"]] = "no_parcel"
        suited.sort(key=lambda parcel: _order(parcel, zones.get(parcel["zone"], {}), target, ground))
        for place, parcel in enumerate(suited[: int(ground.rules["most_parcels"])]):
            rows.append(_row(target, parcel, zones.get(parcel["zone"], {}), need, ground) | {"by_place": place})
        zone = zone_for(doors.get(target["chain_id"], ()), target["country"])
        if not parcels and zone:
            rows.append(_zone_row(target, zone, zones[zone], ground))
    notes = [ground.say("figures_site", levels=Several(tuple(ground.rules["provincial"])))]
    if not parcels:
        notes.insert(0, ground.say("empty_site"))
    return Pool("site", ranked(rows, ["by_target", "by_place"]), held_back(held, ground), tuple(notes))


def _needs(ground: Ground) -> dict[str, Row]:
    """Per segment, what the region's rules ask of a site: land_mu_min (NaN = not said), chem_park."""
    rules = ground.graph["segment_rules"]
    region = ground.findings.region
    applies = rules["region"].map(lambda place: place_within(place, region) or place_within(region, place))
    here = rules[applies.astype(bool)]
    grouped = here.groupby("segment_id")
    return {
        str(segment): {
            "land_mu_min": held["land_mu_min"].max(),
            "chem_park": held["chem_park"].fillna(value=False).any(),
        }
        for segment, held in grouped
    }


def _gate(parcel: Row, zone: Row, need: Row, ground: Ground) -> str | None:
    use = parcel["use"] if isinstance(parcel["use"], str) else ""
    if any(word in use for word in ground.rules["not_industrial"]):
        return "use"
    if need and parcel["area_mu"] < need["land_mu_min"]:  # a comparison with what is not known is never true
        return "too_small"
    if need and need["chem_park"] and zone:
        told = " ".join(str(zone[name]) for name in ("zone", "type", "note") if isinstance(zone[name], str))
        if ground.rules["chemical"] not in told:
            return "not_chemical"
    return None


def _order(parcel: Row, zone: Row, target: Row, ground: Ground) -> tuple[object, ...]:
    level = zone.get("level") if isinstance(zone.get("level"), str) else ""
    provincial = any(str(level).startswith(name) for name in ground.rules["provincial"])
    focus = _focuses(zone, target, ground)
    area = float("inf") if is_missing(parcel["area_mu"]) else parcel["area_mu"]
    return (not provincial, not focus, area, str(parcel["parcel"]))


def _focuses(zone: Row, target: Row, ground: Ground) -> bool:
    chain = ground.names["chains"][target["chain_id"]]
    names = {target["chain_id"], chain.zh, chain.en}
    return any(name in names for name in split(zone.get("focus_chains")))


def _size(area: float, ground: Ground) -> str:
    reserve, contiguous = ground.rules["classes_mu"]
    if is_missing(area):
        return "size_unknown"
    return "reserve" if area >= reserve else "contiguous" if area >= contiguous else "smaller"


def _row(target: Row, parcel: Row, zone: Row, need: Row, ground: Ground) -> dict[str, object]:
    wanted = need.get("land_mu_min", float("nan"))
    said = [
        ground.say("reason_zone", zone=parcel["zone"], level=zone["level"])
        if zone and isinstance(zone["level"], str)
        else None,
        ground.say("reason_focus", chain=target["chain"]) if _focuses(zone, target, ground) else None,
        ground.say("reason_land", need=f"{wanted:g}") if not is_missing(wanted) else ground.say("reason_land_unknown"),
        ground.say("reason_ready", ready=parcel["ready"]) if isinstance(parcel["ready"], str) else None,
    ]
    via = parcel["parcel"] if not isinstance(parcel["zone"], str) else f"{parcel['parcel']}({parcel['zone']})"
    return {
        "list": _size(parcel["area_mu"], ground),
        **_target(target, ground),
        "via": via,
        "amount": parcel["area_mu"],
        "amount_unit": "mu" if not is_missing(parcel["area_mu"]) else None,
        "date": parcel["ready"],
        "reasons": ground.sentences(said),
        "next_step": ground.say("step_site", need=ground.say("need_land")),
        "confidence": weakest(parcel["confidence"], zone.get("confidence")),
        "sources": sources_of(parcel, zone),
        "by_target": target["rank"],
    }


def _zone_row(target: Row, name: str, zone: Row, ground: Ground) -> dict[str, object]:
    said = [
        ground.say("reason_zone", zone=name, level=zone["level"]) if isinstance(zone["level"], str) else None,
        ground.say("reason_focus", chain=target["chain"]),
    ]
    return {
        "list": "zone",
        **_target(target, ground),
        "via": name,
        "amount": float("nan"),
        "amount_unit": None,
        "date": None,
        "reasons": ground.sentences(said),
        "next_step": ground.say("step_zone", zone=name),
        "confidence": weakest(zone["confidence"]),
        "sources": sources_of(zone),
        "by_target": target["rank"],
        "by_place": 0,
    }


def _target(target: Row, ground: Ground) -> dict[str, object]:
    return {**ground.seat(target["firm_id"]), **ground.gap(target["segment_id"]), "chain": target["chain"]}
