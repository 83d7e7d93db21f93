"""SQL of an analyst's own reads the tables of the case, and nothing else whatever it says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.engines.analyst import ask
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import StoreError
from tests.toy import toy_tables, write_toy

NAMES = (
    "'; DROP TABLE firms; --",
    '=HYPERLINK("http://x")',
    "read_text('/etc/passwd')",
    "甲\x1b[31m乙",
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "case")


def refused(question: str, capsys: pytest.CaptureFixture[str], case: Path) -> str:
    assert main(["sql", str(case), question, "--lang", "en"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_a_question_is_answered_as_a_table(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = (
        "SELECT city, count(*) AS firms FROM firms WHERE country = '中国' GROUP BY city ORDER BY 2 DESC, 1 LIMIT 2"
    )
    assert main(["sql", str(case), question]) == 0
    assert capsys.readouterr().out.split() == ["city", "firms", "嘉兴", "9", "上海", "2"]


def test_a_file_keeps_formulas_inert_and_holds_every_row(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    assert (
        main(["sql", str(case), "SELECT i, '=1+1' AS text FROM range(150) AS r(i) ORDER BY i", "--out", str(out)]) == 0
    )
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 151
    assert lines[1] == "0,'=1+1"


def test_long_answers_are_cut_and_say_so(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", str(case), "SELECT i FROM range(150) AS r(i) ORDER BY i", "--lang", "en"]) == 0
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 101
    assert "150 rows" in shown.err


def test_without_a_question_the_tables_are_listed(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", str(case)]) == 0
    assert "firms (22): firm_id, firm," in capsys.readouterr().out


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM sniff_csv('{file}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
        "SELECT * FROM sqlite_scan('{file}', 'x')",
        "SELECT * FROM duckdb_secrets()",
    ],
)
def test_no_file_of_the_machine_is_read(
    question: str, case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nhidden-value\n", encoding="utf-8")
    said = refused(question.format(file=secret, folder=tmp_path), capsys, case)
    assert "hidden-value" not in said
    assert "reaches beyond the tables" in said or "is not right" in said


@pytest.mark.parametrize(
    "question",
    [
        "COPY firms TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/export'",
        "ATTACH '{folder}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE firms",
        "UPDATE firms SET firm = 'x'",
        "DELETE FROM firms",
        "INSERT INTO firms (firm_id) VALUES ('x')",
        "PREPARE p AS SELECT 1",
        "SELECT 1; DROP TABLE firms",
        "SELECT 1; SELECT 2",
        "",
        "/* nothing */",
    ],
)
def test_only_one_statement_that_reads_is_taken(
    question: str, case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.iterdir())
    assert "exactly one SELECT" in refused(question.format(folder=tmp_path), capsys, case)
    assert sorted(tmp_path.iterdir()) == before


def test_a_select_that_holds_a_delete_is_refused(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = "WITH gone AS (DELETE FROM firms RETURNING firm_id) SELECT * FROM gone"
    assert "read-only" in refused(question, capsys, case)


def test_variables_of_the_program_are_no_tables() -> None:
    hidden = pd.DataFrame({"a": [1]})
    with pytest.raises(StoreError, match="hidden"):
        ask(toy_tables(), "SELECT * FROM hidden")
    assert len(hidden) == 1


def test_a_wrong_question_is_told_with_the_tables_there_are(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused("SELECT * FROM firm", capsys, case)
    assert "firm does not exist" in said
    assert "firm_segments, firm_signals" in said
    assert "syntax error" in refused("SELEC 1", capsys, case)


def test_columns_of_one_name_are_refused(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "share a name: firm_id" in refused(
        "SELECT * FROM firms JOIN firm_segments ON firms.firm_id = firm_segments.firm_id", capsys, case
    )


def test_hostile_names_stay_values(capsys: pytest.CaptureFixture[str]) -> None:
    tables = toy_tables()
    tables["firms"].loc[: len(NAMES) - 1, "firm"] = list(NAMES)
    found = ask(tables, "SELECT firm FROM firms ORDER BY firm_id")["firm"]
    assert found.tolist()[: len(NAMES)] == list(NAMES)
    with open_engine({**tables}) as query:
        assert query("segment_count")["segments"].tolist() == [9]


def test_an_answer_too_large_for_memory_says_so() -> None:
    question = "SELECT list(a.i) AS held FROM range(3000) AS a(i), range(3000) AS b(i)"
    with pytest.raises(StoreError, match="needs more than 20MB"):
        ask({}, question, lang="en", memory_limit="20MB")


def test_types_are_those_of_the_house() -> None:
    found = ask({}, "SELECT 1 AS n, NULL AS nothing, 'a' AS t, 1.5 AS d, TRUE AS yes, [1, 2] AS held")
    assert found.dtypes.astype("str").tolist()[:5] == ["int64", "str", "str", "float64", "bool"]
