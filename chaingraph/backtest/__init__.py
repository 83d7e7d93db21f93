"""How often would such a list have been right? Firms are hidden, ranked, and looked for where they really are.

Protocol ``hide30`` hides 30 % of each city's firms at random; ``temporal`` hides the firms listed from 2017 on. A
bureau can test on its own outcomes (firm, region, date) instead. No method sees a hidden firm's place, and learned
models are never scored on a city they were trained on.
"""

from typing import Literal, get_args

Protocol = Literal["hide30", "temporal"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
TESTS: tuple[str, ...] = (*PROTOCOLS, "gaps")  # what ``all`` runs; gaps: `backtest.gap_forecast`
UNIT_TESTS = ("openings", "entries")  # on units that groups opened
OWN = ("past", *UNIT_TESTS)  # asked for by name: other data, other questions
