"""The week on one sheet: leads and projects by stage and unit, what has changed since a week ago, what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from chaingraph.ledger.events import LEAD_KINDS
from chaingraph.ledger.fields import STAGES
from chaingraph.ledger.project import came_to
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.lead import Lead, apply_event
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.views import change_table, changes, counted_by, due_list, stage_counts
from chaingraph.model.days import days_later

WEEK = 7


@dataclass(frozen=True)
class Weekly:
    """What the meeting of a week looks at.

    ``leads``: stage -> (how many now, how many a week ago). ``projects``: the ledger's stage -> how many now, of which
    in this week. ``by_unit``, ``by_owner``, ``by_chain``: as `views.counted_by`, of a unit also
    ``late``. ``changed``: as `views.changes`, by day, with the stages that projects came to (kind ``stage``); of mere
    changes of fields only those that settle on what units differed (kind ``settled``). ``due``: as `views.due_list`.
    ``standing``: (lead, unit) -> how far the unit has come with the lead, and the product that it is about.
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
    standing: Mapping[tuple[str, str], tuple[str, str]]


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
    standing = [project for project in ledger.projects(until=as_of) if not project.same_as]
    held = Counter(project.stage for project in standing)
    came = Counter(stage for project in standing for stage in came_to(project, days_later(since, 1), as_of))
    units = counted_by(leads, "unit")
    dues = due_list(ledger, as_of, case=case)
    late = dues[dues["reason"] == "overdue"]["unit"].value_counts()
    units["late"] = units["unit"].map(lambda unit: int(late.get(unit, 0)), na_action="ignore").fillna(0).astype("Int64")
    told = pd.concat([changes(ledger, since, as_of), _of_projects(ledger, since, as_of)], ignore_index=True)
    settled = told["number"].isin(_settling(ledger, as_of))
    told["kind"] = told["kind"].mask(settled, "lead_settled")
    changed = told.sort_values(["at", "number"], kind="stable")
    return Weekly(
        as_of,
        since,
        {stage: (now[stage], before[stage]) for stage in now},
        {stage: (held[stage], came[stage]) for stage in STAGES},
        units,
        counted_by(leads, "owner"),
        counted_by(leads, "chain_id"),
        changed[changed["kind"] != "lead_changed"].reset_index(drop=True),
        dues,
        {
            (lead.lead_id, unit): (lead.stage_of(unit), str(lead.facts.get("product") or ""))
            for lead in leads
            for unit in lead.worked_by
        },
    )


def owners_of(leads: Iterable[Lead], chains: Collection[str]) -> pd.DataFrame:
    """Where the leads of one chain stand, by the unit whose they are, and the next day on which feedback is due.

    A lead counts once, at its own stage, as in ``by_owner`` and ``by_chain`` of a week.

    Parameters
    ----------
    leads
        As `chaingraph.ledger.work.log.leads_in_work` gives them.
    chains
        The chain's id and names.

    Returns
    -------
    DataFrame
        As `views.counted_by` by owner, and due; missing where nothing is awaited.

    Examples
    --------
    >>> lead = Lead("s-1", {"chain_id": "PV"}, owner="平湖市")
    >>> owners_of([lead, Lead("s-2", {"chain_id": "ES"})], {"PV"})[["owner", "taken", "leads"]].values.tolist()
    [['平湖市', 1, 1]]
    """
    own = [lead for lead in leads if lead.facts.get("chain_id") in chains]
    due: dict[str, str] = {}
    for lead in own:
        for each in lead.open_assignments:
            due[lead.owner] = min(each.due, due.get(lead.owner, each.due))
    counts = counted_by(own, "owner")
    return counts.assign(due=pd.Series([due.get(owner) for owner in counts["owner"]], counts.index, dtype="str"))


def _settling(ledger: Ledger, until: str) -> list[int]:
    """The numbers of the events that decided on what units had differed."""
    own = [event for event in ledger.events() if event.kind in LEAD_KINDS and event.day <= until]
    gone = {event.data.get("event") for event in own if event.kind == "lead_withdrawn"}
    states: dict[str, Lead] = {}
    found = []
    for event in own:
        if event.kind == "lead_withdrawn" or event.event_id in gone:
            continue
        before = states.get(event.project_id)
        if event.kind == "lead_changed" and before is not None and before.conflicts.keys() & event.data.keys():
            found.append(event.number)
        states[event.project_id] = apply_event(before, event)
    return found


def _of_projects(ledger: Ledger, since: str, until: str) -> pd.DataFrame:
    """The stages that projects came to, as rows of `views.changes`; that they were entered is told of their leads."""
    names = {project.project_id: str(project.facts.get("investor", "")) for project in ledger.projects()}
    told = [event for event in ledger.events() if event.kind == "stage" and since < event.day <= until]
    return change_table(
        [
            (
                each.number,
                each.at,
                each.project_id,
                names.get(each.project_id, ""),
                "stage",
                each.by,
                each.data["stage"],
            )
            for each in told
        ]
    )
