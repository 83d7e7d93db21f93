"""Killed at any point: the case and the ledger are whole, as before or as after, and the desk goes on from there."""

from __future__ import annotations

import json
import os
import random
import shutil
import threading
import time
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.desk.home import desk_home
from chaingraph.ledger.opening import open_ledger
from chaingraph.reading.example import load_example
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from chaingraph.writers.into.versions import case_held
from tests.made_desk import TEXT, Running, start_desk
from tests.made_ledger import RULES

pytestmark = pytest.mark.long


def state_of(case: Path) -> tuple[int, int, int]:
    """What the case holds, read as anybody reads it: firms, facts, facts that were reviewed."""
    held = read_case(case)
    signals = held["firm_signals"]
    return len(held["firms"]), len(signals), int(signals["review"].isin(["accepted", "rejected"]).sum())


def waiting_in(running: Running, text: str) -> str:
    status, headers, _ = running.post("/bring/text", {"text": text, "published": "2025-06-02"})
    assert status == 303
    return headers["location"].rpartition("/")[2]


def killed_while(running: Running, path: str, form: dict[str, str], after: float) -> None:
    """Send an act, and kill the desk after so many seconds."""

    def send() -> None:
        try:
            running.post(path, form)
        except OSError:
            pass  # the desk was killed before it answered
        except Exception as error:  # noqa: BLE001 # likewise: half an answer
            assert "closed" in str(error) or "IncompleteRead" in repr(error) or "Remote" in repr(error), error  # noqa: PT017 # in a thread

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(after)
    running.stop()
    sender.join(60)


@pytest.mark.parametrize(
    "names",
    [("华岭",), pytest.param(("宏川", "永腾", "盛达", "科远", "瑞丰"), marks=pytest.mark.slow)],
    ids=["some", "others"],
)
def test_the_case_is_as_before_or_as_after(names: tuple[str, ...], tmp_path: Path) -> None:
    case, state = tmp_path / "case", tmp_path / "state"
    write_case(load_example(), case, form="csv")
    chance = random.Random("".join(names))
    for name in names:
        running = start_desk(case, state)
        before = state_of(case)
        token = waiting_in(running, TEXT.replace("构造甲", f"构造{name}"))
        killed_while(running, f"/bring/{token}/take", {}, chance.uniform(0.0, 1.2))
        after = state_of(case)
        assert after in (before, (before[0] + 1, before[1] + 1, before[2]), (before[0] + 2, before[1] + 2, before[2]))
        # Whoever comes next finds the case whole, takes the file in, and it is there once.
        running = start_desk(case, state)
        running.post(f"/bring/{token}/take", {})
        done = state_of(case)
        running.stop()
        assert done[1] in (before[1] + 1, before[1] + 2)
        with case_held(case) as room:
            assert not list(room.iterdir())
    assert main(["check", str(case)]) in (0, 3)


def test_decisions_that_were_answered_survive_a_kill(tmp_path: Path) -> None:
    case, state = tmp_path / "case", tmp_path / "state"
    write_case(load_example(), case, form="csv")
    running = start_desk(case, state)
    running.post(f"/bring/{waiting_in(running, TEXT)}/take", {})
    signals = read_case(case)["firm_signals"]
    one = str(signals.loc[signals["review"] == "pending", "signal_id"].iloc[0])
    running.post("/review/decide", {"signal_id": one, "decision": "accept"})
    killed_while(running, "/review/write", {}, 0.05)
    running = start_desk(case, state)
    running.post("/review/write", {})
    running.stop()
    held = read_case(case)["firm_signals"].set_index("signal_id")
    assert held["review"][one] == "accepted"


@pytest.mark.parametrize(("seed", "tries"), [(8, 2), pytest.param(9, 4, marks=pytest.mark.slow)])
def test_the_ledger_is_as_before_or_as_after(seed: int, tries: int, tmp_path: Path) -> None:
    case, state, ledger = tmp_path / "case", tmp_path / "state", tmp_path / "case_ledger.db"
    write_case(load_example(), case, form="csv")
    chance = random.Random(seed)
    for number in range(tries):
        running = start_desk(case, state)
        form = {
            "project_id": f"p-{number}",
            "project": f"构造{number}期",
            "investor": f"构造{number}公司",
            "place": "平湖市",
        }
        killed_while(running, "/projects", form, chance.uniform(0.0, 0.4))
        again = start_desk(case, state)
        status, _, _ = again.post("/projects", form)  # in the same minute it is the same act, later it is refused
        again.stop()
        assert status == 303
        with open_ledger(ledger, RULES) as opened:
            assert f"p-{number}" in [project.project_id for project in opened.projects()]
            assert sum(event.kind == "entered" for event in opened.events(f"p-{number}")) == 1
    assert main(["ledger", "check", str(ledger)]) == 0


def test_what_the_desk_keeps_for_itself_may_be_half_written(tmp_path: Path) -> None:
    case, state = tmp_path / "case", tmp_path / "state"
    write_case(load_example(), case, form="csv")
    home = desk_home(case, {"XDG_STATE_HOME": str(state)})
    for name in ("door.json", "settings.json", "decisions.jsonl"):
        (home / name).write_bytes(b'{"port": 1, "pl')
    (home / "inbox" / "0123456789abcdef").mkdir(parents=True)
    running = start_desk(case, state)
    assert [running.get(path)[0] for path in ("/", "/bring", "/review", "/history")] == [200] * 4
    running.stop()
    assert json.loads((home / "settings.json").read_text(encoding="utf-8"))["region"] == "嘉兴"
    shutil.rmtree(home)
    assert os.path.isdir(case)  # noqa: PTH112 # the desk's own folder is nothing of the case
