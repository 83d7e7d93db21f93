"""None"""

from __future__ import annotations

import gc
import io
import shutil
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHEETS
from chaingraph.writers.cell_text import CELL_LIMIT
from chaingraph.writers.workbook.evidence import evidence, local_shares
from chaingraph.writers.workbook.workbook import write_workbook
from tests.made_workbook import TEXTS, rows_of, toy_findings, toy_graph, with_hostile_names
from tests.toy import toy_tables


@pytest.fixture(scope="module")
def book_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "shortlist.xlsx"
    write_workbook(toy_findings(), toy_graph(), path)
    return path


def test_sheets_stand_in_the_order_of_reading(book_path: Path) -> None:
    names = openpyxl.load_workbook(book_path).sheetnames
    pictures = ["产业链全景图", "产业链分布图", "产业链招商图"]
    teams = ["驻上海", "驻深圳", "境外 德国（拟设）", "其他地区"]
    lists = ["企业分布", "链主与配套企业", "重点项目清单", "政策清单", "契合分项", "证据", "方法"]
    before = [
        "说明",
        "总览",
        "本月拟对接",
        *pictures,
        "目标总表",
        "缺口清单",
        "待核清单",
        "链主",
        "世界500强",
        "专精特新、隐形冠军、独角兽",
        "投资动态",
        "未列入",
    ]
    assert names == [*before, "乙氢能", "甲光伏", *teams, *lists]


