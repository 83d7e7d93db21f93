"""A bureau's sheet with forty defects: all reported, none guessed. Every firm, office and project is constructed."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.intake.money import Unit, amount
from chaingraph.ledger.intake.read import Intake, import_projects, read_projects
from chaingraph.ledger.intake.rows import sheet_rows
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.proof.checks import check_ledger
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.store import Ledger
from chaingraph.writers.files import write_csv

RULES = load_rules("jiaxing")
TODAY = "2024-06-30"
UPPER = [
    "序号",
    "项目基本情况",
    "",
    "",
    "",
    "投资",
    "",
    "",
    "对接",
    "责任",
    "",
    "进度",
    "",
    "",
    "",
    "",
    "",
    "",
    "其他",
    "",
    "",
    "",
]
LOWER = [
    "", "项目名称", "投资主体", "内外资", "申报地", "计划投资总额(亿元)", "币种", "用地(亩)", "对接时间",
    "责任领导", "联络人",
    "阶段", "报送日期", "签约日期", "开工日期", "终止原因", "实到外资(万美元)", "到资日期", "企业类别",
    "备注", "备注说明", "备注",
]  # fmt: skip
MAPPING = 'sheet = "台账"\nheader_rows = 2\nby = "构造县投促局"\n\n[columns]\nsite_mu = "用地(亩)"\n'


def row(name: str, investor: str = "", **others: object) -> list[object]:
    cells: dict[str, object] = {
        "项目名称": name,
        "投资主体": investor or f"构造{name}有限公司",
        "内外资": "外资",
        "申报地": "平湖市",
    }
    cells |= others
    return [cells.get(caption, "") for caption in LOWER[:19]] + ["", "", ""]


AMOUNT, PAID = LOWER[5], LOWER[16]
# (row, what is to be reported: reason as it begins in English, effect)
DEFECTS: list[tuple[list[object], str, str]] = [
    (row("甲01", **{AMOUNT: "1.2亿美元"}), "the cell's unit is not the header's", "note"),
    (row("甲02", **{AMOUNT: "5000万"}), "the cell's unit is not the header's", "note"),
    (row("甲03", **{AMOUNT: "10-15"}), "not an exact amount", "value_left_out"),
    (row("甲04", **{AMOUNT: "20亿元以上"}), "not an exact amount", "value_left_out"),
    (row("甲05", **{AMOUNT: "近百亿"}), "not an amount", "value_left_out"),
    (row("甲06", **{AMOUNT: "10亿元(1.4亿美元)"}), "two numbers in one cell", "value_left_out"),
    (row("甲07", **{AMOUNT: 120000}), "over 100 bn", "value_left_out"),
    (row("甲08", **{AMOUNT: "120美元"}), "a currency without a magnitude", "value_left_out"),
    (row("甲09", **{AMOUNT: 12, "币种": "美元"}), "the currency contradicts itself", "value_left_out"),
    (row("甲10", **{AMOUNT: "待定"}), "not an amount", "value_left_out"),
    (row("甲11", **{AMOUNT: 0}), "zero or less", "value_left_out"),
    (row("甲12", **{AMOUNT: "美元12亿元"}), "the currency contradicts itself", "value_left_out"),
    (row("甲13", **{AMOUNT: "#REF!"}), "an Excel error value|not an amount", "value_left_out"),
    (row("乙01", 对接时间="2024.3.5上午"), "not a date", "value_left_out"),
    (row("乙02", 对接时间="2024-02-30"), "no such date|impossible|does not exist", "value_left_out"),
    (row("乙03", 阶段="签约", 签约日期="2024年5月"), "not a whole day", "value_left_out"),
    (row("乙04", 阶段="签约", 签约日期="2025-05-01"), "a date after the day of recording", "value_left_out"),
    (row("乙05", 阶段="开工", 签约日期="2024-05-01", 开工日期="2024-03-01"),
     "the dates of the stages run backwards", "value_left_out"),
    (row("乙06", 阶段="在谈", 签约日期="2024-05-01"), "the stage is negotiating, but later", "value_left_out"),
    (row("乙07", 签约日期="2024-05-01"), "dates (signed) without a stage", "value_left_out"),
    (row("乙08", 阶段="推进中"), "not one of the allowed values", "value_left_out"),
    (row("乙09", 阶段="终止"), "ended without a reason", "value_left_out"),
    (row("乙10", 阶段="签约"), "no date for signed", "note"),
    (row("乙11", 对接时间="明天"), "not a date", "value_left_out"),
    (row("丙01", 责任领导="张三"), "probably a person's name", "value_left_out"),
    (row("丙02", 联络人="李四"), "probably a person's name", "value_left_out"),
    (row("丙03", 联络人="投促局 13812345678"), "holds a telephone number", "value_left_out"),
    (row("丙04", 内外资="合作"), "not one of the allowed values", "value_left_out"),
    (row("丙05", 企业类别="五百强企业"), "not one of the allowed values", "value_left_out"),
    (row("丙06", **{"用地(亩)": "约100多"}), "the unit cannot be converted", "value_left_out"),
    (row("丙07", **{PAID: 300}), "paid-in capital without a day", "value_left_out"),
    (row("丙08", **{PAID: "300万元人民币", "到资日期": "2024-05-01"}),
     "the currency contradicts itself", "value_left_out"),
    (row("丙09", **{"用地(亩)": -5}), "number out of range|outside|between", "value_left_out"),
    (row("丁01", 申报地=""), "a required value is missing", "row_left_out"),
    (row("", "构造无名有限公司"), "a required value is missing", "row_left_out"),
    (row("丁03", 备注="x"), "", ""),
    (row("丁03", 备注="x"), "the same as row", "row_left_out"),
    (row("丁05", 阶段="签约", 签约日期="2024-05-01"), "the same project as row", "row_left_out"),
    (row("丁05", 阶段="开工", 签约日期="2024-05-01", 开工日期="2024-06-01"), "the same project as row", "row_left_out"),
    (row("戊01", "嘉兴构造华新电子科技有限公司", 报送日期="2024-06-10", **{AMOUNT: 15}), "", ""),
    (row("戊02", "构造华新电子科技(平湖)有限公司", 申报地="桐乡市", 报送日期="2024-06-10", **{AMOUNT: 15}),
     "may be the same project as", "to_decide"),
    (row("合计"), "a row of totals", "row_left_out"),
]  # fmt: skip
GENERAL = [
    "a title above the header",
    "the header takes two rows",
    "two headers mean one field",
    "merged cells",
    "only the sheet",
    "unknown heading",
]


def write(path: Path, rows: Sequence[Sequence[object]], *, merge: bool = True, tall: bool = False) -> int:
    """Write the bureau's sheet; returns the number of the first body row."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("台账")
    book.add_worksheet("说明").write(0, 0, "填表说明")
    sheet.merge_range(0, 0, 0, 21, "构造县招商项目台账(示例,并非真实项目)")
    for at, caption in enumerate(UPPER):
        sheet.write(1, at, caption)
    sheet.merge_range(1, 1, 1, 4, "项目基本情况")
    for at, caption in enumerate(LOWER):
        sheet.write(2, at, caption)
    for at in range(5, 9) if tall else ():
        sheet.merge_range(1, at, 2, at, LOWER[at])
    for number, cells in enumerate(rows, start=3):
        sheet.write(number, 0, number - 2)
        for at, cell in enumerate(cells[1:], start=1):
            if cell != "":
                sheet.write(number, at, cell)
    sheet.merge_range(3, 8, 4, 8, "2024-03-05") if merge else None
    book.close()
    return 4


