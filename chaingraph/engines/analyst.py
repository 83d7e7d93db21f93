"""An analyst's own question in SQL, answered from the tables of a case and from nothing else on the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chaingraph.engines.duckdb import closed_connection
from chaingraph.errors import StoreError
from chaingraph.labels import text
from chaingraph.sql import plain_frame


def ask(
    tables: Mapping[str, pd.DataFrame | Path], question: str, *, lang: str = "zh", memory_limit: str = "2GB"
) -> pd.DataFrame:
    """The rows that one SELECT gives.

    Parameters
    ----------
    tables
        As for `engines.duckdb.open_engine`.
    question
        One statement in DuckDB's SQL that reads: SELECT, WITH, FROM, DESCRIBE.

    Raises
    ------
    StoreError
        When the text is not exactly one statement that reads, is wrong, or reaches for anything but the tables.

    Examples
    --------
    >>> ask({"t": pd.DataFrame({"a": [1, 2]})}, "SELECT max(a) AS most FROM t")["most"].tolist()
    [2]
    """
    import duckdb

    with closed_connection(tables, memory_limit=memory_limit) as connection:
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
            return plain_frame(answer.df())
        except duckdb.OutOfMemoryException as error:
            raise StoreError(text("engines.sql_memory", lang, limit=memory_limit, error=_brief(error))) from error
        except (duckdb.PermissionException, duckdb.InvalidInputException) as error:
            raise StoreError(text("engines.sql_outside", lang, error=_brief(error))) from error
        except duckdb.Error as error:
            known = ", ".join(sorted(tables))
            raise StoreError(text("engines.sql_failed", lang, error=str(error).strip(), tables=known)) from error


def _brief(error: BaseException) -> str:
    return str(error).partition("\n")[0]
