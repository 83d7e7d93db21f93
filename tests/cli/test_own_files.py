"""Files that extend the program: the command line shows what a folder of the library holds, and takes one by path."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.cli.main import DONE, REFUSED, USAGE, main
from chaingraph.model import registry
from tests.toy import write_toy

STRATEGY = (registry.LIBRARY / "strategies" / "extend.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_toy(tmp_path_factory.mktemp("own") / "toy"))


def written(folder: Path, content: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_strategy_is_added_in_one_place(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    shutil.copytree(registry.LIBRARY / "strategies", library / "strategies")
    shutil.copytree(registry.LIBRARY / "profiles", library / "profiles")
    named = STRATEGY.replace('title = { zh = "延链补链", en = "Extend" }', 'title = { zh = "强基", en = "Groundwork" }')
    written(library / "strategies", named, "groundwork.toml")
    monkeypatch.setattr(registry, "LIBRARY", library)
    assert main(["run", "--help", "--lang", "en"]) == DONE
    shown = "".join(capsys.readouterr().out.split())
    assert "groundwork|" in shown
    found = ["explain", case, "--region", "嘉兴", "--firm", "O09", "--lang", "en", "--reference", "none"]
    assert main([*found, "--strategy", "groundwork"]) == DONE
    assert "Groundwork" in capsys.readouterr().out


def test_a_strategy_of_ones_own_orders_the_lists_and_is_named(case: str, tmp_path: Path) -> None:
    content = STRATEGY.replace('title = { zh = "延链补链", en = "Extend" }', 'title = "只看缺口"')
    own = written(tmp_path, content.replace('["signal", "tier", "severity", "fit"]', '["severity"]'))
    out = tmp_path / "out"
    given = ["run", case, "--region", "嘉兴", "--reference", "none", "--draws", "0"]
    assert main([*given, "--out", str(out), "--strategy", own]) == DONE
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))["parameters"]
    assert told["strategy"] == "mine.toml"
    assert set(told["strategies"].values()) == {"mine.toml"}
    assert told["strategy_titles"]["mine.toml"] == {"zh": "只看缺口", "en": "只看缺口"}
    sheets = openpyxl.load_workbook(out / "shortlist.xlsx").worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "只看缺口" in cells
    assert not [cell for cell in cells if isinstance(cell, str) and "strategy_titles" in cell]
    assert "只看缺口" in (out / "index.html").read_text(encoding="utf-8")


def test_a_pool_of_ones_own_builds_on_a_kind(case: str, tmp_path: Path) -> None:
    own = written(tmp_path, 'title = "分队名单"\nkind = "team"\nmost = 1\n')
    out = tmp_path / "pools.xlsx"
    given = ["pools", case, "--region", "嘉兴", "--reference", "none"]
    assert main([*given, "--pool", own, "--out", str(out)]) == DONE
    assert openpyxl.load_workbook(out).sheetnames == ["分队名单"]
    assert main([*given, "--pool", own, "--out", str(tmp_path / "own.csv")]) == DONE
    assert main([*given, "--pool", "team", "--out", str(tmp_path / "all.csv")]) == DONE
    rows, whole = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("own", "all"))
    assert set(rows["pool"]) == {"mine.toml"}
    assert rows.groupby("list").size().max() == 1 < whole.groupby("list").size().max()


def test_ledger_rules_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (registry.LIBRARY / "rules" / "jiaxing.toml").read_text(encoding="utf-8")
    own = written(tmp_path, content)
    given = ["ledger", "add", str(tmp_path / "l.db"), "p1", "--by", "市投促中心", "--set", "project=甲项目"]
    assert main([*given, "--rules", str(tmp_path / "none.toml")]) == USAGE
    assert "没有台账规则" in capsys.readouterr().err
    written(tmp_path, content.replace("months = 1", 'months = "one"'))
    assert main([*given, "--rules", own, "--lang", "en"]) == REFUSED
    assert "ledger rules mine.toml, [exclusive]: months is 'one'; choose: 0, 1, 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "option", "kind"),
    [
        (["run", "CASE", "--region", "嘉兴", "--out", "o"], "--strategy", "strategies"),
        (["run", "CASE", "--region", "嘉兴", "--out", "o"], "--profile", "profiles"),
        (["pools", "CASE", "--region", "嘉兴"], "--pool", "pools"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_wrong_with_a_file_is_said_in_the_readers_language(
    command: list[str], option: str, kind: str, lang: str, case: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = [case if part == "CASE" else part for part in command]
    assert main([*given, "--lang", lang, option, "no-such"]) == USAGE
    said = capsys.readouterr().err
    assert all(name in said for name in registry.shipped(kind))
    assert ("或写自己的 .toml 文件的路径" in said) == (lang == "zh")
    own = written(tmp_path, 'kind = "x"\nwrong = 1\n')
    assert main([*given, "--lang", lang, option, own]) == REFUSED
    said = capsys.readouterr().err
    assert "mine.toml" in said
    assert ("可选：" in said) == (lang == "zh")
    assert ("; choose: " in said) == (lang == "en")


def test_a_chart_of_ones_own_changes_title_and_settings(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["chart", case, "--region", "嘉兴", "--reference", "none", "--out", str(tmp_path / "c.svg")]
    own = written(tmp_path, 'kind = "target_bars"\ntitle = "First of all"\n[settings]\ntop = 1\n')
    assert main([*given, "--lang", "en", "--kind", own]) == REFUSED
    assert "the chart mine.toml needs --chain" in capsys.readouterr().err
    assert main([*given, "--kind", own, "--chain", "pv"]) == DONE
    assert (tmp_path / "c.svg").stat().st_size > 1000
    for content, said in [
        ('kind = "gap_matrix"\n[settings]\ntop = 1\n', "key is 'settings'"),
        ('kind = "target_bars"\nneeds = []\n', "key is 'needs'; choose: kind, title, settings"),
        ('kind = "target_bars"\n[settings]\ntop = "1"\n', "top is '1'; choose: 20"),
    ]:
        assert main([*given, "--lang", "en", "--kind", written(tmp_path, content), "--chain", "pv"]) == REFUSED
        assert said in capsys.readouterr().err