def body() -> list[list[object]]:
    return [cells for cells, _, _ in DEFECTS]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def imported(
    folder: Path, path: Path, mapping: Path | None, name: str = "l.db", at: str = TODAY
) -> tuple[Intake, Ledger]:
    ledger = open_ledger(folder / name, RULES, create=True)
    ledger.connection.execute("PRAGMA synchronous = OFF")  # no power cut is tested here
    return import_projects(ledger, path, at=at, by="构造县投促局", mapping=mapping, lang="en"), ledger


def test_forty_defects_are_all_reported_and_none_is_guessed(tmp_path: Path, mapping: Path) -> None:
    first = write(tmp_path / "s.xlsx", body())
    done, ledger = imported(tmp_path, tmp_path / "s.xlsx", mapping)
    with ledger:
        found = {
            (int(reject["row"]), str(reject["reason"]), str(reject["effect"]))
            for reject in done.rejects.to_dict("records")
        }
        missed = []
        wanted = [
            (number, reasons, effect) for number, (_, reasons, effect) in enumerate(DEFECTS, start=first) if reasons
        ]
        for number, reasons, effect in wanted:
            said = [reason for row_, reason, what in found if row_ == number and what == effect]
            if not any(reason.startswith(part) or part in reason for reason in said for part in reasons.split("|")):
                missed.append((number, reasons, sorted(reason for row_, reason, _ in found if row_ == number)))
        assert not missed, missed
        said = [reason for _, reason, _ in found]
        assert all(any(reason.startswith(part) for reason in said) for part in GENERAL), said
        assert len(wanted) + len(GENERAL) >= 40
        # Nothing is guessed: what was reported as not readable is not there.
        projects = {str(project.facts["project"]): project for project in ledger.projects()}
        assert "丁01" not in projects
        assert "丁05" not in projects
        about = {name: project.facts for name, project in projects.items() if name.startswith("甲")}
        amounts = {name: (facts.get("investment_m"), facts.get("currency")) for name, facts in about.items()}
        assert amounts.pop("甲01") == (120.0, "USD")
        assert amounts.pop("甲02") == (50.0, "CNY")
        assert set(amounts.values()) == {(None, None)}
        assert {name for name, project in projects.items() if project.stage != "negotiating"} == {
            "乙03",
            "乙04",
            "乙10",
        }
        assert projects["乙10"].stage_on["signed"] is None
        # One day, two places, perhaps one firm: who came first is not decided here.
        assert {projects[name].reports[0][2] for name in ("戊01", "戊02")} == {"withheld"}
        assert not any(project.exclusive_until for project in projects.values())
        assert check_ledger(ledger) == []
        assert done.rows == len(DEFECTS) - 1  # without the totals


