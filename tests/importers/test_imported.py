"""What importers hand on is a case, whole, with what became of its rows."""

from __future__ import annotations

import pandas as pd

from chaingraph.importers.imported import ACCOUNT, Imported
from chaingraph.model.case import empty_table


def test_what_was_imported_is_a_case_with_its_account() -> None:
    firms = empty_table("firms").reindex([0]).assign(firm_id="a", firm="甲公司")
    account = pd.DataFrame([("a.csv", "firms", "00", 2, 1, 1, 0, 0)], columns=list(ACCOUNT))
    case = Imported("register", "a", {"firms": firms}, account=account, notes=("one line passed over",)).case
    assert case["firms"]["firm"].tolist() == ["甲公司"]
    assert case.files["kept"].tolist() == [1]
    assert case.notes == ("one line passed over",)
    assert len(case["segments"]) == 0
