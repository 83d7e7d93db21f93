"""Places: containment at every level, what cannot be told, names that need their city, distances against known ones."""

from __future__ import annotations

import csv
import itertools
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaingraph.errors import UnknownNameError
from chaingraph.places import regions
from chaingraph.places.distance import bearing_degrees, distance_km
from chaingraph.places.gazetteer import gazetteer
from tests.shared_data import shared

NAN = math.nan


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("中国", ("中国",)),
        ("浙江", ("中国", "浙江")),
        ("浙江省", ("中国", "浙江")),
        ("嘉兴", ("中国", "浙江", "嘉兴")),
        ("嘉兴市", ("中国", "浙江", "嘉兴")),
        ("平湖", ("中国", "浙江", "嘉兴", "平湖")),
        ("平湖市", ("中国", "浙江", "嘉兴", "平湖")),
        ("嘉善县", ("中国", "浙江", "嘉兴", "嘉善")),
        ("南湖区", ("中国", "浙江", "嘉兴", "南湖区")),
        ("嘉兴港区", ("中国", "浙江", "嘉兴", "港区")),
        ("嘉兴经开区", ("中国", "浙江", "嘉兴", "经开区")),
        ("浙江省嘉兴市平湖市", ("中国", "浙江", "嘉兴", "平湖")),
        ("浙江 / 嘉兴", ("中国", "浙江", "嘉兴")),
        ("北京朝阳区", ("中国", "北京", "北京", "朝阳区")),
        ("上海", ("中国", "上海")),
        ("浦东新区", ("中国", "上海", "上海", "浦东新区")),
        ("江阴", ("中国", "江苏", "无锡", "江阴")),
        ("晋江", ("中国", "福建", "泉州", "晋江")),
        ("宜兴", ("中国", "江苏", "无锡", "宜兴")),
        ("张家港", ("中国", "江苏", "苏州", "张家港")),
        ("义乌", ("中国", "浙江", "金华", "义乌")),
        ("仙桃", ("中国", "湖北", "仙桃")),
        ("石河子", ("中国", "新疆", "石河子")),
        ("内蒙古自治区", ("中国", "内蒙古")),
        ("恩施土家族苗族自治州", ("中国", "湖北", "恩施")),
        ("延边州", ("中国", "吉林", "延边")),
        ("吉林", ("中国", "吉林")),
        ("吉林市", ("中国", "吉林", "吉林")),
        ("朝阳市", ("中国", "辽宁", "朝阳")),
        ("西安", ("中国", "陕西", "西安")),
        ("海门市", ("中国", "江苏", "南通", "海门区")),  # a district since 2020
        ("长三角", ("中国", "长三角")),
        ("中国台湾", ("中国", "台湾")),
        ("香港", ("中国", "香港")),
        ("德国", ("德国",)),
        ("Germany", ("德国",)),
        ("慕尼黑", ("德国", "慕尼黑")),
    ],
)
def test_a_name_gives_its_path(name: str, path: tuple[str, ...]) -> None:
    assert regions.region_path(name) == path


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("鼓楼区", "江苏南京鼓楼区"),
        ("朝阳", "北京朝阳区"),
        ("通州", "江苏南通通州区"),
        ("经开区", "浙江嘉兴经开区"),
        ("港区", "嘉兴港区"),
    ],
)
def test_a_name_that_several_bear_needs_its_city(name: str, among: str) -> None:
    with pytest.raises(UnknownNameError, match=among):
        regions.region_path(name)


def test_a_city_given_beside_settles_the_name() -> None:
    assert regions.region_path("鼓楼区", within="南京") == ("中国", "江苏", "南京", "鼓楼区")
    assert regions.region_path("港区", within="嘉兴") == ("中国", "浙江", "嘉兴", "港区")
    with pytest.raises(UnknownNameError, match="no region"):
        regions.region_path("平湖", within="南京")


def test_an_unknown_name_lists_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="嘉兴"):
        regions.region_path("嘉兴巿")  # 巿 is not 市
    with pytest.raises(UnknownNameError, match="similar names"):
        regions.region_path("")


