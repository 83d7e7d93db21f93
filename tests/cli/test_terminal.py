"""What commands show on a terminal: captions as given, and no bar where no one looks."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from chaingraph.cli.terminal import progress, tell_unplaced, terminal_table
from chaingraph.main_job import STAGES


def test_a_table_has_the_captions_that_are_given() -> None:
    shown = terminal_table(pd.DataFrame({"a": ["硅片"], "b": [1.5]}), ["a", "b"], "en", {"a": "A", "b": "B"})
    assert shown.splitlines() == ["A     B", "硅片  1.5"]


def test_no_bar_is_drawn_where_no_one_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(("read",), "en") as begin:
        begin("read")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_marks_without_a_row_are_said_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"firm": "甲", "segment": "硅片", "where": "PV", "mark_problem": "gone"}
    tell_unplaced(pd.DataFrame([row]), "en")
    assert capsys.readouterr().err == "mark not placed: 甲 · 硅片 (PV): gone\n"


def test_the_bar_of_a_run_stands_before_anything_heavy_is_loaded() -> None:
    """A run loads for half a second, and nothing on the screen for so long looks like nothing happening."""
    code = """
import sys
from chaingraph.cli import main, run
def progress(stages, lang):
    print(*stages, *[name for name in ("pandas", "numpy", "scipy", "duckdb") if name in sys.modules], flush=True)
    raise SystemExit
run.progress = progress
main.main(["run", "no-case", "--region", "嘉兴", "--out", "out"])
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert tuple(shown) == STAGES
