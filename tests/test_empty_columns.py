"""Optional means optional: every optional column empty, through the commands, and nothing that a program says of it."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.made_bare import Emptied, faults, optional_columns, pairs_of, traces, write_emptied
from tests.toy import toy_tables

TOY = toy_tables()
OPTIONAL = optional_columns(TOY)


def test_traces_are_found_where_they_stand() -> None:
    assert len(traces("信号：nan；None, NaT (<NA>)")) == 4
    assert traces("none_known, Nancy, no-None-sense, 西安nan-1, None of them is named") == []


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_all_optional_columns_empty_at_once(lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_emptied(TOY, tmp_path / "case", tuple(OPTIONAL), first_row_only=False)
    assert faults(case, tmp_path / "out", capsys, quick=False, langs=(lang,)) == []


MADE_OF = {"firms", "firm_segments", "firm_signals"}  # tables that every list is made of; the others in .ci/run


@pytest.mark.long
@pytest.mark.parametrize(
    "table",
    [
        pytest.param(name, marks=[] if name in MADE_OF else pytest.mark.slow)
        for name in sorted({name for name, _ in OPTIONAL})
    ],
)
def test_a_table_without_its_optional_columns(table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emptied = tuple(pair for pair in OPTIONAL if pair[0] == table)
    case = write_emptied(TOY, tmp_path / "case", emptied, first_row_only=False)
    assert faults(case, tmp_path / "out", capsys, quick=True) == []


@pytest.mark.slow
def test_a_signal_and_a_chain_leader_without_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emptied = (("firm_signals", "text"), ("designations", "note"))
    case = write_emptied(TOY, tmp_path / "case", emptied, first_row_only=False)
    assert faults(case, tmp_path / "out", capsys, quick=False) == []
    assert "内容未注明" in (tmp_path / "out" / "zh" / "run" / "shortlist.csv").read_text("utf-8-sig")


# Everything takes most of an hour. CHAINGRAPH_EMPTY=all tries it; otherwise a sample that changes with no run is tried,
# and the count says how many of how many. The columns that are empty in one row are others than those in all rows.
SAMPLE = None if os.environ.get("CHAINGRAPH_EMPTY") == "all" else 24


def sampled(cases: Sequence[Emptied], *, part: int = 0, parts: int = 1) -> list[Emptied]:
    if SAMPLE is None:
        return list(cases)
    return random.Random(0).sample(list(cases), min(SAMPLE, len(cases)))[part::parts]


@pytest.mark.slow
@pytest.mark.parametrize("first_row_only", [True, False])
def test_each_optional_column_alone_through_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first_row_only: bool
) -> None:
    found = {}
    tried = sampled([(pair,) for pair in OPTIONAL], part=int(first_row_only), parts=2)
    for number, emptied in enumerate(tried):
        case = write_emptied(TOY, tmp_path / str(number) / "case", emptied, first_row_only=first_row_only)
        if wrong := faults(case, tmp_path / str(number) / "out", capsys, quick=False):
            found[emptied] = wrong
    rows = "one row" if first_row_only else "all rows"
    print(f"{len(tried)} of {len(OPTIONAL)} optional columns empty alone, in {rows}")
    assert found == {}


@pytest.mark.slow
def test_optional_columns_empty_in_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pairs within the tables that every list is made of; through what the terminal shows."""
    mapped = [pair for pair in OPTIONAL if pair[0] in ("firms", "firm_segments", "segments", "firm_signals")]
    pairs = list(pairs_of(mapped))
    found = {}
    tried = sampled(pairs)
    for number, emptied in enumerate(tried):
        case = write_emptied(TOY, tmp_path / str(number) / "case", emptied, first_row_only=False)
        if wrong := faults(case, tmp_path / str(number) / "out", capsys, quick=True):
            found[emptied] = wrong
    print(f"{len(tried)} of {len(pairs)} pairs of optional columns empty")
    assert found == {}
