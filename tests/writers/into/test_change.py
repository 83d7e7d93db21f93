"""Cells that a person changed: written where they stand, with a version, refused whole where a row is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.model.columns import made_id
from chaingraph.reading.read import read_case
from chaingraph.writers.into.change import change_case
from chaingraph.writers.into.versions import undo_addition
from tests.toy import write_toy


def test_a_cell_is_changed_and_can_be_taken_back(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    before = (case / "firms.csv").read_bytes()
    version = change_case(case, {"firms": {"L01": {"city": "湖州", "country": None}}}, day="2025-06-12", lang="en")
    assert version is not None
    firms = read_case(case)["firms"].set_index("firm_id")
    assert firms.loc["L01", "city"] == "湖州"
    assert change_case(case, {"firms": {"L01": {"city": "湖州"}}}) is None
    undo_addition(case)
    assert (case / "firms.csv").read_bytes() == before


def test_a_row_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    before = (case / "firms.csv").read_bytes()
    with pytest.raises(StoreError, match="no row none"):
        change_case(case, {"firms": {"L01": {"city": "湖州"}, "none": {"city": "湖州"}}})
    assert (case / "firms.csv").read_bytes() == before


def test_a_row_whose_made_id_would_change_keeps_it_and_what_points_to_it(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    said = ["L01", "expansion", "2026-11", "扩产"]
    signal = made_id("s", said)
    (case / "firm_signals.csv").write_text(
        f"firm_id,kind,date,text,source\n{','.join(said)},a\nL01,filing,2025-05,备案,a\n", encoding="utf-8"
    )
    (case / "evidence.csv").write_text(f"signal_id,address,start,source\n{signal},a.txt,0,a\n", encoding="utf-8")
    filed = read_case(case)["firm_signals"]["signal_id"].tolist()[1]
    change_case(
        case, {"firm_signals": {signal: {"date": "2026-11-20"}, filed: {"stage": "announced"}}}, day="2026-12-01"
    )
    held = read_case(case)
    assert held["firm_signals"][["signal_id", "date"]].to_numpy().tolist() == [
        [signal, "2026-11-20"],
        [filed, "2025-05"],
    ]
    assert held["evidence"]["signal_id"].tolist() == [signal]
    # The other id, made of cells that stay, needs no word of its own.
    assert filed not in (case / "firm_signals.csv").read_text(encoding="utf-8")


def test_a_cell_is_emptied_where_that_is_meant(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    (case / "firm_signals.csv").write_text(
        "signal_id,firm_id,kind,date,text,stage,amount_cny_m,source\ns-1,L01,expansion,2026-11,扩产,signed,5,a\n",
        encoding="utf-8",
    )
    version = change_case(
        case, {"firm_signals": {"s-1": {"stage": "", "amount_cny_m": "", "place": ""}}}, day="2026-12-01"
    )
    assert version is not None
    assert read_case(case)["firm_signals"][["stage", "amount_cny_m"]].isna().all(axis=None)
    assert change_case(case, {"firm_signals": {"s-1": {"stage": ""}}}) is None
