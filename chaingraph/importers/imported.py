"""What an importer gives: clean tables in the form of a case, what could not be used, and an account of every row.

An importer is a function ``(path(s), options) -> Imported``. Whatever writes into a case takes nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import Case, empty_rejects

# What became of a column of a file: read as a column of ours, dropped as personal, or not used.
USES = ("read", "personal", "unused")
COLUMN_USES = ("file", "header", "use", "taken_for", "values")
ACCOUNT = ("file", "table", "sha256", "rows", "kept", "merged", "rejected", "changed")


@dataclass(frozen=True)
class Imported:
    """One or more files as tables of a case, with what became of every row and column.

    ``kind``: what the files were taken for, a heading file by name (``register``, ``ranking`` …).
    ``tables``: by name of the schema, only those that hold rows, with the columns and types of the schema.
    ``rejects``: one row per refused value: table (here the file), row as in the file, column, value, reason, remedy.
    ``account``: one row per file: rows of data, kept, merged into another, rejected, values changed; rows of data =
    kept + merged + rejected.
    ``columns``: one row per column of a file: file, header, use (`USES`), taken_for (a column of ours; empty where it
    is not used), values (how many cells hold one).
    ``notes``: what was done without anything being wrong: lines passed over, personal columns dropped.
    """

    kind: str
    name: str
    tables: Mapping[str, pd.DataFrame]
    rejects: pd.DataFrame = field(default_factory=empty_rejects)
    account: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ACCOUNT)))
    columns: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMN_USES)))
    notes: tuple[str, ...] = ()

    @property
    def case(self) -> Case:
        """The tables as a case of their own, with rejects and the account of the files."""
        return Case(self.name, self.tables, self.rejects, self.account, self.notes)


def column_told(row: Mapping[Any, object], lang: str) -> str:
    """What a column of a file was taken for: a row of `Imported.columns` in words."""
    taken = text(f"importers.column_{row['taken_for']}", lang) if row["use"] == "read" else ""
    return text(f"national.column_{row['use']}", lang, header=row["header"], taken=taken, values=row["values"])
