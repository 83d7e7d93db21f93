"""The smoke test of the curated case runs, is repeatable, and its yardsticks read what they must."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg

ROOT = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("curated_smoke", ROOT / "scripts" / "curated_smoke.py")
assert _SPEC is not None
assert _SPEC.loader is not None
curated_smoke = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(curated_smoke)


def test_auroc_by_hand() -> None:
    scores = pd.Series([3.0, 2.0, 2.0, 1.0])
    # Pairs (hidden, outside): 3>2 right, 3>1 right, 2=2 half, 2>1 right.
    assert curated_smoke.auroc(scores, pd.Series([True, True, False, False])) == pytest.approx(3.5 / 4)
    assert curated_smoke.auroc(scores[::-1], pd.Series([True, True, False, False])[::-1]) == pytest.approx(3.5 / 4)


@pytest.mark.slow
def test_the_yardsticks() -> None:
    graph = cg.build_graph(cg.read_case(ROOT / "data" / "jiaxing"))
    table = curated_smoke.smoke(graph, "嘉兴")
    assert table.loc["china", "probe_china"] == 0.5  # every firm of that pool is Chinese: it can tell nothing
    assert table["random"].between(0.4, 0.6).all()
    assert (table["fit"] > table["random"]).all()
    pd.testing.assert_frame_equal(table, curated_smoke.smoke(graph, "嘉兴"))
