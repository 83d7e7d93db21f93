"""What a region is compared with: nothing, the aggregate in the box, or a national case. One noun, the same methods."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import pandas as pd

from chaingraph.facts.derived_tables import firm_places
from chaingraph.fit.aggregate import FEWEST
from chaingraph.fit.frozen import Population
from chaingraph.fit.listed import Listed, counts_of, listed_base, listed_makers, summed_makers
from chaingraph.fit.population import build_population, population_of, with_candidates
from chaingraph.matching.name_forms import stock_key
from chaingraph.model.case import cells_of, rows_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.places.distance import distance_km
from chaingraph.sql import Query

_MAINLAND = r"[036]\d{5}"  # stock codes of the main boards and the two growth boards
_SEPARATORS = re.compile(r"[、;;,,/]")
_CHINA = "中国"


class Reference(Protocol):
    """What expected counts, rival cities, lifts and base rates are relative to.

    `NoReference`, `ListedReference` and `NationalReference` answer the same questions, so that nobody has to ask which
    of them it is.
    """

    outside: ClassVar[bool]  # whether it knows firms beyond the case; without them every grade lacks something
    full_form: ClassVar[bool]  # whether the score has all its terms, whose weights a bureau can fit

    @property
    def firms(self) -> pd.DataFrame:
        """The firms that the surveyed graph has from it: firm_id, firm, and what else a table of firms holds."""

    def about(self) -> dict[str, object]:
        """What the output says of it: reference (its name), reference_kind (none, listed, case), date, firms."""

    def makers(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame:
        """Makers of the graph's segments by city, as `sql/makers.sql`: chain_id, segment_id, city, firms."""

    def counts(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame | None:
        """Makers of each segment in the country and in the region, as `sql/expected.sql`; None: cannot be told."""

    def population(self, graph: ChainGraph, firms: Collection[str] | None = None) -> Population:
        """The frozen population that the fit of the graph's firms is relative to.

        ``firms``: those that will be compared; None: all. Others need no row beside a population that is held.
        """

    def base(self, graph: ChainGraph, region: str) -> tuple[int | None, int | None]:
        """How many firms have a known seat, and how many of them are in the region; None: cannot be told."""


@dataclass(frozen=True)
class NoReference:
    """The case alone: it can say what is known of the region, not what should be there."""

    outside: ClassVar[bool] = False
    full_form: ClassVar[bool] = False

    @property
    def firms(self) -> pd.DataFrame:
        """None: the case's firms are its own."""
        return pd.DataFrame(columns=["firm_id", "firm"], dtype="str")

    def about(self) -> dict[str, object]:
        """That there is none."""
        return {"reference": None, "reference_kind": "none"}

    def makers(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame:
        """Without any row."""
        return pd.DataFrame(columns=["chain_id", "segment_id", "city", "firms"])

    def counts(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame | None:
        """Cannot be told."""
        return None

    def population(self, graph: ChainGraph, firms: Collection[str] | None = None) -> Population:
        """The case's own firms as loaded, all of them."""
        return build_population(*texts_and_codes(graph))

    def base(self, graph: ChainGraph, region: str) -> tuple[int | None, int | None]:
        """Of the case's own firms, which are no sample of the country but what somebody looked up.

        Of a case larger than memory nothing is told: the firms that were read are the first of every segment.
        """
        return (None, None) if graph.reading is not None else firms_compared(graph, firm_places(graph, region))


@dataclass(frozen=True)
class ListedReference:
    """The aggregate of listed firms that comes with the package: counts and sums, no firm."""

    listed: Listed
    outside: ClassVar[bool] = True
    full_form: ClassVar[bool] = False

    @property
    def firms(self) -> pd.DataFrame:
        """None: an aggregate holds no firm."""
        return pd.DataFrame(columns=["firm_id", "firm"], dtype="str")

    def about(self) -> dict[str, object]:
        """Name, date and number of firms."""
        return {
            "reference": self.listed.name,
            "reference_kind": "listed",
            "reference_date": self.listed.as_of,
            "reference_firms": self.listed.sums.firms,
        }

    def makers(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame:
        """Of segments that bear the same names in chains of the same names."""
        return listed_makers(self.listed, graph)

    def counts(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame | None:
        """Cannot be told of a region smaller than a prefecture."""
        return counts_of(self.makers(graph, region, query), region)

    def population(self, graph: ChainGraph, firms: Collection[str] | None = None) -> Population:
        """The sums; the firms of the graph are compared with them.

        A firm with a mainland stock code that was listed by the aggregate's date is part of it: its own pair is taken
        off, in the country and in the city of its seat.
        """
        held = graph["firms"]
        code = held["stock_code"].map(stock_key).astype("str")  # "" where there is none
        by_then = ~(held["listed"].fillna("").astype(str) > self.listed.as_of) if "listed" in held else True
        part = set(held.loc[code.str.fullmatch(_MAINLAND) & by_then, "firm_id"])
        places = firm_places(graph, _CHINA).set_index("firm_id")["prefecture"].fillna("")
        known = {str(firm): str(city) for firm, city in places.items() if firm in part}
        own, products, codes = texts_and_codes(graph, firms=firms)
        known = known if firms is None else {firm: city for firm, city in known.items() if firm in set(firms)}
        whole = population_of(self.listed.sums)
        return with_candidates(whole, products, codes, firms=set(own["firm_id"]), known=known)

    def base(self, graph: ChainGraph, region: str) -> tuple[int | None, int | None]:
        """Of the listed firms; the second cannot be told of a region smaller than a prefecture."""
        return listed_base(self.listed, region)


@dataclass(frozen=True)
class NationalReference:
    """A national case, whose firms are candidates too: the surveyed graph is merged with it."""

    case: ChainGraph
    outside: ClassVar[bool] = True
    full_form: ClassVar[bool] = True

    @property
    def firms(self) -> pd.DataFrame:
        """All of the case."""
        return self.case["firms"]

    def about(self) -> dict[str, object]:
        """Name, newest date and number of firms; of one larger than memory, what was read of it."""
        dates = self.case["firms"]["as_of"].dropna()
        told: dict[str, object] = {
            "reference": self.case.name,
            "reference_kind": "case",
            "reference_date": str(dates.max()) if len(dates) else None,
        }
        reading = self.case.reading
        if reading is None:
            return told | {"reference_firms": len(self.case["firms"])}
        return told | {
            "reference_read": reading.read,
            "reference_keep": reading.keep,
            "reference_firms": reading.counted,
        }

    def makers(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame:
        """Of the graph's segments, that its firms are tagged with; of a case larger than memory, counted when read."""
        counted = self.case.makers
        if not len(counted):
            return query("makers", tables=self._tables(region))
        return counted.groupby(["chain_id", "segment_id", "city"], dropna=False)["firms"].sum().reset_index()

    def counts(self, graph: ChainGraph, region: str, query: Query) -> pd.DataFrame | None:
        """Likewise."""
        counted = self.case.makers
        return summed_makers(counted) if len(counted) else query("expected", tables=self._tables(region))

    def population(self, graph: ChainGraph, firms: Collection[str] | None = None) -> Population:
        """Its firms, frozen; the firms of the graph are compared with them.

        What the region's case knows of a firm adds to what is known of it as a candidate or as a local firm, and
        changes nothing in the population.
        """
        matched = graph.matches.drop_duplicates("firm_id") if len(graph.matches) else pd.DataFrame()
        ids = {str(row["other_id"]): str(row["firm_id"]) for row in rows_of(matched)}
        frozen = frozen_population(self.case, graph["segments"], ids)
        own, products, codes = texts_and_codes(graph, firms=firms)
        known = set(ids.values()) & set(frozen.firm_ids)
        known = known if firms is None else known & set(firms)
        return with_candidates(frozen, products, codes, firms=set(own["firm_id"]), known=known)

    def base(self, graph: ChainGraph, region: str) -> tuple[int | None, int | None]:
        """Of its firms; of one larger than memory, where the first of every segment were read, nothing is told."""
        if self.case.reading is not None:
            return None, None
        inside = firm_places(self.case, region)["inside"].dropna().astype(bool)
        return len(inside), int(inside.sum())

    def _tables(self, region: str) -> dict[str, pd.DataFrame]:
        return {
            "reference_segments": self.case["firm_segments"],
            "reference_places": firm_places(self.case, region),
        }


def texts_and_codes(
    graph: ChainGraph, segments: pd.DataFrame | None = None, *, firms: Collection[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the fit may know of each firm: its product texts and its industry codes, nothing else.

    Country, tier, role, district, source and length of text stay outside. ``segments``: the table that says which
    industry a segment is, where it is not the graph's own. ``firms``: of these only.

    Returns
    -------
    firms, products, codes : DataFrame
        firms: firm_id. products: firm_id, product, share (0-1, NaN = not known), one row per product named.
        codes: firm_id, scheme, code; those of the firm itself and the GB/T 4754 classes of its segments.
    """
    wanted = None if firms is None else set(firms)
    own_firms, made, sold = (
        graph[table] if wanted is None else graph[table][graph[table]["firm_id"].isin(wanted)]
        for table in ("firms", "firm_segments", "firm_products")
    )
    rows = [made[["firm_id", "product", "share"]], sold[["firm_id", "product", "share"]]]
    texts = pd.concat(rows, ignore_index=True).dropna(subset=["product"])
    named = {  # a hundred thousand firms make a few thousand things
        text: [part.strip() for part in _SEPARATORS.split(text) if part.strip()] for text in texts["product"].unique()
    }
    texts["product"] = [named[text] for text in texts["product"].astype(object)]
    products = texts.explode("product", ignore_index=True).dropna(subset=["product"])
    industries = (graph["segments"] if segments is None else segments)[["segment_id", "gbt4754"]]
    classes = [
        (segment, "gbt4754", code)
        for segment, codes in industries.itertuples(index=False, name=None)
        for code in split(codes)
    ]
    by_segment = made[["firm_id", "segment_id"]].merge(
        pd.DataFrame(classes, columns=["segment_id", "scheme", "code"], dtype="str"), on="segment_id"
    )
    stated = cells_of(own_firms, "firm_id", "industry_scheme", "industry")
    own = [(firm, scheme, code) for firm, scheme, codes in stated if isinstance(scheme, str) for code in split(codes)]
    columns = ["firm_id", "scheme", "code"]
    codes = pd.concat([by_segment[columns], pd.DataFrame(own, columns=columns, dtype="str")])
    return own_firms[["firm_id"]], products.astype({"product": "str"}), codes.drop_duplicates(ignore_index=True)


def segments_with_basis(
    base: tuple[int | None, int | None], counts: pd.DataFrame | None, segments: Iterable[str]
) -> frozenset[str]:
    """In which segments may a multiple of what is usual be printed: what does the reference know?

    Parameters
    ----------
    base
        Of `Reference.base`: firms with a known seat, and those of them in the region. A region of which the reference
        has no firm, or more than half of them, cannot be held against it.
    counts
        Of `Reference.counts`; None where there is no reference but the case.
    segments
        All of the chains. Those without a maker in the reference are left out.
    """
    firms, local = base
    if firms is not None and local is not None and not 0 < 2 * local <= firms:
        return frozenset()
    if counts is None:
        return frozenset(segments)
    return frozenset(counts.loc[counts["national"] > 0, "segment_id"].astype("str"))


def firms_compared(graph: ChainGraph, places: pd.DataFrame) -> tuple[int, int]:
    """How many firms of a graph can be compared with others, by text or codes, and how many of these are in the region.

    ``places``: from `derived_tables.firm_places`.
    """
    _, products, codes = texts_and_codes(graph)
    comparable = set(products["firm_id"].unique()) | set(codes["firm_id"].unique())
    inside = set(places.loc[places["inside"].fillna(value=False).astype(bool), "firm_id"])
    return len(comparable), len(inside & comparable)


def frozen_population(national: ChainGraph, segments: pd.DataFrame, ids: Mapping[str, str] | None = None) -> Population:
    """The firms of a national case as it stands, with the cities of their seats.

    Parameters
    ----------
    segments
        Says which industry a segment is: the firms of a national case are tagged with segments of another one.
    ids
        The ids that some of the firms have in the graph that is surveyed.
    """
    firms, products, codes = texts_and_codes(national, segments)
    places = firm_places(national, _CHINA)[["firm_id", "prefecture"]]
    cities = firms.merge(places, on="firm_id").rename(columns={"prefecture": "city_key"})
    own = dict(ids or {})  # looked up, not replaced one by one: a register may share ten thousand firms with the case
    renamed = [
        frame.assign(firm_id=pd.Series([own.get(firm, firm) for firm in frame["firm_id"]], frame.index, dtype="str"))
        for frame in (cities, products, codes)
    ]
    return build_population(renamed[0], renamed[1], renamed[2], distance=distance_km, fewest=FEWEST)
