"""Profiles: each shipped one gives the sheets and headers it says; a bad one is refused with key and choices."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.labels import text
from chaingraph.teams import in_teams
from chaingraph.writers.list_frames import list_frame
from chaingraph.writers.profile import load_profile, parse_profile, shipped_profiles
from chaingraph.writers.workbook import write_workbook
from chaingraph.writers.workbook_frames import targets
from tests.test_workbook import toy_findings, toy_graph

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
            names = ["驻上海", "驻深圳", "境外 德国（拟设）", "其他地区"] if lang == "zh" else [
                "Team 上海", "Team 深圳", "Abroad 德国 (planned)", "Elsewhere"]  # fmt: skip
        else:
            names = [sheet.title[lang] if sheet.title else text(f"workbook.sheet_{sheet.kind}", lang)]
        wanted += names
        headers = [sheet.headers.get(column, {}).get(lang) or text(f"workbook.column_{column}", lang)
                   for column in sheet.columns]  # fmt: skip
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
        ('[[sheets]]\nkind = "gaps"\nfrozen = 99', "frozen is 99; choose: 0-23"),
        ('[[sheets]]\nkind = "gaps"\ntitel = "x"', "key is 'titel'; choose: title"),
        ('[[sheets]]\nkind = "gaps"\ntitle = 3', "title is 3"),
        ('[[sheets]]\nkind = "pictures"', "pictures is .*choose: panorama"),
        ('[[sheets]]\nkind = "table"\ntable = "zone"', "table is 'zone'; choose: zones"),
        ('[[sheets]]\nkind = "gaps"\n[sheets.headers]\nfirm = "x"', "headers is 'firm'"),
        ('lang = "fr"\n[[sheets]]\nkind = "gaps"', "lang is 'fr'; choose: zh, en"),
        ("sheets = []", r"choose: \[\[sheets\]\]"),
        ("[[sheets", "cannot be read"),
    ],
)
def test_a_bad_profile_names_key_and_choices(content: str, match: str) -> None:
    with pytest.raises(UnknownNameError, match=match):
        parse_profile(content, "mine.toml")


def test_an_unknown_profile_lists_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="english, situ_wuqingdan, zhejiang"):
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
    shown = in_teams(targets(toy_findings(), toy_graph(), "zh"), toy_graph(), "zh").set_index("firm_id")
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
