"""What every method may know about a city and a firm, computed from the visible firms only, for all pairs at once."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from chaingraph.backtest.linkage import linkage_sums
from chaingraph.backtest.panel import Panel, Split
from chaingraph.fit import kernels, relatedness
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.fit.peers import counted_lift, peer_weights

KAPPA = 10.0
# The table of published figures floors the mean at 1e-6; it matters for firms that are like nobody.
FLOOR = 1e-6
LIFTS = ("lift_level1", "lift_level2", "lift_level3", "lift_text")


def features(panel: Panel, split: Split) -> dict[str, Floats]:
    """All features as tables of scored city x firm.

    Returns
    -------
    dict
        lift_mix, lift_ppr, near_mix, peers_mix, relatedness (the five terms of the score), peers_counted (the peers as
        an aggregate knows them), lifts of the single kernels, and what the baselines need: same_industry (visible firms
        of the same fine industry in the city), popularity (in the country), item_knn, related_level2, near_level2,
        raw_mix, raw_ppr, city_size (log of visible firms), product_count and other sizes; with a graph of products
        lift_supplies, lift_buys, lift_shared_in, linkage.
    """
    population = panel.population
    member = np.zeros((panel.firms, len(panel.cities)))
    seen = np.flatnonzero(split.visible)
    member[seen, panel.city[seen]] = 1.0
    count = _comparable(panel, member)  # firm x city
    at = split.cities
    out: dict[str, Floats] = {}
    factors = kernels.mix_factors(population.means)
    mix = np.zeros_like(count)
    for name, factor, sums in _kernel_sums(population.text, population.codes, factors, member):
        # Zero diagonal: a visible firm is in its own city's sum.
        sums[seen, panel.city[seen]] = np.maximum(sums[seen, panel.city[seen]] - _own(panel, name)[seen], 0.0)
        out[name] = _lift(sums, count, at)
        mix += factor * sums
        if name == "lift_level2":
            out["near_level2"] = _elsewhere_lift(panel.near[:, at], sums, count)
    out["lift_mix"] = _lift(mix, count, at)
    out["raw_mix"] = mix[:, at].T
    out["near_mix"] = _elsewhere_lift(panel.near[:, at], mix, count)
    out["peers_mix"] = _elsewhere_lift(peer_weights(member.sum(axis=0), panel.cities)[:, at], mix, count)
    out["peers_counted"] = _counted_peers(panel, split, member)
    out.update(_linked(panel, split, member, count))
    out.update(_walk(panel, split, member, count))
    out.update(_industry(panel, split, member))
    out["city_size"] = np.repeat(np.log(member.sum(axis=0)[at])[:, None], panel.firms, axis=1)
    out["base_rate"] = np.repeat((member.sum(axis=0)[at] / member.sum())[:, None], panel.firms, axis=1)
    for name, values in panel.size.items():
        filled = np.where(np.isnan(values), np.nanmedian(values), values)
        out[name] = np.repeat(filled[None, :], len(at), axis=0)
    return out


def _comparable(panel: Panel, member: Floats) -> Floats:
    """Visible firms of each city that share a code scheme or text with each firm."""
    kinds = panel.population.kinds
    present = np.unique(kinds)
    by_kind = np.array([member[kinds == kind].sum(axis=0) for kind in present])
    overlap = (kinds[:, None] & present[None, :]) > 0
    return np.asarray(overlap @ by_kind, dtype=np.float64)


def _kernel_sums(
    text: Sparse, codes: tuple[Sparse, ...], factors: Floats, member: Floats
) -> list[tuple[str, float, Floats]]:
    named = [
        (name, float(factor), kernels.shared_code_sums(rows, rows, member))
        for name, factor, rows in zip(LIFTS[:3], factors[:3], codes, strict=True)
    ]
    return [*named, (LIFTS[3], float(factors[3]), np.asarray(text @ (text.T @ member), dtype=np.float64))]


def _own(panel: Panel, name: str) -> Floats:
    rows = panel.population.text if name == LIFTS[3] else panel.population.codes[LIFTS.index(name)]
    return (np.diff(rows.indptr) > 0).astype(np.float64)


def _lift(sums: Floats, count: Floats, at: Integers) -> Floats:
    expected = sums.sum(axis=1) / np.maximum(count.sum(axis=1), 1.0)
    return kernels.lift(sums[:, at], count[:, at], expected[:, None], kappa=KAPPA, floor=FLOOR).T


def _elsewhere_lift(weights: Floats, sums: Floats, count: Floats) -> Floats:
    """Lift over other cities; `weights` says how much each city (row) counts for each scored one (column)."""
    expected = sums.sum(axis=1) / np.maximum(count.sum(axis=1), 1.0)
    return kernels.lift(sums @ weights, count @ weights, expected[:, None], kappa=KAPPA, floor=FLOOR).T


def _counted_peers(panel: Panel, split: Split, member: Floats) -> Floats:
    """The peers' lift from counts of visible firms by city and industry, as a population's aggregate has them."""
    population = panel.population
    counts = np.asarray((sparse.csr_array(population.codes[2].T) @ member).T, dtype=np.float64)
    weights = peer_weights(counts.sum(axis=1), panel.cities)[:, split.cities]
    seat = np.where(split.visible, panel.city, -1)
    return counted_lift(population.sums, counts, counts.sum(axis=0), weights, population.codes, seat, kappa=KAPPA).T


def _linked(panel: Panel, split: Split, member: Floats, count: Floats) -> dict[str, Floats]:
    """Lifts of the linkage kernels, and the plain count of links within one hop and, half, two."""
    if panel.linkage is None:
        return {}
    at, seen = split.cities, np.flatnonzero(split.visible)
    raw, out = {}, {}
    for name, (sums, own) in linkage_sums(panel.linkage, member).items():
        sums[seen, panel.city[seen]] = np.maximum(sums[seen, panel.city[seen]] - own[seen], 0.0)
        raw[name] = sums[:, at].T
        if name != "link2":
            out[f"lift_{name}"] = _lift(sums, count, at)
    return {**out, "linkage": raw["supplies"] + raw["buys"] + 0.5 * raw["link2"]}


def _walk(panel: Panel, split: Split, member: Floats, count: Floats) -> dict[str, Floats]:
    """Walks from the scored cities, and one from all visible firms for the reference; own returns taken off."""
    at = split.cities
    starts = np.column_stack([member[:, at], split.visible.astype(np.float64)])
    held = kernels.arrivals(panel.population.attributes, starts)
    own = np.where(split.visible, panel.own_walk, 0.0)
    total = np.maximum(held[:, -1] - own, 0.0)
    sums = held[:, :-1]
    for column, city in enumerate(at):
        mine = split.visible & (panel.city == city)
        sums[mine, column] = np.maximum(sums[mine, column] - own[mine], 0.0)
    expected = total / np.maximum(count.sum(axis=1), 1.0)
    lift = kernels.lift(sums, count[:, at], expected[:, None], kappa=KAPPA, floor=FLOOR)
    return {"lift_ppr": lift.T, "raw_ppr": sums.T}


def _industry(panel: Panel, split: Split, member: Floats) -> dict[str, Floats]:
    fine = panel.population.codes[2]
    weight = kernels.unit_rows(fine, power=1)
    counts = np.asarray((sparse.csr_array(fine.T) @ member).T, dtype=np.float64)  # city x industry
    national = counts.sum(axis=0)
    special = relatedness.specialised(counts, national)
    near = relatedness.proximity(special[member.sum(axis=0) >= relatedness.MIN_FIRMS])
    score = relatedness.standardised(relatedness.density(special[split.cities], near))
    length = np.sqrt((counts * counts).sum(axis=0))
    unit = np.divide(counts, length, out=np.zeros_like(counts), where=length > 0)
    alike = unit.T @ unit
    np.fill_diagonal(alike, 0.0)
    total = alike.sum(axis=0)
    knn = counts[split.cities] @ np.divide(alike, total, out=np.zeros_like(alike), where=total > 0)
    by_industry = {
        "relatedness": score,
        "same_industry": counts[split.cities],
        "item_knn": knn,
        "popularity": np.repeat(national[None, :], len(split.cities), axis=0),
    }
    out = {name: np.asarray((weight @ values.T).T, dtype=np.float64) for name, values in by_industry.items()}
    return {**out, "related_level2": _related_quotients(panel, split, member)}


def _related_quotients(panel: Panel, split: Split, member: Floats) -> Floats:
    """Mean positive log location quotient of the industries (level 2) that live in the same cities as the firm's."""
    middle = panel.population.codes[1]
    counts = np.asarray((sparse.csr_array(middle.T) @ member).T, dtype=np.float64)
    national = counts.sum(axis=0)
    special = relatedness.specialised(counts, national)
    near = relatedness.proximity(special[member.sum(axis=0) >= relatedness.MIN_FIRMS])
    held = counts[split.cities]
    share = national / max(float(national.sum()), 1.0)
    due = held.sum(axis=1, keepdims=True) * share
    quotient = np.maximum(np.log(np.divide(held, due, out=np.ones_like(held), where=(held > 0) & (due > 0))), 0.0)
    total = near.sum(axis=0)
    mean = quotient @ np.divide(near, total, out=np.zeros_like(near), where=total > 0)
    return np.asarray((kernels.unit_rows(middle, power=1) @ mean.T).T, dtype=np.float64)
