"""Firms named without their legal form; words of running text are none."""

from __future__ import annotations

import time

import pytest

from chaingraph.leads.sentences.short_names import short_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("甲环科技(300999.SZ)8月4日在投资者互动平台表示", ["甲环科技"]),
        ("智通财经APP讯,乙能股份(688999.SH)公告,拟终止项目", ["乙能股份"]),
        ("格隆汇8月7日丨丙太阳(000999.SZ)宣布", ["丙太阳"]),
        ("ST丁达发布公告称,法院决定预重整", ["ST丁达"]),
        ("丁升股份3月25日晚间公告,公司竞得土地", ["丁升股份"]),
        ("Berlin-based Solar Made opened its new plant in Texas.", ["Solar Made"]),
        ("Acme Foods, a maker of snacks, has announced plans.", ["Acme Foods"]),
        ("Last year was good. Beta Cells will permanently close its plant.", ["Beta Cells"]),
        ("公司公告,双方表示将继续合作", []),
        ("市政府宣布,该项目拟投资10亿元", []),
        ("The company announced plans. They raised prices.", []),
        ("增长了12%(2024年)", []),
    ],
)
def test_names_without_a_legal_form(text: str, names: list[str]) -> None:
    assert [text[start:end].strip() for start, end in short_names(text)] == names


@pytest.mark.parametrize("piece", ["甲", "A", "Ab ", "甲(", "And Bb, "])
def test_a_megabyte_without_a_full_stop_is_read_in_time(piece: str) -> None:
    started = time.perf_counter()
    list(short_names(piece * (200_000 // len(piece))))
    assert time.perf_counter() - started < 5
