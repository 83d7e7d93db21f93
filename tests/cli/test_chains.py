"""The commands around chain templates, and a workbook that begins with chains."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.chains import chosen_chains
from chaingraph.cli.main import main
from chaingraph.reading.read import read_case


def test_templates_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "list"]) == 0
    assert "泵阀与缝制装备" in capsys.readouterr().out
    assert main(["chains", "show", "displays", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "OLED and flexible panels" in shown
    assert "Source: 分析判断" in shown
    assert main(["chains", "show", "新型显士"]) == 1
    assert "可选：新型显示" in capsys.readouterr().err


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
