"""The views of the ledger: projects by stage, one project with its events, and the acts that are recorded on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from chaingraph.desk.desk import Answer, Asked, Grid, Page, Went
from chaingraph.desk.log import given, given_fields, has_ledger, opened, signed_act
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger import views
from chaingraph.ledger.events import LEAD_KINDS, Event
from chaingraph.ledger.fields import FIELD, FIELDS, RECORDS, STAGES
from chaingraph.ledger.lists.due import doubtful
from chaingraph.model.columns import is_missing
from chaingraph.writers.files import number_text
from chaingraph.writers.ledger.frames import captioned

_SHOWN = (
    "project",
    "investor",
    "landing",
    "stage",
    "since",
    "usd_m",
    "cny_m",
    "owner",
    "holder",
    "exclusive_until",
    "flags",
)
_NEW = ("project", "investor", "place", "capital", "investment_m", "chain_id", "owner", "progress")


def _grid(table: pd.DataFrame, lang: str, links: list[str] | None = None) -> Grid:
    shown = captioned(table, lang)
    rows = [[_cell(cell) for cell in row] for row in shown.astype(object).itertuples(index=False, name=None)]
    return Grid([str(name) for name in shown.columns], rows, links or [])


def _cell(value: object) -> str:
    if is_missing(value):
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def projects(asked: Asked) -> Answer:
    """The ledger's list, of one stage or of all, and pairs that may be one project."""
    stage = asked.args.get("stage", "")
    grid, pairs = Grid((), ()), Grid((), ())
    if has_ledger(asked):
        with opened(asked) as ledger:
            table = views.projects(ledger, stage if stage in STAGES else "")
            open_pairs = doubtful(ledger)
        grid = _grid(table[list(_SHOWN)], asked.lang, [f"/projects/{name}" for name in table["project_id"]])
        links = [f"/projects/{name}" for name in open_pairs["project_id"]]
        pairs = _grid(open_pairs[["project", "investor", "other", "other_investor", "day"]], asked.lang, links)
    return Page(
        "projects.html",
        {
            "grid_of": grid,
            "pairs": pairs,
            "stage": stage,
            "stages": [(name, text(f"ledger.stage_{name}", asked.lang)) for name in STAGES],
            "fields": [_field(name, asked) for name in _NEW],
            "there": has_ledger(asked),
        },
    )


def _field(name: str, asked: Asked) -> tuple[str, str, list[tuple[str, str]], bool]:
    column = FIELD[name]
    words = [(code, spoken[0] if asked.lang == "zh" else code) for code, spoken in dict(column.choices or {}).items()]
    return name, column.headers[0] if asked.lang == "zh" else column.name, words, column.required


def add(asked: Asked) -> Answer:
    """Enter a project."""
    project = asked.form.get("project_id", "").strip()
    if not project:
        raise ChaingraphError(asked.say("no_project_id"))
    data = given_fields(asked, [FIELD[name] for name in _NEW])
    with opened(asked, create=True) as ledger:
        done = ledger.record(signed_act(asked, "entered", project, data))
    _tell(asked, done.answer, done.values)
    return Went(f"/projects/{done.project.project_id}")


def project(asked: Asked, name: str) -> Answer:
    """One project: its fields, where it stands, everything recorded of it, and what can be done."""
    with opened(asked) as ledger:
        found = ledger.project(name)
        events = [event for event in ledger.events(name) if event.kind != "clock" and event.kind not in LEAD_KINDS]
    facts = [
        (FIELD[key].headers[0] if asked.lang == "zh" else key, _fact(key, value, asked))
        for key, value in found.facts.items()
    ]
    lines = [
        {
            "at": event.at.replace("T", " "),
            "by": event.by,
            "kind": asked.say(f"kind_{event.kind}"),
            "why": event.why,
            "said": _said(event, asked),
        }
        for event in reversed(events)
    ]
    return Page(
        "project.html",
        {
            "project": found,
            "stage": text(f"ledger.stage_{found.stage}", asked.lang),
            "facts": facts,
            "lines": lines,
            "stages": [(code, text(f"ledger.stage_{code}", asked.lang)) for code in STAGES],
            "records": [(code, _word(f"desk.record_{code}", code, asked.lang)) for code in RECORDS],
            "fields": [(column.name, _named(column.name, asked)) for column in FIELDS if column.name != "project_id"],
            "former": _former_stage(events),
        },
    )


def _said(event: Event, asked: Asked) -> str:
    """The particulars of an event; what stands above, or is for the program alone, is left out."""
    if event.kind == "entered":
        return ""
    own = [(key, value) for key, value in event.data.items() if key not in ("answer", "flag")]
    return "; ".join(f"{_named(key, asked)}: {_fact(key, value, asked)}" for key, value in own)


def _former_stage(events: list[Any]) -> str:
    """The stage before the newest move, to which the project can be put back; empty where there was none."""
    moves = [str(event.data.get("stage")) for event in events if event.kind == "stage"]
    return (["negotiating", *moves][-2]) if moves else ""


def _named(key: str, asked: Asked) -> str:
    if key in FIELD:
        return FIELD[key].headers[0] if asked.lang == "zh" else key
    return asked.say("day") if key == "on" else _word(f"ledger.column_{key}", key, asked.lang)


def _fact(key: str, value: object, asked: Asked) -> str:
    column = FIELD.get(key)
    if column is not None and column.choices and isinstance(value, str) and value in column.choices:
        return dict(column.choices)[value][0] if asked.lang == "zh" else value
    if key == "stage":
        return _word(f"ledger.stage_{value}", str(value), asked.lang)
    if isinstance(value, bool):
        return text("ledger.code_yes" if value else "ledger.code_no", asked.lang)
    return _cell(value)


def _word(key: str, otherwise: str, lang: str) -> str:
    try:
        return text(key, lang)
    except UnknownNameError:
        return otherwise


# What a form of the project's page records, and the texts that go with it.
_ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "stage": ("stage", ("stage", "on")),
    "report": ("reported", ("place", "on")),
    "transfer": ("transferred", ("to",)),
    "record": ("recorded", ("record",)),
    "signing": ("signing_filed", ("planned",)),
    "decide": ("decided", ("other", "verdict")),
}


def act(asked: Asked, name: str, what: str) -> Answer:
    """Record what was done to a project."""
    data: dict[str, Any]
    if what == "extend":
        kind, data = "extended", {"months": 1}
    elif what == "paid":
        kind, data = "paid_in", given(asked, ("on",)) | {"usd_m": _number(asked, "usd_m")}
    elif what == "change":
        kind, data = "changed", given_fields(asked, [FIELD[key] for key in FIELD if key in asked.form])
    elif what in _ACTS:
        kind, fields = _ACTS[what]
        data = given(asked, fields)
    else:
        raise ChaingraphError(asked.say("no_act"))
    with opened(asked) as ledger:
        done = ledger.record(signed_act(asked, kind, name, data))
    _tell(asked, done.answer, done.values)
    return Went(f"/projects/{name}")


def _number(asked: Asked, name: str) -> float:
    raw = asked.form.get(name, "").strip()
    try:
        return float(raw)
    except ValueError as error:
        raise ChaingraphError(asked.say("bad_number", value=raw[:40])) from error


def _tell(asked: Asked, answer: str, values: Mapping[str, object]) -> None:
    """What the ledger answers."""
    shown = {key: _fact(key, value, asked) for key, value in values.items()} | {"blank": ""}
    asked.told(text(f"ledger.answer_{answer}", asked.lang, **shown))
    if values.get("suspects"):
        asked.told(text("ledger.answer_suspects", asked.lang, **shown))
