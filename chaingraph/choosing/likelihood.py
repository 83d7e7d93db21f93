"""How likely a group is to place a further site away from home (异地扩产可能性): a band and the facts behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from chaingraph.choosing.candidates import SIGNAL_MONTHS
from chaingraph.fit.entry_rates import EntryRates, entry_rate
from chaingraph.model.case import cells_of, rows_of, usable_signals
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Reason, place, reason
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.wording.phrases import listed, number

OPENING_MONTHS = 36  # a new site counts as recent for so long
STALE_MONTHS = 60  # a group whose last site is older has stopped
LIKE_KM = 150.0  # a plant of the same products serves customers within that distance
HIGH, MIDDLE = 3, 1  # points from which a band begins
# Points per fact; they add up. `docs/backtest.md` tells what of this the past supports.
POINTS = {
    "site_open": 3,  # says in public that it is looking for a place
    "openings": 1,  # one new site elsewhere in three years
    "openings_several": 2,  # two or more
    "units": 1,  # units in one or two other cities
    "units_many": 2,  # in three or more
    "sign": 1,  # a dated sign of moving
    "stale": -1,
    "trouble": -2,
    "like_nearby": -2,
}
_UNITS = ("plant", "subsidiary", "office", "lab")
_NEW = ("plant", "subsidiary", "lab")
_SIGNS = (
    "expansion", "fundraising", "land", "relocation", "order", "hiring", "capacity_full", "lease_end", "customer_win",
    "filing",
)  # fmt: skip
_TROUBLE = ("downsizing", "insolvency", "divestment", "exit")
_SETTLED_KINDS = ("land", "filing", "new_unit")
_SETTLED_STAGES = ("signed", "registered", "started", "producing")
_MANY, _SHOWN = 3, 3
_RECORD = 2  # cities with a unit from which a record says something of the group


@dataclass(frozen=True)
class _Known:
    """What is on record of one group."""

    units: frozenset[str]  # other cities with a unit
    openings: list[dict[str, Any]]  # dated, elsewhere, oldest first: city, place, month, date, km, firm_id, segment_id
    undated: bool  # a unit elsewhere whose date is not known
    signs: list[tuple[str, str]]  # date, kind
    looking: list[str]  # dates on which it said that the place is open
    trouble: list[tuple[str, str]]


def likelihood(
    graph: ChainGraph,
    families: pd.DataFrame,
    pairs: pd.DataFrame,
    region: str,
    as_of: str,
    *,
    rates: EntryRates | None = None,
) -> pd.DataFrame:
    """How likely is each group to place a further site away from home, and why?

    Facts are added up, each with the points of `POINTS`: a site said to be open, new sites in other cities within 36
    months (``firm_sites`` with ``since``, projects and signals that name a settled place), units in other cities, signs
    of moving within 24 months; against it, no new site for five years, signs of trouble, and a like plant within 150 km
    of the region in the last 24 months. 3 points and more are high, 1 and 2 middle, none and fewer low. A group of
    which none of this is on record has no value: unknown is not low.

    Parameters
    ----------
    families
        From `facts.groups.families`: what any member did counts for the group.
    pairs
        firm_id and segment_id, one row each: a plant is like another by its segment.
    region
        The region that is recruiting; distances are to it.
    as_of
        The day up to which facts count.
    rates
        How often groups with such a record came within three years (`chaingraph.fit.entry_rates`); the last fact then
        tells the estimate with its interval, where the past supports one: units of the group are on record in two
        cities or more (one says more of the record than of the group), all of this country, all dated, none in the
        region's city, and enough like it have been seen. It changes no points.

    Returns
    -------
    DataFrame
        One row per pair: firm_id, segment_id, likelihood (high | middle | low; missing = nothing on record),
        likelihood_points (NaN likewise), likelihood_facts (a tuple of `Reason`; None likewise).

    Examples
    --------
    >>> from chaingraph.matching.merge import build_graph
    >>> from chaingraph.reading.example import load_example
    >>> graph = build_graph(load_example())
    >>> alone = graph["firms"][["firm_id"]].assign(group_id=graph["firms"]["firm_id"])
    >>> pairs = graph["firm_segments"][["firm_id", "segment_id"]]
    >>> set(likelihood(graph, alone, pairs, "嘉兴", "2026-01-01")["likelihood"].dropna()) <= {"high", "middle", "low"}
    True
    """
    rows = pairs[["firm_id", "segment_id"]].drop_duplicates(ignore_index=True)
    group_of = dict(cells_of(families, "firm_id", "group_id"))
    asked = {group_of.get(firm, firm) for (firm,) in cells_of(rows, "firm_id")}
    seats = _seats(graph, group_of, asked)
    known = _known(graph, group_of, asked, seats, region, as_of)
    made = set(cells_of(graph["firm_segments"], "firm_id", "segment_id"))
    told: list[tuple[str | None, float | None, tuple[Reason, ...] | None]] = []
    for firm, segment in cells_of(rows, "firm_id", "segment_id"):
        group = known.get(group_of.get(firm, firm))
        facts = [] if group is None else _facts(group, seats.get(firm), segment, made, as_of)
        if not facts:
            told.append((None, None, None))
            continue
        points = sum(POINTS[name] for name, _ in facts)
        seated = {seats.get(firm), seats.get(group_of.get(firm, firm))}
        if group is not None and rates is not None:
            facts += _estimate(group, seated, region, as_of, rates)
        band = "high" if points >= HIGH else "middle" if points >= MIDDLE else "low"
        told.append((band, float(points), tuple(fact for _, fact in facts)))
    bands, points_of, facts_of = zip(*told, strict=True) if told else ((), (), ())
    return rows.assign(
        likelihood=pd.Series(bands, index=rows.index, dtype="str"),
        likelihood_points=pd.Series(points_of, index=rows.index, dtype="float64"),
        likelihood_facts=pd.Series(facts_of, index=rows.index, dtype="object"),
    )


def _facts(
    group: _Known, seat: str | None, segment: object, made: set[tuple[str, str]], as_of: str
) -> list[tuple[str, Reason]]:
    """The facts of one group that speak for or against, with the entry of `POINTS` each; ``seat``: the firm's city."""
    said: list[tuple[str, Reason]] = []
    if group.looking:
        said.append(("site_open", reason("likelihood.site_open", date=max(group.looking))))
    recent = [row for row in group.openings if as_of and row["month"] >= months_before(as_of, OPENING_MONTHS)]
    if recent:
        nearest = min(recent, key=lambda row: (row["km"] if row["km"] == row["km"] else 1e9, row["city"]))
        entry = "openings_several" if len(recent) > 1 else "openings"
        where = place(nearest["place"])
        if nearest["km"] == nearest["km"]:
            km = number(nearest["km"], 0)
            told = reason(f"likelihood.{entry}", count=len(recent), place=where, km=km, date=nearest["date"])
        else:
            told = reason(f"likelihood.{entry}_far", count=len(recent), place=where, date=nearest["date"])
        said.append((entry, told))
    cities = sorted(group.units - {seat})
    if cities:
        entry = "units_many" if len(cities) >= _MANY else "units"
        names = [place(city) for city in cities]
        said.append((entry, reason("likelihood.units", count=len(names), places=listed(names, _SHOWN))))
    if group.signs:
        date, kind = max(group.signs)
        said.append(("sign", reason("likelihood.sign", date=date, kind=reason(f"codes.signal_{kind}"))))
    if group.openings and not group.undated and as_of:
        last = group.openings[-1]
        if last["month"] < months_before(as_of, STALE_MONTHS):
            said.append(("stale", reason("likelihood.stale", date=last["date"], place=place(last["place"]))))
    if group.trouble:
        date, kind = max(group.trouble)
        said.append(("trouble", reason("likelihood.trouble", date=date, kind=reason(f"codes.signal_{kind}"))))
    like = [
        row
        for row in group.openings
        if row["km"] <= LIKE_KM
        and row["month"] >= months_before(as_of, SIGNAL_MONTHS)
        # Where the site names no segment, what the firm that runs it makes stands for it.
        and (row["segment_id"] == segment if isinstance(row["segment_id"], str) else row["plant"])
        and (isinstance(row["segment_id"], str) or any((firm, segment) in made for firm in row["firms"]))
    ]
    if like:
        row = like[-1]
        km = number(row["km"], 0)
        said.append(
            ("like_nearby", reason("likelihood.like_nearby", place=place(row["place"]), km=km, date=row["date"]))
        )
    return said


