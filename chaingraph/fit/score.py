"""How well a firm fits a region: its likeness to the firms already there, as a log location quotient.

The score S is a sum of at most five terms, each a lift in nats times a fixed coefficient, and a constant:
likeness by industry and product text (``mix``), by walks over shared attributes (``ppr``), to firms of neighbouring
cities (``near``) and of cities of the same rank and size (``peers``), and the region's relatedness to the firm's
industry. ``exp(S)`` is "times the base share". The
coefficients were fitted on listed firms under a back-test with whole cities held out; see `chaingraph.backtest`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.errors import UnknownNameError
from chaingraph.fit import kernels, relatedness
from chaingraph.fit.frozen import Population, compared_pairs, own_pairs
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.fit.peers import counted_lift, largest_by_city, peer_weights
from chaingraph.fit.population import build_population, with_candidates
from chaingraph.labels import both

KAPPA = 10.0
NEAR_KM, FAR_KM = 100.0, 300.0
MIN_SEEDS = 5  # fewer give no band
ROWS_AT_ONCE, DRAWS_AT_ONCE = 2048, 25  # of a bootstrap: all firms times all draws, several times, take hundreds of MB
SHARE_COLUMNS = ("firm_id", "rank", "local_firm_id", "share", "text", "industry")
FULL_FORM: Mapping[str, float] = {
    "mix": 0.38, "ppr": 0.90, "near": 0.45, "peers": 0.60, "relatedness": 0.05, "constant": -0.03,
}  # fmt: skip
CASE_FORM: Mapping[str, float] = {"mix": 0.36, "ppr": 1.03, "constant": -0.025}  # no national reference
# A population of which only the aggregate is known has no walks and no near cities, and knows of its peer cities what
# counts of industries tell.
SUMS_FORM: Mapping[str, float] = {"mix": 0.99, "peers": 0.40, "relatedness": 0.10, "constant": -0.04}

__all__ = [
    "Population",
    "bootstrap",
    "build_population",
    "fit_scores",
    "fit_shares",
    "fit_terms",
    "with_candidates",
]


def fit_scores(
    population: Population, seeds: pd.DataFrame, candidates: Sequence[str], *, cities: Iterable[str] | None = None
) -> pd.DataFrame:
    """How well does each candidate fit the firms that are already there?

    Parameters
    ----------
    population
        The population; seeds and candidates belong to it or to its added firms.
    seeds
        firm_id, weight (missing column = 1): the local firms. A weight counts alike in the likeness to them and in
        their number.
    candidates
        Ids of the firms to score. A candidate that is itself a seed is never its own neighbour.
    cities
        City keys of the region. With them, and a population that knows cities and distances, the full form is used
        (near and peer cities, relatedness); without them the case-only form, whose lift is relative to the case's own
        sample. An aggregate has a form of its own, with or without them.

    Returns
    -------
    DataFrame
        One row per candidate, index firm_id, sorted: mix, ppr, near, peers, relatedness (nats; relatedness in
        standard deviations), s (nats), fit_lift = exp(s) (times the base share), text and industry (whether the firm
        has any), comparable (seeds that share a code scheme or text with it). NaN in s: no basis, nothing to compare it
        with.

    Raises
    ------
    UnknownNameError
        When a seed or a candidate is not in the population.

    Notes
    -----
    Full form: ``S = .38 mix + .90 ppr + .45 near + .60 peers + .05 relatedness - .03``; case-only form:
    ``S = .36 mix + 1.03 ppr - .025``; with an aggregate ``S = .99 mix + .40 peers + .10 relatedness - .04``, its peers
    from counts of industries. Lifts are those of `chaingraph.fit.kernels.lift` with kappa = 10.
    """
    local = _local(population, seeds, candidates)
    frame = _lifts(population, local, cities)
    frame["s"] = _total(frame, _form(population, cities))
    frame["fit_lift"] = np.exp(frame["s"])
    frame["text"] = (population.kinds[local.rows] & 1) > 0
    frame["industry"] = population.kinds[local.rows] > 1
    frame["comparable"] = local.comparable.sum(axis=1).astype("int64")
    return frame


def fit_terms(
    population: Population, seeds: pd.DataFrame, candidates: Sequence[str], *, cities: Iterable[str] | None = None
) -> pd.DataFrame:
    """What adds up to each score: one row per firm and term, contributions summing to s.

    Returns
    -------
    DataFrame
        firm_id, term (mix, ppr, near, peers, relatedness, constant), coefficient, value (lift in nats; 1 for the
        constant), contribution (nats) = coefficient x value. Firms without a score have no rows.
    """
    cities = None if cities is None else list(cities)
    form = _form(population, cities)
    frame = fit_scores(population, seeds, candidates, cities=cities).dropna(subset="s")
    lifts = frame.reindex(columns=list(form)).assign(constant=1.0).fillna(0.0).to_numpy(dtype=np.float64)
    coefficients = np.array(list(form.values()))
    return pd.DataFrame(
        {
            "firm_id": frame.index.repeat(len(form)),
            "term": pd.Series(list(form) * len(frame), dtype="str"),
            "coefficient": np.tile(coefficients, len(frame)),
            "value": lifts.ravel(),
            "contribution": (coefficients * lifts).ravel(),
        }
    )


@dataclass(frozen=True)
class _Local:
    """Kernel values between candidates (rows) and seeds (columns)."""

    candidates: tuple[str, ...]
    rows: Integers
    seeds: tuple[str, ...]
    weights: Floats
    comparable: Floats  # 0/1
    mix_text: Floats
    mix_industry: Floats
    ppr_text: Floats
    ppr_industry: Floats


def _local(population: Population, seeds: pd.DataFrame, candidates: Sequence[str]) -> _Local:
    at = population.position
    weights = seeds["weight"] if "weight" in seeds.columns else pd.Series(1.0, index=seeds.index)
    by_firm = weights.astype(float).groupby(seeds["firm_id"]).max().sort_index()
    by_firm = by_firm[by_firm > 0]
    wanted = tuple(sorted(set(candidates)))
    missing = [firm for firm in (*by_firm.index, *wanted) if firm not in at]
    if missing:
        raise UnknownNameError(both("errors.not_in_reference", firms=", ".join(sorted(set(missing))[:5])))
    rows = np.array([at[firm] for firm in wanted], dtype=np.int64)
    columns = np.array([at[firm] for firm in by_firm.index], dtype=np.int64)
    by_weight: Floats = np.asarray(by_firm, dtype=np.float64)
    ids = tuple(str(firm) for firm in by_firm.index)
    return _Local(wanted, rows, ids, by_weight, *compared_pairs(population, rows, columns))


def _lifts(population: Population, local: _Local, cities: Iterable[str] | None) -> pd.DataFrame:
    expected = population.expected[local.rows]
    count = local.comparable @ local.weights
    basis = np.where(local.comparable.sum(axis=1) > 0, 0.0, np.nan)
    mix = (local.mix_text + local.mix_industry) @ local.weights
    walk = (local.ppr_text + local.ppr_industry) @ local.weights if population.walks else np.zeros(len(local.rows))
    lifts = dict.fromkeys(("mix", "ppr", "near", "peers", "relatedness"), np.full(len(local.rows), np.nan))
    lifts["mix"] = kernels.lift(mix, count, expected[:, 0], kappa=KAPPA) + basis
    lifts["ppr"] = kernels.lift(walk, count, expected[:, 1], kappa=KAPPA) + basis
    form, region = _form(population, cities), sorted(set(cities or ()))
    if "near" in form:
        lifts["near"] = _elsewhere(population, local.rows, _near(population, region)) + basis
    if "peers" in form:
        peers = _peers if population.walks else _counted_peers
        lifts["peers"] = peers(population, local.rows, region) + basis
    if "relatedness" in form:
        lifts["relatedness"] = _relatedness(population, local.rows, region) + basis
    return pd.DataFrame(lifts, index=pd.Index(local.candidates, name="firm_id", dtype="str"))


def _near(population: Population, region: Sequence[str]) -> dict[str, float]:
    """How much the firms of each other city count by distance: exp(-d / 100 km) up to 300 km from the region."""
    assert population.distance is not None
    weights = {}
    for city in sorted(set(population.city) - {"", *region}):
        away = [population.distance(city, here) for here in region]
        nearest = min((km for km in away if not np.isnan(km)), default=np.inf)
        weights[city] = float(np.exp(-nearest / NEAR_KM)) if nearest <= FAR_KM else 0.0
    return weights


def _peers(population: Population, rows: Integers, region: Sequence[str]) -> Floats:
    """Lift over the firms of cities of the same rank and size."""
    firms = Counter(city for city in population.city if city)
    cities = sorted(firms)
    weights = peer_weights(np.array([firms[city] for city in cities], dtype=np.float64), cities)
    largest = largest_by_city(weights, np.isin(np.array(cities), list(region)))
    return _elsewhere(population, rows, dict(zip(cities, map(float, largest), strict=True)))


def _counted_peers(population: Population, rows: Integers, region: Sequence[str]) -> Floats:
    """The same from counts of industries by city; the size of a city is what is counted there."""
    sums = population.sums
    if not sums.cities:
        return np.zeros(len(rows))
    weights = peer_weights(sums.industries.sum(axis=1), sums.cities)
    largest = largest_by_city(weights, np.isin(np.array(sums.cities), list(region)))
    at = kernels.position_of(sums.cities)
    seat = np.array([at.get(population.city[row], -1) for row in rows], dtype=np.int64)
    codes = [sparse.csr_array(block[rows]) for block in population.codes]
    return counted_lift(sums, sums.industries, sums.national, largest[:, None], codes, seat, kappa=KAPPA)[:, 0]


def _elsewhere(population: Population, rows: Integers, by_city: Mapping[str, float]) -> Floats:
    """Lift over the firms of other cities, each weighted as its city is; 0 where there is none."""
    size = population.size
    weight = np.array([by_city.get(city, 0.0) for city in population.city], dtype=np.float64)
    text, codes = population.text[rows], [block[rows] for block in population.codes]
    everybody = (
        sparse.csr_array(population.text[:size]),
        [sparse.csr_array(block[:size]) for block in population.codes],
    )
    factors = kernels.mix_factors(population.means)
    mass = kernels.mix_sums(text, codes, everybody, factors, weight[:, None])[:, 0]
    member = population.member[rows]
    own = np.where(member >= 0, weight[member], 0.0)
    mass = np.maximum(mass - own * own_pairs(population, rows), 0.0)
    present = sorted({int(kind) for kind in population.kinds[:size]})
    by_kind = np.array([weight[population.kinds[:size] == kind].sum() for kind in present])
    overlap = (population.kinds[rows][:, None] & np.array(present, dtype=np.int64)[None, :]) > 0
    return kernels.lift(mass, overlap @ by_kind - own, population.expected[rows, 0], kappa=KAPPA)


def _relatedness(population: Population, rows: Integers, region: Sequence[str]) -> Floats:
    """Standardised density of the firm's fine industry around the region's industries; 0 for a firm without one."""
    sums = population.sums
    inside = np.isin(np.array(sums.cities), list(region))
    special = relatedness.specialised(sums.industries[inside].sum(axis=0)[None, :], sums.national)
    score = relatedness.standardised(relatedness.density(special, population.near))[0]
    held = kernels.unit_rows(sparse.csr_array(population.codes[2][rows]), power=1)
    return np.asarray(held @ score, dtype=np.float64)


def _form(population: Population, cities: Iterable[str] | None) -> Mapping[str, float]:
    if not population.walks:
        return SUMS_FORM
    known = population.distance is not None and any(population.city)
    return (population.weights or FULL_FORM) if cities is not None and known else CASE_FORM


def _total(frame: pd.DataFrame, form: Mapping[str, float]) -> pd.Series:
    total = pd.Series(form["constant"], index=frame.index)
    for term in sorted(form.keys() - {"constant"}):
        # Without a basis there is no lift by likeness; no neighbours and no industry add nothing.
        total = total + form[term] * (frame[term] if term in ("mix", "ppr") else frame[term].fillna(0.0))
    return total


def fit_shares(
    population: Population, seeds: pd.DataFrame, candidates: Sequence[str], *, cities: Iterable[str] | None = None
) -> pd.DataFrame:
    """Which local firms carry a candidate's likeness, by how much, and through what.

    Parameters are those of `fit_scores`, which says what the shares are shares of.

    Returns
    -------
    DataFrame
        One row per candidate and local firm that has any part in its likeness: firm_id, rank (1 = the largest share),
        local_firm_id, share (0-1; sums to 1 over a candidate's local firms), text and industry (0-1; what product
        texts and industry codes bring; they add up to share). A firm that shares nothing with any seed, or whose
        likeness the score does not count, has no rows.

    Notes
    -----
    ``share(g) = sum_k b_k m_k(g) / sum_h m_k(h), over sum_k b_k``: m_k(g) is the weighted kernel mass of local firm g
    in term k (mix, ppr), b_k the coefficient of that term in the score that ran, k the terms that ran and in which the
    candidate has any mass. So a term counts in the share as much as in the score: raising a firm's mass by one per
    cent raises S by about ``share(g) sum_k b_k`` per cent of a nat. Within a term this is the exact split of the
    likeness; shares divide kernel mass, not nats (decision 12). Terms that know no single local firm (near and peer
    cities, relatedness) have no part in it.
    """
    local = _local(population, seeds, candidates)
    form = _form(population, cities)
    text, industry = np.zeros_like(local.mix_text), np.zeros_like(local.mix_text)
    counted = np.zeros(len(local.rows))
    for term, by_text, by_industry in (
        ("mix", local.mix_text, local.mix_industry),
        ("ppr", local.ppr_text, local.ppr_industry),
    ):
        mass = (by_text + by_industry) @ local.weights
        coefficient = np.where(mass > 0, form.get(term, 0.0), 0.0)
        factor = (coefficient / np.where(mass > 0, mass, 1.0))[:, None] * local.weights
        text, industry, counted = text + factor * by_text, industry + factor * by_industry, counted + coefficient
    row, column = np.nonzero((text + industry) * (counted > 0)[:, None])
    long = pd.DataFrame(
        {
            "firm_id": np.array(local.candidates, dtype=object)[row],
            "local_firm_id": np.array(local.seeds, dtype=object)[column],
            "text": text[row, column] / counted[row],
            "industry": industry[row, column] / counted[row],
        }
    ).astype({"firm_id": "str", "local_firm_id": "str"})
    long["share"] = long["text"] + long["industry"]
    # Ties in order of id; rounded, so that the last bits, which depend on the number of threads, do not part them.
    long = long.assign(least=-long["share"].round(9)).sort_values(["firm_id", "least", "local_firm_id"], kind="stable")
    long["rank"] = long.groupby("firm_id").cumcount() + 1
    return long[list(SHARE_COLUMNS)].reset_index(drop=True)


def bootstrap(
    population: Population,
    seeds: pd.DataFrame,
    candidates: Sequence[str],
    *,
    draws: int = 200,
    seed: int = 0,
    top: int = 30,
    cities: Iterable[str] | None = None,
) -> pd.DataFrame:
    """How much does a score depend on which local firms happen to be known?

    The seeds are drawn again with replacement; the population, kernel means, text weights, near and peer cities and
    relatedness stay fixed.

    Parameters
    ----------
    population, seeds, candidates, cities
        As for `fit_scores`.
    draws, seed
        Number of draws and the seed of the generator.
    top
        Length of the list; a firm counts as in the top of a draw within the first min(top, 20 % of the pool).

    Returns
    -------
    DataFrame
        Index firm_id: fit_low, fit_high (10 and 90 % of exp(s) over the draws), top_share (0-1, share of draws in the
        top). All NaN under 5 seeds, and for a firm without a score.
    """
    local = _local(population, seeds, candidates)
    frame = pd.DataFrame(
        np.nan,
        index=pd.Index(local.candidates, name="firm_id", dtype="str"),
        columns=["fit_low", "fit_high", "top_share"],
    )
    lifts = _lifts(population, local, cities)
    form = _form(population, cities)
    scored = np.flatnonzero(lifts["mix"].notna().to_numpy())
    if len(local.seeds) < MIN_SEEDS or not len(scored):
        return frame
    held = len(local.seeds)
    picks = np.random.default_rng(seed).multinomial(held, np.full(held, 1 / held), draws)
    weights = (picks * local.weights).T.astype(np.float64)  # seeds x draws
    total = np.full((len(scored), draws), form["constant"])
    for block in _blocks(len(scored), ROWS_AT_ONCE):
        rows = scored[block]
        count, expected = local.comparable[rows] @ weights, population.expected[local.rows[rows]]
        for column, term, by_text, by_industry in (
            (0, "mix", local.mix_text, local.mix_industry),
            (1, "ppr", local.ppr_text, local.ppr_industry),
        ):
            if term in form:
                mass = (by_text[rows] + by_industry[rows]) @ weights
                total[block] += form[term] * kernels.lift(mass, count, expected[:, column : column + 1], kappa=KAPPA)
    for term in ("near", "peers", "relatedness"):
        if term in form:
            total += form[term] * lifts[term].fillna(0.0).to_numpy()[scored][:, None]
    limit = max(1, min(top, int(0.2 * len(scored))))
    # Ties in order of id; rounded, so that the last bits, which depend on the number of threads, do not part them.
    within = np.zeros(len(scored))
    for block in _blocks(draws, DRAWS_AT_ONCE):
        first = np.argsort(-total[:, block].round(9), axis=0, kind="stable")[:limit]
        within += np.bincount(first.ravel(), minlength=len(scored))
    for block in _blocks(len(scored), ROWS_AT_ONCE):
        low, high = np.quantile(np.exp(total[block]), [0.1, 0.9], axis=1)
        frame.iloc[scored[block]] = np.column_stack([low, high, within[block] / draws])
    return frame


def _blocks(length: int, size: int) -> Iterator[slice]:
    return (slice(first, first + size) for first in range(0, length, size))
