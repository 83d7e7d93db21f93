"""The set-based questions, one dialect-neutral text each: they run unchanged on DuckDB and on Spark.

A rule that several questions rest on is a text of its own, which they read as a table (`VIEWS`).

Parameters are positional (``?``), the one form that both engines take. Tables are registered under their schema names.
The texts that begin with ``ledger_`` are for SQLite, which keeps the project ledger, those that begin with ``check_``
for DuckDB alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from importlib.resources import files
from typing import Protocol

import pandas as pd

from chaingraph.model.columns import SEPARATOR


class Query(Protocol):
    """Runs a text of this folder on registered tables and gives the rows back."""

    def __call__(
        self, name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
    ) -> pd.DataFrame:
        """Rows of ``<name>.sql``; ``tables`` are further tables registered for this question only."""
        ...


# Derived tables that other texts read by name: the text that tells them, and the table it tells of (None: it names its
# own). An engine makes those that a text names, for that question alone.
VIEWS: Mapping[str, tuple[str, str | None]] = {
    "firm_roles": ("roles", "firm_segments"),
    "reference_roles": ("roles", "reference_segments"),
    "firm_gates": ("firm_gates", None),
    "firm_steps": ("large/steps", None),
}
OpenEngine = Callable[[Mapping[str, pd.DataFrame]], AbstractContextManager[Query]]


@cache
def sql_text(name: str) -> str:
    """The text of ``<name>.sql``.

    Examples
    --------
    >>> "firm_roles" in sql_text("presence")
    True
    """
    return (files("chaingraph") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def views_of(question: str) -> Mapping[str, str]:
    """The derived tables that a text reads, and the text of each, in the order to make them.

    Examples
    --------
    >>> list(views_of(sql_text("presence"))), list(views_of(sql_text("segment_count")))
    (['firm_roles'], [])
    """
    words = set(re.findall(r"\w+", re.sub("--.*", "", question)))
    made = {}
    for view, (text, rows) in VIEWS.items():
        if view in words and sql_text(text) != question:
            made[view] = sql_text(text) if rows is None else f"WITH told AS (SELECT * FROM {rows})\n{sql_text(text)}"  # noqa: S608 - a name of ours
    return made


def places_in_sets(cells: pd.Series[str]) -> pd.DataFrame:
    """The numbers of the members that set cells may have, for a text that takes the cells apart.

    Examples
    --------
    >>> places_in_sets(pd.Series(["listed;soe", None]))["place"].tolist()
    [1, 2]
    """
    most = max((str(cell).count(SEPARATOR) for cell in cells.dropna()), default=0) + 1
    return pd.DataFrame({"place": range(1, most + 1)}, dtype="int32")


_PLAIN = frozenset({"str", "float64", "int64", "bool"})  # types of the house, whatever a column holds


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in the types of the house, whichever engine it comes from or goes to.

    Texts are ``str`` with NaN for NULL, whole numbers int64, numbers float64, flags bool; ``Int64`` and ``boolean``
    where some are not known. A column that holds nothing is text.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [None, None], "b": [True, None], "c": ["x", None]})
    >>> plain_frame(frame).dtypes.astype("str").tolist()
    ['str', 'boolean', 'str']
    """
    types = pd.api.types
    kinds: dict[str, str] = {}
    for name, column in frame.items():
        if column.dtype.name in _PLAIN:
            continue
        known = column.dropna()
        whole = len(known) == len(column)
        kind = known.infer_objects().dtype
        if types.is_bool_dtype(kind):
            kinds[str(name)] = "bool" if whole else "boolean"
        elif types.is_integer_dtype(kind):
            kinds[str(name)] = "int64" if whole else "Int64"
        elif types.is_float_dtype(kind):
            kinds[str(name)] = "float64"
        elif types.is_object_dtype(kind) or types.is_string_dtype(kind):
            kinds[str(name)] = "str"
    return frame.astype(kinds) if kinds else frame
