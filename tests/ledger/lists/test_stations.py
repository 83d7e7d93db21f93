"""Numbers of the stationed teams: added up over cities, judged only where they are known."""

from __future__ import annotations

import pandas as pd

from chaingraph.ledger.lists.stations import stations
from tests.made_ledger import RULES

TEAMS = pd.DataFrame(
    {
        "place": ["平湖市", "平湖市", "桐乡市", "海宁市", "平湖市"],
        "city": ["上海", "深圳", "上海", "北京", "上海"],
        "year": [2026, 2026, 2026, 2026, 2025],
        "people": [20, 10, 29, None, 99],
        "experienced": [15, None, 10, None, 99],
        "rewards_due": [8.0, None, None, None, 1.0],
    }
).astype({"year": "Int64", "people": "Int64", "experienced": "Int64"})


def test_places_are_judged_by_all_their_cities_of_the_year() -> None:
    found = stations(RULES, TEAMS, 2026).set_index("place")
    assert found["people"].dropna().to_dict() == {"平湖市": 30, "桐乡市": 29}
    assert found["enough_people"].tolist()[:1] == [True]
    assert not found["enough_people"]["桐乡市"]
    assert found["enough_people"].isna()["海宁市"]
    assert found["experienced_share"]["平湖市"] == 0.75  # of the city that says both
    assert (bool(found["enough_experience"]["平湖市"]), bool(found["enough_experience"]["桐乡市"])) == (True, False)
    assert found["rewards_due"]["平湖市"] == 8.0
    assert found["rewards_due"].isna().tolist() == [False, True, True]


def test_without_the_rule_nothing_is_judged() -> None:
    found = stations(RULES.without("stations"), TEAMS, 2026)
    assert found["enough_people"].isna().all()
    assert found["people"].tolist()[:2] == [30, 29]
    assert stations(RULES, TEAMS, 2020).empty
