"""The commands that make documents, as typed; a firm that is on no list gets its paper from the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.cli.work import documents


def test_documents_of_one_lead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02"]
    main(["work", "take", ledger, "s-1", *by, "--set", "firm=构造甲", "--create", "--rules", "jiaxing"])
    for kind, more in (
        ("week", ["--out", str(tmp_path / "a.xlsx")]),
        ("first-report", ["s-1", "--place", "平湖市", "--out", str(tmp_path / "b.docx")]),
        ("talk", ["s-1", "--out", str(tmp_path / "c.docx")]),
    ):
        assert main(["document", kind, ledger, *more, "--as-of", "2025-03-10"]) == 0
    given = ["--month", "2025-03", "--city", "构造市", "--by", "中心", "--out", str(tmp_path / "d.docx")]
    assert main(["document", "month", ledger, *given]) == 0
    assert sorted(path.name for path in tmp_path.glob("?.*x")) == ["a.xlsx", "b.docx", "c.docx", "d.docx"]
    assert main(["document", "month", ledger, *given[:1], "März", *given[2:]]) == 1
    assert documents.COMMANDS[0].name == "document"