def test_a_note_stands_once_beside_the_chains_that_it_is_about(tmp_path: Path) -> None:
    said = [
        (None, "总说明"),
        ("pv", "两链都有"),
        ("hy", "两链都有"),
        ("pv", "甲链的"),
        ("hy", "乙链的"),
        ("hy", "乙链的"),
    ]
    notes = pd.DataFrame(said, columns=["chain_id", "note"])
    write_workbook(replace(toy_findings(), notes=dict.fromkeys(TEXTS, notes)), toy_graph(), tmp_path / "book.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "book.xlsx")["说明"].iter_rows(max_col=2, values_only=True)
    rows = [(about, note) for about, note in cells if note in notes["note"].tolist()]
    assert rows == [(None, "总说明"), (None, "两链都有"), ("乙氢能", "乙链的"), ("甲光伏", "甲链的")]


def test_every_list_of_a_plan_is_a_sheet_of_its_own_and_complete(book_path: Path) -> None:
    held = toy_findings().rankings["zh"]
    book = openpyxl.load_workbook(book_path)
    for tier, caption in (("global500", "世界500强"), ("specialised", "专精特新、隐形冠军、独角兽")):
        _, rows = rows_of(book[caption], "产业链")
        own = held[held["tier"] == tier]
        assert [row["企业编号"] for row in rows] == own["firm_id"].tolist()
        assert len(own)


def test_chain_sheet_lists_new_then_leader_driven_then_reinvestment(book_path: Path) -> None:
    sheet = openpyxl.load_workbook(book_path)["甲光伏"]
    header, rows = rows_of(sheet)
    assert [(row["清单"], row["序"], row["企业编号"]) for row in rows] == [
        ("新引目标", 1, "O02"),
        ("新引目标", 2, "O09"),
        ("以商招商", 1, "O04"),
        ("存量增资", 1, "O01"),
        ("存量增资", 2, "O05"),
    ]
    assert len(header) == len(SHEETS["chain"].shown) + 1 == len(set(header))  # and what stood in the row, hidden
    first, second = rows[:2]
    assert (first["契合倍数"], first["区间下"], first["区间上"]) == (2.74, 1.81, 3.94)
    assert first["环节状态"] == "本数据中未见本地企业"
    assert first["类别"] == "上市公司、专精特新小巨人(2023)"
    assert first["理由"] == "补“电池片”(本数据中未见)\n产品与本地甲一相近(共有:组件;电池)"
    assert first["缺口依据"] == "本数据中未见\n严重度2.5"
    assert second["近期信号"] == "2024-03-05 扩产"
    assert (first["决策地"], first["外拓倾向"], first["状态"], first["备注"]) == (None, None, None, None)
    assert first["待了解"] == "决策地、投资规模、近期动向、已有外地单位、与本地企业的关系、环节准入"
    assert first["股票代码"] == "300003"
    assert (first["依据"], second["依据"], first["企业来自"]) == ("已读原文", "一般行业知识", "本底库")
    assert first["总部与各地单位"] == "总部或注册地：上海\n海盐县：生产基地"


def test_excel_features_are_there(book_path: Path) -> None:
    sheet = openpyxl.load_workbook(book_path)["甲光伏"]
    assert sheet.freeze_panes == "D6"
    assert sheet.auto_filter.ref == "A5:AU10"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.print_area == "'甲光伏'!$A$1:$S$10"
    assert "&P / &N" in str(sheet.oddFooter.center.text)
    (validation,) = sheet.data_validations.dataValidation
    assert validation.formula1 == '"在谈,签约,注册,开工,暂缓"'
    assert str(validation.sqref) == "Q6:Q10"
    coloured = {str(area.sqref) for area in sheet.conditional_formatting}
    assert {"A6:A10", "G6:G10", "L6:L10", "I6:I10"} <= coloured
    assert sheet["I6"].number_format == '0.0"倍"'
    assert "没有可比的本地企业" in str(sheet["I5"].comment.text)
    links = {cell.coordinate: cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert set(links.values()) == {"https://example.cn/a?b=1"}


def test_overview_counts_states_and_targets(book_path: Path) -> None:
    header, rows = rows_of(openpyxl.load_workbook(book_path)["总览"], "产业链")
    assert "无法判断" not in "".join(header)  # a state that does not occur has no column
    pv = next(row for row in rows if row["产业链"] == "甲光伏")
    assert (pv["环节数"], pv["本数据中未见本地企业"], pv["本地企业1至2家"], pv["本地企业3家及以上"]) == (5, 3, 1, 1)
    assert (pv["新引目标"], pv["以商招商"], pv["存量增资"]) == (2, 1, 2)
    assert pv["链主（前五）"] == "甲一新能源有限公司"
    assert pv["前三目标"] == "1 乙二电池科技股份有限公司（电池片）\n2 乙九硅片有限公司（硅片）"
    hy = next(row for row in rows if row["产业链"] == "乙氢能")
    assert (hy["类别"], hy["策略"], hy["环节数"]) == ("未来产业", "引链建链", 4)


def test_terms_add_up_and_name_the_nearest_firms(book_path: Path) -> None:
    _, (led, row) = rows_of(openpyxl.load_workbook(book_path)["契合分项"], "产业链")
    assert row["合计"] == pytest.approx(0.7 + 0.333 - 0.025)
    assert row["契合倍数"] == pytest.approx(2.71828 ** (0.7 + 0.333 - 0.025), rel=1e-4)
    assert row["最相近的本地企业及占比"] == "L01 70%\nL04 30%"
    assert (row["邻近城市"], row["共有词"]) == (None, "组件、电池")
    assert (led["策略"], led["合计"], led["最相近的本地企业及占比"]) == ("强链固链", 0.2, "L05 100%")


def test_the_nearest_firms_bear_their_english_names_in_english() -> None:
    told = local_shares(toy_findings(), "en")["text"].tolist()
    assert told == ["L05-en 100%", "L01-en 70%\nL04-en 30%"]


def test_method_says_parameters_hashes_and_what_was_held_back(book_path: Path) -> None:
    _, rows = rows_of(openpyxl.load_workbook(book_path)["方法"], "部分")
    said = {row["项目"]: (row["值"], row["解释"]) for row in rows}
    assert said["本地企业重抽次数"][0] == 200
    assert said["weights.mix"][0] == 0.36
    assert said["firms.csv"] == (None, "sha256 ab")
    assert said["企业"][0] == 22
    gate = text("gates.insolvency", "zh")
    assert said[f"甲光伏: {gate}"] == (1, "乙八光伏股份有限公司")
    value, told = said["本市：藏起三成企业再找回（AUROC）"]
    assert f"AUROC {value:.3f}" in told
    assert said["底数 · 甲光伏"][0] == round(3 / 134, 4)
    assert "134家中3家" in said["底数 · 甲光伏"][1]
    assert said["已读原文"][0] == 1
    assert said["各行的依据：甲光伏"] == (6, "已读原文 1、一般行业知识 5")


def test_english_book_is_english(tmp_path: Path) -> None:
    write_workbook(toy_findings(), toy_graph(), tmp_path / "en.xlsx", lang="en")
    book = openpyxl.load_workbook(tmp_path / "en.xlsx")
    assert book.sheetnames[:2] == ["Read me", "Overview"]
    header, rows = rows_of(book["Toy photovoltaics"], "List")
    assert header[2:9] == ["Firm", "Seat", "Tiers", "Segment", "State", "Proposal", "Fit"]
    reinvest = next(row for row in rows if row["Firm id"] == "O01")
    assert (reinvest["Firm"], reinvest["Chinese name"]) == ("Yiyi Silicon", "乙一硅业集团股份有限公司")


def test_same_findings_same_bytes(tmp_path: Path, book_path: Path) -> None:
    write_workbook(toy_findings(), toy_graph(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == book_path.read_bytes()


def test_hostile_names_are_inert_text(tmp_path: Path) -> None:
    findings, graph = with_hostile_names()
    write_workbook(findings, graph, tmp_path / "h.xlsx")
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    shown = {str(cell.value) for cell in cells if cell.data_type == "s"}
    assert "'=cmd|' /C calc'!A0" in shown
    assert "<script>alert(1)</script>" in shown
    assert not any(value.startswith(("=", "+", "@", "-")) for value in shown)
    with zipfile.ZipFile(tmp_path / "h.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)


def test_evidence_has_a_row_per_fact_with_its_source() -> None:
    facts = evidence(toy_findings(), toy_graph(), "zh")
    said = facts.set_index("firm_id")["statement"]
    assert "总部或注册地：中国江苏苏州；类别：上市公司、专精特新小巨人(2023)。" in set(said["O02"])
    assert "环节“电池片”；参与方式：制造；产品：TOPCon电池；集团能做，本地未证实。" in set(said["O02"])
    assert "乙二电池科技股份有限公司 供货给 甲一新能源有限公司；产品：电池片。" in set(said["O02"])
    assert any("2024-03-05 扩产；公告新建硅片项目" in statement for statement in said["O09"])
    assert facts["source"].notna().all()
    assert "存疑，使用前须核" in set(facts.loc[facts["firm_id"] == "L06", "confidence"])
    assert not facts.duplicated().any()
    # An unlisted outside firm is no ground of any list.
    assert "O12" not in set(facts["firm_id"])


def test_row_order_of_the_graph_does_not_matter(tmp_path: Path, book_path: Path) -> None:
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in toy_tables().items()}
    write_workbook(toy_findings(), ChainGraph("toy", turned), tmp_path / "turned.xlsx")
    assert (tmp_path / "turned.xlsx").read_bytes() == book_path.read_bytes()


def test_empty_findings_give_a_workbook_that_says_so(tmp_path: Path) -> None:
    findings = toy_findings()
    nothing = {
        name: {lang: frame.iloc[:0] for lang, frame in getattr(findings, name).items()}
        for name in ("gaps", "targets", "leader_targets", "rankings", "leaders", "questions", "notes")
    }
    frames = {name: getattr(findings, name).iloc[:0] for name in ("terms", "shares", "words", "routes", "dropped")}
    write_workbook(replace(findings, **nothing, **frames), toy_graph(), tmp_path / "e.xlsx")
    book = openpyxl.load_workbook(tmp_path / "e.xlsx")
    assert "甲光伏" not in book.sheetnames
    assert book["缺口清单"]["A3"].value == "（没有记录）"


@pytest.mark.slow
def test_a_book_of_eight_thousand_rows_takes_little_more_than_its_bare_cells(tmp_path: Path) -> None:
    findings = toy_findings()
    row = findings.targets["zh"].iloc[[0]]
    many = pd.concat([row] * 8000, ignore_index=True).assign(rank=pd.array(range(1, 8001), dtype="Int64"))
    # Texts as where pyarrow is not installed, which none but Spark needs: taking each out of it is not the writer's.
    plain = pd.StringDtype("python", na_value=float("nan"))
    many = many.astype({name: plain for name, kind in many.dtypes.items() if isinstance(kind, pd.StringDtype)})
    found = replace(findings, targets=dict.fromkeys(TEXTS, many))

    def measured() -> tuple[float, float]:
        started = time.process_time()
        write_workbook(found, toy_graph(), tmp_path / "big.xlsx", pictures=False)
        ours = time.process_time() - started
        with zipfile.ZipFile(tmp_path / "big.xlsx") as packed:
            cells = sum(packed.read(name).count(b"<c r=") for name in packed.namelist() if "worksheets/sheet" in name)
        assert cells > 400_000
        started = time.process_time()
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        sheet, look = book.add_worksheet(), book.add_format({"border": 1})
        for cell in range(cells):
            sheet.write_string(cell // 40, cell % 40, "多晶硅", look)
        book.close()
        return ours, time.process_time() - started

    # What a long row of tests has left in memory belongs to neither side, and the collector would walk through it for
    # ours more often; nor does what others take of the processor's cache: the least of two counts.
    gc.collect()
    gc.freeze()
    try:
        ours, bare = (min(times) for times in zip(measured(), measured(), strict=True))
    finally:
        gc.unfreeze()
    assert ours < 2.5 * bare  # 1.5 to 1.7 calm


def test_cells_are_cut_at_what_excel_holds(tmp_path: Path) -> None:
    findings = toy_findings()
    targets = findings.targets["zh"].assign(reasons="长" * 40_000)
    write_workbook(replace(findings, targets=dict.fromkeys(TEXTS, targets)), toy_graph(), tmp_path / "long.xlsx")
    _, rows = rows_of(openpyxl.load_workbook(tmp_path / "long.xlsx")["甲光伏"])
    assert len(str(rows[0]["理由"])) == CELL_LIMIT


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_opens_it_and_prints_it(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    findings, graph = with_hostile_names()
    write_workbook(findings, graph, tmp_path / "h.xlsx")
    for kind in ("xlsx:Calc MS Excel 2007 XML", "pdf"):
        command = [
            office,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / "h.xlsx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    again = openpyxl.load_workbook(tmp_path / "out" / "h.xlsx")
    written = openpyxl.load_workbook(tmp_path / "h.xlsx")
    assert again.sheetnames == written.sheetnames
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                other = again[sheet.title][cell.coordinate]
                assert other.data_type != "f"
                if isinstance(cell.value, str):
                    assert other.value == cell.value
    assert (tmp_path / "out" / "h.pdf").stat().st_size > 10_000
