"""Chain offices, factors, key firms and who introduces; broken-down targets. Every firm and office is constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.errors import UnknownNameError
from chaingraph.ledger import progress
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.lists import chain_office
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.rules import load_rules, read_rules
from chaingraph.ledger.store import Ledger
from chaingraph.model.case import empty_table
from chaingraph.model.schema import TABLES
from chaingraph.writers.ledger import VIEWS
from chaingraph.writers.ledger.frames import parts
from chaingraph.writers.ledger.page import write_ledger_page, write_offices_page
from chaingraph.writers.ledger.workbook import write_ledger_workbook
from tests.shared_data import FROZEN

RULES = load_rules("jiaxing")
OFFICE = "构造投促局"


def rows(table: str, *given: dict[str, object]) -> pd.DataFrame:
    empty = empty_table(table)
    return pd.DataFrame(list(given)).reindex(columns=empty.columns).astype(empty.dtypes.to_dict())


@pytest.fixture
def case() -> dict[str, pd.DataFrame]:
    firms = [
        ("F1", "构造甲有限公司", "德国", "慕尼黑"),
        ("F2", "构造乙有限公司", "德国", "柏林"),
        ("L1", "构造链主有限公司", "中国", "嘉兴"),
    ]
    return {name: empty_table(name) for name in TABLES} | {
        "chains": rows("chains", {"chain_id": "PV", "chain": "构造光伏"}, {"chain_id": "HY", "chain": "构造氢能"}),
        "firms": rows(
            "firms",
            *({"firm_id": key, "firm": firm, "country": country, "city": city} for key, firm, country, city in firms),
        ),
        "chain_offices": rows(
            "chain_offices",
            {"chain_id": "PV", "lead_post": "副市长", "department": "市经信局", "leader_firms": "L1"},
            {"department": "市发改委"},
        ),
        "chain_events": rows(
            "chain_events",
            {"chain_id": "PV", "event": "构造对接会", "date": "2024-05-01", "place": "上海"},
            {"chain_id": "PV", "event": "构造推介会", "date": "2024-09-01"},
            {"event": "构造招商周", "date": "2024-07-01"},
        ),
        "introducers": rows(
            "introducers",
            {"introducer": "构造商会", "kind": "chamber", "country": "德国"},
            {"introducer": "构造中介", "kind": "intermediary", "knows_id": "F1"},
            {"introducer": "构造办事处", "kind": "office", "city": "柏林", "country": "德国"},
        ),
        "outreach": rows(
            "outreach", {"kind": "overseas_office", "place": "德国"}, {"kind": "fdi_stock", "place": "德国"}
        ),
        "key_firms": rows("key_firms", {"firm_id": "F1", "lead_post": "市长", "office": "市商务局"}, {"firm_id": "F2"}),
        "targets": rows("targets", {"indicator": "总投资超亿美元项目", "unit": "个", "period": "2024", "target": 10.0}),
        "place_targets": rows(
            "place_targets",
            *(
                {
                    "of": of,
                    "name": name,
                    "indicator": "总投资超亿美元项目",
                    "unit": "个",
                    "period": "2024",
                    "target": target,
                }
                for of, name, target in [("owner", "市商务局", 4.0), ("place", "平湖市", 2.0), ("place", "桐乡市", 4.0)]
            ),
        ),
    }


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "l.db", RULES.without("duplicates"), create=True) as opened:
        given = [
            (
                "p1",
                "平湖市",
                {"chain_id": "PV", "firm_id": "F1", "site_mu": 120.0, "energy_tce": 5000.0, "secured": "site"},
            ),
            ("p2", "平湖市", {"chain_id": "构造光伏", "site_mu": 80.0}),
            ("p3", "桐乡市", {"chain_id": "HY"}),
            ("p4", "平湖市", {"chain_id": "PV", "emission_t": 3.0}),
        ]
        for number, (project, place, more) in enumerate(given):
            facts = {
                "project": f"构造{number}",
                "investor": f"构造投资{number}有限公司",
                "place": place,
                "owner": "市商务局",
                "capital": "foreign",
                "investment_m": 150.0,
                "currency": "USD",
                "constructed": True,
            } | more
            opened.record(Act("entered", project, "2024-01-02", OFFICE, "", facts))
        for project in ("p1", "p2", "p3"):
            opened.record(Act("stage", project, "2024-03-10", OFFICE, "", {"stage": "signed"}))
        opened.record(Act("stage", "p4", "2024-03-11", OFFICE, "外方退出", {"stage": "ended"}))
        yield opened


def test_one_row_per_chain_with_who_answers_for_it(ledger: Ledger, case: dict[str, pd.DataFrame]) -> None:
    found = chain_office.offices(ledger, case, "2024-06-01").set_index("chain_id")
    solar, hydrogen = found.loc["PV"], found.loc["HY"]
    assert solar[["lead_post", "department", "leader_firms"]].tolist() == ["副市长", "市经信局", "构造链主有限公司"]
    assert solar[["negotiating", "signed", "usd_m"]].tolist() == [0, 2, 300.0]  # by id and by name; p4 has ended
    assert solar[["site_mu", "site_mu_open", "energy_tce", "energy_tce_open"]].tolist() == [200.0, 80.0, 5000.0, 5000.0]
    assert pd.isna(solar["emission_t"])
    assert solar[["last_event", "next_event"]].tolist() == ["2024-05-01 构造对接会", "2024-07-01 构造招商周"]
    assert pd.isna(hydrogen["lead_post"])
    assert hydrogen["signed"] == 1
    assert pd.isna(hydrogen["site_mu"])  # not stated is not 0
    needs = chain_office.factors(ledger)
    assert needs[["project_id", "lacking"]].values.tolist() == [["p1", "energy"], ["p2", "site"]]
    assert chain_office.factors(ledger, ("HY",)).empty


def test_key_firms_one_to_one_and_the_doors_to_them(ledger: Ledger, case: dict[str, pd.DataFrame]) -> None:
    found = chain_office.key_firms(ledger, case, "2024-06-01").set_index("firm_id")
    assert found.loc["F1", ["lead_post", "ledger_project", "ledger_stage", "unattended"]].tolist() == [
        "市长",
        "p1",
        "signed",
        False,
    ]
    assert found.loc["F2", "unattended"]
    assert pd.isna(found.loc["F2", "ledger_project"])
    assert found["introducers"].tolist() == ["构造中介;德国;构造商会", "构造办事处;德国;构造商会"]
    doors = chain_office.introductions(case, case["firms"])
    assert doors.values.tolist()[0] == ["F1", "构造甲有限公司", "构造中介", "intermediary", "named"]
    assert "L1" not in set(doors["firm_id"])
    assert "fdi_stock" not in set(doors["kind"])  # a statistic opens no door


def test_counties_and_departments_against_their_own_targets(ledger: Ledger, case: dict[str, pd.DataFrame]) -> None:
    found = progress.broken_down(ledger, case["place_targets"], "2024-07-01")
    assert found[["name", "actual", "completion", "pace", "at_line"]].values.tolist() == [
        ["平湖市", 2.0, 1.0, 2.0, True],
        ["桐乡市", 1.0, 0.25, 0.5, False],
        ["市商务局", 3.0, 0.75, 1.5, True],
    ]
    assert progress.broken_down(ledger, case["place_targets"].iloc[:0], "2024-07-01").empty
    board = progress.board(ledger, case["targets"], "2024-07-01", place_targets=case["place_targets"])
    assert board.places[["name", "completion", "bonus", "points", "rank"]].values.tolist() == [
        ["平湖市", 1.0, 0.0, 15.0, 1],
        ["桐乡市", 0.25, 0.0, 3.75, 2],
    ]
    assert board.departments["points"].tolist() == [7.5]
    assert progress.board(ledger, case["targets"], "2024-07-01").places["points"].isna().all()


def with_bonus(**bonus: object) -> object:
    sections = dict(RULES.without("duplicates").sections)
    sections["assessment"] = {**sections["assessment"], "bonus": [{"indicator": "总投资超亿美元项目"} | bonus]}
    return read_rules(sections)


def test_a_bonus_for_what_exceeds_a_target_up_to_its_most(
    ledger: Ledger, case: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    low = case["place_targets"].assign(target=1.0)
    path = ledger.path
    for bonus, points in (({"each": 0.4, "most": 3.0}, 15.4), ({"each": 9, "most": 3.0}, 18.0)):
        with open_ledger(path, with_bonus(**bonus)) as opened:
            board = progress.board(opened, case["targets"], "2024-07-01", place_targets=low)
            assert board.places.set_index("name")["points"].to_dict() == pytest.approx(
                {"平湖市": points, "桐乡市": 15.0}
            )
    with pytest.raises(UnknownNameError, match="bonus"):
        with_bonus(each=-1, most=3)
    with pytest.raises(UnknownNameError, match="bonus"):
        with_bonus(each=1)


def test_all_of_it_stands_in_the_tables_of_workbook_and_page(
    ledger: Ledger, case: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    for lang, chain in (("zh", "产业链"), ("en", "Chain")):
        shown = {part.key: part.table for part in parts(ledger, case, "2024-06-01", lang)}
        assert tuple(shown) == VIEWS  # what can be asked for is what there is
        assert set(shown["signed"][chain]) == {"构造光伏", "构造氢能"}  # never an id
        assert not any(re.search(r"[a-z]_[a-z]", str(name)) for table in shown.values() for name in table.columns)
    write_offices_page(ledger, case, tmp_path / "o.html", as_of="2024-06-01")
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert page.count('class="starts"') == 3  # two chains, the key firms
    assert "break-before: page" in page
    assert "<dt>链长(职务)</dt><dd>副市长</dd>" in page
    assert "<dt>链长(职务)</dt><dd>底库未写明</dd>" in page  # the other chain
    assert "副市长" in page
    write_ledger_page(ledger, case, tmp_path / "l.html", as_of="2024-06-01")
    whole = (tmp_path / "l.html").read_text(encoding="utf-8")
    assert "分解目标进度" in whole
    assert "实际利用外资(百万美元)" in whole
    write_ledger_page(ledger, case, tmp_path / "m.html", as_of="2024-06-01", only=["due"])
    meeting = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert meeting.count("<section") == 1
    assert "双周例会" in meeting
    for write, name in ((write_ledger_page, "n.html"), (write_ledger_workbook, "n.xlsx")):
        with pytest.raises(UnknownNameError, match="the ledger has no table dues; choose: due, "):
            write(ledger, case, tmp_path / name, as_of="2024-06-01", only=["dues"])
        with pytest.raises(LedgerError, match=r"as_of: write a day such as 2024-03-01.*found 2024-06$"):
            write(ledger, case, tmp_path / name, as_of="2024-06")
        assert not (tmp_path / name).exists()


def test_the_offices_of_a_real_case_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(FROZEN)
    path, out = str(tmp_path / "l.db"), tmp_path / "o.html"
    with open_ledger(Path(path), RULES, create=True):
        pass
    assert (
        main(["ledger", "export", path, "--case", data, "--out", str(out), "--offices", "--as-of", "2024-06-01"]) == 0
    )
    capsys.readouterr()
    assert out.read_text(encoding="utf-8").count('class="starts"') == 11
