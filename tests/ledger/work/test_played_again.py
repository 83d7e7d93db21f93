"""What a month played by people who had only the README ran into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph import load_example
from chaingraph.cli.main import main
from chaingraph.ledger.events import Act
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.progress import board
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.views import by, funnel
from chaingraph.ledger.work.fields import JUDGED
from chaingraph.ledger.work.log import lead_in_work, leads_in_work
from chaingraph.ledger.work.monthly import monthly
from chaingraph.ledger.work.sheets import COLUMNS
from chaingraph.ledger.work.views import particulars
from chaingraph.ledger.work.weekly import weekly
from chaingraph.reading.cells import fold
from chaingraph.wording.work import word
from chaingraph.writers.case import write_case
from chaingraph.writers.ledger.frames import captioned
from chaingraph.writers.work.schedule import write_schedule
from tests.made_ledger import CENTRE
from tests.made_work import act, assigned, filled_in, merged, new_log, sent_out, taken


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Ledger]:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1")
        for unit in ("平湖市", "驻深圳组"):
            assigned(ledger, unit)
        yield ledger


@pytest.mark.parametrize("field", JUDGED)
def test_the_second_unit_may_be_the_first_to_fill_a_field_in(log: Ledger, field: str) -> None:
    act(log, "fed_back", {"problem": "用电价格"} if field != "problem" else {"result": "interested"}, by="平湖市")
    said = {
        "result": "visiting", "site_status": "comparing", "competing": "湖州", "likelihood": "high",
        "expected_on": "2026-10", "investment_m": 1200.0,
    }[field]  # fmt: skip
    act(log, "fed_back", {field: said}, by="驻深圳组")
    assert lead_in_work(log, "s-1").facts[field] == said


def test_what_stood_in_the_sheet_of_another_is_not_overruled_in_a_later_round(log: Ledger, tmp_path: Path) -> None:
    files = sent_out(log, tmp_path / "out")
    filled_in(files["平湖市"], tmp_path / "back", {"s-1": {"反馈结论": "持续跟踪"}})
    merged(log, tmp_path / "back", at="2026-03-08")
    assigned(log, "驻深圳组", "2026-03-20", at="2026-03-12")
    files = sent_out(log, tmp_path / "out2", at="2026-03-12")
    filled_in(files["驻深圳组"], tmp_path / "back2", {"s-1": {"反馈结论": "拟来考察"}})
    found = merged(log, tmp_path / "back2", at="2026-03-14")
    assert found.conflicts["unit"].tolist() == ["平湖市", "驻深圳组"]
    assert lead_in_work(log, "s-1").facts["result"] == "following"


def test_a_contact_whose_day_cannot_be_read_is_not_recorded_on_another(log: Ledger, tmp_path: Path) -> None:
    files = sent_out(log, tmp_path / "out")
    said = {"对接日期": "上周四", "对接情况": "有扩产计划", "反馈结论": "有投资意向"}
    filled_in(files["平湖市"], tmp_path / "back", {"s-1": said})
    found = merged(log, tmp_path / "back", at="2026-03-08")
    lead = lead_in_work(log, "s-1")
    assert not lead.contacts
    assert lead.feedback["平湖市"]["result"] == "interested"
    assert "本次对接未登记" in found.rows.to_csv()
    filled_in(files["平湖市"], tmp_path / "back", {"s-1": {**said, "对接日期": "2026-03-05"}})
    merged(log, tmp_path / "back", at="2026-03-09")
    assert [contact.data["on"] for contact in lead_in_work(log, "s-1").contacts] == ["2026-03-05"]


def test_a_week_and_a_month_tell_projects_as_they_stood(log: Ledger) -> None:
    entry = {"project": "隔膜", "investor": "构造一号", "place": "平湖市", "contact_on": "2026-01-05"}
    log.record(Act("entered", "p-1", "2026-03-18", CENTRE, "", entry))
    log.record(Act("stage", "p-1", "2026-04-02", CENTRE, "", {"stage": "signed"}))
    before, then, after = (weekly(log, day).projects for day in ("2026-03-15", "2026-03-20", "2026-04-03"))
    assert (before["negotiating"], before["signed"]) == ((0, 0), (0, 0))
    assert (then["negotiating"], then["signed"]) == ((1, 1), (0, 0))  # new in the week it was entered
    assert (after["negotiating"], after["signed"]) == ((0, 0), (1, 1))
    told = weekly(log, "2026-04-03").changed
    assert told[["lead_id", "kind", "says"]].to_numpy().tolist() == [["p-1", "stage", "signed"]]
    march, april = (monthly(log, month).projects for month in ("2026-03", "2026-04"))
    assert (march["negotiating"], march["signed"]) == ((1, 1), (0, 0))
    assert (april["negotiating"], april["signed"]) == ((0, 0), (1, 1))


def test_a_month_counts_what_a_county_has_found_itself(log: Ledger, tmp_path: Path) -> None:
    files = sent_out(log, tmp_path / "out")
    own = {"企业名称": "构造自找有限公司", "线索内容": "拟建新厂", "是否公开": "是"}
    filled_in(files["平湖市"], tmp_path / "back", {}, own=[own])
    merged(log, tmp_path / "back", at="2026-03-08")
    counties = monthly(log, "2026-03").by_county.set_index("name")
    assert counties.loc["平湖市", "leads"] == 2


def test_the_day_of_a_feedback_is_called_so() -> None:
    told = particulars({"on": "2026-03-08", "result": "visiting"}, "zh", kind="lead_fed_back")
    assert told == "反馈日期：2026-03-08；反馈结论：拟来考察"


def test_fields_set_beside_a_case_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = load_example()
    write_case(case, tmp_path / "case", form="csv")
    signals = case["firm_signals"]
    signal = signals.loc[~signals["review"].isin(["rejected", "open"]), "signal_id"].iloc[0]
    words = [
        "work",
        "take",
        str(tmp_path / "log.db"),
        signal,
        "--case",
        str(tmp_path / "case"),
        "--create",
        "--rules",
        "none",
        "--yes",
    ]
    code = main(
        [
            *words,
            "--by",
            "台州市投促中心",
            "--at",
            "2026-03-02",
            "--set",
            "investment_m=5亿元",
            "--set",
            "competing=湖州",
        ]
    )
    assert code == 0, capsys.readouterr()
    with open_ledger(tmp_path / "log.db", load_rules("none")) as ledger:
        facts = lead_in_work(ledger, signal).facts
    assert (facts["investment_m"], facts["currency"], facts["competing"]) == (500.0, "CNY", "湖州")


def test_a_ledger_is_looked_at_as_it_stood_on_the_day(log: Ledger) -> None:
    entry = {"project": "隔膜", "investor": "构造一号", "place": "平湖市", "contact_on": "2026-03-18"}
    log.record(Act("entered", "p-1", "2026-03-18", CENTRE, "", entry | {"investment_m": 1200.0, "currency": "CNY"}))
    log.record(Act("stage", "p-1", "2026-04-02", CENTRE, "", {"stage": "signed"}))
    then = log.as_of("2026-03-25")
    assert [project.stage for project in then.projects()] == ["negotiating"]
    here = funnel(then, "2026-03-25").set_index("stage")["days_here"]
    assert here["negotiating"] == 7
    assert log.as_of("2026-04-02") is log
    assert [project.stage for project in log.projects()] == ["signed"]
    assert funnel(log, "2026-03-25").set_index("stage")["days_here"].isna().all()


def test_an_investment_is_summed_in_the_currency_that_it_is_known_in(log: Ledger) -> None:
    log.rules = load_rules("none")  # no rates: neither is made of the other
    for name, amount, currency in (("p-1", 1200.0, "CNY"), ("p-2", 30.0, "USD"), ("p-3", 800.0, "CNY")):
        entry = {"project": name, "investor": name, "place": "平湖市", "investment_m": amount, "currency": currency}
        log.record(Act("entered", name, "2026-03-18", CENTRE, "", entry))
    row = by(log, "landing").iloc[0]
    assert (row["cny_m"], row["usd_m"]) == (2000.0, 30.0)
    stages = board(log, pd.DataFrame(columns=["indicator", "unit", "period", "target"]), "2026-03-20").stages
    assert stages[["usd_m", "cny_m"]].to_numpy().tolist() == [[30.0, 2000.0]]
    assert captioned(stages, "zh")["总投资(亿元)"].tolist() == [20.0]


def test_what_is_due_today_is_neither_overdue_nor_left_unsaid(log: Ledger, tmp_path: Path) -> None:
    files = sent_out(log, tmp_path / "out")
    filled_in(files["平湖市"], tmp_path / "back", {"s-1": {"反馈结论": "持续跟踪"}})
    done = merged(log, tmp_path / "back", at="2026-03-09")
    assert (len(done.overdue), done.today["unit"].tolist()) == (0, ["驻深圳组"])
    write_schedule(weekly(log, "2026-03-09"), tmp_path / "week.xlsx")
    cells = [cell.value for row in openpyxl.load_workbook(tmp_path / "week.xlsx").worksheets[0] for cell in row]
    assert "四、到期与逾期（反馈逾期0条，今日到期未回1条）" in cells


def test_changes_stand_by_day_with_what_was_settled_and_what_is_late_says_about_what(
    log: Ledger, tmp_path: Path
) -> None:
    for unit, result in (("平湖市", "interested"), ("驻深圳组", "no_interest")):
        act(log, "fed_back", {"result": result}, by=unit, at="2026-03-05")
    act(log, "changed", {"result": "following"}, why="核实", at="2026-03-07")
    act(log, "changed", {"product": "电芯"}, why="补充", at="2026-03-07")
    taken(log, "s-9", product="电芯")
    act(log, "assigned", {"to": "桐乡市", "due": "2026-03-06"}, lead="s-9", at="2026-03-03")  # put in late
    week = weekly(log, "2026-03-08")
    assert week.changed["at"].is_monotonic_increasing
    write_schedule(week, tmp_path / "week.xlsx")
    book = openpyxl.load_workbook(tmp_path / "week.xlsx")
    due, changed = ([[cell.value for cell in row] for row in sheet] for sheet in book.worksheets[1:])
    assert [row[5] for row in due if row[0] == "反馈逾期" and row[2] == "桐乡市"] == ["电芯；尚未对接"]
    assert [row[2:] for row in changed if row[0] == "2026-03-07"] == [["确定不一致", CENTRE, "持续跟踪"]]


def test_a_lead_stands_on_one_sheet_of_paper(log: Ledger, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(sent_out(log, tmp_path / "out")["平湖市"]).worksheets[0]
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$3"
    wide = sum(
        each.width
        for each in sheet.column_dimensions.values()
        for _ in range(each.min, each.max + 1)
        if not each.hidden
    )
    assert wide < 300  # an A3 sheet holds some 200 at full size


def test_a_command_says_in_words_where_units_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with new_log(tmp_path) as log:
        taken(log, "s-1")
        for unit, result in (("平湖市", "interested"), ("驻深圳组", "no_interest")):
            assigned(log, unit)
            act(log, "fed_back", {"result": result}, by=unit)
    words = [
        "work",
        "change",
        str(tmp_path / "ledger.db"),
        "s-1",
        "--by",
        CENTRE,
        "--set",
        "product=隔膜",
        "--why",
        "补",
    ]
    assert main([*words, "--at", "2026-03-10", "--rules", "none", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "平湖市: 有投资意向、驻深圳组: 暂无意向" in said


def test_a_project_entered_and_signed_in_a_week_is_one_new_project_and_its_signing_is_told(
    log: Ledger, tmp_path: Path
) -> None:
    entry = {"project": "隔膜", "investor": "构造一号", "place": "平湖市", "contact_on": "2026-03-18"}
    log.record(Act("entered", "p-1", "2026-03-18", CENTRE, "", entry))
    log.record(Act("stage", "p-1", "2026-03-19", CENTRE, "", {"stage": "signed"}))
    write_schedule(weekly(log, "2026-03-20"), tmp_path / "week.xlsx")
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "week.xlsx").worksheets[0]]
    assert [value for value in rows[7] if value][-1] == "1（新增1）"
    assert any("项目进展" in row and "签约" in row for row in rows)


def test_papers_and_sheets_of_a_month_count_alike(log: Ledger, tmp_path: Path) -> None:
    units = ("平湖市", "海宁市", "桐乡市", "驻深圳组")
    given = {"s-1": {"平湖市", "驻深圳组"}}
    for number in range(2, 12):
        lead = f"s-{number}"
        taken(log, lead)
        given[lead] = {units[number % 3], *(["驻深圳组"] if number % 4 == 0 else [])}
        for unit in given[lead]:
            assigned(log, unit, lead=lead)
    files = sent_out(log, tmp_path / "out")
    for lead in ("s-2", "s-3", "s-4"):
        act(log, "fed_back", {"result": "interested"}, lead=lead, by=min(given[lead] - {"驻深圳组"}), at="2026-03-08")
    act(log, "closed", {"closing": "no_project"}, lead="s-5", at="2026-03-09", why="无意向")
    counted = {unit: sum(unit in several for several in given.values()) for unit in units}
    sheets = {unit: openpyxl.load_workbook(path).worksheets[0].max_row - 3 for unit, path in files.items()}
    week, month = weekly(log, "2026-03-31"), monthly(log, "2026-03")
    on_week = dict(zip(week.by_unit["unit"], week.by_unit["leads"], strict=True))
    on_month = {
        row["name"]: row["leads"] for part in (month.by_county, month.by_team) for row in part.to_dict("records")
    }
    assert sheets == on_week == on_month == counted
    held = Counter(lead.stage for lead in leads_in_work(log))  # what the desk lists
    assert (
        {stage: now for stage, (now, _) in week.leads.items() if now}
        == held
        == {"assigned": 7, "fed_back": 3, "closed": 1}
    )
    again = sent_out(log, tmp_path / "again", at="2026-03-10")
    left = {unit: openpyxl.load_workbook(path).worksheets[0].max_row - 3 for unit, path in again.items()}
    late = dict(zip(week.by_unit["unit"], week.by_unit["late"], strict=True))
    assert left == {unit: count for unit, count in late.items() if count}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_that_a_sheet_offers_is_read_back(lang: str) -> None:
    groups = {"contact_form": "form", "result": "result", "site_status": "site_status", "likelihood": "likelihood"}
    for name, group in groups.items():
        for code, spellings in COLUMNS[name].choices.items():
            assert fold(word(group, code, lang)) in {fold(each) for each in (code, *spellings)}, (name, code)
