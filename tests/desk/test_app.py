"""The application behind the guard: its addresses, what it answers to errors, what it leaves out."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from chaingraph.desk.app import make_app
from chaingraph.desk.desk import Desk
from chaingraph.desk.home import Door
from chaingraph.desk.routes import ROUTES, TABS
from chaingraph.labels import entries

DOOR = Door(4000, "place", "secret")
HEADERS = {"Host": "127.0.0.1:4000", "Cookie": "chaingraph_desk=secret", "Origin": "http://127.0.0.1:4000"}


def test_every_sentence_that_a_page_asks_for_is_there() -> None:
    held = entries("desk", "zh")
    templates = sorted((files("chaingraph") / "library" / "desk").iterdir(), key=lambda part: part.name)
    pages = {part.name: part.read_text(encoding="utf-8") for part in templates if part.name.endswith(".html")}
    asked = {(name, key) for name, page in pages.items() for key in re.findall(r"say\('(\w+)'(?! ~)", page)}
    assert len(asked) > 100
    assert sorted(pair for pair in asked if pair[1] not in held) == []


def test_what_changes_anything_is_posted() -> None:
    rules = [(method, rule) for method, rule, _ in ROUTES]
    assert len(rules) == len(set(rules))
    assert {method for method, _ in rules} == {"GET", "POST"}
    shown = {rule.strip("/").partition("/")[0] for method, rule in rules if method == "GET"}
    assert set(TABS) - {"today"} <= shown


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("rule", [rule for method, rule, _ in ROUTES if method == "GET" and "<" not in rule])
def test_every_view_answers_in_both_languages(desk: Desk, rule: str, lang: str) -> None:
    pytest.importorskip("flask", reason="the extra desk is not installed")
    desk.choose(lang=lang)
    answer = make_app(desk, DOOR).test_client(use_cookies=False).get(f"/place{rule}", headers=HEADERS)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page
    assert page.count("<h1") == 1
    assert "undefined" not in page
    assert "style=" not in page
    assert " onclick" not in page


def test_an_error_is_told_on_the_page_it_came_from(desk: Desk) -> None:
    pytest.importorskip("flask", reason="the extra desk is not installed")
    client = make_app(desk, DOOR).test_client(use_cookies=False)
    answer = client.post("/place/bring/text", headers=HEADERS, data={"text": " ", "back": "/bring"})
    assert (answer.status_code, answer.location) == (303, "/place/bring")
    assert "没有文本" in client.get("/place/bring", headers=HEADERS).get_data(as_text=True)
    assert "没有文本" not in client.get("/place/bring", headers=HEADERS).get_data(as_text=True)


def test_a_view_without_an_office_leads_to_the_form(desk: Desk) -> None:
    pytest.importorskip("flask", reason="the extra desk is not installed")
    (desk.home / "settings.json").unlink()
    answer = make_app(desk, DOOR).test_client(use_cookies=False).post("/place/review/write", headers=HEADERS, data={})
    assert answer.location == "/place/settings"


def test_a_body_that_is_too_large_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask", reason="the extra desk is not installed")
    monkeypatch.setattr("chaingraph.desk.app.MAX_BODY", 1000)
    answer = (
        make_app(desk, DOOR)
        .test_client(use_cookies=False)
        .post("/place/bring/text", headers=HEADERS, data={"text": "x" * 2000})
    )
    assert answer.status_code == 413
    assert "过大" in answer.get_data(as_text=True)
