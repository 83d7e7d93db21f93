"""Acts of constructed projects, and all that a ledger derives from its events."""

from __future__ import annotations

from chaingraph.ledger import derived
from chaingraph.ledger.events import Act
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger

RULES = load_rules("jiaxing")


PLACES = ("平湖市", "桐乡市", "海宁市", "嘉善县")


CENTRE = "市投促中心"


def facts(number: int, **others: object) -> dict[str, object]:
    return {"project": f"构造项目{number}", "investor": f"构造{number}号有限公司", "place": PLACES[number % 4],
            "capital": "foreign", "investment_m": 150.0, "currency": "USD", "constructed": True} | others  # fmt: skip


def entered(number: int, day: str = "2024-01-05", **others: object) -> Act:
    return Act("entered", f"p{number}", day, "构造投促局", "", facts(number, **others))


def derived_rows(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    return [
        sorted(ledger.connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in derived.TABLES
    ]
