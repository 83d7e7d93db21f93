"""What is handed over: the columns of every file and sheet, in order.

What a column holds, its unit, its range and how it is shown stand in `results.columns`. The order of columns in a file
is fixed: programs read it; a new column goes to the end. A new column is an entry there and its name here.
"""

from __future__ import annotations

from typing import NamedTuple

GAP_STATES = ("missing", "none_known", "unknown", "thin", "weak", "present", "present_unlisted", "normal", "strong")
TERMS = ("mix", "ppr", "near", "peers", "relatedness", "constant")  # of the fit, in the order in which they are shown

# Files.
GAP_COLUMNS = (
    "chain_id", "chain", "segment_id", "segment", "stage", "state", "found", "group_only", "expected", "local_buyers",
    "local_demand", "local_supply", "nearby_found", "nearest_supplier_city", "high_value", "chokepoint", "admission",
    "fill_mode", "confirmed", "severity", "ask_whom", "question", "reasons", "sources", "presumed",
    "market_share", "single_source",
)
SHORTLIST_COLUMNS = (
    "chain_id", "chain", "segment_id", "segment", "gap_state", "strategy", "rank", "firm_id", "firm", "firm_en",
    "group", "country", "city", "decision_city", "tiers", "candidate_kind", "local_unit", "fit_lift", "fit_low",
    "fit_high", "top_share", "reach", "propensity", "signal", "signal_date", "proposal", "size_class", "admission",
    "risk", "evidence_grade", "reasons", "route", "next_step", "sources", "likelihood", "likelihood_facts",
    "signal_stage", "site_status", "signal_source",
    "maturity", "marks", "open_question", "comparables", "landing",
)
# What a ledger adds to a shortlist: who talks to the firm, and whether it may be offered.
TALK_COLUMNS = ("ledger_project", "ledger_stage", "ledger_place", "ledger_since", "ledger_until", "ledger_offer")
QUESTION_COLUMNS = (
    "rank", "chain_id", "chain", "segment_id", "segment", "state", "ask_whom", "question", "why", "sources",
)
RANKING_COLUMNS = (
    "chain_id", "chain", "tier", "rank", "firm_id", "firm", "firm_en", "country", "city", "segment", "fit_lift",
    "evidence_grade", "reasons", "sources",
)
POOL_COLUMNS = (
    "pool", "list", "rank", "firm_id", "firm", "country", "city", "chain_id", "chain", "segment_id", "segment",
    "gap_state", "via", "amount", "amount_unit", "date", "reasons", "next_step", "confidence", "sources",
)
MARK_TABLE_COLUMNS = (  # the six marks of every row of the lists
    "chain_id", "chain", "list", "firm_id", "firm", "segment_id", "mark", "filled", "said", "source", "question",
    "ask_whom",
)
CALL_COLUMNS = (  # whom to call this month, whose site to ask about, who waits
    "group", "rank", "chain_id", "chain", "firm_id", "firm", "country", "city", "segment_id", "segment", "visit_level",
    "for_whom", "why_now", "maturity", "open_question", "sources",
)
UNLISTED_COLUMNS = (  # outside firms that a known fact holds back
    "chain_id", "chain", "firm_id", "firm", "firm_en", "country", "city", "gate", "said", "date", "place", "way",
    "sources",
)
FACT_COLUMNS = (  # facts of movement that may be used, and which are a reason to call
    "signal_id", "project_id", "firm_id", "firm", "segment_id", "kind", "project_stage", "site_status", "date", "place",
    "instead_place", "amount_cny_m", "product", "text", "call_reason", "text_count", "address", "source", "confidence",
)
REJECT_COLUMNS = ("table", "row", "column", "value", "reason", "remedy")  # what a case could not use
RANKED_TIERS = ("global500", "china500", "soe", "specialised")  # lists that a plan names: a sheet and a file for each
FILES: dict[str, tuple[str, ...]] = {
    "shortlist.csv": SHORTLIST_COLUMNS,
    "leader_targets.csv": SHORTLIST_COLUMNS,
    "gaps.csv": GAP_COLUMNS,
    "questions.csv": QUESTION_COLUMNS,
    "rankings.csv": RANKING_COLUMNS,
    **{f"rankings_{tier}.csv": RANKING_COLUMNS for tier in RANKED_TIERS},
    "facts.csv": FACT_COLUMNS,
    "pools.csv": POOL_COLUMNS,
    "unlisted.csv": UNLISTED_COLUMNS,
    "marks.csv": MARK_TABLE_COLUMNS,
    "calls.csv": CALL_COLUMNS,
    "rejects.csv": REJECT_COLUMNS,
}

