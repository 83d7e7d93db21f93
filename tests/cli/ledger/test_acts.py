"""The ledger's commands, workbook, page and feedback. Every firm, office and project here is constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chaingraph.ledger.events import Act
from chaingraph.ledger.lists import feedback
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.writers.ledger.page import write_ledger_page
from chaingraph.writers.ledger.workbook import write_ledger_workbook
from tests.made_ledger import Run, add
from tests.shared_data import FROZEN

TARGETS = pd.DataFrame({"indicator": ["总投资超亿美元项目"], "unit": ["个"], "period": ["2024"], "target": [50.0]})
ZONES = pd.DataFrame({"zone": ["构造园"], "level": ["省级"]})
TABLES = {"targets": TARGETS, "zones": ZONES}


def test_a_project_from_first_report_to_signing(run: Run) -> None:
    assert add(run, investment_m="1.2亿美元") == (0, "Project entered: 构造一期.\n")
    act = ("p1", "--by", "平湖市投促局")
    code, said = run("report", *act, "--at", "2024-03-04", "--place", "平湖市")
    assert (code, "exclusive negotiation until 2024-04-04" in said) == (0, True)
    code, said = run("report", *act, "--at", "2024-03-10", "--place", "桐乡市", lang="zh")
    assert (code, "平湖市 于 2024-03-04 首报，独家洽谈至 2024-04-04" in said) == (0, True)
    code, said = run("extend", "p1", "--by", "市投促中心", "--at", "2024-04-01", "--why", "总部审批")
    assert "now ends on 2024-05-04" in said
    code, said = run("stage", *act, "started", "--at", "2024-05-04")
    assert (code, "without signed, registered" in said) == (1, True)
    run("file-signing", *act, "--at", "2024-04-20", "--planned", "2024-05-04")
    assert run("stage", *act, "signed", "--at", "2024-05-04") == (0, "Stage: signed.\n")
    assert "paid in so far: 12.5" in run("paid", *act, "--at", "2024-06-01", "--usd-m", "12.5")[1]
    assert "with 0.5 each" in run("transfer", *act, "--at", "2024-06-02", "--to", "桐乡市", "--why", "用地")[1]
    assert (
        "Changed: site_mu" in run("change", *act, "--at", "2024-06-02", "--why", "外方确认", "--set", "site_mu=120")[1]
    )
    noted = ("--at", "2024-06-02", "--kind", "decision", "--why", "集体研究")
    assert "Recorded: collective decision" in run("record", *act, *noted)[1]
    listed = run("list", "--as-of", "2024-06-05")[1]
    assert re.search(r"p1 +构造一期 +构造甲有限公司 +桐乡市 +signed +2024-05-04 +120", listed)
    assert "signing_filed" in run("list", "--project", "p1")[1]
    assert "桐乡市" in run("list", "--by", "landing")[1]
    assert run("list", "--due", "expiring", "--as-of", "2024-06-05")[1] == "None\n"
    board = run("board", "--case", str(FROZEN), "--as-of", "2024-06-05")[1]
    assert re.search(r"projects over.* +个 +2024 +running +50 +1 +2 ", board)
    assert "Holds constructed examples" in board
    assert run("check")[1].startswith("The ledger is intact: 10 events, 1 projects.\nThe events form an unbroken chain")


def test_two_names_of_one_project_are_put_to_a_person(run: Run) -> None:
    add(run, site="构造地块")
    assert "May be the same project as p1" in add(run, "p2", investor="别名丁有限公司", site="构造地块")[1]
    assert "site" in run("list", "--due", "doubtful")[1]
    done = run(
        "decide",
        "p2",
        "--by",
        "市投促中心",
        "--at",
        "2024-03-05",
        "--other",
        "p1",
        "--verdict",
        "same",
        "--why",
        "同一地块",
    )
    assert done == (0, "Found to be p1; the record is kept and counted once.\n")


def test_wrong_use_and_refusals(run: Run, tmp_path: Path) -> None:
    assert run("list")[0] == 1  # no ledger yet
    assert add(run, colour="red")[0] == 2
    code, said = add(run, investment_m="十来个亿")
    assert (code, "not an amount" in said) == (2, True)
    assert add(run)[0] == 0
    assert run("export", "--out", str(tmp_path / "x.pdf"))[0] == 2
    assert run("export", "--out", str(tmp_path / "x.xlsx"))[0] == 2
    assert run("report", "p9", "--by", "市投促中心", "--place", "平湖市", "--at", "2024-03-04")[0] == 1


def test_import_and_export(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "s.csv"
    sheet.write_text(
        "项目名称,投资主体,首报地,总投资(亿元),阶段,签约日期\n"
        "构造二期,构造乙有限公司,海宁市,12,签约,2024-05-01\n"
        "构造三期,,海宁市,5,,\n",
        encoding="utf-8",
    )
    arguments = (str(sheet), "--by", "海宁市投促局", "--at", "2024-06-01", "--create", "--rules", "jiaxing")
    rejects = tmp_path / "rejects.csv"
    assert "2 rows read, 1 used: 0 entered" in run("import", *arguments, "--dry-run")[1]
    said = run("import", *arguments, "--rejects", str(rejects))[1]
    assert "2 rows read, 1 used: 1 entered, 0 changed, 1 advanced" in said
    assert "a required value is missing" in said
    assert "row_left_out" in rejects.read_text(encoding="utf-8-sig")
    for name in ("o.xlsx", "o.html"):
        assert run("export", "--out", str(tmp_path / name), "--case", str(FROZEN), "--as-of", "2024-06-01")[0] == 0
    bare = tmp_path / "bare"  # a case of firms alone, of texts that were read: no chains, no targets
    bare.mkdir()
    (bare / "firms.csv").write_text("firm_id,firm\nf1,构造乙有限公司\n", encoding="utf-8")
    for name in ("b.xlsx", "b.html"):
        assert run("export", "--out", str(tmp_path / name), "--case", str(bare), "--as-of", "2024-06-01")[0] == 0
    shown = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert any(cell.value == "构造二期" for sheet in shown for row in sheet.iter_rows() for cell in row)
    said = run("export", "--out", str(tmp_path / "o.csv"))[1]
    assert "1 firms have signed or gone further, fewer than 200, so the shipped weights stay" in said
    assert run("export", "--out", str(tmp_path / "p.csv"), "--projects")[0] == 0
    assert "0 entered, 0 changed, 0 advanced" in run("import", str(tmp_path / "p.csv"), *arguments[1:5])[1]
    said = run("refit", "--case", str(FROZEN), "--out", str(tmp_path / "w.toml"))[1]
    assert "fewer than 200, so the shipped weights stay" in said
    assert not (tmp_path / "w.toml").exists()
    assert (tmp_path / "o.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "firm,region,date",
        "构造乙有限公司,嘉兴,2024-05-01",
    ]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "w.db", load_rules("jiaxing"), create=True) as opened:
        investors = {"嘉兴构造甲科技有限公司": "平湖市", "=1+1": "桐乡市", "<b>乙</b>公司": "海宁市"}
        for number, (name, place) in enumerate(investors.items()):
            facts = {
                "project": f"构造{number}",
                "investor": name,
                "place": place,
                "capital": "foreign",
                "zone": "构造园",
                "investment_m": 150.0,
                "currency": "USD",
                "firm_id": f"F{number}",
            }
            opened.record_all(
                [
                    Act("entered", f"p{number}", "2024-03-01", "构造投促局", "", facts),
                    Act("reported", f"p{number}", "2024-03-04", "构造局", "", {"place": place}),
                ]
            )
        opened.record(Act("stage", "p2", "2024-05-01", "构造投促局", "", {"stage": "signed"}))
        yield opened


def test_workbook_is_the_same_twice_and_holds_no_formula(ledger: Ledger, tmp_path: Path) -> None:
    import openpyxl

    paths = [tmp_path / "1.xlsx", tmp_path / "2.xlsx"]
    for path in paths:
        write_ledger_workbook(ledger, TABLES, path, as_of="2024-06-01")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = openpyxl.load_workbook(paths[0])
    assert {"目标进度", "在谈", "签约", "注册(备案)", "开工", "双周例会", "规则", "落地开发区"} <= set(book.sheetnames)
    cells = [cell for sheet in book for cells in sheet.iter_rows() for cell in cells if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert "'=1+1" in {cell.value for cell in cells}
    assert [row[1].value for row in book["在谈"].iter_rows() if str(row[0].value).startswith("p")] == ["构造0", "构造1"]
    assert book["目标进度"].page_setup.orientation == "landscape"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_loads_nothing_and_escapes(ledger: Ledger, tmp_path: Path, lang: str) -> None:
    write_ledger_page(ledger, TABLES, tmp_path / "l.html", as_of="2024-06-01", lang=lang)
    page = (tmp_path / "l.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;乙&lt;/b&gt;公司" in page
    assert "<b>" not in page
    assert not re.search(r"<script|<link|<img|src=|url\(|https?:", page)
    assert "default-src 'none'" in page
    assert {"zh": "重大签约未报备", "en": "major signing not filed"}[lang] in page


def test_outcomes_are_real_projects_signed_or_further(ledger: Ledger) -> None:
    assert feedback.outcomes(ledger, "嘉兴").values.tolist() == [["<b>乙</b>公司", "嘉兴", "2024-05-01"]]
    assert not feedback.enough_to_refit(feedback.outcomes(ledger, "嘉兴"))


def test_shortlist_says_who_talks_to_a_firm(ledger: Ledger) -> None:
    shortlist = pd.DataFrame(
        {"firm": ["构造甲科技(嘉兴)有限公司", "另一家有限公司", "别名"], "firm_id": ["X", "Y", "F2"]}
    )

    def offers(as_of: str, place: str) -> list[str]:
        return list(feedback.with_ledger(shortlist, ledger.projects(), as_of=as_of, place=place)["ledger_offer"])

    assert offers("2024-03-10", "海宁市") == ["held", "new", "own"]
    assert offers("2024-03-10", "平湖市") == ["own", "new", "held"]
    assert offers("2024-06-10", "海宁市") == ["open", "new", "own"]
    row = feedback.with_ledger(shortlist, ledger.projects(), as_of="2024-03-10").iloc[0]
    assert row[["ledger_project", "ledger_place", "ledger_since", "ledger_until"]].tolist() == [
        "p0",
        "平湖市",
        "2024-03-01",
        "2024-04-04",
    ]
