"""The commands of leads in work, as a user types them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.labels import text
from chaingraph.ledger.fields import STAGES
from chaingraph.ledger.work.fields import CLOSINGS, FORMS
from chaingraph.reading.read import read_case
from tests.toy import write_toy


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


def test_units_choices_and_ids_are_told_as_they_are_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, case = str(tmp_path / "l.db"), write_toy(tmp_path / "case")
    by = ["--by", "市投促中心", "--at", "2025-03-02"]
    known = read_case(case)["firms"].iloc[0]
    given = ["--set", f"firm={known['firm']}", "--case", str(case), "--create", "--rules", "jiaxing"]
    assert main(["work", "take", ledger, "m-1", *by, *given]) == 0
    assert main(["work", "take", ledger, "m-2", *by, "--set", "firm=构造乙有限公司"]) == 0
    assert main(["work", "take", ledger, "m-3", *by, "--case", str(case)]) == 1  # neither a fact nor a firm
    assert main(["work", "change", ledger, "m-1", *by, "--set", "site_status=已定", "--why", "核实"]) == 2
    said = capsys.readouterr().err
    assert "--set firm=" in said
    assert "site_status（选址状态）不能是“已定”" in said
    assert "decided_here=已定本市" in said
    assert main(["work", "assign", ledger, "m-1", *by, "--to", "上虞区", "--due", "2025-03-09"]) == 0
    plan = tmp_path / "plan.csv"
    plan.write_text("线索编号,责任单位,反馈期限\nm-2,上虞,2025-03-09\n", encoding="utf-8")
    assert main(["dispatch", ledger, "--plan", str(plan), *by, "--out", str(tmp_path / "out")]) == 0
    assert "“上虞”按已有的单位“上虞区”登记" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["分办_上虞区.xlsx"]
    for lead in ("m-1", "m-2"):
        ended = ["--reason", "lost", "--lost-to", "苏州市", "--why", "地价"]
        assert main(["work", "close", ledger, lead, *by, *ended]) == 0
    assert main(["work", "lost", ledger, "--into", str(case)]) == 0
    assert "其中1条" in capsys.readouterr().err  # the firm of the other is found by its name
    signals = read_case(case)["firm_signals"]
    assert signals.loc[signals["instead_place"] == "苏州市", "firm_id"].tolist() == [known["firm_id"]]
    assert main(["work", "change", ledger, "m-2", *by, "--set", "firm_id=new-1", "--why", "补编号"]) == 0
    assert main(["work", "change", ledger, "m-2", *by, "--set", "said=别的", "--why", "更正"]) == 1


def test_how_a_bare_amount_was_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02"]
    given = ["--set", "firm=构造甲", "--set", "investment_m=12", "--create", "--rules", "jiaxing"]
    assert main(["work", "take", ledger, "s-1", *by, *given]) == 0
    assert "12按百万读作1200万元" in capsys.readouterr().err
    assert main(["work", "change", ledger, "s-1", *by, "--set", "investment_m=12亿元", "--why", "更正"]) == 0
    assert "百万" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("entry", "codes", "area"),
    [
        ("option_work_form", FORMS, "work.form_"),
        ("option_work_reason", CLOSINGS, "work.closing_"),
        ("help_ledger_stage", STAGES, "ledger.stage_"),
        ("option_ledger_list_stage", STAGES, "ledger.stage_"),
    ],
)
def test_a_code_of_the_help_has_its_word(entry: str, codes: Mapping[str, object], area: str) -> None:
    told = text(f"commands.{entry}", "zh")
    assert [code for code in codes if f"{code} {text(f'{area}{code}', 'zh')}" not in told] == []
