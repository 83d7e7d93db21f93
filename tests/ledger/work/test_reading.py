"""What is due, read from a ledger's file by a run: nothing is written, and the first page says it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

import chaingraph as cg
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.work.reading import due_in_file
from chaingraph.writers.page.page import write_pages
from tests.made_findings import made_findings
from tests.made_graph import made_graph
from tests.made_work import assigned, new_log, taken


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with new_log(tmp_path) as ledger:
        taken(ledger, firm="<img src=x onerror=alert(1)>")
        assigned(ledger, "平湖市", "2026-03-04")
    return tmp_path / "ledger.db"


def test_a_run_reads_what_is_due_and_writes_nothing(file: Path) -> None:
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    due = due_in_file(file, "2026-03-10")
    assert due is not None
    assert due[["reason", "unit", "days"]].to_numpy().tolist() == [["overdue", "平湖市", 6]]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert due_in_file(None, "2026-03-10") is None
    assert due_in_file(file, "2026-03") is None  # a run of a month has no day
    with pytest.raises(LedgerError, match="no ledger"):
        due_in_file(file.with_name("none.db"), "2026-03-10")


def test_the_first_page_says_what_is_due_only_where_there_is_a_ledger(file: Path, tmp_path: Path) -> None:
    found, graph = made_findings(), made_graph()
    index = write_pages(found, graph, tmp_path / "out", due=due_in_file(file, "2026-03-10"))[0]
    page = index.read_text(encoding="utf-8")
    held = json.loads(re.search(r'id="payload">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert held["due"]["rows"][0]["reason"] == "overdue"
    assert held["due"]["total"] == 1
    assert "<img" not in page
    without = write_pages(found, graph, tmp_path / "other")[0].read_text(encoding="utf-8")
    assert '"due":null' in without.replace(" ", "")
    assert cg.__version__
