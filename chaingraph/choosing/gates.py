"""The gates and their order: which known facts hold a firm back, and which of several is told.

A gate is added here, and nowhere else is an order of them written down. Where its fact is found: a state or a dated
sign of the firm is named in the row of the gate; how firms stand (`facts.standing`) is turned into gates in
``choosing/standing_gates.py``; any other fact about a firm is one more source in ``sql/firm_gates.sql``; a fact about a
segment, or about what a firm does in it, is a condition in ``sql/pool.sql``. Its words are in
``library/labels/gates.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from chaingraph.sql import Query


@dataclass(frozen=True)
class Gate:
    """A known fact that holds a firm back; an unknown one never does."""

    name: str
    meaning: str
    status: str | None = None  # the state of a firm (`firms.status`) that says so
    signal: str | None = None  # the kind of a young dated sign (`firm_signals.kind`) that says so


# The plainest first: of several that speak against a firm, the first is told and counted.
GATES = (
    Gate("local", "seated in the region, and no young sign says that it expands here"),
    Gate("not_local", "seated elsewhere, where firms of the region are asked for"),
    Gate("held_elsewhere", "another place negotiates with it alone, says the ledger"),
    Gate("dissolved", "the firm is no more", status="dissolved"),
    Gate("merged", "merged into another firm, which is to be looked at instead"),
    Gate("sanctioned", "under sanctions", status="sanctioned"),
    Gate("insolvency", "insolvent, by its state or by a young sign", status="insolvent", signal="insolvency"),
    Gate("sold", "has sold the business"),
    Gate("left_trade", "has left the trade"),
    Gate("downsizing", "a young sign says that it shrinks", signal="downsizing"),
    Gate("left", "has lately left the region"),
    Gate("decided_elsewhere", "has lately decided on a place elsewhere"),
    Gate("ended", "has lately given the project up"),
    Gate("delisted", "has left the list it is known from (decision 35)", status="delisted"),
    Gate("stopped", "what it makes of this is stopped"),
    Gate("admission", "the region restricts or prohibits the segment"),
    Gate("not_maker", "buys, brands or licenses it, or operates what others make (`facts.roles`)"),
    Gate("no_gap", "makes nothing that the chains lack"),
    Gate("no_parcel", "no parcel of land suits it"),
)
_ORDER = {gate.name: place for place, gate in enumerate(GATES, start=1)}


def gates_table() -> pd.DataFrame:
    """The gates as SQL texts join to them.

    Returns
    -------
    DataFrame
        One row per gate: gate, gate_order (1 = the plainest), status, signal (missing where no state or sign says so).
    """
    rows = [(gate.name, _ORDER[gate.name], gate.status, gate.signal) for gate in GATES]
    frame = pd.DataFrame(rows, columns=["gate", "gate_order", "status", "signal"])
    return frame.astype({"gate": "str", "gate_order": "int32", "status": "str", "signal": "str"})


def plainest(names: Iterable[str | None]) -> str | None:
    """The gate that speaks most plainly; None where none does.

    Examples
    --------
    >>> plainest(["not_maker", None, "dissolved"]), plainest([None])
    ('dissolved', None)
    """
    return min((name for name in names if name is not None), key=lambda name: _ORDER[name], default=None)


def firm_gates(query: Query, trouble: pd.DataFrame) -> dict[str, str]:
    """What known fact about a firm, whatever it makes, speaks most plainly against it?

    Parameters
    ----------
    query
        Runs the SQL texts on ``firms``.
    trouble
        From `candidates.signals`.

    Returns
    -------
    dict
        The gate by firm_id; a firm that nothing known speaks against is not in it.
    """
    found = query("firm_gates", tables={"gates": gates_table(), "trouble": trouble})
    return dict(zip(found["firm_id"], found["gate"], strict=True))
