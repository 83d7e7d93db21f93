"""Target briefs: what they say, what they must never offer, and that another program opens them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.errors import UnknownNameError
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.brief import Brief, write_up
from chaingraph.writers.brief import document_bytes, write_briefs
from tests.toy import toy_tables

GRAPH = ChainGraph("toy", toy_tables())


@pytest.fixture(scope="module")
def found() -> Findings:
    return cg.survey(GRAPH, region="嘉兴", as_of="2024-06")


def section(brief: Brief, title: str) -> str:
    return "|".join(dict(brief.sections)[title])


def test_a_brief_answers_the_questions_of_a_first_visit(found: Findings) -> None:
    brief = write_up(found, GRAPH, "乙九", on="2024-06-01", lang="zh")
    assert brief.title == "企业简报：乙九硅片有限公司"
    assert "投资决策地：上海" in section(brief, "企业是谁")
    assert "公告新建硅片项目" in section(brief, "为何适合我们")
    assert "乙二电池科技股份有限公司向甲一新能源有限公司供货" in section(brief, "经谁联系")
    assert "谁拍板：乙九硅片有限公司（上海）" in section(brief, "要点")
    assert "做什么项目：未掌握" in section(brief, "要点")
    assert "公平竞争审查条例" in section(brief, "谈条件时注意")
    assert "秀洲一号地，120亩" in section(brief, "我们能提供什么")
    assert "异地布点记录" in section(brief, "尚未掌握的情况")
    assert "在国内外有哪些" in section(brief, "首次会谈要问的")


@pytest.mark.parametrize(
    ("on", "named"),
    [("2024-06-01", True), ("2025-12-31", True), ("2026-01-01", False), ("2024-03-31", False)],  # the last day counts
)
def test_a_policy_is_named_only_while_it_holds(found: Findings, on: str, named: bool) -> None:
    whole = str(write_up(found, GRAPH, "O09", on=on, lang="zh").sections)
    assert ("总部企业奖励(构造)" in whole) == named
    assert ("有效至2025-12-31" in whole) == named


def test_a_policy_that_nobody_published_is_not_named(found: Findings) -> None:
    policies = GRAPH["policies"].assign(source=pd.NA).astype(GRAPH["policies"].dtypes)
    graph = ChainGraph("unsaid", {**GRAPH.tables, "policies": policies})
    assert "总部企业奖励(构造)" not in str(write_up(found, graph, "O09", on="2024-06-01", lang="zh").sections)


def test_a_policy_without_an_end_is_not_promised(found: Findings) -> None:
    policies = GRAPH["policies"].assign(valid_to=pd.NA).astype(GRAPH["policies"].dtypes)
    graph = ChainGraph("open", {**GRAPH.tables, "policies": policies})
    offers = section(write_up(found, graph, "O09", on="2030-01-01", lang="zh"), "我们能提供什么")
    assert "未写明有效期" in offers


def test_nothing_to_offer_is_said(found: Findings) -> None:
    empty = {name: GRAPH[name].iloc[:0] for name in ("zones", "parcels", "carriers", "policies")}
    offers = section(
        write_up(found, ChainGraph("bare", {**GRAPH.tables, **empty}), "O09", on="2024-06-01", lang="en"),
        "What we can offer",
    )
    assert offers == "The case holds no zone, parcel, carrier or policy to quote"


def test_hostile_names_are_text(found: Findings) -> None:
    brief = Brief("x", "x", "<w:t>\u202e=cmd|' /C calc'!A0 \x07", "", (("a", ("</w:p>" * 3, "字" * 10_000)),))
    document = docx.Document(io.BytesIO(document_bytes(brief, "zh")))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "<w:t>" in texts[0]
    assert "\x07" not in texts[0]
    assert max(map(len, texts)) == 10_000


@pytest.mark.parametrize("firm_id", ["../../O09", "a:b", "CON", "nul", "a\\b", "x" * 300, ".", "甲/乙", "O09 "])
def test_an_id_never_leads_out_of_the_folder(found: Findings, tmp_path: Path, firm_id: str) -> None:
    """Nor to a device of Windows, a stream beside a file, or a name too long."""
    tables = {
        name: frame.assign(firm_id=frame["firm_id"].replace("O09", firm_id)) if "firm_id" in frame else frame
        for name, frame in toy_tables().items()
    }
    targets = {
        lang: frame.assign(firm_id=frame["firm_id"].replace("O09", firm_id)) for lang, frame in found.targets.items()
    }
    folder = tmp_path / "a" / "b"
    (path,) = write_briefs(
        replace(found, targets=targets), ChainGraph("toy", tables), [firm_id], folder, on="2024-06-01"
    )
    assert path.parent == folder
    assert re.fullmatch(r"乙九硅片有限公司_(?:firm-[0-9a-f]{16}|(?i:con|nul))\.docx", path.name)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


@pytest.mark.office
def test_another_program_opens_them(found: Findings, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    paths = write_briefs(found, GRAPH, ["O09", "O03"], tmp_path, on="2024-06-01")
    command = [office, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert "乙九硅片有限公司" in (tmp_path / "乙九硅片有限公司_O09.txt").read_text(encoding="utf-8", errors="ignore")


def test_any_firm_of_the_case_has_a_brief_a_local_one_too(found: Findings) -> None:
    brief = write_up(found, GRAPH, "甲四光伏", on="2024-06-01", lang="zh")
    assert brief.firm_id == "L04"
    assert "不在本次任何清单上" in section(brief, "为何适合我们")
    held = write_up(found, GRAPH, "O08", on="2024-06-01", lang="zh")
    assert "未列入：破产重整（2024-01-15）" in section(held, "为何适合我们")
    assert "法院受理破产重整" in section(held, "带日期的动态")


def test_one_unknown_name_does_not_refuse_the_others(found: Findings, tmp_path: Path) -> None:
    said: list[str] = []
    paths = write_briefs(found, GRAPH, ["O09", "没有这家"], tmp_path, on="2024-06-01", skipped=said.append)
    assert [path.name for path in paths] == ["乙九硅片有限公司_O09.docx"]
    assert "没有这家" in said[0]
    with pytest.raises(UnknownNameError, match="没有这家"):
        write_briefs(found, GRAPH, ["没有这家"], tmp_path, on="2024-06-01", skipped=said.append)


def test_no_line_of_a_brief_is_empty_or_nan(found: Findings) -> None:
    for firm in [*found.targets["zh"]["firm_id"], "L04", "O08", "O12"]:
        for lang in ("zh", "en"):
            for _, lines in write_up(found, GRAPH, firm, on="2024-06-01", lang=lang).sections:
                assert all(line.strip() and "nan" not in line.lower().split() and "<NA>" not in line for line in lines)
