"""Facts past a person: each decision is kept at once, all are written as one version, and can be taken back."""

from __future__ import annotations

import json

import pytest

from chaingraph.desk import decisions
from chaingraph.desk.desk import Desk, Page, Went
from chaingraph.desk.views import history, reviewing, settings, today
from chaingraph.desk.views.bringing import bring_text, take
from chaingraph.errors import ChaingraphError
from chaingraph.reading.read import read_case
from chaingraph.reading.unfinished import RECORD, versions_of
from tests.made_desk import NOW, OFFICE, TEXT, ask


@pytest.fixture
def read_in(desk: Desk) -> Desk:
    answer = bring_text(ask(desk, text=TEXT, published="2025-06-02"))
    assert isinstance(answer, Went)
    take(ask(desk), answer.to.rpartition("/")[2])
    return desk


def facts(desk: Desk) -> list[str]:
    signals = read_case(desk.case)["firm_signals"]
    rows = ask(desk).case["firms"].set_index("firm_id")["firm"]
    waiting = signals[signals["review"] == "pending"]
    return sorted(waiting["signal_id"], key=lambda name: str(rows[waiting.set_index("signal_id")["firm_id"][name]]))


def values(desk: Desk, **args: str) -> dict[str, object]:
    page = reviewing.review(ask(desk, **args))
    assert isinstance(page, Page)
    return dict(page.values)


def test_the_sentence_stands_beside_the_fact(read_in: Desk) -> None:
    fact = values(read_in)["fact"]
    assert isinstance(fact, dict)
    assert fact["firm"] in TEXT
    assert str(fact["quote"])[:10] in TEXT


def test_a_decision_is_kept_and_the_next_fact_is_shown(read_in: Desk) -> None:
    one, two, *_ = facts(read_in)
    answer = reviewing.decide_fact(ask(read_in, signal_id=one, decision="accept"))
    assert answer == Went(f"/review?at={two}")
    assert decisions.decided(read_in)[one] == {"signal_id": one, "decision": "accept", "by": OFFICE, "at": NOW}
    assert (read_case(read_in.case)["firm_signals"]["review"] == "pending").sum() == len(facts(read_in))
    assert values(read_in)["waiting"] == 1


def test_decisions_are_written_as_one_signed_version(read_in: Desk) -> None:
    one, two, *rest = facts(read_in)
    reviewing.decide_fact(ask(read_in, signal_id=one, decision="accept"))
    reviewing.decide_fact(ask(read_in, signal_id=two, decision="reject"))
    reviewing.write_decisions(ask(read_in))
    held = read_case(read_in.case)["firm_signals"].set_index("signal_id")["review"]
    assert (held[one], held[two]) == ("accepted", "rejected")
    assert [held[name] for name in rest] == ["pending"] * len(rest)
    record = json.loads((versions_of(read_in.case)[-1] / RECORD).read_text(encoding="utf-8"))
    assert (record["by"], record["at"], record["changed"]) == (OFFICE, NOW, "研判 2 条")
    assert decisions.decided(read_in) == {}


def test_a_correction_is_written_with_its_cells(read_in: Desk) -> None:
    one = facts(read_in)[0]
    answer = reviewing.decide_fact(
        ask(read_in, signal_id=one, decision="correct", site_status="comparing", place="苏州", amount_cny_m="120")
    )
    assert isinstance(answer, Went)
    reviewing.write_decisions(ask(read_in))
    row = read_case(read_in.case)["firm_signals"].set_index("signal_id").loc[one]
    assert (row["review"], row["site_status"], row["place"]) == ("corrected", "comparing", "苏州")
    assert row["amount_cny_m"] == 120


def test_a_correction_that_cannot_be_used_is_said_and_not_kept(read_in: Desk) -> None:
    one = facts(read_in)[0]
    answer = reviewing.decide_fact(ask(read_in, signal_id=one, decision="correct", amount_cny_m="很多"))
    assert answer == Went(f"/review?at={one}")
    assert [kind for kind, _ in read_in.said][-1:] == ["wrong"]
    assert decisions.decided(read_in) == {}


