"""What the documents say of speed is what the bench recorded, and the bench's own sums are right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "benchmarks.json"
QUOTED = ("README.md", "README.zh-CN.md")


def figures() -> dict[str, dict[str, object]]:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return {figure["name"]: figure for figure in record["scale"]["figures"]}


def rows(name: str) -> list[list[str]]:
    """The rows of the table of sizes: cells as text."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.findall(r"^\| (?:1|50) M .*\|$", text, flags=re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", QUOTED)
def test_the_table_of_speeds_is_the_record(name: str) -> None:
    known = figures()
    assert len(rows(name)) >= 2, f"{name} has no table of sizes"
    for size, wall, processor, join, ratio, memory in rows(name):
        size = re.match(r"\d+ M", size).group()  # type: ignore[union-attr]  # rows() found it by that
        measured = {
            wall: f"{size} firms: gaps, pools, top-k and rows",
            processor: f"{size} firms: the same, processor time",
            join: f"{size} firms: the bare join in DuckDB",
            ratio: f"{size} firms: ours / bare join, processor time",
            memory: f"{size} firms: peak memory",
        }
        for shown, figure in measured.items():
            decimals = len(shown.split()[0].partition(".")[2])
            assert float(shown.split()[0]) == pytest.approx(round(float(str(known[figure]["value"])), decimals)), (
                f"{name}: {figure}"
            )


def test_both_languages_quote_the_same_table() -> None:
    assert [row[1:] for row in rows(QUOTED[0])] == [row[1:] for row in rows(QUOTED[1])]


def test_the_record_says_on_what_it_was_measured_and_what_was_kept() -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))["scale"]
    assert {"cores", "python", "duckdb"} <= set(record["machine"])
    for figure in record["figures"]:
        assert figure["kept"] == (figure["bound"] is None or figure["value"] <= figure["bound"])
