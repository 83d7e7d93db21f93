"""Text in cells: plain links only, names of sheets that Excel takes, lines that keep brackets together."""

from __future__ import annotations

import pytest

from chaingraph.writers.cell_text import address, lines, sheet_name


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("嘉兴日报2025-11-06 http://www.example.cn/a?b=1&c=2", "http://www.example.cn/a?b=1&c=2"),
        ("见https://example.cn/a。", "https://example.cn/a"),
        ("https://example.cn/a;https://example.cn/b", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://gov.cn@evil.example/", None),
        ("http://", None),
        ("http://" + "a" * 3000, None),
        ('http://x.cn/"><script>', "http://x.cn/"),
    ],
)
def test_only_one_plain_web_address_becomes_a_link(source: str, expected: str | None) -> None:
    assert address(source) == expected


def test_sheet_names_fit_and_differ() -> None:
    long = "产业链" * 20
    first = sheet_name(long, [])
    assert len(first) == 31
    assert sheet_name(long, [first]) == "产业链" * 9 + "产业 2"
    assert sheet_name("HISTORY", []) == "sheet"
    assert sheet_name("pv", ["PV"]) == "pv 2"
    assert sheet_name("'=a'", []) == "=a"


def test_lines_keep_brackets_together() -> None:
    assert lines("a(b;c)\uff1bd; e\uff08f;g\uff09") == "a(b;c)\nd\ne\uff08f;g\uff09"
    assert lines(None) is None
