"""One chain in six slides that can be edited: every box and table is a shape of its own, no picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.errors import MissingExtraError
from chaingraph.labels import both, text
from chaingraph.ledger.work.fields import LEAD_STAGES
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.weekly import owners_of
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import data_day, names_by_id, parts
from chaingraph.wording.work import caption
from chaingraph.writers.cell_text import code_text, shown_width
from chaingraph.writers.files import write_bytes
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.workbook.sheet import STATE_COLOURS

_WIDTH, _HEIGHT, _EDGE = 13.333, 7.5, 0.5  # inches, 16:9
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
_BLUE = "1B3A5C"
_STAGES = ("upstream", "midstream", "downstream")
_MOST = {"boxes": 14, "gaps": 8, "targets": 8, "doors": 7, "steps": 5, "questions": 5, "owners": 7}


def write_slides(
    findings: Findings,
    graph: ChainGraph,
    chain: str,
    path: str | Path,
    *,
    leads: Iterable[Lead] | None = None,
    on: str = "",
    lang: str = "zh",
) -> None:
    """Write a chain as six slides: title, map, gaps, targets, doors, and what comes next.

    With the leads of a ledger there is one slide more, before the last: where those of the chain stand.

    Parameters
    ----------
    findings
        What a run found for the region.
    graph
        The graph that it rests on.
    chain
        The chain's id or name.
    leads
        What is in work, as `chaingraph.ledger.work.log.leads_in_work` gives it; None: there is no ledger.
    on
        The day on which the leads are looked at: a feedback that was due before it is said to be overdue.

    Raises
    ------
    UnknownNameError
        When there is no such chain.
    MissingExtraError
        When python-pptx is not installed.
    StoreError
        When the file cannot be written.
    """
    chain_id = graph.chain_id(chain)
    deck = _Deck(lang)
    gaps = findings.gaps[lang]
    gaps = gaps[gaps["chain_id"] == chain_id]
    targets = findings.targets[lang]
    new = targets[(targets["chain_id"] == chain_id) & (targets["candidate_list"] == "new")].sort_values("rank")
    if lang == "en":  # names in the language of the slides, where they are known
        cities = new["city"].map(lambda city: place_text(str(city), lang), na_action="ignore")
        new = new.assign(firm=new["firm_en"].fillna(new["firm"]), city=cities)
    name = str(gaps["chain"].iloc[0]) if len(gaps) else names_by_id(graph, "chains", lang)[chain_id]
    region, day = place_text(findings.region, lang), data_day(findings.as_of, lang)
    deck.title(text("work.slide_title", lang, region=region, chain=name), text("work.slide_below", lang, day=day))
    deck.map(text("work.slide_map", lang, chain=name), gaps)
    deck.table(
        text("work.slide_gaps", lang),
        [
            text(f"workbook.column_{column}", lang)
            for column in ("segment", "state", "found", "local_buyers", "reasons")
        ],
        [
            [row["segment"], code_text("state", row["state"], lang), row["found"], row["local_buyers"], row["reasons"]]
            for row in rows_of(_open(gaps).head(_MOST["gaps"]))
        ],
        (2.4, 1.9, 0.9, 2.4, 4.7),
    )
    deck.table(
        text("work.slide_targets", lang),
        [text(f"workbook.column_{column}", lang) for column in ("rank", "firm", "city", "segment", "reasons")],
        [
            [rank, row["firm"], row["city"], row["segment"], row["reasons"]]
            for rank, row in zip(_ranks(new["rank"], lang), rows_of(new.head(_MOST["targets"])), strict=False)
        ],
        (0.8, 3.0, 1.2, 2.7, 4.6),
    )
    deck.table(
        text("work.slide_doors", lang),
        [text(f"workbook.column_{column}", lang) for column in ("firm", "route", "local_unit")],
        [
            [row["firm"], row["route"], row["local_unit"]]
            for row in rows_of(new[new["route"].notna()].head(_MOST["doors"]))
        ],
        (3.0, 6.3, 3.0),
        empty="work.slide_no_doors",
    )
    if leads is not None:
        called = graph["chains"].set_index("chain_id").loc[chain_id]
        same = {chain_id, *(str(called[key]) for key in ("chain", "chain_en") if not is_missing(called.get(key)))}
        deck.table(
            text("work.slide_leads", lang, chain=name),
            [caption(column, lang) for column in ("owner", *LEAD_STAGES, "leads", "due")],
            _standing(owners_of(leads, same), on, lang),
            (2.3, *[1.15] * len(LEAD_STAGES), 0.9, 2.2),
            empty="work.slide_no_leads",
        )
    wide = 1 if lang == "zh" else 2  # Latin letters in the place of a Chinese one
    steps = [
        _told(row["firm"], row["next_step"], 30 * wide, 60 * wide, lang) for row in rows_of(new.head(_MOST["steps"]))
    ]
    asked = rows_of(_open(gaps).dropna(subset=["question"]).head(_MOST["questions"]))
    questions = [_told(row["ask_whom"], row["question"], 24 * wide, 70 * wide, lang) for row in asked]
    deck.lists(
        text("work.slide_next", lang),
        [(text("work.slide_steps", lang), steps), (text("work.slide_questions", lang), questions)],
    )
    write_bytes(deck.content(), Path(path))


def _standing(owners: pd.DataFrame, on: str, lang: str) -> list[list[object]]:
    """The sum and the units with most leads, each with its counts and next day; what finds no room is one row."""
    if owners.empty:
        return []
    counts = [*LEAD_STAGES, "leads"]

    def line(name: str, own: pd.DataFrame) -> list[object]:
        day = min(own["due"].dropna(), default=None)
        due = None if day is None else text("work.slide_overdue", lang, day=day) if day < on else day
        return [name, *(int(own[count].sum()) for count in counts), due]

    most, rest = owners.head(_MOST["owners"]), owners.iloc[_MOST["owners"] :]
    rows = [line(text("work.total", lang), owners)]
    rows += [line(most["owner"].iloc[at] or text("work.not_stated", lang), most.iloc[[at]]) for at in range(len(most))]
    return rows + ([line(text("work.slide_others", lang, count=len(rest)), rest)] if len(rest) else [])


def _open(gaps: pd.DataFrame) -> pd.DataFrame:
    return gaps[gaps["severity"].notna()].sort_values("severity", ascending=False, kind="stable")


def _ranks(ranks: pd.Series, lang: str) -> list[str]:
    """Ranks in words: a place that several share is said to be shared; without one a firm is in reserve."""

    def said(rank: object, *, tied: bool) -> str:
        if is_missing(rank):
            return text("codes.no_place", lang)
        shown = f"{float(str(rank)):g}"
        return text("work.slide_tied", lang, rank=shown) if tied else shown

    shared = ranks.duplicated(keep=False)
    return [said(rank, tied=bool(tied)) for rank, tied in zip(ranks.astype(object), shared, strict=True)]


def _told(whom: object, what: object, most_whom: int, most: int, lang: str) -> str:
    """Whom, and what to do or to ask; without whom only that."""
    who, said = _short(whom, most_whom), _short(what, most)
    return text("work.slide_line", lang, who=who, said=said) if who and said else who or said


def _size(words: str, width: float, most: float, least: float, lines: int) -> float:
    """The largest size in points at which words take at most so many lines of a width in inches."""
    for size in range(int(most), int(least), -2):
        if math.ceil(shown_width(words) / 2 * size * 1.05 / 72 / width) <= lines:
            return size
    return least


def _short(value: object, most: int) -> str:
    """The first sentence of a cell, as long as fits."""
    if is_missing(value):
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    said = " ".join(parts(value)[:1]) if isinstance(value, (str, tuple)) else str(value)
    if len(said) <= most:
        return said
    whole = max(said.rfind(end, 0, most) for end in "。？；?;")  # a sentence that fits is better than half of the next
    return said[: whole + 1] if whole > most // 2 else said[: most - 1].rstrip() + "…"


def _colour(code: str) -> Any:
    """A colour of six hex digits."""
    from pptx.dml import color

    made: Any = color.RGBColor
    return made(*bytes.fromhex(code))


class _Deck:
    """The slides being written; everything that enters is cleaned text."""

    def __init__(self, lang: str) -> None:
        try:
            import pptx
        except ImportError as error:
            raise MissingExtraError(both("errors.extra_slides")) from error
        from pptx.util import Inches

        self.lang, self.inches = lang, Inches
        self.deck: Any = pptx.Presentation()
        self.deck.slide_width, self.deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)

    def _slide(self, title: str) -> Any:
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[6])
        size = _size(title, _WIDTH - 2 * _EDGE - 0.2, 26, 16, 1)
        self._words(slide, title, (_EDGE, 0.35, _WIDTH - 2 * _EDGE, 0.8), size, bold=True)
        number = len(self.deck.slides)
        below = f"{text('work.internal', self.lang)}    {number}"
        self._words(slide, below, (_EDGE, _HEIGHT - 0.5, _WIDTH - 2 * _EDGE, 0.35), 10)
        return slide

    def _words(
        self, slide: Any, words: str, box: tuple[float, float, float, float], size: float, *, bold: bool = False
    ) -> Any:
        frame = slide.shapes.add_textbox(*(self.inches(value) for value in box)).text_frame
        frame.word_wrap = True
        self._run(frame.paragraphs[0], words, size, bold=bold, colour=_BLUE if bold else "404040")
        return frame

    def _run(self, paragraph: Any, words: str, size: float, *, bold: bool = False, colour: str = "202020") -> None:
        from pptx.util import Pt

        run = paragraph.add_run()
        run.text = clean_text(words).replace("\n", " ")
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONTS[self.lang]
        run.font.color.rgb = _colour(colour)

    def title(self, words: str, below: str) -> None:
        """The first slide."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[6])
        self._words(slide, words, (1, 2.6, _WIDTH - 2, 1.4), _size(words, _WIDTH - 2.2, 40, 20, 2), bold=True)
        self._words(slide, below, (1, 4.2, _WIDTH - 2, 0.8), 18)
        self._words(slide, text("work.internal", self.lang), (1, 6.6, _WIDTH - 2, 0.4), 12)

    def map(self, title: str, gaps: pd.DataFrame) -> None:
        """The segments as boxes by stage, in the colour of their state."""
        from pptx.enum.shapes import MSO_SHAPE

        slide = self._slide(title)
        width = (_WIDTH - 2 * _EDGE - 0.6) / 3
        for place, stage in enumerate(_STAGES):
            own = gaps[gaps["stage"] == stage]
            left = _EDGE + place * (width + 0.3)
            self._words(slide, code_text("stage", stage, self.lang), (left, 1.2, width, 0.45), 16, bold=True)
            shown = rows_of(own.head(_MOST["boxes"]))
            columns = 2 if len(shown) > _MOST["boxes"] // 2 else 1
            each, size = (width - 0.1 * (columns - 1)) / columns, 11 if columns == 1 else 9
            for number, row in enumerate(shown):
                x, y = left + (number % columns) * (each + 0.1), 1.75 + (number // columns) * 0.7
                box = slide.shapes.add_shape(
                    MSO_SHAPE.ROUNDED_RECTANGLE, *(self.inches(value) for value in (x, y, each, 0.6))
                )
                fill, ink = STATE_COLOURS.get(str(row["state"]), ("#FFFFFF", "#202020"))
                box.fill.solid()
                box.fill.fore_color.rgb = _colour(fill.lstrip("#"))
                box.line.color.rgb = _colour("BFBFBF")
                state = code_text("state", str(row["state"]), self.lang)
                frame = box.text_frame
                frame.word_wrap = True
                frame.margin_top = frame.margin_bottom = frame.margin_left = frame.margin_right = self.inches(0.04)
                segment = _short(row["segment"], 20 if self.lang == "zh" else 40)
                words = text("work.slide_box", self.lang, segment=segment, state=state)
                self._run(frame.paragraphs[0], words, size, colour=ink.lstrip("#"))
            if len(own) > len(shown):
                said = text("work.slide_more", self.lang, count=len(own) - len(shown))
                self._words(slide, said, (left, _HEIGHT - 0.85, width, 0.35), 10)

    def table(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[object]],
        widths: Sequence[float],
        *,
        empty: str = "work.no_rows",
    ) -> None:
        """A slide with a table; long cells are cut to two lines, a column of which nothing is known is left out."""
        from pptx.enum.text import MSO_ANCHOR

        slide = self._slide(title)
        if not rows:
            self._words(slide, text(empty, self.lang), (_EDGE, 1.4, 12, 0.5), 16)
            return
        kept = [place for place in range(len(heads)) if any(_short(row[place], 2) for row in rows)]
        spread = sum(widths) / sum(widths[place] for place in kept)
        wide = [widths[place] * spread for place in kept]
        # What a line of a cell holds: 12 points, .2 inches of margins; Latin letters are half as wide.
        most = [int((width - 0.2) * 72 / 12 * (1 if self.lang == "zh" else 1.65)) for width in wide]
        shown = [[_short(row[place], 2 * room) for place, room in zip(kept, most, strict=True)] for row in rows]
        lines = [
            max(
                math.ceil(shown_width(words) / 2 * 12.6 / 72 / (width - 0.2))
                for words, width in zip(row, wide, strict=True)
            )
            for row in shown
        ]
        heights = [0.4, *(0.16 + 0.2 * min(3, max(1, count)) for count in lines)]
        while sum(heights) > _HEIGHT - 1.3 - 0.6:  # what does not fit above the foot is left to the lists
            heights.pop()
        shown = shown[: len(heights) - 1]
        places = (self.inches(value) for value in (_EDGE, 1.3, sum(wide), sum(heights)))
        table = slide.shapes.add_table(len(heights), len(kept), *places).table
        for place, width in enumerate(wide):
            table.columns[place].width = self.inches(width)
        for number, row in enumerate([[heads[place] for place in kept], *shown]):
            table.rows[number].height = self.inches(heights[number])
            for place, words in enumerate(row):
                cell = table.cell(number, place)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                colour = "FFFFFF" if number == 0 else "202020"
                self._run(cell.text_frame.paragraphs[0], words, 12, bold=number == 0, colour=colour)

    def lists(self, title: str, several: Sequence[tuple[str, Sequence[str]]]) -> None:
        """A slide with lists side by side."""
        slide = self._slide(title)
        width = (_WIDTH - 2 * _EDGE - 0.4) / len(several)
        for place, (head, said) in enumerate(several):
            frame = self._words(slide, head, (_EDGE + place * (width + 0.4), 1.3, width, 5.5), 16, bold=True)
            for words in said or [text("work.no_rows", self.lang)]:
                paragraph = frame.add_paragraph()
                self._run(paragraph, f"·  {words}", 14)

    def content(self) -> bytes:
        """The bytes of the finished file."""
        buffer = BytesIO()
        self.deck.save(buffer)
        return buffer.getvalue()
