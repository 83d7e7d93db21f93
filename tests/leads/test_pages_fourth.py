"""What a fourth look at real pages taught: whose sentence it is, other languages, days of whole texts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaingraph.leads.sentences.dates import event_date
from chaingraph.model.days import is_date
from tests.made_leads import facts

Told = list[tuple[str, str, str | None]]


def said(body: str, published: str | None = "2025-05-06") -> Told:
    return sorted((fact.firm, fact.kind, fact.stage) for fact in facts(body, published))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # What an official asks of a firm is none of its doing; nor is what he visits.
        ("县长一行走访甲环电子公司,要求企业倒排工期,早日投产。", []),
        ("县长走访宁波甲环电子有限公司,勉励企业二期项目开工后再创佳绩。", []),
        ("县长走访甲辰板业、乙巳锁业、丙午灯业等企业。目前生产线项目正在建设。", []),
        ("甲环电子公司总装车间重视人才的引进和管理。", []),
        # Who wrote the text is no firm of it.
        ("发布员:宁波甲环庆典有限公司\n扩产项目开工仪式举行。", []),
        ("开工仪式由宁波甲环建设有限公司承办。", []),
        # A clause or a blank of a form is no name.
        ("结果新公司也没承接老公司的资质,后来迁至杭州。", []),
        ("xx有限责任公司项目总投资3亿元,计划建设新厂。", []),
        # Somebody who is not named is not the firm before.
        (
            "Vantor Group opened a plant in Lehi.\nAn electric motor manufacturer will invest $37 million in a plant.",
            [("Vantor Group", "expansion", "producing")],
        ),
        # Behind a conjunction and before officials, by a new plant, with the article.
        (
            "When Vantor Tyres announced plans to build a plant in Lehi, the town rejoiced.",
            [("Vantor Tyres", "expansion", "announced")],
        ),
        (
            "Vantor officials today announced the closure of the company's plant.",
            [("Vantor", "downsizing", None)],
        ),
        ("The Vantor Group is closing its facility.", [("Vantor Group", "downsizing", None)]),
        ("Governor Vantor will open a plant.", []),
        # A million is no mill, and who is based somewhere has no base there.
        ("Seattle-based Vantor announced a $25 million second fund.", []),
        # German: who acts stands before the verb, behind it, or behind what he makes.
        ("Autozulieferer Vantor Antriebe schließt Werk in Zwickau.", [("Vantor Antriebe", "downsizing", None)]),
        ("In Sachsen will Vantor bei seiner Sparte Werke schließen.", [("Vantor", "downsizing", None)]),
        # A Japanese digest: the firm is the heading; what is expected at the end of a sentence is not done.
        ("▼甲環製作所\n長野県に新工場を建設する。竣工は18年9月を予定。", [("甲环制作所", "expansion", "announced")]),
        # Who closes, leaves or moves stands at the beginning of a clause, though his letters are no trade's.
        ("维岚泽柯关闭了当地工厂。", [("维岚泽柯", "downsizing", None)]),
        ("工厂关闭了。产品停产。要求限期停产。", []),
        # What many do is told of nobody; a person who attends is no firm.
        ("近年来,不少外资企业关闭工厂,维岚汽车即在其中。", []),
        ("企业代表、党委书记喻维岚出席了项目开工仪式。", []),
        # A project that came to nothing, in whichever words; what was to be bought is no project.
        ("Vantor has decided to halt the construction of its plant in Lehi.", [("Vantor", "ended", "ended")]),
        ("Vantor axed plans to open a plant in Lehi.", [("Vantor", "ended", "ended")]),
        ("Vantor has cancelled its acquisition of Luxor Cement.", []),
        ("宁波甲环半导体有限公司百亿项目烂尾。", [("宁波甲环半导体有限公司", "ended", "ended")]),
    ],
)
def test_whose_sentence_it_is(body: str, wanted: Told) -> None:
    assert said(body) == wanted


@pytest.mark.parametrize(
    ("body", "published", "day"),
    [
        # The day of the first sentences, not of the line that says when the text was printed.
        ("某市举行开工活动\n发布时间:2025-05-06 10:27\n5月5日,全市项目开工。宁波甲环有限公司项目动工。",
         "2025-05-06", "2025-05-05"),
        ("昨日,地块成交结果公布。该地块面积30亩。宁波甲环有限公司竞得该地块。", "2025-05-06", "2025-05-05"),
        # News of a headline is of the day of its text; what is begun already is not of the day on which it is said.
        ("宁波甲环有限公司二期奠基\n该公司生产电机。", "2025-05-06", "2025-05-06"),
        ("宁波甲环有限公司5月6日表示,公司新厂已经投产。", "2025-05-06", None),
        # The only year that a text without a day tells is that of its days.
        ("4月27日,某区2022年重大项目集中开工,宁波甲环有限公司扩产项目开工。", None, "2022-04-27"),
        ("2023年12月底,乙巳公司融资。同月,宁波甲环有限公司完成A轮融资。", "2024-01", "2023-12"),
        ("近日,2025年某洽谈会举行,宁波甲环有限公司扩产项目签约。", "2025-05-06", "2025-05"),
    ],
)  # fmt: skip
def test_the_day_of_a_text_is_that_of_its_event(body: str, published: str | None, day: str | None) -> None:
    assert facts(body, published)[-1].date == day


@given(
    day=st.dates(min_value=date(2001, 1, 1), max_value=date(2030, 12, 28)),
    form=st.sampled_from(
        ["{m}月{d}日", "今年{m}月{d}日", "{m}月", "去年{m}月{d}日", "昨日", "今天", "近日", "上月", "{d}日",
         "Am {d}. Mai wird das Werk im Mai",
         "On May {d}", "today", "yesterday", "on Monday", "{m}月{d}日至{d}日", "99月99日"]
    ),
    month=st.integers(1, 12),
    number=st.integers(1, 31),
)  # fmt: skip
def test_a_day_told_without_a_year_is_possible_and_never_after_its_text(
    day: date, form: str, month: int, number: int
) -> None:
    text = day.isoformat()
    told = event_date(form.format(m=month, d=number) + "签约", text)
    assert told is None or (is_date(told) and told <= text)


def test_what_several_invest_together_is_no_ones_amount() -> None:
    body = "政府与宁波甲环有限公司、杭州乙巳有限公司签约,计划投资金额共17.5亿元。"
    body += "宁波甲环有限公司计划投资5亿元建设电池项目。"
    told = {fact.firm: fact.amount and fact.amount.million for fact in facts(body, "2025-05-06")}
    assert told == {"宁波甲环有限公司": 500, "杭州乙巳有限公司": None}


def test_where_a_move_goes_is_where_the_work_of_the_closed_plant_goes() -> None:
    body = "Vantor plans to close its plant in Goshen, Ind.\n"
    body += "Vantor said production will shift to its plant in Reynosa, Mexico."
    told = {fact.kind: (fact.site, fact.instead) for fact in facts(body, "2025-05-06")}
    assert told["downsizing"] == ("decided_elsewhere", "Reynosa, Mexico")
