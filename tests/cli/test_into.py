"""``import … --into CASE``: what is said, what is written, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import main
from tests.made_into import FIRMS, folder

REGISTER = (
    "name,credit_code,reg_date,scope,city\n"
    "嘉兴丁四新材料有限公司,,2020-01-02,新材料制造,嘉兴\n"
    "丙三纺织,,2019-01-01,纺织,嘉兴\n"
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "登记册.csv").write_text(REGISTER, encoding="utf-8")
    return folder(tmp_path / "底库")


def register(case: Path, *more: str) -> int:
    return main(["import", "register", str(case.parent / "登记册.csv"), "--as-of", "2026-11-01", *more])


def test_adding_tells_what_is_new_what_waits_and_how_to_go_back(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert register(case, "--into", str(case), "--dry-run") == 0
    assert "试运行" in capsys.readouterr().out
    assert (case / "企业.csv").read_text(encoding="utf-8-sig").splitlines() == FIRMS.splitlines()
    assert register(case, "--into", str(case)) == 0
    told = capsys.readouterr().out
    assert "企业(firms)：导入 2 行 = 新增 1 + 已有 0 + 补充 0 + 有出入 0 + 存疑 1 + 无处可放 0" in told
    assert f"chaingraph import --undo {case}" in told
    assert (case.parent / "底库_待核对.xlsx").exists()
    assert "丁四" in (case / "企业.csv").read_text(encoding="utf-8-sig")
    assert main(["import", "--undo", str(case)]) == 0
    assert "已撤销 0001_" in capsys.readouterr().out
    assert (case / "企业.csv").read_text(encoding="utf-8-sig").splitlines() == FIRMS.splitlines()
    assert main(["import", "--undo", str(case)]) == 1
    assert main(["import", "--undo", str(case.parent / "nichts")]) == 1


def test_into_and_out_exclude_each_other(case: Path) -> None:
    assert register(case) == 2
    assert register(case, "--into", str(case), "--out", str(case.parent / "neu")) == 2
    assert register(case, "--out", str(case.parent / "neu"), "--dry-run") == 2
