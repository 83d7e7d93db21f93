"""The protocol: splits, pools, measures per city, means with intervals, gaps to the baseline, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.backtest import Protocol
from chaingraph.backtest.features import features
from chaingraph.backtest.measures import MEASURES, interval, measure, rounded, rounded_rows
from chaingraph.backtest.methods import (
    BASELINE,
    METHODS,
    Features,
    check_methods,
    city_folds,
    fit_weights,
    learned_scores,
    simple_scores,
    standardised,
)
from chaingraph.backtest.panel import (
    Each,
    Flags,
    Panel,
    Split,
    by_date,
    hide30,
    inner_split,
    seed_groups,
)
from chaingraph.errors import CaseError
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.labels import both
from chaingraph.places import regions

POOLS = ("A", "B")
BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)  # quantiles of the score whose lifts are checked
MIN_OUTCOMES = 5  # of a city, to be scored


@dataclass(frozen=True)
class BackTest:
    """What a back-test measured.

    ``summary``: one row per pool and method: auroc, recall50, recall100, ndcg100 (means over cities, 0-1), auroc_low
    and auroc_high (95 % over cities), gap, gap_low and gap_high (auroc minus that of the same-industry count, paired by
    city). ``by_city``: the measures per pool, city and method, with the city's visible firms and hidden firms (mean
    over seeds). ``calibration``: per band of the score the mean predicted and the real lift, and the pairs in it;
    ``recalibration``: intercept and slope of the real log odds on the predicted ones (0 and 1 = right as it stands).
    """

    protocol: str
    seeds: tuple[int, ...]
    facts: Mapping[str, float]
    summary: pd.DataFrame
    by_city: pd.DataFrame
    calibration: pd.DataFrame
    recalibration: Mapping[str, float]


@dataclass(frozen=True)
class _Round:
    """One split with its features, and the truth: which firms belong to which scored city."""

    split: Split
    found: Features
    positive: Flags  # scored city x firm
    pools: Mapping[str, Callable[[int], Flags]]
    hidden: int  # how many are to be found


@dataclass(frozen=True)
class _Trial:
    """What one seed gave: measures by pool, city and method; visible and hidden firms by city; odds for calibration."""

    measured: Mapping[tuple[str, int, str], Floats]
    sizes: Mapping[int, tuple[int, int]]
    hidden: int
    odds: tuple[Floats, Floats, Flags]


def backtest(
    tables: Mapping[str, pd.DataFrame],
    protocol: Protocol,
    seeds: Sequence[int] = range(5),
    *,
    panel: Panel,
    outcomes: pd.DataFrame | None = None,
    methods: Sequence[str] = METHODS,
    each: Each = map,
) -> BackTest:
    """How well does each method find the firms that really are in a city?

    Parameters
    ----------
    tables
        A case's tables: firms (firm_id, firm, city, listed, industry_scheme, industry) and firm_products.
    protocol
        hide30 (30 % of each city's firms hidden at random, once per seed) or temporal (firms listed from 2017 on are
        hidden; further seeds change only the folds of the learned models and the draw of the random ranking).
    seeds
        Seeds of the splits. 100-102 were used to choose weights; report others.
    panel
        The firms of these tables, prepared (`chaingraph.backtest.panel.panel_of`).
    outcomes
        Real events to test on instead of seats: firm (id or name), region (city), date. Then every firm is visible at
        its seat and a pair (firm, region) of the table is what is to be found.
    methods
        Which methods to compare; learned models are left out with ``outcomes``, linkage without a graph of products.
    each
        How the seeds are gone through: `map`, or the map of a pool of processes. The figures are the same.

    Raises
    ------
    CaseError
        When no city has enough firms, one alone has, or no outcome matches a firm of the case.
    MissingExtraError
        When a method needs a package that is not installed; said before anything is computed.

    Notes
    -----
    Pool A of a city: all hidden firms of all cities. Pool B: every firm not visible in it. The two agree only if a
    firm is kept out of its own reference (zero diagonal). Ties count half in the
    AUROC; in the top of a list they stand in a random order with a fixed seed.
    """
    check_methods(methods)
    events = None if outcomes is None else outcome_pairs(panel, tables["firms"], outcomes)
    used = tuple(dict.fromkeys(int(seed) for seed in seeds))[: None if outcomes is None else 1]
    work = partial(_trials, panel, protocol, events, tuple(methods))
    trials = [trial for found in each(work, seed_groups(protocol, used)) for trial in found]
    by_city = _by_city(trials, panel)
    facts = {
        "firms": float(panel.firms),
        "cities": float(len(panel.cities)),
        "scored_cities": float(by_city["city"].nunique()),
        "hidden": float(np.mean([trial.hidden for trial in trials])),
    }
    bands, line = _calibration([trial.odds for trial in trials])
    return BackTest(protocol if outcomes is None else "outcomes", used, facts, _summary(by_city), by_city, bands, line)


def _trials(
    panel: Panel, protocol: Protocol, events: Flags | None, methods: tuple[str, ...], seeds: tuple[int, ...]
) -> list[_Trial]:
    """Some seeds one after the other; splits and features that do not depend on the seed are made once."""
    found: list[_Trial] = []
    learns = events is None and bool({"logistic", "logistic_all", "boosting"} & set(methods))
    now: _Round | None = None
    inner: _Round | None = None
    for seed in seeds:
        if now is None or protocol == "hide30":
            now = _round(panel, _outer(panel, protocol, seed)) if events is None else outcome_round(panel, events)
            inner = _round(panel, inner_split(panel, now.split, protocol, seed)) if learns else None
        found.append(_trial(panel, now, inner, methods, seed))
    return found


def _trial(panel: Panel, now: _Round, inner: _Round | None, methods: tuple[str, ...], seed: int) -> _Trial:
    """Everything that one seed decides, measured; small enough to be sent between processes."""
    if not len(now.split.cities):
        raise CaseError(both("errors.no_city_to_test"))
    sizes = {
        int(city): (int((now.split.visible & (panel.city == city)).sum()), int(now.positive[place].sum()))
        for place, city in enumerate(now.split.cities)
    }
    learned: dict[str, dict[str, Floats]] = {}
    if inner is not None:
        folds = city_folds(len(now.split.cities), seed)
        learned = learned_scores(now.found, now.pools, _learner(inner, now.split.cities), inner.found, folds)
    measured: dict[tuple[str, int, str], Floats] = {}
    for pool in POOLS:
        scores = simple_scores(now.found, now.pools[pool], seed, methods) | learned.get(pool, {})
        measured |= _measured(scores, now, pool, methods, seed)
        if pool == "A":
            odds = _odds(now, scores["score"])
    return _Trial(measured, sizes, now.hidden, odds)


def _outer(panel: Panel, protocol: Protocol, seed: int) -> Split:
    return hide30(panel, seed) if protocol == "hide30" else by_date(panel)


def _round(panel: Panel, split: Split) -> _Round:
    positive = split.hidden[None, :] & (panel.city[None, :] == split.cities[:, None])
    known = split.visible | split.hidden
    outside = known[None, :] & ~(split.visible[None, :] & (panel.city[None, :] == split.cities[:, None]))
    pools: dict[str, Callable[[int], Flags]] = {"A": lambda _: split.hidden, "B": lambda city: outside[city]}
    return _Round(split, features(panel, split), positive, pools, int(split.hidden.sum()))


def outcome_pairs(panel: Panel, firms: pd.DataFrame, outcomes: pd.DataFrame) -> Flags:
    """Which firm was recorded in which city other than its seat: city x firm."""
    by_name = {str(name): str(firm) for firm, name in zip(firms["firm_id"], firms["firm"], strict=True)}
    at = {firm: row for row, firm in enumerate(panel.population.firm_ids)}
    place = {city: number for number, city in enumerate(panel.cities)}
    truth = np.zeros((len(panel.cities), panel.firms), dtype=bool)
    for firm, region in zip(outcomes["firm"].astype(str), outcomes["region"].astype(str), strict=True):
        row = at.get(firm, at.get(by_name.get(firm, ""), -1))
        short = regions.prefecture_of((None, None, region, None)) or region
        city = place.get(short, place.get(region.removesuffix("市"), -1))
        if row >= 0 and city >= 0 and panel.city[row] != city:
            truth[city, row] = True
    if not truth.any():
        raise CaseError(both("errors.no_outcome_matches"))
    return truth


def outcome_round(panel: Panel, truth: Flags) -> _Round:
    """Every firm is visible at its seat; what is to be found are the recorded pairs of firm and other city."""
    scored = np.flatnonzero(truth.sum(axis=1) >= MIN_OUTCOMES)
    everyone = np.ones(panel.firms, dtype=bool)
    moved = np.asarray(truth.any(axis=0), dtype=bool)
    split = Split(everyone, moved, scored)
    outside = panel.city[None, :] != scored[:, None]
    pools: dict[str, Callable[[int], Flags]] = {
        "A": lambda city: moved & outside[city],
        "B": lambda city: outside[city],
    }
    return _Round(split, features(panel, split), truth[scored], pools, int(truth[scored].sum()))


def _learner(inner: _Round, outer_cities: Integers) -> Callable[[Features, Integers], list[tuple[Floats, Flags]]]:
    """Rows and labels of the inner split for the cities of the training folds (their places among the outer ones)."""

    def learn(chosen: Features, places: Integers) -> list[tuple[Floats, Flags]]:
        wanted = np.flatnonzero(np.isin(inner.split.cities, outer_cities[places]))
        names = tuple(chosen)
        values = standardised({name: chosen[name][wanted] for name in names}, names, lambda _: inner.split.hidden)
        return [
            (values[row][inner.split.hidden], inner.positive[city][inner.split.hidden])
            for row, city in enumerate(wanted)
        ]

    return learn


def _measured(
    scores: Mapping[str, Floats], now: _Round, pool: str, methods: Sequence[str], seed: int
) -> dict[tuple[str, int, str], Floats]:
    out = {}
    order = np.random.default_rng([seed, 2]).permutation(now.positive.shape[1])  # not the stream that hid the firms
    for place, city in enumerate(now.split.cities):
        inside = order[now.pools[pool](place)[order]]
        for method in (name for name in methods if name in scores):
            out[pool, int(city), method] = measure(scores[method][place][inside], now.positive[place][inside])
    return out


def _by_city(trials: Sequence[_Trial], panel: Panel) -> pd.DataFrame:
    rows = []
    for pool, city, method in dict.fromkeys(key for trial in trials for key in trial.measured):
        found = [trial for trial in trials if (pool, city, method) in trial.measured]
        seen, held = np.mean([trial.sizes[city] for trial in found], axis=0)
        means = np.mean([trial.measured[pool, city, method] for trial in found], axis=0)
        rows.append(
            {
                "pool": pool,
                "city": panel.cities[city],
                "method": method,
                "visible": seen,
                "hidden": held,
                **dict(zip(MEASURES, means, strict=True)),
            }
        )
    frame = pd.DataFrame(rows)
    frame["order"] = frame["method"].map({name: place for place, name in enumerate(METHODS)})
    return frame.sort_values(["pool", "city", "order"]).drop(columns="order").reset_index(drop=True)


def _summary(by_city: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for pool in POOLS:
        wide = by_city[by_city["pool"] == pool].pivot(index="city", columns="method", values="auroc")
        means = by_city[by_city["pool"] == pool].groupby("method")[list(MEASURES)].mean()
        for method in (name for name in METHODS if name in wide.columns):
            low, high = interval(wide[method].to_numpy(dtype=np.float64))
            row = {"pool": pool, "method": method, **means.loc[method].to_dict(), "auroc_low": low, "auroc_high": high}
            if BASELINE in wide.columns:
                gap = (wide[method] - wide[BASELINE]).to_numpy(dtype=np.float64)
                gap_low, gap_high = interval(gap)
                row.update(gap=float(np.nanmean(gap)), gap_low=gap_low, gap_high=gap_high)
            rows.append(row)
    return pd.DataFrame(rows)


def _odds(now: _Round, score: Floats) -> tuple[Floats, Floats, Flags]:
    """Base log odds, score and truth of every pair of scored city and firm of its pool A."""
    base, values, truth = [], [], []
    for place in range(len(now.split.cities)):
        inside = now.pools["A"](place)
        share = now.found["base_rate"][place][inside]
        base.append(np.log(share / (1 - share)))
        values.append(score[place][inside])
        truth.append(now.positive[place][inside])
    return np.concatenate(base), np.concatenate(values), np.concatenate(truth)


def _calibration(odds: Sequence[tuple[Floats, Floats, Flags]]) -> tuple[pd.DataFrame, dict[str, float]]:
    base, score, truth = (np.concatenate([part[at] for part in odds]) for at in range(3))
    expected = 1 / (1 + np.exp(-base))
    predicted = 1 / (1 + np.exp(-(base + score)))
    edges = np.quantile(score, BANDS)
    band = np.clip(np.searchsorted(edges, score, side="right") - 1, 0, len(BANDS) - 2)
    rows = []
    for number in range(len(BANDS) - 1):
        inside = band == number
        if inside.any():
            chance = expected[inside].sum()
            rows.append(
                {
                    "from": BANDS[number],
                    "to": BANDS[number + 1],
                    "pairs": int(inside.sum()),
                    "predicted_lift": predicted[inside].sum() / chance,
                    "real_lift": truth[inside].sum() / chance,
                }
            )
    line = fit_weights(score[:, None], truth.astype(bool), offset=base, ridge=0.0)
    return pd.DataFrame(rows), {"intercept": float(line[0]), "slope": float(line[1])}


def with_rivals(result: BackTest, stored: Mapping[str, Any]) -> BackTest | None:
    """A result with the methods that it lacks, from one stored before (`as_json`); None where that is of other data.

    Rivals do not change with the score, and the learned ones cost most. They are taken over only where protocol, seeds
    and facts are the same and, to the four digits that are stored, chance and the same-industry count in every city.
    """
    if (stored.get("protocol"), stored.get("seeds")) != (result.protocol, list(result.seeds)):
        return None
    held = pd.DataFrame(stored.get("by_city") or [], columns=list(result.by_city.columns))
    if stored.get("facts") != rounded(result.facts) or held.empty:
        return None
    checks = ("random", BASELINE)
    ours, theirs = (
        frame[frame["method"].isin(checks)].set_index(["pool", "city", "method"])["auroc"].astype(float).sort_index()
        for frame in (result.by_city, held)
    )
    if not ours.index.equals(theirs.index) or not np.allclose(ours.round(4), theirs, atol=1.01e-4, equal_nan=True):
        return None
    lacking = held[~held["method"].isin(result.by_city["method"].unique())]
    typed = lacking.astype(result.by_city.dtypes.to_dict())
    frame = pd.concat([result.by_city, typed], ignore_index=True)
    frame["order"] = frame["method"].map({name: place for place, name in enumerate(METHODS)})
    by_city = frame.sort_values(["pool", "city", "order"], kind="stable").drop(columns="order").reset_index(drop=True)
    return replace(result, summary=_summary(by_city), by_city=by_city)


def as_json(result: BackTest) -> dict[str, Any]:
    """The result as plain values, rounded to 4 digits, in a fixed order; NaN becomes null."""
    return {
        "protocol": result.protocol,
        "seeds": list(result.seeds),
        "facts": rounded(result.facts),
        "summary": rounded_rows(result.summary),
        "calibration": rounded_rows(result.calibration),
        "recalibration": rounded(result.recalibration),
        "by_city": rounded_rows(result.by_city),
    }
