"""Returned sheets into the log: what is new is recorded, what differs stands side by side, nothing gets lost.

Merging a file twice changes nothing: what a unit said is an event named after what it says. Of two units that differ
nobody is overruled (`lead.Lead.conflicts`); a row that cannot be used is told with its file and number.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.events import Act, LedgerError, canonical
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.fields import JUDGED
from chaingraph.ledger.work.lead import OWN_FIND, Lead, lead_states
from chaingraph.ledger.work.log import history, leads_in_work, record_leads
from chaingraph.ledger.work.returned import Returned, Row
from chaingraph.ledger.work.sheets import CONTACT, FEEDBACK, PUBLIC
from chaingraph.ledger.work.views import amount_of, due_list, due_today, particulars
from chaingraph.model.results import CONFLICT_COLUMNS, DUE_COLUMNS, MERGE_COLUMNS
from chaingraph.reading.cells import fold
from chaingraph.wording.work import word

_RESULT = "result"
EFFECTS = (
    "contact", "feedback", "new_lead", "released", "same", "empty", "refused", "unknown", "over", "twice", "not_there",
    "unit_unknown", "in_contact", "unused", "unread",
)  # fmt: skip


@dataclass(frozen=True)
class Merged:
    """What became of returned sheets: every row (`MERGE_COLUMNS`), where units differ, what is overdue or due today."""

    rows: pd.DataFrame
    conflicts: pd.DataFrame
    overdue: pd.DataFrame
    today: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each effect, in the order of `EFFECTS`."""
        found = Counter(self.rows["effect"])
        return {effect: found[effect] for effect in EFFECTS if found[effect]}


def merge_returned(ledger: Ledger, files: Sequence[Returned], *, at: str, lang: str = "zh") -> Merged:
    """Record what returned sheets say and the log does not know yet.

    Parameters
    ----------
    ledger
        An open ledger.
    files
        As `chaingraph.ledger.work.returned.read_returned` reads them; their order does not matter.
    at
        The day of merging; what is recorded is said by the unit whose sheet it is.
    lang
        Language in which a refusal is told: zh or en.

    Returns
    -------
    Merged
        ``rows``: file, row, unit, lead_id, firm, effect (`EFFECTS`), detail; a row of a sheet has at least one, and a
        lead that was sent out and is missing from its unit's file has one (``not_there``). ``conflicts``: a row per
        field and unit, side by side. ``overdue``: as `views.due_list`; ``today``: as `views.due_today`.
    """
    told: list[tuple[object, ...]] = []
    leads = {lead.lead_id: lead for lead in leads_in_work(ledger)}
    by_firm: dict[str, list[Lead]] = {}
    for lead in leads.values():
        by_firm.setdefault(fold(lead.firm), []).append(lead)
    rows = [(file.file, row) for file in sorted(files, key=lambda file: file.file) for row in file.rows]
    twice = _said_twice(rows, by_firm)
    for file in sorted(files, key=lambda file: file.file):
        if file.problem:
            told.append((file.file, None, None, None, None, "unread", file.problem))
        for note in file.notes:
            told.append(
                (file.file, note.row, None, None, None, "unused", f"{note.column} {note.value}: {note.why}".strip())
            )
    for name, row in rows:
        lead_id = _lead_of(row, by_firm)
        own = (name, row.number, row.unit or None, lead_id or None, row.firm or None)
        told += [(*own, *effect) for effect in _row(ledger, row, lead_id, leads, twice, at, lang)]
    seen = {(row.unit, _lead_of(row, by_firm)) for _, row in rows}
    for unit in sorted({unit for unit, _ in seen if unit}):
        for lead in leads.values():
            if any(each.to == unit for each in lead.open_assignments) and (unit, lead.lead_id) not in seen:
                told.append((None, None, unit, lead.lead_id, lead.firm, "not_there", None))
    after = leads_in_work(ledger)
    overdue = due_list(ledger, at)
    kinds = {name: "Int64" if name == "row" else "str" for name in MERGE_COLUMNS}
    return Merged(
        pd.DataFrame(told, columns=list(MERGE_COLUMNS)).astype(kinds),
        conflicts_of(after, lang),
        overdue[overdue["reason"] == "overdue"][list(DUE_COLUMNS)].reset_index(drop=True),
        due_today(overdue),
    )


