"""The commands that make documents: ``chaingraph document week|talk|first-report|month|…``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.ledger.acts import LedgerFile, case_tables, ledger_options, opened_ledger
from chaingraph.cli.options import AS_OF, FILE, PATH, Named, together
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.writers.work import INVESTOR

if TYPE_CHECKING:
    from chaingraph.ledger.work.lead import Lead
    from chaingraph.model.findings import Findings
    from chaingraph.model.graph import ChainGraph

_on_day = together(
    AS_OF,
    click.option("--out", required=True, type=FILE, metavar="FILE"),
)
_CASE = click.option("--case", type=PATH, metavar="CASE2")


@click.group("document")
def document_commands() -> None:
    """Documents of the week, from the log."""


def _surveyed(lang: str, case: Path, region: str, as_of: str) -> tuple[Findings, ChainGraph]:
    """What the lists say of a region on a day, and the graph that they rest on."""
    from chaingraph.api import survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import LISTED, read_cases

    cases, compared = read_cases(case, LISTED, region, lang=lang)
    graph = build_graph(*cases)
    return survey(graph, region=region, as_of=as_of, lang=lang, reference=compared), graph


def _leads(ledger: Path, rules: str | None, as_of: str, lang: str) -> list[Lead]:
    """The leads of a ledger on a day."""
    from chaingraph.ledger.work.log import leads_in_work

    with opened_ledger(LedgerFile(ledger, rules), lang) as opened:
        return leads_in_work(opened, until=as_of)


def _wrote(lang: str, path: Path) -> None:
    click.echo(text("cli.wrote", lang, path=path))


@document_commands.command("week")
@ledger_options
@_on_day
@_CASE
@click.option("--by", default="", metavar="OFFICE")
@click.pass_obj
def week_command(lang: str, ledger: LedgerFile, as_of: str, out: Path, case: Path | None, by: str) -> None:
    """The week on one A3 sheet."""
    from chaingraph.ledger.work.log import leads_in_work
    from chaingraph.ledger.work.taking import chain_names
    from chaingraph.ledger.work.weekly import weekly
    from chaingraph.writers.work.schedule import write_schedule

    tables = case_tables(case, lang)
    with opened_ledger(ledger, lang) as opened:
        week = weekly(opened, as_of, case=tables)
        chains = chain_names(leads_in_work(opened), tables, lang=lang)
    write_schedule(week, out, by=by, chains=chains, lang=lang)
    _wrote(lang, out)


@document_commands.command("talk")
@ledger_options
@click.argument("lead")
@_on_day
@_CASE
@click.option("--region", metavar="REGION")
@click.pass_obj
def talk_command(
    lang: str,
    ledger: LedgerFile,
    lead: str,
    as_of: str,
    out: Path,
    case: Path | None,
    region: str | None,
) -> None:
    """What to know before a meeting, on two pages."""
    from chaingraph.errors import UnknownNameError
    from chaingraph.ledger.work.log import lead_in_work, leads_in_work
    from chaingraph.ledger.work.taking import chain_of
    from chaingraph.wording.brief import write_up
    from chaingraph.writers.work.talk import write_talk

    with opened_ledger(ledger, lang) as opened:
        held, leads = lead_in_work(opened, lead), leads_in_work(opened)
    brief, tables = None, None
    if case is not None and region:
        found, graph = _surveyed(lang, case, region, as_of)
        tables = graph.tables
        try:
            firm, segment = str(held.facts.get("firm_id", held.firm)), held.facts.get("segment_id")
            brief = write_up(found, graph, firm, on=as_of, lang=lang, segment=segment)
        except UnknownNameError:
            click.echo(text("work.not_listed", lang, firm=held.firm), err=True)
    chain = chain_of(held, leads, case_tables(case, lang) if tables is None else tables, lang=lang)
    write_talk(held, out, on=as_of, brief=brief, chain=chain, lang=lang)
    _wrote(lang, out)


@document_commands.command("first-report")
@ledger_options
@click.argument("lead")
@_on_day
@click.option("--place", required=True, metavar="PLACE")
@click.option("--by", default="", metavar="OFFICE")
@_CASE
@click.pass_obj
def report_command(
    lang: str,
    ledger: LedgerFile,
    lead: str,
    as_of: str,
    out: Path,
    place: str,
    by: str,
    case: Path | None,
) -> None:
    """The form of a first report, filled in as far as is known."""
    from chaingraph.ledger.work.log import lead_in_work, leads_in_work
    from chaingraph.ledger.work.taking import chain_of, completed
    from chaingraph.writers.work.talk import write_first_report

    tables = case_tables(case, lang)
    named = {} if tables is None else tables["segments"].set_index("segment_id")["segment"].to_dict()
    names = {str(segment): str(name) for segment, name in named.items()}
    with opened_ledger(ledger, lang) as opened:
        told = lead_in_work(opened, lead)
        project = None if told.project_id is None else opened.project(told.project_id).facts
        held = completed(told, project, tables)
        chain = chain_of(held, leads_in_work(opened), tables, lang=lang)
        names |= {} if chain is None else {str(held.facts["chain_id"]): chain}
        write_first_report(held, out, place=place, on=as_of, rules=opened.rules, by=by, names=names, lang=lang)
    _wrote(lang, out)


@document_commands.command("month")
@ledger_options
@click.option("--month", required=True, metavar="YYYY-MM")
@click.option("--out", required=True, type=FILE, metavar="FILE")
@_CASE
@click.option("--city", required=True, metavar="PLACE")
@click.option("--by", required=True, metavar="OFFICE")
@click.pass_obj
def month_command(
    lang: str,
    ledger: LedgerFile,
    month: str,
    out: Path,
    case: Path | None,
    city: str,
    by: str,
) -> None:
    """The month's report in the official layout."""
    from chaingraph.ledger.work.monthly import monthly
    from chaingraph.ledger.work.weekly import weekly
    from chaingraph.writers.work.month import write_month

    tables = case_tables(case, lang)
    with opened_ledger(ledger, lang) as opened:
        figures = monthly(opened, month, case=tables, today=today())
        due = weekly(opened, figures.as_of, case=tables)
    write_month(figures, out, city=city, office=by, due=due, lang=lang)
    _wrote(lang, out)


