"""Leads in work in words: every code of the log has its words in both languages."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.ledger.events import LEAD_KINDS
from chaingraph.ledger.fields import CARRIERS, DRIVERS, LIKELIHOODS
from chaingraph.ledger.work.fields import CLOSINGS, FORMS, JUDGED, LEAD_STAGES, RESULTS
from chaingraph.model.results import DUE_COLUMNS, WORK_CHANGE_COLUMNS, WORK_COLUMNS
from chaingraph.wording.work import caption, in_words, word

CODES = {
    "stage": LEAD_STAGES, "kind": LEAD_KINDS, "result": RESULTS, "likelihood": LIKELIHOODS, "closing": CLOSINGS,
    "form": FORMS, "carrier": CARRIERS, "drivers": DRIVERS, "conflicts": JUDGED,
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_and_column_has_its_words(lang: str) -> None:
    missing = [(column, code) for column, codes in CODES.items() for code in codes if word(column, code, lang) == code]
    assert not [pair for pair in missing if lang == "zh" or pair[1].removeprefix("lead_") != word(*pair, lang)]
    columns = {*WORK_COLUMNS, *WORK_CHANGE_COLUMNS, *DUE_COLUMNS}
    assert not [name for name in columns if caption(name, "zh") == name]


def test_what_is_not_known_stays_empty_and_what_is_no_code_stays() -> None:
    shown = in_words(pd.DataFrame({"stage": ["assigned", None], "firm": ["=1+1", "甲"], "overdue": [True, None]}), "zh")
    assert shown.to_numpy().tolist() == [["已分办", "=1+1", "是"], ["", "甲", ""]]
    assert word("result", "perhaps", "zh") == "perhaps"
    assert word("investment_m", 1200.0, "zh") == "1200"
