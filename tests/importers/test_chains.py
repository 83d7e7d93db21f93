"""Chain templates as tables: Jiaxing's ten are those of its case; what a case has stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import CaseError
from chaingraph.importers.chains import chain_tables, with_chains
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.chain_template import load_chain
from chaingraph.model.registry import shipped
from chaingraph.reading.read import read_case

JIAXING = Path(__file__).resolve().parents[2] / "data" / "jiaxing"
TEN = [
    name
    for name in shipped("chains")
    if load_chain(name).id in ("CM", "FA", "NC", "PV", "EV", "HY", "NM", "AS", "OE", "LH")
]


def test_jiaxings_ten_are_its_case() -> None:
    case, tables = read_case(JIAXING), chain_tables([load_chain(name) for name in TEN])
    for table, columns in {
        "chains": ["chain_id", "chain", "chain_en", "chain_class", "strategy"],
        "segments": [
            "segment_id",
            "chain_id",
            "segment",
            "segment_en",
            "stage",
            "keywords",
            "gbt4754",
            "high_value",
            "chokepoint",
            "reason",
        ],
        "segment_links": ["from_segment_id", "to_segment_id", "kind"],
    }.items():
        own, made = (
            frame[columns].sort_values(columns[:3], ignore_index=True) for frame in (case[table], tables[table])
        )
        pd.testing.assert_frame_equal(own, made, check_dtype=False)


def test_links_to_other_chains_hold_where_both_are_taken() -> None:
    across = ("EV04", "PV11")
    alone = chain_tables([load_chain("新能源汽车")])["segment_links"]
    both = chain_tables([load_chain("新能源汽车"), load_chain("光伏新能源")])["segment_links"]
    assert across not in set(zip(alone["from_segment_id"], alone["to_segment_id"], strict=True))
    assert across in set(zip(both["from_segment_id"], both["to_segment_id"], strict=True))


def test_a_word_of_no_chain_that_a_chosen_chain_uses_counts_there() -> None:
    """ "空压机" is of none of Jiaxing's chains, and of the pumps."""
    cars, pumps = (
        chain_tables([load_chain(name)])["segment_terms"] for name in ("new_energy_vehicles", "泵阀与缝制装备")
    )
    assert cars.set_index("term").loc["空压机", "segments"] is not None
    assert pd.isna(cars.set_index("term").loc["空压机", "segments"])
    assert "空压机" not in set(pumps["term"])


def test_chains_are_added_beside_what_a_case_has() -> None:
    first, count = with_chains(Case("own", {}), [load_chain("新能源汽车")])
    assert count == 1
    shorter = {**first.tables, "segments": first["segments"].iloc[1:]}
    both, count = with_chains(Case("own", shorter), [load_chain("新能源汽车"), load_chain("光伏新能源")])
    assert count == 1
    assert "EV01" not in set(both["segments"]["segment_id"])  # the case has left it out
    assert not both["segments"]["segment_id"].duplicated().any()
    links = set(zip(both["segment_links"]["from_segment_id"], both["segment_links"]["to_segment_id"], strict=True))
    assert ("EV04", "PV11") in links
    build_graph(both)


def test_an_id_for_two_things_is_refused() -> None:
    cars = load_chain("新能源汽车")
    with pytest.raises(CaseError, match="EV is used for two things"):
        chain_tables([cars, replace(cars, name="other", title={"zh": "别的", "en": "Other"})])
    other = replace(cars, id="XX", title={"zh": "别的", "en": "Other"})
    with pytest.raises(CaseError, match="EV01"):
        chain_tables([cars, other])
    held, _ = with_chains(Case("own", {}), [cars])
    with pytest.raises(CaseError, match="EV01"):
        with_chains(held, [other])
