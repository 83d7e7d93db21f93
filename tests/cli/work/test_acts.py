"""The commands of leads in work, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import main


def test_a_lead_from_taking_to_project_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "l.db")

    def run(*words: str) -> str:
        assert main(["work", words[0], ledger, *words[1:], "--lang", "zh"]) == 0
        return capsys.readouterr().out

    by = ("--by", "市投促中心", "--at", "2025-03-02")
    run(
        "take",
        "s-1",
        *by,
        "--set",
        "firm=构造甲有限公司",
        "--set",
        "investment_m=12亿元",
        "--create",
        "--rules",
        "jiaxing",
    )
    run("assign", "s-1", *by, "--to", "平湖市", "--due", "2025-03-09")
    run("contact", "s-1", "--by", "平湖市", "--at", "2025-03-03", "--said", "有扩产计划", "--post", "战略部部长")
    run("feedback", "s-1", "--by", "平湖市", "--at", "2025-03-04", "--set", "result=有投资意向")
    assert "不一致" in run("feedback", "s-1", "--by", "桐乡市", "--at", "2025-03-04", "--set", "result=暂无意向")
    assert "各方反馈不一致" in run("due", "--as-of", "2025-03-10")
    run("change", "s-1", *by, "--set", "result=有投资意向", "--why", "核实")
    assert "已有单位对接" in run("list", "--viewer", "海宁市")
    assert "2025-04-10" in run("hand-over", "s-1", "--by", "平湖市", "--at", "2025-03-10", "--place", "平湖市")
    assert "已转项目 1" in run("list", "--as-of", "2025-03-10")
    assert "项目编号：s-1" in run("list", "--lead", "s-1")
    run("list", "--out", str(tmp_path / "leads.csv"))
    assert (tmp_path / "leads.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("s-1,构造甲有限公司")


def test_a_person_s_name_or_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "l.db")
    by = ["--by", "市投促中心", "--at", "2025-03-02"]
    main(["work", "take", ledger, "s-1", *by, "--set", "firm=构造甲", "--create", "--rules", "jiaxing"])
    assert main(["work", "contact", ledger, "s-1", *by, "--said", "谈了", "--post", "王经理"]) == 1
    assert main(["work", "contact", ledger, "s-1", *by, "--said", "打13800138000"]) == 1
    assert "不写人名" in capsys.readouterr().err
