"""Files of every kind as texts, and hostile ones: bounded, inert, nothing personal kept."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from chaingraph.leads.documents import html_document
from chaingraph.leads.facts import facts_of
from chaingraph.leads.sentences.passages import MAX_BODY, MAX_PASSAGE, cleaned, passages
from chaingraph.leads.texts import Text, texts_of
from chaingraph.reading.rejects import Refusal

BODY = "宁波甲乙电子有限公司与海宁签约，总投资3亿元。"
QUICK = 30.0  # seconds; what is bounded takes one or two, but a machine may be busy


def one(path: Path) -> Text:
    (found,) = texts_of(path)
    return found


def docx(*paragraphs: str, extra: bytes = b"") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>".encode() + extra
        )
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "海宁_2025-06-12.txt"
    path.write_bytes(f"海宁新项目签约\n{BODY}".encode(encoding))
    assert one(path) == Text(path.name, "海宁新项目签约", "2025-06-12", f"海宁新项目签约\n{BODY}")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("来源：构造纺织报  2026-11-23", "2026-11-23"),
        ("2026年11月18日 构造生物观察", "2026-11-18"),
        ("2026-11-18 09:30", "2026-11-18"),
        ("构造日报  2026/11/18", "2026-11-18"),
        ("来源：构造日报，2026-11-23　作者：甲乙", "2026-11-23"),
        ("2026年11月30日 星期一\n来源：构造网 2026年11月18日", "2026-11-18"),  # the first is the day of who looks at it
        ("2026年11月16日，考察团到访柯桥区", None),
        ("2026年3月1日签约项目一览", None),
        ("公司2026年11月18日董事会决议", None),
        ("供货至2026-11-18前完成", None),
    ],
)
def test_the_line_under_the_title_is_the_day_of_a_text(tmp_path: Path, line: str, day: str | None) -> None:
    path = tmp_path / "甲乙签约海宁.txt"
    path.write_text(f"甲乙电子落户海宁\n{line}\n\n宁波甲乙电子有限公司11月10日与海宁签约。", encoding="utf-8")
    read = one(path)
    assert read.published == day
    (fact,) = facts_of(read.body, published=read.published, region=("中国", "浙江", "嘉兴"), title=read.title)[-1:]
    assert day is None or fact.date == "2026-11-10"  # a day without a year is of the text's


def test_a_page_gives_its_words_title_and_day(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = (
        '<html><head><meta charset="gb2312"><meta property="article:published_time" content="2025-06-12T08:00">'
        f"<title>海宁&amp;签约</title><style>p{{}}</style></head><body><script>var a='<p>竞得</p>';</script>"
        f"<p>{BODY}</p><!-- <p>终止</p> --></body></html>"
    )
    path.write_bytes(page.encode("gb18030"))
    assert one(path) == Text("page.html", "海宁&签约", "2025-06-12", BODY)


def test_a_saved_page_and_a_document(tmp_path: Path) -> None:
    saved = tmp_path / "a.mht"
    head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=X\n\n--X\nContent-Type: text/html\n"
    saved.write_bytes(f"{head}Content-Transfer-Encoding: 8bit\n\n<p>{BODY}</p>\n--X--\n".encode())
    assert one(saved).body == BODY
    document = tmp_path / "b.docx"
    document.write_bytes(docx("发布日期：2025-06-12", BODY))
    assert (one(document).published, one(document).body.splitlines()[1]) == ("2025-06-12", BODY)


def test_a_pdf_with_text(tmp_path: Path) -> None:
    pytest.importorskip("pdfminer")
    words = b"BT /F1 12 Tf 72 700 Td (Vetter GmbH will invest 45 million euros in a new plant in Taicang.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>"
        b" /MediaBox [0 0 612 792] >>",
        b"<< /Length " + str(len(words)).encode() + b" >>\nstream\n" + words + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, told in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + told + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    content += f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\n".encode()
    content += f"startxref\n{content.index(b'xref')}\n".encode()
    path = tmp_path / "a.pdf"
    path.write_bytes(content + b"%%EOF\n")
    assert one(path).body == "Vetter GmbH will invest 45 million euros in a new plant in Taicang."
    path.write_bytes(b"%PDF-1.4 nothing of the sort")
    with pytest.raises(Refusal, match="text_broken"):
        one(path)


def test_a_table_of_texts_gives_a_text_per_row(tmp_path: Path) -> None:
    path = tmp_path / "本周.csv"
    path.write_text(
        f"标题,日期,链接,正文\n签约,2025/6/12,https://a.example/1,{BODY}\n,,javascript:x,{BODY}\n", encoding="utf-8"
    )
    assert list(texts_of(path)) == [
        Text("https://a.example/1", "签约", "2025-06-12", BODY),
        Text("本周.csv#3", None, None, BODY),
    ]
    path.write_text("企业,城市\n甲,乙\n", encoding="utf-8")
    with pytest.raises(Refusal, match="text_no_column"):
        list(texts_of(path))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "text_format"),
        ("a.txt", b" \n ", "text_empty"),
        ("a.docx", b"PK\x03\x04 no archive", "not_xlsx"),
        ("a.mht", b"Content-Type: text/plain\n\nwords", "text_broken"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal, match=reason):
        one(path)
    with pytest.raises(Refusal, match="text_no_file"):
        one(tmp_path / "absent.txt")


def test_personal_contacts_are_gone_before_anything_is_kept() -> None:
    told = cleaned("联系人：王小明，电话13800138000，邮箱wang@qq.com；总机0573-82520000。")
    assert "王小明" not in told
    assert "138" not in told
    assert "wang" not in told
    assert "0573-82520000" in told


def test_hidden_and_turning_characters_are_gone() -> None:
    assert cleaned("宁波甲\u202e乙\u200b有限\u2066公司") == "宁波甲乙有限公司"


@pytest.mark.long
@pytest.mark.parametrize(
    "source",
    [
        "<p>" * 3_000_000,
        "<a " * 5_000_000,
        "<!--" * 4_000_000,
        "<script>" * 2_000_000,
        "签约" * 8_000_000,
        "&amp;" * 3_000_000,
    ],
    ids=["tags", "open", "comments", "scripts", "words", "entities"],
)
def test_a_page_of_many_megabytes_costs_little(source: str) -> None:
    start = time.perf_counter()
    body = cleaned(html_document(source).body)
    assert time.perf_counter() - start < QUICK
    assert len(body) <= MAX_BODY


@pytest.mark.long
@pytest.mark.parametrize(
    "unit", ["1亿", *(pytest.param(x, marks=pytest.mark.slow) for x in ("宁波甲乙有限公司", "(", "A "))]
)
def test_a_megabyte_without_a_full_stop_is_read_in_pieces(unit: str) -> None:
    body = cleaned(unit * (1_000_000 // len(unit)))
    assert max(len(piece.text) for piece in passages(body)) <= MAX_PASSAGE
    start = time.perf_counter()
    facts_of(body, published="2025-06-12", region=("中国", "浙江", "嘉兴"))
    assert time.perf_counter() - start < QUICK


def test_a_document_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(docx(extra=b" " * 60_000_000))
    with pytest.raises(Refusal, match="compressed_too_much"):
        one(path)


def test_a_document_type_in_a_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    path.write_bytes(buffer.getvalue())
    with pytest.raises(Refusal, match="xml_doctype"):
        one(path)
