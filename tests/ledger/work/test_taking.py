"""Reviewed facts of a case become leads in work; others are refused."""

from __future__ import annotations

import pytest

import chaingraph as cg
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.work.taking import taking


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
