"""A DOCX page as offices print it: the official layout of a report, or the closer one of a brief."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

from chaingraph.errors import MissingExtraError
from chaingraph.labels import both, text
from chaingraph.writers.harmless import clean_text


class Layout(NamedTuple):
    """Margins in cm (top, bottom, left, right), fonts, sizes in points, and the exact distance of lines."""

    margins: tuple[float, float, float, float]
    title_font: str
    body_font: str
    title: float
    body: float
    line: float
    table: float


# GB/T 9704-2012: upper margin 37 mm, left 28 mm, type area 156 mm x 225 mm; body in 三号 (16 pt) 仿宋, 22 lines a page.
OFFICIAL = Layout((3.7, 3.5, 2.8, 2.6), "方正小标宋简体", "仿宋_GB2312", 22, 16, 28.9, 10.5)
CLOSE = Layout((1.8, 1.6, 2.2, 2.2), "Microsoft YaHei", "Microsoft YaHei", 17, 10, 15.5, 9)
_HEAD_FONTS = {1: "黑体", 2: "楷体_GB2312"}
_CELL = 2.0  # points above and below what stands in a cell
_BLUE = (0x1B, 0x3A, 0x5C)


class Document:
    """A document being written; everything that enters it is cleaned text."""

    def __init__(self, layout: Layout, lang: str) -> None:
        try:
            import docx
        except ImportError as error:
            raise MissingExtraError(both("errors.extra_briefs")) from error
        from docx.shared import Cm

        self.layout, self.lang = layout, lang
        self.docx: Any = docx.Document()
        self.official = layout is OFFICIAL
        section = self.docx.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        top, bottom, left, right = layout.margins
        section.top_margin, section.bottom_margin = Cm(top), Cm(bottom)
        section.left_margin, section.right_margin = Cm(left), Cm(right)
        self._footer(section)

    def _footer(self, section: Any) -> None:
        """Internal, and the number of the page between dashes, as the standard has it."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        line = section.footer.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(line, f"{text('work.internal', self.lang)}    — ", self.layout.body_font, 9)
        run = self._run(line, "", self.layout.body_font, 9)
        for kind, content in (("begin", ""), ("", "PAGE"), ("end", "")):
            mark = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark.text = content
            run._r.append(mark)
        self._run(line, " —", self.layout.body_font, 9)

    def _run(self, paragraph: Any, words: str, font: str, size: float, *, bold: bool = False) -> Any:
        from docx.oxml.ns import qn
        from docx.shared import Pt

        run = paragraph.add_run(clean_text(words))
        run.font.name, run.font.size, run.bold = font, Pt(size), bold
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        return run

    def _spaced(self, paragraph: Any, *, before: float = 0, after: float = 0) -> Any:
        from docx.shared import Pt

        paragraph.paragraph_format.line_spacing = Pt(self.layout.line)
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        return paragraph

    def title(self, words: str, below: str = "") -> None:
        """The title, centred, and a line below it."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        heading = self.docx.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER if self.official else WD_ALIGN_PARAGRAPH.LEFT
        heading.paragraph_format.space_after = Pt(4)
        self._run(heading, words, self.layout.title_font, self.layout.title, bold=not self.official)
        if below:
            line = self._spaced(self.docx.add_paragraph(), after=self.layout.line / 2)
            line.alignment = heading.alignment
            self._run(line, below, self.layout.body_font, self.layout.body if self.official else 9)

    def heading(self, words: str, level: int = 1) -> None:
        """A heading: 一、 in 黑体 and （一） in 楷体 where the layout is official."""
        from docx.shared import Pt, RGBColor

        paragraph = self._spaced(self.docx.add_paragraph(), before=0 if self.official else 4)
        paragraph.paragraph_format.keep_with_next = True
        if self.official:
            paragraph.paragraph_format.first_line_indent = Pt(2 * self.layout.body)
            self._run(paragraph, words, _HEAD_FONTS[level], self.layout.body)
        else:
            run = self._run(paragraph, words, self.layout.title_font, 11.5, bold=True)
            run.font.color.rgb = RGBColor(*_BLUE)

    def paragraph(self, words: str) -> None:
        """A paragraph of the body, its first line indented by two characters."""
        from docx.shared import Pt

        paragraph = self._spaced(self.docx.add_paragraph())
        if self.official:
            paragraph.paragraph_format.first_line_indent = Pt(2 * self.layout.body)
        self._run(paragraph, words, self.layout.body_font, self.layout.body)

    def signature(self, office: str, day: str) -> None:
        """Who signs, and the day below it, on the right: the day four letters from the edge, as the standard has it."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        for place, words in enumerate((office, day)):
            line = self._spaced(self.docx.add_paragraph(), before=0 if place else 2 * self.layout.line)
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line.paragraph_format.right_indent = Pt((4 if place else 2) * self.layout.body)
            line.paragraph_format.keep_with_next = not place
            self._run(line, words, self.layout.body_font, self.layout.body)

    def points(self, several: Sequence[str]) -> None:
        """Statements one below the other, each with a dash or number of its own where it has one."""
        from docx.shared import Pt

        for words in several:
            paragraph = self._spaced(self.docx.add_paragraph())
            paragraph.paragraph_format.left_indent = Pt(1.2 * self.layout.body)
            paragraph.paragraph_format.first_line_indent = Pt(-1.2 * self.layout.body)
            self._run(paragraph, f"·  {words}", self.layout.body_font, self.layout.body)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] = ()) -> None:
        """A table with a repeated head, as wide as the page."""
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt

        table = self.docx.add_table(rows=1, cols=len(head))
        table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        table.autofit = not widths
        for column, width in zip(table.columns, widths, strict=False):
            column.width = Cm(width)
        for number, row in enumerate([head, *rows]):
            added = table.rows[0] if number == 0 else table.add_row()
            added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # a row stands on one page
            cells = added.cells
            for place, (cell, words) in enumerate(zip(cells, row, strict=True)):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(_CELL)
                font = "黑体" if number == 0 and self.official else self.layout.body_font
                self._run(paragraph, words, font, self.layout.table, bold=number == 0 and not self.official)
                if widths:
                    cell.width = Cm(widths[place])
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)
        self._spaced(self.docx.add_paragraph()).paragraph_format.line_spacing = Pt(8)

    def content(self, title: str) -> bytes:
        """The bytes of the finished document."""
        self.docx.core_properties.title = clean_text(title)[:200]
        self.docx.core_properties.author = "chaingraph"
        buffer = BytesIO()
        self.docx.save(buffer)
        return buffer.getvalue()
