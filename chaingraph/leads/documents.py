"""The words of HTML, MHT, DOCX and PDF files, read so that a hostile one costs little: counted, nothing run."""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from chaingraph.errors import MissingExtraError
from chaingraph.labels import both
from chaingraph.leads.sentences.passages import MAX_BODY
from chaingraph.model.days import is_date
from chaingraph.reading.delimited import text_encoding
from chaingraph.reading.rejects import Problem, Refusal
from chaingraph.reading.xlsx import MALFORMED_ARCHIVE, check_directory, check_parts
from chaingraph.reading.xlsx_parts import fed, xml_parser

PDF_SECONDS = 60
PDF_MEMORY = 1_500_000_000  # bytes that the reader of one PDF file may take, where the system can hold it to that
MAX_PARTS = 200  # of a saved page
MAX_TAGS = 1_000_000  # of a page
_ENOUGH = 2 * MAX_BODY  # characters after which no more is taken from a document
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_UNREAD = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "select",
    "textarea",
    "math",
    "title",
}
_BLOCKS = {
    "p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "ul", "ol",
    "table", "dd", "dt",
    "blockquote", "header", "footer", "nav", "pre", "hr", "option",
}  # fmt: skip
_META = re.compile(r"<meta\b[^<>]{0,400}>", re.IGNORECASE)
_META_DAY = re.compile(r"(?:published_time|pubdate|publishdate|publish_time|datepublished|dc\.date)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)
_ENCODINGS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "big5": "cp950",
    "shift_jis": "cp932",
    "iso-8859-1": "cp1252",
}


@dataclass(frozen=True)
class Document:
    """The words of a document, with its title and day where it states them."""

    title: str | None
    published: str | None
    body: str


def decoded(data: bytes) -> str:
    """The text of a text file.

    Raises
    ------
    Refusal
        When it is no text.
    """
    return data.decode(text_encoding(io.BytesIO(data)))


def decoded_html(data: bytes) -> str:
    """The text of a page: by the encoding that it states, else as text files are."""
    stated = _CHARSET.search(data, 0, 4096)
    encoding = _ENCODINGS.get(stated[1].decode("ascii").lower()) if stated else None
    return data.decode(encoding, "replace") if encoding else decoded(data)


def html_document(source: str) -> Document:
    """The words of a page without tags, scripts and styles; every character is looked at once.

    Examples
    --------
    >>> html_document("<title>甲</title><p>开工<script>alert('<p>签约')</script></p><p>投产").body.split()
    ['开工', '投产']
    """
    lower = source.lower()
    pieces: list[str] = []
    position, taken = 0, 0
    for _ in range(MAX_TAGS):
        if taken >= _ENOUGH:
            break
        opened = source.find("<", position)
        piece = source[position : opened if opened >= 0 else len(source)][:_ENOUGH]
        pieces.append(piece)
        taken += len(piece)
        if opened < 0:
            break
        position = _after_tag(source, lower, opened, pieces)
        if position < 0:
            break
    title_at = lower.find("<title")
    title = None
    if title_at >= 0:
        start = source.find(">", title_at, title_at + 500) + 1
        end = lower.find("</title", start, start + 2000)
        title = html.unescape(source[start:end]) if start and end > 0 else None
    return Document(title, _meta_day(source), html.unescape("".join(pieces)))


def _after_tag(source: str, lower: str, opened: int, pieces: list[str]) -> int:
    """Where to go on after the tag, comment or lone mark at a place; -1 where the rest is inside of it."""
    if source.startswith("<!--", opened):
        end = source.find("-->", opened + 4)
        return end + 3 if end >= 0 else -1
    tag = _TAG.match(source, opened)
    if tag is None:
        if source.startswith(("<!", "<?"), opened):
            end = source.find(">", opened)
            return end + 1 if end >= 0 else -1
        pieces.append("<")
        return opened + 1
    end = source.find(">", opened)
    if end < 0:
        return -1
    name = tag[2].lower()
    if name in _UNREAD and not tag[1] and source[end - 1] != "/":
        closed = lower.find(f"</{name}", end)
        end = source.find(">", closed) if closed >= 0 else -1
        return end + 1 if end >= 0 else -1
    if name in _BLOCKS:
        pieces.append("\n")
    return end + 1


