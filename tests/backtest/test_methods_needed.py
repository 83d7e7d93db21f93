"""What a back-test needs is asked for before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.backtest import methods
from chaingraph.cli.main import main
from chaingraph.errors import MissingExtraError


def test_a_package_that_is_missing_is_named_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(methods, "find_spec", lambda _name: None)
    methods.check_methods(["mix", "logistic"])
    with pytest.raises(MissingExtraError, match="mcda"):
        methods.check_methods(["mix", "topsis_strong"])
    assert main(["backtest", str(tmp_path / "no-case"), "--out", str(tmp_path / "f.json"), "--lang", "en"]) == 1
    said = capsys.readouterr().err
    assert "mcda" in said
    assert "there is nothing there" not in said
