"""The list that goes by the leaders: rivals leave, tied ones stay, who is known as a supplier comes before others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chaingraph.facts.rivals import ALSO_SUPPLY, as_suppliers, with_supply
from chaingraph.model.case import empty_table
from chaingraph.model.graph import ChainGraph

# Cars (leader L) need seats; glass is L2's, which sells it to L. C1 and C2 buy and make what nobody knows; C3 is of
# the chain, C4 makes cars.
MAKES = {
    "L": "cars", "R1": "cars", "R2": "cars", "S1": "seats", "S2": "seats", "S3": "seats", "L2": "glass", "G": "glass",
    "C3": "tyres", "C4": "cars", "C5": "boats",
}  # fmt: skip
CHAINS = {"cars": "car", "seats": "car", "glass": "car", "tyres": "car", "boats": "ship"}
SAME_PRODUCT, SAME_CHAIN, OTHER = ALSO_SUPPLY


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=empty_table(name).columns).astype(empty_table(name).dtypes)


def graph(*supplies: tuple[str, str]) -> ChainGraph:
    feeds = [("seats", "cars"), ("glass", "cars")]
    return ChainGraph(
        "made",
        {
            "firms": table("firms", [{"firm_id": firm, "firm": firm} for firm in (*MAKES, "C1", "C2")]),
            "firm_segments": table("firm_segments", [{"firm_id": f, "segment_id": s} for f, s in MAKES.items()]),
            "segments": table("segments", [{"segment_id": s, "chain_id": c} for s, c in CHAINS.items()]),
            "segment_links": table(
                "segment_links", [{"from_segment_id": a, "to_segment_id": b, "kind": "feeds"} for a, b in feeds]
            ),
            "firm_links": table(
                "firm_links", [{"source_id": a, "target_id": b, "kind": "supplies"} for a, b in supplies]
            ),
        },
    )


def asked(held: ChainGraph, *, name: str = "leader", kind: str = "new") -> pd.DataFrame:
    firms = [firm for firm in MAKES if not firm.startswith(("L", "C"))]
    rows = pd.DataFrame(
        {
            "list": name, "chain_id": "car", "segment_id": [MAKES[firm] for firm in firms], "firm_id": firms,
            "group_id": firms, "candidate_list": kind,
        }
    )  # fmt: skip
    leading = pd.DataFrame({"chain_id": "car", "firm_id": ["L", "L2"], "segments": [("cars",), ("glass",)]})
    return as_suppliers(rows, held, leading).set_index("firm_id")


def test_a_rival_leaves_the_leaders_list_and_no_other() -> None:
    assert list(asked(graph()).index) == ["S1", "S2", "S3", "G"]
    assert "R1" in asked(graph(), name="main").index
    assert "R1" in asked(graph(), kind="reinvest").index


def test_a_rival_that_is_tied_to_a_leader_stays() -> None:
    assert "R1" in asked(graph(("R1", "L"))).index
    assert "R1" not in asked(graph(("R1", "C1"))).index


def test_what_one_leader_makes_and_another_buys_is_no_rivalry() -> None:
    assert "G" in asked(graph()).index


def chance(others: int, of_leaders: int, rate: float) -> float:
    """Of a customer's other suppliers so many supply a leader, shrunk by ten towards the rate."""
    return (of_leaders + 10 * rate) / (others + 10)


def popular(customers: int, usual: float) -> float:
    return float(0.5 * np.log((customers + 1) / (usual + 1)))


def test_a_customer_brings_along_who_supplies_it_beside_a_leaders_supplier() -> None:
    # L buys from S2; C1 buys from S2 and S1, C2 from G alone; of seats S1 has one customer, S2 two and S3 none.
    held = asked(graph(("S2", "L"), ("S2", "C1"), ("S1", "C1"), ("G", "C2")))
    expected = np.log(chance(1, 1, OTHER) / OTHER) + popular(1, 1.0)
    assert held.loc["S1", "supply"] == pytest.approx(expected)
    # C2 has no other supplier: no more is known than the rate.
    assert held.loc["G", "supply"] == pytest.approx(popular(1, 0.5))


def test_who_supplies_nobody_on_record_is_not_known_as_a_supplier() -> None:
    held = asked(graph(("S2", "L"), ("S2", "C1"), ("S1", "C1")))
    assert np.isnan(held.loc["S3", "supply"])


def test_a_leaders_own_custom_is_the_tie_and_no_chance() -> None:
    held = asked(graph(("S2", "L"), ("S1", "C1")))
    assert held.loc["S2", "supply"] == pytest.approx(popular(1, 2 / 3))


@pytest.mark.parametrize(("customer", "rate"), [("C4", SAME_PRODUCT), ("C3", SAME_CHAIN), ("C5", OTHER), ("C1", OTHER)])
def test_a_customer_counts_by_what_it_is_to_the_leaders(customer: str, rate: float) -> None:
    held = asked(graph(("S1", customer)))
    assert held.loc["S1", "supply"] == pytest.approx(np.log(rate / OTHER) + popular(1, 1 / 3))


def test_two_customers_are_two_chances() -> None:
    held = asked(graph(("S1", "C4"), ("S1", "C3")))
    both = 1 - (1 - SAME_PRODUCT) * (1 - SAME_CHAIN)
    assert held.loc["S1", "supply"] == pytest.approx(np.log(both / OTHER) + popular(2, 2 / 3))


def test_rates_of_ones_own_take_the_place_of_those_shipped() -> None:
    held = graph(("S1", "C4"))
    rows = pd.DataFrame(
        {
            "list": "leader", "chain_id": "car", "segment_id": ["seats"], "firm_id": ["S1"], "group_id": ["S1"],
            "candidate_list": "new",
        }
    )  # fmt: skip
    leading = pd.DataFrame({"chain_id": "car", "firm_id": ["L"], "segments": [("cars",)]})
    found = as_suppliers(rows, held, leading, rates=(0.5, 0.2, 0.1))
    assert found.loc[0, "supply"] == pytest.approx(np.log(5) + popular(1, 1 / 3))


def test_popularity_is_within_the_product() -> None:
    held = asked(graph(("S1", "C1"), ("S1", "C2"), ("S2", "C5"), ("G", "C1"), ("G", "C2")))
    alike = held.loc["S1", "supply"] - held.loc["G", "supply"]  # the same customers, another product
    assert alike == pytest.approx(popular(2, 1.0) - popular(2, 1.0))
    held = asked(graph(("S1", "C1"), ("S1", "C2"), ("S2", "C5"), ("S3", "C5"), ("G", "C1"), ("G", "C2")))
    assert held.loc["S1", "supply"] - held.loc["G", "supply"] == pytest.approx(popular(2, 4 / 3) - popular(2, 1.0))


def test_on_other_lists_nothing_is_added() -> None:
    assert asked(graph(("S1", "C1")), name="main")["supply"].isna().all()


def test_the_leaders_list_goes_by_supply_and_a_quarter_of_the_fit() -> None:
    rows = pd.DataFrame(
        {
            "list": ["leader", "leader", "leader", "leader", "main"],
            "s": [2.0, 2.0, np.nan, np.nan, 2.0],
            "supply": [1.0, np.nan, 1.0, np.nan, np.nan],
        }
    )
    found = with_supply(rows)
    assert found[[0, 1, 2, 4]].tolist() == [1.5, 0.5, 1.0, 2.0]
    assert np.isnan(found[3])
