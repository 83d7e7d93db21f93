"""A smoke test of the curated sample: do hidden local firms rank above outside ones? Never an accuracy figure.

A curated case lists outside firms per segment on purpose, so what is measured here is partly how the list was made:
the two probes (country is China; length of product text) know nothing about chains and show how much. The honest test
is the back-test on the national sample. Nothing is tuned on these numbers.

    .venv/bin/python scripts/curated_smoke.py [CASE] [--region 嘉兴]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import chaingraph as cg
from chaingraph.fit.reference import texts_and_codes
from chaingraph.fit.score import build_population, fit_scores, with_candidates
from chaingraph.model.graph import ChainGraph

HIDDEN, SEEDS = 0.3, range(5)
MEASURES = ("fit", "same_segment", "random", "probe_china", "probe_text_length")


def auroc(scores: pd.Series, positive: pd.Series) -> float:
    """Share of (hidden, outside) pairs that are in the right order; ties count half."""
    ranks = scores.fillna(scores.min() - 1).rank()
    hits, misses = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses)) if hits and misses else float("nan")


def one_seed(graph: ChainGraph, region: str, seed: int) -> pd.DataFrame:
    """One row per chain and pool (china, all) with the AUROC of each measure."""
    random = np.random.default_rng(seed)
    firms, products, codes = texts_and_codes(graph)
    makers = graph["firm_segments"][graph["firm_segments"]["kind"] != "brand"]
    local = sorted(graph.firms_in(region) & set(makers["firm_id"]))
    hidden = set(random.permutation(local)[: round(HIDDEN * len(local))])
    seen = [frame[~frame["firm_id"].isin(hidden)] for frame in (firms, products, codes)]
    population = with_candidates(build_population(*seen), products, codes)
    chains = graph["segments"].set_index("segment_id")["chain_id"]
    places = makers.assign(chain_id=makers["segment_id"].map(chains))
    country = graph["firms"].set_index("firm_id")["country"]
    length = products.groupby("firm_id")["product"].agg(lambda texts: sum(map(len, texts)))
    rows = []
    for chain_id, part in places.groupby("chain_id", sort=True):
        visible = sorted((set(part["firm_id"]) & set(local)) - hidden)
        pool = sorted(set(part["firm_id"]) - set(visible))
        pool = [firm for firm in pool if firm in population.position]
        busy = part[part["firm_id"].isin(visible)]["segment_id"].value_counts()
        score = fit_scores(population, pd.DataFrame({"firm_id": visible, "weight": 1.0}), pool)["s"].reindex(pool)
        table = pd.DataFrame({"fit": score})
        table["same_segment"] = part.assign(n=part["segment_id"].map(busy).fillna(0)).groupby("firm_id")["n"].sum()
        table["random"] = random.random(len(table))
        table["probe_china"] = (country.reindex(table.index) == "中国").astype(float)
        table["probe_text_length"] = length.reindex(table.index).fillna(0)
        table["positive"] = table.index.isin(hidden)
        for pool_name, held in (("china", table[table["probe_china"] == 1]), ("all", table)):
            figures = {measure: auroc(held[measure], held["positive"]) for measure in MEASURES}
            counts = {"hidden": int(held["positive"].sum()), "outside": int((~held["positive"]).sum())}
            rows.append({"seed": seed, "chain_id": chain_id, "pool": pool_name, **counts, **figures})
    return pd.DataFrame(rows)


def smoke(graph: ChainGraph, region: str) -> pd.DataFrame:
    """Mean over seeds and chains: one row per pool."""
    table = pd.concat([one_seed(graph, region, seed) for seed in SEEDS], ignore_index=True)
    return table[table["hidden"] > 0].groupby("pool")[list(MEASURES)].mean()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="smoke test of a curated case; not an accuracy figure")
    parser.add_argument("case", nargs="?", default=str(Path(__file__).parents[1] / "data" / "jiaxing"))
    parser.add_argument("--region", default="嘉兴")
    arguments = parser.parse_args()
    graph = cg.build_graph(cg.read_case(arguments.case))
    print("AUROC, mean over chains and 5 seeds (hidden 30 % of the known local firms against outside firms)")
    print(smoke(graph, arguments.region).round(3).to_string())


if __name__ == "__main__":
    main()
