"""What a text says and what it does not: sites, stages, plans, denials, days, amounts, whose fact it is."""

from __future__ import annotations

import pytest

from tests.made_leads import facts, told

FIRM = "宁波甲乙电子有限公司"


@pytest.mark.parametrize(
    ("body", "site"),
    [
        (f"{FIRM}满产,订单排到明年。", "unknown"),  # silence is unknown, never open
        (f"{FIRM}满产,新厂选址未定。", "open"),
        (f"{FIRM}满产,正在嘉兴、南通之间比选新厂。", "comparing"),
        (f"{FIRM}与海宁签约,投资3亿元。", "decided_here"),
        (f"{FIRM}与绍兴签约,投资3亿元。", "decided_elsewhere"),
        (f"{FIRM}以1000万元竞得滁州50亩工业用地。", "decided_elsewhere"),
        (f"{FIRM}年产1万吨薄膜项目在湖州备案。", "decided_elsewhere"),
        (f"{FIRM}完成2亿元B轮融资。", "unknown"),
        (f"{FIRM}与桐乡签署战略合作框架协议,拟投资建设新基地。", "unknown"),
        (f"{FIRM}终止湖州项目。", "unknown"),  # an ended project decides nothing by itself
        (f"{FIRM}终止湖州项目,转至滁州。", "decided_elsewhere"),
    ],
)
def test_a_site_is_what_the_words_say(body: str, site: str) -> None:
    assert [fact.site for fact in facts(body)] == [site], told(body)


def test_here_and_elsewhere_are_told_from_the_region_that_reads() -> None:
    body = f"{FIRM}与绍兴签约,投资3亿元。"
    assert [fact.site for region in ("绍兴", "嘉兴") for fact in facts(body, region=region)] == [
        "decided_here",
        "decided_elsewhere",
    ]


@pytest.mark.parametrize(
    ("body", "stage"),
    [
        ("项目今天开工,预计2026年6月投产", "started"),
        ("项目一期已投产,二期计划年内开工", "producing"),
        ("拟在海宁投资建设新基地", "announced"),
        ("与海宁签署合作备忘录,拟建设新基地", "negotiating"),
        ("项目落户海宁,当日完成工商注册", "registered"),
    ],
)
def test_a_stage_that_is_only_expected_does_not_count(body: str, stage: str) -> None:
    assert [fact.stage for fact in facts(f"{FIRM}{body}。")] == [stage]


@pytest.mark.parametrize(
    "body",
    [
        f"问:{FIRM}是否满产?",
        f"{FIRM}未达到满产状态,产能利用率约70%。",
        f"{FIRM}回复:公司目前无搬迁计划。",
        f"{FIRM}拟使用不超过3亿元闲置募集资金进行现金管理。",
        f"{FIRM}承建的嘉兴快速路全线开工。",
        f"网传{FIRM}将融资10亿元。",
        "全县今年开工项目42个,总投资196亿元。",
    ],
)
def test_questions_denials_and_what_names_no_firm_state_nothing(body: str) -> None:
    assert told(body) == []


def test_moves_inside_one_city_are_no_relocations() -> None:
    assert told("苏州丙丁有限公司已将生产线由苏州吴中区搬至苏州相城区。") == []
    assert [fact.kind for fact in facts("苏州丙丁有限公司将整体搬迁至滁州。")] == ["relocation"]


def test_a_plan_told_beside_its_end_is_no_plan() -> None:
    body = f"{FIRM}终止在高邮建设电子化学品项目。项目原计划总投资15亿元。"
    assert told(body) == [(FIRM, "ended", "ended", "unknown")]


def test_several_firms_of_one_meeting_have_a_fact_each_with_their_own_figures() -> None:
    body = (
        "9月18日,嘉兴港区集中签约仪式举行。其中包括:宁波甲乙化工有限公司投资10亿元的聚酰胺项目;"
        "上海丙丁材料有限公司投资4.6亿元的光刻胶项目。"
    )
    found = facts(body, "2025-09-19")
    assert [(fact.firm, fact.stage, fact.amount and fact.amount.million, fact.date) for fact in found] == [
        ("宁波甲乙化工有限公司", "signed", 1000.0, "2025-09-18"),
        ("上海丙丁材料有限公司", "signed", 460.0, "2025-09-18"),
    ]


