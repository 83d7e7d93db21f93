"""A constructed national case, for tests of runs that compare with one."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables

CITIES = (("浙江", "嘉兴"), ("浙江", "杭州"), ("江苏", "苏州"), ("安徽", "合肥"), ("广东", "深圳"))


def national_case() -> ChainGraph:
    """A national case of 60 firms in five cities: products as in the toy case, codes of their own."""
    tables = toy_tables()
    named = list(tables["firm_segments"]["product"])
    firms = pd.DataFrame(
        {
            "firm_id": [f"N{number:02d}" for number in range(60)],
            "firm": [f"构造第{number}企业" for number in range(60)],
            "country": "中国",
            "province": [CITIES[number % 5][0] for number in range(60)],
            "city": [CITIES[number % 5][1] for number in range(60)],
            "industry_scheme": "gbt4754",
            "industry": [("3825", "3824", "3463", "3091")[number % 4] for number in range(60)],
        }
    )
    products = pd.DataFrame(
        [(f"N{number:02d}", named[(number * step) % len(named)]) for number in range(60) for step in (1, 3)],
        columns=["firm_id", "product"],
    ).drop_duplicates()
    held = {name: tables[name].iloc[:0] for name in tables if name not in ("chains", "segments")}
    for name, rows in (("firms", firms), ("firm_products", products)):
        held[name] = rows.reindex(columns=tables[name].columns).astype(tables[name].dtypes)
    return ChainGraph("national", held | {name: tables[name] for name in ("chains", "segments")})
