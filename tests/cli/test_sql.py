"""SQL of an analyst's own reads the tables of the case, and nothing else whatever it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.engines import duckdb
from chaingraph.engines.analyst import Limits, ask
from chaingraph.engines.asked import answered
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import StoreError
from tests.shared_data import FROZEN
from tests.toy import toy_tables, write_toy

ROOT = Path(__file__).resolve().parents[2]
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
    assert main(["sql", str(case), "--lang", "en"]) == 0
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
    found = ask(tables, "SELECT firm FROM firms ORDER BY firm_id").rows["firm"]
    assert found.tolist()[: len(NAMES)] == list(NAMES)
    with open_engine({**tables}) as query:
        assert query("segment_count")["segments"].tolist() == [9]


def test_types_are_those_of_the_house() -> None:
    found = ask({}, "SELECT 1 AS n, NULL AS nothing, 'a' AS t, 1.5 AS d, TRUE AS yes, [1, 2] AS held").rows
    assert found.dtypes.astype("str").tolist()[:5] == ["int64", "str", "str", "float64", "bool"]


def test_an_answer_larger_than_its_share_of_the_memory_is_refused_before_it_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the system bounds no process, the answer is counted."""
    monkeypatch.setattr("chaingraph.engines.asked._bound_memory", lambda megabytes: None)
    read, write = os.pipe()
    try:
        with pytest.raises(StoreError, match="needs more than 100 MB"):
            answered({}, "SELECT repeat('x', 1000) AS a FROM range(90000)", "en", Limits(memory_mb=100), write)
    finally:
        os.close(read)
        os.close(write)


def test_pieces_of_an_answer_have_one_type() -> None:
    """The first thousands of rows know every value, the last know none."""
    question = (
        "SELECT CASE WHEN i < 20000 THEN i END AS n, CASE WHEN i >= 20000 THEN 'x' END AS t FROM range(30000) r(i)"
    )
    found = ask({}, question).rows
    assert found.dtypes.astype("str").tolist() == ["Int64", "str"]
    assert found["n"].notna().sum() == 20_000
    assert found["t"].notna().sum() == 10_000


ASKING = """
import resource, sys
from chaingraph.engines.analyst import Limits, ask
from chaingraph.errors import StoreError

try:
    ask({}, sys.argv[1], lang="en", limits=Limits(memory_mb=200))
except StoreError as error:
    print(str(error).replace("\\n", " "))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize(
    "question",
    [
        "SELECT list(a.i) AS held FROM range(3000) AS a(i), range(3000) AS b(i)",
        "SELECT repeat('x', 1000000) AS held FROM range(5000)",
        "SELECT repeat('x', 100000000) AS held FROM range(40)",
        "SELECT repeat('x', 2000000000) AS held",
        "SELECT i, repeat('x', 3000) AS held FROM range(90000) AS r(i)",
    ],
)
def test_an_answer_too_large_for_memory_says_so(question: str) -> None:
    """Asked in a process of its own: what other children of the tests took is not counted."""
    asking = subprocess.run([sys.executable, "-c", ASKING, question], capture_output=True, text=True, check=True)
    told, kilobytes = asking.stdout.splitlines()
    assert "needs more than 200 MB" in told
    # What the child took at most: the libraries, the bound and its slack.
    assert int(kilobytes) < 900_000


def test_more_rows_than_allowed_are_cut_and_the_exit_code_says_so(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answer.csv"
    words = ["sql", str(case), "SELECT i FROM range(20000) AS r(i) ORDER BY i", "--out", str(out), "--lang", "en"]
    assert main([*words, "--rows", "10000"]) == 1
    assert "more than 10000 rows" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8-sig").splitlines()[-1] == "9999"
    assert main([*words, "--rows", "20000"]) == 0
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 20_001
    assert Limits().rows == 100_000


def test_a_question_without_end_is_stopped(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    question = "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3"
    assert main(["sql", str(case), question, "--seconds", "1", "--lang", "en"]) == 1
    assert "took more than 1 s and was stopped" in capsys.readouterr().err
    assert time.monotonic() - began < 30


def test_bytes_that_are_no_text_are_refused_in_words(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "character 9 of the question is no valid UTF-8" in refused("SELECT '\udcff'", capsys, case)


# Where the tests themselves run in the background of a shell, Ctrl-C is ignored by all that they start.
LONG = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from chaingraph.cli.main import main
sys.exit(main(["sql", {case!r}, {question!r}, "--lang", "en"]))
"""
SPILLING = "SELECT count(DISTINCT repeat(i::VARCHAR, 20)) AS n FROM range(3000000000) AS r(i)"


def _begun(case: Path, temporary: Path) -> subprocess.Popen[str]:
    """A long question, asked by a process of its own, once its answering has begun."""
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    program = LONG.format(case=str(case), question=SPILLING)
    started = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 60
    while not list(temporary.glob("chaingraph-spill-*")):
        assert time.monotonic() < deadline
        assert started.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    return started


def _ended(process: str) -> bool:
    """Whether it holds nothing any more: its last thread is gone, which may come after the first."""
    try:
        threads = len(list(Path(f"/proc/{process}/task").iterdir()))
    except FileNotFoundError:
        return True
    return threads <= 1 and not Path(f"/proc/{process}/exe").exists()


@pytest.mark.long
def test_ctrl_c_is_one_sentence_and_leaves_nothing(case: Path, tmp_path: Path) -> None:
    (temporary := tmp_path / "temporary").mkdir()
    asker = _begun(case, temporary)
    asker.send_signal(signal.SIGINT)
    _, said = asker.communicate(timeout=60)
    assert asker.returncode == 130
    assert len(said.strip().splitlines()) == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.long
def test_what_a_killed_question_left_is_cleared_by_the_next(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary := tmp_path / "temporary").mkdir()
    (bystander := temporary / "chaingraph-case-study").mkdir()
    asker = _begun(case, temporary)
    children = Path(f"/proc/{asker.pid}/task/{asker.pid}/children").read_text().split()
    asker.kill()
    asker.communicate()
    deadline = time.monotonic() + 30
    while not all(map(_ended, children)):  # who answers ends with who asked
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(list(temporary.iterdir())) == 2
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    while list(temporary.glob("chaingraph-spill-*")):  # the system lets go of a lock a moment after the process is gone
        assert time.monotonic() < deadline
        duckdb._kept_database.cache_clear()  # as in a process that begins
        with open_engine(toy_tables()):
            pass
    with duckdb.closed_connection(toy_tables()):
        assert len(list(temporary.glob("chaingraph-spill-*"))) == 1
        with duckdb.closed_connection(toy_tables()):  # what is in use stays
            assert len(list(temporary.glob("chaingraph-spill-*"))) == 2
    assert list(temporary.iterdir()) == [bystander]


def test_modules_in_the_folder_one_stands_in_are_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert ask({}, "SELECT 1 AS n").rows["n"].tolist() == [1]


def test_tables_and_columns_go_by_their_chinese_names(capsys: pytest.CaptureFixture[str]) -> None:
    asked = "SELECT 城市, count(*) AS 家数 FROM 企业 WHERE 城市 = '嘉兴' GROUP BY 城市"
    assert main(["sql", str(FROZEN), asked]) == 0
    assert re.search(r"嘉兴 +[1-9]\d+", capsys.readouterr().out)
    assert main(["sql", str(FROZEN)]) == 0
    assert "企业环节" in capsys.readouterr().out
