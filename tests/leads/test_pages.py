"""Whom, where, when and how much: as pages of newspapers and exchanges tell it, in sentences of our own."""

from __future__ import annotations

import pytest

from chaingraph.leads.sentences.aliases import aliases_of
from chaingraph.leads.sentences.namings import text_aliases
from chaingraph.leads.sentences.where import joined, places_in
from tests.made_leads import facts, told


@pytest.mark.parametrize(
    ("body", "firms"),
    [
        # A subsidiary that acts is whom the text is about; one that is set up, sold or ended is not.
        ("甲环股份(300999.SZ)公告,公司全资子公司乙环光能拟在滁州投资建设组件项目,总投资6亿元。", ["乙环光能"]),
        ("甲环股份公告,公司全资子公司宁波乙环光能有限公司以900万元竞得慈溪一宗工业用地。", ["宁波乙环光能有限公司"]),
        ("甲环股份公告,公司同意终止全资子公司乙环光能对外投资建设滁州组件项目。", ["甲环股份"]),
        # The partner of a contract is the other side.
        ("甲环股份公告,公司与苏州丙特电子有限公司签署投资协议,投资5亿元建设传感器工厂。", ["甲环股份"]),
        # A builder is not who invests.
        ("6月3日,由丁宏建设公司承建的越岚电子传感器生产线项目开工。", ["越岚电子"]),
        # Firms by which projects are called, in a row.
        ("6月8日,嘉善县越岚电子传感器生产、环浦机电技改等6个项目集中开工。", ["越岚电子", "环浦机电"]),
        ("总投资3亿元的湖北越岚锂能电池项目在黄石开工。", ["湖北越岚锂能"]),
        ("比亚迪电池二期项目首条生产线下线,总投资70亿元。", ["比亚迪"]),
        # Words of trades alone are no firm.
        ("总投资3亿元的智能装备项目在黄石开工,新能源汽车项目投产。", []),
        ("市领导召开公司上市会议,公司决定扩建工厂,总投资3亿元,项目开工。", []),
        ("越岚电子:拟12亿元投建新基地", ["越岚电子"]),
        ("日本卫浴巨头KAWANE宣布关闭上海工厂。", ["KAWANE"]),
        ("无锡华东光能科技有限公司在亳州签约建厂。", ["无锡华东光能科技有限公司"]),
        ("越岚股份公告,全资子公司由丁宏投资公司、丙特投资公司共同投资4亿元在慈溪建设工厂。", ["越岚股份"]),
        ("投资10亿元的越岚医疗器械项目、投资2亿元的环浦机电项目开工。", ["越岚医疗", "环浦机电"]),
        ("增产使得公司项目开工,要求公司停产。", []),
        ("越岚股份公告,公司竞得慈溪一宗住宅用地。", []),
        ("国家丁投黄海公司与嘉善县政府签订了光伏项目投资协议。", ["国家丁投黄海公司"]),
    ],
)
def test_whom_a_page_is_about(body: str, firms: list[str]) -> None:
    assert [fact.firm for fact in facts(body)] == firms


def test_a_short_name_stands_for_the_name_it_was_given_for() -> None:
    body = "宁波越岚新材料有限公司(以下简称“越岚新材”)在慈溪建厂。越岚新材已竞得土地。"
    assert {fact.firm for fact in facts(body)} == {"宁波越岚新材料有限公司"}


def test_of_two_firms_of_one_group_a_core_means_neither() -> None:
    body = "宁波越岚电子有限公司与嘉兴越岚电子有限公司"
    assert "越岚电子" not in text_aliases(body)
    assert aliases_of("宁波越岚电子有限公司", [(0, 10)])["越岚电子"] == "宁波越岚电子有限公司"


def test_a_project_that_is_over_takes_its_plan_with_it() -> None:
    body = (
        "越岚股份(300999.SZ)6月10日晚间公告,公司拟终止在四川宜宾投资建设的结构件项目。"
        "公司于2024年1月24日签署《投资协议》,在四川宜宾投资建设结构件项目,投资总金额为5亿元。"
    )
    (fact,) = facts(body)
    assert (fact.kind, fact.date, fact.place) == ("ended", "2025-06-10", "四川宜宾")
    assert fact.amount is not None
    assert fact.amount.million == 500


def test_a_project_that_went_elsewhere_keeps_the_new_one() -> None:
    body = "越岚股份公告,公司终止合肥电池项目。公司已与滁州签订投资协议,在滁州建设电池基地。"
    assert [fact.stage for fact in facts(body)] == ["ended", "signed"]


@pytest.mark.parametrize(
    ("sentence", "stage"),
    [
        ("宁波越岚电子有限公司与慈溪签约的项目,建成投产后可年产5万吨", "signed"),
        ("宁波越岚电子有限公司的新厂预计2026年6月正式投产", "announced"),
        ("宁波越岚电子有限公司扩产项目进展顺利,厂房已建成,设备进场安装", "started"),
        ("宁波越岚电子有限公司首批电芯在慈溪工厂下线", "producing"),
        ("宁波越岚电子有限公司与慈溪签订框架协议,投资建设工厂,双方代表签约", "negotiating"),
    ],
)
def test_how_far_a_project_has_come(sentence: str, stage: str) -> None:
    assert [fact.stage for fact in facts(sentence + "。") if fact.kind == "expansion"] == [stage]


