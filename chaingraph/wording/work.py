"""Leads in work in words: captions of columns, codes, what is due."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from chaingraph.labels import code_word, text
from chaingraph.model.columns import is_missing, split

# Column -> the group of its codes' words.
_CODED = {
    "stage": "work.stage_", "kind": "work.kind_", "reason": "work.due_", "result": "work.result_",
    "site_status": "leads.site_", "likelihood": "work.likelihood_", "closing": "work.closing_",
    "form": "work.form_", "effect": "work.effect_",
    "carrier": "work.carrier_", "drivers": "work.driver_", "route": "work.route_",
}  # fmt: skip


_HUNDRED_MILLION = 100  # million: 亿


def word(column: str, value: object, lang: str) -> str:
    """A value of a column in words: codes as people say them, flags as yes and no, nothing for what is not known.

    Examples
    --------
    >>> word("stage", "assigned", "zh"), word("result", "interested", "en"), word("in_contact", True, "zh")
    ('已分办', 'interested', '已有单位对接')
    """
    if is_missing(value):
        return ""
    if column == "in_contact":
        return text("work.taken", lang) if value else ""
    if isinstance(value, bool):
        return text("ledger.code_yes" if value else "ledger.code_no", lang)
    if isinstance(value, float):
        return f"{value:g}"
    if column in ("conflicts", "field"):
        return text("gaps.list_separator", lang).join(caption(part, lang) for part in split(str(value)))
    group = _CODED.get(column)
    if group is None:
        return str(value)
    bare = str(value).removeprefix("lead_")
    return text("gaps.list_separator", lang).join(code_word((group,), part, lang) for part in split(bare) or (bare,))


def caption(column: str, lang: str) -> str:
    """What a column is called here, else in the workbook; a stage is called by its own name."""
    return code_word(("work.column_", "workbook.column_", "work.stage_"), column, lang)


def captions(columns: Iterable[str], lang: str) -> dict[str, str]:
    """What the columns are called, by name."""
    return {name: caption(name, lang) for name in columns}


def in_words(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A table with every value in words."""
    if {"reason", "says"} <= set(table.columns):
        pairs = zip(table["reason"], table["says"], strict=True)
        said = [word("field", told, lang) if reason == "conflict" else told for reason, told in pairs]
        table = table.assign(says=pd.Series(said, index=table.index, dtype="object"))
    shown = {name: [word(str(name), value, lang) for value in table[name].astype(object)] for name in table.columns}
    return pd.DataFrame(shown, index=table.index, columns=table.columns).astype("str")


def day_in_words(day: str, lang: str) -> str:
    """A day or month as an official paper writes it in Chinese; elsewhere as it stands.

    Examples
    --------
    >>> day_in_words("2025-11-30", "zh"), day_in_words("2025-03", "zh"), day_in_words("2025-11-30", "en")
    ('2025年11月30日', '2025年3月', '2025-11-30')
    """
    numbers = day.split("-")
    if lang != "zh" or not all(number.isdecimal() for number in numbers):
        return day
    return "".join(f"{int(number)}{unit}" for number, unit in zip(numbers, "年月日", strict=False))


def money(amount: object, currency: object, lang: str) -> str:
    """A sum in millions as people say it; "" where it is not known.

    Examples
    --------
    >>> money(2800.0, "CNY", "zh"), money(45.0, "USD", "zh"), money(2800.0, None, "en"), money(None, "CNY", "zh")
    ('28亿元', '4500万美元', '2,800 million CNY', '')
    """
    if is_missing(amount):
        return ""
    millions, code = float(str(amount)), "CNY" if is_missing(currency) or not currency else str(currency)
    if lang != "zh":
        return text("work.million", lang, amount=f"{millions:,.10g}", currency=code)
    large = millions >= _HUNDRED_MILLION
    said = f"{millions / _HUNDRED_MILLION:.10g}" if large else f"{millions * 100:.10g}"
    entry = "work.hundred_million" if large else "work.ten_thousand"
    return text(entry, lang, amount=said, currency=code_word(("work.currency_",), code, lang))
