"""Additions turned into the new content of a case's files: one function for each kind of file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.matching.additions import Additions, derived_id, gives_ids
from chaingraph.matching.cell_changes import Change, empty
from chaingraph.model.case import Case, rows_of
from chaingraph.model.columns import SEPARATOR, Column, made_id, split
from chaingraph.model.schema import TABLES
from chaingraph.reading.headers import Match
from chaingraph.reading.rejects import shown
from chaingraph.reading.xlsx import open_workbook
from chaingraph.writers.files import csv_line
from chaingraph.writers.into.cells import Written, reads_back, written
from chaingraph.writers.into.csv_table import put_together, taken_apart
from chaingraph.writers.into.layout import Layout, layout_of_new, references, unique_names
from chaingraph.writers.into.parquet_table import with_rows
from chaingraph.writers.into.xlsx_book import check_book, grown_tables, new_sheet, sheet_data, with_parts
from chaingraph.writers.into.xlsx_sheet import sheet_bytes, with_cells


@dataclass(frozen=True)
class _Edit:
    """What changes in one table: columns to add, cells by row of the file and column, new rows; as texts."""

    layout: Layout
    columns: tuple[Column, ...]
    cells: Mapping[tuple[int, str], Written]
    added: tuple[Mapping[str, Written], ...]


def new_files(
    path: Path, case: Case, known: Mapping[str, Layout], additions: Additions, room: Path, lang: str
) -> tuple[dict[str, bytes], list[str], pd.DataFrame]:
    """The new content of every file that changes, by name; files whose encoding changes; and the log, cell by cell.

    Raises
    ------
    StoreError
        When a value cannot be written so that it is read again, or a file cannot be changed without losing something.
    """
    names = unique_names(case, additions.new)
    by_table: dict[str, list[Change]] = {}
    for change in _with_kept_ids(additions.changes, case, known):
        by_table.setdefault(change.table, []).append(change)
    edits: dict[Path, list[_Edit]] = {}
    log: list[dict[str, object]] = []
    written_cells = {name: layout.cells for name, layout in known.items()}
    for table in TABLES:
        if table not in by_table and table not in additions.new:
            continue
        layout = known.get(table) or layout_of_new(table, path, known, lang)
        new = additions.new.get(table, pd.DataFrame(columns=TABLES[table].names))
        if table == "firms" and not gives_ids(written_cells):
            # Read without an id such a firm has this very one: the file needs no column for it.
            derived = [derived_id({str(name): cell for name, cell in row.items()}) for row in rows_of(new)]
            new = new.assign(firm_id=new["firm_id"].mask(new["firm_id"] == pd.Series(derived, new.index, dtype="str")))
        new = _without_made_ids(new, layout, additions.new)
        edit = _edit(layout, case, by_table.get(table, []), new, references(layout, case, names))
        edits.setdefault(layout.path, []).append(edit)
        log += _logged(edit, case, by_table.get(table, []), new)
    files, converted = {}, []
    for file, of_file in edits.items():
        name = file.name if path.is_dir() else path.name
        kind = file.suffix.lower()
        if kind in (".xlsx", ".xlsm"):
            files[name] = _workbook(file, of_file)
        elif kind == ".parquet":
            files[name] = _parquet(of_file[0], room)
        else:
            files[name], changed = _csv(of_file[0])
            converted += [name] if changed else []
    return files, converted, pd.DataFrame(log)


def _without_made_ids(new: pd.DataFrame, layout: Layout, others: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Ids that the reader makes itself of what a row says need no column of their own, unless other rows name them."""
    for column in TABLES[layout.table].columns:
        if column.made_from and column.name not in layout.matches:
            said = new[list(column.made_from)].itertuples(index=False, name=None)
            made = pd.Series([made_id(column.name[0], row) for row in said], new.index, dtype="str")
            alone = ~new[column.name].isin(_named_ids(f"{layout.table}.{column.name}", others))
            new = new.assign(**{column.name: new[column.name].mask((new[column.name] == made) & alone)})
    return new


