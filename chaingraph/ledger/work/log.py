"""The log of leads in work: acts recorded in the ledger's own log, and the leads as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chaingraph.ledger.events import LEAD_KINDS, Act, Event, LedgerError, check_act
from chaingraph.ledger.fields import FIELD
from chaingraph.ledger.file import told
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.fields import SHARED
from chaingraph.ledger.work.judging import judge
from chaingraph.ledger.work.lead import Lead, lead_states


class LeadRecorded(NamedTuple):
    """An act that stands in the log: its event number and id, whether it is new, and the lead after it."""

    number: int
    event_id: str
    new: bool
    lead: Lead


def record_lead(ledger: Ledger, act: Act) -> LeadRecorded:
    """Judge an act on a lead and append it; the same act again changes nothing.

    Parameters
    ----------
    ledger
        An open ledger.
    act
        Of one of `chaingraph.ledger.events.LEAD_KINDS`; ``project_id`` is the lead's id.

    Raises
    ------
    LedgerError
        When the act is malformed, names a person, or the lead's state forbids it; nothing is recorded then.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         facts = {"firm": "构造甲有限公司", "said": "拟建第二工厂", "owner": "市投促中心"}
    ...         _ = record_lead(ledger, Act("lead_taken", "s-1", "2026-03-02", "市投促中心", data=facts))
    ...         given = {"to": "平湖市", "due": "2026-03-09"}
    ...         done = record_lead(ledger, Act("lead_assigned", "s-1", "2026-03-02", "市投促中心", data=given))
    >>> done.lead.stage, done.lead.open_assignments[0].to
    ('assigned', '平湖市')
    """
    return record_leads(ledger, [act])[0]


def record_leads(ledger: Ledger, acts: Sequence[Act]) -> list[LeadRecorded]:
    """Record several acts on leads in one transaction: all or none."""
    for act in acts:
        check_act(act, LEAD_KINDS)
    with ledger.transaction():
        return [_record(ledger, act) for act in acts]


def _record(ledger: Ledger, act: Act) -> LeadRecorded:
    lead = _lead(ledger, act.project_id)
    turn, named = 0, act.identified()
    known = _event(ledger, named.event_id)
    while known is not None and not act.event_id and _withdrawn(ledger, known):  # said again after it was taken back
        turn += 1
        named = act.identified(turn)
        known = _event(ledger, named.event_id)
    if known is not None and lead is not None:
        if (known.kind, known.project_id, known.by) != (act.kind, act.project_id, act.by):
            raise LedgerError(reason="event_id_taken", event=named.event_id, number=known.number)
        return LeadRecorded(known.number, known.event_id, new=False, lead=lead)
    data = _withdrawal(ledger, act, lead) if act.kind == "lead_withdrawn" else judge(act, lead)
    event = ledger.append(named, data)
    after = _lead(ledger, act.project_id)
    return LeadRecorded(event.number, event.event_id, new=True, lead=after or Lead(act.project_id))


def _withdrawal(ledger: Ledger, act: Act, lead: Lead | None) -> dict[str, Any]:
    """Taking back an event of this lead: anything but a hand-over, which has made a project, and a withdrawal."""
    known = _event(ledger, str(act.data.get("event")))
    kept = ("lead_handed_over", "lead_withdrawn")
    if lead is None or known is None or known.project_id != act.project_id or known.kind in kept:
        raise LedgerError(reason="no_such_event", lead=act.project_id, event=act.data.get("event"))
    if _withdrawn(ledger, known) or (lead.project_id and known.number < lead.last_number):
        raise LedgerError(reason="not_withdrawn", lead=act.project_id, event=known.event_id)
    if known.kind == "lead_taken" and any(event.number > known.number for event in history(ledger, act.project_id)):
        raise LedgerError(reason="not_withdrawn", lead=act.project_id, event=known.event_id)
    return {"event": known.event_id}


def _event(ledger: Ledger, event_id: str) -> Event | None:
    row = ledger.connection.execute("SELECT number FROM events WHERE event_id = ?", (event_id,)).fetchone()
    return None if row is None else next(ledger.events(after=int(row[0]) - 1))


def _withdrawn(ledger: Ledger, event: Event) -> bool:
    found = ledger.events(event.project_id, after=event.number)
    return any(each.kind == "lead_withdrawn" and each.data.get("event") == event.event_id for each in found)


def _lead(ledger: Ledger, lead_id: str) -> Lead | None:
    return lead_states(ledger.events(lead_id)).get(lead_id)


def leads_in_work(ledger: Ledger, *, until: str = "") -> list[Lead]:
    """All leads as they stand, by id; with ``until`` as they stood at the end of that day."""
    with told(ledger.path):
        events = [event for event in ledger.events() if event.kind in LEAD_KINDS and (not until or event.day <= until)]
    return list(lead_states(events).values())


def lead_in_work(ledger: Ledger, lead_id: str) -> Lead:
    """One lead as it stands.

    Raises
    ------
    LedgerError
        When there is none of that id.
    """
    found = _lead(ledger, lead_id)
    if found is None:
        raise LedgerError(reason="no_lead", lead=lead_id)
    return found


def history(ledger: Ledger, lead_id: str) -> list[Event]:
    """Everything recorded of a lead, in order, what was withdrawn too."""
    return [event for event in ledger.events(lead_id) if event.kind in LEAD_KINDS]


def hand_over(
    ledger: Ledger,
    lead_id: str,
    *,
    at: str,
    by: str,
    place: str,
    report: bool = True,
    project_id: str = "",
    **facts: Any,
) -> LeadRecorded:
    """Make a lead a project of the ledger, and report it for a place, in one transaction.

    What the lead knows goes with it; ``facts`` (fields of a project) add to it or correct it. With ``report`` the first
    report is recorded too, and its exclusive month begins by the rules.

    Raises
    ------
    LedgerError
        When the lead is over, or a rule of the ledger refuses the project; nothing is recorded then.
    """
    lead = lead_in_work(ledger, lead_id)
    own = {name: lead.facts[name] for name in (*SHARED, "firm_id") if name in lead.facts}
    said = {"progress": lead.contacts[-1].data["said"]} if lead.contacts else {}
    title = " ".join(filter(None, (lead.firm, str(lead.facts.get("product") or ""))))
    source = str(lead.facts.get("address") or lead.facts.get("source") or lead_id)
    known: Mapping[str, Any] = {"project": title, "investor": lead.firm, "place": place, "source": source}
    content = {name: value for name, value in {**own, **said, **known, **facts}.items() if name in FIELD}
    if lead.met:
        content.setdefault("contact_on", lead.met[0].data["on"])
    project = project_id or lead_id
    acts = [Act("entered", project, at, by, "", content)]
    if report:
        acts.append(Act("reported", project, at, by, "", {"place": place}))
    over = Act("lead_handed_over", lead_id, at, by, "", {"project_id": project})
    for act in acts:
        check_act(act)
    check_act(over, LEAD_KINDS)
    with ledger.transaction():
        done = _record(ledger, over)
        for act in acts:
            ledger.record_within(act)
    return done
