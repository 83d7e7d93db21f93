"""Projects, signals, evidence, sites and contacts as they are read: ids that rows make, what is personal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import CaseError
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.reading.headers import find_table
from chaingraph.reading.personal import personal
from chaingraph.reading.read import read_case, summarise
from tests.toy import toy_case, write_toy


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "toy")


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_signals_without_ids_get_ids_that_do_not_depend_on_their_place(toy: Path) -> None:
    before = read_case(toy)["firm_signals"].set_index("signal_id")["firm_id"]
    assert before.index.is_unique
    assert before.index.str.fullmatch(r"s-[0-9a-f]{12}").all()
    header, *lines = (toy / "firm_signals.csv").read_text(encoding="utf-8").splitlines()
    write(toy, "firm_signals", header, *reversed(lines), lines[0])  # the same fact twice is one fact
    after = read_case(toy)
    assert after["firm_signals"].set_index("signal_id")["firm_id"].to_dict() == before.to_dict()
    assert len(after.rejects) == 0


def test_rows_stand_in_the_order_of_what_they_say_not_of_their_ids(toy: Path) -> None:
    rows = read_case(toy)["firm_signals"]
    assert rows["firm_id"].tolist() == sorted(rows["firm_id"])


def test_a_table_under_its_former_name_is_read(toy: Path) -> None:
    (toy / "firm_signals.csv").rename(toy / "企业信号.csv")
    assert len(read_case(toy)["firm_signals"]) == 4
    assert find_table("投资动态") is find_table("企业信号表") is find_table("firm_signals")


def test_projects_signals_and_evidence_hang_together(toy: Path) -> None:
    write(
        toy,
        "projects",
        "企业,地区,环节,产品,项目形式,总投资(亿元),用地(公顷),厂房面积(万平方米)",
        "O03,海宁市,PV02,电池片,租赁厂房,12,2,1.5",
    )
    project = read_case(toy)["projects"].iloc[0]
    assert project[["firm_id", "form", "amount_cny_m", "land_mu", "floor_m2"]].tolist() == [
        "O03",
        "lease",
        1200.0,
        30.0,
        15000.0,
    ]
    write(
        toy,
        "firm_signals",
        "动态编号,企业,类型,日期,进展阶段,选址状态,研判结论,项目编号,对方企业",
        f"n1,O03,产能饱和,2024-03,拟投资,比选,采用,{project['project_id']},L01",
        "n2,O03,扩产,2024-04,,未定,,无此项目,",
    )
    write(
        toy,
        "evidence",
        "动态编号,网址,起始位置,结束位置,原句",
        "n1,https://example.com/a,12,20,产能饱和",
        "n1,https://example.com/b,,,",
        "n9,https://example.com/c,1,2,无此动态",
    )
    case = read_case(toy, lang="en")
    signals = case["firm_signals"].set_index("signal_id")
    assert signals.loc["n1", ["kind", "stage", "site_status", "review", "project_id", "counterpart_id"]].tolist() == [
        "capacity_full",
        "announced",
        "comparing",
        "accepted",
        project["project_id"],
        "L01",
    ]
    assert pd.isna(signals.loc["n2", "project_id"])  # the value alone is missing, the signal stays
    assert case["evidence"]["address"].tolist() == ["https://example.com/a", "https://example.com/b"]
    assert sorted(case.rejects["table"]) == ["evidence", "firm_signals"]


def test_several_sites_of_a_kind_in_one_place_are_told_apart_by_name(toy: Path) -> None:
    write(
        toy,
        "firm_sites",
        "企业,地区,类型,驻点名称,设立时间,撤出时间,驻点企业",
        "O01,海宁市,工厂,,2019,,",
        "O01,海宁市,工厂,二厂,2021,2023-06,L05",
    )
    case = read_case(toy)
    assert len(case.rejects) == 0
    rows = case["firm_sites"]
    assert rows["site"].fillna("-").tolist() == ["二厂", "-"]
    assert rows["until"].fillna("-").tolist() == ["2023-06", "-"]
    assert rows["unit_id"].fillna("-").tolist() == ["L05", "-"]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("0573-82520000", False), ("400-820-1234", False), ("+86 573 8252 0000", False), ("021-61234567-801", False),
        ("https://example.com/news/13812345678.html", False), ("ir@example.com", False), ("913304001234567890", False),
        ("13812345678", True), ("138-1234-5678", True), ("+86 138 1234 5678", True), ("张先生13812345678", True),
        ("１３８１２３４５６７８", True), ("0573-82520000/13812345678", True), ("zhang@qq.com", True),
        ("a.b@GMAIL.com", True),
    ],
)  # fmt: skip
def test_what_is_personal(text: str, held: bool) -> None:
    assert personal(text) is held


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_mobiles_and_private_mail_are_dropped_and_said_so_without_being_repeated(toy: Path, lang: str) -> None:
    write(
        toy,
        "contacts",
        "企业,联系渠道,联系方式,备注",
        "L01,总机,0573-82520000,张三 13812345678",
        "L02,官网,13912345678,",
        "L03,董秘办,somebody@163.com,",
        "L04,13712345678,0573-82520001,",
        "L05,官网,https://example.com,",
    )
    case = read_case(toy, lang=lang)
    held = case["contacts"].set_index("firm_id")
    assert held["contact"].to_dict() == {"L01": "0573-82520000", "L05": "https://example.com"}
    assert held["note"].isna().all()
    said = "\n".join((summarise(case, lang), case.rejects.to_csv()))
    assert "3, 4" in said
    assert ("手机号或个人邮箱" if lang == "zh" else "mobile number or private mail") in said
    for secret in ("13812345678", "13912345678", "somebody", "13712345678"):
        assert secret not in said


def test_contacts_that_are_all_personal_do_not_refuse_the_case(toy: Path) -> None:
    write(toy, "contacts", "企业,联系渠道,联系方式", *(f"L0{number},总机,1381234567{number}" for number in range(1, 6)))
    assert len(read_case(toy)["contacts"]) == 0


def test_kinds_of_kinds_run_in_no_circle_but_may_run_against_what_flows(toy: Path) -> None:
    links = (toy / "segment_links.csv").read_text(encoding="utf-8").splitlines()
    columns = links[0].split(",")
    more = [
        {"from_segment_id": a, "to_segment_id": b, "kind": "is_a"}
        for a, b in (("PV02", "PV01"), ("PV03", "PV02"), ("PV01", "PV03"))
    ]
    lines = [",".join(row.get(column, "") for column in columns) for row in more]
    write(toy, "segment_links", *links, *lines[:2])
    assert len(read_case(toy).rejects) == 0
    write(toy, "segment_links", *links, *lines)
    rejects = read_case(toy, lang="en").rejects
    assert rejects["reason"].tolist() == ["the link closes a circle (row left out)"] or len(rejects) == 1


def test_premises_and_places_are_read_in_the_units_people_use(toy: Path) -> None:
    write(
        toy,
        "premises",
        "厂房名称,园区,可供面积(万㎡),层高(米),荷载(kg/㎡),供电容量(MVA),租金(元/㎡·月),可交付时间",
        "3号厂房,秀洲光伏园,1.2,8,1000,2,18.5,2025-01",
    )
    write(toy, "places", "地名,所属地区,经度,纬度", "马家浜,南湖区,120.7,30.7", "某地,南湖区,220,30")
    case = read_case(toy, lang="en")
    columns = ["premise_id", "floor_m2", "height_m", "load", "power_kva", "rent", "free_from"]
    assert case["premises"][columns].iloc[0].tolist() == ["3号厂房", 12000.0, 8.0, 1.0, 2000.0, 18.5, "2025-01"]
    assert case["places"].set_index("place")["lon"].dropna().to_dict() == {"马家浜": 120.7}
    assert case.rejects["column"].tolist() == ["lon"]


def test_one_fact_of_two_cases_is_one_and_its_evidence_follows(toy: Path) -> None:
    """The second case knows the firm under another id: what it says of it is there already."""
    first = toy_case()
    firm = first["firms"].set_index("firm_id").loc["O09"]
    second = Case(
        "later",
        {
            "firms": first["firms"][first["firms"]["firm_id"] == "O09"].assign(firm_id="X9", firm=firm["firm"]),
            "firm_signals": first["firm_signals"][first["firm_signals"]["firm_id"] == "O09"].assign(
                firm_id="X9", signal_id="n1"
            ),
            "evidence": pd.DataFrame({"signal_id": ["n1"], "address": ["a"]})
            .reindex(columns=first["evidence"].columns)
            .astype(first["evidence"].dtypes),
        },
    )
    graph = build_graph(first, second)
    rows = graph["firm_signals"]
    kept = rows[rows["firm_id"] == "O09"]
    assert len(kept) == 1
    assert graph["evidence"]["signal_id"].tolist() == kept["signal_id"].tolist() != ["n1"]
    assert len(graph.chain("pv")["evidence"]) == len(graph.chain("pv")["firm_signals"].query("firm_id == 'O09'"))


def test_projects_without_a_firm_are_refused(toy: Path) -> None:
    write(toy, "projects", "地区", "海宁市")
    with pytest.raises(CaseError, match="firm_id"):
        read_case(toy)
