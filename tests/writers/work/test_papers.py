"""Papers of the week with hostile names, and with next to nothing known: text is text, what is missing is empty."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from chaingraph.ledger.events import Act
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.store import Ledger
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


def signed_month(ledger: Ledger) -> None:
    """One project signed, one in talks without an amount."""
    facts = {"place": "平湖市", "constructed": True, "chain_id": "PV"}
    for number, name, more in (("p1", "甲", {"investment_m": 650.0, "currency": "CNY"}), ("p2", "乙", {})):
        own = {"project": f"构造{name}项目", "investor": f"构造{name}有限公司", **facts, **more}
        ledger.record(Act("entered", number, "2026-03-04", "平湖市投促局", data=own))
    ledger.record(Act("stage", "p1", "2026-03-26", "平湖市投促局", data={"stage": "signed"}))


def words_of(path: Path) -> tuple[list[str], list[list[str]]]:
    """The paragraphs of a paper, and the rows of its tables."""
    paper = docx.Document(str(path))
    return [each.text for each in paper.paragraphs], [
        [cell.text for cell in row.cells] for table in paper.tables for row in table.rows
    ]


def test_a_month_names_what_was_signed_with_its_amount_and_its_sums_add_up(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        signed_month(ledger)
        taken(ledger, chain_id="PV")
        taken(ledger, "s-2")
        act(
            ledger, "contacted", {"said": "谈了", "next": "来访", "next_on": "2026-04-06"}, by="平湖市", at="2026-03-04"
        )
        assigned(ledger, "平湖市")
        figures, week = monthly(ledger, "2026-03"), weekly(ledger, "2026-03-31")
    write_month(figures, tmp_path / "m.docx", city="构造市", office="构造市投资促进中心", due=week)
    said, rows = words_of(tmp_path / "m.docx")
    assert "签约1个，计划总投资6.5亿元；在谈1个，投资额未定。" in said
    assert ["构造甲项目", "平湖市", "PV", "6.5亿元", "签约", "2026年3月26日"] in rows
    assert ["构造乙项目", "平湖市", "PV", "未注明", "在谈", "2026年3月4日"] in rows
    assert ["合计", "2", "1", "0", "0", "0", "1", "1", "0", "0"] in rows
    assert not any("集群" in cell for row in rows for cell in row)
    assert ["构造s-1有限公司", "平湖市", "2026年4月6日", "来访"] in rows
    assert "4月须办理：反馈逾期1项，已定安排1项。" in said  # as many as the rows of the table
    assert [row[2] for row in rows[rows.index(["构造s-1有限公司", "平湖市", "2026年3月9日", "反馈逾期"]) :]] == [
        "2026年3月9日", "2026年4月6日",
    ]  # fmt: skip
    assert (
        "一条线索分办多个单位的，分别计数；剔除重复后，县（市、区）承办的线索共1条，另有1条不由县（市、区）承办。"
        in said
    )
    assert said[said.index("构造市投资促进中心") + 1] == "2026年3月31日"


def test_a_month_tells_what_was_lost_in_it_and_what_falls_due_next(tmp_path: Path) -> None:
    """What was lost before is one number, what is planned for later months one line."""
    with new_log(tmp_path) as ledger:
        for name, closed in (("s-1", "2026-03-03"), ("s-2", "2026-04-09")):
            taken(ledger, name)
            act(ledger, "closed", {"closing": "lost", "lost_to": "苏州市"}, lead=name, why="地价", at=closed)
        for name, day in (("s-3", "2026-05-20"), ("s-4", "2026-07-01"), ("s-5", "2026-09-01")):
            taken(ledger, name)
            said = {"said": "谈了", "next": "来访", "next_on": day}
            act(ledger, "contacted", said, lead=name, by="平湖市", at="2026-03-04")
        signed_month(ledger)
        gone = {"stage": "ended", "end_kind": "lost", "lost_to": "常州市"}
        ledger.record(Act("stage", "p2", "2026-04-20", "平湖市投促局", "电价", data=gone))
        figures, week = monthly(ledger, "2026-04"), weekly(ledger, "2026-04-30")
        march = monthly(ledger, "2026-03")
    assert (figures.lost["lost_to"].tolist(), figures.lost_before) == (["苏州市", "常州市"], 1)
    assert (march.lost["firm"].tolist(), march.lost_before) == (["构造s-1有限公司"], 0)
    write_month(figures, tmp_path / "m.docx", city="构造市", office="中心", due=week)
    said, rows = words_of(tmp_path / "m.docx")
    assert "台账登记以来累计流失3个，其中本月以前1个。" in said
    assert "5月须办理：已定安排1项。" in said
    assert "下月以后另有2项，最早一项在2026年7月1日。" in said
    assert not any("2026年7月1日" in row or "2026年9月1日" in row for row in rows)


def test_a_cluster_is_counted_where_the_case_has_such_a_scheme(tmp_path: Path) -> None:
    scheme = pd.DataFrame({"kind": ["cluster", "policy_sector"], "name": ["135N先进制造业集群", "时尚"]})
    case = {
        "designations": scheme,
        "chains": pd.DataFrame({"chain_id": ["PV"], "chain": ["光伏"]}),
        "targets": pd.DataFrame({"indicator": [], "unit": [], "period": [], "target": []}),
    }
    with new_log(tmp_path) as ledger:
        signed_month(ledger)
        figures = monthly(ledger, "2026-03", case=case)
        bare = monthly(ledger, "2026-03", case={**case, "designations": scheme.iloc[1:]})
    assert (figures.cluster, bare.cluster) == ("135N先进制造业集群", None)
    write_month(figures, tmp_path / "m.docx", city="构造市", office="中心")
    assert any("135N先进制造业集群" in row for row in words_of(tmp_path / "m.docx")[1])


def test_a_month_says_that_no_rule_makes_negotiations_exclusive(tmp_path: Path) -> None:
    for rules, told in ((RULES, False), (RULES.without("exclusive"), True)):
        with open_ledger(tmp_path / f"{told}.db", rules, create=True) as ledger:
            figures = monthly(ledger, "2026-03")
        write_month(figures, tmp_path / "m.docx", city="构造市", office="中心")
        assert any("未启用首报独家洽谈规则" in each for each in words_of(tmp_path / "m.docx")[0]) is told


def test_a_talk_answers_what_was_fed_back_and_asks_nothing_that_was_answered(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, product="隔膜", investment_m=350.0, currency="CNY", source="某公告", said="某公告 拟建第二工厂")
        assigned(ledger, "平湖市")
        met = {"said": "谈了", "unit": "战略部", "post": "战略部部长", "on": "2026-03-03"}
        act(ledger, "contacted", met, by="平湖市", at="2026-03-04")
        told = {"problem": "用电价格高于对手", "site_status": "comparing", "competing": "常州市"}
        act(ledger, "fed_back", told, by="平湖市", at="2026-03-05")
        act(ledger, "asked", {"says": "能否供地80亩", "due": "2026-03-25", "to": "市自然资源局", "kind": "question"})
        lead = lead_in_work(ledger, "s-1")
    write_talk(lead, tmp_path / "t.docx", on="2026-03-20")
    said = words_of(tmp_path / "t.docx")[0]
    assert said[1] == "2026年3月20日　线索归属：市投促中心"
    points = [each.removeprefix("·  ") for each in said]
    assert "平湖市2026-03-05反馈：用电价格高于对手" in points
    assert "能否供地80亩（待市自然资源局于2026-03-25前答复）" in points
    assert "线索内容：拟建第二工厂" in points
    assert "2026-03-03 平湖市 战略部部长：谈了" in points
    asked = points[[each[2:] for each in points].index("请当面核实") + 1 : -2]
    assert asked[0] == "与常州市比选，主要看哪些条件，何时定？"
    assert not any(word in " ".join(asked) for word in ("选址是否已定", "80亩", "计划投资", "哪个部门"))


def test_a_first_report_has_names_and_money_and_no_notes(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, chain_id="ES", segment_id="ES2", product="隔膜", investment_m=350.0, currency="CNY")
        met = {"said": "总部称不考虑本地", "post": "总裁办主任", "form": "call", "on": "2026-03-03"}
        act(ledger, "contacted", met, by="驻上海组", at="2026-03-04")
        lead = lead_in_work(ledger, "s-1")
    for rules, told in ((RULES.without("report"), "未启用首报规模规则"), (RULES, "规模")):
        names = {"ES": "储能", "ES2": "隔膜环节"}
        write_first_report(lead, tmp_path / "f.docx", place="平湖市", on="2026-03-20", rules=rules, names=names)
        said, rows = words_of(tmp_path / "f.docx")
        assert ["产业链", "储能", "环节", "隔膜环节"] in rows
        assert ["产品", "隔膜", "计划投资总额", "3.5亿元（人民币）"] in rows
        assert any(told in each for each in said)
        assert "·  2026-03-03 驻上海组 电话 总裁办主任" in said
        assert "不考虑" not in "".join([*said, *(cell for row in rows for cell in row)])
        assert rows[-1][0].endswith("年　　月　　日")


def test_a_week_holds_numbers_its_full_lists_and_a_sum_that_counts_each_lead_once(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger, said="很长的公告" * 30)
        taken(ledger, "s-2")
        for unit in ("平湖市", "桐乡市"):
            assigned(ledger, unit)
        assigned(ledger, "平湖市", "2026-03-22", lead="s-2")
        act(ledger, "contacted", {"said": "谈了", "on": "2026-03-15"}, by="平湖市", at="2026-03-16")
        act(ledger, "fed_back", {"result": "interested"}, by="平湖市", at="2026-03-16")
        week = weekly(ledger, "2026-03-20")
    write_schedule(week, tmp_path / "w.xlsx", by="构造市投资促进中心")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    rows = [[cell.value for cell in row if cell.value is not None] for row in book.worksheets[0].iter_rows()]
    assert rows[1][0].startswith("编制单位：构造市投资促进中心")
    assert next(row for row in rows if row and row[0] == "合计（不重复）")[:8] == [
        "合计（不重复）",
        0,
        1,
        0,
        1,
        0,
        0,
        2,
    ]
    cells = [cell for row in rows for cell in row]
    assert not any("公告" in str(cell) for cell in cells)
    assert "对接、反馈" in cells
    due, changed = ([list(row) for row in sheet.values] for sheet in book.worksheets[1:])
    late = next(row for row in due if row[0] == "反馈逾期")
    soon = next(row for row in due if row[0] == "即将到期")
    assert (late[4], soon[4]) == (11, "")
    assert [row[2] for row in changed[3:]] == ["对接、反馈"]
