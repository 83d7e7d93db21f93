"""What the documents say of speed is what the bench recorded, and the bench's own sums are right."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "benchmarks.json"
sys.path.insert(0, str(ROOT / "scripts"))
import bench_growth  # noqa: E402 - likewise
import benchmarks  # noqa: E402 - the line above makes it importable

QUOTED = ("docs/en/speed.md", "docs/zh/speed.md")


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
        size = re.match(r"\d+ M", size).group()
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


def plain_ways() -> list[tuple[float, float, float]]:
    """Of every job of the bench `ashare`: ours, the plain way, ours / the plain way."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))["ashare"]["figures"]
    value = {figure["name"]: figure["value"] for figure in record}
    ratios = [name for name in value if ": ours / " in name]
    return [(value[name.partition(":")[0]], value[name.replace("ours / ", "")], value[name]) for name in ratios]


@pytest.mark.parametrize("name", QUOTED)
def test_the_table_of_plain_ways_is_the_record(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.findall(r"^\|[^|]*\| [\d.]+ s \| [\d.]+ s \| [\d.]+ \|$", text, flags=re.MULTILINE)
    quoted = [[cell.split()[0] for cell in line.strip("|").split("|")[1:]] for line in lines]
    assert len(quoted) == len(plain_ways()) == 5
    for cells, figures_ in zip(quoted, plain_ways(), strict=True):
        for shown, figure in zip(cells, figures_, strict=True):
            assert float(shown) == pytest.approx(round(figure, len(shown.partition(".")[2]))), (name, cells)


@pytest.mark.parametrize("bench", ["scale", "ashare"])
def test_the_record_says_on_what_it_was_measured_and_what_was_kept(bench: str) -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))[bench]
    assert {"cores", "python", "duckdb"} <= set(record["machine"])
    for figure in record["figures"]:
        assert figure["kept"] == (figure["bound"] is None or figure["value"] <= figure["bound"])


def test_the_tables_of_the_page_are_the_record_with_day_commit_and_load() -> None:
    page = benchmarks.PAGE.read_text(encoding="utf-8")
    known = json.loads(RECORD.read_text(encoding="utf-8"))
    assert page == benchmarks.with_tables(page, known), "run scripts/bench with --record, which writes both"
    assert page.count("| what | measured | bound |") == len(known.keys() - {"growth"}) > 3
    facts = {"cores": "2", "date": "2026-11-30", "commit": "abc1234", "waiting": "0.3 jobs in the minute before"}
    row = {"name": "a | b", "value": 5.0, "unit": "s", "bound": 4.0, "kept": False}
    told = benchmarks.with_tables("before " + page, {"one": {"machine": facts, "figures": [row]}})
    assert told.startswith("before ")
    assert "2026-11-30, commit abc1234, 2 cores, 0.3 jobs in the minute before." in told
    assert "| a \\| b | 5 s | 4 s, exceeded |" in told


def test_the_first_table_of_the_page_is_the_growth_of_the_whole_job() -> None:
    spent = {
        (form, size): [benchmarks.Spent(9.0, seconds, 700.0), benchmarks.Spent(3.0, seconds, 650.0)]
        for form, factor in (("CSV", 1.0), ("Parquet", 0.0))
        for size, seconds in ((10_000, 5.0), (100_000, 5.0 + factor * 20.0), (1_000_000, 5.0 + factor * 495.0))
    }
    rows = bench_growth.figures(spent, (10_000, 100_000, 1_000_000))
    value = {row.name: row for row in rows}
    assert value["exponent of CSV, 10,000 to 1,000,000 firms"].value == pytest.approx(1.0)
    assert value["exponent of Parquet, 10,000 to 1,000,000 firms"].value == 0.0
    assert [row.name for row in rows if not row.kept] == [
        "100,000 firms, CSV: processor time",
        "100,000 firms, CSV: peak memory",
        "1,000,000 firms, CSV: processor time",
        "exponent of CSV, 10,000 to 1,000,000 firms",
    ]
    # At a tenth of the sizes seconds say more of the machine than of the program.
    tenth = bench_growth.figures(spent, (10_000, 100_000), exponent_alone=0.5)
    assert {row.bound for row in tenth} == {None, 0.5, bench_growth.MEMORY_OVER_PARQUET}
    assert tenth[-1].value == 1.0
    spent["CSV", 100_000] = [benchmarks.Spent(9.0, 25.0, 1800.0)]  # the memory of a table that is carried about whole
    assert not bench_growth.figures(spent, (10_000, 100_000), exponent_alone=0.5)[-1].kept
    facts = {"cores": "2", "date": "2026-11-30", "commit": "abc1234", "waiting": "0.3 jobs in the minute before"}
    held = [{**vars(row), "kept": row.kept} for row in rows]
    page = benchmarks.PAGE.read_text(encoding="utf-8")
    told = benchmarks.with_tables(page, {"growth": {"machine": facts, "figures": held}})
    table = told.partition("| case |")[0]
    assert "|---" not in table
    assert table.rstrip().endswith("2026-11-30, commit abc1234, 2 cores, 0.3 jobs in the minute before.")
    assert "| 100,000 firms, CSV | 25 (bound 22, exceeded) | 6 | 700 (bound 600, exceeded) |" in told
    assert "Exponent of CSV, 10,000 to 1,000,000 firms: 1 (bound 0.7, exceeded)." in told


def test_a_busy_machine_is_refused_and_a_calm_one_is_not() -> None:
    assert benchmarks.too_busy(1.0, 2) == ""
    assert "--loaded" in benchmarks.too_busy(1.1, 2)


def test_a_bench_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert benchmarks.lacking(["main"]) == []
    assert [words.partition(":")[2] for words in benchmarks.lacking(["neo4j"])] == [" run scripts/setup neo4j"]
    assert "selenium" in benchmarks.lacking(["page"])[0]
