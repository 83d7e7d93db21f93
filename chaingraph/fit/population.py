"""The frozen population that fits are measured against: its texts, codes, kernel means, walks and cities."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.fit import kernels
from chaingraph.fit.aggregate import Aggregate, aggregate_of, comparable_firms, summed_mix
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.matching.product_text import product_weights

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

Distance = Callable[[str, str], float]

_TOGETHER = 512  # walks held in memory at once, where there are many


@dataclass(frozen=True)
class Population:
    """The frozen population that fits are measured against. Build it with `build_population`.

    The first ``size`` firms are the population; firms added later by `with_candidates` can be scored, and can be local
    firms that others resemble, but change no number of any other firm. Where only the `Aggregate` of a population is
    at hand (`population_of`), size is 0: there are no walks and no near cities.
    """

    firm_ids: tuple[str, ...]
    size: int
    products: pd.DataFrame  # firm_id, text, product, weight
    sums: Aggregate  # of the population
    text: Sparse
    codes: tuple[Sparse, ...]
    kinds: Integers  # bit 0: has comparable text; further bits: has codes of a scheme
    member: Integers  # row of the same firm in the population, -1: no part of it; an added row of an aggregate: itself
    expected: Floats  # firm x (mix, ppr): mean kernel value over the population; ppr NaN without walks
    attributes: Sparse  # of the walk, for all firms
    attribute_mass: Floats  # column sums over the population
    city: tuple[str, ...]  # of the population; with an aggregate: of the added firms, part of it; "" where not known
    distance: Distance | None
    solved: Floats | None
    visits: dict[int, Floats] = field(default_factory=dict, repr=False, compare=False)
    weights: Mapping[str, float] | None = None  # of the full form, where a bureau fitted its own

    @property
    def vectoriser(self) -> TfidfVectorizer | None:
        """What makes text rows of product texts."""
        return self.sums.vectoriser

    @cached_property
    def grams(self) -> Mapping[str, int]:
        """Column of each piece of text; empty without any."""
        given = self.sums.vectoriser
        if given is None:
            return {}
        return {str(gram): at for at, gram in enumerate(given.get_feature_names_out())}

    @property
    def code_columns(self) -> tuple[Mapping[str, int], ...]:
        """Column of each code, coarse to fine."""
        return self.sums.columns

    @property
    def means(self) -> Floats:
        """Mean of each kernel over the population."""
        return self.sums.means

    @property
    def walks(self) -> bool:
        """Whether the firms of the population are there, so that walks can pass through them."""
        return self.size > 0 or self.sums.firms == 0

    @cached_property
    def near(self) -> Floats:
        """Proximities of fine codes."""
        return self.sums.near

    @cached_property
    def position(self) -> dict[str, int]:
        """Row of each firm; of a firm that was added again, its later row."""
        return kernels.position_of(self.firm_ids)

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """Product texts of each firm, largest share first."""
        held = self.products.sort_values(["firm_id", "weight", "text"], ascending=[True, False, True], kind="stable")
        texts: dict[str, list[str]] = {}
        for firm, text in zip(held["firm_id"], held["text"], strict=True):
            texts.setdefault(str(firm), []).append(str(text))
        return texts

    def __repr__(self) -> str:
        """What it holds, counted."""
        comparable = int(self.sums.kind_firms[self.sums.kinds > 0].sum())
        cities = len(self.sums.cities)
        return f"Population: {self.sums.firms} firms, {comparable} with codes or product text, {cities} cities"


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
    vectoriser = kernels.fit_text(weights, fewest=fewest)
    text = kernels.text_rows(vectoriser, weights, position, size)
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
        sums=aggregate_of(vectoriser, text, columns, rows, kinds, city, fewest=fewest),
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
    told = {str(firm) for held in (products["firm_id"], codes["firm_id"]) for firm in held}
    new = tuple(sorted((told - held_already) | (set(firms) - set(population.firm_ids))))
    if not new:
        return population
    position = kernels.position_of(new)
    weights = product_weights(products[products["firm_id"].isin(new)])
    text = kernels.text_rows(population.vectoriser, weights, position, len(new))
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
    return replace(extended, expected=np.vstack([population.expected, _expected(extended, added)]))


def _members(population: Population, new: Sequence[str], known: set[str]) -> Integers:
    """The row in the population of each added firm; of a firm known to be part of an aggregate, its own."""
    at = kernels.position_of(population.firm_ids[: population.size])
    first = len(population.firm_ids)
    rows = [at.get(firm, first + row if not population.walks else -1) for row, firm in enumerate(new)]
    return np.array([row if firm in known else -1 for row, firm in zip(rows, new, strict=True)], dtype=np.int64)


def _seats(new: Sequence[str], known: Collection[str] | Mapping[str, str]) -> tuple[str, ...]:
    return tuple(known.get(firm, "") if isinstance(known, Mapping) else "" for firm in new)


def arrival_rows(population: Population, rows: Integers) -> Sparse:
    """How a walker standing on an attribute steps on to each of these firms, with the population's normalisers."""
    mass = population.attribute_mass
    inverse = np.divide(1.0 - kernels.RESTART, mass, out=np.zeros_like(mass), where=mass > 0)
    return sparse.csr_array(population.attributes[rows] @ sparse.diags_array(inverse))


