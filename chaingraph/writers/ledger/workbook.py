"""The ledger as an Excel workbook: the four lists, what is due, progress, scoreboards; made to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.store import Ledger
from chaingraph.model.columns import is_missing
from chaingraph.writers.cell_text import fitting, sheet_name
from chaingraph.writers.files import number_text, write_bytes
from chaingraph.writers.harmless import harmless_book, safe_text
from chaingraph.writers.ledger.frames import Tables, notes, parts
from chaingraph.writers.workbook.sheet import line_count, row_height

_HEAD, _LINE, _FONT = "#1F3864", "#BFBFBF", "Microsoft YaHei"
_NARROW, _WIDE = 8.0, 36.0
_MANY, _CLOSE = 11, 22.0  # columns from which texts are broken earlier, so that print stays legible


def write_ledger_workbook(
    ledger: Ledger, case: Tables, path: str | Path, *, as_of: str, only: Sequence[str] = (), lang: str = "zh"
) -> None:
    """Write every view of a ledger, as of a day, one sheet each; the same ledger and day give the same bytes.

    Text is written as text, amounts as numbers in the unit of their caption, shares in percent; an empty cell means not
    known.

    Parameters
    ----------
    ledger
        An open ledger.
    case
        Tables of the case by name, such as ``case.tables``; ``targets`` is required; the others (targets of places,
        chain offices, zones, …) are shown where they are present.
    path
        The file to write; it is written whole or not at all.
    as_of
        The day to look at, YYYY-MM-DD.
    only
        Keys of the tables to write, from ``chaingraph.writers.ledger.VIEWS``; where empty, all of them.
    lang
        zh or en.

    Raises
    ------
    LedgerError
        When ``as_of`` is no whole day, or a target's period is none.
    UnknownNameError
        When no table has such a key.
    StoreError
        When the file cannot be written; an older file in its place is untouched.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "ledger.xlsx")
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record(cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts))
    ...         write_ledger_workbook(ledger, cg.load_example().tables, path, as_of="2024-04-01", only=["negotiating"])
    ...     path.read_bytes()[:2]
    b'PK'
    """
    buffer = BytesIO()
    title = text("ledger.title", lang)
    book = harmless_book(buffer, title=title, as_of=as_of)
    base = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    cell = {**base, "border": 1, "border_color": _LINE}
    looks = {
        "title": book.add_format({**base, "font_size": 15, "bold": True, "font_color": _HEAD}),
        "note": book.add_format({**base, "font_color": "#595959"}),
        "head": book.add_format({**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": _HEAD, "text_wrap": True}),
        "text": book.add_format({**cell, "text_wrap": True}),
        "number": book.add_format({**cell, "num_format": "0.##", "align": "center"}),
    }
    ledger = ledger.as_of(as_of)
    said = notes(ledger, as_of, lang)
    names: list[str] = []
    for part in parts(ledger, case, as_of, lang, only):
        names.append(sheet_name(part.caption, names))
        sheet = book.add_worksheet(names[-1])
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, f"{title} · {part.caption}", looks["title"])
        shown = said if len(part.table) else [*said, text("ledger.empty", lang)]
        for row, note in enumerate(shown, start=1):
            sheet.write_string(row, 0, fitting(note), looks["note"])
        head = len(shown) + 1
        _write(sheet, part.table, head, looks)
        sheet.freeze_panes(head + 1, 1)
        sheet.autofilter(head, 0, head + max(1, len(part.table)), max(0, len(part.table.columns) - 1))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(head)
        sheet.set_footer(f"&L&8 {safe_text(title)}&C&8&P / &N&R&8 {safe_text(as_of)}")
    book.close()
    write_bytes(buffer.getvalue(), Path(path))


def _write(page: Any, table: pd.DataFrame, head: int, looks: dict[str, object]) -> None:
    lines = [1] * len(table)  # a row is as high as its longest text needs: not every office works that out by itself
    widest = _WIDE if len(table.columns) < _MANY else _CLOSE
    for place, name in enumerate(table.columns):
        page.write_string(head, place, fitting(str(name)), looks["head"])
        values = table[name].astype(object).tolist()
        longest = max((_breadth(value) for value in values), default=0.0)
        width = min(widest, max(_NARROW, longest + 2, _breadth(str(name)) / 2 + 3))
        page.set_column(place, place, width)
        for row, value in enumerate(values):
            if is_missing(value):
                page.write_blank(head + 1 + row, place, None, looks["text"])
            elif isinstance(value, str):
                page.write_string(head + 1 + row, place, fitting(value), looks["text"])
                lines[row] = max(lines[row], line_count(value, width))
            else:
                page.write_number(head + 1 + row, place, float(number_text(float(value))), looks["number"])
    page.set_row(head, row_height(2))
    for row, count in enumerate(lines, start=head + 1):
        page.set_row(row, row_height(count))


def _breadth(value: object) -> float:
    return (len(value) + len(value.encode())) / 2 if isinstance(value, str) else 6.0
