"""What the tables of a graph are in Neo4j: nodes and relationships, each with a key and a content hash.

Every table is either a label (one node per row) or one or several relationship types (one relationship per row); what
follows from a row without being one (a segment lies in its chain, a firm in its city) is marked ``cg_derived``. A row's
columns are properties of the same name; missing values are absent, sets are lists. Besides, nodes and relationships of
ours, and no others, carry

=============  =========================================================================================================
``cg_uid``     dataset | id, unique per label or type
``cg_hash``    64-bit hash of the content: rows whose hash and properties are unchanged are not sent again
``cg_load``    number of the load that wrote the present content; see the ``Load`` nodes
``cg_retired`` number of the load that no longer found the row; absent while the row is there
=============  =========================================================================================================

and nodes ``cg_dataset`` and ``cg_name`` (the name, at most 200 characters: what is indexed and what a picture shows).

Changed on the server, and put right by the next push, is: a node or relationship of ours that was deleted or marked,
any property of ours (the table's columns and those above) that has another value, is gone, or is there though the
table has none, and a firm's label of its tiers. Properties, labels and relationships of others are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, NoReturn

import pandas as pd
from pandas.arrays import ArrowStringArray

from chaingraph.errors import StoreError
from chaingraph.labels import text
from chaingraph.model.columns import PROVENANCE, TIERS, Table, split
from chaingraph.model.schema import TABLES

NAME_LENGTH = 200  # an index key may take 8 kB; 200 characters take 800 bytes at most
_LABELS = {
    "chains": "Chain", "segments": "Segment", "firms": "Firm", "products": "Product", "zones": "Zone",
    "carriers": "Carrier", "firm_signals": "Signal", "leader_purchases": "Purchase", "segment_rules": "SegmentRule",
    "parcels": "Parcel", "tech_needs": "TechNeed", "chain_offices": "ChainOffice", "designations": "Designation",
    "outreach": "Outreach", "policies": "Policy", "targets": "PlanTarget", "confirmations": "Confirmation",
    "excluded": "ExcludedFirm", "foreign_investments": "ForeignInvestment", "funds": "Fund",
    "fund_holdings": "FundHolding", "capabilities": "Capability",
    "place_targets": "PlaceTarget", "key_firms": "KeyFirm", "chain_events": "ChainEvent", "introducers": "Introducer",
    # A Project is one of the ledger, which keeps its own beside the case.
    "projects": "InvestmentProject", "places": "NamedPlace", "premises": "Premise", "contacts": "Contact",
    "station_teams": "StationTeam", "translations": "Translation",
}  # fmt: skip
NAMES = {"chains": "chain", "segments": "segment", "firms": "firm", "products": "product"}  # table -> naming column
TIER_LABELS = {tier: "".join(part.title() for part in tier.split("_")) for tier in TIERS}
PROVENANCE_COLUMNS = tuple(column.name for column in PROVENANCE)
REGIONS, RUN = "regions of runs", "run"  # what a kind may be made of besides tables
START, END, KEY = "cg start", "cg end", "cg key"  # columns of an edge frame; a space keeps them apart from real ones


class Row(NamedTuple):
    """One node (``ends`` is empty) or relationship: its key, content hash, properties, and keys of its two ends."""

    uid: str
    digest: int
    size: int  # characters of content, for batches that fit a server's memory
    values: dict[str, object]
    ends: tuple[str, ...]
    labels: tuple[str, ...] = ()  # those of its tiers


@dataclass(frozen=True)
class Nodes:
    """The nodes of one label. ``frame`` has a column KEY (their ids); ``columns`` become properties."""

    label: str
    columns: tuple[str, ...]
    frame: Callable[[], pd.DataFrame]
    sets: frozenset[str] = frozenset()  # columns whose cells are lists in Neo4j
    retires: bool = True  # whether a node that is no longer in the tables is marked
    made_of: frozenset[str] = frozenset()  # all tables that ``frame`` reads, and REGIONS or RUN

    @property
    def part(self) -> str:
        """What is compared as one: the nodes of a label."""
        return self.label


@dataclass(frozen=True)
class Edges:
    """Relationships of one type between two labels. ``frame`` has START, END and KEY; ``columns`` become properties."""

    type: str
    start: str
    end: str
    columns: tuple[str, ...]
    frame: Callable[[], pd.DataFrame]
    sets: frozenset[str] = frozenset()
    scope: str = "case"  # "case", or "run:" and the region for what a run found
    made_of: frozenset[str] = frozenset()  # all tables that ``frame`` reads, and REGIONS or RUN

    @property
    def part(self) -> str:
        """What is compared as one: the relationships of a type and scope."""
        return f"{self.type} {self.scope}"


@dataclass(frozen=True)
class EdgeTable:
    """A table whose rows are relationships: which columns hold the ends, which properties name those nodes."""

    table: str
    start: tuple[str, str, str]  # label, column of the table, property of the node
    end: tuple[str, str, str]  # an empty property: the table's column is kept on the relationship
    types: Mapping[str, str]  # value of ``kind`` -> type; one entry with an empty value where there is one type only
    key: tuple[str, ...] = ()  # what tells two relationships of a type between the same nodes apart

    @property
    def stored(self) -> tuple[str, ...]:
        """The table's columns that are properties of the relationship."""
        ends = {column for _, column, name in (self.start, self.end) if name}
        kind = {"kind"} if "" not in self.types else set()
        return tuple(name for name in TABLES[self.table].names if name not in ends | kind)


def set_columns(table: str) -> frozenset[str]:
    """Columns of a table that hold sets."""
    return frozenset(column.name for column in TABLES[table].columns if column.kind == "set")


