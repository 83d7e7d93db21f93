"""The commands ``check`` and ``init``: whether a case can be used, and an empty one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.chains import chosen_chains
from chaingraph.cli.options import PATH
from chaingraph.cli.terminal import progress
from chaingraph.errors import CaseError
from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.model.case import Case

SHOWN_REJECTS = 20
SOUND, UNUSABLE, LOSSES = 0, 1, 3  # exit codes of `check`; 2 is a wrong call, as everywhere


@click.command("check")
@click.argument("case", type=PATH)
@click.option("--region", metavar="REGION")
@click.option("--rejects", type=PATH, metavar="FILE")
@click.pass_obj
def check_command(lang: str, case: Path, region: str | None, rejects: Path | None) -> int:
    """Read a case and say what was not used; the last line and the exit code say whether it can be used."""
    from chaingraph.reading.read import read_case, summarise
    from chaingraph.reading.rejects import told
    from chaingraph.stores.parquet.read import is_large

    try:
        if is_large(case):
            return _check_large(lang, case, rejects)
        with progress(("read",), lang) as begin:
            begin("read")
            found = read_case(case, lang=lang)
        warnings = _warnings(found, region, lang)
    except CaseError as error:
        if rejects and error.rejects is not None:
            _write_rejects(error.rejects, rejects, lang)
        click.echo(f"{text('cli.refused', lang)}{error.in_language(lang)}", err=True)
        click.echo(text("cli.verdict_unusable", lang), err=True)
        return UNUSABLE
    click.echo(summarise(found, lang))
    if len(found.rejects):
        click.echo("\n" + "\n".join(told(found.rejects.head(SHOWN_REJECTS), lang)))
        if len(found.rejects) > SHOWN_REJECTS:
            click.echo(text("cli.more_rejects", lang, count=len(found.rejects) - SHOWN_REJECTS))
    for warning in warnings:
        click.echo(warning)
    if rejects:
        _write_rejects(found.rejects, rejects, lang)
    return _verdict(len(found.rejects), lang)


def _verdict(losses: int, lang: str) -> int:
    """Say in one line whether the case can be used; the exit code that says the same."""
    click.echo(text("cli.verdict_losses" if losses else "cli.verdict_sound", lang, count=losses))
    return LOSSES if losses else SOUND


def _warnings(case: Case, region: str | None, lang: str) -> list[str]:
    """Notes that say what no table says, and what would make a survey of the region empty, where one is named."""
    from chaingraph.api import find_gaps
    from chaingraph.engines.duckdb import open_engine
    from chaingraph.facts.standing import STANDING_TABLES
    from chaingraph.matching.merge import build_graph
    from chaingraph.wording.contradictions import contradictions, tell_contradictions
    from chaingraph.wording.phrases import names_by_id
    from chaingraph.wording.warnings import region_warnings

    graph = build_graph(case)
    with open_engine({name: graph[name] for name in STANDING_TABLES}) as query:
        said = tell_contradictions(contradictions(graph, query, region), names_by_id(graph, "firms", lang), lang)
    if region is None:
        return said
    return said + region_warnings(graph, region, find_gaps(graph, region=region, lang=lang, reference=None), lang)


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
    return _verdict(checked.problems + len(small.rejects), lang)


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
