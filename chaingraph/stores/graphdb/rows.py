"""From the tables of a graph, and what a run found in it, to rows of nodes and relationships for Neo4j."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.model.columns import SEPARATOR, split
from chaingraph.model.schema import TABLES
from chaingraph.places import regions
from chaingraph.stores.graphdb.shape import (
    EDGE_TABLES,
    END,
    KEY,
    NAME_LENGTH,
    NAMES,
    NODE_TABLES,
    PROVENANCE_COLUMNS,
    REGIONS,
    START,
    Edges,
    EdgeTable,
    Nodes,
    Row,
    set_columns,
    shorten,
    tier_labels,
)

_SITED = {"zones": "district", "carriers": "district", "projects": "region", "premises": "region"}  # LOCATED_IN
_PLACED = frozenset({"firms", "firm_sites", *_SITED, REGIONS})  # what the regions of a graph are read off
_NAMED = frozenset({"products", "firm_products"})  # what tells the product that a text means
CHUNK = 10_000  # rows turned into Python objects at a time
NAME = "cg_name"
DERIVED = "cg_derived"
FORMAT = "2"  # part of every hash: raise it when the same tables are to be written differently


class Places(NamedTuple):
    """Regions of a graph: the path each written name means, and the paths of the firms' seats."""

    names: dict[str, tuple[str, ...]]
    seats: frozenset[tuple[str, ...]]

    def frame(self) -> pd.DataFrame:
        """One row per region, every region around it included: path, level (1 = country), name, parent path."""
        paths = {path[:depth] for path in (*self.names.values(), *self.seats) for depth in range(1, len(path) + 1)}
        rows = sorted(paths)
        frame = pd.DataFrame({"path": ["/".join(path) for path in rows], "level": [len(path) for path in rows]})
        frame["name"] = [path[-1] for path in rows]
        frame["parent"] = ["/".join(path[:-1]) or None for path in rows]
        return frame

    def key(self, name: object) -> str | None:
        """The id of the region that a written name means."""
        return shorten("/".join(self.names[name])) if isinstance(name, str) else None


def places(tables: Mapping[str, pd.DataFrame], extra: tuple[str, ...] = ()) -> Places:
    """The regions of a graph: seats of firms, sites, zones, and those named in ``extra``."""
    seats = tables["firms"][["country", "province", "city", "district"]].drop_duplicates()
    paths = {path for seat in seats.itertuples(index=False, name=None) if (path := regions.path_of(seat))}
    named = [tables["firm_sites"]["region"], *(tables[name][column] for name, column in _SITED.items())]
    names = sorted({str(name) for column in named for name in column.dropna()} | set(extra))
    return Places({name: _path(name, paths) for name in names}, frozenset(paths))


