"""What the plan counts of the stationed teams themselves (paragraphs 10 and 12): numbers, no names."""

from __future__ import annotations

import pandas as pd

from chaingraph.ledger.rules import Rules

STATION_COLUMNS = (
    "place", "people", "people_wanted", "enough_people", "experienced_share", "enough_experience", "rewards_due",
)  # fmt: skip


def stations(rules: Rules, teams: pd.DataFrame, year: int) -> pd.DataFrame:
    """Whether each place stations as many people as the plan wants, and how experienced they are.

    Parameters
    ----------
    rules
        The ledger's: ``stations`` holds how many and which share; without it neither is judged.
    teams
        The case's table ``station_teams``.
    year
        Which year.

    Returns
    -------
    DataFrame
        A row per place, by name: place, people (all its cities; Int64, missing where no city says it), people_wanted,
        enough_people, experienced_share (0 to 1, of the cities that say both), enough_experience, rewards_due (10,000
        CNY, NaN where none is stated). Flags are missing where it cannot be told.

    Examples
    --------
    >>> from chaingraph.ledger.rules import load_rules
    >>> teams = pd.DataFrame({"place": ["平湖市"] * 2, "city": ["上海", "深圳"], "year": [2026, 2026],
    ...                       "people": [20, 12], "experienced": [10, 5], "rewards_due": [8.0, None]})
    >>> found = stations(load_rules("jiaxing"), teams, 2026)
    >>> found[["people", "enough_people", "enough_experience"]].to_numpy().tolist()
    [[32, True, False]]
    """
    body = rules.get("stations")
    held = teams[teams["year"] == year]
    rows: list[tuple[object, ...]] = []
    for place, own in held.groupby("place", sort=True):
        people = own["people"].astype("Int64").sum(min_count=1)
        both = own.dropna(subset=["people", "experienced"])
        base = int(both["people"].sum())
        share = int(both["experienced"].sum()) / base if base else float("nan")
        wanted = None if body is None else int(body["people"])
        enough = None if wanted is None or pd.isna(people) else bool(people >= wanted)
        skilled = bool(share >= body["experienced"]) if body is not None and base else None
        due = own["rewards_due"].astype("float64").sum(min_count=1)
        rows.append((str(place), people, wanted, enough, share, skilled, due))
    kinds = {
        "place": "str",
        "people": "Int64",
        "people_wanted": "Int64",
        "enough_people": "boolean",
        "experienced_share": "float64",
        "enough_experience": "boolean",
        "rewards_due": "float64",
    }
    return pd.DataFrame(rows, columns=list(STATION_COLUMNS)).astype(kinds)
