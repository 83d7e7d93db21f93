"""What may be chosen about a survey, in one object that faces build and the survey reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from chaingraph.fit.entry_rates import EntryRates


@dataclass(frozen=True, kw_only=True)
class SurveyOptions:
    """How a region is surveyed; the defaults are those of the command line.

    Parameters
    ----------
    strategy
        ``auto`` (each chain's own), or one for all chains: strengthen, extend, build, or the path of a TOML file.
    top
        Length of a list.
    as_of
        The date that "the last 24 months" is counted back from (ISO, as precise as known); None: the newest date in
        the data. The faces hand over today.
    seed, draws
        Of the bootstrap over local firms; without draws no list has bands.
    weights
        Of the score's terms where a bureau fitted its own (`chaingraph.backtest.refit`); with a national case only.
    likelihood
        How often groups with such a record came, where a bureau fitted it on its own units; None: what comes with the
        package (`chaingraph.fit.entry_rates`).
    tests
        Figures of the reader's own back-test (`trust.figures_of`); None: those that come with the package.

    Examples
    --------
    >>> SurveyOptions(top=10).strategy
    'auto'
    """

    strategy: str = "auto"
    top: int = 30
    as_of: str | None = None
    seed: int = 0
    draws: int = 200
    weights: Mapping[str, float] | None = None
    likelihood: EntryRates | None = None
    tests: pd.DataFrame | None = field(default=None, repr=False, compare=False)
