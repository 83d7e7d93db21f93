"""What leads in work say to the lists: whoever is in contact is named, nothing that was told is asked again."""

from __future__ import annotations

from functools import cache

import chaingraph as cg
from chaingraph.ledger.project import Project
from chaingraph.ledger.work.lead import Contact, Lead
from chaingraph.ledger.work.listed import findings_with_leads
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables

MET = (Contact("平湖市", {"on": "2026-03-04", "said": "谈了", "post": "战略部部长"}),)


@cache
def made() -> Findings:
    return cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", as_of="2024-06")


def called(findings: Findings) -> list[str]:
    return [str(each) for each in findings.calls["zh"]["firm_id"]]


def listed(lead: Lead, *projects: Project, place: str = "") -> Findings:
    return findings_with_leads(made(), [lead], projects, as_of="2026-03-10", place=place)


def test_a_contact_is_the_door_and_what_it_told_is_not_asked_again() -> None:
    firm = called(made())[0]
    facts = {"firm": "-", "firm_id": firm, "product": "隔膜", "investment_m": 400.0, "currency": "CNY"}
    found = listed(Lead("s-1", facts, "市投促中心", stage="contacted", contacts=MET))
    row = found.targets["zh"].query("firm_id == @firm and candidate_list == 'new'").iloc[0]
    said = "平湖市已对接（最近2026-03-04），联系前先与其衔接"
    assert row["next_step"].startswith(said)
    assert row["route"].startswith(said)
    assert {"project", "decision", "door"} <= set(row["marks"].split(";"))
    assert row["maturity"] == len(row["marks"].split(";"))
    marks = found.marks["zh"].query("firm_id == @firm").drop_duplicates("mark").set_index("mark")
    assert marks.loc[["project", "decision", "door"], "filled"].all()
    assert marks.loc[["project", "decision", "door"], "question"].isna().all()
    assert marks.loc["project", "said"] == "隔膜 4亿元"
    call = found.calls["zh"].query("firm_id == @firm").iloc[0]
    assert call["for_whom"] == "平湖市"
    assert call["open_question"] is None or call["open_question"] != call["open_question"]


def test_marks_are_the_same_in_all_files_and_whoever_has_enough_is_visited() -> None:
    tables = toy_tables()
    signals, firm = tables["firm_signals"].copy(), "O12"
    signals.loc[0, ["firm_id", "site_status"]] = [firm, "open"]  # a reason to call, and nobody who opens the door
    run = cg.survey(ChainGraph("toy", tables | {"firm_signals": signals}), region="嘉兴", as_of="2024-06")
    before = run.calls["zh"]
    assert before.query("firm_id == @firm")["group"].tolist() == ["reserve"]
    lead = Lead("s-1", {"firm_id": firm}, "市投促中心", stage="contacted", contacts=MET)
    found = findings_with_leads(run, [lead], (), as_of="2026-03-10")
    call = found.calls["zh"].query("firm_id == @firm").iloc[0]
    same = "chain_id == @call.chain_id and segment_id == @call.segment_id and firm_id == @firm"
    assert found.marks["zh"].query(same + " and filled")["mark"].nunique() == call["maturity"]
    assert found.targets["zh"].query(same + " and candidate_list == 'new'")["maturity"].tolist() == [call["maturity"]]
    assert call["maturity"] > before.query("firm_id == @firm")["maturity"].iloc[0]
    assert (call["group"], call["visit_level"]) == ("visit", "county")
    for group, own in found.calls["zh"].groupby("group"):
        assert own["rank"].tolist() == list(range(1, len(own) + 1))
        assert group == "ask_site" or own["maturity"].is_monotonic_decreasing


def test_another_s_lead_only_says_that_a_unit_is_in_contact() -> None:
    firm = called(made())[0]
    found = listed(Lead("s-1", {"firm_id": firm}, "市投促中心", stage="contacted", contacts=MET), place="桐乡市")
    row = found.targets["zh"].query("firm_id == @firm and candidate_list == 'new'").iloc[0]
    assert row["next_step"].startswith("已有单位对接")
    assert "平湖市" not in "".join(found.marks["zh"].query("firm_id == @firm")["said"].dropna())


def test_projects_and_leads_that_are_over_are_not_called() -> None:
    before = called(made())
    firm = before[0]
    closed = Lead("s-1", {"firm_id": firm}, stage="closed", closing="lost", since="2026-03-05")
    project = Project(
        "p1", {"project": "一期", "investor": "-", "firm_id": firm, "place": "平湖市"}, "2026-03-01", "signed"
    )
    other = Lead("s-2", {"firm_id": "nobody"})
    for found in (listed(closed), listed(other, project)):
        assert called(found) == before[1:]
        for _, own in found.calls["zh"].groupby("group"):
            assert own["rank"].tolist() == list(range(1, len(own) + 1))
    assert called(listed(other)) == before


def test_whom_nobody_reached_is_told_so_and_no_door_is_filled() -> None:
    firm = called(made())[0]
    tried = (Contact("平湖市", {"on": "2026-03-04", "said": "无人接听", "post": "总机"}, met=False),)
    found = listed(Lead("s-1", {"firm_id": firm}, "市投促中心", stage="fed_back", contacts=tried))
    before = made().targets["zh"].query("firm_id == @firm and candidate_list == 'new'").iloc[0]
    row = found.targets["zh"].query("firm_id == @firm and candidate_list == 'new'").iloc[0]
    assert row["next_step"].startswith("平湖市曾联系，未能联系上（最近2026-03-04）")
    assert (row["route"], row["marks"], row["maturity"]) == (before["route"], before["marks"], before["maturity"])
    assert "平湖市" not in "".join(found.marks["zh"].query("firm_id == @firm")["said"].dropna())
