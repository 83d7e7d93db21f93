"""What the protocols on firms that came say and do not say, in sentences."""

from __future__ import annotations

import numpy as np

from chaingraph.backtest.past import LEAST, Past
from chaingraph.labels import text


def past_reading(result: Past, lang: str = "zh") -> list[str]:
    """What the look back says, in sentences; shares from `LEAST` new comers on, counts below.

    Examples
    --------
    >>> import pandas as pd
    >>> from chaingraph.backtest.past import STATUSES
    >>> empty = pd.DataFrame({"status": [], "listed": [], "right_chain": [], "right_segment": []})
    >>> facts = dict.fromkeys(("outcomes", "elsewhere", "undated", "not_later", "came", "firms_then", "candidates"), 0)
    >>> facts |= dict.fromkeys(STATUSES, 0)
    >>> orders = pd.DataFrame({"order": ["list"], "hits": [0.0], "of": [0], "share": [float("nan")]})
    >>> past_reading(Past("嘉兴", "2020", empty, orders, facts), "en")[0]
    '嘉兴, lists of what was known by 2020: 0 firms known, 0 candidates.'
    """
    facts = {name: int(value) for name, value in result.facts.items()}
    named = {"region": result.region, "day": result.day}
    said = [text("backtest.past_then", lang, **named, **facts)]
    said.append(text("backtest.past_came", lang, **named, **facts))
    new = result.outcomes[result.outcomes["status"].isin(("new", "only_project", "unknown"))]
    listed = new[new["listed"] == "new"]
    said.append(
        text(
            "backtest.past_listed",
            lang,
            of=len(new),
            listed=len(listed),
            behind=int((new["listed"] == "behind").sum()),
            chain=int(listed["right_chain"].fillna(value=False).sum()),
            segment=int(listed["right_segment"].fillna(value=False).sum()),
        )
    )
    for row in result.orders.to_dict("records"):
        entry = "past_order" if np.isnan(row["share"]) else "past_share"
        name = text(f"backtest.past_by_{row['order']}", lang)
        share = "" if np.isnan(row["share"]) else f"{100 * row['share']:.1f}"
        said.append(text(f"backtest.{entry}", lang, order=name, hits=f"{row['hits']:.1f}", of=row["of"], share=share))
    if len(new) < LEAST:
        said.append(text("backtest.past_few", lang, least=LEAST))
    circular = result.outcomes[result.outcomes["status"] == "circular"]
    said.append(
        text("backtest.past_circular", lang, count=len(circular), listed=int(circular["listed"].eq("new").sum()))
    )
    again = result.outcomes[result.outcomes["status"] == "reinvest"]
    said.append(
        text("backtest.past_reinvest", lang, count=len(again), listed=int(again["listed"].eq("reinvest").sum()))
    )
    return said