# Files of the ledger.
LEDGER_REJECT_COLUMNS = ("row", "column", "value", "effect", "reason", "remedy")  # what a register could not give
LEDGER_MARK_COLUMNS = (  # what a list said and the ledger did not
    "where", "firm", "segment_id", "project_id", "mark", "mark_before", "stage", "effect", "detail",
)
WORK_COLUMNS = (  # leads in work
    "lead_id", "firm", "in_contact", "stage", "since", "owner", "units", "assigned_to", "awaited", "due",
    "overdue", "contacted_on", "contact", "next", "next_on", "result", "site_status", "competing", "likelihood",
    "expected_on", "investment_m", "currency", "chain_id", "segment_id", "said", "source", "address", "conflicts",
    "released_on", "closing", "lost_to", "project_id",
)
WORK_SHOWN = (  # of them, where room is short
    "lead_id", "firm", "stage", "owner", "assigned_to", "awaited", "due", "result", "site_status", "contact",
    "conflicts",
)
WORK_CHANGE_COLUMNS = ("number", "at", "lead_id", "firm", "kind", "by", "says")  # what was recorded of leads
MERGE_COLUMNS = ("file", "row", "unit", "lead_id", "firm", "effect", "detail")  # what became of returned sheets
CONFLICT_COLUMNS = ("lead_id", "firm", "field", "unit", "value")  # where units differ, side by side
DUE_COLUMNS = ("reason", "lead_id", "firm", "unit", "day", "days", "says")  # what has to be done
OUTCOME_COLUMNS = ("firm", "region", "date")  # who signed, as a back-test reads it

# Tables of a `Findings` that hold more than is written, and those that no file of their own has.
TARGET_COLUMNS = (*SHORTLIST_COLUMNS, "candidate_list", "source_kind", "origin", "sites")
RANKED_COLUMNS = (*RANKING_COLUMNS, "source_kind", "origin")
LEADER_COLUMNS = (
    "chain_id", "rank", "firm_id", "firm", "firm_en", "district", "reason", "products", "segments", "confidence",
    "sources",
)
TRUST_COLUMNS = ("chain_id", "kind", "value", "plain", "exact")
FILE_COLUMNS = ("file", "table", "sha256", "rows")  # what was read


class Sheet(NamedTuple):
    """What a sheet of one kind can hold: all columns, those shown, how many stay when scrolling, the last printed one.

    ``last`` is empty where all are printed.
    """

    columns: tuple[str, ...]
    shown: tuple[str, ...]
    frozen: int
    last: str = ""

    @property
    def printed(self) -> int | None:
        """How many of the columns shown are printed; None: all."""
        return self.shown.index(self.last) + 1 if self.last else None


def _sheet(*columns: str, frozen: int = 2, last: str = "", more: tuple[str, ...] = ()) -> Sheet:
    """A sheet that shows these columns; ``more`` can be asked for."""
    return Sheet(tuple(dict.fromkeys((*columns, *more))), columns, frozen, last)


