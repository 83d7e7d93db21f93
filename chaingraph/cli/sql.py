"""The command ``sql``: an analyst's question to the tables of a case; nothing else can be read, nothing changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.options import FILE, PATH
from chaingraph.cli.terminal import terminal_table
from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 100  # rows on the terminal


@click.command("sql")
@click.argument("case", type=PATH)
@click.argument("question", required=False, metavar='["SELECT …"]')
@click.option("--out", type=FILE, metavar="FILE.csv")
@click.option("--rows", type=click.IntRange(1, 3_000_000), metavar="N", default=100_000, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 86_400), metavar="N", default=60, show_default=True)
@click.pass_obj
def sql_command(lang: str, case: Path, question: str | None, out: Path | None, rows: int, seconds: int) -> int:
    """Ask the tables of a case in SQL; without a question they are listed."""
    from chaingraph.engines.analyst import Limits, ask
    from chaingraph.reading.read import read_case
    from chaingraph.stores.parquet.narrow import datasets
    from chaingraph.stores.parquet.read import read_small_tables, row_counts
    from chaingraph.writers.files import write_csv
    from chaingraph.writers.harmless import clean_text

    large = datasets(case) if case.is_dir() else {}
    small = read_small_tables(case, lang, required=()) if large else read_case(case, lang=lang)
    tables: dict[str, pd.DataFrame | Path] = {**small.tables, **large}
    if question is None:
        counted = row_counts(large)
        click.echo(text("engines.sql_tables", lang))
        for name, frame in small.tables.items():
            click.echo(f"  {name} ({counted.get(name, len(frame))}): {', '.join(frame.columns)}")
        return 0
    answer = ask(tables, question, lang=lang, limits=Limits(rows=rows, seconds=seconds))
    found = answer.rows
    if out is not None:
        write_csv(found, out, columns=list(found.columns))
        click.echo(text("cli.wrote", lang, path=out), err=True)
    else:
        captions = {str(name): clean_text(str(name)) for name in found.columns}
        click.echo(terminal_table(found.head(_SHOWN), list(captions), lang, captions))
        if len(found) > _SHOWN:
            click.echo(text("engines.sql_more", lang, count=len(found), shown=_SHOWN), err=True)
    if answer.cut:
        click.echo(text("engines.sql_cut", lang, rows=rows), err=True)
    return int(answer.cut)


COMMANDS: tuple[click.Command, ...] = (sql_command,)
