"""The chance that a group comes to a city within three years, fitted on units that groups opened, and how far it holds.

Pairs of group and city at a reference date, as in `chaingraph.backtest.entries`: the group has a unit elsewhere and
none in the city. The chance is a logistic of the group's new units, its provinces and the city's share of all units of
groups (`chaingraph.fit.entry_rates`); names are left out, since a run rarely knows those of a group's units. Only
windows count in which units of the city's province are on record in every year: where a register has a hole, nobody
could come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import beta

from chaingraph.backtest.entries import STARTS
from chaingraph.backtest.methods import FOLDS, fit_weights
from chaingraph.backtest.refit import quoted
from chaingraph.backtest.units import Units, auroc
from chaingraph.errors import CaseError
from chaingraph.fit.entry_rates import LEAST_UNITS, TERMS, YEARS, EntryRate, EntryRates, terms_of
from chaingraph.fit.kernels import Floats, Integers
from chaingraph.labels import LANGUAGES, both, text
from chaingraph.matching.name_forms import normalise_name

LEAST_ENTRIES = 200  # that came, from which a bureau's own rates may be fitted
_DRAWS = 2_000  # of cities, for intervals
_BINS = 5
_CITIES = 5  # with fewer, groups are held out, not cities, and intervals are Jeffreys'
_CELL = ["start", "city", "recent", "provinces", "fold"]


@dataclass(frozen=True)
class EntryFit:
    """What fitting gave.

    ``came``, ``pairs``: what it rests on. ``rates``: the fitted ones, or those before where there were too few or they
    did no better. ``fitted``: whether they are the fitted ones. ``before_loss``, ``fitted_loss``: error of the chances
    on groups held out, in nats per entry (lower is better; NaN where nothing was fitted).
    """

    came: int
    pairs: int
    rates: EntryRates
    fitted: bool
    before_loss: float
    fitted_loss: float


def with_outcomes(tables: Mapping[str, pd.DataFrame], outcomes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A case of units with a bureau's own outcomes (firm, region, date) as further units of the groups they name.

    A firm is a group's where the names are the same; others, and those without a date, are left out.

    Examples
    --------
    >>> firms = pd.DataFrame({"firm_id": ["g"], "firm": ["甲集团"]})
    >>> sites = pd.DataFrame({"firm_id": [], "unit_id": [], "region": [], "since": [], "kind": []}, dtype="str")
    >>> came = pd.DataFrame({"firm": ["甲集团", "乙"], "region": "嘉兴", "date": "2024"})
    >>> with_outcomes({"firms": firms, "firm_sites": sites}, came)["firm_sites"]["firm_id"].tolist()
    ['g']
    """
    firms = tables["firms"]
    ids = dict(zip(map(normalise_name, firms["firm"]), firms["firm_id"], strict=True))
    held = outcomes.assign(firm_id=outcomes["firm"].map(lambda name: ids.get(normalise_name(str(name)))))
    held = held[held["firm_id"].notna() & held["date"].notna()].drop_duplicates(["firm_id", "region", "date"])
    units = held["firm_id"] + "@" + held["region"] + held["date"]
    named = pd.DataFrame({"firm_id": units, "firm": held["firm"]})
    sites = pd.DataFrame(
        {"firm_id": held["firm_id"], "unit_id": units, "region": held["region"], "since": held["date"]}
    ).assign(kind="subsidiary")
    return {
        **tables,
        "firms": pd.concat([firms, named], ignore_index=True),
        "firm_sites": pd.concat([tables["firm_sites"], sites], ignore_index=True),
    }


