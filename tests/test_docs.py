"""The documentation builds strictly in both languages, loads nothing from elsewhere, and finds Chinese words."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser_window import chromium

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
CHECKED = """
  const done = arguments[0];
  axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations
    .filter((rule) => rule.impact === 'serious' || rule.impact === 'critical')
    .map((rule) => [rule.id, rule.impact, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])));"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("mkdocs") is None and os.environ.get("CI") != "true",
        reason="the extra docs is not installed",
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    for settings, folder in (("mkdocs.yml", out), ("mkdocs.en.yml", out / "en")):
        words = [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--config-file",
            settings,
            "--site-dir",
            str(folder),
        ]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    return out


def test_every_page_is_there_in_both_languages(site: Path) -> None:
    chinese = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    english = {path.relative_to(site / "en").as_posix() for path in (site / "en").rglob("*.html")} - {"404.html"}
    assert english <= chinese
    assert {"index.html", "reference/tables.html", "reference/python.html", "records/backtest.html"} <= english


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"?https?://[^\s\">]+")
    allowed = re.compile(r"rel=\"?(?:canonical|alternate)")
    found = {
        f"{path.relative_to(site)}: {tag}"
        for path in site.rglob("*.html")
        for tag in loaded.findall(path.read_text(encoding="utf-8"))
        if not allowed.search(tag)
    }
    assert not found


def test_pages_made_from_the_code_hold_what_it_says(site: Path) -> None:
    tables = (site / "en" / "reference" / "tables.html").read_text(encoding="utf-8")
    assert "site_status" in tables
    assert "decided_elsewhere" in tables
    assert "一行" in (site / "reference" / "tables.html").read_text(encoding="utf-8")
    python = (site / "en" / "reference" / "python.html").read_text(encoding="utf-8")
    assert "fit_lift = exp(S)" in python


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_a_page_of_either_language_with_what_it_gives(site: Path, path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "".join(line for cell in cells if cell["cell_type"] == "code" for line in cell["source"])
    titles = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ").split(" / ")
    for folder, title, other in ((site, *titles), (site / "en", *reversed(titles))):
        page = (folder / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        article = page[page.index("<article") : page.index("</article>")]
        assert title in article
        assert other not in article  # one language to a page
        assert "data-search-exclude" in article  # what the cells gave
        assert not re.search(r"Traceback|Error:|Warning:", article)
        beside = re.findall(rf'<(?:img|iframe)[^>]*src="({path.stem}_[^"]+)"', article)
        drawn = [name for name in beside if name.endswith(".png")]
        assert drawn or not re.search(r"cg\.panorama\(|score_waterfall\(|subplots\(", code)
        assert beside or not re.search(r"cg\.framed\(|cg\.show\(", code)
        assert all((folder / "notebooks" / name).stat().st_size > 5_000 for name in beside)


def test_a_page_in_the_other_language_says_so(site: Path) -> None:
    assert '<div lang="en">' in (site / "decisions.html").read_text(encoding="utf-8")
    assert "<div lang=" not in (site / "en" / "decisions.html").read_text(encoding="utf-8")
    assert '<pre lang="zh"' in (site / "en" / "notebooks" / "01_first_shortlist.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "asked", "found"), [("index.html", "选址", "换一个城市"), ("en/index.html", "likelihood", "list")]
)
def test_search_finds_words_in_a_folder_without_network(
    site: Path, browser: Any, page: str, asked: str, found: str
) -> None:
    browser.get(f"file://{site}/{page}")
    browser.execute_script("document.querySelector('#__search').click()")
    browser.find_element("css selector", ".md-search__input").send_keys(asked)
    end = time.monotonic() + 30
    shown = ""
    while time.monotonic() < end and found not in shown:
        shown = browser.find_element("css selector", ".md-search-result").text
        time.sleep(0.1)
    assert found in shown


@pytest.mark.browser
@pytest.mark.parametrize(
    "page",
    ["index.html", "en/index.html", "en/reference/tables.html", "city.html", "en/notebooks/01_first_shortlist.html"],
)
def test_axe_finds_no_serious_violation(site: Path, browser: Any, page: str) -> None:
    browser.get(f"file://{site}/{page}")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    assert browser.execute_async_script(CHECKED) == []
