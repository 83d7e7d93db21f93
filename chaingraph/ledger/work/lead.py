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
    """One contact with the firm: the unit that had it, what it logged (`fields.CONTACT_FIELDS`), and whether it met it.

    Not met is who was tried and could not be reached (`lead_fed_back` with ``unreachable`` says so afterwards).
    """

    by: str
    data: Mapping[str, Any]
    met: bool = True


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


_VAIN = "unreachable"  # the result of feedback that nobody was reached
OWN_FIND = "u-"  # begins the ids of leads that a unit has found itself


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
    reached: Mapping[str, str] = field(default_factory=dict)  # stage -> first day, in whatever order they came
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
    def met(self) -> tuple[Contact, ...]:
        """The contacts in which somebody of the firm was reached."""
        return tuple(each for each in self.contacts if each.met)

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

    @property
    def worked_by(self) -> tuple[str, ...]:
        """The units that it was given to; where it was given to nobody, the unit that found it itself."""
        return self.given_to or ((self.owner,) if self.lead_id.startswith(OWN_FIND) else ())

    def stage_of(self, unit: str) -> str:
        """How far a unit that works on it has come with it, by what that unit itself has done.

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
        if not own:  # its own find: nothing was asked of it
            return next((name for name in ("fed_back", "contacted") if self.came_to(unit, name)), "taken")
        if any(each.answered_on is None for each in own):
            answered = max((each.answered_on for each in own if each.answered_on is not None), default="")
            spoke = any(each.by == unit and str(each.data["on"]) > answered for each in self.met)
            return "contacted" if spoke else "assigned"
        return "fed_back"

    def came_to(self, unit: str, stage: str) -> bool:
        """Whether a unit that works on it has ever come to a stage with it, by what that unit itself has done."""
        if stage == "contacted":
            return any(each.by == unit for each in self.met)
        if stage == "fed_back":
            return unit in self.feedback
        return stage in self.reached


_MARKED = {"lead_assigned": "assigned", "lead_contacted": "contacted", "lead_fed_back": "fed_back"}


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
        changes |= {"since": event.day, "reached": {stage: event.day, **changes.get("reached", now.reached)}}
    elif event.kind in _MARKED and "reached" not in changes:  # a contact logged after the feedback: the stage stays
        changes |= {"reached": {_MARKED[event.kind]: event.day, **now.reached}}
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
    told = now.feedback.get(event.by, {})
    # Logged after the feedback that it was in vain: an attempt of the days before that, not a meeting.
    vain = told.get("result") == _VAIN and str(data["on"]) <= str(told["on"])
    contacts = sorted([*now.contacts, Contact(event.by, dict(data), not vain)], key=lambda each: str(each.data["on"]))
    reached = {"reached": now.reached} if vain else {}  # nobody was reached: it stands in the log alone
    return {"contacts": tuple(contacts), "stage": now.stage if now.stage == "fed_back" else "contacted"} | reached


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
    contacts = _judged_contacts(now, event.by, str(said["result"])) if "result" in said else now.contacts
    kept = {**now.reached}
    kept.setdefault("fed_back", event.day)
    if any(each.met for each in contacts):
        kept.setdefault("contacted", event.day)
    else:
        kept.pop("contacted", None)
    return {
        "feedback": feedback,
        "contacts": contacts,
        "reached": kept,
        "facts": facts,
        "conflicts": conflicts,
        "assignments": answered,
        "stage": "fed_back",
    }


def _judged_contacts(now: Lead, unit: str, result: str) -> tuple[Contact, ...]:
    """The contacts of a lead once a unit says how its own came out: in vain are those since its feedback before.

    A unit that corrects itself without another contact takes back that they were.
    """
    told = now.feedback.get(unit, {})
    own = [each for each in now.contacts if each.by == unit]
    if result == _VAIN:
        before = str(told["on"]) if told.get("result", _VAIN) != _VAIN else ""
        changed = {id(each): each._replace(met=False) for each in own if str(each.data["on"]) > before}
    else:
        changed = {} if any(each.met for each in own) else {id(each): each._replace(met=True) for each in own}
    return tuple(changed.get(id(each), each) for each in now.contacts)


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

    Nobody overrules another unit, whoever came first and whatever stood in its sheet: where another has said otherwise
    both stand in ``conflicts``. Where that other had not seen what the field was when the unit was given it (``base``),
    the field goes back to that; where it stood in the unit's sheet already it stays until somebody decides.
    """
    current = facts.get(name)
    held = conflicts.get(name)
    if held is not None:
        held[unit] = value
        if len({repr(each) for each in held.values()}) == 1:  # by now they all say the same
            del conflicts[name]
            facts[name] = value
        return
    if current in (value, None):
        facts[name] = value
        return
    others = {by: told[name] for by, told in now.feedback.items() if by != unit and told.get(name) == current}
    own = now.feedback.get(unit, {}).get(name) == current
    # A text's amount and a unit's are two amounts, whoever saw the other's; whose lead it is may correct itself.
    kept = name == "investment_m" and unit != now.owner
    if not others and (own or (current == base and not kept)):
        facts[name] = value
        return
    conflicts[name] = {**(others or {now.owner: current}), unit: value}
    if others and current != base:
        facts.pop(name, None)
        if base is not None:
            facts[name] = base


def _changed(now: Lead, _: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**_unnamed(now, data), **data}
    facts = {name: value for name, value in merged.items() if value is not None}
    return {"facts": facts, "conflicts": {name: each for name, each in now.conflicts.items() if name not in data}}


def _released(now: Lead, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"released_on": event.day, "facts": {**_unnamed(now, data), **data}}


def _unnamed(now: Lead, data: Mapping[str, Any]) -> dict[str, Any]:
    """The facts before a change: the name of a chain goes with its id."""
    gone = "chain_id" in data and data["chain_id"] != now.facts.get("chain_id")
    return {name: value for name, value in now.facts.items() if not (gone and name == "chain")}


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
