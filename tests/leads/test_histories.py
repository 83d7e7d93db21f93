"""One event from several texts, one project through its stages; reading again adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.leads.read import LeadsRead
from chaingraph.model.case import Case, empty_table
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from tests.made_leads import read, together
from tests.toy import toy_case

FIRM = "浙江甲乙汽车部件股份有限公司"
ANNOUNCED = f"{FIRM}拟在嘉兴投资建设减震器基地,总投资不超过15亿元。"
SIGNED = f"{FIRM}减震器基地项目5月30日与嘉兴签约,总投资15亿元。"
ENDED = f"{FIRM}决定终止嘉兴减震器基地项目,改在余姚实施。"


def columns(found: LeadsRead, *names: str) -> list[tuple[object, ...]]:
    return list(found.tables["firm_signals"][list(names)].itertuples(index=False, name=None))


def test_two_texts_of_one_event_are_one_signal_with_contradicting_figures_side_by_side(tmp_path: Path) -> None:
    texts = {"a_2025-06-02.txt": SIGNED, "b_2025-06-09.txt": SIGNED.replace("15亿元", "14.2亿元")}
    found = read(tmp_path, texts)
    assert columns(found, "kind", "stage", "amount_cny_m") == [("expansion", "signed", 1500.0)]
    assert found.tables["evidence"]["amount"].tolist() == ["15亿元", "14.2亿元"]


def test_another_place_or_a_day_far_off_is_another_event(tmp_path: Path) -> None:
    texts = {
        "a_2025-06-02.txt": SIGNED,
        "b_2025-06-09.txt": SIGNED.replace("嘉兴", "滁州"),
        "c_2024-06-09.txt": SIGNED.replace("5月30日", "2023年5月30日"),
    }
    assert len(read(tmp_path, texts).tables["firm_signals"]) == 3


def test_a_later_stage_continues_the_project_and_its_end_closes_it(tmp_path: Path) -> None:
    texts = {"a_2025-05-30.txt": ANNOUNCED, "b_2025-06-09.txt": SIGNED, "c_2025-07-18.txt": ENDED}
    found = read(tmp_path, texts)
    signals, projects = found.tables["firm_signals"], found.tables["projects"]
    assert sorted(signals["stage"]) == ["announced", "ended", "signed"]
    assert signals["project_id"].nunique() == 1
    assert projects["amount_cny_m"].tolist() == [1500.0]
    ended = signals[signals["stage"] == "ended"].iloc[0]
    assert (ended["kind"], ended["instead_place"], ended["site_status"]) == ("exit", "余姚", "decided_elsewhere")


def test_reading_again_adds_nothing_even_in_another_order_or_after_a_decision(tmp_path: Path) -> None:
    texts = {"a_2025-05-30.txt": ANNOUNCED, "b_2025-06-09.txt": SIGNED, "c_2025-07-18.txt": ENDED}
    first = read(tmp_path / "in", texts)
    again = read(tmp_path / "in", dict(reversed(texts.items())))
    for name, rows in first.tables.items():
        assert rows.equals(again.tables[name]), name
    signals = first.tables["firm_signals"].assign(review="rejected")
    held = together({**Case("-", {}).tables}, {**Case("-", first.tables).tables, "firm_signals": signals})
    more = read(tmp_path / "in", texts, held)
    assert [len(rows) for rows in more.tables.values()] == [0, 0, 0, 0]


def test_names_and_products_of_the_case_are_recognised(tmp_path: Path) -> None:
    case = toy_case()
    known = case["firms"].iloc[0]
    found = read(tmp_path, {"a_2025-06-02.txt": f"{known['firm']}单晶硅片项目在海宁开工。"}, case.tables)
    assert columns(found, "firm_id", "segment_id", "review") == [(known["firm_id"], "PV01", "pending")]
    assert found.tables["firms"].empty


@pytest.mark.parametrize("quotes", [True, False])
def test_a_quote_may_stay_out_its_place_and_hash_stay(tmp_path: Path, *, quotes: bool) -> None:
    found = read(tmp_path, {"a_2025-06-02.txt": SIGNED}, quotes=quotes)
    row = found.tables["evidence"].iloc[0]
    assert (row["start"], row["end"], len(row["hash"])) == (0, len(SIGNED) - 1, 64)
    assert (row["quote"] == SIGNED[:-1]) is quotes
    assert SIGNED[:-1] not in found.tables["firm_signals"].to_csv()


def test_what_is_read_is_a_case_that_reads_back(tmp_path: Path) -> None:
    found = read(tmp_path / "in", {"a_2025-05-30.txt": ANNOUNCED, "c_2025-07-18.txt": ENDED})
    write_case(Case("leads", found.tables), tmp_path / "out", form="csv")
    back = read_case(tmp_path / "out", required=("firms",))
    assert back.rejects.empty
    assert set(back["firm_signals"]["signal_id"]) == set(found.tables["firm_signals"]["signal_id"])
    assert set(back["evidence"]["signal_id"]) == set(back["firm_signals"]["signal_id"])


def test_nothing_to_read_gives_empty_tables(tmp_path: Path) -> None:
    found = read(tmp_path, {"a_2025-05-30.txt": "今天天气晴好,市民出游。"})
    assert {name: len(rows) for name, rows in found.tables.items()} == dict.fromkeys(found.tables, 0)
    assert list(found.tables["evidence"].columns) == list(empty_table("evidence").columns)
    assert dict(found.funnel) | {"texts": 1, "files": 1} == dict(found.funnel)
