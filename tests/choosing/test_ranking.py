"""Reach, propensity, tiers, grades and order, each against an answer worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.candidates import signals
from chaingraph.choosing.ranking import firm_facts
from chaingraph.choosing.surveying import survey_tables
from chaingraph.choosing.trust import evidence_grade
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import UnknownNameError
from chaingraph.facts.derived_tables import current_tiers, firm_places, place_within, segment_nodes
from chaingraph.facts.groups import families
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import MOST_KEYS, ORDER_KEYS, load_strategy
from chaingraph.places.distance import distance_km
from tests.toy import toy_tables


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    graph = ChainGraph("toy", toy_tables())
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        moves, _ = signals(query, "2024-06")
        return firm_facts(graph, "嘉兴", places, families(query), current_tiers(graph, query), moves)


def tiers_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    with open_engine({"firms": tables["firms"]}) as query:
        return current_tiers(ChainGraph("toy", tables), query)


def test_reach_by_hand(facts: pd.DataFrame) -> None:
    reach = facts["reach"]
    assert reach["O01"] == 1.0  # a subsidiary in 海宁
    assert reach["O02"] == 0.7  # seat in 苏州, in the delta; its visit is no unit
    assert reach["O04"] == pytest.approx(math.exp(-distance_km("嘉兴", "深圳") / 300))
    assert reach["O10"] == 0.7  # German, with an office in 上海
    assert math.isnan(reach["O11"])  # foreign, no unit in China known: empty, not zero
    assert math.isnan(reach["O12"])  # no place known


def test_propensity_counts_other_cities_of_the_group(facts: pd.DataFrame) -> None:
    assert facts["propensity"]["O01"] == pytest.approx(
        math.log(2)
    )  # 嘉兴, through 海宁 and L02, one city; 西安 is its seat
    assert math.isnan(facts["propensity"]["O05"])  # no units recorded is not "none"


def test_a_list_moves_nobody_up_by_a_product_that_a_program_is_not_sure_of(tmp_path: Path) -> None:
    """O04 and O05 fill the same segment; O05 is on a list that the plan's order puts first (its key is ``tier``)."""
    shipped = Path(cg.__file__).parent / "library" / "strategies" / "extend.toml"
    by_plan = tmp_path / "plan.toml"
    lines = shipped.read_text(encoding="utf-8").splitlines()
    lines = ['order = "plan"' if line.startswith('order = ["motive"') else line for line in lines]
    by_plan.write_text("\n".join(lines), encoding="utf-8")
    tables = toy_tables()
    made = tables["firm_segments"]
    tables["firms"] = tables["firms"].assign(
        tiers=tables["firms"]["tiers"].mask(tables["firms"]["firm_id"] == "O05", "china500")
    )

    def order(source: str, confidence: str) -> list[str]:
        mine = made["firm_id"] == "O05"
        rows = made.assign(
            source=made["source"].mask(mine, source), confidence=made["confidence"].mask(mine, confidence)
        )
        graph = ChainGraph("toy", {**tables, "firm_segments": rows})
        found = cg.survey(graph, region="嘉兴", strategy=str(by_plan), as_of="2024-06", draws=0, reference=None)
        listed = found.targets["zh"].query("segment_id == 'PV04' and candidate_list == 'new'")
        return [firm for firm in listed.sort_values("rank")["firm_id"] if firm in ("O04", "O05")]

    assert order("x", "unsure") == ["O05", "O04"]  # somebody entered it
    assert order("ckg;SegmentTagger>=0.75", "known") == ["O05", "O04"]
    assert order("ckg;SegmentTagger>=0.75", "unsure") == ["O04", "O05"]


def test_signal_and_size(facts: pd.DataFrame) -> None:
    assert facts.loc["O09", ["signal", "signal_date", "size_class"]].tolist() == ["expansion", "2024-03-05", "1bn"]
    assert facts["size_class"]["O03"] == "under_1bn"  # 800 m
    assert pd.isna(facts["size_class"]["O05"])


