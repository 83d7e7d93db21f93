"""A ledger that is damaged, full, read-only or altered: told in words, never thrown, and what holds can be saved."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chaingraph.ledger import file
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.opening import look_into, open_ledger
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.proof.recover import recover
from chaingraph.ledger.proof.seal import read_seal, seal, seal_faults
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.views import projects

RULES = load_rules("jiaxing")
CENTRE = "市投促中心"


def filled(path: Path, projects: int = 40) -> Path:
    """A ledger of constructed projects."""
    with open_ledger(path, RULES, create=True) as ledger:
        for number in range(projects):
            facts = {
                "project": f"构造项目{number}",
                "investor": f"构造{number}号有限公司",
                "place": "平湖市",
                "capital": "foreign",
                "investment_m": 150.0,
                "currency": "USD",
                "constructed": True,
            }
            ledger.record(Act("entered", f"p{number}", "2024-01-05", CENTRE, "", facts))
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def altered(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def told(path: Path) -> list[str]:
    """What every way to look at a ledger says of it: refusals in words, or faults; anything else is an error."""
    said: list[str] = []
    for look in (_check, _list, look_into, _recover):
        try:
            found = look(path)
        except LedgerError as error:
            said.append(error.reason)
        else:
            said += [fault.what for fault in found] if look is _check else []
    return said


def _check(path: Path) -> list[object]:
    with open_ledger(path, RULES) as ledger:
        return list(check_ledger(ledger))


def _recover(path: Path) -> object:
    return recover(path, path.with_name("recovered.db"), RULES)


def _list(path: Path) -> object:
    with open_ledger(path, RULES) as ledger:
        return ledger.projects(), list(ledger.events())


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("sound") / "l.db")


@pytest.mark.parametrize("seed", range(24))
def test_an_overwritten_page_is_told(tmp_path: Path, sound: Path, seed: int) -> None:
    path = Path(shutil.copy(sound, tmp_path / "l.db"))
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    page = chance.randrange(len(content) // 4096)
    content[page * 4096 : (page + 1) * 4096] = chance.choice([bytes(4096), chance.randbytes(4096), b"A" * 4096])
    path.write_bytes(bytes(content))
    assert told(path), f"page {page}: nothing was said"


DAMAGE: dict[str, tuple[str, ...]] = {
    "bad JSON": ("DROP TRIGGER events_stay", "UPDATE events SET data = '{' WHERE number = 3"),
    "JSON of another shape": ("DROP TRIGGER events_stay", "UPDATE events SET data = '[1]' WHERE number = 3"),
    "unknown kind": ("DROP TRIGGER events_stay", "UPDATE events SET kind = 'vanished' WHERE number = 3"),
    "a number for a text": ("DROP TRIGGER events_stay", "UPDATE events SET at = x'00ff' WHERE number = 3"),
    "bad state": ("UPDATE projects SET state = '{}' WHERE project_id = 'p3'",),
    "state that is no JSON": ("UPDATE projects SET state = 'x' WHERE project_id = 'p3'",),
    "a view for a table": ("DROP TABLE projects", "CREATE VIEW projects AS SELECT 1 AS project_id"),
    "a missing table": ("DROP TABLE pairs",),
    "another column": ("ALTER TABLE standing ADD COLUMN more TEXT",),
    "a missing trigger": ("DROP TRIGGER events_remain",),
    "another trigger": ("CREATE TRIGGER more AFTER INSERT ON events BEGIN SELECT 1; END",),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_altered_content_is_told(tmp_path: Path, sound: Path, kind: str) -> None:
    path = Path(shutil.copy(sound, tmp_path / "l.db"))
    altered(path, *DAMAGE[kind])
    assert told(path), f"{kind}: nothing was said"


def test_newest_events_that_are_gone_are_missed(tmp_path: Path, sound: Path) -> None:
    """Taken away with the trigger put back, and everything derived anew, as somebody would who hides something."""
    path = Path(shutil.copy(sound, tmp_path / "l.db"))
    with closing(sqlite3.connect(path)) as connection:
        trigger = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'events_remain'").fetchone()[0]
    altered(path, "DROP TRIGGER events_remain", "DELETE FROM events WHERE number > 38", trigger)
    with open_ledger(path, RULES) as ledger:
        ledger.rebuild()
        assert [(fault.what, fault.where, fault.found) for fault in check_ledger(ledger)] == [
            ("number", "38", "40 were recorded")
        ]


def test_a_seal_proves_the_past(tmp_path: Path, sound: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "l.db"))
    kept = tmp_path / "l.seal"
    with open_ledger(path, RULES) as ledger:
        kept.write_text(json.dumps(seal(ledger)), encoding="utf-8")
        ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, "会商", {"record": "argument"}))
        assert seal_faults(ledger, read_seal(kept)) == []  # what came later does not matter
    # Made anew from the start, another past is whole by itself; only the seal tells.
    with open_ledger(tmp_path / "new.db", RULES, create=True) as other:
        for number in range(40):
            facts = {
                "project": f"别的项目{number}",
                "investor": "构造有限公司",
                "place": "平湖市",
                "capital": "domestic",
            }
            other.record(Act("entered", f"p{number}", "2024-01-05", CENTRE, "", facts))
        assert check_ledger(other) == []
        assert [fault.what for fault in seal_faults(other, read_seal(kept))] == ["seal"]
    with open_ledger(tmp_path / "short.db", RULES, create=True) as other:
        with pytest.raises(LedgerError, match="nothing to seal"):
            seal(other)
        assert [fault.what for fault in seal_faults(other, read_seal(kept))] == ["seal"]


@pytest.mark.parametrize("content", ["", "[]", '{"form": "x"}', '{"form": "chaingraph ledger seal 1", "events": "3"}'])
def test_what_is_no_seal_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "seal.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LedgerError, match="is not a seal"):
        read_seal(path)


def test_what_holds_is_recovered_and_the_rest_is_listed(tmp_path: Path, sound: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "l.db"))
    altered(path, "DROP TRIGGER events_stay", "UPDATE events SET data = '{' WHERE number = 31")
    before = path.read_bytes()
    found = recover(path, tmp_path / "new.db", RULES)
    assert path.read_bytes() == before
    assert (found.copied, [each.number for each in found.lost]) == (30, list(range(31, 41)))
    assert "构造项目35" in found.lost[5].content
    with open_ledger(tmp_path / "new.db", RULES) as ledger:
        assert check_ledger(ledger) == []
        assert len(ledger.projects()) == 30
        ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, "会商", {"record": "argument"}))
        assert check_ledger(ledger) == []
    with pytest.raises(LedgerError, match="already exists"):
        recover(path, tmp_path / "new.db", RULES)


def test_a_sound_ledger_is_recovered_whole(tmp_path: Path, sound: Path) -> None:
    found = recover(sound, tmp_path / "new.db", RULES)
    assert (found.copied, found.lost) == (40, [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for create in (False, True):
        with pytest.raises(LedgerError, match="a pipe"):
            open_ledger(tmp_path / "pipe", RULES, create=create)
    with pytest.raises(LedgerError):
        look_into(tmp_path / "pipe")


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, sound: Path) -> None:
    path = Path(shutil.copy(sound, tmp_path / "l.db"))

    def until_it_is_full() -> None:
        with open_ledger(path, RULES) as ledger:
            ledger.connection.execute("PRAGMA max_page_count = 1")
            for number in range(2_000):
                ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, f"会商{number}", {"record": "argument"}))

    with pytest.raises(LedgerError, match="disk may be full") as refused:
        until_it_is_full()
    assert refused.value.reason == "disk"
    with open_ledger(path, RULES) as ledger:
        assert check_ledger(ledger) == []
        assert len(ledger.projects()) == 40


def read_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make a folder read-only: by a mount where that is allowed, else as the system would answer."""
    folder = str(path.parent)
    done = subprocess.run(["mount", "--bind", "-o", "ro", folder, folder], capture_output=True, check=False)
    if done.returncode == 0:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True, capture_output=True)
        return lambda: subprocess.run(["umount", folder], check=True, capture_output=True) and None
    monkeypatch.setattr(file.os, "access", lambda *_: False)
    return monkeypatch.undo