def _types(table: str) -> dict[str, str]:
    return {kind: kind.upper() for kind in TABLES[table].column("kind").choices}


_FIRM = ("Firm", "firm_id", "firm_id")
EDGE_TABLES = (
    EdgeTable("segment_links", ("Segment", "from_segment_id", "segment_id"),
              ("Segment", "to_segment_id", "segment_id"), _types("segment_links")),
    EdgeTable("firm_segments", _FIRM, ("Segment", "segment_id", "segment_id"), {"": "IN_SEGMENT"}),
    EdgeTable("firm_products", _FIRM, ("Product", "product", "product"), {"": "MAKES"}),
    EdgeTable("product_links", ("Product", "from_product_id", "product_id"),
              ("Product", "to_product_id", "product_id"), {"input": "INPUT_OF"}),
    # The table says class -> subclass, as its source does; the relationship reads "is a subclass of".
    EdgeTable("product_links", ("Product", "to_product_id", "product_id"),
              ("Product", "from_product_id", "product_id"), {"subclass": "SUBCLASS_OF"}),
    EdgeTable("firm_links", ("Firm", "source_id", "firm_id"), ("Firm", "target_id", "firm_id"),
              _types("firm_links"), ("product",)),
    EdgeTable("firm_sites", _FIRM, ("Region", "region", ""), {"": "LOCATED_IN"},
              ("region", "kind", "site")),
)  # fmt: skip
NODE_TABLES: dict[str, str] = {
    name: _LABELS.get(name) or "".join(part.title() for part in name.split("_"))
    for name in TABLES
    if name not in {edge.table for edge in EDGE_TABLES}
}


def tier_labels(tiers: object) -> tuple[str, ...]:
    """The labels of a firm that stands on these lists (members of the set, or its text)."""
    members = tiers if isinstance(tiers, list) else split(tiers)
    held = {str(member).partition("(")[0] for member in members}
    return tuple(label for tier, label in TIER_LABELS.items() if tier in held)


def refuse(key: str, /, **values: object) -> NoReturn:
    """Raise the error of that label, in Chinese and English."""
    raise StoreError(say(key, **values))


def say(key: str, /, **values: object) -> str:
    """The sentence of that label, in Chinese and English."""
    return f"{text(f'neo4j.{key}', 'zh', **values)} / {text(f'neo4j.{key}', 'en', **values)}"


def shorten(name: str) -> str:
    """An id that fits an index: long ones keep their beginning and a hash."""
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[:60]}…{blake2b(name.encode(), digest_size=16).hexdigest()}"


def checked(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables, found fit to be loaded whole: known columns, no key twice, no key or end missing, text that encodes.

    Raises
    ------
    StoreError
        Naming the table, the rows and what is wrong: nothing is dropped on the way to the server.
    """
    found = {}
    for name, table in TABLES.items():
        frame = tables[name]
        unknown = sorted(set(frame.columns) - set(table.names))
        if unknown:
            refuse("unknown_columns", table=name, columns=", ".join(map(str, unknown)))
        frame = found[name] = frame.reindex(columns=table.names)
        if frame.empty:
            continue
        # The id of a firm, and one that may be made of what the row says, is there by now.
        known = [table.column(key) for key in table.key]
        made = ("firm_id",) if name == "firms" else ()
        required = [column.name for column in known if column.required or column.made_from or column.name in made]
        for column in required:
            if frame[column].isna().any():
                refuse("no_key", table=name, column=column, count=int(frame[column].isna().sum()))
        twice = frame[frame.duplicated(list(table.key))]
        if len(twice):
            refuse("twice", table=name, key=", ".join(table.key), rows=_some(twice[list(table.key)]))
        _encodable(name, table, frame)
    ids = {
        ("Segment", "segment_id"): set(found["segments"]["segment_id"]),
        ("Firm", "firm_id"): set(found["firms"]["firm_id"]),
        ("Product", "product_id"): set(found["products"]["product_id"]),
    }
    for edge in EDGE_TABLES:
        frame = found[edge.table]
        for label, column, name in (edge.start, edge.end):
            lost = frame[~frame[column].isin(ids[label, name])] if (label, name) in ids else frame[:0]
            if len(lost):
                refuse("no_end", table=edge.table, column=column, label=label, rows=_some(lost[[column]]))
        kinds = [kind for other in EDGE_TABLES if other.table == edge.table for kind in other.types]
        strange = frame[~frame["kind"].isin(kinds)] if "" not in kinds else frame[:0]
        if len(strange):
            refuse("no_type", table=edge.table, rows=_some(strange[["kind"]]), kinds=", ".join(kinds))
    lost = found["segments"][~found["segments"]["chain_id"].isin(found["chains"]["chain_id"])]
    if len(lost):
        refuse("no_end", table="segments", column="chain_id", label="Chain", rows=_some(lost[["chain_id"]]))
    return found


def _some(frame: pd.DataFrame) -> str:
    shown = [" | ".join(str(value)[:60] for value in row) for row in frame.head(3).itertuples(index=False)]
    return "; ".join(shown) + (f" … ({len(frame)})" if len(frame) > len(shown) else "")


def _encodable(name: str, table: Table, frame: pd.DataFrame) -> None:
    for column in table.columns:
        # What Arrow holds is UTF-8 already.
        if column.kind in ("number", "integer", "flag") or isinstance(frame[column.name].array, ArrowStringArray):
            continue
        try:
            "".join(frame[column.name].dropna().tolist()).encode()
        except UnicodeEncodeError as error:
            refuse("encoding", table=name, column=column.name, value=repr(error.object[error.start]))
        except TypeError:
            refuse("not_text", table=name, column=column.name)
