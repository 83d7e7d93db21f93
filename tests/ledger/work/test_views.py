"""What a unit may see of leads in work, what has changed and what is due: every figure recounted from the events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.monthly import monthly
from chaingraph.ledger.work.views import changes, counted_by, due_list, particulars, stage_counts, work_list
from chaingraph.ledger.work.weekly import weekly
from tests.made_work import act, assigned, new_log, taken


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Ledger]:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1", chain_id="PV")
        taken(ledger, "s-2", chain_id="PV", owner="平湖市")
        taken(ledger, "s-3")
        assigned(ledger, "平湖市", "2026-03-09", lead="s-1")
        assigned(ledger, "驻深圳组", "2026-03-09", lead="s-1")
        act(
            ledger, "contacted", {"said": "谈了", "next": "来访", "next_on": "2026-03-06"}, by="平湖市", at="2026-03-04"
        )
        act(ledger, "fed_back", {"result": "interested"}, by="平湖市", at="2026-03-05")
        yield ledger


def test_others_see_only_that_a_unit_is_in_contact(log: Ledger) -> None:
    seen = work_list(leads_in_work(log), as_of="2026-03-10", viewer="桐乡市")
    assert seen["in_contact"].tolist() == [True, True, True]
    assert seen.drop(columns=["firm", "in_contact"]).isna().all(axis=None)
    act(log, "released", by="平湖市", lead="s-2")
    seen = work_list(leads_in_work(log), as_of="2026-03-10", viewer="桐乡市")
    assert seen["lead_id"].dropna().tolist() == ["s-2"]
    own = work_list(leads_in_work(log), as_of="2026-03-10", viewer="驻深圳组").dropna(subset=["lead_id"])
    assert own["lead_id"].tolist() == ["s-2", "s-1"]  # the released one, and the one it works on


def test_the_list_says_what_is_due_and_counts_agree(log: Ledger) -> None:
    leads = leads_in_work(log)
    rows = work_list(leads, as_of="2026-03-10").set_index("lead_id")
    assert (rows["due"]["s-1"], bool(rows["overdue"]["s-1"])) == ("2026-03-09", True)
    assert (rows["assigned_to"]["s-1"], rows["awaited"]["s-1"]) == (
        "平湖市;驻深圳组",
        "驻深圳组",
    )  # 平湖市 has answered
    assert pd.isna(rows["due"]["s-3"])
    assert stage_counts(leads) == {
        "taken": 2, "assigned": 0, "contacted": 0, "fed_back": 1, "handed_over": 0, "closed": 0,
    }  # fmt: skip
    by_chain = counted_by(leads, "chain_id")
    assert by_chain["leads"].sum() == 3
    assert by_chain["chain_id"].isna().tolist() == [False, True]
    counts = counted_by(leads, "unit").fillna({"unit": "-"})[["unit", "assigned", "fed_back"]]
    assert counts.to_numpy().tolist() == [["平湖市", 0, 1], ["驻深圳组", 1, 0], ["-", 0, 0]]


def test_a_lead_given_to_two_units_counts_for_each_by_what_it_did(log: Ledger) -> None:
    week = weekly(log, "2026-03-10")
    counts = week.by_unit.dropna(subset=["unit"]).set_index("unit")[["assigned", "fed_back", "late"]]
    assert counts.T.to_dict("list") == {"平湖市": [0, 1, 0], "驻深圳组": [1, 0, 1]}
    month = monthly(log, "2026-03")
    told = {name: table.set_index("name") for name, table in (("county", month.by_county), ("team", month.by_team))}
    assert told["county"].loc["平湖市", ["leads", "contacted", "fed_back"]].tolist() == [1, 1, 1]
    assert told["team"].loc["驻深圳组", ["leads", "contacted", "fed_back"]].tolist() == [1, 0, 0]
    own = {
        unit: work_list(leads_in_work(log), as_of="2026-03-10", viewer=unit).set_index("lead_id").loc["s-1"]
        for unit in ("平湖市", "驻深圳组")
    }
    assert own["平湖市"]["stage"] == "fed_back"
    assert pd.isna(own["平湖市"]["overdue"])
    assert own["驻深圳组"]["stage"] == "assigned"
    assert bool(own["驻深圳组"]["overdue"])
    act(log, "contacted", {"said": "去过电话", "on": "2026-03-08"}, by="驻深圳组", at="2026-03-08")
    assert leads_in_work(log)[0].stage_of("驻深圳组") == "contacted"
    assert (
        "平湖市" in due_list(log, "2026-03-10").query("reason == 'next_step'")["unit"].tolist()
    )  # its own is not done
    assigned(log, "平湖市", "2026-03-20", at="2026-03-10")  # given anew: the answer of before is for before
    assert leads_in_work(log)[0].stage_of("平湖市") == "assigned"
    act(log, "closed", {"closing": "abandoned"}, why="无意向", at="2026-03-11")
    assert counted_by(leads_in_work(log), "unit").dropna(subset=["unit"])["closed"].tolist() == [1, 1]


def test_a_contact_logged_after_the_feedback_counts_in_every_table_of_the_month(log: Ledger) -> None:
    assigned(log, "桐乡市", lead="s-3")
    act(log, "fed_back", {"result": "following"}, by="桐乡市", lead="s-3", at="2026-03-06")
    act(log, "contacted", {"said": "补登", "on": "2026-03-05"}, by="桐乡市", lead="s-3", at="2026-03-09")
    month = monthly(log, "2026-03")
    assert month.flow["contacted"] == (2, 0)  # both are past it by now
    assert month.by_chain["contacted"].sum() == month.by_county["contacted"].sum() == 2
    assert leads_in_work(log)[2].stage == "fed_back"


def test_a_unit_s_own_find_counts_for_it_in_the_week_and_in_the_month_alike(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        act(ledger, "taken", {"firm": "构造甲有限公司"}, lead="u-1", by="驻上海组")
        act(ledger, "released", {"said": "拟建二期"}, lead="u-1", by="驻上海组")
        act(ledger, "taken", {"firm": "构造乙有限公司"}, lead="u-2", by="驻上海组")
        act(ledger, "fed_back", {"result": "interested"}, lead="u-1", by="驻上海组", at="2026-03-05")
        assigned(ledger, "驻上海组", lead=taken(ledger, "s-1").lead_id)
        week, month = weekly(ledger, "2026-03-10"), monthly(ledger, "2026-03")
    assert week.by_unit[["unit", "taken", "assigned", "fed_back", "leads"]].to_numpy().tolist() == [
        ["驻上海组", 1, 1, 1, 3]
    ]
    assert month.by_team[["name", "leads", "fed_back"]].to_numpy().tolist() == [["驻上海组", 3, 1]]


def test_particulars_are_told_in_words_and_not_in_codes() -> None:
    data = {"result": "visiting", "likelihood": "medium", "investment_m": 1200.0, "currency": "CNY", "base": {}}
    said = particulars(data, "zh", kind="lead_fed_back")
    assert "拟来考察" in said
    assert "12亿元" in said
    assert not [code for code in ("visiting", "medium", "=", "base", "CNY") if code in said]


def test_changes_leave_out_what_was_withdrawn(log: Ledger) -> None:
    wrong = act(log, "fed_back", {"result": "no_interest"}, by="驻深圳组", at="2026-03-06")
    assert len(changes(log, "2026-03-04", "2026-03-08")) == 2
    act(log, "withdrawn", {"event": wrong.event_id}, why="登错", at="2026-03-07")
    assert changes(log, "2026-03-04", "2026-03-08")["kind"].tolist() == ["lead_fed_back"]
    assert changes(log, "2026-03-05", "2026-03-05").empty


def test_everything_due_is_told_with_who_has_to_act(log: Ledger) -> None:
    act(log, "asked", {"says": "用地多少", "due": "2026-03-08", "to": "平湖市"})
    act(log, "fed_back", {"result": "following"}, by="桐乡市", at="2026-03-06")
    found = due_list(log, "2026-03-10")
    told = found[["reason", "unit", "days"]].to_numpy().tolist()
    assert ["overdue", "驻深圳组", 1] in told
    assert ["question", "平湖市", 2] in told
    assert ["next_step", "平湖市", 4] in told
    assert found["days"].dropna().tolist() == sorted(found["days"].dropna(), reverse=True)
    assert (found["reason"] == "conflict").sum() == 1
    assert set(due_list(log, "2026-03-10", viewer="平湖市")["unit"]) == {"平湖市"}
    assert due_list(log, "2026-03-03").empty  # nothing is due six days ahead, and no next step is passed


def test_a_fact_past_its_window_is_told_until_somebody_calls(log: Ledger) -> None:
    signals = pd.DataFrame({"signal_id": ["s-old"], "kind": ["capacity_full"], "date": ["2024-01-05"]})
    act(log, "changed", {"signals": "s-old"}, why="补充", lead="s-3")
    assert "stale" in due_list(log, "2026-03-10", case={"firm_signals": signals})["reason"].tolist()
    act(log, "contacted", {"said": "谈了"}, lead="s-3")
    assert "stale" not in due_list(log, "2026-03-10", case={"firm_signals": signals})["reason"].tolist()
