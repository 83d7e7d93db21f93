"""One way to write a table into a workbook, so that every sheet filters, freezes, prints and reads alike.

A column's kind and widths are said once, in `model.results.columns`; captions and notes are labels. Text is
always written as text: nothing in a cell is ever a formula, and only http(s) addresses become links.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Any

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.model.columns import is_missing, split
from chaingraph.model.results.columns import result_column
from chaingraph.wording.phrases import run_day
from chaingraph.writers.cell_text import address, code_text, fitting, sheet_name
from chaingraph.writers.files import number_text
from chaingraph.writers.harmless import harmless_book, safe_text

PAPERS = {"A4": 9, "A3": 8}  # Excel's numbers
_PAPER_POINTS = {"A4": 841.9, "A3": 1190.6}  # its longer side
_MARGIN_INCHES = 0.3
_LEAST_SCALE = 0.7  # smaller than 7 points nobody reads on paper
LINK_LIMIT = 65_530  # links a sheet can hold
_LINE_HEIGHT = 14.0  # points
_TALLEST = 24  # lines a row may grow to; what is longer stays in the cell and is read in the formula bar
_FONT = "Microsoft YaHei"
_LINE = "#BFBFBF"
_HEAD = "#1F3864"
EDITED = "#FFFBE6"

STATE_COLOURS = {
    "missing": ("#F4B6A9", "#7A1A0E"),
    "none_known": ("#FBDDD3", "#7A1A0E"),
    "unknown": ("#E7E6E6", "#3F3F3F"),
    "thin": ("#FFF0C2", "#6B4E00"),
    "weak": ("#FFE0B0", "#6B4E00"),
    "present": ("#E0EFDA", "#2B5118"),
    "present_unlisted": ("#DCEAF7", "#1F4E79"),
    "normal": ("#E0EFDA", "#2B5118"),
    "strong": ("#BFE0AE", "#234012"),
}
GRADE_COLOURS = {"A": ("#BFE0AE", "#234012"), "B": ("#FFF0C2", "#6B4E00"), "C": ("#E7E6E6", "#3F3F3F")}
LIST_COLOURS = {
    "new": ("#DCEAF7", "#1F4E79"),
    "leader": ("#FFF0C2", "#6B4E00"),
    "reinvest": ("#E0EFDA", "#2B5118"),
}
_NUMBERS = {"count": "0", "number": "0.0", "number2": "0.00", "percent": "0%"}


@dataclass(frozen=True)
class Book:
    """A workbook being written: its language, its formats, and what its sheets are called."""

    workbook: Any
    lang: str
    formats: Mapping[str, Any]
    as_of: str
    names: Mapping[str, str]  # key of a sheet -> its name; settled first, so that sheets can link to later ones

    def label(self, entry: str, /, **values: object) -> str:
        """A label of the workbook in its language."""
        return text(f"workbook.{entry}", self.lang, **values)


def open_book(
    buffer: BytesIO, sheets: Mapping[str, str], *, lang: str, as_of: str, title: str, data_date: str | None = None
) -> Book:
    """A new workbook that writes into a buffer; the same content gives the same bytes.

    Parameters
    ----------
    sheets
        What each sheet would like to be called, by its key; ``Book.names`` says what it is called (`sheet_name`).
    as_of, data_date
        The day that is counted from, and how far the data reach; None: the same.
    """
    # Widths are counted in digits of the book's own font: Arial, or the font of the same measures that an office on
    # Linux has, so that columns, pictures and pages come out alike everywhere. (Calibri is replaced by a wider one.)
    font = {"font_name": "Arial", "font_size": 10}
    workbook = harmless_book(buffer, title=title, as_of=as_of, default_row_height=17, default_format_properties=font)
    base = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    cell = {**base, "border": 1, "border_color": _LINE}
    looks: dict[str, dict[str, object]] = {
        "title": {**base, "font_size": 15, "bold": True, "font_color": _HEAD},
        "caption": {**base, "font_color": "#595959"},
        "caption_wrapped": {**base, "font_color": "#595959", "text_wrap": True},
        "plain": {**base, "text_wrap": True},
        "heading": {**base, "bold": True, "font_size": 11, "font_color": _HEAD, "bottom": 2, "bottom_color": _HEAD},
        "link": {**base, "font_color": "#0563C1", "underline": 1, "text_wrap": True},
        "head": {
            **cell,
            "bold": True,
            "font_color": "#FFFFFF",
            "bg_color": _HEAD,
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
        },
        "head_edit": {
            **cell,
            "bold": True,
            "bg_color": "#FFE699",
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
        },
        "text": {**cell, "text_wrap": True},
        "code": {**cell, "text_wrap": True, "align": "center"},
        "source": {**cell, "text_wrap": True},
        "source_link": {**cell, "text_wrap": True, "font_color": "#0563C1", "underline": 1},
        "sheet_link": {**cell, "text_wrap": True, "font_color": "#0563C1", "underline": 1},
        "edit": {**cell, "text_wrap": True, "bg_color": EDITED},
        "lift": {**cell, "num_format": text("workbook.format_lift", lang), "bold": True, "align": "center"},
        **{kind: {**cell, "num_format": form, "align": "center"} for kind, form in _NUMBERS.items()},
    }
    formats = {name: workbook.add_format(look) for name, look in looks.items()}
    formats["grey"] = workbook.add_format({"font_color": "#767676", "bold": False})
    for group, colours in (("state", STATE_COLOURS), ("grade", GRADE_COLOURS), ("list", LIST_COLOURS)):
        for code, (ground, ink) in colours.items():
            colour = {"bg_color": ground, "font_color": ink}
            formats[f"{group}_{code}"] = workbook.add_format(colour)
            formats[f"legend_{group}_{code}"] = workbook.add_format({**looks["text"], **colour})
    names: dict[str, str] = {}
    for key, wanted in sheets.items():
        names[key] = sheet_name(wanted, names.values())
    return Book(workbook, lang, formats, run_day(as_of if data_date is None else data_date, as_of, lang), names)


def add_table(
    book: Book,
    key: str,
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    title: str,
    captions: Sequence[str] = (),
    frozen: int = 2,
    printed: int | None = None,
    sheet_links: Mapping[str, str] | None = None,
    colour: str | None = None,
    headers: Mapping[str, str] | None = None,
    paper: str = "",
    hidden: Sequence[str] = (),
) -> None:
    """Write a table as a sheet: title, captions, header row with notes, rows, filter, frozen panes, print set-up.

    Parameters
    ----------
    book
        The workbook; it knows the name of the sheet by `key`.
    frame
        Text already in the language of the book; missing values become empty cells.
    columns
        Columns in order. Those of kind ``edit`` that the frame lacks are empty, for people to fill.
    frozen
        Columns that stay when scrolling right.
    printed
        How many columns are printed; all where None.
    sheet_links
        Texts of the first column that lead to other sheets: text -> key of the sheet.
    headers
        What columns are called here, where that is not the label ``workbook.column_<name>``.
    paper
        A4 or A3; empty: A4 unless what is printed would be too small on it.
    hidden
        Columns that are there but not shown.
    """
    sheet = book.workbook.add_worksheet(book.names[key])
    if colour:
        sheet.set_tab_color(colour)
    sheet.write_string(0, 0, fitting(title), book.formats["title"])
    sheet.set_default_row(row_height(1))
    noted = [*captions, book.label("no_rows")] if frame.empty else list(captions)
    head = len(noted) + 1
    last = head + len(frame)
    links = 0
    broad = 0.0  # characters across the printed columns
    grown: dict[int, int] = {}  # row -> lines of its tallest cell; the header is -1
    for place, column in enumerate(columns):
        layout = result_column(column)
        head_look = "head_edit" if layout.kind == "edit" else "head"
        caption = fitting(headers[column]) if headers and column in headers else _caption(book, column)
        sheet.write_string(head, place, caption, book.formats[head_look])
        _note(book, sheet, head, place, column)
        values = frame[column].to_numpy(dtype=object).tolist() if column in frame else [None] * len(frame)
        texts, links = _write_column(book, sheet, head + 1, place, values, layout.look, links)
        if sheet_links and place == 0:
            layout = replace(layout, width=(20, 40))  # not every office wraps a link
        width = _width(texts, caption, layout.width)
        sheet.set_column(place, place, width, None, {"hidden": 1} if column in hidden else {})
        broad += width if place < (printed or len(columns)) else 0
        grown[-1] = max(grown.get(-1, 1), line_count(caption, width))
        # What is not printed may be cut on the screen: it would stretch the pages for nothing.
        for row, value in enumerate(texts if place < (printed or len(columns)) else ()):
            if "\n" in value or 2 * len(value) > width:
                grown[row] = max(grown.get(row, 1), line_count(value, width))
        if sheet_links and place == 0:
            for row, value in enumerate(values, start=head + 1):
                if value in sheet_links:
                    target = "internal:" + _quoted(book.names[sheet_links[value]]) + "!A1"
                    sheet.write_url(row, 0, target, book.formats["sheet_link"], fitting(value))
    for row, caption in enumerate(noted, start=1):
        _write_caption(book, sheet, row, caption, broad, (printed or len(columns)) - 1)
    # Offices differ in whether they fit the height of a row to wrapped text on opening; said here, all show the same.
    for row, count in grown.items():
        sheet.set_row(head + 1 + row, row_height(count))
    sheet.set_row(0, 26)
    _rules(book, sheet, columns, head + 1, last)
    sheet.autofilter(head, 0, max(last, head + 1), len(columns) - 1)
    sheet.freeze_panes(head + 1, frozen)
    set_print(book, sheet, title, paper or paper_for(broad))
    sheet.repeat_rows(head)
    sheet.print_area(0, 0, last, (printed or len(columns)) - 1)


def _write_caption(book: Book, sheet: Any, row: int, caption: str, broad: float, last: int) -> None:
    """A line above the table; one that is longer than what is printed runs over several lines."""
    shown = fitting(caption)
    if _breadth(shown) <= broad or not last:
        sheet.write_string(row, 0, shown, book.formats["caption"])
    else:
        sheet.merge_range(row, 0, row, last, "", book.formats["caption"])
        sheet.write_string(row, 0, shown, book.formats["caption_wrapped"])
        sheet.set_row(row, row_height(line_count(shown, broad)))


def _caption(book: Book, column: str) -> str:
    """The caption of a column; the counts by state are captioned by the state itself."""
    group, _, code = column.partition(":")
    if group == "blank":
        return fitting(code)
    return code_text(group, code, book.lang) if code else book.label(f"column_{column}")


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def link_sheet(book: Book, sheet: Any, row: int, column: int, key: str) -> None:
    """Write the name of another sheet as a link to it."""
    name = book.names[key]
    sheet.write_url(row, column, f"internal:{_quoted(name)}!A1", book.formats["link"], fitting(name))


def paper_for(characters: float) -> str:
    """The smaller paper on which columns so many characters wide can still be read.

    Examples
    --------
    >>> paper_for(120), paper_for(260)
    ('A4', 'A3')
    """
    points = characters * 5.25 + 4  # a digit of the book's font is 7 pixels of 0.75 points
    room = _PAPER_POINTS["A4"] - 2 * 72 * _MARGIN_INCHES
    return "A4" if room / points >= _LEAST_SCALE else "A3"


def set_print(book: Book, sheet: Any, title: str, paper: str = "A4") -> None:
    """Landscape, as wide as one page, page numbers and data date in the footer."""
    sheet.set_landscape()
    sheet.set_paper(PAPERS[paper])
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=_MARGIN_INCHES, right=_MARGIN_INCHES, top=0.4, bottom=0.5)
    left, right = (safe_text(part).replace("&", "&&")[:80] for part in (title, book.label("footer", as_of=book.as_of)))
    sheet.set_footer(f"&L&8{left}&C&8&P / &N&R&8{right}")


def _write_column(
    book: Book, sheet: Any, top: int, place: int, values: Sequence[object], kind: str, links: int
) -> tuple[list[str], int]:
    """Write the cells of one column; returns their texts (for the width) and the links used so far on the sheet."""
    look = book.formats[kind]
    number = kind in _NUMBERS or kind == "lift"
    texts = []
    for row, value in enumerate(values, start=top):
        if is_missing(value):
            sheet.write_blank(row, place, None, look)
            texts.append("")
        elif isinstance(value, str):
            shown = fitting(value)
            target = address(value) if kind == "source" and links < LINK_LIMIT else None
            if target is None:
                sheet.write_string(row, place, shown, look)
            else:
                sheet.write_url(row, place, target, book.formats["source_link"], shown)
                links += 1
            texts.append(shown)
        elif isinstance(value, bool):
            shown = book.label("yes" if value else "no")
            sheet.write_string(row, place, shown, look)
            texts.append(shown)
        elif isinstance(value, (int, float)):
            rounded = float(number_text(float(value)))
            sheet.write_number(row, place, rounded, look)
            texts.append("" if number else number_text(rounded))
        else:
            sheet.write_string(row, place, fitting(str(value)), look)
            texts.append(str(value))
    return texts, links


@lru_cache(maxsize=100_000)  # the same texts stand on several sheets
def _breadth(value: str) -> float:
    """About how wide a text is, in digits; a character of three bytes takes two, a Latin letter a bit less than one."""
    wide = (len(value.encode()) - len(value)) / 2
    return 2 * wide + 0.9 * (len(value) - wide)


def row_height(count: int) -> float:
    """The height in points of a row of so many lines; a text that would fill the screen is cut."""
    return 4 + _LINE_HEIGHT * min(count, _TALLEST)


@lru_cache(maxsize=100_000)
def line_count(value: str, width: float) -> int:
    """How many lines a text takes in a column of that width."""
    room = max(1.0, width - 1)  # of which the cell keeps about a character free
    return sum(max(1, math.ceil(_breadth(part) / room)) for part in value.split("\n"))


def _width(texts: Sequence[str], caption: str, bounds: tuple[float, float]) -> float:
    """Wide enough for nine of ten cells' longest line and for the caption on two lines, within the column's bounds."""
    widths = sorted(max(map(_breadth, value.split("\n"))) for value in texts if value)
    usual = widths[int(0.9 * (len(widths) - 1))] if widths else 0.0
    word = max((len(word) for word in caption.split() if word.isascii()), default=0)  # never broken
    # A closing bracket is never left alone on a line: a caption with one has room for it.
    half = _breadth(caption) / 2 + (4 if caption.endswith((")", "\uff09")) else 3)
    return max(min(bounds[1], max(bounds[0], usual + 2, half)), word + 2.5)


def _note(book: Book, sheet: Any, row: int, place: int, column: str) -> None:
    try:
        note = book.label(f"note_{column}")
    except UnknownNameError:  # most captions speak for themselves
        return
    height = 18 * (2 + int(_breadth(note)) // 40)
    options = {"author": "chaingraph", "font_size": 9, "width": 260, "height": height, "font_name": _FONT}
    sheet.write_comment(row, place, note, options)


def _rules(book: Book, sheet: Any, columns: Sequence[str], first: int, last: int) -> None:
    """Colour by state, grade and list; grey a fit that few draws bear out; drop-downs where people fill in."""
    if last < first:
        return
    colours = {"state": ("state", STATE_COLOURS), "gap_state": ("state", STATE_COLOURS), "list": ("list", LIST_COLOURS)}
    for place, column in enumerate(columns):
        area = (first, place, last, place)
        if column in colours:
            group, codes = colours[column]
            words = "candidate" if group == "list" else group
            for code in codes:
                caption = code_text(words, code, book.lang)
                _colour(sheet, area, caption, book.formats[f"{group}_{code}"])
        elif column == "evidence_grade":
            for grade in GRADE_COLOURS:
                _colour(sheet, area, grade, book.formats[f"grade_{grade}"])
        elif column in ("fit_lift", "fit_low", "fit_high") and "top_share" in columns:
            share = f"${_letters(columns.index('top_share'))}{first + 1}"
            criteria = f"=AND(ISNUMBER({share}),{share}<0.5)"
            sheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": book.formats["grey"]})
        elif column in ("status", "answer"):
            choices = split(book.label(f"choices_{column}"))
            sheet.data_validation(*area, {"validate": "list", "source": list(choices), "error_type": "warning"})


def _colour(sheet: Any, area: tuple[int, int, int, int], caption: str, look: Any) -> None:
    sheet.conditional_format(*area, {"type": "cell", "criteria": "==", "value": f'"{caption}"', "format": look})


def _letters(place: int) -> str:
    """The letters of a column counted from 0: 0 -> A, 26 -> AA."""
    head, tail = divmod(place, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + tail)
