"""One Spark for all tests that need it: a start takes ten seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# For a few rows the quick compiler, the collector of one thread and no generated Java are several times faster; the
# answers are the same.
_QUICK = {
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def absent() -> str:
    """What is missing for Spark, as a reason to skip; empty where nothing is."""
    for module in ("pyspark", "pyarrow"):
        try:
            __import__(module)
        except ImportError:
            return f"{module} is not installed: scripts/setup dev,spark"
    return "" if shutil.which("java") else "Java 17 or newer is not installed"


@contextmanager
def running() -> Iterator[Any]:
    """A Spark session that lasts for the block; skips the test where Spark is absent."""
    if reason := absent():
        pytest.skip(reason)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("chaingraph tests")
    for name, value in _QUICK.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
