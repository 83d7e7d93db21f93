"""The rankings that are compared: chance, simple counts, the usual multi-criteria table, the score, learned models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

import numpy as np
from scipy.optimize import minimize

from chaingraph.backtest.panel import Flags
from chaingraph.errors import CaseError, MissingExtraError, UnknownNameError
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.fit.score import FULL_FORM, SUMS_FORM
from chaingraph.labels import both

Features = Mapping[str, Floats]

TERM_OF = {
    "mix": "lift_mix", "ppr": "lift_ppr", "near": "near_mix", "peers": "peers_mix", "relatedness": "relatedness",
}  # fmt: skip
FIVE = tuple(TERM_OF.values())
SUMS_OF = {**TERM_OF, "peers": "peers_counted"}  # of the aggregate: its peers are told from counts
LINKED = ("lift_shared_in", "lift_supplies", "lift_buys")  # where a graph of products is known
# The criteria such studies use; and, for a stronger opponent, six that hold two terms of the score.
CRITERIA = ("lift_level2", "lift_level3", "lift_text", *LINKED, "near_level2", "related_level2")
STRONG_CRITERIA = ("lift_level2", "lift_level3", "lift_text", "near_mix", "relatedness", "item_knn")
ALL = (
    *FIVE, "lift_level1", "lift_level2", "lift_level3", "lift_text", "item_knn", "near_level2", "related_level2",
    *LINKED,
)  # fmt: skip
WITH_BASELINES = (*ALL, "same_industry", "popularity", "city_size", "product_count")
# Order of the table; the reference that gaps are measured against is same_industry.
METHODS = (
    "random", "size", "popularity", "linkage", "same_industry", "text", "relatedness", "item_knn", "topsis",
    "topsis_strong", "ppr", "mix", "sums", "no_peers", "score", "equal", "logistic", "logistic_all", "boosting",
)  # fmt: skip
BASELINE = "same_industry"
_ALWAYS = ("random", BASELINE, "sums", "score")  # what a reading and a run's own figure are told from
# What costs most and does not change with the score: taken over from an earlier run of the same data.
RIVALS = ("topsis", "topsis_strong", "equal", "logistic", "logistic_all", "boosting")
FOLDS = 5
RIDGE = 1.0


def simple_scores(
    found: Features, pool: Callable[[int], Flags], seed: int, methods: Sequence[str] = METHODS
) -> dict[str, Floats]:
    """Scores of the methods that learn nothing: tables of scored city x firm; outside a pool values mean nothing."""
    shape = found["lift_mix"].shape
    size = found.get("employees", found["product_count"])
    without = {term: weight for term, weight in FULL_FORM.items() if term != "peers"}
    scores = {
        "random": np.random.default_rng([seed, 1]).normal(size=shape),
        "size": size,
        "popularity": found["popularity"],
        "same_industry": found["same_industry"],
        "relatedness": found["relatedness"],
        "item_knn": found["item_knn"],
        "text": found["lift_text"],
        "ppr": found["lift_ppr"],
        "mix": found["lift_mix"],
        "sums": _score(found, SUMS_FORM, SUMS_OF),
        "no_peers": _score(found, without),
        "score": _score(found, FULL_FORM),
        "equal": standardised(found, FIVE, pool).sum(axis=2),
    }
    if "linkage" in found:
        scores["linkage"] = found["linkage"]
    for name, criteria in (("topsis", CRITERIA), ("topsis_strong", STRONG_CRITERIA)):
        if name in methods:
            scores[name] = _topsis(found, _held(criteria, found), pool)
    return scores


def _score(found: Features, form: Mapping[str, float], term_of: Mapping[str, str] = TERM_OF) -> Floats:
    """The score with the weights of a form: with a case as reference, or with sums alone (the one in the box)."""
    score = np.full(found["lift_mix"].shape, form["constant"])
    for term, name in term_of.items():
        score = score + form.get(term, 0.0) * found[name]
    return score


def _held(names: Sequence[str], found: Features) -> tuple[str, ...]:
    """The features that there are: those of linkage need a graph of products."""
    return tuple(name for name in names if name in found or name not in LINKED)


def learned_scores(
    found: Features,
    pools: Mapping[str, Callable[[int], Flags]],
    learn: Callable[[Features, Integers], list[tuple[Floats, Flags]]],
    inner: Features,
    folds: Sequence[Integers],
) -> dict[str, dict[str, Floats]]:
    """Scores of the learned models by pool; the cities of a fold are scored by a model that saw none of them.

    Parameters
    ----------
    found, pools
        Features of the split that is tested and, by name, the pool of each city (by its place among the scored).
    learn
        From features and numbers of scored cities to the (rows, labels) pairs of the inner split, city by city.
    inner
        Features of the inner split, made of visible firms only.
    folds
        For each fold the scored cities in it.

    Raises
    ------
    CaseError
        When there is no other city to learn from.
    """
    out: dict[str, dict[str, Floats]] = {name: {} for name in pools}
    for method, wanted in (("logistic", FIVE), ("logistic_all", ALL), ("boosting", WITH_BASELINES)):
        names = _held(wanted, found)
        values = {name: standardised(found, names, pool) for name, pool in pools.items()}
        for name, table in values.items():
            out[name][method] = np.zeros(table.shape[:2])
        chosen = {name: inner[name] for name in names}
        for fold in (held for held in folds if len(held)):
            others = np.setdiff1d(np.concatenate(list(folds)), fold)
            pairs = learn(chosen, others)
            if not pairs:
                raise CaseError(both("errors.one_city_to_test"))
            rows = np.concatenate([pair[0] for pair in pairs])
            labels = np.concatenate([pair[1] for pair in pairs])
            score = (boosted if method == "boosting" else weighted_sum)(rows, labels)
            for name, table in values.items():
                out[name][method][fold] = score(table[fold].reshape(-1, len(names))).reshape(len(fold), -1)
    return out


def standardised(found: Features, names: Sequence[str], pool: Callable[[int], Flags]) -> Floats:
    """Features in units of their spread within each city's pool: city x firm x feature; 0 without spread."""
    values = np.stack([found[name] for name in names], axis=2)
    for city in range(len(values)):
        inside = values[city][pool(city)]
        spread = inside.std(axis=0)
        scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-12)
        values[city] = (values[city] - inside.mean(axis=0)) * scale
    return values