@pytest.mark.parametrize(
    ("place", "region", "answer"),
    [
        (("中国", "浙江", "嘉兴", "平湖市"), "嘉兴", True),
        (("中国", "浙江", "嘉兴", "平湖市"), "平湖", True),
        (("中国", "浙江", "嘉兴", "平湖市"), "海宁", False),
        (("中国", "浙江", "嘉兴", NAN), "平湖", None),  # in 嘉兴, county not known
        (("中国", "浙江", "嘉兴", NAN), "浙江", True),
        (("中国", "浙江", "嘉兴", NAN), "长三角", True),
        (("中国", "浙江", "嘉兴", NAN), "中国", True),
        (("中国", "浙江", "嘉兴", NAN), "杭州", False),
        (("中国", NAN, "嘉兴", "经开区"), "嘉兴", True),
        (("中国", NAN, "嘉兴", "经开区"), "南湖区", False),
        (("中国", NAN, "嘉兴", "港区"), "嘉兴港区", True),
        (("中国", NAN, NAN, "经开区"), "嘉兴", None),  # every city has one
        (("中国", NAN, "江阴", NAN), "无锡", True),
        (("中国", NAN, "江阴", NAN), "江阴", True),
        (("中国", NAN, "江阴", NAN), "嘉兴", False),
        (("中国", "上海", "上海", NAN), "上海", True),
        (("中国", "上海市", "市辖区", "浦东新区"), "上海", True),
        (("中国", "上海", NAN, NAN), "浦东新区", None),
        (("中国", "广东", "深圳", "南山区"), "深圳", True),
        (("中国", NAN, NAN, NAN), "嘉兴", None),
        (("中国", NAN, NAN, NAN), "中国", True),
        (("中国", NAN, NAN, NAN), "德国", False),
        (("中国", "浙江", NAN, NAN), "嘉兴", None),
        (("中国", "江苏", NAN, NAN), "嘉兴", False),
        (("中国", "江苏", NAN, NAN), "长三角", True),
        (("中国", "江苏", "嘉兴", NAN), "嘉兴", None),  # contradicts itself
        (("中国", "江苏", "嘉兴", NAN), "中国", True),
        (("中国", NAN, "无此城市", NAN), "嘉兴", None),
        ((NAN, NAN, "苏州", NAN), "长三角", True),
        ((NAN, NAN, NAN, NAN), "中国", None),
        ((None, None, None, None), "嘉兴", None),
        (("德国", NAN, "慕尼黑", NAN), "嘉兴", False),
        (("德国", NAN, "慕尼黑", NAN), "德国", True),
        (("Germany", NAN, "慕尼黑", NAN), "慕尼黑", True),
        (("德国", NAN, "无此城市", NAN), "德国", True),
        (("中国台湾", NAN, "台北", NAN), "中国", True),
        (("中国台湾", NAN, "台北", NAN), "长三角", False),
        (("某国", NAN, NAN, NAN), "中国", False),
        (("中国", "海南", "海口", NAN), "海南", True),
        (("中国", NAN, "海南", NAN), "海南", True),  # the province, not the prefecture in 青海
        (("中国", "青海", "海南", NAN), "青海", True),
        (("中国", NAN, "朝阳", NAN), "辽宁", True),  # as a city: the prefecture
    ],
)
def test_containment(place: tuple[object, ...], region: str, answer: bool | None) -> None:
    assert regions.is_within(place, region) is answer


def test_containment_in_an_unknown_region_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="无此地"):
        regions.is_within(("中国", NAN, NAN, NAN), "无此地")


def test_levels_of_a_place() -> None:
    assert regions.prefecture_of(("中国", NAN, "义乌", NAN)) == "金华"
    assert regions.prefecture_of(("中国", "上海", NAN, "浦东新区")) == "上海"
    assert regions.prefecture_of(("德国", NAN, "慕尼黑", NAN)) is None
    assert regions.province_of((NAN, NAN, "嘉兴", NAN)) == "浙江"
    assert regions.province_of(("日本", NAN, "东京", NAN)) is None
    assert regions.country_of((NAN, NAN, "慕尼黑", NAN)) == "德国"
    assert regions.country_of((NAN, NAN, NAN, NAN)) is None


# Distances in km between city centres, by the great circle, as maps give them; 15 km allowed for what "centre" means.
@pytest.mark.parametrize(
    ("one", "other", "km"),
    [("嘉兴", "上海", 84), ("嘉兴", "杭州", 80), ("北京", "上海", 1068), ("广州", "深圳", 104),
     ("慕尼黑", "斯图加特", 191), ("上海", "东京", 1762), ("纽约", "伦敦", 5570), ("石河子", "上海", 3390)],
)  # fmt: skip
def test_distances(one: str, other: str, km: float) -> None:
    assert distance_km(one, other) == pytest.approx(km, abs=15)
    assert distance_km(other, one) == pytest.approx(distance_km(one, other))


def test_distance_takes_places_and_points_and_says_nan_where_unknown() -> None:
    port = ("中国", "浙江", "嘉兴", "港区")
    assert 25 < distance_km(port, "嘉兴") < 45
    assert distance_km((30.751, 120.7636), "嘉兴") == pytest.approx(0, abs=0.1)
    for unknown in (None, "无此地", ("中国", "浙江", NAN, NAN), (NAN, 120.0), NAN):
        assert math.isnan(distance_km(unknown, "嘉兴"))
    assert math.isnan(bearing_degrees("嘉兴", "嘉兴"))


