"""Places as English texts call them."""

from __future__ import annotations

import pytest

from chaingraph.places.english import place_in_english


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("南湖区", "Nanhu District"),
        ("港区", "Port Area"),
        ("嘉兴经开区", "Jiaxing Economic Development Zone"),
        ("嘉兴经济技术开发区", "Jiaxing Economic and Technological Development Zone"),
        ("浙江桐乡经济开发区", "Tongxiang Economic Development Zone"),
        ("浙江南湖经济开发区", "Nanhu Economic Development Zone"),
        ("苏州工业园区", "Suzhou Industrial Park"),
        ("上海市浦东新区", "Pudong New Area, Shanghai"),
        ("武汉东湖高新区", "Donghu High-tech Zone, Wuhan"),
        ("平湖市新仓镇", "Xincang Town, Pinghu"),
        ("曹桥街道", "Caoqiao Subdistrict"),
        ("中国台湾", "Taiwan, China"),
        ("柬埔寨金边", "Phnom Penh, Cambodia"),
        ("美国宾夕法尼亚", "Pennsylvania, United States"),
        ("江苏盐城滨海", "Binhai, Yancheng"),
        ("日本、美国", "Japan, United States"),
        ("嘉兴临空经济区(秀洲)", "Jiaxing Airport Economic Zone (Xiuzhou)"),
        ("Haining", "Haining"),
    ],
)
def test_a_place_is_said_from_the_smallest_unit_outwards(name: str, expected: str) -> None:
    assert place_in_english(name) == expected


@pytest.mark.parametrize("name", ["浙江中德工业园", "马家浜健康食品小镇", "某处", "浙江独山港经济开发区"])
def test_what_is_not_known_is_not_made_up(name: str) -> None:
    assert place_in_english(name) == name
