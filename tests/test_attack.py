"""A short seeded attack of every kind, as ``scripts/attack`` makes at length, and the record of the long one."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _targets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("attack_targets", ROOT / "scripts" / "attack_targets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["attack_targets"] = module
    spec.loader.exec_module(module)
    return module


ATTACK = _targets()
FEW = {"cases": 4, "kills": 1, "ledger_kills": 1, "ledgers": 20, "questions": 3}


@pytest.mark.slow
@pytest.mark.parametrize("target", ATTACK.TARGETS)
def test_a_short_seeded_attack_finds_no_fault(target: str) -> None:
    for number in range(FEW[target]):
        try:
            ATTACK.attempt(target, seed=0, number=number)
        except Exception as error:
            error.add_note(f"{target}, try {number}")
            raise


def test_every_hostile_question_is_one_of_many() -> None:
    assert len(set(ATTACK.OUTSIDE)) == len(ATTACK.OUTSIDE) >= 70


def test_the_record_of_the_long_attack_is_whole() -> None:
    record = json.loads((ROOT / "docs" / "attack.json").read_text(encoding="utf-8"))
    assert set(record["targets"]) == set(ATTACK.TARGETS)
    assert sum(row["tries"] for row in record["targets"].values()) == record["tries"] >= 250
    assert all(row["tries"] > 0 and row["open"] == 0 for row in record["targets"].values())
