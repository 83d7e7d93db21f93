"""Who is tested: firms with a city and something to compare, cities with enough of them, and which firms are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chaingraph.backtest import Protocol
from chaingraph.backtest.linkage import Linkage, build_linkage
from chaingraph.errors import CaseError
from chaingraph.fit import kernels
from chaingraph.fit.frozen import Distance, Population
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.fit.population import build_population
from chaingraph.labels import both
from chaingraph.matching.product_text import product_weights
from chaingraph.sql import OpenEngine, places_in_sets

Flags = NDArray[np.bool_]
# How groups of seeds are gone through: `map`, or that of a pool of processes.
Each = Callable[[Callable[[tuple[int, ...]], Any], Sequence[tuple[int, ...]]], Iterable[Any]]

HIDDEN_SHARE = 0.3
MIN_FIRMS, MIN_HIDDEN = 15, 4  # of a city that is scored
LISTED_FROM = "2017-01-01"  # temporal: listed earlier = visible
MIN_VISIBLE, MIN_NEW = 15, 5
INNER_FROM = "2013-01-01"  # temporal: labels for learning are the firms listed from here to LISTED_FROM
INNER_SEED = 1000


@dataclass(frozen=True)
class Panel:
    """The firms of a back-test, sorted by id, with everything about them that does not depend on who is hidden."""

    population: Population
    city: Integers  # number of each firm's city
    cities: tuple[str, ...]  # sorted by name
    listed: NDArray[np.str_]  # ISO date, "" where not known
    own_mix: Floats
    own_walk: Floats
    near: Floats  # city x city: exp(-d / 100 km), 0 beyond 300 km and on the diagonal
    size: Mapping[str, Floats]  # facts about how large a firm is, NaN where not known
    linkage: Linkage | None = None  # what firms make and need, where a graph of products is known

    @property
    def firms(self) -> int:
        """Number of firms."""
        return len(self.city)


@dataclass(frozen=True)
class Split:
    """Who is visible, who is hidden, and the cities that are scored. A firm may be neither."""

    visible: Flags
    hidden: Flags
    cities: Integers


def panel_of(tables: Mapping[str, pd.DataFrame], distance: Distance, open_engine: OpenEngine) -> Panel:
    """Firms of a case that can be tested.

    Parameters
    ----------
    tables
        firms (firm_id, city, industry_scheme, industry; listed, the date of listing, employees and revenue_cny_m where
        known) and firm_products (firm_id, product, share). With products (product_id, product) and product_links
        (from_product_id, to_product_id, kind) there are linkage baselines.
    distance
        Kilometres between two cities, NaN where unknown.
    open_engine
        Opens the engine that runs the SQL texts: who can be tested, and by which codes.

    Raises
    ------
    CaseError
        When no firm has a city and an industry or a product.
    """
    firms, products = tables["firms"], tables["firm_products"]
    texts = product_weights(products)[["firm_id"]]
    with open_engine({"firms": firms, "firm_products": products}) as query:
        codes = query("industry_codes", tables={"places": places_in_sets(firms["industry"])})
        tested = query("tested", tables={"texts": texts, "codes": codes[["firm_id"]]})
    if tested.empty:
        raise CaseError(both("errors.no_firm_to_compare"))
    whole = build_population(tested.assign(city_key=tested["city"]), products, codes, distance=distance)
    cities = tuple(sorted(set(whole.city)))
    at = kernels.position_of(cities)
    by_firm = firms.set_index("firm_id").loc[list(whole.firm_ids)]
    listed = by_firm["listed"].fillna("") if "listed" in by_firm.columns else pd.Series("", index=by_firm.index)
    factors = kernels.mix_factors(whole.means)
    graph = None if not {"products", "product_links"} <= set(tables) else (tables["products"], tables["product_links"])
    return Panel(
        population=whole,
        city=np.array([at[city] for city in whole.city], dtype=np.int64),
        cities=cities,
        listed=listed.to_numpy(dtype=np.str_),
        own_mix=kernels.own_mix(whole.text, whole.codes, factors),
        own_walk=kernels.own_returns(whole.attributes),
        near=_near(cities, distance),
        size=_sizes(by_firm, tested.set_index("firm_id")["products"]),
        linkage=None if graph is None else build_linkage(whole.products, *graph, whole.firm_ids),
    )


def _near(cities: Sequence[str], distance: Distance) -> Floats:
    from chaingraph.fit.score import FAR_KM, NEAR_KM

    near = np.zeros((len(cities), len(cities)))
    for left, here in enumerate(cities):
        for right in range(left):
            km = distance(here, cities[right])
            if km <= FAR_KM:  # NaN is not
                near[left, right] = near[right, left] = np.exp(-km / NEAR_KM)
    return near


def _sizes(firms: pd.DataFrame, products: pd.Series[int]) -> dict[str, Floats]:
    sizes: dict[str, Floats] = {"product_count": np.asarray(products.loc[firms.index], dtype=np.float64)}
    for column in ("employees", "revenue_cny_m"):
        if column in firms.columns and firms[column].notna().any():
            sizes[column] = np.asarray(firms[column].astype("float64"), dtype=np.float64)
    return sizes


def hide30(panel: Panel, seed: int) -> Split:
    """Hide 30 % of each city's firms at random, city by city in order of name."""
    everyone = np.ones(panel.firms, dtype=bool)
    visible, hidden = _hide(panel, everyone, seed)
    count = np.bincount(panel.city, minlength=len(panel.cities))
    gone = np.bincount(panel.city[hidden], minlength=len(panel.cities))
    return Split(visible, hidden, np.flatnonzero((count >= MIN_FIRMS) & (gone >= MIN_HIDDEN)))


