"""All commands, put together in one language.

The commands of this folder say what they take; what ``--help`` says of them stands in ``library/labels/commands.toml``,
under the names of the command and the option.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import click

from chaingraph.cli import case, chains, graphdb, national, pools, run, sql, survey, tag
from chaingraph.cli.desk import command as desk
from chaingraph.cli.leads import commands, update
from chaingraph.cli.ledger import proof
from chaingraph.cli.options import given_text
from chaingraph.cli.proof import backtest, likelihood
from chaingraph.cli.work import documents as work_documents
from chaingraph.cli.work import round as work_round
from chaingraph.cli.work import views as work_views
from chaingraph.labels import LANGUAGES, entries, text

COMMANDS: tuple[click.Command, ...] = (
    *case.COMMANDS,
    *chains.COMMANDS,
    *run.COMMANDS,
    *survey.COMMANDS,
    *pools.COMMANDS,
    *national.COMMANDS,
    *backtest.COMMANDS,
    *likelihood.COMMANDS,
    *tag.COMMANDS,
    *commands.COMMANDS,
    *update.COMMANDS,
    *desk.COMMANDS,
    *proof.COMMANDS,
    *work_views.COMMANDS,
    *work_round.COMMANDS,
    *work_documents.COMMANDS,
    *sql.COMMANDS,
    *graphdb.COMMANDS,
)


def command_line(lang: str) -> click.Group:
    """All commands, with their help in a language."""
    group = click.Group(
        "chaingraph",
        callback=_welcome,
        invoke_without_command=True,
        params=[click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version)],
        commands={str(command.name): command for command in COMMANDS},
    )
    told = _told(group, (), lang)
    assert isinstance(told, click.Group)  # a copy of one
    return told


def _told(command: click.Command, path: tuple[str, ...], lang: str) -> click.Command:
    """A copy of a command, and of all below it, with help, examples and options told in one language."""
    told = copy.copy(command)
    told.help = _label("help", _command_names(path), lang)
    told.short_help = _label("short", _command_names(path), lang) or told.help
    examples = _label("examples", _command_names(path), lang) or ""
    told.epilog = f"\b\n{text('cli.examples', lang)}\n{examples.strip(chr(10))}"
    told.params = [_told_parameter(parameter, path, lang) for parameter in command.params]
    told.params += [_language_option(lang), _help_option(lang)]
    told.add_help_option = False
    if isinstance(told, click.Group) and isinstance(command, click.Group):
        told.subcommand_metavar = text("cli.command_mark", lang)
        told.commands = {name: _told(below, (*path, name), lang) for name, below in command.commands.items()}
    return told


def _told_parameter(parameter: click.Parameter, path: tuple[str, ...], lang: str) -> click.Parameter:
    told = copy.copy(parameter)
    if isinstance(told, click.Option):
        if told.callback is None and told.type is click.STRING and not told.multiple:
            told.callback = given_text
        name = _joined(told.opts[0].lstrip("-"))
        places = [_joined(*path[:depth], name) for depth in range(len(path), -1, -1)]
        told.help = _label("option", places, lang)
    return told


def _command_names(path: tuple[str, ...]) -> list[str]:
    """The entries that a command may have: by its whole path, else by its last word."""
    return [_joined(*path), _joined(path[-1])] if path else ["group"]


def _joined(*words: str) -> str:
    return "_".join(words).replace("-", "_")


def _label(kind: str, names: Sequence[str], lang: str) -> str | None:
    """The first of these entries that there is."""
    held = entries("commands", lang)
    return next((held[f"{kind}_{name}"] for name in names if f"{kind}_{name}" in held), None)


def _language_option(lang: str) -> click.Option:
    """Read by `labels.language` before anything else; here it is checked and shown in the help."""
    told = text("commands.option_lang", lang)
    return click.Option(["--lang"], type=click.Choice(LANGUAGES), expose_value=False, help=told)


def _help_option(lang: str) -> click.Option:
    """``--help``, with what click itself says in the language of the rest."""

    def show(context: click.Context, _option: click.Parameter, value: object) -> None:
        if value:
            click.echo(translated(context.get_help(), lang))
            context.exit()

    return click.Option(
        ["--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=text("commands.option_help", lang),
    )


def translated(shown: str, lang: str) -> str:
    """What click itself says in help and usage, in the language of the rest."""
    if lang != "en":
        for entry in ("usage", "options", "commands", "required", "default", "option_mark"):
            shown = shown.replace(text(f"cli.click_{entry}", "en"), text(f"cli.click_{entry}", lang))
    return shown


def _version(context: click.Context, _option: click.Parameter, value: object) -> None:
    if value:
        from chaingraph import __version__

        click.echo(f"chaingraph {__version__}")
        context.exit()


@click.pass_obj
def _welcome(lang: str) -> None:
    """Show the help where no command is named."""
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(translated(context.get_help(), lang))
