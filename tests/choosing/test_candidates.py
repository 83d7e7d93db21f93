"""Who passes the gates: the toy case's answers, and each known fact that holds a firm back."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import pytest

from chaingraph.choosing.candidates import asked_segments, find_candidates, ranked_firms, signals
from chaingraph.choosing.standing_gates import what_is_known
from chaingraph.choosing.surveying import look_around, survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import load_strategy
from tests.toy import toy_tables

STRATEGIES = {"hy": load_strategy("build"), "pv": load_strategy("extend")}


def found(
    tables: dict[str, pd.DataFrame], as_of: str = "2024-06", sector_firms: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    graph = ChainGraph("toy", tables)
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        around = look_around(graph, "嘉兴", query, places)
        asked = asked_segments(graph, around.gaps, around.leaders, STRATEGIES)
        known = what_is_known(graph, query, "嘉兴", around.families, as_of)
        passing, dropped = find_candidates(
            query,
            asked,
            around.families,
            known.units,
            known.trouble,
            known.moves,
            "嘉兴",
            known.segment_gates,
            sector_firms=sector_firms,
        )
    return passing, dropped, asked


def main_firms(passing: pd.DataFrame, chain: str) -> set[str]:
    return set(passing.loc[(passing["list"] == "main") & (passing["chain_id"] == chain), "firm_id"])


def test_extend_asks_for_open_segments_and_leaders_for_one_hop() -> None:
    _, _, asked = found(toy_tables())
    lists = {name: set(part["segment_id"]) for name, part in asked.groupby(asked["list"] + ":" + asked["chain_id"])}
    assert lists["main:pv"] == {"PV01", "PV02", "PV04", "PV05"}  # PV03 is present
    # L01 leads PV by making PV03: itself, what feeds it (PV02) and what it feeds (PV05); never PV01, two hops away.
    assert lists["leader:pv"] == {"PV02", "PV03", "PV05"}
    assert lists["sector:pv"] == {"PV01", "PV02", "PV03", "PV04", "PV05"}


def test_pool_by_hand() -> None:
    passing, dropped, _ = found(toy_tables())
    # O08 is insolvent; O01 owns L02; O04 makes PV05's node under HY01; O12's kind is not known, which excludes nobody.
    assert main_firms(passing, "pv") == {"O01", "O02", "O03", "O04", "O05", "O09", "O12"}
    gates = {(row["chain_id"], row["gate"]): row["count"] for row in dropped.to_dict("records")}
    assert gates[("pv", "insolvency")] == 1
    assert gates[("pv", "local")] == 4  # L02, L03, L06 in open segments; L01 buys PV05


def test_all_segments_are_asked_of_firms_in_rankings_only() -> None:
    passing, dropped, _ = found(toy_tables())
    assert "sector" not in set(passing["list"])
    named, held, _ = found(toy_tables(), sector_firms={"O01", "O10"})
    rows = named[named["list"] == "sector"]
    assert set(rows["firm_id"]) == {"O01", "O10"}
    assert named[named["list"] != "sector"].reset_index(drop=True).equals(passing)
    assert held.equals(dropped)
    tiers = pd.DataFrame(
        {
            "firm_id": ["A", "B", "C", "D"],
            "tier": ["little_giant", "little_giant", "listed", "soe"],
            "current": [True, False, True, True],
        }
    )
    assert ranked_firms(tiers) == {"A", "D"}


def test_a_firm_listed_no_more_is_held_back_and_named() -> None:
    tables = toy_tables()
    firms = tables["firms"]
    gone = firms["firm_id"] == "O02"
    tables["firms"] = firms.assign(status=firms["status"].mask(gone, "delisted"))
    passing, dropped, _ = found(tables)
    assert main_firms(passing, "pv") == {"O01", "O03", "O04", "O05", "O09", "O12"}
    held = dropped[(dropped["chain_id"] == "pv") & (dropped["gate"] == "delisted")]
    assert held["firms"].tolist() == firms.loc[gone, "firm"].tolist()


def test_a_brand_and_a_licensor_are_routes_not_targets() -> None:
    passing, dropped, _ = found(toy_tables())
    rows = passing[passing["chain_id"] == "hy"]
    assert "O11" not in set(rows["firm_id"])
    assert set(rows.loc[rows["firm_id"] == "O10", "segment_id"]) == {"HY02"}
    assert dropped[(dropped["chain_id"] == "hy") & (dropped["gate"] == "not_maker")]["firms"].tolist() == [
        "丙二燃料电池公司"
    ]


def test_groups_known_here_go_to_the_second_list() -> None:
    passing, _, _ = found(toy_tables())
    kinds = passing[passing["list"] == "main"].set_index("firm_id")["candidate_kind"].to_dict()
    assert kinds["O01"] == "reinvest"  # owns L02, has a subsidiary in 海宁
    assert kinds["O02"] == "contacted"  # a visit on record is no unit
    assert kinds["O09"] == "new"
    lists = passing.groupby("candidate_kind")["candidate_list"].unique()
    assert list(lists["contacted"]) == ["reinvest"]


def test_a_local_firm_is_a_target_only_where_it_expands_here() -> None:
    tables = toy_tables()
    passing, _, _ = found(tables)
    assert not set(passing["firm_id"]) & {f"L0{index}" for index in range(1, 10)}
    row = tables["firm_signals"].iloc[[-1]].assign(firm_id="L03", kind="expansion", date="2024-02", place="海宁市")
    tables["firm_signals"] = pd.concat([tables["firm_signals"], row], ignore_index=True)
    passing, _, _ = found(tables)
    kept = passing[passing["firm_id"] == "L03"]
    assert set(kept["candidate_kind"]) == {"expanding"}
    assert set(kept["candidate_list"]) == {"reinvest"}


@pytest.mark.parametrize(("status", "gate"), [("dissolved", "dissolved"), ("sanctioned", "sanctioned")])
def test_known_legal_states_exclude(status: str, gate: str) -> None:
    tables = toy_tables()
    tables["firms"].loc[tables["firms"]["firm_id"] == "O09", "status"] = status
    passing, dropped, _ = found(tables)
    assert "O09" not in main_firms(passing, "pv")
    assert gate in set(dropped["gate"])


def test_restricted_segments_never_reach_a_list() -> None:
    tables = toy_tables()
    tables["segment_rules"].loc[tables["segment_rules"]["segment_id"] == "PV02", "admission"] = "限制"
    passing, dropped, _ = found(tables)
    assert "PV02" not in set(passing["segment_id"])
    assert "admission" in set(dropped["gate"])


def signals_of(as_of: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    with open_engine({"firm_signals": toy_tables()["firm_signals"]}) as query:
        return signals(query, as_of)


def test_old_trouble_and_old_moves_do_not_count() -> None:
    moves, trouble = signals_of("2024-06")
    assert moves["firm_id"].tolist() == ["O09", "O03"]  # newest first; O05's of 2019 is stale
    assert trouble["firm_id"].tolist() == ["O08"]
    moves, trouble = signals_of("2030-01-01")
    assert moves.empty
    assert trouble.empty
    moves, _ = signals_of("2024-02")  # a sign dated after "now" is not known yet
    assert moves["firm_id"].tolist() == ["O03"]


def test_a_month_as_limit_takes_in_the_whole_month() -> None:
    moves, _ = signals_of("2024-03")
    assert "O09" in set(moves["firm_id"])  # 2024-03-05


@pytest.mark.parametrize(
    ("date", "months", "expected"), [("2025-06-12", 24, "2023-06"), ("2024", 24, "2022-01"), ("2024-01", 1, "2023-12")]
)
def test_months_before(date: str, months: int, expected: str) -> None:
    assert months_before(date, months) == expected
