"""Windows as far as it can be shown elsewhere: no fcntl, devices for names, long paths, CRLF and GBK; and its CI job.

The lock of Windows has a contract test of its own (`tests/engines/test_locks.py`); a file that Excel holds open is
imitated in `tests/writers/test_files.py`.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.writers import files, workroom
from chaingraph.writers.files import output_folder, write_bytes
from tests.toy import write_toy

ROOT = Path(__file__).resolve().parents[1]

# Libraries choose their system when they are imported: theirs stays, ours is told that it is Windows.
AS_WINDOWS = """
import sys, types
import click, duckdb, networkx, numpy, pandas, rapidfuzz, scipy.sparse, scipy.sparse.linalg, sklearn.linear_model
import sqlite3, subprocess, tempfile, xlsxwriter
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[name] = None
msvcrt = types.ModuleType("msvcrt")
msvcrt.LK_NBLCK, asked = 2, []
msvcrt.locking = lambda handle, mode, count: asked.append((mode, count))
sys.modules["msvcrt"] = msvcrt
sys.platform = "win32"
import ctypes
fixed_drive = types.SimpleNamespace(GetDriveTypeW=lambda root: 3)
ctypes.windll = types.SimpleNamespace(kernel32=fixed_drive)
from chaingraph.cli.main import main
code = main(sys.argv[1:])
print("locks", set(asked))
sys.exit(code)
"""


@pytest.mark.slow
def test_without_fcntl_a_run_and_a_ledger_are_written(tmp_path: Path) -> None:
    case = write_toy(tmp_path / "toy")
    add = ["ledger", "add", str(tmp_path / "ledger.db"), "p1", "--by", "centre", "--at", "2024-03-01", "--create"]
    for name, value in (("project", "构造"), ("investor", "构造甲公司"), ("place", "平湖市"), ("capital", "外资")):
        add += ["--set", f"{name}={value}"]
    run = ["run", str(case), "--region", "嘉兴", "--out", str(tmp_path / "out"), "--draws", "0", "--reference", "none"]
    for words in (run, run, add, ["ledger", "check", str(tmp_path / "ledger.db")]):
        done = subprocess.run(
            [sys.executable, "-c", AS_WINDOWS, *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        assert words is not run or "locks {(2, 1)}" in done.stdout
    assert len(list((tmp_path / "out").iterdir())) == 18  # tables, lists of the plan, pages, workbook, run.json


@pytest.mark.parametrize(
    "name", ["con.csv", "NUL", "Com1.xlsx", "lpt9.x.csv", "a:b.csv", "aux .csv", "gaps.csv.", "x "]
)
def test_names_of_devices_and_streams_are_refused_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (files, workroom):
        monkeypatch.setattr(module, "WINDOWS", True)
    with pytest.raises(StoreError, match="Windows"):
        write_bytes(b"x", tmp_path / name)
    with pytest.raises(StoreError, match="Windows"), output_folder(tmp_path / name / "out"):
        pass
    assert list(tmp_path.iterdir()) == []
    write_bytes(b"x", tmp_path / "context.csv")  # begins like one


def test_a_path_too_long_for_windows_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows says of a path beyond 260 characters that it is not there."""
    monkeypatch.setattr(workroom, "WINDOWS", True)
    long = tmp_path / ("a" * 120) / ("b" * 120)
    long.mkdir(parents=True)

    def absent(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.ENOENT, "The system cannot find the path specified", str(self))

    monkeypatch.setattr(Path, "mkdir", absent)
    with pytest.raises(StoreError, match="shorter"):
        write_bytes(b"x", long / "gaps.csv")
    with pytest.raises(StoreError, match="does not exist"):
        write_bytes(b"x", tmp_path / "gaps.csv")


def test_the_workflow_tries_windows_and_arm() -> None:
    told = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    for part in (".ci/run", "windows-2022", "cp936", "ubuntu-24.04-arm", "--only-binary=:all:", "core.autocrlf true"):
        assert part in told


def test_the_desk_of_windows_is_a_batch_file_that_cmd_reads() -> None:
    """Untested on Windows. What is known of it: carriage returns, labels that are there, paths in quotes, extras."""
    held = (ROOT / "scripts" / "desk.bat").read_bytes()
    assert held.count(b"\n") == held.count(b"\r\n")
    lines = held.decode("utf-8").split("\r\n")
    labels = {line[1:] for line in lines if line.startswith(":")}
    wanted = {line.rpartition("goto ")[2] for line in lines if "goto " in line}
    assert wanted == labels == {"failed", "given", "ended"}
    assert [line for line in lines if "%root%" in line]
    assert not [line for line in lines if "%root%" in line and line.count('"') % 2]
    extras = held.decode("utf-8").partition("%root%[")[2].partition("]")[0]
    assert f'scripts/setup" {extras}\n' in (ROOT / "scripts" / "desk").read_text(encoding="utf-8")
    assert any("chcp 65001" in line for line in lines[:4])  # the region is Chinese
    desktop = (ROOT / "scripts" / "desk.desktop").read_text(encoding="utf-8").splitlines()
    assert desktop[0] == "[Desktop Entry]"
    keys = dict(line.split("=", 1) for line in desktop[1:] if line)
    assert {"Type", "Name", "Exec", "Terminal"} <= set(keys)


def test_the_desktop_file_opens_the_desk_beside_it(tmp_path: Path) -> None:
    """The line that a desktop runs, %k being where the file lies, also under a name with blanks."""
    folder = tmp_path / "a folder 招商"
    folder.mkdir()
    (folder / "desk").write_text("#!/bin/sh\necho opened\n", encoding="utf-8")
    (folder / "desk").chmod(0o755)
    lines = (ROOT / "scripts" / "desk.desktop").read_text(encoding="utf-8").splitlines()
    command = next(line.partition("=")[2] for line in lines if line.startswith("Exec="))
    script = command.removeprefix("sh -c '").partition("' sh %k")[0]
    done = subprocess.run(["sh", "-c", script, "sh", str(folder / "desk.desktop")], capture_output=True, check=True)
    assert done.stdout == b"opened\n"
