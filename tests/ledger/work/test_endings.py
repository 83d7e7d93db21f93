"""How a project ended, where it went, and a payment put right: as events, with what was there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.intake.read import import_projects
from chaingraph.ledger.intake.rows import sheet_rows
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.writers.files import write_csv
from tests.made_ledger import entered
from tests.made_work import new_log


def test_a_project_that_was_lost_names_the_place(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        ledger.record(entered(1))
        with pytest.raises(LedgerError, match="place it went to"):
            ledger.record(Act("stage", "p1", "2024-02-01", "平湖市", "地价", {"stage": "ended", "end_kind": "lost"}))
        with pytest.raises(LedgerError, match="end_kind"):
            ledger.record(Act("stage", "p1", "2024-02-01", "平湖市", "", {"stage": "signed", "end_kind": "lost"}))
        data = {"stage": "ended", "end_kind": "lost", "lost_to": "苏州市"}
        project = ledger.record(Act("stage", "p1", "2024-02-01", "平湖市", "地价", data)).project
        assert (project.end_kind, project.lost_to, project.end_reason) == ("lost", "苏州市", "地价")
        ledger.rebuild()
        assert check_ledger(ledger) == []
        rows = sheet_rows(ledger)
        write_csv(rows, tmp_path / "out.csv", columns=list(rows.columns))
    (tmp_path / "again").mkdir()
    with new_log(tmp_path / "again") as copy:
        import_projects(copy, tmp_path / "out.csv", at="2024-03-01", by="平湖市")
        assert (copy.project("p1").end_kind, copy.project("p1").lost_to) == ("lost", "苏州市")


def test_a_project_taken_up_again_has_lost_its_ending(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        ledger.record(entered(1))
        data = {"stage": "ended", "end_kind": "delayed"}
        ledger.record(Act("stage", "p1", "2024-02-01", "平湖市", "资金", data))
        project = ledger.record(Act("stage", "p1", "2024-03-01", "平湖市", "重启", {"stage": "negotiating"})).project
        assert (project.end_kind, project.lost_to) == (None, None)


def test_a_wrong_payment_is_corrected_by_an_event(tmp_path: Path) -> None:
    with new_log(tmp_path) as ledger:
        ledger.record(entered(1))
        ledger.record(Act("paid_in", "p1", "2024-06-02", "市投促中心", "", {"usd_m": 125.0, "on": "2024-06-01"}))
        right = {"on": "2024-06-01", "was": 125.0, "usd_m": 12.5}
        with pytest.raises(LedgerError, match="reason"):
            ledger.record(Act("paid_corrected", "p1", "2024-06-03", "市投促中心", "", right))
        with pytest.raises(LedgerError, match="no payment of 12"):
            ledger.record(Act("paid_corrected", "p1", "2024-06-03", "市投促中心", "小数点", right | {"was": 12.0}))
        done = ledger.record(Act("paid_corrected", "p1", "2024-06-03", "市投促中心", "小数点", right))
        assert done.project.payments == (("2024-06-01", 12.5),)
        assert [event.kind for event in ledger.events("p1")][-2:] == ["paid_in", "paid_corrected"]
        assert check_ledger(ledger) == []
        amounts = ledger.connection.execute("SELECT sum(amount) FROM counted WHERE day = '2024-06-01'").fetchone()
        assert amounts[0] == 12.5
