"""An empty case as one Excel file, from which a bureau starts with its own data: `chaingraph init`."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chaingraph.errors import StoreError
from chaingraph.labels import entries, text
from chaingraph.model.columns import Column, Table, is_missing
from chaingraph.model.schema import TABLES
from chaingraph.writers.files import write_bytes
from chaingraph.writers.harmless import harmless_book, safe_text

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 5_000  # drop-downs reach so far
_EXAMPLE = {"zh": "示例-", "en": "EXAMPLE-"}  # how the first cell of an example row begins; readers skip such rows
_IDS = {
    "chains": "C",
    "segments": "S",
    "firms": "F",
    "products": "P",
    "projects": "J",
    "firm_signals": "N",
    "premises": "H",
}
_NUMBERS = {"number": ("1200", "80"), "integer": ("260", "1500"), "date": ("2024-03-05", "2024-03")}
_OWN_NUMBERS = {
    "year": ("2023", "2024"), "market_year": ("2023", "2024"), "lon": ("120.76", "121.02"), "lat": ("30.75", "30.7"),
    "start": ("120", "0"), "end": ("168", "36"), "height_m": ("8", "6.5"), "load": ("1", "0.8"), "rent": ("18", "22.5"),
}  # fmt: skip
# The other end of a link.
_SECOND_END = ("to_segment_id", "to_product_id", "target_id", "supplier_id", "unit_id", "counterpart_id")
_LONGEST_LIST = 255  # characters that Excel takes in a drop-down
_FONT = "Microsoft YaHei"


def write_template(path: str | Path, *, rows: Mapping[str, pd.DataFrame] | None = None, lang: str = "zh") -> Path:
    """What does a bureau have to fill in? A workbook with a sheet per table, notes, drop-downs and examples.

    Required columns carry ``*``; a note at each header says what belongs there, in which unit, from which choices.
    Two grey rows per sheet show how; their first cell begins with 示例 or ``EXAMPLE-`` and `read_case` skips them.

    Parameters
    ----------
    path
        File to write, ending in ``.xlsx`` (added where there is no ending). It must not exist.
    rows
        Rows to start from, by table; they replace the examples on that sheet, with choices in the reader's words.
    lang
        ``zh``: Chinese sheet names and headers; ``en``: the canonical ones.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StoreError
        When the file exists, the folder does not, or the name has another ending.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_template(Path(folder, "mine.xlsx"), lang="en").name
    'mine.xlsx'
    """
    path = Path(path)
    path = path if path.suffix else path.with_name(path.name + ".xlsx")
    if path.suffix.lower() != ".xlsx":
        raise StoreError(text("template.not_xlsx", lang, path=path))
    if path.exists() or path.is_symlink():
        raise StoreError(text("template.exists", lang, path=path))
    if not path.parent.is_dir():
        raise StoreError(text("template.no_folder", lang, path=path.parent))
    buffer = BytesIO()
    book = harmless_book(buffer, title=text("template.title", lang))
    _write_read_me(book, lang)
    for table in TABLES.values():
        given = None if rows is None else rows.get(table.name)
        _write_table(book, table, given if given is not None and len(given) else None, lang)
    book.close()
    write_bytes(buffer.getvalue(), path)
    return path


def sheet_caption(table: Table, lang: str) -> str:
    """The sheet name of a table in the template."""
    return table.name_zh if lang == "zh" else table.name


def header_caption(column: Column, lang: str) -> str:
    """The header of a column in the template: its caption, its unit in Chinese ones, ``*`` where it must be filled.

    Examples
    --------
    >>> header_caption(TABLES["firms"].column("revenue_cny_m"), "zh")
    '营业收入(百万元)'
    """
    caption = column.name
    if lang == "zh":
        caption = column.headers[0] + (f"({column.unit})" if column.unit else "")
    return caption + ("*" if column.required else "")


def _write_read_me(book: Workbook, lang: str) -> None:
    labels = entries("template", lang)
    title = book.add_format({"font_name": _FONT, "font_size": 14, "bold": True})
    plain = book.add_format({"font_name": _FONT, "text_wrap": True, "valign": "top"})
    head = book.add_format({"font_name": _FONT, "bold": True, "bottom": 1})
    link = book.add_format({"font_name": _FONT, "font_color": "#0563C1", "underline": 1})
    sheet = book.add_worksheet(labels["read_me"])
    sheet.hide_gridlines(2)
    _set_up_page(sheet)
    sheet.set_row(0, 28)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 2, 12)
    sheet.write_string(0, 0, labels["title"], title)
    row = 2
    for number in range(1, 7):
        sheet.merge_range(row, 0, row, 2, f"{number}. {labels[f'how_{number}']}", plain)
        sheet.set_row(row, 34)
        row += 1
    row += 1
    for column, label in enumerate(("sheet", "holds", "must")):
        sheet.write_string(row, column, labels[label], head)
    for table in TABLES.values():
        row += 1
        name = sheet_caption(table, lang)
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(row, 1, table.note_zh if lang == "zh" else table.note, plain)
        sheet.write_string(row, 2, labels["yes" if table.required else "no"], plain)


def _write_table(book: Workbook, table: Table, rows: pd.DataFrame | None, lang: str) -> None:
    head = book.add_format(
        {
            "font_name": _FONT,
            "bold": True,
            "font_color": "white",
            "bg_color": "#1F3864",
            "border": 1,
            "border_color": "#BFBFBF",
            "text_wrap": True,
            "valign": "vcenter",
        }
    )
    as_text = book.add_format({"font_name": _FONT, "num_format": "@"})  # keeps leading zeros and dates as typed
    as_number = book.add_format({"font_name": _FONT})
    example = book.add_format({"font_name": _FONT, "italic": True, "font_color": "#808080", "num_format": "@"})
    sheet = book.add_worksheet(sheet_caption(table, lang))
    _set_up_page(sheet)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    for place, column in enumerate(table.columns):
        caption = header_caption(column, lang)
        numeric = column.kind in ("number", "integer")
        wide = sum(2 if ord(letter) > 127 else 1 for letter in caption)
        sheet.set_column(place, place, min(max(wide + 4, 12), 34), as_number if numeric else as_text)
        sheet.write_string(0, place, caption, head)
        note = _note(column, lang)
        if note:
            lines = 2 + sum(1 + len(line) // 18 for line in note.splitlines())
            sheet.write_comment(0, place, note, {"author": "chaingraph", "width": 260, "height": 18 * lines})
        if rows is None:
            for row in (0, 1):
                sheet.write_string(row + 1, place, _example(table, column, row, lang), example)
        else:
            _write_cells(sheet, place, column, rows[column.name], lang)
        _add_drop_down(sheet, place, column, lang)


def _write_cells(sheet: Worksheet, place: int, column: Column, cells: pd.Series[Any], lang: str) -> None:
    """The values of a column as somebody would have typed them; nothing where nothing is known."""
    words = dict(zip(column.choices, _choices(column, lang), strict=True)) if column.kind == "choice" else {}
    for row, value in enumerate(cells.astype(object), start=1):
        if is_missing(value):
            continue
        if column.kind == "flag":
            sheet.write_string(row, place, text("template.flag_yes" if value else "template.flag_no", lang))
        elif column.kind in ("number", "integer"):
            sheet.write_number(row, place, float(value))
        else:
            sheet.write_string(row, place, safe_text(words.get(str(value), str(value))))


def _set_up_page(sheet: Worksheet) -> None:
    sheet.set_default_row(18)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _note(column: Column, lang: str) -> str:
    """What a header's comment says."""
    lines = [text("template.required", lang)] if column.required else []
    lines.append(column.note_zh if lang == "zh" else column.note)
    if column.refers_to:
        target = TABLES[column.refers_to.partition(".")[0]]
        lines.append(text("template.refers", lang, table=sheet_caption(target, lang)))
    if column.unit:
        lines.append(text("template.unit", lang, unit=column.unit))
    if column.choices:
        lines.append(text("template.choices", lang, choices=", ".join(_choices(column, lang))))
    if column.kind == "set":
        lines.append(text("template.several", lang))
    if (column.minimum, column.maximum) == (0, 1):
        lines.append(text("template.share", lang))
    if column.kind == "date":
        lines.append(text("template.date", lang))
    return "\n".join(line for line in lines if line)


