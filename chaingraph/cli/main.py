"""The command line: reads a case, runs the house's functions, says what was found. Everything heavy is loaded late.

Texts are in the language of ``--lang``, else of ``CHAINGRAPH_LANG``, else Chinese. Exit codes: 0 done, 1 input
refused, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.group import COMMANDS, help_option, spoken, translated
from chaingraph.cli.options import Named, is_date
from chaingraph.cli.survey import (
    draw_chart,
    draw_map,
    progress,
    show_explain,
    show_gaps,
    show_shortlist,
    tell_unplaced,
    terminal_table,
)
from chaingraph.engines import ENGINES
from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.labels import LANGUAGES, entries, language, text
from chaingraph.model.results import REJECT_COLUMNS
from chaingraph.model.strategy import AUTO

if TYPE_CHECKING:
    import pandas as pd


DONE, REFUSED, USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
SHOWN_REJECTS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Parameters
    ----------
    arguments
        What follows the program's name; None: what the process was called with.
    """
    if sys.stdout is None:  # the caller has closed it; not every version of click stands that
        sys.stdout = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows a substitute
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = language(given, os.environ.get("CHAINGRAPH_LANG", ""))
    try:
        code = command_line(lang).main(given, prog_name="chaingraph", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        return _usage(error, lang)
    except ChaingraphError as error:
        click.echo(f"{text('cli.refused', lang)}{error.in_language(lang)}", err=True)
        return REFUSED
    except (KeyboardInterrupt, click.Abort):
        click.echo(f"\n{text('cli.interrupted', lang)}", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # whoever read the output has read enough; click says so by SystemExit
        _drop_output()
        return PIPE_CLOSED
    except MemoryError:
        click.echo(f"{text('cli.refused', lang)}{text('cli.no_memory', lang)}", err=True)
        return REFUSED
    except OSError as error:  # the disk of the output, a folder that was removed: what no module could foresee
        place = f": {error.filename!r}" if error.filename else ""
        said = text("cli.system", lang, detail=f"{error.strerror or error}{place}")
        click.echo(f"{text('cli.refused', lang)}{said}", err=True)
        if error.errno in (errno.ENOSPC, errno.EIO):
            _drop_output()
        return REFUSED
    return code if isinstance(code, int) else DONE


def _drop_output() -> None:
    """What is still to be printed cannot be: the interpreter would try once more at its end, and complain."""
    if not isinstance(sys.stdout, io.StringIO):  # which stands where there is none
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def command_line(lang: str) -> click.Group:
    """All commands, with their texts in a language."""

    def option(name: str, metavar: str | None = None, **more: Any) -> click.Option:
        told = more.pop("told", name)
        more.setdefault("callback", partial(_not_empty, lang))
        return click.Option([f"--{name}"], metavar=metavar, help=text(f"cli.option_{told}", lang), **more)

    case = click.Argument(["case"], metavar="CASE", callback=partial(_not_empty, lang))
    region = option("region", "REGION", required=True)
    chain = option("chain", "CHAIN")
    one_chain = option("chain", "CHAIN", required=True)
    reference = option("reference", "CASE2", default="listed", show_default=True)
    survey = (
        option("strategy", type=Named("strategies", also=(AUTO,), lang=lang), default=AUTO, show_default=True),
        option("top", "N", type=click.IntRange(1, 5000), default=30, show_default=True),
        reference,
        option("as-of", "DATE", told="as_of", callback=partial(_date, lang)),
    )
    engines = option("engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
    engine = (engines, option("master", "URL"))
    book = (option("profile", type=Named("profiles", lang=lang), default="zhejiang", show_default=True),
            option("update", "FILE.xlsx"),
            option("ledger", "FILE.db"), option("ledger-place", "PLACE", told="ledger_place"))  # fmt: skip
    chains = click.Option(["--chain", "chains"], metavar="CHAIN", multiple=True, help=text("cli.option_chains", lang))
    draws = option("draws", "N", type=click.IntRange(0, 10_000), default=200, show_default=True)
    run_only = (option("out", "OUT", required=True), chains, option("pictures", is_flag=True),
                option("seed", "N", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True))  # fmt: skip
    compare, weights = option("compare", "OLD_OUT"), option("weights", "FILE.toml")
    backtest = option("backtest", "FILE.json")
    page = option("out", "FILE", told="out_map", required=True)
    kind = option("kind", type=Named("charts", lang=lang), required=True)
    picture = option("out", "FILE", told="out_chart", required=True)
    table, book_or_table = (option("out", "FILE", told=f"out_{kind}") for kind in ("table", "list"))
    commands: dict[str, tuple[Callable[..., object], tuple[click.Parameter, ...]]] = {
        "check": (_check, (case, option("rejects", "FILE"))),
        "init": (_init, (click.Argument(["file"], metavar="FILE.xlsx"),)),
        "run": (_run, (case, region, *run_only, draws, *survey, *engine, *book, compare, weights, backtest)),
        "gaps": (show_gaps, (case, region, chain, reference, *engine, table)),
        "shortlist": (show_shortlist, (case, region, one_chain, *survey, *engine, *book, book_or_table)),
        "explain": (show_explain, (case, region, option("firm", "FIRM", required=True), chain, *survey)),
        "chart": (draw_chart, (case, region, kind, chain, option("firm", "FIRM"), *survey, picture)),
        "map": (draw_map, (case, region, one_chain, *survey, compare, page)),
    }
    group = click.Group(
        "chaingraph",
        callback=partial(_welcome, lang),
        invoke_without_command=True,
        subcommand_metavar=text("cli.command_mark", lang),
        params=[option("version", is_flag=True, is_eager=True, expose_value=False, callback=_version)],
    )
    for name, (function, parameters) in commands.items():
        group.add_command(click.Command(name, callback=partial(function, lang), params=list(parameters)))
    for name, command in (("group", group), *group.commands.items()):
        command.help = text(f"cli.help_{name}", lang)
        command.short_help = text(f"cli.short_{name}", lang)
        command.epilog = f"\b\n{text('cli.examples', lang)}\n{text(f'cli.examples_{name}', lang)}"
        command.add_help_option = False
        command.params += [_language_option(lang), help_option(lang)]
    for command in COMMANDS:
        group.add_command(spoken(command, lang))
    return group


def _language_option(lang: str) -> click.Option:
    """Read by `language` before anything else; here it is checked and shown in the help."""
    return click.Option(
        ["--lang"], type=click.Choice(LANGUAGES), expose_value=False, help=text("cli.option_lang", lang)
    )


def _usage(error: click.UsageError, lang: str) -> int:
    """Say what is wrong with the call and how to see the right one."""
    if error.ctx is not None:
        click.echo(translated(error.ctx.get_usage(), lang), err=True)
    name, entry = "", "other"
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.human_readable_name if isinstance(error.param, click.Argument) else error.param.opts[0]
        entry = "missing" if isinstance(error, click.MissingParameter) else "bad"
    elif isinstance(error, (click.NoSuchOption, click.BadOptionUsage)):
        name = error.option_name
        entry = "no_option" if isinstance(error, click.NoSuchOption) else "no_value"
    message = text(f"cli.usage_{entry}", lang, **({"detail": error.message} if entry == "other" else {"name": name}))
    if entry == "bad":
        message += error.message
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        message += text("cli.usage_near", lang, near=", ".join(sorted(error.possibilities)))
    command = error.ctx.command_path if error.ctx is not None else "chaingraph"
    click.echo(f"{message}\n{text('cli.usage_hint', lang, command=command)}", err=True)
    return USAGE


def _version(context: click.Context, _option: click.Parameter, value: object) -> None:
    if value:
        from chaingraph import __version__

        click.echo(f"chaingraph {__version__}")
        context.exit()


def _not_empty(lang: str, _context: click.Context, _option: click.Parameter, value: object) -> object:
    """An empty text is a variable that was not set: as a path it would mean the folder one happens to stand in."""
    if value == "":
        raise click.BadParameter(text("cli.empty_value", lang))
    return value


def _date(lang: str, _context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_date(value):
        raise click.BadParameter(text("cli.bad_date", lang, value=value[:40]))
    return value


def _welcome(lang: str) -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(translated(context.get_help(), lang))


def _check(lang: str, case: str, rejects: str | None) -> int:
    from chaingraph.reading.read import read_case, summarise
    from chaingraph.stores.parquet.read import is_large

    if is_large(case):
        return _check_large(lang, Path(case), rejects)
    try:
        with progress(("read",), lang) as begin:
            begin("read")
            found = read_case(case, lang=lang)
    except CaseError as error:
        if rejects and error.rejects is not None:
            _write_rejects(error.rejects, Path(rejects), lang)
        raise
    click.echo(summarise(found, lang))
    if len(found.rejects):
        shown = found.rejects.head(SHOWN_REJECTS)
        click.echo("\n" + terminal_table(shown, REJECT_COLUMNS, lang))
        if len(found.rejects) > len(shown):
            click.echo(text("cli.more_rejects", lang, count=len(found.rejects) - len(shown)))
    if rejects:
        _write_rejects(found.rejects, Path(rejects), lang)
    return REFUSED if len(found.rejects) else DONE  # the case can be used, yet there is something to put right


def _check_large(lang: str, case: Path, rejects: str | None) -> int:
    from chaingraph.stores.parquet.check import check_datasets, described
    from chaingraph.stores.parquet.read import read_small_tables, whole_datasets

    if rejects and not rejects.endswith(".parquet"):
        raise click.UsageError(text("cli.rejects_as_parquet", lang, file=rejects))
    large = whole_datasets(case, lang)
    small = read_small_tables(case, lang)
    with progress(("read",), lang) as begin:
        begin("read")
        checked = check_datasets(
            large, small["segments"]["segment_id"], rejects=Path(rejects) if rejects else None, lang=lang
        )
    click.echo(described(checked, lang))
    if rejects:
        click.echo(text("cli.wrote", lang, path=rejects), err=True)
    elif checked.problems:
        click.echo(text("tables.dataset_counted", lang, count=checked.problems))
    return REFUSED if checked.problems or len(small.rejects) else DONE


def _write_rejects(rejects: pd.DataFrame, path: Path, lang: str) -> None:
    from chaingraph.writers.exports import write_rejects

    write_rejects(rejects, path, lang=lang)
    click.echo(text("cli.wrote", lang, path=path), err=True)


def _init(lang: str, file: str) -> None:
    from chaingraph.writers.workbook.template import write_template

    click.echo(text("cli.init_done", lang, path=write_template(file, lang=lang)))


def _run(lang: str, case: str, region: str, out: str, chains: tuple[str, ...], **options: Any) -> None:
    from chaingraph.main_job import STAGES, run
    from chaingraph.wording.phrases import data_day

    started = time.perf_counter()
    with progress(STAGES, lang) as begin:
        result = run(case, region=region, out=out, chains=chains or None, lang=lang, progress=begin, **options)
    found = result.findings
    new, here = ((found.targets[lang]["candidate_list"] == kind).sum() for kind in ("new", "reinvest"))
    led = (found.leader_targets[lang]["candidate_list"] == "new").sum()
    click.echo(
        text(
            "cli.run_done", lang, region=region, chains=found.gaps[lang]["chain_id"].nunique(),
            segments=len(found.gaps[lang]), new=new, leader=led, reinvest=here, date=data_day(found.as_of, lang),
            seconds=f"{time.perf_counter() - started:.1f}",
        )
    )  # fmt: skip
    tell_unplaced(result.unplaced, lang)
    if len(result.case.rejects):
        click.echo(text("cli.run_rejects", lang, count=len(result.case.rejects), case=case))
    if result.changed:
        click.echo(text("cli.run_changed", lang, files=", ".join(result.changed)), err=True)
    pages = [path for path in result.files if path.suffix == ".html" and path.name != "index.html"]
    rest = sorted(
        (path for path in result.files if path not in pages), key=lambda path: (path.suffix == ".csv", path.name)
    )
    captions = entries("cli", lang)
    widest = max(len(str(path)) for path in rest)
    for path in rest:
        caption = captions.get("file_" + path.name.replace(".", "_"), "")
        click.echo(f"  {path!s:<{widest}}  {caption}".rstrip())
    click.echo(text("cli.file_pages", lang, out=out, count=len(pages)))
    click.echo(text("cli.how_to_open", lang, out=out))
