"""The industry-chain graph: frozen clean tables of chains, segments, firms and links; slicing gives a graph again."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import both
from chaingraph.model.case import Reading, cells_of, complete_tables, rows_of
from chaingraph.model.columns import split
from chaingraph.model.notebook_view import html
from chaingraph.places import regions

if TYPE_CHECKING:
    import networkx as nx

_SEGMENT_TABLES = ("firm_segments", "leader_purchases", "segment_rules", "confirmations", "capabilities")
_FIRM_TABLES = (
    "firm_segments", "firm_products", "firm_sites", "firm_signals", "leader_purchases", "tech_needs",
    "foreign_investments", "fund_holdings", "key_firms", "projects", "contacts",
)  # fmt: skip


@dataclass(frozen=True)
class ChainGraph:
    """What the tables of one or several cases say, as one graph. Build it with `build_graph`.

    ``tables`` holds every table of the schema; ``matches`` says which firm rows of different cases were taken for one
    firm and by which rule (firm_id, other_id, firm, other, rule, score); ``review`` holds the pairs left to a person.
    ``totals``, ``makers`` and ``reading`` are those of the first `case.Case`: what was counted over all its firms where
    the tables do not hold them all.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    matches: pd.DataFrame = field(default_factory=pd.DataFrame)
    review: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    makers: pd.DataFrame = field(default_factory=pd.DataFrame)
    reading: Reading | None = None
    derived: dict[str, Any] = field(init=False, default_factory=dict, repr=False, compare=False)  # asked for many times

    def __post_init__(self) -> None:
        """Complete and freeze the tables."""
        complete = complete_tables(self.tables)
        object.__setattr__(self, "tables", MappingProxyType(complete))

    def __getitem__(self, table: str) -> pd.DataFrame:
        """The table of that name. Treat it as read-only; slices share it."""
        return self.tables[table]

    def __repr__(self) -> str:
        """What it holds, counted."""
        shown = ("chains", "segments", "segment_links", "firms", "firm_segments", "firm_links")
        return f"ChainGraph {self.name!r}: " + ", ".join(f"{len(self.tables[name])} {name}" for name in shown)

    def _repr_html_(self) -> str | None:
        """What a notebook shows (`model.notebook_view`)."""
        return html(self)

    def chain_id(self, chain: str) -> str:
        """The id of a chain given by id, Chinese or English name.

        Raises
        ------
        UnknownNameError
            When no chain has that name; similar names are listed.
        """
        chains = self.tables["chains"]
        for column in ("chain_id", "chain", "chain_en"):
            found = chains.loc[chains[column] == chain, "chain_id"]
            if len(found):
                return str(found.iloc[0])
        names = [str(name) for column in ("chain_id", "chain", "chain_en") for name in chains[column].dropna()]
        near = difflib.get_close_matches(chain, names, n=3, cutoff=0.3) or names[:10]
        raise UnknownNameError(both("errors.no_chain", name=repr(chain[:80]), near=", ".join(near)))

    def chain(self, chain: str) -> ChainGraph:
        """The part of the graph that belongs to one chain: its segments, their links, the firms in them.

        Firms keep all links whose two ends are in the slice; parents of its firms are kept, so that groups stay whole.
        """
        chain_id = self.chain_id(chain)
        segments = self.tables["segments"]
        segments = segments[segments["chain_id"] == chain_id]
        ids = set(segments["segment_id"])
        firm_ids = set(
            self.tables["firm_segments"].loc[self.tables["firm_segments"]["segment_id"].isin(ids), "firm_id"]
        )
        parts = dict(self._of_firms(self._with_parents(firm_ids)))
        parts["chains"] = self.tables["chains"][self.tables["chains"]["chain_id"] == chain_id]
        parts["segments"] = segments
        links = self.tables["segment_links"]
        parts["segment_links"] = links[links["from_segment_id"].isin(ids) & links["to_segment_id"].isin(ids)]
        for name in _SEGMENT_TABLES:
            parts[name] = parts[name][parts[name]["segment_id"].isin(ids)]
        for name in ("designations", "chain_offices", "chain_events"):
            table = self.tables[name]
            parts[name] = table[table["chain_id"].isna() | (table["chain_id"] == chain_id)]
        counted = self.totals[self.totals["segment_id"].isin(ids)] if len(self.totals) else self.totals
        return replace(self._slice(f"{self.name}/{chain_id}", parts), totals=counted.reset_index(drop=True))

    def region(self, region: str) -> ChainGraph:
        """The graph with only the firms whose seat lies in a region; chains and segments stay whole."""
        return self._slice(f"{self.name}/{region}", self._of_firms(self.firms_in(region)))

    def tier(self, tier: str) -> ChainGraph:
        """The graph with only the firms of a tier (any edition); chains and segments stay whole."""
        firms = self.tables["firms"]
        held = firms["tiers"].map(lambda value: tier in {part.partition("(")[0] for part in split(value)})
        return self._slice(f"{self.name}/{tier}", self._of_firms(set(firms.loc[held.astype(bool), "firm_id"])))

    def firms_in(self, region: str) -> set[str]:
        """Ids of the firms whose seat (district, city, province or country) lies in a region.

        Raises
        ------
        UnknownNameError
            When the region is not known.
        """
        regions.region_path(region)
        key = f"firms in {region}"
        if key not in self.derived:
            firms = self.tables["firms"]
            places = firms[["country", "province", "city", "district"]].drop_duplicates()
            inside = {row: regions.is_within(row, region) for row in cells_of(places, *places.columns)}
            rows = cells_of(firms, "firm_id", "country", "province", "city", "district")
            self.derived[key] = frozenset(str(row[0]) for row in rows if inside.get(row[1:]) is True)
        return set(self.derived[key])

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The graph as a networkx MultiDiGraph: nodes ``chain:…``, ``segment:…``, ``firm:…`` with their columns.

        Edges carry ``kind`` (in_chain, feeds, same_as, is_a, in_segment, supplies, owns, invests, partners), source,
        as_of and confidence; the direction is the flow of goods or control.
        """
        import networkx as nx

        network: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.name)
        for table, column in (("chains", "chain_id"), ("segments", "segment_id"), ("firms", "firm_id")):
            noun = column.removesuffix("_id")
            for row in rows_of(self.tables[table]):
                known = {key: value for key, value in row.items() if not pd.isna(value)}
                network.add_node(f"{noun}:{row[column]}", noun=noun, **known)
        for row in rows_of(self.tables["segments"]):
            network.add_edge(f"segment:{row['segment_id']}", f"chain:{row['chain_id']}", kind="in_chain")
        edges = (
            ("segment_links", "segment", "from_segment_id", "segment", "to_segment_id"),
            ("firm_segments", "firm", "firm_id", "segment", "segment_id"),
            ("firm_links", "firm", "source_id", "firm", "target_id"),
        )
        for table, left, source, right, target in edges:
            for row in rows_of(self.tables[table]):
                known = {key: value for key, value in row.items() if not pd.isna(value) and key != "kind"}
                kind = "in_segment" if table == "firm_segments" else row["kind"]
                if table == "firm_segments" and not pd.isna(row["kind"]):
                    known["role_kind"] = row["kind"]
                network.add_edge(f"{left}:{row[source]}", f"{right}:{row[target]}", kind=kind, **known)
        return network

    def _with_parents(self, firm_ids: set[str]) -> set[str]:
        firms = self.tables["firms"]
        parent = dict(zip(firms["firm_id"], firms["parent_id"], strict=True))
        found = set(firm_ids)
        frontier = set(firm_ids)
        while frontier:
            frontier = {str(parent[firm]) for firm in frontier if isinstance(parent.get(firm), str)} - found
            found |= frontier
        return found

    def _of_firms(self, firm_ids: set[str]) -> dict[str, pd.DataFrame]:
        parts = {"firms": self.tables["firms"][self.tables["firms"]["firm_id"].isin(firm_ids)]}
        for name in _FIRM_TABLES:
            parts[name] = self.tables[name][self.tables[name]["firm_id"].isin(firm_ids)]
        evidence = self.tables["evidence"]
        parts["evidence"] = evidence[evidence["signal_id"].isin(parts["firm_signals"]["signal_id"])]
        known = self.tables["introducers"]
        parts["introducers"] = known[known["knows_id"].isna() | known["knows_id"].isin(firm_ids)]
        links = self.tables["firm_links"]
        parts["firm_links"] = links[links["source_id"].isin(firm_ids) & links["target_id"].isin(firm_ids)]
        for name in ("segment_rules", "confirmations", "capabilities"):
            parts[name] = self.tables[name]
        return parts

    def _slice(self, name: str, parts: dict[str, pd.DataFrame]) -> ChainGraph:
        tables = {table: parts.get(table, frame).reset_index(drop=True) for table, frame in self.tables.items()}
        return ChainGraph(name, tables, self.matches, self.review)  # totals are of all firms
