"""What day it is: the machine's, or the one that is pinned; faces print it beside how far the data reach."""

from __future__ import annotations

from datetime import date

import pytest

import chaingraph as cg
from chaingraph.clock import today
from chaingraph.errors import ChaingraphError
from chaingraph.wording.phrases import run_day


def test_the_day_is_the_machine_s_unless_it_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert today() == "2025-12-11"  # of every test: tests/conftest.py
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert today() == date.today().isoformat()


@pytest.mark.parametrize("pinned", ["soon", "1e9", "9" * 30])
def test_a_pin_that_is_no_day_is_refused(monkeypatch: pytest.MonkeyPatch, pinned: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", pinned)
    with pytest.raises(ChaingraphError, match="SOURCE_DATE_EPOCH"):
        today()


def test_a_case_left_alone_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = cg.build_graph(cg.load_example())
    young = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    assert (young.as_of, young.data_date) == ("2025-12-11", "2025-06-30")
    assert young.targets["zh"]["signal"].notna().any()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")  # 2030-01-01: every sign is older than 24 months
    old = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    assert (old.as_of, old.data_date) == ("2030-01-01", "2025-06-30")
    assert old.targets["zh"]["signal"].isna().all()
    assert run_day(old.data_date, old.as_of, "zh") == "2025-06-30，截至2030-01-01计"
