"""The desk in a real browser, as tests go from page to page of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.made_desk import Running


def ready(
    browser: Any, *, of: Callable[[Any], Any] = lambda browser: browser.find_element("css selector", ".bar")
) -> None:
    for _ in range(1200):
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
