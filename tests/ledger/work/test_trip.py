"""A journey to a city: leads in work first, each firm once, the nearest next, with doors and open questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pandas as pd

from chaingraph.ledger.work.lead import Contact, Lead, Question
from chaingraph.ledger.work.trip import Journey, journey
from chaingraph.wording.phrases import say
from chaingraph.writers.work.journey import write_journey

FIRMS = pd.DataFrame(
    [
        ("A", "甲公司", "中国", "广东", "深圳", "南山区"),
        ("B", "乙公司", "中国", "广东", "深圳", "龙岗区"),
        ("C", "丙公司", "中国", "广东", "深圳", "宝安区"),
        ("D", "丁公司", "中国", "北京", "北京", None),
    ],
    columns=["firm_id", "firm", "country", "province", "city", "district"],
)
CASE = {
    "firms": FIRMS,
    "introducers": pd.DataFrame({"introducer": ["构造商会"], "kind": ["chamber"], "knows_id": ["B"], "country": [None],
                                 "city": [None]}),
    "outreach": pd.DataFrame({"kind": ["stationed_city"], "place": ["深圳"]}),
}  # fmt: skip


def targets() -> pd.DataFrame:
    rows = FIRMS.assign(
        rank=[1, 3, 2, 4],
        chain_id="PV",
        candidate_list="new",
        decision_city=None,
        reasons="补缺口",
        open_question="选址?",
    )
    return pd.concat([rows, rows.iloc[:1].assign(chain_id="ES", rank=9)], ignore_index=True)


def test_firms_of_the_city_are_seen_once_the_nearest_next(tmp_path: Path) -> None:
    planned = journey(targets(), CASE, "深圳").visits
    # 丙 in 宝安区 lies nearer to 南山区 than 乙 in 龙岗区.
    assert [(visit.day, visit.hour, visit.firm_id) for visit in planned] == [
        (1, "09:00", "A"), (1, "10:45", "C"), (1, "14:00", "B"),
    ]  # fmt: skip
    assert 0 < planned[1].apart_km < planned[2].apart_km
    assert ("构造商会", "named") in planned[2].doors
    write_journey(Journey(planned, []), tmp_path / "trip.docx", city="深圳", on="2026-03-02")
    document = docx.Document(str(tmp_path / "trip.docx"))
    assert [row.cells[1].text for row in document.tables[0].rows][1:] == ["甲公司", "丙公司", "乙公司"]
    assert "驻深圳团队" in document.tables[0].rows[1].cells[4].text


def test_a_firm_with_a_lead_in_work_comes_first_and_brings_its_questions() -> None:
    asked = Question("e", "question", "用地多少", "", "2026-03-09", "2026-03-02", None, None)
    lead = Lead("s-1", {"firm": "乙公司", "firm_id": "B"}, questions=(asked,))
    planned = journey(targets(), CASE, "深圳", days=2, per_day=1, leads=[lead]).visits
    assert [(visit.day, visit.firm_id) for visit in planned] == [(1, "B"), (2, "A")]
    assert planned[0].asks == ("用地多少", "选址?")
    closed = Lead("s-1", {"firm": "乙公司", "firm_id": "B"}, stage="closed")
    assert journey(targets(), CASE, "深圳", leads=[closed]).visits[0].firm_id == "A"


def test_a_city_without_firms_gives_a_page_that_says_so(tmp_path: Path) -> None:
    assert journey(targets(), CASE, "拉萨").visits == []
    write_journey(Journey([], []), tmp_path / "trip.docx", city="拉萨", on="2026-03-02")
    assert "没有拉萨的企业" in "".join(each.text for each in docx.Document(str(tmp_path / "trip.docx")).paragraphs)


def test_who_has_been_there_is_the_door_and_the_firm_is_not_asked_what_it_has_told(tmp_path: Path) -> None:
    met = (Contact("平湖市", {"on": "2026-03-01", "said": "谈了", "post": "部长"}),)
    facts = {"firm": "乙公司", "firm_id": "B", "said": "某公告 拟建第二工厂", "source": "某公告", "site_status": "open"}
    lead = Lead("s-1", facts, stage="handed_over", contacts=met)
    tied = targets().assign(route="甲公司向构造厂供货")
    bare = {**CASE, "outreach": CASE["outreach"].iloc[:0]}
    write_journey(journey(tied, bare, "深圳", leads=[lead]), tmp_path / "t.docx", city="深圳", on="2026-03-02")
    paper = docx.Document(str(tmp_path / "t.docx"))
    rows = {row.cells[1].text: [cell.text for cell in row.cells] for row in paper.tables[0].rows}
    assert rows["乙公司"][3:] == [
        "线索（已转项目）：拟建第二工厂",
        "平湖市已对接（最近2026-03-01），联系前先与其衔接",
    ]
    assert rows["甲公司"][4] == "甲公司向构造厂供货"
    asked = [each.text for each in paper.paragraphs]
    own = asked[asked.index("乙公司") + 1 : asked.index("乙公司") + 3]
    assert own == ["·  选址何时确定，还在比较哪些地方？", "·  拟投产品、产能和主要客户？"]


def lead(firm: str, **known: Any) -> Lead:
    name = dict(zip(FIRMS["firm_id"], FIRMS["firm"], strict=True))[firm]
    return Lead(f"s-{firm}", {"firm": name, "firm_id": firm}, **known)


def test_a_slot_that_becomes_free_goes_to_the_next_of_the_list_and_the_paper_says_why(tmp_path: Path) -> None:
    lost = lead("B", stage="closed", closing="lost", since="2026-03-01")
    held = journey(targets(), CASE, "深圳", per_day=1, leads=[lead("B")])
    assert [visit.firm_id for visit in held.visits] == ["B"]
    assert held.swaps == []
    made = journey(targets(), CASE, "深圳", per_day=1, leads=[lost])
    for lang, said in (
        ("zh", "甲公司替补乙公司（线索已于2026-03-01办结（落户外地））。"),
        ("en", "甲公司 takes the slot of 乙公司 (the lead was closed on 2026-03-01 (went elsewhere))."),
    ):
        write_journey(made, tmp_path / "t.docx", city="深圳", on="2026-03-02", lang=lang)
        paper = docx.Document(str(tmp_path / "t.docx"))
        assert [row.cells[1].text for row in paper.tables[0].rows][1:] == ["甲公司"]
        assert f"·  {said}" in [each.text for each in paper.paragraphs]


def test_where_nobody_is_left_the_paper_says_so(tmp_path: Path) -> None:
    over = [lead(firm, stage="closed", closing="no_project", since="2026-03-01") for firm in "ABC"]
    made = journey(targets(), CASE, "深圳", leads=over)
    assert made.visits == []
    assert [(swap.gone, swap.firm) for swap in made.swaps] == [("甲公司", None), ("丙公司", None), ("乙公司", None)]
    write_journey(made, tmp_path / "t.docx", city="深圳", on="2026-03-02")
    said = [each.text for each in docx.Document(str(tmp_path / "t.docx")).paragraphs]
    assert "·  甲公司不再安排（线索已于2026-03-01办结（无投资项目）），清单中深圳已无其他企业可替补。" in said
    assert not any("没有深圳的企业" in each for each in said)


def test_another_unit_s_lead_frees_the_slot_and_tells_no_more_than_that(tmp_path: Path) -> None:
    own, others = lead("A", owner="桐乡市"), lead("C", owner="平湖市", closed_why="内情")
    given: dict[str, Any] = {"per_day": 2, "leads": [own, others], "viewer": "桐乡市"}
    assert [visit.firm_id for visit in journey(targets(), CASE, "深圳", **given).visits] == ["A", "B"]
    [swap] = journey(targets(), CASE, "深圳", **given).swaps
    assert (swap.gone, say(swap.why, "zh"), swap.firm) == ("丙公司", "已有单位对接", "乙公司")
    # The centre reads every lead, and what was released is everybody's; one closed in another's file stays there.
    assert journey(targets(), CASE, "深圳", **given | {"viewer": ""}).swaps == []
    released = lead("C", owner="平湖市", released_on="2026-03-01")
    assert journey(targets(), CASE, "深圳", **given | {"leads": [own, released]}).swaps == []
    closed = lead("C", owner="平湖市", stage="closed", closing="lost", since="2026-03-01")
    assert journey(targets(), CASE, "深圳", **given | {"leads": [own, closed]}).swaps == []


def test_a_lead_that_is_open_or_a_mere_duplicate_frees_nothing() -> None:
    repeated = lead("A", stage="closed", closing="repeated", since="2026-03-05", last_on="2026-03-05")
    assert journey(targets(), CASE, "深圳", leads=[repeated]).swaps == []
    old = lead("B", stage="closed", closing="lost", since="2026-03-05", last_on="2026-03-05")
    for again in (lead("B", last_on="2026-03-01"), lead("B", stage="handed_over", last_on="2026-03-01")):
        assert journey(targets(), CASE, "深圳", leads=[again, old]).swaps == []
        assert journey(targets(), CASE, "深圳", leads=[again, old]).visits[0].lead == again


def test_an_english_journey_has_english_names_where_they_are_known(tmp_path: Path) -> None:
    named = targets().assign(firm_en=lambda rows: rows["firm"].map({"甲公司": "First Ltd"}))
    typed = Lead("s-1", {"firm": "甲公司"}, stage="contacted")  # is found by the Chinese name all the same
    planned = journey(named, CASE, "深圳", leads=[typed], lang="en").visits
    assert [visit.firm for visit in planned] == ["First Ltd", "丙公司", "乙公司"]
    assert planned[0].lead == typed
    assert planned[0].place == "Shenzhen, Nanshan District"
    assert next(visit.firm for visit in journey(named, CASE, "深圳").visits) == "甲公司"
    over = lead("A", stage="closed", closing="lost", since="2026-03-01")
    assert [swap.gone for swap in journey(named, CASE, "深圳", leads=[over], lang="en").swaps] == ["First Ltd"]
    write_journey(Journey(planned, []), tmp_path / "t.docx", city="深圳", on="2026-03-02", lang="en")
    assert docx.Document(str(tmp_path / "t.docx")).paragraphs[0].text == "Trip to Shenzhen"
