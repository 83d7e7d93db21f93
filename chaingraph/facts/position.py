"""Where a segment stands in its chain: what cannot be bypassed, what lies between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.model.graph import ChainGraph

if TYPE_CHECKING:
    import networkx as nx

_ROOT = "\0raw materials"  # no segment id can hold it


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
