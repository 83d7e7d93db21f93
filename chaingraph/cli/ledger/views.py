"""The commands that look into the project ledger, and that carry it in and out: ``chaingraph ledger list|board|…``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.ledger.acts import LedgerFile, ledger_commands, ledger_options, opened_ledger, tables_beside
from chaingraph.cli.options import AS_OF, PATH, Named, Server, server_options
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.ledger.fields import DIMENSIONS, DUE, PERIODS, STAGES
from chaingraph.model.columns import is_missing
from chaingraph.writers.ledger import VIEWS

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.ledger.store import Ledger

_SHOWN_REJECTS = 20
_LIST_SHOWN = [
    "project_id",
    "project",
    "investor",
    "landing",
    "stage",
    "since",
    "usd_m",
    "cny_m",
    "holder",
    "exclusive_until",
]


def _shown(frame: pd.DataFrame, lang: str) -> None:
    from chaingraph.writers.ledger.frames import captioned

    _echo(captioned(frame, lang), lang)


def _echo(table: pd.DataFrame, lang: str) -> None:
    from chaingraph.writers.terminal import table_text

    if table.empty:
        click.echo(text("ledger.empty", lang))
        return
    columns = [table[name].astype(object).tolist() for name in table.columns]
    rows = [
        ["" if is_missing(value) else f"{value:.4g}" if isinstance(value, float) else str(value) for value in row]
        for row in zip(*columns, strict=True)
    ]
    click.echo(table_text([str(name) for name in table.columns], rows, most=40))


@ledger_commands.command("list")
@ledger_options
@AS_OF
@click.option("--stage", type=click.Choice(list(STAGES)))
@click.option("--period", type=click.Choice(PERIODS))
@click.option("--due", type=click.Choice(DUE))
@click.option("--by", "dimension", type=click.Choice(DIMENSIONS))
@click.option("--project", metavar="PROJECT")
@click.pass_obj
def list_command(
    lang: str,
    ledger: LedgerFile,
    as_of: str,
    stage: str | None,
    period: str | None,
    due: str | None,
    dimension: str | None,
    project: str | None,
) -> None:
    """Lists, what happened, what is due, counts."""
    from chaingraph.ledger import views
    from chaingraph.ledger.lists import due as lists

    with opened_ledger(ledger, lang) as opened:
        then = opened.as_of(as_of)
        if project:
            opened.project(project)
            events = [(event.number, event.at, event.kind, event.by, event.why) for event in opened.events(project)]
            _shown(views.frame(events, ("number", "at", "kind", "by", "why")), lang)
        elif period:
            _shown(views.happened(then, *views.span(as_of, period)), lang)
        elif due:
            _shown(lists.due(then, due, as_of), lang)
        elif dimension:
            _shown(views.by(then, dimension), lang)
        else:
            _shown(views.in_own_money(views.projects(then, stage or ""))[_LIST_SHOWN], lang)


@ledger_commands.command("board")
@ledger_options
@click.option("--case", required=True, type=PATH, metavar="CASE2")
@AS_OF
@click.pass_obj
def board_command(lang: str, ledger: LedgerFile, case: Path, as_of: str) -> None:
    """The board: progress, places, departments."""
    from chaingraph.writers.ledger.frames import notes, parts

    tables = tables_beside(case, lang)
    with opened_ledger(ledger, lang) as opened:
        then = opened.as_of(as_of)
        for note in notes(then, as_of, lang):
            click.echo(note)
        shown = {part.key: part for part in parts(then, tables, as_of, lang)}
        for key in ("progress", "board", "places", "departments", "broken_down", "warnings"):
            if key in shown:
                click.echo(f"\n{shown[key].caption}")
                _echo(shown[key].table, lang)


@ledger_commands.command("import")
@ledger_options
@click.argument("sheet", type=PATH, required=False)
@click.option("--shortlist", type=PATH, metavar="FILE.xlsx")
@click.option("--place", default="", metavar="PLACE")
@click.option("--profile", type=Named("profiles"), default="zhejiang", show_default=True)
@click.option("--by", required=True, metavar="OFFICE")
@click.option("--mapping", type=PATH, metavar="FILE.toml")
@click.option("--at", default=today, metavar="DATE")
@click.option("--rejects", type=PATH, metavar="FILE.csv")
@click.option("--dry-run", is_flag=True)
@click.option("--create", is_flag=True)
@click.pass_obj
def import_command(
    lang: str,
    ledger: LedgerFile,
    sheet: Path | None,
    shortlist: Path | None,
    place: str,
    profile: str,
    by: str,
    mapping: Path | None,
    at: str,
    rejects: Path | None,
    *,
    dry_run: bool,
    create: bool,
) -> None:
    """Import a sheet or a status column; nothing is guessed."""
    if (sheet is None) == (shortlist is None):
        raise click.UsageError(text("ledger.import_one", lang))
    if shortlist is not None:
        with opened_ledger(ledger, lang, create=create, places=[place]) as opened:
            _import_marks(opened, shortlist, at, by, place, profile, lang, rejects)
        return
    assert sheet is not None  # one of the two is given
    from chaingraph.ledger.intake.read import import_projects, read_projects
    from chaingraph.model.results import LEDGER_REJECT_COLUMNS
    from chaingraph.writers.files import write_csv

    if dry_run:
        done = read_projects(sheet, at=at, mapping=mapping, lang=lang)[1]
    else:
        with opened_ledger(ledger, lang, create=create, places=[place]) as opened:
            done = import_projects(opened, sheet, at=at, by=by, mapping=mapping, lang=lang)
    counts = {"entered": done.entered, "changed": done.changed, "advanced": done.advanced, "reported": done.reported}
    click.echo(text("ledger.imported", lang, rows=done.rows, used=done.used, **counts))
    if len(done.rejects):
        shown = done.rejects.assign(effect=[text(f"ledger.effect_{effect}", lang) for effect in done.rejects["effect"]])
        _shown(shown.head(_SHOWN_REJECTS), lang)
        if len(shown) > _SHOWN_REJECTS:
            click.echo(text("ledger.more_rejects", lang, count=len(shown) - _SHOWN_REJECTS))
    if rejects is not None:
        write_csv(done.rejects, rejects, columns=list(LEDGER_REJECT_COLUMNS))
        click.echo(text("ledger.written", lang, path=rejects))


def _import_marks(
    opened: Ledger, path: Path, at: str, by: str, place: str, profile: str, lang: str, rejects: Path | None
) -> None:
    """Take over the status column of a shortlist's workbook; what was not taken over is listed."""
    from chaingraph.ledger.lists.marks import take_in
    from chaingraph.model.results import LEDGER_MARK_COLUMNS
    from chaingraph.writers.files import write_csv
    from chaingraph.writers.ledger.marks import status_marks

    marks = status_marks(path, profile=profile, lang=lang)
    told = take_in(opened, marks, at=at, by=by, file=path.name, place=place, lang=lang)
    done = {effect: int((told["effect"] == effect).sum()) for effect in ("entered", "advanced")}
    left = told[~told["effect"].isin(list(done))]
    rows = sum(bool(mark.status) for mark in marks)
    click.echo(text("ledger.marks_taken", lang, rows=rows, left=len(left), **done))
    if len(left):
        _shown(left.assign(effect=[text(f"ledger.effect_{effect}", lang) for effect in left["effect"]]), lang)
    if rejects is not None:
        write_csv(left, rejects, columns=list(LEDGER_MARK_COLUMNS))
        click.echo(text("ledger.written", lang, path=rejects))