def test_a_decision_is_taken_back_before_it_is_written(read_in: Desk) -> None:
    one = facts(read_in)[0]
    reviewing.decide_fact(ask(read_in, signal_id=one, decision="reject"))
    assert reviewing.take_back(ask(read_in, signal_id=one)) == Went(f"/review?at={one}")
    assert decisions.decided(read_in) == {}


def test_half_a_line_of_somebody_killed_is_no_decision(read_in: Desk) -> None:
    one, two, *_ = facts(read_in)
    reviewing.decide_fact(ask(read_in, signal_id=one, decision="accept"))
    with (read_in.home / "decisions.jsonl").open("a", encoding="utf-8") as file:
        file.write(f'{{"signal_id": "{two}", "deci')
    assert list(decisions.decided(read_in)) == [one]


def test_writing_again_after_a_kill_changes_nothing(read_in: Desk) -> None:
    one = facts(read_in)[0]
    reviewing.decide_fact(ask(read_in, signal_id=one, decision="accept"))
    kept = (read_in.home / "decisions.jsonl").read_bytes()
    reviewing.write_decisions(ask(read_in))
    (read_in.home / "decisions.jsonl").write_bytes(kept)  # killed between the case and the desk
    count = len(versions_of(read_in.case))
    reviewing.write_decisions(ask(read_in))
    assert len(versions_of(read_in.case)) == count


def test_a_fact_that_waits_no_longer_is_refused(read_in: Desk) -> None:
    with pytest.raises(ChaingraphError, match="已不在待研判之列"):
        reviewing.decide_fact(ask(read_in, signal_id="s-none", decision="accept"))
    with pytest.raises(ChaingraphError, match="已不在待研判之列"):
        reviewing.decide_fact(ask(read_in, signal_id=facts(read_in)[0], decision="maybe"))


def test_the_last_change_is_taken_back_and_no_other(read_in: Desk) -> None:
    before = (read_in.case / "firm_signals.csv").read_bytes()
    reviewing.decide_fact(ask(read_in, signal_id=facts(read_in)[0], decision="accept"))
    reviewing.write_decisions(ask(read_in))
    first, last = [version.name for version in versions_of(read_in.case)]
    with pytest.raises(ChaingraphError, match="只能撤销最近一次"):
        history.undo(ask(read_in, version=first))
    assert history.undo(ask(read_in, version=last)) == Went("/history")
    assert (read_in.case / "firm_signals.csv").read_bytes() == before
    page = history.history(ask(read_in))
    assert isinstance(page, Page)
    assert page.values["last"] == first


def test_a_version_shows_its_cells(read_in: Desk) -> None:
    (name,) = [version.name for version in versions_of(read_in.case)]
    page = history.one_version(ask(read_in), name)
    assert isinstance(page, Page)
    cells = page.values["cells"]
    assert isinstance(cells, list)
    assert any("firm_signals" in row for row in cells)
    with pytest.raises(ChaingraphError, match="没有变更"):
        history.one_version(ask(read_in), "../case")


def test_the_first_page_counts_what_waits(read_in: Desk) -> None:
    page = today.today(ask(read_in))
    assert isinstance(page, Page)
    assert (page.values["pending"], page.values["decided"]) == (len(facts(read_in)), 0)


def test_who_sits_here_is_an_office_and_the_region_is_known(desk: Desk) -> None:
    assert settings.choose(ask(desk, office="平湖市投促局", region="平湖")) == Went("/")
    assert ask(desk).signed["by"] == "平湖市投促局"
    assert ask(desk).region == "平湖"
    with pytest.raises(ChaingraphError, match="英文名称只用英文字母"):
        settings.choose(ask(desk, office="平湖市投促局", office_en="平湖", region="平湖"))
    with pytest.raises(ChaingraphError, match="请先填写本单位"):
        settings.choose(ask(desk, office=" ", region="平湖"))
    with pytest.raises(ChaingraphError):
        settings.choose(ask(desk, office="x", region="没有这个地方"))
    assert ask(desk).region == "平湖"
