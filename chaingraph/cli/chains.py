"""The commands ``chains`` (which templates there are, what one holds) and ``start`` (a city's case from templates)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.into import add_and_tell, into_options, into_or_out, undo_and_tell
from chaingraph.cli.options import PATH, Named
from chaingraph.cli.tag import tell_left, told_left
from chaingraph.cli.taken import tell_columns, tell_rejects, tell_taken
from chaingraph.cli.terminal import terminal_table
from chaingraph.errors import CaseError, StoreError, UnknownNameError
from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.model.case import Case
    from chaingraph.model.chain_template import ChainTemplate
    from chaingraph.model.graph import ChainGraph


_NAMED = 3  # examples


def chosen_chains(value: str) -> list[ChainTemplate]:
    """The templates that a list of names means, separated by commas.

    Raises
    ------
    UnknownNameError
        When one of them is no template and no file of one.
    """
    from chaingraph.model.chain_template import load_chain

    # A title may hold a comma of its own in one language; then it stands alone.
    try:
        return [load_chain(value)]
    except UnknownNameError:
        return [load_chain(name.strip()) for name in re.split(r"[,，、;；]", value) if name.strip()]


@click.group("chains")
def chains_commands() -> None:
    """Chain templates that come with the package, or of one's own."""


@chains_commands.command("list")
@click.pass_obj
def list_command(lang: str) -> None:
    """Which templates there are."""
    import pandas as pd

    from chaingraph.model.chain_template import load_chain
    from chaingraph.model.registry import shipped

    chains = [load_chain(name) for name in shipped("chains")]
    rows = [
        {
            "name": chain.name,
            "id": chain.id,
            "title": chain.title[lang],
            "class": text(f"codes.class_{chain.chain_class}", lang),
            "segments": len(chain.segments),
            "links": len(chain.links),
        }
        for chain in chains
    ]
    captions = {name: text(f"chains.column_{name}", lang) for name in rows[0]}
    click.echo(terminal_table(pd.DataFrame(rows), list(captions), lang, captions))


@chains_commands.command("show")
@click.argument("chain", metavar="CHAIN")
@click.pass_obj
def show_command(lang: str, chain: str) -> None:
    """What a template holds."""
    import pandas as pd

    from chaingraph.model.chain_template import load_chain
    from chaingraph.wording.english import English, shipped_words

    found = load_chain(chain)
    english = English(shipped_words(), {})
    shown = {
        segment.id: dict.fromkeys(
            (
                *segment.keywords.get(lang, ()),
                *(word if lang == "zh" else english.of(word) for word in segment.keywords["zh"]),
            )
        )
        for segment in found.segments
    }
    feeds: dict[str, list[str]] = {}
    for link in found.links:
        feeds.setdefault(link.origin, []).append(link.target)
    rows = [
        {
            "id": segment.id,
            "segment": segment.name[lang],
            "stage": text(f"codes.stage_{segment.stage}", lang),
            "feeds": ", ".join(feeds.get(segment.id, ())),
            "gbt4754": ", ".join(segment.gbt4754),
            "keywords": text("chains.joined", lang).join(shown[segment.id]),
        }
        for segment in found.segments
    ]
    captions = {name: text(f"chains.column_{name}", lang) for name in rows[0]}
    click.echo(f"{found.title[lang]} ({found.id}, {found.name})")
    click.echo(terminal_table(pd.DataFrame(rows), list(captions), lang, captions))
    for source in dict.fromkeys(segment.source for segment in found.segments):
        click.echo(text("chains.read_in", lang, source=source if lang == "zh" else english.of(source)))
    lacking = sum(english.known(word) is None for segment in found.segments for word in segment.keywords["zh"])
    if lacking:
        click.echo(text("chains.no_english", lang, count=lacking))