def entry_cells(units: Units, among: Callable[[str], bool] = lambda city: True) -> pd.DataFrame:
    """Pairs of group and city at every reference date, counted by what the chance depends on.

    Returns
    -------
    DataFrame
        One row per start (year), city, recent, provinces and fold (of groups): units (of groups in the city before the
        date), every (likewise, anywhere), pairs, came.
    """
    grouped = units.group >= 0
    provinces = pd.factorize(pd.Series(units.province))[0]
    asked = np.array([among(city) for city in units.cities], dtype=bool)
    parts = []
    for start in STARTS:
        own = grouped & (units.year < start)
        counts = np.bincount(units.city[own], minlength=len(units.cities))
        later = (units.year >= start) & (units.year < start + YEARS)
        years = pd.DataFrame({"place": provinces[units.city[later]], "year": units.year[later]})
        whole = years.drop_duplicates()["place"].value_counts()
        covered = np.isin(provinces, whole.index[whole == YEARS])
        if not own.any():
            continue
        group, city, year = units.group[own], units.city[own], units.year[own]
        rows = pd.DataFrame({"group": group, "city": city, "year": year, "place": provinces[city]})
        new = rows[rows["year"] >= start - YEARS].drop_duplicates(["group", "city", "year"])["group"].value_counts()
        record = rows.groupby("group")["place"].nunique().to_frame("provinces")
        record["recent"] = new.reindex(record.index).fillna(0).astype(int)
        record["fold"] = record.index.to_numpy() % FOLDS
        here = rows[["group", "city"]].drop_duplicates()
        came = pd.DataFrame({"group": units.group[later & grouped], "city": units.city[later & grouped]})
        came = came.drop_duplicates().merge(here, how="left", on=["group", "city"], indicator="was")
        came = came[(came["was"] == "left_only") & came["group"].isin(record.index)]
        everyone = record.value_counts().rename("pairs")
        held, entered = (
            frame.join(record, on="group").groupby(["city", *record.columns]).size() for frame in (here, came)
        )
        for place in np.flatnonzero(covered & asked & (counts >= LEAST_UNITS)):
            cells = everyone.to_frame()
            for name, found in (("held", held), ("came", entered)):
                there = found.xs(place, level="city") if place in found.index.get_level_values("city") else None
                cells[name] = 0 if there is None else there.reindex(cells.index)
            cells = cells.fillna(0).astype(int).reset_index()
            cells["pairs"] -= cells.pop("held")
            parts.append(cells.assign(start=start, city=units.cities[place], units=counts[place], every=int(own.sum())))
    if not parts:
        return pd.DataFrame(columns=[*_CELL, "units", "every", "pairs", "came"])
    cells = pd.concat(parts, ignore_index=True)
    return cells[cells["pairs"] > 0].sort_values(_CELL, ignore_index=True)


def fit_entries(
    units: Units,
    *,
    source: str,
    on: str,
    before: EntryRates | None = None,
    among: Callable[[str], bool] = lambda city: True,
    least: int = LEAST_ENTRIES,
    seed: int = 0,
) -> EntryFit:
    """Fit the chance of coming within three years.

    Parameters
    ----------
    units
        Units that groups opened, from `chaingraph.backtest.units.units_of`.
    source, on
        What they are, and the day of the fit: stand in the file.
    before
        The rates that must be beaten on groups held out (five folds); None: there are none yet.
    among
        The cities to learn from.
    least
        Entries needed; with fewer the former rates stay.
    seed
        Of the folds and draws of cities.

    Raises
    ------
    CaseError
        When there are too few entries and no rates before.
    """
    cells = entry_cells(units, among)
    came, pairs = int(cells["came"].sum()), int(cells["pairs"].sum())
    if came < least:
        if before is None:
            raise CaseError(both("ledger.entries_few", count=came, least=least))
        return EntryFit(came, pairs, before, fitted=False, before_loss=np.nan, fitted_loss=np.nan)
    before_loss = np.nan
    fold = cells["fold"].to_numpy()
    after = _loss(cells, _apart(cells, fold))
    if before is not None:
        before_loss = _loss(cells, _odds(cells, np.array([before.coefficients[term] for term in TERMS])))
        if not after < before_loss:
            return EntryFit(came, pairs, before, fitted=False, before_loss=before_loss, fitted_loss=after)
    counts = pd.Series(np.array(units.cities)[units.city[units.group >= 0]]).value_counts().sort_index()
    told = calibration(cells, seed=seed)
    begins = [0.0, *told["begins"].iloc[1:]]
    rates = EntryRates(
        source=source,
        on=on,
        first=int(cells["start"].min()),
        last=int(cells["start"].max()) + YEARS - 1,
        pairs=pairs,
        came=came,
        units=int(counts.sum()),
        coefficients=dict(zip(TERMS, map(float, _fitted(cells)), strict=True)),
        rates=tuple(
            EntryRate(float(at), int(row["pairs"]), int(row["came"]), float(row["low"]), float(row["high"]))
            for at, row in zip(begins, told.to_dict("records"), strict=True)
        ),
        cities={str(city): int(count) for city, count in counts.items() if count >= LEAST_UNITS},
    )
    return EntryFit(came, pairs, rates, fitted=True, before_loss=before_loss, fitted_loss=after)


