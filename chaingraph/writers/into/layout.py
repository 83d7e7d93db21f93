"""The tables of a case as they stand in its files: which file, which column where, what is written in each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.case import Case
from chaingraph.model.columns import Column
from chaingraph.model.schema import TABLES
from chaingraph.reading.files import Sheet, read_sheets
from chaingraph.reading.headers import Match
from chaingraph.reading.rejects import Journal, shown
from chaingraph.writers.workbook.template import header_caption, sheet_caption

CHANGEABLE = (".csv", ".tsv", ".xlsx", ".xlsm", ".parquet")
_NAMES = {"firms": "firm", "segments": "segment", "chains": "chain", "products": "product"}


@dataclass(frozen=True)
class Layout:
    """Where one table stands: its file, and of a workbook the sheet; ``cells``: what is written, by column, row by row.

    ``sheet`` is None for a table that the case does not have yet.
    """

    table: str
    path: Path
    sheet: Sheet | None
    cells: pd.DataFrame
    chinese: bool

    @property
    def matches(self) -> Mapping[str, Match]:
        """The columns that are understood, by their name."""
        return {} if self.sheet is None else {match.column.name: match for match in self.sheet.matches}

    def caption(self, column: Column) -> str:
        """The header of a column that the file does not have yet."""
        return header_caption(column, "zh" if self.chinese else "en").removesuffix("*")


def layouts(path: Path, case: Case, lang: str) -> dict[str, Layout]:
    """The tables of a case where they stand.

    Raises
    ------
    StoreError
        When a table stands in a file that can be read but not be changed.
    """
    found: dict[str, Layout] = {}
    for sheet in read_sheets(path, Journal(str(path), lang)):
        file = (
            next((each for each in path.iterdir() if shown(each.name) == sheet.file), path) if path.is_dir() else path
        )
        if file.suffix.lower() not in CHANGEABLE:
            raise StoreError(both("into.cannot_change", path=file))
        name = sheet.table.name
        rows = {int(number): place for place, number in enumerate(sheet.numbers)}
        places = np.array([rows[int(number)] for number in case.numbers[name]], dtype=np.int64)
        cells = {}
        for match, codes, values in zip(sheet.matches, sheet.codes, sheet.values, strict=True):
            cells[match.column.name] = pd.Series([values[code] for code in codes[places]], dtype="str")
        headers = [match.column.name == _header(sheet, match) for match in sheet.matches]
        chinese = file.suffix.lower() != ".parquet" and 2 * sum(headers) < len(headers)
        found[name] = Layout(name, file, sheet, pd.DataFrame(cells), chinese)
    return found


def _header(sheet: Sheet, match: Match) -> str:
    return sheet.headers[match.place].strip().strip("*").strip().casefold()


def layout_of_new(table: str, path: Path, known: Mapping[str, Layout], lang: str) -> Layout:
    """Where a table goes that the case does not have yet: a file or sheet like those that are there."""
    chinese = Counter(each.chinese for each in known.values()).most_common(1)
    in_chinese = chinese[0][0] if chinese else lang == "zh"
    caption = sheet_caption(TABLES[table], "zh" if in_chinese else "en")
    if not path.is_dir():
        return Layout(table, path, None, pd.DataFrame(), in_chinese)
    endings = Counter(each.path.suffix.lower() for each in known.values())
    ending = ".parquet" if endings and set(endings) == {".parquet"} else ".csv"
    return Layout(table, path / (caption + ending), None, pd.DataFrame(), in_chinese)


def references(layout: Layout, case: Case, names: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """What stands for an id in the columns that point to other tables, as the file's own rows do it.

    Parameters
    ----------
    layout
        Of the table.
    case
        The case as it was read.
    names
        By table, the name of each id that nothing else bears.

    Returns
    -------
    dict
        By column, name by id; a column whose rows hold ids is left out.
    """
    told: dict[str, Mapping[str, str]] = {}
    for column in TABLES[layout.table].columns:
        target = column.refers_to.partition(".")[0]
        if target not in _NAMES:
            continue
        ids = set(case[target][TABLES[target].key[0]])
        held = [text for text in layout.cells.get(column.name, pd.Series(dtype="str")) if text.strip()]
        by_name = sum(text not in ids for text in held)
        if (2 * by_name > len(held)) if held else layout.chinese:
            told[column.name] = names[target]
    return told


def unique_names(case: Case, new: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """By table, the name of each id that is the name of nothing else."""
    found = {}
    for table, column in _NAMES.items():
        key = TABLES[table].key[0]
        rows = pd.concat([case[table], *([new[table]] if table in new else [])])[[key, column]].dropna()
        alone = rows[~rows[column].duplicated(keep=False)]
        found[table] = dict(zip(alone[key], alone[column], strict=True))
    return found