@chains_commands.command("add")
@click.argument("chains", metavar="CHAIN,CHAIN", required=False)
@into_options
@click.option("--undo", type=PATH, metavar="CASE")
@click.pass_obj
def add_command(lang: str, /, chains: str | None, into: Path | None, undo: Path | None, **more: object) -> None:
    """Templates beside the chains that a case has."""
    from chaingraph.importers.chains import added_chains
    from chaingraph.reading.read import read_case

    if undo is not None:
        undo_and_tell(lang, undo)
        return
    if chains is None or into is None:
        raise click.UsageError(text("chains.add_what", lang))
    asked = into_or_out(lang, into, None, **more)
    templates = chosen_chains(chains)
    if asked is None or not into.exists():
        raise StoreError(text("into.no_case", lang, path=into))
    case = read_case(into, lang=lang, required=(), max_reject_share=1.0)
    tables, new = added_chains(case, templates)
    for template in templates:
        entry = "adds" if template in new else "held"
        click.echo(text(f"chains.{entry}", lang, chain=template.title[lang], segments=len(template.segments)))
    add_and_tell(lang, asked, tables, ", ".join(template.title[lang] for template in new))


@click.command("start")
@click.option("--region", required=True, metavar="REGION")
@click.option("--chains", required=True, metavar="CHAIN,CHAIN")
@click.option("--firms", "files", multiple=True, type=PATH, metavar="FILE")
@click.option("--outside", multiple=True, type=PATH, metavar="FILE")
@click.option("--as", "kind", type=Named("headings"), metavar="KIND")
@click.option("--reference", type=PATH, metavar="CASE2")
@click.option("--out", required=True, type=PATH, metavar="FOLDER")
@click.pass_obj
def start_command(
    lang: str, region: str, chains: str, files: tuple[Path, ...], outside: tuple[Path, ...], kind: str | None,
    reference: Path | None, out: Path,
) -> None:  # fmt: skip
    """A case of a city to begin with."""
    import pandas as pd

    from chaingraph.importers.start import elsewhere, seated_firms, start_case
    from chaingraph.matching.merge import build_graph
    from chaingraph.places.regions import region_path
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.case import write_case
    from chaingraph.writers.files import write_csv

    region_path(region)
    templates = chosen_chains(chains)
    national = None if reference is None else read_case(reference, lang=lang, required=NATIONAL_TABLES)
    given, elsewhere_given = ([_firms_of(file, kind, lang) for file in held] for held in (files, outside))
    sources = [*given, *elsewhere_given, *([] if national is None else [national])]
    if not sources:
        raise click.UsageError(text("chains.no_firms", lang))
    local = [seated_firms(case, region) for case in sources]
    if not any(len(case["firms"]) for case in local):
        raise CaseError(
            text("chains.nobody_here", lang, region=region, count=sum(len(case["firms"]) for case in sources))
        )
    case, left = start_case(region, templates, [*local, *elsewhere_given])
    refused = [held.rejects for held in sources if len(held.rejects)]
    write_case(replace(case, rejects=pd.concat(refused, ignore_index=True)) if refused else case, out, form="csv")
    if refused:
        click.echo(text("national.rejects_in", lang, path=out / "rejects.csv"))
    everybody = _all_firms(local)
    inside = len(seated_firms(case, region)["firms"])
    held = {"firms": _living(seated_firms(case, region)["firms"]), "here": _living(everybody), "region": region}
    click.echo(text("chains.started", lang, out=out, **held))
    _tell_not_here([file for file in files if file not in outside], given, local, region, lang)
    if outside:
        count = len(case["firms"]) - inside
        click.echo(text("chains.started_outside" if count else "chains.none_outside", lang, count=count))
    _tell_chains(case, build_graph(case), region, lang)
    if national is not None:
        _tell_elsewhere(elsewhere(national, templates, region), lang)
    tell_left(left[left["firm_id"].isin(set(everybody["firm_id"]))], everybody, lang)
    given_firms = _all_firms([*local, *elsewhere_given])
    rows = told_left(left[left["firm_id"].isin(set(given_firms["firm_id"]))], given_firms, lang)
    if len(rows):
        place = out.with_name(text("chains.unplaced_file", lang, out=out.name))
        write_csv(rows, place, columns=list(rows.columns))
        click.echo(text("chains.unplaced", lang, path=place, count=len(rows)))
    if reference is None:
        click.echo(text("chains.next" if outside else "chains.next_outside", lang, out=out, region=region))
        return
    if national is not None and national["firm_products"].empty:
        click.echo(text("chains.no_products", lang, reference=reference))
        return
    tagged = out.with_name(f"{out.name}_{reference.name}")
    click.echo(text("chains.next_reference", lang, out=out, region=region, reference=reference, tagged=tagged).strip())


