"""Cases larger than memory: firms and their segments as Parquet datasets, narrowed in SQL to what is worth scoring.

Everything that is counted is counted over all firms. The rows that come to Python are the first firms of every segment,
in the region and outside it, by what is known before any score: leaders and makers first at home; outside, firms on a
list, then by revenue, then by distance. They then go through the same reading, checks and survey as any other case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chaingraph.choosing.gates import gates_table
from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.gaps import gap_rules
from chaingraph.facts.roles import (
    MAKER_WAYS,
    POSSIBLE_WAYS,
    WAY_KIND_UNKNOWN,
    WAY_MADE,
    WAY_PRESUMED,
    WAY_STATE_UNKNOWN,
    WAY_STOPPED,
)
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.sql import Query

LARGE_TABLES = ("firms", "firm_segments")  # what a large case has as datasets
DATASETS = (*LARGE_TABLES, "firm_products")  # what it may have
KEPT = 50  # firms of a segment that are read whole, at home and outside each
_BANDS_KM = (150, 300, 600, 1200)  # how far away, as coarsely as an order before any score needs it
_UNKNOWN_BAND = 99
_HELD, _SIDE = 100_000, 200_000  # how far apart the cells of counts.sql are that differ in held, or in inside and near
_PLACE = ["country", "province", "city", "district"]
_OPEN_WAYS = tuple(way for way in POSSIBLE_WAYS if way != WAY_STOPPED)  # asked for outside the region


@dataclass(frozen=True)
class Narrowed:
    """What the engine found among all firms.

    ``counts``: node, way, cell, firms (``sql/large/counts.sql``). ``pool``: node, inside, firm_id, way, step, position.
    ``places``: from `seats`. ``nodes``: segment_id, node.
    """

    counts: pd.DataFrame
    pool: pd.DataFrame
    places: pd.DataFrame
    nodes: pd.DataFrame


def datasets(folder: Path) -> dict[str, Path]:
    """The tables of a case that are Parquet datasets: folders of their name (``firms/province=浙江/….parquet``)."""
    found = {name: folder / name for name in DATASETS}
    return {name: path for name, path in found.items() if path.is_dir() and any(path.rglob("*.parquet"))}


def seats(written: pd.DataFrame, region: str) -> pd.DataFrame:
    """Where the places that firms give lie, seen from a region.

    Parameters
    ----------
    written
        country, province, city, district, firms: one row per distinct place.

    Returns
    -------
    DataFrame
        The same with inside (0, 1), band (0-4: up to 150, 300, 600, 1200 km, further; 99 = not known), and cell: where
        ``sql/large/counts.sql`` begins to count the firms of the place, by inside, near (outside, within the distance
        of ``library/gaps.toml``) and band.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    regions.region_path(region)
    rows = []
    for *place, firms in written[[*_PLACE, "firms"]].itertuples(index=False, name=None):
        known = [item if isinstance(item, str) and item else None for item in place]
        inside = regions.is_within(known, region) is True
        distance = distance_km(known, region)
        far = _UNKNOWN_BAND if pd.isna(distance) else bisect_left(_BANDS_KM, distance)
        near = not inside and distance <= gap_rules()["rule"]["nearby_km"]
        rows.append((*place, firms, int(inside), far, (int(inside) * 2 + int(near)) * _SIDE + far))
    frame = pd.DataFrame(rows, columns=[*_PLACE, "firms", "inside", "band", "cell"])
    kinds = {**dict.fromkeys(_PLACE, "str"), "firms": "int64", **dict.fromkeys(("inside", "band", "cell"), "int32")}
    return frame.astype(kinds)


def nodes_of(graph: ChainGraph) -> pd.DataFrame:
    """The segments as the large questions want them: segment_id, chain_id, service, node (a number)."""
    nodes = segment_nodes(graph).sort_values("segment_id", ignore_index=True)
    numbers = pd.Series(pd.factorize(nodes["node_id"], sort=True)[0], dtype="int32")
    return nodes.drop(columns="node_id").assign(node=numbers)


def narrow(
    graph: ChainGraph, region: str, query: Query, *, keep: int = KEPT, places: pd.DataFrame | None = None
) -> Narrowed:
    """Count all firms, and find those that are worth reading whole.

    Parameters
    ----------
    graph
        The chains, segments and links between segments; its firms are not looked at.
    query
        Runs the texts on the datasets ``firms`` and ``firm_segments``.
    keep
        Firms of a segment that are read whole, in the region and outside it each.
    places
        What `seats` tells of all places that firms give; None: it is asked.
    """
    nodes = nodes_of(graph)
    places = seats(query("large/places"), region) if places is None else places
    tables = {
        "segment_nodes": nodes.rename(columns={"node": "node_id"}),
        "places": places.drop(columns="firms"),
        "gates": gates_table(),
    }
    counts = _once(query("large/counts", tables=tables), query("large/twice", tables=tables))
    limits = _limits(counts, keep)
    furthest = int(max([-1, *limits["last"]]))
    home = places.loc[places["inside"] == 1, "city"].fillna("")
    cities = [home.min(), home.max()] if len(home) else [None, None]
    open_ways = pd.DataFrame({"way": _OPEN_WAYS}, dtype="int32")
    pool = query(
        "large/pool", [furthest, *cities, furthest, keep], tables={**tables, "limits": limits, "open_ways": open_ways}
    )
    return Narrowed(counts, pool, places, nodes[["segment_id", "node"]])


