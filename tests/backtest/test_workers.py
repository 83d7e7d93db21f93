"""The processes of a back-test end with the command, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = """
import time
from chaingraph.cli.proof.backtest import _each_on_all_cores
if __name__ == "__main__":
    with _each_on_all_cores([1, 2]) as each:
        list(each(time.sleep, [60, 60]))
"""
PROC = Path("/proc")


def children(parent: int) -> list[int]:
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                held = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if int(held[1]) == parent and held[0] != "Z":
                found.append(int(folder.name))
    return found


def alive(process: int) -> bool:
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.long
@pytest.mark.skipif(
    not PROC.is_dir() or len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="/proc and two cores"
)
def test_workers_end_when_the_command_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(COMMAND, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}) as command:
        until = time.monotonic() + 60
        while len(held := children(command.pid)) < 3 and time.monotonic() < until:  # two, and who keeps count of them
            time.sleep(0.1)
        time.sleep(2)  # they are at work
        command.send_signal(signal.SIGKILL)
        command.wait()
    until = time.monotonic() + 20
    while any(map(alive, held)) and time.monotonic() < until:
        time.sleep(0.1)
    left = [process for process in held if alive(process)]
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert len(held) == 3
    assert not left
