"""The list that goes by the leaders: rivals leave, tied ones stay, who is known as a supplier comes before others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chaingraph.facts.rivals import as_suppliers
from chaingraph.model.case import empty_table
from chaingraph.model.graph import ChainGraph

# Cars (leader L) need seats; glass is L2's, which sells it to L.
MAKES = {
    "L": "cars", "R1": "cars", "R2": "cars", "S1": "seats", "S2": "seats", "S3": "seats", "L2": "glass", "G": "glass",
}  # fmt: skip


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=empty_table(name).columns).astype(empty_table(name).dtypes)


def graph(*supplies: tuple[str, str]) -> ChainGraph:
    feeds = [("seats", "cars"), ("glass", "cars")]
    return ChainGraph(
        "made",
        {
            "firms": table("firms", [{"firm_id": firm, "firm": firm} for firm in (*MAKES, "C1", "C2")]),
            "firm_segments": table("firm_segments", [{"firm_id": f, "segment_id": s} for f, s in MAKES.items()]),
            "segment_links": table(
                "segment_links", [{"from_segment_id": a, "to_segment_id": b, "kind": "feeds"} for a, b in feeds]
            ),
            "firm_links": table(
                "firm_links", [{"source_id": a, "target_id": b, "kind": "supplies"} for a, b in supplies]
            ),
        },
    )


def asked(held: ChainGraph, *, name: str = "leader", kind: str = "new") -> pd.DataFrame:
    firms = [firm for firm in MAKES if not firm.startswith("L")]
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


def test_co_supply_and_customers_come_before_nothing_known() -> None:
    # L buys from S2; C1 buys from S2 and S1: the leader and C1 share a supplier, so S1 is near; S3 supplies nobody.
    held = asked(graph(("S2", "L"), ("S2", "C1"), ("S1", "C1")))
    assert held.loc["S1", "supply"] > held.loc["S3", "supply"] == 0
    mean = (1 + 2 + 0) / 3
    assert held.loc["S1", "supply"] == pytest.approx(np.log(2) + np.log(2 / (mean + 1)))


def test_popularity_is_within_the_product() -> None:
    held = asked(graph(("S1", "C1"), ("S1", "C2"), ("S2", "C1"), ("G", "C1"), ("G", "C2")))
    assert held.loc["S1", "supply"] > held.loc["S2", "supply"]
    assert held.loc["G", "supply"] == pytest.approx(np.log(3 / ((2 + 0) / 2 + 1)))


def test_on_other_lists_nothing_is_added() -> None:
    assert (asked(graph(("S1", "C1")), name="main")["supply"] == 0).all()
