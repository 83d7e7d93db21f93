"""The command ``sql``: an analyst's question to the tables of a case; nothing else can be read, nothing changed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 100  # rows on the terminal


@click.command("sql")
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("question", required=False, metavar='["SELECT …"]')
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写入 .csv / CSV file to write")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, envvar="CHAINGRAPH_LANG",
              help="输出语言 / language of messages")  # fmt: skip
def sql_command(case: Path, question: str | None, out: Path | None, lang: str) -> None:
    """用 SQL 查询案例的表(只读) / Ask the tables of a case in SQL (read only).

    只能查询案例的表,不能读写本机文件、联网或改动案例;不写查询则列出各表和列。例如: /
    Only the tables of the case can be read; without a question they are listed. For example:

    chaingraph sql data/jiaxing "SELECT city, count(*) AS firms FROM firms GROUP BY city ORDER BY 2 DESC"
    """
    from chaingraph.engines.analyst import ask
    from chaingraph.reading.read import read_case
    from chaingraph.stores.parquet.narrow import datasets
    from chaingraph.stores.parquet.read import read_small_tables, row_counts
    from chaingraph.writers.files import clean_text, write_csv
    from chaingraph.writers.terminal import shown_table

    large = datasets(case) if case.is_dir() else {}
    small = read_small_tables(case, lang, required=()) if large else read_case(case, lang=lang)
    tables: dict[str, pd.DataFrame | Path] = {**small.tables, **large}
    if question is None:
        counted = row_counts(large)
        click.echo(text("engines.sql_tables", lang))
        for name, frame in small.tables.items():
            click.echo(f"  {name} ({counted.get(name, len(frame))}): {', '.join(frame.columns)}")
        return
    answer = ask(tables, question, lang=lang)
    if out is not None:
        write_csv(answer, out, columns=list(answer.columns))
        click.echo(text("cli.wrote", lang, path=out), err=True)
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    captions = {str(name): clean_text(str(name)) for name in answer.columns}
    click.echo(shown_table(answer.head(_SHOWN), list(captions), lang, width=width, captions=captions))
    if len(answer) > _SHOWN:
        click.echo(text("engines.sql_more", lang, count=len(answer), shown=_SHOWN), err=True)


COMMANDS: tuple[click.Command, ...] = (sql_command,)
