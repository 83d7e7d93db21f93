"""What holds for every test: under CI=true none that needs a browser, an office, Neo4j, Spark or data may skip."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

# Tests that need a program outside Python. On a laptop they may skip with a reason; under CI=true a skip is a failure,
# because a browser that is not there would otherwise look like a page that works.
NEEDS_A_PROGRAM = ("browser", "office", "neo4j", "shared", "spark")


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