def conflicts_of(leads: Iterable[Lead], lang: str = "zh") -> pd.DataFrame:
    """Where units differ and nobody has decided: a row per lead, field and unit, side by side.

    Returns
    -------
    DataFrame
        `CONFLICT_COLUMNS`, all text: lead_id, firm, field, unit, value (an amount as people of that language say it).
    """
    rows = [
        (lead.lead_id, lead.firm, name, unit, _claimed(lead, name, unit, value, lang))
        for lead in leads
        for name, several in sorted(lead.conflicts.items())
        for unit, value in sorted(several.items())
    ]
    return pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS)).astype("str")


def _claimed(lead: Lead, name: str, unit: str, value: object, lang: str) -> str:
    if name == "investment_m":
        return amount_of(lead, unit, value, lang)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lead_of(row: Row, by_firm: Mapping[str, list[Lead]]) -> str:
    """The lead that a row is about: the one it names, else its unit's of that firm, else anybody's; "" for none."""
    if row.lead_id:
        return row.lead_id
    found = by_firm.get(fold(row.firm), [])
    own = [lead for lead in found if row.unit in lead.units]
    return next((lead.lead_id for lead in (*own, *found)), "")


def _said_twice(rows: Sequence[tuple[str, Row]], by_firm: Mapping[str, list[Lead]]) -> dict[tuple[str, str], set[str]]:
    """Fields of a lead that one unit fills in differently in two rows: neither of them counts.

    By the lead of each row; what a unit has found only now by the id that it will have.
    """
    said: dict[tuple[str, str], dict[str, set[str]]] = {}
    for _, row in rows:
        lead_id = _lead_of(row, by_firm) or _own_id(row)
        for name in JUDGED:
            if name in row.values:
                said.setdefault((row.unit, lead_id), {}).setdefault(name, set()).add(canonical(row.values[name]))
    found = {key: {name for name, values in fields.items() if len(values) > 1} for key, fields in said.items()}
    return {key: names for key, names in found.items() if names}


def _row(
    ledger: Ledger,
    row: Row,
    lead_id: str,
    leads: Mapping[str, Lead],
    twice: Mapping[tuple[str, str], set[str]],
    at: str,
    lang: str,
) -> list[tuple[str, object]]:
    """What becomes of one row: effects with their details."""
    if not row.unit:
        return [("unit_unknown", None)]
    lead = leads.get(lead_id)
    if lead is None and not row.lead_id:  # a row above may have brought it
        lead_id = _own_id(row)
        lead = lead_states(history(ledger, lead_id)).get(lead_id)
    if lead is None:
        if row.lead_id:
            return [("unknown", row.lead_id)]
        return _new(ledger, row, twice, at, lang) if row.firm and row.values else [("empty", None)]
    if not lead.live:
        return [("over", word("stage", lead.stage, lang))] if _content(row) else [("same", None)]
    if row.unit not in lead.units and not row.lead_id:  # its own find, and somebody else's lead already
        return [("in_contact", None)]
    return _told(ledger, row, lead, twice.get((row.unit, lead_id), set()), at, lang)


def _told(ledger: Ledger, row: Row, lead: Lead, skipped: set[str], at: str, lang: str) -> list[tuple[str, object]]:
    """Record what a row tells of a lead in work that is its unit's to tell."""
    effects: list[tuple[str, object]] = []
    if lead.lead_id.startswith(OWN_FIND) and lead.released_on is None:  # what a unit keeps to itself stays in its file
        if not row.values.get(PUBLIC):
            return [("same", None)]
        effects += _release(ledger, row, lead, skipped, at, lang)
    acts = _acts(row, lead, skipped, at, ledger)
    for act in acts:
        if ledger.knows(act.event_id):
            continue
        try:
            record_leads(ledger, [act])
        except LedgerError as error:
            effects.append(("refused", error.in_language(lang)))
        else:
            effects.append(
                ("contact" if act.kind == "lead_contacted" else "feedback", particulars(act.data, lang, kind=act.kind))
            )
    if _half_read(row) and any(name in row.values for name in CONTACT):
        effects.append(("refused", text("work.contact_half_read", lang)))
    effects += [("twice", name) for name in sorted(skipped)]
    return effects or [("same" if _content(row) or acts else "empty", None)]


def _half_read(row: Row) -> bool:
    """Whether the day or the words of a contact stand in the sheet and cannot be used: then it is not recorded at all.

    On another day, or without what was said, it would be another contact; put right, it comes in with the next merge.
    """
    return bool({"contact_on", "contact_said"} & row.unread)


def _content(row: Row) -> dict[str, Any]:
    """What was filled in: contact, and feedback that differs from what was known."""
    base = row.base or {}
    told = {name: value for name, value in row.values.items() if name in FEEDBACK and value != base.get(name)}
    return told | {name: value for name, value in row.values.items() if name in CONTACT}


