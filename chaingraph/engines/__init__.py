"""What runs the SQL texts: DuckDB by default, Spark where firms no longer fit one machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text

if TYPE_CHECKING:
    from chaingraph.sql import OpenEngine

ENGINES = ("duckdb", "spark")


def named_engine(name: str = "duckdb", master: str | None = None, lang: str = "zh") -> OpenEngine:
    """The function that opens an engine; nothing is loaded or started before it is called.

    Parameters
    ----------
    name
        One of `ENGINES`.
    master
        Where Spark runs, such as ``local[2]`` or ``spark://host:7077``; None: Spark's own default, two cores here.

    Raises
    ------
    UnknownNameError
        When there is no such engine, or a master is named for DuckDB, which runs in this process.

    Examples
    --------
    >>> named_engine("duckdb").__module__
    'chaingraph.engines.duckdb'
    """
    if name == "duckdb" and master is None:
        from chaingraph.engines import duckdb

        return duckdb.open_engine
    if name == "spark":
        from chaingraph.engines import spark

        return partial(spark.open_engine, master=master or spark.LOCAL)
    raise UnknownNameError(text("engines.unknown", lang, name=name, engines=", ".join(ENGINES), master=master or "-"))
