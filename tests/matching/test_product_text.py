from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.matching.product_text import clean_product, is_bare_activity, product_weights, split_products


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("嘉兴光伏玻璃", "光伏玻璃"), ("光伏玻璃\uff08超白\uff09", "光伏玻璃"), ("光伏玻璃(3.2 mm)板", "光伏玻璃板"),
        ("南海诸岛砂", "南海诸岛砂"), ("平衡项目", ""), ("分部间抵消", ""), ("其他业务", ""), ("服务", ""),
        ("维修服务", "维修服务"),         ("纱", ""), ("浙江", ""), ("3D 打印", "D打印"),
    ],
)  # fmt: skip
def test_what_is_compared_of_a_product_name(written, compared):
    assert clean_product(written) == compared


def test_a_cell_may_list_products_but_a_bracket_is_one():
    assert split_products("环氧、芳纶;工程塑料/\uff08PA\uff0cPC\uff09") == ["环氧", "芳纶", "工程塑料"]


def test_an_end_said_once_for_two_is_not_cut_off() -> None:
    assert split_products("齿轮及齿轮减、变速箱制造、高、中、低压电器") == [
        "齿轮及齿轮减、变速箱制造",
        "高、中、低压电器",
    ]
    assert split_products("制冷、空调设备") == ["制冷", "空调设备"]
    assert [is_bare_activity(text) for text in ("生产", "研发、生产和销售", "水泵生产", "生产线")] == [
        True,
        True,
        False,
        False,
    ]


def test_weights_are_clipped_merged_and_add_up():
    products = pd.DataFrame(
        {
            "firm_id": ["a", "a", "a", "a", "b", "b", "c"],
            "product": ["浙江纱线", "纱线", "面料", "内部抵销", "镜头、光学镜片", "模组", "合计"],
            "share": [0.5, -3.0, 0.25, 0.9, None, None, 1.0],
        }
    )
    weights = product_weights(products)
    assert weights[["firm_id", "text"]].to_numpy().tolist() == [
        ["a", "纱线"],
        ["a", "面料"],
        ["b", "光学镜片"],
        ["b", "模组"],
        ["b", "镜头"],
    ]
    assert weights["weight"].round(4).tolist() == [0.6667, 0.3333, 0.3333, 0.3333, 0.3333]
    assert weights.loc[0, "product"] == "浙江纱线"
