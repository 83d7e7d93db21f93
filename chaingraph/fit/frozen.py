"""The frozen population that fits are measured against, as a noun, and the walks through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.fit import kernels
from chaingraph.fit.aggregate import Aggregate
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.fit.pieces import Pieces
from chaingraph.model.case import cells_of

Distance = Callable[[str, str], float]
TOGETHER = 512  # walks held in memory at once, where there are many; of more own walks than these, an estimate does


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
    estimated: frozenset[int] = frozenset()  # added rows whose own walk was estimated: `exactly` reckons it
    visits: dict[int, Floats] = field(default_factory=dict, repr=False, compare=False)
    compared: dict[tuple[bytes, bytes], tuple[Floats, ...]] = field(default_factory=dict, repr=False, compare=False)
    weights: Mapping[str, float] | None = None  # of the full form, where a bureau fitted its own

    @property
    def pieces(self) -> Pieces | None:
        """The pieces that product texts are compared by."""
        return self.sums.pieces

    @cached_property
    def grams(self) -> Mapping[str, int]:
        """Column of each piece of text; empty without any."""
        given = self.sums.pieces
        if given is None:
            return {}
        return kernels.position_of(given.names)

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
        for firm, text in cells_of(held, "firm_id", "text"):
            texts.setdefault(str(firm), []).append(str(text))
        return texts

    def __repr__(self) -> str:
        """What it holds, counted."""
        comparable = int(self.sums.kind_firms[self.sums.kinds > 0].sum())
        cities = len(self.sums.cities)
        return f"Population: {self.sums.firms} firms, {comparable} with codes or product text, {cities} cities"


def arrival_rows(population: Population, rows: Integers) -> Sparse:
    """How a walker standing on an attribute steps on to each of these firms, with the population's normalisers."""
    mass = population.attribute_mass
    inverse = np.divide(1.0 - kernels.RESTART, mass, out=np.zeros_like(mass), where=mass > 0)
    return sparse.csr_array(population.attributes[rows] @ sparse.diags_array(inverse))


def visited_attributes(population: Population, starts: Integers) -> Floats:
    """Mass that walks started at these firms put on each attribute: one row per start.

    The walks pass through the population only: one that starts outside it does not come back to its start.
    """
    remember_walks(population, starts)
    if not len(starts):
        return np.zeros((0, population.attributes.shape[1]))
    return np.vstack([population.visits[int(start)] for start in starts])


def remember_walks(population: Population, starts: Integers) -> None:
    """Walk from those of these firms that nobody has walked from yet."""
    missing = np.array([int(start) for start in starts if int(start) not in population.visits], dtype=np.int64)
    # Of thousands in single precision, which is good for six digits: half the time, and half the memory.
    single = len(missing) > TOGETHER and population.solved is None
    for first in range(0, len(missing), TOGETHER):
        block = missing[first : first + TOGETHER]
        mass = walked_attributes(population, block, np.float32 if single else np.float64)
        population.visits.update({int(start): mass[index] for index, start in enumerate(block)})


def walked_attributes(population: Population, starts: Integers, real: type[np.floating[Any]] = np.float64) -> Floats:
    """`visited_attributes` of starts that are not remembered, and will not be."""
    size = population.size
    attributes = sparse.csr_array(population.attributes[:size])
    step = kernels.unit_rows(attributes, power=1)
    inside, outside = starts < size, starts >= size
    leaving = kernels.unit_rows(sparse.csr_array(population.attributes[starts[outside]]), power=1)
    begin = np.zeros((size, len(starts)))
    begin[starts[inside], np.flatnonzero(inside)] = 1.0
    begin[:, outside] = kernels.dense(arrival_rows(population, np.arange(size)) @ leaving.T)
    solved = population.solved
    held = kernels.arrivals(attributes, begin.astype(real)) if solved is None else solved.T @ begin
    mass = np.ascontiguousarray((step.T.astype(held.dtype) @ held).T)
    mass[outside] += (kernels.RESTART * kernels.dense(leaving)).astype(mass.dtype)
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


def compared_pairs(population: Population, rows: Integers, columns: Integers) -> tuple[Floats, ...]:
    """Kernel values between firms (rows) and other firms (columns); the last answer is remembered: a list asks twice.

    Whether they can be compared (0/1), then mix by text, by industry, walks by text, by industry.
    """
    key = (rows.tobytes(), columns.tobytes())
    if key in population.compared:
        return population.compared[key]
    population.compared.clear()
    # In place where it can be: of fifteen thousand candidates each table takes ten times what their scores do.
    alike = (population.kinds[rows][:, None] & population.kinds[columns][None, :]) > 0
    comparable = (alike & (rows[:, None] != columns[None, :])).astype(np.float64)
    factors = kernels.mix_factors(population.means)
    text = kernels.dense(population.text[rows] @ population.text[columns].T)
    text *= factors[3]
    text *= comparable
    industry = np.zeros_like(text)
    for factor, codes in zip(factors[:3], population.codes, strict=True):
        industry[kernels.dense(codes[rows] @ codes[columns].T) > 0] += factor
    industry *= comparable
    walk_text = walk_industry = np.broadcast_to(np.float64(0), text.shape)  # which takes no memory
    if population.walks:
        first_code = population.text.shape[1]
        remember_walks(population, columns)
        arrive = arrival_rows(population, rows)
        walk_text, walk_industry = np.empty_like(text), np.empty_like(text)
        for first in range(0, len(columns), TOGETHER):
            block = slice(first, first + TOGETHER)
            visits = visited_attributes(population, columns[block])
            walk_text[:, block] = arrive[:, :first_code].astype(visits.dtype) @ visits[:, :first_code].T
            walk_industry[:, block] = arrive[:, first_code:].astype(visits.dtype) @ visits[:, first_code:].T
        walk_text *= comparable
        walk_industry *= comparable
    answer = (comparable, text, industry, walk_text, walk_industry)
    population.compared[key] = answer
    return answer
