"""The texts of a file: one of a TXT, Markdown, HTML, MHT, DOCX or PDF file, one per row of a table of texts.

Nothing of a file is run, no link in it is followed; each is read within limits on bytes, characters and, where another
program reads it, on seconds.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaingraph.leads import documents
from chaingraph.leads.sentences.events import kinds_said
from chaingraph.leads.sentences.passages import MAX_BODY, cleaned, half_width
from chaingraph.model.days import is_date
from chaingraph.reading.cells import fold
from chaingraph.reading.delimited import csv_rows, delimiter_of, head_text, text_encoding
from chaingraph.reading.rejects import Problem, Refusal, shown
from chaingraph.reading.xlsx import MEGABYTE, open_workbook, sheet_rows

MAX_FILE = 64 * MEGABYTE
MAX_TEXTS = 20_000  # rows of a table of texts
SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".mht", ".mhtml", ".docx", ".pdf", ".csv", ".tsv", ".xlsx")
# Headings of a table of texts.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "title": ("标题", "题目", "title", "headline"),
    "published": ("日期", "发布日期", "时间", "发布时间", "date", "published"),
    "address": ("链接", "网址", "地址", "来源", "url", "link", "address"),
    "body": ("正文", "内容", "全文", "文本", "text", "body", "content"),
}  # fmt: skip
_FILE_DAY = re.compile(r"(?<!\d)(20\d{2})[-_.年]?(0[1-9]|1[0-2])[-_.月]?([0-2]\d|3[01])(?!\d)")
_STATED_DAY = re.compile(
    r"(?:发布(?:时间|日期)|日期|时间|公告日期|Published|Date)[:\s]{0,3}(20\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})",
    re.IGNORECASE,
)
_HEAD_DAY = re.compile(r"(20\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+\d{1,2}:\d{2})")
# The line under a title that says where a text is from and when: 来源:甲报 2026-11-23, 2026年11月18日 甲报.
_LINE_DAY = re.compile(r"(?:^|(?<=[\s:|/·(\[,-]))(20\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)日?(?![前起至到底])")
_LABELLED = re.compile(r"(?:信息|文章|稿件)?(?:来源|稿源|出处)|作者|记者|编辑|发布|责编|Source|By\b", re.IGNORECASE)
_MAX_LINE, _MAX_SOURCE = 80, 24  # characters of such a line, and of a source without a label
_LOOKED_AT = 600  # characters of a body in which its day may be stated


@dataclass(frozen=True)
class Text:
    """A text: where it is from (link or name of the file), its title and day where known, its body as `cleaned`."""

    address: str
    title: str | None
    published: str | None
    body: str


def texts_of(path: Path) -> Iterator[Text]:
    """The texts of a file.

    Raises
    ------
    Refusal
        When it is none of these files, too large, broken, or built to take memory or time.
    """
    suffix = path.suffix.lower()
    if path.is_symlink() or not path.is_file():
        raise Refusal(Problem("text_no_file"), found=shown(path.name))
    if suffix not in SUFFIXES:
        raise Refusal(Problem("text_format", {"suffixes": " ".join(SUFFIXES)}), found=shown(path.name))
    size = path.stat().st_size
    if size > MAX_FILE:
        raise Refusal(Problem("text_too_large", {"limit": MAX_FILE // MEGABYTE}), found=f"{size // MEGABYTE} MB")
    if suffix in (".csv", ".tsv"):
        yield from _rows(path, _csv(path))
    elif suffix == ".xlsx":
        yield from _rows(path, _xlsx(path))
    else:
        yield _one(path, suffix)


def _one(path: Path, suffix: str) -> Text:
    if suffix == ".pdf":
        found = documents.Document(None, None, documents.pdf_text(path))
    else:
        data = path.read_bytes()
        if suffix in (".txt", ".md", ".markdown"):
            found = documents.Document(None, None, documents.decoded(data))
        elif suffix in (".html", ".htm"):
            found = documents.html_document(documents.decoded_html(data))
        elif suffix in (".mht", ".mhtml"):
            found = documents.mht_document(data)
        else:
            found = documents.Document(None, None, documents.docx_text(data))
    body = cleaned(found.body)
    if not body:
        raise Refusal(Problem("text_empty"), found=shown(path.name))
    title = cleaned(found.title)[:200] if found.title else _title(body, suffix)
    return Text(shown(path.name), title or None, found.published or _stated_day(body) or _day_of_name(path.stem), body)


def _title(body: str, suffix: str) -> str | None:
    """The first line, where it looks like a heading: short, no full stop, something below it."""
    first, _, rest = body.partition("\n")
    if suffix in (".md", ".markdown"):
        first = first.lstrip("# ")
    return first if rest and 4 <= len(first) <= 80 and not first.endswith(("。", ";", ".", "，")) else None


def _day(year: str, month: str, day: str) -> str | None:
    told = f"{year}-{int(month):02d}-{int(day):02d}"
    return told if is_date(told) else None


def _stated_day(body: str) -> str | None:
    """The day that a text states of itself near its beginning."""
    head = half_width(body[:_LOOKED_AT])
    found = _day_line(head) or _STATED_DAY.search(head) or _HEAD_DAY.search(head)
    return _day(*found.groups()) if found else None


def _day_line(head: str) -> re.Match[str] | None:
    """The day of the first line that holds nothing but a day and whose text it is; one with a weekday comes last."""
    found = []
    for line in head.split("\n"):
        days = list(_LINE_DAY.finditer(line)) if len(line) <= _MAX_LINE else []
        if len(days) != 1 or re.search("[。;!?]", line):
            continue
        rest = (line[: days[0].start()] + line[days[0].end() :]).strip()
        plain = len(re.sub(r"[\d:]{4,8}", "", rest)) <= _MAX_SOURCE and "," not in rest
        if (plain or _LABELLED.match(rest)) and not kinds_said(rest):
            found.append((re.search("星期|今天", rest) is not None, days[0]))
    return min(found, key=lambda one: one[0])[1] if found else None


def _day_of_name(stem: str) -> str | None:
    found = _FILE_DAY.search(stem)
    return _day(*found.groups()) if found else None


def _csv(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    data = path.read_bytes()
    encoding = text_encoding(io.BytesIO(data))
    delimiter = delimiter_of(
        head_text(data[:65_536], whole=len(data) <= 65_536), lambda cell: _column(cell) is not None
    )
    yield from csv_rows(io.StringIO(data.decode(encoding), newline=""), delimiter)


def _xlsx(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    book = open_workbook(path.read_bytes())
    for sheet in book.sheets:
        yield from sheet_rows(book, sheet, [])
        return


def _column(header: str) -> str | None:
    known = fold(header)
    return next((name for name, headings in _HEADINGS.items() if known in map(fold, headings)), None)


def _rows(path: Path, rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[Text]:
    """The rows of a table of texts, under headings such as 标题, 日期, 链接, 正文."""
    places: dict[str, int] = {}
    for number, cells in rows:
        if not places:
            places = {name: place for place, cell in reversed([*enumerate(cells)]) if (name := _column(cell))}
            if "body" not in places:
                if number > 10:
                    raise Refusal(Problem("text_no_column"), number, " | ".join(cells)[:200])
                places = {}
            continue
        if number > MAX_TEXTS:
            raise Refusal(Problem("too_many_rows", {"limit": MAX_TEXTS}), number)
        row = {name: cells[place] for name, place in places.items() if place < len(cells)}
        body = cleaned(row.get("body", "")[:MAX_BODY])
        if body:
            link = row.get("address", "").strip()
            address = link if re.match(r"https?://\S+$", link) else f"{shown(path.name)}#{number}"
            day = re.match(r"(20\d{2})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?", row.get("published", "").strip())
            published = (_day(day[1], day[2], day[3]) if day[3] else None) if day else None
            yield Text(address, cleaned(row.get("title", ""))[:200] or None, published or _stated_day(body), body)
    if not places:
        raise Refusal(Problem("text_no_column"), found=shown(path.name))
