"""The commands gaps, shortlist, explain, map and chart: each shows a part of what is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.options import PATH, Named, checked_date, together
from chaingraph.cli.terminal import progress, tell_unplaced, terminal_table
from chaingraph.clock import today
from chaingraph.engines import ENGINES, named_engine
from chaingraph.errors import ChaingraphError
from chaingraph.labels import text
from chaingraph.model.results import TERMINAL_GAPS, TERMINAL_TARGETS
from chaingraph.model.strategy import AUTO

if TYPE_CHECKING:
    from chaingraph.fit.reference import Reference
    from chaingraph.model.findings import Findings
    from chaingraph.model.graph import ChainGraph
    from chaingraph.sql import OpenEngine

SURVEY_STAGES = ("read", "gaps", "candidates", "fit", "rank", "reasons")


REFERENCE = click.option("--reference", metavar="CASE2", default="listed", show_default=True)
survey_options = together(
    click.option("--strategy", type=Named("strategies", also=(AUTO,)), default=AUTO, show_default=True),
    click.option("--top", type=click.IntRange(1, 5000), metavar="N", default=30, show_default=True),
    REFERENCE,
    click.option("--as-of", metavar="DATE", callback=checked_date),
)
engine_options = together(
    click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True),
    click.option("--master", metavar="URL"),
)
book_options = together(
    click.option("--profile", type=Named("profiles"), default="zhejiang", show_default=True),
    click.option("--update", type=PATH, metavar="FILE.xlsx"),
    click.option("--ledger", type=PATH, metavar="FILE.db"),
    click.option("--ledger-place", metavar="PLACE"),
)
_where = together(click.argument("case", type=PATH), click.option("--region", required=True, metavar="REGION"))


def _graphs(
    case: Path, region: str, open_engine: OpenEngine, reference: str, lang: str
) -> tuple[ChainGraph, Reference]:  # fmt: skip
    """The graph of the case, merged with the reference's where it is a case, and the reference."""
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import read_cases

    cases, compared = read_cases(case, reference, region, engine=open_engine, lang=lang)
    return build_graph(*cases), compared


def _survey(
    lang: str, case: Path, region: str, chain: str | None, reference: str, engine: str = "duckdb",
    master: str | None = None, **chosen: Any,
) -> tuple[Findings, ChainGraph]:  # fmt: skip
    """What is found for a region, narrowed to a chain where one is named; scores are the same either way.

    ``chosen`` are flags of the command that `SurveyOptions` has.
    """
    from chaingraph.choosing.survey_options import SurveyOptions
    from chaingraph.choosing.surveying import survey
    from chaingraph.model.findings import only_chains

    options = SurveyOptions(**{**chosen, "as_of": chosen.get("as_of") or today()})
    open_engine = named_engine(engine, master, lang)
    with progress(SURVEY_STAGES, lang) as begin:
        begin("read")
        graph, compared = _graphs(case, region, open_engine, reference, lang)
        wanted = None if chain is None else [graph.chain_id(chain)]
        found = survey(graph, region, open_engine, options, reference=compared, progress=begin)
    return replace(found if wanted is None else only_chains(found, wanted), lang=lang), graph


