"""What a survey knows of each row of a list, laid out for the six marks, the comparables and the places to land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.choosing.readiness import Facts, marks_of
from chaingraph.facts.comparables import Comparables, comparables_of, project_cases
from chaingraph.facts.derived_tables import place_within, segment_nodes
from chaingraph.facts.introductions import introducers_for
from chaingraph.facts.landing import Choice, choices_of, need_of, offered
from chaingraph.facts.landing import Grounds as Offered
from chaingraph.model.case import cells_of, rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import MARK_TABLE_COLUMNS
from chaingraph.model.results.told import Name, Several, Words, reason
from chaingraph.places import regions
from chaingraph.wording.phrases import names_of
from chaingraph.wording.readiness import like_projects, places_said

Row = Mapping[str, Any]
_CHANNELS = ("board_office", "switchboard", "office_abroad", "website")


@dataclass(frozen=True)
class RowFacts:
    """One row of a list: what its marks are told from, what is like it, and where it could go."""

    facts: Facts
    comparables: Comparables
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class _Laid:
    """The tables by what they are looked up by, once for all rows."""

    graph: ChainGraph
    region: str
    day: str
    firms: Mapping[str, Row]
    names: Mapping[str, Mapping[str, Name]]
    group: Mapping[str, str]
    members: Mapping[str, Sequence[str]]
    motives: Mapping[str, Row]
    projects: Mapping[str, Row]
    cases: Sequence[Row]
    nodes: Mapping[str, str]
    decisions: Mapping[str, Sequence[tuple[str, str | None, bool, str | None]]]
    contacts: Mapping[str, Row]
    introducers: Mapping[str, Row]
    serving: Sequence[Row]
    rules: Mapping[str, Row]
    policies: Sequence[Row]
    offices: Mapping[str, str]
    offered: Offered
    local: frozenset[str]
    unit_source: Mapping[str, str]


def facts_of_rows(
    graph: ChainGraph,
    rows: pd.DataFrame,
    *,
    motives: pd.DataFrame,
    routes: pd.DataFrame,
    families: pd.DataFrame,
    buyers: Mapping[Any, Sequence[str]],
    local: set[str],
    region: str,
    day: str,
) -> list[RowFacts]:
    """Lay out what is known of each row of a list.

    Parameters
    ----------
    rows
        From `ranking.rank_lists`.
    motives
        From `motives.find_motives`.
    routes
        The recorded paths of the rows, ``door`` where one is a way in.
    buyers
        Ids of the local buyers of each segment.
    local
        Ids of the firms in the region.
    region, day
        Where, and the day on which policies and premises have to hold.
    """
    # Of a large case a hundred thousand firms are of no row's family.
    groups = families.loc[families["firm_id"].isin(rows["firm_id"]), "group_id"]
    kin = families[families["group_id"].isin(groups)]
    laid = _lay_out(graph, motives, kin, local, region, day)
    paths: dict[tuple[str, str], list[Row]] = {}
    for step in rows_of(routes[routes["door"].astype(bool)]) if len(routes) else []:
        paths.setdefault((step["chain_id"], step["firm_id"]), []).append(step)
    seen: dict[tuple[object, ...], tuple[Choice, ...]] = {}
    told = []
    for row in rows_of(rows):
        told.append(_row(row, laid, paths.get((row["chain_id"], row["firm_id"]), ()), buyers, seen))
    return told


def _row(
    row: Row,
    laid: _Laid,
    route: Sequence[Row],
    buyers: Mapping[Any, Sequence[str]],
    seen: dict[tuple[object, ...], tuple[Choice, ...]],
) -> RowFacts:
    firm_id, segment = row["firm_id"], row["segment_id"]
    firm, name = laid.firms[firm_id], laid.names["firms"][firm_id]
    group = laid.group.get(firm_id, firm_id)
    family = [firm_id, *(other for other in laid.members.get(group, ()) if other != firm_id)]
    fact = next((laid.motives[one] for one in family if one in laid.motives), None)
    planned = laid.projects.get(fact["project_id"]) if fact and isinstance(fact["project_id"], str) else None
    like = comparables_of(laid.cases, set(family), segment, laid.nodes)
    rule = laid.rules.get(segment)
    need = need_of(rule, _merged(planned, fact), like)
    chain = laid.names["chains"][row["chain_id"]]
    units = [one for one in family if one in laid.local]
    near = units if row["candidate_list"] == "reinvest" and units else buyers.get(segment, ())
    counties = {county for one in near if isinstance(county := laid.firms[one]["district"], str)}
    country = firm["country"] if isinstance(firm["country"], str) else None
    asked_for = (row["chain_id"], frozenset(counties), need, country)
    if asked_for not in seen:  # many rows ask for the same
        names = {row["chain_id"], chain.zh, chain.en}
        seen[asked_for] = choices_of(laid.offered, names, counties, need, laid.day, country=country)
    choices = seen[asked_for]
    contact = next((laid.contacts[one] for one in family if one in laid.contacts), None)
    introducer = next((laid.introducers[one] for one in family if one in laid.introducers), None)
    foreign = country is not None and country != regions.CHINA
    policies = [policy for policy in laid.policies if not (held := split(policy["chains"])) or chain.zh in held]
    door = next(
        (end for end in ((route[-1]["from_id"], route[-1]["to_id"]) if route else ()) if end in laid.local), None
    )
    asked = by_itself = reason("readiness.whom_firm", firm=name)
    if door is not None:
        asked = reason("readiness.whom_introducer", firm=laid.names["firms"][door])
    elif contact is not None:
        asked = reason("readiness.whom_contact", firm=name, channel=reason(f"explain.channel_{contact['channel']}"))
    first = _serving(row, family, laid, {row["chain_id"], chain.zh, chain.en}) if asked == by_itself else asked
    zone = next((choice.zone or choice.name for choice in choices), None)
    sites = reason("readiness.whom_zone", zone=zone) if zone else reason("readiness.whom_zones")
    office = laid.offices.get(row["chain_id"])
    law = reason("readiness.whom_office", department=office) if office else reason("readiness.whom_admission")
    whom: dict[str, Words] = {f"ask_{mark}": asked for mark in ("motive", "project", "decision")}
    sized = need.land_mu is not None or need.floor_m2 is not None
    whom |= {"ask_landing": sites if sized else asked, "ask_admission": law, "ask_door": first}
    whom |= {} if door is None else {"door": laid.names["firms"][door]}
    plan = _merged(planned, fact) if planned else None
    facts = Facts(
        firm=name,
        foreign=foreign,
        segment=laid.names["segments"][segment],
        motive=fact,
        projects=[*([plan] if plan else []), *like.own],
        decisions=[held for one in family for held in laid.decisions.get(one, ())],
        route=route,
        unit=_unit(row, units, laid),
        contact=contact,
        introducer=introducer,
        choices=choices,
        size_known=sized,
        rule=rule,
        policies=policies,
        day=laid.day,
        whom=whom,
    )
    return RowFacts(facts, like, choices)


def _serving(row: Row, family: Sequence[str], laid: _Laid, chains: set[str]) -> Words:
    """Who may be asked to open a door: who serves the firm's city, country or chain; else the firm itself."""
    firm = laid.firms[row["firm_id"]]
    places = [firm["city"], *(place for one in family for place, *_ in laid.decisions.get(one, ()))]
    cities = {regions.prefecture_of((None, None, city, None)) or city for city in places if isinstance(city, str)}
    served = introducers_for(laid.serving, firm["country"], cities, chains)
    if not served:
        return reason("readiness.whom_firm", firm=laid.names["firms"][row["firm_id"]])
    return reason("readiness.whom_serves", names=Several(tuple(served)))


