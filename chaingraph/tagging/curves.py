"""How sure: logistic curves through facts of pairs, as arrays; and the probability from which to name a segment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chaingraph.tagging.context import logit
from chaingraph.tagging.pair_facts import FEATURES

Floats = npt.NDArray[np.float64]
EXPANDED = 6  # facts that `expanded` adds


class Curve(NamedTuple):
    """Logistic regression on standardised facts."""

    mean: Floats
    scale: Floats
    weights: Floats
    start: float

    @classmethod
    def of(cls, numbers: npt.NDArray[np.floating]) -> Curve:
        """The curve that has these `numbers`."""
        mean, scale, weights = np.split(np.asarray(numbers[:-1], dtype=np.float64), 3)
        return cls(mean, scale, weights, float(numbers[-1]))

    def numbers(self) -> Floats:
        """All of it as one array."""
        return np.concatenate([self.mean, self.scale, self.weights, [self.start]])

    def chances(self, facts: Floats) -> Floats:
        """The probability of being right, one per row of facts."""
        with np.errstate(over="ignore"):  # a certain no: exp grows beyond what can be held, its inverse is 0
            return np.asarray(1.0 / (1.0 + np.exp(-(((facts - self.mean) / self.scale) @ self.weights + self.start))))


def fitted(facts: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> Curve:
    """Logistic regression of the pair being right; certain where all are."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if right.all():
        width = facts.shape[1]
        return Curve(np.zeros(width), np.ones(width), np.zeros(width), float("inf"))
    scaler = StandardScaler().fit(facts)
    model = LogisticRegression(max_iter=500).fit(scaler.transform(facts), right, sample_weight=weight)
    return Curve(scaler.mean_, scaler.scale_, model.coef_[0], float(model.intercept_[0]))


def expanded(features: npt.NDArray[np.float32]) -> Floats:
    """The features of pairs and the few products of them that matter, for a linear model."""
    of = {name: features[:, place].astype(np.float64) for place, name in enumerate(FEATURES)}
    more = (
        np.log(np.maximum(of["linear"], 0.01)),
        of["linear"] * of["suffix"],
        of["suffix"] * (of["other_suffix"] == 0),
        (of["exact"] > 0) / np.maximum(1.0, of["meanings"]),
        of["inside"] == 0,
        np.maximum(0.0, of["none_suffix"] - of["suffix"]),
    )
    return np.column_stack([features.astype(np.float64), *more])


def threshold_for(probability: Floats, right: npt.NDArray[np.bool_], precision: float) -> float:
    """The least probability from which on the pairs named are expected to be right often enough.

    Expected by a curve through all pairs: the few wrong ones at the top, counted, would make the threshold jump.
    """
    falling = -np.sort(-probability)
    if not right.any():
        return float(falling.max(initial=1.0))
    curve = fitted(logit(probability), right, np.ones(len(right))).chances(logit(falling))
    enough = np.flatnonzero(np.cumsum(curve) / np.arange(1, len(curve) + 1) >= precision)
    return float(falling[enough[-1]] if len(enough) else falling.max(initial=1.0))
