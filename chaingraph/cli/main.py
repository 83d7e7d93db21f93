"""The command line: reads a case, runs the house's functions, says what was found. Everything heavy is loaded late.

Texts are in the language of ``--lang``, else of ``CHAINGRAPH_LANG``, else Chinese. Exit codes: 0 done, 1 input
refused, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches

import click

from chaingraph.cli.group import command_line, translated
from chaingraph.errors import ChaingraphError
from chaingraph.labels import language, text

DONE, REFUSED, USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141


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
        code = command_line(lang).main(given, prog_name="chaingraph", standalone_mode=False, obj=lang)
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


def _usage(error: click.UsageError, lang: str) -> int:
    """Say what is wrong with the call and how to see the right one."""
    if error.ctx is not None:
        click.echo(translated(error.ctx.get_usage(), lang), err=True)
    command = error.ctx.command_path if error.ctx is not None else "chaingraph"
    click.echo(f"{_wrong(error, lang)}\n{text('cli.usage_hint', lang, command=command)}", err=True)
    return USAGE


def _wrong(error: click.UsageError, lang: str) -> str:
    """What click found wrong, in the reader's language."""
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.human_readable_name if isinstance(error.param, click.Argument) else error.param.opts[0]
        if isinstance(error, click.MissingParameter):
            return text("cli.usage_missing", lang, name=name)
        return text("cli.usage_bad", lang, name=name) + _bad_value(error.param, error.message, lang)
    if isinstance(error, click.NoSuchOption):
        near = text("cli.usage_near", lang, near=", ".join(sorted(error.possibilities))) if error.possibilities else ""
        return text("cli.usage_no_option", lang, name=error.option_name) + near
    if isinstance(error, click.BadOptionUsage):
        entry = "takes_none" if "does not take" in error.message else "no_value"
        return text(f"cli.usage_{entry}", lang, name=error.option_name)
    if unknown := re.match(r"No such command '(.*?)'", error.message):
        known = list(error.ctx.command.commands) if error.ctx and isinstance(error.ctx.command, click.Group) else []
        close = get_close_matches(unknown[1], known)
        near = text("cli.usage_near" if close else "cli.usage_known", lang, near=", ".join(close or sorted(known)))
        return text("cli.usage_no_command", lang, name=unknown[1]) + near
    if extra := re.match(r"Got unexpected extra arguments? \((.*)\)", error.message):
        return text("cli.usage_extra", lang, words=extra[1])
    return text("cli.usage_other", lang, detail=error.message)


def _bad_value(parameter: click.Parameter, message: str, lang: str) -> str:
    """Why a value is refused: in our words where click has only its own."""
    kind = parameter.type
    if isinstance(kind, click.Choice):
        return text("cli.bad_choice", lang, choices=", ".join(str(choice) for choice in kind.choices))
    if isinstance(kind, click.IntRange):
        return text("cli.bad_range", lang, low=kind.min, high=kind.max)
    if kind in (click.INT, click.FLOAT):
        return text("cli.bad_integer" if kind is click.INT else "cli.bad_number", lang)
    return message
