"""A foreign chip chain with market shares: states and choke points follow what is made, not how many make it."""

from __future__ import annotations

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.facts.gaps import PRESENT_STATES
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, empty_table

# Segment: firms as (country, share of the output; None = not stated).
SHARES: dict[str, list[tuple[str, float | None]]] = {
    "IC01": [("日本", 0.50), ("日本", 0.40), ("德国", 0.05)],  # Japan makes 90 %
    "IC02": [("荷兰", 1.00)],  # one maker in the world
    "IC03": [("日本", 0.01), ("日本", 0.01), ("日本", 0.01), ("美国", 0.60), ("韩国", 0.30)],
    "IC04": [("日本", 0.02), ("日本", None), ("日本", None), ("美国", 0.30)],  # two say nothing of their share
    "IC05": [("美国", 0.45), ("日本", 0.45), ("韩国", 0.10)],
    "IC06": [("日本", None), ("日本", None), ("日本", None)],
}


def chips(links: list[tuple[str, str, str]] | None = None) -> Case:
    rows = [
        (f"{segment}-{number}", segment, country, share)
        for segment, held in SHARES.items()
        for number, (country, share) in enumerate(held)
    ]
    tables = {
        "chains": [{"chain_id": "IC", "chain": "芯片", "chain_class": "future"}],
        "segments": [
            {"segment_id": segment, "chain_id": "IC", "segment": f"环节{segment}", "stage": "upstream"}
            for segment in (*SHARES, "IC07")
        ],
        "firms": [{"firm_id": firm, "firm": f"{firm} Corp", "country": country} for firm, _, country, _ in rows],
        "firm_segments": [
            {
                "firm_id": firm,
                "segment_id": segment,
                "kind": "maker",
                "basis": "site",
                "status": "producing",
                "market_share": share,
            }
            for firm, segment, _, share in rows
        ],
        "segment_links": [
            {"from_segment_id": one, "to_segment_id": other, "kind": kind} for one, other, kind in links or []
        ],
    }
    frames = {}
    for name, held in tables.items():
        empty = empty_table(name)
        frames[name] = pd.DataFrame(held).reindex(columns=list(empty.columns)).astype(empty.dtypes.to_dict())
    return Case("chips", frames)


def gaps(region: str, links: list[tuple[str, str, str]] | None = None) -> pd.DataFrame:
    table = cg.find_gaps(build_graph(chips(links)), region=region, lang="en", reference=None)
    return table.set_index("segment_id")


def test_what_is_made_weighs_more_than_how_many_make_it() -> None:
    japan = gaps("日本")
    assert japan["state"].to_dict() == {
        "IC01": "strong",  # two firms would be thin
        "IC02": "none_known",
        "IC03": "weak",  # three firms, 3 %
        "IC04": "present",  # 2 %, and two firms that may make all the rest
        "IC05": "strong",
        "IC06": "present",
        "IC07": "none_known",
    }
    assert japan.loc["IC01", "market_share"] == pytest.approx(0.90)
    assert japan.loc["IC02", "market_share"] == 0
    assert pd.isna(japan.loc["IC06", "market_share"])
    assert gaps("荷兰").loc["IC02", "state"] == "strong"


@pytest.mark.parametrize("region", ["日本", "荷兰", "美国", "韩国", "德国", "中国"])
def test_no_state_contradicts_the_shares(region: str) -> None:
    table = gaps(region)
    told = table[table["market_share"].notna()]
    assert len(told) == 5
    known = told.drop(index="IC04")  # where all firms state their share
    assert not known.loc[known["market_share"] < 0.05, "state"].isin(PRESENT_STATES).any()
    assert told.loc[told["market_share"] > 0.40, "state"].isin(PRESENT_STATES).all()


def test_every_single_source_is_a_choke_point_by_fact() -> None:
    table = gaps("中国")
    assert table["single_source"].dropna().to_dict() == {"IC01": "日本", "IC02": "IC02-0 Corp"}
    assert table["chokepoint"].fillna(value=False).astype(bool).to_dict() == {
        segment: segment in ("IC01", "IC02") for segment in table.index
    }
    assert "IC02-0 Corp makes 100% of the output" in table.loc["IC02", "reasons"]
    assert "analyst" not in table.loc["IC02", "reasons"]
    assert table.loc["IC02", "severity"] == table.loc["IC05", "severity"] + 1


def test_a_maker_of_one_sort_is_a_maker_of_the_thing() -> None:
    japan = gaps("日本", [("IC01", "IC07", "is_a")])
    assert (japan.loc["IC07", "found"], japan.loc["IC07", "state"]) == (2, "thin")
    assert pd.isna(japan.loc["IC07", "market_share"])  # a share of one sort is none of the whole
    assert japan.loc["IC01", "found"] == 2
