"""A case is read: clean tables, references that are ids, rows given once, no circles, everything wrong said at once."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import CaseError, ChaingraphError, UnknownNameError
from chaingraph.model.case import Case
from chaingraph.model.columns import split
from chaingraph.model.schema import TABLES
from chaingraph.reading.cells import slug
from chaingraph.reading.links import firm_id
from chaingraph.reading.read import read_case, summarise
from tests.shared_data import FROZEN
from tests.toy import toy_tables, write_toy


def add(folder: Path, table: str, *rows: str) -> None:
    """Add lines to a table of the toy case: values by column, as `column=value|column=value`."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str) if path.exists() else pd.DataFrame(columns=TABLES[table].names, dtype=str)
    new = pd.DataFrame([dict(cell.split("=", 1) for cell in row.split("|")) for row in rows], dtype=str)
    pd.concat([frame, new]).to_csv(path, index=False)


def change(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / f"{table}.csv"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


def only_reject(case: Case) -> dict[str, object]:
    assert len(case.rejects) == 1, case.rejects.to_string()
    found: dict[str, object] = case.rejects.iloc[0].to_dict()
    return found


def test_the_toy_case_is_read_as_it_was_written(toy: Path) -> None:
    case = read_case(toy)
    for name, frame in toy_tables().items():
        pd.testing.assert_frame_equal(case[name], frame, obj=name)
    assert len(case["confirmations"]) == 0
    assert list(case["confirmations"].columns) == TABLES["confirmations"].names
    assert (case.name, case.notes, len(case.rejects)) == ("toy", (), 0)


def test_the_order_of_rows_does_not_matter(toy: Path) -> None:
    before = read_case(toy)
    shuffle = random.Random(5)
    for path in sorted(toy.glob("*.csv")):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        shuffle.shuffle(lines)
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    after = read_case(toy)
    for name in TABLES:
        pd.testing.assert_frame_equal(before[name], after[name], obj=name)


def test_the_curated_case_is_read_whole() -> None:
    case = read_case(FROZEN)
    assert case.rejects.empty, case.rejects.to_string()
    rows = case.files.set_index("table")["rows"]
    assert {name: len(case[name]) for name in rows.index} == rows.to_dict()
    assert len(case["chains"]) == 10
    known = set(case["firms"]["firm_id"])
    for table in TABLES.values():
        for column in table.columns:
            if column.refers_to == "firms.firm_id":
                assert set(case[table.name][column.name].dropna()) <= known


# References


@pytest.mark.parametrize(
    "written",
    ["L01", "甲一新能源有限公司", " 甲一新能源 有限公司", "甲一", "600001", "600001.SH", "Jiayi", "jiayi"],
)
def test_a_firm_may_be_written_by_id_code_or_name(toy: Path, written: str) -> None:
    add(toy, "tech_needs", f"firm_id={written}|need=新需求")
    needs = read_case(toy)["tech_needs"].set_index("need")
    assert needs.loc["新需求", "firm_id"] == "L01"


def test_the_full_name_comes_before_another_firms_alias(toy: Path) -> None:
    add(toy, "firms", "firm_id=X1|firm=甲一", "firm_id=X2|firm=丁公司|aliases=戊", "firm_id=X3|firm=己公司|aliases=戊")
    add(toy, "tech_needs", "firm_id=甲一|need=a")
    assert read_case(toy)["tech_needs"].set_index("need").loc["a", "firm_id"] == "X1"
    add(toy, "tech_needs", "firm_id=戊|need=b", "firm_id=丁公司|need=c", "firm_id=己公司|need=d", "firm_id=L01|need=e")
    rejected = only_reject(read_case(toy, lang="en"))
    assert (rejected["table"], rejected["row"], rejected["column"], rejected["value"]) == (
        "tech_needs",
        4,
        "firm_id",
        "戊",
    )
    assert rejected["reason"] == "it may mean several rows; row left out"
    assert rejected["remedy"] == "firms has X2, X3; write the id"


def test_segments_and_chains_by_name_and_every_chain(toy: Path) -> None:
    change(toy, "segments", "PV01,pv,", "PV01,甲光伏,")
    change(toy, "firm_segments", "L02,PV01", "L02,硅片")
    change(toy, "chain_offices", "pv,", "全部,")
    add(toy, "designations", "kind=cluster|name=组件集群|chain_id=Toy photovoltaics|segments=组件；PV04")
    case = read_case(toy)
    assert len(case.rejects) == 0
    assert case["segments"].set_index("segment_id").loc["PV01", "chain_id"] == "pv"
    assert ("L02", "PV01") in set(
        zip(case["firm_segments"]["firm_id"], case["firm_segments"]["segment_id"], strict=True)
    )
    assert case["chain_offices"]["chain_id"].isna().all()
    cluster = case["designations"].set_index("name").loc["组件集群"]
    assert (cluster["chain_id"], cluster["segments"]) == ("pv", "PV03;PV04")


def test_an_unknown_segment_leaves_its_row_out(toy: Path) -> None:
    change(toy, "firm_segments", "L02,PV01", "L02,PV1")
    case = read_case(toy, lang="en")
    rejected = only_reject(case)
    assert (rejected["row"], rejected["column"], rejected["value"]) == (4, "segment_id", "PV1")
    assert rejected["reason"] == "it points to a row that does not exist; row left out"
    assert rejected["remedy"] == "similar names in segments: PV01; correct it or add a row"
    assert len(case["firm_segments"]) == 25


def test_a_segment_name_of_two_chains_is_not_guessed(toy: Path) -> None:
    change(toy, "segments", "光伏制氢电源", "制氢电源")
    change(toy, "firm_segments", "O04,HY01", "O04,制氢电源")
    rejected = only_reject(read_case(toy, lang="en"))
    assert rejected["remedy"] == "segments has HY01, PV05; write the id"


def test_an_unknown_parent_blanks_the_value_only(toy: Path) -> None:
    add(toy, "firms", "firm_id=X1|firm=丁公司|parent_id=不在表中的集团")
    case = read_case(toy, lang="en")
    rejected = only_reject(case)
    assert (rejected["row"], rejected["column"]) == (24, "parent_id")
    assert rejected["reason"] == "it points to a row that does not exist"
    assert pd.isna(case["firms"].set_index("firm_id").loc["X1", "parent_id"])


def test_links_between_products_need_the_products(toy: Path) -> None:
    add(toy, "product_links", *(f"from_product_id=a{n}|to_product_id=b|kind=input" for n in range(3)))
    with pytest.raises(CaseError, match=r"product_links: 3 of 3 rows have problems \(100%\); the limit is 20%"):
        read_case(toy, lang="en")


# Ids of firms


def test_firms_without_an_id_get_one_from_code_or_name(toy: Path) -> None:
    add(
        toy,
        "firms",
        "firm=有信用代码公司|credit_code=9144030071526726XG|stock_code=00700.HK",
        "firm=有股票代码公司|stock_code=02198.HK",
        "firm=只有名称公司",
        "firm_id=a.b/c|firm=带点公司",
        "firm_id=中文编号|firm=中文编号公司",
    )
    add(toy, "tech_needs", "firm_id=02198.HK|need=a", "firm_id=a.b/c|need=b", "firm_id=中文编号|need=c")
    case = read_case(toy)
    ids = case["firms"].set_index("firm")["firm_id"]
    assert ids["有信用代码公司"] == "9144030071526726XG"
    assert ids["有股票代码公司"] == "02198-HK"
    assert ids["只有名称公司"] == slug("只有名称公司")
    assert ids["带点公司"] == "a-b-c"
    assert case["tech_needs"].set_index("need")["firm_id"].loc[["a", "b", "c"]].tolist() == [
        "02198-HK",
        "a-b-c",
        ids["中文编号公司"],
    ]
    assert case["firms"]["firm_id"].str.fullmatch(r"[A-Za-z0-9_-]{1,64}").all()


def test_made_ids_fit_file_names() -> None:
    assert firm_id("../../etc/passwd") == "etc-passwd"
    assert firm_id("...") == slug("...")
    assert firm_id("x" * 65) == slug("x" * 65)
    assert firm_id("L_0-1") == "L_0-1"


# Rows given twice


def test_identical_rows_are_merged_and_counted(toy: Path) -> None:
    path = toy / "firm_segments.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1], lines[1].replace("L01", "甲一新能源有限公司")]), encoding="utf-8")
    case = read_case(toy, lang="en")
    assert len(case["firm_segments"]) == 26
    assert case.notes == ("firm_segments: 2 rows identical to earlier ones were merged",)
    assert len(case.rejects) == 0


def test_rows_that_contradict_an_earlier_one_are_rejected(toy: Path) -> None:
    add(toy, "firms", "firm_id=L02|firm=甲二硅材料有限公司|city=苏州|country=中国")
    case = read_case(toy, lang="en")
    rejected = only_reject(case)
    assert (rejected["row"], rejected["value"]) == (24, "L02")
    assert rejected["reason"] == "contradicts an earlier row with the same key; row left out"
    assert "differs from row 3 in" in str(rejected["remedy"])
    assert {"city", "province", "district"} <= set(str(rejected["column"]).split(", "))
    assert case["firms"].set_index("firm_id").loc["L02", "city"] == "嘉兴"


# Circles


def test_links_that_close_a_circle_are_rejected_with_the_circle(toy: Path) -> None:
    add(
        toy,
        "segment_links",
        "from_segment_id=PV03|to_segment_id=PV01|kind=feeds",
        "from_segment_id=HY02|to_segment_id=HY02|kind=feeds",
    )
    case = read_case(toy, lang="en")
    assert case.rejects["remedy"].tolist() == [
        "circle: PV01 → PV02 → PV03 → PV01; delete one of its links",
        "HY02 → HY02: correct or delete it",
    ]
    assert case.rejects["value"].tolist() == ["PV03 → PV01", "HY02 → HY02"]
    assert len(case["segment_links"]) == 8
    feeds = case["segment_links"][case["segment_links"]["kind"] == "feeds"]
    assert len(feeds) == 7


def test_two_nodes_may_be_the_same_in_both_directions(toy: Path) -> None:
    add(toy, "segment_links", "from_segment_id=HY01|to_segment_id=PV05|kind=same_as")
    assert len(read_case(toy)["segment_links"]) == 9


def test_parents_do_not_run_in_a_circle(toy: Path) -> None:
    change(
        toy,
        "firms",
        "乙一硅业集团股份有限公司,Yiyi Silicon,乙一硅业,中国,陕西,西安,,china500(2024);listed,600002,,,",
        "乙一硅业集团股份有限公司,Yiyi Silicon,乙一硅业,中国,陕西,西安,,china500(2024);listed,600002,,,L02",
    )
    change(
        toy,
        "firms",
        "L07,甲七氢能装备有限公司,,,中国,浙江,嘉兴,港区,,,,,",
        "L07,甲七氢能装备有限公司,,,中国,浙江,嘉兴,港区,,,,,L07",
    )
    case = read_case(toy, lang="en")
    assert sorted(case.rejects["reason"]) == ["the firm is its own parent", "the parents form a circle"]
    parents = case["firms"].set_index("firm_id")["parent_id"]
    assert parents["L02"] == "O01"
    assert parents[["O01", "L07"]].isna().all()


# What is left out and what is blanked


def test_a_bad_optional_value_is_blanked_and_a_bad_required_one_leaves_the_row_out(toy: Path) -> None:
    add(
        toy,
        "firm_segments",
        "firm_id=L03|segment_id=PV03|share=-59|status=在产",
        "firm_id=L04|segment_id=PV04|share=3.2",
        "firm_id=|segment_id=PV04",
    )
    case = read_case(toy, lang="en")
    roles = case["firm_segments"].set_index(["firm_id", "segment_id"])
    assert len(roles) == 28
    assert pd.isna(roles.loc[("L03", "PV03"), "share"])
    assert roles.loc[("L03", "PV03"), "status"] == "producing"
    assert case.rejects[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        [28, "share", "-59", "a share must lie between 0 and 1"],
        [29, "share", "3.2", "a share must lie between 0 and 1"],
        [30, "firm_id", "", "a value that is required is missing; row left out"],
    ]


def test_part_of_a_set_may_be_refused(toy: Path) -> None:
    add(toy, "firms", "firm_id=X1|firm=丁公司|tiers=listed;独角鲸")
    add(
        toy, "designations", "kind=cluster|name=a|segments=PV01;PV77", "kind=x|name=b", "kind=x|name=c", "kind=x|name=d"
    )
    case = read_case(toy, lang="en", max_reject_share=0.3)
    assert case["firms"].set_index("firm_id").loc["X1", "tiers"] == "listed"
    assert case["designations"].set_index("name").loc["a", "segments"] == "PV01"
    assert len(case.rejects) == 2
    assert "replace '独角鲸' by one of: global500 (世界500强)" in case.rejects["remedy"].iloc[0]


def test_rows_with_more_cells_than_headers_are_left_out(toy: Path) -> None:
    path = toy / "firms.csv"
    path.write_text(path.read_text(encoding="utf-8") + "X1,丁,有限公司" + "," * 30 + "x\n", encoding="utf-8")
    rejected = only_reject(read_case(toy, lang="en"))
    assert (rejected["row"], rejected["reason"]) == (24, "more cells than headers; row left out")


def test_rows_with_fewer_cells_miss_the_last_ones(toy: Path) -> None:
    path = toy / "firms.csv"
    path.write_text(path.read_text(encoding="utf-8") + "X1,丁公司\n", encoding="utf-8")
    firms = read_case(toy)["firms"].set_index("firm_id")
    assert firms.loc["X1", "firm"] == "丁公司"
    assert firms.loc["X1"].isna().sum() == len(TABLES["firms"].columns) - 2


def test_examples_of_the_template_are_skipped(toy: Path) -> None:
    add(toy, "firms", "firm_id=示例-F1|firm=示例公司|founded=坏", "firm_id=EXAMPLE-F2|firm=x")
    case = read_case(toy, lang="en")
    assert len(case["firms"]) == 22
    assert case.notes == ("firms: 2 example rows of the template were skipped",)
    assert len(case.rejects) == 0


# The verdict


def test_the_share_of_bad_rows_decides(toy: Path) -> None:
    change(toy, "firm_signals", "2024-03-05", "2099-03-05")
    with pytest.raises(CaseError, match=r"firm_signals: 1 of 4 rows have problems \(25%\); the limit is 0%") as caught:
        read_case(toy, lang="en", max_reject_share=0)
    assert caught.value.rejects is not None
    assert caught.value.rejects["value"].tolist() == ["", "2099-03-05"]
    assert "the year must lie between 1800 and 2050" in str(caught.value)
    case = read_case(toy)  # one slip in a small optional table: reported, and the case still stands
    assert len(case["firm_signals"]) == 4
    assert len(case.rejects) == 1
    for date in ("2019", "2023-11", "2024-01-15"):
        change(toy, "firm_signals", date, f"9{date}")
    with pytest.raises(CaseError, match=r"firm_signals: 4 of 4 rows"):
        read_case(toy, lang="en")
    with pytest.raises(ChaingraphError, match="max_reject_share"):
        read_case(toy, max_reject_share=1.5)
    with pytest.raises(UnknownNameError, match="language"):
        read_case(toy, lang="fr")


def test_everything_wrong_is_said_at_once(toy: Path) -> None:
    (toy / "segments.csv").unlink()
    change(toy, "firms", "firm_id,firm,", "firm_id,名号,")
    change(toy, "chains", "chain_id,chain,", "编码,称呼,")
    change(toy, "firm_signals", "2024-03-05", "2099-03-05")
    with pytest.raises(CaseError) as caught:
        read_case(toy, lang="zh", max_reject_share=0)
    message = str(caught.value)
    assert "环节(segments): 缺少必需的表 → 请加入 segments.csv" in message
    assert "企业(firms) · 第1行 · 企业名称(firm): 缺少必需的列 → 请加一列，表头可用：firm / 企业名称" in message
    assert "产业链(chains) · 第1行 · 产业链编号(chain_id): 缺少必需的列" in message
    assert "产业链(chains) · 第1行 · 产业链(chain): 缺少必需的列" in message
    assert "4行中有1行有问题" in message
    assert "所指的行不存在" not in message  # not a reject for every row that points to the missing table
    rejects = caught.value.rejects
    assert rejects is not None
    assert {"segments", "firms", "chains", "firm_signals"} <= set(rejects["table"])


def test_a_summary_counts_rows_and_reasons(toy: Path) -> None:
    add(toy, "firm_segments", *(f"firm_id=L0{n}|segment_id=PV03|share=9" for n in (2, 3)))
    summary = summarise(read_case(toy, lang="en"), "en")
    assert "Case toy: 20 files" in summary
    assert "firm_segments: 28 rows read, 28 kept, 2 with problems [firm_segments.csv]" in summary
    assert "     2  firm_segments · share · a share must lie between 0 and 1" in summary
    assert "没有问题" in summarise(read_case(write_toy(toy.parent / "other")), "zh")


def test_rejects_are_ordered_and_typed(toy: Path) -> None:
    add(toy, "firms", "firm_id=X1|firm=丁公司|employees=许多|founded=坏", "firm_id=X2|firm=戊公司|employees=x")
    rejects = read_case(toy).rejects
    assert rejects[["row", "column"]].to_numpy().tolist() == [[24, "employees"], [24, "founded"], [25, "employees"]]
    assert str(rejects["row"].dtype) == "Int64"
    assert str(rejects["reason"].dtype) == "str"


def test_inputs_are_not_changed_and_the_result_may_be_written_and_read_again(toy: Path, tmp_path: Path) -> None:
    case = read_case(toy)
    again = tmp_path / "again"
    again.mkdir()
    for name in TABLES:
        if len(case[name]):
            buffer = io.StringIO()
            case[name].to_csv(buffer, index=False)
            (again / f"{name}.csv").write_text(buffer.getvalue(), encoding="utf-8")
    other = read_case(again)
    for name in TABLES:
        pd.testing.assert_frame_equal(case[name], other[name], obj=name)
    assert all(split(value) for value in case["firms"]["tiers"].dropna())


def test_a_fact_read_in_two_places_is_one_fact(toy: Path) -> None:
    add(toy, "firm_links", "source_id=O04|target_id=L04|kind=supplies|product=逆变器|source=另一来源|confidence=known")
    case = read_case(toy)
    assert len(case.rejects) == 0
    rows = case["firm_links"]
    assert rows.loc[rows["source_id"] == "O04", "confidence"].tolist() == ["seen"]  # the first row stays
