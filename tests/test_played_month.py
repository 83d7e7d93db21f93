"""A month played from sixty texts to a signed project: every figure on paper equals a recount from the events."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from chaingraph.leads.listing import lead_list
from chaingraph.ledger.events import Event
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.monthly import monthly
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from tests.made_ledger import RULES
from tests.made_month import (
    ACCEPTED,
    CENTRE,
    COUNTIES,
    FACTS,
    LEADS,
    TEAMS,
    first_round,
    plan,
    reviewed,
    round_of,
    run,
    second_round,
    texts,
)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a month that was played: case, ledger, sheets and documents."""
    folder = tmp_path_factory.mktemp("month")
    case, ledger = folder / "case", folder / "ledger.db"
    run("leads", "read", str(texts(folder / "texts")), "--region", "台州", "--out", str(case))
    accepted = reviewed(case, folder / "review.xlsx")
    leads = accepted[:LEADS]
    by = ("--by", CENTRE)
    run(
        "work",
        "take",
        str(ledger),
        *leads,
        "--case",
        str(case),
        *by,
        "--at",
        "2025-11-02",
        "--create",
        "--rules",
        "jiaxing",
    )
    planned = plan(folder / "plan.csv", leads, "2025-11-09")
    run("dispatch", str(ledger), "--plan", str(planned), *by, "--at", "2025-11-02", "--out", str(folder / "out0"))
    days = ("2025-11-02", "2025-11-10")
    round_of(ledger, folder / "out1", folder / "back1", leads, first_round, days)
    again = plan(folder / "again.csv", leads[:8] + leads[-1:], "2025-11-18")
    run("dispatch", str(ledger), "--plan", str(again), *by, "--at", "2025-11-12", "--out", str(folder / "out9"))
    round_of(ledger, folder / "out2", folder / "back2", leads, second_round, ("2025-11-12", "2025-11-17"))
    for number, lead in enumerate(leads[:3]):
        county = COUNTIES[number]
        run("work", "hand-over", str(ledger), lead, "--by", county, "--at", "2025-11-20", "--place", county)
    run(
        "ledger",
        "stage",
        str(ledger),
        leads[0],
        "signed",
        "--by",
        COUNTIES[0],
        "--at",
        "2025-11-25",
        "--why",
        "提前签约",
    )
    lost = ("--reason", "lost", "--lost-to", "苏州市", "--why", "地价")
    run("work", "close", str(ledger), leads[3], "--by", CENTRE, "--at", "2025-11-24", *lost)
    run(
        "document",
        "week",
        str(ledger),
        "--case",
        str(case),
        "--as-of",
        "2025-11-26",
        "--out",
        str(folder / "week.xlsx"),
    )
    given = ("--month", "2025-11", "--city", "台州市", *by, "--case", str(case))
    run("document", "month", str(ledger), *given, "--out", str(folder / "month.docx"))
    run("document", "talk", str(ledger), leads[4], "--as-of", "2025-11-26", "--out", str(folder / "talk.docx"))
    report = ("--place", "天台县", "--as-of", "2025-11-26", "--out", str(folder / "report.docx"))
    run("document", "first-report", str(ledger), leads[4], *report)
    return folder


def events_of(folder: Path) -> list[Event]:
    with open_ledger(folder / "ledger.db", RULES) as ledger:
        assert check_ledger(ledger) == []
        return list(ledger.events())


def stages_of(events: list[Event]) -> dict[str, str]:
    """How far each lead is, counted from the events by another way than the program's."""
    order = ["lead_taken", "lead_assigned", "lead_contacted", "lead_fed_back", "lead_closed", "lead_handed_over"]
    found: dict[str, str] = {}
    for event in events:
        known = found.get(event.project_id, "")
        if event.kind in order and (not known or order.index(event.kind) > order.index(known)):
            found[event.project_id] = event.kind
    return {lead: kind.removeprefix("lead_") for lead, kind in found.items()}


def cells(path: Path) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]


def test_sixty_facts_were_read_forty_accepted_and_none_came_twice(month: Path) -> None:
    case = read_case(month / "case", required=NATIONAL_TABLES)
    assert Counter(case["firm_signals"]["review"]) == {"accepted": ACCEPTED, "rejected": FACTS - ACCEPTED}
    assert len(lead_list(case.tables, as_of="2025-11-02")) == ACCEPTED


