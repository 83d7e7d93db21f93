"""How often would such a list have been right? Firms are hidden, ranked, and looked for where they really are.

Protocol ``hide30`` hides 30 % of each city's firms at random; ``temporal`` hides the firms listed from 2017 on. A
bureau can test on its own outcomes (firm, region, date) instead. No method sees a hidden firm's place, and learned
models are never scored on a city they were trained on.
"""

from chaingraph.backtest.gap_forecast import GapTest, gap_forecast, gaps_as_json
from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import BackTest, as_json, backtest
from chaingraph.backtest.reading import gap_reading, reading

__all__ = [
    "BackTest", "GapTest", "as_json", "backtest", "gap_forecast", "gap_reading", "gaps_as_json", "panel_of", "reading",
]  # fmt: skip
