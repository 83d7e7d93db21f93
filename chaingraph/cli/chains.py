"""The commands ``chains``: which chain templates there are, what one holds, and one more chain for a case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from chaingraph.cli.terminal import terminal_table
from chaingraph.errors import UnknownNameError
from chaingraph.labels import text

if TYPE_CHECKING:
    from chaingraph.model.chain_template import ChainTemplate


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

    found = load_chain(chain)
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
            "keywords": text("chains.joined", lang).join(segment.keywords.get(lang, segment.keywords["zh"])),
        }
        for segment in found.segments
    ]
    captions = {name: text(f"chains.column_{name}", lang) for name in rows[0]}
    click.echo(f"{found.title[lang]} ({found.id}, {found.name})")
    click.echo(terminal_table(pd.DataFrame(rows), list(captions), lang, captions))
    for source in dict.fromkeys(segment.source for segment in found.segments):
        click.echo(text("chains.read_in", lang, source=source))
    lacking = sum("en" not in segment.keywords for segment in found.segments)
    if lacking:
        click.echo(text("chains.no_english", lang, count=lacking))


COMMANDS: tuple[click.Command, ...] = (chains_commands,)
