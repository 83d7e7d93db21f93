"""What a notebook shows: states and units, nothing that runs, nothing that is fetched; the neighbourhood offline."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.errors import UnknownNameError
from chaingraph.model.graph import ChainGraph
from chaingraph.writers import notebook
from tests.made_workbook import HOSTILE, toy_findings, toy_graph, with_hostile_names
from tests.toy import toy_tables

FETCHED = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import|<link[^>]+stylesheet""", re.IGNORECASE)


def test_a_graph_shows_what_it_holds() -> None:
    shown = toy_graph()._repr_html_()
    assert f'<td style="{notebook._STYLE[1]}">{len(toy_graph()["firms"])}</td>' in shown
    assert "企业 firms" in shown


def test_findings_show_states_in_words_and_colour_and_units() -> None:
    shown = toy_findings()._repr_html_()
    assert 'background:#FBDDD3;color:#7A1A0E">本数据中未见本地企业' in shown
    assert "2.7×" in shown
    assert "数据日期 2024-05" in shown
    assert "None" not in shown
    assert "nan" not in shown


def test_hostile_names_are_text() -> None:
    findings, graph = with_hostile_names()
    shown = findings._repr_html_()
    assert HOSTILE[1] not in shown
    assert "&lt;script&gt;" in shown
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    page = cg.neighbourhood(graph, "O09", hops=2)
    assert "<script>alert(1)</script>" not in page


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_show_puts_the_page_into_a_frame_of_its_own() -> None:
    pytest.importorskip("IPython", reason="pip install 'chaingraph[notebooks]'")
    shown = cg.show(cg.survey(toy_graph(), region="嘉兴", as_of="2024-06"), toy_graph(), chain="甲光伏").data
    assert shown.count("<iframe srcdoc=") == 1
    assert "<script" not in shown  # that of the page is escaped inside the frame
    assert "allow-same-origin" not in shown
    assert cg.show(toy_graph()).data.startswith("<p><b>toy</b>")


def test_a_neighbourhood_stands_still_in_layers_and_fetches_nothing() -> None:
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    page = cg.neighbourhood(toy_graph(), "电池片", region="嘉兴", hops=2)
    assert not FETCHED.search(page)
    assert "charset" in page[:500]
    (nodes,) = re.findall(r"nodes = new vis\.DataSet\((\[.*?\])\);", page)
    places = {node["id"]: node["x"] for node in json.loads(nodes)}
    stages = toy_graph()["segments"].set_index("segment_id")["stage"]
    layers = {"upstream": 0, "midstream": 640, "downstream": 1280}
    assert all(places[node] == layers[stages[node]] for node in places if node in stages)
    assert '"enabled": false' in page.split('"physics": {')[1][:60]


def test_too_many_nodes_are_cut_with_a_warning() -> None:
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    tables = toy_tables()
    many = pd.concat([tables["firms"].iloc[[0]]] * 400, ignore_index=True)
    many = many.assign(firm_id=[f"M{number:03}" for number in range(400)])
    made = pd.concat([tables["firm_segments"].iloc[[0]]] * 400, ignore_index=True)
    made = made.assign(firm_id=many["firm_id"], segment_id="PV02")
    firms, rows = (
        pd.concat([tables[name], more], ignore_index=True) for name, more in (("firms", many), ("firm_segments", made))
    )
    graph = ChainGraph("many", {**tables, "firms": firms, "firm_segments": rows})
    with pytest.warns(UserWarning, match="只画最近的300个节点"):
        page = cg.neighbourhood(graph, "PV02")
    (nodes,) = re.findall(r"nodes = new vis\.DataSet\((\[.*?\])\);", page)
    assert len(json.loads(nodes)) == 300


def test_an_unknown_node_names_near_ones() -> None:
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    with pytest.raises(UnknownNameError, match=r"similar names: .*电池片"):
        cg.neighbourhood(toy_graph(), "电池")


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore")  # what the driver's own packages say is not ours
def test_a_browser_opens_the_neighbourhood_without_a_request(tmp_path: Path) -> None:
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    webdriver = pytest.importorskip("selenium.webdriver", reason="pip install selenium")
    browser, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("Chromium or its driver is not installed")
    path = tmp_path / "near.html"
    path.write_text(cg.neighbourhood(toy_graph(), "电池片", hops=2), encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    opened = webdriver.Chrome(service=webdriver.ChromeService(driver), options=options)
    try:
        opened.get(path.as_uri())
        messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
        asked = [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]
        assert [url for url in asked if url != path.as_uri() and not url.startswith("data:")] == []
        assert opened.find_elements("css selector", "canvas")
    finally:
        opened.quit()
