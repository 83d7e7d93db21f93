"""The command ``check``: the first problems are shown, the others counted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.case import LOSSES, SHOWN_REJECTS
from chaingraph.cli.main import main
from tests.toy import write_toy


def test_the_first_problems_are_shown_and_the_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_toy(tmp_path / "toy")
    firms = pd.read_csv(folder / "firms.csv", dtype="str")
    wrong = ["employees", "revenue_cny_m", "founded", "listed", "status", "industry_scheme"]
    firms = firms.reindex(columns=list(dict.fromkeys([*firms.columns, *wrong])))
    firms.loc[:3, wrong] = "wrong-value"
    firms.to_csv(folder / "firms.csv", index=False)
    assert main(["check", str(folder), "--lang", "en"]) == LOSSES
    shown = capsys.readouterr().out
    assert shown.partition("\n\n")[2].count("'wrong-value' not") == SHOWN_REJECTS, shown
    assert f"{4 * len(wrong) - SHOWN_REJECTS} more; --rejects FILE.xlsx writes all of them" in shown
