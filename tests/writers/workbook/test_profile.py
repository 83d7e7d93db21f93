"""Profiles: each shipped one gives the sheets and headers it says; a bad one is refused with key and choices."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from chaingraph.choosing.teams import in_teams
from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.model.results import RANKED_TIERS
from chaingraph.wording.phrases import in_words
from chaingraph.writers.cell_text import sheet_name
from chaingraph.writers.workbook.frames import targets
from chaingraph.writers.workbook.lists import list_frame, table_headers
from chaingraph.writers.workbook.marks import read_marks
from chaingraph.writers.workbook.profile import load_profile, parse_profile, shipped_profiles
from chaingraph.writers.workbook.workbook import write_workbook
from tests.made_workbook import toy_findings, toy_graph

PLAIN = """
name = "五图五清单"
title = "{region}五图五清单"
[[sheets]]
kind = "chain"
caption = "只看前几名"
columns = ["rank", "firm", "blank:应用领域", "status"]
[sheets.headers]
firm = "目标企业"
status = "对接状态"
[[sheets]]
kind = "table"
table = "zones"
title = "重点园区"
[[sheets]]
kind = "clusters"
"""


def _caption(column: str, lang: str) -> str:
    return column.removeprefix("blank:") if column.startswith("blank:") else text(f"workbook.column_{column}", lang)


@pytest.mark.parametrize("name", shipped_profiles())
def test_sheets_and_headers_equal_the_profile(name: str, tmp_path: Path) -> None:
    plan = load_profile(name)
    lang = plan.lang or "zh"
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile=name)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    wanted: list[str] = []
    for sheet in plan.sheets:
        if sheet.kind == "chain":
            names = ["乙氢能", "甲光伏"] if lang == "zh" else ["Toy hydrogen", "Toy photovoltaics"]
        elif sheet.kind == "team":
            names = (
                ["驻上海", "驻深圳", "境外 德国（拟设）", "其他地区"]
                if lang == "zh"
                else ["Team Shanghai", "Team Shenzhen", "Abroad Germany (planned)", "Elsewhere"]
            )
        elif sheet.kind == "rankings":
            held = set(toy_findings().rankings[lang]["tier"])
            names = [sheet_name(text(f"codes.tier_{tier}", lang), []) for tier in RANKED_TIERS if tier in held]
            assert len(names) > 1
        else:
            names = [sheet.title[lang] if sheet.title else text(f"workbook.sheet_{sheet.kind}", lang)]
        wanted += names
        own = table_headers(sheet.table, lang) if sheet.kind == "table" else {}
        headers = [
            sheet.headers.get(column, {}).get(lang) or own.get(column) or _caption(column, lang)
            for column in sheet.columns
        ]
        for title in names if headers else ():
            rows = [[cell for cell in row] for row in book[title].iter_rows(values_only=True)]
            assert headers in [row[: len(headers)] for row in rows], title
        if sheet.kind == "pictures":
            assert book[names[0]]._images, names[0]
    assert book.sheetnames == wanted


def test_a_profile_of_ones_own_needs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN, encoding="utf-8")
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile=path)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames == ["乙氢能", "甲光伏", "重点园区", "产业集群清单"]
    rows = [list(row) for row in book["甲光伏"].iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "序")
    # Firm and segment are added, so that what is filled in finds its row again.
    assert head == ["序", "目标企业", "应用领域", "对接状态", "企业编号", "环节编号", "上次填写"]
    assert rows[1][0] == "只看前几名"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ('[[sheets]]\nkind = "gapz"', r"sheets\]\] 1: kind is 'gapz'; choose: gaps"),
        ('[[sheets]]\nkind = "gaps"\ncolumns = ["chian"]', "columns is 'chian'; choose: chain,"),
        ('[[sheets]]\nkind = "gaps"\ncolumns = ["chain", "chain"]', "columns is 'chain'"),
        ('[[sheets]]\nkind = "gaps"\npaper = "A0"', "paper is 'A0'; choose: A4, A3"),
        ('[[sheets]]\nkind = "gaps"\nfrozen = 99', "frozen is 99; choose: 0-24"),
        ('[[sheets]]\nkind = "gaps"\ntitel = "x"', "key is 'titel'; choose: title"),
        ('[[sheets]]\nkind = "gaps"\ntitle = 3', "title is 3"),
        ('[[sheets]]\nkind = "pictures"', "pictures is .*choose: panorama"),
        ('[[sheets]]\nkind = "table"\ntable = "zone"', "table is 'zone'; choose: zones"),
        ('[[sheets]]\nkind = "gaps"\n[sheets.headers]\nfirm = "x"', "headers is 'firm'"),
        ('lang = "fr"\n[[sheets]]\nkind = "gaps"', "lang is 'fr'; choose: zh, en"),
        ('[[sheets]]\nkind = "form"', r'columns is \[\]; choose: \["blank:'),
        ("sheets = []", r"choose: \[\[sheets\]\]"),
        ("[[sheets", "cannot be read"),
    ],
)
def test_a_bad_profile_names_key_and_choices(content: str, match: str) -> None:
    with pytest.raises(UnknownNameError, match=match):
        parse_profile(content, "mine.toml")


def test_an_unknown_profile_lists_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="english, liutu_liuqingdan, situ_wuqingdan, wutu_wuqingdan, zhejiang"):
        load_profile("hunan")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnknownNameError, match="cannot be read"):
        load_profile(tmp_path / "b.toml")


def test_a_list_without_data_says_so_and_gives_rows_to_fill(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[sheets]]\nkind = "table"\ntable = "excluded"\n', encoding="utf-8")
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile=path)
    (sheet,) = openpyxl.load_workbook(tmp_path / "b.xlsx")
    said = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert text("workbook.no_data", "zh") in said
    assert sheet.max_row > 10


def test_teams_follow_the_decision_city_and_say_so() -> None:
    shown = in_words(in_teams(targets(toy_findings(), toy_graph(), "zh"), toy_graph()), "zh").set_index("firm_id")
    assert shown.loc["O09", ["team", "team_basis"]].tolist() == ["上海", "决策地"]  # its seat is elsewhere
    assert set(shown["team_basis"]) <= {"决策地", "总部地", "地点不明"}


def test_lists_hold_what_the_graph_holds_and_nothing_else() -> None:
    firms = list_frame("firms", toy_findings(), toy_graph(), "zh")
    assert {"L01", "L02"} <= set(firms["firm_id"])
    assert not any(firm.startswith("O") for firm in firms["firm_id"])
    assert firms["profit_tax"].isna().all()
    policies = list_frame("policies", toy_findings(), toy_graph(), "zh").set_index("policy")
    assert policies.loc["总部企业奖励(构造)", "in_force"] == "有效"  # until 2025-12-31, the data are of 2024-05
    clusters = list_frame("clusters", toy_findings(), toy_graph(), "zh")
    assert clusters["revenue_year"].isna().all()
    problems = list_frame("problems", toy_findings(), toy_graph(), "zh")
    assert (problems["problem_type"] == "产业").any()


@pytest.mark.office
@pytest.mark.parametrize(
    "names",
    [shipped_profiles()[:1], pytest.param(shipped_profiles()[1:], marks=pytest.mark.slow)],
    ids=["one", "others"],
)
def test_an_office_opens_and_prints_every_profile(names: list[str], tmp_path: Path) -> None:
    office, pdfinfo = shutil.which("soffice"), shutil.which("pdfinfo")
    if office is None or pdfinfo is None:
        pytest.skip("LibreOffice or poppler is not installed")
    for name in names:
        write_workbook(toy_findings(), toy_graph(), tmp_path / f"{name}.xlsx", profile=name)
    books = sorted(str(path) for path in tmp_path.glob("*.xlsx"))
    for kind in ("xlsx:Calc MS Excel 2007 XML", "pdf"):
        command = [
            office,
            f"-env:UserInstallation=file://{tmp_path}/home",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path / "out"),
            *books,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    for name in names:
        written = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
        again = openpyxl.load_workbook(tmp_path / "out" / f"{name}.xlsx")
        assert again.sheetnames == written.sheetnames
        for sheet in written:
            same = again[sheet.title]
            assert same.max_row >= sheet.max_row - 1
            for cells in sheet.iter_rows(values_only=False):
                for cell in cells:
                    assert same[cell.coordinate].data_type != "f"
                    if isinstance(cell.value, str):
                        assert same[cell.coordinate].value == cell.value, (name, sheet.title, cell.coordinate)
            assert same.print_title_rows == sheet.print_title_rows
            assert (same.page_setup.orientation, same.page_setup.paperSize) == ("landscape", sheet.page_setup.paperSize)
        said = subprocess.run(
            [pdfinfo, "-l", "999", str(tmp_path / "out" / f"{name}.pdf")], check=True, capture_output=True, text=True
        ).stdout
        sizes = {
            (round(float(wide)), round(float(high)))
            for wide, high in re.findall(r"size:\s+([\d.]+) x ([\d.]+) pts", said)
        }
        assert sizes <= {(842, 595), (1191, 842)}, name  # A4 and A3, both landscape
        pages = len(re.findall(r"Page +\d+ size", said))
        # A page or two a sheet, and one a picture: no sheet falls apart into strips of columns.
        pictures = sum(len(sheet._images) for sheet in written)
        assert len(written.sheetnames) <= pages <= 2 * len(written.sheetnames) + pictures, (name, pages)


def test_wide_sheets_go_to_the_larger_paper_unless_the_profile_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    sheets = [
        '[[sheets]]\nkind = "gaps"\ntitle = "宽"\nprinted = 23',
        '[[sheets]]\nkind = "gaps"\ntitle = "小"\nprinted = 23\npaper = "A4"',
        '[[sheets]]\nkind = "gaps"\ntitle = "窄"\ncolumns = ["chain", "segment", "state"]',
    ]
    path.write_text("\n".join(sheets), encoding="utf-8")
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile=path)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert [book[name].page_setup.paperSize for name in ("宽", "小", "窄")] == [8, 9, 9]


def test_what_no_case_holds_is_an_empty_table_to_fill(tmp_path: Path) -> None:
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile="liutu_liuqingdan", pictures=False)
    rows = list(openpyxl.load_workbook(tmp_path / "b.xlsx")["未来趋势图"].iter_rows(values_only=True))
    assert text("workbook.no_data", "zh") in [row[0] for row in rows]
    head = next(place for place, row in enumerate(rows) if row[:3] == ("产业链", "环节", "趋势"))
    assert len(rows) > head + 10
    assert not any(cell for row in rows[head + 1 :] for cell in row)


def test_a_caption_longer_than_a_narrow_table_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[[sheets]]\nkind = "chain"\ncolumns = ["rank", "firm", "status"]\nprinted = 3', encoding="utf-8")
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", profile=path)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["甲光伏"]
    assert "A2:C2" in {str(area) for area in sheet.merged_cells.ranges}
    assert sheet["A2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 30
    assert read_marks(tmp_path / "b.xlsx").values == {}  # the merged line does not disturb the reading back
