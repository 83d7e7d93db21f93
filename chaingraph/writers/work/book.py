"""A small workbook of the week: inert text, drop-downs, one footer that says it is internal."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

from chaingraph.labels import text
from chaingraph.writers.harmless import harmless_book, safe_text

FONT, HEAD, LINE = "Microsoft YaHei", "#1F3864", "#BFBFBF"
A4, A3 = 9, 8  # Excel's numbers


class Paper(NamedTuple):
    """A workbook being written, its looks, and the buffer it goes to."""

    book: Any
    looks: Mapping[str, Any]
    buffer: BytesIO
    lang: str
    as_of: str


def open_paper(title: str, *, as_of: str, lang: str) -> Paper:
    """A new workbook; the same content and day give the same bytes."""
    buffer = BytesIO()
    book = harmless_book(buffer, title=title, as_of=as_of)
    base = {"font_name": FONT, "font_size": 10, "valign": "top"}
    cell = {**base, "border": 1, "border_color": LINE, "text_wrap": True}
    from chaingraph.writers.workbook.sheet import EDITED

    looks = {
        "title": {**base, "font_size": 16, "bold": True, "font_color": HEAD},
        "part": {**base, "font_size": 12, "bold": True, "font_color": HEAD},
        "note": {**base, "font_color": "#595959"},
        "head": {**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "valign": "vcenter"},
        "asked": {**cell, "bold": True, "bg_color": "#FFE699", "valign": "vcenter"},
        "text": cell,
        "line": {**cell, "text_wrap": False},  # clicked, not read
        "cell": {**cell, "valign": "vcenter"},
        "figure": {**cell, "valign": "vcenter", "align": "center", "num_format": "0"},
        "count": {**cell, "align": "center", "num_format": "0"},
        "total": {**cell, "align": "center", "bold": True, "num_format": "0", "bg_color": "#EDF2F9"},
        "edit": {**cell, "bg_color": EDITED, "num_format": "@"},
        "late": {**cell, "valign": "vcenter", "bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
    }
    return Paper(book, {name: book.add_format(look) for name, look in looks.items()}, buffer, lang, as_of)


def printed(sheet: Any, paper: Paper, title: str, *, size: int = A4, repeat: tuple[int, int] = (0, 0)) -> None:
    """Set a sheet up for paper: landscape, one page wide, headed rows repeated, internal, page and day below."""
    sheet.set_row(0, 24)
    sheet.set_landscape()
    sheet.set_paper(size)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(*repeat)
    internal = text("work.internal", paper.lang)
    shown = safe_text(title).replace("&", "&&")[:80]
    sheet.set_footer(f"&L&9{internal}&C&9&P / &N&R&9{shown} {paper.as_of}")


def closed(paper: Paper) -> bytes:
    """The bytes of the finished workbook."""
    paper.book.close()
    return paper.buffer.getvalue()
