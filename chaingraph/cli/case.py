"""The commands ``check`` and ``init``: whether a case can be used, and an empty one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.chains import chosen_chains
from chaingraph.cli.options import PATH
from chaingraph.cli.terminal import progress, terminal_table
from chaingraph.errors import CaseError
from chaingraph.labels import text
from chaingraph.model.results import REJECT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

SHOWN_REJECTS = 20


@click.command("check")
@click.argument("case", type=PATH)
@click.option("--rejects", type=PATH, metavar="FILE")
@click.pass_obj
def check_command(lang: str, case: Path, rejects: Path | None) -> int:
    """Read a case and say what was not used; 1 where there is something to put right."""
    from chaingraph.reading.read import read_case, summarise
    from chaingraph.stores.parquet.read import is_large

    if is_large(case):
        return _check_large(lang, case, rejects)
    try:
        with progress(("read",), lang) as begin:
            begin("read")
            found = read_case(case, lang=lang)
    except CaseError as error:
        if rejects and error.rejects is not None:
            _write_rejects(error.rejects, rejects, lang)
        raise
    click.echo(summarise(found, lang))
    if len(found.rejects):
        shown = found.rejects.head(SHOWN_REJECTS)
        click.echo("\n" + terminal_table(shown, REJECT_COLUMNS, lang))
        if len(found.rejects) > len(shown):
            click.echo(text("cli.more_rejects", lang, count=len(found.rejects) - len(shown)))
    if rejects:
        _write_rejects(found.rejects, rejects, lang)
    return 1 if len(found.rejects) else 0  # the case can be used, yet there is something to put right


def _check_large(lang: str, case: Path, rejects: Path | None) -> int:
    from chaingraph.stores.parquet.check import check_datasets, described
    from chaingraph.stores.parquet.read import read_small_tables, whole_datasets

    if rejects and rejects.suffix != ".parquet":
        raise click.UsageError(text("cli.rejects_as_parquet", lang, file=rejects))
    large = whole_datasets(case, lang)
    small = read_small_tables(case, lang)
    with progress(("read",), lang) as begin:
        begin("read")
        checked = check_datasets(large, small["segments"]["segment_id"], rejects=rejects, lang=lang)
    click.echo(described(checked, lang))
    if rejects:
        click.echo(text("cli.wrote", lang, path=rejects), err=True)
    elif checked.problems:
        click.echo(text("tables.dataset_counted", lang, count=checked.problems))
    return 1 if checked.problems or len(small.rejects) else 0


def _write_rejects(rejects: pd.DataFrame, path: Path, lang: str) -> None:
    from chaingraph.writers.exports import write_rejects

    write_rejects(rejects, path, lang=lang)
    click.echo(text("cli.wrote", lang, path=path), err=True)


@click.command("init")
@click.argument("file", type=PATH, metavar="FILE.xlsx")
@click.option("--chains", metavar="CHAIN,CHAIN")
@click.pass_obj
def init_command(lang: str, file: Path, chains: str | None) -> None:
    """Write an empty case, or one that begins with chains."""
    from chaingraph.writers.workbook.template import write_template

    rows = None
    if chains is not None:
        from chaingraph.importers.chains import chain_tables

        rows = chain_tables(chosen_chains(chains))
    click.echo(text("cli.init_done", lang, path=write_template(file, rows=rows, lang=lang)))


COMMANDS: tuple[click.Command, ...] = (init_command, check_command)