def _meta_day(source: str) -> str | None:
    for meta in _META.finditer(source, 0, 65_536):
        if _META_DAY.search(meta[0]) and (day := re.search(r"(20\d{2})-(\d{2})-(\d{2})", meta[0])) and is_date(day[0]):
            return day[0]
    return None


def mht_document(data: bytes) -> Document:
    """The page inside a saved one (MHT).

    Raises
    ------
    Refusal
        When it holds none, or is made of more parts than a page has.
    """
    if data.lower().count(b"content-type:") > MAX_PARTS:
        raise Refusal(Problem("text_broken"), found=f"> {MAX_PARTS}")
    try:
        message = message_from_bytes(data, policy=policy.default)
        for part in message.walk():
            if part.get_content_type() == "text/html":
                content = part.get_payload(decode=True)
                if isinstance(content, bytes) and content:
                    charset = _ENCODINGS.get(str(part.get_content_charset("")).lower())
                    return html_document(content.decode(charset, "replace") if charset else decoded_html(content))
    except (ValueError, LookupError, AttributeError, RecursionError, TypeError, IndexError) as error:
        raise Refusal(Problem("text_broken"), found=str(error)[:200]) from error
    raise Refusal(Problem("text_broken"), found="text/html")


def docx_text(data: bytes) -> str:
    """The words of a DOCX document, a line per paragraph; fields and formulas come as what they last showed.

    Raises
    ------
    Refusal
        When it is no DOCX file, is broken, or would unpack to more than a document holds.
    """
    check_directory(data)
    pieces: list[str] = []
    taken = [0]
    listening = [False]

    def start(name: str, _: dict[str, str]) -> None:
        listening[0] = name == "t"
        if name in ("tab", "br", "cr"):
            pieces.append(" " if name == "tab" else "\n")

    def end(name: str) -> None:
        listening[0] = False
        if name in ("p", "tc"):
            pieces.append("\n")

    def add(piece: str) -> None:
        if listening[0]:
            pieces.append(piece)
            taken[0] += len(piece)

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        check_parts(archive.infolist())
        with archive.open("word/document.xml") as part:
            for _ in fed(xml_parser(start, end, add), part):
                if taken[0] > _ENOUGH or len(pieces) > 4 * _ENOUGH:
                    break
    except MALFORMED_ARCHIVE as error:
        raise Refusal(Problem("text_broken"), found=str(error)[:200]) from error
    return "".join(pieces)


def pdf_text(path: Path) -> str:
    """The words of a PDF file that holds text, lines of a paragraph joined; read by a program of its own, with limits.

    Raises
    ------
    MissingExtraError
        When the library is not installed.
    Refusal
        When it holds no text (a scan), is broken, or takes more time or memory than a document does.
    """
    command = [sys.executable, "-I", "-c", _PDF_PROGRAM, str(path.resolve()), str(PDF_MEMORY), str(_ENOUGH)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PDF_SECONDS, check=False, env=_environment())
    except subprocess.TimeoutExpired as error:
        raise Refusal(Problem("text_too_long", {"seconds": PDF_SECONDS})) from error
    if done.returncode == 3:
        raise MissingExtraError(both("leads.no_pdf"))
    if done.returncode != 0:
        raise Refusal(
            Problem("text_broken"),
            found=done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:][0][:200]
            if done.stderr.strip()
            else "",
        )
    return _joined_lines(done.stdout.decode("utf-8", "replace"))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


def _joined_lines(text: str) -> str:
    """Lines that a page broke put together again: a line goes on where it does not end in a full stop."""
    lines: list[str] = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            lines.append("")
        elif (
            lines
            and lines[-1]
            and not lines[-1].endswith(("。", "；", "！", "？", ".", ";", "："))
            and len(lines[-1]) > 20
        ):
            gap = " " if lines[-1][-1].isascii() and line[0].isascii() else ""
            lines[-1] += gap + line
        else:
            lines.append(line)
    return "\n".join(lines)


# Runs by itself: a PDF file can make any reader loop or grow, and only a process can be stopped from outside.
_PDF_PROGRAM = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
except (ImportError, ValueError, OSError):
    pass
try:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTTextContainer
except ImportError:
    sys.exit(3)
taken = 0
for page in extract_pages(sys.argv[1], maxpages=400):
    for box in page:
        if isinstance(box, LTTextContainer):
            words = box.get_text()
            taken += len(words)
            sys.stdout.write(words + "\\n")
    if taken > int(sys.argv[3]):
        break
"""