def _once(counts: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    key = ["node", "way", "cell"]
    taken = counts.merge(again, on=key, how="left", suffixes=("", "_again"))
    taken["firms"] -= taken.pop("firms_again").fillna(0).astype("int64")
    return taken[taken["firms"] > 0].reset_index(drop=True)


def _limits(counts: pd.DataFrame, keep: int) -> pd.DataFrame:
    """Per node the step at which the first `keep` outside firms are complete; -1 where there is none outside."""
    cell = counts["cell"]
    outside = counts[(cell < 2 * _SIDE) & (cell // _HELD % 2 == 0) & counts["way"].isin(_OPEN_WAYS)]
    steps = outside.assign(step=cell % _HELD).groupby(["node", "step"], sort=True)["firms"].sum().reset_index()
    before = steps.groupby("node")["firms"].cumsum() - steps["firms"]
    last = steps[before < keep].groupby("node")["step"].max()
    every = np.sort(counts["node"].unique())
    return pd.DataFrame({"node": every, "last": last.reindex(every).fillna(-1).astype("int64").to_numpy()}).astype(
        {"node": "int32"}
    )


def segment_totals(narrowed: Narrowed, graph: ChainGraph) -> pd.DataFrame:
    """What was counted over all firms, by segment.

    Returns
    -------
    DataFrame
        One row per segment, firms: found, group_only, presumed and to_check (local, as in `gaps.gap_facts`),
        nearby_found, national and local (makers anywhere and in the region, whatever their state), outside_open
        (outside, with nothing known against them), outside_read (of those, how many were read whole).
    """
    counts = narrowed.counts
    side, held = counts["cell"] // _SIDE, counts["cell"] // _HELD % 2 == 1
    inside, near = side // 2 == 1, side % 2 == 1
    way = counts["way"]
    beside = [way_ for way_ in POSSIBLE_WAYS if way_ not in (WAY_MADE, WAY_PRESUMED)]
    masks = {
        "found": inside & (way == WAY_MADE),
        "group_only": inside & way.isin(beside),
        "presumed": inside & (way == WAY_PRESUMED),
        "to_check": inside & way.isin((WAY_STATE_UNKNOWN, WAY_PRESUMED, WAY_KIND_UNKNOWN)),
        "nearby_found": near & way.isin(MAKER_WAYS),
        "national": way.isin(POSSIBLE_WAYS),
        "local": inside & way.isin(POSSIBLE_WAYS),
        "outside_open": ~inside & ~held & way.isin(_OPEN_WAYS),
    }
    sums = pd.DataFrame({name: counts["firms"].where(mask, 0) for name, mask in masks.items()})
    by_node = sums.groupby(counts["node"]).sum()
    by_node["outside_read"] = narrowed.pool[narrowed.pool["inside"] == 0].groupby("node").size()
    nodes = narrowed.nodes.set_index("segment_id")["node"]
    order = graph["segments"][["segment_id", "chain_id"]].sort_values("segment_id", ignore_index=True)
    known = by_node.reindex(order["segment_id"].map(nodes)).fillna(0).astype("int64").reset_index(drop=True)
    return pd.concat([order, known], axis=1)


def chosen_rows(firm_ids: Sequence[str], query: Query, names: Iterable[str] = LARGE_TABLES) -> dict[str, pd.DataFrame]:
    """The whole rows of some firms, all their segments, and their products where these are a dataset too."""
    chosen = pd.DataFrame({"firm_id": list(firm_ids)}, dtype="str")
    return {name: query(f"large/chosen_{name}", tables={"chosen": chosen}) for name in names}


def counted_makers(graph: ChainGraph, narrowed: Narrowed, query: Query) -> pd.DataFrame:
    """In which cities is a segment made, over all firms: what a large case says as a reference.

    Returns
    -------
    DataFrame
        As `sql/makers.sql`, with one row per segment, city and inside (whether the seat surely lies in the region):
        chain_id, segment_id (missing = any of the chain), city (missing = not known), inside, firms (0 in one row of a
        segment that nobody makes).
    """
    places = narrowed.places[[*_PLACE, "inside"]]
    written = places[_PLACE].itertuples(index=False, name=None)
    known = [[part if isinstance(part, str) and part else None for part in place] for place in written]
    prefectures = pd.Series([regions.prefecture_of(place) for place in known], dtype="str")
    seats_of = places.assign(prefecture=prefectures)
    nodes = segment_nodes(graph)
    found = query("large/makers", tables={"places": seats_of, "segment_nodes": nodes})
    none = nodes.loc[~nodes["segment_id"].isin(found["segment_id"]), ["chain_id", "segment_id"]]
    whole = pd.concat([found, none.assign(city=None, inside=0, firms=0)], ignore_index=True)
    kinds = {**dict.fromkeys(("chain_id", "segment_id", "city"), "str"), "inside": "bool", "firms": "int64"}
    return whole.astype(kinds)
