"""Every rule of the plan, with its paragraph: what it does, and that nothing does it when the rule is taken out.

All projects, firms and offices here are constructed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.ledger import rules as rulebook
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.rules import Rules, amounts, credits, load_rules, rate, read_rules, size_known
from chaingraph.ledger.store import Ledger, Recorded

SHIPPED = load_rules("jiaxing")
Scene = Callable[[Ledger], None]
CENTRE = "市投促中心"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Rules], Ledger]]:
    ledgers: list[Ledger] = []

    def give(rules: Rules) -> Ledger:
        ledgers.append(open_ledger(tmp_path / f"{len(ledgers)}.db", rules, create=True))
        return ledgers[-1]

    yield give
    for ledger in ledgers:
        ledger.close()


def enter(ledger: Ledger, project: str = "p1", day: str = "2024-03-01", **facts: object) -> Recorded:
    data = {
        "project": f"构造项目{project}",
        "investor": f"构造{project}有限公司",
        "place": "平湖市",
        "capital": "foreign",
        "investment_m": 150.0,
        "currency": "USD",
        "constructed": True,
    } | facts
    return ledger.record(
        Act("entered", project, day, "平湖市投促局", "", {k: v for k, v in data.items() if v is not None})
    )


def report(ledger: Ledger, project: str = "p1", day: str = "2024-03-04", place: str = "平湖市") -> Recorded:
    return ledger.record(Act("reported", project, day, f"{place}投促局", "", {"place": place}))


def stage(ledger: Ledger, name: str, day: str, why: str = "", project: str = "p1") -> Recorded:
    return ledger.record(Act("stage", project, day, "平湖市投促局", why, {"stage": name}))


# ---- one scene per rule: it asserts what the rule does


def stages(ledger: Ledger) -> None:
    """1: four lists, 在谈 → 签约 → 注册(备案) → 开工; a stage is not skipped without a reason."""
    enter(ledger)
    with pytest.raises(LedgerError, match=r"跳过了 签约.*without signed"):
        stage(ledger, "registered", "2024-05-01")


def report_threshold(ledger: Ledger) -> None:
    """3: projects over 100 m USD or of at least 1 bn CNY must be reported; smaller ones get no exclusive month."""
    enter(ledger, "p1", investment_m=100.0)  # not over
    enter(ledger, "p2", capital="domestic", investment_m=999.9, currency="CNY")
    assert report(ledger, "p1").answer == "below"
    assert report(ledger, "p2").answer == "below"


def exclusive(ledger: Ledger) -> None:
    """3: the first reporter has one month of exclusive first negotiation."""
    enter(ledger)
    given = report(ledger, day="2024-03-31")
    assert (given.answer, given.values.get("until")) == ("exclusive", "2024-04-30")
    assert given.project.holds("2024-04-30") == "平湖市"
    assert given.project.holds("2024-05-01") is None


def extension(ledger: Ledger) -> None:
    """3: the city's centre registers and manages; it alone extends."""
    enter(ledger)
    report(ledger)
    given = ledger.record(Act("extended", "p1", "2024-04-01", CENTRE, "外方总部审批中", {"months": 1}))
    assert given.project.exclusive_until == "2024-05-04"


def second_report(ledger: Ledger) -> None:
    """3: who reports second is told who holds the project and until when."""
    enter(ledger)
    report(ledger)
    given = report(ledger, day="2024-03-20", place="桐乡市")
    assert given.answer == "held"
    assert (given.values["holder"], given.values["since"], given.values["until"]) == (
        "平湖市",
        "2024-03-04",
        "2024-04-04",
    )


def duplicates(ledger: Ledger) -> None:
    """3: one project under two names goes to a person; until then the second has no exclusive month."""
    enter(ledger, "p1", investor="构造甲新能源科技有限公司", group="构造集团")
    report(ledger, "p1")
    again = enter(ledger, "p2", investor="甲二号项目公司", group="构造集团", place="桐乡市")
    assert again.values["suspects"] == "p1"
    assert report(ledger, "p2", "2024-03-10", "桐乡市").answer == "withheld"


def transfer(ledger: Ledger) -> None:
    """3: a project may be passed on; the first and the receiving place get equal credit."""
    enter(ledger)
    report(ledger)
    ledger.record(Act("transferred", "p1", "2024-03-20", CENTRE, "用地不足", {"to": "桐乡市"}))
    stage(ledger, "signed", "2024-05-01")
    found = ledger.connection.execute(
        "SELECT place, amount FROM counted WHERE indicator LIKE '%超亿美元%' ORDER BY place"
    )
    assert sorted(found.fetchall()) == sorted([("平湖市", 0.5), ("桐乡市", 0.5)])


