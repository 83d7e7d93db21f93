"""How often groups with a record like this one's came to a city within three years: an estimate, with its interval.

The rates were fitted on registrations (`chaingraph.backtest.entry_fit`) and are kept as a few coefficients and counts
of units by city, ``library/entry_rates.toml`` or a bureau's own file; no row of any register is in them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chaingraph.errors import CaseError
from chaingraph.labels import both

TERMS = ("constant", "recent", "provinces", "share")
YEARS = 3  # of a window: what came within them, and what counts as recent
LEAST_UNITS = 10  # units of groups in a city from which its count is kept: smaller cells tell of single firms
LEAST_SEEN = 10  # entries on which a rate must rest to be told


@dataclass(frozen=True)
class EntryRate:
    """How often it came true among pairs of group and city alike: ``came`` of ``pairs``.

    ``begins``: the chance by the coefficients from which a pair belongs here; ``low``, ``high``: 95 % interval (0-1).
    """

    begins: float
    pairs: int
    came: int
    low: float
    high: float

    @property
    def chance(self) -> float:
        """The share that came true."""
        return self.came / self.pairs


@dataclass(frozen=True)
class EntryRates:
    """Coefficients, what became of the pairs they put together, and city sums.

    ``source``, ``on``: what they were fitted on, and when; ``first``, ``last``: years of the windows; ``pairs``: groups
    times cities looked at, of which ``came`` came true. ``coefficients``: by `TERMS`, log odds. ``rates``: what
    happened where a fit on other cities told as much, lowest first. ``units``: units of groups in all; ``cities``:
    those in each city with `LEAST_UNITS` of them.
    """

    source: str
    on: str
    first: int
    last: int
    pairs: int
    came: int
    units: int
    coefficients: Mapping[str, float]
    rates: tuple[EntryRate, ...]
    cities: Mapping[str, int]


def terms_of(recent: float, provinces: float, units: float, every: float) -> tuple[float, ...]:
    """The terms of a group and a city, in the order of `TERMS`.

    ``recent``: cities and years of its units of the last three years; ``provinces`` with a unit; ``units`` of groups in
    the city, of ``every`` one.

    Examples
    --------
    >>> terms_of(0, 1, 10, 1000)[:3]
    (1.0, 0.0, 0.0)
    """
    return 1.0, math.log1p(recent), math.log(provinces), math.log((units + 0.5) / every)


def entry_rate(rates: EntryRates, city: str, recent: int, provinces: int) -> EntryRate | None:
    """How often groups with such a record opened a unit in such a city within three years.

    None where the city has no count of its own, or the rate rests on fewer than `LEAST_SEEN` entries.

    Examples
    --------
    >>> held = EntryRates("x", "2026", 1998, 2015, 1100, 30, 100, dict.fromkeys(TERMS, 0.0) | {"constant": -4.0},
    ...                   (EntryRate(0.0, 1000, 15, 0.01, 0.02), EntryRate(0.1, 100, 15, 0.1, 0.2)), {"嘉兴": 12})
    >>> entry_rate(held, "嘉兴", 1, 2).chance, entry_rate(held, "苏州", 1, 2)
    (0.015, None)
    """
    count = rates.cities.get(city)
    if count is None:
        return None
    terms = terms_of(recent, provinces, count, rates.units)
    odds = sum(rates.coefficients[name] * value for name, value in zip(TERMS, terms, strict=True))
    chance = 1.0 / (1.0 + math.exp(-odds))
    found = [rate for rate in rates.rates if chance >= rate.begins][-1]
    return found if found.came >= LEAST_SEEN else None


def about(rates: EntryRates) -> dict[str, object]:
    """What a run's record says of the rates it used."""
    return {name: getattr(rates, name) for name in ("source", "on", "first", "last", "pairs", "came")}


@cache
def shipped_rates() -> EntryRates:
    """The rates that come with the package (``library/entry_rates.toml``)."""
    name = "entry_rates.toml"
    return read_entry_rates((files("chaingraph") / "library" / name).read_text(encoding="utf-8"), name)


def read_entry_rates(content: str, name: str = "entry_rates") -> EntryRates:
    """The rates of a file of `chaingraph.backtest.entry_fit.as_toml`; ``name`` is the file's, for messages.

    Raises
    ------
    CaseError
        When it is no TOML, or an entry is missing or not of its kind.

    Examples
    --------
    >>> read_entry_rates("came = 3")
    Traceback (most recent call last):
    chaingraph.errors.CaseError: ...
    """
    try:
        held = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(both("errors.likelihood_no_toml", file=name, detail=error)) from error

    def given(entry: str, of: Mapping[str, object], *kinds: type) -> object:
        value = of.get(entry)
        wrong = not isinstance(value, kinds) or isinstance(value, bool)
        if wrong or (isinstance(value, float) and not math.isfinite(value)):
            raise CaseError(both("errors.likelihood_value", file=name, entry=entry, value=repr(value)[:80]))
        return value

    def number(entry: str, of: Mapping[str, object]) -> float:
        return float(str(given(entry, of, int, float)))

    def count(entry: str, of: Mapping[str, object]) -> int:
        return int(str(given(entry, of, int)))

    def table(entry: str) -> dict[str, object]:
        value = given(entry, held, dict)
        return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}

    coefficients, cities = table("coefficients"), table("cities")
    rows = given("rates", held, list)
    rates = []
    for row in rows if isinstance(rows, list) else []:
        cells = row if isinstance(row, dict) else {}
        shares = {entry: number(entry, cells) for entry in ("begins", "low", "high")}
        rates.append(EntryRate(**shares, pairs=count("pairs", cells), came=count("came", cells)))
    found = EntryRates(
        source=str(given("source", held, str)),
        on=str(given("on", held, str)),
        **{entry: count(entry, held) for entry in ("first", "last", "pairs", "came", "units")},
        coefficients={term: number(term, coefficients) for term in TERMS},
        rates=tuple(rates),
        cities={city: count(city, cities) for city in cities},
    )
    begins = [rate.begins for rate in rates]
    for entry, value, wrong in (
        ("units", found.units, found.units < 1),
        ("rates", begins, begins != sorted(begins) or begins[:1] != [0.0]),
        ("pairs", [rate.pairs for rate in rates], any(rate.pairs < max(1, rate.came) for rate in rates)),
    ):
        if wrong:
            raise CaseError(both("errors.likelihood_value", file=name, entry=entry, value=str(value)[:80]))
    return found
