"""Cells that a person changed: written where they stand, with a version, refused whole where a row is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.reading.read import read_case
from chaingraph.writers.into.change import change_case
from chaingraph.writers.into.versions import undo_addition
from tests.toy import write_toy


def test_a_cell_is_changed_and_can_be_taken_back(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    before = (case / "firms.csv").read_bytes()
    version = change_case(case, "firms", {"L01": {"city": "湖州", "country": None}}, day="2025-06-12", lang="en")
    assert version is not None
    firms = read_case(case)["firms"].set_index("firm_id")
    assert firms.loc["L01", "city"] == "湖州"
    assert change_case(case, "firms", {"L01": {"city": "湖州"}}) is None
    undo_addition(case)
    assert (case / "firms.csv").read_bytes() == before


def test_a_row_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "case")
    before = (case / "firms.csv").read_bytes()
    with pytest.raises(StoreError, match="no row none"):
        change_case(case, "firms", {"L01": {"city": "湖州"}, "none": {"city": "湖州"}})
    assert (case / "firms.csv").read_bytes() == before
