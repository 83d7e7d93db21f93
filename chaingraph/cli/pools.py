"""The command ``pools``: the plan's other ways to recruit, as tables on the terminal or as one file."""

from __future__ import annotations

import datetime
import shutil
import sys
from pathlib import Path

import click

from chaingraph.cli.options import Named, checked_day
from chaingraph.labels import text
from chaingraph.model.registry import shipped
from chaingraph.model.results import TERMINAL_POOLS

_FIRST = 15  # rows of a list shown on the terminal


@click.command("pools")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--region", required=True, help="招商的地区 / the region that recruits")
@click.option("--pool", "names", multiple=True, type=Named("pools"), help="招商方式,可多次 / which; may be repeated")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写入 .xlsx 或 .csv / file to write")
@click.option(
    "--on", callback=checked_day, help="政策须在该日有效,默认今天 / day policies have to hold on, default today"
)
@click.option("--reference", default="listed", show_default=True, metavar="CASE2",
              help="参照:listed(自带汇总)、none 或全国案例 / listed, none, or a national case")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, envvar="CHAINGRAPH_LANG",
              is_eager=True, help="输出语言 / language of messages")  # fmt: skip
def pools_command(
    case: Path, region: str, names: tuple[str, ...], out: Path | None, on: str | None, reference: str, lang: str
) -> None:
    """增资扩股、基金、总部、科技、用地、驻点清单 / Reinvestment, funds, headquarters, technology, sites, teams."""
    from chaingraph.api import find_pool, read_cases, survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.writers.pools import headers, notes, pool_table, write_pools
    from chaingraph.writers.terminal import shown_table

    cases, compared = read_cases(case, reference, region, lang=lang)
    graph = build_graph(*cases)
    findings = survey(graph, region=region, lang=lang, reference=compared)
    day = on or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    found = [find_pool(graph, findings, name, on=day, lang=lang) for name in names or shipped("pools")]
    if out is not None:
        rows = write_pools(found, out, region=region, as_of=findings.as_of, lang=lang)
        click.echo(text("pools.wrote", lang, path=out, rows=rows))
        return
    if graph.reading is not None:
        click.echo("* " + text("explain.note_counted", lang, **graph.reading._asdict()))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for pool in found:
        click.echo(text("pools.title", lang, region=region, pool=pool.title))
        for note in notes(pool, lang):
            click.echo(f"* {note}")
        shown = pool_table(pool, lang)
        shown = shown[shown["rank"] <= _FIRST]
        columns = [name for name in TERMINAL_POOLS if shown[name].notna().any()]
        table = shown_table(shown, columns, lang, width=width, captions=headers(lang))
        click.echo(table + "\n" if len(shown) else "")


COMMANDS: tuple[click.Command, ...] = (pools_command,)