@pytest.mark.parametrize("rules", ["jiaxing", "none"])
def test_a_read_only_ledger_is_read_and_refuses_to_record(
    tmp_path: Path, sound: Path, monkeypatch: pytest.MonkeyPatch, rules: str
) -> None:
    """Under other rules too, for which it would have to be derived anew."""
    (tmp_path / "disk").mkdir()
    path = Path(shutil.copy(sound, tmp_path / "disk" / "l.db"))
    given = load_rules("jiaxing") if rules == "jiaxing" else load_rules(_no_rules(tmp_path))
    undo = read_only(path, monkeypatch)
    try:
        with open_ledger(path, given) as ledger:
            assert check_ledger(ledger) == []
            assert len(projects(ledger)) == 40
            with pytest.raises(LedgerError, match="is read-only"):
                ledger.record(Act("recorded", "p1", "2024-02-01", CENTRE, "会商", {"record": "argument"}))
        assert len(look_into(path).projects) == 40
    finally:
        undo()


def _no_rules(folder: Path) -> str:
    place = folder / "rules.toml"
    place.write_text('name = "无"\nplan = "构造"\n', encoding="utf-8")
    return str(place)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
@pytest.mark.parametrize(("folder", "wanted"), [(0o755, 0o600), (0o700, 0o600), (0o770, 0o660), (0o775, 0o660)])
def test_a_new_ledger_is_for_those_who_share_its_folder(tmp_path: Path, folder: int, wanted: int) -> None:
    place = tmp_path / "office"
    place.mkdir()
    place.chmod(folder)
    former = os.umask(0o002)
    try:
        with open_ledger(place / "l.db", RULES, create=True):
            rights = {each.name: each.stat().st_mode & 0o777 for each in place.iterdir()}
    finally:
        os.umask(former)
    assert set(rights.values()) == {wanted}, rights
