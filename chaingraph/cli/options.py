"""Options of the command line that name a day: what is no day is refused as wrong usage, before anything is read."""

from __future__ import annotations

import re
from datetime import date

import click

from chaingraph.labels import text

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
