"""What the commands gaps, shortlist, explain, map and chart do: each shows a part of what is found."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.engines import named_engine
from chaingraph.errors import ChaingraphError
from chaingraph.labels import text
from chaingraph.model.results import TERMINAL_GAPS, TERMINAL_TARGETS

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.fit.reference import Reference
    from chaingraph.model.findings import Findings
    from chaingraph.model.graph import ChainGraph
    from chaingraph.sql import OpenEngine

_SURVEY_STAGES = ("read", "gaps", "candidates", "fit", "rank", "reasons")


@contextmanager
def progress(stages: Sequence[str], lang: str) -> Iterator[Callable[[str], None]]:
    """A bar on the terminal that a function moves by naming the stage it begins; nothing where no one looks."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return

    def named(stage: str | None) -> str | None:
        return text(f"cli.stage_{stage}", lang) if stage else None

    bar: Any
    with click.progressbar(length=len(stages), file=sys.stderr, item_show_func=named) as bar:

        def begin(stage: str) -> None:
            if stage in stages:
                bar.update(stages.index(stage) - bar.pos, stage)

        yield begin
        bar.update(len(stages) - bar.pos, None)


def tell_unplaced(problems: pd.DataFrame, lang: str) -> None:
    """Say which marks of an earlier workbook found no row, or differed between two places."""
    for row in problems.to_dict("records"):
        click.echo(text("cli.mark_unplaced", lang, **{str(name): value for name, value in row.items()}), err=True)


def _graphs(
    case: str, region: str, open_engine: OpenEngine, reference: str, lang: str
) -> tuple[ChainGraph, Reference]:  # fmt: skip
    """The graph of the case, merged with the reference's where it is a case, and the reference."""
    from chaingraph.api import read_cases
    from chaingraph.matching.merge import build_graph

    cases, compared = read_cases(case, reference, region, engine=open_engine, lang=lang)
    return build_graph(*cases), compared


def _survey(
    lang: str, case: str, region: str, chain: str | None, reference: str, engine: str = "duckdb",
    master: str | None = None, **chosen: Any,
) -> tuple[Findings, ChainGraph]:  # fmt: skip
    """What is found for a region, narrowed to a chain where one is named; scores are the same either way.

    ``chosen`` are flags of the command that `SurveyOptions` has.
    """
    from chaingraph.choosing.survey_options import SurveyOptions
    from chaingraph.choosing.surveying import survey
    from chaingraph.model.findings import only_chains

    options = SurveyOptions(lang=lang, **chosen)
    open_engine = named_engine(engine, master, lang)
    with progress(_SURVEY_STAGES, lang) as begin:
        begin("read")
        graph, compared = _graphs(case, region, open_engine, reference, lang)
        wanted = None if chain is None else [graph.chain_id(chain)]
        found = survey(graph, region, open_engine, options, reference=compared, progress=begin)
    return (found if wanted is None else only_chains(found, wanted)), graph


def show_gaps(lang: str, case: str, region: str, chain: str | None, reference: str, engine: str,
              master: str | None, out: str | None) -> None:  # fmt: skip
    """Where the chain has gaps: on the terminal, or as a file."""
    from chaingraph.api import find_gaps
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
    found = found if wanted is None else found[found["chain_id"] == wanted]
    if out:
        write_gaps(found, graph, Path(out), lang=lang)
        click.echo(text("cli.wrote", lang, path=out), err=True)
        return
    columns = [name for name in TERMINAL_GAPS if found[name].notna().any()]
    click.echo(terminal_table(captioned(found, graph, lang), columns, lang))


def show_shortlist(lang: str, case: str, out: str | None, profile: str, update: str | None, ledger: str | None,
               ledger_place: str | None, **options: Any) -> None:  # fmt: skip
    """Whom to approach: on the terminal, or as a file."""
    from chaingraph.writers.exports import marked_before, write_shortlist
    from chaingraph.writers.ledger.marks import with_ledger_file
    from chaingraph.writers.terminal import band
    from chaingraph.writers.workbook.frames import targets

    marks = marked_before(update, Path(out) if out else None, profile=profile, lang=lang)
    found, graph = _survey(lang, case, **options)
    found, marks = with_ledger_file(found, marks, ledger, place=ledger_place or "", lang=lang)
    if out:
        unplaced = write_shortlist(found, graph, Path(out), lang=lang, profile=profile, marks=marks)
        tell_unplaced(unplaced, lang)
        click.echo(text("cli.wrote", lang, path=out), err=True)
        return
    shown = targets(found, graph, lang)
    shown["fit"] = [band(*row) for row in shown[["fit_lift", "fit_low", "fit_high"]].itertuples(index=False, name=None)]
    columns = [name for name in TERMINAL_TARGETS if (shown[name].fillna("") != "").any()]
    click.echo(terminal_table(shown, columns, lang))
    for note in found.notes[lang]["note"]:
        click.echo(f"* {note}")


def show_explain(lang: str, case: str, firm: str, **options: Any) -> None:
    """Why one firm is on the lists."""
    from chaingraph.api import explain
    from chaingraph.writers.files import clean_text

    found, _ = _survey(lang, case, **options)
    click.echo(clean_text(explain(found, firm, lang=lang)))


def draw_map(lang: str, case: str, chain: str, out: str, compare: str | None, **options: Any) -> None:
    """The page of one chain; beside a former run, where one is named."""
    from chaingraph.api import write_map
    from chaingraph.writers.page.changes import former_run

    former = None if compare is None else former_run(compare, lang=lang)  # refused before anything is computed
    found, graph = _survey(lang, case, chain=chain, **options)
    write_map(found, graph, out, chain=chain, compare=former)
    click.echo(text("cli.map_done", lang, path=out))


def draw_chart(lang: str, case: str, kind: str, out: str, chain: str | None, firm: str | None, **options: Any) -> None:
    """One chart as SVG, PNG or PDF."""
    from chaingraph.writers.charts import charts
    from chaingraph.writers.charts.kinds import draw, load_chart

    chart = load_chart(kind)
    for name in chart.content["needs"]:
        if {"chain": chain, "firm": firm}[name] is None:
            raise ChaingraphError(text("cli.chart_needs", lang, kind=chart.name, option=name))
    ending = Path(out).suffix.lower()
    if ending not in charts.FORMATS:
        raise ChaingraphError(text("cli.chart_format", lang, path=out, formats=", ".join(charts.FORMATS)))
    found, graph = _survey(lang, case, chain=chain, **options)
    charts.write_chart(draw(chart, found, graph, chain=chain, firm=firm, lang=lang), out)
    click.echo(text("cli.wrote", lang, path=out))


def terminal_table(frame: pd.DataFrame, columns: Sequence[str], lang: str) -> str:
    """A table as the terminal shows it; as wide as it is where the output goes into a file."""
    from chaingraph.writers.terminal import shown_table

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return shown_table(frame, columns, lang, width=width)
