"""The command ``tag``: product texts of a case put into the segments of another case's chains."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.options import FILE, PATH
from chaingraph.labels import text
from chaingraph.model.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.model.case import Case
    from chaingraph.tagging.tagger import SegmentTagger

SHOWN_LEFT = 10


@click.command("tag")
@click.argument("case", type=PATH)
@click.option("--with", "chains", required=True, type=PATH, metavar="CASE2")
@click.option("--out", required=True, type=PATH, metavar="FOLDER")
@click.option("--notes", type=PATH, metavar="FILE.csv")
@click.option("--workbook", type=FILE, metavar="FILE.xlsx")
@click.pass_obj
def tag_command(lang: str, case: Path, chains: Path, out: Path, notes: Path | None, workbook: Path | None) -> None:
    """Put the products of a case's firms into the segments of chains."""
    from chaingraph.importers.classes import read_classes
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.stores.parquet.read import is_large
    from chaingraph.tagging.cases import tag_and_tell
    from chaingraph.writers.case import write_case
    from chaingraph.writers.kept_tagger import kept_tagger

    click.echo(text("tagging.read", lang), err=True)
    classes = None if notes is None else read_classes(notes, lang)  # what is wrong with it is said before the work
    teacher = read_case(chains, lang=lang)
    learn = partial(kept_tagger, beside=chains)
    if is_large(case):
        if workbook is not None:
            raise click.UsageError(text("tagging.too_large_for_a_workbook", lang))
        _tag_large(case, teacher, lambda: learn(teacher, classes), out, lang)
        return
    untagged = read_case(case, lang=lang, required=NATIONAL_TABLES)
    click.echo(text("tagging.tag", lang), err=True)
    tagged, left = tag_and_tell(untagged, teacher, classes, learn=learn)
    write_case(tagged, out)
    rows = tagged["firm_segments"]
    counts = rows["confidence"].value_counts()
    firms = rows["firm_id"].nunique()
    values = {"rows": len(rows), "firms": firms, "out": out, "left": len(tagged["firms"]) - firms}
    known, unsure = int(counts.get("known", 0)), int(counts.get("unsure", 0))
    click.echo(text("tagging.done", lang, known=known, unsure=unsure, **values))
    tell_left(left, untagged["firms"], lang)
    if workbook is not None:
        from chaingraph.writers.workbook.template import write_template

        # Products and their links are for programs; a person corrects firms and what they make.
        sheets = {name: tagged[name] for name in TABLES if name not in ("products", "product_links")}
        click.echo(text("cli.wrote", lang, path=write_template(workbook, rows=sheets, lang=lang)))


def tell_left(left: pd.DataFrame, firms: pd.DataFrame, lang: str) -> None:
    """Say of the first firms without a segment which text was looked at, why it has none, and which words were near."""
    names = firms.drop_duplicates("firm_id").set_index("firm_id")["firm"].to_dict()
    for row in left.head(SHOWN_LEFT).to_dict("records"):
        near = text("tagging.near", lang, words=row["words"]) if isinstance(row["words"], str) else ""
        why = text(f"tagging.why_{row['why']}", lang)
        values = {"firm": names.get(row["firm_id"], row["firm_id"]), "product": str(row["product"])[:40]}
        click.echo(text("tagging.left", lang, why=why, near=near, **values))
    if len(left) > SHOWN_LEFT:
        click.echo(text("tagging.more_left", lang, count=len(left) - SHOWN_LEFT))


def told_left(left: pd.DataFrame, firms: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Every firm without a segment as `tell_left` tells it, as a table to write: firm, city, why, near."""
    import pandas as pd

    named = firms.drop_duplicates("firm_id").set_index("firm_id").reindex(left["firm_id"])
    told = left.reset_index(drop=True)
    reasons = [
        text("tagging.told_why", lang, product=product, why=text(f"tagging.why_{why}", lang))
        for product, why in zip(told["product"], told["why"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "firm": named["firm"].to_numpy(),
            "city": named["city"].to_numpy(),
            "why": pd.Series(reasons, told.index, "str"),
            "near": told["words"],
        }
    )
    return table.rename(columns={name: text(f"tagging.column_{name}", lang) for name in table.columns})


def _tag_large(case: Path, teacher: Case, learn: Callable[[], SegmentTagger], out: Path, lang: str) -> None:
    """Tag a case with Parquet datasets, a part at a time."""
    from chaingraph.engines.duckdb import open_engine
    from chaingraph.stores.parquet.read import read_small_tables, row_counts, whole_datasets
    from chaingraph.stores.parquet.tag import tagged_parts
    from chaingraph.tagging.cases import CHAIN_TABLES
    from chaingraph.writers.datasets import copy_datasets, large_case_folder, write_datasets, write_small_tables

    large = whole_datasets(case, lang, ("firms", "firm_products"))
    small = read_small_tables(case, lang, required=())
    rows = row_counts(large)
    with large_case_folder(out, inputs=[case]) as room:
        click.echo(text("tagging.tag", lang), err=True)
        tagger = learn()
        with click.progressbar(length=rows["firm_products"], file=sys.stderr, show_pos=True) as bar:

            def tagged() -> Iterator[dict[str, pd.DataFrame]]:
                for count, part in tagged_parts(large, tagger):
                    yield part
                    bar.update(count)

            write_datasets(tagged(), room)
        copy_datasets({name: path for name, path in large.items() if name != "firm_segments"}, room)
        write_small_tables({**small.tables, **{name: teacher[name] for name in CHAIN_TABLES}}, room)
        with open_engine({"firm_segments": room / "firm_segments"}) as query:
            found = {str(name): int(value) for name, value in query("large/tagged").iloc[0].items()}
    left = rows["firms"] - found["firms"]
    click.echo(text("tagging.done", lang, rows=found.pop("segment_rows"), out=out, left=left, **found))


COMMANDS: tuple[click.Command, ...] = (tag_command,)
