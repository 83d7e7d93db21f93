"""The command ``backtest``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.backtest import OWN, TESTS, UNIT_TESTS
from chaingraph.cli.options import PATH, checked_date
from chaingraph.cli.survey import engine_options
from chaingraph.engines import named_engine
from chaingraph.errors import ChaingraphError
from chaingraph.labels import both, text
from chaingraph.model.days import UNDATED
from chaingraph.places.distance import distance_km

if TYPE_CHECKING:
    from chaingraph.backtest import Protocol
    from chaingraph.backtest.panel import Each

MOST_SEEDS = 1_000  # of a back-test: days of work


@click.command("backtest")
@click.argument("case", type=PATH)
@click.option("--protocol", type=click.Choice([*TESTS, *OWN, "all"]), default="hide30", show_default=True)
@click.option("--seeds", default="0-4", show_default=True, metavar="N-M")
@click.option("--outcomes", type=PATH, metavar="FILE.csv")
@click.option("--only", metavar="METHODS")
@click.option("--known-by", callback=checked_date, metavar="DATE")
@click.option("--undated", type=click.Choice(UNDATED), default=UNDATED[0], show_default=True)
@click.option("--region", default="嘉兴", show_default=True, metavar="REGION")
@click.option("--out", required=True, type=PATH, metavar="FOLDER")
@click.option("--plot", type=PATH, metavar="FILE.svg")
@engine_options
@click.pass_obj
def backtest_command(
    lang: str,
    case: Path,
    protocol: str,
    seeds: str,
    outcomes: Path | None,
    only: str | None,
    known_by: str | None,
    undated: str,
    region: str,
    out: Path,
    plot: Path | None,
    engine: str,
    master: str | None,
) -> int:
    """Test the ranking on firms that really are, or later came, where the score says."""
    from chaingraph.backtest.gap_forecast import gap_forecast
    from chaingraph.backtest.methods import METHODS, RIVALS, check_methods, chosen_methods
    from chaingraph.backtest.panel import panel_of
    from chaingraph.backtest.protocol import BackTest, backtest, with_rivals
    from chaingraph.backtest.reading import gap_reading, reading
    from chaingraph.importers.headings import load_headings
    from chaingraph.importers.published import read_columns
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.backtest import stored_figures, write_backtest, write_plot
    from chaingraph.writers.files import check_file_place

    for file in (out, plot):  # what takes minutes is not to fail at its end
        if file is not None:
            check_file_place(file)
    if protocol == "past":
        _tell_past(lang, case, region, outcomes, out, known_by, keep_undated=undated == "keep", engine=(engine, master))
        return 0
    if protocol in UNIT_TESTS:
        return _tell_units(lang, case, protocol, region, out)
    wanted = TESTS if protocol == "all" else (protocol,)
    methods = METHODS if only is None else chosen_methods(only)
    if wanted != ("gaps",):
        check_methods(methods)
    numbers = seed_numbers(seeds)
    if outcomes is not None and protocol != "hide30":
        raise ChaingraphError(text("national.outcomes_alone", lang))
    tables = read_case(case, lang=lang, required=NATIONAL_TABLES).tables
    events = (
        None
        if outcomes is None
        else read_columns(outcomes, load_headings("outcomes", "outcomes"), ("firm", "region"), lang)
    )
    panel = panel_of(tables, distance_km, named_engine(engine, master, lang))
    if protocol == "all":
        out.mkdir(parents=True, exist_ok=True)
    with _each_on_all_cores(numbers) as each:
        for name in wanted:
            click.echo(text("national.testing", lang, protocol=name), err=True)
            path = out / f"{name}.json" if protocol == "all" else out
            picture = out / f"{name}.svg" if protocol == "all" else plot
            if name == "gaps":
                forecast = gap_forecast(panel, numbers, each=each)
                write_backtest(forecast, path)
                sentences = gap_reading(forecast, region, lang)
            else:
                kind: Protocol = "temporal" if name == "temporal" else "hide30"
                measured = partial(backtest, tables, kind, numbers, outcomes=events, panel=panel, each=each)
                stored = stored_figures(path) if only is None and protocol != "all" else None
                kept = None
                if stored is not None:
                    kept = with_rivals(measured(methods=[name for name in METHODS if name not in RIVALS]), stored)
                    if kept is not None:
                        click.echo(text("national.rivals_kept", lang, path=path), err=True)
                result: BackTest = kept or measured(methods=methods)
                write_backtest(result, path)
                if picture is not None:
                    write_plot(result, picture, lang=lang)
                sentences = reading(result, region, lang)
            for sentence in sentences:
                click.echo(sentence)
            click.echo(text("national.written", lang, path=path), err=True)
    return 0


def _tell_units(lang: str, case: Path, protocol: str, region: str, out: Path) -> int:
    """Test on units that groups opened; 1 where the style control takes the headline away."""
    from chaingraph.backtest.entries import entries
    from chaingraph.backtest.openings import openings, units_as_json
    from chaingraph.backtest.own_reading import units_reading
    from chaingraph.backtest.units import units_of
    from chaingraph.reading.read import read_case
    from chaingraph.writers.backtest import write_figures
    from chaingraph.writers.files import check_file_place

    check_file_place(out)
    units = units_of(read_case(case, lang=lang, required=("firms", "firm_sites")).tables)
    result = (openings if protocol == "openings" else entries)(units)
    write_figures(units_as_json(result), out)
    for sentence in units_reading(result, region, lang):
        click.echo(sentence)
    click.echo(text("national.written", lang, path=out), err=True)
    return 0 if result.sound else 1


def _tell_past(
    lang: str,
    case: Path,
    region: str,
    outcomes: Path | None,
    out: Path,
    day: str | None,
    *,
    keep_undated: bool,
    engine: tuple[str, str | None],
) -> None:
    """Hold the lists of an earlier day against what came: write it down, and say it."""
    from chaingraph.backtest.own_reading import past_reading
    from chaingraph.backtest.past import look_back, past_as_json
    from chaingraph.choosing.survey_options import SurveyOptions
    from chaingraph.choosing.surveying import survey
    from chaingraph.importers.headings import load_headings
    from chaingraph.importers.published import read_columns
    from chaingraph.matching.merge import build_graph
    from chaingraph.stores.comparison import LISTED, as_known, last_known, read_cases
    from chaingraph.writers.backtest import write_figures

    if outcomes is None or day is None:
        raise ChaingraphError(text("national.past_needs", lang))
    open_engine = named_engine(*engine, lang)
    events = read_columns(outcomes, load_headings("outcomes", "outcomes"), ("firm", "region", "date"), lang)
    cases, compared = read_cases(case, LISTED, region, engine=open_engine, lang=lang, whole=True)
    whole = cases[0].tables
    cut, compared, _ = as_known(cases, compared, day, keep_undated=keep_undated, lang=lang)
    then = build_graph(*cut)
    found = survey(
        then, region, open_engine, SurveyOptions(as_of=last_known(day, None, lang), draws=0), reference=compared
    )
    result = look_back(whole, then, found, events, day=day)
    write_figures(past_as_json(result), out)
    for sentence in past_reading(result, lang):
        click.echo(sentence)
    click.echo(text("national.written", lang, path=out), err=True)


@contextmanager
def _each_on_all_cores(seeds: Sequence[int]) -> Iterator[Each]:
    """A map that gives every seed to a process of its own, as many at once as there are cores; `map` for one."""
    import os
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    workers = min(len(seeds), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if workers < 2:
        yield map
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield pool.map


def _one_thread() -> None:
    """A process for every core is enough: threads of their own would only wait for one another.

    Whoever kills the command (a closed terminal, the system out of memory) leaves nobody counting on.
    """
    import threading

    import numpy.linalg  # noqa: F401  # so that its threads are there to be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    threading.Thread(target=_end_with_the_command, daemon=True).start()


def _end_with_the_command() -> None:
    import os
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    command = parent_process()
    if command is not None:
        wait([command.sentinel])
        os._exit(1)


def seed_numbers(seeds: str) -> list[int]:
    """The seeds that ``0-4`` or ``0,2,5`` mean.

    Raises
    ------
    ChaingraphError
        When it means none, or more than `MOST_SEEDS`.

    Examples
    --------
    >>> seed_numbers("0-2,7")
    [0, 1, 2, 7]
    """
    numbers: list[int] = []
    for part in seeds.split(","):
        first, _, last = part.strip().partition("-")
        plain = all(number.isdecimal() and len(number) < 10 for number in (first, last or first))
        between = range(int(first), int(last or first) + 1) if plain else range(0)
        if not 0 < len(between) <= MOST_SEEDS - len(numbers):
            raise ChaingraphError(both("errors.seeds", seeds=repr(seeds[:80]), most=MOST_SEEDS))
        numbers += between
    return numbers


COMMANDS: tuple[click.Command, ...] = (backtest_command,)
