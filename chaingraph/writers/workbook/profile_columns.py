"""What a sheet of each kind can hold: every column that can be asked for, and those shown unless a profile says so."""

from __future__ import annotations

from chaingraph.writers.workbook.evidence import EVIDENCE_COLUMNS
from chaingraph.writers.workbook.frames import TERMS

BLANK = "blank:"  # an empty column to fill, headed by what follows
MARKS = ("status", "owner", "note")  # what people fill in and `workbook.marks` reads back
# What is printed comes first; what only explains stands to the right of it, on the screen only.
PRINTED_COLUMNS = (
    "list", "rank", "firm", "seat", "tiers", "segment", "gap_state", "proposal", "fit_lift", "fit_low", "fit_high",
    "evidence_grade", "source_kind", "reasons", "route", "next_step", *MARKS,
)  # fmt: skip
CHAIN_COLUMNS = (
    *PRINTED_COLUMNS, "find_out", "signal", "decision_city", "sites", "risk", "local_unit", "firm_other", "group",
    "size_class", "origin", "admission", "reach", "propensity", "top_share", "gap_reasons", "credit_code", "stock_code",
    "sources", "firm_id", "segment_id",
)  # fmt: skip
TEAM_COLUMNS = (
    "team_basis", "chain", "list", "rank", "firm", "seat", "decision_city", "tiers", "segment", "gap_state", "fit_lift",
    "evidence_grade", "source_kind", "reasons", "next_step", *MARKS, "find_out", "signal", "sites", "route", "proposal",
    "sources", "firm_id", "segment_id",
)  # fmt: skip
TARGET_COLUMNS = (
    "chain", "list", "rank", "firm", "seat", "decision_city", "tiers", "segment", "gap_state", "strategy", "fit_lift",
    "fit_low", "fit_high", "top_share", "reach", "propensity", "evidence_grade", "source_kind", "signal", "origin",
    "firm_other", "firm_id",
)  # fmt: skip
GAP_SHEET_COLUMNS = (
    "chain", "segment", "stage", "state", "severity", "found", "group_only", "expected", "local_demand", "local_supply",
    "local_buyers", "nearby_found", "nearest_supplier_city", "high_value", "chokepoint", "admission", "fill_mode",
    "confirmed", "reasons", "ask_whom", "question", "sources", "segment_id",
)  # fmt: skip
QUESTION_COLUMNS = (
    "rank", "chain", "segment", "state", "ask_whom", "question", "why", "answer", "checked_by", "checked_on", "basis",
    "sources", "segment_id",
)  # fmt: skip
LEADER_COLUMNS = (
    "chain", "rank", "firm", "firm_other", "district", "reason", "products", "segments", "confidence", "sources",
    "firm_id",
)  # fmt: skip
RANKING_COLUMNS = (
    "chain", "tier", "rank", "firm", "firm_other", "seat", "segment", "fit_lift", "evidence_grade", "source_kind",
    "origin", "reasons", "sources", "firm_id",
)  # fmt: skip
TERM_COLUMNS = (
    "chain", "strategy", "firm", *(f"term_{term}" for term in TERMS), "sum", "fit_lift", "near", "words",
    "firm_id",
)  # fmt: skip
METHOD_COLUMNS = ("section", "item", "value", "explanation")
FIRM_COLUMNS = (
    "number", "firm", "place", "registered_capital", "founded", "chain", "stage", "segments", "application",
    "revenue_cny_m", "profit_tax", "tiers", "role", "products", "credit_code", "sources", "firm_id",
)  # fmt: skip
PROJECT_COLUMNS = (
    "number", "project", "investor", "place", "chain", "application", "investment_cny_m", "period", "project_type",
    "project_state", "sources",
)  # fmt: skip
CLUSTER_COLUMNS = (
    "number", "cluster", "place", "chain", "staff", "firm_count", "producing_count", "revenue_year",
    "revenue_year_growth", "revenue_half", "revenue_half_growth", "tax_year", "tax_year_growth", "tax_half",
    "tax_half_growth", "segments", "sources",
)  # fmt: skip
POLICY_COLUMNS = (
    "number", "policy", "level", "doc_no", "issuer", "summary", "chain", "valid_from", "valid_to", "in_force", "sources"
)  # fmt: skip
PROBLEM_COLUMNS = (
    "number", "problem_type", "chain", "segment", "problem", "cause", "impact", "severity", "fill_mode", "ask_whom",
    "timing", "question", "sources",
)  # fmt: skip
TECHNOLOGY_COLUMNS = (
    "number", "chain", "segment", "stage", "chokepoint", "high_value", "direction_reason", "local_firms", "readiness",
    "penetration", "bottleneck", "distance_abroad", "window", "action",
)  # fmt: skip
APPLICATION_COLUMNS = (
    "number", "chain", "segment", "stage", "typical_products", "local_firms", "local_buyers", "task", "user", "payer",
    "business_model",
)  # fmt: skip
DISTRICT_COLUMNS = ("place", "chain", "firm_count", "leaders", "segments", "firms")

_TARGETS = tuple(dict.fromkeys((*CHAIN_COLUMNS, *TARGET_COLUMNS)))
# Kind of sheet -> the columns that can be asked for.
COLUMNS: dict[str, tuple[str, ...]] = {
    "readme": (),
    "overview": (),
    "pictures": (),
    "targets": _TARGETS,
    "chain": _TARGETS,
    "team": tuple(dict.fromkeys((*TEAM_COLUMNS, *_TARGETS))),
    "gaps": GAP_SHEET_COLUMNS,
    "questions": QUESTION_COLUMNS,
    "leaders": LEADER_COLUMNS,
    "rankings": RANKING_COLUMNS,
    "terms": TERM_COLUMNS,
    "evidence": EVIDENCE_COLUMNS,
    "method": METHOD_COLUMNS,
    "firms": FIRM_COLUMNS,
    "projects": PROJECT_COLUMNS,
    "clusters": CLUSTER_COLUMNS,
    "policies": POLICY_COLUMNS,
    "problems": PROBLEM_COLUMNS,
    "technology": TECHNOLOGY_COLUMNS,
    "applications": APPLICATION_COLUMNS,
    "districts": DISTRICT_COLUMNS,
    "table": (),
    "form": (),  # nothing but columns to fill
}
# Kind -> columns shown, how many stay when scrolling, how many are printed (None: all); else all known ones and two.
DEFAULTS: dict[str, tuple[tuple[str, ...], int, int | None]] = {
    "chain": (CHAIN_COLUMNS, 3, len(PRINTED_COLUMNS)),
    "team": (TEAM_COLUMNS, 5, TEAM_COLUMNS.index("note") + 1),
    "targets": (TARGET_COLUMNS, 4, TARGET_COLUMNS.index("signal") + 1),
    "gaps": (GAP_SHEET_COLUMNS, 2, GAP_SHEET_COLUMNS.index("ask_whom") + 1),
    "questions": (QUESTION_COLUMNS, 3, QUESTION_COLUMNS.index("basis") + 1),
    "leaders": (LEADER_COLUMNS, 3, None),
    "rankings": (RANKING_COLUMNS, 4, None),
    "terms": (TERM_COLUMNS, 3, None),
    "firms": (FIRM_COLUMNS, 2, FIRM_COLUMNS.index("role") + 1),
}
PICTURES = ("panorama", "target_bars", "gap_matrix", "tier_shares", "district_matrix")
