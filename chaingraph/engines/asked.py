"""The process that answers an analyst's question (`engines.analyst`): bounded in memory, and gone when its asker is.

It is given the tables, the question, the language and the limits on standard input, says one byte when the question
begins, and then the answer: rows and whether they were cut, or the sentence of a refusal.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.engines.duckdb import closed_connection
from chaingraph.errors import ChaingraphError, StoreError
from chaingraph.labels import text
from chaingraph.sql import plain_frame

if TYPE_CHECKING:
    import duckdb

    from chaingraph.engines.analyst import Limits

_MEGABYTE = 1_000_000
_SLACK = 300  # megabytes of address space that threads reserve and never touch
_VECTORS = 4  # rows are fetched some eight thousand at a time


def main() -> None:
    """Answer one question, and end."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    given = source.read(int.from_bytes(source.read(8), "big"))
    threading.Thread(target=_end_with_asker, args=(source.fileno(),), daemon=True).start()
    tables, question, lang, limits = pickle.loads(given)
    try:
        try:
            told: tuple[object, bool] = answered(tables, question, lang, limits, sink.fileno())
        except MemoryError as error:
            raise _too_large(error, lang, limits) from error
    except ChaingraphError as error:
        told = (error.in_language(lang), False)
    sink.write(pickle.dumps(told))
    sink.flush()
    os._exit(0)  # the other thread still waits for the asker to go


def _end_with_asker(source: int) -> None:
    while os.read(source, 4096):
        pass
    os._exit(1)


def answered(
    tables: Mapping[str, pd.DataFrame | Path], question: str, lang: str, limits: Limits, begun: int
) -> tuple[pd.DataFrame, bool]:
    """The rows of the answer, and whether there were more.

    Raises
    ------
    StoreError
        As `engines.analyst.ask`, for all but time.
    """
    import duckdb

    with closed_connection(tables, memory_limit=f"{limits.memory_mb // 2}MB") as connection:
        _bound_memory(limits.memory_mb)
        os.write(begun, b".")
        try:
            statements = connection.extract_statements(question)
            kinds = [statement.type.name for statement in statements]
            if kinds != ["SELECT"]:
                found = ", ".join(kinds) or text("engines.sql_nothing", lang)
                raise StoreError(text("engines.sql_one", lang, count=len(kinds), found=found))
            connection.execute("BEGIN TRANSACTION READ ONLY")  # a SELECT may hold a DELETE
            answer = connection.execute(statements[0])
            names = [column[0] for column in answer.description or []]
            twice = [name for name, count in Counter(name.lower() for name in names).items() if count > 1]
            if twice:
                raise StoreError(text("engines.sql_same_names", lang, names=", ".join(twice)))
            return _fetched(answer, limits, lang)
        except duckdb.OutOfMemoryException as error:
            raise _too_large(error, lang, limits) from error
        except (duckdb.PermissionException, duckdb.InvalidInputException) as error:
            raise StoreError(text("engines.sql_outside", lang, error=_brief(error))) from error
        except duckdb.Error as error:
            known = ", ".join(sorted(tables))
            raise StoreError(text("engines.sql_failed", lang, error=str(error).strip(), tables=known)) from error


def _fetched(answer: duckdb.DuckDBPyConnection, limits: Limits, lang: str) -> tuple[pd.DataFrame, bool]:
    """The rows, piece by piece, up to the limits."""
    pieces = [answer.fetch_df_chunk(_VECTORS)]
    rows, size = len(pieces[0]), _size(pieces[0])
    while len(pieces[-1]) and rows <= limits.rows:
        if size > limits.memory_mb * _MEGABYTE // 4:
            large = f"{size // _MEGABYTE} MB"
            raise _too_large(large, lang, limits)
        pieces.append(answer.fetch_df_chunk(_VECTORS))
        rows, size = rows + len(pieces[-1]), size + _size(pieces[-1])
    held = [piece for piece in pieces if len(piece)] or pieces[:1]
    frame = pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]
    return plain_frame(frame.iloc[: limits.rows]), rows > limits.rows


def _size(frame: pd.DataFrame) -> int:
    return int(frame.memory_usage(deep=True).sum())


def _bound_memory(megabytes: int) -> None:
    """From here on the process may take so much more memory; on systems that do not tell, nothing is bounded."""
    statement = Path("/proc/self/statm")
    if sys.platform == "win32" or not statement.exists():
        return
    import resource

    held = int(statement.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (megabytes + _SLACK) * _MEGABYTE,) * 2)


def _too_large(error: object, lang: str, limits: Limits) -> StoreError:
    return StoreError(text("engines.sql_memory", lang, limit=f"{limits.memory_mb} MB", error=_brief(error)))


def _brief(error: object) -> str:
    return str(error).partition("\n")[0]
