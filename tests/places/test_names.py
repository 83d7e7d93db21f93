"""What a name means: zones, pinyin and English names, codes of countries, places abroad, names that several bear."""

from __future__ import annotations

import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.places.gazetteer import rows


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("台州湾新区", ("中国", "浙江", "台州", "台州湾新区")),
        ("台州经济开发区", ("中国", "浙江", "台州", "经开区")),
        ("台州经济技术开发区", ("中国", "浙江", "台州", "经开区")),
        ("海宁经济开发区", ("中国", "浙江", "嘉兴", "海宁", "经开区")),
        ("浙江省嘉兴市海宁市经济开发区", ("中国", "浙江", "嘉兴", "海宁", "经开区")),
        ("嘉兴综合保税区", ("中国", "浙江", "嘉兴", "综保区")),
        ("合肥高新区", ("中国", "安徽", "合肥", "合肥高新技术产业开发区")),
        ("合肥高新技术产业开发区", ("中国", "安徽", "合肥", "合肥高新技术产业开发区")),
        ("合肥新站高新区", ("中国", "安徽", "合肥", "合肥新站高新技术产业开发区")),
        ("杭州湾新区", ("中国", "浙江", "宁波", "前湾新区")),  # of Ningbo, though it begins with 杭州
        ("滨海新区", ("中国", "天津", "天津", "滨海新区")),
        ("绍兴滨海新区", ("中国", "浙江", "绍兴", "绍兴滨海新区")),
        ("光谷", ("中国", "湖北", "武汉", "东湖高新区")),
        ("桐乡市乌镇镇", ("中国", "浙江", "嘉兴", "桐乡", "乌镇镇")),
        ("浙江自贸区", ("中国", "浙江")),
        ("Hefei High-tech Zone", ("中国", "安徽", "合肥", "合肥高新技术产业开发区")),
        ("Suzhou Industrial Park", ("中国", "江苏", "苏州", "苏州工业园区")),
        ("Jiaxing", ("中国", "浙江", "嘉兴")),
        ("JIAXING CITY", ("中国", "浙江", "嘉兴")),
        ("Jiaxing, Zhejiang, China", ("中国", "浙江", "嘉兴")),
        ("Hefei", ("中国", "安徽", "合肥")),
        ("Shenzhen", ("中国", "广东", "深圳")),
        ("Xi'an", ("中国", "陕西", "西安")),
        ("Suzhou", ("中国", "江苏", "苏州")),
        ("Chaoyang, Beijing", ("中国", "北京", "北京", "朝阳区")),
        ("Nanhu District", ("中国", "浙江", "嘉兴", "南湖区")),
        ("Hong Kong", ("中国", "香港")),
        ("Hong Kong, China", ("中国", "香港")),
        ("Taiwan", ("中国", "台湾")),
        ("Hsinchu", ("中国", "台湾", "新竹")),
        ("TWN", ("中国", "台湾")),
        ("CHN", ("中国",)),
        ("JPN", ("日本",)),
        ("germany", ("德国",)),
        ("Dresden", ("德国", "德累斯顿")),
        ("德累斯顿", ("德国", "德累斯顿")),
        ("München", ("德国", "慕尼黑")),
        ("Munich, Germany", ("德国", "慕尼黑")),
        ("Veldhoven", ("荷兰", "费尔德霍芬")),
        ("Turin", ("意大利", "都灵")),
        ("Torino", ("意大利", "都灵")),
        ("Kumamoto", ("日本", "熊本")),
        ("福冈", ("日本", "福冈")),
        ("Ulsan", ("韩国", "蔚山")),
        ("Penang", ("马来西亚", "槟城")),
        ("Bavaria", ("德国", "巴伐利亚")),
        ("Bayern", ("德国", "巴伐利亚")),
        ("Austin, TX", ("美国", "奥斯汀")),
        ("圣保罗", ("巴西", "圣保罗")),  # ten times the people of Saint Paul
        ("大田", ("中国", "福建", "三明", "大田")),  # of China before Daejeon
    ],
)
def test_a_name_gives_its_path(name: str, path: tuple[str, ...]) -> None:
    assert regions.region_path(name) == path


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (("DEU", None, "Dresden", None), ("德国", "德累斯顿")),
        (("United Kingdom", None, "Cambridge", None), ("英国", "剑桥")),
        (("美国", None, "哥伦布", None), ("美国", "哥伦布")),  # typed in, before the larger one of Ohio
        (("美国", "Ohio", "Columbus", None), ("美国", "哥伦布(OH)")),
        (("韩国", None, "大田", None), ("韩国", "大田")),
        (("中国", "Anhui", "Suzhou", None), ("中国", "安徽", "宿州")),
        (("China", "Zhejiang", "Jiaxing", "Haining"), ("中国", "浙江", "嘉兴", "海宁")),
        (("Taiwan", None, "Hsinchu", None), ("中国", "台湾", "新竹")),
        (("中国", None, "合肥", "高新区"), ("中国", "安徽", "合肥", "合肥高新技术产业开发区")),
        (("中国", None, "台州", "台州湾新区"), ("中国", "浙江", "台州", "台州湾新区")),
        (("中国", None, "台州湾新区", None), ("中国", "浙江", "台州", "台州湾新区")),
    ],
)
def test_columns_give_a_path(place: tuple[str | None, ...], path: tuple[str, ...]) -> None:
    assert regions.path_of(place) == path


