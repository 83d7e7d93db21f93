"""A page in a real browser, as tests read it, click and press keys; conftest.py beside them opens the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
NOWHERE = "MAP * ~NOTFOUND"
ENTER, ESCAPE, DOWN, RIGHT, TAB = "\ue007", "\ue00c", "\ue015", "\ue014", "\ue004"


def chromium(names: str = NOWHERE) -> Iterator[Any]:
    """A browser that resolves names by these rules: none at all, unless one is left out."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install selenium")
    program, driver = shutil.which("chromium") or CHROMIUM, shutil.which("chromedriver") or DRIVER
    if not Path(program).exists() or not Path(driver).exists():
        pytest.skip("Chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--host-resolver-rules={names}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(service=webdriver.ChromeService(driver), options=options)
    try:
        yield made
    finally:
        made.quit()


def texts(browser: Any, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def click(browser: Any, selector: str) -> None:
    """Click where it lies once it has come to rest: views above it are made as they come near, and move it."""
    node = browser.find_element("css selector", selector)
    browser.execute_async_script(
        """
        const [node, done] = arguments;
        node.scrollIntoView({block: "nearest", inline: "nearest"});
        let top = NaN, still = 0;
        (function look() {
          const now = node.getBoundingClientRect().top;
          still = now === top ? still + 1 : 0;
          top = now;
          if (still < 2) requestAnimationFrame(look);
          else done();
        })();""",
        node,
    )
    node.click()


def scroll(browser: Any, selector: str) -> None:
    """To a view that is made when the reader comes near it."""
    browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", selector)
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 100))")


def press(browser: Any, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def focused(browser: Any) -> str:
    return str(
        browser.execute_script("""
          const node = document.activeElement;
          return node.id || node.dataset.segment || node.dataset.firm || node.tagName""")
    )


def shown(browser: Any) -> list[str]:
    script = "return [...document.querySelectorAll('article.card:not(.is-out)')].map((node) => node.id.slice(5))"
    found: list[str] = browser.execute_script(script)
    return sorted(found)


def choose(browser: Any, name: str, value: str) -> None:
    click(browser, f"#filter-{name} option[value='{value}']")
