"""Whether an act may be recorded, and with what particulars: the rules, applied to the project as it stands.

What a rule works out (the last day of a month's exclusive negotiation, a flag) is written into the event, so that
changing a rule later changes nothing that has happened.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chaingraph.ledger.events import Act, LedgerError, whole_day
from chaingraph.ledger.fields import ENDINGS, FIELD, FIELDS, LADDER, RECORDS, STAGES, VERDICTS
from chaingraph.ledger.project import Project
from chaingraph.ledger.rules import Rules, amounts, size_known
from chaingraph.model.columns import split
from chaingraph.model.days import days_later, months_later

_TEXT_LENGTH = 5_000
_LARGEST = 1e9  # million of a currency: more than any country earns in a year


class Pair(NamedTuple):
    """Another project that may be the same one, and what a person decided: open, same or different."""

    other: Project
    status: str


@dataclass(frozen=True)
class Decided:
    """What becomes of an act: its particulars as recorded, and what the reporter is told."""

    data: Mapping[str, Any]
    answer: str = "done"
    values: Mapping[str, object] = field(default_factory=dict)


def decide(act: Act, project: Project | None, pairs: Sequence[Pair], rules: Rules) -> Decided:
    """Apply the rules to an act.

    Parameters
    ----------
    act
        What somebody wants recorded.
    project
        The project as it stands; None where it is not in the ledger.
    pairs
        Projects that may be the same as this one.

    Raises
    ------
    LedgerError
        When a rule or the project's state forbids the act.
    """
    if act.kind == "entered":
        if project is not None:
            raise LedgerError(reason="exists", project=act.project_id)
        return Decided(check_facts(act.data, whole=True), "entered", {"project": act.data.get("project", "")})
    if project is None:
        raise LedgerError(reason="no_project", project=act.project_id)
    if project.same_as and act.kind not in ("recorded", "decided"):
        raise LedgerError(reason="is_another", project=act.project_id, other=project.same_as)
    return _DECISIONS[act.kind](act, project, pairs, rules)


def check_facts(data: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The fields of a project, checked by their kind; None takes a value back (only where ``whole`` is False).

    Raises
    ------
    LedgerError
        For an unknown field, a value of the wrong kind, or a missing required one.
    """
    for name, value in data.items():
        column = FIELD.get(name)
        if column is None or name == "project_id":
            raise LedgerError(reason="field", field=name, fields=tuple(FIELD))
        if value is None and not whole and not column.required:
            continue
        if not _FITS[column.kind](value):
            raise LedgerError(reason="value", field=name, found=repr(value), kind=column.kind)
        members = [part.partition("(")[0] for part in split(value)] if column.kind == "set" else [value]
        if column.choices and not set(members) <= set(column.choices):
            raise LedgerError(reason="value", field=name, found=repr(value), kind=column.choices)
    missing = tuple(column.name for column in FIELDS if column.required and whole and not data.get(column.name))
    if missing:
        raise LedgerError(reason="required", fields=missing)
    return dict(data)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _TEXT_LENGTH


