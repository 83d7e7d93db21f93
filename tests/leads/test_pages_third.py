"""What a third look at real pages taught, in sentences of our own: rows of firms, English short names, moves, sums."""

from __future__ import annotations

import pytest

from tests.made_leads import facts

Told = list[tuple[str, str, str | None]]


def said(body: str, published: str | None = "2025-05-06") -> Told:
    return sorted((fact.firm, fact.kind, fact.stage) for fact in facts(body, published))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # Firms in a row, told as firms behind it; wares in a row are none.
        (
            "全市已依法关闭越荆印染、泽柳印染2家企业。",
            [("泽柳印染", "downsizing", None), ("越荆印染", "downsizing", None)],
        ),
        (
            "全市已依法关闭越荆印染、越岚内衣和石首甲辰公司印染生产线3家企业。",
            [("石首甲辰公司", "downsizing", None), ("越岚内衣", "downsizing", None), ("越荆印染", "downsizing", None)],
        ),
        ("全市依法关停家具、钢构等9家企业。", []),
        # Who a firm is, with whom a government signs, who invests again, whose shop is visited.
        ("维岚科技是园区今年引进的一家外资企业,研发中心项目成功签约。", [("维岚科技", "expansion", "signed")]),
        ("黄岩区人民政府与宁波开岚蓝城举行项目投资协议签约仪式。", [("宁波开岚蓝城", "expansion", "signed")]),
        ("今年4月,维岚科技再一次加大投资,首期投资5000万美元生产试剂。", [("维岚科技", "expansion", "announced")]),
        ("在越岚轴承的厂区内,一幢新厂房正在建设。", [("越岚轴承", "expansion", "started")]),
        # Names: no word before them, no bracket between them; who checks for another is not meant.
        ("这标志着甲辰集团新工厂正式投产。", [("甲辰集团", "expansion", "producing")]),
        ("该地块被宁波甲辰包装有限公司竞得。", [("宁波甲辰包装有限公司", "land", None)]),
        (
            "本溪甲辰药材有限公司委托河南乙巳环保工程有限公司进行项目的环境影响评价。",
            [("本溪甲辰药材有限公司", "filing", None)],
        ),
        ("建设性质:新建\n投资总额:1000万元\n规划面积:拟建设厂房2万平方米", []),
        # English: the first word stands for the name; brackets and towns are no part of it.
        (
            "Jaxa Genomics has raised $39 million.\nJaxa completed a Series B round.",
            [("Jaxa Genomics", "fundraising", None)],
        ),
        (
            "Vantor Therapeutics (Shanghai) raised $16 million in a Series B round.",
            [("Vantor Therapeutics", "fundraising", None)],
        ),
        ("Vantor Bio of Hangzhou closed a $32 million Series B round.", [("Vantor Bio", "fundraising", None)]),
        (
            "The foundation of the base of Luxor Materials was laid in Suzhou.",
            [("Luxor Materials", "expansion", "started")],
        ),
        ("Vantor Group inaugurated a new plant in Changzhou.", [("Vantor Group", "expansion", "producing")]),
        # Moves and closings.
        (
            "Vantor Chemical, which makes magnets at home, will shift its magnet production to Vietnam.",
            [("Vantor Chemical", "relocation", None)],
        ),
        ("Kestrel Motors ceased vehicle production in Ohio.", [("Kestrel Motors", "downsizing", None)]),
        (
            "Kestrel Shuts Factory, Vantor Lays Off 1,000",
            [("Kestrel", "downsizing", None), ("Vantor", "downsizing", None)],
        ),
        ("同行陆续将产能转移至越南。宁波甲辰电子有限公司不为所动。", []),
        # What is only meant for many, or is no project.
        ("推动更多优质企业考察成都,落户空港。\n考察组走访了宁波甲辰实业有限公司。", []),
        ("宁波甲辰科技股份有限公司签订租赁合同。", []),
    ],
)
def test_what_pages_say(body: str, wanted: Told) -> None:
    assert said(body) == wanted


def test_of_two_units_struck_off_each_is_told() -> None:
    body = "同意注销公司控股子公司新疆甲辰公路管理有限公司(以下简称甲辰公路)以及新疆乙巳公路管理有限公司。"
    assert "新疆甲辰公路管理有限公司" in {fact.firm for fact in facts(body) if fact.kind == "revoked"}