def _estimate(
    group: _Known, seated: Collection[str | None], region: str, as_of: str, rates: EntryRates
) -> list[tuple[str, Reason]]:
    """How often groups with such a record came to the region's city, where the past supports saying so."""
    home = _city(region)[0]
    provinces = {regions.province_of((None, None, city, None)) for city in group.units}
    if not as_of or len(group.units) < _RECORD or group.undated or None in provinces or home in {*group.units, *seated}:
        return []
    recent = sum(row["month"] >= months_before(as_of, OPENING_MONTHS) for row in group.openings)
    found = entry_rate(rates, home, recent, len(provinces))
    if found is None:
        return []
    shares = {name: number(getattr(found, name) * 1e4, 0) for name in ("chance", "low", "high")}
    seen = {
        "pairs": number(found.pairs, 0),
        "came": str(found.came),
        "first": str(rates.first),
        "last": str(rates.last),
    }
    return [("estimate", reason("likelihood.estimate", place=place(home), **shares, **seen))]


def _seats(graph: ChainGraph, group_of: dict[str, str], wanted: Collection[str]) -> dict[str, str]:
    """The city of every member of these groups whose city is known."""
    firms = graph["firms"]
    seats: dict[str, str] = {}
    cities: dict[tuple[object, ...], object] = {}  # a hundred thousand firms sit in a few thousand places
    for firm, *written in cells_of(firms, "firm_id", "country", "province", "city", "district"):
        if group_of.get(firm, firm) not in wanted:
            continue
        seat = tuple(written)
        city = cities[seat] if seat in cities else cities.setdefault(seat, regions.prefecture_of(seat) or seat[2])
        if isinstance(city, str):
            seats[firm] = city
    return seats


