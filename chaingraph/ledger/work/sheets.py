"""The sheet that goes to a county or team and comes back: its columns, and how another system calls them (TOML)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.intake.mapping import mapping_content
from chaingraph.ledger.work.fields import CONTACT_FIELDS, FEEDBACK_FIELDS, LEAD_FIELD
from chaingraph.model.columns import Column
from chaingraph.reading.cells import fold

_CONTACT = {f"contact_{column.name}": column for column in CONTACT_FIELDS}
# What a unit reads, what it fills in, and the row's own past, which travels with it however rows are sorted or copied.
GIVEN = ("lead_id", "firm", "chain", "segment", "product", "lead_said", "source", "address", "on", "due", "before")
FILLED = (
    "contact_on", "contact_form", "contact_unit", "contact_post", "contact_said", "result", "site_status", "competing",
    "likelihood", "expected_on", "investment_m", "problem", "contact_next", "contact_next_on",
)  # fmt: skip
BASE = "base"
PUBLIC = "public"  # of leads that a unit adds: whether others may read them
NEW = ("firm", "lead_said", "product", *FILLED, PUBLIC)

COLUMNS: dict[str, Column] = {
    "lead_id": Column("lead_id", "id", ("线索编号",)),
    "firm": LEAD_FIELD["firm"],
    "chain": Column("chain", "text", ("产业链",)),
    "segment": Column("segment", "text", ("产业链环节", "环节")),
    "product": Column("product", "text", ("拟投产品", "产品")),
    "lead_said": Column("lead_said", "text", ("线索内容", "投资动态")),
    "source": LEAD_FIELD["source"],
    "address": LEAD_FIELD["address"],
    "on": LEAD_FIELD["on"],
    "due": Column("due", "date", ("反馈期限", "办理期限")),
    "before": Column("before", "text", ("前次情况", "已知情况")),
    "unit": Column("unit", "text", ("责任单位", "填报单位", "分办单位")),
    BASE: Column(BASE, "text", ("校验码（请勿改动）", "校验码")),
    PUBLIC: Column(PUBLIC, "flag", ("是否公开",)),
    **_CONTACT,
    **{column.name: column for column in FEEDBACK_FIELDS},
}
FEEDBACK = tuple(column.name for column in FEEDBACK_FIELDS)
CONTACT = {name: name.removeprefix("contact_") for name in _CONTACT}


@dataclass(frozen=True)
class SystemMap:
    """How another system calls the columns and the codes: column -> heading, column -> code -> word."""

    sheet: str = ""
    unit: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def load_system_map(path: Path | None) -> SystemMap:
    """Read a mapping file: sheet, unit, [columns] ours = theirs, [words.COLUMN] code = word.

    Raises
    ------
    LedgerError
        When the file cannot be read, or names a column or a code that there is not.
    """
    if path is None:
        return SystemMap()
    content = mapping_content(path, {"sheet": str, "unit": str, "columns": dict, "words": dict})
    for name, heading in content.get("columns", {}).items():
        if name not in COLUMNS or not isinstance(heading, str) or not heading.strip():
            raise LedgerError(reason="mapping", path=path, key=f"columns.{name}", found=heading)
    for name, words in content.get("words", {}).items():
        codes = COLUMNS[name].choices if name in COLUMNS else {}
        for code, word in words.items() if isinstance(words, dict) else [("", words)]:
            if code not in codes or not isinstance(word, str):
                raise LedgerError(reason="mapping", path=path, key=f"words.{name}.{code}", found=word)
    return SystemMap(**content)


def headings(mapping: SystemMap) -> dict[str, str]:
    """Column by folded heading: what the mapping says goes before what is known."""
    known: dict[str, str] = {}
    for name, column in COLUMNS.items():
        for heading in (name, *column.headers):
            known.setdefault(fold(heading), name)
    return known | {fold(heading): name for name, heading in mapping.columns.items()}
