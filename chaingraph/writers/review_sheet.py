"""The sheet on which people review what was read: the sentence beside the fact, lists to choose from, no formulas."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd

from chaingraph.labels import text
from chaingraph.leads.bands import weights
from chaingraph.leads.review import EDITABLE, REVIEW_COLUMNS
from chaingraph.leads.sentences.kinds import STAGE_ORDER, lead_kinds
from chaingraph.model.columns import SIGNALS, SITE_STATUSES, is_missing
from chaingraph.writers.files import number_text, write_bytes, write_csv
from chaingraph.writers.harmless import harmless_book, safe_text
from chaingraph.writers.workbook.sheet import EDITED

_WIDTHS = {"decision": 10, "quote": 60, "firm": 26, "title": 30, "address": 30, "product": 16, "written": 14}
_WIDTH = 12
_CODES = {"kind": "codes.signal_", "stage": "leads.stage_", "site_status": "leads.site_", "band": "leads.band_"}


def write_review(rows: pd.DataFrame, path: Path, *, lang: str) -> None:
    """Write the sheet as XLSX, or as CSV where the name ends so; codes as people word them.

    Raises
    ------
    StoreError
        When the file cannot be written.
    """
    captions = {name: text(f"leads.column_{name}", lang) for name in REVIEW_COLUMNS}
    shown = pd.DataFrame(
        {captions[name]: [worded(name, value, lang) for value in rows[name]] for name in REVIEW_COLUMNS}
    )
    if path.suffix.lower() == ".csv":
        write_csv(shown.astype("str").replace("", None), path, columns=list(shown.columns))
    else:
        write_bytes(_workbook(shown, captions, lang), path)


def worded(name: str, value: object, lang: str) -> str:
    """A cell of a fact as people read it; empty where nothing is known."""
    if is_missing(value):
        return ""
    if name in _CODES:
        return text(f"{_CODES[name]}{value}", lang)
    return number_text(value) if isinstance(value, float) else str(value)


def _workbook(shown: pd.DataFrame, captions: dict[str, str], lang: str) -> bytes:
    buffer = BytesIO()
    title = text("leads.review_sheet", lang)
    with harmless_book(buffer, title=title) as book:
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        edited = book.add_format(
            {"text_wrap": True, "valign": "top", "bg_color": EDITED, "border": 1, "num_format": "@"}
        )
        for place, name in enumerate(REVIEW_COLUMNS):
            sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH))
            sheet.write_string(0, place, captions[name], head)
            style = edited if name in ("decision", *EDITABLE) else plain
            for number, value in enumerate(shown[captions[name]], start=1):
                sheet.write_string(number, place, safe_text(value), style)
        last = max(1, len(shown))
        for name, choices in _choices(lang).items():
            place = REVIEW_COLUMNS.index(name)
            sheet.data_validation(1, place, last, place, {"validate": "list", "source": choices})
        sheet.write_comment(0, 0, text("leads.review_note", lang))
        shares = {name: f"{right / of:.0%}" for name, (right, of) in weights().measured.items()}
        sheet.write_comment(0, REVIEW_COLUMNS.index("band"), text("leads.band_note", lang, **shares))
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, last, len(REVIEW_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


def _choices(lang: str) -> dict[str, list[str]]:
    """What may be chosen in a column: of kinds those that texts tell."""
    told = {kind.signal for kind in lead_kinds().values()}
    return {
        "decision": [text(f"leads.review_{word}", lang) for word in ("accepted", "corrected", "rejected")],
        "kind": [text(f"codes.signal_{code}", lang) for code in SIGNALS if code in told],
        "stage": [text(f"leads.stage_{code}", lang) for code in STAGE_ORDER],
        "site_status": [text(f"leads.site_{code}", lang) for code in SITE_STATUSES],
    }
