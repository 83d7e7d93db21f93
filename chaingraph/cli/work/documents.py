"""The commands that make documents: ``chaingraph document week|talk|first-report|month|…``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.ledger.acts import ledger_options, opened_ledger
from chaingraph.cli.options import FILE, PATH, Named, checked_day, together
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.writers.work import INVESTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from chaingraph.model.findings import Findings
    from chaingraph.model.graph import ChainGraph

_on_day = together(
    click.option("--as-of", default=today, callback=checked_day, metavar="DATE"),
    click.option("--out", required=True, type=FILE, metavar="FILE"),
)
_CASE = click.option("--case", type=PATH, metavar="CASE2")


@click.group("document")
def document_commands() -> None:
    """Documents of the week, from the log."""


def _tables(case: Path | None, lang: str) -> Mapping[str, pd.DataFrame] | None:
    from chaingraph.reading.read import NATIONAL_TABLES, read_case

    return None if case is None else read_case(case, lang=lang, required=NATIONAL_TABLES).tables


def _surveyed(lang: str, case: Path, region: str) -> tuple[Findings, ChainGraph]:
    """What the lists say of a region, and the graph that they rest on."""
    from chaingraph.api import survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import LISTED, read_cases

    cases, compared = read_cases(case, LISTED, region, lang=lang)
    graph = build_graph(*cases)
    return survey(graph, region=region, lang=lang, reference=compared), graph


def _wrote(lang: str, path: Path) -> None:
    click.echo(text("cli.wrote", lang, path=path))


@document_commands.command("week")
@ledger_options
@_on_day
@_CASE
@click.pass_obj
def week_command(
    lang: str, ledger: Path, rules: str | None, journal: str, as_of: str, out: Path, case: Path | None
) -> None:
    """The week on one A3 sheet."""
    from chaingraph.ledger.work.weekly import weekly
    from chaingraph.writers.work.schedule import write_schedule

    tables = _tables(case, lang)
    with opened_ledger(ledger, rules, journal, lang) as opened:
        week = weekly(opened, as_of, case=tables)
    chains = {} if tables is None else dict(zip(tables["chains"]["chain_id"], tables["chains"]["chain"], strict=True))
    write_schedule(week, out, chains=chains, lang=lang)
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
    ledger: Path,
    rules: str | None,
    journal: str,
    lead: str,
    as_of: str,
    out: Path,
    case: Path | None,
    region: str | None,
) -> None:
    """What to know before a meeting, on two pages."""
    from chaingraph.errors import UnknownNameError
    from chaingraph.ledger.work.log import lead_in_work
    from chaingraph.wording.brief import write_up
    from chaingraph.writers.work.talk import write_talk

    with opened_ledger(ledger, rules, journal, lang) as opened:
        held = lead_in_work(opened, lead)
    brief = None
    if case is not None and region:
        found, graph = _surveyed(lang, case, region)
        try:
            brief = write_up(found, graph, str(held.facts.get("firm_id", held.firm)), on=as_of, lang=lang)
        except UnknownNameError:
            click.echo(text("work.not_listed", lang, firm=held.firm), err=True)
    write_talk(held, out, on=as_of, brief=brief, lang=lang)
    _wrote(lang, out)


@document_commands.command("first-report")
@ledger_options
@click.argument("lead")
@_on_day
@click.option("--place", required=True, metavar="PLACE")
@click.option("--by", default="", metavar="OFFICE")
@click.pass_obj
def report_command(
    lang: str, ledger: Path, rules: str | None, journal: str, lead: str, as_of: str, out: Path, place: str, by: str
) -> None:
    """The form of a first report, filled in as far as is known."""
    from chaingraph.ledger.work.log import lead_in_work
    from chaingraph.writers.work.talk import write_first_report

    with opened_ledger(ledger, rules, journal, lang) as opened:
        write_first_report(lead_in_work(opened, lead), out, place=place, on=as_of, rules=opened.rules, by=by, lang=lang)
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
    ledger: Path,
    rules: str | None,
    journal: str,
    month: str,
    out: Path,
    case: Path | None,
    city: str,
    by: str,
) -> None:
    """The month's report in the official layout."""
    from chaingraph.ledger.views import span
    from chaingraph.ledger.work.monthly import monthly
    from chaingraph.ledger.work.weekly import weekly
    from chaingraph.writers.work.month import write_month

    tables = _tables(case, lang)
    with opened_ledger(ledger, rules, journal, lang) as opened:
        figures = monthly(opened, month, case=tables)
        due = weekly(opened, span(f"{month}-01", "month")[1], case=tables)
    write_month(figures, out, city=city, office=by, due=due, lang=lang)
    _wrote(lang, out)


@document_commands.command("slides")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--chain", required=True, metavar="CHAIN")
@click.option("--out", required=True, type=FILE, metavar="FILE")
@click.pass_obj
def slides_command(lang: str, case: Path, region: str, chain: str, out: Path) -> None:
    """One chain in six slides that can be edited."""
    from chaingraph.writers.work.slides import write_slides

    found, graph = _surveyed(lang, case, region)
    write_slides(found, graph, chain, out, lang=lang)
    _wrote(lang, out)


@document_commands.command("investor")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--chain", required=True, metavar="CHAIN")
@click.option("--language", type=click.Choice(INVESTOR), default=INVESTOR[0], show_default=True)
@click.option("--office", required=True, metavar="OFFICE")
@click.option("--as-of", default=today, callback=checked_day, metavar="DATE")
@click.option("--out", required=True, type=FILE, metavar="FILE")
@click.pass_obj
def investor_command(
    lang: str, case: Path, region: str, chain: str, language: str, office: str, as_of: str, out: Path
) -> None:
    """What an investor may be handed, without anything internal."""
    from chaingraph.writers.work.investor import write_investor

    found, graph = _surveyed(lang, case, region)
    write_investor(found, graph, chain, out, on=as_of, office=office, language=language)
    _wrote(lang, out)


@document_commands.command("trip")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--city", required=True, metavar="PLACE")
@click.option("--days", type=click.IntRange(1, 10), default=1, show_default=True, metavar="N")
@click.option("--ledger", type=PATH, metavar="FILE.db")
@click.option("--rules", type=Named("rules"))
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
    as_of: str,
    out: Path,
) -> None:
    """A journey to a city: whom to see, in which order, through whom."""
    from chaingraph.ledger.work.log import leads_in_work
    from chaingraph.ledger.work.trip import visits
    from chaingraph.writers.work.journey import write_journey

    found, graph = _surveyed(lang, case, region)
    leads = []
    if ledger is not None:
        with opened_ledger(ledger, rules, "wal", lang) as opened:
            leads = leads_in_work(opened, until=as_of)
    tables = {name: graph[name] for name in ("firms", "introducers", "outreach")}
    planned = visits(found.targets[lang], tables, city, days=days, leads=leads)
    write_journey(planned, out, city=city, on=as_of, lang=lang)
    _wrote(lang, out)


COMMANDS: tuple[click.Command, ...] = (document_commands,)