def signing(ledger: Ledger) -> None:
    """3: a major signing is filed one week ahead, or flagged."""
    enter(ledger)
    given = stage(ledger, "signed", "2024-05-01")
    assert (given.answer, given.project.flags) == ("flagged", ("signing_not_filed",))


def coordination(ledger: Ledger) -> None:
    """1: monthly coordination of projects over 100 m USD or of at least 5 bn CNY."""
    enter(ledger, "p1")
    enter(ledger, "p2", capital="domestic", investment_m=4999.0, currency="CNY")
    enter(ledger, "p3", capital="domestic", investment_m=5000.0, currency="CNY")
    found = ledger.connection.execute("SELECT coordinated FROM standing ORDER BY project_id").fetchall()
    assert found == [(1,), (0,), (1,)]


def progress(ledger: Ledger) -> None:
    """一(二): six indicators, counted for the year."""
    enter(ledger, tiers="global500;listed")
    stage(ledger, "signed", "2024-05-01")
    ledger.record(Act("paid_in", "p1", "2024-06-01", CENTRE, "", {"usd_m": 30.0}))
    found = ledger.connection.execute(
        "SELECT indicator, day, amount FROM counted WHERE known = 1 ORDER BY 1"
    ).fetchall()
    assert {row[0]: row[1:] for row in found} == {
        "实际利用外资": ("2024-06-01", 30.0),
        "世界500强投资项目": ("2024-05-01", 1.0),
        "总投资超亿美元项目": ("2024-05-01", 1.0),
        "总投资10亿元以上项目": ("2024-05-01", 1.0),
    }


def rates(ledger: Ledger) -> None:
    """3: two currencies, compared through a dated table."""
    enter(ledger, capital="foreign", investment_m=750.0, currency="CNY")  # 105.9 m USD at 7.0827
    assert report(ledger).answer == "exclusive"


SCENES: dict[str, Scene] = {
    "stages": stages, "report": report_threshold, "exclusive": exclusive, "extension": extension,
    "second_report": second_report, "duplicates": duplicates, "transfer": transfer, "signing": signing,
    "coordination": coordination, "progress": progress, "rates": rates,
}  # fmt: skip
IN_VIEWS = {"leaders", "zones", "stations", "biweekly", "assessment", "dossier"}  # tests/ledger/test_views.py


def test_every_rule_has_its_scene() -> None:
    assert set(SCENES) | IN_VIEWS == set(rulebook.RULES) == set(SHIPPED.sections)


@pytest.mark.parametrize("rule", SCENES)
def test_rule_does_what_its_paragraph_says(rule: str, opened: Callable[[Rules], Ledger]) -> None:
    SCENES[rule](opened(SHIPPED))


@pytest.mark.parametrize("rule", SCENES)
def test_nothing_else_does_it_when_the_rule_is_taken_out(rule: str, opened: Callable[[Rules], Ledger]) -> None:
    with pytest.raises((AssertionError, LedgerError, pytest.fail.Exception)):
        SCENES[rule](opened(SHIPPED.without(rule)))


@pytest.mark.parametrize("rule", SHIPPED.sections)
def test_every_rule_quotes_its_paragraph(rule: str) -> None:
    body = SHIPPED.sections[rule]
    quoted = (SCENES[rule].__doc__ or "").split(":")[0] if rule in SCENES else body["paragraph"]
    assert body["paragraph"] == quoted
    assert body["says"]
    assert body["reading"]


# ---- the numbers at the edges


@pytest.mark.parametrize(
    ("capital", "amount", "currency", "expected"),
    [
        ("foreign", 100.0, "USD", False), ("foreign", 100.01, "USD", True), ("domestic", 130.0, "USD", False),
        ("domestic", 1000.0, "CNY", True), ("domestic", 999.99, "CNY", False), (None, 120.0, "USD", None),
        (None, 1000.0, "CNY", True), (None, 10.0, "USD", False), ("foreign", None, "USD", None),
        ("foreign", 150.0, None, None), ("foreign", 5000.0, "EUR", None),
    ],
)  # fmt: skip
def test_what_must_be_reported(capital: str | None, amount: float | None, currency: str | None, expected: bool) -> None:
    facts = {"capital": capital, "investment_m": amount, "currency": currency}
    facts = {name: value for name, value in facts.items() if value is not None}
    found = size_known(SHIPPED.sections["report"], facts, *amounts(SHIPPED, facts, "2024-03-01"))
    assert found is expected


