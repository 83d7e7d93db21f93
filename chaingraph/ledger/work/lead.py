"""One lead in work as its events add up to it. Nothing is judged here: what stands in the log has happened."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chaingraph.ledger.events import LEAD_KINDS, Event
from chaingraph.ledger.work.fields import JUDGED, LIVE_STAGES


class Assignment(NamedTuple):
    """A lead given to a county or team: to whom, when, until when feedback is due, and when it came (None: not yet)."""

    to: str
    on: str
    due: str
    answered_on: str | None


class Contact(NamedTuple):
    """One contact with the firm: the unit that had it, and what it logged (`fields.CONTACT_FIELDS`)."""

    by: str
    data: Mapping[str, Any]


class Question(NamedTuple):
    """A question or a proposition with its deadline; answer and its day are None until there is one."""

    event_id: str
    kind: str
    says: str
    to: str
    due: str
    on: str
    answer: str | None
    answered_on: str | None


@dataclass(frozen=True)
class Lead:
    """The state of a lead. Dates are ISO days; None where not known or not yet.

    ``conflicts`` holds, by field, what each unit says where they differ and nobody has decided yet; the field's own
    value is then the one from before.
    """

    lead_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""  # whose lead it is
    taken_on: str = ""
    stage: str = "taken"
    since: str = ""  # the day it came to its stage
    released_on: str | None = None
    assignments: tuple[Assignment, ...] = ()
    contacts: tuple[Contact, ...] = ()
    questions: tuple[Question, ...] = ()
    feedback: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # the newest of each unit, with its day
    conflicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # field -> unit -> value
    closing: str | None = None
    closed_why: str | None = None
    lost_to: str | None = None
    project_id: str | None = None
    reached: Mapping[str, str] = field(default_factory=dict)  # stage -> first day
    last_number: int = 0
    last_on: str = ""

    @property
    def firm(self) -> str:
        """The firm that the lead is about."""
        return str(self.facts.get("firm", ""))

    @property
    def live(self) -> bool:
        """Whether the lead is still in work: neither closed nor handed over."""
        return self.stage in LIVE_STAGES

    @property
    def open_assignments(self) -> tuple[Assignment, ...]:
        """The assignments that still wait for feedback."""
        return tuple(each for each in self.assignments if each.answered_on is None) if self.live else ()

    @property
    def units(self) -> tuple[str, ...]:
        """Everybody who works on it: the owner and those it was assigned to, each once."""
        return tuple(dict.fromkeys([self.owner, *self.given_to]))

    @property
    def given_to(self) -> tuple[str, ...]:
        """The units that it was given to, each once, whether they have answered or not."""
        return tuple(dict.fromkeys(each.to for each in self.assignments))

    def stage_of(self, unit: str) -> str:
        """How far a unit that it was given to has come with it, by what that unit itself has done.

        What others have said of the lead does not count for it. A lead that is closed or handed over is so for all;
        one that was given to the unit anew waits for it anew.

        Examples
        --------
        >>> lead = Lead("s-1", stage="fed_back", assignments=(
        ...     Assignment("柯桥区", "2026-03-02", "2026-03-09", "2026-03-05"),
        ...     Assignment("上虞区", "2026-03-02", "2026-03-09", None)))
        >>> lead.stage_of("柯桥区"), lead.stage_of("上虞区")
        ('fed_back', 'assigned')
        """
        if not self.live:
            return self.stage
        own = [each for each in self.assignments if each.to == unit]
        if not own or any(each.answered_on is None for each in own):
            answered = max((each.answered_on for each in own if each.answered_on is not None), default="")
            spoke = any(each.by == unit and str(each.data["on"]) > answered for each in self.contacts)
            return "contacted" if spoke else "assigned" if own else "taken"
        return "fed_back"

    def came_to(self, unit: str, stage: str) -> bool:
        """Whether a unit that it was given to has ever come to a stage with it, by what that unit itself has done."""
        if stage == "contacted":
            return any(each.by == unit for each in self.contacts)
        if stage == "fed_back":
            return any(each.to == unit and each.answered_on is not None for each in self.assignments)
        return stage in self.reached


def lead_states(events: Iterable[Event]) -> dict[str, Lead]:
    """The state of every lead after all events, by lead id; what was withdrawn counts as not having happened."""
    own = [event for event in events if event.kind in LEAD_KINDS]
    gone = {str(event.data.get("event")) for event in own if event.kind == "lead_withdrawn"}
    leads: dict[str, Lead] = {}
    for event in own:
        if event.event_id not in gone and event.kind != "lead_withdrawn":
            leads[event.project_id] = apply_event(leads.get(event.project_id), event)
    return dict(sorted(leads.items()))


def apply_event(lead: Lead | None, event: Event) -> Lead:
    """The lead after an event."""
    now = lead or Lead(event.project_id, taken_on=event.day)
    changes = _CHANGES[event.kind](now, event, event.data)
    stage = changes.get("stage", now.stage)
    if lead is None or stage != now.stage:
        changes |= {"since": event.day, "reached": {stage: event.day, **now.reached}}
    return dataclasses.replace(now, **changes, last_number=event.number, last_on=event.day)


def _taken(_: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in data.items() if name != "owner"}
    return {"facts": facts, "owner": str(data.get("owner") or event.by), "stage": "taken"}


def _owned(_: Lead, __: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"owner": str(data["owner"])}


def _assigned(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    given = Assignment(str(data["to"]), event.day, str(data["due"]), None)
    earlier = tuple(each for each in now.assignments if each.to != given.to or each.answered_on is not None)
    stage = "assigned" if now.stage == "taken" else now.stage
    return {"assignments": (*earlier, given), "stage": stage}


def _contacted(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    contacts = sorted([*now.contacts, Contact(event.by, dict(data))], key=lambda each: str(each.data["on"]))
    return {"contacts": tuple(contacts), "stage": now.stage if now.stage == "fed_back" else "contacted"}


def _asked(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    kind, to = str(data.get("kind", "question")), str(data.get("to", ""))
    asked = Question(event.event_id, kind, str(data["says"]), to, str(data["due"]), event.day, None, None)
    return {"questions": (*now.questions, asked)}


def _answered(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    questions = [
        each._replace(answer=str(data["answer"]), answered_on=event.day) if each.event_id == data["event"] else each
        for each in now.questions
    ]
    return {"questions": tuple(questions)}


def _fed_back(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in data.items() if name not in ("base", "on")}
    feedback = {**now.feedback, event.by: {**now.feedback.get(event.by, {}), **said, "on": data.get("on", event.day)}}
    facts, conflicts = dict(now.facts), {name: dict(several) for name, several in now.conflicts.items()}
    base = data.get("base", {})
    for name in JUDGED:
        if name in said:
            _weigh(name, said[name], base.get(name), event.by, now, facts, conflicts)
    if "currency" in said and "investment_m" not in conflicts:
        facts["currency"] = said["currency"]
    answered = tuple(
        each._replace(answered_on=event.day) if each.to == event.by and each.answered_on is None else each
        for each in now.assignments
    )
    return {
        "feedback": feedback,
        "facts": facts,
        "conflicts": conflicts,
        "assignments": answered,
        "stage": "fed_back",
    }


def _weigh(
    name: str,
    value: object,
    base: object,
    unit: str,
    now: Lead,
    facts: dict[str, Any],
    conflicts: dict[str, dict[str, Any]],
) -> None:
    """Take over what a unit says of a field, or set it beside what others say.

    A unit that answers what it was given (``base``) contradicts whoever has said otherwise in the meantime: then the
    field goes back to what it was, whoever came first, and both stand in ``conflicts``.
    """
    current = facts.get(name)
    held = conflicts.get(name)
    if held is not None:
        held[unit] = value
        if len({repr(each) for each in held.values()}) == 1:  # by now they all say the same
            del conflicts[name]
            facts[name] = value
        return
    others = {by: told[name] for by, told in now.feedback.items() if by != unit and told.get(name) == current}
    own = now.feedback.get(unit, {}).get(name) == current
    if current in (base, value, None) or (own and not others):
        facts[name] = value
        return
    conflicts[name] = {**(others or {now.owner: current}), unit: value}
    if others:
        facts.pop(name, None)
        if base is not None:
            facts[name] = base


def _changed(now: Lead, _: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**now.facts, **data}
    facts = {name: value for name, value in merged.items() if value is not None}
    return {"facts": facts, "conflicts": {name: each for name, each in now.conflicts.items() if name not in data}}


def _released(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"released_on": event.day, "facts": {**now.facts, **data}}


def _closed(_: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stage": "closed",
        "closing": str(data["closing"]),
        "closed_why": event.why,
        "lost_to": data.get("lost_to"),
    }


def _reopened(now: Lead, _: Event, __: Mapping[str, Any]) -> dict[str, Any]:
    stage = next((name for name in reversed(LIVE_STAGES) if name in now.reached), "taken")
    return {"stage": stage, "closing": None, "closed_why": None, "lost_to": None}


def _handed_over(_: Lead, __: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"stage": "handed_over", "project_id": str(data["project_id"])}


_CHANGES = {
    "lead_taken": _taken, "lead_owned": _owned, "lead_assigned": _assigned, "lead_contacted": _contacted,
    "lead_asked": _asked, "lead_answered": _answered, "lead_fed_back": _fed_back, "lead_changed": _changed,
    "lead_released": _released, "lead_closed": _closed, "lead_reopened": _reopened, "lead_handed_over": _handed_over,
}  # fmt: skip
