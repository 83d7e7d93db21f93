"""Cards for a blind reading: seeded, mixed, without a word of ours; κ, rates and the control rate by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chaingraph.model.graph import ChainGraph
from tests.made_facts import with_rows
from tests.toy import toy_tables

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "cards.py"


@pytest.fixture(scope="module")
def cards() -> Any:
    spec = importlib.util.spec_from_file_location("cards", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arm(cards: Any, name: str, count: int) -> pd.DataFrame:
    rows = [
        {
            "chain_id": "C",
            "segment_id": "S",
            "firm_id": f"{name}{number}",
            "firm": f"{name}甲{number}",
            "rank": str(number),
        }
        for number in range(count)
    ]
    return pd.DataFrame(rows).reindex(columns=["chain_id", "segment_id", "firm_id", *cards.FIELDS, "rank"])


def arms(cards: Any) -> dict[str, pd.DataFrame]:
    held = {name: arm(cards, name, 9) for name in cards.ARMS}
    held["run_b"] = pd.concat([held["run_a"].head(9), held["run_b"].iloc[:0]])  # both runs list the same
    return held


def test_a_draw_is_seeded_mixed_and_names_no_arm(cards: Any) -> None:
    one, key = cards.draw(arms(cards), 5, 7)
    again, _ = cards.draw(arms(cards), 5, 7)
    other, _ = cards.draw(arms(cards), 5, 8)
    pd.testing.assert_frame_equal(one, again)
    assert one["firm"].tolist() != other["firm"].tolist()
    assert key.groupby("arm")["card"].nunique().to_dict() == dict.fromkeys(cards.ARMS, 5)
    assert one["card"].is_unique
    assert set(one) == {"card", *cards.FIELDS}  # neither arm nor rank, neither reasons nor next steps
    order = key.drop_duplicates("card").sort_values("card")["arm"].tolist()
    assert order != sorted(order)


def test_no_field_of_a_card_holds_a_sentence_of_ours(cards: Any) -> None:
    assert not {"reasons", "route", "next_step", "proposal", "risk", "open_question", "landing"} & set(cards.FIELDS)


def test_the_nearest_maker_of_each_segment_outside_the_region(cards: Any) -> None:
    found = cards.nearest_makers(ChainGraph("toy", toy_tables()), "嘉兴", ["PV02", "PV04"])
    assert dict(zip(found["segment_id"], found["firm_id"], strict=True)) == {"PV02": "O02", "PV04": "O05"}  # 苏州, 杭州


def test_kappa_rates_and_the_control_rate_by_hand(cards: Any) -> None:
    first, second = (pd.Series(list(word)).map({"c": "call", "m": "maybe", "n": "no"}) for word in ("ccnn", "cnnn"))
    # They agree on 3 of 4; by chance .5 * .25 + .5 * .75 = .5.
    assert cards.kappa(first, second) == pytest.approx(0.5)
    assert cards.wilson(10, 100) == pytest.approx((0.055, 0.174), abs=0.001)
    key = pd.DataFrame({"card": ["1", "2", "3", "4"], "arm": ["run_a", "run_b", "gone", "gone"]})
    reader = pd.DataFrame({"card": ["1", "2", "3", "4"], "verdict": ["call", "maybe", "call", "no"]})
    said = cards.score(key, [reader, reader])
    assert said[0].startswith("reader 1  run_a: call 1 of 1, 1.00")
    assert "control rate (gone firms called): call 1 of 2, 0.50" in said[cards.ARMS.index("gone")]
    assert said[-1] == "kappa of two readers: 1.00"


def test_each_arm_takes_the_rows_that_its_list_shows(cards: Any, tmp_path: Path) -> None:
    short = [
        ("N1", "new", "10"),
        ("N2", "new", "11"),
        ("N3", "new", ""),
        ("R1", "expanding", "1"),
        ("R2", "reinvest", "11"),
    ]
    lead = [("L1", "new", "1"), ("R3", "reinvest", "1")]
    calls = [("M1", "month", "1"), ("A1", "ask_site", "1"), ("S1", "reserve", "1")]
    columns = ["firm_id", "candidate_kind", "rank"]
    pd.DataFrame(short, columns=columns).to_csv(tmp_path / "shortlist.csv", index=False)
    pd.DataFrame(lead, columns=columns).to_csv(tmp_path / "leader_targets.csv", index=False)
    pd.DataFrame(calls, columns=["firm_id", "group", "rank"]).to_csv(tmp_path / "calls.csv", index=False)
    taken = {arm: cards.of_run(tmp_path, arm)["firm_id"].tolist() for arm in cards.ARMS[:-2]}
    assert taken == {
        "run_a": ["N1"], "run_b": ["N1"], "leaders": ["L1"], "reinvestment": ["R1"], "calls": ["M1", "A1"]
    }  # fmt: skip


def test_a_verdict_that_is_none_is_refused(cards: Any, tmp_path: Path) -> None:
    sheet = tmp_path / "v.csv"
    sheet.write_text("card,verdict,reason\n001,perhaps,\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="card 001 has 'perhaps'"):
        cards.read_verdicts(sheet)


def test_a_card_says_the_same_whichever_arm_it_is_of(cards: Any) -> None:
    """What only a run fills would tell the reader where a card is from: all arms are filled from the case."""
    graph = ChainGraph("toy", toy_tables())
    pairs = pd.DataFrame({"firm_id": ["O09"], "segment_id": ["PV01"]})
    row = cards.of_case(graph, pairs, pd.DataFrame({"state": {"PV01": "thin"}}), "嘉兴").iloc[0]
    assert (row["firm"], row["product"], row["gap_state"]) == ("乙九硅片有限公司", "硅片", "thin")
    assert (row["signal"], row["signal_date"]) == ("expansion", "2024-03-05")
    assert (row["growth"], row["growth_date"], row["growth_place"]) == ("expansion", "2024-03-05", "江苏")
    assert "rank" not in cards.FIELDS
    assert "arm" not in cards.FIELDS


def test_a_card_names_its_ties_to_firms_here_and_its_plants(cards: Any) -> None:
    tables = toy_tables()
    here = sorted(ChainGraph("toy", tables).firms_in("嘉兴"))
    away = next(firm for firm in tables["firms"]["firm_id"] if firm not in here)
    tables["firm_links"] = tables["firm_links"].iloc[:0]
    for ends in ((away, here[0]), (here[1], away), (away, "nobody")):
        tables = with_rows(tables, "firm_links", {"source_id": ends[0], "target_id": ends[1], "kind": "supplies"})
    tables = with_rows(tables, "firm_sites", {"firm_id": away, "region": "苏州", "kind": "plant", "site": "厂"})
    named = tables["firms"].set_index("firm_id")["firm"]
    tied = cards.ties(ChainGraph("toy", tables), "嘉兴").loc[away]
    assert tied["supplies_here"] == named[here[0]]
    assert tied["buys_here"] == named[here[1]]
    assert "苏州" in tied["sites"]


def test_a_card_names_what_is_traded_and_which_place_in_china_is_nearest(cards: Any) -> None:
    tables = toy_tables()
    link = {"source_id": "O03", "target_id": "L01", "kind": "supplies", "product": "硅料", "source": "年报"}
    site = {"firm_id": "O03", "region": "苏州", "kind": "plant", "source": "年报"}
    graph = ChainGraph("toy", with_rows(with_rows(tables, "firm_links", link), "firm_sites", site))
    tied = cards.ties(graph, "嘉兴").loc["O03"]
    assert "(硅料)" in tied["supplies_here"]
    assert (tied["nearest_place"], tied["nearest_km"]) == ("苏州", "64")


def test_old_verdicts_are_counted_on_the_lists_of_a_new_run(cards: Any, tmp_path: Path) -> None:
    columns = ["firm_id", "segment_id", "candidate_kind", "rank"]
    rows = [("F1", "S", "new", "1"), ("F2", "S", "new", "2"), ("F1", "T", "new", ""), ("F3", "S", "reinvest", "1")]
    for name in ("shortlist", "leader_targets"):
        pd.DataFrame(rows, columns=columns).to_csv(tmp_path / f"{name}.csv", index=False)
    pd.DataFrame(columns=["firm_id", "segment_id", "group"]).to_csv(tmp_path / "calls.csv", index=False)
    key = pd.DataFrame({"card": ["1", "2"], "firm_id": ["F1", "F1"], "segment_id": ["S", "T"]})
    key.to_csv(tmp_path / "key.csv", index=False)
    for reader, verdict in (("one", "call"), ("two", "no")):
        sheet = pd.DataFrame({"card": ["1", "2"], "verdict": [verdict, "no"], "reason": ""})
        sheet.to_csv(tmp_path / f"verdicts_{reader}.csv", index=False)
    said = cards.again(tmp_path, [tmp_path])
    assert said[0] == "run_b: 2 rows, 1 of them judged; call 1 of 2 verdicts, 0.50; by one reader at least 1 rows"
    assert said[3].endswith("call 0 of 0 verdicts, none judged; by one reader at least 0 rows")