def test_every_count_of_the_week_equals_a_recount(month: Path) -> None:
    events = events_of(month)
    stages = Counter(stages_of(events).values())
    rows = cells(month / "week.xlsx")
    head = next(number for number, row in enumerate(rows) if "已认领" in row)
    shown = {name: rows[head + 1][at] for at, name in enumerate(rows[head]) if name}
    words = {
        "已认领": "taken", "已分办": "assigned", "已对接": "contacted", "已反馈": "fed_back",
        "已转项目": "handed_over", "已办结": "closed",
    }  # fmt: skip
    for word, stage in words.items():
        assert str(shown[word]).partition("（")[0] == str(stages[stage]), word
    assert str(shown["合计"]).startswith(f"{LEADS}（")
    # By unit: every unit that a lead was given to, once each.
    given: dict[str, set[str]] = {}
    for event in events:
        if event.kind == "lead_assigned":
            given.setdefault(str(event.data["to"]), set()).add(event.project_id)
    assert set(given) == {*COUNTIES, *TEAMS}
    top = next(number for number, row in enumerate(rows) if row[0] == "一、按分办单位")
    named = {row[0]: row for row in rows[top + 2 : top + 2 + len(given)]}
    where = {name: at for at, name in enumerate(rows[top + 1]) if name}
    for unit, own in given.items():
        # What another unit said of the lead is not what this one did, nor what it said before it was given it anew.
        anew = {
            event.project_id: event.number
            for event in events
            if event.kind == "lead_assigned" and event.data["to"] == unit
        }
        state = stages_of(
            [
                event
                for event in events
                if event.kind not in ("lead_contacted", "lead_fed_back")
                or (event.by == unit and event.number > anew.get(event.project_id, 0))
            ]
        )
        assert named[unit][where["合计"]] == len(own)
        for word, stage in words.items():
            assert named[unit][where[word]] == sum(state[lead] == stage for lead in own), (unit, word)
    overdue = sum(int(named[unit][where["逾期"]]) for unit in given)
    assert overdue == sum(1 for row in rows for cell in row if cell == "反馈逾期")


def test_units_that_differed_stand_side_by_side_until_somebody_decides(month: Path) -> None:
    with open_ledger(month / "ledger.db", RULES) as ledger:
        conflicts = [lead for lead in leads_in_work(ledger) if lead.conflicts]
    assert conflicts
    report = openpyxl.load_workbook(month / "back1.xlsx")["各方不一致"]
    assert {"有投资意向", "暂无意向"} <= {cell.value for row in report.iter_rows() for cell in row}


def test_merging_twice_recorded_nothing_twice(month: Path) -> None:
    events = events_of(month)
    said = [(event.kind, event.project_id, event.by, str(event.data)) for event in events]
    contacts = [each for each in said if each[0] == "lead_contacted"]
    assert len(contacts) == len(set(contacts))
    changed = openpyxl.load_workbook(month / "back2.xlsx")["变化"]
    assert changed.max_row == 3  # title, count, header: the second merging of the same files


def test_the_month_s_report_says_what_a_recount_gives(month: Path) -> None:
    events = events_of(month)
    first = {
        kind: len({event.project_id for event in events if event.kind == kind}) for kind in {e.kind for e in events}
    }
    told = " ".join(paragraph.text for paragraph in docx.Document(str(month / "month.docx")).paragraphs)
    assert f"新认领招商线索{first['lead_taken']}条，首次分办{first['lead_assigned']}条" in told
    assert f"首次反馈{first['lead_fed_back']}条，转为台账项目3个，办结1条" in told
    assert "签约1个" in told
    with open_ledger(month / "ledger.db", RULES) as ledger:
        figures = monthly(ledger, "2025-11")
    pairs = {(event.project_id, event.data["to"]) for event in events if event.kind == "lead_assigned"}
    assert figures.by_county["leads"].sum() == sum(unit in COUNTIES for _, unit in pairs)
    assert set(figures.by_team["name"]) == set(TEAMS)
    assert figures.lost["lost_to"].tolist() == ["苏州市"]
    assert figures.projects["negotiating"][1] == 2
    assert figures.projects["signed"] == (1, 1)


def test_papers_of_one_lead_hold_its_log(month: Path) -> None:
    talk = " ".join(paragraph.text for paragraph in docx.Document(str(month / "talk.docx")).paragraphs)
    assert "战略部部长" in talk
    tables = docx.Document(str(month / "report.docx")).tables
    filled = [cell.text for row in tables[0].rows for cell in row.cells]
    assert any("有限公司" in each for each in filled)
