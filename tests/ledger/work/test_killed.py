"""A merge that is killed at any point leaves the log whole, and merging again brings it to where it would have been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.work.log import leads_in_work
from tests.made_ledger import RULES
from tests.made_work import assigned, filled_in, merged, new_log, sent_out, taken

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")]

LEADS = 30
CHILD = """
import sys
from pathlib import Path
from tests.made_ledger import RULES
from tests.made_work import merged
from chaingraph.ledger.opening import open_ledger
with open_ledger(Path(sys.argv[1]), RULES) as ledger:
    print("begun", flush=True)
    merged(ledger, Path(sys.argv[2]), at="2026-03-10")
"""


def prepared(folder: Path) -> Path:
    """A log of thirty leads with one unit, and its sheet filled in."""
    with new_log(folder) as ledger:
        for number in range(LEADS):
            taken(ledger, f"s-{number}")
            assigned(ledger, "平湖市", lead=f"s-{number}")
        files = sent_out(ledger, folder / "out")
    rows = {
        f"s-{number}": {"对接日期": "2026-03-04", "对接情况": f"第{number}家", "反馈结论": "持续跟踪"}
        for number in range(LEADS)
    }
    filled_in(files["平湖市"], folder / "back", rows)
    return folder / "ledger.db"


def states(path: Path) -> list[tuple[object, ...]]:
    with open_ledger(path, RULES) as ledger:
        assert check_ledger(ledger) == []
        return [(lead.lead_id, lead.stage, lead.facts, lead.contacts) for lead in leads_in_work(ledger)]


def test_killed_anywhere_the_log_is_whole_and_a_second_merge_completes_it(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = prepared(tmp_path / "whole")
    with open_ledger(whole, RULES) as ledger:
        started = time.monotonic()
        merged(ledger, tmp_path / "whole" / "back", at="2026-03-10")
        took = time.monotonic() - started
    wanted, seen = states(whole), set()
    for turn, pause in enumerate((0.0, 0.3 * took, 0.7 * took)):
        folder = tmp_path / str(turn)
        folder.mkdir()
        path = prepared(folder)
        words = [sys.executable, "-c", CHILD, str(path), str(folder / "back")]
        root = str(Path(__file__).resolve().parents[3])
        with subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(pause)
            child.send_signal(signal.SIGKILL)
        found = states(path)
        seen.add(sum(stage == "fed_back" for _, stage, _, _ in found))
        with open_ledger(path, RULES) as ledger:
            merged(ledger, folder / "back", at="2026-03-10")
        assert states(path) == wanted
    assert min(seen) < LEADS  # at least one was cut off before its end
