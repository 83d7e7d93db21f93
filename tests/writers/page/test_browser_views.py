"""Relations and region in a real browser, what has changed, and very many cards."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaingraph.model.graph import ChainGraph
from chaingraph.writers.page.changes import read_former
from chaingraph.writers.page.page import write_pages
from tests.browser_window import choose, click, focused, scroll, texts
from tests.made_chain import made_chain
from tests.made_findings import made_findings
from tests.made_former import write_former
from tests.made_graph import BAD_NAMES, made_graph

pytestmark = pytest.mark.browser


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
    click(browser, "#list .show-all")
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
    assert "Made chain in Jiaxing on one page" in texts(browser, "h2")
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
    was = replace(now, as_of="2024", data_date="2024", targets=lists, gaps=gaps)
    former = write_former(was, folder / "former", parameters={"strategy": "auto"})
    now = replace(now, parameters={**now.parameters, "strategy": "strengthen"})
    write_pages(now, made_graph(), folder / "later", previous=read_former(former))
    browser = page("later/mk.html")
    assert texts(browser, "#tab-changes .count") == ["8"]
    click(browser, "#tab-changes")
    scroll(browser, "#list")  # drawn with the next frame
    assert texts(browser, "#list .sentences li")[1] == "数据日期由“2024”变为“2025-06-30”。"
    assert texts(browser, "#list .sentences li")[2] == "截至日由“2024”变为“2025-06-30”。"
    assert texts(browser, "#list .sentences li")[3] == "招商方式由“各链自定”变为“强链固链”。"
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
