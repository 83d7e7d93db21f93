"""The engine answers from its own tables and from nothing else on the machine."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.case import empty_table
from chaingraph.engines import duckdb as engine
from chaingraph.errors import StoreError
from tests.toy import toy_tables

HOSTILE = ("'; DROP TABLE firms; --", "/etc/passwd", "read_csv('/etc/passwd')", "\"; ATTACH 'x.db'", "?")


def test_no_query_reaches_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    texts = (
        f"SELECT * FROM '{secret}'",
        f"SELECT * FROM read_csv('{secret}')",
        f"COPY (SELECT 1) TO '{secret}.out'",
        f"ATTACH '{secret}.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
    )
    for text in texts:
        monkeypatch.setattr(engine, "sql_text", lambda name, text=text: text)
        with (
            engine.open_engine({"segments": empty_table("segments")}) as query,
            pytest.raises(StoreError, match="failed"),
        ):
            query("anything")
    assert not (tmp_path / "secret.csv.out").exists()


def test_names_are_values_only() -> None:
    tables = toy_tables()
    tables["firms"].loc[: len(HOSTILE) - 1, "firm"] = list(HOSTILE)
    with engine.open_engine({**tables}) as query:
        assert query("segment_count")["segments"].tolist() == [9]


def test_missing_text_comes_back_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        engine, "sql_text", lambda name: "SELECT firm, firm_en, NULL AS nothing FROM firms ORDER BY firm_id"
    )
    with engine.open_engine({"firms": toy_tables()["firms"]}) as query:
        rows = query("anything")
    assert rows["firm_en"].isna().sum() > 0
    assert str(rows["firm_en"].dtype) == "str"
    assert rows["nothing"].isna().all()


def test_a_table_for_one_question_is_gone_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "sql_text", lambda name: "SELECT count(*) AS n FROM passing")
    with engine.open_engine({"firms": toy_tables()["firms"]}) as query:
        assert query("x", tables={"passing": pd.DataFrame({"a": [1, 2]})})["n"].tolist() == [2]
        with pytest.raises(StoreError, match="passing"):
            query("x")