def _hide(panel: Panel, among: Flags, seed: int) -> tuple[Flags, Flags]:
    rng = np.random.default_rng(seed)
    hidden = np.zeros(panel.firms, dtype=bool)
    for city in range(len(panel.cities)):
        members = np.flatnonzero(among & (panel.city == city))
        order = rng.permutation(len(members))
        hidden[members[order[: int(HIDDEN_SHARE * len(members) + rng.random())]]] = True
    return among & ~hidden, hidden


def by_date(panel: Panel, date: str = LISTED_FROM, until: str = "9999") -> Split:
    """Firms listed before a date are visible, those listed from then on (and before `until`) hidden."""
    known = panel.listed != ""
    visible = known & (panel.listed < date)
    hidden = known & (panel.listed >= date) & (panel.listed < until)
    seen = np.bincount(panel.city[visible], minlength=len(panel.cities))
    new = np.bincount(panel.city[hidden], minlength=len(panel.cities))
    return Split(visible, hidden, np.flatnonzero((seen >= MIN_VISIBLE) & (new >= MIN_NEW)))


def seed_groups(protocol: Protocol, seeds: Sequence[int]) -> list[tuple[int, ...]]:
    """Which seeds go together: each alone where it decides who is hidden, else two halves that share their features.

    Examples
    --------
    >>> seed_groups("hide30", [0, 1, 2]), seed_groups("temporal", [0, 1, 2])
    ([(0,), (1,), (2,)], [(0, 1), (2,)])
    """
    if protocol == "hide30":
        return [(seed,) for seed in seeds]
    half = (len(seeds) + 1) // 2
    return [group for group in (tuple(seeds[:half]), tuple(seeds[half:])) if group]


def inner_split(panel: Panel, outer: Split, protocol: Protocol, seed: int) -> Split:
    """The split that labels for learning come from: made of the visible firms only."""
    if protocol == "temporal":
        inner = by_date(panel, INNER_FROM, LISTED_FROM)
        return Split(inner.visible & outer.visible, inner.hidden & outer.visible, inner.cities)
    visible, hidden = _hide(panel, outer.visible, INNER_SEED + seed)
    return Split(visible, hidden, outer.cities)
