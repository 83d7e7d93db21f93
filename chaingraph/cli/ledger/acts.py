"""The commands that record in the project ledger: ``chaingraph ledger add|report|stage|transfer|…``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.options import PATH, Named, together
from chaingraph.clock import today
from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.ledger.fields import ENDINGS, FIELDS, JOURNALS, RECORDS, STAGES, VERDICTS
from chaingraph.model.columns import Column
from chaingraph.model.days import days_later

if TYPE_CHECKING:
    from chaingraph.ledger.store import Ledger

Options = dict[str, Any]
USUAL_RULES, USUAL_REGION = "jiaxing", "嘉兴"  # rules that come with the program, and where they hold


@click.group("ledger")
def ledger_commands() -> None:
    """Project ledger: reports, stages, transfers, progress."""


# What every command of the ledger takes: the file, its rules, how its journal is kept.
ledger_options = together(
    click.argument("ledger", type=PATH),
    click.option("--rules", type=Named("rules")),
    click.option("--journal", type=click.Choice(JOURNALS), default="wal", show_default=True),
)
# What every act takes: who, when, why, and the id that makes it one act however often it is sent.
_acting = together(
    ledger_options,
    click.argument("project"),
    click.option("--by", required=True, metavar="OFFICE"),
    click.option("--at", default=today, metavar="DATE"),
    click.option("--why", default="", metavar="WORDS"),
    click.option("--id", "event_id", default="", metavar="ID"),
    click.option("--yes", is_flag=True),
)


def opened_ledger(
    ledger: Path, rules: str | None, journal: str, lang: str, *, create: bool = False, places: Sequence[str] = ()
) -> Ledger:
    """The ledger that a command is about, open; a slower journal is said.

    Rules that are named are noted in it and hold from then on. A ledger that is new wants them named, unless all that
    is known of its ``places`` lies in a region whose rules come with the program.
    """
    from chaingraph.ledger.opening import note_rules, noted_rules, open_ledger
    from chaingraph.ledger.rules import load_rules

    if journal == "delete":
        click.echo(text("ledger.journal_delete", lang), err=True)
    new = not ledger.exists() or not ledger.is_file() or not ledger.stat().st_size
    named = rules or (None if new else noted_rules(ledger)) or _usual(places, new=new and create, lang=lang)
    opened = open_ledger(ledger, load_rules(named), create=create, journal=journal)
    if rules or (new and create):
        note_rules(opened, str(Path(named).resolve()) if Path(named).suffix == ".toml" else named)
    return opened


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


def _act(lang: str, kind: str, data: Mapping[str, Any], options: Options, *, create: bool = False) -> None:
    """Record one act and say what it is answered."""
    from chaingraph.ledger.events import Act

    tomorrow = days_later(today(), 1)
    if options["at"][:10] > tomorrow and not options["yes"]:
        raise click.UsageError(text("ledger.far_day", lang, day=options["at"]))
    act = Act(kind, options["project"], options["at"], options["by"], options["why"], data, options["event_id"])
    file, rules, journal = options["ledger"], options["rules"], options["journal"]
    with opened_ledger(file, rules, journal, lang, create=create, places=[str(data.get("place") or "")]) as opened:
        done = opened.record(act)
    _answer(done.answer, done.values, lang)


def _answer(answer: str, values: Mapping[str, object], lang: str) -> None:
    shown = {key: _captioned(key, str(value), lang) for key, value in values.items()} | {"blank": ""}
    click.echo(text(f"ledger.answer_{answer}", lang, **shown))
    if values.get("suspects"):
        click.echo(text("ledger.answer_suspects", lang, **shown))


def _captioned(key: str, value: str, lang: str) -> str:
    if key == "stage":
        return text(f"ledger.stage_{value}", lang)
    return (
        "; ".join(text(f"ledger.flag_{flag}", lang) for flag in value.split(", ")) if key == "flag" and value else value
    )


SETTABLE = [column for column in FIELDS if column.name != "project_id"]  # the id is an argument of its own


def checked_fields(given: Sequence[str], columns: Sequence[Column], lang: str) -> dict[str, Any]:
    """The fields of ``--set field=value``, read as cells of a sheet are; amounts as bureaus write them."""
    from chaingraph.ledger.intake.money import Unit, amount
    from chaingraph.reading.cells import parser

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
        facts |= read
        if problem is not None and read.get(name) is None:
            raise click.BadParameter(_said(problem.reason, problem.values, lang), param_hint=f"--set {part!r}")
    return facts


def _said(reason: str, values: Mapping[str, object], lang: str) -> str:
    for area in ("ledger.intake_", "tables."):
        try:
            return text(f"{area}{reason}", lang, **{**values, "blank": ""})
        except UnknownNameError:
            continue
    return reason


_SET = click.option("--set", "given", multiple=True, metavar="FIELD=VALUE")  # fmt: skip


@ledger_commands.command("add")
@_acting
@_SET
@click.option("--create", is_flag=True)
@click.pass_obj
def add_command(lang: str, /, given: Sequence[str], *, create: bool, **options: Any) -> None:
    """Enter a project."""
    _act(lang, "entered", checked_fields(given, SETTABLE, lang), options, create=create)


@ledger_commands.command("change")
@_acting
@_SET
@click.pass_obj
def change_command(lang: str, /, given: Sequence[str], **options: Any) -> None:
    """Change fields, with a reason; an empty value takes one back."""
    _act(lang, "changed", checked_fields(given, SETTABLE, lang), options)


@ledger_commands.command("report")
@_acting
@click.option("--place", required=True, metavar="PLACE")
@click.option("--day", metavar="DATE")
@click.pass_obj
def report_command(lang: str, /, place: str, day: str | None, **options: Any) -> None:
    """Report a project: the first report has one exclusive month."""
    _act(lang, "reported", {"place": place} | ({"on": day} if day else {}), options)


@ledger_commands.command("extend")
@_acting
@click.option("--months", type=int, default=1, show_default=True, metavar="N")
@click.pass_obj
def extend_command(lang: str, /, months: int, **options: Any) -> None:
    """Extend an exclusive negotiation; only the centre may."""
    _act(lang, "extended", {"months": months}, options)


@ledger_commands.command("transfer")
@_acting
@click.option("--to", required=True, metavar="PLACE")
@click.pass_obj
def transfer_command(lang: str, /, to: str, **options: Any) -> None:
    """Pass a project on, with equal credit."""
    _act(lang, "transferred", {"to": to}, options)


@ledger_commands.command("stage")
@_acting
@click.argument("stage", type=click.Choice(list(STAGES)))
@click.option("--day", metavar="DATE")
@click.option("--ending", type=click.Choice(list(ENDINGS)))
@click.option("--lost-to", metavar="PLACE")
@click.pass_obj
def stage_command(
    lang: str, /, stage: str, day: str | None, ending: str | None, lost_to: str | None, **options: Any
) -> None:
    """Move to a stage; skipping, going back and ending need a reason."""
    given = {"on": day, "end_kind": ending, "lost_to": lost_to}
    _act(lang, "stage", {"stage": stage} | {name: value for name, value in given.items() if value}, options)


@ledger_commands.command("file-signing")
@_acting
@click.option("--planned", required=True, metavar="DATE")
@click.pass_obj
def signing_command(lang: str, /, planned: str, **options: Any) -> None:
    """File a signing, major ones a week ahead."""
    _act(lang, "signing_filed", {"planned": planned}, options)


@ledger_commands.command("paid")
@_acting
@click.option("--usd-m", type=float, required=True, metavar="N")
@click.option("--day", metavar="DATE")
@click.pass_obj
def paid_command(lang: str, /, usd_m: float, day: str | None, **options: Any) -> None:
    """Record foreign capital paid in."""
    _act(lang, "paid_in", {"usd_m": usd_m} | ({"on": day} if day else {}), options)


@ledger_commands.command("correct-paid")
@_acting
@click.option("--day", required=True, metavar="DATE")
@click.option("--was", type=float, required=True, metavar="N")
@click.option("--usd-m", type=float, required=True, metavar="N")
@click.pass_obj
def correct_command(lang: str, /, day: str, was: float, usd_m: float, **options: Any) -> None:
    """Correct foreign capital that was recorded wrongly."""
    _act(lang, "paid_corrected", {"on": day, "was": was, "usd_m": usd_m}, options)


@ledger_commands.command("decide")
@_acting
@click.option("--other", required=True, metavar="PROJECT")
@click.option("--verdict", type=click.Choice(VERDICTS), required=True)
@click.pass_obj
def decide_command(lang: str, /, other: str, verdict: str, **options: Any) -> None:
    """Say whether two projects are one."""
    _act(lang, "decided", {"other": other, "verdict": verdict}, options)


@ledger_commands.command("record")
@_acting
@click.option("--kind", "record", type=click.Choice(RECORDS), required=True)
@click.pass_obj
def record_command(lang: str, /, record: str, **options: Any) -> None:
    """Record argument, risk, decision, visit; --why says it."""
    _act(lang, "recorded", {"record": record}, options)
