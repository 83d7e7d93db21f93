"""The reference in the box: counts and sums over the listed firms of China, shipped as tables without any firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.facts.derived_tables import city_within
from chaingraph.fit import kernels
from chaingraph.fit.aggregate import Aggregate
from chaingraph.fit.frozen import Population
from chaingraph.fit.kernels import Floats, Sparse
from chaingraph.fit.pieces import known_pieces
from chaingraph.fit.score import SUMS_FORM
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions

TABLES = ("text", "codes", "industries", "makers")
_PREFECTURE = 3  # country, province, prefecture: what places are counted by


@dataclass(frozen=True)
class Listed:
    """An aggregate of listed firms: where it comes from, its sums, and its makers by segment and city.

    ``makers``: chain, segment (empty = any of the chain), city (empty = not known), firms; a segment that no firm makes
    has one row with 0.
    """

    about: Mapping[str, object]
    sums: Aggregate
    makers: pd.DataFrame

    @property
    def name(self) -> str:
        """How it is called in a run's parameters."""
        return str(self.about["name"])

    def __repr__(self) -> str:
        """Where it comes from, in a line."""
        return f"Listed: {self.sums.firms} firms, {self.as_of}"

    @property
    def as_of(self) -> str:
        """The date of the firms it was counted from."""
        return str(self.about["as_of"])


def tables_of(population: Population) -> tuple[dict[str, object], dict[str, pd.DataFrame]]:
    """The sums over a population as plain tables: what is shipped of it.

    Returns
    -------
    facts, tables
        facts: firms, documents (distinct product texts), kinds and the firms of each, kernel means, weights of the
        terms. tables: text (piece, documents, sum), codes (level 1-3, codes, firms), industries (code, city, firms).
    """
    sums = population.sums
    documents = int(population.products["text"].nunique())
    pieces = list(population.grams)
    weights = sums.pieces.weights if sums.pieces is not None else np.zeros(0)
    holding = np.rint((1 + documents) / np.exp(weights - 1.0) - 1).astype(np.int64)
    text = pd.DataFrame({"piece": pieces, "documents": holding, "sum": [float(f"{x:.13g}") for x in sums.text]})
    codes = [
        (level, ";".join(np.array(list(columns))[part.indices]), int(count))
        for level, (columns, sets, firms) in enumerate(zip(sums.columns, sums.sets, sums.set_firms, strict=True), 1)
        for part, count in ((sets[[row]], firms[row]) for row in range(sets.shape[0]))
    ]
    fine = list(sums.columns[2])
    known = sums.industries.sum(axis=0)
    counted = [
        (fine[column], city, int(sums.industries[row, column]))
        for row, city in enumerate(sums.cities)
        for column in np.flatnonzero(sums.industries[row])
    ]
    counted += [
        (fine[column], "", int(sums.national[column] - known[column]))
        for column in np.flatnonzero(sums.national > known)
    ]
    facts: dict[str, object] = {
        "firms": sums.firms,
        "documents": documents,
        "kinds": [int(kind) for kind in sums.kinds],
        "kind_firms": [int(count) for count in sums.kind_firms],
        "means": [float(mean) for mean in sums.means],
        "cities": list(sums.cities),
        "weights": dict(SUMS_FORM),
    }
    return facts, {
        "text": text,
        "codes": pd.DataFrame(codes, columns=["level", "codes", "firms"]),
        "industries": pd.DataFrame(counted, columns=["code", "city", "firms"]).sort_values(
            ["code", "city"], ignore_index=True
        ),
    }


def sums_of(facts: Mapping[str, object], tables: Mapping[str, pd.DataFrame]) -> Aggregate:
    """The sums that `tables_of` wrote down, as they were."""
    text, codes, industries = (tables[name] for name in TABLES[:3])
    documents = int(str(facts["documents"]))
    weights = np.log((1 + documents) / (1 + text["documents"].to_numpy(dtype=np.float64))) + 1.0
    columns, sets, firms = [], [], []
    for level in (1, 2, 3):
        rows = codes[codes["level"] == level]
        held = [str(cell).split(";") for cell in rows["codes"]]
        columns.append(kernels.position_of(sorted({code for part in held for code in part})))
        sets.append(_set_rows(held, columns[-1]))
        firms.append(rows["firms"].to_numpy(dtype=np.float64))
    cities = tuple(str(city) for city in _listed(facts["cities"]))
    at = kernels.position_of(cities)
    table = np.zeros((len(cities), sets[2].shape[1]))
    national = np.zeros(sets[2].shape[1])
    for code, city, count in industries[["code", "city", "firms"]].itertuples(index=False, name=None):
        national[columns[2][code]] += count
        if city:
            table[at[city], columns[2][code]] += count
    summed: Floats = text["sum"].to_numpy(dtype=np.float64)
    return Aggregate(
        firms=int(str(facts["firms"])),
        kinds=np.array(_listed(facts["kinds"]), dtype=np.int64),
        kind_firms=np.array(_listed(facts["kind_firms"]), dtype=np.float64),
        pieces=known_pieces([str(piece) for piece in text["piece"]], weights),
        text=summed if len(summed) else np.zeros(1),
        columns=tuple(columns),
        sets=tuple(sets),
        set_firms=tuple(firms),
        means=np.array(_listed(facts["means"]), dtype=np.float64),
        cities=cities,
        industries=table,
        national=national,
    )


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _set_rows(held: list[list[str]], columns: Mapping[str, int]) -> Sparse:
    row = np.repeat(np.arange(len(held)), [len(part) for part in held])
    column = np.array([columns[code] for part in held for code in part], dtype=np.int64)
    return sparse.csr_array((np.ones(len(column)), (row, column)), shape=(len(held), max(len(columns), 1)))


