"""The commands that look at leads in work: with nothing there, and with what a viewer may not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.cli.work import views


def test_an_empty_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, by = str(tmp_path / "l.db"), ["--by", "市投促中心", "--at", "2025-03-02"]
    main(
        [
            "work",
            "take",
            ledger,
            "s-1",
            *by,
            "--set",
            "firm=构造甲",
            "--set",
            "said=机密",
            "--create",
            "--rules",
            "jiaxing",
        ]
    )
    capsys.readouterr()
    assert main(["work", "due", ledger, "--as-of", "2025-03-03", "--lang", "en"]) == 0
    assert "Nothing is due" in capsys.readouterr().out
    assert main(["work", "list", ledger, "--as-of", "2025-03-03", "--viewer", "桐乡市"]) == 0
    shown = capsys.readouterr().out
    assert ("已有单位对接" in shown, "机密" in shown) == (True, False)
    assert main(["work", "list", ledger, "--by", "owner", "--as-of", "2025-03-03"]) == 0
    assert "市投促中心" in capsys.readouterr().out
    assert [command.name for command in views.COMMANDS] == ["work"]
