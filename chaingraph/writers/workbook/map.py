"""The pictures of a workbook, drawn with cells: they need no other program, can be edited, and print as they stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import STAGES
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_STATES
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import place_said
from chaingraph.writers.cell_text import code_text, fitting
from chaingraph.writers.charts.data import (
    chain_names,
    district_counts,
    first_targets,
    local_line,
    makers_by_segment,
    open_segments,
    tier_caption,
    tier_counts,
)
from chaingraph.writers.workbook.sheet import Book, line_count, row_height

# Widths of the columns in characters, by what is drawn first on a sheet.
_WIDTHS = {"panorama": (52,) * len(STAGES)}
_OTHER_WIDTHS = (30, *(11,) * 12)
_SHADES = ("#FFFFFF", "#E9F0F8", "#CFDFF0", "#AECAE6", "#8DB4DC")  # black letters stay legible on all of them
_BARS = 10  # targets of a chain
_LONGEST = 40  # blocks of a bar


@dataclass(frozen=True)
class _Sheet:
    """A sheet half drawn: where it is written, and the looks that only drawings have."""

    book: Book
    sheet: Any
    findings: Findings
    graph: ChainGraph
    bold: Any
    plain: Any
    bar: Any
    shades: Sequence[Any]

    def heading(self, row: int, words: str, columns: int) -> int:
        """A line over a block; returns the next row."""
        for column in range(1, columns):
            self.sheet.write_blank(row, column, None, self.book.formats["heading"])
        self.sheet.write_string(row, 0, fitting(words), self.book.formats["heading"])
        self.sheet.set_row(row, row_height(1) + 4)
        return row + 1


def draw_with_cells(
    book: Book, sheet: Any, row: int, pictures: Sequence[str], findings: Findings, graph: ChainGraph
) -> tuple[int, list[int]]:
    """Draw the pictures that a profile asks for from a row on.

    Returns
    -------
    row : int
        The first row below.
    breaks : list of int
        Rows that begin a new page: every chain of a panorama stands on one of its own.
    """
    add = book.workbook.add_format
    font = {"font_name": "Microsoft YaHei", "font_size": 10}
    cell = {**font, "border": 1, "border_color": "#BFBFBF", "align": "center", "valign": "vcenter"}
    shades = [add({**cell, "bg_color": colour}) for colour in _SHADES]
    bar = add({"font_color": "#2E75B6", "font_size": 8, "valign": "vcenter"})
    here = _Sheet(book, sheet, findings, graph, add({**font, "bold": True}), add(font), bar, shades)
    sheet.set_default_row(row_height(1))
    widths = _WIDTHS.get(next(iter(pictures), ""), _OTHER_WIDTHS)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    breaks: list[int] = []
    # Without chains there is nothing to draw.
    for picture in pictures if chain_names(findings, book.lang) else ():
        row, wanted = _DRAWN[picture](here, row)
        breaks += wanted
        row += 1
    last = max(len(widths) - 1, sheet.dim_colmax or 0)  # a city of many districts has more columns
    if last >= len(widths):
        sheet.set_column(len(widths), last, widths[-1])
    sheet.print_area(0, 0, row, last)
    return row, breaks


def _panorama(here: _Sheet, row: int) -> tuple[int, list[int]]:
    book, findings = here.book, here.findings
    gaps = findings.gaps[book.lang].sort_values("segment_id", kind="stable")
    makers = makers_by_segment(findings, here.graph, book.lang)
    states = [state for state in GAP_STATES if (gaps["state"] == state).any()]
    for place, state in enumerate(states):
        look = book.formats[f"legend_state_{state}"]
        here.sheet.write_string(row + place // 3, place % 3, code_text("state", state, book.lang), look)
    row += -(-len(states) // 3)
    here.sheet.write_string(row, 0, text("charts.panorama_note", book.lang), book.formats["caption"])
    row += 2
    breaks: list[int] = []
    for number, (chain_id, chain) in enumerate(chain_names(findings, book.lang).items()):
        breaks += [row] if number else []
        row = here.heading(row, chain, len(STAGES))
        own = gaps[gaps["chain_id"] == chain_id]
        targets = first_targets(findings, chain_id, book.lang)
        deepest = row
        heights: dict[int, int] = {}
        for column, stage in enumerate(STAGES):
            here.sheet.write_string(row, column, code_text("stage", stage, book.lang), book.formats["head"])
            for place, segment in enumerate(rows_of(own[own["stage"] == stage]), start=row + 1):
                lines = _segment(here, place, column, segment, makers, targets)
                heights[place] = max(heights.get(place, 1), lines)
                deepest = max(deepest, place)
        for place, lines in heights.items():
            here.sheet.set_row(place, row_height(lines))
        row = deepest + 2
    return row, breaks


def _segment(
    here: _Sheet,
    row: int,
    column: int,
    segment: Mapping[Any, Any],
    makers: Mapping[str, list[str]],
    targets: Mapping[str, str],
) -> int:
    """A segment as a cell: its name, its local firms, its first target; returns how many lines it takes."""
    lang = here.book.lang
    mark = " ★" if segment["chokepoint"] is True or segment["high_value"] is True else ""
    name = fitting(str(segment["segment"]) + mark)
    said = local_line(segment, makers.get(segment["segment_id"], []), lang)
    if target := targets.get(segment["segment_id"]):
        said += "\n" + text("charts.panorama_target", lang, firm=target)
    look = here.book.formats[f"legend_state_{segment['state']}"]
    here.sheet.write_rich_string(row, column, here.bold, name, here.plain, "\n" + fitting(said), look)
    return line_count(f"{name}\n{said}", _WIDTHS["panorama"][column])


def _matrix(
    here: _Sheet,
    row: int,
    title: str,
    note: str,
    columns: Sequence[str],
    rows: Iterator[tuple[str, list[tuple[str, float]]]],
) -> tuple[int, list[int]]:
    """A table of counts, the darker the larger its share (0 to 1)."""
    row = here.heading(row, title, 1 + len(columns))
    for column, words in enumerate(["", *columns]):
        here.sheet.write_string(row, column, fitting(words), here.book.formats["head"])
    row += 1
    for name, cells in rows:
        here.sheet.write_string(row, 0, fitting(name), here.book.formats["text"])
        for column, (said, share) in enumerate(cells, start=1):
            look = here.shades[min(len(here.shades) - 1, int(share * len(here.shades)))]
            here.sheet.write_string(row, column, said, look)
        row += 1
    here.sheet.write_string(row, 0, fitting(note), here.book.formats["caption"])
    return row + 1, []


def _open_segments(here: _Sheet, row: int) -> tuple[int, list[int]]:
    lang = here.book.lang
    counts = open_segments(here.findings, lang)
    names = chain_names(here.findings, lang)
    rows = (
        (
            names[str(chain)],
            [(f"{n} / {of}" if of else "–", n / max(1, of)) for n, of in zip(own["open"], own["total"], strict=True)],
        )
        for chain, own in counts.groupby("chain_id", sort=False)
    )
    title = text("charts.matrix_title", lang, region=place_text(here.findings.region, lang))
    captions = [code_text("stage", stage, lang) for stage in STAGES]
    return _matrix(here, row, title, text("charts.matrix_note", lang), captions, rows)


def _districts(here: _Sheet, row: int) -> tuple[int, list[int]]:
    lang = here.book.lang
    counts = district_counts(here.findings, here.graph, lang)
    most = max(1, int(counts.to_numpy().max(initial=0)))
    names = chain_names(here.findings, lang)
    rows = (
        (names[str(chain)], [(str(count) if count else "–", count / most) for count in own.tolist()])
        for chain, own in counts.iterrows()
    )
    title = text("charts.districts_title", lang, region=place_text(here.findings.region, lang))
    return _matrix(here, row, title, text("charts.districts_note", lang), list(counts.columns), rows)


def _tiers(here: _Sheet, row: int) -> tuple[int, list[int]]:
    lang = here.book.lang
    counts = tier_counts(here.findings, lang)
    names = chain_names(here.findings, lang)
    rows = (
        (names[str(chain)], [(str(count) if count else "–", count / max(1, own.sum())) for count in own.tolist()])
        for chain, own in counts.iterrows()
    )
    captions = [tier_caption(str(tier), lang) for tier in counts.columns]
    return _matrix(here, row, text("charts.tiers_title", lang), text("charts.tiers_counts", lang), captions, rows)


def _bars(here: _Sheet, row: int) -> tuple[int, list[int]]:
    """The first targets of every chain: fit in figures, and as a bar of blocks that every office and printer shows."""
    book, lang = here.book, here.book.lang
    targets = here.findings.targets[lang]
    targets = targets[targets["candidate_list"] == "new"].groupby("chain_id", sort=False).head(_BARS)
    most = float(targets[["fit_lift", "fit_high"]].max().max())
    for chain_id, chain in chain_names(here.findings, lang).items():
        own = targets[targets["chain_id"] == chain_id]
        row = here.heading(row, text("charts.bars_title", lang, chain=chain, count=len(own)), 8)
        for target in rows_of(own):
            name = target["firm_en"] if lang == "en" and isinstance(target["firm_en"], str) else target["firm"]
            here.sheet.write_string(row, 0, fitting(f"{place_said(target['rank'])}  {name}"), book.formats["text"])
            lift, high = (float(target[column]) for column in ("fit_lift", "fit_high"))
            if not math.isnan(lift):
                solid = round(_LONGEST * lift / most)
                light = round(_LONGEST * high / most) - solid if high > lift else 0
                here.sheet.write_number(row, 1, round(lift, 2), book.formats["lift"])
                here.sheet.write_string(row, 2, "█" * solid + "░" * light, here.bar)
            else:
                here.sheet.write_blank(row, 1, None, book.formats["lift"])
            row += 1
        row += 1
    here.sheet.write_string(row, 0, text("charts.bars_cells", lang), book.formats["caption"])
    return row + 1, []


_DRAWN: dict[str, Callable[[_Sheet, int], tuple[int, list[int]]]] = {
    "panorama": _panorama,
    "gap_matrix": _open_segments,
    "district_matrix": _districts,
    "tier_shares": _tiers,
    "target_bars": _bars,
}
