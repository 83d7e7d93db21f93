"""``import FILE``: the group that takes a file in the place of a command, and what it says of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from chaingraph.labels import text

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.importers.imported import Imported
    from chaingraph.importers.recognise import Recognised

FILE_COMMAND = "file"


class FileFirst(click.Group):
    """A group whose first word may be a file: ``import 名单.xlsx`` is ``import file 名单.xlsx``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command's name before what is no command."""
        own = {name for option in self.params for name in option.opts} - {"--lang"}
        words = args[2:] if args[:1] == ["--lang"] else args
        if words and words[0] not in self.commands and words[0].partition("=")[0] not in own:
            args = [FILE_COMMAND, *args]
        return super().parse_args(ctx, args)


def tell_taken(lang: str, file: str, known: Recognised, as_of: str | None, *, asks: bool = True) -> None:
    """What a file was taken for; ``asks``: where it states no day, which option states it."""
    click.echo(text("national.taken_for", lang, file=file, title=known.title(lang), kind=known.kind))
    if known.tier is not None:
        click.echo(text("national.taken_tier", lang, tier=text(f"codes.tier_{known.tier}", lang)))
    elif known.headings is not None and (asks or known.as_of):
        day = as_of or known.as_of
        click.echo(text("national.taken_as_of", lang, date=day) if day else text("national.taken_undated", lang))


def tell_columns(lang: str, columns: pd.DataFrame) -> None:
    """What each column of a file was taken for; what is dropped and what is not used is listed too."""
    from chaingraph.importers.imported import column_told

    for row in columns.to_dict("records"):
        click.echo(column_told(row, lang))


def tables_told(rows: Mapping[str, int], lang: str) -> str:
    """How many rows tables have, by the names that the reader's language gives them; empty ones are not named."""
    from chaingraph.model.schema import TABLES

    names = {name: TABLES[name].name_zh if lang == "zh" and name in TABLES else name for name in rows}
    told = [text("national.table_rows", lang, table=names[name], rows=count) for name, count in rows.items() if count]
    return text("chains.joined", lang).join(told)


def tell_rejects(lang: str, imported: Imported) -> None:
    """What was passed over, and how often each reason for a reject occurs."""
    from chaingraph.reading.rejects import counted

    for note in imported.notes:
        click.echo(f"  {note}")
    rows = [tuple(row) for row in imported.rejects.itertuples(index=False, name=None)]
    if rows:
        whole = "rejected" in imported.account and imported.account["rejected"].sum()
        click.echo(text("national.left_out" if whole else "national.values_left_out", lang))
    for line in counted(rows, lang):
        click.echo(line)


def check_kept(lang: str, imported: Imported) -> None:
    """Refuse an import of which no row could be used.

    Raises
    ------
    CaseError
        As said, with the reasons.
    """
    from chaingraph.errors import CaseError
    from chaingraph.reading.rejects import counted

    if not imported.account["kept"].sum():
        rows = [tuple(row) for row in imported.rejects.itertuples(index=False, name=None)]
        reasons = "; ".join(line.strip() for line in counted(rows, lang)) or "-"
        raise CaseError(text("national.nothing_kept", lang, reasons=reasons), imported.rejects)
