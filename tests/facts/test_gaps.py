"""States, counts and severity against the toy case, whose answers stand in toy.py, and against published numbers."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chaingraph as cg
from chaingraph.choosing.surveying import look_around, survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.facts.gaps import PRESENT_STATES, gap_rules, state_of
from chaingraph.fit.reference import NationalReference, NoReference, Reference
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_COLUMNS
from tests.toy import toy_case, toy_tables


def facts(tables: dict[str, pd.DataFrame], reference: Reference | None = None) -> pd.DataFrame:
    graph = ChainGraph("toy", tables)
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        return look_around(graph, "嘉兴", query, places, reference or NoReference()).gaps


@pytest.fixture(scope="module")
def toy() -> pd.DataFrame:
    return facts(toy_tables())


def test_states_are_those_counted_by_hand(toy: pd.DataFrame) -> None:
    assert toy["state"].to_dict() == {
        "HY01": "none_known",
        "HY02": "none_known",
        "HY03": "present_unlisted",
        "HY04": "thin",
        "PV01": "thin",
        "PV02": "none_known",
        "PV03": "present",
        "PV04": "none_known",
        "PV05": "none_known",
    }


def test_found_counts_only_makers_shown_to_make_it_here(toy: pd.DataFrame) -> None:
    assert toy["found"].to_dict() == {
        "HY01": 0,
        "HY02": 0,
        "HY03": 0,
        "HY04": 2,
        "PV01": 1,
        "PV02": 0,
        "PV03": 3,
        "PV04": 0,
        "PV05": 0,
    }
    # Group-only (L03), stopped (L06), signed (L07) stand beside and lift no state; a buyer (L01) does not count.
    assert toy["group_only"].to_dict() | {"PV04": 0, "HY02": 0} == dict.fromkeys(toy.index, 0)
    assert toy.loc["PV04", "group_only_firms"] == ("甲六电源有限公司", "甲三电气有限公司")
    assert toy.loc["HY02", "group_only_firms"] == ("甲七氢能装备有限公司",)


def test_no_reference_means_no_expected_count_and_nothing_missing(toy: pd.DataFrame) -> None:
    assert toy["expected"].isna().all()
    assert not set(toy["state"]) & {"missing", "unknown", "weak", "normal", "strong"}


def test_demand_and_supply_lie_one_link_away(toy: pd.DataFrame) -> None:
    # PV02 feeds PV03, made by L01, L04 and L05; the leader is asked first. PV01 feeds PV02, made by L02.
    assert toy.loc["PV02", "local_demand"] == 3
    assert toy.loc["PV02", "buyers"][0] == "甲一新能源有限公司"
    assert toy.loc["PV02", "local_supply"] == 1
    assert toy.loc["PV04", ["local_demand", "local_supply"]].tolist() == [0, 0]


def test_a_node_listed_in_two_chains_has_the_same_firms(toy: pd.DataFrame) -> None:
    for column in ("found", "nearby_found", "suppliers"):
        assert toy.loc["PV05", column] == toy.loc["HY01", column]
    assert toy.loc["HY01", "suppliers"] == 2  # O04 (listed under HY01) and O05 (under PV05), one firm each


def test_severity_is_the_sum_of_its_printed_parts(toy: pd.DataFrame) -> None:
    parts = [column for column in toy if column.startswith("severity_")]
    assert toy[parts].sum(axis=1).tolist() == pytest.approx(toy["severity"].tolist())
    # PV02: none_known 2 + three buyers at .5 + high value 1 + must-pass .5 (of PV03 and PV05 only PV03)
    assert toy.loc["PV02", "severity"] == pytest.approx(2 + 1.5 + 1 + 0 + 0.5)
    assert (toy.loc[toy["state"].isin(PRESENT_STATES), "severity"] == 0).all()


def test_order_data_give_the_local_share(toy: pd.DataFrame) -> None:
    assert toy.loc["PV01", "local_order_share"] == 1.0
    assert toy.loc["PV02", "local_order_share"] == 0.0
    assert math.isnan(toy.loc["PV03", "local_order_share"])


def test_admission_of_an_enclosing_region_holds_and_that_of_a_part_does_not(toy: pd.DataFrame) -> None:
    assert toy.loc["PV02", "admission"] == "鼓励"
    assert toy["admission"].isna()["HY02"]  # restricted in 平湖市 only


def test_fill_mode_follows_the_printed_rule(toy: pd.DataFrame) -> None:
    assert toy.loc["PV01", "fill_mode"] == "cultivate"  # somebody makes it here
    assert toy.loc["PV02", "fill_mode"] == "recruit"
    assert toy.loc["PV03", "fill_mode"] != toy.loc["PV03", "fill_mode"]  # nothing to fill
    tables = toy_tables()
    tables["segment_rules"] = tables["segment_rules"].assign(region="浙江", admission="禁止")
    assert facts(tables).loc["PV02", "fill_mode"] == "unsuitable"


def test_made_near_by_three_firms_needs_no_recruiting() -> None:
    tables = toy_tables()
    tables["firms"].loc[tables["firms"]["firm_id"].isin(["O02", "O03", "O08"]), ["province", "city"]] = ["浙江", "杭州"]
    assert facts(tables).loc["PV02", "fill_mode"] == "recruit"  # high value: still worth having
    tables["segments"]["high_value"] = False
    assert facts(tables).loc["PV02", "fill_mode"] == "nearby"


def test_a_person_s_check_overrides_and_is_told() -> None:
    tables = toy_tables()
    tables["confirmations"] = pd.DataFrame(
        {
            **{"segment_id": ["PV02", "PV04"], "region": ["嘉兴"] * 2, "state": ["missing", "present"]},
            **{"by": ["市经信局"] * 2, "date": ["2024-06"] * 2, "source": ["走访记录"] * 2},
            **{"as_of": ["2024-06"] * 2, "confidence": ["seen"] * 2},
        }
    ).astype("str")
    found = facts(tables)
    assert found.loc["PV02", "state"] == "missing"
    assert found.loc["PV04", "state"] == "present_unlisted"
    table = cg.find_gaps(ChainGraph("toy", tables), region="嘉兴", lang="en").set_index("segment_id")
    assert "checked: not there (市经信局 2024-06)" in table.loc["PV02", "reasons"]
    assert table["question"].isna()["PV02"]  # what is checked is not asked again


def national(counts: dict[str, tuple[int, int]]) -> ChainGraph:
    """A reference of (outside, local) firms per PV segment, tagged by one rule."""
    tables = toy_tables()
    rows, firms = [], []
    for segment, (outside, local) in counts.items():
        for index in range(outside + local):
            firm = f"N-{segment}-{index}"
            rows.append((firm, segment, "maker"))
            firms.append((firm, firm, "中国", "浙江", "嘉兴" if index >= outside else "杭州"))
    segments = pd.DataFrame(rows, columns=["firm_id", "segment_id", "kind"]).astype("str")
    people = pd.DataFrame(firms, columns=["firm_id", "firm", "country", "province", "city"]).astype("str")
    empty = toy_case()
    frames = {
        "firm_segments": segments.reindex(columns=empty["firm_segments"].columns).astype(empty["firm_segments"].dtypes),
        "firms": people.reindex(columns=empty["firms"].columns).astype(empty["firms"].dtypes),
    }
    return ChainGraph(
        "national", {**{name: tables[name] for name in ("chains", "segments", "segment_links")}, **frames}
    )


def test_a_constructed_reference_shows_every_state() -> None:
    # 嘉兴 holds 60 of the chain's 600 firms: a tenth of each segment's is to be expected.
    counts = {"PV01": (97, 3), "PV02": (200, 0), "PV03": (20, 50), "PV04": (15, 0), "PV05": (208, 7)}
    found = facts(toy_tables(), NationalReference(national(counts)))
    total, local = 600, 60
    assert found.loc["PV02", "expected"] == pytest.approx(200 / total * local)
    states = found["state"].to_dict()
    assert states["PV02"] == "missing"
    assert states["PV04"] == "none_known"  # 1.5 expected: too few to call it missing, so the case speaks
    assert states["PV03"] == "strong"  # 50 against 7 expected, and three firms known by name
    assert states["PV01"] == "weak"  # 3 against 10: the interval ends at .78
    assert states["PV05"] == "unknown"  # tagged firms alone never make a segment present
    assert states["HY02"] == "none_known"  # the reference says nothing of this chain


@pytest.mark.parametrize(
    ("found", "expected", "state"),
    [
        (0, 3.0, "missing"),
        (0, 2.99, "unknown"),
        (1, 1.0, "normal"),
        (2, 0.05, "normal"),
        (3, 0.3, "strong"),
        (1, 9.0, "weak"),
    ],
)
def test_states_by_the_interval_rule(found: int, expected: float, state: str) -> None:
    assert state_of(found, expected=expected, share=0.1, chain_local=int(expected * 10)) == state


def test_the_published_example_of_a_strong_segment() -> None:
    """Other textiles, 5 firms of 18 in the country, 43 of 4,376 here: lower bound of the quotient 12.5."""
    from scipy.stats import gamma

    expected = 43 * 18 / 4376
    assert gamma.ppf(0.05, 5.5) / expected == pytest.approx(12.5, abs=0.5)
    assert state_of(5, expected=expected, share=18 / 4376, chain_local=43) == "strong"


@given(st.integers(0, 50), st.floats(0.01, 50))
def test_more_firms_never_make_a_segment_weaker(found: int, expected: float) -> None:
    order = ["missing", "unknown", "weak", "normal", "strong"]
    first = state_of(found, expected=expected, share=0.1, chain_local=100)
    second = state_of(found + 1, expected=expected, share=0.1, chain_local=100)
    assert order.index(second) >= order.index(first)


@pytest.mark.parametrize("seed", range(3))
def test_row_order_never_matters(seed: int) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=seed) for name, frame in toy_tables().items()}
    pd.testing.assert_frame_equal(facts(shuffled), facts(toy_tables()))


def test_the_rules_are_a_file_that_can_be_read() -> None:
    assert set(gap_rules()) == {"state", "parts", "rule"}


def test_the_table_that_is_handed_over() -> None:
    table = cg.find_gaps(ChainGraph("toy", toy_tables()), region="嘉兴", lang="zh")
    assert tuple(table.columns) == GAP_COLUMNS
    row = table.set_index("segment_id").loc["PV02"]
    assert row["ask_whom"] == "甲一新能源有限公司（下游企业）"
    assert "电池片" in row["question"]
    assert "本数据中未见本地企业" in row["reasons"]
    assert table.groupby("chain_id")["severity"].apply(lambda values: values.is_monotonic_decreasing).all()


def test_unknown_region_names_near_ones() -> None:
    with pytest.raises(cg.ChaingraphError, match="嘉兴"):
        cg.find_gaps(ChainGraph("toy", toy_tables()), region="嘉兴兴")
