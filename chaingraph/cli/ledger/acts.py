"""The commands that record in the project ledger: ``chaingraph ledger add|report|stage|transfer|…``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from chaingraph.cli.options import PATH, Named, bundled, together
from chaingraph.clock import today
from chaingraph.errors import UnknownNameError
from chaingraph.labels import code_word, text
from chaingraph.ledger.events import Act
from chaingraph.ledger.fields import ENDINGS, FIELD, FIELDS, JOURNALS, RECORDS, STAGES, VERDICTS
from chaingraph.model.columns import Column
from chaingraph.model.days import days_later

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.ledger.store import Ledger

USUAL_RULES, USUAL_REGION = "jiaxing", "嘉兴"  # rules that come with the program, and where they hold


@click.group("ledger")
def ledger_commands() -> None:
    """Project ledger: reports, stages, transfers, progress."""


class LedgerFile(NamedTuple):
    """What each command of the ledger takes: the file, its rules (None: those noted in it), how the journal is kept."""

    path: Path
    rules: str | None = None
    journal: str = "wal"


class Acting(NamedTuple):
    """What every act takes: who, when, why, and the id that makes it one act however often it is sent."""

    by: str
    at: str
    why: str
    event_id: str
    yes: bool

    def act(self, kind: str, about: str, data: Mapping[str, Any]) -> Act:
        """The act of that kind on a project or lead."""
        return Act(kind, about, self.at, self.by, self.why, data, self.event_id)


ledger_options = bundled(
    "ledger",
    LedgerFile,
    click.argument("path", type=PATH, metavar="LEDGER"),
    click.option("--rules", type=Named("rules")),
    click.option("--journal", type=click.Choice(JOURNALS), default="wal", show_default=True),
)
acting_options = bundled(
    "acting",
    Acting,
    click.option("--by", required=True, metavar="OFFICE"),
    click.option("--at", default=today, metavar="DATE"),
    click.option("--why", default="", metavar="WORDS"),
    click.option("--id", "event_id", default="", metavar="ID"),
    click.option("--yes", is_flag=True),
)


def opened_ledger(ledger: LedgerFile, lang: str, *, create: bool = False, places: Sequence[str] = ()) -> Ledger:
    """The ledger that a command is about, open; a slower journal is said.

    Rules that are named are noted in it and hold from then on. A ledger that is new wants them named, unless all that
    is known of its ``places`` lies in a region whose rules come with the program.
    """
    from chaingraph.ledger.opening import note_rules, noted_rules, open_ledger
    from chaingraph.ledger.rules import load_rules

    path, rules, journal = ledger
    if journal == "delete":
        click.echo(text("ledger.journal_delete", lang), err=True)
    new = not path.exists() or not path.is_file() or not path.stat().st_size
    named = rules or (None if new else noted_rules(path)) or _usual(places, new=new and create, lang=lang)
    opened = open_ledger(path, load_rules(named), create=create, journal=journal)
    if rules or (new and create):
        note_rules(opened, str(Path(named).resolve()) if Path(named).suffix == ".toml" else named)
    return opened


def tables_beside(case: Path, lang: str) -> Mapping[str, pd.DataFrame]:
    """The tables of a case that a ledger is read beside, with chains or without."""
    from chaingraph.reading.read import NATIONAL_TABLES, read_case

    return read_case(case, lang=lang, required=NATIONAL_TABLES).tables


def case_tables(case: Path | None, lang: str) -> Mapping[str, pd.DataFrame] | None:
    """The same; None: no case was named."""
    return None if case is None else tables_beside(case, lang)


def _usual(places: Sequence[str], *, new: bool, lang: str) -> str:
    """The rules of a ledger for which nobody has named any.

    Raises
    ------
    UsageError
        When it is a new one, and not surely of the region whose rules come with the program.
    """
    from chaingraph.facts.derived_tables import place_within

    known = [place for place in places if place]
    if new and not (known and all(place_within(place, USUAL_REGION) for place in known)):
        raise click.UsageError(text("ledger.which_rules", lang))
    return USUAL_RULES


def check_day(acting: Acting, lang: str) -> None:
    """Refuse a day that has not come yet, unless it is meant."""
    if acting.at[:10] > days_later(today(), 1) and not acting.yes:
        raise click.UsageError(text("ledger.far_day", lang, day=acting.at))


def particulars(options: Mapping[str, object]) -> dict[str, Any]:
    """The particulars that were given."""
    return {name: value for name, value in options.items() if value not in (None, "")}


def _record(
    lang: str,
    kind: str,
    project: str,
    data: Mapping[str, Any],
    ledger: LedgerFile,
    acting: Acting,
    *,
    create: bool = False,
) -> None:
    """Record one act and say what it is answered."""
    check_day(acting, lang)
    with opened_ledger(ledger, lang, create=create, places=[str(data.get("place") or "")]) as opened:
        done = opened.record(acting.act(kind, project, data))
    _answer(done.answer, done.values, lang)


def _answer(answer: str, values: Mapping[str, object], lang: str) -> None:
    shown = {key: _captioned(key, str(value), lang) for key, value in values.items()} | {"blank": ""}
    click.echo(text(f"ledger.answer_{answer}", lang, **shown))
    if values.get("suspects"):
        click.echo(text("ledger.answer_suspects", lang, **shown))


def _captioned(key: str, value: str, lang: str) -> str:
    """A value of an answer in words: stages, flags, fields and records are told by code."""
    if key == "flag" and value:
        return "; ".join(text(f"ledger.flag_{flag}", lang) for flag in value.split(", "))
    if key == "fields" and lang == "zh":
        return text("gaps.list_separator", lang).join(FIELD[name].headers[0] for name in value.split(", "))
    groups = {"stage": ("ledger.stage_",), "record": ("ledger.code_",)}
    return code_word(groups.get(key, ()), value, lang)


SETTABLE = [column for column in FIELDS if column.name != "project_id"]  # the id is an argument of its own


def checked_fields(given: Sequence[str], columns: Sequence[Column], lang: str) -> dict[str, Any]:
    """The fields of ``--set field=value``, read as cells of a sheet are; amounts as bureaus write them."""
    from chaingraph.ledger.intake.money import Unit, amount
    from chaingraph.reading.cells import parser
    from chaingraph.wording.work import money as money_said

    known = {column.name: column for column in columns}
    facts: dict[str, Any] = {}
    for part in given:
        name, sign, raw = part.partition("=")
        if not sign or name not in known:
            raise click.UsageError(text("ledger.set_field", lang, given=part[:80], fields=", ".join(known)))
        if name == "investment_m" and not raw.replace(".", "", 1).isdigit():
            money, problem = amount(raw, Unit(None, ""))
            read: dict[str, Any] = {} if money is None else {"investment_m": money[0], "currency": money[1]}
        else:
            value, problem = parser(known[name])(raw)
            read = {name: value}
            if name == "investment_m" and isinstance(value, float):
                told = money_said(value, _currency_given(given), lang)
                click.echo(text("work.amount_read", lang, given=raw, told=told), err=True)
        facts |= read
        if problem is not None and read.get(name) is None and known[name].choices:
            choices = ", ".join(f"{code}={words[0]}" if words else code for code, words in known[name].choices.items())
            spoken = {"field": name, "caption": known[name].headers[0], "found": raw[:60], "choices": choices}
            raise click.UsageError(text("ledger.set_choice", lang, **spoken))
        if problem is not None and read.get(name) is None:
            raise click.BadParameter(_said(problem.reason, problem.values, lang), param_hint=f"--set {part!r}")
    return facts


def _currency_given(given: Sequence[str]) -> str:
    """The currency that another ``--set`` states; "" where none does."""
    return next((part.partition("=")[2].strip().upper() for part in given if part.startswith("currency=")), "")


def _said(reason: str, values: Mapping[str, object], lang: str) -> str:
    for area in ("ledger.intake_", "tables."):
        try:
            return text(f"{area}{reason}", lang, **{**values, "blank": ""})
        except UnknownNameError:
            continue
    return reason


SET = click.option("--set", "facts", multiple=True, metavar="FIELD=VALUE")
_acting = together(ledger_options, click.argument("project"), acting_options)


@ledger_commands.command("add")
@_acting
@SET
@click.option("--create", is_flag=True)
@click.pass_obj
def add_command(lang: str, /, project: str, facts: Sequence[str], *, create: bool, **shared: Any) -> None:
    """Enter a project."""
    _record(lang, "entered", project, checked_fields(facts, SETTABLE, lang), **shared, create=create)


@ledger_commands.command("change")
@_acting
@SET
@click.pass_obj
def change_command(lang: str, /, project: str, facts: Sequence[str], **shared: Any) -> None:
    """Change fields, with a reason; an empty value takes one back."""
    _record(lang, "changed", project, checked_fields(facts, SETTABLE, lang), **shared)


def _recording(name: str, kind: str, *options: Callable[[Any], Any]) -> None:
    """A command that records an act of a kind; its own options are the particulars, by their names."""

    @ledger_commands.command(name)
    @_acting
    @together(*options)
    @click.pass_obj
    def record_command(lang: str, /, project: str, ledger: LedgerFile, acting: Acting, **own: object) -> None:
        _record(lang, kind, project, particulars(own), ledger, acting)


_DAY = click.option("--day", "on", metavar="DATE")
_USD = click.option("--usd-m", type=float, required=True, metavar="N")
_recording("report", "reported", click.option("--place", required=True, metavar="PLACE"), _DAY)
_recording("extend", "extended", click.option("--months", type=int, default=1, show_default=True, metavar="N"))
_recording("transfer", "transferred", click.option("--to", required=True, metavar="PLACE"))
_recording(
    "stage",
    "stage",
    click.argument("stage", type=click.Choice(list(STAGES))),
    _DAY,
    click.option("--ending", "end_kind", type=click.Choice(list(ENDINGS))),
    click.option("--lost-to", metavar="PLACE"),
)
_recording("file-signing", "signing_filed", click.option("--planned", required=True, metavar="DATE"))
_recording("paid", "paid_in", _USD, _DAY)
_recording(
    "correct-paid",
    "paid_corrected",
    click.option("--day", "on", required=True, metavar="DATE"),
    click.option("--was", type=float, required=True, metavar="N"),
    _USD,
)
_recording(
    "decide",
    "decided",
    click.option("--other", required=True, metavar="PROJECT"),
    click.option("--verdict", type=click.Choice(VERDICTS), required=True),
)
_recording("record", "recorded", click.option("--kind", "record", type=click.Choice(RECORDS), required=True))
