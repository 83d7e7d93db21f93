"""A published table read whole: its encoding found, its headers recognised, its types left as text."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, cast

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.labels import text
from chaingraph.model.results import REJECT_COLUMNS
from chaingraph.reading.encodings import check_big5
from chaingraph.reading.rejects import Refusal, shown

LARGEST = 2_000_000_000  # bytes of text, unpacked
BLOCK = 1 << 20


def read_columns(path: Path, headers: Mapping[str, Sequence[str]], required: Sequence[str], lang: str) -> pd.DataFrame:
    """Rows of a CSV file (also gzipped) as text, under our own column names, with their line in ``row``.

    Parameters
    ----------
    path
        UTF-8 (with or without mark) or GB18030.
    headers
        For each of our columns the headers that mean it, in any case; the first that is there is taken.
    required
        Columns without which the file is refused.
    lang
        Language of the message.

    Raises
    ------
    CaseError
        When the file cannot be read, or a required column is not in it.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(BytesIO(raw)) as packed:  # tells a file that breaks off, and reads all of its members
                raw = packed.read(LARGEST + 1)
            if len(raw) > LARGEST:
                detail = text("importers.too_large", lang, limit=LARGEST // 10**9)
                raise CaseError(text("importers.unreadable", lang, file=path, detail=detail))
        content = _decoded(raw)
        frame = pd.read_csv(StringIO(content), dtype="str", keep_default_na=False, na_values=[""])
    except (OSError, EOFError, zlib.error, ValueError, Refusal) as error:  # pandas' parser errors are ValueErrors
        raise CaseError(_unreadable(path, error, lang)) from error
    return _recognised(frame, headers, required, path, lang)


def read_columns_in_parts(
    path: Path, headers: Mapping[str, Sequence[str]], required: Sequence[str], lang: str, size: int
) -> Iterator[pd.DataFrame]:
    """As `read_columns`, for files that need not fit into memory: so many rows at a time."""
    try:
        with cast("IO[bytes]", gzip.open(path) if _is_packed(path) else path.open("rb")) as stream:
            encoding = _encoding(stream)
            stream.seek(0)
            parts = pd.read_csv(
                stream, dtype="str", keep_default_na=False, na_values=[""], encoding=encoding, chunksize=size
            )
            for frame in parts:
                yield _recognised(frame, headers, required, path, lang)
    except (OSError, EOFError, zlib.error, ValueError, Refusal) as error:
        raise CaseError(_unreadable(path, error, lang)) from error


def _unreadable(path: Path, error: Exception, lang: str) -> str:
    """Why a file cannot be read, in the words of the reader rather than of Python where there are any."""
    if isinstance(error, OSError) and error.strerror:
        return text("importers.not_opened", lang, file=path, detail=error.strerror)
    if isinstance(error, Refusal):
        detail = f"{text(f'tables.{error.problem.reason}', lang)} {shown(error.found)!r}"
    elif isinstance(error, UnicodeDecodeError):
        detail = text("importers.no_text", lang)
    elif isinstance(error, ValueError):
        detail = text("importers.no_table", lang, detail=shown(str(error)))
    else:
        detail = str(error)
    return text("importers.unreadable", lang, file=path, detail=detail)


def _recognised(
    frame: pd.DataFrame, headers: Mapping[str, Sequence[str]], required: Sequence[str], path: Path, lang: str
) -> pd.DataFrame:
    """The columns that the headers mean; the line of each row is its place in the file, counted from 2."""
    given = {str(column).strip().casefold(): column for column in frame.columns}
    found = {
        name: next((given[header.casefold()] for header in names if header.casefold() in given), None)
        for name, names in headers.items()
    }
    missing = [headers[name][0] for name in required if found[name] is None]
    if missing:
        raise CaseError(text("importers.columns_missing", lang, file=path, columns=", ".join(missing)))
    out = pd.DataFrame({
        name: frame[column].str.strip().replace("", None) if column is not None else pd.Series(None, frame.index, "str")
        for name, column in found.items()
    })  # fmt: skip
    out.insert(0, "row", frame.index + 2)
    return out.astype({name: "str" for name in headers})


def _is_packed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _encoding(stream: IO[bytes]) -> str:
    """UTF-8 (a mark is dropped) if all of it is, else GB18030."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        check_big5(block)
        return "gb18030"
    return "utf-8-sig"


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        check_big5(raw[error.start - error.start % BLOCK :])
        return raw.decode("gb18030")


def refused(file: str, rows: pd.DataFrame, column: str, reason: str, lang: str) -> pd.DataFrame:
    """Reject rows of one reason, for `Case.rejects`."""
    return pd.DataFrame({
        "table": file, "row": rows["row"].astype("Int64"), "column": column, "value": rows[column].astype("str"),
        "reason": text(f"importers.{reason}", lang), "remedy": text(f"importers.{reason}_remedy", lang),
    })[list(REJECT_COLUMNS)]  # fmt: skip


def file_row(
    path: Path, table: str, raw: int, kept: int, rejected: int, digest: str | None = None
) -> dict[str, object]:
    """The account of one file for `Case.files`: what is neither kept nor rejected was merged into another row.

    ``digest`` is the file's sha256 where it is known already.
    """
    return {
        "file": path.name, "table": table, "sha256": digest or sha256_of(path), "rows": raw,
        "kept": kept, "merged": raw - kept - rejected, "rejected": rejected, "changed": 0,
    }  # fmt: skip


def file_rows_added(accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The account of one file that was read in parts."""
    rows = pd.concat(accounts, ignore_index=True)
    return rows.groupby(["file", "table", "sha256"], sort=False, as_index=False).sum()


def sha256_of(path: Path, lang: str = "zh") -> str:
    """The sha256 of a file of any size.

    Raises
    ------
    CaseError
        When it cannot be read.
    """
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise CaseError(_unreadable(path, error, lang)) from error
