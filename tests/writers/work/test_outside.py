"""What leaves the office: slides that can be edited, and pages for an investor that hold nothing internal."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pdfplumber
import pptx
import pytest

import chaingraph as cg
from chaingraph.cli.main import main
from chaingraph.errors import UnknownNameError
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.case import write_case
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


def _tables(path: Path) -> list[list[list[str]]]:
    deck = pptx.Presentation(str(path))
    shapes = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    return [[[cell.text for cell in row.cells] for row in shape.table.rows] for shape in shapes]


def test_a_shared_rank_is_said_and_a_column_of_nothing_is_left_out(found: Findings, tmp_path: Path) -> None:
    targets = found.targets["zh"]
    some = targets[(targets["chain_id"] == CHAIN) & (targets["candidate_list"] == "new")].index[:1]
    four = pd.concat([targets.loc[some]] * 4, ignore_index=True)
    ranks = pd.Series([1, 2, 2, None], dtype="Int64")
    four = four.assign(rank=ranks, local_unit="", route="构造甲向其供货", city=None, candidate_list="new")
    write_slides(replace(found, targets={"zh": four, "en": four}), GRAPH, CHAIN, tmp_path / "chain.pptx")
    listed, doors = _tables(tmp_path / "chain.pptx")[1:]
    assert [row[0] for row in listed] == ["序", "1", "并列2", "并列2", "储备"]
    assert "城市" not in listed[0]
    assert doors[0] == ["企业", "对接路径"]


def test_words_that_are_long_stay_on_the_slide(found: Findings, tmp_path: Path) -> None:
    long = found.targets["zh"].assign(firm="构造企业" * 12, reasons="理由" * 90, candidate_list="new", chain_id=CHAIN)
    many = pd.concat([long] * 9, ignore_index=True)
    gaps = found.gaps["zh"].assign(chain="新材料与绿色化工" * 7)
    write_slides(replace(found, targets={"zh": many}, gaps={"zh": gaps}), GRAPH, CHAIN, tmp_path / "chain.pptx")
    deck = pptx.Presentation(str(tmp_path / "chain.pptx"))
    foot = deck.slide_height - 0.5 * 914_400
    tables = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    assert all(shape.top + sum(row.height for row in shape.table.rows) <= foot for shape in tables)
    title = next(shape for shape in deck.slides[0].shapes if "新材料" in shape.text_frame.text)
    run = title.text_frame.paragraphs[0].runs[0]
    assert len(run.text) * run.font.size.inches <= 2 * title.width / 914_400


@pytest.mark.office
def test_another_program_shows_six_pages_with_all_their_words(found: Findings, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    write_slides(found, GRAPH, CHAIN, tmp_path / "chain.pptx")
    command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "chain.pptx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    if not (tmp_path / "chain.pdf").exists():
        pytest.skip("LibreOffice is installed without Impress")
    with pdfplumber.open(tmp_path / "chain.pdf") as shown:
        pages = [page.extract_text() for page in shown.pages]
        tall = {page.height for page in shown.pages}
        lowest = max(float(word["bottom"]) for page in shown.pages for word in page.extract_words())
    assert len(pages) == 6
    assert found.targets["zh"]["firm"].iloc[0] in "".join(pages)
    assert lowest < min(tall)


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
    heads = [words for kind, words in lines if kind == "head"]
    assert heads == ["1. The industry chain and where there is room", "2. Land and factory space", "3. Contact"]


def test_what_is_held_back_is_told_with_the_column_that_would_let_it_out(
    found: Findings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = toy_tables()
    read = ChainGraph("toy", {**tables, "firm_segments": tables["firm_segments"].assign(confidence="seen")})
    unread = ChainGraph("toy", {**tables, "firm_segments": tables["firm_segments"].assign(confidence="known")})
    given = {"on": "2024-06-01", "office": "构造市投促中心", "language": "zh"}
    before = dict(write_investor(found, unread, CHAIN, tmp_path / "a.pdf", **given))
    after = dict(write_investor(found, read, CHAIN, tmp_path / "b.pdf", **given))
    assert before["firms"] > 0
    assert "firms" not in after
    assert "policy" in before
    assert "space" not in before
    write_case(cg.load_example(), tmp_path / "case", form="csv")
    words = [
        "document",
        "investor",
        str(tmp_path / "case"),
        "--region",
        "嘉兴",
        "--chain",
        "储能",
        "--office",
        "构造市投促中心",
    ]
    assert main([*words, "--language", "en", "--as-of", "2024-06-01", "--out", str(tmp_path / "c.pdf")]) == 0
    said = capsys.readouterr().out
    assert "confidence" in said
    assert "--office-en" in said


def test_an_office_is_called_by_its_english_name_or_marked(found: Findings) -> None:
    def contact(language: str, **given: str) -> str:
        lines = investor_lines(found, GRAPH, CHAIN, on="2024-06-01", language=language, **given)
        return lines[-2][1]

    assert contact("de", office="构造市投促中心", office_en="Constructed City Office") == (
        "Bitte wenden Sie sich an Constructed City Office."
    )
    assert "[English name of the office to be added]" in contact("en", office="构造市投促中心")
    assert "[" not in contact("zh", office="构造市投促中心")
    assert contact("zh", office="构造市投促中心 0573-82520000") == "请与构造市投促中心 0573-82520000 联系。"


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


@pytest.mark.parametrize(
    ("lang", "firm", "city"), [("zh", "丙一电解技术公司", "慕尼黑"), ("en", "Bingyi Electrolyse GmbH", "Munich")]
)
def test_firms_and_cities_are_called_as_in_the_language_of_the_slides(
    found: Findings, tmp_path: Path, lang: str, firm: str, city: str
) -> None:
    write_slides(found, GRAPH, CHAIN, tmp_path / "chain.pptx", lang=lang)
    cells = [cell for rows in _tables(tmp_path / "chain.pptx") for row in rows for cell in row]
    assert firm in cells
    assert city in cells
    assert ({"丙一电解技术公司", "Bingyi Electrolyse GmbH"} - {firm}).isdisjoint(cells)
