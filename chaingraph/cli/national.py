"""The command ``import``; and ``brief``, what a team takes to a first meeting."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.into import add_and_tell, into_options, into_or_out, undo_and_tell
from chaingraph.cli.options import PATH, Named, checked_date, checked_day, together
from chaingraph.cli.taken import (
    FILE_COMMAND,
    FileFirst,
    check_kept,
    tables_told,
    tell_columns,
    tell_rejects,
    tell_taken,
)
from chaingraph.clock import today
from chaingraph.errors import ChaingraphError
from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.importers.imported import Imported
    from chaingraph.model.case import Case

_SMALL_PARTS = 5  # parts of 20,000 rows that still become a case of single files
MOST_SEEDS = 1_000  # of a back-test: days of work

_HEADINGS = {
    kind: click.option("--headings", type=Named("headings"), default=kind, show_default=True)
    for kind in ("register", "ranking")
}
_OUT_CASE = click.option("--out", required=True, type=PATH, metavar="FOLDER")
_OUT_OR_INTO = together(click.option("--out", type=PATH, metavar="FOLDER"), into_options)


@click.group("import", cls=FileFirst, invoke_without_command=True)
@click.option("--undo", type=PATH, metavar="CASE")
@click.pass_context
def import_commands(context: click.Context, undo: Path | None) -> None:
    """Bring public data or a register of your own into a case."""
    if undo is not None:
        undo_and_tell(context.obj, undo)
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


def _written(case: Case, out: Path, lang: str) -> None:
    from chaingraph.writers.case import write_case

    before = any(out.glob("*.parquet"))
    write_case(case, out)
    if before:
        click.echo(text("national.replaced", lang, out=out))
    held = tables_told({name: len(frame) for name, frame in case.tables.items()}, lang)
    click.echo(text("national.imported", lang, out=out, held=held))
    _tell_accounts(case.files, lang)


@import_commands.command(FILE_COMMAND)
@click.argument("file", type=PATH)
@click.option("--as", "kind", type=Named("headings", also=("ckg",)), metavar="KIND")
@click.option("--tier", metavar="TIER")
@click.option("--year", type=click.IntRange(1900, 2100), metavar="YEAR")
@click.option("--as-of", callback=checked_date, metavar="DATE")
@click.option("--within", metavar="REGION")
@click.option("--large", is_flag=True)
@_OUT_OR_INTO
@click.pass_obj
def import_file_command(
    lang: str, /, file: Path, kind: str | None, tier: str | None, year: int | None, as_of: str | None,
    within: str | None, out: Path | None, into: Path | None, *, large: bool, **more: object,
) -> None:  # fmt: skip
    """A file of any layout: what it is, is found."""
    asked = into_or_out(lang, into, out, **more)
    from chaingraph.importers.recognise import FACTS, begin_import, recognise
    from chaingraph.importers.register import joined_parts

    known = recognise(file, kind=kind, tier=tier, lang=lang)
    tell_taken(lang, file.name, known, as_of)
    if known.headings is not None and known.headings.kind == FACTS:
        from chaingraph.leads.fact_lists import read_fact_list

        first: Imported = read_fact_list(file, known.headings, as_of=as_of, lang=lang)
        rest: Iterator[Imported] = iter(())
    else:
        first, rest = begin_import(file, known, year=year, as_of=as_of, within=within, lang=lang)
    parts = [first, *(rest if asked is not None else islice(rest, _SMALL_PARTS))]
    if out is not None and (large or len(parts) > _SMALL_PARTS):
        _written_large(chain(parts, rest), file, out, lang)
        tell_columns(lang, first.columns)
        return
    imported = joined_parts(parts) if len(parts) > 1 else first
    tell_columns(lang, imported.columns)
    check_kept(lang, imported)
    if asked is not None:
        add_and_tell(lang, asked, imported.tables, file.name)
        _tell_accounts(imported.account, lang)
    elif out is not None:
        _written(imported.case, out, lang)
    tell_rejects(lang, imported)
    if out is not None and known.headings is not None and known.headings.kind == "register":
        click.echo(text("national.import_next", lang, out=out))


@import_commands.command("ckg")
@click.argument("directory", type=PATH)
@_OUT_CASE
@click.option("--cities", type=PATH, metavar="FILE")
@click.option("--dates", type=PATH, metavar="FILE")
@click.pass_obj
def import_ckg_command(lang: str, directory: Path, out: Path, cities: Path | None, dates: Path | None) -> None:
    """The public A-share graph ChainKnowledgeGraph (eight JSON-lines files)."""
    from chaingraph.importers.ckg import import_ckg

    _written(import_ckg(directory, cities, dates=dates, lang=lang), out, lang)


@import_commands.command("list")
@click.argument("file", type=PATH)
@click.option("--tier", required=True, metavar="TIER")
@click.option("--case", type=PATH, metavar="CASE2")
@_HEADINGS["ranking"]
@_OUT_OR_INTO
@click.pass_obj
def import_list_command(
    lang: str, /, file: Path, tier: str, case: Path | None, headings: str, out: Path | None, into: Path | None,
    **more: object,
) -> None:  # fmt: skip
    """A published ranking (Fortune Global 500, China 500)."""
    asked = into_or_out(lang, into, out, **more)
    from chaingraph.importers.lists import join_list, read_list
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.case import write_case

    ranking = read_list(file, tier, headings=headings, lang=lang)
    check_kept(lang, ranking)
    if asked is not None:
        add_and_tell(lang, asked, ranking.tables, file.name)
        return
    assert out is not None  # where `into_or_out` gives nothing
    if case is None:
        _written(ranking.case, out, lang)
        return
    joined, firms = join_list(read_case(case, lang=lang, required=NATIONAL_TABLES), ranking)
    write_case(joined, out)
    click.echo(text("national.list_joined", lang, out=out, firms=firms, listed=len(ranking.tables["firms"])))
    _tell_accounts(ranking.account, lang)


@import_commands.command("register")
@click.argument("file", type=PATH)
@click.option("--as-of", required=True, callback=checked_date, metavar="DATE")
@click.option("--large", is_flag=True)
@_HEADINGS["register"]
@_OUT_OR_INTO
@click.pass_obj
def import_register_command(
    lang: str, /, file: Path, as_of: str, headings: str, out: Path | None, into: Path | None, *, large: bool,
    **more: object,
) -> None:  # fmt: skip
    """A business register (name, credit code, scope, city)."""
    asked = into_or_out(lang, into, out, **more)
    from chaingraph.importers.register import joined_parts, read_register_in_parts

    parts = read_register_in_parts(file, as_of=as_of, headings=headings, lang=lang)
    if asked is not None:
        imported = joined_parts(list(parts))
        check_kept(lang, imported)
        add_and_tell(lang, asked, imported.tables, file.name)
        return
    assert out is not None  # where `into_or_out` gives nothing
    first = list(islice(parts, _SMALL_PARTS + 1))
    if large or len(first) > _SMALL_PARTS:
        _written_large(chain(first, parts), file, out, lang)
    else:
        imported = joined_parts(first)
        check_kept(lang, imported)
        _written(imported.case, out, lang)


def _written_large(parts: Iterable[Imported], file: Path, out: Path, lang: str) -> None:
    """Write a register of any size as datasets, and say what was kept and what could not be used."""
    from chaingraph.importers.published import file_rows_added
    from chaingraph.reading.rejects import shown
    from chaingraph.writers.datasets import large_case_folder, reject_counts, write_datasets

    accounts: list[pd.DataFrame] = []
    held = {"firms": 0, "firm_products": 0}

    def tables() -> Iterator[dict[str, pd.DataFrame]]:
        with click.progressbar(
            parts, label=text("national.reading", lang), file=sys.stderr, item_show_func=lambda _: f"{held['firms']:,}"
        ) as told:
            for part in told:
                accounts.append(part.account)
                firms, products = part.tables["firms"], part.tables["firm_products"]
                provinces = firms.set_index("firm_id")["province"]
                for name in held:
                    held[name] += len(part.tables[name])
                yield {
                    "firms": firms,
                    "firm_products": products.assign(province=products["firm_id"].map(provinces)),
                    "rejects": part.rejects,
                }

    with large_case_folder(out, inputs=[file]) as room:
        write_datasets(tables(), room)
        counts = reject_counts(room / "rejects.parquet")
    click.echo(text("national.imported", lang, out=out, held=tables_told(held, lang)))
    _tell_accounts(file_rows_added(accounts), lang)
    for row in counts.to_dict("records"):
        row["samples"] = shown(str(row["samples"]), 200)
        click.echo(text("national.reject_counted", lang, **{str(name): value for name, value in row.items()}))
    if len(counts):
        click.echo(text("national.rejects_in", lang, path=out / "rejects.parquet"))
    click.echo(text("national.large_next", lang, out=out))


def _told_beside(said: str) -> None:
    """What went wrong beside what was done."""
    click.echo(said, err=True)


def _tell_accounts(files: pd.DataFrame, lang: str) -> None:
    for row in files.to_dict("records"):
        if "kept" in row:
            counts = {name: row[name] for name in ("file", "rows", "kept", "merged", "rejected")}
            click.echo(text("national.counted", lang, **counts))


@click.command("brief")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--firm", "firms", multiple=True, metavar="FIRM")
@click.option("--top", type=click.IntRange(1, 100), metavar="N")
@click.option("--out", default="briefs", show_default=True, type=PATH, metavar="FOLDER")
@click.option("--on", callback=checked_day, metavar="DATE")
@click.pass_obj
def brief_command(
    lang: str, case: Path, region: str, firms: tuple[str, ...], top: int | None, out: Path, on: str | None
) -> None:
    """A page or two per target for the first meeting (DOCX)."""
    from chaingraph.api import survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import LISTED, read_cases
    from chaingraph.writers.brief import write_briefs

    if not firms and top is None:
        raise ChaingraphError(text("national.no_firms_asked", lang))
    cases, compared = read_cases(case, LISTED, region, lang=lang)
    graph = build_graph(*cases)
    found = survey(graph, region=region, lang=lang, reference=compared)
    wanted = list(firms)
    if top is not None:
        rows = found.targets[lang]
        first = rows[rows["candidate_list"] == "new"].groupby("chain_id", sort=True).head(top)
        wanted += list(dict.fromkeys(first["firm_id"]))
    # Whether a policy still holds is a question about today, not about the data.
    for path in write_briefs(found, graph, wanted, out, on=on or today(), lang=lang, skipped=_told_beside):
        click.echo(text("national.written", lang, path=path))


COMMANDS: tuple[click.Command, ...] = (import_commands, brief_command)
