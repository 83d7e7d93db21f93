"""Who is called this month: what is needed, how many, by whom, and who waits."""

from __future__ import annotations

import functools

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.calls import MOST_ASKED, MOST_OF_ONE, MOST_VISITS, _within_limits
from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

OPEN = {"firm_id": "O05", "kind": "capacity_full", "date": "2024-05-01", "site_status": "open", "source": "公告"}
CONTACT = {"firm_id": "O05", "channel": "board_office", "contact": "0571-1234567", "source": "官网"}
DECISION = {"firm_id": "O05", "region": "杭州", "kind": "decision", "source": "年报"}


def calls(*rows: tuple[str, dict[str, object]]) -> pd.DataFrame:
    return _calls(tuple((name, tuple(row.items())) for name, row in rows))


@functools.cache
def _calls(rows: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]) -> pd.DataFrame:
    tables = toy_tables()
    tables["firm_signals"] = tables["firm_signals"].iloc[:0]
    for name, row in rows:
        tables = with_rows(tables, name, dict(row))
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2024-06-01")
    return found.calls["zh"]


def group(frame: pd.DataFrame, firm: str = "O05") -> str | None:
    own = frame.loc[frame["firm_id"] == firm, "group"]
    return own.iloc[0] if len(own) else None


@pytest.mark.parametrize("door", [("contacts", CONTACT), ("firm_sites", DECISION)])
def test_an_open_site_and_a_door_or_a_unit_that_decides_are_a_visit(door: tuple[str, dict[str, object]]) -> None:
    held = calls(("firm_signals", OPEN), door)
    assert group(held) == "visit"
    row = held.set_index("firm_id").loc["O05"]
    assert row["rank"] == 1
    assert row["why_now"] == "2024-05-01 产能饱和，选址未定"
    assert row["visit_level"] == "county"
    assert (held["firm_id"] == "O05").sum() == 1  # a group stands once, however many lists it is on


def test_without_a_door_nobody_is_visited() -> None:
    assert group(calls(("firm_signals", OPEN))) == "reserve"


def test_a_reason_that_is_silent_on_its_site_is_one_call_first() -> None:
    silent = {**OPEN, "site_status": None}
    held = calls(("firm_signals", silent), ("contacts", CONTACT))
    assert group(held) == "ask_site"
    assert "选址情况不详" in held.set_index("firm_id").loc["O05", "why_now"]


def test_nobody_passes_where_nothing_is_dated() -> None:
    held = calls(("contacts", CONTACT))
    assert "visit" not in set(held["group"])
    assert group(held) == "reserve"  # it has a door, and lacks the rest


@pytest.mark.parametrize(
    ("change", "level"),
    [({"amount_cny_m": 1000.0}, "city"), ({"amount_cny_m": 999.0}, "county"), ({"firm_id": "O09"}, "stationed")],
)
def test_who_visits(change: dict[str, object], level: str) -> None:
    """Large projects are received by the city's leaders; O09 decides in 上海, where a team is stationed."""
    fact = {**OPEN, **change}
    contact = {**CONTACT, "firm_id": fact["firm_id"]}
    held = calls(("firm_signals", fact), ("contacts", contact))
    assert held.set_index("firm_id").loc[fact["firm_id"], "visit_level"] == level


def made(count: int, name: str, by: object) -> list[dict[str, object]]:
    return [
        {"group": name, "firm_id": f"{name}{by}{place}", "by": by, "visit_level": "county", "maturity": 3}
        for place in range(count)
    ]


def test_lists_have_their_lengths_and_who_finds_no_room_waits() -> None:
    one = _within_limits(made(MOST_OF_ONE + 2, "visit", "海宁市"))
    assert one["group"].value_counts().to_dict() == {"visit": MOST_OF_ONE, "reserve": 2}
    assert one.loc[one["group"] == "reserve", "visit_level"].isna().all()
    many = _within_limits([row for county in range(9) for row in made(3, "visit", county)])
    assert (many["group"] == "visit").sum() == MOST_VISITS
    asked = _within_limits(made(MOST_ASKED + 1, "ask_site", None))
    assert (asked["group"] == "ask_site").sum() == MOST_ASKED
    assert asked.loc[asked["group"] == "ask_site", "rank"].tolist() == list(range(1, MOST_ASKED + 1))
