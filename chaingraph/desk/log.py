"""The desk's way to the ledger's log: opened for one act or one look, every act signed by who sits at the desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chaingraph.desk.desk import Asked
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.facts.derived_tables import place_within
from chaingraph.labels import text
from chaingraph.ledger.events import Act
from chaingraph.ledger.file import as_refusal
from chaingraph.ledger.intake.money import Unit, amount
from chaingraph.ledger.opening import note_rules, noted_rules, open_ledger
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.model.columns import Column
from chaingraph.reading.cells import parser
from chaingraph.wording.work import money as money_said

# A city's ledger is judged by the rules of its own plan: those that come with the program are of one city.
_REGION, _RULES, _NO_RULES = "嘉兴", "jiaxing", "none"


@contextmanager
def opened(asked: Asked, *, create: bool = False) -> Iterator[Ledger]:
    """The ledger, open as long as the block runs.

    Raises
    ------
    LedgerError
        When there is none and none is to be made, or it cannot be opened.
    """
    path, region = asked.desk.ledger, asked.desk.chosen()["region"]
    new = not has_ledger(asked)
    here = bool(region) and place_within(region, _REGION) is True
    named = asked.desk.rules or (None if new else noted_rules(path)) or (_RULES if here else _NO_RULES)
    ledger = open_ledger(path, load_rules(named), create=create)
    if new and create:
        note_rules(ledger, named)
    try:
        yield ledger
    except sqlite3.DatabaseError as error:
        raise as_refusal(error, asked.desk.ledger) from error
    finally:
        ledger.close()


def has_ledger(asked: Asked) -> bool:
    """Whether there is a ledger to look into."""
    return asked.desk.ledger.exists()


def signed_act(asked: Asked, kind: str, subject: str, data: Mapping[str, Any]) -> Act:
    """An act of whoever sits at the desk, with the reason that the form gives."""
    signed = asked.signed
    return Act(kind, subject, signed["at"], signed["by"], asked.form.get("why", "").strip(), data)


def given(asked: Asked, names: Iterable[str]) -> dict[str, Any]:
    """The texts of a form that were filled in."""
    found = {name: asked.form.get(name, "").strip() for name in names}
    return {name: value for name, value in found.items() if value}


def given_fields(asked: Asked, columns: Sequence[Column]) -> dict[str, Any]:
    """The fields of a form that were filled in, read as cells of a sheet are.

    Raises
    ------
    ChaingraphError
        When one cannot be read; it says which and why.
    """
    facts: dict[str, Any] = {}
    for column in columns:
        raw = asked.form.get(column.name, "").strip()
        if not raw:
            continue
        if column.name == "investment_m" and not raw.replace(".", "", 1).isdigit():
            money, problem = amount(raw, Unit(None, ""))
            value: Any = None if money is None else money[0]
            if money is not None:
                facts["currency"] = money[1]
        else:
            value, problem = parser(column)(raw)
            if column.name == "investment_m" and isinstance(value, float):
                shown = money_said(value, asked.form.get("currency"), asked.lang)
                asked.told(text("work.amount_read", asked.lang, given=raw[:60], told=shown))
        if problem is not None and value is None:
            reason = _reason(problem.reason, {**problem.values, "blank": ""}, asked.lang)
            caption = column.headers[0] if asked.lang == "zh" else column.name
            raise ChaingraphError(asked.say("bad_value", column=caption, value=raw[:60], reason=reason))
        facts[column.name] = value
    return facts


def _reason(reason: str, values: Mapping[str, object], lang: str) -> str:
    for area in ("ledger.intake_", "tables."):
        try:
            return text(f"{area}{reason}", lang, **values)
        except UnknownNameError:
            continue
    return reason
