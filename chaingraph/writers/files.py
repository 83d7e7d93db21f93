"""Writing files so that nobody is hurt: no formula hidden in a name, no half-written file, no silent overwrite.

Every output goes through here. A file is written beside its place and moved there when it is whole; a folder of
outputs is filled beside its place and put there when it is whole (`writers.publishing`).
"""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chaingraph.errors import ChaingraphError, StoreError
from chaingraph.labels import both
from chaingraph.writers.harmless import clean_text, safe_text
from chaingraph.writers.publishing import mend, publish
from chaingraph.writers.workroom import WINDOWS, explained, workroom

if TYPE_CHECKING:
    import pandas as pd

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
TAKEN = {"index", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_SIGNIFICANT = 6


def _both(entry: str, /, **values: object) -> dict[str, str]:
    """A message in both languages: whoever writes a file does not know who will read the message."""
    return both(f"files.{entry}", **values)


def number_text(value: float) -> str:
    """A number as text, the same on every machine: 6 significant digits, whole digits never cut, no exponent.

    Raises
    ------
    ValueError
        For an infinite number: nothing that is counted or weighed here can be one.

    Examples
    --------
    >>> number_text(2.71828182), number_text(12345678.9), number_text(0.30000000000000004), number_text(-0.0)
    ('2.71828', '12345679', '0.3', '0')
    """
    if not math.isfinite(value):
        msg = f"not a number that can be written: {value}"
        raise ValueError(msg)
    if value == 0:
        return "0"
    places = max(0, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value))))
    digits = f"{value:.{places}f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def file_name(identifier: str, suffix: str) -> str:
    """The file name of a chain's page or sheet, made from its id.

    Raises
    ------
    ChaingraphError
        When the id is not made of 1-64 letters, digits, ``-`` and ``_``, or is a name that is taken (index) or that
        Windows keeps for devices (con, nul, com1 …).

    Examples
    --------
    >>> file_name("PV", ".html")
    'PV.html'
    """
    if not _IDENTIFIER.fullmatch(identifier):
        raise ChaingraphError(_both("bad_identifier", identifier=repr(clean_text(identifier)[:80])))
    if identifier.lower() in TAKEN:
        raise ChaingraphError(_both("taken_identifier", identifier=repr(identifier)))
    return identifier + suffix


def _cells(series: pd.Series) -> list[str]:
    """One column as text cells; empty for what is not known."""
    values: list[object] = series.astype(object).tolist()
    missing: list[bool] = series.isna().tolist()
    return ["" if unknown else _cell(value) for value, unknown in zip(values, missing, strict=True)]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, bool) or type(value).__name__ == "bool_":  # numpy's own truth values
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_text(value)
    return safe_text(str(value))


