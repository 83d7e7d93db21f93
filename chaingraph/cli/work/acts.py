"""The commands that record what happens to a lead: ``chaingraph work take|assign|contact|feedback|…``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.ledger.acts import SETTABLE, checked_fields, ledger_options, opened_ledger
from chaingraph.cli.options import PATH, checked_day, together
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.ledger.work.fields import CLOSINGS, FEEDBACK_FIELDS, FORMS, LEAD_FIELDS, QUESTIONS
from chaingraph.model.days import days_later

if TYPE_CHECKING:
    from chaingraph.ledger.work.log import LeadRecorded

Options = dict[str, Any]


@click.group("work")
def work_commands() -> None:
    """Leads in work: taken, assigned, contacted, fed back, handed over."""


# What every act takes: the log, who, when, why, and the id that makes it one act however often it is sent.
_common = together(
    ledger_options,
    click.option("--by", required=True, metavar="OFFICE"),
    click.option("--at", default=today, metavar="DATE"),
    click.option("--why", default="", metavar="WORDS"),
    click.option("--id", "event_id", default="", metavar="ID"),
    click.option("--yes", is_flag=True),
)
_acting = together(_common, click.argument("lead"))


def _act(lang: str, kind: str, data: Mapping[str, Any], options: Options) -> None:
    from chaingraph.ledger.events import Act
    from chaingraph.ledger.work.log import record_lead

    near_day(options, lang)
    act = Act(kind, options["lead"], options["at"], options["by"], options["why"], data, options["event_id"])
    with opened_ledger(options["ledger"], options["rules"], options["journal"], lang) as opened:
        done = record_lead(opened, act)
    tell(done, lang)
    from chaingraph.wording.work import caption

    for name, several in sorted(done.lead.conflicts.items()):
        words = text("gaps.list_separator", lang).join(f"{unit}: {value}" for unit, value in sorted(several.items()))
        click.echo(text("work.conflict", lang, field=caption(name, lang), words=words))


def near_day(options: Options, lang: str) -> None:
    """Refuse a day that has not come yet, unless it is meant."""
    tomorrow = days_later(today(), 1)
    if options["at"][:10] > tomorrow and not options["yes"]:
        raise click.UsageError(text("ledger.far_day", lang, day=options["at"]))


def tell(done: LeadRecorded, lang: str) -> None:
    """Say what stands in the log now."""
    words = text(f"work.stage_{done.lead.stage}", lang)
    entry = "work.recorded" if done.new else "work.again"
    click.echo(text(entry, lang, number=done.number, id=done.event_id, firm=done.lead.firm, stage=words))


def _given(**values: object) -> dict[str, Any]:
    """The particulars that were given."""
    return {name: value for name, value in values.items() if value not in (None, "")}


_SET = click.option("--set", "given", multiple=True, metavar="FIELD=VALUE")


@work_commands.command("take")
@_common
@click.argument("leads", nargs=-1, required=True)
@click.option("--owner", default="", metavar="OFFICE")
@click.option("--case", type=PATH, metavar="CASE2")
@click.option("--create", is_flag=True)
@_SET
@click.pass_obj
def take_command(
    lang: str,
    /,
    leads: tuple[str, ...],
    owner: str,
    case: Path | None,
    given: Sequence[str],
    *,
    create: bool,
    **options: Any,
) -> None:
    """Take leads into work: reviewed facts of a case, or one typed in."""
    from chaingraph.ledger.events import Act
    from chaingraph.ledger.work.log import record_leads
    from chaingraph.ledger.work.taking import taking
    from chaingraph.reading.read import NATIONAL_TABLES, read_case

    near_day(options, lang)
    at, by = options["at"], options["by"]
    facts = checked_fields(given, LEAD_FIELDS, lang)
    if case is not None:
        tables = read_case(case, lang=lang, required=NATIONAL_TABLES).tables
        acts = taking(tables, leads, at=at, by=by, owner=owner)
    else:
        acts = [Act("lead_taken", lead, at, by, options["why"], facts | {"owner": owner or by}) for lead in leads]
    places = [owner or by]
    with opened_ledger(
        options["ledger"], options["rules"], options["journal"], lang, create=create, places=places
    ) as opened:
        for done in record_leads(opened, acts):
            tell(done, lang)


@work_commands.command("own")
@_acting
@click.option("--owner", required=True, metavar="OFFICE")
@click.pass_obj
def own_command(lang: str, /, owner: str, **options: Any) -> None:
    """Say whose lead it is."""
    _act(lang, "lead_owned", {"owner": owner}, options)


@work_commands.command("assign")
@_acting
@click.option("--to", required=True, metavar="OFFICE")
@click.option("--due", required=True, callback=checked_day, metavar="DATE")
@click.pass_obj
def assign_command(lang: str, /, to: str, due: str, **options: Any) -> None:
    """Give a lead to a county or team, with a day for feedback."""
    _act(lang, "lead_assigned", {"to": to, "due": due}, options)


@work_commands.command("contact")
@_acting
@click.option("--said", required=True, metavar="WORDS")
@click.option("--day", callback=checked_day, metavar="DATE")
@click.option("--form", type=click.Choice(list(FORMS)))
@click.option("--unit", metavar="OFFICE")
@click.option("--post", metavar="POST")
@click.option("--next", "next_step", metavar="WORDS")
@click.option("--next-on", callback=checked_day, metavar="DATE")
@click.pass_obj
def contact_command(
    lang: str,
    /,
    said: str,
    day: str | None,
    form: str | None,
    unit: str | None,
    post: str | None,
    next_step: str | None,
    next_on: str | None,
    **options: Any,
) -> None:
    """Log a contact: post, not person."""
    data = _given(said=said, on=day, form=form, unit=unit, post=post, next=next_step, next_on=next_on)
    _act(lang, "lead_contacted", data, options)


@work_commands.command("feedback")
@_acting
@_SET
@click.pass_obj
def feedback_command(lang: str, /, given: Sequence[str], **options: Any) -> None:
    """Record what a unit feeds back."""
    _act(lang, "lead_fed_back", checked_fields(given, FEEDBACK_FIELDS, lang), options)


@work_commands.command("ask")
@_acting
@click.option("--says", required=True, metavar="WORDS")
@click.option("--due", required=True, callback=checked_day, metavar="DATE")
@click.option("--to", metavar="OFFICE")
@click.option("--kind", type=click.Choice(list(QUESTIONS)), default="question", show_default=True)
@click.pass_obj
def ask_command(lang: str, /, says: str, due: str, to: str | None, kind: str, **options: Any) -> None:
    """Put a question or a proposition, with a day for the answer."""
    _act(lang, "lead_asked", _given(says=says, due=due, to=to, kind=kind), options)


@work_commands.command("answer")
@_acting
@click.option("--event", required=True, metavar="ID")
@click.option("--answer", required=True, metavar="WORDS")
@click.pass_obj
def answer_command(lang: str, /, event: str, answer: str, **options: Any) -> None:
    """Record the answer to a question or proposition."""
    _act(lang, "lead_answered", {"event": event, "answer": answer}, options)


@work_commands.command("change")
@_acting
@_SET
@click.pass_obj
def change_command(lang: str, /, given: Sequence[str], **options: Any) -> None:
    """Change fields with a reason; this also decides where units differ."""
    _act(lang, "lead_changed", checked_fields(given, LEAD_FIELDS, lang), options)


@work_commands.command("release")
@_acting
@click.pass_obj
def release_command(lang: str, /, **options: Any) -> None:
    """Release a lead, so that every unit may read it."""
    _act(lang, "lead_released", {}, options)


@work_commands.command("close")
@_acting
@click.option("--reason", type=click.Choice(list(CLOSINGS)), required=True)
@click.option("--lost-to", metavar="PLACE")
@click.pass_obj
def close_command(lang: str, /, reason: str, lost_to: str | None, **options: Any) -> None:
    """Close a lead with a reason."""
    _act(lang, "lead_closed", _given(closing=reason, lost_to=lost_to), options)


@work_commands.command("reopen")
@_acting
@click.pass_obj
def reopen_command(lang: str, /, **options: Any) -> None:
    """Take up a closed lead again."""
    _act(lang, "lead_reopened", {}, options)


@work_commands.command("withdraw")
@_acting
@click.option("--event", required=True, metavar="ID")
@click.pass_obj
def withdraw_command(lang: str, /, event: str, **options: Any) -> None:
    """Take back what was recorded by mistake; both stay in the log."""
    _act(lang, "lead_withdrawn", {"event": event}, options)


@work_commands.command("hand-over")
@_acting
@click.option("--place", required=True, metavar="PLACE")
@click.option("--project", default="", metavar="PROJECT")
@click.option("--no-report", is_flag=True)
@_SET
@click.pass_obj
def hand_over_command(
    lang: str, /, place: str, project: str, given: Sequence[str], *, no_report: bool, **options: Any
) -> None:
    """Make a lead a project of the ledger and report it."""
    from chaingraph.ledger.work.log import hand_over

    near_day(options, lang)
    facts = checked_fields(given, SETTABLE, lang)
    with opened_ledger(options["ledger"], options["rules"], options["journal"], lang) as opened:
        done = hand_over(
            opened,
            options["lead"],
            at=options["at"],
            by=options["by"],
            place=place,
            report=not no_report,
            project_id=project,
            **facts,
        )
        made = opened.project(str(done.lead.project_id))
    tell(done, lang)
    if made.exclusive_until:
        until = {"holder": made.holder, "until": made.exclusive_until}
        click.echo(text("work.exclusive", lang, project=made.project_id, **until))
