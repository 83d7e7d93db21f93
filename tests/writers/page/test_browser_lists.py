"""Filters and lists in a real browser: by mouse, by keys, on a telephone and on paper."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.browser_window import ENTER, ESCAPE, RIGHT, TAB, choose, click, focused, press, shown, texts

pytestmark = pytest.mark.browser


def test_filters_by_state_and_stage(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    click(browser, "[data-state=none_known]")
    assert shown(browser) == ["MK01", "MK04", "MK07", "MK10", "MK13", "MK16"]
    choose(browser, "stage", "downstream")
    assert shown(browser) == ["MK16"]
    assert texts(browser, "#filter-count") == ["符合条件：1个环节（共18个），0条目标"]
    click(browser, "#clear-filters")
    assert len(shown(browser)) == 18
    assert texts(browser, "#filter-count") == [""]


def test_filters_by_tier_strategy_and_grade_reach_cards_and_lists(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    choose(browser, "tier", "global500")
    assert set(texts(browser, "#list .tag-tier")) == {"世界500强（2022）"}
    assert len(texts(browser, "#list tbody tr")) == 6
    choose(browser, "strategy", "strengthen")
    assert texts(browser, "#list .empty") == ["没有符合筛选条件的企业。"]
    click(browser, "#tab-leader")
    assert len(texts(browser, "#list tbody tr")) == 2
    click(browser, "#clear-filters")
    choose(browser, "grade", "C")
    click(browser, "#tab-new")
    assert {words[:2] for words in texts(browser, "#list td.grade")} == {"C级"}
    click(browser, "#language")
    assert browser.execute_script("return document.getElementById('filter-grade').value") == "C"


def test_filters_by_confidence_and_source(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    choose(browser, "confidence", "unsure")
    assert len(texts(browser, "#list tbody tr")) == 10  # every third of thirty
    click(browser, "#clear-filters")
    assert texts(browser, "#filter-source option") == ["全部", "example.org"]
    choose(browser, "source", "example.org")
    assert len(texts(browser, "#list tbody tr")) == 10  # what a reader begins with
    click(browser, "#list .show-all")
    assert len(texts(browser, "#list tbody tr")) == 30


def test_an_address_names_a_firm_as_the_target_of_a_segment(page: Callable[..., Any]) -> None:
    browser = page("mk.html#MK03/O07")
    assert texts(browser, "#panel h2") == ["构造外地O07科技股份有限公司"]
    assert [node.get_attribute("id") for node in browser.find_elements("css selector", ".card.is-chosen")] == [
        "card-MK03"
    ]
    press(browser, ESCAPE)
    click(browser, "#card-MK04 .target")
    assert browser.execute_script("return location.hash") == "#MK04/O10"


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_panorama_is_saved_as_a_picture(page: Callable[..., Any], tmp_path: Path, kind: str) -> None:
    browser = page("mk.html#MK10")
    before = texts(browser, "path.is-lit")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.execute_script("document.getElementById(arguments[0]).click()", f"save-{kind}")
    path = tmp_path / f"mk-2025-06-30.{kind}"
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert texts(browser, "#announcer") == [f"已保存 {path.name}"]
    assert browser.find_element("id", "panel").is_displayed()
    assert texts(browser, "path.is-lit") == before
    assert not browser.execute_script("return document.body.classList.contains('printing')")
    if kind == "png":
        content = path.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        wide, high = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        assert wide == 2 * (1376 + 48)
        assert high > 1000
        return
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    names = {node.tag.split("}")[1] for node in root.iter()}
    assert names <= {"svg", "title", "rect", "text", "g", "defs", "marker", "path", "circle"}
    words = "".join(node.text or "" for node in root.iter() if node.tag.endswith("text"))
    assert "构造链产业链" in words
    for number in range(1, 19):
        assert f"构造环节MK{number:02d}" in words or number == 5
    assert "<script>alert(1)</script>" in words
    assert sum("marker-end" in node.attrib for node in root.iter()) == 17


def test_lists_are_tabs_that_arrows_walk(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    counts = texts(browser, "[role=tab] .count")
    assert counts == ["30", "8", "4", "12", "5", "6", "2"]
    click(browser, "#tab-new")
    for name in ("leader", "reinvest", "rankings", "leaders", "questions", "dropped"):
        press(browser, RIGHT)
        assert focused(browser) == f"tab-{name}"
        assert browser.find_element("id", f"tab-{name}").get_attribute("aria-selected") == "true"
        assert len(texts(browser, "#list tbody tr")) > 0, name
    assert "破产重整" in texts(browser, "#list")[0]


def test_everything_is_reached_by_tab_and_opened_by_enter(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    reached = []
    for _ in range(60):
        press(browser, TAB)
        reached.append(focused(browser))
    assert {"language", "print", "search", "filter-stage", "filter-grade", "MK01"} <= set(reached)
    browser.execute_script("document.querySelector('#card-MK02 h4 button').focus()")
    assert browser.execute_script("return document.getElementById('card-MK02').classList.contains('is-chosen')")
    press(browser, ENTER)
    assert texts(browser, "#panel h2") == ["构造环节MK02(材料与部件)"]


@pytest.mark.parametrize("name", ["index.html", "mk.html"])
def test_a_telephone_shows_one_column_and_never_scrolls_sideways(page: Callable[..., Any], name: str) -> None:
    browser = page(name, width=390, height=844)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    if name == "mk.html":
        lefts = browser.execute_script(
            "return [...document.querySelectorAll('.card')].map((node) => node.getBoundingClientRect().left)"
        )
        assert len(set(lefts)) == 1
        browser.execute_script("document.querySelector('#card-MK04 h4 button').click()")
        panel = browser.execute_script("return document.getElementById('panel').getBoundingClientRect().toJSON()")
        assert (panel["left"], panel["width"], panel["bottom"]) == pytest.approx((0, 390, 844), abs=1)
        assert panel["top"] > 100
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["mk.html", "mk.html?lang=en", "xk.html"])
def test_the_first_page_prints_on_one_sheet_of_a4(page: Callable[..., Any], name: str) -> None:
    browser = page(name)
    options = {"printBackground": True, "preferCSSPageSize": True}
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", options)["data"])
    sizes = [
        (round(float(width)), round(float(height)))
        for width, height in re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    ]
    # One sheet upright, the others across: a second upright sheet would mean that the first page ran over.
    assert sizes[0] == (595, 842)
    assert set(sizes[1:]) == {(842, 595)}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    foot = browser.execute_script(
        """
          const box = (selector) => document.querySelector(selector).getBoundingClientRect();
          return box('.sheet-foot').bottom - box('#brief').top"""
    )
    assert foot <= 1031  # 273 mm, what the margins leave of A4


def test_the_index_leads_to_the_chains_in_its_language(page: Callable[..., Any]) -> None:
    browser = page("index.html")
    assert texts(browser, ".summary dd") == ["20", "8", "30", "2"]
    assert browser.execute_script("return [...document.querySelectorAll('rect.block')].length") == 5
    click(browser, "#language")
    click(browser, ".chain-card h3 a")
    assert browser.execute_script("return location.pathname.split('/').pop() + location.search") == "mk.html?lang=en"
    assert texts(browser, "h1") == ["Made chain"]
    click(browser, ".home")
    assert texts(browser, "h1") == ["Industry-chain maps of Jiaxing"]
