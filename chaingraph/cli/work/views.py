"""The commands that look at leads in work: ``chaingraph work list|due``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.ledger.acts import LedgerFile, case_tables, ledger_options, opened_ledger
from chaingraph.cli.options import AS_OF, FILE, PATH, checked_day
from chaingraph.cli.work.acts import work_commands
from chaingraph.labels import text
from chaingraph.ledger.work.fields import COUNTED_BY
from chaingraph.model.results import WORK_SHOWN

if TYPE_CHECKING:
    import pandas as pd


def _echo(table: pd.DataFrame, lang: str, empty: str) -> None:
    from chaingraph.cli.terminal import terminal_table
    from chaingraph.wording.work import captions, in_words

    if table.empty:
        click.echo(text(empty, lang))
        return
    click.echo(
        terminal_table(in_words(table, lang).astype(object), list(table.columns), lang, captions(table.columns, lang))
    )


@work_commands.command("list")
@ledger_options
@AS_OF
@click.option("--viewer", default="", metavar="OFFICE")
@click.option("--by", "dimension", type=click.Choice(COUNTED_BY))
@click.option("--lead", metavar="LEAD")
@click.option("--since", callback=checked_day, metavar="DATE")
@click.option("--out", type=FILE, metavar="FILE.csv")
@click.pass_obj
def list_command(
    lang: str,
    ledger: LedgerFile,
    as_of: str,
    viewer: str,
    dimension: str | None,
    lead: str | None,
    since: str | None,
    out: Path | None,
) -> None:
    """Leads in work, counts, what has changed, one lead's history."""
    from chaingraph.ledger.work import views
    from chaingraph.ledger.work.log import history, lead_in_work, leads_in_work
    from chaingraph.model.results import WORK_COLUMNS
    from chaingraph.writers.files import write_csv

    with opened_ledger(ledger, lang) as opened:
        if lead:
            lead_in_work(opened, lead)
            for event in history(opened, lead):
                said = views.particulars(event.data, lang, kind=event.kind)
                kind = text(f"work.kind_{event.kind.removeprefix('lead_')}", lang)
                click.echo(f"{event.number} {event.at} {kind} {event.by} {event.why} {said} [{event.event_id}]")
            return
        if since:
            _echo(views.changes(opened, since, as_of), lang, "work.nothing_changed")
            return
        leads = leads_in_work(opened, until=as_of)
    if dimension:
        _echo(views.counted_by(leads, dimension), lang, "work.none")
        return
    rows = views.work_list(leads, as_of=as_of, viewer=viewer)
    if out is not None:
        write_csv(rows, out, columns=WORK_COLUMNS)
        click.echo(text("cli.wrote", lang, path=out))
    else:
        _echo(rows[list(WORK_SHOWN if not viewer else ("in_contact", *WORK_SHOWN))], lang, "work.none")
    counts = views.stage_counts(leads)
    live = sum(lead.live for lead in leads)
    told = [f"{text(f'work.stage_{name}', lang)} {count}" for name, count in counts.items() if count]
    click.echo(
        text(
            "work.counts", lang, total=len(leads), live=live, counts=text("gaps.list_separator", lang).join(told) or "0"
        )
    )


@work_commands.command("due")
@ledger_options
@AS_OF
@click.option("--viewer", default="", metavar="OFFICE")
@click.option("--case", type=PATH, metavar="CASE2")
@click.option("--out", type=FILE, metavar="FILE.csv")
@click.pass_obj
def due_command(
    lang: str,
    ledger: LedgerFile,
    as_of: str,
    viewer: str,
    case: Path | None,
    out: Path | None,
) -> None:
    """What is overdue or falls due, and who has to act."""
    from chaingraph.ledger.work.views import due_list
    from chaingraph.model.results import DUE_COLUMNS
    from chaingraph.writers.files import write_csv

    tables = case_tables(case, lang)
    with opened_ledger(ledger, lang) as opened:
        rows = due_list(opened, as_of, case=tables, viewer=viewer)
    if out is not None:
        write_csv(rows, out, columns=DUE_COLUMNS)
        click.echo(text("cli.wrote", lang, path=out))
    else:
        _echo(rows, lang, "work.nothing_due")


@work_commands.command("lost")
@ledger_options
@click.option("--into", type=PATH, metavar="CASE")
@click.option("--outcomes", type=FILE, metavar="FILE.csv")
@click.pass_obj
def lost_command(lang: str, ledger: LedgerFile, into: Path | None, outcomes: Path | None) -> None:
    """What went elsewhere: shown, put into a case, or written as outcomes of other places."""
    from chaingraph.cli.into import Into, add_and_tell
    from chaingraph.ledger.lists.lost import as_case_rows, lost, lost_outcomes
    from chaingraph.model.results import OUTCOME_COLUMNS
    from chaingraph.writers.files import write_csv

    with opened_ledger(ledger, lang) as opened:
        found, written = lost(opened), lost_outcomes(opened)
    _echo(found[["date", "firm", "instead_place", "text"]], lang, "work.nothing_lost")
    if outcomes is not None:
        write_csv(written, outcomes, columns=OUTCOME_COLUMNS)
        click.echo(text("cli.wrote", lang, path=outcomes))
    if into is not None and len(found):
        import pandas as pd

        from chaingraph.ledger.work.taking import firm_of
        from chaingraph.reading.read import NATIONAL_TABLES, read_case

        firms = read_case(into, lang=lang, required=NATIONAL_TABLES)["firms"]
        named = [firm_of(firms, firm) for firm in found["firm"]]
        found["firm_id"] = found["firm_id"].fillna(pd.Series(named, index=found.index, dtype="str"))
        unnamed = int(found["firm_id"].isna().sum())
        if unnamed:
            click.echo(text("work.lost_unnamed", lang, count=unnamed), err=True)
        asked = Into(into, dry_run=False, review=None, answers=None)
        add_and_tell(lang, asked, as_case_rows(found, ledger.path.name), ledger.path.name)


COMMANDS: tuple[click.Command, ...] = (work_commands,)
