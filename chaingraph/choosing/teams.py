"""Which recruiting team approaches whom: by the city where investment is decided, else by the seat."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Words, place, reason
from chaingraph.places import regions

REST = "rest"
_KINDS = ("stationed_city", "overseas_office_planned", "overseas_office")


class Team(NamedTuple):
    """A team or office: its place (`REST` for all others), the name of its sheet, what the case says about it."""

    place: str
    name: Words
    note: str | None


def teams(graph: ChainGraph) -> list[Team]:
    """The stationed teams, then the offices abroad, of the case's outreach table; last the rest."""
    held = graph["outreach"]
    found = []
    for kind in _KINDS:
        for row in rows_of(held[held["kind"] == kind].sort_values("place", kind="stable")):
            note = row["note"] if isinstance(row["note"], str) else None
            found.append(Team(row["place"], reason(f"workbook.team_{kind}", place=place(row["place"])), note))
    return [*found, Team(REST, reason("workbook.team_rest" if found else "workbook.team_none"), None)]


def in_teams(shown: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The targets with ``team`` (a place of `teams`) and ``team_basis`` (by decision city, by seat, or not known)."""
    places = [team.place for team in teams(graph) if team.place != REST]
    words = {basis: reason(f"workbook.basis_{basis}") for basis in ("decision", "seat", "unknown")}
    held: dict[tuple[object, ...], tuple[str, str]] = {}
    found = []
    for key in zip(shown["decision_city"], shown["country"], shown["city"], strict=True):
        if key not in held:
            held[key] = _team(key, places)
        found.append(held[key])
    told = pd.Series([words[basis] for _, basis in found], index=shown.index, dtype="object")
    return shown.assign(team=[team for team, _ in found], team_basis=told)


def _team(key: tuple[object, ...], places: list[str]) -> tuple[str, str]:
    decision, country, city = (value if isinstance(value, str) else None for value in key)
    if decision is not None:
        # A city abroad is placed by its country where the gazetteer does not know the city.
        sought = (regions.country_of((None, None, decision, None)), None, decision, None)
        return _nearest(sought, decision, places), "decision"
    if country is None and city is None:
        return REST, "unknown"
    return _nearest((country, None, city, None), city, places), "seat"


def _nearest(where: tuple[str | None, ...], name: str | None, places: list[str]) -> str:
    for wanted in places:
        if name == wanted or name == f"{wanted}市":
            return wanted
        try:
            if regions.is_within(where, wanted):
                return wanted
        except UnknownNameError:  # an office may stand in a place that the gazetteer does not know
            continue
    return REST
