"""The ledger's views, against a plain recount, and the board's time. All projects and offices are constructed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.ledger import derived, progress, views
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.fields import DUE, LADDER, STAGES
from chaingraph.ledger.lists import due
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.project import Project
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.rules import Rules, load_rules
from chaingraph.ledger.store import Ledger

RULES = load_rules("jiaxing")
PLACES = ("平湖市", "桐乡市", "海宁市")
CENTRE = "市投促中心"
TARGETS = pd.DataFrame(
    [("实际利用外资", "亿美元", "2021-2025", 150.0), ("实际利用外资", "亿美元", "2024", 3.0),
     ("世界500强投资项目", "个", "2024", 4.0), ("总投资超亿美元项目", "个", "2024", 10.0),
     ("总投资10亿元以上项目", "个", "2023", 5.0), ("没有的指标", "个", "2024", 1.0),
     ("总投资超亿美元项目", "个", "2025", 9.0)],
    columns=["indicator", "unit", "period", "target"],
)  # fmt: skip


def act(kind: str, project: str, day: str, why: str = "", /, **data: object) -> Act:
    return Act(kind, project, day, CENTRE, why, data)


def facts(number: int, **others: object) -> dict[str, object]:
    return {
        "project": f"构造项目{number}",
        "investor": f"构造第{number}号企业有限公司",
        "place": PLACES[number % 3],
        "capital": "foreign",
        "investment_m": 150.0,
        "currency": "USD",
        "constructed": True,
    } | others


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "l.db", RULES.without("duplicates"), create=True) as opened:
        yield opened


def test_a_worked_quarter_agrees_with_a_plain_recount(ledger: Ledger) -> None:
    chance = random.Random(3)
    wanted: Counter[str] = Counter()
    for number in range(24):
        acts = [
            act(
                "entered",
                f"p{number:02d}",
                "2024-01-02",
                **facts(number, team=f"{'北京上海'[number % 2 * 2 :][:2]}专班"),
            )
        ]
        top = chance.randrange(5)
        acts += [
            act("stage", f"p{number:02d}", f"2024-{2 + step:02d}-10", "备案后补登", stage=LADDER[step])
            for step in range(1, top + 1)
        ]
        ledger.record_all(acts)
        wanted[LADDER[top]] += 1
    for stage in STAGES:
        assert len(views.projects(ledger, stage)) == wanted[stage]
    assert len(views.projects(ledger)) == 24
    places = views.by(ledger, "landing")
    assert places["projects"].tolist() == [8, 8, 8]
    assert places[list(STAGES)].sum().to_dict() == {stage: wanted[stage] for stage in STAGES}
    assert set(views.by(ledger, "team")["team"]) == {"北京专班", "上海专班"}
    funnel = views.funnel(ledger, "2024-07-10").set_index("stage")
    reached = [sum(wanted[name] for name in LADDER[place:]) for place in range(5)]
    assert funnel["reached"].tolist() == reached
    assert funnel.loc["signed", "days_through"] == 31.0  # 10 March to 10 April
    assert funnel.loc["negotiating", "days_here"] == 190.0  # 2 January to 10 July
    assert funnel.loc["signed", "share"] == pytest.approx(reached[1] / 24)
    happened = views.happened(ledger, *views.span("2024-03-31", "month"))
    assert (happened["what"] == "signed").all()
    assert len(happened) == reached[1]
    with pytest.raises(LedgerError, match="no stage nowhere"):
        views.projects(ledger, "nowhere")
    with pytest.raises(LedgerError, match="no field colour"):
        views.by(ledger, "colour")


def test_exclusive_months_that_end_within_seven_days(ledger: Ledger) -> None:
    for number, day in enumerate(["2024-03-03", "2024-03-04", "2024-03-11", "2024-03-12"]):
        ledger.record_all(
            [
                act("entered", f"p{number}", "2024-03-01", **facts(number)),
                act("reported", f"p{number}", day, place=PLACES[number % 3]),
            ]
        )
    found = due.expiring(ledger, "2024-04-04")
    assert found[["project_id", "holder", "exclusive_until", "days"]].values.tolist() == [
        ["p1", "桐乡市", "2024-04-04", 0],
        ["p2", "海宁市", "2024-04-11", 7],
    ]
    assert due.due(ledger, "expiring", "2024-04-04").equals(found)
    assert due.due(ledger, "meeting", "2024-04-04").equals(due.biweekly(ledger, "2024-04-04"))
    for what in DUE:
        due.due(ledger, what, "2024-04-04")
    for view in (due.expiring, due.biweekly):
        with pytest.raises(LedgerError, match="as_of: write a day such as"):
            view(ledger, "2024-04")


def test_progress_counts_converts_and_says_what_it_cannot_know(ledger: Ledger) -> None:
    unsized = {name: value for name, value in facts(4).items() if name not in ("investment_m", "currency")}
    ledger.record_all(
        [
            act("entered", "p1", "2024-01-01", **facts(1, tiers="global500", owner="市商务局")),
            act("entered", "p2", "2024-01-01", **facts(2, tiers="listed", investment_m=99.0)),
            act("entered", "p3", "2024-01-01", **facts(3, capital="domestic", investment_m=1200.0, currency="CNY")),
            act("entered", "p4", "2024-01-01", **unsized),
            act("entered", "p5", "2024-01-01", **facts(5, tiers="listed")),
            *(act("stage", f"p{number}", "2024-03-10", stage="signed") for number in (1, 2, 3, 4)),
            act("stage", "p5", "2024-03-10", "签约日期不详", stage="signed", on=""),
            act("paid_in", "p1", "2024-04-01", usd_m=45.0),
            act("paid_in", "p1", "2024-08-01", usd_m=100.0),
        ]
    )
    found = progress.progress(ledger, TARGETS, "2024-07-01").set_index(["indicator", "period"])
    paid = found.loc[("实际利用外资", "2024")]
    assert (paid["actual"], paid["completion"], paid["elapsed"], paid["state"]) == (0.45, 0.15, 0.5, "running")
    assert (paid["pace"], paid["projected"]) == pytest.approx((0.3, 0.9))
    assert not paid["at_line"]
    assert paid["covered"]
    assert not found.loc[("实际利用外资", "2021-2025"), "covered"]
    usd = found.loc[("总投资超亿美元项目", "2024")]
    assert (usd["actual"], usd["unknown"], usd["undated"]) == (1.0, 1.0, 1.0)  # p1; p4; p5
    five_hundred = found.loc[("世界500强投资项目", "2024")]
    assert (five_hundred["actual"], five_hundred["unknown"]) == (1.0, 2.0)  # of p3 and p4 no tier is stated
    history = found.loc[("总投资10亿元以上项目", "2023")]
    assert (history["state"], history["completion"]) == ("history", 0.0)
    assert history[["pace", "projected", "elapsed"]].isna().all()
    assert found.loc[("总投资超亿美元项目", "2025"), "state"] == "future"
    assert pd.isna(found.loc[("没有的指标", "2024"), "actual"])
    ended = progress.progress(ledger, TARGETS, "2026-01-01").set_index(["indicator", "period"])
    assert ended.loc[("实际利用外资", "2024"), "actual"] == pytest.approx(1.45)
    assert set(ended["state"]) == {"history"}


YEARLY = pd.DataFrame(
    [(name, "总投资超亿美元项目", "个", year, 3.0) for name in PLACES for year in ("2022", "2023", "2024")],
    columns=["name", "indicator", "unit", "period", "target"],
)


def two_years(ledger: Ledger) -> None:
    """In 2022 and 2023: 平湖 meets its target of three, 桐乡 has two (67 %) and three, 海宁 has one each year."""
    number = 0
    for year, counts in {"2022": (3, 2, 1), "2023": (4, 3, 1)}.items():
        for place, count in zip(PLACES, counts, strict=True):
            for _ in range(count):
                number += 1
                ledger.record_all(
                    [
                        act("entered", f"p{number}", f"{year}-01-02", **facts(number, place=place)),
                        act("stage", f"p{number}", f"{year}-06-01", stage="signed"),
                    ]
                )


def assessment(ledger: Ledger) -> None:
    """三(一): weights of 15 % and 10 %; below 70 % no excellent; two years last or missed: a warning."""
    two_years(ledger)
    board = progress.scoreboard(ledger, "2024-06-01", year="2022", targets=YEARLY).set_index("name")
    assert board.loc[list(PLACES), "rank"].tolist() == [1, 2, 3]
    assert board["weight"].tolist() == [0.15] * 3
    assert progress.scoreboard(ledger, "2024-06-01", year="2022", of="owner")["weight"].tolist() == []
    assert board.loc[list(PLACES), "may_be_excellent"].tolist() == [True, False, False]  # 桐乡 67 %
    found = progress.warnings(ledger, "2024-06-01", targets=YEARLY)
    assert found.values.tolist() == [["海宁市", "last", "2022;2023"], ["海宁市", "missed", "2022;2023"]]
    earlier = YEARLY.assign(period=YEARLY["period"].replace({"2022": "2020", "2023": "2021"}))
    assert progress.warnings(ledger, "2024-06-01", targets=earlier).empty  # years before the ledger began


def leaders(ledger: Ledger) -> None:
    """1: each local leader brings at least two projects of each size a year."""
    for number in range(4):
        post = "副市长(分管工业)" if number < 3 else "副市长(分管商务)"
        size = (
            {"investment_m": 6000.0, "currency": "CNY", "capital": "domestic"}
            if number == 2
            else {"investment_m": 900.0}
        )
        ledger.record_all(
            [
                act("entered", f"p{number}", "2024-01-02", **facts(number, lead_post=post, **size)),
                act("stage", f"p{number}", "2024-06-01", stage="signed"),
            ]
        )
    assert views.leaders(ledger, "2024").values.tolist() == [
        ["副市长(分管商务)", 1, 1, 2, False],
        ["副市长(分管工业)", 2, 3, 2, True],
    ]


def zones(ledger: Ledger) -> None:
    """三(二): at least 70 % of major projects and of land go to zones of provincial level or above."""
    levels = pd.DataFrame(
        {"zone": ["构造国家级园", "构造省级园", "构造镇园", "构造园"], "level": ["国家级", "省级", "镇级", None]}
    )
    for number, (zone, site) in enumerate(
        [("构造国家级园", 100.0), ("构造省级园", 40.0), ("构造镇园", 60.0), ("构造园", 10.0), (None, 5.0)]
    ):
        given = facts(number, site_mu=site) | ({"zone": zone} if zone else {})
        ledger.record_all(
            [
                act("entered", f"p{number}", "2024-01-02", **given),
                act("stage", f"p{number}", "2024-06-01", stage="signed"),
            ]
        )
    ledger.record_all(
        [
            act("entered", "small", "2024-01-02", **facts(9, investment_m=5.0, zone="构造镇园")),
            act("stage", "small", "2024-06-01", stage="signed"),
        ]
    )
    found = views.in_zones(ledger, levels, "2024-01-01", "2024-12-31").set_index("measure")
    assert found.loc["projects"].tolist() == [2, 1, 2, pytest.approx(2 / 3), 0.7, False]
    assert found.loc["site_mu"].tolist() == [140, 60, 15, 0.7, 0.7, True]
    assert found.loc["energy_tce"].tolist()[:3] == [0, 0, 0]


def biweekly(ledger: Ledger) -> None:
    """三(二): biweekly meetings."""
    ledger.record_all(
        [
            act("entered", "p1", "2024-01-02", **facts(1)),
            act("reported", "p1", "2024-05-28", place="桐乡市"),
            act("signing_filed", "p1", "2024-06-02", planned="2024-06-20"),
            act("entered", "p2", "2024-01-02", **facts(2, investment_m=20.0)),
            act("entered", "p3", "2024-06-20", **facts(3, investment_m=20.0)),
            act("entered", "p4", "2024-06-01", **facts(4)),
            act("stage", "p4", "2024-06-03", stage="signed"),
            act("entered", "p5", "2024-01-02", **facts(5)),
            act("stage", "p5", "2024-01-03", "外方退出", stage="ended"),
        ]
    )
    found = due.biweekly(ledger, "2024-06-25")
    assert found[["reason", "project_id"]].values.tolist() == [
        ["coordinated", "p1"],
        ["coordinated", "p4"],
        ["expiring", "p1"],
        ["stuck", "p1"],
        ["stuck", "p2"],
        ["flagged", "p4"],
        ["dossier", "p1"],
        ["dossier", "p4"],
    ]
    assert due.biweekly(ledger, "2024-06-10")["reason"].tolist().count("signing") == 1


def dossier(ledger: Ledger) -> None:
    """三(四): projects are assessed scientifically; a major one has argument, risk and decision on record."""
    ledger.record_all(
        [
            act("entered", "p1", "2024-01-02", **facts(1)),
            act("entered", "p2", "2024-01-02", **facts(2)),
            act("entered", "p3", "2024-01-02", **facts(3, investment_m=20.0)),
            act("recorded", "p1", "2024-02-01", "专家论证", record="argument"),
            act("recorded", "p1", "2024-02-05", "第二次论证", record="argument"),
            act("recorded", "p1", "2024-02-10", "风险评估", record="risk"),
        ]
    )
    found = due.dossier(ledger)
    assert found[["project_id", "argument", "risk", "lacking"]].astype(object).values.tolist()[0] == [
        "p1",
        "2024-02-05",
        "2024-02-10",
        "decision",
    ]
    assert found["lacking"].tolist() == ["decision", "argument;risk;decision"]
    ledger.record(act("recorded", "p1", "2024-02-20", "集体研究", record="decision"))
    assert due.dossier(ledger)["lacking"].isna().tolist() == [True, False]


VIEW_RULES = {"dossier": dossier, "assessment": assessment, "leaders": leaders, "zones": zones, "biweekly": biweekly}


@pytest.mark.parametrize("rule", VIEW_RULES)
def test_rule_does_what_its_paragraph_says(rule: str, ledger: Ledger) -> None:
    assert (VIEW_RULES[rule].__doc__ or "").split(":")[0] == RULES.sections[rule]["paragraph"]
    VIEW_RULES[rule](ledger)


@pytest.mark.parametrize("rule", VIEW_RULES)
def test_nothing_else_does_it_when_the_rule_is_taken_out(rule: str, tmp_path: Path) -> None:
    with (
        open_ledger(tmp_path / "l.db", RULES.without(rule), create=True) as ledger,
        pytest.raises((AssertionError, KeyError)),  # a view without its rule has no such rows or columns
    ):
        VIEW_RULES[rule](ledger)


def test_doubtful_pairs_are_shown_with_both_names(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db", RULES, create=True) as ledger:
        ledger.record_all(
            [
                act("entered", "p1", "2024-01-02", **facts(1, site="构造地块")),
                act("entered", "p2", "2024-01-03", **facts(2, site="构造地块")),
            ]
        )
        assert due.doubtful(ledger)[["project_id", "other_id", "reasons"]].values.tolist() == [["p2", "p1", "site"]]
        assert progress.board(ledger, TARGETS, "2024-01-04").doubtful == 1


@pytest.mark.parametrize("period", ["24", "2024-13", "2025-2021", "上半年"])
def test_a_period_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(LedgerError, match="period"):
        progress.bounds(period)


def fill(ledger: Ledger, count: int) -> None:
    """Ten thousand constructed projects, written straight into the derived tables: the board reads nothing else."""
    chance = random.Random(11)
    with ledger.transaction() as connection:
        for number in range(count):
            top = chance.randrange(5)
            days = {LADDER[step]: f"202{3 + step // 3}-{1 + chance.randrange(12):02d}-10" for step in range(top + 1)}
            given = facts(
                number,
                investment_m=float(chance.choice([30, 120, 800])),
                owner=f"构造部门{number % 12}",
                tiers=chance.choice(["listed", "global500"]),
                progress="已对接" * 20,
                chain_id=f"C{number % 10}",
                place=f"构造县{number % 9}",
            )
            state = Project(
                f"p{number:05d}",
                given,
                "2023-01-01",
                LADDER[top],
                days,
                last_number=number + 1,
                last_on="2024-01-01",
                payments=(("2024-05-05", 1.5),),
            )
            derived.keep_project(connection, state, ledger.rules)


@pytest.mark.slow
def test_the_board_of_ten_thousand_projects_takes_under_a_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules: Rules = RULES
    with open_ledger(tmp_path / "l.db", rules, create=True) as ledger:
        fill(ledger, 10_000)
        bare = "SELECT stage, count(*) FROM standing GROUP BY stage"  # the plainest there is

        def best(run: Callable[[], object], times: int = 7) -> float:
            spent = []
            for _ in range(times):
                start = time.perf_counter()
                run()
                spent.append(time.perf_counter() - start)
            return min(spent)

        plain = best(lambda: ledger.connection.execute(bare).fetchall())
        board = best(lambda: progress.board(ledger, TARGETS, "2024-07-01"))
        with capsys.disabled():
            print(f"\nboard {1000 * board:.0f} ms, bare aggregate {1000 * plain:.0f} ms, ratio {board / plain:.1f}")
        assert board < 1
        assert board / plain <= 5
        found = progress.board(ledger, TARGETS, "2024-07-01")
        recount = "SELECT landing, count(*), sum(stage = 'signed') FROM standing GROUP BY landing ORDER BY landing"
        assert found.stages[["landing", "projects", "signed"]].values.tolist() == [
            list(row) for row in ledger.connection.execute(recount)
        ]
        assert check_ledger(ledger)[0].what == "derived"  # filled without events: the check says so