def _named_ids(target: str, tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """The ids of a column that rows of other tables name."""
    columns = [frame[column.name] for name, frame in tables.items() for column in TABLES[name].columns
               if column.refers_to == target and column.name in frame]  # fmt: skip
    return {str(value) for column in columns for value in column.dropna()}


def _with_kept_ids(changes: Sequence[Change], case: Case, known: Mapping[str, Layout]) -> list[Change]:
    """Changes, and the id of each row that is made of a cell that changes: written down, it stays what others name."""
    kept: dict[tuple[str, int], Change] = {}
    for change in changes:
        for column in TABLES[change.table].columns:
            cells = known[change.table].cells
            written = cells[column.name].iloc[change.place] if column.name in cells else ""
            if change.column in column.made_from and empty(written):
                held = case[change.table].iloc[change.place][column.name]
                made = change._replace(column=column.name, value=held, added=False, held="")
                kept.setdefault((change.table, change.place), made)
    return [*changes, *kept.values()]


def _edit(
    layout: Layout, case: Case, changes: Sequence[Change], new: pd.DataFrame, names: Mapping[str, Mapping[str, str]]
) -> _Edit:
    table = TABLES[layout.table]
    matches = dict(layout.matches)
    used = {change.column for change in changes} | {column for column in new if new[column].notna().any()}
    must = {column.name for column in table.columns if column.required} if layout.sheet is None else set()
    columns = tuple(column for column in table.columns if column.name in used | must and column.name not in matches)
    matches |= {column.name: Match(-1, column, (1, 1)) for column in columns}

    def told(name: str, value: object) -> Written:
        match = matches[name]
        if name in names and match.column.refers_to:
            value = SEPARATOR.join(names[name].get(each, each) for each in split(value)) or value
            return written(value, match.column, match.scale, chinese=layout.chinese)
        cell = written(value, match.column, match.scale, chinese=layout.chinese)
        if not reads_back(cell, value, match):
            raise StoreError(both("into.not_read_back", table=layout.table, column=name, value=str(value)[:80]))
        return cell

    cells: dict[tuple[int, str], Written] = {}
    for change in changes:
        cell = told(change.column, change.value)
        if change.added:
            cell = Written(change.held + SEPARATOR + cell.text)
        cells[(int(case.numbers[layout.table][change.place]), change.column)] = cell
    rows = rows_of(new)
    added = tuple({name: told(name, value) for name, value in row.items() if not empty(value)} for row in rows)
    return _Edit(layout, columns, cells, added)


def _logged(edit: _Edit, case: Case, changes: Sequence[Change], new: pd.DataFrame) -> list[dict[str, object]]:
    """What a person reads of it: every cell filled, every row added."""
    table = TABLES[edit.layout.table]
    told: list[dict[str, object]] = []
    for change in changes:
        row = int(case.numbers[table.name][change.place])
        held = case[table.name].iloc[change.place]
        key = SEPARATOR.join(str(held[name]) for name in table.key if not empty(held[name]))
        told.append(
            {
                "table": table.name,
                "row": row,
                "key": key,
                "column": change.column,
                "before": change.held,
                "after": edit.cells[(row, change.column)].text,
                "source": change.source,
                "as_of": change.as_of,
            }
        )
    for given, cells in zip(rows_of(new), edit.added, strict=True):
        key = SEPARATOR.join(str(given[name]) for name in table.key if not empty(given[name]))
        said = " | ".join(cell.text for cell in cells.values())
        told.append(
            {
                "table": table.name,
                "row": None,
                "key": key,
                "column": None,
                "before": None,
                "after": said,
                "source": given["source"],
                "as_of": given["as_of"],
            }
        )
    return told


def _csv(edit: _Edit) -> tuple[bytes, bool]:
    sheet = edit.layout.sheet
    if sheet is None:
        lines = [csv_line([edit.layout.caption(column) for column in edit.columns])]
        lines += [
            csv_line([row[column.name].text if column.name in row else "" for column in edit.columns])
            for row in edit.added
        ]
        return "".join(lines).encode("utf-8-sig"), False
    held = taken_apart(edit.layout.path.read_bytes(), sheet.encoding, sheet.delimiter)
    places = _places(edit, len(held.records[sheet.header_row - 1]))
    cells = {(sheet.header_row, places[column.name]): edit.layout.caption(column) for column in edit.columns}
    cells |= {(row, places[name]): cell.text for (row, name), cell in edit.cells.items()}
    added = [{places[name]: cell.text for name, cell in row.items()} for row in edit.added]
    return put_together(held, cells, added, _last_row(edit))


def _places(edit: _Edit, width: int) -> dict[str, int]:
    """Where each column stands; new ones to the right of all."""
    places = {name: match.place for name, match in edit.layout.matches.items()}
    return places | {column.name: width + place for place, column in enumerate(edit.columns)}


def _last_row(edit: _Edit) -> int:
    """The last row of data; that of the header where there is none yet."""
    sheet = edit.layout.sheet
    if sheet is None:
        return 0
    return max([sheet.header_row, *(int(number) for number in sheet.numbers[-1:]), *(row for row, _ in sheet.overlong)])


def _parquet(edit: _Edit, room: Path) -> bytes:
    made = room / edit.layout.path.name
    headers = {
        name: edit.layout.sheet.headers[match.place]
        for name, match in edit.layout.matches.items()
        if edit.layout.sheet is not None
    }
    headers |= {column.name: column.name for column in edit.columns}
    with_rows(
        edit.layout.path if edit.layout.sheet is not None else None,
        {column.name: column.kind for column in edit.columns},
        {(row, headers[name]): cell.text for (row, name), cell in edit.cells.items()},
        [{headers[name]: cell.text for name, cell in row.items()} for row in edit.added],
        made,
    )
    return made.read_bytes()


def _workbook(file: Path, edits: Sequence[_Edit]) -> bytes:
    book = open_workbook(file.read_bytes())
    check_book(book)
    changed: dict[str, bytes] = {}
    added: list[tuple[str, bytes]] = []
    tables: dict[str, bytes] = {}
    for edit in edits:
        name = None if edit.layout.sheet is None else edit.layout.sheet.sheet
        data = new_sheet() if name is None else sheet_data(book, name)
        sheet = sheet_bytes(data)
        header, last = (1, 1) if edit.layout.sheet is None else (edit.layout.sheet.header_row, _last_row(edit))
        where = shown(file.name) + (f" · {name}" if name else "")
        if sheet.locked:
            raise StoreError(both("into.locked", sheet=where))
        if edit.added and sheet.last > last:
            raise StoreError(both("into.rows_below", sheet=where, row=last + 1))
        places = _places(edit, sheet.widest + 1)
        cells: dict[tuple[int, int], tuple[Written, str]] = {}
        for column in edit.columns:
            style = sheet.style_at(header, sheet.widest)
            cells[(header, places[column.name])] = (Written(edit.layout.caption(column)), style)
        for (row, column_name), cell in edit.cells.items():
            place = places[column_name]
            if sheet.has_formula(row, place):
                raise StoreError(both("into.formula", sheet=where, row=row, column=column_name))
            cells[(row, place)] = _styled(cell, sheet.style_at(row, place), book.styles)
        for number, new in enumerate(edit.added, start=last + 1):
            for column_name, cell in new.items():
                place = places[column_name]
                style = sheet.style_at(number, place) or (sheet.style_at(last, place) if last > header else "")
                cells[(number, place)] = _styled(cell, style, book.styles)
        data = with_cells(sheet, cells)
        if name is None:
            added.append((_sheet_name(edit), data))
        else:
            changed[name] = data
            tables |= grown_tables(book, name, last, last + len(edit.added)) if edit.added else {}
    return with_parts(book, changed, added, tables)


def _sheet_name(edit: _Edit) -> str:
    table = TABLES[edit.layout.table]
    return table.name_zh if edit.layout.chinese else table.name


def _styled(cell: Written, style: str, styles: Sequence[str]) -> tuple[Written, str]:
    """A cell in its style; where that shows dates or percentages a number stands as text, not to be read as one."""
    shows = styles[int(style)] if style and int(style) < len(styles) else ""
    return (Written(cell.text) if shows else cell), style
