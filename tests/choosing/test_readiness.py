"""The six marks as pure functions: filled by a fact with a source, opened by the loss of any part of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chaingraph.choosing.readiness import MARKS, Facts, Mark, in_force, marks_of
from chaingraph.facts.landing import Choice
from chaingraph.labels import LANGUAGES
from chaingraph.wording.phrases import say

MOTIVE = {
    "kind": "capacity_full",
    "date": "2025-03",
    "open": True,
    "site_status": "open",
    "product": None,
    "source": "公告",
}
PROJECT = {
    "product": "硅片",
    "form": "plant",
    "amount_cny_m": 500.0,
    "land_mu": None,
    "floor_m2": None,
    "source": "公告",
}
RULE = {"admission": "鼓励", "energy_tce_per_10k": 0.2, "chem_park": False, "source": "准入目录"}
POLICY = {"policy": "办法", "valid_from": "2024", "valid_to": "2026-12-31", "source": "公报"}
SITE = Choice("parcel", "甲地块", "甲区", "海宁市", 60.0, ("fits",), "供地清单")
CONTACT = {"channel": "board_office", "source": "官网"}
FULL = Facts(
    firm="乙一",
    foreign=False,
    segment="硅片",
    motive=MOTIVE,
    projects=(PROJECT,),
    decisions=(("上海", None, True, "年报"),),
    contact=CONTACT,
    choices=(SITE,),
    size_known=True,
    rule=RULE,
    policies=(POLICY,),
    day="2025-06-01",
    whom={f"ask_{name}": "某单位" for name in MARKS},
)


def mark(name: str, **changes: object) -> Mark:
    return next(made for made in marks_of(replace(FULL, **changes)) if made.name == name)


def test_six_facts_fill_six_marks_each_with_its_source() -> None:
    made = marks_of(FULL)
    assert [one.name for one in made] == list(MARKS)
    assert all(one.filled and one.source and one.question is None for one in made)
    assert next(one.source for one in made if one.name == "admission") == "准入目录;公报"


def test_nothing_known_leaves_six_questions_and_nobody_s_default() -> None:
    bare = Facts("乙一", foreign=False, segment="硅片", whom=FULL.whom)
    for made in marks_of(bare):
        assert not made.filled
        assert (made.said, made.source) == (None, None)
        assert made.whom == "某单位"
        if made.name == "door":  # the question says where its answer goes
            assert {"contacts", "introducers"} <= set(re.findall("[a-z]+", str(say(made.question, "zh"))))
        for lang in LANGUAGES:
            assert made.question is not None
            assert say(made.question, lang).endswith(("？", "?", "电话", "office"))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("motive", {"motive": None}),
        ("motive", {"motive": {**MOTIVE, "open": False, "site_status": "unknown"}}),  # silence is not open
        ("motive", {"motive": {**MOTIVE, "source": None}}),
        ("project", {"projects": ()}),
        ("project", {"projects": ({**PROJECT, "form": None},)}),
        ("project", {"projects": ({**PROJECT, "product": float("nan")},)}),
        ("project", {"projects": ({**PROJECT, "amount_cny_m": float("nan")},)}),
        ("project", {"projects": ({**PROJECT, "source": None},)}),
        # Form of one and size of another make no project.
        ("project", {"projects": ({**PROJECT, "form": None}, {**PROJECT, "amount_cny_m": None})}),
        ("decision", {"decisions": ()}),
        ("decision", {"decisions": (("上海", None, True, None),)}),
        ("decision", {"foreign": True}),  # whose unit in China decides is not said
        ("decision", {"foreign": True, "decisions": (("东京", "总部", False, "年报"),)}),
        ("door", {"contact": None}),
        ("door", {"contact": {**CONTACT, "source": None}}),
        ("landing", {"choices": ()}),
        ("landing", {"choices": (replace(SITE, why=("focus", "size_unknown")),)}),
        ("landing", {"choices": (replace(SITE, source=None),)}),
        ("admission", {"rule": None}),
        ("admission", {"rule": {**RULE, "admission": "待核"}}),
        ("admission", {"rule": {**RULE, "energy_tce_per_10k": float("nan")}}),
        ("admission", {"rule": {**RULE, "chem_park": None}}),
        ("admission", {"rule": {**RULE, "chem_park": True}}),  # and no site in a chemical park
        ("admission", {"rule": {**RULE, "source": None}}),
        ("admission", {"policies": ()}),
        ("admission", {"policies": ({**POLICY, "valid_to": "2025-05"},)}),
        ("admission", {"policies": ({**POLICY, "valid_to": None},)}),  # until when, is not said
        ("admission", {"policies": ({**POLICY, "valid_from": "2026"},)}),
    ],
)
def test_a_part_that_is_lacking_opens_the_mark(name: str, changes: dict[str, object]) -> None:
    made = mark(name, **changes)
    assert not made.filled
    assert made.question is not None
    others = [one.filled for one in marks_of(replace(FULL, **changes)) if one.name != name]  # type: ignore[arg-type] # any field
    assert all(others)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("motive", {"motive": {**MOTIVE, "site_status": "comparing"}}),
        ("project", {"projects": ({**PROJECT, "amount_cny_m": None, "floor_m2": 8000.0},)}),
        ("decision", {"foreign": True, "decisions": (("上海", "乙一中国", True, "年报"),)}),
        ("door", {"contact": None, "introducer": {"introducer": "某商会", "source": "名录"}}),
        ("door", {"contact": None, "unit": ("乙一嘉兴", "工商登记")}),
        ("door", {"contact": None, "route": ({"source": "年报"},), "whom": {**FULL.whom, "door": "甲一"}}),
        ("landing", {"choices": (replace(SITE, why=("size_unknown",)), replace(SITE, kind="premise"))}),
        ("admission", {"rule": {**RULE, "chem_park": True}, "choices": (replace(SITE, why=("fits", "chem_park")),)}),
    ],
)
def test_other_facts_that_fill_a_mark(name: str, changes: dict[str, object]) -> None:
    assert mark(name, **changes).filled
    for lang in LANGUAGES:
        assert say(mark(name, **changes).said or "", lang)


def test_a_silent_site_is_what_is_asked_about() -> None:
    silent = mark("motive", motive={**MOTIVE, "open": False, "site_status": "unknown"})
    assert silent.question is not None
    assert "2025-03" in say(silent.question, "zh")
    assert "选址定了没有" in say(silent.question, "zh")


def test_what_the_reason_to_call_tells_of_the_project_is_said_and_the_rest_asked() -> None:
    motive = {**MOTIVE, "product": "硅片", "amount_cny_m": 600.0}
    told = mark("project", projects=(), motive=motive)
    assert not told.filled
    assert told.question is not None
    assert say(told.said or "", "zh") == "硅片，投资6亿元（其余待了解）"
    assert mark("project", projects=(), motive={**motive, "source": None}).said is None


def test_a_policy_holds_through_its_last_month() -> None:
    assert in_force({"valid_from": None, "valid_to": "2025-06"}, "2025-06-30")
    assert not in_force({"valid_from": None, "valid_to": "2025-05-31"}, "2025-06-01")
    assert not in_force({"valid_from": None, "valid_to": "2025"}, "")
