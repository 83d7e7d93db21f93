"""Protocol entries: which groups with units elsewhere come to a city next, within three years?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.backtest.openings import UnitTest, summed_up
from chaingraph.backtest.units import (
    NO_STYLE,
    SETS,
    Units,
    auroc,
    city_lift,
    in_dev,
    one_hot,
    recall,
    style_text,
    text_rows,
    within,
    without_style,
)
from chaingraph.errors import CaseError
from chaingraph.fit.kernels import Floats
from chaingraph.labels import both

STARTS = tuple(range(1998, 2019, 3))  # each entry falls into one window of three years
WINDOW = 3
LEAST_ENTRIES = 3
LEAST_MAKERS = 30  # units in a city from which a fit can be told
# Nats per unit of each term, chosen on the dev cities among what docs/units_ideas.md lists. No term reads a name: with
# 350 entries nothing can show that names without their style words are free of an office's style.
WEIGHTS = {"recent": 1.0, "provinces": 1.5}
METHODS: dict[str, dict[str, float]] = {
    "random": {},
    "style_taken_out": {"style": 1.0},
    "name_length": {"length": 1.0},
    "unit_fit": {"fit": 1.0},
    "unit_count": {"units": 1.0},
    "unit_nearest": {"near": 1.0},
    "entries_and_names": {**WEIGHTS, "fit": 1.0},
    "entries": WEIGHTS,
}
REFERENCE, SCORE = "unit_fit", "entries"
MEASURES = ("auroc", "same_year", "recall50", "recall100")


def entries(units: Units, *, seed: int = 0) -> UnitTest:
    """How well does each method find the groups that came to a city within three years?

    Candidates at a reference date are the groups with a unit somewhere before it and none in the city; positives open
    one there within three years; negatives have the same reference date. Columns: AUROC over all dates, at the same
    date, share of the city's entries among its first 50 and 100.

    Raises
    ------
    CaseError
        When no city has entries enough.
    """
    windows = [_window(units, start) for start in STARTS]
    entered = np.sum([window["entered"].sum(axis=0) for window in windows], axis=0)
    scored = np.flatnonzero(entered >= LEAST_ENTRIES)
    if not len(scored):
        raise CaseError(both("errors.too_few_units", least=LEAST_ENTRIES))
    draw = np.random.default_rng(seed)
    rows = []
    for place in scored:
        parts = [(number, np.flatnonzero(window["open"][:, place])) for number, window in enumerate(windows)]
        strata = np.concatenate([np.full(len(held), number) for number, held in parts])
        positive = np.concatenate([windows[number]["entered"][held, place] > 0 for number, held in parts])
        chance = draw.random(len(positive))
        for method, weights in METHODS.items():
            terms = [
                weight * np.concatenate([windows[number][term][held, place] for number, held in parts])
                for term, weight in weights.items()
            ]
            scores = np.sum(terms, axis=0) if terms else chance  # most groups have one unit, and stand level
            first = scores + chance * 1e-9  # in a list somebody stands before the other
            rows.append(
                (
                    SETS[0] if in_dev(units.cities[place]) else SETS[1],
                    units.cities[place],
                    method,
                    int(positive.sum()),
                    auroc(scores, positive)[0],
                    within(scores, positive, strata, np.ones(len(positive), dtype=bool)),
                    recall(first, positive, 50),
                    recall(first, positive, 100),
                )
            )
    by_city = pd.DataFrame(rows, columns=["set", "city", "method", "units", *MEASURES])
    facts = {
        "units": float(entered[scored].sum()),
        "cities": float(len(scored)),
        "makers": float(len(units.city)),
        "candidates": float(np.mean([len(window["open"]) for window in windows])),
    }
    return summed_up("entries", by_city, facts, REFERENCE, None, "same_year", MEASURES)


def _window(units: Units, start: int) -> dict[str, Floats]:
    """Every term of group x city at a reference date, with ``open`` (a candidate there) and ``entered``."""
    grouped = units.group >= 0
    seen = np.flatnonzero(units.year < start)
    own = seen[grouped[seen]]
    active = np.unique(units.group[own])
    at = np.full(int(units.group.max()) + 1 if grouped.any() else 1, -1)
    at[active] = np.arange(len(active))
    shape = (len(active), len(units.cities))
    held = np.zeros(shape)
    np.add.at(held, (at[units.group[own]], units.city[own]), 1.0)
    later = np.flatnonzero((units.year >= start) & (units.year < start + WINDOW) & grouped)
    later = later[at[units.group[later]] >= 0]
    entered = np.zeros(shape)
    entered[at[units.group[later]], units.city[later]] = 1.0
    members = sparse.csr_array((np.ones(len(seen)), (units.city[seen], seen)), shape=(shape[1], len(units.city)))
    makers: Floats = np.asarray(members.sum(axis=1)).ravel()
    of_group = sparse.csr_array((np.ones(len(own)), (at[units.group[own]], own)), shape=(shape[0], len(units.city)))
    mean = sparse.csr_array(
        of_group.multiply((1.0 / np.maximum(np.asarray(of_group.sum(axis=1)).ravel(), 1.0))[:, None])
    )
    before = units.year < start
    texts, styles = [without_style(text) for text in units.text], [style_text(text) for text in units.text]
    names, style = text_rows(texts, before, 1, 3), text_rows(styles, before, 2, 4)
    length = one_hot([min(len(text), 12) for text in texts])
    styled = mean @ np.array([float(text != NO_STYLE) for text in styles]) > 0  # no style word says nothing
    recent = np.zeros(shape[0])
    np.add.at(recent, at[units.group[own[units.year[own] >= start - WINDOW]]], 1.0)
    provinces = pd.factorize(pd.Series(units.province))[0]
    spread = np.zeros((shape[0], provinces.max() + 1))
    np.add.at(spread, (at[units.group[own]], provinces[units.city[own]]), 1.0)
    nearest = np.array([units.km[:, row > 0].min(axis=1) for row in held]).reshape(shape)
    open_there = (held == 0) & (makers >= LEAST_MAKERS)[None, :]

    def everywhere(values: Floats) -> Floats:
        return np.repeat(values[:, None], shape[1], axis=1)

    return {
        "open": open_there,
        "entered": entered * open_there,
        "fit": city_lift(mean @ names, members, names),
        "style": city_lift(mean @ style, members, style) * styled[:, None],
        "length": city_lift(mean @ length, members, length),
        "units": everywhere(np.log(held.sum(axis=1))),
        "recent": everywhere(np.log1p(recent)),
        "provinces": everywhere(np.log((spread > 0).sum(axis=1))),
        "near": -np.log(nearest + 20.0),
    }
