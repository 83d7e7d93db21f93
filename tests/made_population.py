"""Firms with text and codes drawn by chance, for tests of the fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

WORDS = ["光伏玻璃", "光伏组件", "有机硅", "硅橡胶", "锂电池", "电池隔膜", "羊绒纱", "纱线", "光学镜头", "工业硅"]


CITIES = ["甲", "乙", "丙", "丁"]


PLACES = {"甲": 0.0, "乙": 80.0, "丙": 200.0, "丁": 900.0}


def km(left: str, right: str) -> float:
    return abs(PLACES[left] - PLACES[right])


def instance(seed: int, firms: int = 40) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Firms with several codes of two schemes, some with text only, some with nothing."""
    rng = np.random.default_rng(seed)
    ids = [f"f{number:02d}" for number in range(firms)]
    products, codes = [], []
    for firm in ids:
        for word in rng.choice(WORDS, rng.integers(0, 4), replace=False):
            products.append((firm, word, rng.uniform(-0.2, 1.2)))
        scheme = rng.choice(["gbt4754", "shenwan", "none"], p=[0.6, 0.25, 0.15])
        for _ in range(rng.integers(1, 4) if scheme != "none" else 0):
            digits = "".join(rng.choice(list("12"), 2)) + "".join(
                rng.choice(list("12"), 4 if scheme == "shenwan" else 2)
            )
            codes.append((firm, scheme, digits))
    return (
        pd.DataFrame({"firm_id": ids, "city_key": rng.choice(CITIES, firms)}),
        pd.DataFrame(products, columns=["firm_id", "product", "share"]),
        pd.DataFrame(codes, columns=["firm_id", "scheme", "code"]).drop_duplicates(),
    )
