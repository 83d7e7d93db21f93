"""A seal: what a ledger held on a day, written outside the ledger, so that its past can be proven later.

Without one a check proves that the events hang together, not that they are those which were once recorded: whoever can
write the file can make all of it anew. With a seal kept by somebody else, the events up to it are proven.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.proof.checks import Fault
from chaingraph.ledger.store import Ledger

FORM = "chaingraph ledger seal 1"


def seal(ledger: Ledger) -> dict[str, Any]:
    """What a ledger holds now: how many events, the digest of the newest (it covers all before it), and its day.

    Raises
    ------
    LedgerError
        When nothing stands in the ledger yet.
    """
    row = ledger.connection.execute("SELECT number, digest, at FROM events ORDER BY number DESC LIMIT 1").fetchone()
    if row is None:
        raise LedgerError(reason="nothing_to_seal", path=ledger.path)
    return {"form": FORM, "events": row[0], "digest": row[1], "day": str(row[2])[:10]}


def read_seal(path: Path) -> dict[str, Any]:
    """The seal in a file.

    Raises
    ------
    LedgerError
        When it cannot be read, or is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LedgerError(reason="no_seal", path=path, detail=error) from error
    known = isinstance(content, dict) and content.get("form") == FORM
    if not known or not isinstance(content.get("events"), int) or not isinstance(content.get("digest"), str):
        raise LedgerError(reason="no_seal", path=path, detail=str(content)[:80])
    return dict(content)


def seal_faults(ledger: Ledger, sealed: dict[str, Any]) -> list[Fault]:
    """What of a seal does not hold; with a ledger that is whole, nothing means that its past is the sealed one."""
    row = ledger.connection.execute("SELECT digest FROM events WHERE number = ?", (sealed["events"],)).fetchone()
    if row is None:
        newest = ledger.connection.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0]
        return [Fault("seal", str(sealed["events"]), f"{newest}")]
    return [] if row[0] == sealed["digest"] else [Fault("seal", str(sealed["events"]), str(row[0]))]
