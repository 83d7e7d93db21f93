"""How good a ranking is: AUROC, recall and discounted gain in the top of a list, and how sure their means are."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from chaingraph.backtest.panel import Flags
from chaingraph.kernels import Floats

MEASURES = ("auroc", "recall50", "recall100", "ndcg100")
DRAWS = 2_000


def measure(scores: Floats, positive: Flags) -> Floats:
    """AUROC, Recall@50, Recall@100 and nDCG@100 of one ranking; NaN without a positive or a negative.

    Ties count half in the AUROC; in the other measures they are broken by the order of the firms given, which the
    caller shuffles.

    Examples
    --------
    >>> measure(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False])).round(3).tolist()
    [0.75, 1.0, 1.0, 0.92]
    """
    held = int(positive.sum())
    if held == 0 or held == len(positive):
        return np.full(len(MEASURES), np.nan)
    ranks = rankdata(scores)
    auroc = (ranks[positive].sum() - held * (held + 1) / 2) / (held * (len(positive) - held))
    hits = positive[np.argsort(-scores, kind="stable")[:100]]
    discount = 1 / np.log2(np.arange(2, 102))
    gain = (hits * discount[: len(hits)]).sum() / discount[: min(100, held)].sum()
    return np.array([auroc, hits[:50].sum() / held, hits.sum() / held, gain])


def interval(values: Floats, *, draws: int = DRAWS, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean over cities."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan"), float("nan")
    picks = np.random.default_rng(seed).integers(0, len(known), (draws, len(known)))
    low, high = np.quantile(known[picks].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
