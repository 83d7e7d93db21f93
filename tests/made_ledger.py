"""Acts of constructed projects, and all that a ledger derives from its events."""

from __future__ import annotations

from collections.abc import Callable

from chaingraph.ledger import derived
from chaingraph.ledger.events import Act
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger

RULES = load_rules("jiaxing")


PLACES = ("平湖市", "桐乡市", "海宁市", "嘉善县")


CENTRE = "市投促中心"


Run = Callable[..., tuple[int, str]]  # a command of the ledger: its exit code and what it said


def facts(number: int, **others: object) -> dict[str, object]:
    return {
        "project": f"构造项目{number}",
        "investor": f"构造{number}号有限公司",
        "place": PLACES[number % 4],
        "capital": "foreign",
        "investment_m": 150.0,
        "currency": "USD",
        "constructed": True,
    } | others


def entered(number: int, day: str = "2024-01-05", **others: object) -> Act:
    return Act("entered", f"p{number}", day, "构造投促局", "", facts(number, **others))


def derived_rows(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    return [
        sorted(ledger.connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in derived.TABLES
    ]


def add(run: Run, project_id: str = "p1", **fields: str) -> tuple[int, str]:
    given = {
        "project": "构造一期",
        "investor": "构造甲有限公司",
        "place": "平湖市",
        "capital": "外资",
        "constructed": "是",
    } | fields
    sets = [part for name, value in given.items() for part in ("--set", f"{name}={value}")]
    return run("add", project_id, "--by", "平湖市投促局", "--at", "2024-03-01", "--create", *sets)