@pytest.mark.parametrize(
    ("body", "amount", "place", "day"),
    [
        ("宁波甲辰电子有限公司于近日完成近亿元人民币新一轮融资。", 100.0, None, "2025-05"),
        ("宁波甲辰电子有限公司拟以8,000万元在河源江东新区投资建设工厂。", 80.0, "河源江东新区", None),
        ("来源:新民网\n宁波甲辰电子有限公司在平湖投资建设工厂。", None, "平湖", None),
        ("宁波甲辰电子有限公司于2025 年 4月6日在平湖签约建厂。", None, "平湖", "2025-04-06"),
    ],
)
def test_sums_places_and_days(body: str, amount: float | None, place: str | None, day: str | None) -> None:
    assert [(fact.amount and fact.amount.million, fact.place, fact.date) for fact in facts(body, "2025-05-06")] == [
        (amount, place, day)
    ]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # A plan is that of the filing, or for the plot, told before.
        (
            "宁波甲辰建材有限公司环境影响评价公示\n项目位于平湖市,占地面积10000平方米,项目总投资21000万元。拟新建厂房。",
            [("宁波甲辰建材有限公司", "filing", None)],
        ),
        (
            "宁波甲辰木业有限公司竞得平湖市一宗工业用地,面积30亩。拟建设木材加工项目。",
            [("宁波甲辰木业有限公司", "land", None)],
        ),
        # Others: a number of firms, the next project.
        (
            "宁波甲辰印染有限公司已停产。环保部门要求10家印染企业搬迁到开发区。",
            [("宁波甲辰印染有限公司", "downsizing", None)],
        ),
        (
            "宁波甲辰能源有限公司总投资5亿元的电池项目签约落户平湖。总投资3亿元的新能源材料及储能装备制造项目签约落户海盐。",
            [("宁波甲辰能源有限公司", "expansion", "signed")],
        ),
        # Of two halves of a sentence each has its own firms.
        (
            "全区就地关停9家作坊,还将北京甲辰药厂的生产环节外迁。",
            [("北京甲辰药厂", "relocation", None)],
        ),
    ],
)
def test_what_is_said_of_others_or_of_one_plan_is_no_further_fact(body: str, wanted: Told) -> None:
    assert said(body) == wanted


def test_a_filing_has_the_figures_of_its_plan() -> None:
    body = "宁波甲辰建材有限公司环境影响评价公示\n投资总额:21000万元\n拟新建厂房2万平方米,年产板材等产品20万吨。"
    fact = facts(body)[0]
    assert fact.amount is not None
    assert (fact.kind, fact.amount.million, fact.floor_m2, fact.capacity) == ("filing", 210.0, 20000.0, "20万吨")


@pytest.mark.parametrize(
    ("body", "place", "day"),
    [
        (
            "Vantor broke ground on a plant in South Korea.\n"
            "Kestrel Opens New Plant\nKestrel opened a plant in Suzhou in 2023.",
            ["South Korea", "Suzhou"],
            "2023",
        ),
        ("Vantor Chemical will shift its magnet production to its factory in Malaysia.", ["Malaysia"], None),
        ("总部位于日本的甲辰集团近日宣布,其全资子公司甲辰电子(上海)有限公司将关闭工厂。", ["上海"], "2025-05"),
        ("甲辰股份华东区域总部基地在平湖开工。", ["平湖"], None),
    ],
)
def test_places_and_days(body: str, place: list[str], day: str | None) -> None:
    found = facts(body, "2025-05-06")
    assert ([fact.place for fact in found], found[-1].date) == (place, day)


@pytest.mark.parametrize(
    ("body", "firm"),
    [
        ("构造3号新材料股份有限公司拟投资6亿元建设年产4万吨隔膜第二工厂。", "构造3号新材料股份有限公司"),
        ("位于中山路8号的甲辰电子有限公司投资6亿元建设二期项目。", "甲辰电子有限公司"),
    ],
)
def test_a_number_is_of_the_name_unless_it_is_of_a_street(body: str, firm: str) -> None:
    assert [fact.firm for fact in facts(body)] == [firm]
