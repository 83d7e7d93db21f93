"""Tables of very many firms are narrowed as datasets are; up to a limit they are read whole."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.engines.duckdb import open_engine
from chaingraph.main_job import run
from chaingraph.model.schema import TABLES
from chaingraph.reading.read import read_case
from chaingraph.stores import comparison
from chaingraph.stores.comparison import read_cases
from chaingraph.stores.parquet.read import narrowed_case, read_large_case
from tests.made_datasets import without_dash
from tests.shared_data import FROZEN


@pytest.mark.parametrize("keep", [1, 5])
def test_tables_of_very_many_firms_are_narrowed_to_what_datasets_of_the_same_rows_are(large: Path, keep: int) -> None:
    read = read_case(FROZEN)
    ours = narrowed_case(read, "嘉兴", open_engine, keep=keep, whole_up_to=721)
    theirs = read_large_case(large, "嘉兴", open_engine, keep=keep)
    pd.testing.assert_frame_equal(ours.totals, theirs.totals)
    assert ours.reading == theirs.reading
    assert ours.notes == (*read.notes, theirs.notes[-1])
    for name in TABLES:
        pd.testing.assert_frame_equal(ours[name], without_dash(theirs) if name == "firms" else theirs[name])
    # Whoever corrects a cell finds its row in the file still.
    numbers = read.numbers["firms"][read["firms"]["firm_id"].isin(ours["firms"]["firm_id"])]
    assert ours.numbers["firms"].tolist() == numbers.tolist()
    assert ours.numbers["segments"].tolist() == read.numbers["segments"].tolist()


def test_tables_are_read_whole_up_to_a_limit_and_wherever_an_earlier_day_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = read_case(FROZEN)
    assert narrowed_case(read, "嘉兴", open_engine, whole_up_to=722) is read
    monkeypatch.setattr(comparison, "WHOLE_UP_TO", 721)
    (narrowed,), _ = read_cases(FROZEN, "none", "嘉兴")
    (whole,), _ = read_cases(FROZEN, "none", "嘉兴", whole=True)
    assert narrowed.reading is not None
    assert whole.reading is None
    assert len(narrowed["firms"]) < len(whole["firms"]) == 722
    done = run(FROZEN, region="嘉兴", out=tmp_path / "out", reference="none", draws=0, known_by="2025-06-30")
    assert done.case.reading is None
