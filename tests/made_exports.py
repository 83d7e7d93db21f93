"""Files as bureaus receive them, made: credit codes that fit their check digit, what providers and counties send."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int, division: str = "330482") -> str:
    """A credit code that nobody has been given: its check digit fits (GB 32100-2015)."""
    body = f"91{division}{number:09d}"
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _ALPHABET[-total % 31]


def web_page(rows: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A page with one table under a title that spans it, as some systems export under the name .xls."""
    width = max(map(len, rows))
    head = f'<tr><th colspan="{width}">{title}</th></tr>' if title else ""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><head><style>td {{}}</style></head><body><table>{head}{lines}</table></body></html>".encode(
        "gb18030"
    )


def docx(rows: Sequence[Sequence[str]]) -> bytes:
    """A document with one table; a cell "^" goes on from the one above."""
    body = ""
    for number, row in enumerate(rows):
        body += "<w:tr>"
        for place, cell in enumerate(row):
            starts = number + 1 < len(rows) and rows[number + 1][place] == "^" and cell != "^"
            merge = "<w:vMerge/>" if cell == "^" else '<w:vMerge w:val="restart"/>' if starts else ""
            said = "" if cell == "^" else f"<w:r><w:t>{cell}</w:t></w:r>"
            body += f"<w:tc><w:tcPr>{merge}</w:tcPr><w:p>{said}</w:p></w:tc>"
        body += "</w:tr>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{space}"><w:body><w:tbl>{body}</w:tbl></w:body></w:document>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", text)
    return held.getvalue()


def pdf(pages: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """A PDF with one ruled table a page; a page without rows has nothing on it, as a scan has no text."""
    wide, high = 150, 24
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
    ]
    for rows in pages:
        drawn = []
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                left, bottom = 40 + place * wide, 760 - number * high
                drawn.append(f"{left} {bottom} {wide} {high} re S")
                text = cell.encode("utf-16-be").hex()
                drawn.append(f"BT /F 9 Tf {left + 4} {bottom + 8} Td <{text}> Tj ET")
        stream = "\n".join(drawn)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 800] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{out}{end}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode(
        "ascii"
    )


def xls(rows: Sequence[Sequence[str | float]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """A workbook as Excel wrote it before 2007, of one sheet; merged: first and last row, first and last column."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(what: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, what, 0x0DBB, 0x07CC, 0, 6))

    sheet = begin(0x0010)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            where = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                sheet += record(0x0204, where + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            else:
                sheet += record(0x0203, where + struct.pack("<d", cell))
    areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
    sheet += record(0x00E5, struct.pack("<H", len(merged)) + areas) + record(0x000A, b"")
    name = "Sheet1".encode("utf-16-le")
    start = len(begin(5)) + 4 + 8 + len(name) + 4
    book = begin(5) + record(0x0085, struct.pack("<IHBB", start, 0, 6, 1) + name) + record(0x000A, b"") + sheet
    book = book.ljust(max(4096, -(-len(book) // 512) * 512), b"\0")
    return _compound("Workbook", book)


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file that holds one stream of whole sectors."""
    sectors = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, sectors + 2), end]
    assert len(chain) <= 128, "one sector of the table of sectors is all that is written"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(called: str, kind: int, below: int, first: int, size: int) -> bytes:
        text = called.encode("utf-16-le") + b"\0\0"
        told = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, below)
        return told + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream))
    folder += (bytes(66) + struct.pack("<BB", 0, 0) + struct.pack("<III", free, free, free) + bytes(48)) * 2
    return header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + folder + stream
