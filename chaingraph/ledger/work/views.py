"""Leads in work, looked at: the list as a place may see it, counts, what has changed, and what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from chaingraph.leads.listing import months_of
from chaingraph.ledger.events import LEAD_KINDS, whole_day
from chaingraph.ledger.lists.due import expiring
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.fields import CONTACT_FIELDS, LEAD_FIELD, LEAD_STAGES
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.model.columns import is_missing, split
from chaingraph.model.days import days_later, months_before
from chaingraph.model.results import DUE_COLUMNS, WORK_CHANGE_COLUMNS, WORK_COLUMNS
from chaingraph.wording.work import caption, money, word

_SOON = 3  # days before its due day from which an assignment is told
_TOLD = (
    "said",
    "says",
    "answer",
    "to",
    "lost_to",
    "problem",
    "result",
)  # which particular of an event tells most of it
_EXPIRING = 7  # days before the end of an exclusive negotiation from which it is told


_UNTOLD = ("base", "event", "run_id", "currency", "constructed")  # particulars that tell a reader nothing by themselves


def particulars(data: Mapping[str, Any], lang: str, *, kind: str = "") -> str:
    """The particulars of an event in the words of the sheets that go round, `;` between them.

    Examples
    --------
    >>> particulars({"result": "visiting", "site_status": "comparing", "base": {}}, "zh")
    '反馈结论：拟来考察；选址状态：比选'
    """
    told = []
    colon, between = ("：", "；") if lang == "zh" else (": ", "; ")
    for name, value in data.items():
        shown = money(value, data.get("currency"), lang) if name == "investment_m" else word(name, value, lang)
        if name not in _UNTOLD and shown:
            of_contact = next((one for one in CONTACT_FIELDS if one.name == name), None)
            column = of_contact if kind in ("lead_contacted", "lead_fed_back") and of_contact else LEAD_FIELD.get(name)
            heading = column.headers[0] if column is not None and lang == "zh" else caption(name, lang)
            if kind == "lead_fed_back" and name == "on":
                heading = caption("fed_back_on", lang)
            told.append(f"{heading}{colon}{shown}")
    return between.join(told)


def amount_of(lead: Lead, unit: str, value: object, lang: str) -> str:
    """An investment that a unit has told of a lead, in its own currency.

    Examples
    --------
    >>> amount_of(Lead("s-1", {"currency": "CNY"}, feedback={"平湖市": {"currency": "USD"}}), "平湖市", 500.0, "zh")
    '5亿美元'
    """
    return money(value, lead.feedback.get(unit, {}).get("currency") or lead.facts.get("currency"), lang)


def may_see(lead: Lead, viewer: str) -> bool:
    """Whether a unit may read a lead: everybody once it is released, before that whoever works on it.

    Examples
    --------
    >>> from chaingraph.ledger.work.lead import Assignment
    >>> lead = Lead("s-1", owner="平湖市", assignments=(Assignment("驻深圳组", "2026-03-02", "2026-03-09", None),))
    >>> may_see(lead, "驻深圳组"), may_see(lead, "桐乡市"), may_see(lead, "")
    (True, False, True)
    """
    return not viewer or lead.released_on is not None or viewer in lead.units


def work_list(leads: Iterable[Lead], *, as_of: str, viewer: str = "") -> pd.DataFrame:
    """Which leads are in work, whose they are, how far they are and what is due?

    Parameters
    ----------
    leads
        As `chaingraph.ledger.work.log.leads_in_work` gives them.
    as_of
        The day that is looked at.
    viewer
        The county or team that looks; "" for the city's centre, which keeps the log.

    Returns
    -------
    DataFrame
        `WORK_COLUMNS`, a row per lead by stage and id. Of a lead that is another unit's and not released a viewer sees
        the firm and ``in_contact`` (somebody is in contact), everything else is missing. assigned_to names all units
        that it was given to, awaited those of them whose feedback is still to come, due is the next day on which one is
        due (of a lead that was given to the viewer: the viewer's own, and stage is how far the viewer has come),
        overdue whether it has passed, units everybody who works on it (``;``-joined), conflicts the fields on which
        units differ (``;``-joined). NaN = not known or none.
    """
    order = list(LEAD_STAGES)
    rows: list[dict[str, object]] = []
    for lead in sorted(leads, key=lambda lead: (order.index(lead.stage), lead.lead_id)):
        if not may_see(lead, viewer):
            if lead.live:
                rows.append({"firm": lead.firm, "in_contact": True})
            continue
        waiting = lead.open_assignments
        dues = [each.due for each in waiting if viewer not in lead.given_to or each.to == viewer]
        last = lead.contacts[-1] if lead.contacts else None
        rows.append(
            {
                **{name: lead.facts.get(name) for name in WORK_COLUMNS},
                "lead_id": lead.lead_id,
                "firm": lead.firm,
                "in_contact": True if viewer and viewer not in lead.units else None,
                "stage": lead.stage_of(viewer) if viewer in lead.worked_by else lead.stage,
                "since": lead.since,
                "owner": lead.owner,
                "units": ";".join(lead.units),
                "assigned_to": ";".join(lead.given_to) or None,
                "awaited": ";".join(each.to for each in waiting) or None,
                "due": min(dues, default=None),
                "overdue": min(dues) < as_of if dues else None,
                "contacted_on": last.data["on"] if last else None,
                "contact": last.data["said"] if last else None,
                "next": last.data.get("next") if last else None,
                "next_on": last.data.get("next_on") if last else None,
                "conflicts": ";".join(sorted(lead.conflicts)) or None,
                "released_on": lead.released_on,
                "closing": lead.closing,
                "lost_to": lead.lost_to,
                "project_id": lead.project_id,
            }
        )
    flags, numbers = ("in_contact", "overdue"), ("investment_m",)
    kinds = {name: "boolean" if name in flags else "float64" if name in numbers else "str" for name in WORK_COLUMNS}
    return pd.DataFrame(rows, columns=list(WORK_COLUMNS)).astype(kinds)


def counted_by(leads: Sequence[Lead], by: str) -> pd.DataFrame:
    """How many leads stand at each stage, by owner, by the unit that works on them, or by chain.

    Parameters
    ----------
    by
        ``owner``, ``unit`` (whoever works on it, `Lead.worked_by`; a lead that two units work on counts for each, by
        what each has done: `Lead.stage_of`) or ``chain_id``.

    Returns
    -------
    DataFrame
        A row per value (missing where not stated): the value, a column per stage, leads (their number, Int64).
    """
    table: dict[str | None, Counter[str]] = {}
    for lead in leads:
        own: Sequence[object] = (lead.owner,) if by == "owner" else (lead.facts.get(by),)
        if by == "unit":
            own = lead.worked_by or (None,)
        for value in own:
            stage = lead.stage_of(str(value)) if by == "unit" and value is not None else lead.stage
            table.setdefault(None if value is None else str(value), Counter())[stage] += 1
    ordered = sorted(table.items(), key=lambda item: (item[0] is None, -item[1].total(), item[0] or ""))
    rows = [(value, *(counts[stage] for stage in LEAD_STAGES), counts.total()) for value, counts in ordered]
    names = [by, *LEAD_STAGES, "leads"]
    return pd.DataFrame(rows, columns=names).astype({name: "str" if name == by else "Int64" for name in names})


def stage_counts(leads: Iterable[Lead]) -> dict[str, int]:
    """How many leads stand at each stage, every stage named.

    Examples
    --------
    >>> stage_counts([Lead("s-1"), Lead("s-2", stage="closed")])["taken"]
    1
    """
    counts = Counter(lead.stage for lead in leads)
    return {stage: counts[stage] for stage in LEAD_STAGES}


def changes(ledger: Ledger, since: str, until: str) -> pd.DataFrame:
    """What was recorded of leads after one day, up to and with another?

    Returns
    -------
    DataFrame
        `WORK_CHANGE_COLUMNS`, a row per event in order: number, at, lead_id, firm, kind, by, says (what was said, to
        whom it went or why, the code of the result of a feedback; missing where the kind says it all). What was
        withdrawn since is left out.
    """
    whole_day(since, "since")
    whole_day(until, "until")
    firms = {lead.lead_id: lead.firm for lead in leads_in_work(ledger)}
    own = [event for event in ledger.events() if event.kind in LEAD_KINDS]
    gone = {event.data.get("event") for event in own if event.kind == "lead_withdrawn"}
    rows = []
    for event in own:
        if since < event.day <= until and event.event_id not in gone and event.kind != "lead_withdrawn":
            data = event.data
            said = next((data[name] for name in _TOLD if name in data), event.why or None)
            firm = firms.get(event.project_id, "")
            rows.append((event.number, event.at, event.project_id, firm, event.kind, event.by, said))
    return change_table(rows)


def change_table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Rows of `WORK_CHANGE_COLUMNS` as a table."""
    kinds = {name: "Int64" if name == "number" else "str" for name in WORK_CHANGE_COLUMNS}
    return pd.DataFrame(rows, columns=list(WORK_CHANGE_COLUMNS)).astype(kinds)


def due_list(
    ledger: Ledger, as_of: str, *, case: Mapping[str, pd.DataFrame] | None = None, viewer: str = ""
) -> pd.DataFrame:
    """What has to be done, by whom, and since when?

    Parameters
    ----------
    ledger
        An open ledger.
    as_of
        The day to look at, YYYY-MM-DD.
    case
        Tables of the case, for facts that are older than their window; without it they are not looked at.
    viewer
        Only what this county or team has to do; "" for all.

    Returns
    -------
    DataFrame
        `DUE_COLUMNS`, the longest overdue first: reason (``overdue``: feedback was due; ``due``: it is within three
        days; ``question``: a question or proposition has no answer and its day has come; ``next_step``: the day of a
        next step has passed without a contact of the unit that planned it;
        ``exclusive``: an exclusive negotiation ends within seven days;
        ``conflict``: units differ; ``stale``: the fact that it rests on is older than its kind stays a reason to call),
        lead_id (of ``exclusive`` the project's), firm, unit (who has to act), day, days (how long ago it was, less than
        0: how long still; missing for conflicts), says (of ``conflict`` the field).

    Raises
    ------
    LedgerError
        When ``as_of`` is no whole day.
    """
    today = whole_day(as_of)
    rows: list[tuple[str, str, str, str, str | None, object]] = []
    live = [lead for lead in leads_in_work(ledger, until=as_of) if lead.live and may_see(lead, viewer)]
    for lead in live:
        rows += _due_of(lead, as_of)
    for row in expiring(ledger, as_of, _EXPIRING).to_dict("records"):
        known = (row["project_id"], row["investor"], row["holder"], row["exclusive_until"], row["project"])
        rows.append(("exclusive", *known))
    rows += _stale(live, case, as_of) if case is not None else []
    kept = [row for row in rows if not viewer or row[3] == viewer]
    full = [
        (*row[:5], None if row[4] is None or len(row[4]) < 10 else (today - whole_day(row[4])).days, row[5])
        for row in kept
    ]
    kinds = {name: "Int64" if name == "days" else "str" for name in DUE_COLUMNS}
    table = pd.DataFrame(full, columns=list(DUE_COLUMNS)).astype(kinds)
    order = ["days", "reason", "lead_id", "unit"]
    return table.sort_values(order, ascending=[False, True, True, True], na_position="last", ignore_index=True)


def due_today(due: pd.DataFrame) -> pd.DataFrame:
    """Of a due list, the feedback that is due on the day itself and has not come back: not overdue before tomorrow."""
    return due[due["reason"].eq("due") & due["days"].eq(0)].reset_index(drop=True)


def _due_of(lead: Lead, as_of: str) -> list[tuple[str, str, str, str, str | None, object]]:
    rows: list[tuple[str, str, str, str, str | None, object]] = []
    own = (lead.lead_id, lead.firm)
    for each in lead.open_assignments:
        if each.due <= days_later(as_of, _SOON):
            rows.append(("overdue" if each.due < as_of else "due", *own, each.to, each.due, lead.facts.get("said")))
    for asked in lead.questions:
        if asked.answer is None and asked.due <= as_of:
            rows.append(("question", *own, asked.to or lead.owner, asked.due, asked.says))
    for last in {each.by: each for each in lead.contacts}.values():  # the last contact of each unit
        planned = last.data.get("next_on")
        if isinstance(planned, str) and len(planned) == len(as_of) and planned < as_of:
            rows.append(("next_step", *own, last.by, planned, last.data.get("next")))
    rows += [("conflict", *own, lead.owner, None, name) for name in sorted(lead.conflicts)]
    return rows


def _stale(
    leads: Iterable[Lead], case: Mapping[str, pd.DataFrame], as_of: str
) -> list[tuple[str, str, str, str, str | None, object]]:
    """Leads whose newest fact is older than its kind stays a reason to call, unless somebody was in contact since."""
    signals = case["firm_signals"].set_index("signal_id")
    rows: list[tuple[str, str, str, str, str | None, object]] = []
    for lead in leads:
        own = [name for name in split(lead.facts.get("signals")) if name in signals.index]
        dated = [(str(signals["date"][name]), name) for name in own if not is_missing(signals["date"][name])]
        if not dated or lead.met:
            continue
        day, name = max(dated)
        months = months_of(str(signals["kind"][name]))
        if months and day[:7] < months_before(as_of, months):
            rows.append(("stale", lead.lead_id, lead.firm, lead.owner, day, lead.facts.get("said")))
    return rows
