"""The set-based questions, one dialect-neutral text each: they run unchanged on DuckDB and on Spark.

Parameters are positional (``?``), the one form that both engines take. Tables are registered under their schema names.
The texts that begin with ``ledger_`` are for SQLite, which keeps the project ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd


class Query(Protocol):
    """Runs a text of this folder on registered tables and gives the rows back."""

    def __call__(
        self, name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
    ) -> pd.DataFrame:
        """Rows of ``<name>.sql``; ``tables`` are further tables registered for this question only."""
        ...


@cache
def sql_text(name: str) -> str:
    """The text of ``<name>.sql``.

    Examples
    --------
    >>> "firm_segments" in sql_text("presence")
    True
    """
    return (files("chaingraph") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
