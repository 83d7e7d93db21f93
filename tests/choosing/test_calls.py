"""Who is called this month: what is needed, how many, by whom, and who waits."""

from __future__ import annotations

import functools

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.calls import MOST_ASKED, MOST_OF_ONE, MOST_VISITS, within_limits
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

OPEN = {"firm_id": "O05", "kind": "capacity_full", "date": "2024-05-01", "site_status": "open", "source": "公告"}
CONTACT = {"firm_id": "O05", "channel": "board_office", "contact": "0571-1234567", "source": "官网"}
DECISION = {"firm_id": "O05", "region": "杭州", "kind": "decision", "source": "年报"}


def calls(*rows: tuple[str, dict[str, object]]) -> pd.DataFrame:
    return surveyed(*rows).calls["zh"]


def surveyed(*rows: tuple[str, dict[str, object]]) -> Findings:
    return _surveyed(tuple((name, tuple(row.items())) for name, row in rows))


@functools.cache
def _surveyed(rows: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]) -> Findings:
    tables = toy_tables()
    tables["firm_signals"] = tables["firm_signals"].iloc[:0]
    for name, row in rows:
        tables = with_rows(tables, name, dict(row))
    return cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2024-06-01")


def group(frame: pd.DataFrame, firm: str = "O05") -> str | None:
    own = frame.loc[frame["firm_id"] == firm, "group"]
    return own.iloc[0] if len(own) else None


def test_a_row_shows_the_reason_to_call_that_it_stands_by() -> None:
    row = surveyed(("firm_signals", OPEN), ("contacts", CONTACT)).targets["zh"].query("firm_id == 'O05'").iloc[0]
    assert (row["signal"], row["signal_date"], row["site_status"]) == ("capacity_full", "2024-05-01", "open")


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


def test_where_a_prospectus_names_the_site_it_is_looked_up_first() -> None:
    public = {**OPEN, "kind": "fundraising", "text": "创业板上市,募投地点未见", "site_status": None}
    tables = with_rows({**toy_tables(), "firm_signals": toy_tables()["firm_signals"].iloc[:0]}, "firm_signals", public)
    found = cg.survey(ChainGraph("toy", tables), region="嘉兴", reference=None, draws=0, as_of="2024-06-01")
    for lang, said in (("zh", "先查招股书/募集说明书的实施地点"), ("en", "look up the site in the prospectus first")):
        rows = found.targets[lang]
        assert rows.loc[rows["firm_id"] == "O05", "next_step"].str.startswith(said).all()
    assert rows.loc[rows["firm_id"] == "O05", "rank"].isna().all()  # until somebody has looked there is nothing to ask
    assert group(found.calls["zh"]) is None
    private = {**OPEN, "firm_id": "O03", "kind": "fundraising", "text": "完成B轮融资", "site_status": None}
    assert group(calls(("firm_signals", public), ("firm_signals", private)), "O03") == "ask_site"
    held = calls(("firm_signals", public), ("firm_signals", private), ("contacts", CONTACT))  # near, and with a door
    asked = held[held["group"] == "ask_site"].set_index("firm_id")
    assert asked.index.tolist() == ["O03", "O05"]  # though O05 is nearer
    assert "先查招股书" in asked.loc["O05", "why_now"]


def test_of_those_whose_site_is_asked_about_first_the_nearest_come_first() -> None:
    near = {**OPEN, "site_status": None, "date": "2024-04-01"}
    far = {**OPEN, "firm_id": "O03", "site_status": None}  # newer, and with a door
    held = calls(("firm_signals", near), ("firm_signals", far), ("contacts", {**CONTACT, "firm_id": "O03"}))
    asked = held[held["group"] == "ask_site"]
    assert asked["firm_id"].tolist() == ["O05", "O03"]
    other = {**near, "product": "童装"}  # of another trade than anything that O05 is asked for
    assert group(calls(("firm_signals", other), ("firm_signals", far))) != "ask_site"
    assert asked["maturity"].is_monotonic_increasing  # the far one has more marks


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
    one = within_limits(made(MOST_OF_ONE + 2, "visit", "海宁市"))
    assert one["group"].value_counts().to_dict() == {"visit": MOST_OF_ONE, "reserve": 2}
    assert one.loc[one["group"] == "reserve", "visit_level"].isna().all()
    many = within_limits([row for county in range(9) for row in made(3, "visit", county)])
    assert (many["group"] == "visit").sum() == MOST_VISITS
    asked = within_limits(made(MOST_ASKED + 1, "ask_site", None))
    assert (asked["group"] == "ask_site").sum() == MOST_ASKED
    assert asked.loc[asked["group"] == "ask_site", "rank"].tolist() == list(range(1, MOST_ASKED + 1))
