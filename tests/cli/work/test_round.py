"""The commands ``dispatch`` and ``merge`` as a person types them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from chaingraph.cli.main import main
from tests.made_work import filled_in


def test_out_with_a_plan_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02"]
    main(["work", "take", ledger, "s-1", "s-2", *by, "--set", "firm=构造甲", "--create", "--rules", "jiaxing"])
    plan = tmp_path / "plan.csv"
    plan.write_text("线索编号,责任单位,反馈期限\ns-1,平湖市,2025-03-09\ns-2,桐乡市,2025-03-09\n", encoding="utf-8")
    out, back = tmp_path / "out", tmp_path / "back"
    assert main(["dispatch", ledger, "--plan", str(plan), *by, "--out", str(out), "--lang", "zh"]) == 0
    assert "平湖市：1条" in capsys.readouterr().out
    filled_in(out / "分办_平湖市.xlsx", back, {"s-1": {"反馈结论": "有投资意向"}})
    report = tmp_path / "merged.xlsx"
    assert main(["merge", ledger, str(back), "--at", "2025-03-10", "--out", str(report), "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert ("登记反馈 1" in shown, "逾期未反馈1条" in shown) == (True, True)
    assert openpyxl.load_workbook(report).sheetnames[:2] == ["变化", "各方不一致"]
    assert main(["dispatch", ledger, "--plan", str(plan), "--out", str(out)]) == 2


def test_a_folder_without_sheets_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "l.db")
    main(
        [
            "work",
            "take",
            ledger,
            "s-1",
            "--by",
            "市投促中心",
            "--at",
            "2025-03-02",
            "--set",
            "firm=甲",
            "--create",
            "--rules",
            "jiaxing",
        ]
    )
    (tmp_path / "back").mkdir()
    assert main(["merge", ledger, str(tmp_path / "back"), "--lang", "en"]) == 0
    assert "holds no file" in capsys.readouterr().out
