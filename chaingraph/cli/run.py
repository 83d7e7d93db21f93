"""The command ``run``: the main job, and what is said of it when it is done."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaingraph.cli.options import PATH, checked_date
from chaingraph.cli.survey import SURVEY_STAGES, book_options, engine_options, survey_options
from chaingraph.cli.terminal import progress, tell_unplaced
from chaingraph.labels import entries, text
from chaingraph.model.days import UNDATED
from chaingraph.model.schema import TABLES

if TYPE_CHECKING:
    from chaingraph.main_job import RunResult

STAGES = (*SURVEY_STAGES, "workbook", "pages")  # those of `main_job.STAGES`


@click.command("run")
@click.argument("case", type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--out", required=True, type=PATH, metavar="FOLDER")
@click.option("--chain", "chains", multiple=True, metavar="CHAIN")
@survey_options
@book_options
@click.option("--compare", type=PATH, metavar="FOLDER")
@click.option("--pictures", is_flag=True)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", default=0, show_default=True)
@click.option("--draws", type=click.IntRange(0, 10_000), metavar="N", default=200, show_default=True)
@click.option("--weights", type=PATH, metavar="FILE.toml")
@click.option("--likelihood", type=PATH, metavar="FILE.toml")
@click.option("--backtest", type=PATH, metavar="FILE.json")
@click.option("--known-by", callback=checked_date, metavar="DATE")
@click.option("--undated", type=click.Choice(UNDATED), default=UNDATED[0], show_default=True)
@engine_options
@click.pass_obj
def run_command(
    lang: str, /, case: Path, region: str, out: Path, chains: tuple[str, ...], undated: str, **options: Any
) -> None:
    """Survey a region and write what a bureau receives."""
    started = time.perf_counter()
    with progress(STAGES, lang) as begin:
        # Loading takes longer than anybody waits for a sign of life: the bar stands first.
        from chaingraph.main_job import run
        from chaingraph.wording.phrases import run_day
        from chaingraph.wording.warnings import region_warnings

        result = run(
            case,
            region=region,
            out=out,
            chains=chains or None,
            lang=lang,
            progress=begin,
            keep_undated=undated == "keep",
            **options,
        )
    found = result.findings
    new, here = ((found.targets[lang]["candidate_list"] == kind).sum() for kind in ("new", "reinvest"))
    led = (found.leader_targets[lang]["candidate_list"] == "new").sum()
    click.echo(
        text(
            "cli.run_done",
            lang,
            region=region,
            chains=found.gaps[lang]["chain_id"].nunique(),
            segments=len(found.gaps[lang]),
            new=new,
            leader=led,
            reinvest=here,
            date=run_day(found.data_date, found.as_of, lang),
            seconds=f"{time.perf_counter() - started:.1f}",
        )
    )
    if "known_by" in found.parameters:
        tell_known_by(found.parameters, lang)
    for warning in region_warnings(result.graph, region, found.gaps[lang], lang):
        click.echo(warning)
    tell_unplaced(result.unplaced, lang)
    if len(result.case.rejects):
        click.echo(text("cli.run_rejects", lang, count=len(result.case.rejects), case=case))
    if result.changed:
        click.echo(text("cli.run_changed", lang, files=", ".join(result.changed)), err=True)
    if result.mended:
        click.echo(text("cli.run_mended", lang, out=out, files=", ".join(result.mended)), err=True)
    elif result.strange:
        click.echo(text("cli.run_strange", lang, out=out, files=", ".join(result.strange)), err=True)
    _tell_files(result, out, lang)


def tell_known_by(told: Mapping[str, Any], lang: str) -> None:
    """What a look back left out, table by table."""
    click.echo(text(f"cli.known_by_{told['undated']}", lang, day=told["known_by"]))
    names = {table.name: table.name_zh if lang == "zh" else table.name for table in TABLES.values()}
    for row in told["left_out"]:
        click.echo(text("cli.known_by_table", lang, **{**row, "table": names[row["table"]]}))
    held = str(told.get("reference_date") or "")
    if told.get("reference_kind") == "listed" and held > told["known_by"][: len(held)]:
        click.echo(text("cli.known_by_reference", lang, date=held))


def _tell_files(result: RunResult, out: Path, lang: str) -> None:
    """Every file and what it is; pages of chains are counted."""
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


COMMANDS: tuple[click.Command, ...] = (run_command,)