def _path(name: str, seats: set[tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return regions.region_path(name)
    except UnknownNameError:
        # A name borne by several places (港区) means the one where firms of this graph sit, if there is just one.
        near = [path for path in seats if path[-1] == name]
        return near[0] if len(near) == 1 else (name,)


def case_nodes(tables: Mapping[str, pd.DataFrame], where: Places) -> list[Nodes]:
    """The kinds of nodes: one per table that is not a table of links, and the regions."""
    kinds = [
        Nodes(
            label,
            tuple(TABLES[name].names),
            partial(_table_nodes, tables[name], name),
            set_columns(name),
            made_of=frozenset({name}),
        )
        for name, label in NODE_TABLES.items()
        if name != "products"
    ]
    product = Nodes("Product", tuple(TABLES["products"].names), partial(_product_nodes, tables), made_of=_NAMED)
    region = Nodes("Region", ("path", "level"), partial(_region_nodes, where), made_of=_PLACED)
    return [*kinds, product, region]


def _table_nodes(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame = frame.copy()
    frame[KEY] = _row_keys(frame, name)
    naming = NAMES.get(name)
    said = [part for part in TABLES[name].order if not TABLES[name].column(part).made_from]  # an id made says nothing
    rows = frame[[naming] if naming else said].itertuples(index=False, name=None)
    names = [" ".join(part for part in row if isinstance(part, str)) for row in rows]
    frame[NAME] = pd.Series(names, index=frame.index, dtype="str")
    return frame


def _row_keys(frame: pd.DataFrame, name: str) -> pd.Series:
    rows = frame[list(TABLES[name].key)].itertuples(index=False, name=None)
    return pd.Series([row_key(row) for row in rows], index=frame.index, dtype="str")


def row_key(values: tuple[Any, ...]) -> str:
    """The id of a row: its key where that is one column, else a hash of the key's columns."""
    parts = [value if isinstance(value, str) else None if pd.isna(value) else str(value) for value in values]
    if len(parts) == 1:
        return shorten(parts[0] or "")
    return blake2b(json.dumps(parts, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def product_keys(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """The id of the product node that a product text means: the product of that name, else one made of the text."""
    products = tables["products"]
    single = products[~products["product"].duplicated(keep=False)]
    known = dict(zip(single["product"], single["product_id"], strict=True))
    texts = pd.Series(tables["firm_products"]["product"].unique(), dtype="str")
    keys = [shorten(known[name]) if name in known else f"={shorten(name)}" for name in texts]
    return pd.Series(keys, index=pd.Index(texts), dtype="str")


def _product_nodes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    frame = _table_nodes(tables["products"], "products")
    keys = product_keys(tables)
    keys = keys[keys.str.startswith("=")]
    texts = pd.DataFrame({KEY: keys.to_numpy(), "product": keys.index, NAME: keys.index})
    return pd.concat([frame, texts.reindex(columns=frame.columns).astype(frame.dtypes)], ignore_index=True)


def _region_nodes(where: Places) -> pd.DataFrame:
    frame = where.frame()
    frame[KEY] = frame["path"].map(shorten)
    return frame.rename(columns={"name": NAME})


def case_edges(tables: Mapping[str, pd.DataFrame], where: Places) -> list[Edges]:
    """The kinds of relationships: the rows of link tables, and what follows from other rows (marked cg_derived)."""
    kinds = []
    for edge in EDGE_TABLES:
        for value, kind in edge.types.items():
            make = partial(_link_edges, tables, edge, value, where)
            ends = {edge.start[0], edge.end[0]}
            of = frozenset({edge.table}) | (_NAMED if "Product" in ends else frozenset())
            of |= _PLACED if "Region" in ends else frozenset()
            sets = set_columns(edge.table)
            kinds.append(Edges(kind, edge.start[0], edge.end[0], edge.stored, make, sets, made_of=of))
    derived = (*PROVENANCE_COLUMNS, DERIVED)
    leads = frozenset({"segments", "firm_segments", "designations", "firms", "chains"})
    kinds += [
        Edges("IN_CHAIN", "Segment", "Chain", derived, partial(_in_chain, tables), made_of=frozenset({"segments"})),
        Edges("LEADS", "Firm", "Chain", ("basis", *derived), partial(_leads, tables), made_of=leads),
        Edges("LOCATED_IN", "Firm", "Region", ("kind", *derived), partial(_seats, tables), made_of=_PLACED),
        Edges("LOCATED_IN", "Region", "Region", derived, partial(_around, where), made_of=_PLACED),
    ]
    for name, place in _SITED.items():
        make = partial(_in_place, tables[name], name, place, where)
        kinds.append(Edges("LOCATED_IN", NODE_TABLES[name], "Region", derived, make, made_of=_PLACED))
    targets = {
        "segments.segment_id": "Segment",
        "chains.chain_id": "Chain",
        "firms.firm_id": "Firm",
        "projects.project_id": "InvestmentProject",
        "firm_signals.signal_id": "Signal",
    }
    for name, label in NODE_TABLES.items():
        for column in TABLES[name].columns:
            end = targets.get(column.refers_to)
            if end and name not in ("segments", "firms"):
                make = partial(_about, tables, name, column.name, column.refers_to)
                of = frozenset({name, column.refers_to.partition(".")[0]})
                kinds.append(Edges("ABOUT", label, end, ("column", *derived), make, made_of=of))
    return kinds


def _link_edges(tables: Mapping[str, pd.DataFrame], edge: EdgeTable, value: str, where: Places) -> pd.DataFrame:
    frame = tables[edge.table]
    if value:
        frame = frame[frame["kind"] == value]
    frame = frame.copy()
    for side, (label, column, _) in ((START, edge.start), (END, edge.end)):
        if label == "Region":
            frame[side] = frame[column].map(where.key)
        elif column == "product":
            frame[side] = frame[column].map(product_keys(tables))
        else:
            frame[side] = frame[column].map(shorten)
    keys = frame[list(edge.key)].fillna("").itertuples(index=False, name=None)
    # What is missing at the end of a key is left out: a column added to it later changes nobody's relationship.
    frame[KEY] = pd.Series(["|".join(key).rstrip("|") for key in keys], index=frame.index, dtype="str")
    return frame


def _derived(frame: pd.DataFrame, start: pd.Series, end: pd.Series, key: str = "") -> pd.DataFrame:
    found = frame.copy()
    found[START], found[END], found[KEY], found[DERIVED] = start, end, key, True
    return found[found[START].notna() & found[END].notna()]


def _in_chain(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    frame = tables["segments"]
    return _derived(frame, frame["segment_id"].map(shorten), frame["chain_id"].map(shorten))


def _leads(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    chain_of = tables["segments"].set_index("segment_id")["chain_id"]
    roles = tables["firm_segments"]
    roles = roles[roles["role"] == "leader"].sort_values(["firm_id", "segment_id"])
    roles = roles.assign(chain_id=roles["segment_id"].map(chain_of), basis="role")
    named = tables["designations"]
    named = named[(named["kind"] == "chain_leader") & named["chain_id"].notna() & named["firm_id"].notna()]
    named = named.sort_values(["firm_id", "chain_id", "name"]).assign(basis="designation")
    columns = ["firm_id", "chain_id", "basis", *PROVENANCE_COLUMNS]
    frame = pd.concat([roles[columns], named[columns]], ignore_index=True)
    frame = frame[
        frame["firm_id"].isin(tables["firms"]["firm_id"]) & frame["chain_id"].isin(tables["chains"]["chain_id"])
    ]
    frame = frame.drop_duplicates(["firm_id", "chain_id", "basis"])
    found = _derived(frame, frame["firm_id"].map(shorten), frame["chain_id"].map(shorten))
    return found.assign(**{KEY: found["basis"]})


def _seats(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    frame = tables["firms"]
    known: dict[tuple[object, ...], str | None] = {}
    ends = []
    for row in frame[["country", "province", "city", "district"]].itertuples(index=False, name=None):
        if row not in known:
            path = regions.path_of(row)
            known[row] = shorten("/".join(path)) if path else None
        ends.append(known[row])
    end = pd.Series(ends, index=frame.index, dtype="str")
    return _derived(frame.assign(kind="seat"), frame["firm_id"].map(shorten), end, "seat")


def _around(where: Places) -> pd.DataFrame:
    frame = where.frame().assign(source="行政区划 / administrative divisions", as_of=None, confidence=None)
    return _derived(frame, frame["path"].map(shorten), frame["parent"].map(shorten, na_action="ignore"))


def _in_place(frame: pd.DataFrame, name: str, column: str, where: Places) -> pd.DataFrame:
    return _derived(frame, _row_keys(frame, name), frame[column].map(where.key))


def _about(tables: Mapping[str, pd.DataFrame], name: str, column: str, refers_to: str) -> pd.DataFrame:
    target, _, identifier = refers_to.partition(".")
    frame = tables[name]
    # A slice of a graph may hold a purchase whose supplier it no longer holds: the node says the id, no link is made.
    frame = frame[frame[column].isin(tables[target][identifier])]
    return _derived(frame.assign(column=column), _row_keys(frame, name), frame[column].map(shorten), column)


def node_rows(kind: Nodes, dataset: str) -> Iterator[Row]:
    """The nodes of a kind, in the order of their keys."""
    frame = kind.frame().sort_values(KEY, kind="stable")
    for values in _records(frame, (KEY, NAME, *kind.columns), kind.sets):
        key, name = values.pop(KEY), values.pop(NAME, None)
        if name is not None:
            values[NAME] = str(name)[:NAME_LENGTH]
        labels = tier_labels(values.get("tiers")) if kind.label == "Firm" else ()
        content, size = digest(values, labels)
        yield Row(f"{dataset}|{key}", content, size, values | {"cg_dataset": dataset}, (), labels)


def edge_rows(kind: Edges, dataset: str) -> Iterator[Row]:
    """The relationships of a kind, sorted by end and start: rows that lock the same nodes stand together."""
    frame = kind.frame()
    if frame.empty:
        return
    frame = frame.sort_values([END, START, KEY], kind="stable")
    for values in _records(frame, (START, END, KEY, *kind.columns), kind.sets):
        start, end = f"{dataset}|{values.pop(START)}", f"{dataset}|{values.pop(END)}"
        identity = json.dumps([kind.type, kind.start, start, kind.end, end, values.pop(KEY, "")], ensure_ascii=False)
        mark = blake2b(identity.encode(), digest_size=16).hexdigest()
        yield Row(f"{dataset}|{kind.scope}|{mark}", *digest(values), values, (start, end))


def digest(values: Mapping[str, object], labels: Iterable[str] = ()) -> tuple[int, int]:
    """The hash of a row's properties and labels, in whatever order they come, and the number of characters hashed."""
    content = FORMAT + json.dumps([values, sorted(labels)], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big", signed=True), len(content)


def _records(frame: pd.DataFrame, columns: tuple[str, ...], sets: frozenset[str]) -> Iterator[dict[str, object]]:
    """Rows as dictionaries without missing values, a chunk of the frame in memory at a time."""
    for first in range(0, len(frame), CHUNK):
        part = frame.iloc[first : first + CHUNK]
        lists = [_plain_values(part[column], is_set=column in sets) for column in columns]
        for row in zip(*lists, strict=True):
            yield {column: value for column, value in zip(columns, row, strict=True) if value is not None}


def _plain_values(column: pd.Series, *, is_set: bool) -> list[object]:
    missing = column.isna().to_numpy()
    values: list[object] = column.tolist()
    return [None if gone else _plain(value, is_set=is_set) for value, gone in zip(values, missing, strict=True)]


def _plain(value: object, *, is_set: bool) -> object:
    if is_set and isinstance(value, str):
        members = split(value)
        # A cell that is not in canonical form ("a;;b") stays text, so that it comes back as it was.
        return list(members) if SEPARATOR.join(members) == value else value
    return value.item() if isinstance(value, np.generic) else value
