"""The command line: what it prints, which code it ends with, and that nothing is left half-done."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

import chaingraph.main_job
import chaingraph.reading.read
from chaingraph.cli import main as cli
from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.writers.cell_text import shown_width
from chaingraph.writers.terminal import table_text
from tests.toy import write_toy

COMMANDS = ("check", "init", "run", "gaps", "shortlist", "explain", "map")


@pytest.fixture
def case(tmp_path: Path) -> str:
    return str(write_toy(tmp_path / "toy"))


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAINGRAPH_LANG", raising=False)


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_has_examples_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], command: str, lang: str
) -> None:
    assert cli.main([*([command] if command else []), "--lang", lang, "--help"]) == cli.DONE
    shown = capsys.readouterr().out
    assert ("示例：\n" if lang == "zh" else "Examples:\n") in shown
    assert f"chaingraph {command}" in shown
    if lang == "zh":
        assert not any(word in shown for word in ("Usage:", "Options:", "Show this", "[required]", "[default"))


def test_help_is_quick_and_loads_no_tables() -> None:
    probe = (
        "import sys; from chaingraph.cli.main import main; code = main(['--help']);"
        "print(code, *sorted({'pandas', 'numpy', 'duckdb', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "0"


def test_nothing_asked_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == cli.DONE
    assert "命令：" in capsys.readouterr().out


def test_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CHAINGRAPH_LANG", "en")
    cli.main([])
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "缺少必填的 CASE"),
        (["run", "x", "--region"], "--region 后面要写它的值"),
        (["gaps", "x", "--regoin", "嘉兴"], "没有选项 --regoin。相近的有 --engine, --region"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--strategy", "best"], "--strategy 的值不对"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--top", "0"], "--top 的值不对"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--as-of", "2025-13"], "2025-13 不是日期"),
        (["run", "x", "--region", "嘉兴", "--out", ""], "--out 的值不对：值为空"),
        (["gaps", "", "--region", "嘉兴"], "CASE 的值不对：值为空"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--as-of", "2023-02-29"], "2023-02-29 不是日期"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--as-of", "0000"], "0000 不是日期"),
        (["run", "x", "--region", "嘉兴", "--out", "o", "--seed", "-1"], "--seed 的值不对"),
        (["guess"], "没有命令 guess"),
        (["check", "x", "--lang", "fr"], "--lang 的值不对"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_how(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.main(arguments) == cli.USAGE
    captured = capsys.readouterr()
    assert said in captured.err
    assert "--help" in captured.err
    assert captured.out == ""


def test_usage_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--lang", "en", "gaps", "--lang", "en"]) == cli.USAGE
    assert "CASE is missing." in capsys.readouterr().err


def test_refused_input_ends_with_one_and_no_traceback(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["check", str(tmp_path / "nowhere")]) == cli.REFUSED
    captured = capsys.readouterr()
    assert captured.err.startswith("未完成：")
    assert "Traceback" not in captured.err


def test_unknown_region_chain_and_firm_are_refused_with_near_names(
    capsys: pytest.CaptureFixture[str], case: str
) -> None:
    assert cli.main(["gaps", case, "--region", "火星"]) == cli.REFUSED
    assert "火星" in capsys.readouterr().err
    assert cli.main(["gaps", case, "--region", "嘉兴", "--chain", "甲光"]) == cli.REFUSED
    assert "甲光伏" in capsys.readouterr().err
    assert cli.main(["explain", case, "--region", "嘉兴", "--firm", "乙二电"]) == cli.DONE
    assert "乙二电池科技股份有限公司" in capsys.readouterr().out
    assert cli.main(["explain", case, "--region", "嘉兴", "--firm", "不存在的企业"]) == cli.REFUSED


def test_a_name_of_any_length_is_answered_in_a_few_lines(capsys: pytest.CaptureFixture[str], case: str) -> None:
    for asked in (["--region", "名" * 20_000], ["--region", "嘉兴", "--chain", "名" * 20_000]):
        assert cli.main(["gaps", case, *asked]) == cli.REFUSED
        said = capsys.readouterr().err
        assert "名" * 80 in said
        assert len(said) < 1000


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (MemoryError(), "Not done: out of memory; close other programs"),
        (
            OSError(errno.EIO, "Input/output error", "x\x1b.csv"),
            r"the operating system says: Input/output error: 'x\x1b",
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "No such file or directory. Check the path"),
    ],
)
def test_what_the_machine_cannot_do_is_said_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(chaingraph.reading.read, "read_case", fail)
    monkeypatch.setattr(sys, "stdout", io.StringIO())  # nothing to be printed there any more
    assert cli.main(["check", "x", "--lang", "en"]) == cli.REFUSED
    assert said in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("where", "code", "said"), [(">/dev/full", 1, "操作系统报告：No space left on device"), (">&-", 0, "")]
)
def test_output_that_cannot_be_printed_is_said(where: str, code: int, said: str) -> None:
    call = ["bash", "-c", f"{sys.executable} -m chaingraph --version {where}"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, encoding="utf-8")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == code


def test_check_says_what_was_read(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    assert cli.main(["check", case, "--rejects", str(rejects)]) == cli.DONE
    shown = capsys.readouterr().out
    assert "firms.csv" in shown
    assert "22" in shown
    assert rejects.read_text("utf-8-sig").splitlines()[0] == "table,row,column,value,reason,remedy"


def test_refused_case_still_gives_its_rejects(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    firms = Path(case) / "firms.csv"
    lines = firms.read_text("utf-8").splitlines()
    firms.write_text("\n".join([lines[0], *(line.replace(",中国,", ",中国,", 1) for line in lines[1:])]), "utf-8")
    links = Path(case) / "firm_segments.csv"
    links.write_text(links.read_text("utf-8").replace("PV0", "XX0"), "utf-8")
    path = tmp_path / "rejects.xlsx"
    assert cli.main(["check", case, "--rejects", str(path)]) == cli.REFUSED
    assert "XX0" in capsys.readouterr().err
    cells = [str(cell.value) for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert any(value.startswith("XX0") for value in cells)


def test_gaps_on_the_screen_and_as_files(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    assert cli.main(["gaps", case, "--region", "嘉兴", "--chain", "甲光伏"]) == cli.DONE
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split()[:3] == ["产业链", "环节编号", "环节"]
    assert {line.split()[1] for line in shown[1:]} == {"PV01", "PV02", "PV03", "PV04", "PV05"}
    assert "乙氢能" not in "".join(shown)
    for name in ("gaps.csv", "gaps.xlsx"):
        assert cli.main(["gaps", case, "--region", "嘉兴", "--out", str(tmp_path / name)]) == cli.DONE
    assert len((tmp_path / "gaps.csv").read_text("utf-8-sig").splitlines()) == 10
    assert openpyxl.load_workbook(tmp_path / "gaps.xlsx").sheetnames == ["缺口清单"]
    assert cli.main(["gaps", case, "--region", "嘉兴", "--out", str(tmp_path / "gaps.docx")]) == cli.REFUSED


def test_shortlist_on_the_screen_and_as_files(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    call = ["shortlist", case, "--region", "嘉兴", "--chain", "pv", "--lang", "en"]
    assert cli.main(call) == cli.DONE
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].split()[:3] == ["List", "Rank", "Firm"]
    assert "New target" in shown
    assert "O08" not in shown  # insolvent
    assert cli.main([*call, "--out", str(tmp_path / "pv.xlsx")]) == cli.DONE
    assert "Toy photovoltaics" in openpyxl.load_workbook(tmp_path / "pv.xlsx").sheetnames
    assert cli.main([*call, "--out", str(tmp_path / "pv.csv")]) == cli.DONE
    assert (tmp_path / "pv.csv").read_text("utf-8-sig").startswith("chain_id,chain,segment_id")


def test_map_is_one_file(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pv.html"
    assert cli.main(["map", case, "--region", "嘉兴", "--chain", "甲光伏", "--out", str(path)]) == cli.DONE
    assert "<html" in path.read_text("utf-8")
    assert str(path) in capsys.readouterr().out


def test_init_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.xlsx"
    assert cli.main(["init", str(path)]) == cli.DONE
    assert path.exists()
    assert cli.main(["init", str(path)]) == cli.REFUSED
    assert "mine.xlsx" in capsys.readouterr().err


def test_run_writes_everything_and_says_what(capsys: pytest.CaptureFixture[str], case: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["run", case, "--region", "嘉兴", "--out", str(out), "--chain", "hy"]) == cli.DONE
    captured = capsys.readouterr()
    assert "1 条产业链" in captured.out
    assert "index.html" in captured.out
    assert captured.err == ""  # no bar where no one looks
    assert {"index.html", "hy.html", "shortlist.xlsx", "shortlist.csv", "gaps.csv", "questions.csv", "run.json"} <= {
        path.name for path in out.iterdir()
    }
    assert not (out / "pv.html").exists()


def test_run_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: dict[str, object] = {}

    def fake(case: str, **options: object) -> None:
        seen.update(options, case=case)
        raise ChaingraphError("stop here")

    monkeypatch.setattr(chaingraph.main_job, "run", fake)
    call = ["run", "c", "--region", "嘉兴", "--out", "o", "--chain", "a", "--chain", "b", "--top", "7", "--seed", "3"]
    more = ["--draws", "9", "--strategy", "build", "--as-of", "2025-06", "--reference", "r", "--lang", "en"]
    more += ["--profile", "english", "--update", "u.xlsx", "--pictures", "--compare", "old", "--backtest", "b"]
    assert cli.main([*call, *more]) == cli.REFUSED
    del seen["progress"]
    assert seen == {
        "case": Path("c"),
        "region": "嘉兴",
        "out": Path("o"),
        "chains": ("a", "b"),
        "top": 7,
        "seed": 3,
        "draws": 9,
        "strategy": "build",
        "as_of": "2025-06",
        "reference": "r",
        "lang": "en",
        "pictures": True,
        "profile": "english",
        "update": Path("u.xlsx"),
        "compare": Path("old"),
        "ledger": None,
        "ledger_place": None,
        "engine": "duckdb",
        "master": None,
        "weights": None,
        "likelihood": None,
        "backtest": Path("b"),
        "known_by": None,
        "keep_undated": False,
    }


def test_interruption_is_said_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(chaingraph.reading.read, "read_case", interrupted)
    assert cli.main(["check", "x"]) == cli.INTERRUPTED
    assert "已中断" in capsys.readouterr().err


def test_case_error_without_rejects(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise CaseError("no table")

    monkeypatch.setattr(chaingraph.reading.read, "read_case", refuse)
    assert cli.main(["check", "x", "--rejects", "r.csv"]) == cli.REFUSED
    assert not Path("r.csv").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_leaves_out_as_it_was(case: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "gaps.csv").write_text("old")
    script = (
        "import sys, time, chaingraph.main_job as run\n"
        "def slow(*_, **__):\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "run.write_pages = slow\n"
        "from chaingraph.cli.main import main\n"
        f"sys.exit(main(['run', {case!r}, '--region', '嘉兴', '--out', {str(out)!r}]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == cli.INTERRUPTED
    assert "已中断" in said.decode("utf-8")
    assert b"Traceback" not in said
    assert [path.name for path in out.iterdir()] == ["gaps.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "toy"]


@pytest.mark.parametrize("module", ["chaingraph.cli.main", "click", "chaingraph.labels"])
def test_ctrl_c_while_the_program_loads_is_told_as_later(module: str) -> None:
    script = (
        "import runpy, sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            sys.meta_path.remove(self)\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "sys.argv = ['chaingraph', 'check', '--lang', 'en']\n"
        "runpy.run_module('chaingraph', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == cli.INTERRUPTED
    assert done.stderr == "\nInterrupted; no half-written file was left behind.\n"
    assert done.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")
def test_terminal_shows_a_bar(case: str, tmp_path: Path) -> None:
    import pty

    parent, child = pty.openpty()
    call = [sys.executable, "-m", "chaingraph", "run", case, "--region", "嘉兴", "--out", str(tmp_path / "out")]
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=child) as process:
        os.close(child)
        seen = b""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                part = os.read(parent, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
        process.wait(timeout=60)
    os.close(parent)
    assert process.returncode == 0
    shown = seen.decode("utf-8", "replace")
    assert "100%" in shown
    assert "计算契合度" in shown


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_reader_that_leaves_early_is_no_error(case: str) -> None:
    call = f"{sys.executable} -m chaingraph gaps {case} --region 嘉兴 | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=True, encoding="utf-8")
    assert "Traceback" not in done.stderr
    assert done.stdout.strip() in {"0", str(cli.PIPE_CLOSED)}


def test_tables_line_up_and_fit_the_screen() -> None:
    rows = [["硅片\n第二行", "1"], ["x\x1b[31m" + "长" * 60, "22"]]
    lines = table_text(["环节", "n"], rows, width=30).splitlines()
    assert [shown_width(line) for line in lines] == [29, 29, 30]
    assert lines[1] == "硅片" + " " * 24 + "1"
    assert lines[2].startswith("x[31m长长")
    assert lines[2].endswith("…   22")  # a cut Chinese character leaves a blank
