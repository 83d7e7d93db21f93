"""The back-test that a notebook starts from: the embedded engine and the distances bound to `chaingraph.backtest`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.backtest import Protocol
from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import BackTest, backtest
from chaingraph.backtest.reading import reading
from chaingraph.engines.duckdb import open_engine
from chaingraph.places.distance import distance_km
from chaingraph.sql import OpenEngine


def back_test(
    tables: Mapping[str, pd.DataFrame],
    protocol: Protocol = "hide30",
    *,
    seeds: Sequence[int] = range(5),
    outcomes: pd.DataFrame | None = None,
    engine: OpenEngine = open_engine,
) -> BackTest:
    """How often would such a list have been right about where firms really are?

    Parameters
    ----------
    tables
        Tables of a national case (``case.tables``): firms and firm_products.
    protocol
        hide30 (30 % of each city's firms hidden at random) or temporal (firms listed from 2017 on are hidden).
    seeds
        Seeds of the splits.
    outcomes
        Real events to test on instead: firm (id or name), region (city), date.
    engine
        Opens the engine that runs the SQL.

    Returns
    -------
    BackTest
        ``summary``: a row per pool and method; auroc and recall are shares (0 to 1), with 95 % bounds. ``by_city``: the
        same per city. NaN = not measured.

    Raises
    ------
    CaseError
        When no city has enough firms, or no outcome matches a firm.

    Notes
    -----
    AUROC: the chance that a firm hidden in a city is ranked above one that is not there. No method sees a hidden firm's
    place. Protocols and methods: `chaingraph.backtest`.

    Examples
    --------
    >>> import pandas as pd
    >>> firms = [{"firm_id": f"F{n}", "city": ("嘉兴", "苏州")[n % 2], "industry_scheme": "shenwan",
    ...           "industry": ("110101", "220101")[n % 2]} for n in range(60)]
    >>> products = [{"firm_id": f"F{n}", "product": ("光伏组件", "服装面料")[n % 2]} for n in range(60)]
    >>> made = {"firms": pd.DataFrame(firms).assign(firm="", listed="2010"), "firm_products": pd.DataFrame(products)}
    >>> found = back_test(made, seeds=[0])
    >>> bool(found.summary.query("method == 'score'")["auroc"].max() > 0.9)
    True
    """
    panel = panel_of(tables, distance_km, engine)
    return backtest(tables, protocol, seeds, panel=panel, outcomes=outcomes)


def tell_back_test(result: BackTest, region: str, *, lang: str = "zh") -> list[str]:
    """How far can the ranking be trusted? What a back-test measured, in sentences for a leader.

    Parameters
    ----------
    result
        What `back_test` measured.
    region
        The reader's city, as in the case (嘉兴).
    lang
        zh or en.

    Returns
    -------
    list of str
        Your city's figure first, then all cities, the gain over counting firms of the same industry, the top of the
        list, and what was not tested.

    Examples
    --------
    >>> import pandas as pd
    >>> firms = [{"firm_id": f"F{n}", "city": ("嘉兴", "苏州")[n % 2], "industry_scheme": "shenwan",
    ...           "industry": ("110101", "220101")[n % 2]} for n in range(60)]
    >>> products = [{"firm_id": f"F{n}", "product": ("光伏组件", "服装面料")[n % 2]} for n in range(60)]
    >>> made = {"firms": pd.DataFrame(firms).assign(firm="", listed="2010"), "firm_products": pd.DataFrame(products)}
    >>> "嘉兴" in tell_back_test(back_test(made, seeds=[0]), "嘉兴")[0]
    True
    """
    return reading(result, region, lang)
