"""拟落载体: the plots and factory space that are free and fit a row, and the county and zones to think of first."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from chaingraph.facts.comparables import Comparables
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing, split
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph

Row = Mapping[str, Any]
_NOT_INDUSTRIAL = ("住宅", "商业", "商服")
_FREE_MONTHS = 12  # what is free later is no place for a project that is decided now
_LEVELS = ("国家级", "省级")
_SHARED = re.compile("中([德荷法日韩意美英])")
_PARTNERS = {
    "德": "德国", "荷": "荷兰", "法": "法国", "日": "日本", "韩": "韩国", "意": "意大利", "美": "美国", "英": "英国",
}  # fmt: skip


@dataclass(frozen=True)
class Need:
    """What a project needs: least land and floor (None = not known), whether in a chemical park (None = not known)."""

    land_mu: float | None
    floor_m2: float | None
    chem_park: bool | None


@dataclass(frozen=True)
class Choice:
    """A place to propose: kind (parcel, premise, zone), its name, zone and county, size, and why: codes in order.

    why: partner, county, focus, level, chem_park, fits, size_unknown.
    """

    kind: str
    name: str
    zone: str | None
    county: str | None
    size: float
    why: tuple[str, ...]
    source: str | None

    @property
    def fits(self) -> bool:
        """Whether it is known to be free and to fit."""
        return "fits" in self.why


def need_of(rule: Row | None, fact: Row | None, comparables: Comparables) -> Need:
    """What is needed, by the first that says so: the fact, the group's last plant, three like projects, the rule.

    A rule of the region (its least land) is a bound for parcels and says nothing of floor.
    """
    needs: dict[str, float | None] = {}
    for size in ("land_mu", "floor_m2"):
        known = [row.get(size) for row in (*((fact,) if fact else ()), *comparables.own[:1])]
        between = comparables.between(size)
        known += [between[0]] if between else []
        known += [rule.get(size + "_min")] if rule else []
        needs[size] = next((float(value) for value in known if value is not None and not is_missing(value)), None)
    park = None if rule is None or is_missing(rule["chem_park"]) else bool(rule["chem_park"])
    return Need(needs["land_mu"], needs["floor_m2"], park)


@dataclass(frozen=True)
class Grounds:
    """What a region can offer, as rows: zones by name, parcels, premises."""

    zones: Mapping[str, Row]
    parcels: tuple[Row, ...]
    premises: tuple[Row, ...]


def offered(graph: ChainGraph) -> Grounds:
    """Lay out what a region can offer, once for all rows."""
    zones = {row["zone"]: row for row in rows_of(graph["zones"])}
    return Grounds(zones, tuple(rows_of(graph["parcels"])), tuple(rows_of(graph["premises"])))


def partner_of(zone: str) -> str | None:
    """The country that a zone is shared with, by its name.

    Examples
    --------
    >>> partner_of("平湖中德工业园"), partner_of("海宁经济开发区")
    ('德国', None)
    """
    return _PARTNERS[match[1]] if (match := _SHARED.search(zone)) else None


def choices_of(
    grounds: Grounds,
    chain: Collection[str],
    counties: Collection[str],
    need: Need,
    as_of: str,
    *,
    country: object = None,
) -> tuple[Choice, ...]:
    """The two places to propose, the surer first: what is known to fit, then the county of buyer or unit, focus, level.

    A zone is proposed on a ground of its own: it names the chain, or lies where buyer or unit is and says of no trade
    that it is for it; a chemical park says so by what it is. One shared with a country (中德…) is for firms of that
    country, and comes first for them where it names the chain. A zone that does not stands behind those that do.

    Parameters
    ----------
    chain
        Id and names of the chain: zones name it as their focus by one of them.
    counties
        Where its buyers, or the group's own units, are.
    country
        The firm's.
    """
    zones = grounds.zones
    found = []
    for row in grounds.parcels:
        if any(word in str(row["use"]) for word in _NOT_INDUSTRIAL):
            continue
        found.append(
            _choice("parcel", row["parcel"], row, row["district"], row["area_mu"], row["ready"], need.land_mu,
                    zones, chain, counties, need, as_of)
        )  # fmt: skip
    for row in grounds.premises:
        found.append(
            _choice("premise", row["premise_id"], row, row["region"], row["floor_m2"], row["free_from"],
                    need.floor_m2, zones, chain, counties, need, as_of)
        )  # fmt: skip
    by_zone = [
        _choice("zone", name, {**row, "zone": name}, row["district"], float("nan"), None, None, zones, chain, counties,
                need, as_of)
        for name, row in zones.items()
    ]  # fmt: skip
    kept = [choice for choice in found if choice is not None]
    for choice, zone in zip(by_zone, zones.values(), strict=True):
        if choice is None or (partner := partner_of(choice.name)) not in (None, country):
            continue
        if "focus" in choice.why or ("county" in choice.why and not _for_a_trade(zone, need)):
            kept.append(choice if partner is None else replace(choice, why=("partner", *choice.why)))
    kept.sort(key=_order)
    return tuple(kept[:2])


def _for_a_trade(zone: Row, need: Need) -> bool:
    """Whether a zone is known to be for certain trades only, and the chain, which it does not name, is none of them."""
    chemical = (not is_missing(zone["chem_park"]) and bool(zone["chem_park"])) or "化工" in str(zone["type"])
    return bool(split(zone["focus_chains"])) or (chemical and need.chem_park is not True)


def _order(choice: Choice) -> tuple[object, ...]:
    why, zone = choice.why, choice.kind == "zone"
    near = "county" in why and ("focus" in why or not zone)
    shared = "partner" in why and "focus" in why
    first = ("fits" in why, shared, near, "focus" in why, "county" in why, "level" in why)
    return (*(not held for held in first), zone, _size(choice))


def _choice(
    kind: str, name: str, row: Row, county: object, size: object, free: object, least: float | None,
    zones: Mapping[str, Row], chain: Collection[str], counties: Collection[str], need: Need, as_of: str,
) -> Choice | None:  # fmt: skip
    zone = zones.get(row["zone"]) if isinstance(row.get("zone"), str) else None
    where = county if isinstance(county, str) else zone["district"] if zone is not None else None
    park = None if zone is None or is_missing(zone["chem_park"]) else bool(zone["chem_park"])
    number = float("nan") if is_missing(size) else float(str(size))
    if need.chem_park and park is False:
        return None
    if least is not None and number < least:  # a comparison with what is not known is never true
        return None
    why = []
    if isinstance(where, str) and set(split(where)) & set(counties):
        why.append("county")
    if zone is not None and set(split(zone["focus_chains"])) & set(chain):
        why.append("focus")
    if zone is not None and isinstance(zone["level"], str) and zone["level"].startswith(_LEVELS):
        why.append("level")
    if need.chem_park and park:
        why.append("chem_park")
    free_soon = isinstance(free, str) and bool(as_of) and months_before(free, _FREE_MONTHS) <= as_of[:7]
    in_park = need.chem_park is not True or park is True
    if kind != "zone" and least is not None and number >= least and free_soon and in_park:
        why.append("fits")
    elif kind != "zone":
        why.append("size_unknown")
    zone_name = row["zone"] if isinstance(row.get("zone"), str) else None
    source = row["source"] if isinstance(row["source"], str) else None
    return Choice(kind, str(name), zone_name, where if isinstance(where, str) else None, number, tuple(why), source)


def _size(choice: Choice) -> tuple[float, str]:
    return (float("inf") if pd.isna(choice.size) else choice.size, choice.name)