def test_the_rate_of_the_day_is_used_and_an_old_one_is_not() -> None:
    assert rate(SHIPPED, "USD", "2023-12-28") == 6.9646
    assert rate(SHIPPED, "USD", "2023-12-29") == 7.0827
    assert rate(SHIPPED, "USD", "2020-01-01") is None
    assert rate(SHIPPED, "USD", "2026-12-31") is None
    assert rate(SHIPPED, "EUR", "2024-03-01") is None


def test_a_second_report_is_answered_by_where_the_month_stands(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger)
    report(ledger)
    assert report(ledger, day="2024-04-04", place="桐乡市").answer == "held"  # the last day counts
    assert report(ledger, day="2024-04-05", place="海宁市").answer == "open"
    assert ledger.project("p1").holds("2024-04-05") is None
    claim = ledger.record(
        Act("reported", "p1", "2024-04-06", "嘉善县投促局", "", {"place": "嘉善县", "on": "2024-03-01"})
    )
    assert claim.answer == "earlier_claim"
    assert claim.project.first_place == "平湖市"
    with pytest.raises(LedgerError, match=r"此前已报过.*has already reported"):
        report(ledger, day="2024-04-07")


def test_only_the_centre_extends_and_only_what_runs(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger)
    report(ledger)
    with pytest.raises(LedgerError, match=r"only .* may extend"):
        ledger.record(Act("extended", "p1", "2024-04-01", "平湖市投促局", "再谈", {}))
    with pytest.raises(LedgerError, match="a reason is required"):
        ledger.record(Act("extended", "p1", "2024-04-01", CENTRE, "", {}))
    with pytest.raises(LedgerError, match="1 to 1, found 2"):
        ledger.record(Act("extended", "p1", "2024-04-01", CENTRE, "再谈", {"months": 2}))
    with pytest.raises(LedgerError, match="nobody holds project p1 on 2024-04-05"):
        ledger.record(Act("extended", "p1", "2024-04-05", CENTRE, "再谈", {}))


