"""Days as texts tell them: planned ones are none, the whole day says more than a month beside it."""

from __future__ import annotations

import pytest

from chaingraph.leads.sentences.dates import event_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025年6月17日取得营业执照", "2025-06-17"),
        ("预计2026年6月投产", None),
        ("租约将于2025年5月到期", None),
        ("6月,某项目6月12日投产", "2025-06-12"),
        ("The plant opened on Monday", "2025-06-30"),
        ("融资周报(6月6日—12日)", None),
    ],
)
def test_a_day_is_that_of_what_was_done(text: str, date: str | None) -> None:
    assert event_date(text, "2025-07-01") == date
