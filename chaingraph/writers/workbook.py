"""The workbook that recruiting teams receive: overview, targets per chain, gaps, questions, evidence and method."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd

from chaingraph.explain_gaps import names_by_id
from chaingraph.findings import Findings
from chaingraph.graph import ChainGraph
from chaingraph.labels import text
from chaingraph.schema import GAP_STATES
from chaingraph.writers import workbook_frames as frames
from chaingraph.writers.cell_text import code_text, fitting
from chaingraph.writers.evidence import EVIDENCE_COLUMNS, evidence
from chaingraph.writers.files import write_bytes
from chaingraph.writers.sheets import (
    GRADE_COLOURS,
    Book,
    add_table,
    line_count,
    link_sheet,
    open_book,
    row_height,
    set_print,
)

# What is printed comes first; what only explains stands to the right of it, on the screen only.
PRINTED_COLUMNS = (
    "list", "rank", "firm", "seat", "tiers", "segment", "gap_state", "proposal", "fit_lift", "fit_low", "fit_high",
    "evidence_grade", "reasons", "route", "next_step", "status", "owner", "note",
)  # fmt: skip
CHAIN_COLUMNS = (
    *PRINTED_COLUMNS, "find_out", "signal", "decision_city", "risk", "local_unit", "firm_other", "group", "size_class",
    "admission", "reach", "propensity", "top_share", "gap_reasons", "credit_code", "stock_code", "sources", "firm_id",
    "segment_id",
)  # fmt: skip
TARGET_COLUMNS = (
    "chain", "list", "rank", "firm", "seat", "decision_city", "tiers", "segment", "gap_state", "strategy", "fit_lift",
    "fit_low", "fit_high", "top_share", "reach", "propensity", "evidence_grade", "signal", "firm_other", "firm_id",
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
    "chain", "tier", "rank", "firm", "firm_other", "seat", "segment", "fit_lift", "evidence_grade", "reasons",
    "sources", "firm_id",
)  # fmt: skip
TERM_COLUMNS = (
    "chain", "strategy", "firm", *(f"term_{term}" for term in frames.TERMS), "sum", "fit_lift", "near_products",
    "near_network", "words", "firm_id",
)  # fmt: skip
METHOD_COLUMNS = ("section", "item", "value", "explanation")
_BEFORE = ("readme", "overview", "targets", "gaps", "questions", "leaders", "rankings")
_AFTER = ("terms", "evidence", "method")
_TEXT_WIDTH = 110
_MAIN_TAB, _CHAIN_TAB, _LIST_TAB = "#1F3864", "#2E75B6", "#7F7F7F"


def write_workbook(findings: Findings, graph: ChainGraph, path: str | Path, *, lang: str = "zh") -> None:
    """Write what a run found as one Excel workbook, made to be read, filtered, filled in and printed.

    Sheets: read me, overview, all targets, gaps, questions to check, chain leaders, rankings, one sheet per chain with
    its targets (new, leader-driven, reinvestment) and columns for status, owner and notes, terms of the fit, evidence
    (one row per fact, with source and date), method (rules, parameters, counts, what was held back). An empty cell
    means "not known". The same findings give the same bytes.

    Raises
    ------
    StoreError
        When the file cannot be written; an older file in its place is untouched.
    """
    chains = frames.chain_ids(findings, lang)
    names = names_by_id(graph, "chains", lang)
    wanted = {key: text(f"workbook.sheet_{key}", lang) for key in _BEFORE}
    wanted |= {_sheet_of(chain): names.get(chain, chain) for chain in chains}
    wanted |= {key: text(f"workbook.sheet_{key}", lang) for key in _AFTER}
    buffer = BytesIO()
    title = text("workbook.title", lang, region=findings.region)
    book = open_book(buffer, wanted, lang=lang, as_of=findings.as_of, title=title)
    shown = frames.targets(findings, graph, lang)
    notes = frames.notes_by_chain(findings, lang)
    common = notes.get(None, [])
    _add_readme(book, title, [*common, *(note for chain in chains for note in notes.get(chain, []))])

    def add(
        key: str, frame: pd.DataFrame, columns: Sequence[str], *, frozen: int = 2, printed: int | None = None
    ) -> None:
        captions = [book.label(f"about_{key}")]
        add_table(book, key, frame, columns, title=f"{title} · {book.names[key]}", captions=captions, frozen=frozen,
                  printed=printed, colour=_LIST_TAB)  # fmt: skip

    table, columns = frames.overview(findings, graph, shown, lang)
    links = {names.get(chain, chain): _sheet_of(chain) for chain in chains}
    add_table(book, "overview", table, columns, title=f"{title} · {book.names['overview']}", frozen=1,
              captions=[book.label("about_overview")], sheet_links=links, colour=_MAIN_TAB)  # fmt: skip
    add("targets", shown, TARGET_COLUMNS, frozen=4, printed=TARGET_COLUMNS.index("signal") + 1)
    gaps = frames.captioned(findings.gaps[lang], graph, lang)
    add("gaps", gaps, GAP_SHEET_COLUMNS, printed=GAP_SHEET_COLUMNS.index("ask_whom") + 1)
    questions = frames.captioned(findings.questions[lang], graph, lang)
    add("questions", questions, QUESTION_COLUMNS, frozen=3, printed=QUESTION_COLUMNS.index("basis") + 1)
    add("leaders", frames.captioned(findings.leaders[lang], graph, lang), LEADER_COLUMNS, frozen=3)
    add("rankings", frames.captioned(findings.rankings[lang], graph, lang), RANKING_COLUMNS, frozen=4)
    for chain in chains:
        name = names.get(chain, chain)
        captions = list(
            dict.fromkeys([book.label("about_chain", as_of=findings.as_of), *common, *notes.get(chain, [])])
        )
        add_table(book, _sheet_of(chain), shown[shown["chain_id"] == chain], CHAIN_COLUMNS, frozen=3,
                  title=book.label("title_chain", region=findings.region, chain=name), captions=captions,
                  printed=len(PRINTED_COLUMNS), colour=_CHAIN_TAB)  # fmt: skip
    add("terms", frames.terms(findings, graph, shown, lang), TERM_COLUMNS, frozen=3)
    add("evidence", evidence(findings, graph, lang), EVIDENCE_COLUMNS)
    add("method", frames.method(findings, graph, lang), METHOD_COLUMNS)
    book.workbook.close()
    write_bytes(buffer.getvalue(), Path(path))


def _sheet_of(chain_id: str) -> str:
    """The key of a chain's sheet, which no other sheet can have."""
    return f"chain {chain_id}"


