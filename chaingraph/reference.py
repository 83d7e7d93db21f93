"""The frozen population that fits are measured against: its texts, codes, kernel means, walks and cities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph import kernels, relatedness
from chaingraph.kernels import Floats, Integers, Sparse
from chaingraph.product_text import product_weights

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

Distance = Callable[[str, str], float]


@dataclass(frozen=True)
class Reference:
    """The frozen population that fits are measured against. Build it with `build_reference`.

    The first ``size`` firms are the population; firms added later by `with_candidates` can be scored but change no
    number of any other firm.
    """

    firm_ids: tuple[str, ...]
    size: int
    products: pd.DataFrame  # firm_id, text, product, weight
    vectoriser: TfidfVectorizer | None
    text: Sparse
    code_columns: tuple[Mapping[str, int], ...]
    codes: tuple[Sparse, ...]
    kinds: Integers  # bit 0: has comparable text; further bits: has codes of a scheme
    means: Floats
    expected: Floats  # firm x (mix, ppr): mean kernel value over the population
    attributes: Sparse  # of the walk, for all firms
    attribute_mass: Floats  # column sums over the population
    city: tuple[str, ...]  # of the population, "" where not known
    distance: Distance | None
    near: Floats  # industry proximities, L3 x L3
    solved: Floats | None
    visits: dict[int, Floats] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def position(self) -> dict[str, int]:
        """Row of each firm."""
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
        comparable = int((self.kinds[: self.size] > 0).sum())
        cities = len(set(self.city) - {""})
        return f"Reference: {self.size} firms, {comparable} with codes or product text, {cities} cities"


def build_reference(
    firms: pd.DataFrame, products: pd.DataFrame, codes: pd.DataFrame, *, distance: Distance | None = None
) -> Reference:
    """Freeze a population of firms: their text, codes, kernel means and walks.

    Parameters
    ----------
    firms
        firm_id and, for the full form of the score, city_key (the city of the seat; empty = not known). Nothing else
        is looked at: country, tier, role, district and source never enter.
    products
        firm_id, product, share (see `chaingraph.product_text.product_weights`).
    codes
        firm_id, scheme (gbt4754 or shenwan), code; a firm may hold several.
    distance
        Kilometres between two city keys, NaN where unknown; needed for the full form only.

    Returns
    -------
    Reference
        The same for any order of the rows.

    Examples
    --------
    >>> firms = pd.DataFrame({"firm_id": ["a", "b", "c"]})
    >>> products = pd.DataFrame({"firm_id": ["a", "b"], "product": ["光伏玻璃", "超白光伏玻璃"], "share": [1.0, 1.0]})
    >>> codes = pd.DataFrame({"firm_id": ["a", "c"], "scheme": ["gbt4754"] * 2, "code": ["3042", "3041"]})
    >>> build_reference(firms, products, codes)
    Reference: 3 firms, 3 with codes or product text, 0 cities
    """
    ids = tuple(sorted({str(firm) for firm in firms["firm_id"].dropna()}))
    position = kernels.position_of(ids)
    size = len(ids)
    weights = product_weights(products[products["firm_id"].isin(ids)])
    vectoriser = kernels.fit_text(weights)
    text = kernels.text_rows(vectoriser, weights, position, size)
    held = codes[codes["firm_id"].isin(ids)]
    labels = kernels.code_labels(held)
    columns = tuple(kernels.position_of(sorted(set(frame["label"]))) for frame in labels)
    rows = tuple(kernels.code_rows(frame, at, position, size) for frame, at in zip(labels, columns, strict=True))
    attributes = kernels.walk_attributes(text, rows)
    city = _cities_of(firms, ids)
    bare = Reference(
        firm_ids=ids,
        size=size,
        products=weights,
        vectoriser=vectoriser,
        text=text,
        code_columns=columns,
        codes=rows,
        kinds=_kinds(text, held, position, size),
        means=kernels.kernel_means(text, rows),
        expected=np.zeros((size, 2)),
        attributes=attributes,
        attribute_mass=np.asarray(attributes.sum(axis=0), dtype=np.float64).ravel(),
        city=city,
        distance=distance,
        near=_proximities(city, rows[2]),
        solved=kernels.solved_walk(attributes) if 0 < size <= kernels.EXACT_UP_TO else None,
    )
    return replace(bare, expected=_expected(bare, np.arange(size)))


def with_candidates(reference: Reference, products: pd.DataFrame, codes: pd.DataFrame) -> Reference:
    """Firms outside the population made scorable: the population, its means and every other score stay as they are.

    Parameters
    ----------
    reference
        The frozen population.
    products, codes
        As for `build_reference`; rows of firms that the reference already has are left out.
    """
    known = set(reference.firm_ids)
    new = tuple(
        sorted(({str(firm) for firm in products["firm_id"]} | {str(firm) for firm in codes["firm_id"]}) - known)
    )
    if not new:
        return reference
    position = kernels.position_of(new)
    weights = product_weights(products[products["firm_id"].isin(new)])
    text = kernels.text_rows(reference.vectoriser, weights, position, len(new))
    held = codes[codes["firm_id"].isin(new)]
    labels = kernels.code_labels(held)
    rows = [
        kernels.code_rows(frame, at, position, len(new))
        for frame, at in zip(labels, reference.code_columns, strict=True)
    ]
    extended = replace(
        reference,
        firm_ids=reference.firm_ids + new,
        products=pd.concat([reference.products, weights], ignore_index=True),
        text=_stacked(reference.text, text),
        codes=tuple(_stacked(old, add) for old, add in zip(reference.codes, rows, strict=True)),
        kinds=np.concatenate([reference.kinds, _kinds(text, held, position, len(new))]),
        attributes=_stacked(reference.attributes, kernels.walk_attributes(text, rows)),
    )
    added = np.arange(len(reference.firm_ids), len(reference.firm_ids) + len(new))
    return replace(extended, expected=np.vstack([reference.expected, _expected(extended, added)]))


def arrival_rows(reference: Reference, rows: Integers) -> Sparse:
    """How a walker standing on an attribute steps on to each of these firms, with the population's normalisers."""
    mass = reference.attribute_mass
    inverse = np.divide(1.0 - kernels.RESTART, mass, out=np.zeros_like(mass), where=mass > 0)
    return sparse.csr_array(reference.attributes[rows] @ sparse.diags_array(inverse))


