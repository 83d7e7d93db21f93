"""What commands show on a terminal while they work and when they are done: a bar, and tables as wide as it is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def progress(stages: Sequence[str], lang: str) -> Iterator[Callable[[str], None]]:
    """A bar on the terminal that a function moves by naming the stage it begins; nothing where no one looks."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return

    def named(stage: str | None) -> str | None:
        return text(f"cli.stage_{stage}", lang) if stage else None

    bar: Any
    with click.progressbar(length=len(stages), file=sys.stderr, item_show_func=named) as bar:

        def begin(stage: str) -> None:
            if stage in stages:
                bar.update(stages.index(stage) - bar.pos, stage)

        yield begin
        bar.update(len(stages) - bar.pos, None)


def tell_unplaced(problems: pd.DataFrame, lang: str) -> None:
    """Say which marks of an earlier workbook found no row, or differed between two places."""
    for row in problems.to_dict("records"):
        click.echo(text("cli.mark_unplaced", lang, **{str(name): value for name, value in row.items()}), err=True)


def terminal_table(
    frame: pd.DataFrame, columns: Sequence[str], lang: str, captions: Mapping[str, str] | None = None
) -> str:
    """A table as the terminal shows it; as wide as it is where the output goes into a file."""
    from chaingraph.writers.terminal import shown_table

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return shown_table(frame, columns, lang, width=width, captions=captions)
