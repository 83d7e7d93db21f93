"""Out and back: what counties and teams return is recorded once, differences stand side by side, nothing gets lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.dispatching import read_plan
from chaingraph.ledger.work.log import lead_in_work, leads_in_work
from chaingraph.ledger.work.sheets import SystemMap, load_system_map
from tests.made_ledger import CENTRE
from tests.made_work import act, assigned, filled_in, merged, new_log, sent_out, taken

MET = {"对接日期": "2026-03-04", "对接形式": "上门拜访", "对接情况": "有扩产计划", "对方职务": "战略部部长"}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Ledger]:
    with new_log(tmp_path) as ledger:
        for number in (1, 2, 3):
            taken(ledger, f"s-{number}", site_status="open")
        for lead, to in (("s-1", "平湖市"), ("s-1", "驻深圳组"), ("s-2", "平湖市"), ("s-3", "桐乡市")):
            assigned(ledger, to, lead=lead)
        yield ledger


def test_a_round_is_recorded_and_the_same_files_again_change_nothing(log: Ledger, tmp_path: Path) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    assert sorted(files) == ["平湖市", "桐乡市", "驻深圳组"]
    filled_in(files["平湖市"], back, {"s-1": {**MET, "反馈结论": "有投资意向", "计划投资总额": "12亿元"}})
    filled_in(files["驻深圳组"], back, {"s-1": {"反馈结论": "暂无意向", "选址状态": "比选"}})
    found = merged(log, back, at="2026-03-10")
    assert found.counts == {"contact": 1, "feedback": 2, "empty": 1}
    lead = lead_in_work(log, "s-1")
    assert lead.conflicts == {"result": {"平湖市": "interested", "驻深圳组": "no_interest"}}
    assert (lead.facts["site_status"], lead.facts["investment_m"], lead.facts["currency"]) == (
        "comparing",
        1200.0,
        "CNY",
    )
    assert lead.contacts[0].data["post"] == "战略部部长"
    assert found.conflicts["value"].tolist() == ["interested", "no_interest"]
    assert found.overdue["lead_id"].tolist() == ["s-2", "s-3"]
    events = list(log.events())
    again = merged(log, back, at="2026-03-12")
    assert again.counts == {"same": 2, "empty": 1}
    assert list(log.events()) == events


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    states = []
    for turn, names in enumerate((("a", "b"), ("b", "a"))):
        (tmp_path / str(turn)).mkdir()
        with new_log(tmp_path / str(turn)) as ledger:
            taken(ledger, "s-1", site_status="open")
            for unit in ("平湖市", "驻深圳组"):
                assigned(ledger, unit)
            files, back = sent_out(ledger, tmp_path / f"out{turn}"), tmp_path / f"back{turn}"
            for name, unit, said in zip(names, ("平湖市", "驻深圳组"), ("比选", "已定外地"), strict=True):
                filled_in(files[unit], back, {"s-1": {"选址状态": said}}).rename(back / f"{name}.xlsx")
            merged(ledger, back, at="2026-03-10")
            lead = lead_in_work(ledger, "s-1")
            states.append((lead.facts, lead.conflicts, lead.stage))
    assert states[0] == states[1]
    assert states[0][1]["site_status"] == {"平湖市": "comparing", "驻深圳组": "decided_elsewhere"}


def test_a_second_round_shows_what_the_first_has_brought(log: Ledger, tmp_path: Path) -> None:
    files = sent_out(log, tmp_path / "out")
    filled_in(files["桐乡市"], tmp_path / "back", {"s-3": {**MET, "反馈结论": "持续跟踪"}})
    merged(log, tmp_path / "back", at="2026-03-08")
    assigned(log, "桐乡市", "2026-03-20", lead="s-3", at="2026-03-12")
    files = sent_out(log, tmp_path / "out2", at="2026-03-12")
    # Met again, and the result left as it stood in the sheet: that confirms it.
    second = {"对接日期": "2026-03-13", "对接情况": "再次会谈"}
    filled_in(files["桐乡市"], tmp_path / "back2", {"s-3": second})
    assert merged(log, tmp_path / "back2", at="2026-03-14").counts["feedback"] == 1
    lead = lead_in_work(log, "s-3")
    assert [contact.data["said"] for contact in lead.contacts] == ["有扩产计划", "再次会谈"]
    assert not lead.open_assignments
    assert not lead.conflicts


def test_what_cannot_be_used_is_told_and_nothing_is_lost(log: Ledger, tmp_path: Path) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    wrong = {"对接日期": "2026-03-04", "对接情况": "谈了", "对方职务": "王经理"}
    filled_in(files["平湖市"], back, {"s-1": {"反馈结论": "也许"}, "s-2": wrong})
    filled_in(files["桐乡市"], back, {"s-3": {"对接情况": "打13800138000"}})
    (back / "坏.xlsx").write_bytes(b"PK\x03\x04nothing")
    (back / "~$开着.xlsx").write_bytes(b"")
    found = merged(log, back, at="2026-03-10")
    assert found.counts == {"empty": 2, "refused": 1, "unused": 2, "unread": 1}
    assert "13800138000" not in found.rows.to_csv()
    assert not any(lead.contacts or lead.feedback for lead in leads_in_work(log))


def test_a_row_that_was_taken_out_is_missed_and_a_copied_one_keeps_its_unit(log: Ledger, tmp_path: Path) -> None:
    import openpyxl

    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    book = openpyxl.load_workbook(files["平湖市"])
    book.worksheets[0].delete_rows(5)  # s-2
    back.mkdir()
    book.save(back / "改名.xlsx")
    found = merged(log, back, at="2026-03-10").rows
    assert found[found["effect"] == "not_there"][["unit", "lead_id"]].to_numpy().tolist() == [["平湖市", "s-2"]]


def test_one_unit_that_says_two_things_is_believed_in_neither(log: Ledger, tmp_path: Path) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    first = filled_in(files["桐乡市"], back, {"s-3": {"反馈结论": "持续跟踪"}})
    shutil.move(first, back / "一.xlsx")
    filled_in(files["桐乡市"], back, {"s-3": {"反馈结论": "暂无意向"}})
    assert merged(log, back, at="2026-03-10").counts["twice"] == 2
    assert "result" not in lead_in_work(log, "s-3").facts


def test_a_lead_of_a_unit_s_own_stays_in_its_file_until_it_is_public(log: Ledger, tmp_path: Path) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    secret = {"企业名称": "自寻企业", "线索内容": "机密内容", "反馈结论": "有投资意向"}
    found_too = {"企业名称": "构造s-1有限公司", "线索内容": "也找到它"}
    filled_in(files["桐乡市"], back, {}, own=[secret, found_too])
    found = merged(log, back, at="2026-03-10")
    assert (found.counts["new_lead"], found.counts["in_contact"]) == (1, 1)
    own = next(lead for lead in leads_in_work(log) if lead.firm == "自寻企业")
    assert (own.owner, dict(own.facts)) == ("桐乡市", {"firm": "自寻企业"})
    assert "机密" not in "".join(str(event.data) for event in log.events())
    filled_in(files["桐乡市"], back, {}, own=[{**secret, "是否公开": "是"}])
    assert merged(log, back, at="2026-03-11").counts["released"] == 1
    own = lead_in_work(log, own.lead_id)
    assert (own.released_on, own.facts["said"]) == ("2026-03-11", "机密内容")


@pytest.mark.parametrize("met", [{}, MET])
def test_a_public_lead_of_a_unit_s_own_is_recorded_whole_at_the_first_merge(
    log: Ledger, tmp_path: Path, met: dict[str, str]
) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    own = {"企业名称": "自寻企业", "线索内容": "拟建二期", "是否公开": "是", "反馈结论": "有投资意向", **met}
    other = {**own, "企业名称": "另一企业"}
    filled_in(files["桐乡市"], back, {}, own=[own, other, {**other, "反馈结论": "暂无意向"}])
    counts = merged(log, back, at="2026-03-10").counts
    assert counts["new_lead"] == 2
    assert counts["twice"] == 2
    found = {lead.firm: lead for lead in leads_in_work(log)}
    assert found["自寻企业"].stage == "fed_back"
    assert found["自寻企业"].came_to("桐乡市", "contacted") is bool(met)
    assert "result" not in found["另一企业"].facts
    events = list(log.events())
    merged(log, back, at="2026-03-12")
    assert list(log.events()) == events


def test_a_city_s_own_system_is_spoken_to_both_ways(log: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        'sheet = "线索"\n[columns]\nlead_id = "编码"\nfirm = "企业名称"\nunit = "承办单位"\nresult = "意向等级"\n'
        'contact_on = "走访日期"\ncontact_said = "走访情况"\nsite_status = "选址"\n'
        '[words.result]\ninterested = "A类"\nno_interest = "C类"\n',
        encoding="utf-8",
    )
    mapping = load_system_map(path)
    files, back = sent_out(log, tmp_path / "out", mapping=mapping), tmp_path / "back"
    import openpyxl

    book = openpyxl.load_workbook(files["桐乡市"])
    sheet = book["线索"]
    assert [cell.value for cell in sheet[1]] == list(mapping.columns.values())
    assert [cell.value for cell in sheet[2]][:3] == ["s-3", "构造s-3有限公司", "桐乡市"]
    sheet["D2"], sheet["E2"], sheet["F2"] = "A类", "2026-03-05", "走访了企业"
    back.mkdir()
    book.save(back / "导出.xlsx")
    assert merged(log, back, at="2026-03-10", mapping=mapping).counts == {"contact": 1, "feedback": 1}
    lead = lead_in_work(log, "s-3")
    assert (lead.facts["result"], lead.facts["site_status"]) == ("interested", "open")
    assert merged(log, back, at="2026-03-11", mapping=mapping).counts == {"same": 1}


@pytest.mark.parametrize(
    "content",
    ['[columns]\nnothing = "x"', '[words.result]\nperhaps = "x"', "columns = 3", "x = [", '[columns]\nfirm = ""'],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LedgerError, match=r"map\.toml"):
        load_system_map(path)


def test_a_plan_is_read_or_refused_by_row(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("线索编号,责任单位,反馈期限\ns-1,平湖市；驻深圳组,2026年3月9日\n", encoding="utf-8")
    assert [tuple(each) for each in read_plan(path)] == [
        ("s-1", "平湖市", "2026-03-09"), ("s-1", "驻深圳组", "2026-03-09"),
    ]  # fmt: skip
    path.write_text("线索编号,责任单位,反馈期限\ns-1,,2026-03-09\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="row 2"):
        read_plan(path)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="holds no row"):
        read_plan(path)


def test_names_that_are_formulas_come_back_as_they_were(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1", firm='=HYPERLINK("http://x")', said="@SUM(A1)")
        assigned(ledger, "../平湖市")
        files = sent_out(ledger, tmp_path / "out")
        assert [path.parent for path in files.values()] == [tmp_path / "out"]
        filled_in(files["../平湖市"], tmp_path / "back", {"s-1": {"反馈结论": "持续跟踪"}})
        assert merged(ledger, tmp_path / "back", at="2026-03-10").counts == {"feedback": 1}
        assert act(ledger, "contacted", {"said": "-1+1"}, by="../平湖市").lead.facts["result"] == "following"


def test_nothing_to_map_is_nothing_mapped() -> None:
    assert load_system_map(None) == SystemMap()


def test_a_number_in_what_was_talked_about_costs_the_number_only(log: Ledger, tmp_path: Path) -> None:
    files, back = sent_out(log, tmp_path / "out"), tmp_path / "back"
    said = {"对接日期": "2026-03-04", "对接情况": "企业有扩产意向，联系人王经理13800138000。"}
    filled_in(files["桐乡市"], back, {"s-3": said})
    found = merged(log, back, at="2026-03-10")
    (contact,) = lead_in_work(log, "s-3").contacts
    assert contact.data["said"].startswith("企业有扩产意向，□")
    assert "1380" not in found.rows.to_csv() + str(contact.data)
    assert "已隐去" in found.rows.to_csv()


def test_a_unit_s_amount_stands_beside_the_one_that_it_was_given(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1", investment_m=300.0, currency="CNY")
        assigned(ledger, "平湖市")
        back = tmp_path / "back"
        filled_in(sent_out(ledger, tmp_path / "out")["平湖市"], back, {"s-1": {"计划投资总额": "5亿美元"}})
        found = merged(ledger, back, at="2026-03-10")
        lead = lead_in_work(ledger, "s-1")
        assert lead.conflicts == {"investment_m": {CENTRE: 300.0, "平湖市": 500.0}}
        assert (lead.facts["investment_m"], lead.facts["currency"]) == (300.0, "CNY")
        assert dict(zip(found.conflicts["unit"], found.conflicts["value"], strict=True)) == {
            CENTRE: "3亿元", "平湖市": "5亿美元",
        }  # fmt: skip


def test_an_amount_without_a_unit_is_asked_for_and_the_rest_of_the_row_counts(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, "s-1")
        assigned(ledger, "平湖市")
        back, said = tmp_path / "back", {"计划投资总额": "12", "反馈结论": "有投资意向"}
        filled_in(sent_out(ledger, tmp_path / "out")["平湖市"], back, {"s-1": said})
        found = merged(ledger, back, at="2026-03-10")
        assert found.counts == {"feedback": 1, "unused": 1}
        (why,) = found.rows.loc[found.rows["effect"] == "unused", "detail"]
        assert "未写单位" in why
        facts = lead_in_work(ledger, "s-1").facts
        assert (facts["result"], facts.get("investment_m")) == ("interested", None)
