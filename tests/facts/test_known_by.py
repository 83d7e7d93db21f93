"""A case as of an earlier day: each rule on constructed rows; what came later is nowhere."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from chaingraph.facts.known_by import known_by, last_day
from chaingraph.model.case import complete_tables, empty_table
from tests.toy import toy_tables

DAY = "2022-06-30"


def rows(name: str, *held: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(held), columns=empty_table(name).columns).astype(empty_table(name).dtypes)


def cut(day: str = DAY, *, keep_undated: bool = False, **tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return known_by(complete_tables(tables), day, keep_undated=keep_undated).tables


def firm(name: str = "F", **more: Any) -> dict[str, Any]:
    return {"firm_id": name, "firm": name, **more}


def test_structure_is_exempt() -> None:
    tables = toy_tables()
    found = known_by(tables, "1990").tables
    for name in ("chains", "segments", "segment_links"):
        pd.testing.assert_frame_equal(found[name], tables[name])
    assert found["firms"].empty


@pytest.mark.parametrize(
    ("as_of", "kept"),
    [("2022-06-30", True), ("2022-07-01", False), ("2022-06", False), ("2022", False), ("2021", True), (None, False)],
)
def test_a_row_counts_from_the_last_day_it_may_mean(as_of: str | None, kept: bool) -> None:
    makes = rows("firm_segments", {"firm_id": "F", "segment_id": "S", "as_of": as_of})
    found = cut(
        firms=rows("firms", firm(as_of="2010")), firm_segments=makes, segments=rows("segments", {"segment_id": "S"})
    )
    assert (len(found["firm_segments"]) == 1) is kept


def test_when_it_happened_goes_before_when_it_was_written() -> None:
    signals = rows(
        "firm_signals",
        {"signal_id": "early", "firm_id": "F", "kind": "expansion", "date": "2022-05", "as_of": "2024"},
        {"signal_id": "late", "firm_id": "F", "kind": "expansion", "date": "2022-07", "as_of": "2022-01"},
    )
    assert list(cut(firms=rows("firms", firm(as_of="2010")), firm_signals=signals)["firm_signals"]["signal_id"]) == [
        "early"
    ]


def test_undated_rows_are_dropped_and_counted_or_kept() -> None:
    tables = complete_tables({"firms": rows("firms", firm(), firm("G", as_of="2010"))})
    dropped, kept = known_by(tables, DAY), known_by(tables, DAY, keep_undated=True)
    assert list(dropped.tables["firms"]["firm_id"]) == ["G"]
    assert dropped.counts.to_dict("records") == [
        {"table": "firms", "rows": 2, "kept": 1, "later": 0, "undated": 1, "followed": 0, "trimmed": 0}
    ]
    assert len(kept.tables["firms"]) == 2
    assert kept.counts.empty


@pytest.mark.parametrize(
    ("held", "known"),
    [
        ({"as_of": "2024"}, False),
        ({"as_of": "2024", "founded": "2015"}, True),
        ({"as_of": "2024", "listed": "2015-03"}, True),
        ({"founded": "2022-07"}, False),
        ({"as_of": "2020", "founded": "2023"}, False),
    ],
)
def test_a_firm_is_known_from_its_founding_and_never_before(held: dict[str, Any], known: bool) -> None:
    assert (len(cut(firms=rows("firms", firm(**held)))["firms"]) == 1) is known


def test_a_firm_is_known_when_a_fact_about_it_is_and_its_later_rows_are_not() -> None:
    signals = rows("firm_signals", {"signal_id": "s", "firm_id": "F", "kind": "order", "date": "2020"})
    assert list(cut(firms=rows("firms", firm(as_of="2024")), firm_signals=signals)["firms"]["firm_id"]) == ["F"]
    later = rows("firm_signals", {"signal_id": "s", "firm_id": "F", "kind": "order", "date": "2023"})
    assert cut(firms=rows("firms", firm(as_of="2024")), firm_signals=later)["firms"].empty


def test_what_was_learnt_later_is_left_out_of_a_row_that_stays() -> None:
    held = {
        "founded": "2001", "as_of": "2024", "city": "合肥", "revenue_cny_m": 9.0, "status": "insolvent",
        "parent_id": "P", "listed": "2023-01", "tiers": "global500(2021);global500(2023);little_giant",
    }  # fmt: skip
    known = cut(firms=rows("firms", firm(**held), firm("P", as_of="2001")))["firms"].set_index("firm_id").loc["F"]
    assert (known["city"], known["tiers"]) == ("合肥", "global500(2021)")
    assert known[["revenue_cny_m", "status", "parent_id", "listed"]].isna().all()
    early = cut(firms=rows("firms", firm(**held | {"as_of": "2022"}), firm("P", as_of="2001")), day="2022")["firms"]
    assert early.set_index("firm_id").loc["F", ["status", "parent_id"]].tolist() == ["insolvent", "P"]
    assert early.set_index("firm_id").loc["F", "tiers"] == "global500(2021);little_giant"


def test_a_site_that_closed_later_still_stands() -> None:
    site = {"firm_id": "F", "region": "湖州", "kind": "plant", "since": "2015", "until": "2023", "note": "已迁出"}
    found = cut(firms=rows("firms", firm(as_of="2010")), firm_sites=rows("firm_sites", site | {"as_of": "2024"}))
    assert found["firm_sites"][["until", "note"]].isna().all(axis=None)


def test_what_names_something_left_out_goes_with_it() -> None:
    tables = complete_tables(
        {
            "firms": rows("firms", firm(as_of="2010"), firm("new", founded="2024")),
            "firm_links": rows(
                "firm_links", {"source_id": "new", "target_id": "F", "kind": "supplies", "as_of": "2020"}
            ),
            "firm_signals": rows(
                "firm_signals",
                {"signal_id": "s", "firm_id": "new", "kind": "order", "date": "2020"},
                {"signal_id": "t", "firm_id": "F", "kind": "order", "date": "2020", "counterpart_id": "new"},
            ),
            "evidence": rows("evidence", {"signal_id": "s", "address": "a", "published": "2020"}),
        }
    )
    found = known_by(tables, DAY)
    counts = found.counts.set_index("table")["followed"]
    assert dict(counts) == {"firms": 0, "firm_links": 1, "firm_signals": 1, "evidence": 1}
    assert found.tables["firm_signals"]["counterpart_id"].isna().all()


def test_a_project_is_as_old_as_the_first_word_of_it() -> None:
    project = {"project_id": "P", "firm_id": "F", "region": "嘉善", "amount_cny_m": 900.0, "as_of": "2024"}
    words = [
        {"signal_id": "a", "firm_id": "F", "kind": "expansion", "date": "2021", "project_id": "P"},
        {"signal_id": "b", "firm_id": "F", "kind": "land", "date": "2023", "project_id": "P"},
    ]
    base = {"firms": rows("firms", firm(as_of="2010")), "projects": rows("projects", project)}
    found = cut(**base, firm_signals=rows("firm_signals", *words))
    assert list(found["firm_signals"]["signal_id"]) == ["a"]
    assert found["projects"].loc[0, "region"] == "嘉善"
    assert pd.isna(found["projects"].loc[0, "amount_cny_m"])
    assert cut(**base, firm_signals=rows("firm_signals", words[1]))["projects"].empty


def test_a_day_compares_with_a_year() -> None:
    assert last_day("2022") > "2022-12-30"
    assert last_day("2021") < "2022-01-01"
