"""The tables of the ledger's workbook and page, in the reader's language: the same ones, so that none differs."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from chaingraph.columns import split
from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger import progress, views
from chaingraph.ledger.fields import LISTS
from chaingraph.ledger.store import Ledger

_CODED = {"stage", "state", "capital", "reason", "what", "measure"}
_PERCENT = {"completion", "lowest", "elapsed", "share", "wanted", "weight"}  # captioned with (%)
_ROUNDED = {"pace", "projected", "actual", "usd_m", "cny_m"}


class Part(NamedTuple):
    """One table: its key, its caption, and its rows with captioned columns."""

    key: str
    caption: str
    table: pd.DataFrame


def parts(
    ledger: Ledger, targets: pd.DataFrame, as_of: str, lang: str, zones: pd.DataFrame | None = None
) -> list[Part]:
    """Every table of the ledger on a day: progress, scoreboards, lists, periods, what is due, funnel, rules."""
    board = progress.board(ledger, targets, as_of)
    shown: list[tuple[str, pd.DataFrame]] = [
        ("progress", board.progress), ("board", board.stages), ("places", board.places.drop(columns="weight")),
        ("departments", board.departments.drop(columns="weight")), ("due", views.biweekly(ledger, as_of)),
        ("expiring", views.expiring(ledger, as_of)), ("doubtful", views.doubtful(ledger)),
    ]  # fmt: skip
    shown += [(stage, views.projects(ledger, stage)) for stage in LISTS]
    shown += [(period, views.happened(ledger, *views.span(as_of, period))) for period in ("week", "month", "quarter")]
    shown += [("funnel", views.funnel(ledger, as_of)), ("teams", views.by(ledger, "team")),
              ("chains", views.by(ledger, "chain_id")), ("leaders", views.leaders(ledger, as_of[:4]))]  # fmt: skip
    if zones is not None:
        year = views.span(as_of, "year")
        shown.append(("zones", views.in_zones(ledger, zones, *year).rename(columns={"reached": "fulfilled"})))
    made = [Part(key, caption(key, lang), captioned(frame, lang)) for key, frame in shown]
    return [*made, Part("rules", caption("rules", lang), _rules(ledger, lang))]


def caption(key: str, lang: str) -> str:
    """What a table is called."""
    return text(f"ledger.stage_{key}" if key in LISTS else f"ledger.sheet_{key}", lang)


def captioned(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A table with its codes and columns in a language; numbers stay numbers, shares become percentages."""
    shown = frame.copy()
    for name in shown.columns:
        if name in _CODED:
            shown[name] = shown[name].map(lambda code: _code(code, lang), na_action="ignore")
        elif name in _PERCENT:
            shown[name] = (100 * shown[name].astype("float64")).round(1)
        elif name in _ROUNDED:
            shown[name] = shown[name].astype("float64").round(2)
        elif name == "flags":
            shown[name] = shown[name].map(lambda codes: _flags(codes, lang), na_action="ignore")
        elif str(shown[name].dtype) == "boolean":
            words = {True: text("ledger.code_yes", lang), False: text("ledger.code_no", lang)}
            shown[name] = shown[name].map(words, na_action="ignore").astype("str")
    return shown.set_axis([_column(name, lang) for name in shown.columns], axis=1)


def _code(code: str, lang: str) -> str:
    for entry in (f"stage_{code}", f"code_{code}"):
        try:
            return text(f"ledger.{entry}", lang)
        except UnknownNameError:
            continue
    return code


def _flags(codes: str, lang: str) -> str:
    return "; ".join(text(f"ledger.flag_{code}", lang) for code in split(codes))


def _column(name: str, lang: str) -> str:
    try:
        return text(f"ledger.column_{name}", lang)
    except UnknownNameError:
        return name  # an indicator, called as in the case


def _rules(ledger: Ledger, lang: str) -> pd.DataFrame:
    rows = [
        (name, body["paragraph"], body["says"], body.get("reading", "")) for name, body in ledger.rules.sections.items()
    ]
    names = [text(f"ledger.{name}", lang) for name in ("rule", "paragraph", "says", "reading")]
    return pd.DataFrame(rows, columns=names).astype("str")


def notes(ledger: Ledger, as_of: str, lang: str) -> list[str]:
    """What a reader has to know beforehand: the day, where the ledger begins, constructed examples, the journal."""
    said = [text("ledger.as_of", lang, as_of=as_of)]
    starts = views.first_day(ledger.connection)
    if starts:
        said.append(text("ledger.uncovered", lang, starts=starts))
    unknown = ledger.connection.execute("SELECT count(*) FROM standing WHERE NOT same AND major IS NULL").fetchone()[0]
    if unknown:
        said.append(text("ledger.unknown_size", lang, count=unknown))
    if any(project.facts.get("constructed") for project in ledger.projects()):
        said.append(text("ledger.constructed", lang))
    if ledger.journal == "delete":
        said.append(text("ledger.journal_delete", lang))
    return said
