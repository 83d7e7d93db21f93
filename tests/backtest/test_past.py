"""A bureau's own past: who counts as new, what is shown apart, and when a share is printed; constructed outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chaingraph.backtest import past
from chaingraph.backtest.own_reading import past_reading
from chaingraph.backtest.past import ORDERS, Past, look_back, past_as_json
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey
from chaingraph.cli.main import main
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.known_by import known_by
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, complete_tables, empty_table
from tests.toy import toy_tables, write_toy

DAY = "2020"
LATER = {"O12": "2024"}  # firms that the case came to know later, by the date of their rows


def tables() -> dict[str, pd.DataFrame]:
    """The toy case, all of it written down in 2019 but for two firms."""
    held = {}
    for name, frame in toy_tables().items():
        dated = frame.assign(as_of="2019")
        if "firm_id" in frame:
            dated = dated.assign(as_of=frame["firm_id"].map(LATER).fillna("2019"))
        held[name] = dated.astype({"as_of": "str"})
    signal = {
        "signal_id": "x",
        "firm_id": "O03",
        "kind": "new_unit",
        "date": "2020-03",
        "place": "海宁市",
        "stage": "announced",
    }
    more = pd.DataFrame([signal], columns=empty_table("firm_signals").columns).astype(
        empty_table("firm_signals").dtypes
    )
    sites = held["firm_sites"][held["firm_sites"]["firm_id"] != "O02"]
    held["firm_sites"] = sites.assign(since=sites["since"].mask(sites["firm_id"] == "O01", "2018"))
    held["firm_signals"] = pd.concat([held["firm_signals"], more], ignore_index=True)
    return complete_tables(held)


def looked(*came: tuple[str, str, str | None], **segments: str) -> Past:
    whole = tables()
    then = build_graph(Case("then", known_by(whole, DAY).tables))
    found = survey(then, "嘉兴", open_engine, SurveyOptions(as_of=DAY, draws=0))
    outcomes = pd.DataFrame(came, columns=["firm", "region", "date"])
    outcomes = outcomes.assign(segment=outcomes["firm"].map(segments)).astype("str")
    return look_back(whole, then, found, outcomes, day=DAY)


def row_of(result: Past, firm: str) -> dict[str, Any]:
    found: dict[str, Any] = result.outcomes.set_index("firm").loc[firm].to_dict()
    return found


def test_each_comer_stands_where_it_belongs() -> None:
    result = looked(
        ("O02", "海宁市", "2021-05"),
        ("O01", "嘉兴", "2022"),
        ("O03", "嘉兴", "2021"),
        ("谁也不知道的公司", "嘉兴", "2023"),
    )
    statuses = dict(zip(result.outcomes["firm"], result.outcomes["status"], strict=True))
    assert statuses == {"O02": "new", "O01": "reinvest", "O03": "circular", "谁也不知道的公司": "unknown"}
    assert row_of(result, "O02")["listed"] == "new"
    assert bool(row_of(result, "O02")["right_segment"])
    assert pd.isna(row_of(result, "谁也不知道的公司")["right_chain"])


def test_a_name_finds_its_firm_and_a_second_coming_counts_once() -> None:
    result = looked(("乙二电池科技股份有限公司", "嘉兴", "2022"), ("O02", "嘉兴", "2021"))
    assert result.outcomes[["firm", "firm_id"]].to_numpy().tolist() == [["O02", "O02"]]


def test_what_is_not_surely_later_or_not_here_is_counted_and_left_out() -> None:
    result = looked(("O02", "嘉兴", "2020-12"), ("O05", "苏州", "2022"), ("O07", "嘉兴", None), ("O04", "嘉兴", "2021"))
    assert list(result.outcomes["firm"]) == ["O04"]
    assert (result.facts["not_later"], result.facts["elsewhere"], result.facts["undated"]) == (1, 1, 1)


def test_the_segment_that_came_decides_whether_the_list_was_right() -> None:
    right, wrong = (looked(("O02", "嘉兴", "2021"), O02=segment) for segment in ("PV02", "HY02"))
    assert bool(row_of(right, "O02")["right_segment"])
    assert not row_of(wrong, "O02")["right_segment"]
    assert not row_of(wrong, "O02")["right_chain"]


def test_circular_ones_and_those_here_already_raise_no_share() -> None:
    with_both = looked(("O02", "嘉兴", "2021"), ("O01", "嘉兴", "2022"), ("O03", "嘉兴", "2021"))
    alone = looked(("O02", "嘉兴", "2021"))
    pd.testing.assert_frame_equal(with_both.orders, alone.orders)
    assert list(alone.orders["order"]) == list(ORDERS)
    assert alone.orders.set_index("order").loc["list", "hits"] == 1
    assert 0 < alone.orders.set_index("order").loc["random", "hits"] <= 1


def test_a_share_is_printed_from_enough_new_ones_on(monkeypatch: pytest.MonkeyPatch) -> None:
    few = looked(("O02", "嘉兴", "2021"))
    assert few.orders["share"].isna().all()
    assert "%" not in "".join(past_reading(few, "en"))
    monkeypatch.setattr(past, "LEAST", 1)
    enough = looked(("O02", "嘉兴", "2021"))
    assert enough.orders.set_index("order").loc["list", "share"] == 1
    assert any("100.0%" in sentence for sentence in past_reading(enough, "en"))


def test_plain_values_hold_no_missing_numbers() -> None:
    held = past_as_json(looked(("谁也不知道的公司", "嘉兴", "2023")))
    assert held["outcomes"][0]["rank"] is None
    assert held["orders"][0]["share"] is None


@pytest.mark.long
def test_the_command_needs_a_day_and_outcomes_and_writes_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, came, out = write_toy(tmp_path / "case"), tmp_path / "came.csv", tmp_path / "past.json"
    came.write_text("企业,地区,日期\nO04,嘉兴,2030-01\n", encoding="utf-8")
    asked = ["backtest", str(case), "--protocol", "past", "--out", str(out), "--lang", "en"]
    assert main(asked) == 1
    assert "needs --known-by" in capsys.readouterr().err
    assert main([*asked, "--known-by", "2029", "--undated", "keep", "--outcomes", str(came)]) == 0
    assert "Of 1 new ones, on the lists as new targets:" in capsys.readouterr().out
    assert out.exists()