def _add_readme(book: Book, title: str, notes: Sequence[str]) -> None:
    """What is here, how to read and fill it, and what the colours mean; a line per sheet that leads to it."""
    sheet = book.workbook.add_worksheet(book.names["readme"])
    sheet.set_tab_color(_MAIN_TAB)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, _TEXT_WIDTH)
    sheet.set_default_row(row_height(1))
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, fitting(title), book.formats["title"])
    sheet.write_string(1, 0, fitting(book.label("subtitle", as_of=book.as_of)), book.formats["caption"])
    row = 3

    def heading(entry: str) -> None:
        nonlocal row
        sheet.write_string(row, 0, book.label(entry), book.formats["heading"])
        sheet.write_blank(row, 1, None, book.formats["heading"])
        row += 1

    def line(left: str, right: str, look: str = "plain") -> None:
        nonlocal row
        if left:
            sheet.write_string(row, 0, fitting(left), book.formats[look])
        sheet.write_string(row, 1, fitting(right), book.formats["plain"])
        sheet.set_row(row, row_height(line_count(right, _TEXT_WIDTH)))
        row += 1

    heading("read_notes")
    for note in dict.fromkeys(notes):
        line("", note)
    row += 1
    heading("read_sheets")
    for key in book.names:
        if key != "readme":
            line("", book.label("about_chain_sheet") if key.startswith("chain ") else book.label(f"about_{key}"))
            link_sheet(book, sheet, row - 1, 0, key)
    row += 1
    heading("read_use")
    for entry in ("empty", "fill", "answer", "filter", "grey", "apostrophe"):
        line(book.label(f"use_{entry}"), book.label(f"use_{entry}_text"))
    row += 1
    heading("read_states")
    for state in GAP_STATES:
        line(code_text("state", state, book.lang), code_text("state_note", state, book.lang), f"legend_state_{state}")
    row += 1
    heading("read_grades")
    for grade in GRADE_COLOURS:
        line(grade, code_text("grade_note", grade, book.lang), f"legend_grade_{grade}")
    set_print(book, sheet, title)
