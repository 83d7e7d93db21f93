"""Who is let in: nobody from another page, host, user or address, and nothing is loaded or sent elsewhere."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chaingraph.desk.guard import refusal
from chaingraph.desk.home import Door, desk_home, former_door, keep_door, new_door
from tests.made_desk import Running

DOOR = Door(4000, "place", "secret")
OWN = {"host": "127.0.0.1:4000", "origin": "http://127.0.0.1:4000"}


def judged(method: str = "GET", path: str = "/place/", cookie: str = "secret", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal(DOOR, method, path, {**OWN, **named}, cookie)


def test_the_desk_s_own_pages_are_let_in() -> None:
    assert judged() == 0
    assert judged(sec_fetch_site="same-origin") == 0
    assert judged("POST", sec_fetch_site="same-origin") == 0
    assert judged(path="/place/open/secret", cookie="", sec_fetch_site="cross-site") == 0


@pytest.mark.parametrize("host", ["localhost:4000", "desk.example:4000", "127.0.0.1", "127.0.0.1:4001", "0.0.0.0:4000"])
def test_a_name_that_was_turned_to_this_machine_is_refused(host: str) -> None:
    assert judged(host=host) == 421
    assert judged("POST", host=host, origin=f"http://{host}") == 421


def test_without_the_secret_nothing_is_there() -> None:
    assert judged(path="/", cookie="secret") == 404
    assert judged(path="/plac/review") == 404
    assert judged(cookie="") == 403
    assert judged(cookie="secre") == 403
    assert judged(path="/place/open/wrong", cookie="") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_another_page_is_refused(site: str) -> None:
    """same-site is another port of this machine: another program."""
    assert judged(sec_fetch_site=site) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:4001"},
        {"origin": "http://localhost:4000"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site"},
    ],
)
def test_only_a_page_of_the_desk_changes_anything(headers: dict[str, str]) -> None:
    assert judged("POST", **headers) == 403


def test_other_methods_are_refused() -> None:
    assert {judged(method) for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "TRACE")} == {405}


def test_secrets_differ_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    home = desk_home(tmp_path / "case", {"XDG_STATE_HOME": str(tmp_path)})
    door = new_door(4000)
    page = keep_door(home, door)
    assert former_door(home) == door
    assert door.address in page.read_text(encoding="utf-8")
    assert len({new_door(1).secret for _ in range(50)} | {new_door(1).place for _ in range(50)}) == 100
    assert len(door.secret) > 40
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (home, page, home / "door.json")]
    assert modes == [0o700, 0o600, 0o600]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"port": "1"}', '{"port": 1, "place": "", "secret": ""}'])
def test_a_door_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "door.json").write_text(content, encoding="utf-8")
    assert former_door(tmp_path) is None


@pytest.mark.long
def test_the_cookie_is_of_this_desk_and_this_page_alone(running: Running) -> None:
    path = running.address.removeprefix(running.origin)
    status, headers, body = running.ask("GET", path, headers={"Cookie": None})
    assert status == 200
    parts = {part.strip() for part in headers["set-cookie"].split(";")[1:]}
    assert parts == {"HttpOnly", f"Path={running.own}/", "SameSite=Strict"}
    assert running.cookie not in body
    assert headers["refresh"] == f"0; url={running.own}/"


@pytest.mark.long
def test_every_answer_forbids_all_but_its_own(running: Running) -> None:
    for path in ("/", "/review", "/desk.js", "/alive", "/nowhere"):
        _, headers, _ = running.get(path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert set(policy.split()) & {"*", "http:", "https:", "data:;"} <= {"data:;"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers or "waitress" not in headers["server"]


@pytest.mark.long
def test_over_the_wire(running: Running) -> None:
    assert running.get("/")[0] == 200
    assert running.get("/", Cookie=None)[0] == 403  # another user of the machine
    assert running.get("/", Host=f"evil.example:{running.port}")[0] == 421
    assert running.get("/", Sec_Fetch_Site="cross-site")[0] == 403
    assert running.ask("GET", "/")[0] == 404
    assert running.ask("GET", "/review")[0] == 404
    assert running.ask("GET", f"{running.own}/open/{'x' * 43}", headers={"Cookie": None})[0] == 403
    assert running.post("/language", {"lang": "en"}, Origin="https://example.org")[0] == 403
    assert running.post("/language", {"lang": "en"}, Origin=None)[0] == 403
    assert running.post("/language", {"lang": "en"}, Sec_Fetch_Site="same-site")[0] == 403
    assert 'lang="zh-CN"' in running.get("/")[2]  # none of them changed anything


@pytest.mark.long
@pytest.mark.parametrize("back", ["//example.org", "https://example.org", "/\\example.org", "\r\nX: 1", "/review"])
def test_no_answer_leads_away(running: Running, back: str) -> None:
    status, headers, _ = running.post("/language", {"lang": "zh", "back": back})
    assert status == 303
    assert headers["location"].startswith(f"{running.own}/")
    status, headers, _ = running.post("/review/decide", {"signal_id": "s-no", "decision": "accept", "back": back})
    assert status == 303
    assert headers["location"].startswith(f"{running.own}/")
