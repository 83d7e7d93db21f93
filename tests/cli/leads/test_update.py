"""The month's round: 200 mixed files in one sitting, a second time nothing, killed nothing, taken back whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.reading.read import read_case
from tests.made_round import write_round
from tests.toy import write_toy


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_round(tmp_path_factory.mktemp("round") / "month")


@pytest.mark.long
def test_two_hundred_mixed_files_become_a_reviewed_case(
    month: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = write_toy(tmp_path / "case")
    before = bytes_of(case)
    words = ["update", str(case), "--from", str(month), "--region", "嘉兴"]
    assert len(list(month.iterdir())) == 200
    assert main([*words, "--dry-run"]) == 0
    assert bytes_of(case) == before
    capsys.readouterr()
    assert main(words) == 0
    shown = capsys.readouterr()
    assert "备案公示.csv 读作备案、环评清单：12行，采用12行，拒绝0行" in shown.out
    assert "文件 196 个（未能读取 2）→ 文本 194 篇" in shown.out  # the funnel
    assert "坏.docx" in shown.err
    held = read_case(case)["firm_signals"]
    counts = held["review"].fillna("list").value_counts()
    assert counts["list"] - read_toy_signals(tmp_path) == 48  # four lists of twelve
    assert counts["pending"] > 80
    sheet = tmp_path / "case_待研判.xlsx"
    rows = pd.read_excel(sheet, dtype="str", engine="openpyxl")
    assert len(rows) == counts["pending"]
    rows["结论" if "结论" in rows else rows.columns[0]] = "采用"
    answers = tmp_path / "answers.csv"
    rows.to_csv(answers, index=False)
    assert main(["leads", "review", str(case), "--apply", str(answers)]) == 0
    assert (read_case(case)["firm_signals"]["review"] == "pending").sum() == 0
    done = bytes_of(case)
    capsys.readouterr()
    assert main(words) == 0  # read again: nothing is added
    assert bytes_of(case) == done
    assert "没有可写入的内容" in capsys.readouterr().out


def read_toy_signals(folder: Path) -> int:
    return len(read_case(write_toy(folder / "plain"))["firm_signals"])


def test_the_round_is_taken_back_whole(tmp_path: Path) -> None:
    case, month = write_toy(tmp_path / "case"), write_round(tmp_path / "month", count=8)
    before = bytes_of(case)
    assert main(["update", str(case), "--from", str(month), "--region", "嘉兴"]) == 0
    assert bytes_of(case) != before
    assert main(["update", str(case), "--undo"]) == 0
    assert bytes_of(case) == before


@pytest.mark.long
@pytest.mark.parametrize("shares", [(0.8,), pytest.param((0.5, 0.7, 0.9, 0.97), marks=pytest.mark.slow)], ids=str)
def test_a_killed_round_leaves_the_old_case_or_the_new_one(
    shares: tuple[float, ...], month: Path, tmp_path: Path
) -> None:
    old, new = write_toy(tmp_path / "old"), write_toy(tmp_path / "new")
    words = ["--from", str(month), "--region", "嘉兴"]
    started = time.perf_counter()
    command = [sys.executable, "-m", "chaingraph", "update"]
    subprocess.run([*command, str(new), *words], check=True, capture_output=True)
    whole = time.perf_counter() - started
    outcomes = [read_case(case).tables for case in (old, new)]
    for share in shares:
        case = write_toy(tmp_path / f"case{share}")
        running = subprocess.Popen([*command, str(case), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(share * whole)
        running.send_signal(signal.SIGKILL)
        running.wait()
        found = read_case(case).tables
        assert any(all(found[name].equals(one[name]) for name in one) for one in outcomes), share


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case"], "--from"),
        (["case", "--from", "x", "--undo"], "--undo"),
        (["case", "--from", "."], "--region"),
        (["case", "--from", "nowhere", "--region", "嘉兴"], "nowhere"),
    ],
)
def test_a_wrong_call_is_told(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", *words]) == 2
    assert said in capsys.readouterr().err
