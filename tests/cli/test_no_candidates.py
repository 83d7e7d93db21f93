"""A case that knows local firms and nobody else: every face says so, none stumbles."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from tests.toy import toy_tables


@pytest.fixture(scope="module")
def local_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local")
    tables = toy_tables()
    firms = tables["firms"]
    here = set(firms.loc[firms["city"] == "嘉兴", "firm_id"])
    for name in ("chains", "segments", "firms", "firm_segments"):
        table: pd.DataFrame = tables[name]
        kept = table[table["firm_id"].isin(here)] if "firm_id" in table else table
        kept.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.mark.parametrize("reference", ["none", "listed"])
def test_the_main_job_runs_where_nobody_comes_into_question(
    local_only: Path, tmp_path: Path, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["run", str(local_only), "--region", "嘉兴", "--reference", reference, "--draws", "0", "--out", str(out)]
    assert main(words) == 0, capsys.readouterr().err
    assert pd.read_csv(out / "shortlist.csv").empty
    assert len(pd.read_csv(out / "gaps.csv")) > 0


@pytest.mark.parametrize("command", ["shortlist", "map", "pools", "gaps"])
def test_other_faces_do_too(local_only: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = {"map": ["--chain", "pv", "--out", str(tmp_path / "m.html")], "shortlist": ["--chain", "pv"]}
    words = [command, str(local_only), "--region", "嘉兴", "--reference", "none", *more.get(command, [])]
    assert main(words) == 0, capsys.readouterr().err
