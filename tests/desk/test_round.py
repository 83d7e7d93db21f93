"""A round at the desk: leads given out, a workbook each, what comes back recorded once, differences decided."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from chaingraph.desk.desk import Desk, Grid, Page, Sent, Upload, Went
from chaingraph.desk.log import opened
from chaingraph.desk.views import leads, papers, round
from chaingraph.errors import ChaingraphError
from chaingraph.ledger.work.log import lead_in_work
from tests.made_desk import OFFICE, ask
from tests.made_work import act, filled_in

LEADS = ("s-1", "s-2", "s-3")
RESULT, STATUS, SAID, ON = "反馈结论", "选址状态", "对接情况", "对接日期"


def values(answer: object) -> Mapping[str, object]:
    assert isinstance(answer, Page)
    return answer.values


def rows(answer: object, name: str) -> Grid:
    found = values(answer)[name]
    assert isinstance(found, Grid)
    return found


@pytest.fixture
def out(desk: Desk) -> Desk:
    """Three leads in work, two units asked about the first."""
    with opened(ask(desk), create=True) as ledger:
        for name in LEADS:
            act(ledger, "taken", {"firm": f"构造{name}有限公司", "said": "拟建第二工厂"}, lead=name, at="2025-06-10")
    round.assign(ask(desk, lead="s-1\ns-2", to="平湖市", due="2025-06-19"))
    round.assign(ask(desk, lead="s-1", to="驻深圳组", due="2025-06-19"))
    return desk


def written(desk: Desk) -> dict[str, Path]:
    assert round.write(ask(desk)) == Went("/round")
    found = {path.stem.partition("_")[2]: path for path in desk.papers.rglob("*.xlsx")}
    assert set(found) == {"平湖市", "驻深圳组"}
    return found


def returned(desk: Desk, *paths: Path) -> object:
    return round.merge(ask(desk, *[Upload(path.name, path.read_bytes()) for path in paths]))


def test_what_waits_to_be_given_out_is_shown_and_given(out: Desk) -> None:
    shown = values(round.look(ask(out)))
    free, units = shown["free"], shown["units"]
    assert isinstance(free, list)
    assert [row["lead_id"] for row in free] == ["s-3"]
    assert units == [("平湖市", 2, 0), ("驻深圳组", 1, 0)]
    with opened(ask(out)) as ledger:
        assert lead_in_work(ledger, "s-1").stage == "assigned"
    for form in ({"lead": "s-3", "to": ""}, {"lead": "", "to": "平湖市"}):
        with pytest.raises(ChaingraphError, match="请选择线索"):
            round.assign(ask(out, due="2025-06-19", **form))


def test_files_are_served_from_the_folder_of_papers_alone(out: Desk) -> None:
    path = written(out)["平湖市"]
    name = path.relative_to(out.papers).as_posix()
    sent = papers.paper(ask(out), name)
    assert isinstance(sent, Sent)
    assert (sent.content, sent.name) == (path.read_bytes(), "分办_平湖市.xlsx")
    for wrong in ("../ledger.db", "/etc/passwd", "", "分办", f"../papers/{name}"):
        with pytest.raises(ChaingraphError, match="没有文件"):
            papers.paper(ask(out), wrong)


def test_what_comes_back_is_recorded_once_and_differences_are_decided(out: Desk, tmp_path: Path) -> None:
    sent = written(out)
    contact = {ON: "2025-06-11", SAID: "有意向"}
    said = {
        "平湖市": {"s-1": {STATUS: "比选", RESULT: "有投资意向", **contact}},
        "驻深圳组": {"s-1": {STATUS: "已定外地", RESULT: "暂无意向", **contact}},
    }
    paths = [filled_in(sent[unit], tmp_path / "back", cells) for unit, cells in said.items()]
    assert rows(returned(out, *paths), "conflicts").links == ["/leads/s-1"] * 4
    counts = values(returned(out, *paths))["counts"]
    assert isinstance(counts, list)
    assert all(name not in ("对接", "反馈") for name, _ in counts)  # the second time changes nothing
    leads.act(ask(out, field="site_status", unit="平湖市", why="以平湖市为准"), "s-1", "decide")
    with opened(ask(out)) as ledger:
        lead = lead_in_work(ledger, "s-1")
    assert lead.facts["site_status"] == "comparing"
    assert set(lead.conflicts) == {"result"}
    assert OFFICE not in lead.feedback
    assert any(path.name.startswith("回收结果") for path in out.papers.rglob("*.xlsx"))


def test_a_file_that_is_no_sheet_is_told_and_nothing_is_recorded(out: Desk) -> None:
    found = rows(round.merge(ask(out, Upload("x.csv", b"a,b\n1,2\n"))), "rows")
    assert len(found.rows) == 1
    with opened(ask(out)) as ledger:
        assert lead_in_work(ledger, "s-1").stage == "assigned"
