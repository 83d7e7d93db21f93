"""Where a segment stands in its chain: what cannot be bypassed, what lies between, in how few hands it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.roles import MADE, OTHER
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions

if TYPE_CHECKING:
    import networkx as nx

_ROOT = "\0raw materials"  # no segment id can hold it
_NO_MAKER = ("buyer", "brand", "licensor")
STATUS_UNKNOWN = 5  # of `local_presence`


def segment_measures(graph: ChainGraph) -> pd.DataFrame:
    """How hard is a segment to do without?

    Parameters
    ----------
    graph
        The chains with their ``feeds`` links.

    Returns
    -------
    DataFrame
        One row per segment: segment_id; must_pass (0-1: share of the segments downstream of it that cannot be reached
        from raw materials but through it; NaN where nothing is downstream); bridge (0-1: betweenness on the chain's
        feeds, normalised); bridge_top (among the top 5 % of its chain and above 0).

    Notes
    -----
    must_pass uses `networkx.immediate_dominators` from a root that feeds every segment without a supplier. Both
    describe the loaded data and enter no score.
    """
    import networkx as nx

    rows = []
    links = graph["segment_links"]
    feeds = links[links["kind"] == "feeds"]
    for _, segments in graph["segments"].groupby("chain_id", sort=True):
        ids = sorted(segments["segment_id"])
        network: nx.DiGraph[str] = nx.DiGraph()
        network.add_nodes_from(ids)
        inside = feeds["from_segment_id"].isin(ids) & feeds["to_segment_id"].isin(ids)
        pairs = zip(feeds.loc[inside, "from_segment_id"], feeds.loc[inside, "to_segment_id"], strict=True)
        network.add_edges_from(sorted(pairs))
        bridge = nx.betweenness_centrality(network, normalized=True)
        threshold = pd.Series(bridge).quantile(0.95) if bridge else 0.0
        must_pass = _must_pass(network)
        for segment in ids:
            rows.append((segment, must_pass[segment], bridge[segment], 0 < bridge[segment] >= threshold))
    frame = pd.DataFrame(rows, columns=["segment_id", "must_pass", "bridge", "bridge_top"])
    return frame.astype({"segment_id": "str", "must_pass": float, "bridge": float, "bridge_top": bool})


def _must_pass(network: nx.DiGraph[str]) -> dict[str, float]:
    import networkx as nx

    rooted = network.copy()
    rooted.add_node(_ROOT)  # feeds that run in a circle leave no segment without a supplier
    rooted.add_edges_from((_ROOT, segment) for segment in network if network.in_degree(segment) == 0)
    dominator = dict(nx.immediate_dominators(rooted, _ROOT)) if len(network) else {}
    dominated: dict[str, set[str]] = {segment: set() for segment in network}
    for segment in network:
        above = dominator.get(segment)
        while above is not None and above != _ROOT:
            dominated[above].add(segment)
            above = dominator.get(above)
    shares = {}
    for segment in network:
        downstream = nx.descendants(network, segment)
        shares[segment] = len(dominated[segment]) / len(downstream) if downstream else float("nan")
    return shares


def market_shares(
    graph: ChainGraph, region: str, presence: pd.DataFrame, families: pd.DataFrame, *, single: float
) -> pd.DataFrame:
    """What do the market shares that a case states say of each segment?

    Parameters
    ----------
    region
        The region that is recruiting.
    presence
        From `gaps.local_presence`.
    families
        firm_id, group_id, group.
    single
        Share above which one provider or one country is a single source (0-1).

    Returns
    -------
    DataFrame
        Indexed by segment_id, segments without a stated share are left out: market_share (0-1, of firms that make it
        here; where the region is a country, firms seated there count), share_most (0-1, what it may be at most: local
        firms without a share may hold all that nobody else is said to hold), share_known (0-1, of all firms),
        single_source (name of the provider, of its group, or of the country; missing = none), single_share (0-1).

    Notes
    -----
    A firm's newest share counts, once per node; a share is of the segment's output, wherever that is. What adds up to
    more than 1 is cut there.
    """
    nodes = segment_nodes(graph)
    told = graph["firm_segments"].dropna(subset="market_share")
    told = told[~told["kind"].isin(_NO_MAKER) & (told["status"] != "stopped")]
    rows = nodes[["segment_id", "node_id"]].merge(
        told[["firm_id", "segment_id", "market_share", "market_year"]].merge(
            nodes[["segment_id", "node_id"]], on="segment_id"
        )[["firm_id", "node_id", "market_share", "market_year"]],
        on="node_id",
    )
    rows = rows.sort_values(["segment_id", "firm_id", "market_year", "market_share"], kind="stable")
    rows = rows.drop_duplicates(["segment_id", "firm_id"], keep="last")
    firms = graph["firms"].drop_duplicates("firm_id").set_index("firm_id")
    group = families.drop_duplicates("firm_id").set_index("firm_id")["group_id"]
    rows = rows.assign(country=rows["firm_id"].map(firms["country"]), group_id=rows["firm_id"].map(group))
    here = _local(presence, region)
    found: dict[str, dict[str, Any]] = {}
    for segment, held in rows.groupby("segment_id", sort=True):
        local = here.get(str(segment), frozenset())
        inside = held["firm_id"].isin(local)
        known, own = (
            min(1.0, float(held["market_share"].sum())),
            min(1.0, float(held.loc[inside, "market_share"].sum())),
        )
        silent = bool(local - set(held["firm_id"]))
        source, share = _single(held, firms["firm"], single)
        found[str(segment)] = {
            "market_share": own,
            "share_most": own + (1.0 - known if silent else 0.0),
            "share_known": known,
            "single_source": source,
            "single_share": share,
        }
    columns = ["market_share", "share_most", "share_known", "single_source", "single_share"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).astype({"single_source": "object"})


def _local(presence: pd.DataFrame, region: str) -> dict[str, frozenset[str]]:
    """The firms whose share is made in the region, by segment; a seat tells that for a country alone."""
    rows = presence[presence["standing"] == MADE]
    if len(regions.region_path(region)) == 1:
        unknown = (presence["presumed"] == 1) | (presence["status_order"] == STATUS_UNKNOWN)
        rows = presence[(presence["standing"] < OTHER) & ((presence["standing"] == MADE) | unknown)]
    return {str(segment): frozenset(held["firm_id"]) for segment, held in rows.groupby("segment_id")}


def _single(held: pd.DataFrame, names: pd.Series[str], limit: float) -> tuple[str | None, float]:
    """Who makes more than ``limit`` of it: a group, named by its firm, else a country."""
    for column in ("group_id", "country"):
        sums = held.dropna(subset=column).groupby(column)["market_share"].sum()
        if len(sums) and float(sums.max()) > limit:
            who = str(sums.idxmax())
            return str(names.get(who, who)), min(1.0, float(sums.max()))
    return None, float("nan")
