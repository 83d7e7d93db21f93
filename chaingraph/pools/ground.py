"""What every pool starts from: the graph and what was found in it, laid out by firm and segment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.choosing.gates import firm_gates
from chaingraph.choosing.standing_gates import what_is_known
from chaingraph.facts.derived_tables import current_tiers, firm_places
from chaingraph.facts.groups import families
from chaingraph.model.case import rows_of
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import SET, Name, Reason, Several, Words, reason
from chaingraph.sql import Query
from chaingraph.wording.phrases import as_told, names_of

Row = Mapping[Any, Any]
_NAMED = 10  # firms named beside a count


@dataclass(frozen=True)
class Pool:
    """What a pool holds: which kind it is, its rows, what was held back, what to say beside it; its name and title."""

    kind: str
    rows: pd.DataFrame
    dropped: pd.DataFrame
    notes: tuple[Words, ...]
    name: str = ""
    title: Words = ""


@dataclass(frozen=True)
class Ground:
    """The graph seen from a region, by firm and segment."""

    graph: ChainGraph
    query: Query  # runs the SQL texts on the tables of a survey
    findings: Findings
    rules: Mapping[str, Any]  # ``library/pools/<pool>.toml``
    on: str  # the day policies have to hold on
    firms: Mapping[str, Row]
    names: Mapping[str, Mapping[str, Name]]  # by table: chains, segments, firms
    inside: frozenset[str]  # firms seated in the region
    gates: Mapping[str, str]  # what known fact speaks against a firm
    units: pd.DataFrame  # which groups have something in the region (`candidates.local_units`)
    gaps: Mapping[str, Row]  # the gap row of each segment

    def say(self, entry: str, /, **values: object) -> Reason:
        """A sentence of the pools."""
        return reason(f"pools.{entry}", **values)

    def sentences(self, said: Iterable[Words | None]) -> tuple[Words, ...]:
        """The sentences that there are, as a cell holds them."""
        return tuple(sentence for sentence in said if sentence is not None)

    def name(self, firm_id: str) -> Name:
        """What a firm is called; its id where it is no firm of the case."""
        return self.names["firms"].get(firm_id, Name(firm_id, firm_id))

    def seat(self, firm_id: str) -> dict[str, object]:
        """Who and where a firm is: the columns every row has."""
        firm = self.firms[firm_id]
        return {"firm_id": firm_id, "firm": self.name(firm_id), "country": firm["country"], "city": firm["city"]}

    def gap(self, segment_id: str) -> dict[str, object]:
        """Which segment a row speaks of, and how it stands there."""
        row = self.gaps[segment_id]
        return {
            "chain_id": row["chain_id"],
            "chain": row["chain"],
            "segment_id": segment_id,
            "segment": row["segment"],
            "gap_state": row["state"],
        }

    def listed(self) -> pd.Series[Any]:
        """By firm: those of the pool's tiers whose list it is on now."""
        tiers = current_tiers(self.graph, self.query)
        return tiers[tiers["current"] & tiers["tier"].isin(self.rules["tiers"])].groupby("firm_id")["tier"].agg(list)

    def state(self, segment_id: str) -> Reason:
        """The state of a segment."""
        return reason(f"codes.state_{self.gaps[segment_id]['state']}")


def pool_ground(graph: ChainGraph, query: Query, findings: Findings, rules: Mapping[str, Any], on: str) -> Ground:
    """Lay out a graph and what was found in it for a pool."""
    places = firm_places(graph, findings.region)
    known = what_is_known(graph, query, findings.region, families(query), findings.as_of)
    firms = {row["firm_id"]: row for row in rows_of(graph["firms"])}
    return Ground(
        graph=graph,
        query=query,
        findings=findings,
        rules=rules,
        on=on,
        firms=firms,
        names={table: names_of(graph, table) for table in ("chains", "segments", "firms")},
        inside=frozenset(places.loc[places["inside"].fillna(value=False).astype(bool), "firm_id"]),
        gates=firm_gates(query, known.trouble),
        units=known.units,
        gaps={row["segment_id"]: row for row in rows_of(as_told(findings.gaps).frame)},
    )


def ranked(
    rows: Sequence[Mapping[str, object]], order: Sequence[str], *, descending: Sequence[str] = ()
) -> pd.DataFrame:
    """The rows of a pool in order, with ``rank`` within each list, from 1; columns that only order are left out.

    Missing values come last either way; what is equal in all of ``order`` stands in the order of ``firm_id``.
    """
    frame = pd.DataFrame(list(rows))
    if frame.empty:
        return pd.DataFrame(columns=["list", "rank"])
    keys = ["list", *order, "firm_id"]
    rising = [key not in descending for key in keys]
    frame = frame.sort_values(keys, ascending=rising, na_position="last", kind="stable").reset_index(drop=True)
    frame["rank"] = frame.groupby("list", sort=False).cumcount() + 1
    return frame.drop(columns=[key for key in order if key.startswith("by_")])


def held_back(gates: Mapping[str, str], ground: Ground) -> pd.DataFrame:
    """How many firms each known fact held back, and up to ten of their names.

    Returns
    -------
    DataFrame
        One row per gate: gate, count, firms.
    """
    by_gate: dict[str, list[Name]] = {}
    for firm_id, gate in sorted(gates.items()):
        by_gate.setdefault(gate, []).append(ground.name(firm_id))
    rows = [(gate, len(firms), Several(tuple(firms[:_NAMED]), between=SET)) for gate, firms in sorted(by_gate.items())]
    return pd.DataFrame(rows, columns=["gate", "count", "firms"])


def weakest(*confidences: object) -> str | None:
    """The weakest of several confidences: a row is as sure as its least sure part; missing where none is stated."""
    order = {"seen": 0, "known": 1, "unsure": 2}
    stated = [value for value in confidences if isinstance(value, str)]
    return max(stated, key=lambda value: order.get(value, 2)) if stated else None


def sources_of(*rows: Row) -> str | None:
    """Where several rows were read, each source once."""
    told = [row["source"] for row in rows if isinstance(row.get("source"), str)]
    return ";".join(dict.fromkeys(told)) or None
