"""The command ``sql``: an analyst's question to the tables of a case; nothing else can be read, nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.options import FILE, PATH
from chaingraph.cli.terminal import terminal_table
from chaingraph.labels import text
from chaingraph.model.schema import TABLES

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
            shown, columns = (name, list(frame.columns)) if lang == "en" else _in_chinese(name)
            click.echo(f"  {shown} ({counted.get(name, len(frame))}): {', '.join(columns)}")
        return 0
    answer = ask(
        tables | _asked_in_chinese(tables, question), question, lang=lang, limits=Limits(rows=rows, seconds=seconds)
    )
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


def _in_chinese(name: str) -> tuple[str, list[str]]:
    """The Chinese name of a table, and those of its columns."""
    table = TABLES[name]
    return table.name_zh, [column.headers[0] if column.headers else column.name for column in table.columns]


def _asked_in_chinese(tables: Mapping[str, pd.DataFrame | Path], question: str) -> dict[str, pd.DataFrame | Path]:
    """The tables that a question calls by their Chinese names, with Chinese columns where they are in memory."""
    found: dict[str, pd.DataFrame | Path] = {}
    for name, held in tables.items():
        chinese, columns = _in_chinese(name)
        if chinese in question:
            found[chinese] = (
                held if isinstance(held, Path) else held[TABLES[name].names].set_axis(columns, axis="columns")
            )
    return found


COMMANDS: tuple[click.Command, ...] = (sql_command,)