@ledger_commands.command("export")
@ledger_options
@click.option("--out", required=True, type=PATH, metavar="FILE")
@click.option("--case", type=PATH, metavar="CASE2")
@click.option("--region", default="嘉兴", show_default=True, metavar="REGION")
@click.option("--only", multiple=True, metavar="VIEW", type=click.Choice(VIEWS))
@click.option("--projects", is_flag=True)
@click.option("--offices", is_flag=True)
@AS_OF
@click.pass_obj
def export_command(
    lang: str,
    ledger: LedgerFile,
    out: Path,
    case: Path | None,
    region: str,
    as_of: str,
    only: tuple[str, ...],
    *,
    projects: bool,
    offices: bool,
) -> None:
    """Export a workbook, a page, or outcomes for the back-test."""
    from chaingraph.ledger.intake.rows import sheet_rows
    from chaingraph.ledger.lists.feedback import LEAST_POSITIVES, enough_to_refit, outcomes
    from chaingraph.model.results import OUTCOME_COLUMNS
    from chaingraph.writers.files import write_csv
    from chaingraph.writers.ledger.page import write_ledger_page, write_offices_page
    from chaingraph.writers.ledger.workbook import write_ledger_workbook

    writers = {".xlsx": write_ledger_workbook, ".html": write_ledger_page}
    suffix = out.suffix.lower()
    if suffix not in (*writers, ".csv"):
        raise click.UsageError(text("ledger.export_kinds", lang, path=out))
    if suffix != ".csv" and case is None:
        raise click.UsageError(text("ledger.export_case", lang, path=out))
    with opened_ledger(ledger, lang) as opened:
        if suffix == ".csv" and projects:
            rows = sheet_rows(opened)
            write_csv(rows, out, columns=list(rows.columns))
        elif suffix == ".csv":
            found = outcomes(opened, region)
            write_csv(found, out, columns=list(OUTCOME_COLUMNS))
            if not enough_to_refit(found):
                click.echo(text("ledger.positives", lang, count=len(found), least=LEAST_POSITIVES))
        elif case is not None:
            tables = tables_beside(case, lang)
            if offices and suffix == ".html":
                write_offices_page(opened, tables, out, as_of=as_of, lang=lang)
            else:
                writers[suffix](opened, tables, out, as_of=as_of, only=only, lang=lang)
    click.echo(text("ledger.written", lang, path=out))


