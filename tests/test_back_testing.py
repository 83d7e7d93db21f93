"""The back-test of a notebook is the back-test: the same figures and sentences as by its parts."""

from __future__ import annotations

import pandas as pd

import chaingraph as cg
from chaingraph.back_testing import back_test, tell_back_test
from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import as_json, backtest
from chaingraph.backtest.reading import reading
from chaingraph.engines.duckdb import open_engine
from chaingraph.places.distance import distance_km


def test_figures_and_sentences_are_those_of_the_parts() -> None:
    cities, trades = ("嘉兴", "苏州", "宁波"), ("光伏组件", "服装面料", "汽车零部件")
    firms = [
        {
            "firm_id": f"F{n:03}",
            "firm": "",
            "city": cities[n % 3],
            "listed": str(2000 + n % 20),
            "industry_scheme": "shenwan",
            "industry": f"{11 + n % 5}0101",
        }
        for n in range(120)
    ]
    products = [{"firm_id": f"F{n:03}", "product": trades[n % 3 if n % 4 else n % 2]} for n in range(120)]
    tables = {"firms": pd.DataFrame(firms), "firm_products": pd.DataFrame(products)}
    found = back_test(tables, seeds=[3])
    alone = backtest(tables, "hide30", [3], panel=panel_of(tables, distance_km, open_engine))
    assert as_json(found) == as_json(alone)
    assert tell_back_test(found, "宁波", lang="en") == reading(alone, "宁波", "en")
    assert cg.back_test is back_test
