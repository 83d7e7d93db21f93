"""What an address opens in a real browser, the way back, the language, the search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser_window import DOWN, ENTER, ESCAPE, click, focused, press, texts
from tests.made_graph import BAD_NAMES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("address", "heading"), [("#MK07", "构造环节MK07(材料与部件)"), ("#L02", "构造本地L02新材料有限公司")]
)
def test_deep_links_open_what_they_name(page: Callable[..., Any], address: str, heading: str) -> None:
    browser = page(f"mk.html{address}")
    assert texts(browser, "#panel h2") == [heading]
    browser.execute_script("location.hash = '#MK02'")
    assert browser.execute_async_script(
        "setTimeout(() => arguments[0](document.querySelector('#panel h2').textContent), 50)"
    )
    assert texts(browser, "#panel h2") == ["构造环节MK02(材料与部件)"]


def test_the_way_back_closes_what_was_opened(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    click(browser, "#card-MK10 h4 button")
    click(browser, "#panel button[data-segment=MK16]")
    assert texts(browser, "#panel h2") == ["构造环节MK16(材料与部件)"]
    browser.back()
    assert texts(browser, "#panel h2") == ["构造环节MK10(材料与部件)"]
    browser.back()
    assert not browser.find_element("id", "panel").is_displayed()


@pytest.mark.parametrize(
    "address", ["#nothing", "#relations/nobody", "#%E0%A4%A", "#__proto__", "#<img src=x onerror=alert(5)>"]
)
def test_addresses_that_name_nothing_are_left_alone(page: Callable[..., Any], address: str) -> None:
    browser = page(f"mk.html{address}")
    assert not browser.find_element("id", "panel").is_displayed()


def test_the_language_changes_in_the_page_and_what_is_open_stays(page: Callable[..., Any]) -> None:
    browser = page("mk.html#MK10")
    click(browser, "#panel .switch")
    assert browser.execute_script("return document.documentElement.lang") == "en"
    assert texts(browser, "#panel h2") == ["Made segment MK10"]
    assert "first reason" in texts(browser, "#panel")[0]
    assert texts(browser, ".lane h3")[0].startswith("Upstream")
    assert texts(browser, "#panel .badge") != []
    press(browser, ESCAPE)
    click(browser, "#language")
    assert browser.execute_script("return document.documentElement.lang") == "zh-CN"
    assert texts(browser, ".lane h3")[0].startswith("上游")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("MK11", "构造环节MK11(材料与部件)"),
        ("关键词9", "构造环节MK10(材料与部件)"),
        ("waidi12", "构造外地O13科技股份有限公司"),
        ("OUTSIDE o14", "构造外地O14科技股份有限公司"),
        ("外地产品20", "构造外地O21科技股份有限公司"),
        ("ALERT(1)", BAD_NAMES[0]),
        ("gzwdo13", "构造外地O13科技股份有限公司"),
        ("GZHJMK11", "构造环节MK11(材料与部件)"),
    ],
)
def test_search_finds_names_products_and_english(page: Callable[..., Any], query: str, first: str) -> None:
    browser = page("mk.html")
    browser.find_element("id", "search").send_keys(query)
    assert texts(browser, ".result-name")[0] == first
    press(browser, DOWN, ENTER)
    assert texts(browser, "#panel h2") == [first]
    press(browser, ESCAPE)
    assert focused(browser) == "search"


def test_search_says_when_there_is_nothing(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    browser.find_element("id", "search").send_keys("没有的东西")
    assert texts(browser, ".results li") == ["没有找到"]
    assert texts(browser, "#announcer") == ["找到0项"]
    press(browser, ENTER, ESCAPE)
    assert not browser.find_element("id", "panel").is_displayed()
