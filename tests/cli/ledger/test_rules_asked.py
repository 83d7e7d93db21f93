"""A new ledger is asked for its rules and keeps them; a list shows a domestic project in CNY. All is constructed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.ledger.opening import noted_rules
from chaingraph.ledger.rules import load_rules

SHEET = (
    "项目名称,投资方,总投资(亿元),内外资,落户地\n"
    "构造部件项目,构造甲有限公司,12,内资,合肥高新区\n"
    "构造材料项目,构造乙有限公司,1.5亿美元,外资,长丰县\n"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    (tmp_path / "sheet.csv").write_text(SHEET, encoding="utf-8")
    return tmp_path / "ledger.db"


def bring(ledger: Path, *more: str) -> int:
    sheet = str(ledger.parent / "sheet.csv")
    return main(["ledger", "import", str(ledger), sheet, "--by", "市中心", "--at", "2026-06-01", "--create", *more])


def test_a_new_ledger_of_another_city_is_asked(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bring(ledger) == 2
    assert "--rules none" in capsys.readouterr().err
    assert not ledger.exists()
    assert bring(ledger, "--rules", "none") == 0
    assert noted_rules(ledger) == "none"
    capsys.readouterr()
    assert main(["ledger", "list", str(ledger)]) == 0  # not asked again
    listed = capsys.readouterr().out
    assert re.search(r"构造部件项目 .*合肥高新区 .* 12\n", listed)
    assert re.search(r"构造材料项目 .*长丰县 .* 150 *$", listed, re.M)
    assert main(["ledger", "check", str(ledger)]) == 0


def test_rules_of_ones_own_are_kept_by_path(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ledger.parent / "own.toml"
    own.write_text('name = "本市"\nplan = ""\n', encoding="utf-8")
    assert bring(ledger, "--rules", str(own)) == 0
    monkeypatch.chdir(ledger.parent.parent)
    assert noted_rules(ledger) == str(own)
    assert main(["ledger", "list", str(ledger)]) == 0


def test_jiaxings_own_need_not_be_named(tmp_path: Path) -> None:
    told = ["--set", "project=构造一期", "--set", "investor=构造甲", "--set", "place=平湖市", "--set", "constructed=是"]
    at = ["--by", "平湖市投促局", "--at", "2024-03-01", "--create"]
    assert main(["ledger", "add", str(tmp_path / "a.db"), "p1", *at, *told]) == 0
    assert noted_rules(tmp_path / "a.db") == "jiaxing"
    told[5] = "place=苏州"
    assert main(["ledger", "add", str(tmp_path / "b.db"), "p1", *at, *told]) == 2


def test_no_rules_judge_nothing() -> None:
    rules = load_rules("none")
    assert not rules.sections
    assert rules.rates == ()