def _is_number(value: object) -> bool:
    """Whether a value is an amount. None is larger than `_LARGEST`, so that no sum of amounts runs out of numbers."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return math.isfinite(value) and 0 <= value <= _LARGEST


_FITS: dict[str, Callable[[object], bool]] = {
    "id": _is_text, "text": _is_text, "set": _is_text, "choice": _is_text, "number": _is_number,
    "date": lambda value: isinstance(value, str) and len(value) in (4, 7, 10),
    "flag": lambda value: isinstance(value, bool),
}  # fmt: skip


def must_report(project: Project, rules: Rules) -> bool | None:
    """Whether the project has the size that must be reported; None where that cannot be told.

    Without the rule every project may be reported and none must.
    """
    body = rules.get("report")
    if body is None:
        return False
    day = next((day for _, day, _ in project.reports), project.entered_on)
    return size_known(body, project.facts, *amounts(rules, project.facts, day))


def _changed(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    data = {
        name: value for name, value in check_facts(act.data, whole=False).items() if project.facts.get(name) != value
    }
    if not data:
        raise LedgerError(reason="no_change", project=project.project_id)
    if not act.why.strip():
        raise LedgerError(reason="why", act="changed")
    return Decided(data, "changed", {"fields": ", ".join(sorted(data))})


def _reported(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    place = act.data.get("place")
    if not _is_text(place):
        raise LedgerError(reason="required", fields="place")
    on = _past_day(act, "on")
    if not project.open:
        raise LedgerError(reason="ended", project=project.project_id)
    if any(place == earlier for earlier, _, _ in project.reports):
        raise LedgerError(reason="reported_before", project=project.project_id, place=place)
    data: dict[str, Any] = {"place": place, "on": on}
    if act.data.get("withhold") is True:
        data["withhold"] = True
    holder = project.holds(act.day) or project.holds(on)
    values: dict[str, object] = {"place": place, "on": on}
    if holder and holder != place and rules.get("second_report") is not None:
        answer = "held"
        since = next((day for reporter, day, _ in project.reports if reporter == holder), project.exclusive_from)
        values |= {"holder": holder, "since": since, "until": project.exclusive_until}
    elif project.reports:
        first, first_on, _ = project.reports[0]
        answer = "earlier_claim" if on < first_on else "open"
        values |= {"holder": first, "since": first_on}
    elif data.get("withhold"):
        answer = "withheld"
        values |= {"holder": "?", "until": "?"}
    else:
        answer, clock = _clock(project, str(place), on, act.day, pairs, rules)
        values |= {key: clock[key] for key in ("until", "holder") if key in clock}
        if answer in ("exclusive", "lapsed"):
            data |= clock
    return Decided({**data, "answer": answer}, answer, values)


def _clock(
    project: Project, place: str, on: str, today: str, pairs: Sequence[Pair], rules: Rules
) -> tuple[str, dict[str, Any]]:
    """Whether a first report begins an exclusive negotiation: what the reporter is told, and holder, from, until."""
    body = rules.get("exclusive")
    if body is None:
        return "registered", {}
    wanted = must_report(project, rules) if rules.get("report") is not None else True
    if not wanted:
        return ("size_unknown" if wanted is None else "below"), {}
    until = months_later(on, body["months"])
    rival = _rival(place, on, until, pairs, rules)
    if rival is not None:
        return "withheld", {"holder": rival.holder, "until": rival.exclusive_until}
    clock = {"holder": place, "from": on, "until": until}
    return ("exclusive" if until >= today else "lapsed"), clock


def due_clock(project: Project, pairs: Sequence[Pair], day: str, kind: str, rules: Rules) -> dict[str, Any] | None:
    """The exclusive negotiation that was held back and begins now: holder, from, until; None where none is due.

    A first report whose size was not known begins its month when the size is; one that was held back because the
    project might be another's begins it when a person has decided that it is not.
    """
    waiting = {"changed": ("size_unknown", "below"), "decided": ("size_unknown", "below", "withheld")}.get(kind, ())
    if not project.reports or project.reports[0][2] not in waiting or project.exclusive_from or not project.open:
        return None
    answer, clock = _clock(project, project.reports[0][0], day, day, pairs, rules)
    return clock if answer == "exclusive" else None


def _rival(place: str, start: str, until: str, pairs: Sequence[Pair], rules: Rules) -> Project | None:
    """A project that may be the same and is held by another place on a day of the span."""
    if rules.get("duplicates") is None:
        return None
    for pair in pairs:
        other = pair.other
        against = pair.status == "open" and other.open and other.holder != place
        if against and other.span and other.span[0] <= until and start <= other.span[1]:
            return other
    return None


def _extended(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    body = rules.get("extension")
    if body is None or act.by not in body["by"]:
        raise LedgerError(reason="not_the_centre", by=act.by, centre=", ".join(body["by"]) if body else "-")
    if not act.why.strip():
        raise LedgerError(reason="why", act="extended")
    holder, ends = project.holds(act.day), project.exclusive_until
    if holder is None or ends is None:
        raise LedgerError(reason="not_held", project=project.project_id, on=act.day, until=ends or "-")
    months = act.data.get("months", 1)
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= body["months_at_most"]:
        raise LedgerError(reason="months", months=months, most=body["months_at_most"])
    until = months_later(ends, months)
    rival = _rival(holder, days_later(ends, 1), until, pairs, rules)
    if rival is not None:
        raise LedgerError(reason="rival", project=project.project_id, other=rival.project_id, holder=rival.holder)
    return Decided({"months": months, "until": until}, "extended", {"holder": holder, "until": until})


def _transferred(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    del pairs
    to = act.data.get("to")
    source = project.receiving_place or project.first_place or str(project.facts["place"])
    if not _is_text(to) or to == source:
        raise LedgerError(reason="transfer", project=project.project_id, place=source, to=to)
    if not project.open:
        raise LedgerError(reason="ended", project=project.project_id)
    if not act.why.strip():
        raise LedgerError(reason="why", act="transferred")
    shares = "0.5" if rules.get("transfer") is None else str(rules.sections["transfer"]["first"])
    return Decided({"from": source, "to": to}, "transferred", {"place": source, "to": to, "share": shares})


def _stage(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    del pairs
    stage = act.data.get("stage")
    if stage not in STAGES:
        raise LedgerError(reason="stage", stage=stage, stages=tuple(STAGES))
    if stage == project.stage:
        raise LedgerError(reason="same_stage", project=project.project_id, stage=stage)
    on = _past_day(act, "on", empty=True)
    before = [name for name in LADDER if stage == "ended" or LADDER.index(name) < LADDER.index(str(stage))]
    stated = [name for name in before if name != "negotiating" or "contact_on" in project.facts]
    latest = max((project.stage_on.get(name) or "" for name in stated), default="")
    if on and on < latest:
        raise LedgerError(reason="stage_before", project=project.project_id, stage=stage, on=on, latest=latest)
    reached = [name for name in LADDER if name in project.stage_on]
    skipped = (
        [] if stage == "ended" else [name for name in before if name not in reached and name not in project.skipped]
    )
    backwards = stage != "ended" and (project.stage == "ended" or stage in reached)
    body = rules.get("stages")
    if body is not None and skipped and (body["skipping"] != "with_reason" or not act.why.strip()):
        raise LedgerError(reason="skipped", project=project.project_id, stage=stage, skipped=tuple(skipped))
    if (stage == "ended" or backwards or not on) and not act.why.strip():
        raise LedgerError(reason="why", act=stage)
    flags = _signing_flags(project, on, rules) if stage == "signed" or "signed" in skipped else []
    data: dict[str, Any] = {"stage": stage, "on": on} | _ending(act, str(stage))
    data |= ({"skipped": skipped} if skipped else {}) | ({"flags": flags} if flags else {})
    return Decided(data, "flagged" if flags else "stage", {"stage": stage, "flag": ", ".join(flags)})


def _ending(act: Act, stage: str) -> dict[str, Any]:
    """How a project ended, where that is said: which kind, and where it went when it was lost."""
    kind, lost_to = act.data.get("end_kind"), act.data.get("lost_to")
    if kind is None and lost_to is None:
        return {}
    if stage != "ended" or kind not in ENDINGS:
        raise LedgerError(reason="value", field="end_kind", found=repr(kind), kind=ENDINGS)
    if (kind == "lost") != _is_text(lost_to):
        raise LedgerError(reason="lost_to", lead=act.project_id)
    return {"end_kind": kind} | ({"lost_to": lost_to} if lost_to else {})


def _signing_flags(project: Project, on: str, rules: Rules) -> list[str]:
    """What is wrong with the filing of a major signing; nothing where it was filed in time or need not be."""
    body = rules.get("signing")
    major = must_report(project, rules)
    if body is None or major is False:
        return []
    if not project.signing_filed_on:
        return ["signing_not_filed" if major else "signing_size_unknown"]
    if on and days_later(project.signing_filed_on, body["days_ahead"]) > on:
        return ["signing_filed_late" if major else "signing_size_unknown"]
    return []


def _signing_filed(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    del pairs
    planned = act.data.get("planned")
    whole_day(planned, "planned")
    if "signed" in project.stage_on or not project.open:
        raise LedgerError(reason="signed_already", project=project.project_id)
    on = _past_day(act, "on")
    body = rules.get("signing")
    late = body is not None and days_later(on, body["days_ahead"]) > str(planned)
    values = {"planned": planned, "days": body["days_ahead"] if body else 0}
    return Decided({"planned": planned, "on": on}, "filed_late" if late else "filed", values)


def _paid_in(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    del pairs, rules
    amount = act.data.get("usd_m")
    known = isinstance(amount, (int, float)) and not isinstance(amount, bool) and _is_number(abs(amount))
    if not known or not amount:
        raise LedgerError(reason="value", field="usd_m", found=repr(amount), kind="number")
    paid = sum(part for _, part in project.payments) + float(str(amount))
    if float(str(amount)) < 0 and (not act.why.strip() or paid < 0):
        raise LedgerError(reason="payment", project=project.project_id, amount=amount)
    if project.facts.get("capital") == "domestic":
        raise LedgerError(reason="domestic", project=project.project_id)
    return Decided({"usd_m": amount, "on": _past_day(act, "on")}, "paid_in", {"paid": round(paid, 6)})


def _paid_corrected(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    """A payment that was recorded wrongly, named by its day and amount, and the right amount."""
    del pairs, rules
    on, was, right = act.data.get("on"), act.data.get("was"), act.data.get("usd_m")
    held = [amount for day, amount in project.payments if day == on and amount == was]
    if not held or not _is_number(right) or right == was:
        raise LedgerError(reason="no_payment", project=project.project_id, on=on, amount=was, right=right)
    if not act.why.strip():
        raise LedgerError(reason="why", act="paid_corrected")
    paid = sum(part for _, part in project.payments) - held[0] + float(str(right))
    return Decided({"on": on, "was": was, "usd_m": right}, "paid_in", {"paid": round(paid, 6)})


def _decided(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    """A person says whether two projects are one; only this joins them, and nothing is deleted."""
    other_id, verdict = act.data.get("other"), act.data.get("verdict")
    pair = next((pair for pair in pairs if pair.other.project_id == other_id), None)
    if pair is None:
        raise LedgerError(reason="no_pair", project=project.project_id, other=other_id)
    if verdict not in VERDICTS or not act.why.strip():
        raise LedgerError(reason="verdict", verdict=verdict)
    if pair.status != "open" or project.same_as or pair.other.same_as:
        raise LedgerError(reason="decided_before", project=project.project_id, other=other_id)
    data: dict[str, Any] = {"other": other_id, "verdict": verdict}
    if verdict == "same":
        mine, theirs = project.span, pair.other.span
        kept = bool(project.holds(act.day)), bool(pair.other.holds(act.day))
        if mine and kept[0] and (not theirs or not kept[1] or mine[0] < theirs[0]):
            raise LedgerError(reason="keeps", project=project.project_id, other=other_id)
        return Decided({**data, "ends": days_later(act.day, -1)}, "same", {"other": other_id})
    return Decided(data, "different", {"other": other_id})


def _recorded(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    del project, pairs, rules
    if act.data.get("record") not in RECORDS or not act.why.strip():
        raise LedgerError(reason="record", record=act.data.get("record"), records=RECORDS)
    return Decided({"record": act.data["record"]}, "recorded", {"record": act.data["record"]})


def _past_day(act: Act, name: str, *, empty: bool = False) -> str:
    """The day in the particulars, by default that of the act; never one that has not come yet."""
    value = act.data.get(name, act.day)
    if empty and value == "":
        return ""
    whole_day(value, name)
    if str(value) > act.day:
        raise LedgerError(reason="future", field=name, found=value, at=act.day)
    return str(value)


def _refused(act: Act, project: Project, pairs: Sequence[Pair], rules: Rules) -> Decided:
    raise LedgerError(reason="by_the_ledger", kind=act.kind)


_DECISIONS: dict[str, Callable[[Act, Project, Sequence[Pair], Rules], Decided]] = {
    "changed": _changed, "reported": _reported, "extended": _extended, "transferred": _transferred, "stage": _stage,
    "signing_filed": _signing_filed, "paid_in": _paid_in, "paid_corrected": _paid_corrected, "decided": _decided,
    "recorded": _recorded, "suspected": _refused, "clock": _refused,
}  # fmt: skip
