"""Facts of movement as the desk shows them: codes in words, the sentence beside them, what may be corrected."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from chaingraph.labels import text
from chaingraph.leads.review import EDITABLE
from chaingraph.model.columns import SIGNALS, SITE_STATUSES
from chaingraph.model.schema import TABLES
from chaingraph.writers.review_sheet import worded


def shown_facts(rows: pd.DataFrame, lang: str) -> list[Mapping[str, object]]:
    """Rows of facts, cell by cell in words; ``codes`` has the cells as they are kept."""
    told: list[Mapping[str, object]] = []
    for row in rows.to_dict("records"):
        cells = {str(name): value for name, value in row.items()}
        codes = {name: worded("", value, lang) for name, value in cells.items()}
        told.append({**{name: worded(name, value, lang) for name, value in cells.items()}, "codes": codes})
    return told


def choices(lang: str) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen for each column that has a list: code and word."""
    codes: dict[str, tuple[str, ...]] = {
        "kind": tuple(SIGNALS),
        "stage": tuple(TABLES["firm_signals"].column("stage").choices or ()),
        "site_status": tuple(SITE_STATUSES),
    }
    return {name: [(code, worded(name, code, lang)) for code in known] for name, known in codes.items()}


def captions(lang: str) -> list[tuple[str, str]]:
    """The columns of a fact that may be corrected, with their captions."""
    return [(name, text(f"leads.column_{name}", lang)) for name in EDITABLE]
