"""A constructed log of leads in work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaingraph.ledger.events import Act
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import LeadRecorded, record_lead
from tests.made_ledger import CENTRE, RULES

DAY = "2026-03-02"


def new_log(folder: Path) -> Ledger:
    return open_ledger(folder / "ledger.db", RULES, create=True)


def act(
    ledger: Ledger,
    kind: str,
    data: Mapping[str, Any] | None = None,
    *,
    lead: str = "s-1",
    by: str = CENTRE,
    at: str = DAY,
    why: str = "",
) -> LeadRecorded:
    return record_lead(ledger, Act(f"lead_{kind}", lead, at, by, why, data or {}))


def taken(ledger: Ledger, lead: str = "s-1", **facts: object) -> Lead:
    known = {"firm": f"构造{lead}有限公司", "said": "拟建第二工厂", "constructed": True} | facts
    return act(ledger, "taken", known, lead=lead).lead


def assigned(ledger: Ledger, to: str, due: str = "2026-03-09", *, lead: str = "s-1", at: str = DAY) -> Lead:
    return act(ledger, "assigned", {"to": to, "due": due}, lead=lead, at=at).lead
