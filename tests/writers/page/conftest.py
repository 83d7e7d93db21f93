"""Pages of the made findings: as text, and in a real browser without a network, where a request fails the test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chaingraph.writers.page.page import write_pages
from tests.browser_window import chromium
from tests.made_findings import made_findings
from tests.made_graph import made_graph
from tests.page_reader import payload_of


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages") / "out"
    paths = write_pages(made_findings(), made_graph(), folder)
    assert [path.name for path in paths] == ["index.html", "mk.html", "xk.html"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in paths)
    return {path.name: path.read_bytes().decode("utf-8") for path in paths}


@pytest.fixture(scope="session")
def chain(pages: dict[str, str]) -> dict[str, Any]:
    return payload_of(pages["mk.html"])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    write_pages(made_findings(), made_graph(), out)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.fixture
def page(browser: Any, folder: Path) -> Iterator[Callable[..., Any]]:
    """Open a page afresh; afterwards nothing may have been requested, and nothing may have gone wrong."""

    def opened(name: str, *, width: int = 1440, height: int = 900) -> Any:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        browser.get("about:blank")  # so that a change of the hash alone is a fresh page too
        browser.get_log("browser")
        browser.get_log("performance")
        browser.get(f"file://{folder}/{name}")
        assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
        return browser

    yield opened
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    assert not [url for url in asked if not re.match(r"(file://.*\.html|data:|blob:file:)", url)]
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
