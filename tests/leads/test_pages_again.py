"""What a second look at real pages taught, in sentences of our own: names, sides, closings, days and places."""

from __future__ import annotations

import pytest

from chaingraph.leads.sentences.passages import half_width
from tests.made_leads import facts

Told = list[tuple[str, str, str | None]]


def said(body: str, published: str | None = "2025-05-06") -> Told:
    return sorted((fact.firm, fact.kind, fact.stage) for fact in facts(body, published))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # Traditional letters.
        ("恆遠電子與蘇州高新區管委會簽約,投資5億元建設感測器廠。", [("恒远电子", "expansion", "signed")]),
        # Subsidiaries in a row, shareholders in a row.
        (
            "5月6日,宏达新材(300999)公告,全资子公司宁波宏达复材有限公司和嘉兴宏达板材有限公司自5月1日起临时停产。",
            [("嘉兴宏达板材有限公司", "downsizing", None), ("宁波宏达复材有限公司", "downsizing", None)],
        ),
        (
            "2025年3月,重庆五中院裁定受理控股股东重庆甲辰集团有限公司和间接控股股东重庆乙巳控股有限公司的重整申请。",
            [("重庆乙巳控股有限公司", "insolvency", None), ("重庆甲辰集团有限公司", "insolvency", None)],
        ),
        (
            "甲辰股份(300999)公告,子公司乙巳能源的电池生产线停产。ST丙午(002999)公司拟向法院申请重整。",
            [("ST丙午", "insolvency", None), ("乙巳能源", "downsizing", None)],
        ),
        # Investors in a row; a government is no investor.
        (
            "项目由嘉兴港区与上海甲辰化工有限公司、宁波乙巳物流有限公司共同开发建设,总投资20亿元。",
            [("上海甲辰化工有限公司", "expansion", "announced"), ("宁波乙巳物流有限公司", "expansion", "announced")],
        ),
        (
            "项目开工,由湖南甲辰新材料有限公司和杭州乙巳装备有限公司合资建设。",
            [("杭州乙巳装备有限公司", "expansion", "started"), ("湖南甲辰新材料有限公司", "expansion", "started")],
        ),
        # The other side of a contract that ends.
        (
            "甲辰股份(600999)公告称,与宿迁高新区管委会及宿迁乙巳产业园运营公司商定,解除投资协议,终止铜箔项目。",
            [("甲辰股份", "ended", "ended")],
        ),
        # Names: behind a trade's word, asked for, in front of their project, raised for.
        ("日资企业甲辰精密宣布关闭深圳工厂。", [("甲辰精密", "downsizing", None)]),
        (
            "有投资者问甲辰科技(300999):新厂投产了吗?公司答,嘉善新厂已正式投产。",
            [("甲辰科技", "expansion", "producing")],
        ),
        ("总投资8亿元的瑞隆技术年产3万吨电解液项目在衢州开工。", [("瑞隆技术", "expansion", "started")]),
        ("总投资9亿元的芜湖美的厨热产业园项目在芜湖开工。", [("美的", "expansion", "started")]),
        ("液冷企业甲辰温控获亿元级战略注资。", [("甲辰温控", "fundraising", None)]),
        ("甲辰生物接受机构调研时说,二期工厂预计8月份奠基开工。", [("甲辰生物", "expansion", "announced")]),
        # A report on money raised long ago; people back at work; plots, general words.
        (
            "关于2024年度募集资金存放与使用情况的专项报告\n浙江甲辰科技股份有限公司首次公开发行2000万股,募集资金总额5亿元。",
            [],
        ),
        ("受春节影响,宁波甲辰轴承有限公司大年初七开工,订单不少。", []),
        ("投资建设按宣开标准地审(2025)10号的指标执行,竞得人不得闲置土地。", []),
        ("越南制造厂订单减少,平阳多家工厂裁员。", []),
        ("新乡开建智能化血液制品基地。", []),
        # Stages: still to come by their day; begun by what later sentences say; both told of all.
        (
            "浙江甲辰科技股份有限公司二期项目2026年10月正式投产。",
            [("浙江甲辰科技股份有限公司", "expansion", "announced")],
        ),
        ("汇通制药原料药生产基地总投资12亿元,占地200亩;桩基已完,正做承台。", [("汇通制药", "expansion", "started")]),
        ("某区举行集中开工、竣工活动。鼎汉材料计划总投资2亿元,拟建设厂房。", [("鼎汉材料", "expansion", "started")]),
        (
            "纳川股份公告,三家工厂停产,视市场情况决定是否复产。",
            [("纳川股份", "downsizing", None)],
        ),
        (
            "Nordcell Energy, a U.S. maker of cells, has opened a new factory in Toledo, Ohio.",
            [("Nordcell Energy", "expansion", "producing")],
        ),
        (
            "In July Kestrel Materials announced a $300 million plant in Hungary.",
            [("Kestrel Materials", "expansion", "announced")],
        ),
        (
            "Moment Springs got $15 million to build the world's first graphene spring factory.",
            [("Moment Springs", "expansion", "announced"), ("Moment Springs", "fundraising", None)],
        ),
    ],
)
def test_what_pages_say(body: str, wanted: Told) -> None:
    assert said(body) == wanted


