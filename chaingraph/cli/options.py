"""What options are made of: paths, days and names of files that extend the program, checked before anything is read.

Commands take the language as their first argument (`click.pass_obj`): the command line reads ``--lang`` before anything
else, wherever it stands.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from chaingraph.clock import today
from chaingraph.labels import LANGUAGES, text
from chaingraph.model import registry
from chaingraph.model.days import is_date

Command = TypeVar("Command", bound=Callable[..., Any])


def language_of(context: click.Context | None) -> str:
    """The language that a command speaks."""
    given = None if context is None else context.obj
    return given if given in LANGUAGES else LANGUAGES[0]


class GivenPath(click.Path):
    """A path as it is written. An empty one is a variable that was not set, and would mean the folder one stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, unless it is empty, or a folder where a file is asked for."""
        lang = language_of(ctx)
        if value == "":
            self.fail(text("cli.empty_value", lang), param, ctx)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:  # in click's own words, which are English
            self.fail(text("cli.path_no_folder" if self.dir_okay else "cli.path_no_file", lang, path=value), param, ctx)


# Whether it may be read is found by whoever reads it, and told with the reason.
PATH = GivenPath(path_type=Path, readable=False)
FILE = GivenPath(path_type=Path, dir_okay=False, readable=False)  # to be written
FOLDER = GivenPath(path_type=Path, file_okay=False, readable=False)  # likewise


def together(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Options that several commands share, as one decorator, shown in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(decorators):
            command = option(command)
        return command

    return decorate


def bundled(name: str, kind: type[Any], *decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Options that several commands share, handed to a command as one named tuple, called ``name``."""

    def decorate(command: Any) -> Any:
        """The command, given these options as one."""

        @functools.wraps(command)
        def called(*arguments: Any, **options: Any) -> Any:
            given = kind(**{field: options.pop(field) for field in kind._fields})
            return command(*arguments, **{name: given}, **options)

        return together(*decorators)(called)

    return decorate


def checked_date(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The value of an option that is a day, a month or a year."""
    if value is not None and not is_date(value):
        raise click.BadParameter(text("cli.bad_date", language_of(context), value=value[:40]))
    return value


def checked_day(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The value of an option that is a whole day."""
    if value is not None and not (is_date(value) and len(value) == len("2025-06-30")):
        raise click.BadParameter(text("cli.bad_day", language_of(context), value=value[:40]))
    return value


def given_text(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """The value of an option that is a text; an empty one is a variable that was not set."""
    given = context.get_parameter_source(str(option.name)) is click.core.ParameterSource.COMMANDLINE
    if given and value == "":
        raise click.BadParameter(text("cli.empty_value", language_of(context)))
    return value


class Named(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic from click 8.4 on only
    """What a registry finds: a name that comes with the package, or the path of a TOML file of one's own.

    Parameters
    ----------
    kind
        One of `registry.KINDS`.
    also
        Words that stand for no file, such as ``auto``.
    """

    name = "name"

    def __init__(self, kind: str, *, also: tuple[str, ...] = ()) -> None:
        self.kind, self.also = kind, also

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """What help shows in the option's place: every choice."""
        return f"[{'|'.join((*self.also, *registry.shipped(self.kind)))}|FILE.toml]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name or path as given, where it is one."""
        known = (*self.also, *registry.shipped(self.kind))
        path = Path(value)
        if value in known or (path.suffix.lower() == ".toml" and path.is_file()):
            return value
        self.fail(registry.unknown(self.kind, value, known).in_language(language_of(ctx)), param, ctx)


class Server(NamedTuple):
    """Where a Neo4j server is and who asks it; the password comes from the environment, never from a command line."""

    uri: str
    user: str
    database: str


server_options = bundled(
    "server",
    Server,
    click.option("--uri", envvar="NEO4J_URI", default="neo4j://localhost:7687", show_default=True, metavar="URI"),
    click.option("--user", envvar="NEO4J_USER", default="neo4j", show_default=True, metavar="USER"),
    click.option("--database", default="neo4j", show_default=True, metavar="NAME"),
)
AS_OF = click.option("--as-of", default=today, callback=checked_day, metavar="DATE")
