"""Spark as an engine: what it reads and refuses, how it starts, and the whole run beside DuckDB's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from chaingraph.engines import named_engine, spark
from chaingraph.errors import MissingExtraError, StoreError, UnknownNameError
from chaingraph.main_job import run
from chaingraph.model.case import empty_table
from tests.shared_data import FROZEN
from tests.spark_session import absent, running
from tests.toy import toy_tables


def texts(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(spark, "sql_text", lambda name: text)


def test_engines_go_by_name() -> None:
    assert named_engine("duckdb").__module__.endswith("duckdb")
    with pytest.raises(UnknownNameError, match="no engine oracle"):
        named_engine("oracle", lang="en")
    with pytest.raises(UnknownNameError, match="--master belongs to --engine spark"):
        named_engine("duckdb", "local[2]", "en")


def test_what_is_missing_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'chaingraph\[spark\]'"), spark.open_engine({}):
        pass


@pytest.mark.slow
@pytest.mark.spark
def test_no_java_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if reason := absent():
        pytest.skip(reason)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(StoreError, match="Java 17"), spark.open_engine({}):
        pass


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with running() as started:
        yield started


@pytest.mark.slow
@pytest.mark.spark
def test_parameters_and_names_are_values_only(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = toy_tables()
    name = "'; DROP VIEW firms; -- ? `"
    tables["firms"].loc[0, "firm"] = name
    with spark.open_engine({"firms": tables["firms"]}, session=session) as query:
        texts(monkeypatch, "SELECT firm_id, ? AS asked, ? AS n FROM firms WHERE firm = ?")
        found = query("made", [name, 3, name])
        assert found.to_numpy().tolist() == [["L01", name, 3]]
        assert found.dtypes.astype("str").tolist() == ["str", "str", "int64"]


@pytest.mark.slow
@pytest.mark.spark
def test_types_are_those_of_the_house(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """SELECT CAST(? AS INT) AS n, NULL AS nothing, 0.5 AS share, TRUE AS yes, CAST(NULL AS BIGINT) AS count,
              CAST(NULL AS BOOLEAN) AS maybe, 'a' AS t"""
    with spark.open_engine({}, session=session) as query:
        texts(monkeypatch, text)
        found = query("made", [1])
    kinds = ["int64", "str", "float64", "bool", "Int64", "boolean", "str"]
    assert found.dtypes.astype("str").tolist() == kinds


@pytest.mark.slow
@pytest.mark.spark
def test_a_table_for_one_question_is_gone_after_it(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts(monkeypatch, "SELECT count(*) AS n FROM passing")
    with spark.open_engine({"segments": empty_table("segments")}, session=session) as query:
        assert query("made", tables={"passing": pd.DataFrame({"a": [1, 2]})})["n"].tolist() == [2]
        with pytest.raises(StoreError, match="passing"):
            query("made")
    texts(monkeypatch, "SELECT * FROM segments")  # views of an earlier block are gone too
    with spark.open_engine({}, session=session) as query, pytest.raises(StoreError, match="segments"):
        query("made")


@pytest.mark.slow
@pytest.mark.spark
def test_a_dataset_is_read_where_it_lies(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "firms"
    firms = pd.DataFrame({"firm_id": ["a", "b", "c"], "employees": [1, 2, 3], "province": ["33", "33", "01"]})
    with duckdb.connect() as connection:
        connection.register("firms", firms)
        connection.execute(f"COPY firms TO '{place}' (FORMAT parquet, PARTITION_BY (province))")
    texts(monkeypatch, "SELECT firm_id, employees, province, tiers FROM firms ORDER BY firm_id")
    with spark.open_engine({"firms": place}, session=session) as query:
        found = query("made")
    assert found["province"].tolist() == ["33", "33", "01"]  # a code keeps its zero
    assert found["employees"].tolist() == [1, 2, 3]
    assert found["tiers"].isna().all()  # the dataset has no such column
    with pytest.raises(StoreError, match="could not be handed"), spark.open_engine({"firms": tmp_path / "no"}):
        pass


@pytest.mark.slow
@pytest.mark.spark
def test_a_run_writes_the_same_tables_on_both_engines(session: Any, tmp_path: Path) -> None:
    for engine in ("duckdb", "spark"):
        run(FROZEN, region="嘉兴", out=tmp_path / engine, engine=engine)
    tables = sorted(path.name for path in (tmp_path / "duckdb").glob("*.csv"))
    assert len(tables) >= 5
    differing = [
        name for name in tables if (tmp_path / "duckdb" / name).read_bytes() != (tmp_path / "spark" / name).read_bytes()
    ]
    assert not differing


@pytest.mark.slow
@pytest.mark.spark
def test_the_command_starts_spark_and_is_quiet(tmp_path: Path) -> None:
    if reason := absent():
        pytest.skip(reason)
    out = tmp_path / "gaps.csv"
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "chaingraph",
        "gaps",
        str(FROZEN),
        "--region",
        "嘉兴",
        "--out",
        str(out),
        "--engine",
        "spark",
        "--master",
        "local[1]",
        "--lang",
        "en",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if "incubator modules" not in line]  # the JVM's own word
    assert said[-1] == f"Written: {out}"
    assert all("parents elsewhere" in line for line in said[:-1])  # of the case; nothing of Spark
    assert out.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.spark
def test_a_cluster_of_two_executors_answers_as_duckdb_does(tmp_path: Path) -> None:
    """100,000 made firms: counts, pools, the first of every segment and their whole rows, to the byte."""
    if reason := absent():
        pytest.skip(reason)
    script = Path(__file__).resolve().parents[2] / "scripts" / "bench_scale.py"
    words = ["--engine", "spark", "--master", "local-cluster[2,1,1024]", "--firms", "1e5", "--data", str(tmp_path)]
    command = [sys.executable, str(script), *words, "--loaded"]
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_HOME"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert re.search(r"^ +2\.00 .*100 k firms: the same answer, executors$", done.stdout, flags=re.MULTILINE)
