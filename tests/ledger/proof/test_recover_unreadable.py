"""A damaged file whose message is no text either: told, never thrown."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.proof.recover import recover
from chaingraph.ledger.rules import load_rules

RULES = load_rules("jiaxing")


@pytest.mark.parametrize("bytes_of_no_text", [b"\xd8\xd9", b"\xaa\xbb", b"\xff\xfe"])
def test_a_message_that_quotes_bytes_of_no_text_is_a_refusal(tmp_path: Path, bytes_of_no_text: bytes) -> None:
    path = tmp_path / "l.db"
    facts = {
        "project": "构造甲",
        "investor": "构造甲有限公司",
        "place": "平湖市",
        "capital": "foreign",
        "constructed": True,
    }
    with open_ledger(path, RULES, create=True) as ledger:
        ledger.record(Act("entered", "p1", "2024-01-05", "市投促中心", "", facts))
    content = path.read_bytes()
    spot = content.index(b"CREATE TABLE events") + len(b"CREATE ")
    path.write_bytes(content[:spot] + bytes_of_no_text + content[spot + 2 :])
    with pytest.raises(LedgerError):
        recover(path, tmp_path / "new.db", RULES)
    with pytest.raises(LedgerError), open_ledger(path, RULES) as ledger:
        ledger.projects()
