"""Leads and projects at the desk: recorded by the log's own rules, signed, taken back; nothing is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chaingraph.desk.desk import Desk, Grid, Page, Went
from chaingraph.desk.log import opened
from chaingraph.desk.views import firm, leads, projects, reviewing
from chaingraph.desk.views.bringing import bring_text, take
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.opening import noted_rules
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.work.log import history, lead_in_work, leads_in_work
from chaingraph.reading.read import read_case
from chaingraph.reading.unfinished import versions_of
from tests.made_desk import NOW, OFFICE, TEXT, ask


def values(answer: object) -> Mapping[str, object]:
    assert isinstance(answer, Page)
    return answer.values


def grid(value: object) -> Grid:
    assert isinstance(value, Grid)
    return value


@pytest.fixture
def reviewed(desk: Desk) -> tuple[Desk, str]:
    """A desk with facts that were read, and one that was accepted."""
    answer = bring_text(ask(desk, text=TEXT, published="2025-06-02"))
    assert isinstance(answer, Went)
    take(ask(desk), answer.to.rpartition("/")[2])
    signals = read_case(desk.case)["firm_signals"]
    one = str(signals.loc[(signals["review"] == "pending") & (signals["kind"] == "capacity_full"), "signal_id"].iloc[0])
    reviewing.decide_fact(ask(desk, signal_id=one, decision="accept"))
    reviewing.write_decisions(ask(desk))
    return desk, one


@pytest.fixture
def taken(reviewed: tuple[Desk, str]) -> tuple[Desk, str]:
    desk, one = reviewed
    assert leads.take(ask(desk, lead=one)) == Went(f"/leads/{one}")
    return desk, one


def test_only_reviewed_facts_are_offered(reviewed: tuple[Desk, str]) -> None:
    desk, one = reviewed
    facts = values(leads.leads(ask(desk)))["facts"]
    assert isinstance(facts, list)
    ids = [fact["signal_id"] for fact in facts]
    waiting = read_case(desk.case)["firm_signals"]
    assert one in ids
    assert not set(ids) & set(waiting.loc[waiting["review"] == "pending", "signal_id"])
    with pytest.raises(LedgerError):
        leads.take(ask(desk, lead=str(waiting.loc[waiting["review"] == "pending", "signal_id"].iloc[0])))
    with pytest.raises(ChaingraphError, match="没有选择动态"):
        leads.take(ask(desk))


def test_what_is_taken_is_in_work_and_signed(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    shown = values(leads.leads(ask(desk)))
    assert grid(shown["work"]).links == [f"/leads/{one}"]
    facts = shown["facts"]
    assert isinstance(facts, list)
    assert one not in [fact["signal_id"] for fact in facts]
    with opened(ask(desk)) as ledger:
        (event,) = history(ledger, one)
    assert (event.by, event.at) == (OFFICE, NOW)


def test_leads_are_asked_for_by_site_owner_and_stage(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    leads.act(ask(desk, to="平湖市", due="2025-06-12"), one, "assign")
    desk = replace(desk, now=lambda: "2025-06-20T09:00")

    def rows(**args: str) -> int:
        return len(grid(values(leads.leads(ask(desk, **args)))["work"]).rows)

    assert (rows(), rows(owner="平湖市"), rows(owner="海宁市")) == (1, 1, 0)
    assert (rows(state="assigned"), rows(state="closed"), rows(state="overdue")) == (1, 0, 1)
    assert sum(rows(site=site) for site in ("open", "comparing", "unknown")) == 1
    assert rows(chain="ES") + rows(chain="none") <= 1
    due = grid(values(leads.leads(ask(desk)))["due"])
    assert due.links == [f"/leads/{one}"]


def test_an_act_is_recorded_and_taken_back(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    leads.act(ask(desk, to="平湖市", due="2025-06-19"), one, "assign")
    leads.act(ask(desk, on="2025-06-11", said="明年一季度决定", form="visit", next="考察"), one, "contact")
    leads.act(ask(desk, site_status="comparing", investment_m="3亿元"), one, "feedback")
    with opened(ask(desk)) as ledger:
        assert lead_in_work(ledger, one).stage == "fed_back"
        event = history(ledger, one)[-1]
    leads.act(ask(desk, event=event.event_id, why="误记"), one, "withdraw")
    with opened(ask(desk)) as ledger:
        assert lead_in_work(ledger, one).stage == "contacted"
    lines = values(leads.lead(ask(desk), one))["lines"]
    assert isinstance(lines, list)
    assert [line["gone"] for line in lines].count(True) == 1
    assert {line["by"] for line in lines} == {OFFICE}


def test_what_a_rule_refuses_is_not_recorded(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    with pytest.raises(LedgerError):
        leads.act(ask(desk, closing="lost"), one, "close")
    with pytest.raises(ChaingraphError, match="不能采用"):
        leads.act(ask(desk, investment_m="很多"), one, "feedback")
    with pytest.raises(ChaingraphError, match="没有这项操作"):
        leads.act(ask(desk), one, "delete")
    with opened(ask(desk)) as ledger:
        assert len(history(ledger, one)) == 1


def test_a_lead_becomes_a_project_of_the_ledger(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    assert leads.act(ask(desk, place="平湖市"), one, "hand-over") == Went(f"/projects/{one}")
    shown = values(projects.project(ask(desk), one))
    lines = shown["lines"]
    assert isinstance(lines, list)
    assert [line["kind"] for line in lines] == ["报送", "录入"]
    assert grid(values(projects.projects(ask(desk)))["grid_of"]).links == [f"/projects/{one}"]


def test_a_project_is_entered_moved_and_put_back(desk: Desk) -> None:
    facts = {"project_id": "p-1", "project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市"}
    assert projects.add(ask(desk, **facts)) == Went("/projects/p-1")
    projects.act(ask(desk, place="平湖市"), "p-1", "report")
    projects.act(ask(desk, stage="signed", on="2025-06-10"), "p-1", "stage")
    shown = values(projects.project(ask(desk), "p-1"))
    assert (shown["stage"], shown["former"]) == ("签约", "negotiating")
    projects.act(ask(desk, stage="negotiating", why="误记"), "p-1", "stage")
    with opened(ask(desk)) as ledger:
        assert ledger.project("p-1").stage == "negotiating"
        assert {event.by for event in ledger.events("p-1")} == {OFFICE}
        assert leads_in_work(ledger) == []


@pytest.mark.parametrize(("what", "form"), [("paid", {"usd_m": "x"}), ("nothing", {}), ("stage", {"stage": "ended"})])
def test_a_wrong_act_on_a_project_is_refused(desk: Desk, what: str, form: dict[str, str]) -> None:
    projects.add(ask(desk, project_id="p-1", project="构造", investor="构造甲有限公司", place="平湖市"))
    with pytest.raises(ChaingraphError):
        projects.act(ask(desk, **form), "p-1", what)


@pytest.mark.parametrize(("region", "rules"), [("嘉兴", "jiaxing"), ("平湖", "jiaxing"), ("台州", "none")])
def test_a_ledger_is_judged_by_the_rules_of_its_own_city(desk: Desk, region: str, rules: str) -> None:
    desk.choose(region=region)
    projects.add(ask(desk, project_id="p-1", project="构造", investor="构造甲有限公司", place=region))
    assert noted_rules(desk.ledger) == rules
    desk.choose(region="台州")  # what the ledger notes holds from then on
    with opened(ask(desk)) as ledger:
        assert ledger.rules == load_rules(rules)


def test_before_there_is_a_ledger_its_views_are_empty(desk: Desk) -> None:
    assert grid(values(projects.projects(ask(desk)))["grid_of"]).rows == ()
    assert grid(values(leads.leads(ask(desk)))["work"]).rows == []
    assert not desk.ledger.exists()


def test_a_firm_s_page_says_what_is_known_and_what_was_done(taken: tuple[Desk, str]) -> None:
    desk, one = taken
    shown = values(firm.firm(ask(desk, name="构造甲电子有限公司")))
    signals, lines, changes = shown["signals"], shown["leads"], shown["changes"]
    assert isinstance(signals, list)
    assert isinstance(lines, list)
    assert isinstance(changes, list)
    assert [row["quote"][:6] for row in signals] == ["构造甲电子有"]
    assert [row[0] for row in lines] == [one]
    assert {name for name, _ in changes} == {version.name for version in versions_of(desk.case)}
    with pytest.raises(UnknownNameError):
        firm.firm(ask(desk, name="没有这家企业"))
    assert "firms" in values(firm.firm(ask(desk)))


def test_what_was_checked_on_the_spot_is_written_into_the_case(desk: Desk) -> None:
    case = read_case(desk.case)
    firm_id, segment = str(case["firms"]["firm_id"].iloc[0]), str(case["segments"]["segment_id"].iloc[0])
    before = len(case["confirmations"])
    firm.confirm(ask(desk, firm_id=firm_id, segment_id=segment, state="present"))
    row = read_case(desk.case)["confirmations"].iloc[-1]
    assert len(read_case(desk.case)["confirmations"]) == before + 1
    assert (row["by"], row["date"], row["region"]) == (OFFICE, NOW[:10], "嘉兴")
    firm.confirm(ask(desk, firm_id=firm_id, segment_id=segment, state="present"))
    assert len(read_case(desk.case)["confirmations"]) == before + 1
    with pytest.raises(ChaingraphError, match="没有这个环节"):
        firm.confirm(ask(desk, firm_id=firm_id, segment_id="none", state="present"))
