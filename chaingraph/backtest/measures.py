"""How good a ranking is: AUROC, recall and discounted gain in the top of a list, and how sure their means are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from chaingraph.backtest.panel import Flags
from chaingraph.fit.kernels import Floats

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


def rounded(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Plain values rounded to 4 digits; NaN becomes None.

    Examples
    --------
    >>> rounded({"share": 1 / 3, "gain": float("nan"), "cities": np.int64(3)})
    {'share': 0.3333, 'gain': None, 'cities': 3}
    """
    return {str(key): _rounded(value) for key, value in values.items()}


def rounded_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as `rounded` values."""
    return [rounded(row) for row in frame.to_dict("records")]


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else round(float(value), 4)
    return int(value) if isinstance(value, np.integer) else value