def test_a_membership_outside_the_newest_loaded_edition_is_not_current() -> None:
    tiers = tiers_of(toy_tables()).set_index(["firm_id", "tier"])
    # little_giant is known for 2021, 2022 and 2023, one firm each: 2023 is the newest.
    assert not tiers.loc[("L03", "little_giant"), "current"]
    assert tiers.loc[("O02", "little_giant"), "current"]
    assert tiers.loc[("O05", "little_giant"), "current"]  # no edition stated: taken as it is


def test_a_handful_of_notes_is_no_edition() -> None:
    tables = toy_tables()
    firms = tables["firms"]
    firms["tiers"] = ["global500(2022)"] * 20 + ["global500(2023)"] * 2
    tiers = tiers_of(tables)
    assert tiers["current"].all()  # two firms do not make the 2023 list; being on a later one is no fault


def test_unverified_memberships_say_so() -> None:
    tables = toy_tables()
    tables["firms"].loc[tables["firms"]["firm_id"] == "O05", "note"] = "专精特新资格未核"
    tiers = tiers_of(tables).set_index("firm_id")
    assert not tiers.loc["O05", "verified"]
    rows = cg.survey(ChainGraph("toy", tables), region="嘉兴").targets["zh"]
    rows = rows[rows["firm_id"] == "O05"]
    assert set(rows["tiers"]) == {"little_giant?"}
    assert rows["risk"].str.contains("专精特新小巨人资格未核").all()


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "A"),
        ({"national": False}, "B"),
        ({"text": False}, "B"),
        ({"comparable": 9}, "B"),
        ({"national": False, "confidences": ("known", "seen")}, "C"),
        ({"confidences": ("seen", "unsure")}, "C"),
        ({"years": 3.0}, "A"),
        ({"years": 3.1}, "B"),  # facts age: more than three years B at best, more than five C
        ({"years": 5.1}, "C"),
    ],
)
def test_grades(changes: dict[str, object], grade: str) -> None:
    everything = {"text": True, "code": True, "comparable": 10, "confidences": ("seen", "seen"), "national": True}
    assert evidence_grade(**(everything | changes)) == grade


def test_strategies_name_only_what_exists() -> None:
    for name in ("strengthen", "extend", "build"):
        strategy = load_strategy(name)
        assert set(strategy.order) <= set(ORDER_KEYS)
        assert 0 < strategy.quota <= 1
        assert len(strategy.order) <= MOST_KEYS
    with pytest.raises(UnknownNameError, match="extend"):
        load_strategy("extned")
    with pytest.raises(UnknownNameError):
        load_strategy("../strategies/extend")


def test_services_are_told_by_their_codes_or_by_the_case() -> None:
    tables = toy_tables()
    nodes = segment_nodes(ChainGraph("toy", tables)).set_index("segment_id")
    assert nodes["service"].to_dict() == {segment: segment == "HY04" for segment in nodes.index}
    assert nodes.loc["PV05", "node_id"] == nodes.loc["HY01", "node_id"]
    tables["segments"].loc[tables["segments"]["segment_id"] == "PV01", "service"] = True
    assert segment_nodes(ChainGraph("toy", tables)).set_index("segment_id").loc["PV01", "service"]


def test_places_of_a_case() -> None:
    assert place_within("海宁市", "嘉兴")
    assert not place_within("没有这个地方", "嘉兴")
    assert not place_within(float("nan"), "嘉兴")


def test_a_listed_rank_gives_no_points() -> None:
    """The same firm, with another rank noted, keeps its place."""
    tables = toy_tables()
    before = cg.survey(ChainGraph("toy", tables), region="嘉兴").rankings["zh"]
    tables["firms"].loc[tables["firms"]["firm_id"] == "O13", "note"] = "第1位"
    after = cg.survey(ChainGraph("toy", tables), region="嘉兴").rankings["zh"]
    pd.testing.assert_frame_equal(before, after)