@ledger_commands.command("refit")
@ledger_options
@click.option("--case", required=True, type=PATH, metavar="CASE2")
@click.option("--region", default="嘉兴", show_default=True, metavar="REGION")
@click.option("--out", required=True, type=PATH, metavar="FILE")
@AS_OF
@click.pass_obj
def refit_command(lang: str, ledger: LedgerFile, case: Path, region: str, out: Path, as_of: str) -> None:
    """Fit the score's weights anew, from 200 firms that came on."""
    from chaingraph.backtest.panel import panel_of
    from chaingraph.backtest.refit import LEAST_POSITIVES, as_toml, reading, refit
    from chaingraph.engines.duckdb import open_engine
    from chaingraph.ledger.lists.feedback import outcomes
    from chaingraph.places.distance import distance_km
    from chaingraph.writers.files import write_bytes

    with opened_ledger(ledger, lang) as opened:
        found = outcomes(opened, region)
    if len(found) < LEAST_POSITIVES:
        click.echo(text("ledger.positives", lang, count=len(found), least=LEAST_POSITIVES))
        return
    tables = tables_beside(case, lang)
    done = refit(tables, found, panel=panel_of(tables, distance_km, open_engine))
    click.echo(reading(done, lang))
    if done.fitted:
        write_bytes(as_toml(done, source=ledger.path.name, on=as_of).encode(), out)
        click.echo(text("ledger.written", lang, path=out))


@ledger_commands.command("push")
@ledger_options
@click.option("--dataset", required=True, metavar="NAME")
@click.option("--name", metavar="NAME")
@server_options
@click.pass_obj
def push_command(
    lang: str,
    ledger: LedgerFile,
    dataset: str,
    name: str | None,
    server: Server,
) -> None:
    """Write to Neo4j, tied to the case's firms, segments and zones."""
    from chaingraph.ledger.views import register
    from chaingraph.stores.graphdb.ledger import write_ledger

    with opened_ledger(ledger, lang) as opened:
        held = register(opened)
    done = write_ledger(held, **server._asdict(), dataset=dataset, ledger=name or ledger.path.stem)
    click.echo(text("ledger.neo4j_pushed", lang, dataset=dataset, **done._asdict()))
    click.echo("; ".join(f"{relation} {count}" for relation, count in done.ties.items()))


COMMANDS: tuple[click.Command, ...] = (ledger_commands,)
