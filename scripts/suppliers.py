"""Who else supplies a maker? Half of its recorded suppliers are hidden and looked for again.

    scripts/suppliers [CASE] [--least 4] [--seeds 20]

Every maker with at least so many suppliers on record is asked about on its own. A seed hides half of them (two at
least); the pool are all firms that are on record as suppliers of somebody, without those that stayed. The order of
the leaders' list (``facts.rivals.as_suppliers``: suppliers shared with their other customers, and customers over what
is usual for the product) stands beside the single counts that it is made of. AUROC: of one hidden supplier and one
other firm, how often the hidden one comes first; ties count half. A hidden supplier without another customer on record
is left out, as nothing could find it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from chaingraph.facts.rivals import as_suppliers
from chaingraph.matching.merge import build_graph
from chaingraph.model.graph import ChainGraph
from chaingraph.reading.read import read_case

COUNTS = ("list", "popularity", "co_supply")


def auroc(scores: np.ndarray, hidden: np.ndarray) -> float:
    """How often a hidden firm comes before another."""
    ranks, count = rankdata(scores), int(hidden.sum())
    return float((ranks[hidden].sum() - count * (count + 1) / 2) / (count * (len(hidden) - count)))


def one_round(graph: ChainGraph, maker: str, own: Sequence[str], seed: int) -> list[float] | None:
    """The figures of one maker with half of its suppliers hidden; None where nobody is left to look for."""
    links, makes = graph["firm_links"], graph["firm_segments"]
    segment = makes.drop_duplicates("firm_id").set_index("firm_id")["segment_id"]
    hidden = set(np.random.default_rng(seed).permutation(own)[: max(2, len(own) // 2)])
    kept = set(own) - hidden
    gone = (links["target_id"] == maker) & links["source_id"].isin(hidden) & (links["kind"] == "supplies")
    left = links[~gone]
    supplies = left[left["kind"] == "supplies"]
    buyers = supplies.groupby("source_id")["target_id"].agg(set)
    sellers = supplies.groupby("target_id")["source_id"].agg(set)
    pool = [firm for firm in sorted(buyers.index) if firm != maker and firm in segment.index and firm not in kept]
    found = np.array([firm in hidden for firm in pool])
    if not found.any() or found.all():
        return None
    rows = pd.DataFrame(
        {
            "list": "leader", "chain_id": "c", "segment_id": [segment[firm] for firm in pool], "firm_id": pool,
            "group_id": pool, "candidate_list": "reinvest",
        }
    )  # fmt: skip
    made = tuple(makes.loc[makes["firm_id"] == maker, "segment_id"])
    leading = pd.DataFrame({"chain_id": ["c"], "firm_id": [maker], "segments": [made]})
    listed = as_suppliers(rows, ChainGraph("left", {**graph.tables, "firm_links": left}), leading)["supply"]
    popular = [len(buyers[firm]) for firm in pool]
    shared = [sum(len((kept - {firm}) & sellers[buyer]) for buyer in buyers[firm] - {maker}) for firm in pool]
    return [auroc(np.asarray(score, float), found) for score in (listed, popular, shared)]


def main(arguments: Sequence[str]) -> int:
    """Print one row per maker and their mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="data/jiaxing")
    parser.add_argument("--least", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=20)
    asked = parser.parse_args(arguments)
    graph = build_graph(read_case(asked.case))
    links = graph["firm_links"]
    pairs = links[links["kind"] == "supplies"].drop_duplicates(["source_id", "target_id"])
    sellers = pairs.groupby("target_id")["source_id"].agg(sorted)
    rows = [
        (maker, len(own), *figures)
        for maker, own in sellers.items()
        if len(own) >= asked.least
        for seed in range(asked.seeds)
        if (figures := one_round(graph, str(maker), own, seed)) is not None
    ]
    table = pd.DataFrame(rows, columns=["maker", "suppliers", *COUNTS]).groupby("maker").mean()
    best = table[["popularity", "co_supply"]].max(axis=1)
    print(table.assign(gain=table["list"] - best).round(3).to_string())
    print(table.mean().round(3).to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
