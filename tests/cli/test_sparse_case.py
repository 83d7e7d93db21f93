"""A case that holds only what it must: no date, no code, no product text, no English name. Every command answers."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.cli import main as cli
from tests.toy import write_toy

REGION = ("--region", "嘉兴")
OUTSIDE = "合肥乙硅材料有限公司"


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """Three firms in two segments, in the required columns alone."""
    folder = tmp_path / "sparse"
    folder.mkdir()
    tables = {
        "chains": "chain_id,chain\nPV,光伏\n",
        "segments": "chain_id,segment_id,segment,stage\nPV,pv_mod,组件,下游\nPV,pv_si,硅料,上游\n",
        "firms": f"firm,country,province,city\n嘉兴甲光伏有限公司,中国,浙江,嘉兴\n{OUTSIDE},中国,安徽,合肥\n"
        "成都丙光伏有限公司,中国,四川,成都\n",
        "firm_segments": f"firm_id,segment_id\n嘉兴甲光伏有限公司,pv_mod\n{OUTSIDE},pv_si\n成都丙光伏有限公司,pv_mod\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("reference", [(), ("--reference", "none")])
@pytest.mark.parametrize("day", [(), ("--as-of", "2024-05")])
def test_run_lists_targets_whose_fit_is_not_known(
    sparse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], reference: tuple[str, ...], day: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    assert cli.main(["run", str(sparse), *REGION, "--out", str(out), *reference, *day]) == cli.DONE
    assert f"数据日期 未注明，截至{day[-1] if day else '2025-12-11'}计" in capsys.readouterr().out
    rows = pd.read_csv(out / "shortlist.csv")
    assert dict(zip(rows["firm"], rows["segment"], strict=True)) == {OUTSIDE: "硅料", "成都丙光伏有限公司": "组件"}
    assert rows["fit_lift"].isna().all()
    assert rows["evidence_grade"].tolist() == ["C", "C"]
    if not day:
        book = openpyxl.load_workbook(out / "shortlist.xlsx", read_only=True)
        first = [str(cell.value) for row in book.worksheets[0].iter_rows(max_row=4) for cell in row]
        assert any("数据日期 未注明" in cell for cell in first)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("shortlist", ("--chain", "光伏")),
        ("gaps", ("--chain", "光伏")),
        ("map", ("--chain", "光伏", "--out", "map.html")),
        ("explain", ("--firm", OUTSIDE)),
        ("explain", ("--firm", "乙硅")),
        ("pools", ("--out", "pools.xlsx")),
        ("brief", ("--firm", OUTSIDE, "--out", "briefs")),
        ("chart", ("--kind", "panorama", "--chain", "光伏", "--out", "chart.png")),
    ],
)
def test_every_command_answers(
    sparse: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    options: tuple[str, ...],
    lang: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main([command, str(sparse), *REGION, *options, "--lang", lang]) == cli.DONE, capsys.readouterr().err
    said = capsys.readouterr().out
    assert not re.search(r"\bnan\b|<NA>", said), said
    if command in ("shortlist", "explain"):
        assert OUTSIDE in said


def test_one_firm_of_which_nothing_is_known_stops_nobody(tmp_path: Path) -> None:
    """Its segment has no code and it has no product: no fit for it, everybody else's stays as it was."""
    case = write_toy(tmp_path / "toy")
    lists = {}
    for name in ("before", "after"):
        if name == "after":
            with (case / "segments.csv").open("a", encoding="utf-8") as segments:
                columns = pd.read_csv(case / "segments.csv").columns
                cells = {"segment_id": "PV09", "chain_id": "pv", "segment": "无代码环节", "stage": "upstream"}
                segments.write(",".join(cells.get(column, "") for column in columns) + "\n")
            firms, roles = (pd.read_csv(case / f"{table}.csv", dtype=str) for table in ("firms", "firm_segments"))
            stranger = {"firm_id": "O99", "firm": "无产品有限公司", "country": "中国", "city": "合肥"}
            pd.concat([firms, pd.DataFrame([stranger])]).to_csv(case / "firms.csv", index=False)
            role = {"firm_id": "O99", "segment_id": "PV09"}
            pd.concat([roles, pd.DataFrame([role])]).to_csv(case / "firm_segments.csv", index=False)
        out = tmp_path / name
        assert cli.main(["run", str(case), *REGION, "--out", str(out)]) == cli.DONE
        lists[name] = pd.read_csv(out / "shortlist.csv").set_index(["chain_id", "candidate_kind", "firm_id"])
    before, after = lists["before"]["fit_lift"], lists["after"]["fit_lift"]
    assert after.loc[("pv", slice(None), "O99")].isna().all()
    shared = before.index.intersection(after.index)
    assert len(shared) > 5
    pd.testing.assert_series_equal(before[shared], after[shared])
