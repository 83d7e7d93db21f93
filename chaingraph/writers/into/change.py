"""Cells of a case that a person has decided to change: written as additions are, checked, with a version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.matching.additions import Additions
from chaingraph.matching.cell_changes import Change, empty
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.reading.read import read_case
from chaingraph.stores.parquet.read import is_large
from chaingraph.writers.into.add import check_planned
from chaingraph.writers.into.files_of import new_files
from chaingraph.writers.into.layout import layouts
from chaingraph.writers.into.versions import case_held, replace_files


def change_case(
    case: str | Path,
    changes: Mapping[str, Mapping[str, Mapping[str, object]]],
    *,
    day: str = "",
    about: str = "",
    signed: Mapping[str, str] = MappingProxyType({}),
    lang: str = "zh",
) -> Path | None:
    """Change cells of rows that a case has; what was there before is kept in a version.

    Parameters
    ----------
    case
        The folder or workbook.
    changes
        By table and the id of a row, the new values by column; None changes nothing, "" empties the cell.
    day, about, signed, lang
        As for `add_to_case`.

    Returns
    -------
    Path or None
        The folder of the version; None where nothing changes.

    Raises
    ------
    StoreError
        When the case is one of Parquet datasets, holds no such row, or cannot be changed so that it reads as planned.
    """
    home = Path(case)
    if is_large(home):
        raise StoreError(both("into.large", path=case))
    with case_held(home) as room:
        held = read_case(home, lang=lang, required=(), max_reject_share=1.0)
        known = layouts(home, held, lang)
        asked = [
            change
            for table, rows in changes.items()
            if rows
            for change in _asked(table, rows, held, known[table].cells if table in known else pd.DataFrame(), case)
        ]
        if not asked:
            return None
        plan = Additions({}, tuple(asked), pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
        files, _, log = new_files(home, held, known, plan, room, lang)
        check_planned(home, held, known, plan, files, log, room, lang)
        return replace_files(home, room, files, log, day=day, about={"changed": about, **signed}, lang=lang)


def _asked(
    table: str, rows: Mapping[str, Mapping[str, object]], held: Case, cells: pd.DataFrame, case: str | Path
) -> Iterator[Change]:
    """The cells of a table that differ from what is asked."""
    places = {str(key): place for place, key in enumerate(held[table][TABLES[table].key[0]])}
    for key, values in sorted(rows.items()):
        if key not in places:
            raise StoreError(both("into.no_row", path=case, table=table, key=key))
        row = held[table].iloc[places[key]]
        for column, value in values.items():
            if row[column] == value or (empty(row[column]) if value == "" else empty(value)):
                continue
            before = cells[column].iloc[places[key]] if column in cells else ""
            written = "" if empty(before) else str(before)
            yield Change(table, places[key], column, value, added=False, held=written, source=None, as_of=None)
