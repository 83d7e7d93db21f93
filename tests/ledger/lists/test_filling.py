"""A place of the month's list that became free: the next of the same city has it, and a note says so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.calls import MOST_OF_ONE, MOST_VISITS
from chaingraph.ledger.lists.filling import fill
from chaingraph.ledger.project import Project
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.listed import findings_with_leads
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Name, reason
from chaingraph.wording.phrases import as_told, say, told
from tests.toy import toy_tables

GONE, NEXT, FAR = "O04", "O12", "O09"  # who is to be visited; who waits for room, of the same city; of another one
CLOSED = Lead("s-1", {"firm_id": GONE}, "平湖市", stage="closed", closing="lost", since="2026-03-05")


@cache
def made() -> Findings:
    return cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", as_of="2024-06")


def crowded(*, marks: str = "motive;door", city: str | None = "深圳") -> Findings:
    """The month with one to be visited, and whoever waits for room in a city."""
    calls, targets = as_told(made().calls).frame.copy(), as_told(made().targets).frame.copy()
    calls["visit_level"] = calls["visit_level"].mask(calls["firm_id"].eq(GONE), "county")
    calls["group"] = calls["group"].mask(calls["firm_id"].eq(GONE), "visit")
    calls["city"] = calls["city"].mask(calls["firm_id"].eq(NEXT), city)
    targets["marks"] = targets["marks"].mask(targets["firm_id"].isin([NEXT, FAR]), marks)
    return replace(made(), calls=told(calls), targets=told(targets))


def filled(lead: Lead, *projects: Project, run: Findings | None = None, place: str = "") -> tuple[list[str], list[str]]:
    """Who is to be visited, and the notes that are new, in both languages."""
    found = findings_with_leads(run or crowded(), [lead], projects, as_of="2026-03-10", place=place)
    calls = found.calls["zh"]
    new = [str(note) for lang in ("zh", "en") for note in found.notes[lang]["note"].tolist()[len(made().notes[lang]) :]]
    return calls.loc[calls["group"].eq("visit"), "firm_id"].tolist(), new


def test_the_next_of_the_city_is_visited_and_a_note_says_who_took_whose_place_and_why() -> None:
    assert filled(Lead("s-1", {"firm_id": GONE})) == ([GONE], [])
    firms = made().calls["zh"].set_index("firm_id")["firm"]
    visited, notes = filled(CLOSED)
    assert visited == [NEXT]
    assert notes[0] == (
        f"本月拟对接企业：{firms[GONE]}不再列入（线索已于2026-03-05办结（落户外地）），由同市的{firms[NEXT]}替补。"
    )
    assert notes[1].startswith("This month's visits: ")
    assert "(the lead was closed on 2026-03-05 (went elsewhere))" in notes[1]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ({"city": "合肥"}, "同市已无其他企业可替补"),
        ({"city": None}, "同市已无其他企业可替补"),
        ({"marks": "door"}, "同市已无其他企业可替补"),
    ],
)
def test_whoever_is_of_another_city_or_lacks_a_mark_does_not_move_up(run: dict[str, Any], said: str) -> None:
    visited, notes = filled(CLOSED, run=crowded(**run))
    assert visited == []
    assert said in notes[0]


def test_another_s_lead_and_a_project_leave_their_place_too() -> None:
    hidden = Lead("s-1", {"firm_id": GONE, "said": "内情"}, "平湖市")
    visited, notes = filled(hidden, place="桐乡市")
    assert visited == [NEXT]
    assert "（已有单位对接）" in notes[0]
    assert "平湖市" not in "".join(notes)
    assert filled(replace(hidden, released_on="2026-03-01"), place="桐乡市") == ([GONE], [])
    _, notes = filled(CLOSED, place="桐乡市")
    assert "（已有单位登记）" in notes[0]
    assert "落户外地" not in notes[0]
    facts = {"project": "一期", "investor": "-", "firm_id": GONE, "place": "平湖市"}
    visited, notes = filled(Lead("s-2", {"firm_id": "nobody"}), Project("p1", facts, "2026-03-01", "signed"))
    assert visited == [NEXT]
    assert "（已转为项目）" in notes[0]


def row(
    firm: str, group: str, unit: str | None = "平湖市", city: str | None = "深圳", **known: object
) -> dict[Any, Any]:
    level = "county" if group == "visit" else None
    return {"chain_id": "PV", "firm": firm, "group": group, "visit_level": level, "for_whom": unit, "city": city,
            "why_now": None, **known}  # fmt: skip


def moved(rows: list[dict[Any, Any]], left: dict[Any, Any]) -> list[str]:
    ready = {"marks": "motive;decision", "tiers": None, "rank": 1}
    notes = fill(rows, [(left, "x")], lambda _: ready, lambda one: one["for_whom"])
    return [say(note, "zh") for _, note in notes]


def test_no_bound_is_passed_and_a_full_list_has_no_free_place() -> None:
    full = [row(f"甲{number}", "visit") for number in range(MOST_OF_ONE)]
    waiting = [row("乙", "reserve"), row("丙", "reserve", "驻深圳组")]
    [note] = moved([*full, *waiting], row("丁", "visit", "海宁市"))
    assert "由同市的丙替补" in note  # 乙's county has its five already
    assert [one["visit_level"] for one in waiting] == [None, "stationed"]
    assert moved([row(f"甲{number}", "visit", None) for number in range(MOST_VISITS)], row("丁", "visit")) == []
    assert moved([row("乙", "reserve")], row("丁", "reserve")) == []
    assert "所在城市不详" in moved([row("乙", "reserve")], row("丁", "visit", city=None))[0]


def test_whose_site_is_asked_is_followed_by_one_whose_site_is_not_known() -> None:
    def why(status: str) -> object:
        return reason("readiness.motive", kind="k", date="2026-01", status=reason(status))

    rows = [
        row("乙", "reserve", why_now=why("codes.decided_open")),
        row("丙", "reserve", why_now=why("readiness.site_unknown")),
    ]
    [note] = moved(rows, row("丁", "ask_site"))
    assert "由同市的丙替补" in note
    assert [one["group"] for one in rows] == ["reserve", "ask_site"]


def test_hostile_names_stay_words() -> None:
    name = Name('=HYPERLINK("x")', "<script>")
    [(_, note)] = fill([], [(row("-", "visit") | {"firm": name}, "x")], lambda _: {}, lambda one: one["for_whom"])
    assert '=HYPERLINK("x")不再列入' in say(note, "zh")
    assert pd.Series([say(note, "en")]).str.startswith("This month's visits: <script> is off").all()
