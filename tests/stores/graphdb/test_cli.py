"""The commands for Neo4j: what they print, and the exit codes 0 done, 1 refused, 2 usage."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.writers.case import write_case
from tests.made_national import national_case
from tests.neo4j_server import address, ask, pull
from tests.toy import write_toy


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    exit_code: int
    stdout: str
    output: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def call(*words: str, **environment: str | None) -> Result:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
            code = main(words)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.out + printed.err)

    return call


@pytest.mark.neo4j
def test_push_query_pull_wipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]) -> None:
    address()
    case = write_toy(tmp_path / "toy")
    name = "test-cli"
    try:
        done = run("neo4j", "push", str(case), "--dataset", name, "--lang", "en")
        assert done.exit_code == 0, done.output
        assert f"dataset {name}: load 1 finished" in done.output
        assert "Firm: 22 written, 0 unchanged" in done.output
        again = run("neo4j", "push", str(case), "--dataset", name, "--lang", "en")
        assert f"dataset {name} is in the store already; nothing was written" in again.output
        found = run("query", "firms_in_several_chains", "--param", f"dataset={name}", "--csv")
        assert found.exit_code == 0
        assert found.stdout.splitlines()[0].startswith("firm_id,firm,city,chains")
        assert found.stdout.splitlines()[1].startswith("O04,")
        shown = run("neo4j", "query", "region_gaps", "--param", f"dataset={name}", "--lang", "zh")
        assert shown.output == "没有符合条件的行\n"
        out = tmp_path / "back"
        pulled = run("neo4j", "pull", "--dataset", name, "--out", str(out))
        assert pulled.exit_code == 0, pulled.output
        firms = pd.read_csv(case / "firms.csv", dtype="str")
        held = duckdb.sql(f"SELECT firm_id, firm FROM '{out}/firms.parquet' ORDER BY firm_id").fetchall()
        assert held == list(firms.sort_values("firm_id")[["firm_id", "firm"]].itertuples(index=False, name=None))
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        kept = run("neo4j", "wipe", name)
        assert kept.exit_code == 1
        assert ask(address(), "MATCH (n:Firm {cg_dataset: $name}) RETURN count(n) AS n", name=name) == [{"n": 22}]
    finally:
        wiped = run("neo4j", "wipe", name, "--yes", "--lang", "en")
    assert wiped.exit_code == 0, wiped.output
    assert "0 nodes kept" in wiped.output


def partitioned(case: Case, folder: Path) -> Path:
    """The case as Parquet datasets by province, as ``import register --large`` writes them."""
    where = dict(zip(case["firms"]["firm_id"], case["firms"]["province"], strict=True))
    for name in ("firms", "firm_products"):
        frame = case[name].dropna(axis="columns", how="all") if len(case[name]) else case[name]
        for province, part in frame.groupby(frame["firm_id"].map(where)):
            place = folder / name / f"province={province}"
            place.mkdir(parents=True)
            held = part.drop(columns="province", errors="ignore")
            with duckdb.connect() as connection:
                connection.register("held", held)
                connection.execute("COPY held TO $1 (FORMAT parquet)", [str(place / "part-0.parquet")])
    return folder


@pytest.mark.neo4j
@pytest.mark.parametrize("form", ["files", "datasets"])
def test_push_of_a_national_case(tmp_path: Path, run: Callable[..., Result], form: str) -> None:
    """Firms and what they make, without chains: one node each, and what the store gives back is what was pushed."""
    address()
    national = national_case()
    case = Case("national", {name: national[name] for name in ("firms", "firm_products")})
    folder = tmp_path / "national"
    partitioned(case, folder) if form == "datasets" else write_case(case, folder)
    name = f"test-cli-national-{form}"
    words = ("neo4j", "push", str(folder), "--dataset", name, "--lang", "en")
    try:
        done = run(*words)
        assert done.exit_code == 0, done.output
        assert "Firm: 60 written, 0 unchanged" in done.output
        assert f"MAKES: {len(case['firm_products'])} written" in done.output
        assert "is in the store already; nothing was written" in run(*words).output
        seated = "MATCH (f:Firm {cg_dataset: $name})-[:LOCATED_IN]->(r:Region) RETURN r.cg_name AS r, count(f) AS n"
        places = {row["r"]: row["n"] for row in ask(address(), seated, name=name)}
        assert places == {"嘉兴": 12, "杭州": 12, "苏州": 12, "合肥": 12, "深圳": 12}
        made = run("query", "firm_profile", "--param", f"dataset={name}", "--param", "firm=N07", "--csv")
        assert [line.partition(",")[0] for line in made.stdout.splitlines()[1:]] == ["LOCATED_IN", "MAKES", "MAKES"]
        back = pull(address(), name)
        for table in ("firms", "firm_products"):
            expected = case[table].sort_values(list(TABLES[table].order), kind="stable", ignore_index=True)
            pd.testing.assert_frame_equal(back[table], expected)
    finally:
        run("neo4j", "wipe", name, "--yes")


def test_more_rows_than_memory_is_meant_for_are_refused(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = partitioned(Case("national", {"firms": national_case()["firms"]}), tmp_path / "national")
    monkeypatch.setattr("chaingraph.stores.parquet.read.MAX_ROWS", 59)
    done = run("neo4j", "push", str(folder), "--lang", "en", NEO4J_PASSWORD="x")
    assert done.exit_code == 1
    assert "have 60 rows; what is pushed to Neo4j is read whole, at most 59" in done.output


@pytest.mark.neo4j
def test_push_with_results(tmp_path: Path, run: Callable[..., Result]) -> None:
    address()
    case = write_toy(tmp_path / "toy")
    name = "test-cli-results"
    try:
        done = run("neo4j", "push", str(case), "--dataset", name, "--region", "嘉兴", "--lang", "en")
        assert done.exit_code == 0, done.output
        assert "run 嘉兴-" in done.output
        assert "GAP_IN: 9 written" in done.output
        found = run("query", "region_gaps", "--param", f"dataset={name}", "--csv")
        assert len(found.stdout.splitlines()) == 10
    finally:
        run("neo4j", "wipe", name, "--yes")


def test_what_others_wrote_into_the_store_is_inert_here(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    held = pd.DataFrame({"firm": ["=1+1", "＝1+1", "甲\x1b[31m乙"], "chains": [2, 1, 1]})
    monkeypatch.setattr("chaingraph.stores.graphdb.queries.run_query", lambda *_, **__: held)
    assert run("query", "firms_in_several_chains", "--csv").stdout.splitlines() == [
        "firm,chains",
        "'=1+1,2",
        "'＝1+1,1",
        "甲[31m乙,1",
    ]
    shown = run("query", "firms_in_several_chains").stdout
    assert "\x1b" not in shown
    assert shown.splitlines()[1].split() == ["=1+1", "2"]


@pytest.mark.parametrize("uri", ["http://localhost:7474", "https://x", "localhost:7687", "neo4j//x"])
def test_an_address_of_another_kind_is_told_in_words(uri: str, run: Callable[..., Result]) -> None:
    """The driver takes http for itself and then lacks a library of its own."""
    done = run("query", "load_history", "--uri", uri, "--lang", "en", NEO4J_PASSWORD="x")
    assert done.exit_code == 1
    assert f"address {uri!r} cannot be used" in done.output
    assert "bolt://" in done.output


def test_a_missing_library_is_told_in_words(monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]) -> None:
    neo4j = pytest.importorskip("neo4j")

    def lacks(*_: object, **__: object) -> None:
        raise ModuleNotFoundError(name="aiohttp")

    monkeypatch.setattr(neo4j.GraphDatabase, "driver", lacks)
    for missing in ("aiohttp", "neo4j"):
        done = run("query", "load_history", "--lang", "en", NEO4J_PASSWORD="x")
        assert done.exit_code == 1
        assert "pip install 'chaingraph[neo4j]'" in done.output
        assert f"no module {missing}" in done.output
        monkeypatch.setitem(sys.modules, "neo4j", None)


def test_refusals_end_with_1(tmp_path: Path, run: Callable[..., Result]) -> None:
    case = str(write_toy(tmp_path / "toy"))
    nowhere = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x"}
    for words in (
        ("neo4j", "push", case),
        ("neo4j", "pull", "--out", str(tmp_path / "out")),
        ("query", "load_history"),
    ):
        done = run(*words, **nowhere)
        assert done.exit_code == 1
        assert "no Neo4j answers at bolt://127.0.0.1:1" in done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()
    done = run("query", "load_history", NEO4J_URI="bolt://127.0.0.1:1", NEO4J_PASSWORD=None)
    assert done.exit_code == 1
    assert "no password for Neo4j" in done.output
    assert run("query", "nosuch", **nowhere).exit_code == 1
    assert run("neo4j", "push", case, "--uri", "nonsense", **nowhere).exit_code == 1
    assert run("neo4j", "push", case, "--dataset", "a|b", **nowhere).exit_code == 1
    assert run("neo4j", "push", str(tmp_path / "nosuch"), **nowhere).exit_code == 1


def test_wrong_usage_ends_with_2(run: Callable[..., Result]) -> None:
    assert run("neo4j", "pull").exit_code == 2
    done = run("query", "load_history", "--param", "dataset", NEO4J_PASSWORD="x")
    assert done.exit_code == 2
    assert "write it as name=value" in done.output or "应写成" in done.output


def test_queries_are_listed(run: Callable[..., Result]) -> None:
    done = run("query", "--lang", "en")
    assert done.exit_code == 0
    assert "region_gaps: The gaps of a region" in done.output
    assert "--param region=嘉兴" in done.output
