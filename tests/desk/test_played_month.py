"""A month played at the desk in a real browser: read, reviewed by keys, given out, merged, handed over, signed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from chaingraph.clock import today
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.views import stage_counts
from chaingraph.reading.example import load_example
from chaingraph.reading.read import read_case
from chaingraph.writers.case import write_case
from tests.browser_window import press, texts
from tests.desk_window import acted, go, ready
from tests.made_desk import Running, start_desk
from tests.made_ledger import RULES
from tests.made_work import filled_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNTIES = ("平湖市", "海宁市", "桐乡市", "嘉善县", "海盐县")
TEAMS = ("驻深圳组", "驻上海组")
READ, REVIEWED, GIVEN_OUT = 60, 40, 25
SAID, ON, STATUS, RESULT = "对接情况", "对接日期", "选址状态", "反馈结论"
TODAY = today()


def facts() -> str:
    names = ["".join(pair) for pair in product("华宏永盛科瑞金恒", "岭川腾达远丰泰昌")][:READ]
    said = "有限公司首班产能已经饱和，正在考察新的生产基地，选址尚未确定。"
    kinds = ("阀门", "电机", "轴承", "刀具", "模具", "线缆", "管件", "仪表", "泵业", "铸造")
    return "\n".join(f"{name}{kinds[number % 10]}{said}" for number, name in enumerate(names))


@pytest.fixture
def window(browser: Any, tmp_path: Path) -> Iterator[tuple[Any, Running]]:
    case = tmp_path / "case"
    write_case(load_example(), case, form="csv")
    running = start_desk(case, tmp_path / "state")
    metrics = {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(running.address)
    ready(browser)
    yield browser, running
    running.stop()
    browser.get("about:blank")


def clicked(browser: Any, selector: str) -> None:
    acted(browser, lambda: browser.find_element("css selector", selector).click())


def given(browser: Any, selector: str, value: str) -> None:
    field = browser.find_element("css selector", selector)
    browser.execute_script("arguments[0].value = arguments[1]", field, value)


def chosen(browser: Any, count: int) -> list[str]:
    boxes = browser.find_elements("css selector", "input[name='lead'][type='checkbox']")[:count]
    for box in boxes:
        box.click()
    return [box.get_attribute("value") for box in boxes]


def merged(browser: Any, running: Running, paths: list[Path]) -> str:
    go(browser, running, "/round")
    browser.find_element("css selector", "#files").send_keys("\n".join(map(str, paths)))
    clicked(browser, "#drop button")
    return " ".join(texts(browser, "main"))


def document(browser: Any, running: Running, kind: str) -> None:
    go(browser, running, "/papers")
    clicked(browser, f"form[action$='/papers/{kind}'] button")
    for _ in range(120):
        go(browser, running, "/papers")
        if not texts(browser, "[data-going]"):
            break
        time.sleep(1)
    assert not texts(browser, ".said-wrong")


def test_a_month_is_played(window: tuple[Any, Running], tmp_path: Path) -> None:
    browser, running = window
    go(browser, running, "/bring")
    given(browser, "#text", facts())
    given(browser, "#published", (date.fromisoformat(TODAY) - timedelta(days=3)).isoformat())
    clicked(browser, "form[action$='/bring/text'] button")
    assert len(texts(browser, ".facts > li")) == READ
    acted(browser, lambda: press(browser, "w"))

    began = time.perf_counter()
    for number in range(REVIEWED):
        acted(browser, lambda number=number: press(browser, "r" if number % 8 == 7 else "a"))  # type: ignore[misc] # bound
    acted(browser, lambda: press(browser, "w"))
    assert time.perf_counter() - began < 600  # by keys alone; thirty minutes are for reading the sentences
    reviews = read_case(running.case)["firm_signals"]["review"].value_counts()
    assert (reviews["accepted"], reviews["rejected"], reviews["pending"]) == (35, 5, READ - REVIEWED)

    go(browser, running, "/leads")
    taken = chosen(browser, GIVEN_OUT)
    clicked(browser, "form[action$='/leads/take'] button")
    assert len(taken) == GIVEN_OUT
    due = (date.fromisoformat(TODAY) + timedelta(days=7)).isoformat()
    for place, unit in enumerate((*COUNTIES, *TEAMS)):
        go(browser, running, "/round")
        given(browser, "#to", unit)
        given(browser, "#due", due)
        chosen(browser, 4 if place < 4 else 3)
        clicked(browser, "form[action$='/round/assign'] button")
    go(browser, running, f"/leads/{taken[0]}")  # a second unit is asked about the first lead
    other = "驻上海组"
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    given(browser, "#to", other)
    clicked(browser, "form[action$='/assign'] button")
    go(browser, running, "/round")
    clicked(browser, "form[action$='/round/write'] button")
    papers = running.case.with_name("case_文书")
    sent = {path.stem.partition("_")[2]: path for path in papers.rglob("分办_*.xlsx")}
    assert set(sent) == {*COUNTIES, *TEAMS}

    with open_ledger(running.case.with_name("case_ledger.db"), RULES) as ledger:
        found = {lead.lead_id: [each.to for each in lead.open_assignments] for lead in leads_in_work(ledger)}
    assert sum(map(len, found.values())) == GIVEN_OUT + 1
    first = next(unit for unit in found[taken[0]] if unit != other)

    def answers(unit: str, result: str) -> dict[str, dict[str, str]]:
        own = {lead for lead, units in found.items() if unit in units}
        return {lead: {SAID: f"{unit}已对接", ON: TODAY, STATUS: "未定", RESULT: result} for lead in own}

    back = [filled_in(sent[unit], tmp_path / "one", answers(unit, "有投资意向")) for unit in (*COUNTIES, "驻深圳组")]
    said = merged(browser, running, back)
    assert "各单位说法不一 0" in " ".join(said.split())
    differs = {lead: {**cells, RESULT: "暂无意向", STATUS: "已定外地"} for lead, cells in answers(other, "").items()}
    said = merged(browser, running, [*back, filled_in(sent[other], tmp_path / "two", differs)])
    assert first in said
    assert "各单位说法不一 2" in " ".join(said.split())
    go(browser, running, f"/leads/{taken[0]}")
    clicked(browser, "form[action$='/decide'] button")

    for lead in taken[1:4]:
        go(browser, running, f"/leads/{lead}")
        given(browser, "#place", "平湖市")
        browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
        clicked(browser, "form[action$='/hand-over'] button")
        assert "/projects/" in browser.current_url
    given(browser, "select[name='stage']", "signed")
    clicked(browser, "form[action$='/stage'] button")
    assert "签约" in " ".join(texts(browser, "h1"))

    for kind in ("week", "month", "talk"):
        document(browser, running, kind)
    with open_ledger(running.case.with_name("case_ledger.db"), RULES) as ledger:
        leads, projects = leads_in_work(ledger), ledger.projects()
    counts = stage_counts(leads)
    assert (len(leads), counts["handed_over"], counts["fed_back"]) == (GIVEN_OUT, 3, GIVEN_OUT - 3)
    assert sorted(project.stage for project in projects) == ["negotiating", "negotiating", "signed"]
    assert {path.suffix for path in papers.glob("*")} >= {".xlsx", ".docx"}
    assert [entry["message"] for entry in browser.get_log("browser")] == []
