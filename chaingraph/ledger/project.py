"""One project as the ledger knows it: what its events, applied one after another, add up to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaingraph.ledger.events import LEAD_KINDS, Event
from chaingraph.ledger.fields import LADDER


@dataclass(frozen=True)
class Project:
    """The state of a project. Dates are ISO days; None where not known or not yet."""

    project_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    entered_on: str = ""
    stage: str = "negotiating"
    stage_on: Mapping[str, str | None] = field(default_factory=dict)  # stage -> day it was reached; None: not known
    skipped: tuple[str, ...] = ()
    end_reason: str | None = None
    end_kind: str | None = None  # of `fields.ENDINGS`
    lost_to: str | None = None  # the place where it went instead
    reports: tuple[tuple[str, str, str], ...] = ()  # place, day, what it was told
    first_place: str | None = None
    receiving_place: str | None = None
    holder: str | None = None  # who has, or had, the exclusive first negotiation
    exclusive_from: str | None = None
    exclusive_until: str | None = None  # the last day of it
    extended: int = 0
    signing_planned: str | None = None
    signing_filed_on: str | None = None
    payments: tuple[tuple[str, float], ...] = ()  # day, million USD
    same_as: str | None = None  # the project that this one was decided to be
    records: Mapping[str, int] = field(default_factory=dict)
    flags: tuple[str, ...] = ()  # what a rule found wrong without refusing it
    last_number: int = 0
    last_on: str = ""

    @property
    def span(self) -> tuple[str, str] | None:
        """The first and the last day of the exclusive negotiation; None where there is none, or it was taken back."""
        start, end = self.exclusive_from, self.exclusive_until
        return (start, end) if self.holder and start and end and start <= end else None

    def holds(self, day: str) -> str | None:
        """The place that alone may negotiate on a day; None where there is none."""
        return self.holder if self.span and self.span[0] <= day <= self.span[1] else None

    @property
    def open(self) -> bool:
        """Whether the project goes on: not ended, not decided to be another."""
        return self.stage != "ended" and not self.same_as


def apply(project: Project | None, event: Event) -> Project:
    """The project after an event. Nothing is judged here: what stands in the ledger has happened."""
    data: Mapping[str, Any] = event.data
    now = project or Project(event.project_id, entered_on=event.day)
    changes = _CHANGES[event.kind](now, event, data)
    return dataclasses.replace(now, **changes, last_number=event.number, last_on=event.day)


def replay(events: Iterable[Event]) -> dict[str, Project]:
    """The state of every project after all events, by project id; events of leads are none of projects."""
    projects: dict[str, Project] = {}
    for event in events:
        if event.kind in LEAD_KINDS:
            continue
        projects[event.project_id] = apply(projects.get(event.project_id), event)
    return dict(sorted(projects.items()))


def came_to(project: Project, start: str, end: str) -> list[str]:
    """Stages that a project came to from one day to another, both included.

    What it had come to before it was entered counts on the day of the entry: only then is it new to the ledger.

    Examples
    --------
    >>> told = Project("p", entered_on="2026-03-10", stage_on={"negotiating": "2026-01-02", "signed": "2026-04-01"})
    >>> came_to(told, "2026-03-09", "2026-03-15")
    ['negotiating']
    """
    days = {stage: max(day or "", project.entered_on) for stage, day in project.stage_on.items()}
    return [stage for stage, day in days.items() if start <= day <= end]


def _entered(_: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "facts": dict(data),
        "entered_on": event.day,
        "stage_on": {"negotiating": _first_contact(data, event)},
    }


def _first_contact(data: Mapping[str, Any], event: Event) -> str:
    """The day of the first contact where the whole day is stated, else that of the entry."""
    stated = data.get("contact_on")
    return stated if isinstance(stated, str) and len(stated) == len(event.day) else event.day


def _changed(now: Project, _: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**now.facts, **data}
    return {"facts": {name: value for name, value in merged.items() if value is not None}}


def _reported(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    place, on = str(data["place"]), str(data.get("on") or event.day)
    changes: dict[str, Any] = {"reports": (*now.reports, (place, on, str(data.get("answer", ""))))}
    if not now.first_place:
        changes["first_place"] = place
    return changes | _clock_of(data)


def _clock_of(data: Mapping[str, Any]) -> dict[str, Any]:
    if not data.get("until"):
        return {}
    return {"holder": data["holder"], "exclusive_from": data["from"], "exclusive_until": data["until"]}


def _clock(_: Project, __: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return _clock_of(data)


def _extended(now: Project, _: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"exclusive_until": data["until"], "extended": now.extended + 1}


def _transferred(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {"receiving_place": data["to"]}
    if now.holds(event.day):
        changes["holder"] = data["to"]  # the rest of the month goes with the project
    if not now.first_place:
        changes["first_place"] = data["from"]
    return changes


def _stage(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    stage, on = str(data["stage"]), str(data.get("on", event.day)) or None
    reached = dict(now.stage_on)
    if stage in LADDER:  # going back takes the later stages with it
        reached = {name: day for name, day in reached.items() if name in LADDER[: LADDER.index(stage)]}
    elif stage == "ended":
        reached.pop("ended", None)
    if on and (reached.get("negotiating") or "") > on:
        reached["negotiating"] = None  # entered later than it happened: since when it was talked about is not known
    reached[stage] = on
    skipped = tuple(name for name in now.skipped if stage == "ended" or LADDER.index(name) < LADDER.index(stage))
    return {
        "stage": stage,
        "stage_on": reached,
        "skipped": (*skipped, *(str(name) for name in data.get("skipped", ()))),
        "end_reason": event.why if stage == "ended" else None,
        "end_kind": data.get("end_kind") if stage == "ended" else None,
        "lost_to": data.get("lost_to") if stage == "ended" else None,
        "flags": tuple(dict.fromkeys([*now.flags, *map(str, data.get("flags", ()))])),
    }


def _signing_filed(_: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"signing_planned": data["planned"], "signing_filed_on": data.get("on") or event.day}


def _paid_in(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"payments": (*now.payments, (str(data.get("on") or event.day), float(data["usd_m"])))}


def _paid_corrected(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    """The payment that was wrong, as it is right; the others as they are."""
    payments = list(now.payments)
    payments[payments.index((str(data["on"]), float(data["was"])))] = (str(data["on"]), float(data["usd_m"]))
    return {"payments": tuple(payments)}


def _suspected(_: Project, __: Event, ___: Mapping[str, Any]) -> dict[str, Any]:
    return {}  # stands in the table of pairs


def _decided(now: Project, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = _clock_of(data)
    if data["verdict"] == "same":
        changes["same_as"] = data["other"]
        if now.holds(event.day):
            changes["exclusive_until"] = data["ends"]
    return changes


def _recorded(now: Project, _: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(data["record"])
    return {"records": {**now.records, kind: now.records.get(kind, 0) + 1}}


_CHANGES = {
    "entered": _entered, "changed": _changed, "reported": _reported, "clock": _clock, "extended": _extended,
    "transferred": _transferred, "stage": _stage, "signing_filed": _signing_filed, "paid_in": _paid_in,
    "paid_corrected": _paid_corrected,
    "suspected": _suspected, "decided": _decided, "recorded": _recorded,
}  # fmt: skip
