"""Chain templates as tables: Jiaxing's ten are those of its case; what a case has stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import CaseError
from chaingraph.importers.chains import added_chains, chain_tables
from chaingraph.model.case import Case
from chaingraph.model.chain_template import load_chain
from chaingraph.model.columns import split
from chaingraph.model.registry import shipped
from chaingraph.reading.read import read_case
from chaingraph.wording.english import English, shipped_words
from chaingraph.writers.case import write_case

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


def test_every_template_is_a_case_without_a_reject(tmp_path: Path) -> None:
    tables = chain_tables([load_chain(name) for name in shipped("chains")])
    write_case(Case("all", tables), tmp_path / "all", form="csv")
    assert not len(read_case(tmp_path / "all", required=("chains", "segments")).rejects)


def test_every_text_that_a_template_shows_has_english() -> None:
    """Whoever adds a chain adds the words it brings to chaingraph/library/english.csv."""
    english = English(shipped_words(), {})
    tables = chain_tables([load_chain(name) for name in shipped("chains")])
    shown = {
        text
        for table, columns in {
            "chains": ("source",),
            "segments": ("keywords", "reason", "source"),
            "segment_links": ("source",),
        }.items()
        for column in columns
        for cell in tables[table][column].dropna()
        for text in (split(cell) if column == "keywords" else [cell])
    }
    assert len(shown) > 2000
    assert sorted(text for text in shown if english.known(text) is None) == []
    for column in ("chain_en", "segment_en"):
        table = column.removesuffix("_en") + "s"
        assert not [name for name in tables[table][column] if not name.isascii()]


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
    tables, new = added_chains(Case("own", {}), [load_chain("新能源汽车")])
    assert [template.id for template in new] == ["EV"]
    held = Case("own", {**tables, "segments": tables["segments"].iloc[1:]})
    more, new = added_chains(held, [load_chain("新能源汽车"), load_chain("光伏新能源")])
    assert [template.id for template in new] == ["PV"]
    assert set(more["segments"]["chain_id"]) == {"PV"}  # what the case has left out of its chain stays out
    links = set(zip(more["segment_links"]["from_segment_id"], more["segment_links"]["to_segment_id"], strict=True))
    assert ("EV04", "PV11") in links
    nothing, new = added_chains(held, [load_chain("新能源汽车")])
    assert not new
    assert not any(len(frame) for frame in nothing.values())


def test_a_word_that_the_case_uses_is_not_added_as_one_of_no_chain() -> None:
    pumps = Case("own", chain_tables([load_chain("泵阀与缝制装备")]))
    more, _ = added_chains(pumps, [load_chain("新能源汽车")])
    assert "空压机" not in set(more["segment_terms"]["term"])


def test_an_id_for_two_things_is_refused() -> None:
    cars = load_chain("新能源汽车")
    with pytest.raises(CaseError, match="EV is used for two things"):
        chain_tables([cars, replace(cars, name="other", title={"zh": "别的", "en": "Other"})])
    other = replace(cars, id="XX", title={"zh": "别的", "en": "Other"})
    with pytest.raises(CaseError, match="EV01"):
        chain_tables([cars, other])
    held = Case("own", chain_tables([cars]))
    with pytest.raises(CaseError, match="EV01"):
        added_chains(held, [other])


def test_a_chain_is_found_by_a_title_with_brackets_of_either_width() -> None:
    assert load_chain("生物医药(原料药)").id == load_chain("生物医药（原料药）").id
