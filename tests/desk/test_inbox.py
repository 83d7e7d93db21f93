"""What may be dropped, and what becomes of it: nothing is written before it was shown, everything is signed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from chaingraph.desk import inbox
from chaingraph.desk.desk import Desk, NotSetError, Page, Upload, Went
from chaingraph.desk.views.bringing import bring_files, bring_text, preview, take
from chaingraph.errors import ChaingraphError
from chaingraph.reading.read import read_case
from chaingraph.reading.unfinished import RECORD, versions_of
from tests.made_desk import NOW, OFFICE, TEXT, ask


def files_of(case: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in case.iterdir() if path.is_file()}


def shown(desk: Desk, token: str) -> list[inbox.Part]:
    page = preview(ask(desk), token)
    assert isinstance(page, Page)
    parts = page.values["parts"]
    assert isinstance(parts, list)
    return [part for part, _ in parts]


def dropped(desk: Desk, *uploads: Upload, **form: str) -> str:
    answer = bring_files(ask(desk, *uploads, **form))
    assert isinstance(answer, Went)
    return answer.to.rpartition("/")[2]


def pasted(desk: Desk, text: str = TEXT, **form: str) -> str:
    answer = bring_text(ask(desk, text=text, **form))
    assert isinstance(answer, Went)
    return answer.to.rpartition("/")[2]


def test_a_pasted_text_is_shown_before_it_is_taken_in(desk: Desk) -> None:
    before = files_of(desk.case)
    token = pasted(desk, link="https://example.org/1", published="2025-06-02")
    (part,) = shown(desk, token)
    assert files_of(desk.case) == before
    assert part.adds
    firms = [fact["firm"] for fact in part.facts]
    assert "构造甲电子有限公司" in firms
    assert all(fact["quote"] for fact in part.facts)
    assert {fact["address"] for fact in part.facts} == {"https://example.org/1"}


def test_texts_in_which_nothing_was_found_are_named(desk: Desk) -> None:
    token = dropped(desk, Upload("no_news.txt", "今天天气晴好,公园里游人如织。".encode()))
    (part,) = shown(desk, token)
    assert not part.adds
    assert any("no_news.txt" in line for line in part.lines)


def test_what_is_taken_in_waits_for_review_and_is_signed(desk: Desk) -> None:
    assert take(ask(desk), pasted(desk)) == Went("/review")
    signals = read_case(desk.case)["firm_signals"]
    assert (signals["review"] == "pending").sum() >= 2
    (version,) = versions_of(desk.case)
    record = json.loads((version / RECORD).read_text(encoding="utf-8"))
    assert (record["by"], record["at"], record["day"]) == (OFFICE, NOW, NOW[:10])
    assert inbox.all_waiting(ask(desk)) == []


def test_taking_the_same_text_in_again_adds_nothing(desk: Desk) -> None:
    take(ask(desk), pasted(desk, link="https://example.org/1"))
    held = files_of(desk.case)
    (part,) = shown(desk, pasted(desk, link="https://example.org/1"))
    assert not part.adds
    assert files_of(desk.case) == held


def test_two_texts_pasted_in_one_minute_are_two(desk: Desk) -> None:
    """A fact is known by the place it was read from; both texts begin alike."""
    take(ask(desk), pasted(desk))
    (part,) = shown(desk, pasted(desk, TEXT.replace("构造甲", "构造丙")))
    assert "构造丙电子有限公司" in [fact["firm"] for fact in part.facts]


def test_nobody_writes_who_has_not_said_who_they_are(desk: Desk) -> None:
    (desk.home / "settings.json").unlink()
    token = pasted(desk)
    before = files_of(desk.case)
    with pytest.raises(NotSetError, match="填写本单位名称"):
        take(ask(desk), token)
    assert files_of(desk.case) == before


def test_a_list_of_firms_is_recognised_and_counted(desk: Desk) -> None:
    table = "企业名称,统一社会信用代码,所属城市,经营范围\n构造新厂有限公司,91330400MA28A00014,嘉兴市,锂电池隔膜制造\n"
    (part,) = shown(desk, dropped(desk, Upload("登记.csv", table.encode("utf-8-sig"))))
    assert part.wrong == ""
    assert part.adds
    assert any("新增 1" in line for line in part.lines)
    assert part.columns


def test_what_only_a_person_decides_is_answered_on_the_page(desk: Desk) -> None:
    firm = read_case(desk.case)["firms"].dropna(subset=["city"]).iloc[0]
    table = f"企业名称,所在城市\n{firm['firm']},湖州市\n"
    token = dropped(desk, Upload("登记.csv", table.encode("utf-8-sig")))
    (part,) = shown(desk, token)
    (question,) = inbox.questions_of(ask(desk), part)
    assert (question["held"], question["firm"]) == (firm["city"], firm["firm"])
    take(ask(desk, **{str(question["field"]): "take"}), token)
    held = read_case(desk.case)["firms"].set_index("firm_id")
    assert held["city"][firm["firm_id"]] == question["given"]
    assert inbox.all_waiting(ask(desk)) == []  # nothing is left to ask


def test_what_is_not_answered_waits_in_the_inbox(desk: Desk) -> None:
    firm = read_case(desk.case)["firms"].dropna(subset=["city"]).iloc[0]
    table = f"企业名称,所在城市\n{firm['firm']},湖州市\n"
    token = dropped(desk, Upload("登记.csv", table.encode("utf-8-sig")))
    assert take(ask(desk), token) == Went(f"/bring/{token}")
    assert read_case(desk.case)["firms"].set_index("firm_id")["city"][firm["firm_id"]] == firm["city"]
    assert [held.token for held in inbox.all_waiting(ask(desk))] == [token]


def test_a_table_of_texts_is_read_as_texts(desk: Desk) -> None:
    table = f'标题,日期,正文\n消息,2025-06-02,"{TEXT}"\n'
    (part,) = shown(desk, dropped(desk, Upload("texts.csv", table.encode("utf-8-sig"))))
    assert part.facts


@pytest.mark.parametrize("name", ["a.exe", "a.html.exe", "a", "a.svg", ".csv.lnk", "a.py"])
def test_types_that_nobody_reads_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(ChaingraphError, match="不能读取这种类型的文件"):
        bring_files(ask(desk, Upload(name, b"x")))
    assert not (desk.home / "inbox").exists()


def test_too_many_too_large_and_none_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChaingraphError, match="没有选择文件"):
        bring_files(ask(desk))
    with pytest.raises(ChaingraphError, match="一次最多 20 个文件"):
        bring_files(ask(desk, *[Upload(f"{n}.txt", b"x") for n in range(21)]))
    monkeypatch.setattr(inbox, "MAX_FILE", 10)
    with pytest.raises(ChaingraphError, match="文件过大"):
        bring_files(ask(desk, Upload("a.txt", b"x" * 11)))


@pytest.mark.parametrize(
    "name",
    [
        "../../case/firms.csv",
        "..\\..\\case\\firms.csv",
        "/etc/cron.d/x.csv",
        "C:\\x\\firms.csv",
        "a\x00b/firms.csv",
        "a..csv",
    ],
)
def test_a_name_never_leads_out_of_the_inbox(desk: Desk, name: str) -> None:
    before = files_of(desk.case)
    token = dropped(desk, Upload(name, TEXT.encode()))
    held = inbox.waiting(ask(desk), token)
    (kept,) = held.files
    assert "/" not in kept
    assert "\\" not in kept
    place = (held.folder / kept).resolve()
    assert place.parent == (desk.home / "inbox" / token).resolve()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert files_of(desk.case) == before


@pytest.mark.parametrize("token", ["..", "../..", "0" * 16, "A" * 16, "about", ""])
def test_a_place_that_is_none_of_the_inbox_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(ChaingraphError, match="待处理文件中没有这一项"):
        preview(ask(desk), token)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "example.org", "http:// x"])
def test_a_link_leads_to_the_web(desk: Desk, link: str) -> None:
    with pytest.raises(ChaingraphError, match="出处链接应以"):
        pasted(desk, link=link)


def test_a_day_is_a_day(desk: Desk) -> None:
    with pytest.raises(ChaingraphError, match="不是日期"):
        pasted(desk, published="2025-13-01")
    with pytest.raises(ChaingraphError, match="没有文本"):
        pasted(desk, "  \n ")
