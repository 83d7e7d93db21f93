"""What is printed beside a list of which nobody leads the chain."""

from __future__ import annotations

import chaingraph as cg
from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables


def notes(status: str) -> str:
    """Of the chain pv under `strengthen`, without a named leader and with all local makers in one state."""
    tables = toy_tables()
    for name in ("designations", "leader_purchases"):
        tables[name] = tables[name].iloc[:0]
    rows = tables["firm_segments"]
    local = rows["firm_id"].str.startswith("L")
    tables["firm_segments"] = rows.assign(
        status=rows["status"].mask(local, status),
        role=rows["role"].where(~local),
        basis=rows["basis"].mask(local, "site"),
    )
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", strategy="strengthen", reference=None, draws=0)
    held = found.notes["en"]
    return " ".join(held.loc[held["chain_id"] == "pv", "note"])


def test_the_last_resort_of_a_chain_without_leaders_is_told() -> None:
    assert "This chain has no leader and none can be proposed" in notes("signed")
    assert "This chain has no leader and none can be proposed" not in notes("producing")
