"""Opening the desk: one per case, at its former address, at a port that was asked for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.desk.home import desk_home, former_door, only_desk
from tests.made_desk import Running, start_desk

pytestmark = pytest.mark.long


def test_a_second_desk_of_a_case_leads_to_the_first(running: Running) -> None:
    command = [sys.executable, "-m", "chaingraph", "desk", str(running.case), "--no-browser"]
    variables = {**os.environ, "XDG_STATE_HOME": str(running.case.parent / "state")}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=variables, check=False)
    assert done.returncode == 0
    assert running.address in done.stdout
    assert "已经打开" in done.stdout


def test_the_address_stays_and_a_taken_port_is_left(tmp_path: Path, running: Running) -> None:
    state = tmp_path / "state"
    first = start_desk(running.case, state)
    first.stop()
    again = start_desk(running.case, state)
    again.stop()
    assert again.address == first.address
    with socket.socket() as other:  # another program at the port: it is not told the secret of before
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first.port))
        other.listen()
        third = start_desk(running.case, state)
        third.stop()
    assert third.port != first.port
    assert third.own != first.own


def test_the_lock_ends_with_whoever_holds_it(tmp_path: Path) -> None:
    home = desk_home(tmp_path / "case", {"XDG_STATE_HOME": str(tmp_path)})
    with only_desk(home) as one, only_desk(home) as other:
        assert (one, other) == (True, False)
    with only_desk(home) as again:
        assert again
    assert former_door(home) is None


def test_what_cannot_be_opened_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desk", str(tmp_path / "none"), "--lang", "en"]) == 1
    assert "none" in capsys.readouterr().err
    (tmp_path / "case").mkdir()
    assert main(["desk", str(tmp_path / "case"), "--region", "没有这个地方"]) == 1
