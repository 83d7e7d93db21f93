"""The command ``tag``: product texts of a case put into the segments of another case's chains."""

from __future__ import annotations

from pathlib import Path

import click

from chaingraph.labels import text


@click.command("tag")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--with", "chains", required=True, type=click.Path(path_type=Path),
              help="学习所用的案例(含产业链与企业环节) / case to learn from, with chains")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="输出案例文件夹 / case to write")
@click.option("--notes", type=click.Path(path_type=Path),
              help="国民经济行业分类表 CSV(code、level、name),可选 / table of GB/T 4754-2017, optional")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, envvar="CHAINGRAPH_LANG",
              help="输出语言 / language of messages")  # fmt: skip
def tag_command(case: Path, chains: Path, out: Path, notes: Path | None, lang: str) -> None:
    """把企业产品归入产业链环节 / Put the products of a case's firms into the segments of chains."""
    import pandas as pd

    from chaingraph.tables import NATIONAL_TABLES, read_case
    from chaingraph.tagging_case import tag_case
    from chaingraph.writers.case import write_case

    click.echo(text("tagging.read", lang), err=True)
    untagged = read_case(case, lang=lang, required=NATIONAL_TABLES)
    teacher = read_case(chains, lang=lang)
    classes = None if notes is None else pd.read_csv(notes, dtype="str")
    click.echo(text("tagging.tag", lang), err=True)
    tagged = tag_case(untagged, teacher, classes)
    write_case(tagged, out)
    rows = tagged["firm_segments"]
    counts = rows["confidence"].value_counts()
    firms = rows["firm_id"].nunique()
    values = {"rows": len(rows), "firms": firms, "out": out, "left": len(tagged["firms"]) - firms}
    known, unsure = int(counts.get("known", 0)), int(counts.get("unsure", 0))
    click.echo(text("tagging.done", lang, known=known, unsure=unsure, **values))


COMMANDS: tuple[click.Command, ...] = (tag_command,)
