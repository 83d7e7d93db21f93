"""Tables in other files than CSV and XLSX: web pages, DOCX, PDF with a text layer, XLS as Excel wrote it before 2007.

What a cell spans is repeated over all that it spans, so that every row says what a reader of the page sees.
"""

from __future__ import annotations

import datetime
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from itertools import chain
from typing import Any
from xml.parsers import expat

from chaingraph.reading.delimited import Rows, head_text
from chaingraph.reading.headers import MAX_COLUMNS
from chaingraph.reading.rejects import Problem, Refusal
from chaingraph.reading.xlsx import MAX_CELLS, MAX_ROW, check_parts
from chaingraph.reading.xlsx_parts import fed, xml_parser

_MALFORMED = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
)
# A line that ends between two Chinese characters was broken by the width of the cell, not by a blank.
_BROKEN_LINE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])")

# The library, what it reads, what a file may be saved as where the library is not installed.
_PDF = ("pdfplumber", "PDF", "XLSX / DOCX")
_XLS = ("python-calamine", "XLS", "XLSX")


class _Table:
    """A table that is being read, cell by cell, each with how many columns and rows it spans."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.across = self.down = 1
        self._row: list[str] = []
        self._hanging: dict[int, tuple[int, str]] = {}  # column -> how many more rows, and what hangs there
        self.above = False

    def row(self) -> None:
        """A row begins."""
        self._row = []

    def cell(self, across: int = 1, down: int = 1) -> None:
        """A cell begins."""
        self.text, self.above = [], False
        self.across = min(max(across, 1), MAX_COLUMNS)
        self.down = min(max(down, 1), MAX_ROW)

    def end_cell(self) -> None:
        """A cell ends: it, and what hangs down beside it, is put into the row."""
        self._hang()
        told = joined_lines("".join(self.text))
        for _ in range(self.across):
            place = len(self._row)
            if self.above and self.rows and place < len(self.rows[-1]):
                self._row.append(self.rows[-1][place])
                continue
            if self.down > 1:
                self._hanging[place] = (self.down - 1, told)
            self._row.append(told)
            if len(self._row) > MAX_COLUMNS:
                raise Refusal(Problem("too_many_columns", {"columns": len(self._row), "limit": MAX_COLUMNS}))

    def end_row(self) -> None:
        """A row ends."""
        self._hang()
        self.rows.append(self._row)
        if len(self.rows) * max(1, len(self._row)) > MAX_CELLS:
            raise Refusal(Problem("too_many_cells", {"limit": MAX_CELLS}), len(self.rows))

    def _hang(self) -> None:
        while (place := len(self._row)) in self._hanging:
            more, told = self._hanging.pop(place)
            if more > 1:
                self._hanging[place] = (more - 1, told)
            self._row.append(told)

    def numbered(self) -> Rows:
        """The rows that hold anything, counted from 1."""
        return ((number, row) for number, row in enumerate(self.rows, start=1) if any(cell.strip() for cell in row))


def joined_lines(text: str) -> str:
    r"""Text whose lines were broken by the width of a cell.

    Examples
    --------
    >>> joined_lines("嘉兴甲光伏\n有限公司"), joined_lines("Foo\nLtd")
    ('嘉兴甲光伏有限公司', 'Foo\nLtd')
    """
    return _BROKEN_LINE.sub("", text.strip())


class _Page(HTMLParser):
    """Finds the tables of a page; one inside another is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._state: list[str] = []  # of each open table: "", "row" or "cell"
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "table":
            self.tables.append(_Table())
            self._open.append(self.tables[-1])
            self._state.append("")
        elif tag in ("br", "p", "div") and self._open and self._open[-1].text:
            self._open[-1].text.append("\n")
        elif tag == "tr" and self._open:
            self._close("row")
            self._open[-1].row()
            self._state[-1] = "row"
        elif tag in ("td", "th") and self._open and self._state[-1]:
            self._close("cell")
            spans = {
                name: int(value) for name, value in attrs if value and value.strip().isdecimal() and len(value) < 7
            }
            self._open[-1].cell(spans.get("colspan", 1), spans.get("rowspan", 1))
            self._state[-1] = "cell"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th") and self._open:
            self._close("cell")
        elif tag == "tr" and self._open:
            self._close("row")
        elif tag == "table" and self._open:
            self._close("row")
            self._open.pop()
            self._state.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._state[-1] == "cell" and not self._silent:
            self._open[-1].text.append(data)

    def _close(self, what: str) -> None:
        if self._state[-1] == "cell":
            self._open[-1].end_cell()
            self._state[-1] = "row"
        if what == "row" and self._state[-1] == "row":
            self._open[-1].end_row()
            self._state[-1] = ""