def listed_makers(listed: Listed, graph: ChainGraph) -> pd.DataFrame:
    """The makers by segment and city, for the segments of a graph that bear the same names in chains of the same names.

    Returns
    -------
    DataFrame
        As `sql/makers.sql`: chain_id, segment_id (missing = any segment of the chain), city (missing = not known),
        firms.
    """
    chains = graph["chains"][["chain_id", "chain"]]
    segments = graph["segments"][["segment_id", "chain_id", "segment"]].merge(chains, on="chain_id")
    whole = chains.assign(segment_id=pd.Series(np.nan, chains.index, dtype="str"), segment="")
    named = pd.concat([segments, whole], ignore_index=True)
    found = named.merge(listed.makers, on=["chain", "segment"])
    # A chain of which no segment is counted was drawn otherwise: its total says nothing about it.
    drawn = set(found.dropna(subset="segment_id")["chain_id"])
    found = found[found["chain_id"].isin(drawn)].assign(city=lambda rows: rows["city"].where(rows["city"] != ""))
    order = ["chain_id", "segment_id", "city"]
    return found[[*order, "firms"]].astype({"city": "str"}).sort_values(order, ignore_index=True)


def counts_of(makers: pd.DataFrame, region: str) -> pd.DataFrame | None:
    """How many makers each segment and its chain have in the country and in a region, as `sql/expected.sql` counts.

    None for a region smaller than a prefecture (the aggregate cannot say how many of its firms are there), and where
    none of the segments is counted.

    Parameters
    ----------
    makers
        From `listed_makers`.

    Returns
    -------
    DataFrame
        chain_id, segment_id, national, local, chain_national, chain_local.
    """
    if len(regions.region_path(region)) > _PREFECTURE or makers.empty:
        return None
    inside = {city: city_within(city, region) for city in makers["city"].dropna().unique()}
    return summed_makers(makers.assign(inside=makers["city"].map(inside).fillna(value=False).astype(bool)))


def summed_makers(makers: pd.DataFrame) -> pd.DataFrame:
    """Makers by segment, city and ``inside`` (whether they count as local), summed as `sql/expected.sql` counts them.

    Returns
    -------
    DataFrame
        chain_id, segment_id, national, local, chain_national, chain_local.
    """
    rows = makers.assign(local=makers["firms"].where(makers["inside"], 0)).rename(columns={"firms": "national"})
    each = rows.dropna(subset="segment_id").groupby(["chain_id", "segment_id"])[["national", "local"]].sum()
    whole = rows[rows["segment_id"].isna()].groupby("chain_id")[["national", "local"]].sum()
    counts = each.join(whole.add_prefix("chain_"), on="chain_id").reset_index()
    # A chain without any maker has no row of its own.
    totals = ["chain_national", "chain_local"]
    return counts.fillna(dict.fromkeys(totals, 0)).astype(dict.fromkeys(totals, "int64"))


def listed_base(listed: Listed, region: str) -> tuple[int | None, int | None]:
    """How many firms of the aggregate have a known seat and trade, and how many of these are in a region.

    Counted by their Shenwan industry, of which a firm has one; the second is None for a region smaller than a
    prefecture.
    """
    sums = listed.sums
    trades = np.array([code.startswith("shenwan:") for code in sums.columns[2]], dtype=bool)
    by_city = sums.industries[:, trades].sum(axis=1)
    if len(regions.region_path(region)) > _PREFECTURE:
        return int(by_city.sum()), None
    inside = np.array([city_within(city, region) for city in sums.cities], dtype=bool)
    return int(by_city.sum()), int(by_city[inside].sum())
