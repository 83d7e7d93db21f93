"""Who in the region can open the door to a target, and where a project could go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from chaingraph.facts.introductions import introducers_for
from chaingraph.facts.landing import partner_of
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Several, Words, place, reason
from chaingraph.places import regions

_LEVELS = ("国家级", "省级")
_CONFIDENCE = {"seen": 0, "known": 1, "unsure": 2}


@dataclass(frozen=True)
class Doors:
    """The region's own means, by chain or place."""

    local: frozenset[str]  # ids of local firms
    decision_cities: Mapping[str, str]  # by firm
    offices: Mapping[str, str]  # department in charge, by chain
    zones: Mapping[str, tuple[str, ...]]  # by chain, the best first
    carriers: Mapping[str, tuple[str, ...]]  # likewise
    stationed: tuple[str, ...]
    abroad: frozenset[str]
    channels: Mapping[str, str]  # the first public channel on record, by firm
    introducers: Sequence[Mapping[str, object]]  # the rows of the table of that name
    chains: Mapping[str, frozenset[str]]  # id and names of each chain, by id


def find_doors(graph: ChainGraph, local: set[str]) -> Doors:
    """Lay out offices, zones, carriers, stationed teams and offices abroad so that each row can name its own."""
    chains = graph["chains"]
    outreach = graph["outreach"]
    # A department named for all chains at once draws the maps; that it would lead a talk is not said anywhere.
    held = graph["chain_offices"].dropna(subset=["chain_id", "department"]).drop_duplicates("chain_id")
    sites = graph["firm_sites"]
    decided = sites[sites["kind"] == "decision"].sort_values(["firm_id", "region"], kind="stable")
    firms = graph["firms"].dropna(subset=["decision_city"])
    cities = dict(zip(decided["firm_id"][::-1], decided["region"][::-1], strict=True))
    return Doors(
        local=frozenset(local),
        decision_cities=cities | dict(zip(firms["firm_id"], firms["decision_city"], strict=True)),
        offices=dict(zip(held["chain_id"], held["department"], strict=True)),
        zones=_best(graph["zones"], "zone", chains),
        carriers=_best(graph["carriers"], "carrier", chains),
        stationed=tuple(outreach.loc[outreach["kind"] == "stationed_city", "place"]),
        channels=_channels(graph["contacts"]),
        introducers=[{str(name): cell for name, cell in row.items()} for row in rows_of(graph["introducers"])],
        chains={own: frozenset((own, name)) for own, name in zip(chains["chain_id"], chains["chain"], strict=True)},
        abroad=frozenset(outreach.loc[outreach["kind"].str.startswith("overseas_office"), "place"]),
    )


def _channels(contacts: pd.DataFrame) -> dict[str, str]:
    """Through what each firm can be reached: who decides before who only answers the telephone."""
    order = ("board_office", "switchboard", "office_abroad", "website")
    ordered = contacts.assign(order=contacts["channel"].map({name: place for place, name in enumerate(order)}))
    first = ordered.sort_values(["firm_id", "order"], kind="stable").drop_duplicates("firm_id")
    return dict(zip(first["firm_id"], first["channel"], strict=True))


def _best(places: pd.DataFrame, name: str, chains: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Per chain, the places that name it as their focus, the surest and highest-ranking first."""
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
    named = chains.groupby("chain", sort=False)["chain_id"].agg(list)  # two chains may bear one name
    best: dict[str, tuple[str, ...]] = {}
    for own, focus in zip(ordered[name], ordered["focus_chains"], strict=True):
        for chain in (chain for part in split(focus) for chain in named.get(part, ())):
            best[chain] = (*best.get(chain, ()), own)
    return best


def zone_for(zones: Sequence[str], country: object) -> str | None:
    """The first zone that suits: one shared with a country (中德…) is for firms of that country, and for them first."""
    partner = {zone: partner_of(zone) for zone in zones}
    own = [zone for zone in zones if partner[zone] is not None and partner[zone] == country]
    return next((zone for zone in [*own, *(zone for zone in zones if partner[zone] is None)]), None)


def is_introduction(path: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a path can carry an introduction: two firms that merely share a customer or a supplier are rivals.

    Examples
    --------
    >>> rivals = [{"kind": "supplies", "from_id": firm, "to_id": "customer"} for firm in ("target", "local")]
    >>> is_introduction(rivals), is_introduction(rivals[:1])
    (False, True)
    """
    return not any(
        first["kind"] == second["kind"] == "supplies"
        and (first["to_id"] == second["to_id"] or first["from_id"] == second["from_id"])
        for first, second in pairwise(path)
    )


def next_step(
    row: Mapping[Any, Any],
    firm: Mapping[str, Any],
    buyers: Sequence[str],
    path: Sequence[Mapping[str, Any]],
    doors: Doors,
    strategies: Mapping[str, str],
    names: Mapping[str, Words],
) -> list[Words]:
    """What to do next: whom to ask for an introduction, which team or office acts, which zone to propose.

    Parameters
    ----------
    row
        A ranked row, with its landing_zone: the first zone of the places that it names (`facts.landing`).
    firm
        The firm's row and facts.
    buyers
        Ids of the local firms that would buy, a leader first.
    path
        The recorded route to a local firm, if any.
    names
        Firm names.
    """
    said: list[Words] = []
    if row.get("prospectus") == 1:
        said.append(reason("explain.step_prospectus"))
    if row["candidate_list"] == "reinvest" and isinstance(row["local_unit"], str):
        said.append(reason("explain.step_unit", unit=row["local_unit"]))
    elif row.get("candidate_kind") == "operates":
        said.append(reason("explain.step_branch"))
    elif path and path[0].get("door"):
        ends = [path[-1]["from_id"], path[-1]["to_id"]]
        door = next((end for end in ends if end in doors.local), ends[-1])
        said.append(reason("explain.step_introduce", firm=names.get(door, door)))
    elif buyers:
        said.append(reason("explain.step_buyer", firm=names.get(buyers[0], buyers[0])))
    places = [doors.decision_cities.get(row["firm_id"]), firm["city"]]
    homes = {
        regions.prefecture_of((firm["country"], None, city, None)) or city for city in places if isinstance(city, str)
    }
    team = next((city for city in doors.stationed if city in homes), None)
    if team:
        said.append(reason("explain.step_stationed", city=place(team)))
    elif firm["country"] in doors.abroad:
        said.append(reason("explain.step_abroad", place=place(firm["country"])))
    if row["chain_id"] in doors.offices:
        said.append(reason("explain.step_office", department=doors.offices[row["chain_id"]]))
    opened = path and path[0].get("door")
    if row["candidate_list"] == "new" and not opened and row["firm_id"] not in doors.channels:
        served = introducers_for(doors.introducers, firm["country"], homes, doors.chains[row["chain_id"]])
        if served:
            said.append(reason("explain.step_serves", names=Several(tuple(served))))
    if isinstance(row["landing_zone"], str):
        said.append(reason("explain.step_zone", zone=row["landing_zone"]))
    if strategies[row["chain_id"]] == "build" and row["chain_id"] in doors.carriers:
        said.append(reason("explain.step_carrier", carrier=doors.carriers[row["chain_id"]][0]))
    if row["firm_id"] in doors.channels:
        channel = reason(f"explain.channel_{doors.channels[row['firm_id']]}")
        said.append(reason("explain.step_contact", channel=channel))
    if not said:  # nobody here to ask: a row that says nothing of what to do is not acted on
        said.append(reason("explain.step_board" if isinstance(firm["stock_code"], str) else "explain.step_first"))
    return said
