"""Charts, notebook views and the neighbourhood with hostile names, in a real browser: nothing runs, all is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chaingraph as cg
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.charts.charts import write_chart
from chaingraph.writers.charts.kinds import draw, load_chart
from tests.made_hostile import RUN, hostile_graph


@pytest.fixture(scope="module")
def graph() -> ChainGraph:
    return hostile_graph()


@pytest.fixture(scope="module")
def found(graph: ChainGraph) -> Findings:
    return cg.survey(graph, region="嘉兴", as_of="2024-06", reference="none", draws=0)


@pytest.fixture
def inert(browser: Any, tmp_path: Path) -> Callable[[str, str | bytes], str]:
    """Open a file; nothing in it may have run or been asked for; the words that are shown."""

    def opened(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get(path.as_uri())
        browser.execute_async_script("setTimeout(arguments[0], 300)")
        assert browser.execute_script("return window.hit || 0") == 0, name
        assert browser.execute_script("return document.querySelectorAll('img[onerror], svg[onload]').length") == 0
        logged = [entry["message"] for entry in browser.get_log("browser")]
        assert not [line for line in logged if "Uncaught" in line or "ERR_" in line], logged
        return str(browser.execute_script("return document.documentElement.textContent"))

    return opened


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["target_bars", "panorama", "score_waterfall", "gap_matrix"])
def test_a_chart_of_hostile_names(
    kind: str, found: Findings, graph: ChainGraph, tmp_path: Path, inert: Callable[[str, str | bytes], str]
) -> None:
    firm = str(found.targets["zh"].loc[found.targets["zh"]["chain_id"] == "pv", "firm_id"].iloc[0])
    write_chart(draw(load_chart(kind), found, graph, chain="pv", firm=firm, lang="en"), tmp_path / "chart.svg")
    inert("chart2.svg", (tmp_path / "chart.svg").read_bytes())


@pytest.mark.browser
def test_what_a_notebook_shows(found: Findings, graph: ChainGraph, inert: Callable[[str, str | bytes], str]) -> None:
    for shown in (found, graph):
        words = inert("notebook.html", f"<!DOCTYPE html><meta charset='utf-8'>{shown._repr_html_()}")
        assert f"<script>{RUN}</script>" in words or shown is graph


@pytest.mark.browser
def test_the_neighbourhood(graph: ChainGraph, inert: Callable[[str, str | bytes], str]) -> None:
    pytest.importorskip("pyvis", reason="pip install 'chaingraph[notebooks]'")
    inert("neighbourhood.html", cg.neighbourhood(graph, "O02", hops=2))