@click.command("gaps")
@_where
@click.option("--chain", metavar="CHAIN")
@REFERENCE
@engine_options
@click.option("--out", type=PATH, metavar="FILE")
@click.pass_obj
def gaps_command(
    lang: str, case: Path, region: str, chain: str | None, reference: str, engine: str, master: str | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Where the chain has gaps: on the terminal, or as a file."""
    from chaingraph.api import find_gaps
    from chaingraph.wording.warnings import region_warnings
    from chaingraph.writers.exports import write_gaps
    from chaingraph.writers.workbook.frames import captioned

    open_engine = named_engine(engine, master, lang)
    with progress(("read", "gaps"), lang) as begin:
        begin("read")
        graph, compared = _graphs(case, region, open_engine, reference, lang)
        wanted = None if chain is None else graph.chain_id(chain)
        begin("gaps")
        # The whole graph is asked: a segment that two chains share counts the firms of both.
        found = find_gaps(graph, region=region, lang=lang, reference=compared, engine=open_engine)
    for warning in region_warnings(graph, region, found, lang):
        click.echo(warning, err=True)
    found = found if wanted is None else found[found["chain_id"] == wanted]
    if out:
        write_gaps(found, graph, out, lang=lang)
        click.echo(text("cli.wrote", lang, path=out), err=True)
        return
    columns = [name for name in TERMINAL_GAPS if found[name].notna().any()]
    click.echo(terminal_table(captioned(found, graph, lang), columns, lang))


@click.command("shortlist")
@_where
@click.option("--chain", required=True, metavar="CHAIN")
@survey_options
@book_options
@engine_options
@click.option("--out", type=PATH, metavar="FILE")
@click.pass_obj
def shortlist_command(
    lang: str, /, case: Path, out: Path | None, profile: str, update: Path | None, ledger: Path | None,
    ledger_place: str | None, **options: Any,
) -> None:  # fmt: skip
    """Whom to approach: on the terminal, or as a file."""
    from chaingraph.writers.exports import marked_before, write_shortlist
    from chaingraph.writers.ledger.marks import with_ledger_file
    from chaingraph.writers.terminal import band
    from chaingraph.writers.workbook.frames import targets

    marks = marked_before(update, out, profile=profile, lang=lang)
    found, graph = _survey(lang, case, **options)
    found, marks = with_ledger_file(found, marks, ledger, place=ledger_place or "", lang=lang)
    if out:
        unplaced = write_shortlist(found, graph, out, lang=lang, profile=profile, marks=marks)
        tell_unplaced(unplaced, lang)
        click.echo(text("cli.wrote", lang, path=out), err=True)
        return
    shown = targets(found, graph, lang)
    shown["fit"] = [band(*row) for row in shown[["fit_lift", "fit_low", "fit_high"]].itertuples(index=False, name=None)]
    columns = [name for name in TERMINAL_TARGETS if (shown[name].dropna().astype("str") != "").any()]
    click.echo(terminal_table(shown, columns, lang))
    for note in found.notes[lang]["note"]:
        click.echo(f"* {note}")


@click.command("explain")
@_where
@click.option("--firm", required=True, metavar="FIRM")
@click.option("--chain", metavar="CHAIN")
@survey_options
@click.pass_obj
def explain_command(lang: str, /, case: Path, firm: str, **options: Any) -> None:
    """Why one firm is on the lists, or on none."""
    from chaingraph.api import explain
    from chaingraph.writers.harmless import clean_text

    found, graph = _survey(lang, case, **options)
    click.echo(clean_text(explain(found, firm, graph, lang=lang)))


@click.command("map")
@_where
@click.option("--chain", required=True, metavar="CHAIN")
@survey_options
@click.option("--compare", type=PATH, metavar="FOLDER")
@click.option("--out", required=True, type=PATH, metavar="FILE.html")
@click.pass_obj
def map_command(lang: str, /, case: Path, chain: str, out: Path, compare: Path | None, **options: Any) -> None:
    """The page of one chain; beside a former run, where one is named."""
    from chaingraph.api import write_map
    from chaingraph.writers.page.changes import former_run

    former = None if compare is None else former_run(compare, lang=lang)  # refused before anything is computed
    found, graph = _survey(lang, case, chain=chain, **options)
    write_map(found, graph, out, chain=chain, compare=former)
    click.echo(text("cli.map_done", lang, path=out))


@click.command("chart")
@_where
@click.option("--kind", required=True, type=Named("charts"))
@click.option("--chain", metavar="CHAIN")
@click.option("--firm", metavar="FIRM")
@survey_options
@click.option("--out", required=True, type=PATH, metavar="FILE")
@click.pass_obj
def chart_command(
    lang: str, /, case: Path, kind: str, out: Path, chain: str | None, firm: str | None, **options: Any
) -> None:
    """One chart as SVG, PNG or PDF."""
    from chaingraph.writers.charts import charts
    from chaingraph.writers.charts.kinds import draw, load_chart

    chart = load_chart(kind)
    for name in chart.content["needs"]:
        if {"chain": chain, "firm": firm}[name] is None:
            raise ChaingraphError(text("cli.chart_needs", lang, kind=chart.name, option=name))
    charts.ending(out)  # refused before anything is computed
    found, graph = _survey(lang, case, chain=chain, **options)
    charts.write_chart(draw(chart, found, graph, chain=chain, firm=firm, lang=lang), out)
    click.echo(text("cli.wrote", lang, path=out))


COMMANDS: tuple[click.Command, ...] = (gaps_command, shortlist_command, explain_command, map_command, chart_command)
