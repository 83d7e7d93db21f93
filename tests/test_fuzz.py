"""Hostile bytes into every reader and writer: a short seeded run of what ``scripts/fuzz`` runs at length."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _targets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_targets", ROOT / "scripts" / "fuzz_targets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_targets"] = module
    spec.loader.exec_module(module)
    return module


FUZZ = _targets()
FEW = {"tagger": 60, "case": 60, "matching": 60}


@pytest.mark.parametrize("target", FUZZ.TARGETS)
def test_a_short_seeded_run_finds_no_fault(target: str) -> None:
    for data in FUZZ.plain(target, FEW.get(target, 400), seed=0):
        try:
            FUZZ.TARGETS[target](data)
        except Exception as error:
            error.add_note(f"{target}: {data!r}")
            raise


def test_the_seeds_get_past_the_first_check() -> None:
    """A run whose seeds are refused would test nothing but the refusal."""
    from chaingraph.importers.ckg import COLUMNS, _Account, _read
    from chaingraph.model.schema import TABLES
    from chaingraph.reading.files import _read_csv
    from chaingraph.reading.xlsx import open_workbook

    assert len(_read_csv(FUZZ._written(FUZZ.seeds("csv")[0], "firms.csv"), TABLES["firms"]).numbers) == 2
    assert list(open_workbook(FUZZ.seeds("xlsx")[0][1:]).sheets) == ["firms"]
    assert len(_read(FUZZ._written(FUZZ.seeds("json_lines")[0], sorted(COLUMNS)[0]), _Account("zh"))[0]) == 2


def test_the_record_of_the_long_run_is_whole() -> None:
    record = json.loads((ROOT / "docs" / "fuzz.json").read_text(encoding="utf-8"))
    assert set(record["targets"]) == set(FUZZ.TARGETS)
    assert sum(row["inputs"] for row in record["targets"].values()) == record["inputs"] >= 1_000_000
    assert all(row["open"] == 0 for row in record["targets"].values())