def calibration(cells: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Chances told by a fit on other cities against what happened: fifths of the expected entries, lowest first.

    Returns
    -------
    DataFrame
        One row per fifth: begins (the lowest chance told in it), pairs, told and seen (chance, 0-1), low, high (95 % of
        draws of cities), came.
    """
    chance = 1.0 / (1.0 + np.exp(-_held_out(cells, seed)))
    names, at = np.unique(cells["city"], return_inverse=True)
    draw = np.random.default_rng(seed)
    order = np.argsort(chance, kind="stable")
    expected = np.cumsum((chance * cells["pairs"].to_numpy())[order])
    fifth = np.empty(len(cells), dtype=np.int64)
    fifth[order] = np.minimum((_BINS * expected / expected[-1]).astype(int), _BINS - 1)
    rows = []
    for _, held in cells.assign(place=at, chance=chance).groupby(fifth):
        by_city = held.groupby("place")[["pairs", "came"]].sum().reindex(range(len(names)), fill_value=0).to_numpy()
        pairs, came = by_city.sum(axis=0)
        if len(names) < _CITIES:
            low, high = (float(beta.ppf(share, came + 0.5, pairs - came + 0.5)) for share in (0.025, 0.975))
        else:
            drawn = by_city[draw.integers(len(names), size=(_DRAWS, len(names)))].sum(axis=1)
            low, high = np.quantile(drawn[:, 1] / np.maximum(drawn[:, 0], 1), [0.025, 0.975])
        told = float((held["chance"] * held["pairs"]).sum()) / pairs
        rows.append((float(held["chance"].min()), int(pairs), told, came / pairs, float(low), float(high), int(came)))
    return pd.DataFrame(rows, columns=["begins", "pairs", "told", "seen", "low", "high", "came"])


def entry_auroc(cells: pd.DataFrame, *, seed: int = 0) -> float:
    """AUROC over all pairs of chances told by a fit on other cities."""
    odds, came = _held_out(cells, seed), cells["came"].to_numpy()
    parts = [np.repeat(odds, count) for count in (cells["pairs"].to_numpy() - came, came)]
    return auroc(np.concatenate(parts), np.repeat([False, True], [len(part) for part in parts]))[0]


def _held_out(cells: pd.DataFrame, seed: int) -> Floats:
    """The log odds of every cell by a fit on other cities; where there are too few, on other groups."""
    names, at = np.unique(cells["city"], return_inverse=True)
    if len(names) < _CITIES:
        return _apart(cells, cells["fold"].to_numpy())
    return _apart(cells, np.random.default_rng(seed).permutation(len(names))[at] % FOLDS)


def _rows(cells: pd.DataFrame) -> Floats:
    columns = cells[["recent", "provinces", "units", "every"]].to_numpy(dtype=np.float64)
    return np.array([terms_of(*row) for row in columns], dtype=np.float64)


def _odds(cells: pd.DataFrame, coefficients: Floats) -> Floats:
    found: Floats = _rows(cells) @ coefficients
    return found


def _fitted(cells: pd.DataFrame) -> Floats:
    """Constant and coefficients."""
    pairs, came = (cells[name].to_numpy(dtype=np.float64) for name in ("pairs", "came"))
    return fit_weights(_rows(cells)[:, 1:], came, trials=pairs)


def _apart(cells: pd.DataFrame, fold: Integers) -> Floats:
    """The log odds of every cell by a fit without its fold."""
    odds = np.zeros(len(cells))
    for number in np.unique(fold):
        odds[fold == number] = _odds(cells[fold == number], _fitted(cells[fold != number]))
    return odds


def _loss(cells: pd.DataFrame, odds: Floats) -> float:
    """What the truth costs under these odds, in nats per entry."""
    pairs, came = (cells[name].to_numpy(dtype=np.float64) for name in ("pairs", "came"))
    return float((pairs * np.logaddexp(0.0, odds) - came * odds).sum() / came.sum())


def reading(result: EntryFit, lang: str = "zh", *, least: int = LEAST_ENTRIES) -> str:
    """What came of it, as a sentence."""
    values = {
        "count": result.came,
        "least": least,
        "before": f"{result.before_loss:.3f}",
        "fitted": f"{result.fitted_loss:.3f}",
    }
    if result.fitted:
        return text("ledger.entries_fitted", lang, **values)
    return text("ledger.entries_few" if result.came < least else "ledger.entries_no_better", lang, **values)


def as_toml(result: EntryFit, head: str = "fitted on a bureau's own units (chaingraph run --likelihood FILE)") -> str:
    """The rates as a file, with where they come from.

    Raises
    ------
    CaseError
        When the rates are the former ones: a file of them would look like a finding.
    """
    if not result.fitted:
        raise CaseError({lang: reading(result, lang) for lang in LANGUAGES})
    rates = result.rates
    lines = [
        f"# Chance that a group comes to a city within three years, {head}",
        f"source = {quoted(rates.source)}",
        f"on = {quoted(rates.on)}",
        *(f"{name} = {getattr(rates, name)}" for name in ("first", "last", "pairs", "came", "units")),
        "",
        "[coefficients]",
        *(f"{term} = {rates.coefficients[term]:.6g}" for term in TERMS),
        "",
        "[cities]",
        *(f"{quoted(city)} = {count}" for city, count in rates.cities.items()),
    ]
    for rate in rates.rates:
        lines += ["", "[[rates]]", *(f"{name} = {value:.6g}" for name, value in vars(rate).items())]
    return "\n".join(lines) + "\n"
