"""The command ``update``: the month's round, one preview, one version, and what then waits for review."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chaingraph.cli.into import Into, add_and_tell, free_place, undo_and_tell
from chaingraph.cli.leads.commands import tell_read
from chaingraph.cli.options import FILE, PATH
from chaingraph.labels import entries, text


@click.command("update")
@click.argument("case", type=PATH)
@click.option("--from", "folder", type=PATH, metavar="FOLDER")
@click.option("--region", metavar="REGION")
@click.option("--undo", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--review", type=FILE, metavar="FILE")
@click.option("--answers", type=PATH, metavar="FILE")
@click.option("--no-quotes", is_flag=True)
@click.pass_obj
def update_command(
    lang: str, /, case: Path, folder: Path | None, region: str | None, review: Path | None, answers: Path | None,
    *, undo: bool, dry_run: bool, no_quotes: bool,
) -> None:  # fmt: skip
    """Add whatever new lies in a folder to a case, or take the last addition back."""
    if undo == (folder is not None):
        raise click.UsageError(text("leads.update_or_undo", lang))
    if undo:
        undo_and_tell(lang, case)
        return
    if folder is None or region is None:
        raise click.UsageError(text("leads.update_region", lang))
    if not folder.is_dir():
        raise click.UsageError(text("leads.update_no_folder", lang, path=folder))
    from chaingraph.leads.review import review_rows
    from chaingraph.leads.round import read_round
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.review_sheet import write_review

    held = read_case(case, lang=lang, required=NATIONAL_TABLES)
    with click.progressbar(length=sum(1 for _ in folder.iterdir()), file=sys.stderr, show_pos=True) as bar:
        found = read_round(
            folder,
            region=region,
            case=held.tables,
            quotes=not no_quotes,
            lang=lang,
            each=lambda _: bar.update(1),
        )
    for path, made in found.lists.items():
        counts = {name: int(made.account[name].sum()) for name in ("rows", "kept", "rejected")}
        click.echo(text("leads.update_list", lang, file=path.name, kind=_kind(made.kind, lang), **counts))
    for path, reason in found.refused.items():
        click.echo(text("leads.update_refused", lang, file=path.name, reason=reason), err=True)
    tell_read(found.texts, lang)
    if not found.tables:
        click.echo(text("leads.nothing_new", lang))
        return
    done = add_and_tell(lang, Into(case, dry_run, review, answers), found.tables, folder.name)
    if dry_run or not done.files:
        return
    waiting = review_rows(read_case(case, lang=lang, required=NATIONAL_TABLES).tables)
    if waiting.empty:
        click.echo(text("leads.nothing_to_review", lang))
        return
    place = free_place(case, text("leads.update_sheet", lang))
    write_review(waiting, place, lang=lang)
    click.echo(text("leads.update_review", lang, count=len(waiting), path=place, case=case))


def _kind(name: str, lang: str) -> str:
    known = entries("leads", lang)
    return known.get(f"list_{name}", known["list_register"])


COMMANDS: tuple[click.Command, ...] = (update_command,)
