"""Sealing, proving and saving a ledger from the command line. Every firm and office is constructed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.made_ledger import Run, add


def test_a_seal_is_written_and_proves_the_past(run: Run, tmp_path: Path) -> None:
    add(run)
    seal = tmp_path / "seal.json"
    code, said = run("seal", "--out", str(seal))
    assert (code, "1 events (up to 2024-03-01) are sealed" in said) == (0, True)
    assert set(json.loads(seal.read_text(encoding="utf-8"))) == {"form", "events", "digest", "day"}
    add(run, "p2", project="构造二期", investor="构造乙有限公司")
    code, said = run("check", "--against", str(seal))
    assert (code, "The first 1 events (up to 2024-03-01) are the ones that were sealed" in said) == (0, True)
    assert "only a seal kept elsewhere proves" in run("check")[1]
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "l.db").rename(other / "l.db")
    add(run, project="别的项目")
    code, said = run("check", "--against", str(seal))
    assert (code, "seal: 1" in said) == (1, True)


def test_what_holds_of_a_damaged_ledger_is_recovered(run: Run, tmp_path: Path) -> None:
    add(run)
    add(run, "p2", project="构造二期", investor="构造乙有限公司")
    with closing(sqlite3.connect(tmp_path / "l.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_stay")
        connection.execute("UPDATE events SET why = 'x' WHERE number = 2")
    code, said = run("check")
    assert (code, "digest: 2 p2" in said) == (1, True)
    code, said = run("recover", str(tmp_path / "new.db"))
    assert code == 1
    assert "1 events were recovered" in said
    assert "event 2 was not recovered (digest): 2024-03-01 entered p2" in said
    assert run("recover", str(tmp_path / "new.db"))[0] == 1  # the file is there already


def test_a_day_beyond_tomorrow_wants_a_yes(run: Run) -> None:
    add(run)
    act = ("report", "p1", "--by", "平湖市投促局", "--place", "平湖市", "--at", "2042-01-31")
    code, said = run(*act)
    assert (code, "add --yes" in said) == (2, True)
    assert run(*act, "--yes")[0] == 0
