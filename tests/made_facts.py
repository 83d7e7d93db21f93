"""Rows added to the tables of a constructed case, typed as a reader would type them."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.case import with_ids
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES


def with_rows(tables: dict[str, pd.DataFrame], name: str, *rows: dict[str, object]) -> dict[str, pd.DataFrame]:
    """The same tables with further rows in one of them; columns that a row leaves out are missing."""
    types = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
    added = pd.DataFrame(list(rows), columns=list(types)).astype(types)
    held = tables[name].reindex(columns=list(types)).astype(types) if name in tables else added.iloc[:0]
    whole = pd.concat([held, added], ignore_index=True)
    return {**tables, name: with_ids(name, whole)}
