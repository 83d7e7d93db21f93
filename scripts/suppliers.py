"""Who else supplies a maker? Half of its recorded suppliers are hidden and looked for again.

    scripts/suppliers [CASE] [--least 4] [--seeds 20] [--pool all|chain|feeds]

Every maker with at least so many suppliers on record is asked about on its own. A seed hides half of them (two at
least); the pool are all firms that are on record as suppliers of somebody, without those that stayed; with ``chain``
those of the maker's chains, with ``feeds`` those of segments that feed the maker's. The order of the leaders' list
(``facts.rivals``: the chance that customers bring a firm along, customers over what is usual for the product, and a
quarter of the fit) stands beside what it is made of: customers, customers over the usual, suppliers shared with the
maker, and the fit to the maker and the suppliers that stayed. The rates at which customers bring a firm along are
counted on the other makers. AUROC: of one hidden supplier and one other firm, how often the hidden one comes first;
ties count half. A hidden supplier without another customer on record is left out, as nothing could find it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from chaingraph.facts.rivals import as_suppliers, with_supply
from chaingraph.fit.frozen import Population
from chaingraph.fit.reference import ListedReference
from chaingraph.fit.score import fit_scores
from chaingraph.matching.merge import build_graph
from chaingraph.model.graph import ChainGraph
from chaingraph.reading.read import read_case
from chaingraph.stores.listed_box import listed_firms

SINGLE = ("popularity", "within", "co_supply", "fit")
COUNTS = ("list", *SINGLE)
POOLS = ("all", "chain", "feeds")
LEAST_RATE = 3  # suppliers from which a maker tells how often customers bring a firm along
SEEDS = {"maker": 3.0, "supplier": 2.0}  # weights of the plan that goes by the leaders


def auroc(scores: np.ndarray, hidden: np.ndarray) -> float:
    """How often a hidden firm comes before another."""
    ranks, count = rankdata(scores), int(hidden.sum())
    return float((ranks[hidden].sum() - count * (count + 1) / 2) / (count * (len(hidden) - count)))


class Links:
    """Who makes what and who supplies whom, of a case."""

    def __init__(self, graph: ChainGraph) -> None:
        links, feeds = graph["firm_links"], graph["segment_links"]
        supplies = links[links["kind"] == "supplies"].drop_duplicates(["source_id", "target_id"])
        chain = graph["segments"].set_index("segment_id")["chain_id"]
        makes = graph["firm_segments"]
        self.graph = graph
        self.sellers = supplies.groupby("target_id")["source_id"].agg(set).to_dict()
        self.buyers = supplies.groupby("source_id")["target_id"].agg(set).to_dict()
        self.makes = makes.groupby("firm_id")["segment_id"].agg(set).to_dict()
        self.first = makes.drop_duplicates("firm_id").set_index("firm_id")["segment_id"].to_dict()
        self.chains = {firm: {chain.get(segment) for segment in held} for firm, held in self.makes.items()}
        feeds = feeds[feeds["kind"] == "feeds"]
        self.feeds = set(zip(feeds["from_segment_id"], feeds["to_segment_id"], strict=True))

    def kind(self, maker: str, buyer: str) -> int:
        """Whether two buyers make the same product (0), are of the same chain (1) or neither (2)."""
        if self.makes.get(maker, set()) & self.makes.get(buyer, set()):
            return 0
        return 1 if self.chains.get(maker, set()) & self.chains.get(buyer, set()) else 2

    def rates(self, without: str | None = None) -> list[float]:
        """Of a buyer's further suppliers, the share that supplies another buyer, by what the two are to each other."""
        counts = np.zeros((3, 2))
        makers = [maker for maker, own in self.sellers.items() if len(own) >= LEAST_RATE and maker != without]
        for firm, bought in self.buyers.items():
            for buyer in bought:
                for maker in makers:
                    if maker not in (buyer, firm):
                        counts[self.kind(maker, buyer)] += (firm in self.sellers[maker], 1)
        return list(counts[:, 0] / np.maximum(counts[:, 1], 1))

    def may_supply(self, firm: str, maker: str, pool: str) -> bool:
        """Whether a firm is of the pool that is asked about."""
        if pool == "chain":
            return bool(self.chains.get(firm, set()) & self.chains.get(maker, set()))
        pairs = ((own, its) for own in self.makes.get(firm, ()) for its in self.makes.get(maker, ()))
        return pool == "all" or any(pair in self.feeds for pair in pairs)


