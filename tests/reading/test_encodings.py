"""Big5 is told from GB18030 by what its characters are."""

from __future__ import annotations

import pytest

from chaingraph.reading.delimited import check_big5
from chaingraph.reading.rejects import Refusal


def test_big5_is_told_from_traditional_text_in_gb18030() -> None:
    traditional = "企業名稱,經營範圍\n台灣積體電路製造,半導體製造業"
    with pytest.raises(Refusal, match="big5"):
        check_big5(traditional.encode("big5"))
    check_big5(traditional.encode("gb18030"))
