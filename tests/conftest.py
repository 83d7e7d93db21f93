"""What holds for every test: under CI=true none that needs a browser, an office, Neo4j, Spark or data may skip."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator
from fnmatch import fnmatch
from typing import Any

import pytest

# The day that every test runs on, and every program that a test starts: the newest date of data/jiaxing.
os.environ["SOURCE_DATE_EPOCH"] = "1765411200"  # 2025-12-11

# Where the tests run in the background of a shell, Ctrl-C would be ignored by all that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A table is many small objects that live as long as it does: looking for garbage among them after every seven hundred
# takes a tenth of the time.
gc.set_threshold(20_000, 20, 20)

# Tests that need a program outside Python. On a laptop they may skip with a reason; under CI=true a skip is a failure,
# because a browser that is not there would otherwise look like a page that works.
NEEDS_A_PROGRAM = ("browser", "office", "neo4j", "shared", "spark")

# Processes that share the processors, each reckoning with as many threads as there are processors, wait for each other
# more than they reckon. Read when numpy is imported, which comes after this; programs that a test starts inherit it.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Where several processes share the work (scripts/test), one of them takes a file whole, so that what the file prepares
# is made once, and all files that write to the one Neo4j server. The longest begin first, or the last would run alone.
ONE_SERVER = "tests/stores/graphdb/test_*.py"
BEGIN_FIRST = (
    "tests/stores/graphdb/test_failures.py",  # a server of its own
    ONE_SERVER,
    "tests/test_empty_columns.py",
    "tests/test_four_cities.py",
    "tests/writers/page/test_browser_rules.py",
    "tests/writers/page/test_browser_panorama.py",
    "tests/writers/page/test_browser_lists.py",
    "tests/writers/page/test_browser_views.py",
    "tests/engines/test_engine_contract.py",
    "tests/tagging/test_tagger.py",
    "tests/backtest/test_figures.py",
    "tests/test_notebooks.py",
    "tests/test_docs.py",  # runs the notebooks too
    "tests/engines/test_spark.py",
    "tests/choosing/test_surveying.py",
    "tests/cli/test_main.py",
    "tests/test_main_job.py",
    "tests/writers/workbook/test_workbook.py",
)


def taken_whole(test: str) -> str:
    """What a test (file::name) is part of: tests with the same answer run one after the other, in one process."""
    file = test.partition("::")[0]
    return ONE_SERVER if file not in BEGIN_FIRST and fnmatch(file, ONE_SERVER) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out files, by ``taken_whole``."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return taken_whole(nodeid)

    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest, in a process that shares the work (and --no-loadscope-reorder)."""
    if hasattr(config, "workerinput"):
        order = {group: place for place, group in enumerate(BEGIN_FIRST)}
        items.sort(key=lambda item: order.get(taken_whole(item.nodeid), len(order)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, pytest.TestReport]:
    report: pytest.TestReport = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        needed = [name for name in NEEDS_A_PROGRAM if item.get_closest_marker(name)]
        if needed:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome = "failed"
            report.longrepr = f"a test marked {', '.join(needed)} may not be skipped in CI: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, pytest.CollectReport]:
    """A file that skips itself whole (a missing module, say) is a failure in CI too."""
    report: pytest.CollectReport = yield
    if report.outcome == "skipped" and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped itself in CI: {report.longrepr}"
    return report
