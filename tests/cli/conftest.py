"""The ledger's commands as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import main
from tests.made_ledger import Run


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    path = str(tmp_path / "l.db")

    def go(command: str, *arguments: str, lang: str = "en") -> tuple[int, str]:
        code = main(["ledger", command, path, *arguments, "--lang", lang])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return go
