"""The desk in a real browser that reaches this machine alone: by keys, at 1366 by 768, hostile names, after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chaingraph.reading.example import load_example
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from tests.browser_window import ENTER, click, press, texts
from tests.made_desk import TEXT, Running, start_desk

pytestmark = [pytest.mark.browser, pytest.mark.long]

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
SERIOUS = """
  const done = arguments[0];
  axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations
    .filter((rule) => rule.impact === 'serious' || rule.impact === 'critical')
    .map((rule) => [rule.id, rule.impact, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])));"""
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}</script><script>document.title='hit'</script>"


@pytest.fixture
def window(browser: Any, tmp_path: Path) -> Iterator[tuple[Any, Running]]:
    """A desk of its own, opened as a user does; afterwards nothing was asked of anybody else."""
    case = tmp_path / "case"
    write_case(load_example(), case, form="csv")
    running = start_desk(case, tmp_path / "state")
    metrics = {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(running.address)
    ready(browser)
    yield browser, running
    running.stop()
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    strange = [url for url in asked if not url.startswith((f"{running.origin}{running.own}/", "data:"))]
    assert not strange
    browser.get("about:blank")


def ready(
    browser: Any, *, of: Callable[[Any], Any] = lambda browser: browser.find_element("css selector", ".bar")
) -> None:
    for _ in range(200):
        try:
            if browser.execute_script("return document.documentElement.dataset.ready") == "yes" and of(browser):
                return
        except Exception as error:  # noqa: BLE001 # the page is being left while it is looked at
            last = error
        time.sleep(0.05)
    raise AssertionError(f"not ready: {browser.current_url} {last if 'last' in locals() else ''}")


def go(browser: Any, running: Running, path: str) -> None:
    browser.get(f"{running.origin}{running.own}{path}")
    ready(browser)


def acted(browser: Any, act: Callable[[], None]) -> None:
    """Do what leads to another page, and wait for it."""
    browser.execute_script("document.documentElement.dataset.ready = 'old'")
    act()
    ready(browser)


def paste(browser: Any, running: Running, body: str) -> None:
    go(browser, running, "/bring")
    browser.execute_script("document.getElementById('text').value = arguments[0]", body)
    acted(browser, lambda: click(browser, "form[action$='/bring/text'] button"))


def test_a_text_is_pasted_reviewed_by_keys_and_written(window: tuple[Any, Running]) -> None:
    browser, running = window
    paste(browser, running, TEXT)
    assert "构造甲电子有限公司" in " ".join(texts(browser, ".facts"))
    acted(browser, lambda: press(browser, "w"))
    assert browser.current_url.endswith("/review")
    waiting = len(texts(browser, ".queue li"))
    assert waiting >= 2
    acted(browser, lambda: press(browser, "a"))
    press(browser, "c")
    assert browser.switch_to.active_element.get_attribute("id") == "cell-kind"
    browser.execute_script("document.getElementById('cell-place').focus()")
    browser.switch_to.active_element.clear()
    acted(browser, lambda: press(browser, "苏州", ENTER))
    acted(browser, lambda: press(browser, "w"))
    reviews = read_case(running.case)["firm_signals"]
    assert sorted(reviews["review"].dropna())[:2] == ["accepted", "corrected"]
    assert "苏州" in set(reviews["place"])


@pytest.mark.parametrize("path", ["/", "/settings", "/bring", "/review", "/history", "/nowhere"])
def test_every_view_is_accessible_and_fits(window: tuple[Any, Running], path: str) -> None:
    browser, running = window
    if path == "/nowhere":
        paste(browser, running, TEXT)
    else:
        if path in ("/review", "/history"):
            paste(browser, running, TEXT)
            acted(browser, lambda: press(browser, "w"))
        go(browser, running, path)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1366
    assert texts(browser, "h1")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    assert browser.execute_async_script(SERIOUS) == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_hostile_names_are_only_text(window: tuple[Any, Running]) -> None:
    browser, running = window
    running.post("/settings", {"office": HOSTILE[:60], "region": "嘉兴"})
    paste(browser, running, f"{HOSTILE}\n{TEXT}\n构造<b>丙</b>科技有限公司产能饱和。")
    acted(browser, lambda: press(browser, "w"))
    for path in ("/", "/review", "/history", "/settings"):
        go(browser, running, path)
        assert browser.title.endswith("case")
        assert browser.execute_script("return document.querySelectorAll('img, script:not([src])').length") == 0
        assert "49" not in " ".join(texts(browser, ".bar"))
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_the_page_finds_the_desk_again_after_a_kill(window: tuple[Any, Running]) -> None:
    browser, running = window
    go(browser, running, "/bring")
    browser.execute_script("document.getElementById('text').value = arguments[0]", TEXT)
    running.process.kill()
    running.process.wait(30)
    click(browser, "form[action$='/bring/text'] button")
    for _ in range(100):
        if texts(browser, "#lost:not([hidden])"):
            break
        time.sleep(0.1)
    assert texts(browser, "#lost:not([hidden]) p:not([hidden])")
    assert browser.execute_script("return document.getElementById('text').value") == TEXT
    again = start_desk(running.case, running.case.parent / "state")
    try:
        assert again.address == running.address
        ready(browser, of=lambda browser: not texts(browser, "#lost:not([hidden])"))
        acted(browser, lambda: click(browser, "form[action$='/bring/text'] button"))
        assert "构造甲电子有限公司" in " ".join(texts(browser, ".facts"))
    finally:
        again.stop()
    browser.get_log("browser")