def _known(
    graph: ChainGraph,
    group_of: dict[str, str],
    wanted: Collection[str],
    seats: dict[str, str],
    region: str,
    as_of: str,
) -> dict[str, _Known]:
    """What is on record of each group asked for."""
    units: dict[str, set[str]] = {}
    undated: set[str] = set()
    for firm, city in seats.items():  # a member of the family that sits elsewhere is a unit; since when is not told
        group = group_of.get(firm, firm)
        if firm != group and city != seats.get(group) and not _city(city)[1]:
            units.setdefault(group, set()).add(city)
            undated.add(group)
    opened: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}

    def note(firms_of: tuple[str, ...], where: object, date: object, segment: object, *, plant: bool) -> None:
        """A unit elsewhere; with a date up to ``as_of`` it is an opening, told once per city and year."""
        group = group_of.get(firms_of[0], firms_of[0])
        if group not in wanted or not isinstance(where, str):
            return
        city, abroad = _city(where)
        if abroad or city == seats.get(group) or (isinstance(date, str) and not _by(date, as_of)):
            return
        units.setdefault(group, set()).add(city)
        if not isinstance(date, str):
            undated.add(group)
            return
        found = {
            "city": city, "place": where, "month": _month(date), "date": date, "km": _km(where, region),
            "firms": firms_of, "segment_id": segment, "plant": plant,
        }  # fmt: skip
        seen = opened.setdefault(group, {}).setdefault((city, date[:4]), found)
        if plant and not seen["plant"]:
            opened[group][city, date[:4]] = found

    sites = graph["firm_sites"]
    sites = sites[sites["kind"].isin(_UNITS) & sites["until"].isna()]
    for row in rows_of(sites.sort_values(["firm_id", "region", "kind", "site"], kind="stable")):
        runs = (row["firm_id"], *([row["unit_id"]] if isinstance(row["unit_id"], str) else []))
        date = row["since"] if row["kind"] in _NEW else None
        note(runs, row["region"], date, row["segment_id"], plant=row["kind"] == "plant")
    signals = _reviewed(graph)
    signs: dict[str, list[tuple[str, str]]] = {}
    looking: dict[str, list[str]] = {}
    trouble: dict[str, list[tuple[str, str]]] = {}
    since = months_before(as_of, SIGNAL_MONTHS) if as_of else ""
    for row in signals:
        firm, kind, date = row["firm_id"], row["kind"], row["date"]
        group = group_of.get(firm, firm)
        if group not in wanted or not _by(date, as_of):
            continue
        where = row["at_place"]
        settled = kind in _SETTLED_KINDS or row["stage"] in _SETTLED_STAGES
        home = settled and isinstance(where, str) and _city(where)[0] == seats.get(group)
        if settled or (row["elsewhere"] and isinstance(where, str)):
            note((firm,), where, date, row["segment_id"], plant=row["form"] in ("plant", "expansion", "lease"))
        if _month(date) < since:
            continue
        if kind in _TROUBLE or row["stage"] == "ended":
            trouble.setdefault(group, []).extend([(date, kind)] if kind in _TROUBLE else [])
        elif row["site_status"] in ("open", "comparing"):
            looking.setdefault(group, []).append(date)
        elif kind in _SIGNS and not home and not row["elsewhere"]:
            signs.setdefault(group, []).append((date, kind))
    return {
        group: _Known(
            frozenset(units.get(group, ())),
            sorted(opened.get(group, {}).values(), key=lambda row: (row["month"], row["city"])),
            group in undated,
            signs.get(group, []),
            looking.get(group, []),
            trouble.get(group, []),
        )
        for group in wanted
        if any(group in held for held in (units, signs, looking, trouble))
    }


