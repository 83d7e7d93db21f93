"""What the pages hold: the data inside them, counted and in order, and nothing said that is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from chaingraph.choosing.surveying import survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.facts.gaps import local_presence
from chaingraph.facts.roles import BESIDE, MADE
from chaingraph.model.graph import ChainGraph
from chaingraph.places.distance import distance_km
from chaingraph.writers.page.atlas import build_atlas
from chaingraph.writers.page.brief import brief, open_questions
from chaingraph.writers.page.payload import index_payload
from chaingraph.writers.page.pinyin import initials
from chaingraph.writers.page.places import region_view
from tests.made_findings import made_findings
from tests.made_graph import SEGMENTS, made_graph, roles_of
from tests.page_reader import payload_of
from tests.toy import toy_tables


def test_unknown_is_absent_never_nought(chain: dict[str, Any]) -> None:
    rows = {(row["list"], row["firm"]): row for row in chain["targets"]}
    assert "fit_lift" not in rows["new", "O05"]
    assert "reach" not in rows["new", "O02"]
    assert "expected" not in chain["segments"][0]
    assert "null" not in json.dumps(chain)


def test_a_fit_comes_with_its_terms_and_the_local_firms_behind_it(chain: dict[str, Any]) -> None:
    row = next(row for row in chain["targets"] if (row["list"], row["firm"]) == ("new", "O01"))
    assert [term["term"] for term in row["terms"]] == ["mix", "ppr", "constant"]
    assert sum(term["contribution"] for term in row["terms"]) == pytest.approx(1.2, abs=2e-3)  # exp(1.2) is its lift
    assert [share["firm"] for share in row["shares"]] == ["L02", "L01", "L03", "L04", "L05"]
    assert row["shares"][0] == {"firm": "L02", "share": 0.6, "by_text": True, "words": ["粉体", "板材"]}
    assert row["shares"][1] == {"firm": "L01", "share": 0.25, "by_text": False, "words": []}
    (steps,) = [firm["route"] for firm in chain["firms"] if firm["id"] == "O02"]
    assert [(step["from_id"], step["to_id"]) for step in steps] == [("O02", "L02"), ("L02", "L01")]


def test_every_firm_and_unit_sits_where_the_regions_say_it_does(chain: dict[str, Any]) -> None:
    places, firms = chain["view"]["places"], {firm["id"]: firm for firm in chain["firms"]}
    seat = {firm: places[number] for firm, number in chain["view"]["seats"].items()}
    assert set(seat) == set(firms)
    for firm, place in seat.items():
        row = firms[firm]
        assert place["inside"] == row["local"], firm
        assert place["km"] == pytest.approx(
            distance_km("嘉兴", (row["country"], None, row["city"], row.get("district"))), abs=0.6
        )
    assert seat["O01"] == {
        "name": "上海",
        "country": "中国",
        "km": 87,
        "degrees": 52,
        "inside": False,
        "approximate": False,
    }
    assert (seat["O02"]["name"], seat["O02"]["country"], seat["O02"]["approximate"]) == ("慕尼黑", "德国", True)
    assert [place["km"] for place in places] == sorted(place["km"] for place in places)
    (unit,) = chain["view"]["units"]
    assert (unit["firm"], unit["kind"], places[unit["place"]]["name"]) == ("O08", "office", "上海")


def test_a_place_that_nobody_knows_is_nowhere() -> None:
    firms = [
        {"firm_id": "a", "country": "中国", "city": "无此城市"},
        {"firm_id": "b", "country": "德国"},
        {"firm_id": "c", "country": "中国", "city": "嘉兴", "district": "平湖市"},
    ]
    sites = [
        {"firm_id": "b", "region": "港区", "kind": "plant"},
        {"firm_id": "b", "region": "别处", "kind": "office"},
        {"firm_id": "b", "region": None, "kind": "lab"},
    ]
    view = region_view("嘉兴", firms, sites)
    assert set(view["seats"]) == {"c"}
    assert [place["inside"] for place in view["places"]] == [True, True]
    assert ["place" in unit for unit in view["units"]] == [True, False, False]
    assert view["places"][view["units"][0]["place"]]["approximate"] is True
    assert region_view("长三角", firms, sites) == {}


def test_places_have_english_names_where_those_are_known(chain: dict[str, Any]) -> None:
    places = chain["places"]
    assert (places["嘉兴"], places["上海"], places["慕尼黑"]) == ("Jiaxing", "Shanghai", "Munich")
    named = {firm[key] for firm in chain["firms"] for key in ("country", "city", "district") if key in firm}
    assert named <= set(places) | {name for name in named if name.isascii()}


def test_names_are_found_by_their_pinyin(chain: dict[str, Any]) -> None:
    firms = {firm["id"]: firm.get("initials") for firm in chain["firms"]}
    assert firms["O08"] == ["gzwdo08kjgfyxgs", "gwo08"]
    assert firms["O02"] == ["gwo02"]  # its name holds no Chinese, its alias does
    assert initials(["重庆银行", "重工", "银", "Flat", None]) == ["cqyh", "zg"]


def test_lists_stand_in_order(chain: dict[str, Any]) -> None:
    assert [row["list"] for row in chain["targets"]] == ["new"] * 30 + ["leader"] * 8 + ["reinvest"] * 4
    assert [row["rank"] for row in chain["targets"] if row["list"] == "new"] == list(range(1, 31))


def test_the_first_page_of_a_leader(chain: dict[str, Any]) -> None:
    brief = chain["brief"]
    assert brief["leaders"] == ["L01", "L02", "L03", "L04"]
    # MK01 is the most severe, but prohibited here; then by severity.
    assert brief["gaps"] == ["MK04", "MK07", "MK10"]
    # Three rows of the list stand for each segment: the third of each is passed over.
    assert brief["visits"] == ["O01", "O02", "O04", "O05", "O07"]
    assert brief["undated"] == 4  # only O01 has a dated signal
    assert brief["questions"] == ["MK10", "MK04", "MK01"]  # this week's two, then the most severe
    assert brief["not_found"] == 6
    assert brief["zones"] == ["构造园区甲", "构造园区乙"]


def test_the_first_page_follows_the_months_list_and_not_the_targets() -> None:
    atlas = build_atlas(made_findings(), made_graph())
    chain_id, targets = next((key, rows) for key, rows in atlas.targets.items() if len(rows) > 30)
    led = next(row["firm_id"] for row in targets if row["candidate_list"] == "leader")
    targets = [row for row in targets if (row["candidate_list"], row["firm_id"]) != ("new", led)]
    new = [row["firm_id"] for row in targets if row["candidate_list"] == "new"]
    month = [(led, "ask_site"), (new[9], "ask_site"), (new[3], "reserve"), (new[0], "reserve")]
    calls = [{"firm_id": firm, "group": group} for firm, group in month]
    held = brief(replace(atlas, calls={chain_id: calls}, targets={chain_id: targets}), chain_id)
    assert held["visits"][:4] == [firm for firm, _ in month]
    assert [held["groups"][firm] for firm in held["visits"][:3]] == ["ask_site", "ask_site", "reserve"]


def test_a_chain_without_anything_found_still_has_a_first_page() -> None:
    atlas = build_atlas(made_findings(), made_graph())
    held = brief(atlas, "xk")
    assert (held["leaders"], held["visits"], held["questions"], open_questions(atlas, "xk")) == ([], [], [], [])
    assert held["gaps"] == ["XK01", "XK02"]
    assert held["not_found"] == 2


def test_unsure_firms_are_counted_once(chain: dict[str, Any]) -> None:
    local = {
        role["firm"] for row in chain["segments"] for role in row.get("firms", []) if role.get("confidence") == "unsure"
    }
    visits = {
        firm["id"]
        for firm in chain["firms"]
        if firm["id"] in chain["brief"]["visits"] and firm["confidence"] == "unsure"
    }
    assert chain["brief"]["unsure"] == len(local | visits) == 19


def test_local_firms_stand_on_a_card_as_the_gap_counts_them(chain: dict[str, Any]) -> None:
    for segment in chain["segments"]:
        made = [role for role in segment.get("firms", []) if role["standing"] == MADE]
        assert len(made) == segment["found"], segment["id"]
    first = chain["segments"][0]["firms"][0]
    assert (first["firm"], first["standing"], first["basis"]) == ("L22", BESIDE, "group")


def test_the_standing_of_local_firms_is_that_of_the_sql_text() -> None:
    graph = ChainGraph("toy", toy_tables())
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        presence = local_presence(query)
    rows = presence[["segment_id", "firm_id", "standing"]].itertuples(index=False, name=None)
    asked = {(segment, firm): standing for segment, firm, standing in rows}
    atlas = build_atlas(replace(made_findings(), gaps=_toy_gaps(graph), roles=roles_of(graph)), graph)
    held = {
        (segment, role["firm"]): role["standing"]
        for segment, roles in atlas.roles.items()
        for role in roles
        if role["firm"] in atlas.local
    }
    assert held == asked


def _toy_gaps(graph: ChainGraph) -> dict[str, pd.DataFrame]:
    frame = graph["segments"][["chain_id", "segment_id", "segment", "stage"]]
    empty = pd.Series(None, index=frame.index, dtype="str")
    frame = frame.assign(state="thin", local_buyers=empty, reasons=empty, sources=empty)
    return {"zh": frame, "en": frame}


def test_a_segment_in_two_chains_points_to_the_other_page(chain: dict[str, Any]) -> None:
    by_id = {row["id"]: row for row in chain["segments"]}
    assert [(row["kind"], row["chain"], row["segment"]) for row in by_id["MK03"]["elsewhere"]] == [
        ("same", "xk", "XK01")
    ]
    assert [(row["kind"], row["segment"]) for row in by_id["MK18"]["elsewhere"]] == [("to", "XK02")]


def test_every_segment_stands_in_a_lane_of_its_stage(chain: dict[str, Any]) -> None:
    stage = {row["id"]: row["stage"] for row in chain["segments"]}
    placed = [(lane["stage"], item) for lane in chain["lanes"] for column in lane["columns"] for item in column]
    assert sorted(placed) == sorted((stage[item], item) for item in SEGMENTS)
    assert [lane["stage"] for lane in chain["lanes"]] == ["upstream", "midstream", "downstream"]


@pytest.mark.parametrize(
    ("ranked", "first", "reserve"), [(("O02", "O05"), ["O02", "O05"], False), ((), ["O01", "O02", "O03"], True)]
)
def test_the_index_puts_nobody_first_of_whom_there_is_nothing_to_call_about(
    ranked: tuple[str, ...], first: list[str], *, reserve: bool
) -> None:
    now = made_findings()
    lists = {
        lang: frame.assign(rank=frame["rank"].astype("Int64").where(frame["firm_id"].isin(ranked)))
        for lang, frame in now.targets.items()
    }
    card = index_payload(build_atlas(replace(now, targets=lists), made_graph()))["cards"][0]
    assert [row["id"] for row in card["targets"]] == first
    assert card["reserve"] is reserve


def test_the_index_counts_what_the_chains_hold(pages: dict[str, str]) -> None:
    index = payload_of(pages["index.html"])
    card, other = index["cards"]
    assert card["id"] == "mk"
    assert card["states"] == {"none_known": 6, "thin": 6, "present": 3, "present_unlisted": 3}
    assert sum(card["states"].values()) == card["total"] == 18
    assert card["makers"] == 21  # six segments with one, three with five
    assert [row["id"] for row in card["targets"]] == ["O01", "O02", "O03"]
    assert card["listed"] == 30
    # XK01 is the same node as MK03 and shares its five makers.
    assert (other["id"], other["makers"], other["listed"]) == ("xk", 5, 0)
    assert [row["rank"] for row in index["questions"]] == [1, 2]
    assert index["notes"] == [
        {"zh": "契合倍数相对于本底库样本(80家企业)。", "en": "Fit is relative to the firms of this case (80)."}
    ]