def visited_attributes(population: Population, starts: Integers) -> Floats:
    """Mass that walks started at these firms put on each attribute: one row per start.

    The walks pass through the population only: one that starts outside it does not come back to its start.
    """
    missing = np.array([int(start) for start in starts if int(start) not in population.visits], dtype=np.int64)
    if len(missing):
        mass = _walked(population, missing)
        population.visits.update({int(start): mass[index] for index, start in enumerate(missing)})
    if not len(starts):
        return np.zeros((0, population.attributes.shape[1]))
    return np.vstack([population.visits[int(start)] for start in starts])


def _walked(population: Population, starts: Integers) -> Floats:
    """`visited_attributes` of starts that are not remembered, nor will be."""
    size = population.size
    attributes = sparse.csr_array(population.attributes[:size])
    step = kernels.unit_rows(attributes, power=1)
    inside, outside = starts < size, starts >= size
    leaving = kernels.unit_rows(sparse.csr_array(population.attributes[starts[outside]]), power=1)
    begin = np.zeros((size, len(starts)))
    begin[starts[inside], np.flatnonzero(inside)] = 1.0
    begin[:, outside] = kernels.dense(arrival_rows(population, np.arange(size)) @ leaving.T)
    solved = population.solved
    held = kernels.arrivals(attributes, begin) if solved is None else solved.T @ begin
    mass = np.asarray((step.T @ held).T)
    mass[outside] += kernels.RESTART * kernels.dense(leaving)
    return mass


def own_pairs(population: Population, rows: Integers) -> Floats:
    """Mixed kernel between each of these firms and its own row in the population; 0 where it has none there."""
    member = population.member[rows]
    own = np.flatnonzero(member >= 0)
    left, right = rows[own], member[own]
    factors = kernels.mix_factors(population.means)
    pairs = np.zeros(len(rows))
    pairs[own] = factors[3] * np.asarray(population.text[left].multiply(population.text[right]).sum(axis=1)).ravel()
    for factor, block in zip(factors[:3], population.codes, strict=True):
        pairs[own] += factor * (np.asarray(block[left].multiply(block[right]).sum(axis=1)).ravel() > 0)
    return pairs


def _expected(population: Population, rows: Integers) -> Floats:
    """Mean of the mixed and the walk kernel between these firms and the comparable firms of the population."""
    count = comparable_firms(population.sums, population.kinds[rows])
    mix = summed_mix(population.sums, population.text[rows], [block[rows] for block in population.codes])
    walk = _walk_sums(population, rows) if population.walks else np.full(len(rows), np.nan)
    sums = np.column_stack([mix - own_pairs(population, rows), walk])
    return np.asarray(np.maximum(sums, 0.0) / np.maximum(count, 1.0)[:, None], dtype=np.float64)


def _walk_sums(population: Population, rows: Integers) -> Floats:
    """Mass that walks from all comparable firms of the population leave at these firms, own walks taken off."""
    size = population.size
    member = (population.kinds[:size, None] == population.sums.kinds[None, :]).astype(np.float64)
    overlap = (population.kinds[rows][:, None] & population.sums.kinds[None, :]) > 0
    attributes = sparse.csr_array(population.attributes[:size])
    step = kernels.unit_rows(attributes, power=1)
    held = member.T @ population.solved if population.solved is not None else kernels.arrivals(attributes, member).T
    visits = np.asarray(step.T @ np.asarray(held).T)
    walk: Floats = (np.asarray(arrival_rows(population, rows) @ visits) * overlap).sum(axis=1)
    inside = rows < size
    if inside.any():
        returns = np.diag(population.solved) if population.solved is not None else kernels.own_returns(attributes)
        walk[inside] -= returns[rows[inside]] - kernels.RESTART  # the restart itself is not an arrival
    again = np.flatnonzero((rows >= size) & (population.member[rows] >= 0))
    # A few walks are remembered for the scores; ten thousand at once, each over all attributes, would fill the memory.
    blocks = [again[first : first + _TOGETHER] for first in range(0, len(again), _TOGETHER)]
    walked = visited_attributes if len(blocks) < 2 else _walked
    for block in blocks:
        own = walked(population, population.member[rows[block]])
        walk[block] -= np.asarray(arrival_rows(population, rows[block]).multiply(own).sum(axis=1)).ravel()
    return walk


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
