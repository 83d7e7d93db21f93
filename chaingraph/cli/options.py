"""Options that name a day, or a file that extends the program: what is neither is refused before anything is read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click

from chaingraph.labels import text
from chaingraph.model import registry

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def is_date(value: str) -> bool:
    """Whether that is a day of the calendar, or a month or year of it.

    Examples
    --------
    >>> is_date("2024-02-29"), is_date("2024-02"), is_date("2023-02-29"), is_date("today")
    (True, True, False, False)
    """
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return False
    return _DATE.fullmatch(value) is not None


def checked_date(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The value of an option that is a day, a month or a year; ``--lang`` of the command has to be eager."""
    if value is not None and not is_date(value):
        raise click.BadParameter(text("cli.bad_date", context.params["lang"], value=value[:40]))
    return value


def checked_day(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The value of an option that is a whole day; ``--lang`` of the command has to be eager."""
    if value is not None and not (is_date(value) and len(value) == len("2025-06-30")):
        raise click.BadParameter(text("cli.bad_day", context.params["lang"], value=value[:40]))
    return value


class Named(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic from click 8.4 on only
    """What a registry finds: a name that comes with the package, or the path of a TOML file of one's own.

    Parameters
    ----------
    kind
        One of `registry.KINDS`.
    also
        Words that stand for no file, such as ``auto``.
    lang
        Language of the message; None: that of the command's ``--lang``, which then has to be eager.
    """

    name = "name"

    def __init__(self, kind: str, *, also: tuple[str, ...] = (), lang: str | None = None) -> None:
        self.kind, self.also, self.lang = kind, also, lang

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """What help shows in the option's place: every choice."""
        return f"[{'|'.join((*self.also, *registry.shipped(self.kind)))}|FILE.toml]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name or path as given, where it is one."""
        known = (*self.also, *registry.shipped(self.kind))
        path = Path(value)
        if value in known or (path.suffix.lower() == ".toml" and path.is_file()):
            return value
        lang = self.lang or (ctx.params.get("lang") if ctx is not None else None) or "zh"
        self.fail(registry.unknown(self.kind, value, known).in_language(lang), param, ctx)