def weighted_sum(rows: Floats, labels: Flags) -> Callable[[Floats], Floats]:
    """Logistic regression with weights >= 0, free intercept, ridge 1.0 on the summed loss."""
    weights = fit_weights(rows, labels)[1:]
    return lambda values: np.asarray(values @ weights, dtype=np.float64)


def fit_weights(
    rows: Floats,
    labels: Flags | Floats,
    *,
    offset: Floats | None = None,
    trials: Floats | None = None,
    ridge: float = RIDGE,
) -> Floats:
    """Intercept and non-negative weights that make the labels most likely, given an offset in log odds.

    ``trials``: how many times each row was tried where labels count how often it came true; None: once.
    """
    base = np.zeros(len(rows)) if offset is None else offset
    target = labels.astype(np.float64)
    tried = np.ones(len(rows)) if trials is None else trials

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = base + weights[0] + rows @ weights[1:]
        value = float((tried * np.logaddexp(0.0, odds)).sum() - target @ odds + ridge / 2 * weights[1:] @ weights[1:])
        miss = tried / (1.0 + np.exp(-odds)) - target
        return value, np.concatenate([[miss.sum()], rows.T @ miss + ridge * weights[1:]])

    share = min(max(float(target.sum() / tried.sum()), 1e-6), 1 - 1e-6)
    start = np.concatenate([[np.log(share / (1 - share)) - float(base.mean())], np.full(rows.shape[1], 0.1)])
    bounds = [(None, None)] + [(0.0, None)] * rows.shape[1]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


def boosted(rows: Floats, labels: Flags) -> Callable[[Floats], Floats]:
    """Gradient-boosted trees, large enough to find interactions if there are any."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=15, learning_rate=0.05, min_samples_leaf=100, early_stopping=False, random_state=0
    )
    with threadpool_limits(1):  # trees this small are built faster by one thread, and always alike
        model.fit(rows, labels)
    return lambda values: np.asarray(model.decision_function(values), dtype=np.float64)


def city_folds(cities: int, seed: int) -> list[Integers]:
    """The scored cities dealt into five folds."""
    order = np.random.default_rng(seed).permutation(cities)
    return [np.sort(order[np.arange(cities) % FOLDS == fold]).astype(np.int64) for fold in range(FOLDS)]


def chosen_methods(only: str) -> tuple[str, ...]:
    """The methods that ``--only`` names, in the order of the table; with those that every sentence is told against.

    Raises
    ------
    UnknownNameError
        When one of them is none.

    Examples
    --------
    >>> chosen_methods("mix,ppr")
    ('random', 'same_industry', 'ppr', 'mix', 'sums', 'score')
    """
    asked = {name.strip() for name in only.split(",") if name.strip()}
    strange = sorted(asked - set(METHODS))
    if strange:
        raise UnknownNameError(both("errors.no_such_method", given=", ".join(strange)[:80], methods=", ".join(METHODS)))
    return tuple(name for name in METHODS if name in asked or name in _ALWAYS)


def check_methods(methods: Sequence[str]) -> None:
    """Refuse before anything is computed where a method needs a package that is not installed.

    Raises
    ------
    MissingExtraError
        When a method of several criteria is asked for and pymcdm is not there.
    """
    if any(name.startswith("topsis") for name in methods) and find_spec("pymcdm") is None:
        raise MissingExtraError(both("errors.extra_mcda"))


def _topsis(found: Features, criteria: Sequence[str], pool: Callable[[int], Flags]) -> Floats:
    """Entropy weights and TOPSIS over each city's pool, as usual in Chinese multi-criteria studies."""
    try:
        from pymcdm.methods import TOPSIS
        from pymcdm.normalizations import vector_normalization
        from pymcdm.weights import entropy_weights
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_mcda")) from error
    method = TOPSIS(vector_normalization)
    out = np.zeros_like(found["lift_mix"])
    kinds = np.ones(len(criteria))
    for city in range(len(out)):
        inside = pool(city)
        table = np.column_stack([found[name][city][inside] for name in criteria])
        low, high = table.min(axis=0), table.max(axis=0)
        # The entropy of a column with a zero is not defined: the lowest value is set just above it.
        scaled = np.maximum((table - low) / np.maximum(high - low, 1e-12), 1e-9)
        # Its validation compares all pairs of rows and only warns.
        out[city, inside] = method(scaled, entropy_weights(scaled), kinds, validation=False)
    return out
