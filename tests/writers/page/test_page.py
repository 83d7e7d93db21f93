"""None"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.page.page import one_page, write_pages
from tests.made_findings import made_findings
from tests.made_graph import BAD_NAMES, LONG, made_graph
from tests.page_reader import parsed, payload_of
from tests.shared_data import REPOSITORY


@pytest.mark.parametrize("name", ["index.html", "mk.html", "xk.html"])
def test_a_page_runs_its_own_script_only_and_loads_nothing(pages: dict[str, str], name: str) -> None:
    parts = parsed(pages[name])
    (policy,) = [
        attrs["content"] for tag, attrs in parts.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    ran = [data for tag, attrs, data in parts.raw if tag == "script" and "type" not in attrs]
    styles = [data for tag, _, data in parts.raw if tag == "style"]
    assert (len(ran), len(styles)) == (1 if name == "index.html" else 2, 1)  # the drawing library where it has work
    for source, rule in ((ran, "script-src"), (styles, "style-src")):
        digests = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in source]
        assert set(rules[rule].split()) == {f"'sha256-{digest}'" for digest in digests}
    assert rules["default-src"] == "'none'"
    assert (rules["img-src"], rules["base-uri"], rules["form-action"]) == ("data:", "'none'", "'none'")
    for tag, attrs in parts.elements:
        assert not [key for key in attrs if key.startswith("on") or key in ("style", "src", "srcset", "action")], (
            tag,
            attrs,
        )
        assert attrs.get("href") in (None, "#content", "data:,"), (tag, attrs)
    assert sum(tag == "script" for tag, _ in parts.elements) == len(ran) + 1
    assert not [tag for tag, _ in parts.elements if tag in ("img", "iframe", "object", "embed", "base", "form")]


@pytest.mark.parametrize("name", ["index.html", "mk.html"])
def test_names_that_mean_harm_stay_inside_the_data(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    (data,) = [text for tag, attrs, text in parsed(page).raw if attrs.get("type") == "application/json"]
    assert not set("<>&\u2028\u2029") & set(data)
    assert "alert(1)" in data
    assert "alert(1)" not in page.replace(data, "")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", page)
    assert LONG[:200] not in page


def test_bad_names_are_shown_as_they_are_apart_from_what_cannot_be_seen(chain: dict[str, Any]) -> None:
    full = {firm["id"]: firm["full"] for firm in chain["firms"]}
    assert [full[f"O{number:02d}"] for number in range(1, 5)] == list(BAD_NAMES[:4])
    assert full["O05"] == "甲乙丙"
    assert full["O06"] == "长" * 119 + "…"


def test_a_chain_called_by_a_bad_name_is_a_harmless_title(tmp_path: Path) -> None:
    graph = made_graph()
    chains = graph["chains"].assign(chain="</title><script>alert(4)</script>")
    write_pages(made_findings(), ChainGraph("made", {**graph.tables, "chains": chains}), tmp_path)
    page = (tmp_path / "mk.html").read_text(encoding="utf-8")
    assert sum(tag == "script" for tag, _ in parsed(page).elements) == 3


def test_the_drawing_library_is_whole_licensed_and_only_where_it_has_work(
    pages: dict[str, str], tmp_path: Path
) -> None:
    vendor = REPOSITORY / "chaingraph" / "library" / "page" / "vendor"
    drawing = (vendor / "cytoscape.min.js").read_text(encoding="utf-8")
    assert "</script" not in drawing
    assert "The Cytoscape Consortium" in (vendor / "cytoscape.LICENSE").read_text(encoding="utf-8")
    assert drawing in pages["mk.html"]
    graph, findings = made_graph(), made_findings()
    untied = ChainGraph("untied", {**graph.tables, "firm_links": graph["firm_links"].iloc[:0]})
    write_pages(replace(findings, routes=findings.routes.iloc[:0]), untied, tmp_path)
    for page in (pages["index.html"], (tmp_path / "mk.html").read_text(encoding="utf-8")):
        assert "Cytoscape Consortium" not in page
        assert len(page) < 300_000
    assert len(drawing.encode()) < 1_500_000
    assert "cytoscape.min.js" in (REPOSITORY / "NOTICE").read_text(encoding="utf-8")


def test_only_the_chains_that_were_surveyed_get_a_page(tmp_path: Path) -> None:
    paths = write_pages(only_chains(made_findings(), ["xk"]), made_graph(), tmp_path)
    assert [path.name for path in paths] == ["index.html", "xk.html"]
    assert [card["id"] for card in payload_of(paths[0].read_text(encoding="utf-8"))["cards"]] == ["xk"]


def _renamed(findings: Findings, old: str, new: str) -> Findings:
    gaps = {lang: frame.assign(chain_id=frame["chain_id"].replace(old, new)) for lang, frame in findings.gaps.items()}
    return replace(findings, gaps=gaps)


@pytest.mark.parametrize(
    ("new", "message"),
    [("index", "index"), ("../mk", "64"), ("con", "con"), ("MK", "mk.*MK|MK.*mk")],
)
def test_a_chain_id_that_cannot_be_a_file_name_is_refused(tmp_path: Path, new: str, message: str) -> None:
    graph = made_graph()
    tables = {
        name: graph[name].assign(chain_id=graph[name]["chain_id"].replace("xk", new)) for name in ("chains", "segments")
    }
    with pytest.raises(ChaingraphError, match=message):
        write_pages(_renamed(made_findings(), "xk", new), ChainGraph("made", {**graph.tables, **tables}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_one_page_stands_alone() -> None:
    assert payload_of(one_page(made_findings(), made_graph(), "mk"))["alone"] is True
    with pytest.raises(UnknownNameError, match="was not surveyed; surveyed: mk, xk"):
        one_page(made_findings(), made_graph(), "nowhere")


def test_the_order_of_the_rows_changes_no_page(pages: dict[str, str], tmp_path: Path) -> None:
    graph, findings = made_graph(), made_findings()
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in graph.tables.items()}
    changed: dict[str, Any] = {}
    for name in ("gaps", "targets", "leader_targets", "rankings", "leaders", "questions"):
        frames = getattr(findings, name)
        changed[name] = {lang: frame.iloc[::-1].reset_index(drop=True) for lang, frame in frames.items()}
    for name in ("terms", "shares", "words", "routes", "dropped", "segment_measures"):
        changed[name] = getattr(findings, name).iloc[::-1].reset_index(drop=True)
    write_pages(replace(findings, **changed), ChainGraph("made", turned), tmp_path)
    for name, page in pages.items():
        assert payload_of((tmp_path / name).read_text(encoding="utf-8")) == payload_of(page), name
        assert (tmp_path / name).read_text(encoding="utf-8") == page, name


def test_the_page_opens_in_the_language_of_the_run_and_holds_both(tmp_path: Path) -> None:
    write_pages(made_findings("en"), made_graph(), tmp_path)
    page = (tmp_path / "mk.html").read_text(encoding="utf-8")
    payload = payload_of(page)
    assert '<html lang="en">' in page
    assert payload["lang"] == "en"
    segment = next(row for row in payload["segments"] if row["id"] == "MK02")
    assert segment["name"] == {"zh": "构造环节MK02(材料与部件)", "en": "Made segment MK02"}
    assert segment["reasons"] == {"zh": ["第一条理由", "第二条(一;二)"], "en": ["first reason", "second (one; two)"]}
