"""The panorama in a real browser: cards and arrows, what a click opens, what is told of a target."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chaingraph
from tests.browser_window import ESCAPE, click, focused, press, texts
from tests.made_graph import BAD_NAMES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["index.html", "mk.html", "xk.html", "mk.html?lang=en", "index.html?lang=en"])
def test_pages_open_without_a_request_or_an_error(page: Callable[..., Any], name: str) -> None:
    browser = page(name)
    assert texts(browser, "h1")[0] not in ("", "undefined")
    assert not [
        text for text in texts(browser, "main, #panel") if "undefined" in text or "NaN" in text or "[object" in text
    ]
    # A label that is not there would be shown by its key.
    held = set(re.findall(r"\b[a-z]+_[a-z_]+\b", " ".join(texts(browser, "main"))))
    assert not held


def test_names_that_mean_harm_are_only_words(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    names = texts(browser, ".visits .visit-who button")
    assert names[:2] == list(BAD_NAMES[:2])
    assert browser.execute_script("return document.scripts.length") == 3
    assert browser.execute_script("return document.querySelectorAll('main img, main script').length") == 0


def test_the_panorama_draws_every_segment_and_feed(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    assert len(texts(browser, ".card")) == 18
    assert texts(browser, ".lane h3") == ["上游7个环节", "中游8个环节", "下游3个环节"]
    paths = browser.execute_script(
        "return [...document.querySelectorAll('path.feed')].map((path) => path.getAttribute('d'))"
    )
    assert len(paths) == 17
    assert all(re.fullmatch(r"M[\d. -]+ C[\d. -]+", path) for path in paths)
    # An arrow starts at the right edge of its card and ends at the left edge of the next.
    box = browser.execute_script("""
      const lanes = document.getElementById('lanes').getBoundingClientRect();
      const card = (id) => document.getElementById('card-' + id).getBoundingClientRect();
      return [card('MK01').right - lanes.left, card('MK08').left - lanes.left]""")
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", paths[0])]
    assert (numbers[0], numbers[-2]) == pytest.approx((box[0], box[1] - 2), abs=0.5)


def test_a_card_tells_its_state_without_colour(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    captions = set(texts(browser, ".card .badge"))
    assert captions == {"本数据中未见本地企业", "本地企业1至2家", "本地企业3家及以上", "有本地集群，企业未列全"}
    shapes = browser.execute_script("""
      const signs = {};
      for (const node of document.querySelectorAll('.card .badge')) {
        signs[node.textContent] = node.querySelector('svg').innerHTML;
      }
      return Object.values(signs)""")
    assert len(set(shapes)) == len(captions)


def test_a_card_sets_firms_of_a_group_apart(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    assert texts(browser, "#card-MK01 .card-firms .key") == ["集团能做"]
    assert texts(browser, "#card-MK03 .card-firms .key") == ["本地", "已签约"]  # a plant of its own, to be built
    assert len(texts(browser, "#card-MK03 .here .chip")) == 3
    assert texts(browser, "#card-MK03 .here .more") == ["另2家"]
    told = ({"basis": "group"}, {"basis": "seat"}, {"basis": "seat", "status": "stopped"}, {"basis": "site"})
    script = (Path(chaingraph.__file__).parent / "library/page/core.js").read_text(encoding="utf-8")
    rule = "function besideWord" + script.partition("function besideWord")[2].partition("\n}\n")[0] + "\n}\n"
    rule += "const caption = (group, code) => `${group}_${code}`; const label = (key) => key;"
    words = [browser.execute_script(f"{rule} return besideWord(arguments[0])", role) for role in told]
    assert words == ["group_can", "basis_seat", "status_stopped", "not_shown"]


def test_a_click_on_a_card_opens_its_panel_and_escape_closes_it(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    click(browser, "#card-MK10 h4 button")
    assert texts(browser, "#panel h2") == ["构造环节MK10(材料与部件)"]
    assert focused(browser) == "panel-title"
    assert browser.execute_script("return location.hash") == "#MK10"
    said = texts(browser, "#panel")[0]
    for words in ("第一条理由", "第二条(一;二)", "请核实(构造)", "构造本地L02", "苏州", "本数据中未见本地企业"):
        assert words in said, words
    assert "缺失" not in said
    links = browser.execute_script(
        "return [...document.querySelectorAll('#panel a')].map((node) => [node.href, node.rel, node.target])"
    )
    assert links[0] == ["https://example.org/made?a=1&b=2", "noopener noreferrer", "_blank"]
    assert not [href for href, _, _ in links if not href.startswith(("https://", "file://"))]
    press(browser, ESCAPE)
    assert not browser.find_element("id", "panel").is_displayed()
    assert focused(browser) == "MK10"
    assert browser.execute_script("return location.hash") == ""


def test_neighbours_are_lit_and_the_card_is_not_under_the_panel(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    click(browser, "#card-MK18 h4 button")
    browser.execute_script("document.getElementById('lanes').style.transition = 'none'")
    near = browser.execute_script(
        "return [...document.querySelectorAll('.card.is-near')].map((node) => node.id).sort()"
    )
    assert near == ["card-MK14", "card-MK15"]
    assert len(texts(browser, "path.is-lit")) == 2
    card, panel = (
        browser.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)
        for selector in ("#card-MK18", "#panel")
    )
    assert card["right"] <= panel["left"]


def test_a_target_tells_what_is_known_and_what_is_not(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    click(browser, "#card-MK03 .target[data-firm=O07]")
    said = texts(browser, "#panel")[0]
    for words in (
        "粉体产线",
        "补短板",
        "2.2倍",
        "八成结果",
        "×",
        "L02",
        "粉体、板材",
        "请L02引荐",
        "证据等级",
        "没有带日期的记录",
    ):
        assert words in said, words
    assert (
        texts(browser, "#panel .waterfall tbody th")
        == ["产品与行业相近", "在企业网络中靠近本地企业", "常数项", "合计"] * 2
    )
    assert not re.search(r"\bnats?\b|AUROC|LQ|kernel", said)
    click(browser, "#panel .shares button[data-firm=L02]")
    assert texts(browser, "#panel .eyebrow") == ["本地企业"]
    press(browser, ESCAPE)
    assert focused(browser) == "O07"


def test_a_target_without_basis_gets_no_number(page: Callable[..., Any]) -> None:
    browser = page("mk.html#O05")
    (fit,) = texts(browser, "#panel .part-fit")[:1]
    assert "无法给出契合度" in fit
    assert not re.search(r"\d倍", fit)


def test_the_route_of_a_target_is_walked_step_by_step(page: Callable[..., Any]) -> None:
    browser = page("mk.html#O02")
    steps = texts(browser, "#panel .route li")
    assert len(steps) == 2
    assert "供货给" in steps[0]
    assert "存疑" in steps[0]
