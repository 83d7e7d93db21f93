"""Leads in work are events of the ledger's own log: what each adds up to, what is refused, what is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.log import hand_over, history, lead_in_work, leads_in_work, record_leads
from tests.made_work import act, assigned, new_log, taken


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Ledger]:
    with new_log(tmp_path) as ledger:
        yield ledger


def test_a_lead_passes_its_stages_and_keeps_their_days(log: Ledger) -> None:
    taken(log)
    assigned(log, "平湖市")
    act(log, "contacted", {"said": "有扩产计划", "form": "visit"}, by="平湖市", at="2026-03-04")
    lead = act(log, "fed_back", {"result": "interested"}, by="平湖市", at="2026-03-05").lead
    assert (lead.stage, lead.since) == ("fed_back", "2026-03-05")
    assert lead.reached == {
        "taken": "2026-03-02", "assigned": "2026-03-02", "contacted": "2026-03-04", "fed_back": "2026-03-05",
    }  # fmt: skip
    assert lead.assignments[0].answered_on == "2026-03-05"
    assert not lead.open_assignments
    # A later contact does not move it back; a second round of assignment waits again.
    assert act(log, "contacted", {"said": "再谈"}, by="平湖市", at="2026-03-06").lead.stage == "fed_back"
    assert assigned(log, "平湖市", "2026-03-20", at="2026-03-10").open_assignments[0].due == "2026-03-20"


@pytest.mark.parametrize("first", ["平湖市", "驻深圳组"])
def test_units_that_differ_stand_side_by_side_whoever_came_first(log: Ledger, first: str) -> None:
    taken(log)
    said = {"平湖市": "interested", "驻深圳组": "no_interest"}
    for unit in sorted(said, key=lambda unit: unit != first):
        assigned(log, unit)
        act(log, "fed_back", {"result": said[unit], "site_status": "open"}, by=unit, at="2026-03-05")
    lead = lead_in_work(log, "s-1")
    assert lead.conflicts == {"result": said}
    assert "result" not in lead.facts
    assert lead.facts["site_status"] == "open"  # on this they agree
    decided = act(log, "changed", {"result": "interested"}, why="电话核实").lead
    assert not decided.conflicts
    assert decided.facts["result"] == "interested"


def test_a_unit_may_correct_itself_and_agreement_ends_a_conflict(log: Ledger) -> None:
    taken(log)
    act(log, "fed_back", {"result": "interested"}, by="平湖市", at="2026-03-05")
    act(log, "fed_back", {"result": "following"}, by="平湖市", at="2026-03-06")
    assert lead_in_work(log, "s-1").facts["result"] == "following"
    act(log, "fed_back", {"result": "no_interest"}, by="驻深圳组", at="2026-03-06")
    lead = act(log, "fed_back", {"result": "following"}, by="驻深圳组", at="2026-03-07").lead
    assert not lead.conflicts
    assert lead.facts["result"] == "following"


def test_what_the_centre_changed_meanwhile_is_not_overruled_by_an_old_sheet(log: Ledger) -> None:
    taken(log, site_status="open")
    act(log, "changed", {"site_status": "comparing"}, why="报道", at="2026-03-04")
    told = {"site_status": "decided_here", "base": {"site_status": "open"}}
    lead = act(log, "fed_back", told, by="平湖市", at="2026-03-05").lead
    assert lead.facts["site_status"] == "comparing"
    assert lead.conflicts == {"site_status": {"市投促中心": "comparing", "平湖市": "decided_here"}}


def test_the_same_act_again_changes_nothing(log: Ledger) -> None:
    taken(log)
    first = act(log, "contacted", {"said": "谈了"}, by="平湖市")
    again = act(log, "contacted", {"said": "谈了"}, by="平湖市")
    assert (first.new, again.new, again.number) == (True, False, first.number)
    assert len(history(log, "s-1")) == 2


def test_what_was_withdrawn_has_not_happened_but_stays_in_the_log(log: Ledger) -> None:
    taken(log)
    wrong = act(log, "fed_back", {"result": "no_interest"}, by="平湖市")
    lead = act(log, "withdrawn", {"event": wrong.event_id}, why="登错").lead
    assert (lead.stage, lead.facts.get("result")) == ("taken", None)
    assert [event.kind for event in history(log, "s-1")] == ["lead_taken", "lead_fed_back", "lead_withdrawn"]
    with pytest.raises(LedgerError, match="cannot be withdrawn"):
        act(log, "withdrawn", {"event": wrong.event_id}, why="再撤")
    assert act(log, "fed_back", {"result": "no_interest"}, by="平湖市").new  # said again, it counts again


def test_handing_over_makes_a_reported_project_in_one_step(log: Ledger) -> None:
    taken(log, firm_id="F1", chain_id="PV", drivers="capacity")
    act(log, "contacted", {"said": "拟投12亿元", "on": "2026-03-01"}, by="平湖市")
    done = hand_over(
        log,
        "s-1",
        at="2026-03-10",
        by="平湖市",
        place="平湖市",
        investment_m=1200.0,
        currency="CNY",
        capital="domestic",
    )
    project = log.project("s-1")
    assert done.lead.project_id == "s-1"
    assert (project.facts["firm_id"], project.facts["drivers"]) == ("F1", "capacity")
    assert project.facts["contact_on"] == "2026-03-01"
    assert project.exclusive_until == "2026-04-10"
    assert check_ledger(log) == []
    log.rebuild()
    assert check_ledger(log) == []
    with pytest.raises(LedgerError, match="is over"):
        act(log, "contacted", {"said": "谈了"}, at="2026-03-11")


def test_a_refused_project_leaves_the_lead_in_work(log: Ledger) -> None:
    taken(log)
    with pytest.raises(LedgerError, match="currency"):
        hand_over(log, "s-1", at="2026-03-10", by="平湖市", place="平湖市", currency="cowries")
    assert lead_in_work(log, "s-1").live
    assert not log.projects()


def test_several_acts_are_recorded_together_or_not_at_all(log: Ledger) -> None:
    taken(log)
    good = Act("lead_assigned", "s-1", "2026-03-02", "市投促中心", "", {"to": "平湖市", "due": "2026-03-09"})
    bad = Act("lead_assigned", "s-2", "2026-03-02", "市投促中心", "", {"to": "平湖市", "due": "2026-03-09"})
    with pytest.raises(LedgerError, match="no lead s-2"):
        record_leads(log, [good, bad])
    assert lead_in_work(log, "s-1").stage == "taken"


REFUSED = [
    ("assigned", {"to": "平湖市", "due": "2026-03-01"}, "lies before"),
    ("assigned", {"to": " ", "due": "2026-03-09"}, "to"),
    ("contacted", {"said": "谈了", "post": "王经理"}, "post"),
    ("contacted", {"said": "谈了", "post": "张三"}, "post"),
    ("contacted", {"said": "找张先生13800138000"}, "mobile"),
    ("contacted", {"said": "谈了", "on": "2026-03-03"}, "on"),
    ("contacted", {"form": "visit"}, "said"),
    ("fed_back", {"result": "perhaps"}, "result"),
    ("fed_back", {}, "says nothing"),
    ("asked", {"says": "用地?", "due": "2026-03-01"}, "lies before"),
    ("answered", {"event": "x", "answer": "80亩"}, "no question"),
    ("closed", {"closing": "lost"}, "a reason is required|place it went to"),
    ("released", {}, "already|belongs to"),
    ("reopened", {}, "not closed"),
    ("owned", {"owner": "市投促中心"}, "reason"),
    ("changed", {"firm": None}, "reason"),
    ("taken", {"firm": "构造乙"}, "already in work"),
    ("withdrawn", {"event": "nothing"}, "no event"),
]


@pytest.mark.parametrize(("kind", "data", "says"), REFUSED)
def test_what_cannot_be_is_refused_and_not_recorded(log: Ledger, kind: str, data: dict[str, object], says: str) -> None:
    taken(log)
    with pytest.raises(LedgerError, match=says):
        act(log, kind, data, by="平湖市" if kind == "released" else "市投促中心")
    assert len(history(log, "s-1")) == 1


def test_a_lead_lost_names_the_place_and_may_be_reopened(log: Ledger) -> None:
    taken(log)
    lead = act(log, "closed", {"closing": "lost", "lost_to": "苏州市"}, why="地价").lead
    assert (lead.stage, lead.lost_to, lead.closed_why) == ("closed", "苏州市", "地价")
    lead = act(log, "reopened", why="项目重启", at="2026-04-01").lead
    assert (lead.stage, lead.lost_to) == ("taken", None)


def test_leads_stand_as_they_stood_on_a_day(log: Ledger) -> None:
    taken(log)
    act(log, "closed", {"closing": "no_project"}, why="无项目", at="2026-03-20")
    assert [lead.stage for lead in leads_in_work(log, until="2026-03-19")] == ["taken"]
    assert [lead.stage for lead in leads_in_work(log)] == ["closed"]


def test_leads_and_projects_of_one_id_do_not_mix(log: Ledger) -> None:
    taken(log)
    facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    log.record(Act("entered", "s-1", "2026-03-02", "平湖市", data=facts))
    assert log.project("s-1").facts["project"] == "构造一期"
    assert lead_in_work(log, "s-1").firm == "构造s-1有限公司"
    with pytest.raises(LedgerError, match="there is no act"):
        log.record(Act("lead_taken", "s-9", "2026-03-02", "平湖市", data={"firm": "构造乙"}))
    assert check_ledger(log) == []


def test_an_attempt_that_reached_nobody_is_no_contact(log: Ledger) -> None:
    taken(log)
    assigned(log, "平湖市")
    act(log, "contacted", {"said": "电话无人接听"}, by="平湖市", at="2026-03-04")
    tried = act(log, "fed_back", {"result": "unreachable"}, by="平湖市", at="2026-03-05").lead
    assert (tried.stage, len(tried.contacts), tried.met) == ("fed_back", 1, ())
    assert "contacted" not in tried.reached
    assert not tried.came_to("平湖市", "contacted")
    # Logged afterwards it was in vain too; one of a later day meets the firm.
    act(log, "contacted", {"said": "第一次电话", "on": "2026-03-03"}, by="平湖市", at="2026-03-06")
    assert not lead_in_work(log, "s-1").met
    act(log, "contacted", {"said": "谈了扩产"}, by="平湖市", at="2026-03-07")
    after = act(log, "fed_back", {"result": "following"}, by="平湖市", at="2026-03-07").lead
    assert [each.data["said"] for each in after.met] == ["谈了扩产"]
    # What was met before stays so when the firm cannot be reached any more.
    act(log, "contacted", {"said": "停机"}, by="平湖市", at="2026-03-09")
    gone = act(log, "fed_back", {"result": "unreachable"}, by="平湖市", at="2026-03-09").lead
    assert [each.data["said"] for each in gone.met] == ["谈了扩产"]


def test_a_unit_that_corrects_itself_has_met_the_firm(log: Ledger) -> None:
    taken(log)
    act(log, "contacted", {"said": "谈了"}, by="平湖市", at="2026-03-04")
    act(log, "fed_back", {"result": "unreachable"}, by="平湖市", at="2026-03-05")
    corrected = act(log, "fed_back", {"result": "following"}, by="平湖市", at="2026-03-05").lead
    assert [each.data["said"] for each in corrected.met] == ["谈了"]
    assert "contacted" in corrected.reached