@pytest.mark.parametrize(
    ("name", "among"),
    [("Cambridge", "英国剑桥"), ("Taizhou", "江苏泰州"), ("Taizhou", "浙江台州"), ("Springfield", "斯普林菲尔德")],
)
def test_what_several_bear_is_not_guessed(name: str, among: str) -> None:
    with pytest.raises(UnknownNameError, match=among):
        regions.region_path(name)


@pytest.mark.parametrize("name", ["湾新区", "高新区", "嘉兴乌有县", "Atlantis", "x" * 300])
def test_what_nobody_knows_is_not_guessed(name: str) -> None:
    with pytest.raises(UnknownNameError, match="no region"):
        regions.region_path(name)


@pytest.mark.parametrize(
    ("place", "region", "inside"),
    [
        (("德国", None, "慕尼黑", None), "Bavaria", True),
        (("德国", None, "Dresden", None), "Bavaria", False),
        (("德国", None, "某镇", None), "Bavaria", None),
        (("日本", None, "熊本", None), "Bavaria", False),
        (("中国", None, "台州", "台州湾新区"), "台州", True),
        (("中国", None, "台州", "台州湾新区"), "椒江区", None),  # the zone lies across districts
        (("中国", None, "台州", "椒江区"), "台州湾新区", None),
        (("中国", None, "温州", None), "台州湾新区", False),
        (("中国", None, "台州", "临海"), "临海市", True),
        (("中国", None, "台州", "临海市"), "临海", True),
    ],
)
def test_containment_of_zones_and_states(place: tuple[str | None, ...], region: str, inside: bool | None) -> None:
    assert regions.is_within(place, region) is inside


def test_cities_abroad_have_coordinates_and_english_names() -> None:
    assert regions.coordinates("Dresden") == (51.05, 13.74, True)
    assert 800 < distance_km("Ulsan", "嘉兴") < 1000
    assert regions.place_text("德累斯顿", "en") == "Dresden"
    assert regions.place_text("新竹", "en") == "Hsinchu"
    assert regions.place_text("朝阳区", "en") == "Chaoyang District"


def test_every_large_city_of_the_table_is_found_in_its_country() -> None:
    cities = [row for row in rows("cities") if int(row["people"]) >= 1_000_000]
    assert len(cities) > 300
    lost = [
        (row["country"], row["city_en"])
        for row in cities
        if regions.path_of((row["country"], None, row["city_en"], None)) != (row["country"], row["city"])
    ]
    assert lost == []
    assert all(path[0] for path in (regions.path_of((row["country"], None, None, None)) for row in cities))


def test_every_zone_of_the_list_lies_in_its_city() -> None:
    for row in rows("zones"):
        for name in filter(None, (row["zone"], *row["aliases"].split(";"))):
            assert regions.is_within((None, None, name, None), row["city"]) is True, name