def csv_text(frame: pd.DataFrame, columns: Sequence[str], *, line_end: str = "\r\n") -> str:
    """The table as CSV text: the same table gives the same text on every machine.

    Examples
    --------
    >>> import pandas as pd
    >>> print(csv_text(pd.DataFrame({"firm": ["=1+1", "甲"], "lift": [2.5, None]}), ["lift", "firm"]))
    lift,firm
    2.5,'=1+1
    ,甲
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=line_end)
    writer.writerow([safe_text(str(column)) for column in columns])  # an analyst's question names its columns
    writer.writerows(zip(*(_cells(frame[column]) for column in columns), strict=True))
    return buffer.getvalue()


def csv_line(cells: Sequence[str], *, delimiter: str = ",", end: str = "\r\n") -> str:
    """One line of somebody's own CSV file: cells as they stand there; what is new in it went through `safe_text`.

    Examples
    --------
    >>> csv_line(["甲", "a;b", ""], delimiter=";", end="")
    '甲;"a;b";'
    """
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator=end).writerow(cells)
    return line.getvalue()


def write_csv(frame: pd.DataFrame, path: Path, *, columns: Sequence[str]) -> None:
    """Write columns of a table as CSV that Excel opens right: UTF-8 with BOM, CRLF, formulas made inert.

    Numbers have 6 significant digits (`number_text`), flags are 1 and 0, an empty cell means "not known".

    Raises
    ------
    StoreError
        When the file cannot be written; what was there before is untouched.
    """
    write_bytes(csv_text(frame, columns).encode("utf-8-sig"), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    StoreError
        When the place cannot be written, is a folder or a link; what was there before is untouched.
    """
    with whole_file(path) as place:
        place.write_bytes(content)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write one file; it is moved to `path` when the block ends without an error.

    Raises
    ------
    StoreError
        When the place cannot be written, is a folder or a link, or another run is writing it.
    """
    _refuse_device(path)
    with explained(path):
        if path.is_symlink() or path.is_dir():
            raise StoreError(_both("not_a_file", path=path))
        with workroom(path, path.parent / f".{path.name}.chaingraph") as room:
            place = room / path.name
            yield place
            place.replace(path)


@contextmanager
def output_folder(out: Path, *, inputs: Sequence[Path] = ()) -> Iterator[Path]:
    """Give an empty folder to fill; its files are moved into `out` when the block ends without an error.

    The files are made in a hidden folder beside `out` (inside it where `out` is a mount of its own or its parent may
    not be written). A new `out` appears by one rename; into an existing one they are moved one by one, ``run.json``
    last. A run that fails or is killed leaves `out` as it was; what a run killed while moving had still to move is
    moved by the next (`publishing.mend`), what others left behind is removed. Files in `out` that no run has made are
    not touched.

    Parameters
    ----------
    out
        Folder to write to; made where it does not exist.
    inputs
        Paths that are being read; `out` may not be one of them.

    Raises
    ------
    StoreError
        When `out` is a file, a link or an input, when another run is writing to it, when the disk is full or the
        folder may not be written. Nothing in `out` has changed then, unless the message says so.
    """
    with explained(out), workroom(out, _room_of(out, inputs)) as folder:
        mend(folder.parent, out.resolve())
        yield folder
        publish(folder, out.resolve())


def check_output(out: Path, *, inputs: Sequence[Path] = ()) -> tuple[str, ...]:
    """Refuse before the work what `output_folder` would refuse after it.

    Nothing in `out` is touched, but that what a killed run had still to move there is moved; the names of these files.

    Raises
    ------
    StoreError
        As `output_folder`.
    """
    made = [folder for folder in out.parents if not folder.exists()]
    try:
        with explained(out), workroom(out, _room_of(out, inputs)) as folder:
            return mend(folder.parent, out.resolve())
    finally:
        for folder in made:  # a refusal still to come leaves nothing behind
            with contextlib.suppress(OSError):
                folder.rmdir()


def _refuse_device(path: Path) -> None:
    """On Windows ``con.csv`` is the console, ``a:b`` a stream of ``a``, and a dot or blank at the end is lost."""
    for part in path.parts[len(Path(path.anchor).parts) :] if WINDOWS else ():
        stem = part.partition(".")[0].rstrip().lower()
        if part not in (".", "..") and (stem in TAKEN - {"index"} or ":" in part or part != part.rstrip(". ")):
            raise StoreError(_both("device_name", path=path, part=repr(part)))


def check_file_place(path: Path) -> None:
    """Refuse before the work a file whose folder is not there.

    Raises
    ------
    StoreError
        When there is no such folder.
    """
    if not path.parent.is_dir():
        raise StoreError(_both("no_parent", path=path, detail=os.strerror(errno.ENOENT)))


def _room_of(out: Path, inputs: Sequence[Path]) -> Path:
    """Where the files for `out` are made, once it is seen to be a place to write to."""
    _refuse_device(out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise StoreError(_both("not_a_folder", path=out))
    if any(out.resolve() == Path(path).resolve() for path in inputs):
        raise StoreError(_both("out_is_input", path=out))
    out.parent.mkdir(parents=True, exist_ok=True)
    home = out.resolve()
    if home.is_dir() and (not os.access(home.parent, os.W_OK) or home.stat().st_dev != home.parent.stat().st_dev):
        return home / ".chaingraph"
    return home.parent / f".{home.name}.chaingraph"