def test_who_stops_a_project_is_the_company_that_decides() -> None:
    body = "甲辰股份(600999)公告,全资子公司湖州乙巳储能有限公司拟在湖州建厂。公司决定终止在安吉的投资。"
    assert ("甲辰股份", "ended", "ended") in said(body)


@pytest.mark.parametrize(
    ("body", "place", "instead"),
    [
        ("浙江甲辰纺织股份有限公司终止嘉兴生产基地的投资,改到余姚建设。", "嘉兴", "余姚"),
        ("苏州甲辰电子有限公司关闭苏州工厂,产能并到越南北宁的工厂。", "苏州", "越南北宁"),
        ("滁州市甲辰电子有限公司位于滁州市城南街道的厂房主体已封顶。", "滁州市城南街道", None),
        ("南昌甲辰药业有限公司在南昌开工建厂。项目位于南昌高新区,用地60亩。", "南昌高新区", None),
        ("甲辰股份公告,南京中院裁定受理甲辰股份的破产清算申请。", "南京", None),
        ("Delta Springs said it intends to shut its plant in Debrecen.", "Debrecen", None),
        ("上海尚材光电科技有限公司投资兴办的衬底项目开工。", None, None),
    ],
)
def test_where(body: str, place: str | None, instead: str | None) -> None:
    assert [(fact.place, fact.instead) for fact in facts(body, "2025-05-06")] == [(place, instead)]


@pytest.mark.parametrize(
    ("body", "published", "day"),
    [
        ("智通财经讯,甲辰股份(600999)公告,公司拟在滁州投资建设新基地。", "2025-05-06", "2025-05-06"),
        ("无锡甲辰机电有限公司将于2025年12月31日停止运营。", "2025-05-06", "2025-12-31"),
        ("东岚精工有限公司2021年关闭了大连工厂,员工遣散。", "2024-05-06", "2021"),
        ("1月31日,甲辰股份公告:子公司乙巳能源的储能项目收到终止通知。", "2026-02-11", "2026-01-31"),
        ("4月3日,某区与两家企业签约:宁波甲辰电子有限公司投资3亿元建设工厂。", "2025-05-06", "2025-04-03"),
    ],
)
def test_when(body: str, published: str, day: str) -> None:
    assert {fact.date for fact in facts(body, published)} == {day}


@pytest.mark.parametrize(
    ("body", "site"),
    [
        ("宁波甲辰电子有限公司满产,近期考察嘉兴、南通等地,拟建新厂。", "comparing"),
        ("宁波甲辰电子有限公司满产,客户遍及嘉兴、南通等地。", "unknown"),
    ],
)
def test_who_looks_at_several_places_compares_them(body: str, site: str) -> None:
    assert {fact.site for fact in facts(body)} == {site}


def test_traditional_letters_keep_their_places() -> None:
    assert half_width("簽約(一期)後") == "签约(一期)后"