def one_round(
    held: Links, population: Population, maker: str, rates: Sequence[float], seed: int, pool: str
) -> list[float] | None:
    """The figures of one maker with half of its suppliers hidden; None where nobody is left to look for."""
    own = sorted(held.sellers[maker])
    hidden = set(np.random.default_rng(seed).permutation(own)[: max(2, len(own) // 2)])
    kept = set(own) - hidden
    links = held.graph["firm_links"]
    left = links[~((links["target_id"] == maker) & links["source_id"].isin(hidden) & (links["kind"] == "supplies"))]
    buyers = {firm: bought - ({maker} if firm in hidden else set()) for firm, bought in held.buyers.items()}
    firms = [
        firm
        for firm in sorted(buyers)
        if buyers[firm] and firm != maker and firm in held.first and firm not in kept
        and held.may_supply(firm, maker, pool)
    ]  # fmt: skip
    found = np.array([firm in hidden for firm in firms])
    if not found.any() or found.all():
        return None
    chain = "c"
    rows = pd.DataFrame(
        {
            "list": "leader", "chain_id": chain, "segment_id": [held.first[firm] for firm in firms], "firm_id": firms,
            "group_id": firms, "candidate_list": "reinvest",
        }
    )  # fmt: skip
    leading = pd.DataFrame(
        {"chain_id": [chain], "firm_id": [maker], "segments": [tuple(sorted(held.makes.get(maker, ())))]}
    )
    graph = ChainGraph("left", {**held.graph.tables, "firm_links": left})
    seeds = pd.DataFrame(
        [(maker, SEEDS["maker"]), *((firm, SEEDS["supplier"]) for firm in sorted(kept))], columns=["firm_id", "weight"]
    )
    fit = fit_scores(population, seeds, firms)["s"].reindex(firms).to_numpy()
    rows = as_suppliers(rows, graph, leading, rates=rates).assign(s=fit)
    usual = pd.Series([len(buyers.get(firm, ())) for firm in held.makes], index=list(held.makes))
    makes = held.graph["firm_segments"].drop_duplicates(["firm_id", "segment_id"])
    mean = makes["firm_id"].map(usual).groupby(makes["segment_id"]).mean()
    popular = np.array([len(buyers[firm]) for firm in firms], dtype=float)
    within = (popular + 1) / (np.array([mean[held.first[firm]] for firm in firms]) + 1)
    shared = [sum(len((kept - {firm}) & held.sellers[buyer]) for buyer in buyers[firm] - {maker}) for firm in firms]
    scores = (with_supply(rows), popular, within, shared, np.nan_to_num(fit))
    return [auroc(np.asarray(score, float), found) for score in scores]


def main(arguments: Sequence[str]) -> int:
    """Print the rates, one row per maker, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="data/jiaxing")
    parser.add_argument("--least", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--pool", choices=POOLS, default=POOLS[0])
    asked = parser.parse_args(arguments)
    graph = build_graph(read_case(asked.case))
    held = Links(graph)
    firms = set(held.sellers) | set(held.buyers)
    population = ListedReference(listed_firms()).population(graph, firms)
    rows = []
    for maker, own in sorted(held.sellers.items()):
        if len(own) >= asked.least:
            rates = held.rates(without=maker)
            rounds = (one_round(held, population, maker, rates, seed, asked.pool) for seed in range(asked.seeds))
            rows += [(maker, len(own), *figures) for figures in rounds if figures is not None]
    table = pd.DataFrame(rows, columns=["maker", "suppliers", *COUNTS]).groupby("maker").mean()
    print("rates, all makers:", *(f"{rate:.4f}" for rate in held.rates()))
    print(table.assign(gain=table["list"] - table[list(SINGLE)].max(axis=1)).round(3).to_string())
    print(table.mean().round(3).to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
