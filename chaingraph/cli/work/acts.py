"""The commands that record what happens to a lead: ``chaingraph work take|assign|contact|feedback|…``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.ledger.acts import (
    SET,
    SETTABLE,
    Acting,
    LedgerFile,
    acting_options,
    case_tables,
    check_day,
    checked_fields,
    ledger_options,
    opened_ledger,
    particulars,
)
from chaingraph.cli.options import PATH, checked_day, together
from chaingraph.labels import text
from chaingraph.ledger.work.fields import CLOSINGS, FEEDBACK_FIELDS, FORMS, LEAD_FIELDS, QUESTIONS
from chaingraph.model.columns import Column

if TYPE_CHECKING:
    from chaingraph.ledger.work.log import LeadRecorded


@click.group("work")
def work_commands() -> None:
    """Leads in work: taken, assigned, contacted, fed back, handed over."""


_acting = together(ledger_options, acting_options, click.argument("lead"))


def _record(lang: str, kind: str, lead: str, data: Mapping[str, Any], ledger: LedgerFile, acting: Acting) -> None:
    from chaingraph.ledger.work.log import record_lead

    check_day(acting, lang)
    with opened_ledger(ledger, lang) as opened:
        done = record_lead(opened, acting.act(kind, lead, data))
    tell(done, lang)
    from chaingraph.ledger.work.views import amount_of
    from chaingraph.wording.work import caption, word

    def said(name: str, unit: str, value: object) -> str:
        return amount_of(done.lead, unit, value, lang) if name == "investment_m" else word(name, value, lang)

    for name, several in sorted(done.lead.conflicts.items()):
        words = text("gaps.list_separator", lang).join(
            f"{unit}: {said(name, unit, value)}" for unit, value in sorted(several.items())
        )
        click.echo(text("work.conflict", lang, field=caption(name, lang), words=words))


def tell(done: LeadRecorded, lang: str) -> None:
    """Say what stands in the log now."""
    words = text(f"work.stage_{done.lead.stage}", lang)
    entry = "work.recorded" if done.new else "work.again"
    click.echo(text(entry, lang, number=done.number, id=done.event_id, firm=done.lead.firm, stage=words))


@work_commands.command("take")
@ledger_options
@acting_options
@click.argument("leads", nargs=-1, required=True)
@click.option("--owner", default="", metavar="OFFICE")
@click.option("--case", type=PATH, metavar="CASE2")
@click.option("--create", is_flag=True)
@SET
@click.pass_obj
def take_command(
    lang: str,
    /,
    leads: tuple[str, ...],
    owner: str,
    case: Path | None,
    facts: Sequence[str],
    ledger: LedgerFile,
    acting: Acting,
    *,
    create: bool,
) -> None:
    """Take leads into work: reviewed facts of a case, or one typed in."""
    from chaingraph.ledger.work.log import record_leads
    from chaingraph.ledger.work.taking import by_hand, taking

    check_day(acting, lang)
    at, by = acting.at, acting.by
    stated = checked_fields(facts, LEAD_FIELDS, lang)
    tables = case_tables(case, lang)
    if tables is not None:
        ids = set(tables["firm_signals"]["signal_id"])
        typed = [lead for lead in leads if lead not in ids] if "firm" in stated else []
        found = [lead for lead in leads if lead not in typed]
        acts = [
            dataclasses.replace(act, data={**act.data, **stated})
            for act in taking(tables, found, at=at, by=by, owner=owner, lang=lang)
        ]
        acts += [by_hand(tables, lead, stated, at=at, by=by, owner=owner) for lead in typed]
    else:
        acts = [acting.act("lead_taken", lead, stated | {"owner": owner or by}) for lead in leads]
    with opened_ledger(ledger, lang, create=create, places=[owner or by]) as opened:
        for done in record_leads(opened, acts):
            tell(done, lang)


def _recording(name: str, kind: str, *options: Callable[[Any], Any], fields: Sequence[Column] = ()) -> None:
    """A command that records an act of a kind; what its options and ``--set`` say are the particulars."""
    more = (SET,) if fields else ()

    @work_commands.command(name)
    @_acting
    @together(*options, *more)
    @click.pass_obj
    def record_command(
        lang: str, /, lead: str, ledger: LedgerFile, acting: Acting, facts: Sequence[str] = (), **own: object
    ) -> None:
        data = checked_fields(facts, fields, lang) | particulars(own)
        _record(lang, kind, lead, data, ledger, acting)


_EVENT = click.option("--event", required=True, metavar="ID")
_DUE = click.option("--due", required=True, callback=checked_day, metavar="DATE")
_recording("own", "lead_owned", click.option("--owner", required=True, metavar="OFFICE"))
_recording(
    "contact",
    "lead_contacted",
    click.option("--said", required=True, metavar="WORDS"),
    click.option("--day", "on", callback=checked_day, metavar="DATE"),
    click.option("--form", type=click.Choice(list(FORMS))),
    click.option("--unit", metavar="OFFICE"),
    click.option("--post", metavar="POST"),
    click.option("--next", metavar="WORDS"),
    click.option("--next-on", callback=checked_day, metavar="DATE"),
)
_recording("feedback", "lead_fed_back", fields=FEEDBACK_FIELDS)
_recording(
    "ask",
    "lead_asked",
    click.option("--says", required=True, metavar="WORDS"),
    _DUE,
    click.option("--to", metavar="OFFICE"),
    click.option("--kind", type=click.Choice(list(QUESTIONS)), default="question", show_default=True),
)
_recording("answer", "lead_answered", _EVENT, click.option("--answer", required=True, metavar="WORDS"))
_recording("change", "lead_changed", fields=LEAD_FIELDS)
_recording("release", "lead_released")
_recording(
    "close",
    "lead_closed",
    click.option("--reason", "closing", type=click.Choice(list(CLOSINGS)), required=True),
    click.option("--lost-to", metavar="PLACE"),
)
_recording("reopen", "lead_reopened")
_recording("withdraw", "lead_withdrawn", _EVENT)


@work_commands.command("assign")
@_acting
@click.option("--to", required=True, metavar="OFFICE")
@_DUE
@click.pass_obj
def assign_command(lang: str, /, lead: str, to: str, due: str, ledger: LedgerFile, acting: Acting) -> None:
    """Give a lead to a county or team, with a day for feedback."""
    from chaingraph.ledger.work.dispatching import known_unit
    from chaingraph.ledger.work.log import leads_in_work

    with opened_ledger(ledger, lang) as opened:
        named = known_unit(to, [unit for held in leads_in_work(opened) for unit in held.units])
    if named != to:
        click.echo(text("work.unit_resolved", lang, unit=to, known=named), err=True)
    _record(lang, "lead_assigned", lead, {"to": named, "due": due}, ledger, acting)


@work_commands.command("hand-over")
@_acting
@click.option("--place", required=True, metavar="PLACE")
@click.option("--project", default="", metavar="PROJECT")
@click.option("--no-report", is_flag=True)
@SET
@click.pass_obj
def hand_over_command(
    lang: str,
    /,
    lead: str,
    place: str,
    project: str,
    facts: Sequence[str],
    ledger: LedgerFile,
    acting: Acting,
    *,
    no_report: bool,
) -> None:
    """Make a lead a project of the ledger and report it."""
    from chaingraph.ledger.work.log import hand_over

    check_day(acting, lang)
    stated = checked_fields(facts, SETTABLE, lang)
    who = {"at": acting.at, "by": acting.by}
    with opened_ledger(ledger, lang) as opened:
        done = hand_over(opened, lead, **who, place=place, report=not no_report, project_id=project, **stated)
        made = opened.project(str(done.lead.project_id))
    tell(done, lang)
    if made.exclusive_until:
        until = {"holder": made.holder, "until": made.exclusive_until}
        click.echo(text("work.exclusive", lang, project=made.project_id, **until))
