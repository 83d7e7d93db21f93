"""Papers of the week with hostile names, and with next to nothing known: text is text, what is missing is empty."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest

from chaingraph.ledger.work.log import lead_in_work, leads_in_work
from chaingraph.ledger.work.monthly import monthly
from chaingraph.ledger.work.weekly import weekly
from chaingraph.writers.work.month import write_month
from chaingraph.writers.work.schedule import write_schedule
from chaingraph.writers.work.talk import write_first_report, write_talk
from tests.made_ledger import RULES
from tests.made_work import act, assigned, new_log, taken

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\x07\u202e'


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_papers_of_a_hostile_lead_are_inert(tmp_path: Path, lang: str) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, firm=HOSTILE, said="@SUM(A1)" * 40)
        assigned(ledger, "=平湖市")
        act(ledger, "asked", {"says": "+1", "due": "2026-03-05", "kind": "proposition"})
        act(ledger, "fed_back", {"result": "interested"}, by="平湖市")
        act(ledger, "fed_back", {"result": "no_interest"}, by="桐乡市")
        lead, week = lead_in_work(ledger, "s-1"), weekly(ledger, "2026-03-20")
        figures = monthly(ledger, "2026-03")
    write_schedule(week, tmp_path / "week.xlsx", lang=lang)
    write_talk(lead, tmp_path / "talk.docx", on="2026-03-20", lang=lang)
    write_first_report(lead, tmp_path / "report.docx", place="平湖市", on="2026-03-20", rules=RULES, lang=lang)
    write_month(figures, tmp_path / "month.docx", city="构造市", office="投促中心", due=week, lang=lang)
    sheet = openpyxl.load_workbook(tmp_path / "week.xlsx").worksheets[0]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert sheet.page_setup.paperSize == 8  # A3
    for name in ("talk", "report", "month"):
        words = "".join(paragraph.text for paragraph in docx.Document(str(tmp_path / f"{name}.docx")).paragraphs)
        assert words
        assert "\x07" not in words
        assert "\u202e" not in words


def test_a_week_without_leads_is_still_a_sheet(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        assert not leads_in_work(ledger)
        week, figures = weekly(ledger, "2026-03-20"), monthly(ledger, "2026-03")
    assert set(week.leads.values()) == {(0, 0)}
    write_schedule(week, tmp_path / "week.xlsx")
    write_month(figures, tmp_path / "month.docx", city="构造市", office="投促中心")
    shown = openpyxl.load_workbook(tmp_path / "week.xlsx").worksheets[0]
    assert "无" in [cell.value for row in shown.iter_rows() for cell in row]


def test_changes_against_a_week_ago_are_counted(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        for number in range(3):
            taken(ledger, f"s-{number}")
        act(ledger, "closed", {"closing": "no_project"}, lead="s-0", why="无项目", at="2026-03-18")
        week = weekly(ledger, "2026-03-20")
    assert (week.leads["taken"], week.leads["closed"]) == ((2, 3), (1, 0))
    assert week.changed["kind"].tolist() == ["lead_closed"]
