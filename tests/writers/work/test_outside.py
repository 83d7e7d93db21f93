"""What leaves the office: slides that can be edited, and pages for an investor that hold nothing internal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pptx
import pytest

import chaingraph as cg
from chaingraph.errors import UnknownNameError
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.work import INVESTOR
from chaingraph.writers.work.investor import investor_lines, write_investor
from chaingraph.writers.work.slides import write_slides
from tests.toy import toy_tables

GRAPH = ChainGraph("toy", toy_tables())
CHAIN = str(GRAPH["chains"]["chain_id"].iloc[0])


@pytest.fixture(scope="module")
def found() -> Findings:
    return cg.survey(GRAPH, region="嘉兴", as_of="2024-06")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_chain_is_six_slides_of_shapes(found: Findings, tmp_path: Path, lang: str) -> None:
    write_slides(found, GRAPH, CHAIN, tmp_path / "chain.pptx", lang=lang)
    deck = pptx.Presentation(str(tmp_path / "chain.pptx"))
    assert len(deck.slides) == 6
    assert not any(shape.shape_type == 13 for slide in deck.slides for shape in slide.shapes)  # no pictures
    right = deck.slide_width
    assert all(shape.left + shape.width <= right for slide in deck.slides for shape in slide.shapes)
    with pytest.raises(UnknownNameError):
        write_slides(found, GRAPH, "nothing", tmp_path / "no.pptx")


def test_a_name_that_hides_characters_is_clean_on_a_slide(found: Findings, tmp_path: Path) -> None:
    hostile = {lang: frame.assign(firm="甲\x07\u202e<b>") for lang, frame in found.targets.items()}
    write_slides(replace(found, targets=hostile), GRAPH, CHAIN, tmp_path / "chain.pptx")
    deck = pptx.Presentation(str(tmp_path / "chain.pptx"))
    words = "".join(shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame)
    cells = [
        cell.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
        for cell in shape.table.iter_cells()
    ]
    assert "\u202e" not in words + "".join(cells)
    assert "甲<b>" in cells


def test_an_investor_reads_nothing_internal(found: Findings) -> None:
    secret = GRAPH["firms"].assign(notes="内部判断")
    graph = ChainGraph("toy", {**toy_tables(), "firms": secret})
    lines = investor_lines(found, graph, CHAIN, on="2024-06-01", office="投促中心", language="zh")
    said = "\n".join(words for _, words in lines)
    targets = found.targets["zh"]
    outside = set(targets.loc[targets["candidate_list"] == "new", "firm"])
    assert outside
    assert not [firm for firm in outside if firm in said]
    assert "内部" not in said
    assert not [gap for gap in found.gaps["zh"]["question"].dropna() if gap in said]


def test_policies_that_have_ended_and_rows_that_are_presumed_are_left_out(found: Findings) -> None:
    tables = toy_tables()
    policies = pd.DataFrame(
        {"policy": ["有效政策", "到期政策", "未生效政策"], "valid_from": ["2023-01", None, "2025-01"],
         "valid_to": [None, "2024-05", None], "chains": [None, None, None], "doc_no": ["甲1号", None, None]}
    )  # fmt: skip
    graph = ChainGraph(
        "toy", {**tables, "policies": policies.reindex(columns=tables["policies"].columns).astype("str")}
    )
    lines = investor_lines(found, graph, CHAIN, on="2024-06-01", office="投促中心", language="zh")
    told = [words for _, words in lines if "政策" in words and words.startswith("·")]
    assert told == ["·  有效政策（甲1号）"]
    guessed = tables["firm_segments"].assign(confidence="unsure")
    graph = ChainGraph("toy", {**tables, "firm_segments": guessed})
    lines = investor_lines(found, graph, CHAIN, on="2024-06-01", office="投促中心", language="en")
    firms = lines[[words for _, words in lines].index("2. Firms that are here (published information)") + 1]
    assert firms[1] == "·  No information that can be published."


@pytest.mark.parametrize("language", INVESTOR)
def test_the_pages_are_written_in_five_languages_and_say_that_they_are_to_be_checked(
    found: Findings, tmp_path: Path, language: str
) -> None:
    write_investor(found, GRAPH, CHAIN, tmp_path / "a.pdf", on="2024-06-01", office="投促中心", language=language)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    write_investor(found, GRAPH, CHAIN, tmp_path / "b.pdf", on="2024-06-01", office="投促中心", language=language)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    lines = investor_lines(found, GRAPH, CHAIN, on="2024-06-01", office="投促中心", language=language)
    assert ("人工核对" in lines[1][1]) == (language != "zh")


def test_a_language_that_there_is_not_is_refused(found: Findings, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="zh, en, ja, de, ko"):
        write_investor(found, GRAPH, CHAIN, tmp_path / "a.pdf", on="2024-06-01", office="中心", language="fr")
