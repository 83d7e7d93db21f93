"""Reads the aggregate of listed firms that comes with the package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import pandas as pd

from chaingraph.fit.listed import TABLES, Listed, sums_of


@cache
def listed_firms() -> Listed:
    """The aggregate of listed firms that comes with the package (``library/listed``).

    Examples
    --------
    >>> listed_firms().sums.firms > 4000
    True
    """
    folder = files("chaingraph") / "library" / "listed"
    about = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    tables = {}
    for name in TABLES:
        with (folder / f"{name}.csv").open("r", encoding="utf-8") as lines:
            # A piece of text may be "nan" or "na": those letters, not a missing value.
            tables[name] = pd.read_csv(lines, keep_default_na=False)
    return Listed(about, sums_of(about, tables), tables["makers"])
