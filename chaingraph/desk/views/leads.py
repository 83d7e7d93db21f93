"""The views of leads: what is a reason to call, which are in work and how far, and what is done to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from chaingraph.desk.desk import Answer, Asked, Grid, Page, Went
from chaingraph.desk.log import given, given_fields, has_ledger, opened, signed_act
from chaingraph.errors import ChaingraphError
from chaingraph.labels import text
from chaingraph.leads.listing import lead_list
from chaingraph.ledger.events import LEAD_KINDS, Event
from chaingraph.ledger.work.fields import CLOSINGS, CONTACT_FIELDS, FEEDBACK_FIELDS, FORMS, LEAD_FIELD, LEAD_STAGES
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import hand_over, history, lead_in_work, leads_in_work, record_lead, record_leads
from chaingraph.ledger.work.taking import taking
from chaingraph.ledger.work.views import amount_of, due_list, work_list
from chaingraph.model.columns import SITE_STATUSES, is_missing
from chaingraph.model.days import days_later
from chaingraph.model.results import WORK_SHOWN
from chaingraph.wording.work import caption, captions, in_words, money, word
from chaingraph.writers.review_sheet import worded

_FACTS = ("date", "firm", "kind", "stage", "site_status", "place", "product", "reason")
_IN_WORK = tuple(name for name in WORK_SHOWN if name != "lead_id")
_MOST = 400  # rows of a list on the page
FEEDBACK_DAYS = 7  # a week for feedback, unless another day is set


def due_rows(asked: Asked) -> pd.DataFrame:
    """What is due, by the log and the case; empty where there is no log."""
    if not has_ledger(asked):
        return pd.DataFrame()
    with opened(asked) as ledger:
        return due_list(ledger, asked.desk.today, case=asked.case.tables)


def due_grid(asked: Asked, rows: pd.DataFrame) -> Grid:
    """What is due, in words, each row leading to its lead or project."""
    if rows.empty:
        return Grid((), ())
    names = ["firm", *[name for name in rows.columns if name not in ("firm", "lead_id")]]
    links = [
        f"/projects/{lead}" if reason == "exclusive" else f"/leads/{lead}"
        for lead, reason in zip(rows["lead_id"], rows["reason"], strict=True)
    ]
    return grid_of(rows[names], asked, links)


def grid_of(table: pd.DataFrame, asked: Asked, links: Sequence[str]) -> Grid:
    """A table of the log in words; the first cell of a row leads somewhere."""
    return Grid([caption(str(name), asked.lang) for name in table.columns], _cells(in_words(table, asked.lang)), links)


def _cells(table: pd.DataFrame) -> list[list[str]]:
    return [["" if is_missing(cell) else str(cell) for cell in row] for row in table.itertuples(index=False, name=None)]


def chains_of(asked: Asked) -> dict[str, str]:
    """The names of the case's chains by id."""
    chains = asked.case["chains"]
    column = "chain_en" if asked.lang == "en" and "chain_en" in chains else "chain"
    named = chains[column].fillna(chains["chain"])
    return {str(key): str(name) for key, name in zip(chains["chain_id"], named, strict=True)}


def leads(asked: Asked) -> Answer:
    """Leads in work, and facts that may become some, by chain, site status, owner and due day."""
    args = asked.args
    chain, site, owner, state = (args.get(name, "") for name in ("chain", "site", "owner", "state"))
    held: set[str] = set()
    work, owners = pd.DataFrame(), []
    if has_ledger(asked):
        with opened(asked) as ledger:
            found = leads_in_work(ledger)
        held = {lead.lead_id for lead in found}
        owners = sorted({unit for lead in found for unit in lead.units})
        own = [lead for lead in found if not owner or owner in lead.units]
        work = _filtered(work_list(own, as_of=asked.desk.today, viewer=owner), chain, site, state)
    tables = asked.case.tables
    rows = lead_list(tables, as_of=asked.desk.today, chain=chain or None, site_status=[site] if site else [])
    rows = rows[~rows["signal_id"].isin(held)]
    facts = [
        {**{name: worded(name, row[name], asked.lang) for name in _FACTS}, "signal_id": str(row["signal_id"]),
         "reason": bool(row["reason"])}
        for row in rows.head(_MOST).to_dict("records")
    ]  # fmt: skip
    shown = [name for name in _IN_WORK if name in work]
    links = [f"/leads/{name}" for name in work["lead_id"]] if len(work) else []
    grid = grid_of(work[shown], asked, links)
    return Page(
        "leads.html",
        {
            "facts": facts,
            "fact_captions": [
                asked.say("reason") if name == "reason" else _fact_caption(name, asked) for name in _FACTS
            ],
            "fact_names": _FACTS,
            "left_out": max(0, len(rows) - _MOST),
            "work": grid,
            "chains": chains_of(asked),
            "sites": [(code, worded("site_status", code, asked.lang)) for code in SITE_STATUSES],
            "owners": owners,
            "states": [(name, word("stage", name, asked.lang)) for name in LEAD_STAGES],
            "asked": {"chain": chain, "site": site, "owner": owner, "state": state},
            "due": due_grid(asked, due_rows(asked)),
        },
    )


