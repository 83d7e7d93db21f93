"""Constructed units of 2000 to 2012: two trades, each at home in half of the cities; the same call, the same rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CITIES = {"weave": ("苏州", "南通", "杭州", "嘉兴"), "chips": ("深圳", "东莞", "武汉", "合肥")}
_WORDS = {"weave": ("织造", "印染", "纺织", "化纤"), "chips": ("晶圆", "电路", "芯片", "封装")}
_STYLE = {"weave": "恒久远大", "chips": ""}


def unit_rows(*, styled: bool = False, per_city: int = 60, seed: int = 0) -> pd.DataFrame:
    """Rows of a list of units: parent, unit, city, date, currency, amount_10k.

    ``styled``: a name tells its city by a style alone, four letters of praise, its trade by chance.
    """
    draw = np.random.default_rng(seed)
    rows = []
    for trade, cities in CITIES.items():
        for place, city in enumerate(cities):
            for number in range(per_city):
                other = "chips" if trade == "weave" else "weave"
                held = draw.choice(["weave", "chips"]) if styled else trade if draw.random() < 0.85 else other
                brand = "".join(draw.choice(list("安博晨达恩丰高宏佳凯利美诺普瑞圣泰维新源"), 2))
                word = draw.choice(_WORDS[held])
                form = _STYLE[trade] if styled else ""
                rows.append(
                    {
                        "parent": f"{held}{number % 40}集团" if number % 2 else None,
                        "unit": f"{brand}{word}{form}({city})有限公司",
                        "city": city,
                        "date": f"{2000 + (number + 3 * place) % 13}-{1 + number % 12:02d}-15",
                        "currency": ("美元", "日元", None)[number % 3 if trade == "weave" else (number + 1) % 2],
                        "amount_10k": float(100 + 10 * number),
                        "manufacturing_scope": "1",
                    }
                )
    return pd.DataFrame(rows).sample(frac=1, random_state=seed).reset_index(drop=True)


def write_units(path: Path, **options: bool) -> Path:
    """The rows as a CSV file."""
    unit_rows(**options).to_csv(path, index=False)
    return path


def write_movers(path: Path, *, groups: int = 1600, seed: int = 0) -> Path:
    """Units of groups in eight cities, 1990 to 2012: who is in many provinces comes to further cities more often."""
    draw = np.random.default_rng(seed)
    places = [city for cities in CITIES.values() for city in cities]
    rows = []
    for number in range(groups):
        at = [str(draw.choice(places))]
        rows.append((number, at[0], 1990 + number % 8))
        for year in range(1998, 2013):
            if draw.random() < 0.012 * len(at) ** 2 and len(at) < len(places):
                at.append(str(draw.choice([place for place in places if place not in at])))
                rows.append((number, at[-1], year))
    filler = [(groups + n, place, year) for year in range(1998, 2013) for n, place in enumerate(places)]
    units = [
        {"parent": f"构造{group}集团", "unit": f"构造{group}机械({city}{year})有限公司", "city": city,
         "date": f"{year}-06-15", "manufacturing_scope": "1"}
        for group, city, year in [*rows, *filler]
    ]  # fmt: skip
    pd.DataFrame(units).to_csv(path, index=False)
    return path
