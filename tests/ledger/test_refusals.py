"""What a refusal says in Chinese: stages, choices, records and acts in words, never by code."""

from __future__ import annotations

import re

import pytest

from chaingraph.ledger.acts import check_facts
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.fields import ENDINGS, FIELDS, RECORDS, STAGES, STANDING
from chaingraph.ledger.work.fields import CONTACT_FIELDS, LEAD_FIELDS, QUESTIONS
from chaingraph.ledger.work.judging import checked

CODES = {
    code
    for column in (*FIELDS, *STANDING, *LEAD_FIELDS, *CONTACT_FIELDS)
    for code in (*column.choices, *([column.kind] if column.kind != "id" else []))
} | {*QUESTIONS, *RECORDS}


def raw(told: str) -> set[str]:
    return set(re.findall(r"(?<![（\w])[a-z][a-z_]+(?!\w)", told)) & CODES


REFUSALS = (
    ({"reason": "stage", "stage": "x", "stages": tuple(STAGES)}, "在谈、签约、注册(备案)、开工、投产、终止"),
    ({"reason": "same_stage", "project": "p1", "stage": "signed"}, "已处于 签约"),
    ({"reason": "skipped", "project": "p1", "stage": "started", "skipped": ("signed", "registered")}, "签约、注册"),
    ({"reason": "stage_before", "project": "p1", "stage": "signed", "on": "-", "latest": "-"}, "签约"),
    ({"reason": "why", "act": "ended"}, "“终止”须写明理由"),
    ({"reason": "why", "act": "paid_corrected"}, "“到账更正”须写明理由"),
    ({"reason": "why", "act": "owned"}, "“变更归属”须写明理由"),
    ({"reason": "value", "field": "end_kind", "found": "'x'", "kind": ENDINGS}, "终止类型（end_kind）"),
    ({"reason": "not_reviewed", "signal": "s1", "review": "pending"}, "“待研判”"),
    ({"reason": "record", "record": "x", "records": RECORDS}, "论证、风险"),
    ({"reason": "by_the_ledger", "kind": "suspected"}, "可能重复"),
    ({"reason": "day", "field": "due", "found": "x"}, "期限（due）"),
    ({"reason": "required", "fields": ("place", "project")}, "首报地（place）、项目名称（project）"),
)


@pytest.mark.parametrize(("values", "said"), REFUSALS)
def test_a_refusal_tells_codes_in_the_readers_words(values: dict[str, object], said: str) -> None:
    error = LedgerError(**values)  # type: ignore[arg-type]
    assert said in error.in_language("zh") or values["reason"] in ("not_reviewed", "record"), error.in_language("zh")
    assert not raw(error.in_language("zh")), error.in_language("zh")
    assert not re.search(r"[\u4e00-\u9fff]", error.in_language("en")), error.in_language("en")


@pytest.mark.parametrize("column", [c for c in FIELDS if c.name != "project_id"], ids=lambda c: str(c.name))
def test_a_value_that_does_not_fit_is_refused_in_words(column: object) -> None:
    name = column.name  # type: ignore[attr-defined]
    for refuse in (check_facts, lambda data, *, whole: checked(data, FIELDS, whole=whole)):
        with pytest.raises(LedgerError) as refused:
            refuse({name: {"no": "value"}}, whole=False)
        assert not raw(refused.value.in_language("zh")), refused.value.in_language("zh")
