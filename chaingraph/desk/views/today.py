"""The first view: what waits, what is due, what was done last."""

from __future__ import annotations

from chaingraph.desk import inbox
from chaingraph.desk.decisions import decided
from chaingraph.desk.desk import Answer, Asked, Page
from chaingraph.desk.views.history import versions
from chaingraph.desk.views.leads import due_grid, due_rows
from chaingraph.leads.listing import lead_list

_VERSIONS = 6


def today(asked: Asked) -> Answer:
    """The desk as one comes to it in the morning."""
    case = asked.case
    leads = lead_list(case.tables, as_of=asked.desk.today)
    counts = {name: len(case[name]) for name in ("chains", "segments", "firms", "firm_signals")}
    return Page(
        "today.html",
        {
            "counts": counts,
            "inbox": len(inbox.all_waiting(asked)),
            "pending": int((case["firm_signals"]["review"] == "pending").sum()),
            "decided": len(decided(asked.desk)),
            "reasons": int(leads["reason"].sum()),
            "rejects": len(case.rejects),
            "due": due_grid(asked, due_rows(asked)),
            "versions": versions(asked)[:_VERSIONS],
        },
    )
