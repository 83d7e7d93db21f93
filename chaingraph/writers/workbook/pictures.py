"""Pictures in the workbook: the charts that a profile asks for, one below the other, or the same drawn with cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from chaingraph.errors import MissingExtraError
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.cell_text import fitting
from chaingraph.writers.charts.charts import gap_matrix, target_bars, tier_shares
from chaingraph.writers.charts.panorama import district_matrix, panorama
from chaingraph.writers.workbook.frames import chain_ids
from chaingraph.writers.workbook.map import draw_with_cells
from chaingraph.writers.workbook.profile import SheetPlan
from chaingraph.writers.workbook.sheet import Book, set_print

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS = 110  # an inch: legible on A3, and a book of ten chains stays small enough to send
_ROW = 15.0  # points of a row
_GROWN = 1.25  # small pictures are drawn larger, up to this
_PAGE = {"A4": 10.9, "A3": 15.6}  # inches across a landscape page
_TALL = {"A4": 7.2, "A3": 10.6}  # inches down it


def add_pictures(
    book: Book,
    key: str,
    plan: SheetPlan,
    findings: Findings,
    graph: ChainGraph,
    title: str,
    captions: Sequence[str],
    *,
    drawn: bool = True,
) -> None:
    """Write a sheet of pictures, each within one printed page.

    Where they are not to be drawn, or cannot be for want of matplotlib or of a font that has Chinese, the same is drawn
    with cells, and the sheet says how to get the pictures.
    """
    sheet = book.workbook.add_worksheet(book.names[key])
    sheet.hide_gridlines(2)
    sheet.set_tab_color("#BF8F00")
    sheet.write_string(0, 0, fitting(title), book.formats["title"])
    sheet.set_row(0, 26)
    for row, caption in enumerate(captions, start=1):
        sheet.write_string(row, 0, fitting(caption), book.formats["caption"])
    row, used, breaks = len(captions) + 2, 0.9, []
    paper = plan.paper or "A4"
    widest, tallest = _PAGE[paper], _TALL[paper]
    try:
        if not drawn:
            raise MissingExtraError(book.label("pictures_off"))
        for name, figure in _figures(plan.pictures, findings, graph, book.lang):
            width, height = figure.get_size_inches()
            scale = min(_GROWN, widest / width, (tallest - 0.9) / height)
            content = BytesIO()
            figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": None})
            if used > 1 and used + height * scale > tallest:
                breaks.append(row)
                used = 0.0
            options = {
                "image_data": content,
                "x_scale": scale,
                "y_scale": scale,
                "description": name,
                "object_position": 2,
            }
            sheet.insert_image(row, 0, f"{name}.png", options)
            row += int(height * scale * 72 / _ROW) + 2
            used += height * scale + 0.4
    except MissingExtraError as error:
        note = book.label("no_picture", reason=str(error))
        sheet.write_string(len(captions) + 1, 0, fitting(note), book.formats["caption"])
        row, breaks = draw_with_cells(book, sheet, len(captions) + 3, plan.pictures, findings, graph)
        set_print(book, sheet, title, paper)
        sheet.set_h_pagebreaks(breaks)
        return
    sheet.set_default_row(_ROW)  # pictures are placed by rows
    set_print(book, sheet, title, paper)
    sheet.set_print_scale(95)  # not fitted to a width: an office would pay no heed to the breaks between pictures
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row, int(widest * 96 / 64) - 1)


def _figures(pictures: Sequence[str], findings: Findings, graph: ChainGraph, lang: str) -> Iterator[tuple[str, Figure]]:
    """Each picture with its name; those of a chain once for every chain. Without chains there is nothing to draw."""
    chains = chain_ids(findings, lang)
    for picture in pictures if chains else ():
        if picture == "gap_matrix":
            yield picture, gap_matrix(findings, lang=lang)
        elif picture == "district_matrix":
            yield picture, district_matrix(findings, graph, lang=lang)
        elif picture == "tier_shares" and (findings.targets[lang]["candidate_list"] == "new").any():
            yield picture, tier_shares(findings, lang=lang)
        elif picture in ("panorama", "target_bars"):
            for chain in chains:
                if picture == "panorama":
                    yield f"{picture} {chain}", panorama(findings, graph, chain, lang=lang)
                else:
                    yield f"{picture} {chain}", target_bars(findings, chain, lang=lang)
