"""What every page keeps to, seen in a real browser: accessibility, contrast, scripts that old browsers read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chaingraph.main_job import run
from tests.browser_window import scroll, texts

pytestmark = pytest.mark.browser

VENDOR = Path(__file__).resolve().parents[2] / "vendor"
AXE = VENDOR / "axe-core" / "axe.min.js"
PARSED = """
  const parsed = (script) => {
    try {
      acorn.parse(script, { ecmaVersion: 2020 });
      return 'read';
    } catch (error) {
      return String(error);
    }
  };
  const own = [...document.scripts].filter((node) => !node.type).map((node) => parsed(node.textContent));
  return [...own, parsed('let a = null; a ??= 1;')];"""
OPENED = """
  for (const details of document.querySelectorAll('#region-list details')) details.open = true;
  const tab = document.getElementById(arguments[0]);
  if (tab) tab.click();"""
CHECKED = """
  const done = arguments[0];
  axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations
    .filter((rule) => rule.impact === 'serious' || rule.impact === 'critical')
    .map((rule) => [rule.id, rule.impact, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])));"""


@pytest.mark.parametrize(
    ("name", "tab"),
    [
        ("index.html", ""),
        ("mk.html", "tab-reinvest"),
        ("mk.html?lang=en#O02", "tab-questions"),
        ("mk.html#MK03", "tab-leaders"),
        ("mk.html#relations/L02", "tab-rankings"),
        ("xk.html", "tab-dropped"),
    ],
)
def test_axe_finds_no_serious_violation(page: Callable[..., Any], name: str, tab: str) -> None:
    """The accessibility check axe-core (WCAG 2 A and AA, and its good practice), on whole pages."""
    browser = page(name)
    if name != "index.html":
        scroll(browser, "#relations")
        scroll(browser, "#region")
    browser.execute_script(OPENED, tab)
    browser.execute_async_script("setTimeout(arguments[0], 300)")  # colours have changed over by then
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    assert browser.execute_async_script(CHECKED) == []


CASE = Path(__file__).resolve().parents[3] / "data" / "jiaxing"
PICTURES = Path(__file__).resolve().parents[2] / "screenshots"  # left out of git: to be looked at
CHAINS = ("AS", "CM", "EV", "FA", "HY", "LH", "NC", "NM", "OE", "PV")
SEEN = {
    "index": ("index.html", "#masthead", 1440),
    "first_page": ("PV.html", "#masthead", 1440),
    "panorama": ("PV.html", "#lanes", 1440),
    "relations": ("PV.html", "#relations", 1440),
    "region": ("PV.html", "#region", 1440),
    "lists": ("PV.html", "#lists", 1440),
    "segment": ("PV.html#PV05", "#masthead", 1440),
    "english_index": ("index.html?lang=en", "#masthead", 1440),
    "english_panorama": ("PV.html?lang=en", "#lanes", 1440),
    "telephone": ("PV.html", "#masthead", 390),
    "telephone_panorama": ("PV.html", "#lanes", 390),
    "telephone_index": ("index.html", "#masthead", 390),
}


@pytest.fixture(scope="module")
def case_pages(folder: Path) -> Path:
    """The pages of the case that comes with the program."""
    run(CASE, region="嘉兴", out=folder / "case")
    return folder / "case"


@pytest.mark.slow
@pytest.mark.usefixtures("case_pages")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["index", *CHAINS])
def test_the_pages_of_the_case_open_and_are_accessible(page: Callable[..., Any], name: str, lang: str) -> None:
    browser = page(f"case/{name}.html?lang={lang}")
    if name != "index":
        for part in ("#relations", "#region"):
            scroll(browser, part)
        browser.execute_script("document.querySelector('#list td button[data-firm]').click()")
    browser.execute_script(OPENED, "tab-leader")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    said = " ".join(texts(browser, "main, #panel"))
    assert not re.search(r"undefined|NaN|\[object|null", said)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1440
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    assert browser.execute_async_script(CHECKED) == []


@pytest.mark.slow
@pytest.mark.usefixtures("case_pages")
@pytest.mark.parametrize("name", SEEN)
def test_pictures_to_look_at_are_made(page: Callable[..., Any], name: str) -> None:
    """Of the case: tests/screenshots/<name>.png. What is checked is that no word is cut off at the edge."""
    address, part, width = SEEN[name]
    browser = page(f"case/{address}", width=width, height=1400)
    scroll(browser, part)
    browser.execute_async_script("setTimeout(arguments[0], 700)")
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    assert browser.save_screenshot(str(path))
    assert path.stat().st_size > 40_000  # an empty page has 10,000
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["index.html", "mk.html"])
def test_every_script_parses_as_es2020(page: Callable[..., Any], name: str) -> None:
    """By the parser acorn, the drawing library included; the last is of 2021, so that the parser is seen to refuse."""
    browser = page(name)
    parser = (VENDOR / "acorn" / "acorn.js").read_text(encoding="utf-8")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": parser})
    *own, newer = browser.execute_script(PARSED)
    assert own == ["read"] * (1 if name == "index.html" else 2)
    assert newer.startswith("SyntaxError")


CONTRAST = """
  const channel = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const held = colour(getComputedStyle(at).backgroundColor);
      if (held.length < 4 || held[3] === 1) return held;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !node.offsetParent || node.closest('script, .unseen, .is-out, .skip')) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(colour(style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) weak.add(`${text.slice(0, 20)} ${ratio}`);
  }
  return [...weak]"""


@pytest.mark.parametrize("name", ["mk.html#O07", "mk.html#MK03", "index.html"])
def test_text_stands_out_from_what_is_behind_it(page: Callable[..., Any], name: str) -> None:
    """WCAG AA: 4.5 to 1 for every text shown, 3 to 1 for large ones."""
    assert page(name).execute_script(CONTRAST) == []
