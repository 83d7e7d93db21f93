"""Documents at the desk: the commands that are typed elsewhere, signed, kept beside the case."""

from __future__ import annotations

import time

import pytest

from chaingraph.desk import runs
from chaingraph.desk.desk import Desk, Page, Went
from chaingraph.desk.log import opened
from chaingraph.desk.views import papers, settings
from chaingraph.errors import ChaingraphError
from tests.made_desk import ask
from tests.made_work import act


def made(desk: Desk, kind: str, **form: str) -> runs.Work:
    assert papers.make(ask(desk, **form), kind) == Went("/papers")
    for _ in range(900):
        work = runs.work_of(desk, "document")
        if work is not None and not work.going:
            return work
        time.sleep(0.1)
    raise AssertionError(kind)


@pytest.mark.long
def test_documents_are_made_and_listed(desk: Desk) -> None:
    with opened(ask(desk), create=True) as ledger:
        act(ledger, "taken", {"firm": "构造甲有限公司", "said": "拟建第二工厂"}, lead="--help", at="2025-06-10")
    for kind, form in (
        ("week", {}),
        ("month", {"month": "2025-06"}),
        ("talk", {"lead": "--help"}),
        ("first-report", {"lead": "--help", "place": "平湖市"}),
    ):
        done = made(desk, kind, **form)
        assert done.code == 0, done.said
    assert papers.papers(ask(desk)) == sorted(
        ["本周调度表_2025-06-12.xlsx", "月报_2025-06.docx", "会见谈参_构造甲有限公司_2025-06-12.docx",
         "首报登记表_构造甲有限公司_2025-06-12.docx"]
    )  # fmt: skip
    page = papers.look(ask(desk))
    assert isinstance(page, Page)
    assert page.values["leads"] == [("--help", "构造甲有限公司")]


def test_what_cannot_be_made_is_said(desk: Desk) -> None:
    with pytest.raises(ChaingraphError, match="尚无台账"):
        papers.make(ask(desk), "week")
    with pytest.raises(ChaingraphError, match="没有这项操作"):
        papers.make(ask(desk), "shell")
    with opened(ask(desk), create=True), pytest.raises(ChaingraphError):
        papers.make(ask(desk, lead="none"), "talk")


def test_a_paper_for_investors_bears_the_offices_english_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for where the office's name is; without one the command says that it is to be added."""
    begun: list[list[str]] = []
    monkeypatch.setattr(runs, "begin", lambda _desk, _kind, command: begun.append(command))
    settings.choose(ask(desk, office="平湖市投促局", region="平湖", office_en="Pinghu Investment Office"))
    papers.make(ask(desk, chain="PV", language="en"), "investor")
    settings.choose(ask(desk, office="平湖市投促局", region="平湖"))
    papers.make(ask(desk, chain="PV", language="en"), "investor")
    named, bare = begun
    assert named[named.index("--office-en") + 1] == "Pinghu Investment Office"
    assert "--office-en" not in bare
