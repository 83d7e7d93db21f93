"""The commands that stand in modules of their own, gathered for the command line, in one language.

Their help is written beside them as ``中文 / English``; `spoken` keeps the half that was asked for.
"""

from __future__ import annotations

import copy
import re

import click

from chaingraph.cli import graphdb, ledger_views, national, pools, sql, tag
from chaingraph.labels import LANGUAGES, text

COMMANDS: tuple[click.Command, ...] = (
    *graphdb.COMMANDS,
    *national.COMMANDS,
    *tag.COMMANDS,
    *ledger_views.COMMANDS,
    *pools.COMMANDS,
    *sql.COMMANDS,
)


def spoken(command: click.Command, lang: str) -> click.Command:
    """A copy of a command, and of all below it, whose help is in one language.

    Examples
    --------
    >>> spoken(click.Command("brief", help="简报 / Briefs"), "en").help
    'Briefs'
    """
    told = copy.copy(command)
    told.help, told.short_help = _half(command.help, lang), _half(command.short_help, lang)
    told.params = [_option(parameter, lang) for parameter in command.params]
    told.add_help_option = False
    if isinstance(told, click.Group) and isinstance(command, click.Group):
        told.params.append(_language_below(lang))
        told.commands = {name: spoken(below, lang) for name, below in command.commands.items()}
        told.subcommand_metavar = text("cli.command_mark", lang)
    told.params.append(help_option(lang))
    return told


def _language_below(lang: str) -> click.Option:
    """``--lang`` of a group: what its commands speak unless they are told otherwise."""

    def pass_on(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        if value and isinstance(context.command, click.Group):
            context.default_map = {name: {"lang": value} for name in context.command.commands}

    return click.Option(["--lang"], type=click.Choice(LANGUAGES), expose_value=False, callback=pass_on,
                        help=text("cli.option_lang", lang))  # fmt: skip


def help_option(lang: str) -> click.Option:
    """``--help``, with what click itself says in the language of the rest."""

    def show(context: click.Context, _option: click.Parameter, value: object) -> None:
        if value:
            click.echo(translated(context.get_help(), lang))
            context.exit()

    return click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show,
                        help=text("cli.option_help", lang))  # fmt: skip


def translated(shown: str, lang: str) -> str:
    """What click itself says in help and usage, in the language of the rest."""
    if lang != "en":
        for entry in ("usage", "options", "commands", "required", "default", "option_mark"):
            shown = shown.replace(text(f"cli.click_{entry}", "en"), text(f"cli.click_{entry}", lang))
    return shown


def _option(parameter: click.Parameter, lang: str) -> click.Parameter:
    told = copy.copy(parameter)
    if isinstance(told, click.Option):
        told.help = _half(told.help, lang)
    return told


def _half(told: str | None, lang: str) -> str | None:
    """The Chinese or the English half of each paragraph ``中文 / English``; what has no halves stays as it is."""
    if told is None:
        return None
    halves = []
    for paragraph in told.split("\n\n"):
        chinese, between, english = re.sub(r"\s+/\s+", " / ", paragraph).partition(" / ")
        halves.append((english if lang == "en" else chinese).strip() if between else paragraph)
    return "\n\n".join(halves)