def html_tables(data: bytes) -> list[Rows]:
    """The tables of a web page, or of what some systems export as .xls.

    Raises
    ------
    Refusal
        When it is no text, or there is no table in it.
    """
    page = _Page()
    page.feed(head_text(data, whole=True))
    page.close()
    return _some(page.tables)


def docx_tables(data: bytes) -> list[Rows]:
    """The tables of a DOCX document.

    Raises
    ------
    Refusal
        When the document is malformed, unpacks too large, or holds no table.
    """
    tables: list[_Table] = []
    inside: list[_Table] = []
    listening = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        value = next((text for key, text in attributes.items() if key.rpartition(":")[2] == "val"), "")
        if name == "tbl":
            tables.append(_Table())
            inside.append(tables[-1])
        elif not inside:
            return
        elif name == "tr":
            inside[-1].row()
        elif name == "tc":
            inside[-1].cell()
        elif name == "gridSpan" and value.isdecimal():
            inside[-1].across = min(int(value), MAX_COLUMNS)
        elif name == "vMerge":
            inside[-1].above = value != "restart"
        elif name in ("br", "p") and inside[-1].text:
            inside[-1].text.append("\n")
        listening[0] = name == "t"

    def end(name: str) -> None:
        listening[0] = False
        if not inside:
            return
        if name == "tc":
            inside[-1].end_cell()
        elif name == "tr":
            inside[-1].end_row()
        elif name == "tbl":
            inside.pop()

    def add(text: str) -> None:
        if listening[0] and inside:
            inside[-1].text.append(text)

    try:
        archive = zipfile.ZipFile(BytesIO(data))
        check_parts(archive.infolist())
        with archive.open("word/document.xml") as part:
            for _ in fed(xml_parser(start, end, add), part):
                pass
    except _MALFORMED as error:
        raise Refusal(Problem("malformed_document"), found=str(error)) from error
    return _some(tables)


def pdf_tables(data: bytes) -> list[Rows]:
    """The ruled tables of a PDF; one that goes on over the next page, with as many columns, is one table.

    Raises
    ------
    Refusal
        When the library for it is not installed, the file is malformed or locked, is a scan without a text layer, or
        holds no ruled table.
    """
    try:
        import pdfplumber
    except ImportError as error:
        raise _missing(_PDF) from error
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of fonts, which are no concern of the reader's
    tables: list[_Table] = []
    letters = 0
    try:
        with pdfplumber.open(BytesIO(data)) as book:
            for page in book.pages:
                letters += len(page.chars)
                for found in page.extract_tables():
                    rows = [[joined_lines(cell or "") for cell in row] for row in found]
                    if not tables or not rows or len(tables[-1].rows[-1]) != len(rows[0]):
                        tables.append(_Table())
                    tables[-1].rows += rows
                page.close()
    except Exception as error:  # pdfminer raises whatever a broken file makes it raise
        raise Refusal(Problem("malformed_document"), found=f"{type(error).__name__} {error}") from error
    if not letters:
        raise Refusal(Problem("no_text_layer"))
    return _some(tables)


def xls_sheets(data: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Name and rows of every sheet of a workbook that is not XLSX: XLS, XLSB, ODS, and ET where it is XLS within.

    Raises
    ------
    Refusal
        When the library for it is not installed, or the workbook is malformed or locked.
    """
    try:
        import python_calamine
    except ImportError as error:
        raise _missing(_XLS) from error
    try:
        book: Any = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            cells = [[_cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
                for row in cells[top : bottom + 1]:
                    span = range(left, min(right + 1, len(row)))
                    row[left : left + len(span)] = [cells[top][left]] * len(span)
            yield name, [(number, row) for number, row in enumerate(cells, start=1) if any(row)]
    except (python_calamine.CalamineError, LookupError, ValueError, OSError) as error:
        raise Refusal(Problem("malformed_document"), found=str(error)) from error


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)


def _missing(reader: tuple[str, str, str]) -> Refusal:
    package, form, other = reader
    return Refusal(Problem("reader_missing", {"package": package, "format": form, "other": other}))


def _some(tables: list[_Table]) -> list[Rows]:
    held = [rows for table in tables if (rows := list(table.numbered()))]
    if not held:
        raise Refusal(Problem("no_table_in_document"))
    return [chain(rows) for rows in held]
