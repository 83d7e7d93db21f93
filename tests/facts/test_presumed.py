"""Firms registered here whose making nobody has seen: counted apart, asked first, and site once confirmed."""

from __future__ import annotations

import pandas as pd

import chaingraph as cg
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, empty_table
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.gaps import weekly_questions
from chaingraph.wording.phrases import in_words
from tests.toy import toy_tables

SEGMENT = "PV04"  # two local firms beside it, L03 (only the group is known to) and L06 (stopped): none known


def presumed_tables() -> dict[str, pd.DataFrame]:
    """L02 to L05 are registered here and their products say PV04; staff 50, 200, not known; L04 is 规上."""
    tables = toy_tables()
    rows = tables["firm_segments"]
    rows = rows[~((rows["segment_id"] == SEGMENT) & rows["firm_id"].isin(["L02", "L03", "L04", "L05"]))]
    new = empty_table("firm_segments").reindex(range(4))
    new = new.assign(
        firm_id=["L02", "L03", "L04", "L05"], segment_id=SEGMENT, kind="maker", basis="seat", source="made"
    )
    tables["firm_segments"] = pd.concat([rows, new.astype(rows.dtypes.to_dict())], ignore_index=True)
    firms = tables["firms"].set_index("firm_id")
    firms.loc[["L02", "L03"], "employees"] = [50, 200]
    firms.loc["L04", ["tiers", "employees"]] = ["above_scale", 10]
    firms.loc["L05", "employees"] = pd.NA
    tables["firms"] = firms.reset_index()
    return tables


def gaps_of(tables: dict[str, pd.DataFrame], lang: str = "en") -> pd.DataFrame:
    graph = build_graph(Case("toy", tables))
    return cg.find_gaps(graph, region="嘉兴", lang=lang, reference=None)


def test_presumed_firms_are_counted_apart() -> None:
    row = gaps_of(presumed_tables()).set_index("segment_id").loc[SEGMENT]
    assert (row["found"], row["group_only"], row["presumed"]) == (0, 1, 4)
    assert row["state"] == "none_known"
    assert row["fill_mode"] == "to_check"


def test_they_are_asked_about_first_the_largest_first() -> None:
    table = gaps_of(presumed_tables())
    asked = in_words(weekly_questions(table), "en")
    assert asked.loc[0, "segment_id"] == SEGMENT
    names = toy_tables()["firms"].set_index("firm_id")["firm"]
    order = [asked.loc[0, "question"].index(names[firm]) for firm in ("L04", "L03", "L02")]
    assert order == sorted(order)  # 规上, then staff; of nobody-knows-how-many last
    assert asked.loc[0, "ask_whom"].startswith(names["L04"])


def test_a_confirmed_firm_is_found_and_a_refuted_one_is_gone() -> None:
    tables = presumed_tables()
    checks = empty_table("confirmations").reindex(range(2))
    checks = checks.assign(
        segment_id=SEGMENT,
        region="嘉兴",
        firm_id=["L03", "L02"],
        state=["present", "missing"],
        by="市经信局",
        date="2024-06",
        source="走访",
    )
    tables["confirmations"] = checks.astype(empty_table("confirmations").dtypes.to_dict())
    row = gaps_of(tables).set_index("segment_id").loc[SEGMENT]
    assert (row["found"], row["presumed"]) == (1, 2)
    assert row["confirmed"] is None or pd.isna(row["confirmed"])  # nobody said so of the segment as a whole
    again = build_graph(build_case(tables))
    held = again["firm_segments"].set_index(["firm_id", "segment_id"]).loc[("L03", SEGMENT)]
    assert (held["basis"], held["status"], held["confidence"]) == ("site", "producing", "seen")


def build_case(tables: dict[str, pd.DataFrame]) -> Case:
    """The tables that a graph of them holds, as a case: what is confirmed twice is confirmed once."""
    graph: ChainGraph = build_graph(Case("toy", tables))
    return Case("toy", graph.tables)


def test_a_confirmation_adds_a_firm_that_had_no_row() -> None:
    tables = toy_tables()
    checks = empty_table("confirmations").reindex(range(1))
    checks = checks.assign(segment_id="PV02", region="嘉兴", firm_id="L08", state="present", date="2024-06")
    tables["confirmations"] = checks.astype(empty_table("confirmations").dtypes.to_dict())
    assert gaps_of(tables).set_index("segment_id").loc["PV02", "found"] == 1


def test_a_firm_that_is_no_more_is_nowhere_even_where_somebody_once_said_present() -> None:
    tables = presumed_tables()
    firms = tables["firms"].set_index("firm_id")
    firms.loc["L05", "status"] = "dissolved"
    tables["firms"] = firms.reset_index()
    row = gaps_of(tables).set_index("segment_id").loc[SEGMENT]
    assert (row["found"], row["presumed"]) == (0, 3)
    checks = empty_table("confirmations").reindex(range(1))
    checks = checks.assign(segment_id=SEGMENT, region="嘉兴", firm_id="L05", state="present", by="某局")
    tables["confirmations"] = checks.astype(empty_table("confirmations").dtypes.to_dict())
    assert gaps_of(tables).set_index("segment_id").loc[SEGMENT, "found"] == 0
