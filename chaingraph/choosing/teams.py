"""Which recruiting team approaches whom: by the city where investment is decided, else by the seat."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions

REST = "rest"
_KINDS = ("stationed_city", "overseas_office_planned", "overseas_office")


class Team(NamedTuple):
    """A team or office: its place (`REST` for all others), the name of its sheet, what the case says about it."""

    place: str
    name: str
    note: str | None


def teams(graph: ChainGraph, lang: str) -> list[Team]:
    """The stationed teams, then the offices abroad, of the case's outreach table; last the rest."""
    held = graph["outreach"]
    found = []
    for kind in _KINDS:
        for row in held[held["kind"] == kind].sort_values("place", kind="stable").to_dict("records"):
            note = row["note"] if isinstance(row["note"], str) else None
            place = regions.place_text(row["place"], lang)
            found.append(Team(row["place"], text(f"workbook.team_{kind}", lang, place=place), note))
    return [*found, Team(REST, text("workbook.team_rest" if found else "workbook.team_none", lang), None)]


def in_teams(shown: pd.DataFrame, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """The targets with ``team`` (a place of `teams`) and ``team_basis`` (by decision city, by seat, or not known)."""
    places = [team.place for team in teams(graph, lang) if team.place != REST]
    words = {basis: text(f"workbook.basis_{basis}", lang) for basis in ("decision", "seat", "unknown")}
    held: dict[tuple[object, ...], tuple[str, str]] = {}
    found = []
    for key in zip(shown["decision_city"], shown["country"], shown["city"], strict=True):
        if key not in held:
            held[key] = _team(key, places)
        found.append(held[key])
    return shown.assign(team=[team for team, _ in found], team_basis=[words[basis] for _, basis in found])


def _team(key: tuple[object, ...], places: list[str]) -> tuple[str, str]:
    decision, country, city = (value if isinstance(value, str) else None for value in key)
    if decision is not None:
        # A city abroad is placed by its country where the gazetteer does not know the city.
        sought = (regions.country_of((None, None, decision, None)), None, decision, None)
        return _nearest(sought, decision, places), "decision"
    if country is None and city is None:
        return REST, "unknown"
    return _nearest((country, None, city, None), city, places), "seat"


def _nearest(place: tuple[str | None, ...], name: str | None, places: list[str]) -> str:
    for wanted in places:
        if name == wanted or name == f"{wanted}市":
            return wanted
        try:
            if regions.is_within(place, wanted):
                return wanted
        except UnknownNameError:  # an office may stand in a place that the gazetteer does not know
            continue
    return REST
