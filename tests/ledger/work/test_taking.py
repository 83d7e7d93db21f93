"""Reviewed facts of a case become leads in work; others are refused."""

from __future__ import annotations

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.work.dispatching import rows_for
from chaingraph.ledger.work.lead import Assignment, Lead
from chaingraph.ledger.work.taking import by_hand, completed, taking

GIVEN = Assignment("平湖市", "2026-03-02", "2026-03-09", None)


def test_a_reviewed_fact_is_taken_with_what_the_case_knows() -> None:
    tables = dict(cg.load_example().tables)
    signals = tables["firm_signals"].copy()
    signals["review"] = signals["review"].astype("object")
    signals.loc[0, "review"], signals.loc[1, "review"] = "pending", "accepted"
    tables["firm_signals"] = signals
    (act,) = taking(tables, [signals["signal_id"][1]] * 2, at="2026-03-02", by="市投促中心")
    firms = tables["firms"].set_index("firm_id")
    assert act.data["firm"] == firms["firm"][signals["firm_id"][1]]
    assert act.data["said"] == signals["text"][1]
    assert (act.data["investment_m"], act.data["currency"]) == (600.0, "CNY")
    assert "site_status" not in act.data  # not known is left out
    with pytest.raises(LedgerError, match="pending"):
        taking(tables, [signals["signal_id"][0]], at="2026-03-02", by="市投促中心")
    with pytest.raises(LedgerError, match="no fact nothing"):
        taking(tables, ["nothing"], at="2026-03-02", by="市投促中心")


def test_a_fact_of_no_product_is_of_its_firms_only_segment_or_chain() -> None:
    tables = dict(cg.load_example().tables)
    signals, made = tables["firm_signals"].head(1).copy(), tables["firm_segments"]
    one, *others = tables["segments"].groupby("chain_id")["segment_id"].agg(list).iloc[0][:2]
    signals["segment_id"] = None
    firm_id, chain = signals["firm_id"].iloc[0], tables["segments"].set_index("segment_id")["chain_id"][one]
    for segments, known in (([one], (one, chain)), ([one, *others], (None, chain))):
        own = made.head(1).loc[made.head(1).index.repeat(len(segments))].assign(firm_id=firm_id, segment_id=segments)
        (act,) = taking(
            tables | {"firm_signals": signals, "firm_segments": own},
            [signals["signal_id"].iloc[0]],
            at="2026-03-02",
            by="市投促中心",
        )
        assert (act.data.get("segment_id"), act.data.get("chain_id")) == known
        assert act.data["chain"] == tables["chains"].set_index("chain_id")["chain"][chain]


@pytest.mark.parametrize(
    ("kind", "planned", "told"),
    [
        ("expansion", 500.0, ""),
        ("fundraising", None, "（融资额5亿元，非投资额）"),
        ("customer_win", None, "（订单额5亿元，非投资额）"),
        ("order", None, "（订单额5亿元，非投资额）"),
    ],
)
def test_what_was_raised_or_ordered_is_no_planned_investment(kind: str, planned: float | None, told: str) -> None:
    tables = dict(cg.load_example().tables)
    signals = tables["firm_signals"].head(1).assign(kind=kind, amount_cny_m=500.0, review="accepted", text="完成B轮")
    tables |= {"firm_signals": signals, "evidence": tables["evidence"].head(0)}
    (act,) = taking(tables, [signals["signal_id"].iloc[0]], at="2026-03-02", by="市投促中心")
    assert (act.data.get("investment_m"), act.data.get("currency")) == (planned, "CNY" if planned else None)
    assert act.data["said"] == f"完成B轮{told}"


def test_a_lead_typed_in_beside_a_case_has_its_ids() -> None:
    tables = cg.load_example().tables
    firm, chain = tables["firms"].iloc[0], tables["chains"].iloc[0]
    said = {"firm": firm["firm"], "chain_id": chain["chain"]}
    data = by_hand(tables, "m-1", said, at="2026-03-02", by="市投促中心").data
    assert (data["firm_id"], data["chain_id"], data["owner"]) == (firm["firm_id"], chain["chain_id"], "市投促中心")
    assert data["chain"] == chain["chain"]
    unknown = by_hand(tables, "m-1", {"firm": "构造甲有限公司"}, at="2026-03-02", by="市投促中心").data
    assert "firm_id" not in unknown
    with pytest.raises(LedgerError, match=str(chain["chain"])):
        by_hand(tables, "m-1", {"firm": "甲", "chain_id": "没有的链"}, at="2026-03-02", by="市投促中心")


def test_a_first_report_has_what_the_project_and_the_case_say() -> None:
    tables = dict(cg.load_example().tables)
    made = tables["firm_segments"].dropna(subset=["product"]).iloc[0]
    tables["firms"] = tables["firms"].assign(country="中国", province="广东", city="深圳")
    lead = Lead("s-1", {"firm": "甲", "firm_id": made["firm_id"], "segment_id": made["segment_id"]})
    facts = completed(lead, {"investment_m": 400.0, "currency": "CNY", "project": "一期"}, tables).facts
    assert (facts["investment_m"], facts["product"], facts["origin"]) == (400.0, made["product"], "广东深圳")
    assert "project" not in facts
    told = Lead("s-1", {**lead.facts, "product": "隔膜", "origin": "德国"})
    assert {"product": "隔膜", "origin": "德国"}.items() <= completed(told, None, tables).facts.items()
    assert completed(lead, None, None).facts == lead.facts


def test_a_file_is_named_once() -> None:
    tables = dict(cg.load_example().tables)
    signals = tables["firm_signals"].head(1).assign(review="accepted", source="a.txt")
    one = {"signal_id": signals["signal_id"].iloc[0], "address": "a.txt", "quote": "拟建第二工厂", "start": 0}
    tables |= {"firm_signals": signals, "evidence": pd.DataFrame([one]).reindex(columns=tables["evidence"].columns)}
    (act,) = taking(tables, [one["signal_id"]], at="2026-03-02", by="市投促中心")
    assert act.data["source"] == "a.txt"
    assert "address" not in act.data
    known = Lead("s-1", {"firm": "甲", "source": "a.txt", "address": "a.txt"}, assignments=(GIVEN,))
    assert rows_for([known], "平湖市")[["source", "address"]].to_numpy().tolist() == [["a.txt", None]]
