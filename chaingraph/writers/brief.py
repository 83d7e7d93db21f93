"""Target briefs as DOCX: one or two A4 pages per firm."""

from __future__ import annotations

import re
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chaingraph.errors import MissingExtraError, UnknownNameError
from chaingraph.labels import both
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.wording.brief import Brief, write_up
from chaingraph.writers.files import TAKEN, write_bytes
from chaingraph.writers.harmless import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}


def write_briefs(
    findings: Findings,
    graph: ChainGraph,
    firms: Sequence[str],
    folder: str | Path,
    *,
    on: str,
    lang: str = "zh",
    skipped: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write one DOCX per firm into a folder, named by the firm (`document_name`).

    Parameters
    ----------
    firms
        Ids, names or parts of names of firms of the case.
    on
        The day of the briefs, ISO: policies that have ended by then are not named.
    skipped
        Called with what is wrong with a name that means no firm or several; the others are written all the same.

    Raises
    ------
    UnknownNameError
        When a name means no firm of the case or several, and ``skipped`` is not given or no name means one.
    MissingExtraError
        When python-docx is not installed.
    StoreError
        When a file cannot be written.
    """
    folder = Path(folder)
    briefs, wrong = [], []
    for firm in firms:
        try:
            briefs.append(write_up(findings, graph, firm, on=on, lang=lang))
        except UnknownNameError as error:
            wrong.append(error)
    if wrong and (skipped is None or not briefs):
        raise wrong[0]
    for refused in wrong:
        if skipped is not None:
            skipped(str(refused))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for brief in briefs:
        path = folder / document_name(brief.firm_id, brief.firm)
        write_bytes(document_bytes(brief, lang), path)
        paths.append(path)
    return paths


def document_name(firm_id: str, firm: str = "") -> str:
    """The name of a firm's file: what the firm is called, and its id, where that can stand in a name on every system.

    Examples
    --------
    >>> document_name("O09", "构造/甲有限公司"), document_name("甲一"), document_name("../../O09").startswith("firm-")
    ('构造甲有限公司_O09.docx', '甲一.docx', True)
    """
    called = re.sub(r"[\W_]+", "", firm)[:40]  # letters and digits: nothing that a system or a shell gives a meaning
    if re.fullmatch(r"[\w-]{1,64}", firm_id) and (called or firm_id.lower() not in TAKEN):
        own = firm_id
    else:
        own = f"firm-{blake2b(firm_id.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"
    return f"{called}_{own}.docx" if called else f"{own}.docx"


def document_bytes(brief: Brief, lang: str) -> bytes:
    """The brief as the bytes of a DOCX file."""
    try:
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt, RGBColor
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_briefs")) from error
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONTS[lang], Pt(10)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONTS["zh"])
    normal.paragraph_format.space_after = Pt(2)
    heading = document.add_paragraph()
    run = heading.add_run(clean_text(brief.title))
    run.bold, run.font.size, run.font.color.rgb = True, Pt(18), RGBColor(0x1B, 0x3A, 0x5C)
    document.add_paragraph(clean_text(brief.subtitle))
    for title, statements in brief.sections:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(6)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(title)
        run.bold, run.font.size, run.font.color.rgb = True, Pt(12), RGBColor(0x1B, 0x3A, 0x5C)
        for statement in statements:
            item = document.add_paragraph(style="List Bullet")
            item.add_run(clean_text(statement))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
