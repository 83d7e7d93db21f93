"""The commands around chain templates, and a workbook that begins with chains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chaingraph.cli.chains import chosen_chains
from chaingraph.cli.main import main
from chaingraph.model.chain_template import load_chain
from chaingraph.reading.read import read_case
from tests.made_into import folder


def test_templates_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "list"]) == 0
    assert "泵阀与缝制装备" in capsys.readouterr().out
    assert main(["chains", "show", "displays", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "OLED and flexible panels" in shown
    assert "Source: analyst's judgement" in shown
    assert not re.search(r"[\u3400-\u9fff]", shown)
    assert main(["chains", "show", "新型显士"]) == 1
    assert "可选：新型显示" in capsys.readouterr().err


def test_product_words_are_shown_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'id = "MM"\ntitle = { zh = "磁", en = "magnets" }\nchain_class = "emerging"\n'
        'segments = [{ id = "M1", name = { zh = "磁钢", en = "Magnets" }, stage = "midstream", gbt4754 = ["3985"], '
        'keywords = { zh = ["钕铁硼"], en = ["NdFeB"] }, source = "made" }]\n',
        encoding="utf-8",
    )
    assert main(["chains", "show", str(mine), "--lang", "en"]) == 0
    assert "NdFeB, neodymium magnets" in capsys.readouterr().out


def test_several_are_named_at_once() -> None:
    assert [chain.id for chain in chosen_chains("新能源汽车，displays、MM")] == ["EV", "ND", "MM"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_begins_with_chains(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "hefei.xlsx"
    assert main(["init", str(file), "--chains", "新能源汽车,新型显示", "--lang", lang]) == 0
    case = read_case(file, required=("chains", "segments"))
    assert sorted(case["chains"]["chain_id"]) == ["EV", "ND"]
    assert len(case["segments"]) == 38
    assert set(case["segment_links"]["flow"].dropna()) >= {"material", "part", "equipment"}
    assert case["segments"].set_index("segment_id").loc["ND14", "chokepoint"]
    assert not len(case.rejects)


def test_a_chain_is_added_to_a_case_and_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = folder(tmp_path / "底库")
    before = {path.name: path.read_bytes() for path in case.iterdir()}
    assert main(["chains", "add", "新型储能", "--into", str(case), "--dry-run"]) == 0
    assert "新型储能：加入，环节" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in case.iterdir()} == before
    assert main(["chains", "add", "新型储能", "--into", str(case)]) == 0
    held = read_case(case)
    assert set(held["chains"]["chain_id"]) == {"C1", "ES"}
    assert held["segments"]["chain_id"].value_counts().to_dict() == {
        "ES": len(load_chain("新型储能").segments),
        "C1": 2,
    }
    capsys.readouterr()
    assert main(["chains", "add", "新型储能", "--into", str(case)]) == 0
    assert "底库中已有" in capsys.readouterr().out
    assert main(["chains", "add", "--undo", str(case)]) == 0
    assert {path.name: path.read_bytes() for path in case.iterdir() if path.name in before} == before
    assert set(read_case(case)["chains"]["chain_id"]) == {"C1"}
    assert main(["chains", "add", "新型储能"]) == 2


def test_a_word_that_both_use_means_both_without_a_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = folder(tmp_path / "底库")
    (case / "segment_terms.csv").write_text("term,segments\n齿轮箱,S2\n", encoding="utf-8")
    assert main(["chains", "add", "新能源汽车", "--into", str(case)]) == 0
    assert read_case(case)["segment_terms"].set_index("term").loc["齿轮箱", "segments"] == "S2;EV08"
    assert "有出入 0" in capsys.readouterr().out
