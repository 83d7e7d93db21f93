"""Days, months and years: what is one, and what lies so much before or after."""

from __future__ import annotations

import math

import pandas as pd

from chaingraph.model.columns import is_missing
from chaingraph.model.days import day_or_none, days_later, is_date, months_before, months_later


def test_months_and_days_over_the_ends_of_years() -> None:
    assert months_before("2025", 1) == "2024-12"
    assert months_before("2025-01-31", 24) == "2023-01"
    assert months_later("2023-12-31", 2) == "2024-02-29"
    assert days_later("2024-12-31", 1) == "2025-01-01"


def test_what_is_a_day_or_a_date() -> None:
    assert day_or_none("2024-05-12") is not None
    assert day_or_none("1949-09-30") is day_or_none("2024-05") is day_or_none("2023-02-29") is None
    assert is_date("2024")
    assert not is_date("2024-13")


def test_missing_is_nothing_but_missing() -> None:
    assert all(map(is_missing, (None, math.nan, pd.NA)))
    assert not any(map(is_missing, (0, 0.0, "", False, "nan", [])))
