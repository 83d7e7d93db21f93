"""The pages in a real browser without a network: what is drawn, what keys and clicks do, what is requested."""

from __future__ import annotations

import base64
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from chaingraph.main_job import run
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.page.changes import read_former
from chaingraph.writers.page.page import write_pages
from tests.made_chain import made_chain
from tests.made_findings import made_findings
from tests.made_former import write_former
from tests.made_graph import BAD_NAMES, made_graph

pytestmark = pytest.mark.browser

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
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    write_pages(made_findings(), made_graph(), out)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install selenium")
    chromium, driver = shutil.which("chromium") or CHROMIUM, shutil.which("chromedriver") or DRIVER
    if not Path(chromium).exists() or not Path(driver).exists():
        pytest.skip("Chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(service=webdriver.ChromeService(driver), options=options)
    try:
        yield made
    finally:
        made.quit()


@pytest.fixture
def page(browser: Any, folder: Path) -> Callable[..., Any]:
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

    return opened


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    browser = request.getfixturevalue("browser")
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    assert not [url for url in asked if not re.match(r"(file://.*\.html|data:|blob:file:)", url)]
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def texts(browser: Any, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def click(browser: Any, selector: str) -> None:
    browser.find_element("css selector", selector).click()


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


ENTER, ESCAPE, DOWN, RIGHT, TAB = "\ue007", "\ue00c", "\ue015", "\ue014", "\ue004"


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
    assert texts(browser, "#card-MK03 .card-firms .key") == ["本地", "集团能做"]
    assert len(texts(browser, "#card-MK03 .here .chip")) == 3
    assert texts(browser, "#card-MK03 .here .more") == ["另2家"]


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


def shown(browser: Any) -> list[str]:
    script = "return [...document.querySelectorAll('article.card:not(.is-out)')].map((node) => node.id.slice(5))"
    found: list[str] = browser.execute_script(script)
    return sorted(found)


def choose(browser: Any, name: str, value: str) -> None:
    click(browser, f"#filter-{name} option[value='{value}']")


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


def test_a_firm_is_followed_to_the_leaders_here_and_opened(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    assert texts(browser, "#relations *") == []
    scroll(browser, "#relations")
    # The first target with a route is O02; L02 and L01 are leaders.
    assert browser.execute_script("return document.getElementById('relation-firm').value") == "O02"
    assert texts(browser, "#relation-words h3")[:2] == [
        "通向本地链主 构造本地L02新材料（1步）",
        "通向本地链主 <script>alert(1)</script>（2步）",
    ]
    assert "供货给" in texts(browser, "#relation-words .route li")[0]
    assert "https://example.org" in browser.find_element("css selector", "#relation-words .route a").get_attribute(
        "href"
    )
    assert len(texts(browser, "#relation-graph canvas")) == 3
    assert "3家企业，3条关系" in str(browser.find_element("id", "relation-graph").get_attribute("aria-label"))
    box = browser.execute_script("return document.getElementById('relation-graph').getBoundingClientRect().toJSON()")
    assert box["width"] > 500
    pixels = browser.execute_script("""
      const canvas = document.querySelectorAll('#relation-graph canvas')[2];
      const held = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let drawn = 0;
      for (let at = 3; at < held.length; at += 4) if (held[at]) drawn += 1;
      return drawn""")
    assert pixels > 2000
    click(browser, "#relation-firm option[value=L02]")
    assert browser.execute_script("return location.hash") == "#relations/L02"
    assert texts(browser, "#relation-words h3")[0] == "通向本地链主 <script>alert(1)</script>（1步）"
    (button,) = browser.find_elements("css selector", ".open-ties")  # L02 has one firm that is not on its route
    assert button.text == "展开1家"
    button.click()
    assert focused(browser) == "BUTTON"
    assert texts(browser, ".tied .name") == ["构造本地L02新材料有限公司", "<script>alert(1)</script>", BAD_NAMES[1]]
    click(browser, ".open-ties")
    assert len(texts(browser, ".tied .name")) == 2


def test_a_shared_customer_is_called_what_it_is(page: Callable[..., Any], folder: Path) -> None:
    graph = made_graph()
    links = graph["firm_links"].copy()
    turned = (links["source_id"] == "L02") & (links["target_id"] == "L01")  # L01 supplies L02, as O02 does
    links.loc[turned, ["source_id", "target_id"]] = ["L01", "L02"]
    write_pages(made_findings(), ChainGraph("turned", {**graph.tables, "firm_links": links}), folder / "turned")
    said = "构造本地L02新材料是两边共同的客户：同为其供货不等于相识，不能据此引荐。"
    browser = page("turned/mk.html#relations/O02")
    assert texts(browser, "#relation-words .sentences li") == [said]
    assert texts(page("mk.html#relations/O02"), "#relation-words .sentences li") == []


def test_a_click_on_a_node_opens_it(page: Callable[..., Any]) -> None:
    browser = page("mk.html#relations/L02")
    spot = browser.execute_script("""
      const root = document.getElementById('relation-graph');
      const box = root.getBoundingClientRect();
      const node = root._cyreg.cy.nodes('.chosen').renderedPosition();
      return [Math.round(node.x - box.width / 2), Math.round(node.y - box.height / 2)]""")
    from selenium.webdriver import ActionChains

    root = browser.find_element("id", "relation-graph")
    ActionChains(browser).move_to_element_with_offset(root, *spot).click().perform()
    assert len(texts(browser, ".tied .name")) == 3


def test_relations_are_reached_by_address_and_from_the_panel(page: Callable[..., Any]) -> None:
    browser = page("mk.html?lang=en#relations/L01")
    assert browser.execute_script("return document.getElementById('relation-firm').value") == "L01"
    assert focused(browser) == "relations-title"
    assert texts(browser, "#relation-words h3")[0] == "To the local leader Local L02 Ltd (steps: 1)"
    browser.execute_script("location.hash = '#O02'")
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    click(browser, "#panel .in-relations")
    assert not browser.find_element("id", "panel").is_displayed()
    assert browser.execute_script("return location.hash") == "#relations/O02"


def test_a_page_without_links_shows_no_relation_view(page: Callable[..., Any], folder: Path) -> None:
    graph, findings = made_graph(), made_findings()
    untied = ChainGraph("untied", {**graph.tables, "firm_links": graph["firm_links"].iloc[:0]})
    write_pages(replace(findings, routes=findings.routes.iloc[:0]), untied, folder / "untied")
    browser = page("untied/mk.html#O02")
    assert not browser.find_element("css selector", ".relations").is_displayed()
    assert texts(browser, ".in-relations") == []


def test_places_stand_by_distance_and_bearing(page: Callable[..., Any]) -> None:
    browser = page("mk.html")
    scroll(browser, "#region")
    bands = texts(browser, "#region-list h3")
    assert [band[:4] for band in bands] == ["本市以内", "50至1", "300公", "境外目标"]
    assert "东北 87公里" in texts(browser, "#region-list summary")[5]
    spots = browser.execute_script("""
      const found = {};
      for (const spot of document.querySelectorAll('.region-svg .spot')) {
        const at = spot.querySelector('circle');
        found[spot.querySelector('title').textContent.split(' ')[0]] =
          [Number(at.getAttribute('cx')), Number(at.getAttribute('cy')), spot.classList.contains('approximate')];
      }
      return found""")
    x, y, approximate = spots["上海"]
    assert math.degrees(math.atan2(x, -y)) == pytest.approx(52, abs=4)  # two marks stand side by side there
    assert approximate is False
    assert spots["慕尼黑"][2] is True
    assert math.hypot(*spots["深圳"][:2]) < 250 < math.hypot(*spots["东京"][:2])
    click(browser, "#region-list details:nth-of-type(6) summary")
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert len(texts(browser, "#region-list details[open] li")) == 10  # nine targets in Shanghai, one unit


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_leader_s_block_says_how_far_the_list_can_be_trusted(
    page: Callable[..., Any], lang: str, width: int
) -> None:
    findings = made_findings()
    browser = page(f"mk.html?lang={lang}", width=width)
    said = texts(browser, ".sheet-trust dd p")
    trust = findings.trust[lang].set_index("kind")["plain"]
    assert [trust[kind] for kind in ("own_hide30", "own_temporal", "about", "base_chain")] == said[-4:]
    assert not re.search(r"AUROC|LQ|nats", "".join(texts(browser, "#brief")))
    new = findings.targets[lang].query("candidate_list == 'new'")
    kinds = [words.split("\n") for words in texts(browser, ".sheet-trust .rests-counts li")]
    counts = [int(re.search(r"(\d+)家?$", words[-1])[1]) for words in kinds]
    assert sorted(counts) == sorted(new["source_kind"].value_counts())
    # Every firm to see and every row of the list bears the mark of what it rests on.
    assert len(texts(browser, ".visits .rests")) == len(texts(browser, ".visits > li")) == 5
    assert len(texts(browser, "#list tbody .rests")) == len(texts(browser, "#list tbody tr")) == len(new)


def test_a_target_s_panel_says_where_it_is_recorded_and_what_its_row_rests_on(page: Callable[..., Any]) -> None:
    browser = page("mk.html?lang=en#O14")
    target = made_findings().targets["en"].set_index("firm_id").loc["O14"]
    assert texts(browser, "#panel .part-sites p")[0] == target["sites"]
    mark = browser.find_element("css selector", "#panel .part-evidence .rests")
    assert f"rests-{target['source_kind']}" in mark.get_attribute("class")


def test_places_are_spelled_in_the_language_of_the_page(page: Callable[..., Any]) -> None:
    browser = page("mk.html?lang=en#O14")
    scroll(browser, "#region")
    assert texts(browser, ".subtitle")[0].startswith("Jiaxing · ")
    assert "On one page: Made chain in Jiaxing" in texts(browser, "h2")
    assert {"Shanghai", "Munich", "Tokyo"} <= {words.split(" ")[0] for words in texts(browser, ".spot title")}
    assert not re.search("[\u4e00-\u9fff]", "".join(texts(browser, "#region-list .place-name")))
    assert "Shanghai, China" in texts(browser, "#list tbody td")
    click(browser, "#panel .switch")
    assert "中国 上海" in texts(browser, "#list tbody td")


def test_the_region_follows_the_filters(page: Callable[..., Any]) -> None:
    browser = page("mk.html?lang=en")
    scroll(browser, "#region")
    assert len(texts(browser, "#region-list h3")) == 4
    choose(browser, "tier", "mnc")
    assert [band for band in texts(browser, "#region-list h3") if band.startswith("Abroad")] == ["Abroadtargets 3"]
    choose(browser, "stage", "downstream")
    choose(browser, "strategy", "strengthen")
    assert not [band for band in texts(browser, "#region-list h3") if "targets" in band]


def test_what_changed_since_the_former_run_is_a_tab_of_the_lists(page: Callable[..., Any], folder: Path) -> None:
    assert texts(page("mk.html"), "#tab-changes") == []
    now = made_findings()
    lists = {lang: frame.assign(firm_id=frame["firm_id"].replace("O05", "O40")) for lang, frame in now.targets.items()}
    gaps = {lang: frame.assign(state=frame["state"].replace("thin", "present")) for lang, frame in now.gaps.items()}
    was = replace(now, as_of="2024", targets=lists, gaps=gaps)
    former = write_former(was, folder / "former", parameters={"strategy": "auto"})
    now = replace(now, parameters={**now.parameters, "strategy": "strengthen"})
    write_pages(now, made_graph(), folder / "later", previous=read_former(former))
    browser = page("later/mk.html")
    assert texts(browser, "#tab-changes .count") == ["8"]
    click(browser, "#tab-changes")
    assert texts(browser, "#list .sentences li")[1] == "数据日期由“2024”变为“2025-06-30”。"
    assert texts(browser, "#list .sentences li")[2] == "招商方式由“各链自定”变为“强链固链”。"
    first, second = (texts(browser, f"#list .table-frame:nth-of-type({place}) tbody tr") for place in (1, 2))
    assert len(first) == 6
    assert "本地企业3家及以上本地企业1至2家" in first[0]
    assert [row[:5] for row in second] == ["新上名单甲", "不再列入甲"]
    click(browser, "#language")
    assert "The data date was 2024 and is now 2025-06-30." in texts(browser, "#list .sentences li")


def test_very_many_cards_are_filled_as_the_reader_comes_near(page: Callable[..., Any], folder: Path) -> None:
    findings, graph, _ = made_chain(700, 320)
    write_pages(findings, graph, folder / "large")
    browser = page("large/mk.html")
    assert len(texts(browser, ".card")) == 320
    filled = "return document.querySelectorAll('.card .badge').length"
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert 0 < browser.execute_script(filled) < 200
    # A card far below: reached by its address, filled, lit with its neighbours, under an arrow that ends at its middle.
    last = "document.getElementById('card-S00212')"
    assert browser.execute_script(f"return {last}.querySelector('.badge')") is None
    browser.execute_script(f"{last}.scrollIntoView()")
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert browser.execute_script(f"return {last}.querySelector('.badge').textContent") == "本地企业1至2家"
    click(browser, "#card-S00212 h4 button")
    assert texts(browser, "#panel h2") == ["环节S00212"]
    assert browser.execute_script(f"return {last}.classList.contains('is-chosen')")
    assert texts(browser, ".card.is-near") != []
    assert browser.execute_script("""
      const lanes = document.getElementById('lanes').getBoundingClientRect();
      return [...document.querySelectorAll('.card')].every((card, number, all) => {
        const box = card.getBoundingClientRect();
        return box.height === 190 && box.bottom <= lanes.bottom + 1;
      })""")
    # Filters reach cards that are not filled yet, and print fills all of them.
    choose(browser, "stage", "downstream")
    assert texts(browser, "#filter-count")[0].startswith("符合条件：106个环节")
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script(filled) == 320
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")


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