def _acts(row: Row, lead: Lead, skipped: set[str], at: str, ledger: Ledger) -> list[Act]:
    contact = {CONTACT[name]: value for name, value in row.values.items() if name in CONTACT}
    base = dict(row.base) if row.base is not None else _known_when_sent(ledger, lead, row.unit)
    told = {name: row.values[name] for name in FEEDBACK if name in row.values and name not in skipped}
    edited = {name: value for name, value in told.items() if value != base.get(name)}
    if contact.get("said") and _RESULT in told:  # whoever met the firm and leaves the result as it is confirms it
        edited.setdefault(_RESULT, told[_RESULT])
    acts = []
    if contact and not _half_read(row):
        acts.append(_act("lead_contacted", row, lead, contact, at))
    if edited:
        held = {name: base[name] for name in edited if name in base}
        more = {"currency": row.values["currency"]} if "investment_m" in edited and "currency" in row.values else {}
        day = {"about": contact} if set(edited) == {_RESULT} and edited[_RESULT] == base.get(_RESULT) else {}
        named = _act("lead_fed_back", row, lead, {**edited, **more, **day}, at)
        data = {**edited, **more} | ({"base": held} if held else {})
        acts.append(Act(named.kind, named.project_id, at, row.unit, "", data, named.event_id))
    return acts


def _known_when_sent(ledger: Ledger, lead: Lead, unit: str) -> dict[str, Any]:
    """What was known of a lead when it was last given to a unit: for sheets that do not carry it."""
    events = history(ledger, lead.lead_id)
    given = [event.number for event in events if event.kind == "lead_assigned" and event.data.get("to") == unit]
    if not given:
        return {}
    then = lead_states(event for event in events if event.number <= given[-1])
    return {name: value for name, value in then[lead.lead_id].facts.items() if name in JUDGED}


def _act(kind: str, row: Row, lead: Lead, data: Mapping[str, Any], at: str) -> Act:
    """An act named after what it says, so that it is recorded once however often and on whatever day it comes in."""
    name = hashlib.sha256(canonical([kind, lead.lead_id, row.unit, dict(data)]).encode()).hexdigest()[:32]
    return Act(kind, lead.lead_id, at, row.unit, "", data, f"r{name[1:]}")


def _own_id(row: Row) -> str:
    """The id of a lead that a unit has found itself."""
    return f"{OWN_FIND}{hashlib.sha256(canonical([row.unit, fold(row.firm)]).encode()).hexdigest()[:12]}"


def _new(
    ledger: Ledger, row: Row, twice: Mapping[tuple[str, str], set[str]], at: str, lang: str
) -> list[tuple[str, object]]:
    """A lead that a unit has found itself: its content stays in the unit's own file until the unit makes it public.

    What a public one tells is recorded at once, as that of any other lead.
    """
    lead_id = _own_id(row)
    facts: dict[str, Any] = {"firm": row.firm, "owner": row.unit}
    skipped = twice.get((row.unit, lead_id), set())
    public = bool(row.values.get(PUBLIC))
    acts = [Act("lead_taken", lead_id, at, row.unit, "", facts, f"r{lead_id}")]
    if public:
        acts.append(Act("lead_released", lead_id, at, row.unit, "", _own_facts(row, skipped), f"p{lead_id}"))
    try:
        lead = record_leads(ledger, acts)[-1].lead
    except LedgerError as error:
        return [("refused", error.in_language(lang))]
    more = _told(ledger, row, lead, skipped, at, lang) if public else []
    return [("new_lead", "" if public else None), *(each for each in more if each[0] not in ("same", "empty"))]


def _release(ledger: Ledger, row: Row, lead: Lead, skipped: set[str], at: str, lang: str) -> list[tuple[str, object]]:
    try:
        act = Act("lead_released", lead.lead_id, at, row.unit, "", _own_facts(row, skipped), f"p{lead.lead_id}")
        return [("released", None)] if record_leads(ledger, [act])[0].new else []
    except LedgerError as error:
        return [("refused", error.in_language(lang))]


def _own_facts(row: Row, skipped: set[str]) -> dict[str, Any]:
    """What a row says of the lead itself."""
    known = (name for name in (*JUDGED, "product", "currency") if name not in skipped)
    facts = {name: row.values[name] for name in known if name in row.values}
    return facts | ({"said": row.values["lead_said"]} if "lead_said" in row.values else {})