def _reviewed(graph: ChainGraph) -> list[dict[Any, Any]]:
    """Dated signals that a person has typed or accepted, with place, segment and form of their project.

    Of a project only its newest word says whether the place is open; ``elsewhere``: it went to ``instead_place``.
    """
    held = usable_signals(graph["firm_signals"]).dropna(subset=["date"])
    held = held.sort_values(["date", "signal_id"], kind="stable")
    projects = graph["projects"].set_index("project_id")[["region", "segment_id", "form"]]
    held = held.join(
        projects.rename(columns={"region": "project_region", "segment_id": "project_segment"}), on="project_id"
    )
    last = ~held["project_id"].duplicated(keep="last") | held["project_id"].isna()
    elsewhere = held["site_status"].eq("decided_elsewhere") | held["instead_place"].notna()
    place_named = held["instead_place"].where(elsewhere & held["instead_place"].notna(), held["place"])
    rows: list[dict[Any, Any]] = rows_of(
        held.assign(
            at_place=place_named.fillna(held["project_region"]),
            segment_id=held["segment_id"].fillna(held["project_segment"]),
            site_status=held["site_status"].where(last),
            elsewhere=elsewhere.fillna(value=False).astype(bool),
        )
    )
    return rows


def _month(date: str) -> str:
    """The month of a date; a bare year counts as its January, so that nothing stale passes as fresh."""
    return date[:7] if len(date) >= len("2024-01") else f"{date[:4]}-01"


def _by(date: object, as_of: str) -> bool:
    """Whether that was by then, as precisely as both are known."""
    return isinstance(date, str) and bool(as_of) and date[: len(as_of)] <= as_of[: len(date)]


@lru_cache(maxsize=4096)
def _city(name: str) -> tuple[str, bool]:
    """The city of a place that a row names, and whether it surely lies abroad."""
    seat = (None, None, name, None)
    return regions.prefecture_of(seat) or name, regions.country_of(seat) not in (None, regions.CHINA)


@lru_cache(maxsize=4096)
def _km(name: str, region: str) -> float:
    return distance_km((None, None, name, None), region)