def visited_attributes(reference: Reference, starts: Integers) -> Floats:
    """Mass that walks started at these firms of the population put on each attribute: one row per start."""
    missing = [int(start) for start in starts if int(start) not in reference.visits]
    if missing:
        population = sparse.csr_array(reference.attributes[: reference.size])
        step = kernels.unit_rows(population, power=1)
        if reference.solved is not None:
            mass = np.asarray(reference.solved[missing] @ step)
        else:
            begin = np.zeros((reference.size, len(missing)))
            begin[missing, np.arange(len(missing))] = 1.0
            mass = np.asarray((step.T @ kernels.arrivals(population, begin)).T)
        reference.visits.update({start: mass[index] for index, start in enumerate(missing)})
    if not len(starts):
        return np.zeros((0, reference.attributes.shape[1]))
    return np.vstack([reference.visits[int(start)] for start in starts])


def _expected(reference: Reference, rows: Integers) -> Floats:
    """Mean of the mixed and the walk kernel between these firms and the comparable firms of the population."""
    size = reference.size
    present = sorted({int(kind) for kind in reference.kinds[:size]})
    member = (reference.kinds[:size, None] == np.array(present, dtype=np.int64)[None, :]).astype(np.float64)
    overlap = (reference.kinds[rows][:, None] & np.array(present, dtype=np.int64)[None, :]) > 0
    count = overlap @ member.sum(axis=0)
    own = rows < size
    text, codes = reference.text[rows], [block[rows] for block in reference.codes]
    population = (
        sparse.csr_array(reference.text[:size]),
        [sparse.csr_array(block[:size]) for block in reference.codes],
    )
    factors = kernels.mix_factors(reference.means)
    mix = kernels.mix_sums(text, codes, population, factors, np.ones((size, 1)))[:, 0]
    mix = mix - np.where(own, kernels.own_mix(text, codes, factors), 0.0)
    attributes = sparse.csr_array(reference.attributes[:size])
    step = kernels.unit_rows(attributes, power=1)
    held = member.T @ reference.solved if reference.solved is not None else kernels.arrivals(attributes, member).T
    visits = np.asarray(step.T @ np.asarray(held).T)
    walk = (np.asarray(arrival_rows(reference, rows) @ visits) * overlap).sum(axis=1)
    if own.any():
        returns = np.diag(reference.solved) if reference.solved is not None else kernels.own_returns(attributes)
        walk[own] -= returns[rows[own]] - kernels.RESTART  # the restart itself is not an arrival
    mean = np.column_stack([mix, walk]) / np.maximum(count, 1.0)[:, None]
    return np.asarray(np.maximum(mean, 0.0), dtype=np.float64)


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


def _proximities(city: Sequence[str], fine: Sparse) -> Floats:
    names = sorted(set(city) - {""})
    if not names:
        return np.zeros((fine.shape[1], fine.shape[1]))
    at = kernels.position_of(names)
    counts = relatedness.city_counts(fine, np.array([at.get(name, -1) for name in city]), len(names))
    national = np.asarray(fine.sum(axis=0), dtype=np.float64).ravel()
    large = counts.sum(axis=1) >= relatedness.MIN_FIRMS
    return relatedness.proximity(relatedness.specialised(counts[large], national))


def _stacked(old: Sparse, new: Sparse) -> Sparse:
    return sparse.csr_array(sparse.vstack([old, new], format="csr"))