# Sheets. What is printed comes first; what only explains stands to the right of it, on the screen only.
MARKS = ("status", "owner", "note")  # what people fill in and `workbook.marks` reads back
_CHAIN = (
    "list", "rank", "firm", "seat", "tiers", "segment", "gap_state", "proposal", "fit_lift", "fit_low", "fit_high",
    "evidence_grade", "source_kind", "reasons", "route", "next_step", *MARKS, "find_out", "signal", "decision_city",
    "sites", "risk", "local_unit", "firm_other", "group", "size_class", "origin", "admission", "reach", "propensity",
    "top_share", "gap_reasons", "credit_code", "stock_code", "sources", "firm_id", "segment_id", "likelihood",
    "likelihood_facts", "maturity", "marks", "open_question", "comparables", "landing",
)
_ALL_TARGETS = (
    "chain", "list", "rank", "firm", "seat", "decision_city", "tiers", "segment", "gap_state", "strategy", "fit_lift",
    "fit_low", "fit_high", "top_share", "reach", "propensity", "evidence_grade", "source_kind", "signal", "origin",
    "firm_other", "firm_id", "likelihood", "likelihood_facts", "maturity",
)
_TARGETS = tuple(dict.fromkeys((*_CHAIN, *_ALL_TARGETS)))
SHEETS: dict[str, Sheet] = {
    "readme": _sheet(),
    "overview": _sheet(),
    "pictures": _sheet(),
    "chain": _sheet(*_CHAIN, frozen=3, last="note", more=_TARGETS),
    "targets": _sheet(*_ALL_TARGETS, frozen=4, last="signal", more=_TARGETS),
    "team": _sheet(
        "team_basis", "chain", "list", "rank", "firm", "seat", "decision_city", "tiers", "segment", "gap_state",
        "fit_lift", "evidence_grade", "source_kind", "reasons", "next_step", *MARKS, "find_out", "signal", "sites",
        "route", "proposal", "sources", "firm_id", "segment_id", frozen=5, last="note", more=_TARGETS,
    ),
    "gaps": _sheet(
        "chain", "segment", "stage", "state", "severity", "found", "group_only", "expected", "local_demand",
        "local_supply", "local_buyers", "nearby_found", "nearest_supplier_city", "high_value", "chokepoint",
        "admission", "fill_mode", "confirmed", "reasons", "ask_whom", "question", "sources", "segment_id", "presumed",
        last="ask_whom",
    ),
    "questions": _sheet(
        "rank", "chain", "segment", "state", "ask_whom", "question", "why", "answer", "checked_by", "checked_on",
        "basis", "sources", "segment_id", frozen=3, last="basis",
    ),
    "leaders": _sheet(
        "chain", "rank", "firm", "firm_other", "district", "reason", "products", "segments", "confidence", "sources",
        "firm_id", frozen=3,
    ),
    "rankings": _sheet(
        "chain", "tier", "rank", "firm", "firm_other", "seat", "segment", "fit_lift", "evidence_grade", "source_kind",
        "origin", "reasons", "sources", "firm_id", frozen=4,
    ),
    "calls": _sheet(
        "call_group", "rank", "firm", "seat", "chain", "segment", "visit_level", "for_whom", "why_now", "maturity",
        "open_question", "sources", "firm_id", frozen=3, last="open_question",
    ),
    "unlisted": _sheet("chain", "firm", "firm_other", "seat", "said", "way", "sources", "firm_id", frozen=2),
    "terms": _sheet(
        "chain", "strategy", "firm", *(f"term_{term}" for term in TERMS), "sum", "fit_lift", "near", "words",
        "firm_id", frozen=3,
    ),
    "method": _sheet("section", "item", "value", "explanation"),
    "firms": _sheet(
        "number", "firm", "place", "registered_capital", "founded", "chain", "stage", "segments", "application",
        "revenue_cny_m", "profit_tax", "tiers", "role", "products", "credit_code", "sources", "firm_id", last="role",
    ),
    "projects": _sheet(
        "number", "project", "investor", "place", "chain", "application", "investment_cny_m", "period", "project_type",
        "project_state", "sources",
    ),
    "clusters": _sheet(
        "number", "cluster", "place", "chain", "staff", "firm_count", "producing_count", "revenue_year",
        "revenue_year_growth", "revenue_half", "revenue_half_growth", "tax_year", "tax_year_growth", "tax_half",
        "tax_half_growth", "segments", "sources",
    ),
    "policies": _sheet(
        "number", "policy", "level", "doc_no", "issuer", "summary", "chain", "valid_from", "valid_to", "in_force",
        "sources",
    ),
    "problems": _sheet(
        "number", "problem_type", "chain", "segment", "problem", "cause", "impact", "severity", "fill_mode",
        "ask_whom", "timing", "question", "sources",
    ),
    "technology": _sheet(
        "number", "chain", "segment", "stage", "chokepoint", "high_value", "direction_reason", "local_firms",
        "readiness", "penetration", "bottleneck", "distance_abroad", "window", "action",
    ),
    "applications": _sheet(
        "number", "chain", "segment", "stage", "typical_products", "local_firms", "local_buyers", "task", "user",
        "payer", "business_model",
    ),
    "districts": _sheet("place", "chain", "firm_count", "leaders", "segments", "firms"),
    "facts": _sheet(
        "firm", "kind", "project_stage", "site_status", "date", "place", "instead_place", "amount_cny_m", "product",
        "text", "call_reason", "source", "address", "text_count", "firm_id", "signal_id",
    ),
    "evidence": _sheet("chain", "firm", "statement", "source", "as_of", "confidence", "firm_id", "segment_id"),
    "table": _sheet(),  # a table of the case: its own columns
    "form": _sheet(),  # nothing but columns to fill
}
# The overview has a column per state that occurs where ``state:`` stands, and remarks where there are any.
OVERVIEW_COLUMNS = (
    "chain", "chain_class", "strategy", "leaders", "segment_total", "state:", "new_count", "leader_count",
    "reinvest_count", "top_targets", "remark",
)
MARK_COLUMNS = ("chain", "firm", "segment", "mark_problem", *MARKS, "where", "firm_id", "segment_id")
# A pool's sheet leaves out what none of its rows knows, but for those that say what the row is.
POOL_SHEET_COLUMNS = (
    "pool_list", "rank", "firm", "country", "city", "chain", "segment", "gap_state", "via", "amount", "amount_unit",
    "date", "reasons", "next_step", "confidence", "sources",
)
POOL_SHEET_ALWAYS = ("pool_list", "rank", "firm", "reasons", "next_step", "confidence", "sources")
# What there is room for: on a terminal and in a notebook.
TERMINAL_GAPS = (
    "chain", "segment_id", "segment", "stage", "state", "found", "expected", "severity", "fill_mode", "ask_whom",
)
TERMINAL_TARGETS = (
    "list", "rank", "firm", "seat", "segment", "gap_state", "fit", "evidence_grade", "signal", "tiers",
)
TERMINAL_POOLS = ("pool_list", "rank", "firm", "city", "segment", "via", "amount", "amount_unit", "reasons")
NOTEBOOK_GAPS = ("chain", "segment", "stage", "state", "found", "local_demand", "severity")
NOTEBOOK_TARGETS = (
    "chain", "list", "rank", "firm", "seat", "segment", "gap_state", "fit_lift", "fit_low", "fit_high",
    "evidence_grade",
)
