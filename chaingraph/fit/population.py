"""A population frozen: its texts, codes, kernel means, walks and cities; and firms outside it made scorable."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.fit import kernels
from chaingraph.fit.aggregate import Aggregate, aggregate_of, comparable_firms, summed_mix
from chaingraph.fit.frozen import (
    TOGETHER,
    Distance,
    Population,
    arrival_rows,
    own_pairs,
    visited_attributes,
    walked_attributes,
)
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.matching.product_text import product_weights

# The standard error of an estimated own walk, as a share of the firm's expected mass: half a hundredth moves a score
# by less than half a hundredth of a nat.
ERROR_BOUND = 0.005
_PROBES = (64, 128, 256, 512, 1024)


def build_population(
    firms: pd.DataFrame,
    products: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    distance: Distance | None = None,
    fewest: int = 1,
) -> Population:
    """Freeze a population of firms: their text, codes, kernel means and walks.

    Parameters
    ----------
    firms
        firm_id and, for the full form of the score, city_key (the city of the seat; empty = not known). Nothing else
        is looked at: country, tier, role, district and source never enter.
    products
        firm_id, product, share (see `chaingraph.matching.product_text.product_weights`).
    codes
        firm_id, scheme (gbt4754 or shenwan), code; a firm may hold several.
    distance
        Kilometres between two city keys, NaN where unknown; needed for the full form only.
    fewest
        Pieces of text that fewer firms have are not looked at, and sets of codes that fewer firms share are counted as
        their parts: with 3 the population's aggregate tells nothing of single firms, and gives the same fit.

    Returns
    -------
    Population
        The same for any order of the rows.

    Examples
    --------
    >>> firms = pd.DataFrame({"firm_id": ["a", "b", "c"]})
    >>> products = pd.DataFrame({"firm_id": ["a", "b"], "product": ["光伏玻璃", "超白光伏玻璃"], "share": [1.0, 1.0]})
    >>> codes = pd.DataFrame({"firm_id": ["a", "c"], "scheme": ["gbt4754"] * 2, "code": ["3042", "3041"]})
    >>> build_population(firms, products, codes)
    Population: 3 firms, 3 with codes or product text, 0 cities
    """
    ids = tuple(sorted({str(firm) for firm in firms["firm_id"].dropna()}))
    position = kernels.position_of(ids)
    size = len(ids)
    weights = product_weights(products[products["firm_id"].isin(ids)])
    pieces = kernels.fit_text(weights, fewest=fewest)
    text = kernels.text_rows(pieces, weights, position, size)
    held = codes[codes["firm_id"].isin(ids)]
    labels = kernels.code_labels(held)
    columns = tuple(kernels.position_of(sorted(set(frame["label"]))) for frame in labels)
    rows = tuple(kernels.code_rows(frame, at, position, size) for frame, at in zip(labels, columns, strict=True))
    attributes = kernels.walk_attributes(text, rows)
    city = _cities_of(firms, ids)
    kinds = _kinds(text, held, position, size)
    bare = Population(
        firm_ids=ids,
        size=size,
        products=weights,
        sums=aggregate_of(pieces, text, columns, rows, kinds, city, fewest=fewest),
        text=text,
        codes=rows,
        kinds=kinds,
        member=np.arange(size),
        expected=np.zeros((size, 2)),
        attributes=attributes,
        attribute_mass=np.asarray(attributes.sum(axis=0), dtype=np.float64).ravel(),
        city=city,
        distance=distance,
        solved=kernels.solved_walk(attributes) if 0 < size <= kernels.EXACT_UP_TO else None,
    )
    return replace(bare, expected=_expected(bare, np.arange(size)))


def population_of(sums: Aggregate) -> Population:
    """What can be scored against the sums over a population alone: further firms, by text, codes and industries."""
    text = sparse.csr_array((0, len(sums.text)))
    codes = tuple(sparse.csr_array((0, sets.shape[1])) for sets in sums.sets)
    attributes = kernels.walk_attributes(text, codes)
    return Population(
        firm_ids=(),
        size=0,
        products=product_weights(pd.DataFrame({"firm_id": [], "product": [], "share": []}, dtype="str")),
        sums=sums,
        text=text,
        codes=codes,
        kinds=np.zeros(0, dtype=np.int64),
        member=np.zeros(0, dtype=np.int64),
        expected=np.zeros((0, 2)),
        attributes=attributes,
        attribute_mass=np.zeros(attributes.shape[1]),
        city=(),
        distance=None,
        solved=None,
    )


def with_candidates(
    population: Population,
    products: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    firms: Collection[str] = (),
    known: Collection[str] | Mapping[str, str] = (),
) -> Population:
    """Firms outside the population made scorable: the population, its means and every other score stay as they are.

    Parameters
    ----------
    population
        The frozen population.
    products, codes
        As for `build_population`; rows of firms that the population already has are left out.
    firms
        Firms that need a row though nothing may be known of them: without text and code they have no basis, no score.
    known
        Firms of the population that these rows tell more about: they are added again with these rows, and their own
        row in the population is no evidence for them. With an aggregate: the city of each firm that is known to be
        part of it ("" = city not known), by its id.
    """
    held_already = set(population.firm_ids) - set(known)
    told = {str(firm) for held in (products["firm_id"], codes["firm_id"]) for firm in held.unique()}
    new = tuple(sorted((told - held_already) | (set(firms) - set(population.firm_ids))))
    if not new:
        return population
    position = kernels.position_of(new)
    weights = product_weights(products[products["firm_id"].isin(new)])
    text = kernels.text_rows(population.pieces, weights, position, len(new))
    held = codes[codes["firm_id"].isin(new)]
    labels = kernels.code_labels(held)
    rows = [
        kernels.code_rows(frame, at, position, len(new))
        for frame, at in zip(labels, population.code_columns, strict=True)
    ]
    first = len(population.firm_ids)
    older = population.products[~population.products["firm_id"].isin(new)]
    extended = replace(
        population,
        firm_ids=population.firm_ids + new,
        products=pd.concat([older, weights], ignore_index=True) if len(older) else weights,
        text=_stacked(population.text, text),
        codes=tuple(_stacked(old, add) for old, add in zip(population.codes, rows, strict=True)),
        kinds=np.concatenate([population.kinds, _kinds(text, held, position, len(new))]),
        member=np.concatenate([population.member, _members(population, new, set(known))]),
        attributes=_stacked(population.attributes, kernels.walk_attributes(text, rows)),
        city=population.city if population.walks else population.city + _seats(new, known),
    )
    added = np.arange(first, first + len(new))
    expected, estimated = _expected_again(extended, added)
    return replace(
        extended,
        expected=np.vstack([population.expected, expected]),
        estimated=population.estimated | {int(row) for row in estimated},
    )


def exactly(population: Population, firms: Collection[str]) -> Population:
    """The same population with nothing estimated of these firms, for those that are shown."""
    at = population.position
    rows = np.array(sorted({at[firm] for firm in firms} & population.estimated), dtype=np.int64)
    if not len(rows):
        return population
    expected = population.expected.copy()
    expected[rows] = _expected(population, rows, _own_walks(population, rows))
    return replace(population, expected=expected, estimated=population.estimated - {int(row) for row in rows})


def _members(population: Population, new: Sequence[str], known: set[str]) -> Integers:
    """The row in the population of each added firm; of a firm known to be part of an aggregate, its own."""
    at = kernels.position_of(population.firm_ids[: population.size])
    first = len(population.firm_ids)
    rows = [at.get(firm, first + row if not population.walks else -1) for row, firm in enumerate(new)]
    return np.array([row if firm in known else -1 for row, firm in zip(rows, new, strict=True)], dtype=np.int64)


def _seats(new: Sequence[str], known: Collection[str] | Mapping[str, str]) -> tuple[str, ...]:
    return tuple(known.get(firm, "") if isinstance(known, Mapping) else "" for firm in new)


def _expected_again(population: Population, rows: Integers) -> tuple[Floats, Integers]:
    """`_expected` of added rows, and those among them of which the own walk had to be estimated.

    Up to `TOGETHER` firms that the population has already are walked from. Of more, the own walks are estimated with
    as many probes as keep the standard error under `ERROR_BOUND`; the firms that stay above it are walked from.
    """
    own = np.zeros(len(rows))
    again = np.flatnonzero(population.member[rows] >= 0) if population.walks else np.zeros(0, dtype=np.int64)
    if len(again) <= TOGETHER or population.solved is not None:
        own[again] = _own_walks(population, rows[again], remember=True)
        return _expected(population, rows, own), np.zeros(0, dtype=np.int64)
    met = rows[again]
    attributes = sparse.csr_array(population.attributes[: population.size])
    arriving, walk = sparse.csr_array(population.attributes[met]), _walk_sums(population, met)
    for probes in _PROBES:
        mass, error = kernels.own_arrivals(attributes, arriving, population.member[met], probes=probes)
        wide = error > ERROR_BOUND * np.maximum(walk - mass, 0.0)
        if wide.sum() <= TOGETHER:
            break
    # Of two firms that are alike in nothing else an own walk is all there is: their expected mass is next to nothing.
    widest = np.argsort(-(error / np.maximum(walk - mass, np.finfo(float).tiny)), kind="stable")[:TOGETHER]
    walked = np.sort(widest[wide[widest]])
    mass[walked] = _own_walks(population, met[walked])
    own[again] = mass
    return _expected(population, rows, own), np.delete(met, walked)


def _expected(population: Population, rows: Integers, own: Floats | None = None) -> Floats:
    """Mean of the mixed and the walk kernel between these firms and the comparable firms of the population.

    ``own``: mass that the walks of their own rows in the population leave at them; None: of rows of the population.
    """
    count = comparable_firms(population.sums, population.kinds[rows])
    mix = summed_mix(population.sums, population.text[rows], [block[rows] for block in population.codes])
    walk = np.full(len(rows), np.nan)
    if population.walks:
        walk = _walk_sums(population, rows) - (_own_returns(population, rows) if own is None else own)
    sums = np.column_stack([mix - own_pairs(population, rows), walk])
    return np.asarray(np.maximum(sums, 0.0) / np.maximum(count, 1.0)[:, None], dtype=np.float64)


def _walk_sums(population: Population, rows: Integers) -> Floats:
    """Mass that walks from all comparable firms of the population leave at these firms, their own walks included."""
    size = population.size
    member = (population.kinds[:size, None] == population.sums.kinds[None, :]).astype(np.float64)
    overlap = (population.kinds[rows][:, None] & population.sums.kinds[None, :]) > 0
    attributes = sparse.csr_array(population.attributes[:size])
    step = kernels.unit_rows(attributes, power=1)
    held = member.T @ population.solved if population.solved is not None else kernels.arrivals(attributes, member).T
    visits = np.asarray(step.T @ np.asarray(held).T)
    walk: Floats = (np.asarray(arrival_rows(population, rows) @ visits) * overlap).sum(axis=1)
    return walk


def _own_returns(population: Population, rows: Integers) -> Floats:
    """How much of a walk from each of these rows of the population comes back to it."""
    attributes = sparse.csr_array(population.attributes[: population.size])
    returns = np.diag(population.solved) if population.solved is not None else kernels.own_returns(attributes)
    return np.asarray(returns[rows] - kernels.RESTART, dtype=np.float64)  # the restart itself is not an arrival


def _own_walks(population: Population, rows: Integers, *, remember: bool = False) -> Floats:
    """What walks from these added firms' own rows in the population leave at them."""
    arrive, own = arrival_rows(population, rows), population.member[rows]
    # A few walks are remembered for the scores; ten thousand at once, each over all attributes, would fill the memory.
    blocks = [slice(first, first + TOGETHER) for first in range(0, len(rows), TOGETHER)]
    walked = visited_attributes if remember and len(blocks) < 2 else walked_attributes
    parts = [np.asarray(arrive[block].multiply(walked(population, own[block])).sum(axis=1)).ravel() for block in blocks]
    return np.concatenate(parts) if parts else np.zeros(0)


def _kinds(text: Sparse, codes: pd.DataFrame, position: Mapping[str, int], size: int) -> Integers:
    kinds = (np.diff(sparse.csr_array(text).indptr) > 0).astype(np.int64)
    known = codes.dropna(subset=["firm_id", "scheme", "code"])
    for bit, scheme in enumerate(sorted(kernels.LEVELS), start=1):
        firms = sorted(set(known.loc[known["scheme"] == scheme, "firm_id"]))
        kinds[[position[str(firm)] for firm in firms]] |= 1 << bit
    return kinds


def _cities_of(firms: pd.DataFrame, ids: Sequence[str]) -> tuple[str, ...]:
    if "city_key" not in firms.columns:
        return ("",) * len(ids)
    known = firms.dropna(subset=["firm_id", "city_key"]).drop_duplicates("firm_id")
    by_firm = dict(zip(known["firm_id"].astype(str), known["city_key"].astype(str), strict=True))
    return tuple(by_firm.get(firm, "") for firm in ids)


def _stacked(old: Sparse, new: Sparse) -> Sparse:
    return sparse.csr_array(sparse.vstack([old, new], format="csr"))
