"""The week on one sheet: leads and projects by stage and unit, what has changed since a week ago, what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from chaingraph.ledger import views as projects
from chaingraph.ledger.fields import STAGES
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.views import changes, counted_by, due_list, stage_counts
from chaingraph.model.days import days_later

WEEK = 7


@dataclass(frozen=True)
class Weekly:
    """What the meeting of a week looks at.

    ``leads``: stage -> (how many now, how many a week ago). ``projects``: the ledger's stage -> how many now, of which
    in this week. ``by_unit``, ``by_owner``, ``by_chain``: as `views.counted_by`, of a unit also
    ``late``. ``changed``: as `views.changes`,
    without what is a mere change of fields. ``due``: as `views.due_list`.
    """

    as_of: str
    since: str
    leads: Mapping[str, tuple[int, int]]
    projects: Mapping[str, tuple[int, int]]
    by_unit: pd.DataFrame
    by_owner: pd.DataFrame
    by_chain: pd.DataFrame
    changed: pd.DataFrame
    due: pd.DataFrame


def weekly(ledger: Ledger, as_of: str, *, case: Mapping[str, pd.DataFrame] | None = None, days: int = WEEK) -> Weekly:
    """What the week's meeting looks at, on a day.

    Parameters
    ----------
    case
        Tables of the case, for facts that are past their window.
    days
        How many days back changes are told.
    """
    since = days_later(as_of, -days)
    leads = leads_in_work(ledger, until=as_of)
    now, before = stage_counts(leads), stage_counts(leads_in_work(ledger, until=since))
    standing = projects.projects(ledger)
    reached = projects.happened(ledger, days_later(since, 1), as_of)
    held = standing["stage"].value_counts()
    came = reached["what"].value_counts()
    units = counted_by(leads, "unit")
    dues = due_list(ledger, as_of, case=case)
    late = dues[dues["reason"] == "overdue"]["unit"].value_counts()
    units["late"] = units["unit"].map(lambda unit: int(late.get(unit, 0)), na_action="ignore").fillna(0).astype("Int64")
    changed = changes(ledger, since, as_of)
    return Weekly(
        as_of,
        since,
        {stage: (now[stage], before[stage]) for stage in now},
        {stage: (int(held.get(stage, 0)), int(came.get(stage, 0))) for stage in STAGES},
        units,
        counted_by(leads, "owner"),
        counted_by(leads, "chain_id"),
        changed[changed["kind"] != "lead_changed"].reset_index(drop=True),
        dues,
    )
