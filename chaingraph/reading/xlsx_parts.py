"""The parts of an XLSX file beside its sheets: what relates to what, sheet names, shared strings, cell styles."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Sized
from datetime import date
from typing import IO
from xml.parsers import expat

from chaingraph.reading.rejects import Problem, Refusal

MAX_STRINGS = 5_000_000  # shared strings of one workbook
MAX_CELL_TEXT = 40_000  # characters kept of one cell; Excel itself allows 32,767
MAX_RELATIONS = 10_000
MAX_TAG = 1024 * 1024  # bytes of one tag
_CHUNK = 65_536
_MAX_STYLES = 70_000  # Excel allows 65,490

# Date formats that Excel knows by number (ECMA-376 18.8.30, Chinese ones included): "d" a day, "m" a month.
_BUILTIN_DATES = dict.fromkeys([14, 15, 16, 22, *range(27, 37), *range(50, 59)], "d") | dict.fromkeys(
    [17, 27, 36, 50, 52, 57], "m"
)
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _LocalNames(dict[str, str]):
    """Element names without their prefix; not kept without end, for a file may hold millions of different ones."""

    def __missing__(self, full: str) -> str:
        name = full.rpartition(":")[2]
        if len(self) < 1000:
            self[full] = name
        return name


class CellText:
    """The text of one cell or string: what stands in ``t`` and ``v``, without phonetic guides, up to a length."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._listening = self._phonetic = False

    def start(self, name: str) -> None:
        """An element begins."""
        if name in ("v", "t"):
            self._listening = not self._phonetic
        elif name == "rPh":
            self._phonetic = True

    def add(self, piece: str) -> None:
        """Characters arrive."""
        if self._listening and self._length < MAX_CELL_TEXT:
            self._pieces.append(piece)
            self._length += len(piece)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in ("v", "t"):
            self._listening = False
        elif name == "rPh":
            self._phonetic = False

    def take(self) -> str:
        """What was collected; the next cell begins empty."""
        found = "".join(self._pieces)
        self._pieces, self._length = [], 0
        return _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), found) if "_x" in found else found


def xml_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    """An XML parser that hands on local names and refuses document types, and with them entities of any kind."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local = _LocalNames()

    def doctype(*_: object) -> None:
        raise Refusal(Problem("xml_doctype"))

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda full, attributes: start(local[full], attributes)
    if end is not None:
        parser.EndElementHandler = lambda full: end(local[full])
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def fed(parser: expat.XMLParserType, source: IO[bytes]) -> Iterator[None]:
    """Feed a part to a parser piece by piece.

    A tag that does not end is refused early: expat reads an unfinished one again from its start with every piece, so
    that one tag of 200 MB would take minutes.
    """
    given = 0
    while chunk := source.read(_CHUNK):
        given += len(chunk)
        parser.Parse(chunk)
        if given - parser.CurrentByteIndex > MAX_TAG:
            raise Refusal(Problem("malformed_xlsx"), found=f"> {MAX_TAG}")
        yield
    finished = True
    parser.Parse(b"", finished)
    yield


def _feed(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    with archive.open(part) as source:
        for _ in fed(parser, source):
            pass


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Type and target of the relations of a part, by id."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.join("/" + folder, attributes.get("Target", ""))
            _check_count(found)
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), posixpath.normpath(target).lstrip("/"))

    _feed(archive, posixpath.join(folder, "_rels", f"{name}.rels"), xml_parser(start))
    return found


def part_of_kind(parts: dict[str, tuple[str, str]], kind: str) -> str:
    """The first part whose relation is of a kind (the end of its type); empty where there is none."""
    return next((target for type_, target in parts.values() if type_.endswith(kind)), "")


def sheet_names(archive: zipfile.ZipFile, book: str) -> tuple[dict[str, str], date]:
    """Relation id by sheet name, in the order of the workbook, and the day its dates count from."""
    names: dict[str, str] = {}
    day_zero = [date(1899, 12, 30)]

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            _check_count(names)
            names[attributes.get("name", "")] = key
        elif element == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            day_zero[0] = date(1904, 1, 1)

    _feed(archive, book, xml_parser(start))
    return names, day_zero[0]


def _check_count(entries: Sized) -> None:
    if len(entries) >= MAX_RELATIONS:
        raise Refusal(Problem("malformed_xlsx"), found=f"> {MAX_RELATIONS}")


def shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The strings that cells point to, in order."""
    found: list[str] = []
    text = CellText()

    def end(element: str) -> None:
        text.end(element)
        if element == "si":
            if len(found) >= MAX_STRINGS:
                raise Refusal(Problem("too_many_cells", {"limit": MAX_STRINGS}))
            found.append(text.take())

    _feed(archive, part, xml_parser(lambda element, _: text.start(element), end, text.add))
    return found


def cell_styles(archive: zipfile.ZipFile, part: str) -> list[str]:
    """What the number format of each cell style shows: ``%``, a date as ``d``, ``m`` or ``y``, or nothing of these."""
    formats: dict[int, str] = {}
    styles: list[str] = []
    inside = [False]

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "numFmt" and len(formats) < _MAX_STYLES:
            formats[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside[0] = True
        elif element == "xf" and inside[0] and len(styles) < _MAX_STYLES:
            styles.append(_style(int(attributes.get("numFmtId", 0)), formats))

    def end(element: str) -> None:
        if element == "cellXfs":
            inside[0] = False

    _feed(archive, part, xml_parser(start, end))
    return styles


def _style(number: int, formats: dict[int, str]) -> str:
    if number in (9, 10):
        return "%"
    if number not in formats:
        return _BUILTIN_DATES.get(number, "")
    code = _NOT_FORMAT.sub("", formats[number][:1000]).partition(";")[0].lower()
    if "%" in code:
        return "%"
    if "general" in code or "e+" in code:
        return ""
    if "d" in code:
        return "d"
    return ("m" if "m" in code else "y") if "y" in code else ""
