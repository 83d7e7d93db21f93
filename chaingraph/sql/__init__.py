"""The set-based questions, one dialect-neutral text each: they run unchanged on DuckDB and on Spark.

Parameters are positional (``?``), the one form that both engines take. Tables are registered under their schema names.
The texts that begin with ``ledger_`` are for SQLite, which keeps the project ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

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


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in the types of the house, whichever engine it comes from or goes to.

    Texts are ``str`` with NaN for NULL, whole numbers int64, numbers float64, flags bool, or ``boolean`` where some
    are not known. A column that holds nothing is text.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [None, None], "b": [True, None], "c": ["x", None]})
    >>> plain_frame(frame).dtypes.astype("str").tolist()
    ['str', 'boolean', 'str']
    """
    kinds: dict[str, str] = {}
    for name, column in frame.items():
        if column.dtype == object:
            kinds[str(name)] = "boolean" if pd.api.types.infer_dtype(column, skipna=True) == "boolean" else "str"
        elif column.dtype.kind in "iuf" and not isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
            kinds[str(name)] = "float64" if column.dtype.kind == "f" else "int64"
    return frame.astype(kinds)
