"""The commands that make documents, as typed; a firm that is on no list gets its paper from the log."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest

from chaingraph.cli.main import main
from chaingraph.cli.work import documents
from tests.toy import write_toy


def test_documents_of_one_lead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02"]
    main(["work", "take", ledger, "s-1", *by, "--set", "firm=构造甲", "--create", "--rules", "jiaxing"])
    for kind, more in (
        ("week", ["--out", str(tmp_path / "a.xlsx")]),
        ("first-report", ["s-1", "--place", "平湖市", "--out", str(tmp_path / "b.docx")]),
        ("talk", ["s-1", "--out", str(tmp_path / "c.docx")]),
    ):
        assert main(["document", kind, ledger, *more, "--as-of", "2025-03-10"]) == 0
    given = ["--month", "2025-03", "--city", "构造市", "--by", "中心", "--out", str(tmp_path / "d.docx")]
    assert main(["document", "month", ledger, *given]) == 0
    assert sorted(path.name for path in tmp_path.glob("?.*x")) == ["a.xlsx", "b.docx", "c.docx", "d.docx"]
    capsys.readouterr()
    refused = {month: "月份应写作" for month in ("März", "2025-13", "2999-01")} | {"2150-01": "尚未开始"}
    for month, said in refused.items():
        assert main(["document", "month", ledger, *given[:1], month, *given[2:]]) == 1
        assert said in capsys.readouterr().err
    assert documents.COMMANDS[0].name == "document"


def test_a_month_that_is_not_over_is_told_as_of_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, out = str(tmp_path / "l.db"), tmp_path / "m.docx"
    by = ["--by", "市投促中心", "--rules", "none"]
    main(["work", "take", ledger, "s-1", *by, "--at", "2025-12-02", "--set", "firm=构造甲", "--create"])
    main(["work", "assign", ledger, "s-1", *by, "--at", "2025-12-02", "--to", "平湖市", "--due", "2025-12-20"])
    given = ["document", "month", ledger, "--city", "构造市", "--by", "中心", "--out", str(out), "--month", "2025-12"]
    said = {}
    for day, moment in (("2025-12-11", "1765411200"), ("2026-01-02", "1767312000")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", moment)
        assert main(given) == 0
        said[day] = [each.text for each in docx.Document(str(out)).paragraphs]
    unfinished, over = said["2025-12-11"], said["2026-01-02"]
    assert "本月尚未结束，以下统计至2025年12月11日，文中“月末”指该日。" in unfinished
    assert unfinished[unfinished.index("中心") + 1] == "2025年12月11日"
    assert not any("逾期" in each for each in unfinished)  # nothing is overdue before its day
    assert not any("尚未结束" in each for each in over)
    assert over[over.index("中心") + 1] == "2025年12月31日"
    assert "1月须办理：反馈逾期1项。" in over


def test_a_journey_to_nobody_is_refused_and_a_short_one_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, out = write_toy(tmp_path / "toy"), tmp_path / "trip.docx"
    given = ["document", "trip", str(case), "--region", "嘉兴", "--as-of", "2024-06-01", "--out", str(out)]
    assert main([*given, "--city", "南极"]) == 1
    assert "没有南极的企业，未生成行程。清单中有企业的城市：上海、" in capsys.readouterr().err
    assert not out.exists()
    assert main([*given, "--city", "上海", "--days", "2"]) == 0
    assert "1天可以走完，行程未排满2天" in capsys.readouterr().err
    assert out.exists()


def test_a_journey_with_a_ledger_says_whose_slot_another_firm_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, ledger, out = write_toy(tmp_path / "toy"), str(tmp_path / "l.db"), tmp_path / "trip.docx"
    given = ["document", "trip", str(case), "--region", "嘉兴", "--city", "上海", "--as-of", "2024-06-01"]
    given += ["--out", str(out)]
    assert main(given) == 0
    firms = [row.cells[1].text for row in docx.Document(str(out)).tables[0].rows][1:]
    act = ["--by", "平湖市", "--at", "2024-05-01", "--rules", "none"]
    for number, firm in enumerate(firms):
        main(["work", "take", ledger, f"s-{number}", *act, "--set", f"firm={firm}", "--create"])
    capsys.readouterr()
    assert main([*given, "--ledger", ledger, "--rules", "none", "--viewer", "桐乡市"]) == 0
    paper = docx.Document(str(out))
    assert paper.tables == []
    said = [each.text for each in paper.paragraphs]
    for firm in firms:
        assert f"·  {firm}不再安排（已有单位对接），清单中上海已无其他企业可替补。" in said


def test_words_of_leads_that_are_over_are_in_the_reader_s_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02", "--rules", "none"]
    for lead in ("s-1", "s-2"):
        main(["work", "take", ledger, lead, *by, "--set", f"firm=构造{lead}", "--create"])
    main(["work", "close", ledger, "s-1", *by, "--reason", "no_project", "--why", "无项目"])
    capsys.readouterr()
    assert main(["work", "contact", ledger, "s-1", *by, "--said", "谈了"]) == 1
    said = capsys.readouterr().err
    assert "线索 s-1 已办结" in said
    assert "closed" not in said
    main(["work", "list", ledger, "--as-of", "2025-03-03"])
    assert "登记线索共2条，其中在办1条：已认领 1、已办结 1。" in capsys.readouterr().out


def _words(path: Path) -> str:
    paper = docx.Document(str(path))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


def test_without_a_case_papers_call_the_chain_what_the_ledger_has_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, ledger = write_toy(tmp_path / "toy"), str(tmp_path / "l.db")
    by = ["--by", "市投促中心", "--at", "2025-03-02"]
    main(["work", "take", ledger, "s-1", *by, "--set", "firm=构造甲", "--set", "chain_id=pv", "--case", str(case),
          "--create", "--rules", "none"])  # fmt: skip
    for lead, chain in (("s-2", "pv"), ("s-3", "甲光伏"), ("s-4", "=zz")):
        main(["work", "take", ledger, lead, *by, "--set", "firm=构造乙", "--set", f"chain_id={chain}"])
    out, capsys_read = tmp_path / "x.docx", capsys.readouterr
    capsys_read()
    for lead in ("s-1", "s-2", "s-3"):  # taken with its name, with an id that is known by now, by a name
        for kind, more in (("talk", []), ("first-report", ["--place", "平湖市"])):
            assert main(["document", kind, ledger, lead, *more, "--as-of", "2025-03-10", "--out", str(out)]) == 0
            assert "甲光伏" in _words(out)
            assert "pv" not in _words(out)
    capsys_read()
    out.unlink()
    for kind, more in (("talk", []), ("first-report", ["--place", "平湖市"])):
        assert main(["document", kind, ledger, "s-4", *more, "--out", str(out)]) == 1
        assert "线索 s-4 的产业链只有编号“=zz”" in capsys_read().err
    assert not out.exists()
    assert main(["document", "talk", ledger, "s-4", "--out", str(out), "--lang", "en"]) == 1
    assert "has only the id =zz of its chain" in capsys_read().err
    month = ["--month", "2025-03", "--city", "构造市", "--by", "中心", "--out", str(out)]
    assert main(["document", "month", ledger, *month]) == 0
    chains = [row.cells for table in docx.Document(str(out)).tables for row in table.rows]
    [line] = [[cell.text for cell in cells] for cells in chains if cells[0].text == "甲光伏"]
    assert line[1] == "3"  # the id and the name are one chain
    # A chain that is changed by id has no name any more; nothing stale is said.
    main(["work", "change", ledger, "s-1", *by, "--set", "chain_id=hy", "--why", "核实"])
    capsys_read()
    assert main(["document", "talk", ledger, "s-1", "--out", str(out)]) == 1
    assert "“hy”" in capsys_read().err
    assert main(["document", "talk", ledger, "s-1", "--case", str(case), "--out", str(out)]) == 0
    main(["work", "change", ledger, "s-1", *by, "--set", "chain=氢", "--why", "核实"])
    assert main(["document", "talk", ledger, "s-1", "--out", str(out)]) == 0
    assert "产业链：氢" in _words(out)


def test_the_week_calls_chains_by_name_without_a_case(tmp_path: Path) -> None:
    case, ledger, out = write_toy(tmp_path / "toy"), str(tmp_path / "l.db"), tmp_path / "w.xlsx"
    by = ["--by", "市投促中心", "--at", "2025-03-02", "--rules", "none", "--create"]
    main(["work", "take", ledger, "s-1", *by, "--set", "firm=构造甲", "--set", "chain_id=pv", "--case", str(case)])
    assert main(["document", "week", ledger, "--as-of", "2025-03-10", "--out", str(out)]) == 0
    cells = [cell.value for row in openpyxl.load_workbook(out).worksheets[0].iter_rows() for cell in row]
    assert "甲光伏" in cells
    assert "pv" not in cells
