"""The commands ``dispatch`` and ``merge``: leads out to counties and teams, and back."""

from __future__ import annotations

from pathlib import Path

import click

from chaingraph.cli.ledger.acts import LedgerFile, case_tables, ledger_options, opened_ledger
from chaingraph.cli.options import FILE, FOLDER, PATH, checked_day
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.model.columns import is_missing


@click.command("dispatch")
@ledger_options
@click.option("--out", required=True, type=FOLDER, metavar="FOLDER")
@click.option("--plan", type=PATH, metavar="FILE")
@click.option("--by", default="", metavar="OFFICE")
@click.option("--at", default=today, callback=checked_day, metavar="DATE")
@click.option("--unit", "units", multiple=True, metavar="OFFICE")
@click.option("--case", type=PATH, metavar="CASE2")
@click.option("--mapping", type=PATH, metavar="FILE.toml")
@click.pass_obj
def dispatch_command(
    lang: str,
    ledger: LedgerFile,
    out: Path,
    plan: Path | None,
    by: str,
    at: str,
    units: tuple[str, ...],
    case: Path | None,
    mapping: Path | None,
) -> None:
    """Write a workbook per county and team."""
    from chaingraph.ledger.work.dispatching import assignments, read_plan, resolved
    from chaingraph.ledger.work.log import leads_in_work, record_leads
    from chaingraph.ledger.work.sheets import load_system_map
    from chaingraph.writers.work.dispatch import write_dispatch

    if plan is not None and not by:
        raise click.UsageError(text("work.plan_by", lang))
    system = load_system_map(mapping)
    tables = case_tables(case, lang)
    with opened_ledger(ledger, lang) as opened:
        if plan is not None:
            planned, meant = resolved(read_plan(plan), leads_in_work(opened))
            for unit, known in meant.items():
                click.echo(text("work.unit_resolved", lang, unit=unit, known=known), err=True)
            done = record_leads(opened, assignments(planned, at=at, by=by))
            click.echo(text("work.assigned", lang, count=sum(each.new for each in done)))
        leads = leads_in_work(opened)
    made = write_dispatch(leads, out, as_of=at, units=units, case=tables, mapping=system, lang=lang)
    for unit, path, count in made:
        click.echo(text("work.dispatched", lang, unit=unit, count=count, path=path))
    if not made:
        click.echo(text("work.nothing_to_dispatch", lang))


@click.command("merge")
@ledger_options
@click.argument("folder", type=PATH)
@click.option("--at", default=today, callback=checked_day, metavar="DATE")
@click.option("--unit", default="", metavar="OFFICE")
@click.option("--mapping", type=PATH, metavar="FILE.toml")
@click.option("--out", type=FILE, metavar="FILE.xlsx")
@click.pass_obj
def merge_command(
    lang: str,
    ledger: LedgerFile,
    folder: Path,
    at: str,
    unit: str,
    mapping: Path | None,
    out: Path | None,
) -> int:
    """Merge the files that came back."""
    from chaingraph.ledger.work.merging import merge_returned
    from chaingraph.ledger.work.returned import read_returned, returned_files
    from chaingraph.ledger.work.sheets import load_system_map
    from chaingraph.wording.work import word
    from chaingraph.writers.work.dispatch import write_merged

    system = load_system_map(mapping)
    paths = returned_files(folder) if folder.is_dir() else [folder]
    if not paths:
        click.echo(text("work.no_files", lang, path=folder))
    files = [read_returned(path, system, unit=unit, lang=lang) for path in paths]
    with opened_ledger(ledger, lang) as opened:
        merged = merge_returned(opened, files, at=at, lang=lang)
    separator = text("gaps.list_separator", lang)
    counts = separator.join(f"{word('effect', effect, lang)} {count}" for effect, count in merged.counts.items())
    click.echo(text("work.merged", lang, files=len(files), counts=counts or "0"))
    for row in merged.rows[~merged.rows["effect"].isin(["contact", "feedback", "same", "empty"])].to_dict("records"):
        said = {str(name): "" if is_missing(value) else value for name, value in row.items()}
        said["effect"] = word("effect", row["effect"], lang)
        click.echo(text("work.merge_row", lang, **said), err=True)
    for (firm, field), several in merged.conflicts.groupby(["firm", "field"], sort=True):
        pairs = zip(several["unit"], several["value"], strict=True)
        words = separator.join(f"{unit_}: {word(str(field), value, lang)}" for unit_, value in pairs)
        click.echo(text("work.merge_conflict", lang, firm=firm, field=word("field", field, lang), words=words))
    click.echo(text("work.merge_overdue", lang, count=len(merged.overdue), today=len(merged.today)))
    if out is not None:
        write_merged(merged, out, as_of=at, lang=lang)
        click.echo(text("cli.wrote", lang, path=out))
    return 0


COMMANDS: tuple[click.Command, ...] = (dispatch_command, merge_command)