def _fact_caption(name: str, asked: Asked) -> str:
    return text(f"leads.column_{name}", asked.lang)


def _filtered(table: pd.DataFrame, chain: str, site: str, state: str) -> pd.DataFrame:
    if chain:
        table = table[table["chain_id"] == chain]
    if site:
        table = table[table["site_status"].fillna("unknown") == site]
    if state == "overdue":
        return table[table["overdue"].isin((True,))]  # an empty cell is not overdue
    return table[table["stage"] == state] if state else table


def take(asked: Asked) -> Answer:
    """Take reviewed facts into work, each as a lead of whoever sits here."""
    wanted = asked.form.get("lead", "").splitlines()
    if not wanted:
        raise ChaingraphError(asked.say("none_chosen"))
    signed = asked.signed
    owner = asked.form.get("owner", "").strip()
    acts = taking(asked.case.tables, wanted, at=signed["at"], by=signed["by"], owner=owner, lang=asked.lang)
    with opened(asked, create=True) as ledger:
        done = record_leads(ledger, acts)
    asked.told(asked.say("taken", count=sum(1 for one in done if one.new)))
    return Went(f"/leads/{wanted[0]}" if len(wanted) == 1 else "/leads")


def lead(asked: Asked, name: str) -> Answer:
    """One lead: what is known of it, everything recorded of it, and what can be done."""
    with opened(asked) as ledger:
        found, events = lead_in_work(ledger, name), history(ledger, name)
    gone = {str(event.data.get("event")) for event in events if event.kind == "lead_withdrawn"}
    lines = [
        {
            "at": event.at.replace("T", " "), "by": event.by, "why": event.why,
            "kind": word("kind", event.kind, asked.lang),
            "said": _said(event, asked),
            "event_id": event.event_id, "gone": event.event_id in gone,
            "free": event.event_id not in gone and event.kind not in ("lead_withdrawn", "lead_handed_over"),
        }
        for event in reversed(events)
    ]  # fmt: skip
    facts = [
        (_named(key, asked), _value(key, found.facts, asked)) for key in found.facts if key not in (*_IDS, "currency")
    ]
    return Page(
        "lead.html",
        {
            "lead": found,
            "stage": word("stage", found.stage, asked.lang),
            "facts": [pair for pair in facts if pair[1]],
            "lines": lines,
            "conflicts": [
                (
                    key,
                    caption(key, asked.lang),
                    [(unit, _claimed(found, key, unit, value, asked.lang)) for unit, value in several.items()],
                )
                for key, several in sorted(found.conflicts.items())
            ],
            "forms": [(code, word("form", code, asked.lang)) for code in FORMS],
            "feedback": [_field(column.name, dict(column.choices or {}), asked) for column in FEEDBACK_FIELDS],
            "closings": [(code, word("closing", code, asked.lang)) for code in CLOSINGS],
            "due": days_later(asked.desk.today, FEEDBACK_DAYS),
            "captions": captions(("owner", "contact", "next", "next_on", "lost_to"), asked.lang),
        },
    )


_IDS = ("firm", "firm_id", "signals", "base", "event", "run_id", "kind")  # that tell a reader of the page nothing new


def _value(key: str, told: Mapping[str, object], asked: Asked) -> str:
    if key == "investment_m":
        return money(told[key], told.get("currency"), asked.lang)
    return word(key, told.get(key), asked.lang)