def test_amounts_are_dealt_out_in_order() -> None:
    body = "宁波甲乙有限公司、上海丙丁有限公司与海宁签约,投资额分别为10亿日元和2亿元。"
    assert [(fact.amount.million, fact.amount.currency) for fact in facts(body) if fact.amount] == [
        (1000.0, "JPY"),
        (200.0, "CNY"),
    ]


@pytest.mark.parametrize(
    ("body", "published", "date"),
    [
        ("昨日与海宁签约", "2025-06-12", "2025-06-11"),
        ("昨日与海宁签约", None, None),
        ("12月30日与海宁签约", "2026-02-02", "2025-12-30"),
        ("12月30日与海宁签约", None, None),
        ("近日与海宁签约", "2025-06-12", "2025-06"),
        ("与海宁签约,预计2025年3月1日开工", "2025-06-12", None),
    ],
)
def test_days_are_reckoned_from_the_text_or_not_at_all(body: str, published: str | None, date: str | None) -> None:
    assert [fact.date for fact in facts(f"{FIRM}{body}。", published)] == [date]


def test_the_total_counts_not_the_first_phase_nor_the_output() -> None:
    body = f"{FIRM}海宁项目开工,总投资不超过30亿元,其中一期投资12亿元,达产后年产值50亿元。"
    (fact,) = facts(body)
    assert fact.amount is not None
    assert (fact.amount.million, fact.amount.limited) == (3000.0, "不超过")


def test_a_passage_can_be_found_again_by_its_place() -> None:
    body = f"本报讯。{FIRM}与海宁签约,投资3亿元。"
    (fact,) = facts(body)
    assert body[fact.start : fact.end] == f"{FIRM}与海宁签约,投资3亿元"


def test_english_texts_are_read_too() -> None:
    body = "Vetter GmbH will invest 45 million euros in a new plant in Taicang. Orders are rising."
    (fact,) = facts(body, "2025-12-02")
    assert (fact.firm, fact.stage, fact.site, fact.place) == (
        "Vetter GmbH",
        "announced",
        "decided_elsewhere",
        "Taicang",
    )


def test_a_headline_is_no_second_fact_of_what_the_text_tells_in_full() -> None:
    headline = "常州甲纬数码纺机签约湖州南浔"
    body = f"{headline}\n11月10日,常州甲纬数码纺机股份有限公司与湖州市南浔区人民政府签约,总投资6亿元建设印花机项目。"
    found = facts(body, title=headline)
    assert [(fact.place, fact.start > 0) for fact in found] == [("湖州市南浔区", True)]
    # One that goes farther than the text below it is kept.
    farther = f"{headline.replace('签约', '投产')}\n{body.splitlines()[1]}"
    assert [fact.stage for fact in facts(farther, title=farther.splitlines()[0])] == ["producing"]


def test_places_that_are_compared_say_more_than_a_site_that_is_open() -> None:
    plan = f"{FIRM}拟投资15亿元新建年产20万吨薄膜项目,目前正在浙江、江苏多地比选,选址尚未确定。"
    body = f"{FIRM}拟投15亿元新建薄膜基地,选址尚未确定\n{plan}"
    assert [fact.site for fact in facts(body)] == ["comparing"]


@pytest.mark.parametrize(
    "words",
    ["计划在华东地区设立第二生产基地,投资8亿元", "完成2亿元B轮融资。公司未透露新产线的地点", "拟建设华东生产基地"],
)
def test_no_words_of_a_sentence_are_a_product(words: str) -> None:
    assert [fact.product for fact in facts(f"{FIRM}{words}。")] == [None]


@pytest.mark.parametrize(
    ("words", "product"),
    [
        ("完成C轮融资6亿元,将用于建设储能电池第二生产基地", "储能电池"),
        ("获得5000万元战略投资,计划2027年建设飞轮储能量产线,地点未定", "飞轮储能"),
        ("拟投资8亿元建设压缩机二期项目", "压缩机"),
        ("拟投资8亿元建设电解水制氢项目", "电解水制氢"),
    ],
)
def test_a_product_ends_where_a_phase_or_an_ordinal_begins(words: str, product: str) -> None:
    assert [fact.product for fact in facts(f"{FIRM}{words}。")] == [product]
