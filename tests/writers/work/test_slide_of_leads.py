"""The slide on where a chain's leads stand: the counts of the weekly sheet, units, and days; never more."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pptx
import pytest

import chaingraph as cg
from chaingraph.cli.main import main
from chaingraph.ledger.work.lead import Assignment, Lead
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.weekly import weekly
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.work.schedule import write_schedule
from chaingraph.writers.work.slides import write_slides
from tests.made_ledger import CENTRE
from tests.made_work import act, assigned, new_log, taken
from tests.toy import toy_tables, write_toy

GRAPH = ChainGraph("toy", toy_tables())
CHAIN = str(GRAPH["chains"]["chain_id"].iloc[0])
NAME = str(GRAPH["chains"]["chain"].iloc[0])


@pytest.fixture(scope="module")
def found() -> Findings:
    return cg.survey(GRAPH, region="嘉兴", as_of="2024-06")


def said(path: Path, at: int = 5) -> list[str]:
    shapes = pptx.Presentation(str(path)).slides[at].shapes
    return [shape.text_frame.text for shape in shapes if shape.has_text_frame]


def stand(path: Path) -> list[list[str]]:
    tables = [shape.table for shape in pptx.Presentation(str(path)).slides[5].shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in tables[0].rows]


def test_the_slide_counts_as_the_weekly_sheet_does(found: Findings, tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        for lead, chain in (("s-1", CHAIN), ("s-2", CHAIN), ("s-3", NAME), ("s-4", "other")):
            taken(ledger, lead, chain_id=chain)
        assigned(ledger, "平湖市", "2026-03-09", lead="s-1")
        assigned(ledger, "桐乡市", "2026-03-20", lead="s-1")
        assigned(ledger, "桐乡市", "2026-03-25", lead="s-3")
        act(ledger, "closed", {"closing": "no_project"}, lead="s-2", why="无项目")
        leads, week = leads_in_work(ledger), weekly(ledger, "2026-03-08")
    write_slides(found, GRAPH, CHAIN, tmp_path / "c.pptx", leads=leads, on="2026-03-08")
    head, total, *owners = stand(tmp_path / "c.pptx")
    assert head == ["线索归属", "已认领", "已分办", "已对接", "已反馈", "已转项目", "已办结", "合计", "反馈期限"]
    assert total == ["合计", "0", "2", "0", "0", "0", "1", "3", "2026-03-09"]
    assert owners == [[CENTRE, *total[1:]]]
    assert len(pptx.Presentation(str(tmp_path / "c.pptx")).slides) == 7
    write_schedule(week, tmp_path / "w.xlsx", chains={CHAIN: NAME})
    rows = openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets[0].iter_rows(values_only=True)
    [line] = [[cell for cell in row if cell is not None] for row in rows if row[0] == NAME]
    assert [str(count) for count in line[1:8]] == total[1:8]
    write_slides(found, GRAPH, NAME, tmp_path / "c.pptx", leads=leads, on="2026-03-10", lang="en")
    assert stand(tmp_path / "c.pptx")[1][-1] == "2026-03-09 (overdue)"


def test_without_a_lead_it_says_so_and_without_a_ledger_there_is_none(found: Findings, tmp_path: Path) -> None:
    write_slides(found, GRAPH, CHAIN, tmp_path / "c.pptx", leads=[Lead("s-1", {"chain_id": "other"}, "平湖市")])
    assert "台账中没有这条产业链的线索。" in said(tmp_path / "c.pptx")
    write_slides(found, GRAPH, CHAIN, tmp_path / "c.pptx")
    assert len(pptx.Presentation(str(tmp_path / "c.pptx")).slides) == 6


def test_many_units_stay_on_the_slide_add_up_and_tell_nothing_else(found: Findings, tmp_path: Path) -> None:
    given = (Assignment("平湖市", "2026-03-01", "2026-03-09", None),)
    leads = [
        Lead(f"s-{at}", {"chain_id": CHAIN, "firm": "内情公司"}, f"<b>=单位{at}" * 8, assignments=given if at else ())
        for at in range(12)
    ]
    write_slides(found, GRAPH, CHAIN, tmp_path / "c.pptx", leads=leads, on="2026-03-08")
    _, total, *rows = stand(tmp_path / "c.pptx")
    assert rows[-1][0] == "其他5家单位"
    assert sum(int(row[7]) for row in rows) == int(total[7]) == 12
    assert rows[0][0].startswith("<b>=单位")
    assert rows[0][-1] == ""  # nothing is awaited
    assert "内情公司" not in "".join(said(tmp_path / "c.pptx"))
    deck = pptx.Presentation(str(tmp_path / "c.pptx"))
    [table] = [shape for shape in deck.slides[5].shapes if shape.has_table]
    assert table.top + sum(row.height for row in table.table.rows) <= deck.slide_height - 0.5 * 914_400
    assert table.left + table.width <= deck.slide_width


def test_the_command_reads_the_ledger_of_the_day(tmp_path: Path) -> None:
    case, ledger, out = write_toy(tmp_path / "toy"), str(tmp_path / "l.db"), tmp_path / "c.pptx"
    for lead, day in (("s-1", "2024-05-01"), ("s-2", "2024-06-02")):
        main(["work", "take", ledger, lead, "--by", "平湖市", "--at", day, "--set", "firm=构造甲",
              "--set", f"chain_id={CHAIN}", "--create", "--rules", "none"])  # fmt: skip
    given = ["--region", "嘉兴", "--chain", CHAIN, "--as-of", "2024-06-01", "--out", str(out)]
    assert main(["document", "slides", str(case), *given, "--ledger", ledger]) == 0
    assert stand(out)[1][:2] == ["合计", "1"]  # the other one was taken later
