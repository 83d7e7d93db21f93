"""Which firm is meant by what a person writes."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.matching.asked_name import find_firm

FIRMS = pd.DataFrame(
    {
        "firm_id": ["603229", "002020", "b1", "b2"],
        "firm": [
            "浙江奥翔药业股份有限公司",
            "浙江京新药业股份有限公司",
            "台州甲一泵业有限公司",
            "台州甲一阀门有限公司",
        ],
        "firm_en": ["Aoxiang Pharma", None, None, None],
        "aliases": [None, "京新", None, None],
        "former_names": [None, "上虞京新制药", None, None],
        "stock_code": ["603229", "002020", None, None],
    }
)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("603229", "603229"), ("奥翔药业", "603229"), ("奥翔", "603229"), ("aoxiang  pharma", "603229"),
        ("京新", "002020"), ("上虞京新制药", "002020"), ("浙江京新药业股份有限公司 ", "002020"), ("甲一泵业", "b1"),
        ("台州泵业", "b1"),
    ],
)  # fmt: skip
def test_short_former_and_other_names_find_the_firm(asked: str, meant: str) -> None:
    assert find_firm(FIRMS, asked) == meant


def test_a_name_of_several_or_of_none_is_refused_with_those_that_are_near() -> None:
    with pytest.raises(UnknownNameError, match=r"台州甲一泵业有限公司\(b1\)、台州甲一阀门有限公司\(b2\)"):
        find_firm(FIRMS, "台州甲一")
    with pytest.raises(UnknownNameError, match="similar names: 浙江奥翔药业股份有限公司"):
        find_firm(FIRMS, "奥祥药业股份")
