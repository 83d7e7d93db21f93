"""Text tables: encoding, delimiter, and rows that are refused where a quotation mark has swallowed lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from chaingraph.reading.rejects import Problem, Refusal

HEAD = 65_536
DELIMITERS = ",\t;\uff0c|"
Rows = Iterator[tuple[int, Sequence[str]]]

_BLOCK = 1024 * 1024
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_CELLS = 1000  # of one line, looked at for the delimiter
_LOOKED_AT = 65_536  # bytes of lines that hold more than ASCII
_RARE, _FREQUENT, _BROKEN = 0.2, 0.9, 0.02  # shares of the characters; measured on both: .59 and 1 against 0 and .56
_LAST_FREQUENT = 0xC6  # first byte of the last of Big5's frequent characters
_SHOWN = 60


def text_encoding(stream: IO[bytes]) -> str:
    """UTF-16 where a mark says so, else UTF-8 or GB18030, whichever decodes all of it.

    Raises
    ------
    Refusal
        When neither does, when it is UTF-8 but for a few broken bytes, or Big5: GB18030 reads those as other words.
    """
    stream.seek(0)
    if stream.read(2) in _UTF16:
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        stream.seek(0)
        lines, block = 1, b""
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
                lines += block.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig":
                _check_not_utf8(block, lines, error)
            continue
        return encoding
    raise Refusal(Problem("not_text"))


def _check_not_utf8(block: bytes, lines: int, error: UnicodeDecodeError) -> None:
    # The decoder may hold a few bytes of the block before: a few bytes off do no harm here.
    place = min(error.start, len(block))
    around = block[max(0, place - HEAD) : place + HEAD].decode("utf-8", "replace")
    if sum(1 for letter in around if letter > "\x7f") > 5 * around.count("\ufffd"):
        line = lines + block.count(b"\n", 0, place)
        raise Refusal(Problem("broken_utf8", {"line": line}), line) from error
    check_big5(block)


def head_text(head: bytes, *, whole: bool) -> str:
    """The beginning of a file as text; ``whole``: it is all of the file, which may not end within a character.

    Raises
    ------
    Refusal
        When it is no text, or Big5.
    """
    if head[:2] in _UTF16:
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head, final=whole)
    if b"\0" in head:
        raise Refusal(Problem("not_text"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)("strict").decode(head, final=whole)
        except UnicodeDecodeError:
            if encoding == "utf-8-sig":
                check_big5(head)
    text_encoding(io.BytesIO(head))  # says what is wrong with it
    raise Refusal(Problem("not_text"))


def delimiter_of(text: str, knows: Callable[[str], bool], lines: int = 1) -> str:
    """The mark that parts the first lines into the most cells that are known as headings; a comma where none does."""
    first = [line for line in text.splitlines()[:1000] if line.strip()][:lines]

    def known(mark: str) -> int:
        cells = (cell for line in first for cell in line.split(mark)[:_MOST_CELLS])
        return sum(1 for cell in cells if cell and knows(cell.strip().strip('"')[:200]))

    return max(DELIMITERS, key=known)


def csv_rows(stream: Iterator[str], delimiter: str) -> Rows:
    """The rows that hold anything, with their number in the file.

    Raises
    ------
    Refusal
        When a quotation mark is not closed, or is closed only lines later so that it has swallowed whole rows.
    """
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    number = width = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refusal(Problem("malformed_csv"), number, str(error)) from error
        except UnicodeDecodeError as error:
            raise Refusal(Problem("not_text"), number) from error
        if "".join(row).strip():
            if width > 1 and any("\n" in cell for cell in row) and _swallows(row, width, delimiter):
                raise Refusal(Problem("unbalanced_quote"), number, next(cell for cell in row if "\n" in cell))
            width = max(width, len(row))
            yield number, row


def _swallows(row: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a cell of several lines is made of the end of one row, whole rows, and the beginning of another."""
    for place, cell in enumerate(row):
        if "\n" not in cell:
            continue
        first, *between, last = (line.count(delimiter) for line in cell.split("\n"))
        rows = first == width - 1 - place and all(count == width - 1 for count in between)
        if rows and (between or (last == place and first + last > 0)):
            return True
    return False


def check_big5(data: bytes) -> None:
    r"""Refuse text that is Big5, the older encoding of Taiwan and Hong Kong, rather than GB18030.

    Every Big5 text can be read as GB18030 too, as other characters, so reading alone does not tell. What they are does:
    as GB18030 a good half of them are characters that simplified text has next to never (measured: under 2 in 10,000 of
    a business register), while as Big5 all of them are among its 5,401 frequent ones. Traditional text in GB18030 uses
    pairs of bytes that Big5 does not have.

    Parameters
    ----------
    data
        The file or its beginning, known not to be UTF-8.

    Raises
    ------
    Refusal
        When it is Big5; ``found`` holds its first words, so that the reader sees whether that is so.

    Examples
    --------
    >>> check_big5("企業名稱\n友達光電".encode("big5"))
    Traceback (most recent call last):
    chaingraph.reading.rejects.Refusal: big5
    >>> check_big5("企业名称\n隆基绿能".encode("gb18030"))
    """
    gathered = bytearray()
    for line in io.BytesIO(data):
        if not line.isascii():
            gathered += line[:_LOOKED_AT]
        if len(gathered) > _LOOKED_AT:
            break
    # What is wrong at the cut, or here and there, is a mark of replacement among many characters.
    as_gb18030, as_big5 = (bytes(gathered).decode(name, "replace") for name in ("gb18030", "cp950"))
    read, meant = ([letter for letter in text if letter > "\x7f"] for text in (as_gb18030, as_big5))
    if not meant or meant.count("\ufffd") > _BROKEN * len(meant):
        return
    rare = sum(1 for letter in read if not letter.encode("gb2312", "ignore"))
    frequent = sum(1 for letter in meant if letter.encode("cp950", "replace")[0] <= _LAST_FREQUENT)
    if rare >= _RARE * len(read) and frequent >= _FREQUENT * len(meant):
        raise Refusal(Problem("big5"), found=as_big5.strip()[:_SHOWN])
