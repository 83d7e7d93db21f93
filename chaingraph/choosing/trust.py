"""How far the lists of a region can be trusted: the back-test of its own city, and what a blind pick would find."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from chaingraph.facts.source_kinds import firm_origins, source_kind
from chaingraph.fit.reference import Reference
from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import TRUST_COLUMNS
from chaingraph.model.results.told import NOTHING, Several, Words, place, reason
from chaingraph.places import regions
from chaingraph.wording.phrases import number, percent

MIN_HIDDEN = 10  # of a city, to say a figure for it alone
BASELINE = "same_industry"
TEST_COLUMNS = ("protocol", "city", "method", "hidden", "auroc", "recall100")
_METHODS = ("sums", "score", BASELINE)  # three terms (the reference in the box), five terms, what they are held against
PROTOCOLS = ("hide30", "temporal", "outcomes")
_DECIDING = frozenset({"unsure", "basis", "old"})  # each alone is a C
_AGED_YEARS, _OLD_YEARS = 3, 5  # of what a firm makes


@dataclass(frozen=True)
class Base:
    """How many firms of the reference are in the region (without one: of the case); by chain where it can be told.

    ``firms`` and ``local``: those whose seat is known, and those of them in the region; None = cannot be told.
    ``chains``: chain_id, firms, local: the same, of those that make something in the chain.
    """

    firms: int | None
    local: int | None
    chains: pd.DataFrame


@dataclass(frozen=True)
class Measured:
    """What a run's score can be measured by: figures by city (`TEST_COLUMNS`), and how they apply to the run.

    ``method``: the score that the figures are of, sums (three terms, the reference in the box) or score (five terms).
    ``applies``: sums or score (as shipped), file (the reader's own test), none (a run without a reference is not
    tested), weights (neither are fitted ones).
    """

    figures: pd.DataFrame
    method: str
    applies: str


def measured_by(reference_kind: object, *, weights: bool, own: pd.DataFrame | None) -> Measured:
    """Which figures a run is measured by.

    Parameters
    ----------
    reference_kind
        none, listed or case.
    weights
        Whether the run uses fitted weights.
    own
        Figures of the reader's own back-test (`figures_of`); None: those that come with the package.
    """
    figures = shipped_figures() if own is None else own
    listed = reference_kind == "listed" and (figures["method"] == "sums").any()
    method = "sums" if listed else "score"
    if weights:
        return Measured(figures, method, "weights")
    if reference_kind == "none":
        return Measured(figures, method, "none")
    return Measured(figures, method, method if own is None else "file")


def figures_of(stored: Mapping[str, Any]) -> pd.DataFrame:
    """The figures by city of a stored back-test (`chaingraph.backtest.as_json`): each city ranks all hidden firms.

    Returns
    -------
    DataFrame
        protocol, city (missing = mean of the cities), method, hidden (firms), auroc, recall100 (0-1; NaN = not known).
    """
    means = [{**row, "city": None, "hidden": stored["facts"]["hidden"]} for row in stored["summary"]]
    rows = [
        {**row, "protocol": stored["protocol"]}
        for row in (*means, *stored["by_city"])
        if row["pool"] == "A" and row["method"] in _METHODS
    ]
    return _typed(pd.DataFrame(rows, columns=list(TEST_COLUMNS)))


def _typed(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.astype({name: "str" if name in TEST_COLUMNS[:3] else "float64" for name in TEST_COLUMNS})


@cache
def shipped_figures() -> pd.DataFrame:
    """The figures by city that come with the package (``library/backtest_cities.csv``), as `figures_of`."""
    content = (files("chaingraph") / "library" / "backtest_cities.csv").read_text(encoding="utf-8")
    texts = TEST_COLUMNS[:3]
    rows = [
        {name: cell or (None if name in texts else "nan") for name, cell in row.items()}  # an empty figure is not known
        for row in csv.DictReader(content.splitlines())
    ]
    return _typed(pd.DataFrame(rows, columns=list(TEST_COLUMNS)))


def city_figures(figures: pd.DataFrame, city: str | None, method: str) -> dict[str, float] | None:
    """What one protocol found in a city, or in their mean (None): hidden, auroc, base, recall100.

    ``base`` is of the same-industry count (NaN = none).

    None where the city was not tested, or on fewer than `MIN_HIDDEN` firms: then nothing is said of it alone.
    """
    asked = figures["city"].isna() if city is None else figures["city"] == city
    own = figures[asked].set_index("method")
    if method not in own.index or not float(own["hidden"][method]) >= MIN_HIDDEN:
        return None
    base = float(own["auroc"][BASELINE]) if BASELINE in own.index else math.nan
    return {**{name: float(own[name][method]) for name in ("hidden", "auroc", "recall100")}, "base": base}


def describe_trust(
    region: str, tested: Measured, base: Base, reference: Mapping[str, object], chains: list[str]
) -> pd.DataFrame:
    """How far the lists can be trusted, in words.

    Parameters
    ----------
    reference
        What the run's parameters say of it: reference (name), reference_kind (none, listed, case).
    chains
        The chains that are surveyed.

    Returns
    -------
    DataFrame
        One row per statement: chain_id (NaN = of every chain), kind (own_hide30, own_temporal, own_outcomes, about,
        base_chain, base_all), value (AUROC, or a share of firms, 0-1; NaN = cannot be told), plain (for a leader),
        exact (for an analyst).
    """
    rows = [
        *_own(region, tested),
        _about(tested, reference),
        _base_all(region, base, reference),
        *(_base_chain(region, base, chain, reference) for chain in chains),
    ]
    frame = pd.DataFrame([row for row in rows if row], columns=list(TRUST_COLUMNS))
    return frame.astype({"chain_id": "str", "kind": "str", "value": "float64"})


def _own(region: str, tested: Measured) -> Iterator[tuple[object, ...]]:
    city = regions.city_of_region(region)
    for protocol in PROTOCOLS:
        figures = tested.figures[tested.figures["protocol"] == protocol]
        if figures.empty:
            continue
        found, entry = city_figures(figures, city, tested.method) if city else None, protocol
        value = found["auroc"] if found else math.nan
        if found is None:
            found, entry = city_figures(figures, None, tested.method), "few" if city else "wide"
        if found is None:
            continue
        words = {
            "region": place(city or region),
            "least": MIN_HIDDEN,
            "percent": percent(found["auroc"], sign=""),
            "base": percent(found["base"], sign=""),
            "hidden": number(found["hidden"], 0),
        }
        plain: Words = reason(f"trust.own_{entry}", **words)
        if entry != protocol:
            plain = Several((reason(f"trust.how_{protocol}"), plain), between=NOTHING)
        exact = reason(
            "trust.own_exact",
            auroc=_digits(found["auroc"]),
            base=_digits(found["base"]),
            recall=percent(found["recall100"], sign=""),
        )
        yield None, f"own_{protocol}", value, plain, Several((plain, exact), between=NOTHING)


def _about(tested: Measured, reference: Mapping[str, object]) -> tuple[object, ...]:
    applies = reason(f"trust.about_{tested.applies}", name=reference.get("reference") or "-")
    told = Several((applies, reason("trust.about_all")), between=NOTHING)
    return None, "about", math.nan, told, told


def _base_all(region: str, base: Base, reference: Mapping[str, object]) -> tuple[object, ...]:
    if not base.firms or base.local is None:
        unknown = reason("trust.base_unknown", region=place(region))
        return None, "base_all", math.nan, unknown, unknown
    kind = "sample" if reference["reference_kind"] == "none" else "all"
    told = _rate(kind, region, base.firms, base.local, reference)
    return None, "base_all", base.local / base.firms, told, told


def _base_chain(region: str, base: Base, chain_id: str, reference: Mapping[str, object]) -> tuple[object, ...] | None:
    held = base.chains[base.chains["chain_id"] == chain_id]
    if held.empty or not int(held["firms"].iloc[0]):
        return None
    firms, local = int(held["firms"].iloc[0]), int(held["local"].iloc[0])
    told = _rate("chain", region, firms, local, reference)
    return chain_id, "base_chain", local / firms, told, told


def _rate(kind: str, region: str, firms: int, local: int, reference: Mapping[str, object]) -> Words:
    kind_of = "listed" if reference["reference_kind"] == "listed" else "of"
    whose = reason(f"trust.{kind_of}", name=reference.get("reference"))
    words = {"whose": whose, "region": place(region), "firms": f"{firms:,}", "local": f"{local:,}"}
    entry = f"base_{kind}" if local else f"base_{kind}_nobody"
    return reason(f"trust.{entry}", share=number(100 * local / firms, 1), **words)


def _digits(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def evidence_grade(
    *,
    text: bool,
    code: bool,
    comparable: int,
    confidences: tuple[object, object],
    national: bool,
    basis: bool = True,
    years: float = 0.0,
) -> str:
    """A, B or C: how much stands behind a row.

    A: product text, industry, at least 10 comparable local firms, firm row and segment row both ``seen``, and a
    national reference. B: one of these lacking. C: two or more lacking, a row ``unsure``, or no ``basis`` for a
    multiple (`fit.reference.segments_with_basis`). Facts age: what it makes, read more than three years ago, is B at
    best, more than five C (`age_in_years`); a date that is not stated ages nothing.

    Examples
    --------
    >>> evidence_grade(text=True, code=True, comparable=12, confidences=("seen", "seen"), national=False)
    'B'
    """
    return _grade(
        _lacking(
            text=text,
            code=code,
            comparable=comparable,
            confidences=confidences,
            national=national,
            basis=basis,
            years=years,
        )
    )


def _lacking(
    *,
    text: bool,
    code: bool,
    comparable: int,
    confidences: tuple[object, object],
    national: bool,
    basis: bool,
    years: float,
) -> tuple[str, ...]:
    """Which conditions of grade A a row lacks, by code."""
    held = {
        "text": not text,
        "industry": not code,
        "comparable": comparable < 10,
        "seen": any(value != "seen" for value in confidences),
        "national": not national,
        "unsure": "unsure" in confidences,
        "basis": not basis,
        "old": years > _OLD_YEARS,
        "aged": _OLD_YEARS >= years > _AGED_YEARS,
    }
    return tuple(name for name, lacks in held.items() if lacks)


def _grade(lacking: tuple[str, ...]) -> str:
    if not _DECIDING.isdisjoint(lacking) or len(set(lacking) - {"aged"}) >= 2:
        return "C"
    return "B" if lacking else "A"


def age_in_years(date: object, day: str) -> float:
    """How old a date is on a day, in years; 0 where one of them is not known.

    Examples
    --------
    >>> age_in_years("2020-12-31", "2025-12-31"), age_in_years("2020", "2025-06-01"), age_in_years(None, "2025")
    (5.0, 4.5, 0.0)
    """
    if not isinstance(date, str) or not day:
        return 0.0
    # A bare year may mean its December: what is not known ages nothing.
    one, other = (int(text[:4]) * 12 + int(text[5:7] or last) for text, last in ((date, "12"), (day, "1")))
    return max(0.0, (other - one) / 12)


def only_with_basis(ranked: pd.DataFrame, segments: frozenset[str]) -> pd.DataFrame:
    """The rows, with a multiple only where the reference can say what is usual; s, which orders, stays."""
    figures = [name for name in ("fit_lift", "fit_low", "fit_high", "top_share") if name in ranked]
    return ranked.assign(**{name: ranked[name].where(ranked["segment_id"].isin(segments)) for name in figures})


def graded(
    ranked: pd.DataFrame, facts: pd.DataFrame, with_basis: frozenset[str], day: str, *, national: bool
) -> pd.DataFrame:
    """The rows with the grade of their evidence (`evidence_grade`) and, of a C, what it lacks (`grade_lacks`)."""
    firm_confidence = ranked["firm_id"].map(facts["confidence"])
    known = ranked.fillna({"text": False, "industry": False, "comparable": 0})
    lacking = [
        _lacking(
            text=row["text"],
            code=row["industry"],
            comparable=row["comparable"],
            confidences=(confidence, row["confidence"]),
            national=national,
            basis=row["segment_id"] in with_basis,
            years=age_in_years(row.get("as_of"), day),
        )
        for row, confidence in zip(rows_of(known), firm_confidence, strict=True)
    ]
    grades = [_grade(held) for held in lacking]
    lacks = [held if grade == "C" else () for held, grade in zip(lacking, grades, strict=True)]
    return ranked.assign(
        evidence_grade=pd.Series(grades, index=ranked.index, dtype="str"),
        grade_lacks=pd.Series(lacks, index=ranked.index, dtype="object"),
    )


def sourced(ranked: pd.DataFrame, graph: ChainGraph, reference: Reference) -> pd.DataFrame:
    """What each row rests on (`source_kinds`), and which case its firm comes from."""
    origins = firm_origins(graph, reference.firms, ranked["firm_id"])
    kinds = [source_kind(*cells) for cells in zip(ranked["source"], ranked["confidence"], strict=True)]
    return ranked.assign(
        source_kind=pd.Series(kinds, index=ranked.index, dtype="str"), origin=ranked["firm_id"].map(origins)
    )