def _named(key: str, asked: Asked, kind: str = "") -> str:
    """What a particular of an event of a kind is called, as in the sheets that go round."""
    of_contact = next((one for one in CONTACT_FIELDS if one.name == key), None)
    column = (
        of_contact if kind in ("lead_contacted", "lead_fed_back") and of_contact else LEAD_FIELD.get(key) or of_contact
    )
    if column is not None:
        return column.headers[0] if asked.lang == "zh" else column.name
    return asked.say("assigned") if key == "to" else caption(key, asked.lang)


def _said(event: Event, asked: Asked) -> str:
    """The particulars of an event; of the first only whose the lead is, for the rest stands above."""
    own = ("owner",) if event.kind == "lead_taken" else tuple(key for key in event.data if key not in _IDS)
    told = [(key, _value(key, event.data, asked)) for key in own if key != "currency"]
    return "; ".join(f"{_named(key, asked, event.kind)}: {value}" for key, value in told if value)


def _field(name: str, choices: Mapping[str, object], asked: Asked) -> tuple[str, str, list[tuple[str, str]]]:
    return name, caption(name, asked.lang), [(code, word(name, code, asked.lang)) for code in choices]


# What a form of the lead's page records: the kind of act, and the fields that go with it.
_ACTS: dict[str, tuple[str, Sequence[str]]] = {
    "own": ("lead_owned", ("owner",)),
    "assign": ("lead_assigned", ("to", "due")),
    "contact": ("lead_contacted", ("on", "form", "unit", "post", "said", "next", "next_on")),
    "feedback": ("lead_fed_back", ()),
    "ask": ("lead_asked", ("says", "to", "due", "kind")),
    "answer": ("lead_answered", ("event", "answer")),
    "release": ("lead_released", ()),
    "close": ("lead_closed", ("closing", "lost_to")),
    "reopen": ("lead_reopened", ()),
    "withdraw": ("lead_withdrawn", ("event",)),
}


def act(asked: Asked, name: str, what: str) -> Answer:
    """Record what was done to a lead."""
    if what == "hand-over":
        return _hand_over(asked, name)
    if what == "decide":
        return _decide(asked, name)
    if what not in _ACTS:
        raise ChaingraphError(asked.say("no_act"))
    kind, fields = _ACTS[what]
    assert kind in LEAD_KINDS  # the table above
    data: dict[str, Any] = given_fields(asked, FEEDBACK_FIELDS) if what == "feedback" else given(asked, fields)
    with opened(asked) as ledger:
        done = record_lead(ledger, signed_act(asked, kind, name, data))
    asked.told(asked.say("recorded", what=word("kind", kind, asked.lang), number=done.number))
    return Went("/leads" if what == "withdraw" and not done.lead.firm else f"/leads/{name}")


def _claimed(lead: Lead, key: str, unit: str, value: object, lang: str) -> str:
    return amount_of(lead, unit, value, lang) if key == "investment_m" else word(key, value, lang)


def _decide(asked: Asked, name: str) -> Answer:
    """Where units differ, take what one of them says."""
    field, unit = asked.form.get("field", ""), asked.form.get("unit", "")
    with opened(asked) as ledger:
        lead = lead_in_work(ledger, name)
        several = lead.conflicts.get(field, {})
        if unit not in several:
            raise ChaingraphError(asked.say("no_act"))
        currency = lead.feedback.get(unit, {}).get("currency") if field == "investment_m" else None
        data = {field: several[unit], **({"currency": currency} if currency else {})}
        record_lead(ledger, signed_act(asked, "lead_changed", name, data))
    asked.told(asked.say("decided", field=caption(field, asked.lang), unit=unit))
    return Went(f"/leads/{name}")


def _hand_over(asked: Asked, name: str) -> Answer:
    signed, place = asked.signed, asked.form.get("place", "").strip()
    if not place:
        raise ChaingraphError(asked.say("no_place"))
    with opened(asked) as ledger:
        done = hand_over(ledger, name, at=signed["at"], by=signed["by"], place=place)
        made = ledger.project(str(done.lead.project_id))
    asked.told(asked.say("handed_over", project=made.project_id, until=made.exclusive_until or "-"))
    return Went(f"/projects/{made.project_id}")