def _unit(row: Row, units: Sequence[str], laid: _Laid) -> tuple[Words, str | None] | None:
    """The group's unit here: a firm of its own, or what a site or project is called; never a mere note of contact."""
    if row["candidate_list"] != "reinvest" or row["candidate_kind"] in ("contacted", "operates"):
        return None
    if units:
        return laid.names["firms"][units[0]], laid.firms[units[0]]["source"]
    source = laid.unit_source.get(laid.group.get(row["firm_id"], row["firm_id"]))
    return (row["local_unit"], source) if isinstance(row["local_unit"], str) else None


def _merged(planned: Row | None, fact: Row | None) -> dict[str, Any] | None:
    """What is planned: the project's row, with what the dated fact adds where the project leaves it open."""
    if planned is None and fact is None:
        return None
    held = dict(planned or {})
    for name in ("product", "amount_cny_m", "land_mu", "source"):
        if fact is not None and pd.isna(held.get(name)):
            held[name] = fact[name]
    return {"form": None, "floor_m2": None, **held}


_OF_A_FIRM = ["firm_id", "firm", "country", "city", "district", "decision_city", "source"]


def _lay_out(
    graph: ChainGraph, motives: pd.DataFrame, families: pd.DataFrame, local: set[str], region: str, day: str
) -> _Laid:
    group = dict(cells_of(families, "firm_id", "group_id"))
    members: dict[str, list[str]] = {}
    for firm, own in sorted(group.items()):
        members.setdefault(own, []).append(firm)
    asked = {*families["firm_id"], *local, *graph["firm_sites"]["unit_id"]}
    known = graph["firms"]
    firms = {row["firm_id"]: row for row in rows_of(known.loc[known["firm_id"].isin(asked), _OF_A_FIRM])}
    nodes = segment_nodes(graph)
    names = {table: names_of(graph, table) for table in ("chains", "segments", "firms")}
    ordered = graph["contacts"].assign(
        order=graph["contacts"]["channel"].map(dict(zip(_CHANNELS, range(4), strict=True)))
    )
    ordered = ordered.sort_values(["firm_id", "order"], kind="stable").drop_duplicates("firm_id")
    offices = graph["chain_offices"].dropna(subset=["chain_id", "department"]).drop_duplicates("chain_id")
    sites = graph["firm_sites"]
    sites = sites[sites["kind"] != "contact"]
    inside = [place_within(place, region) for place in sites["region"]]
    here = sites[pd.Series(inside, sites.index, dtype="bool")]  # a list would choose columns where it is empty
    unit_sources = here.dropna(subset=["source"]).sort_values(["firm_id", "region"], kind="stable")
    return _Laid(
        graph=graph,
        region=region,
        day=day,
        firms=firms,
        names=names,
        group=group,
        members=members,
        motives={row["firm_id"]: row for row in rows_of(motives)},
        projects={row["project_id"]: row for row in rows_of(graph["projects"])},
        cases=rows_of(project_cases(graph)),
        nodes=dict(zip(nodes["segment_id"], nodes["node_id"], strict=True)),
        decisions=_decisions(graph, firms),
        contacts={row["firm_id"]: row for row in rows_of(ordered)},
        introducers={row["knows_id"]: row for row in rows_of(graph["introducers"].dropna(subset=["knows_id"]))},
        serving=rows_of(graph["introducers"]),
        rules=_rules(graph, region),
        policies=rows_of(graph["policies"]),
        offices=dict(zip(offices["chain_id"], offices["department"], strict=True)),
        offered=offered(graph),
        local=frozenset(local),
        unit_source={
            group.get(firm, firm): source
            for firm, source in zip(unit_sources["firm_id"], unit_sources["source"], strict=True)
        },
    )


