"""Which firms of a case are seated in a region; a case without any firm has none."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.importers.start import seated_firms
from chaingraph.model.case import Case, complete_tables, empty_table


@pytest.mark.parametrize(("cities", "seated"), [(("合肥", "杭州", None), ["f0"]), ((), [])])
def test_firms_surely_in_the_region_stay(cities: tuple[str | None, ...], seated: list[str]) -> None:
    ids = [f"f{place}" for place in range(len(cities))]
    firms = pd.DataFrame({"firm_id": ids, "firm": ids, "city": list(cities)}, dtype="str")
    firms = firms.reindex(columns=empty_table("firms").columns).astype(empty_table("firms").dtypes)
    held = seated_firms(Case("made", complete_tables({"firms": firms})), "合肥")
    assert held["firms"]["firm_id"].tolist() == seated
