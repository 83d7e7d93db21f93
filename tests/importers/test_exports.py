"""Six files in the layouts of providers and counties come in without a hand edit, every row accounted for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.cli.main import DONE, main
from chaingraph.importers.imported import Imported
from chaingraph.importers.recognise import import_file
from chaingraph.reading.read import read_case
from tests.made_exports import credit_code, docx, exports, pdf, web_page, xls, xlsx

# What each is taken for; rows, kept, merged into another, rejected; how many values are rejected for which reason.
ACCOUNTS = {
    "导出结果.xlsx": ("qichacha", "2026-03-12", [6, 5, 1, 0], {"not a valid credit code": 1}),
    "高级搜索.xlsx": ("tianyancha", None, [2, 2, 0, 0], {}),
    "【爱企查】企业信息.xls": ("aiqicha", "2026-03-01", [2, 2, 0, 0], {"a spreadsheet took the credit code": 1}),
    "启信宝导出.csv": (
        "qixinbao",
        None,
        [2, 2, 0, 0],
        {"the list already has this code under another": 1, "the year must lie": 1},
    ),
    "规上企业名单.docx": ("scale", "2025", [2, 2, 0, 0], {}),
    "综合评价结果.pdf": ("performance", None, [3, 3, 0, 0], {}),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for name, data in exports().items():
        (folder / name).write_bytes(data)
    return folder


def firm(imported: Imported, name: str) -> pd.Series:
    return imported.tables["firms"].set_index("firm").loc[name]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_a_file_is_and_what_became_of_its_rows(files: Path, name: str) -> None:
    kind, as_of, account, reasons = ACCOUNTS[name]
    imported = import_file(files / name, within="平湖", lang="en")
    assert imported.kind == kind
    assert imported.account[["rows", "kept", "merged", "rejected"]].to_numpy().tolist() == [account]
    counts = imported.rejects["reason"].value_counts().to_dict()
    assert len(counts) == len(reasons)
    assert all(
        any(told.startswith(reason) and counts[told] == count for told in counts) for reason, count in reasons.items()
    )
    assert set(imported.tables["firms"]["as_of"].fillna("")) == {as_of or ""}
    assert imported.tables["firms"]["city"].tolist() == ["嘉兴"] * account[1]


def test_states_places_former_names_and_insured_staff_are_kept(files: Path) -> None:
    imported = import_file(files / "导出结果.xlsx")
    firms = imported.tables["firms"].set_index("firm")
    assert firms["status"].to_dict() == {
        "平湖甲光伏有限公司": "operating",
        "平湖乙电池有限公司": "operating",
        "平湖丙逆变器有限公司": "dissolved",
        "平湖丁组件有限公司": "dissolved",
        "平湖戊材料有限公司": "operating",
    }
    first = firms.loc["平湖甲光伏有限公司"]
    assert first[["credit_code", "province", "city", "district", "founded", "former_names"]].tolist() == [
        credit_code(1),
        "浙江",
        "嘉兴",
        "平湖",
        "2017-03-05",
        "平湖甲太阳能有限公司",
    ]
    assert first["note"] == "注册资本 5000万人民币；行业 制造业 / 电气机械和器材制造业 / 输配电及控制设备制造"
    assert firms["insured"].fillna(-1).to_dict() == {
        "平湖甲光伏有限公司": 120,
        "平湖乙电池有限公司": -1,
        "平湖丙逆变器有限公司": 0,
        "平湖丁组件有限公司": 15,
        "平湖戊材料有限公司": 3,
    }
    assert firms.loc["平湖丁组件有限公司", "note"].endswith("参保人数为约数")


def test_what_is_personal_is_dropped_and_a_public_number_is_a_contact(files: Path) -> None:
    imported = import_file(files / "导出结果.xlsx", lang="en")
    contacts = imported.tables["contacts"]
    assert contacts["channel"].value_counts().to_dict() == {"website": 5, "switchboard": 1}
    assert contacts.loc[contacts["channel"] == "switchboard", "contact"].tolist() == ["0573-85000001"]
    held = "".join(frame.to_csv() for frame in (*imported.tables.values(), imported.rejects))
    assert not [personal for personal in ("张某", "13800000002", "13900000001", "a@qq.com") if personal in held]
    assert imported.columns.loc[imported.columns["use"] == "personal", "header"].tolist() == [
        "法定代表人",
        "更多电话",
        "邮箱",
    ]
    assert imported.notes == (
        "导出结果.xlsx [Sheet1]: 1 telephone cells held a mobile number or private mail, which was dropped",
    )


def test_a_countys_list_has_units_about_figures_products_and_its_title(files: Path) -> None:
    imported = import_file(files / "规上企业名单.docx", within="平湖")
    told = firm(imported, "平湖甲光伏有限公司")
    assert told[["revenue_cny_m", "employees", "tiers", "industry", "industry_scheme", "district"]].tolist() == [
        120.005,
        120,
        "above_scale(2025)",
        "3825",
        "gbt4754",
        "平湖",
    ]
    assert told["note"] == "从业人员平均人数为约数"
    assert firm(imported, "平湖丑电机有限公司")[["revenue_cny_m", "employees"]].tolist() == [120.0, 86]
    assert imported.tables["firm_products"]["product"].tolist() == ["光伏组件", "电机", "减速器"]
    graded = import_file(files / "综合评价结果.pdf", within="平湖")
    assert firm(graded, "平湖寅纺织有限公司")["note"] == "评价等级 D类"
    assert graded.columns.loc[graded.columns["use"] == "unused", "header"].tolist() == ["亩均税收（万元/亩）"]


LIST = [
    ["序号", "企业名称", "省市"],
    ["1", "甲材料股份有限公司", "浙江省嘉兴市"],
    ["2", "乙泵业有限公司", "浙江省"],
    ["", "共2家", ""],
]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", docx(LIST)),
        ("a.pdf", pdf([LIST])),
        ("a.html", web_page(LIST, "2024年专精特新“小巨人”企业公示")),
        ("a.xls", xls(LIST)),
        ("a.xlsx", xlsx(LIST)),
        ("a.csv", "\n".join("\t".join(row) for row in LIST).encode("utf-16")),
    ],
)
def test_a_published_list_in_any_format(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    titled = name == "a.html"
    imported = import_file(tmp_path / name, tier=None if titled else "专精特新小巨人", year=None if titled else 2024)
    firms = imported.tables["firms"].set_index("firm")
    assert firms["tiers"].to_dict() == dict.fromkeys(["甲材料股份有限公司", "乙泵业有限公司"], "little_giant(2024)")
    assert firms.loc["甲材料股份有限公司", ["country", "province", "city"]].tolist() == ["中国", "浙江", "嘉兴"]
    assert pd.isna(firms.loc["乙泵业有限公司", "city"])
    assert not len(imported.rejects)


def test_the_command_writes_a_case_that_is_read_again(files: Path, tmp_path: Path) -> None:
    for number, name in enumerate(ACCOUNTS):
        out = tmp_path / str(number)
        assert main(["import", str(files / name), "--within", "平湖", "--out", str(out)]) == DONE
        assert len(read_case(out, required=("firms",))["firms"]) == ACCOUNTS[name][2][1]
