"""The command ``pools``: the plan's other ways to recruit, as tables on the terminal or as one file."""

from __future__ import annotations

from pathlib import Path

import click

from chaingraph.cli.options import FILE, PATH, Named, checked_day
from chaingraph.cli.survey import REFERENCE
from chaingraph.cli.terminal import terminal_table
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.model.registry import shipped
from chaingraph.model.results import TERMINAL_POOLS

_FIRST = 15  # rows of a list shown on the terminal


@click.command("pools")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--pool", "names", multiple=True, type=Named("pools"))
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--on", callback=checked_day, metavar="DATE")
@REFERENCE
@click.pass_obj
def pools_command(
    lang: str, case: Path, region: str, names: tuple[str, ...], out: Path | None, on: str | None, reference: str
) -> None:
    """Reinvestment, funds, headquarters, technology, sites, teams."""
    from chaingraph.api import find_pool, survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import read_cases
    from chaingraph.writers.pools import headers, notes, pool_table, write_pools

    cases, compared = read_cases(case, reference, region, lang=lang)
    graph = build_graph(*cases)
    day = on or today()
    findings = survey(graph, region=region, as_of=day, lang=lang, reference=compared)
    found = [find_pool(graph, findings, name, on=day, lang=lang) for name in names or shipped("pools")]
    if out is not None:
        rows = write_pools(found, out, region=region, as_of=findings.as_of, lang=lang)
        click.echo(text("pools.wrote", lang, path=out, rows=rows))
        return
    if graph.reading is not None:
        click.echo("* " + text("explain.note_counted", lang, **graph.reading._asdict()))
    for pool in found:
        click.echo(text("pools.title", lang, region=region, pool=pool.title))
        for note in notes(pool, lang):
            click.echo(f"* {note}")
        shown = pool_table(pool, lang)
        shown = shown[shown["rank"] <= _FIRST]
        columns = [name for name in TERMINAL_POOLS if shown[name].notna().any()]
        click.echo(terminal_table(shown, columns, lang, headers(lang)) + "\n" if len(shown) else "")


COMMANDS: tuple[click.Command, ...] = (pools_command,)
