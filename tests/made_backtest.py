"""Cities with a trade of their own, for tests of the back-test."""

from __future__ import annotations

import numpy as np
import pandas as pd

TRADES = {"甲": ("纺织", "110101"), "乙": ("光学", "220101"), "丙": ("化工", "330101"), "丁": ("电池", "440101")}


PLACES = {"甲": 0.0, "乙": 120.0, "丙": 250.0, "丁": 900.0}


def km(left: str, right: str) -> float:
    return abs(PLACES[left] - PLACES[right])


def tables(firms: int = 160, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Cities with a trade of their own, in which six in ten of their firms work; later firms likewise."""
    rng = np.random.default_rng(seed)
    rows, products = [], []
    for number in range(firms):
        city = list(TRADES)[number % 4]
        trade = city if rng.random() < 0.6 else rng.choice(list(TRADES))
        word, code = TRADES[trade]
        rows.append(
            {
                "firm_id": f"f{number:03d}",
                "firm": f"{word}{number}",
                "city": city,
                "industry_scheme": "shenwan",
                "industry": code[:4] + f"{rng.integers(1, 4):02d}",
                "listed": f"{rng.integers(2005, 2021)}-05-01",
            }
        )
        products.append(
            {"firm_id": f"f{number:03d}", "product": word + rng.choice(["机械", "材料", "零件"]), "share": 1.0}
        )
    named = ["纺织材料", "化工材料", "电池", "零件"]
    return {
        "firms": pd.DataFrame(rows),
        "firm_products": pd.DataFrame(products),
        "products": pd.DataFrame({"product_id": ["p0", "p1", "p2", "p3"], "product": named}),
        "product_links": pd.DataFrame(
            {"from_product_id": ["p1", "p1", "p3"], "to_product_id": ["p0", "p2", "p2"], "kind": "input"}
        ),
    }
