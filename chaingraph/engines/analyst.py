"""An analyst's own question in SQL, answered from the tables of a case and from nothing else on the machine.

The question is asked in a process of its own, so that its time and its memory, the answer's included, have a bound, and
so that it ends with whoever asked.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chaingraph.engines.temporary import clear_left
from chaingraph.errors import StoreError
from chaingraph.labels import text

# The package is found where it was found here; the folder that somebody stands in is no place to load modules from.
_PROGRAM = """
import sys
sys.path.insert(0, {root!r})
import chaingraph
sys.path.append(sys.path.pop(0))
from chaingraph.engines.asked import main
main()
"""


@dataclass(frozen=True)
class Limits:
    """What a question may take."""

    rows: int = 100_000
    seconds: float = 60.0
    memory_mb: int = 2_000  # the engine may use a half of it, the answer a quarter; the process no more than all


@dataclass(frozen=True)
class Answer:
    """The rows that a question gave, and whether there are more of them than `Limits` allow."""

    rows: pd.DataFrame
    cut: bool


def ask(
    tables: Mapping[str, pd.DataFrame | Path], question: str, *, lang: str = "zh", limits: Limits | None = None
) -> Answer:
    """The rows that one SELECT gives.

    Parameters
    ----------
    tables
        As for `engines.duckdb.open_engine`.
    question
        One statement in DuckDB's SQL that reads: SELECT, WITH, FROM, DESCRIBE.
    limits
        Of rows, seconds and memory. Rows beyond the limit are left out (``cut``); the rest is refused. Memory of the
        whole process is bounded on Linux; elsewhere the engine's and the answer's are.

    Raises
    ------
    StoreError
        When the text is not exactly one statement that reads, is wrong, reaches for anything but the tables, or takes
        more time or memory than it may.

    Examples
    --------
    >>> ask({"t": pd.DataFrame({"a": [1, 2]})}, "SELECT max(a) AS most FROM t").rows["most"].tolist()
    [2]
    """
    bounds = limits or Limits()
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise StoreError(text("engines.sql_bytes", lang, place=error.start + 1)) from error
    outcome = _asked(pickle.dumps((dict(tables), question, lang, bounds)), bounds.seconds)
    if outcome.late:
        raise StoreError(text("engines.sql_time", lang, seconds=f"{bounds.seconds:g}"))
    if outcome.code < 0:  # the engine itself broke off, as it does where memory cannot be had
        said = f"(signal {-outcome.code})"
        raise StoreError(text("engines.sql_memory", lang, limit=f"{bounds.memory_mb} MB", error=said))
    if outcome.code:
        raise RuntimeError(outcome.said)
    answer, cut = pickle.loads(outcome.told)
    if isinstance(answer, str):
        raise StoreError(answer)
    return Answer(answer, cut)


class _Outcome(NamedTuple):
    """What the process that answers has told, its exit code, what it said besides, and whether its time was up."""

    told: bytes
    code: int
    said: str
    late: bool


def _asked(given: bytes, seconds: float) -> _Outcome:
    """Ask in a process of its own, and see it end, whatever happens here."""
    late = threading.Event()
    program = [sys.executable, "-P", "-c", _PROGRAM.format(root=str(Path(__file__).parents[2]))]
    with (
        tempfile.TemporaryFile() as said,
        # A session of its own: Ctrl-C reaches the asker, who ends the other.
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        ) as other,
    ):
        assert other.stdin is not None  # both are pipes
        assert other.stdout is not None

        def end() -> None:
            late.set()
            other.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        try:
            other.stdin.write(len(given).to_bytes(8, "big") + given)
            other.stdin.flush()
            began = other.stdout.read(1)  # the tables are loaded, the question begins
            timer.start()
            told = other.stdout.read() if began else b""
            code = other.wait()
        except BrokenPipeError:  # it could not even begin
            told, code = b"", other.wait()
        finally:
            timer.cancel()
            other.kill()
            if other.wait():
                clear_left()  # what it had spilled to disk
        said.seek(0)
        return _Outcome(told, code, said.read().decode(errors="replace"), late.is_set())