def test_order_of_rows_does_not_matter(tmp_path: Path, mapping: Path) -> None:
    states = []
    for seed in range(3):
        rows = body()
        random.Random(seed).shuffle(rows)
        path = tmp_path / f"s{seed}.xlsx"
        write(path, rows, merge=False)
        _, ledger = imported(tmp_path, path, mapping, f"{seed}.db")
        with ledger:
            tables = ("standing", "pairs", "counted")
            states.append(
                [sorted(ledger.connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables]
            )
    assert states[0] == states[1] == states[2]


def test_importing_again_records_nothing_and_a_changed_cell_once(tmp_path: Path, mapping: Path) -> None:
    rows = [
        row(
            "己01",
            阶段="签约",
            签约日期="2024-05-01",
            报送日期="2024-03-01",
            **{AMOUNT: 15, PAID: 300, "到资日期": "2024-06-01"},
        )
    ]
    path = tmp_path / "s.xlsx"
    write(path, rows)
    done, ledger = imported(tmp_path, path, mapping)
    ledger.close()
    assert (done.entered, done.reported, done.advanced) == (1, 1, 1)
    again, ledger = imported(tmp_path, path, mapping, at="2024-07-15")
    with ledger:
        assert (again.entered, again.changed, again.reported, again.advanced) == (0, 0, 0, 0)
        before = len(list(ledger.events()))
    rows[0][7] = 80
    rows[0][8] = ""
    write(path, rows)
    changed, ledger = imported(tmp_path, path, mapping, at="2024-07-16")
    with ledger:
        assert (changed.changed, changed.entered) == (1, 0)
        project = ledger.projects()[0]
        assert project.facts["site_mu"] == 80.0
        assert project.payments == (("2024-06-01", 3.0),)
        assert project.exclusive_until == "2024-04-01"
        assert len(list(ledger.events())) == before + 1


def test_two_header_rows_are_not_guessed(tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", body(), tall=True)
    with pytest.raises(LedgerError, match=r"set header_rows = 2 in a mapping"):
        read_projects(tmp_path / "s.xlsx", at=TODAY, lang="en")


def test_a_csv_with_the_headers_of_the_form(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(
            [
                ["项目名称", "投资主体", "首报地", "计划投资总额(亿美元)", "是否飞地"],
                ["庚01", "构造庚有限公司", "平湖市", "1.5", "否"],
            ]
        )
    records, done = read_projects(path, at=TODAY, lang="en")
    assert done.rejects.empty
    assert records[0].facts == {
        "project": "庚01",
        "investor": "构造庚有限公司",
        "place": "平湖市",
        "enclave": False,
        "investment_m": 150.0,
        "currency": "USD",
    }


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ('colour = "red"', "colour"),
        ("header_rows = 3", "header_rows"),
        ('[columns]\nprice = "价"', "columns.price"),
        ("[", "TOML"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path: Path, content: str, match: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LedgerError, match=match):
        read_projects(tmp_path / "none.xlsx", at=TODAY, mapping=path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old"])
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.xlsx"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"s\.xlsx"):
        read_projects(path, at=TODAY)


@pytest.mark.parametrize(
    ("text", "header", "stated", "expected"),
    [
        ("12", Unit(100.0, "CNY"), "", (1200.0, "CNY")), ("1,200", Unit(0.01, "USD"), "", (12.0, "USD")),
        ("$120 million", Unit(None, ""), "", (120.0, "USD")), ("3亿欧元", Unit(None, ""), "", (300.0, "EUR")),
        ("约15亿元", Unit(None, ""), "", (1500.0, "CNY")), ("12", Unit(100.0, ""), "USD", (1200.0, "USD")),
        ("12亿", Unit(None, ""), "", None), ("12", Unit(100.0, ""), "", None), ("1.2.3亿元", Unit(None, ""), "", None),
        ("USD 5000万元", Unit(None, ""), "", None),
    ],
)  # fmt: skip
def test_amounts(text: str, header: Unit, stated: str, expected: tuple[float, str] | None) -> None:
    value, problem = amount(text, header, stated)
    assert value == expected
    assert (value is None) <= (problem is not None)


def test_a_column_for_the_currency_says_what_the_amount_does_not(tmp_path: Path) -> None:
    """What is taken over is not reported as left out; a currency without an amount says nothing."""
    sheet = tmp_path / "s.csv"
    sheet.write_text(
        "项目名称,投资主体,首报地,计划投资总额(百万),币种\n"
        "构造一,构造甲有限公司,海宁市,150,美元\n构造二,构造乙有限公司,海宁市,150,\n"
        "构造三,构造丙有限公司,海宁市,,美元\n构造四,构造丁有限公司,海宁市,1.5亿欧元,美元\n",
        encoding="utf-8",
    )
    records, done = read_projects(sheet, at=TODAY, lang="en")
    held = [(record.facts.get("investment_m"), record.facts.get("currency")) for record in records]
    assert sorted(map(str, held)) == sorted(map(str, [(150.0, "USD"), (None, None), (None, None), (None, None)]))
    told = [(row, str(reason)[:12]) for row, reason in done.rejects[["row", "reason"]].itertuples(index=False)]
    assert told == [(3, "no currency"), (5, "the currency")]


def test_what_is_written_out_comes_back_as_it_was(tmp_path: Path, mapping: Path) -> None:
    write(tmp_path / "s.xlsx", body())
    _, ledger = imported(tmp_path, tmp_path / "s.xlsx", mapping)
    with ledger:
        facts = {
            "project": "=1+1",
            "investor": "构造己有限公司",
            "place": "平湖市",
            "investment_m": 123.456789,
            "tiers": "listed;global500",
            "currency": "EUR",
            "site_mu": 0.1,
            "secured": "site;energy",
            "enclave": False,
        }
        ledger.record(Act("entered", "k1", TODAY, "构造局", "", facts))
        ledger.record(Act("stage", "k1", TODAY, "构造局", "外方退出", {"stage": "ended"}))
        out = tmp_path / "out.csv"
        frame = sheet_rows(ledger)
        write_csv(frame, out, columns=list(frame.columns))
        number = sum(1 for _ in ledger.events())
        again = import_projects(ledger, out, at=TODAY, by="构造县投促局", lang="en")
        assert sum(1 for _ in ledger.events()) == number  # nothing is recorded twice
        assert (again.entered, again.changed, again.advanced, again.reported) == (0, 0, 0, 0)
        with open_ledger(tmp_path / "new.db", RULES, create=True) as other:
            import_projects(other, out, at=TODAY, by="构造县投促局", lang="en")
            here, there = ({project.project_id: project for project in each.projects()} for each in (ledger, other))
            assert here.keys() == there.keys()
            for key, project in here.items():
                assert there[key].facts == project.facts
                assert there[key].stage == project.stage
                assert (there[key].end_reason or "").endswith(project.end_reason or "")
