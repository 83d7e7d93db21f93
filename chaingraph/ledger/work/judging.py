"""Whether an act on a lead may be recorded, and with what particulars."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from chaingraph.ledger.events import Act, LedgerError, whole_day
from chaingraph.ledger.work.fields import (
    CLOSINGS,
    CONTACT_FIELDS,
    FEEDBACK_FIELDS,
    LEAD_FIELD,
    LEAD_FIELDS,
    QUESTIONS,
)
from chaingraph.ledger.work.lead import Lead
from chaingraph.model.columns import Column, split
from chaingraph.model.days import is_date
from chaingraph.reading.personal import personal

_TEXT_LENGTH = 5_000
_LARGEST = 1e9  # million of a currency
_POST = re.compile(
    r"长|书记|主任|主席|委员|总监|总经理|副总|总裁|经理|秘书|干部|助理|负责人|专员|代表|部|办|处|科|室|[A-Za-z]{2}"
)
# A surname before a form of address (王经理, 张总): a person, though it holds the word for a post.
_ADDRESSED = re.compile(
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文][\u4e00-\u9fff]{0,2}?"
    "(总|经理|主任|部长|处长|科长|局长|书记|先生|女士|工|老师)"
)
_NUMBERED = re.compile(r"\d{7,}")

Data = dict[str, Any]


_IDS = {"firm_id", "credit_code"}


def judge(act: Act, lead: Lead | None) -> Data:
    """The particulars of an act as they are recorded.

    Raises
    ------
    LedgerError
        When the act is malformed, names a person, or the lead's state forbids it.
    """
    if act.kind == "lead_taken":
        if lead is not None:
            raise LedgerError(reason="lead_exists", lead=act.project_id)
        return _taken(act)
    if lead is None:
        raise LedgerError(reason="no_lead", lead=act.project_id)
    named = act.kind == "lead_changed" and set(act.data) <= _IDS  # which firm it is may be put right at any time
    if not lead.live and not named and act.kind not in ("lead_reopened", "lead_withdrawn", "lead_answered"):
        raise LedgerError(reason="lead_over" if lead.stage == "closed" else "lead_handed_over", lead=act.project_id)
    return _JUDGES[act.kind](act, lead)


def checked(data: Mapping[str, Any], columns: tuple[Column, ...], *, whole: bool = True) -> Data:
    """Fields checked by their kind; None takes a value back where ``whole`` is False.

    Raises
    ------
    LedgerError
        For an unknown field, a value of the wrong kind, a missing required one, or a mobile number or private mail.
    """
    known = {column.name: column for column in columns}
    for name, value in data.items():
        column = known.get(name)
        if column is None:
            raise LedgerError(reason="field", field=name, fields=tuple(known))
        if value is None and not whole and not column.required:
            continue
        if not _fits(column, value):
            wanted = column.choices or column.kind
            raise LedgerError(reason="value", field=name, found=repr(value), kind=wanted)
        if isinstance(value, str) and name != "address" and personal(value):
            raise LedgerError(reason="personal", field=name)
    missing = tuple(column.name for column in columns if column.required and whole and not data.get(column.name))
    if missing:
        raise LedgerError(reason="required", fields=missing)
    return dict(data)


def _fits(column: Column, value: object) -> bool:
    if column.kind == "flag":
        return isinstance(value, bool)
    if column.kind == "number":
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and math.isfinite(float(str(value))) and 0 <= float(str(value)) <= _LARGEST
    if not isinstance(value, str) or not value.strip() or len(value) > _TEXT_LENGTH:
        return False
    if column.kind == "date":
        return is_date(value)
    members = [part.partition("(")[0] for part in split(value)] if column.kind == "set" else [value]
    return not column.choices or set(members) <= set(column.choices)


def unit_name(value: object, field: str) -> str:
    """The name of an office, county or team.

    Raises
    ------
    LedgerError
        When it is empty, too long, or holds a number to call.
    """
    name = value.strip() if isinstance(value, str) else ""
    if not name or len(name) > 100 or personal(name):
        raise LedgerError(reason="value", field=field, found=repr(value), kind="unit")
    return name


def _taken(act: Act) -> Data:
    facts = checked({name: value for name, value in act.data.items() if name != "owner"}, LEAD_FIELDS)
    return {**facts, "owner": unit_name(act.data.get("owner") or act.by, "owner")}


def _with_reason(act: Act) -> None:
    if not act.why.strip():
        raise LedgerError(reason="why", act=act.kind.removeprefix("lead_"))


def _owned(act: Act, lead: Lead) -> Data:
    _with_reason(act)
    owner = unit_name(act.data.get("owner"), "owner")
    if owner == lead.owner:
        raise LedgerError(reason="no_change", project=act.project_id)
    return {"owner": owner}


def _assigned(act: Act, _: Lead) -> Data:
    due = whole_day(act.data.get("due"), "due").isoformat()
    if due < act.day:
        raise LedgerError(reason="due_before", due=due, at=act.day)
    return {"to": unit_name(act.data.get("to"), "to"), "due": due}


def _contacted(act: Act, _: Lead) -> Data:
    data = checked({"on": act.day, **act.data}, CONTACT_FIELDS)
    whole_day(data["on"], "on")
    if data["on"] > act.day:
        raise LedgerError(reason="future", field="on", found=data["on"], at=act.day)
    post = data.get("post", "")
    if post and (not _POST.search(post) or _NUMBERED.search(post) or _ADDRESSED.fullmatch(post)):
        raise LedgerError(reason="post", found=post)
    return data


def _asked(act: Act, _: Lead) -> Data:
    kind = act.data.get("kind", "question")
    if kind not in QUESTIONS:
        raise LedgerError(reason="value", field="kind", found=repr(kind), kind=QUESTIONS)
    due = whole_day(act.data.get("due"), "due").isoformat()
    if due < act.day:
        raise LedgerError(reason="due_before", due=due, at=act.day)
    data = {"kind": kind, "says": _prose(act.data.get("says"), "says"), "due": due}
    return data | ({"to": unit_name(act.data["to"], "to")} if act.data.get("to") else {})


def _answered(act: Act, lead: Lead) -> Data:
    asked = act.data.get("event")
    if not any(each.event_id == asked for each in lead.questions):
        raise LedgerError(reason="no_question", lead=act.project_id, event=asked)
    return {"event": asked, "answer": _prose(act.data.get("answer"), "answer")}


def _prose(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _TEXT_LENGTH:
        raise LedgerError(reason="value", field=field, found=repr(value), kind="text")
    if personal(value):
        raise LedgerError(reason="personal", field=field)
    return value


def _fed_back(act: Act, _: Lead) -> Data:
    currency = {"currency": act.data["currency"]} if "currency" in act.data else {}
    own = {name: value for name, value in act.data.items() if name not in ("base", "on", "currency")}
    data = checked(own, FEEDBACK_FIELDS) | checked(currency, (LEAD_FIELD["currency"],))
    base = act.data.get("base")
    if not data:
        raise LedgerError(reason="no_feedback", lead=act.project_id)
    on = whole_day(act.data.get("on", act.day), "on").isoformat()
    if on > act.day:
        raise LedgerError(reason="future", field="on", found=on, at=act.day)
    return {**data, "on": on} | ({"base": checked(base, FEEDBACK_FIELDS)} if isinstance(base, Mapping) else {})


def _changed(act: Act, lead: Lead) -> Data:
    _with_reason(act)
    data = checked(act.data, LEAD_FIELDS, whole=False)
    found = {name: each for name, each in data.items() if lead.facts.get(name) != each or name in lead.conflicts}
    if not found:
        raise LedgerError(reason="no_change", project=act.project_id)
    return found


def _released(act: Act, lead: Lead) -> Data:
    if act.by != lead.owner:
        raise LedgerError(reason="not_owner", lead=act.project_id, owner=lead.owner, by=act.by)
    if lead.released_on:
        raise LedgerError(reason="released_before", lead=act.project_id, on=lead.released_on)
    return checked(act.data, LEAD_FIELDS, whole=False)


def _closed(act: Act, _: Lead) -> Data:
    closing, lost_to = act.data.get("closing"), act.data.get("lost_to")
    if closing not in CLOSINGS:
        raise LedgerError(reason="value", field="closing", found=repr(closing), kind=CLOSINGS)
    _with_reason(act)
    if (closing == "lost") != bool(lost_to):
        raise LedgerError(reason="lost_to", lead=act.project_id)
    return {"closing": closing} | ({"lost_to": unit_name(lost_to, "lost_to")} if lost_to else {})


def _reopened(act: Act, lead: Lead) -> Data:
    if lead.stage != "closed":
        raise LedgerError(reason="lead_not_closed", lead=act.project_id)
    _with_reason(act)
    return {}


def _handed_over(act: Act, _: Lead) -> Data:
    return {"project_id": str(act.data.get("project_id") or act.project_id)}


_JUDGES: dict[str, Callable[[Act, Lead], Data]] = {
    "lead_owned": _owned, "lead_assigned": _assigned, "lead_contacted": _contacted, "lead_asked": _asked,
    "lead_answered": _answered, "lead_fed_back": _fed_back, "lead_changed": _changed, "lead_released": _released,
    "lead_closed": _closed, "lead_reopened": _reopened, "lead_handed_over": _handed_over,
}  # fmt: skip
