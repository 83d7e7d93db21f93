"""A CSV file with some cells filled and rows added: every other line stays what it is, to the byte.

Encoding, byte order mark, delimiter, line ends, columns nobody knows and the order of rows and columns stay. A file in
a Chinese encoding stays in it, unless a new value needs a character that Excel would not show there: then the whole
file becomes UTF-8 with a byte order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaingraph.writers.files import csv_line

Cells = Mapping[tuple[int, int], str]  # text by row of the file (from 1) and column (from 0)


@dataclass(frozen=True)
class Lines:
    """A CSV file taken apart: per record its cells and the very text it stands in."""

    encoding: str
    mark: str
    delimiter: str
    end: str
    records: list[list[str]]
    texts: list[str]


def taken_apart(data: bytes, encoding: str, delimiter: str) -> Lines:
    """The records of a file; the row number of the reader is the place of the record, counted from 1."""
    marked = data.startswith(b"\xef\xbb\xbf")
    text = data.decode(encoding)
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    records, texts, start = [], [], 0
    for record in reader:
        records.append(record)
        texts.append("".join(lines[start : reader.line_num]))
        start = reader.line_num
    ends = [end for end in ("\r\n", "\n", "\r") if texts and texts[0].endswith(end)]
    return Lines(encoding, "\ufeff" if marked else "", delimiter, ends[0] if ends else "\r\n", records, texts)


def put_together(held: Lines, cells: Cells, added: Sequence[Mapping[int, str]], after: int) -> tuple[bytes, bool]:
    """The file with cells set and rows added behind a row; and whether its encoding had to change.

    Parameters
    ----------
    held
        From `taken_apart`.
    cells
        What to set; the rest of such a row stays, its line is written anew.
    added
        New rows: text by column.
    after
        The last row of data, counted from 1; what stands below it (a footer) stays below.
    """
    reached = [column + 1 for row in added for column in row] + [column + 1 for _, column in cells]
    width = max([len(held.records[after - 1]), *reached])
    texts = list(held.texts)
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        by_row.setdefault(row, {})[column] = text
    for row, changed in by_row.items():
        record = held.records[row - 1]
        record = record + [""] * (max(changed) + 1 - len(record))
        texts[row - 1] = _line([changed.get(place, cell) for place, cell in enumerate(record)], held)
    if added and texts and not texts[after - 1].endswith(("\n", "\r")):
        texts[after - 1] += held.end
    lines = [_line([row.get(place, "") for place in range(width)], held) for row in added]
    whole = "".join([*texts[:after], *lines, *texts[after:]])
    return _encoded(whole, held, new="".join([*cells.values(), *(text for row in added for text in row.values())]))


def _line(cells: Sequence[str], held: Lines) -> str:
    return csv_line(cells, delimiter=held.delimiter, end=held.end)


def _encoded(whole: str, held: Lines, *, new: str) -> tuple[bytes, bool]:
    if held.encoding == "gb18030":
        try:
            new.encode("gbk")
        except UnicodeEncodeError:
            return whole.encode("utf-8-sig"), True
        return whole.encode("gb18030"), False
    return (held.mark + whole).encode("utf-8"), False