def test_signing_filed_seven_days_ahead_is_not_flagged(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    for project, filed, expected in [("p1", "2024-04-24", ()), ("p2", "2024-04-25", ("signing_filed_late",))]:
        enter(ledger, project)
        ledger.record(Act("signing_filed", project, filed, "平湖市投促局", "", {"planned": "2024-05-01"}))
        assert stage(ledger, "signed", "2024-05-01", project=project).project.flags == expected
    enter(ledger, "p3", investment_m=50.0)
    assert stage(ledger, "signed", "2024-05-01", project="p3").project.flags == ()
    enter(ledger, "p4", capital=None, investment_m=120.0)
    assert stage(ledger, "signed", "2024-05-01", project="p4").project.flags == ("signing_size_unknown",)


def test_the_month_begins_when_the_size_is_known(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger, investment_m=None, currency=None)
    assert report(ledger).answer == "size_unknown"
    facts = {"investment_m": 200.0, "currency": "USD"}
    given = ledger.record(Act("changed", "p1", "2024-03-15", "平湖市投促局", "外方确认总投资", facts))
    assert (given.project.exclusive_from, given.project.exclusive_until) == ("2024-03-15", "2024-04-15")


def test_a_person_decides_about_duplicates(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger, "p1", investor="嘉兴构造甲电子科技有限公司")
    report(ledger, "p1")
    assert enter(ledger, "p2", investor="构造甲电子科技(嘉兴)有限公司", place="桐乡市").values["suspects"] == "p1"
    assert enter(ledger, "p3", investor="毫不相干乙材料有限公司").values["suspects"] == ""
    report(ledger, "p2", "2024-03-10", "桐乡市")
    with pytest.raises(LedgerError, match="earlier exclusive negotiation"):
        ledger.record(Act("decided", "p1", "2024-03-12", CENTRE, "同一项目", {"other": "p2", "verdict": "same"}))
    with pytest.raises(LedgerError, match="were never flagged as possibly one"):
        ledger.record(Act("decided", "p1", "2024-03-12", CENTRE, "同一项目", {"other": "p3", "verdict": "same"}))
    told = ledger.record(
        Act("decided", "p2", "2024-03-12", CENTRE, "两个厂区,产品不同", {"other": "p1", "verdict": "different"})
    )
    assert (told.project.exclusive_from, told.project.exclusive_until) == ("2024-03-12", "2024-04-12")
    assert ledger.project("p1").holds("2024-03-12") == "平湖市"
    with pytest.raises(LedgerError, match="already been decided"):
        ledger.record(Act("decided", "p2", "2024-03-13", CENTRE, "同一项目", {"other": "p1", "verdict": "same"}))


def test_a_project_decided_to_be_another_counts_once_and_takes_no_more_acts(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger, "p1", site="构造地块一")
    enter(ledger, "p2", site="构造地块一", place="桐乡市")
    stage(ledger, "signed", "2024-05-01", project="p1")
    stage(ledger, "signed", "2024-05-02", project="p2")
    ledger.record(Act("decided", "p2", "2024-05-03", CENTRE, "同一地块同一产品", {"other": "p1", "verdict": "same"}))
    found = ledger.connection.execute("SELECT sum(amount) FROM counted WHERE indicator LIKE '%超亿美元%'").fetchone()
    assert found == (1.0,)
    with pytest.raises(LedgerError, match="was found to be p1"):
        stage(ledger, "registered", "2024-06-01", project="p2")
    assert len(list(ledger.events("p2"))) == 4  # entered, suspected, stage, decided: nothing was deleted


def test_back_and_end_need_a_reason_and_dates_run_forward(opened: Callable[[Rules], Ledger]) -> None:
    ledger = opened(SHIPPED)
    enter(ledger, investment_m=10.0)
    stage(ledger, "signed", "2024-05-01")
    for name, day in [("negotiating", "2024-05-02"), ("ended", "2024-05-02")]:
        with pytest.raises(LedgerError, match="a reason is required"):
            stage(ledger, name, day)
    with pytest.raises(LedgerError, match="before the stage reached on 2024-05-01"):
        ledger.record(Act("stage", "p1", "2024-05-03", "平湖市投促局", "", {"stage": "registered", "on": "2024-04-01"}))
    with pytest.raises(LedgerError, match="lies after the day of recording"):
        ledger.record(Act("stage", "p1", "2024-05-03", "平湖市投促局", "", {"stage": "registered", "on": "2024-06-01"}))
    assert stage(ledger, "producing", "2024-06-01", "分期开工,一期已投产").project.skipped == ("registered", "started")
    assert stage(ledger, "started", "2024-06-02", "误登").project.stage_on == {
        "negotiating": "2024-03-01",
        "signed": "2024-05-01",
        "started": "2024-06-02",
    }
    assert stage(ledger, "ended", "2024-07-01", "外方退出").project.end_reason == "外方退出"


def test_credit_shares() -> None:
    assert credits(SHIPPED, None, None) == {}
    assert credits(SHIPPED, "甲", "甲") == {"甲": 1.0}
    assert credits(SHIPPED.without("transfer"), "甲", "乙") == {"乙": 1.0}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({"exclusive": {"months": 1, "says": "x"}}, r"\[exclusive\]: paragraph is not there"),
        (
            {"exclusive": {"months": "1", "says": "x", "paragraph": "3"}},
            r"\[exclusive\]: months is '1'; choose: 0, 1, 2",
        ),
        (
            {"exclusive": {"months": 1, "says": "x", "paragraph": "3", "weeks": 1}},
            r"\[exclusive\]: key is 'weeks'; choose: months",
        ),
        ({"exklusiv": {}}, "key is 'exklusiv'; choose: exclusive"),
        (
            {"transfer": {"first": -1, "receiving": 1, "says": "x", "paragraph": "3"}},
            r"\[transfer\]: first is -1; choose: ≥ 0",
        ),
        (
            {"rates": {"oldest_days": 1, "says": "x", "paragraph": "3", "table": [{"currency": "USD"}]}},
            r"\[rates\]: table is .*choose: .*cny = 7.1",
        ),
    ],
)
def test_rules_that_do_not_fit_are_refused(content: dict[str, object], match: str) -> None:
    with pytest.raises(UnknownNameError, match=match):
        read_rules(content)


def test_rules_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[exclusive]\nparagraph = "3"\nsays = "一个月"\nmonths = 2\n', encoding="utf-8")
    assert load_rules(path).sections["exclusive"]["months"] == 2
    path.write_text("[exclusive", encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"ledger rules own\.toml cannot be read"):
        load_rules(path)
    with pytest.raises(UnknownNameError, match="no ledger rules 'nowhere'; choose: none, jiaxing"):
        load_rules("nowhere")
