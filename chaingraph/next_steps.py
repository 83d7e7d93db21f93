"""Who in the region can open the door to a target, and where a project could go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph import regions
from chaingraph.graph import ChainGraph
from chaingraph.labels import text
from chaingraph.schema import split

_LEVELS = ("国家级", "省级")
_CONFIDENCE = {"seen": 0, "known": 1, "unsure": 2}


@dataclass(frozen=True)
class Doors:
    """The region's own means, by chain or place."""

    local: frozenset[str]  # ids of local firms
    decision_cities: Mapping[str, str]  # by firm
    offices: Mapping[str | None, str]  # department by chain; None: for all chains
    zones: Mapping[str, str]  # best zone by chain
    carriers: Mapping[str, str]  # best carrier by chain
    stationed: tuple[str, ...]
    abroad: frozenset[str]


def find_doors(graph: ChainGraph, local: set[str]) -> Doors:
    """Lay out offices, zones, carriers, stationed teams and offices abroad so that each row can name its own."""
    chains = dict(zip(graph["chains"]["chain"], graph["chains"]["chain_id"], strict=True))
    outreach = graph["outreach"]
    offices: dict[str | None, str] = {}
    for chain_id, department in (
        graph["chain_offices"][["chain_id", "department"]].dropna(subset=["department"]).to_numpy()
    ):
        offices.setdefault(chain_id if isinstance(chain_id, str) else None, department)
    sites = graph["firm_sites"]
    decided = sites[sites["kind"] == "decision"].sort_values(["firm_id", "region"], kind="stable")
    firms = graph["firms"].dropna(subset=["decision_city"])
    cities = dict(zip(decided["firm_id"][::-1], decided["region"][::-1], strict=True))
    return Doors(
        local=frozenset(local),
        decision_cities=cities | dict(zip(firms["firm_id"], firms["decision_city"], strict=True)),
        offices=offices,
        zones=_best(graph["zones"], "zone", chains),
        carriers=_best(graph["carriers"], "carrier", chains),
        stationed=tuple(outreach.loc[outreach["kind"] == "stationed_city", "place"]),
        abroad=frozenset(outreach.loc[outreach["kind"].str.startswith("overseas_office"), "place"]),
    )


def _best(places: pd.DataFrame, name: str, chains: Mapping[str, str]) -> dict[str, str]:
    """Per chain, the surest and highest-ranking place that names the chain as its focus."""
    level = places["level"].fillna("") if "level" in places else pd.Series("", index=places.index)
    ordered = places.assign(
        sureness=places["confidence"]
        .map(_CONFIDENCE)
        .fillna(2)
        .clip(lower=1),  # read and known weigh alike, unsure less
        order=[
            next((i for i, prefix in enumerate(_LEVELS) if text_.startswith(prefix)), len(_LEVELS)) for text_ in level
        ],
        industry=level.str.contains("行业"),  # a trade body's title ranks behind a state one of the same level
    ).sort_values(["sureness", "order", "industry", name], kind="stable")
    best: dict[str, str] = {}
    for place, focus in zip(ordered[name], ordered["focus_chains"], strict=True):
        for chain in split(focus):
            if chain in chains:
                best.setdefault(chains[chain], place)
    return best


def next_step(
    row: Mapping[Any, Any],
    firm: Mapping[str, Any],
    buyers: Sequence[str],
    path: Sequence[Mapping[str, Any]],
    doors: Doors,
    strategies: Mapping[str, str],
    names: Mapping[str, str],
    lang: str,
) -> list[str]:
    """What to do next: whom to ask for an introduction, which team or office acts, which zone to propose.

    Parameters
    ----------
    row
        A ranked row.
    firm
        The firm's row and facts.
    buyers
        Ids of the local firms that would buy, a leader first.
    path
        The recorded route to a local firm, if any.
    names
        Firm names in the language.
    """
    said = []
    if row["candidate_list"] == "reinvest" and isinstance(row["local_unit"], str):
        said.append(text("explain.step_unit", lang, unit=row["local_unit"]))
    elif path:
        ends = [path[-1]["from_id"], path[-1]["to_id"]]
        door = next((end for end in ends if end in doors.local), ends[-1])
        said.append(text("explain.step_introduce", lang, firm=names.get(door, door)))
    elif buyers:
        said.append(text("explain.step_buyer", lang, firm=names.get(buyers[0], buyers[0])))
    places = [doors.decision_cities.get(row["firm_id"]), firm["city"]]
    homes = {
        regions.prefecture_of((firm["country"], None, place, None)) or place
        for place in places
        if isinstance(place, str)
    }
    team = next((city for city in doors.stationed if city in homes), None)
    if team:
        said.append(text("explain.step_stationed", lang, city=team))
    elif firm["country"] in doors.abroad:
        said.append(text("explain.step_abroad", lang, place=firm["country"]))
    office = doors.offices.get(row["chain_id"], doors.offices.get(None))
    if office:
        said.append(text("explain.step_office", lang, department=office))
    if row["chain_id"] in doors.zones:
        said.append(text("explain.step_zone", lang, zone=doors.zones[row["chain_id"]]))
    if strategies[row["chain_id"]] == "build" and row["chain_id"] in doors.carriers:
        said.append(text("explain.step_carrier", lang, carrier=doors.carriers[row["chain_id"]]))
    return said