def _choices(column: Column, lang: str) -> list[str]:
    """The values offered: in Chinese the first Chinese spelling, in English the canonical one."""
    if lang == "en":
        return list(column.choices)
    return [name if not name.isascii() else spellings[0] for name, spellings in column.choices.items()]


def _add_drop_down(sheet: Worksheet, place: int, column: Column, lang: str) -> None:
    options: dict[str, Any] = {"validate": "list", "ignore_blank": True}
    if column.kind == "flag":
        options["source"] = [text("template.flag_yes", lang), text("template.flag_no", lang)]
    elif column.kind == "choice" and len(",".join(_choices(column, lang))) <= _LONGEST_LIST:
        options["source"] = _choices(column, lang)
    elif column.kind == "id" and column.refers_to:
        target = TABLES[column.refers_to.partition(".")[0]]
        # The ids of the other sheet are offered, not enforced: names and codes are understood too.
        options |= {"source": f"='{sheet_caption(target, lang)}'!$A$2:$A${LAST_ROW}", "show_error": False}
    else:
        return
    sheet.data_validation(1, place, LAST_ROW - 1, place, options)


def _example(table: Table, column: Column, row: int, lang: str) -> str:
    """What an example row holds in a column."""
    mark = _EXAMPLE[lang]
    target = column.refers_to.partition(".")[0] or (table.name if column.name == table.key[0] else "")
    if column.kind == "id" and target in _IDS:
        if column.name == "parent_id":
            return "" if row == 0 else f"{mark}F1"
        other_end = column.name in _SECOND_END
        return f"{mark}{_IDS[target]}{2 - row if other_end else 1 + row}"
    if column.kind == "id":
        return {"stock_code": ("002004", "02198.HK")}.get(column.name, ("", ""))[row]
    if column.kind == "set" and column.refers_to:
        return f"{mark}{_IDS[target]}1;{mark}{_IDS[target]}2"
    if column.kind == "set" and column.choices:
        first, second = _choices(column, lang)[:2]
        return f"{first}(2024)" if row == 0 else f"{first};{second}"
    value = _plain_example(table, column, row, lang)
    first_column = table.columns[0] is column
    return mark + value if first_column and not value.startswith((mark, mark.removesuffix("-"))) else value


def _plain_example(table: Table, column: Column, row: int, lang: str) -> str:
    if column.kind == "choice":
        choices = _choices(column, lang)
        return choices[row % len(choices)]
    if column.kind == "flag":
        return text("template.flag_yes" if row == 0 else "template.flag_no", lang)
    if (column.minimum, column.maximum) == (0, 1):
        return ("35%", "0.2")[row]
    if column.name in _OWN_NUMBERS and column.kind in ("number", "integer"):
        return _OWN_NUMBERS[column.name][row]
    if column.kind in _NUMBERS:
        return _NUMBERS[column.kind][row]
    labels = entries("template", lang)
    own = labels.get(f"example_{table.name}_{column.name}", labels.get(f"example_{column.name}"))
    if own is None:  # a column without examples of its own: its caption, where something must stand
        return f"{header_caption(column, lang).strip('*')} {row + 1}" if column.required else ""
    return own.split("||")[row].strip()
