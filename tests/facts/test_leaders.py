"""Who leads, on what ground: every ground and what is no ground."""

from __future__ import annotations

import pandas as pd

from chaingraph.choosing.surveying import look_around, survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.derived_tables import firm_places
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.gaps import describe_leaders
from chaingraph.wording.phrases import in_words
from tests.toy import toy_tables


def leaders(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    graph = ChainGraph("toy", tables)
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        return look_around(graph, "嘉兴", query, places).leaders


def test_leaders_by_hand() -> None:
    found = leaders(toy_tables()).set_index(["chain_id", "firm_id"])
    assert found["ground"].to_dict() == {("hy", "L08"): "orders", ("pv", "L01"): "designated"}
    # L08 has all recorded purchases of HY02, L01 all of PV01 and PV02.
    assert found.loc[("hy", "L08"), "order_share"] == 1.0
    assert found.loc[("pv", "L01"), "segments"] == ("PV03",)  # PV05 it only buys
    assert found.loc[("pv", "L01"), "links"] == 3


def test_position_needs_a_row_that_is_shown_to_be_made_here() -> None:
    tables = toy_tables()
    tables["designations"], tables["leader_purchases"] = (
        tables[name].iloc[:0] for name in ("designations", "leader_purchases")
    )
    assert leaders(tables)["firm_id"].tolist() == ["L08", "L01"]
    rows = tables["firm_segments"]
    tables["firm_segments"] = rows.assign(basis=rows["basis"].where(rows["firm_id"] != "L01", "group"))
    assert leaders(tables)["firm_id"].tolist() == ["L08"]


def test_a_designated_firm_that_is_not_shown_to_produce_says_so() -> None:
    tables = toy_tables()
    rows = tables["firm_segments"]
    tables["firm_segments"] = rows.assign(status=rows["status"].where(rows["firm_id"] != "L01", "signed"))
    found = leaders(tables)
    row = found[found["firm_id"] == "L01"].iloc[0]
    assert not row["proven"]
    told = in_words(describe_leaders(found, ChainGraph("toy", tables)), "en").set_index("firm_id")
    assert "production here is not proven" in told.loc["L01", "reason"]


def test_the_table_holds_names_and_reasons() -> None:
    told = in_words(describe_leaders(leaders(toy_tables()), ChainGraph("toy", toy_tables())), "zh").set_index("firm_id")
    assert told.loc["L01", "firm"] == "甲一新能源有限公司"
    assert told.loc["L01", "segments"] == "组件"
    assert "100%" in told.loc["L08", "reason"]
