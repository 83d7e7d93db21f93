"""How old is what the case knows: by table and chain, each row once; what nobody has reviewed does not count."""

from __future__ import annotations

import pandas as pd

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.freshness import freshness
from chaingraph.model.columns import DTYPES
from chaingraph.model.schema import TABLES


def made(**rows: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    """Clean tables of these rows, all other columns empty."""
    names = ("firms", "segments", "firm_segments", "firm_links", "firm_sites", "firm_signals")
    return {
        name: pd.DataFrame(rows.get(name, []), columns=[column.name for column in TABLES[name].columns]).astype(
            {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
        )
        for name in names
    }


def test_rows_count_by_age_in_the_case_once_and_in_each_chain_of_the_firm() -> None:
    tables = made(
        firms=[
            {"firm_id": "a", "firm": "甲", "as_of": "2026-01-05"},
            {"firm_id": "b", "firm": "乙", "as_of": "2024"},
            {"firm_id": "c", "firm": "丙"},
            {"firm_id": "d", "firm": "丁", "as_of": "2020-05"},
        ],
        segments=[{"segment_id": "s", "chain_id": "one"}, {"segment_id": "t", "chain_id": "two"}],
        firm_segments=[
            {"firm_id": "a", "segment_id": "s", "as_of": "2025-11"},
            {"firm_id": "a", "segment_id": "t", "as_of": "2025-10-31"},
        ],
        firm_signals=[
            {"signal_id": "1", "firm_id": "a", "kind": "land", "date": "2026-11", "segment_id": "t"},
            {"signal_id": "2", "firm_id": "a", "kind": "land", "date": "2026-11", "review": "pending"},
            {"signal_id": "3", "firm_id": "a", "kind": "land", "date": "2026-11", "review": "rejected"},
        ],
    )
    with open_engine(tables) as query:
        told = freshness(query, "2026-11-30")
    counts = ["row_count", "recent", "middle", "old", "undated"]
    held = {
        (None if pd.isna(row["chain_id"]) else row["chain_id"], row["table"]): [row[name] for name in counts]
        for row in told.to_dict("records")
    }
    assert held == {
        (None, "firms"): [4, 1, 1, 1, 1],
        (None, "firm_segments"): [2, 1, 1, 0, 0],
        (None, "firm_signals"): [1, 1, 0, 0, 0],
        ("one", "firms"): [1, 1, 0, 0, 0],
        ("one", "firm_segments"): [1, 1, 0, 0, 0],
        ("two", "firms"): [1, 1, 0, 0, 0],
        ("two", "firm_segments"): [1, 0, 1, 0, 0],
        ("two", "firm_signals"): [1, 1, 0, 0, 0],
    }
    assert told["newest"].max() == "2026-11"