def test_what_was_never_begun_and_a_contract_for_land_are_no_stage() -> None:
    assert not told("宁波越岚电子有限公司的工厂一直没有投产。")
    assert [
        kind for _, kind, *_ in told("越岚股份公告,公司竞得慈溪工业用地。公司6月2日签署《土地使用权出让合同》。")
    ] == ["land"]


@pytest.mark.parametrize(
    ("text", "place", "path"),
    [
        ("a new plant in Danville, Virginia. The site", "Danville, Virginia", ("美国", "丹维尔(VA)")),
        ("its Hopeville, S.C., plant", "Hopeville, S.C.", ("美国", "南卡罗来纳")),
        ("a plant in Georgia", "Georgia", ("美国", "佐治亚州")),
        ("a plant in Reynosa, Mexico", "Reynosa, Mexico", ("墨西哥", "雷诺萨")),
        ("落户成都高新区", "成都高新区", ("中国", "四川", "成都")),
        ("在威海南海新区开工", "威海南海新区", ("中国", "山东", "威海")),
    ],
)
def test_a_place_with_what_it_lies_in(text: str, place: str, path: tuple[str, ...]) -> None:
    (found,) = joined(places_in(text), text)
    assert (found.text, found.path) == (place, path)


def test_a_zone_ends_where_another_place_begins() -> None:
    text = "实施地点由苏州吴江区变更为上海市浦东新区"
    assert [place.path[-1] for place in joined(places_in(text), text)] == ["吴江区", "浦东新区"]


@pytest.mark.parametrize(
    ("sentence", "million", "currency"),
    [
        ("宁波越岚电子有限公司拟在慈溪建厂,总投资约22亿,用地80亩。", 2200, "CNY"),
        ("宁波越岚电子有限公司在慈溪开工,一期工程投资3亿元。", 300, "CNY"),
        ("Acme Foods opened a new plant in Ohio. The facility represents a $12.6 billion investment.", 12600, "USD"),
        ("Acme Foods To Build $2B Factory In South Carolina", 2000, "USD"),
    ],
)
def test_how_much(sentence: str, million: float, currency: str) -> None:
    (fact,) = facts(sentence)
    assert fact.amount is not None
    assert (fact.amount.million, fact.amount.currency) == (million, currency)


def test_square_feet_are_told_in_square_metres() -> None:
    (fact,) = facts("Acme Foods opened a new plant in Ohio. The 100,000-square-foot facility is its largest.")
    assert fact.floor_m2 == 9290.3


@pytest.mark.parametrize(
    ("body", "published", "day"),
    [
        ("20日,宁波越岚电子有限公司在慈溪签约建厂。", "2025-06-21", "2025-06-20"),
        ("28日,宁波越岚电子有限公司在慈溪签约建厂。", "2025-07-02", "2025-06-28"),
        ("近日,宁波越岚电子有限公司完成A轮融资。", "2018", "2018"),
        ("6月22日,宁波越岚电子有限公司在慈溪签约建厂。", "2021-06", "2021-06-22"),
        ("越岚股份6月4日在互动平台表示,公司慈溪新厂已经投产。", "2025-06-04", None),
        ("宁波越岚电子有限公司一期工厂2018年3月动工、2019年9月投产。", "2021-07-02", "2019-09"),
        ("Acme Foods opened a plant in Ohio on Oct. 25, 2024.", "2025-01", "2024-10-25"),
        ("Acme Foods raised $20 million in late August.", "2023-09-26", "2023-08"),
    ],
)
def test_when(body: str, published: str, day: str | None) -> None:
    assert [fact.date for fact in facts(body, published)] == [day]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("Acme Foods has officially abandoned its plans for a factory in Ohio.", ["ended"]),
        ("Acme Foods plans to cut approximately 11,000 additional jobs.", ["downsizing"]),
        ("Automaker Acme Motors said on Wednesday it will close a plant in Windsor, Canada.", ["downsizing"]),
        ("越岚股份公告,公司收到某车企的定点通知书。该项目生命周期总金额7亿元,预计2026年开始量产。", ["customer_win"]),
        ("越岚股份公告,公司拟以3800万元转让子公司51%股权。", ["divestment"]),
        ("越岚股份公告,公司拟将公司名称由“宁波越岚电子股份有限公司”变更为“越岚集团股份有限公司”。", ["renamed"]),
        ("我局拟对宁波越岚电子有限公司扩产项目、慈溪环浦机械厂新建项目环境影响报告表作出批复。", ["filing", "filing"]),
    ],
)
def test_what_happened(body: str, kinds: list[str]) -> None:
    assert [fact.kind for fact in facts(body)] == kinds
