"""Commands beside the desk: begun once, followed, broken off; their files are served by the run's own record alone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from chaingraph.desk import runs
from chaingraph.desk.desk import Desk, Page, Sent
from chaingraph.desk.views import maps
from chaingraph.errors import ChaingraphError
from tests.made_desk import ask


def ended(desk: Desk, name: str) -> runs.Work:
    for _ in range(600):
        work = runs.work_of(desk, name)
        if work is not None and not work.going:
            return work
        time.sleep(0.1)
    raise AssertionError(name)


@pytest.mark.long
def test_a_command_is_begun_and_followed(desk: Desk) -> None:
    runs.begin(desk, "check", ["--version"], key="k")
    work = ended(desk, "check")
    assert (work.code, work.key) == (0, "k")
    assert work.said.startswith("chaingraph ")
    runs.begin(desk, "check", ["no-such-command"])
    assert ended(desk, "check").code == 2


def test_a_command_that_the_desk_did_not_outlive_is_broken_off(desk: Desk) -> None:
    folder = desk.home / "work" / "run"
    folder.mkdir(parents=True)
    (folder / "about.json").write_text('{"begun": "2025-06-12T09:00"}', encoding="utf-8")
    work = runs.work_of(desk, "run")
    assert work is not None
    assert (work.going, work.code) == (False, -1)
    assert runs.work_of(desk, "none") is None


@pytest.mark.long
def test_a_command_is_ended(desk: Desk) -> None:
    runs.begin(desk, "run", ["run", str(desk.case), "--region", "嘉兴", "--out", str(desk.out)])
    runs.end(desk, "run")
    assert ended(desk, "run").code != 0
    assert not desk.out.exists()


def run_folder(out: Path) -> None:
    out.mkdir()
    (out / "index.html").write_text("<h1>1</h1>", encoding="utf-8")
    (out / "gaps.csv").write_text("a", encoding="utf-8")
    (out / "private.txt").write_text("secret", encoding="utf-8")
    names = ["index.html", "gaps.csv", "../private.txt", "gone.csv"]
    (out / "run.json").write_text(json.dumps({"files": dict.fromkeys(names, "0")}), encoding="utf-8")


def test_files_of_the_run_are_served_and_no_others(desk: Desk) -> None:
    run_folder(desk.out)
    page = maps.file(ask(desk), "index.html")
    assert page == Sent(b"<h1>1</h1>", "text/html", "")
    assert maps.file(ask(desk), "gaps.csv") == Sent(b"a", "text/csv", "gaps.csv")
    for name in ("private.txt", "../private.txt", "gone.csv", "/etc/passwd", "..", ""):
        with pytest.raises(ChaingraphError, match="没有文件"):
            maps.file(ask(desk), name)


def test_what_was_made_before_the_case_changed_is_said_to_be_old(desk: Desk) -> None:
    run_folder(desk.out)
    page = maps.maps(ask(desk))
    assert isinstance(page, Page)
    assert page.values["old"] is False
    time.sleep(0.02)
    (desk.case / "firms.csv").touch()
    page = maps.maps(ask(desk))
    assert isinstance(page, Page)
    assert page.values["old"] is True