@document_commands.command("slides")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--chain", required=True, metavar="CHAIN")
@click.option("--ledger", type=PATH, metavar="FILE.db")
@click.option("--rules", type=Named("rules"))
@_on_day
@click.pass_obj
def slides_command(
    lang: str,
    case: Path,
    region: str,
    chain: str,
    ledger: Path | None,
    rules: str | None,
    as_of: str,
    out: Path,
) -> None:
    """One chain in six slides that can be edited; with a ledger one more on its leads."""
    from chaingraph.writers.work.slides import write_slides

    found, graph = _surveyed(lang, case, region, as_of)
    leads = None if ledger is None else _leads(ledger, rules, as_of, lang)
    write_slides(found, graph, chain, out, leads=leads, on=as_of, lang=lang)
    _wrote(lang, out)


@document_commands.command("investor")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--chain", required=True, metavar="CHAIN")
@click.option("--language", type=click.Choice(INVESTOR), default=INVESTOR[0], show_default=True)
@click.option("--office", required=True, metavar="OFFICE")
@click.option("--office-en", default="", metavar="OFFICE")
@AS_OF
@click.option("--out", required=True, type=FILE, metavar="FILE")
@click.pass_obj
def investor_command(
    lang: str,
    case: Path,
    region: str,
    chain: str,
    language: str,
    office: str,
    office_en: str,
    as_of: str,
    out: Path,
) -> None:
    """What an investor may be handed, without anything internal."""
    from chaingraph.writers.work.investor import write_investor

    found, graph = _surveyed(lang, case, region, as_of)
    given = {"on": as_of, "office": office, "office_en": office_en, "language": language}
    for part, count in write_investor(found, graph, chain, out, **given):
        click.echo(text(f"work.investor_without_{part}", lang, count=count, day=as_of))
    if language != "zh" and not office_en and not office.isascii():
        click.echo(text("work.investor_office", lang, office=office))
    _wrote(lang, out)


@document_commands.command("trip")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--city", required=True, metavar="PLACE")
@click.option("--days", type=click.IntRange(1, 10), default=1, show_default=True, metavar="N")
@click.option("--ledger", type=PATH, metavar="FILE.db")
@click.option("--rules", type=Named("rules"))
@click.option("--viewer", default="", metavar="OFFICE")
@_on_day
@click.pass_obj
def trip_command(
    lang: str,
    case: Path,
    region: str,
    city: str,
    days: int,
    ledger: Path | None,
    rules: str | None,
    viewer: str,
    as_of: str,
    out: Path,
) -> None:
    """A journey to a city: whom to see, in which order, through whom."""
    from chaingraph.errors import CaseError
    from chaingraph.ledger.work.trip import cities_of, journey
    from chaingraph.writers.work.journey import write_journey

    found, graph = _surveyed(lang, case, region, as_of)
    leads = [] if ledger is None else _leads(ledger, rules, as_of, lang)
    tables = {name: graph[name] for name in ("firms", "introducers", "outreach")}
    made = journey(found.targets[lang], tables, city, days=days, leads=leads, viewer=viewer, lang=lang)
    if not made.visits and not made.swaps:
        there = text("gaps.list_separator", lang).join(cities_of(found.targets[lang]))
        entry = "work.trip_nobody" if there else "work.trip_no_targets"
        raise CaseError(text(entry, lang, city=city, cities=there))
    if made.visits and made.visits[-1].day < days:
        told = {"firms": len(made.visits), "needed": made.visits[-1].day, "days": days}
        click.echo(text("work.trip_shorter", lang, city=city, **told), err=True)
    write_journey(made, out, city=city, on=as_of, lang=lang)
    _wrote(lang, out)


COMMANDS: tuple[click.Command, ...] = (document_commands,)
