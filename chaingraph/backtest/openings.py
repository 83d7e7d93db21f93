"""Protocol openings: which city does a new foreign unit choose? What was there before its year is visible, no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.backtest.measures import interval, rounded, rounded_rows
from chaingraph.backtest.units import (
    NO_STYLE,
    SETS,
    STYLE_LIMIT,
    Units,
    auroc,
    city_lift,
    in_dev,
    meaning_lift,
    meanings,
    one_hot,
    recall,
    style_text,
    text_rows,
    within,
    without_style,
)
from chaingraph.errors import CaseError
from chaingraph.fit.kernels import Floats, Sparse
from chaingraph.labels import both

FIRST_YEAR = 2003
LEAST_POSITIVES = 12  # units from which a city is scored
HALF_LIFE = 4.0  # years after which a unit says half as much of what a city draws now
_PULL_YEARS = 3
_BANDS = (-1.0, 0.2, 0.5, 1.5, 4.0, 11.0, 30.0, 1e9)  # USD million
# Nats per term, chosen on the dev cities among what docs/units_ideas.md lists.
WEIGHTS = {
    "name": 1.0,
    "meaning": 1.0,
    "brand": 0.3,
    "trade": 0.3,
    "origin": 1.0,
    "capital": 0.5,
    "kin": 1.0,
    "pull": 0.5,
}
METHODS: dict[str, dict[str, float]] = {
    "random": {},
    "style_taken_out": {"style": 1.0},
    "name_length": {"length": 1.0},
    "name_kernel": {"name_first": 1.0},  # the reference: gains are paired with it
    "name_recent": {"name": 1.0},
    "name_meaning": {"meaning": 1.0},
    "name_and_origin": {"name": 1.0, "origin": 1.0, "capital": 0.5},
    "openings": WEIGHTS,
}
_CONTROLS = ("random", "style_taken_out", "name_length")
# Style words are taken out of what is scored; the length of what is left is the control that remains.
REFERENCE, SCORE, CONTROL = "name_kernel", "openings", "name_length"
MEASURES = ("auroc", "same_year", "same_province", "recall50", "recall100")


@dataclass(frozen=True)
class UnitTest:
    """What a protocol on units measured.

    ``summary``: one row per set (dev | held_out) and method: measures with 95 % intervals over cities, gain over the
    reference, paired by city, with interval. ``by_city``: one row per city and method. ``facts``: counts.
    ``control``: by set, the AUROC (same year) of the style control. ``sound``: whether no control is above
    `units.STYLE_LIMIT`; where it is not, nothing is to be said of the score. No control: the score reads no text.
    """

    protocol: str
    summary: pd.DataFrame
    by_city: pd.DataFrame
    facts: Mapping[str, float]
    control: Mapping[str, float]

    @property
    def sound(self) -> bool:
        """Whether the style control finds the city no better than it may."""
        return all(not value > STYLE_LIMIT for value in self.control.values())


def openings(units: Units, *, seed: int = 0) -> UnitTest:
    """How well does each method find the city that a new foreign unit chose?

    Rows are the foreign units from 2003 on; each scored city (12 of them or more) ranks all of them. Columns: AUROC
    over all, against units of the same year, and of the same year in other cities of the same province; share of the
    city's units in its first 50 and 100.

    Raises
    ------
    CaseError
        When no city has units enough.
    """
    asked = np.flatnonzero(units.foreign & (units.year >= FIRST_YEAR))
    counts = np.bincount(units.city[asked], minlength=len(units.cities))
    scored = np.flatnonzero(counts >= LEAST_POSITIVES)
    if not len(scored):
        raise CaseError(both("errors.too_few_units", least=LEAST_POSITIVES))
    terms = _terms(units, asked, scored, seed)
    year, city = units.year[asked], units.city[asked]
    province = np.array(units.province)[city]
    rows = []
    for column, place in enumerate(scored):
        positive = city == place
        near = province == units.province[place]
        for method, weights in METHODS.items():
            scores = terms["random"][:, column].copy() * (1e-9 if weights else 1.0)  # ties in a random order
            for term, weight in weights.items():
                scores += weight * terms[term][:, column]
            everyone = np.ones(len(asked), dtype=bool)
            rows.append(
                (
                    SETS[0] if in_dev(units.cities[place]) else SETS[1],
                    units.cities[place],
                    method,
                    int(positive.sum()),
                    auroc(scores, positive)[0],
                    within(scores, positive, year, everyone),
                    within(scores, positive, year, near),
                    recall(scores, positive, 50),
                    recall(scores, positive, 100),
                )
            )
    by_city = pd.DataFrame(rows, columns=["set", "city", "method", "units", *MEASURES])
    facts = {"units": float(len(asked)), "cities": float(len(scored)), "makers": float(len(units.city))}
    return summed_up("openings", by_city, facts, REFERENCE, CONTROL, "same_year", MEASURES)


def summed_up(
    protocol: str,
    by_city: pd.DataFrame,
    facts: Mapping[str, float],
    reference: str,
    control: str | None,
    column: str,
    measures: tuple[str, ...],
) -> UnitTest:
    """Means over cities with intervals, gains over the reference paired by city, and the control, if there is one."""
    rows = []
    for (part, method), own in by_city.groupby(["set", "method"], sort=False):
        told: dict[str, object] = {"set": part, "method": method, "cities": len(own)}
        for name in measures:
            values = own[name].to_numpy(dtype=np.float64)
            told[name] = float(np.nanmean(values)) if (~np.isnan(values)).any() else np.nan
            told[f"{name}_low"], told[f"{name}_high"] = interval(values)
        base = by_city[(by_city["set"] == part) & (by_city["method"] == reference)]
        gain = own[column].to_numpy(dtype=np.float64) - base[column].to_numpy(dtype=np.float64)
        told["gain"] = float(np.nanmean(gain))
        told["gain_low"], told["gain_high"] = interval(gain)
        rows.append(told)
    summary = pd.DataFrame(rows)
    found = summary[summary["method"] == control].set_index("set")[column]
    return UnitTest(protocol, summary, by_city, facts, {str(part): float(value) for part, value in found.items()})


def _terms(units: Units, asked: Any, scored: Any, seed: int) -> dict[str, Floats]:
    """Every term as a table of asked unit x scored city; year by year, from what was there before."""
    before = units.year < FIRST_YEAR
    texts = [without_style(text) for text in units.text]
    pieces = {
        "name_first": text_rows(texts, before, 2, 3),
        "name": text_rows(texts, before, 1, 3),
        "brand": text_rows([text[:2] for text in texts], before, 1, 1),
        "trade": text_rows([text[-3:] for text in texts], before, 1, 3),
        "style": text_rows([style_text(text) for text in units.text], before, 2, 4),
        "length": one_hot([min(len(text), 12) for text in texts]),
        "origin": one_hot(units.origin),
        "capital": one_hot(list(pd.cut(units.capital, _BANDS, labels=False))),
    }
    meant = meanings(texts, units.scope, before)
    styled = np.array([style_text(text) != NO_STYLE for text in units.text])  # no style word says nothing
    kin = one_hot([f"g{group}" if group >= 0 else text[:3] for group, text in zip(units.group, texts, strict=True)])
    shape = (len(asked), len(scored))
    found = {name: np.zeros(shape) for name in (*pieces, "meaning", "kin", "pull")}
    found["random"] = np.random.default_rng(seed).random(shape)
    for year in np.unique(units.year[asked]):
        rows = np.flatnonzero(units.year[asked] == year)
        seen = np.flatnonzero(units.year < year)
        age = year - units.year[seen]
        plain = _members(units, seen, np.ones(len(seen)))
        recent = _members(units, seen, 0.5 ** (age / HALF_LIFE))
        drawn = _members(units, seen, units.foreign[seen].astype(np.float64))
        for name, matrix in pieces.items():
            members = recent if name in ("name", "origin") else drawn if name == "capital" else plain
            found[name][rows] = city_lift(matrix[asked[rows]], members, matrix)[:, scored]
        found["meaning"][rows] = meaning_lift(meant[asked[rows]], recent, meant)[:, scored]
        found["style"][rows] *= styled[asked[rows]][:, None]
        found["capital"][rows] *= (~np.isnan(units.capital[asked[rows]]))[:, None]  # not known says nothing
        found["kin"][rows] = np.log1p(np.asarray((kin[asked[rows]] @ (plain @ kin).T).todense())[:, scored])
        last = seen[(age <= _PULL_YEARS) & units.foreign[seen]]
        drew = np.bincount(units.city[last], minlength=len(units.cities))
        found["pull"][rows] = np.log((drew[scored] + 0.5) / (drew.sum() + 50.0))[None, :]
    return found


def _members(units: Units, rows: Any, weights: Floats) -> Sparse:
    """City x unit, with the weight of each."""
    return sparse.csr_array((weights, (units.city[rows], rows)), shape=(len(units.cities), len(units.city)))


def units_as_json(result: UnitTest) -> dict[str, Any]:
    """All figures as plain values; without those of the score where the control takes the headline away."""
    summary, by_city = (
        frame if result.sound else frame[frame["method"].isin(_CONTROLS)] for frame in (result.summary, result.by_city)
    )
    return {
        "protocol": result.protocol,
        "sound": result.sound,
        "facts": rounded(result.facts),
        "control": rounded(result.control),
        "summary": rounded_rows(summary),
        "by_city": rounded_rows(by_city),
    }