def _firms_of(file: Path, kind: str | None, lang: str) -> Case:
    """Firms of a case, or of a file of any layout (an export of a provider, a register, a list), of a kind if known.

    Of a file it is said what it and each of its columns was taken for, and what could not be used.
    """
    from chaingraph.importers.recognise import begin_import, recognise
    from chaingraph.importers.register import joined_parts
    from chaingraph.reading.read import NATIONAL_TABLES, read_case

    if file.is_dir():
        return read_case(file, lang=lang, required=NATIONAL_TABLES)
    known = recognise(file, kind=kind, lang=lang)
    tell_taken(lang, file.name, known, None, asks=False)
    first, rest = begin_import(file, known, lang=lang)
    imported = joined_parts([first, *rest])
    tell_columns(lang, imported.columns)
    tell_rejects(lang, imported)
    return imported.case


def _tell_not_here(files: list[Path], given: list[Case], local: list[Case], region: str, lang: str) -> None:
    """Whom the files of local firms name elsewhere, or without a place: they are not in the case."""
    seated = set(_all_firms(local)["firm_id"])
    others = [firm for case in given for firm in case["firms"].loc[~case["firms"]["firm_id"].isin(seated), "firm"]]
    if files and others:
        names = text("chains.joined", lang).join(others[:_NAMED])
        paths = " --outside ".join(map(str, files))
        click.echo(text("chains.not_here", lang, count=len(others), names=names, region=region, files=paths))


def _all_firms(cases: list[Case]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([case["firms"] for case in cases], ignore_index=True)


def _living(firms: pd.DataFrame) -> int:
    """How many of these firms exist: who is dissolved is registered nowhere."""
    return int(firms.loc[firms["status"].fillna("") != "dissolved", "firm_id"].nunique())


def _tell_chains(case: Case, graph: ChainGraph, region: str, lang: str) -> None:
    """Per chain how many firms are presumed here, and who is proposed as a leading firm, by which rule."""
    from chaingraph.choosing.surveying import look_around, survey_tables
    from chaingraph.engines.duckdb import open_engine
    from chaingraph.facts.derived_tables import firm_places
    from chaingraph.model.registry import load
    from chaingraph.wording.lists import proposal_notes
    from chaingraph.wording.phrases import say

    places = firm_places(graph, region)
    with open_engine(survey_tables(graph, places)) as query:
        around = look_around(graph, region, query, places)
    names = case["chains"].set_index("chain_id")["chain" if lang == "zh" else "chain_en"]
    strategies = dict(zip(case["chains"]["chain_id"], case["chains"]["strategy"], strict=True))
    for chain_id, name in names.items():
        rows = around.presence[around.presence["chain_id"] == chain_id]
        counts = {"firms": rows["firm_id"].nunique(), "segments": rows["segment_id"].nunique()}
        click.echo(text("chains.chain_started", lang, chain=name, **counts))
        strategy = load("strategies", str(strategies[str(chain_id)])).title(lang)
        click.echo(text("chains.chain_strategy", lang, strategy=strategy))
        for note in proposal_notes(around.proposed, str(chain_id), graph):
            click.echo(f"  {say(note, lang)}")


def _tell_elsewhere(groups: pd.DataFrame, lang: str) -> None:
    if groups.empty:
        return
    click.echo(text("chains.elsewhere", lang))
    for chain_id, rows in groups.groupby("chain_id"):
        pairs = zip(rows["firm"], rows["city"], strict=True)
        names = [f"{firm} ({city})" if isinstance(city, str) else str(firm) for firm, city in pairs]
        more = int(rows["whole"].iloc[0]) - len(names)
        said = text("chains.joined", lang).join(names) + (text("chains.more_groups", lang, count=more) if more else "")
        click.echo(f"  {chain_id}: {said}")


COMMANDS: tuple[click.Command, ...] = (chains_commands, start_command)
