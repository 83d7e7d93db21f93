"""Every column of what is handed over, said once: what it holds, its unit and range, and how a sheet shows it.

A column means the same wherever it stands. Its caption and note are the labels ``workbook.column_<name>`` and
``workbook.note_<name>``; which files and sheets have it, and in what order, is said in `results`.

========  ====================================================================================================
kind      values
========  ====================================================================================================
id        an id of the case's
text      words; ``codes`` names the captions (``library/labels/codes.toml``) where they are codes
code      a short code, centred on a sheet
set       several, joined with ``;``
date      ISO, as precise as known
flag      true or false
count     a whole number
number    a number, shown with ``digits`` decimals
share     0 to 1, shown as a percentage
lift      how many times
source    where it was read; an http(s) address links
edit      empty, for people to fill in
========  ====================================================================================================

Missing is an empty cell in every kind: not known, or not applicable, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass

_LOOKS = {"id": "text", "set": "text", "date": "code", "flag": "code", "share": "percent"}
_DTYPES = {"count": "Int64", "number": "float64", "share": "float64", "lift": "float64", "flag": "boolean"}


@dataclass(frozen=True)
class ResultColumn:
    """One column of the results.

    ``width``: least and most Latin characters on a sheet (a Chinese one takes two). ``unit``: of numbers. ``low`` and
    ``high``: the least and the largest value there can be. ``choices``: all values there can be; ``codes``: the group
    of captions that has an entry for each. ``stacked``: joined sentences or names, one a line on a sheet.
    """

    name: str
    kind: str
    width: tuple[float, float] = (8, 24)
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int = 1
    choices: tuple[str, ...] = ()
    codes: str = ""
    stacked: bool = False

    @property
    def look(self) -> str:
        """Which format a sheet gives its cells."""
        look = _LOOKS.get(self.kind, self.kind)
        return "number2" if look == "number" and self.digits == 2 else look

    @property
    def dtype(self) -> str:
        """What pandas holds it as."""
        return _DTYPES.get(self.kind, "str")


_ALL = (
    ResultColumn("lead_id", "id"),
    ResultColumn("in_contact", "flag", width=(6, 9)),
    ResultColumn("since", "date", width=(10, 11)),
    ResultColumn("units", "set", width=(10, 20)),
    ResultColumn("assigned_to", "set", width=(8, 16)),
    ResultColumn("awaited", "set", width=(8, 16)),
    ResultColumn("due", "date", width=(10, 11)),
    ResultColumn("overdue", "flag", width=(6, 9)),
    ResultColumn("contacted_on", "date", width=(10, 11)),
    ResultColumn("contact", "text", width=(20, 44)),
    ResultColumn("next", "text", width=(16, 30)),
    ResultColumn("next_on", "date", width=(10, 11)),
    ResultColumn("result", "text", width=(8, 16)),
    ResultColumn("competing", "text", width=(8, 16)),
    ResultColumn("expected_on", "date", width=(8, 11)),
    ResultColumn("investment_m", "number", width=(8, 10), unit="million of currency", low=0),
    ResultColumn("currency", "text", width=(8, 16)),
    ResultColumn("conflicts", "set", width=(10, 20)),
    ResultColumn("released_on", "date", width=(10, 11)),
    ResultColumn("closing", "text", width=(8, 16)),
    ResultColumn("lost_to", "text", width=(8, 16)),
    ResultColumn("at", "text", width=(16, 17)),
    ResultColumn("by", "text", width=(8, 16)),
    ResultColumn("says", "text", width=(20, 60)),
    ResultColumn("unit", "text", width=(8, 16)),
    ResultColumn("field", "text", width=(8, 16)),
    ResultColumn("day", "date", width=(10, 11)),
    ResultColumn("days", "count", width=(6, 8), unit="days", low=-36_525),
    ResultColumn("text_count", "count", width=(6, 8), unit="texts", low=1),
    ResultColumn("text", "text", width=(24, 60)),
    ResultColumn("site_status", "text", width=(8, 10), codes="site_status"),
    ResultColumn("signal_id", "id"),
    ResultColumn("project_stage", "text", width=(8, 10), codes="project_stage"),
    ResultColumn("product", "text", width=(10, 20)),
    ResultColumn("instead_place", "text", width=(8, 12)),
    ResultColumn("call_reason", "flag", width=(8, 9)),
    ResultColumn("signal_stage", "text", width=(8, 10), codes="project_stage"),
    ResultColumn("signal_source", "source", width=(16, 36)),
    ResultColumn("amount_cny_m", "number", width=(8, 10), unit="CNY million", low=0),
    ResultColumn("address", "source", width=(16, 36)),
    ResultColumn("action", "edit", width=(12, 14)),
    ResultColumn("admission", "code", width=(6, 9), codes="admission"),
    ResultColumn("amount", "number", width=(8, 10), unit="amount_unit", low=0),
    ResultColumn("amount_unit", "code", width=(6, 9)),
    ResultColumn("answer", "edit", width=(8, 8)),
    ResultColumn("application", "edit", width=(10, 16)),
    ResultColumn("as_of", "date", width=(10, 11)),
    ResultColumn("ask_whom", "text", width=(12, 20)),
    ResultColumn("basis", "edit", width=(16, 16)),
    ResultColumn("blank:", "edit", width=(10, 16)),
    ResultColumn("bottleneck", "edit", width=(12, 14)),
    ResultColumn("business_model", "edit", width=(12, 14)),
    ResultColumn("candidate_kind", "code", codes="candidate"),
    ResultColumn("candidate_list", "code", codes="candidate"),
    ResultColumn("cause", "edit", width=(12, 16)),
    ResultColumn("chain", "text", width=(9, 14)),
    ResultColumn("chain_class", "text", width=(9, 14), codes="class"),
    ResultColumn("chain_id", "id"),
    ResultColumn("checked_by", "edit", width=(14, 14)),
    ResultColumn("checked_on", "edit", width=(11, 11)),
    ResultColumn("chokepoint", "flag", width=(6, 7)),
    ResultColumn("city", "text"),
    ResultColumn("cluster", "text", width=(16, 28)),
    ResultColumn("column", "text"),
    ResultColumn("confidence", "text", width=(10, 21), codes="confidence"),
    ResultColumn("confirmed", "code", width=(8, 10), codes="confirmed"),
    ResultColumn("country", "text"),
    ResultColumn("credit_code", "id"),
    ResultColumn("date", "date"),
    ResultColumn("decision_city", "text", width=(7, 11)),
    ResultColumn("detail", "text", width=(20, 44)),
    ResultColumn("direction_reason", "text", width=(18, 34)),
    ResultColumn("distance_abroad", "edit", width=(12, 14)),
    ResultColumn("district", "text", width=(8, 12)),
    ResultColumn("doc_no", "text", width=(8, 16)),
    ResultColumn("effect", "text", width=(10, 16)),
    ResultColumn("evidence_grade", "code", width=(6, 6), choices=("A", "B", "C")),
    ResultColumn("exact", "text"),
    ResultColumn("expected", "number", width=(6, 7), unit="firms", low=0),
    ResultColumn("explanation", "text", width=(30, 90)),
    ResultColumn("file", "text"),
    ResultColumn("fill_mode", "code", width=(8, 10), codes="fill"),
    ResultColumn("find_out", "text", width=(12, 24)),
    ResultColumn("firm", "text", width=(14, 21)),
    ResultColumn("firm_count", "count", width=(7, 8), unit="firms", low=0),
    ResultColumn("firm_en", "text", width=(12, 22)),
    ResultColumn("firm_id", "id"),
    ResultColumn("firm_other", "text", width=(12, 24)),
    ResultColumn("firms", "text", width=(20, 44)),
    ResultColumn("fit", "text"),
    ResultColumn("fit_high", "number", width=(6, 6), unit="times", low=0),
    ResultColumn("fit_lift", "lift", width=(7, 8), unit="times", low=0),
    ResultColumn("fit_low", "number", width=(6, 6), unit="times", low=0),
    ResultColumn("found", "count", width=(6, 7), unit="firms", low=0),
    ResultColumn("founded", "date", width=(10, 11)),
    ResultColumn("gate", "text", width=(12, 24), codes="gate"),
    ResultColumn("gap_reasons", "text", width=(24, 46), stacked=True),
    ResultColumn("gap_state", "code", width=(9, 12), codes="state"),
    ResultColumn("group", "text", width=(10, 22)),
    ResultColumn("group_only", "count", width=(6, 7), unit="firms", low=0),
    ResultColumn("mark", "text", width=(8, 12)),
    ResultColumn("filled", "flag", width=(6, 8)),
    ResultColumn("maturity", "count", width=(6, 8), unit="marks of 6", low=0, high=6),
    ResultColumn("marks", "set", width=(12, 20), codes="mark"),
    ResultColumn("open_question", "text", width=(20, 44)),
    ResultColumn("comparables", "text", width=(20, 44), stacked=True),
    ResultColumn("landing", "text", width=(16, 34), stacked=True),
    ResultColumn("mark_before", "text", width=(8, 12)),
    ResultColumn("presumed", "count", width=(6, 9), unit="firms", low=0),
    ResultColumn("high_value", "flag", width=(6, 7)),
    ResultColumn("impact", "text", width=(12, 22)),
    ResultColumn("in_force", "flag", width=(8, 9)),
    ResultColumn("investment_cny_m", "edit", width=(10, 12), unit="CNY million", low=0),
    ResultColumn("investor", "text", width=(14, 26)),
    ResultColumn("issuer", "text", width=(12, 22)),
    ResultColumn("item", "text", width=(16, 34)),
    ResultColumn("kind", "text"),
    ResultColumn("leader_count", "count", width=(6, 7), unit="firms", low=0),
    ResultColumn("leaders", "text", width=(20, 34)),
    ResultColumn("ledger_offer", "text"),
    ResultColumn("ledger_place", "text"),
    ResultColumn("ledger_project", "text"),
    ResultColumn("ledger_since", "date"),
    ResultColumn("ledger_stage", "text"),
    ResultColumn("ledger_until", "date"),
    ResultColumn("level", "code", width=(6, 8)),
    ResultColumn("likelihood", "code", width=(8, 10), codes="likelihood"),
    ResultColumn("likelihood_facts", "text", width=(18, 40), stacked=True),
    ResultColumn("list", "code", width=(8, 9)),
    ResultColumn("local_buyers", "set", width=(12, 22)),
    ResultColumn("local_demand", "count", width=(6, 8), unit="firms", low=0),
    ResultColumn("local_firms", "text", width=(16, 26)),
    ResultColumn("local_supply", "count", width=(6, 8), unit="firms", low=0),
    ResultColumn("local_unit", "text", width=(10, 22)),
    ResultColumn("mark_base", "text", width=(6, 8)),
    ResultColumn("mark_problem", "text", width=(24, 44)),
    ResultColumn("market_share", "share", width=(7, 9), unit="share of output", low=0, high=1),
    ResultColumn("near", "text", width=(16, 34)),
    ResultColumn("nearby_found", "count", width=(6, 8), unit="firms", low=0),
    ResultColumn("nearest_supplier_city", "text", width=(7, 10)),
    ResultColumn("new_count", "count", width=(6, 7), unit="firms", low=0),
    ResultColumn("next_step", "text", width=(12, 23), stacked=True),
    ResultColumn("note", "edit", width=(13, 13)),
    ResultColumn("number", "count", width=(5, 6), low=1),
    ResultColumn("origin", "text", width=(8, 14), codes="origin"),
    ResultColumn("owner", "edit", width=(8, 8)),
    ResultColumn("payer", "edit", width=(10, 12)),
    ResultColumn("penetration", "edit", width=(8, 9)),
    ResultColumn("period", "edit", width=(10, 14)),
    ResultColumn("place", "text", width=(8, 11)),
    ResultColumn("plain", "text"),
    ResultColumn("policy", "text", width=(16, 28)),
    ResultColumn("pool", "text"),
    ResultColumn("pool_list", "text", width=(14, 24)),
    ResultColumn("problem", "text", width=(20, 34)),
    ResultColumn("problem_type", "code", width=(8, 9)),
    ResultColumn("producing_count", "count", width=(7, 8), unit="firms", low=0),
    ResultColumn("products", "set", width=(16, 36), stacked=True),
    ResultColumn("profit_tax", "edit", width=(9, 10)),
    ResultColumn("project", "text", width=(20, 40)),
    ResultColumn("project_id", "id"),
    ResultColumn("project_state", "edit", width=(9, 12)),
    ResultColumn("project_type", "edit", width=(9, 12)),
    ResultColumn("propensity", "number", width=(7, 8), unit="ln(1 + cities)", low=0, digits=2),
    ResultColumn("proposal", "text", width=(10, 16)),
    ResultColumn("question", "text", width=(30, 56)),
    ResultColumn("rank", "count", width=(4, 5), unit="place", low=1),
    ResultColumn("reach", "number", width=(6, 8), unit="index", low=0, high=1, digits=2),
    ResultColumn("readiness", "edit", width=(9, 10)),
    ResultColumn("reason", "text", width=(20, 44)),
    ResultColumn("reasons", "text", width=(26, 43), stacked=True),
    ResultColumn("region", "text", width=(7, 9)),
    ResultColumn("registered_capital", "edit", width=(10, 12)),
    ResultColumn("reinvest_count", "count", width=(6, 7), unit="firms", low=0),
    ResultColumn("remark", "text", width=(20, 40)),
    ResultColumn("remedy", "text"),
    ResultColumn("revenue_cny_m", "number", width=(10, 12), unit="CNY million", low=0),
    ResultColumn("revenue_half", "edit", width=(10, 12), unit="CNY 100 million"),
    ResultColumn("revenue_half_growth", "edit", width=(8, 10), unit="%"),
    ResultColumn("revenue_year", "edit", width=(10, 12), unit="CNY 100 million"),
    ResultColumn("revenue_year_growth", "edit", width=(8, 10), unit="%"),
    ResultColumn("risk", "text", width=(10, 22), stacked=True),
    ResultColumn("role", "code", width=(8, 9)),
    ResultColumn("route", "text", width=(10, 21)),
    ResultColumn("row", "count", low=1),
    ResultColumn("rows", "count", unit="rows", low=0),
    ResultColumn("said", "text", width=(16, 34)),
    ResultColumn("seat", "text", width=(7, 9)),
    ResultColumn("section", "text", width=(10, 14)),
    ResultColumn("segment", "text", width=(10, 15)),
    ResultColumn("segment_id", "id"),
    ResultColumn("segment_total", "count", width=(6, 7), unit="segments", low=0),
    ResultColumn("segments", "set", width=(14, 32), stacked=True),
    ResultColumn("severity", "number", width=(7, 8), unit="points", low=0, digits=2),
    ResultColumn("sha256", "text"),
    ResultColumn("signal", "text", width=(8, 16)),
    ResultColumn("signal_date", "date"),
    ResultColumn("sites", "text", width=(14, 34), stacked=True),
    ResultColumn("single_source", "text", width=(10, 14)),
    ResultColumn("size_class", "code", width=(9, 12), codes="size"),
    ResultColumn("source", "source", width=(20, 48)),
    ResultColumn("source_kind", "text", width=(8, 12), codes="source_kind"),
    ResultColumn("sources", "source", width=(20, 40), stacked=True),
    ResultColumn("staff", "edit", width=(8, 9), unit="persons"),
    ResultColumn("stage", "code", width=(6, 11), codes="stage"),
    ResultColumn("state:", "count", width=(7, 11), unit="segments", low=0),
    ResultColumn("state", "code", width=(12, 16), codes="state"),
    ResultColumn("statement", "text", width=(36, 80)),
    ResultColumn("status", "edit", width=(7, 7)),
    ResultColumn("stock_code", "id"),
    ResultColumn("strategy", "text", width=(10, 12), codes="strategy"),
    ResultColumn("sum", "number", width=(7, 8), unit="nats", digits=2),
    ResultColumn("summary", "text", width=(26, 50)),
    ResultColumn("table", "text"),
    ResultColumn("task", "edit", width=(10, 12)),
    ResultColumn("tax_half", "edit", width=(9, 11), unit="CNY 100 million"),
    ResultColumn("tax_half_growth", "edit", width=(8, 10), unit="%"),
    ResultColumn("tax_year", "edit", width=(9, 11), unit="CNY 100 million"),
    ResultColumn("tax_year_growth", "edit", width=(8, 10), unit="%"),
    ResultColumn("team_basis", "code", width=(8, 9)),
    ResultColumn("term_constant", "number", width=(7, 8), unit="nats", digits=2),
    ResultColumn("term_mix", "number", width=(8, 10), unit="nats", digits=2),
    ResultColumn("term_near", "number", width=(8, 10), unit="nats", digits=2),
    ResultColumn("term_peers", "number", width=(8, 10), unit="nats", digits=2),
    ResultColumn("term_ppr", "number", width=(8, 10), unit="nats", digits=2),
    ResultColumn("term_relatedness", "number", width=(8, 10), unit="nats", digits=2),
    ResultColumn("tier", "text", width=(9, 12), codes="ranking"),
    ResultColumn("tiers", "set", width=(8, 12), codes="tier"),
    ResultColumn("timing", "edit", width=(8, 10)),
    ResultColumn("top_share", "share", width=(7, 8), unit="share of draws", low=0, high=1),
    ResultColumn("top_targets", "text", width=(26, 44)),
    ResultColumn("typical_products", "text", width=(16, 28)),
    ResultColumn("user", "edit", width=(10, 12)),
    ResultColumn("valid_from", "date", width=(10, 11)),
    ResultColumn("valid_to", "date", width=(10, 11)),
    ResultColumn("value", "text", width=(12, 60)),
    ResultColumn("via", "text", width=(12, 26)),
    ResultColumn("call_group", "text", width=(10, 16), codes="call"),
    ResultColumn("visit_level", "text", width=(8, 12), codes="visit"),
    ResultColumn("for_whom", "text", width=(8, 12)),
    ResultColumn("why_now", "text", width=(16, 30)),
    ResultColumn("way", "text", width=(20, 44)),
    ResultColumn("where", "text", width=(14, 22)),
    ResultColumn("why", "text", width=(24, 46)),
    ResultColumn("window", "edit", width=(9, 10)),
    ResultColumn("words", "text", width=(12, 30)),
)
COLUMNS: dict[str, ResultColumn] = {each.name: each for each in _ALL}


def result_column(name: str) -> ResultColumn:
    """The column of that name; one of a group, such as ``state:thin``, is shown as its group.

    A column of the case's own tables, which a sheet can show too, is a text where the results have none of its name.

    Examples
    --------
    >>> result_column("severity").unit, result_column("state:thin").name
    ('points', 'state:')
    """
    group, colon, _ = name.partition(":")
    return COLUMNS.get(group + colon) or ResultColumn(name, "text")
