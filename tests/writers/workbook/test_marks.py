"""What people filled in survives: twice over, from any sheet, in either language; what has no row is listed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from chaingraph.errors import CaseError
from chaingraph.writers.workbook.marks import marks_not_placed, read_marks
from tests.made_workbook import LISTS, TEXTS, fill, row_of, toy_findings, toy_graph, write


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "lists.toml"  # without pictures, which are not what is asked here
    path.write_text(LISTS, encoding="utf-8")
    return path


def test_an_edited_status_survives_two_runs(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O02", 状态="在谈", 责任人="招商一科", 备注="=cmd|' /C calc'!A0\n第二行")
    for number in (1, 2):
        path = write(tmp_path / f"{number}.xlsx", plan, read_marks(path))
    row = row_of(path, "甲光伏", "O02")
    assert (row["状态"], row["责任人"]) == ("在谈", "招商一科")
    assert row["备注"] == "'=cmd|' /C calc'!A0\n第二行"  # inert, and one apostrophe however often it went round
    cell = next(
        cell
        for cells in openpyxl.load_workbook(path)["甲光伏"].iter_rows()
        for cell in cells
        if str(cell.value).startswith("'=cmd")
    )
    assert cell.data_type == "s"


def test_an_edit_may_be_made_on_any_sheet_and_taken_back(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "驻上海", "O09", head="分组依据", 状态="签约")
    path = write(tmp_path / "1.xlsx", plan, read_marks(path))
    assert row_of(path, "甲光伏", "O09")["状态"] == "签约"
    fill(path, "甲光伏", "O09", 状态="开工")  # the other sheet still says 签约, as it was written
    marks = read_marks(path)
    assert not marks.conflicts
    path = write(tmp_path / "2.xlsx", plan, marks)
    assert row_of(path, "驻上海", "O09", "分组依据")["状态"] == "开工"
    fill(path, "甲光伏", "O09", 状态="")
    path = write(tmp_path / "3.xlsx", plan, read_marks(path))
    assert row_of(path, "驻上海", "O09", "分组依据")["状态"] is None


def test_two_different_edits_are_listed(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O09", 状态="在谈")
    fill(path, "驻上海", "O09", head="分组依据", 状态="暂缓")
    marks = read_marks(path)
    path = write(tmp_path / "1.xlsx", plan, marks)
    assert row_of(path, "甲光伏", "O09")["状态"] == "在谈"
    row = row_of(path, "未对上的填写", "O09", "产业链")
    assert row["情况"] == "“状态”两处填得不同：采用了“在谈”，未用“暂缓”"
    assert str(row["原来的位置"]).startswith("驻上海 第")


def test_what_has_no_row_is_kept_until_it_has_one_again(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O02", 状态="签约", 备注="土地已定")
    whole = toy_findings()
    without = replace(whole, targets=dict.fromkeys(TEXTS, whole.targets["zh"].query("firm_id != 'O02'")))
    marks = read_marks(path)
    problems = marks_not_placed(without, toy_graph(), marks, "zh")
    assert problems["firm_id"].tolist() == ["O02"]
    path = write(tmp_path / "1.xlsx", plan, marks, findings=without)
    assert row_of(path, "未对上的填写", "O02", "产业链")["状态"] == "签约"
    path = write(tmp_path / "2.xlsx", plan, read_marks(path), findings=without)
    path = write(tmp_path / "3.xlsx", plan, read_marks(path))
    assert (row_of(path, "甲光伏", "O02")["状态"], row_of(path, "甲光伏", "O02")["备注"]) == ("签约", "土地已定")
    assert "未对上的填写" not in openpyxl.load_workbook(path).sheetnames


def test_the_status_is_said_in_the_language_of_the_new_book(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O02", 状态="注册")
    path = write(tmp_path / "1.xlsx", plan, read_marks(path), lang="en")
    assert row_of(path, "Toy photovoltaics", "O02", "List", "Firm id")["Status"] == "Registered"


def test_files_that_hold_no_marks_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK not a workbook")
    with pytest.raises(CaseError, match="无法读取"):
        read_marks(tmp_path / "a.xlsx")
    with pytest.raises(CaseError, match="cannot be read"):
        read_marks(tmp_path / "none.xlsx", lang="en")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.xlsx")  # nobody ever writes into it
        with pytest.raises(CaseError, match="不是普通文件"):
            read_marks(tmp_path / "pipe.xlsx")
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(CaseError, match="企业编号"):
        read_marks(tmp_path / "b.xlsx")


def test_what_was_filled_in_follows_a_firm_to_another_segment(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O02", 状态="签约", 备注="土地已定")
    whole = toy_findings()
    targets = whole.targets["zh"]
    other = next(
        segment
        for segment in targets.loc[targets["chain_id"] == "pv", "segment_id"]
        if segment != targets.set_index("firm_id")["segment_id"]["O02"]
    )
    there = targets.assign(segment_id=targets["segment_id"].mask(targets["firm_id"] == "O02", other))
    moved = replace(whole, targets=dict.fromkeys(TEXTS, there))
    path = write(tmp_path / "1.xlsx", plan, read_marks(path), findings=moved)
    row = row_of(path, "甲光伏", "O02")
    assert (row["环节编号"], row["状态"], row["备注"]) == (other, "签约", "土地已定")
    notice = row_of(path, "未对上的填写", "O02", "产业链")
    assert str(notice["情况"]).startswith("填写已随企业移到环节")
    assert notice["状态"] is None
    path = write(tmp_path / "2.xlsx", plan, read_marks(path), findings=moved)
    assert row_of(path, "甲光伏", "O02")["状态"] == "签约"
    assert "未对上的填写" not in openpyxl.load_workbook(path).sheetnames  # said once


def test_a_firm_that_moved_onto_a_row_with_entries_leaves_them_alone(tmp_path: Path, plan: Path) -> None:
    path = write(tmp_path / "0.xlsx", plan)
    here = ("PV03", "O02")
    before = read_marks(path)
    now = toy_findings().targets["zh"].set_index("firm_id")["segment_id"]["O02"]
    marks = replace(
        before,
        values={(now, "O02"): {"status": "在谈"}, here: {"status": "暂缓"}},
        places={(now, "O02"): "甲", here: "乙"},
    )
    assert here[0] != now
    path = write(tmp_path / "1.xlsx", plan, marks)
    assert row_of(path, "甲光伏", "O02")["状态"] == "在谈"
    assert row_of(path, "未对上的填写", "O02", "产业链")["状态"] == "暂缓"
