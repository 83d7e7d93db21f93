"""What was lost to another place holds the firm back from the lists, and stands among the outcomes of that place."""

from __future__ import annotations

from pathlib import Path

import chaingraph as cg
from chaingraph.ledger.events import Act
from chaingraph.ledger.lists.lost import as_case_rows, lost, lost_outcomes
from chaingraph.model.case import Case
from chaingraph.writers.case import write_case
from chaingraph.writers.into.add import add_to_case
from tests.made_work import act, new_log, taken


def test_a_firm_that_went_elsewhere_is_no_target_any_more(tmp_path: Path) -> None:
    example = cg.load_example()
    before = cg.survey(cg.build_graph(example), region="嘉兴", as_of="2026-06-01", reference=None, draws=0)
    rows = before.targets["zh"]
    row = rows[rows["candidate_list"] == "new"].iloc[0]
    with new_log(tmp_path) as ledger:
        taken(ledger, firm=row["firm"], firm_id=row["firm_id"], constructed=False)
        act(ledger, "closed", {"closing": "lost", "lost_to": "苏州"}, why="地价", at="2026-05-20")
        taken(ledger, "s-2", constructed=False)
        act(ledger, "closed", {"closing": "lost", "lost_to": "无锡"}, why="配套", at="2026-05-21", lead="s-2")
        found, outside = lost(ledger), lost_outcomes(ledger)
    assert outside.to_numpy().tolist()[0] == [row["firm"], "苏州", "2026-05-20"]
    assert found["firm_id"].isna().tolist() == [False, True]
    case = tmp_path / "case"
    write_case(Case("case", example.tables), case, form="csv")
    add_to_case(case, as_case_rows(found, "ledger.db"), day="2026-05-22")
    graph = cg.build_graph(cg.read_case(case))
    after = cg.survey(graph, region="嘉兴", as_of="2026-06-01", reference=None, draws=0).targets["zh"]
    new = after[after["candidate_list"] == "new"]
    assert row["firm_id"] not in set(new["firm_id"])


def test_constructed_examples_and_other_endings_are_not_lost(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        taken(ledger)
        act(ledger, "closed", {"closing": "lost", "lost_to": "苏州"}, why="地价")
        facts = {"project": "甲一期", "investor": "甲公司", "place": "平湖市"}
        ledger.record(Act("entered", "p1", "2026-03-02", "平湖市", data=facts))
        ledger.record(Act("stage", "p1", "2026-03-05", "平湖市", "资金", {"stage": "ended", "end_kind": "abandoned"}))
        assert lost(ledger).empty
        assert lost_outcomes(ledger).empty
