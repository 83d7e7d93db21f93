"""The figures of `scripts/suppliers` by hand: who comes first of hidden suppliers and others; ties count half."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

PATH = Path(__file__).resolve().parents[1] / "scripts" / "suppliers.py"


def test_a_tie_counts_half_and_order_whole() -> None:
    spec = importlib.util.spec_from_file_location("suppliers_script", PATH)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    hidden = np.array([True, False, False, False])
    assert script.auroc(np.array([3.0, 1.0, 2.0, 0.0]), hidden) == 1.0
    assert script.auroc(np.array([0.0, 1.0, 2.0, 3.0]), hidden) == 0.0
    assert script.auroc(np.array([1.0, 1.0, 1.0, 0.0]), hidden) == (0.5 + 0.5 + 1.0) / 3