def _decisions(
    graph: ChainGraph, firms: Mapping[str, Row]
) -> dict[str, list[tuple[str, str | None, bool, str | None]]]:
    """Where each firm decides, on record: sites of decision before the shorthand in its own row."""
    held: dict[str, list[tuple[str, str | None, bool, str | None]]] = {}
    sites = graph["firm_sites"]
    for row in rows_of(sites[sites["kind"] == "decision"].sort_values(["firm_id", "region"], kind="stable")):
        own: Row = firms.get(row["firm_id"], {})
        unit = firms[row["unit_id"]]["firm"] if row["unit_id"] in firms else row["site"]
        if not isinstance(unit, str) and own.get("country") == regions.CHINA:
            unit = own["firm"]
        told = (row["region"], unit if isinstance(unit, str) else None, place_within(row["region"], regions.CHINA))
        held.setdefault(row["firm_id"], []).append((*told, _text(row["source"])))
    for firm_id, firm in firms.items():
        city = firm["decision_city"]
        if isinstance(city, str):
            unit = firm["firm"] if firm["country"] == regions.CHINA else None
            held.setdefault(firm_id, []).append((city, unit, place_within(city, regions.CHINA), _text(firm["source"])))
    return held


def _rules(graph: ChainGraph, region: str) -> dict[str, Row]:
    """The rule that holds for each segment in the region: of those of enclosing regions the narrowest."""
    enclosing = list(regions.region_path(region))
    best: dict[str, tuple[int, Row]] = {}
    for row in rows_of(graph["segment_rules"]):
        place = regions.region_path(row["region"])[-1]
        if place in enclosing:
            narrow = enclosing.index(place)
            if narrow > best.get(row["segment_id"], (-1, {}))[0]:
                best[row["segment_id"]] = (narrow, row)
    return {segment: row for segment, (_, row) in best.items()}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def with_marks(rows: pd.DataFrame, held: Sequence[RowFacts]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with their marks, and every mark of every row.

    Returns
    -------
    rows, marks : DataFrame
        rows: with maturity (filled marks, 0-6), marks (their codes), open_question (of the first open one: whom to ask
        what), comparables and landing (sentences), landing_zone (the first zone of these). marks: one row per row and
        mark: list, chain_id, candidate_list, firm_id, segment_id, mark, filled, said, source, question, ask_whom.
    """
    told: list[dict[str, object]] = []
    added: list[dict[str, object]] = []
    keys = ("list", "chain_id", "candidate_list", "firm_id", "segment_id")
    for row, one in zip(rows_of(rows), held, strict=True):
        marks = marks_of(one.facts)
        first = next((mark for mark in marks if not mark.filled), None)
        added.append(
            {
                "maturity": sum(mark.filled for mark in marks),
                "marks": ";".join(mark.name for mark in marks if mark.filled) or None,
                "open_question": None
                if first is None
                else reason("readiness.next", whom=first.whom, question=first.question),
                "comparables": like_projects(one.comparables),
                "landing": places_said(one.choices, one.facts.whom["ask_landing"]),
                "landing_zone": next((choice.zone for choice in one.choices if choice.zone), None),
            }
        )
        told += [
            {
                **{key: row[key] for key in keys},
                **{"mark": mark.name, "filled": mark.filled, "said": mark.said, "source": mark.source},
                **{"question": mark.question, "ask_whom": mark.whom},
            }
            for mark in marks
        ]
    columns = ["maturity", "marks", "open_question", "comparables", "landing", "landing_zone"]
    more = pd.DataFrame(added, columns=columns, index=rows.index)
    more = more.astype({"maturity": "Int64", "marks": "str", "landing_zone": "str"})
    table = pd.DataFrame(told, columns=[*keys, "mark", "filled", "said", "source", "question", "ask_whom"])
    return rows.assign(**{name: more[name] for name in columns}), table.astype({"filled": "boolean", "source": "str"})


def name_marks(marks: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The table of marks with the names of chains and firms, as it is handed over (`results.MARK_TABLE_COLUMNS`)."""
    names = {table: names_of(graph, table) for table in ("chains", "firms")}
    named = marks.assign(
        list=marks["candidate_list"].mask(marks["list"] == "leader", "leader"),
        chain=pd.Series([names["chains"][chain] for chain in marks["chain_id"]], index=marks.index, dtype="object"),
        firm=[names["firms"][firm].zh for firm in marks["firm_id"]],
    )
    return named.reindex(columns=list(MARK_TABLE_COLUMNS))
