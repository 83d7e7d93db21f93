"""What the protocols on firms that came say and do not say, in sentences."""

from __future__ import annotations

import numpy as np

from chaingraph.backtest import entries, openings
from chaingraph.backtest.openings import UnitTest
from chaingraph.backtest.past import LEAST, Past
from chaingraph.backtest.units import SETS, STYLE_LIMIT
from chaingraph.labels import text

# The reference and the score of each protocol.
SCORES = {
    "openings": (openings.REFERENCE, openings.SCORE),
    "entries": (entries.REFERENCE, entries.SCORE),
}


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
    '嘉兴, lists built from what was known by 2020: 0 firms known, 0 candidates.'
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


def units_reading(result: UnitTest, region: str, lang: str = "zh") -> list[str]:
    """What a protocol on units measured, in sentences; nothing of the score where style finds the city too well.

    Examples
    --------
    >>> import pandas as pd
    >>> empty = pd.DataFrame({"set": [], "method": []})
    >>> bad = UnitTest("openings", empty, empty, {"units": 9, "cities": 2, "makers": 20}, {"dev": 0.7})
    >>> units_reading(bad, "嘉兴", "en")[-1][:26]
    'No figure is given for the'
    """
    facts = {name: int(value) for name, value in result.facts.items()}
    said = [text(f"backtest.{result.protocol}_how", lang, **facts)]
    control = max(result.control.values(), default=np.nan)
    if not result.sound:
        said.append(text("backtest.units_unsound", lang, control=f"{control:.3f}", limit=f"{STYLE_LIMIT:.2f}"))
        return said
    reference, score = (SCORES[result.protocol][place] for place in (0, 1))
    for part in SETS:
        rows = result.summary[result.summary["set"] == part].set_index("method")
        if score not in rows.index:
            continue
        for method in dict.fromkeys((*rows.index,)):
            row = rows.loc[method]
            province = row.get("same_province", np.nan)
            said.append(
                text(
                    "backtest.units_row" if np.isnan(province) else "backtest.units_row_province",
                    lang,
                    set=text(f"backtest.set_{part}", lang),
                    method=text(f"backtest.method_{method}", lang),
                    value=f"{row['same_year']:.3f}",
                    low=f"{row['same_year_low']:.3f}",
                    high=f"{row['same_year_high']:.3f}",
                    province=f"{province:.3f}",
                    first=f"{row['recall50']:.3f}",
                    hundred=f"{row['recall100']:.3f}",
                )
            )
        row = rows.loc[score]
        sure = "sure" if row["gain_low"] > 0 else "unsure"
        said.append(
            text(
                f"backtest.units_gain_{sure}",
                lang,
                set=text(f"backtest.set_{part}", lang),
                reference=text(f"backtest.method_{reference}", lang),
                gain=f"{row['gain']:+.3f}",
                low=f"{row['gain_low']:+.3f}",
                high=f"{row['gain_high']:+.3f}",
            )
        )
    own = result.by_city[(result.by_city["city"] == region) & (result.by_city["method"] == score)]
    for row in own.to_dict("records"):
        told = {"region": region, "units": row["units"], "value": f"{row['same_year']:.3f}"}
        said.append(text("backtest.units_own", lang, **told, hundred=f"{row['recall100']:.3f}"))
    if result.control:
        said.append(text("backtest.units_control", lang, control=f"{control:.3f}", limit=f"{STYLE_LIMIT:.2f}"))
    else:
        said.append(text("backtest.units_nameless", lang))
    return said
