"""Spark as the engine: the same texts, for more firms than one machine holds.

Tables and answers travel as Arrow, so nothing is converted row by row, and PySpark's own pandas layer, which does not
know pandas 3 yet, is not used. Only the texts of ``chaingraph/sql`` run here; an analyst's own SQL runs in DuckDB
alone, which can be closed.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import as_file, files
from os import environ
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.errors import MissingExtraError, StoreError
from chaingraph.labels import both
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES
from chaingraph.sql import Query, plain_frame, sql_text, views_of

LOCAL = "local[2]"
_SPARK_TYPES = {"str": "string", "float64": "double", "Int64": "bigint", "boolean": "boolean"}


@contextmanager
def open_engine(
    tables: Mapping[str, pd.DataFrame | Path],
    *,
    master: str = LOCAL,
    memory_limit: str = "2g",
    session: Any = None,
) -> Iterator[Query]:
    """A query function over tables, run by Spark; valid inside the ``with`` block.

    Parameters
    ----------
    tables
        By name: a frame, or the path of a Parquet dataset that all of Spark's machines can read. Columns of schema
        tables get their types; a column that is all missing is text.
    master
        Where Spark runs: ``local[2]``, ``spark://host:7077``, ``yarn``; ``local-cluster[2,1,1024]``: two executors of
        one core and 1024 MB each, as processes of their own. Not looked at where a session is there.
    memory_limit
        Heap of the driver that is started.
    session
        A running ``SparkSession``; None: the active one, else one is started, and stopped after the block.

    Raises
    ------
    MissingExtraError
        When PySpark or PyArrow is not installed.
    StoreError
        When Java is missing, Spark does not start, or a query fails; the message holds Spark's own words.
    """
    try:
        import pyarrow  # noqa: F401 - asked for here, so that its lack is said before Java starts
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas 3, for a layer that is not used here
            import pyspark.testing.utils  # noqa: F401 - Spark's own types load it, and it warns as it is loaded
    except ImportError as error:
        raise MissingExtraError(_say("spark_extra")) from error
    running = session or SparkSession.getActiveSession()
    try:
        started = running or _start(SparkSession.builder, master, memory_limit)
    except (PySparkException, Py4JError, OSError) as error:
        raise StoreError(_say("spark_start", master=master, error=_first_line(error))) from error
    try:
        own = started.newSession()  # views of others stay out of sight, and ours out of theirs
        own.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")  # 01 stays a text
        own.conf.set("spark.sql.session.timeZone", "UTC")

        def view(name: str, table: pd.DataFrame | Path) -> None:
            try:
                _frame(own, name, table).createOrReplaceTempView(name)
            except (PySparkException, Py4JError) as error:
                raise StoreError(_say("table_failed", name=name, error=_first_line(error))) from error

        def query(
            name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame | Path] | None = None
        ) -> pd.DataFrame:
            text = sql_text(name)
            views = views_of(text)
            try:
                for table, value in (tables or {}).items():
                    view(table, value)
                for derived, told in views.items():
                    own.sql(told).createOrReplaceTempView(derived)
                return _answer(own.sql(text, args=list(parameters)).toArrow())
            except (PySparkException, Py4JError) as error:
                raise StoreError(_say("query_failed", name=name, error=_first_line(error))) from error
            finally:
                for table in (*views, *(tables or {})):
                    own.catalog.dropTempView(table)

        for name, table in tables.items():
            view(name, table)
        yield query
    finally:
        if running is None:
            with suppress(PySparkException, Py4JError):
                started.stop()


def _start(builder: Any, master: str, memory_limit: str) -> Any:
    if shutil.which("java") is None and not environ.get("JAVA_HOME"):
        raise StoreError(_say("no_java"))
    local = master.startswith("local")
    if master.startswith("local-cluster"):  # its executors are started by scripts that Spark looks for there
        environ.setdefault("SPARK_HOME", str(files("pyspark")))
    with as_file(files("chaingraph") / "library" / "spark-log4j2.properties") as quiet:
        builder = (
            builder.master(master)
            .appName("chaingraph")
            .config("spark.driver.memory", memory_limit)
            .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={quiet.as_uri()}")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
        )
        if local:  # one machine: no name to look up, and few firms do not pay for two hundred parts
            builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
            builder = builder.config("spark.sql.shuffle.partitions", "8")
        return builder.getOrCreate()


def _frame(session: Any, name: str, table: pd.DataFrame | Path) -> Any:
    """The table as Spark sees it, columns of the schema in the schema's types."""
    kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns} if name in TABLES else {}
    if isinstance(table, pd.DataFrame):
        import pyarrow

        typed = table.astype({column: kinds[column] for column in table.columns if column in kinds})
        return session.createDataFrame(pyarrow.Table.from_pandas(plain_frame(typed), preserve_index=False))
    from pyspark.sql.functions import lit

    rows = session.read.option("mergeSchema", "true").parquet(str(table))
    known = [
        rows[column].cast(_SPARK_TYPES[kinds[column]]).alias(column) if column in kinds else rows[column]
        for column in rows.columns
    ]
    # A column that the dataset does not have is one that is not known.
    absent = [
        lit(None).cast(_SPARK_TYPES[kinds[column]]).alias(column) for column in kinds if column not in rows.columns
    ]
    return rows.select(*known, *absent)


def _answer(table: Any) -> pd.DataFrame:
    """An Arrow table as the frame that DuckDB would give."""
    import pyarrow

    decimals = [field.name for field in table.schema if pyarrow.types.is_decimal(field.type)]
    for name in decimals:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(pyarrow.float64()))
    # What may be missing is read into the types that can say so, not by way of floats.
    whole = {kind: pd.Int64Dtype() for kind in (pyarrow.int8(), pyarrow.int16(), pyarrow.int32(), pyarrow.int64())}
    kinds = {**whole, pyarrow.bool_(): pd.BooleanDtype()}
    return plain_frame(table.to_pandas(types_mapper=kinds.get))


def _say(entry: str, **values: object) -> dict[str, str]:
    return both(f"engines.{entry}", **values)


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