def test_bearing() -> None:
    assert bearing_degrees((0, 0), (0, 1)) == pytest.approx(90)
    assert bearing_degrees((0, 0), (-1, 0)) == pytest.approx(180)
    assert 20 < bearing_degrees("嘉兴", "上海") < 70  # north-east
    assert 200 < bearing_degrees("嘉兴", "杭州") < 250  # south-west


def test_coordinates_say_whether_they_are_approximate() -> None:
    assert regions.coordinates("嘉兴") == (30.751, 120.7636, False)
    munich = regions.coordinates("慕尼黑", "德国")
    assert munich is not None
    assert munich[2] is True
    assert regions.coordinates("慕尼黑", "日本") is None
    assert regions.coordinates("浙江") is None  # a province is no point
    county = regions.place_coordinates(("中国", "浙江", "嘉兴", "无此区"))
    assert county == (30.751, 120.7636, False)  # known to the city only: the city's own


def test_wrong_coordinates_of_the_source_are_not_there() -> None:
    """铁门关 stood in 重庆, 三沙 in 荆州, the cities under a province all in its capital, 东乡 of 甘肃 in 江西."""
    for name, province, latitude in (("铁门关", "新疆", 41.9), ("三沙", "海南", 16.8), ("潜江", "湖北", 30.4)):
        found = regions.coordinates(name)
        assert found is not None
        assert found[0] == pytest.approx(latitude, abs=0.1)
        assert regions.region_path(name)[1] == province
    dongxiang = regions.place_coordinates(("中国", "甘肃", "临夏", "东乡"))
    linxia = regions.coordinates("临夏回族自治州")
    assert dongxiang is not None
    assert linxia is not None
    assert dongxiang[:2] == linxia[:2]
    assert dongxiang[2] is True


def test_capitals_are_where_provinces_are_governed() -> None:
    named = (
        "北京 天津 石家庄 太原 呼和浩特 沈阳 长春 哈尔滨 上海 南京 杭州 合肥 福州 南昌 济南 郑州 武汉 长沙 广州 南宁 "
        "海口 重庆 成都 贵阳 昆明 拉萨 西安 兰州 西宁 银川 乌鲁木齐"
    )
    beyond = {"香港", "澳门", "台北"}
    assert regions.capitals() == set(named.split()) | beyond
    assert len(named.split()) == 31


def test_every_county_lies_near_its_prefecture_and_inside_the_country() -> None:
    far = []
    for path, place in gazetteer().places.items():
        if path[0] != "中国" or place.point is None:
            continue
        assert 3 < place.point[0] < 54, path
        assert 73 < place.point[1] < 136, path
        if len(path) == 4 and path[2] != "三沙" and "格尔木" not in path[3]:
            distance = distance_km(place.point, regions.place_coordinates((*path[:3], NAN)))
            if distance > 700:
                far.append((path, distance))
    assert far == []


def test_place_names_for_product_text() -> None:
    names = regions.place_names()
    assert {"浙江", "嘉兴", "平湖", "内蒙古", "江阴"} <= set(names)
    assert "南海" not in names
    assert "嘉善" not in names  # a county is no city
    assert all(len(one) >= len(other) for one, other in itertools.pairwise(names))


@given(
    st.lists(
        st.sampled_from(
            [NAN, None, "", " ", "中国", "浙江", "嘉兴", "平湖市", "上海", "德国", "x" * 10_000, "'; DROP", 3]
        ),
        min_size=4,
        max_size=4,
    )
)
def test_any_place_gives_an_answer(place: list[object]) -> None:
    regions.region_path("Dresden")  # the tables are read once; that is not what is timed here
    assert regions.is_within(place, "嘉兴") in {True, False, None}
    assert isinstance(regions.path_of(place), tuple)


@pytest.mark.shared
def test_every_place_of_the_reference_is_known_and_fast() -> None:
    with shared("reference/jiaxing/firms.csv").open(encoding="utf-8") as file:
        places = [(row["country"], None, row["city"] or None, row["district"] or None) for row in csv.DictReader(file)]
    regions.is_within(places[0], "嘉兴")
    start = time.perf_counter()
    answers = [regions.is_within(place, "嘉兴") for place in places]
    assert time.perf_counter() - start < 0.25
    assert None not in answers
    assert answers.count(True) == sum(place[2] == "嘉兴" for place in places)
    assert [place for place in places if regions.place_coordinates(place) is None] == []


@pytest.mark.parametrize(
    ("name", "english"),
    [("嘉兴", "Jiaxing"), ("海盐县", "Haiyan"), ("南湖区", "Nanhu District"), ("重庆", "Chongqing"),
     ("陕西", "Shaanxi"), ("六安", "Lu'an"), ("慕尼黑", "Munich"), ("Zug", "Zug"), ("=cmd", "=cmd"),
     ("长三角", "Yangtze River Delta")],
)  # fmt: skip
def test_places_have_english_names(name: str, english: str) -> None:
    assert regions.place_text(name, "en") == english
    assert regions.place_text(name, "zh") == name
