"""The shortlist beside the ledger: who talks to a firm, whom nobody else may be offered, the status column both ways.

All firms here are constructed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.labels import LANGUAGES, text
from chaingraph.ledger.events import Act
from chaingraph.ledger.fields import LADDER
from chaingraph.ledger.lists.feedback import HELD, findings_with_ledger
from chaingraph.ledger.lists.marks import Mark, by_firm, judge, status_word, take_in, words_for
from chaingraph.ledger.opening import look_into, open_ledger
from chaingraph.ledger.project import Project
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.model.columns import split
from chaingraph.model.results import TALK_COLUMNS
from chaingraph.writers.ledger.marks import status_marks, with_ledger_file
from chaingraph.writers.workbook.marks import no_marks, read_marks
from tests.made_workbook import LISTS, fill, row_of, toy_findings, write

RULES = load_rules("jiaxing")


def enter(ledger: Ledger, project: str, firm_id: str, firm: str, place: str = "平湖市", **more: object) -> None:
    facts = {
        "project": f"构造{project}",
        "investor": firm,
        "firm_id": firm_id,
        "place": place,
        "capital": "foreign",
        "investment_m": 150.0,
        "currency": "USD",
        "constructed": True,
    } | more
    ledger.record(Act("entered", project, "2026-03-01", f"{place}投促局", "", facts))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "l.db", RULES.without("duplicates"), create=True) as opened:
        yield opened


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "lists.toml"
    path.write_text(LISTS, encoding="utf-8")
    return path


def new_targets(lang: str = "zh") -> pd.DataFrame:
    frame = toy_findings().targets[lang]
    return frame[frame["candidate_list"] == "new"]


def test_a_firm_that_another_place_holds_is_not_offered_as_new(ledger: Ledger) -> None:
    before = toy_findings()
    first, second = (new_targets().iloc[place] for place in (0, 1))
    enter(ledger, "p1", first["firm_id"], first["firm"])
    ledger.record(Act("reported", "p1", "2026-03-04", "平湖市投促局", "", {"place": "平湖市"}))
    enter(ledger, "p2", second["firm_id"], second["firm"], investment_m=5.0)
    for place, listed in (("", False), ("桐乡市", False), ("平湖市", True)):
        found = findings_with_ledger(before, ledger.projects(), as_of="2026-03-10", place=place)
        for lang in LANGUAGES:
            rows = found.targets[lang]
            new = rows[rows["candidate_list"] == "new"]
            assert (first["firm_id"] in set(new["firm_id"])) is listed
            assert first["firm_id"] in set(before.targets[lang]["firm_id"])
            for _, ranks in new.groupby("chain_id")["rank"]:
                assert sorted(ranks) == list(range(1, len(ranks) + 1))
            row = rows[rows["firm_id"] == second["firm_id"]].iloc[0]
            known = {"project": "p2", "stage": text("ledger.stage_negotiating", lang), "since": "2026-03-01"}
            said = text("ledger.talk_own", lang, **known)
            if place != "平湖市":
                said = text("ledger.talk_open", lang, place="平湖市", **known)
            assert row["next_step"].startswith(said)
            assert set(TALK_COLUMNS) <= set(rows.columns)
        gates = found.dropped[found.dropped["gate"] == HELD]
        assert gates["firms"].tolist() == ([] if listed else [first["firm"]])
    later = findings_with_ledger(before, ledger.projects(), as_of="2026-04-05")  # the month is over
    assert first["firm_id"] in set(later.targets["zh"]["firm_id"])


def test_names_and_groups_are_recognised_and_hostile_text_stays_text(ledger: Ledger) -> None:
    first = new_targets().iloc[0]
    enter(ledger, "p1", "another-id", f"嘉兴{first['firm']}", place="=1+1", group="无关集团")
    found = findings_with_ledger(toy_findings(), ledger.projects(), as_of="2026-03-10").targets["zh"]
    told = found[found["firm_id"] == first["firm_id"]].iloc[0]
    assert told["ledger_project"] == "p1"
    assert "=1+1已在跟进" in told["next_step"]


def test_without_a_ledger_nothing_changes(tmp_path: Path, plan: Path, ledger: Ledger) -> None:
    findings, marks = toy_findings(), no_marks()
    assert with_ledger_file(findings, marks, None)[0] is findings
    plain = write(tmp_path / "1.xlsx", plan, findings=findings).read_bytes()
    empty, none = with_ledger_file(findings, marks, ledger.path)
    assert none == marks
    pd.testing.assert_frame_equal(
        empty.targets["zh"].drop(columns=list(TALK_COLUMNS)).astype("str"), findings.targets["zh"].astype("str")
    )
    assert write(tmp_path / "2.xlsx", plan, findings=findings).read_bytes() == plain


def test_looking_in_needs_no_rules_and_derives_nothing_anew(ledger: Ledger) -> None:
    enter(ledger, "p1", "F1", "构造甲有限公司")
    before = ledger.connection.execute("SELECT * FROM about ORDER BY key").fetchall()
    standing = look_into(ledger.path)
    assert ([project.project_id for project in standing.projects], standing.newest) == (["p1"], "2026-03-01")
    assert ledger.connection.execute("SELECT * FROM about ORDER BY key").fetchall() == before


def test_the_words_of_the_ledger_are_those_of_the_drop_down() -> None:
    for lang in LANGUAGES:
        assert [status_word(stage, lang) for stage in LADDER[:4]] == list(
            split(text("workbook.choices_status", lang))[:4]
        )


# What the cell says, what it said when written, where the ledger stands -> which side is taken over.
CASES = [
    ("", "", "", "same"), ("在谈", "在谈", "在谈", "same"), ("在谈", "", "在谈", "same"),
    ("在谈", "", "", "to_ledger"), ("签约", "在谈", "在谈", "to_ledger"), ("Signed", "在谈", "在谈", "to_ledger"),
    ("在谈", "签约", "签约", "to_ledger"), ("", "", "签约", "to_workbook"), ("在谈", "在谈", "签约", "to_workbook"),
    ("在谈", "", "签约", "to_workbook"), ("", "在谈", "在谈", "to_workbook"), ("签约", "在谈", "终止", "conflict"),
    ("终止", "在谈", "签约", "conflict"), ("在谈", "注册", "开工", "conflict"), ("暂缓", "在谈", "在谈", "no_stage"),
    ("开工", None, "签约", "conflict"), ("签约", None, "", "to_ledger"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "before", "stage", "effect"), CASES)
def test_which_side_is_newer(ledger: Ledger, status: str, before: str | None, stage: str, effect: str) -> None:
    if stage:
        enter(ledger, "p1", "F1", "构造甲有限公司", segment_id="S1")
    for step in {
        "签约": ["signed"],
        "注册": ["signed", "registered"],
        "开工": ["signed", "registered", "started"],
        "终止": ["ended"],
    }.get(stage, []):
        ledger.record(Act("stage", "p1", "2026-04-01", "市投促中心", "补登", {"stage": step, "on": ""}))
    mark = Mark("S1", "F1", "构造甲有限公司", status, before, "表 3")
    assert judge(mark, by_firm(ledger.projects())).effect == effect
    elsewhere = Mark("S2", "F1", "构造甲有限公司", status, before, "表 4")
    assert judge(elsewhere, by_firm(ledger.projects())).project is None


def test_round_trip_through_the_workbook(tmp_path: Path, plan: Path, ledger: Ledger) -> None:
    findings = toy_findings()
    path = write(tmp_path / "0.xlsx", plan)
    fill(path, "甲光伏", "O02", 状态="在谈")
    fill(path, "甲光伏", "O09", 状态="签约")
    marks = status_marks(path, profile=plan)
    assert {(mark.firm_id, mark.status, mark.before) for mark in marks} == {("O02", "在谈", ""), ("O09", "签约", "")}
    told = take_in(ledger, marks, at="2026-04-01", by="市投促中心", file="0.xlsx")
    assert set(told["effect"]) == {"no_place"}
    assert ledger.projects() == []
    given = {"at": "2026-04-01", "by": "市投促中心", "file": "0.xlsx", "place": "平湖市"}
    told = take_in(ledger, marks, **given)
    assert dict(zip(told["mark"], told["effect"], strict=True)) == {"在谈": "entered", "签约": "entered"}
    stages = {str(project.facts["firm_id"]): project.stage for project in ledger.projects()}
    assert stages == {"O02": "negotiating", "O09": "signed"}
    assert take_in(ledger, marks, **given).empty  # again: nothing new
    number = sum(1 for _ in ledger.events())

    # The ledger moves on; the next workbook says so, and an edit on top of it comes back.
    first = next(project for project in ledger.projects() if project.facts["firm_id"] == "O02")
    ledger.record(Act("stage", first.project_id, "2026-05-01", "平湖市投促局", "", {"stage": "signed"}))
    found, kept = with_ledger_file(findings, read_marks(path, profile=plan), ledger.path)
    path = write(tmp_path / "1.xlsx", plan, kept, findings=found)
    assert not kept.conflicts
    assert row_of(path, "甲光伏", "O02")["状态"] == "签约"
    fill(path, "甲光伏", "O02", 状态="注册")
    told = take_in(ledger, status_marks(path, profile=plan), **{**given, "at": "2026-05-02", "file": "1.xlsx"})
    assert told[["effect", "mark", "mark_before"]].values.tolist() == [["advanced", "注册", "签约"]]
    assert sum(1 for _ in ledger.events()) == number + 2

    # Both sides move, differently: nobody is overruled in the ledger, and the workbook lists it.
    ledger.record(Act("stage", first.project_id, "2026-05-03", "平湖市投促局", "外方退出", {"stage": "ended"}))
    path = write(tmp_path / "2.xlsx", plan, kept, findings=found)
    fill(path, "甲光伏", "O02", 状态="开工")
    told = take_in(ledger, status_marks(path, profile=plan), **{**given, "at": "2026-05-04"})
    assert told[["effect", "mark", "stage"]].values.tolist() == [["conflict", "开工", "终止"]]
    found, kept = with_ledger_file(findings, read_marks(path, profile=plan), ledger.path)
    assert [(conflict.kept, conflict.other) for conflict in kept.conflicts] == [("终止", "开工")]
    path = write(tmp_path / "3.xlsx", plan, kept, findings=found)
    assert row_of(path, "甲光伏", "O02")["状态"] == "终止"
    listed = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert any("终止" in value and "开工" in value for value in listed)


def test_several_projects_of_a_firm_are_not_guessed_between(ledger: Ledger) -> None:
    for number in range(2):
        enter(ledger, f"p{number}", "F1", "构造甲有限公司")
    mark = Mark("S1", "F1", "构造甲有限公司", "签约", "", "表 3")
    told = take_in(ledger, [mark], at="2026-04-01", by="市投促中心", file="s.xlsx", place="平湖市")
    assert told[["effect", "mark"]].values.tolist() == [["several", "签约"]]
    assert {project.stage for project in ledger.projects()} == {"negotiating"}


def test_a_long_ledger_is_compared_in_a_moment(ledger: Ledger) -> None:
    """Each project is looked at once, not once for every row of the list."""
    projects = [
        Project(
            f"p{number}", {"investor": f"构造第{number}号材料有限公司", "firm_id": f"F{number}", "segment_id": "S1"}
        )
        for number in range(3_000)
    ]
    marks = [Mark("S1", f"F{number}", f"构造第{number}号材料有限公司", "", "", "") for number in range(2_000)]
    started = time.perf_counter()
    words = words_for(marks, projects, "zh")
    assert len(words) == 2_000
    assert time.perf_counter() - started < 10
