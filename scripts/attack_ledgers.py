"""Ledgers attacked: writers killed and stopped, files overwritten, cut and altered."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from functools import cache
from pathlib import Path

from attack_ground import fresh, ground

PATIENCE = 1.5  # seconds a late writer waits here; a minute in earnest


def ledger_kills(chance: random.Random, _number: int) -> None:
    """Three writers of one ledger, each stopped in turn and then killed: what they said was recorded is there."""
    from chaingraph.ledger.opening import open_ledger
    from chaingraph.ledger.proof.checks import check_ledger
    from chaingraph.ledger.rules import load_rules

    place = fresh()
    path = place / "ledger.db"
    shutil.copy(sound(), path)
    writers = [(mark, *_writing(path, place / f"{mark}.txt", mark, 400)) for mark in ("a", "b", "c")]
    time.sleep(chance.uniform(0.1, 0.8))
    for mark, writer, _ in chance.sample(writers, k=len(writers)):
        if os.waitpid(writer, os.WNOHANG)[0]:
            writers = [one for one in writers if one[1] != writer]
            continue
        os.kill(writer, signal.SIGSTOP)
        began = time.monotonic()
        late, said = _writing(path, place / f"late-{mark}.txt", f"late{mark}", 1, wait=PATIENCE)
        code = os.waitstatus_to_exitcode(os.waitpid(late, 0)[1])
        assert code in (0, 3), f"neither recorded nor refused in words: {code}"
        assert code == 3 or said.read_text().split() == [f"late{mark}0"]
        assert time.monotonic() - began < 20 * PATIENCE, "somebody waits for ever"
        with open_ledger(path, load_rules("jiaxing")) as ledger:  # a reader passes
            assert ledger.projects()
        os.kill(writer, signal.SIGCONT)
        time.sleep(chance.uniform(0, 0.1))
    for _, writer, _ in writers:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
    acknowledged = {line for said in place.glob("*.txt") for line in said.read_text().split()}
    with open_ledger(path, load_rules("jiaxing")) as ledger:
        held = {project.project_id for project in ledger.projects()}
        faults = list(check_ledger(ledger))
    assert faults == [], faults
    assert acknowledged <= held, sorted(acknowledged - held)[:5]
    shutil.rmtree(place)


def _writing(path: Path, said: Path, mark: str, events: int, wait: float = 60) -> tuple[int, Path]:
    """A process that writes events and says each once it is recorded; exit code 3 where it is refused in words."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            import chaingraph.ledger.store as store

            store.WAIT = wait
            code = _write(path, said, mark, events)
        finally:
            os._exit(code)
    return child, said


def _write(path: Path, said: Path, mark: str, events: int) -> int:
    from chaingraph.ledger.events import Act, LedgerError
    from chaingraph.ledger.opening import open_ledger
    from chaingraph.ledger.rules import load_rules

    try:
        with (
            said.open("a", encoding="utf-8") as file,
            open_ledger(path, load_rules("jiaxing"), create=True) as ledger,
        ):
            for number in range(events):
                facts = {
                    "project": f"构造{mark}{number}",
                    "investor": f"构造{mark}{number}号有限公司",
                    "place": "平湖市",
                    "capital": "foreign",
                    "investment_m": 150.0,
                    "currency": "USD",
                    "constructed": True,
                }
                ledger.record(Act("entered", f"{mark}{number}", "2024-01-05", "市投促中心", "", facts))
                print(f"{mark}{number}", file=file, flush=True)
    except LedgerError:
        return 3
    return 0


@cache
def sound() -> Path:
    """A ledger of 25 events."""
    path = ground() / "sound.db"
    assert _write(path, ground() / "sound.txt", "p", 25) == 0
    return path


DAMAGE = (
    ("DROP TRIGGER events_stay", "UPDATE events SET data = '{' WHERE number = 3"),
    ("DROP TRIGGER events_stay", "UPDATE events SET kind = 'vanished' WHERE number = 7"),
    ("DROP TRIGGER events_stay", "UPDATE events SET at = '9999-99-99' WHERE number = 2"),
    ("DROP TRIGGER events_remain", "DELETE FROM events WHERE number > 20"),
    ("DROP TRIGGER events_remain", "DELETE FROM events WHERE number = 5"),
    ("UPDATE projects SET state = '{}' WHERE project_id = 'p3'",),
    ("DROP TABLE projects", "CREATE VIEW projects AS SELECT 1 AS project_id"),
    ("DROP TABLE standing",),
    ("CREATE TRIGGER more AFTER INSERT ON events BEGIN SELECT 1; END",),
)


def ledgers(chance: random.Random, _number: int) -> None:
    """A damaged ledger: told or refused in words; whoever calls it whole finds every event as it was."""
    from chaingraph.ledger.events import LedgerError
    from chaingraph.ledger.opening import open_ledger
    from chaingraph.ledger.proof.checks import check_ledger
    from chaingraph.ledger.proof.recover import recover
    from chaingraph.ledger.rules import load_rules

    rules, whole = load_rules("jiaxing"), sound()
    place = fresh()
    path = Path(shutil.copy(whole, place / "l.db"))
    if chance.random() < 0.4:
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in chance.choice(DAMAGE):
            connection.execute(statement)
        connection.close()
    else:
        content = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 1, 3, 40))):
            spot = chance.randrange(len(content))
            match chance.randrange(5):
                case 0:
                    del content[spot:]
                case 1:
                    content[spot // 4096 * 4096 : (spot // 4096 + 1) * 4096] = chance.randbytes(4096)
                case 2:
                    content[spot : spot + 1] = bytes([chance.randrange(256)])
                case 3:
                    content[spot : spot + 64] = bytes(64)
                case _:
                    content[spot:spot] = chance.randbytes(chance.randint(1, 300))
            if not content:
                break
        path.write_bytes(bytes(content))
    told = False
    for look in ("check", "list", "recover"):
        try:
            if look == "recover":
                recover(path, place / "recovered.db", rules)
                continue
            with open_ledger(path, rules) as ledger:
                if look == "check":
                    told = told or bool(list(check_ledger(ledger)))
                else:
                    ledger.projects(), list(ledger.events())
        except LedgerError:
            told = told or look == "check"
    if not told:
        assert _events(path) == _events(whole), "called whole, and it is not"
    shutil.rmtree(place)


def _events(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM events ORDER BY number").fetchall()
    finally:
        connection.close()
