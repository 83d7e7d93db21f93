"""The shipped case: consistent with the schema, complete in its provenance, and true to what it says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from chaingraph.model.columns import Column, Table, made_id, split
from chaingraph.model.schema import TABLES
from chaingraph.places import regions
from chaingraph.reading.read import read_case
from tests.shared_data import shared

CASE = Path(__file__).resolve().parents[1] / "data" / "jiaxing"
FILES = sorted(CASE.glob("*.csv"))
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
NEWEST = "2026-11"
UNCHECKED = "一般行业知识(未逐条核对来源)"
COUNTS = {
    "chains": 10,
    "segments": 170,
    "segment_links": 251,
    "chain_offices": 6,
    "zones": 54,
    "carriers": 23,
    "designations": 41,
    "outreach": 9,
    "policies": 20,
    "targets": 12,
    "excluded": 14,
}
# Firms seated elsewhere that have units in Jiaxing: parent -> its units.
PARENTS = {
    "隆基绿能科技股份有限公司": {"嘉兴隆基乐叶光伏科技有限公司"},
    "晶科能源股份有限公司": {"浙江晶科能源有限公司(海宁)", "浙江晶科储能(海宁)"},
    "立讯精密工业股份有限公司": {"立讯智造(浙江)有限公司", "嘉兴永瑞电子科技有限公司"},
    "烟台东诚药业集团股份有限公司": {"安迪科(海盐)核医药产业项目"},
    "苏州纳微科技股份有限公司": {"纳微科技(平湖基地)"},
}


def read(name: str) -> pd.DataFrame:
    """A table of the case as it stands in the file: text, empty cells missing."""
    return pd.read_csv(CASE / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")


@pytest.fixture(scope="module")
def case() -> dict[str, pd.DataFrame]:
    return {path.stem: read(path.stem) for path in FILES}


def test_files_are_tables_with_the_columns_of_the_schema(case: dict[str, pd.DataFrame]) -> None:
    assert {"chains", "segments", "segment_links", "firms", "firm_segments", "firm_links", "firm_sites"} <= set(case)
    for name, table in case.items():
        assert list(table.columns) == [column for column in TABLES[name].names if column in table], name
        assert {column.name for column in TABLES[name].columns if column.required} <= set(table), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_plain_utf8_without_bom_or_stray_blanks(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert text.endswith("\n")
    for column, values in read(path.stem).items():
        cells = values.dropna()
        assert (cells == cells.str.strip()).all(), column
        assert not cells.str.contains(r"[\n\t\u200b-\u200f\u202a-\u202e\ufeff]").any(), column
        assert not cells.str.match(r"[=+\-@]").any(), column


def bad_values(column: Column, values: pd.Series) -> list[str]:
    """Values that the column may not hold."""
    cells = [str(value) for value in values.dropna()]
    if column.kind == "date":
        newest = "2099" if column.name == "valid_to" else NEWEST  # a policy may end in years to come
        return [cell for cell in cells if not DATE.fullmatch(cell) or cell[: len(NEWEST)] > newest]
    if column.kind == "flag":
        return [cell for cell in cells if cell not in {"0", "1"}]
    if column.kind in {"number", "integer"}:
        low = float("-inf") if column.minimum is None else column.minimum
        high = float("inf") if column.maximum is None else column.maximum
        return [cell for cell in cells if not low <= float(cell) <= high]
    if column.choices:
        members = {cell: split(cell) if column.kind == "set" else (cell,) for cell in cells}
        return [
            cell
            for cell, parts in members.items()
            if any(part.partition("(")[0] not in column.choices for part in parts)
        ]
    return []


@pytest.mark.parametrize("table", [TABLES[path.stem] for path in FILES], ids=lambda table: table.name)
def test_values_are_of_their_kind(case: dict[str, pd.DataFrame], table: Table) -> None:
    frame = case[table.name]
    for column in (column for column in table.columns if column.name in frame):
        values = frame[column.name]
        assert bad_values(column, values) == [], column.name
        if column.required:
            assert values.notna().all(), column.name


@pytest.mark.parametrize("table", [TABLES[path.stem] for path in FILES], ids=lambda table: table.name)
def test_keys_are_unique_and_references_hold(case: dict[str, pd.DataFrame], table: Table) -> None:
    frame = case[table.name]
    # Columns that these files do not have are optional; an id they do not give is made of what the row says.
    assert not frame.duplicated([name for name in table.order if name in frame]).any()
    assert [column.name for column in table.columns if column.required and column.name not in frame] == []
    for column in table.columns:
        if column.refers_to and column.name in frame:
            other, target = column.refers_to.split(".")
            cells = frame[column.name].dropna()
            named = {part for cell in cells for part in (cell.split(";") if column.kind == "set" else [cell])}
            assert named <= set(case[other][target]), column.name


def test_a_signal_has_the_id_made_of_what_it_says(case: dict[str, pd.DataFrame]) -> None:
    """Else the further pages of `evidence` stand with another firm's fact, and the same fact comes in twice."""
    rows = case["firm_signals"]
    said = rows[["firm_id", "kind", "date", "text"]].itertuples(index=False, name=None)
    assert [made_id("s", values) for values in said] == rows["signal_id"].tolist()


def test_ids_can_be_file_names(case: dict[str, pd.DataFrame]) -> None:
    for table, column in (("chains", "chain_id"), ("segments", "segment_id"), ("firms", "firm_id")):
        ids = case[table][column]
        assert ids.map(lambda value: ID.fullmatch(value) is not None).all()
        assert not ids.str.lower().duplicated().any()  # nor clash where case is not told apart
    segments = case["segments"]
    assert (segments["segment_id"].str[:2] == segments["chain_id"]).all()


def test_firm_id_is_the_firms_own_code_where_it_looks_like_one(case: dict[str, pd.DataFrame]) -> None:
    firms = case["firms"]
    stock = firms["stock_code"].dropna()
    assert stock.str.fullmatch(r"\d{6}|\d{5}\.HK|[A-Z]+").all()  # 02198.HK keeps its suffix; the id has - for the dot
    assert (firms.loc[stock.index, "firm_id"] == stock.str.replace(".", "-", regex=False)).all()
    credit = firms["credit_code"].dropna()
    assert credit.str.fullmatch(r"[0-9A-Z]{18}").all()
    coded = firms["firm_id"].str.fullmatch(r"[0-9A-Z]{18}")
    assert (firms.loc[coded, "firm_id"] == firms.loc[coded, "credit_code"]).all()
    for column in ("firm", "stock_code", "credit_code"):
        assert not firms[column].dropna().duplicated().any()


def test_every_row_says_where_it_was_read(case: dict[str, pd.DataFrame]) -> None:
    for name, frame in case.items():
        if name == "translations":  # how a row is said in English is no fact
            continue
        assert frame["source"].notna().all(), name
        assert frame["confidence"].notna().all(), name
        assert not ((frame["source"] == UNCHECKED) & (frame["confidence"] == "seen")).any(), name
    links = case["segment_links"]
    assert set(links["source"]) == {"analyst's judgement"}
    assert set(links["confidence"]) == {"known"}
    assert links["as_of"].isna().all()


@pytest.mark.parametrize(
    ("source", "as_of"),
    [
        ("A股公司注册地公开数据(2024)", "2024"),
        ("ChainKnowledgeGraph公开数据:A股公司主营产品及收入占比(2021年版)", "2021"),
        ("工商登记公开数据(至2019-04)", "2019-04"),
        ("嘉兴日报2025-12 http://news.hgjy100.com/caijing/70811.html", "2025-12"),
        ("https://jxj.jiaxing.gov.cn/art/2023/4/13/art_1477797_58918841.html", "2023-04-13"),
        ("http://m.tftnews.com/news4294460", None),
        (UNCHECKED, None),
    ],
)
def test_as_of_is_the_date_the_source_states(case: dict[str, pd.DataFrame], source: str, as_of: str | None) -> None:
    rows = pd.concat(
        [case[name].loc[case[name]["source"] == source, "as_of"] for name in ("segments", "firm_segments")]
    )
    assert rows.isna().all() if as_of is None else set(rows) <= {as_of}


def test_the_chain_has_no_cycle(case: dict[str, pd.DataFrame]) -> None:
    links = case["segment_links"]
    feeds = links[links["kind"] == "feeds"]
    graph = nx.DiGraph(list(zip(feeds["from_segment_id"], feeds["to_segment_id"], strict=True)))
    assert nx.is_directed_acyclic_graph(graph)
    assert len(links) - len(feeds) == 2  # NC11 = OE05, NC08 = OE12


def test_counts(case: dict[str, pd.DataFrame]) -> None:
    assert {name: len(case[name]) for name in COUNTS} == COUNTS
    assert len(case["firms"]) >= 634 + 31  # the reference's firms and the parents named in it
    assert len(case["firm_segments"]) >= 1027
    assert (case["firm_links"]["kind"] == "supplies").sum() == 236
    owns = case["firm_links"][case["firm_links"]["kind"] == "owns"]
    held = case["firms"].dropna(subset=["parent_id"])
    assert set(zip(held["parent_id"], held["firm_id"], strict=True)) <= set(
        zip(owns["source_id"], owns["target_id"], strict=True)
    )


def test_no_firm_stands_apart(case: dict[str, pd.DataFrame]) -> None:
    """Every firm fills a segment, is the parent of one that does, or is tied to others or in the news."""
    used = {*case["firm_segments"]["firm_id"], *case["firms"]["parent_id"].dropna()}
    for name, column in (
        ("firm_signals", "firm_id"),
        ("firm_signals", "counterpart_id"),
        ("projects", "firm_id"),
        ("projects", "unit_id"),
        ("firm_sites", "firm_id"),
        ("firm_links", "source_id"),
        ("firm_links", "target_id"),
    ):
        used |= set(case[name][column].dropna())
    assert set(case["firms"]["firm_id"]) == used


def test_local_rows_are_told_from_targets(case: dict[str, pd.DataFrame]) -> None:
    rows = case["firm_segments"].merge(case["firms"][["firm_id", "city"]], on="firm_id")
    local = rows["city"] == "嘉兴"
    assert rows.loc[local, "status"].notna().all()
    assert rows.loc[~local, ["status", "role"]].isna().all(axis=None)
    assert set(rows.loc[~local, "basis"]) == {"group"}


@pytest.mark.parametrize("parent", PARENTS, ids=lambda name: name[:4])
def test_parents_from_elsewhere_are_not_local_and_have_their_units(case: dict[str, pd.DataFrame], parent: str) -> None:
    firms = case["firms"].set_index("firm")
    assert firms.loc[parent, "city"] != "嘉兴"
    units = firms[firms["parent_id"] == firms.loc[parent, "firm_id"]]
    assert set(units.index) >= PARENTS[parent]
    assert (units["city"] == "嘉兴").all()
    assert units["stock_code"].isna().all()  # the code is the parent's
    sites = case["firm_sites"]
    notes = " ".join(sites.loc[sites["firm_id"] == firms.loc[parent, "firm_id"], "note"])
    assert all(unit in notes for unit in PARENTS[parent])


def test_units_carry_no_code_of_their_parent(case: dict[str, pd.DataFrame]) -> None:
    firms = case["firms"].set_index("firm_id")
    held = firms.dropna(subset=["parent_id", "stock_code"])
    assert (held["stock_code"] != held["parent_id"].map(firms["stock_code"])).all()
    assert firms.loc["tsugami", "stock_code"] is not None
    assert pd.isna(firms.loc["tsugami", "stock_code"])  # 01651.HK is the listed company between


def test_a_local_insolvency_is_on_record(case: dict[str, pd.DataFrame]) -> None:
    firms = case["firms"].set_index("firm")
    hozon = firms.loc["合众新能源汽车股份有限公司(哪吒)"]
    assert hozon["status"] == "insolvent"
    signals = case["firm_signals"].set_index(["firm_id", "kind"])
    assert signals.loc[(hozon["firm_id"], "insolvency"), "date"] == "2025-06-12"


def test_designated_firms_and_segments_exist(case: dict[str, pd.DataFrame]) -> None:
    designations = case["designations"]
    named = designations["kind"].isin(["chain_leader", "single_champion"])
    names = case["firms"].set_index("firm_id")["firm"]
    assert (designations.loc[named, "firm_id"].map(names) == designations.loc[named, "name"]).all()
    assert designations.loc[~named, "firm_id"].isna().all()
    chain = case["segments"].set_index("segment_id")["chain_id"]
    for row in designations.dropna(subset=["segments"]).itertuples():
        assert {chain[segment] for segment in split(row.segments)} == {row.chain_id}
    leaders = case["chain_offices"]["leader_firms"].dropna().map(split).explode()
    assert set(leaders) <= set(case["firms"]["firm"])


def test_places_can_be_told(case: dict[str, pd.DataFrame]) -> None:
    for place in {*case["firm_sites"]["region"], *case["firm_signals"]["place"].dropna()}:
        assert regions.region_path(place)
    firms = case["firms"].dropna(subset=["city"])
    places = firms[["country", "province", "city", "district"]].drop_duplicates()
    inside = {row: regions.is_within(row, "嘉兴") for row in places.itertuples(index=False, name=None)}
    rows = firms[["country", "province", "city", "district"]].itertuples(index=False, name=None)
    assert [inside[row] for row in rows] == (firms["city"] == "嘉兴").tolist()
    assert {"巴塞尔", "京都", "首尔"} <= set(firms["city"])
    cities = firms[["city", "country"]].drop_duplicates().itertuples(index=False, name=None)
    assert [city for city, country in cities if regions.coordinates(city, country) is None] == []


# Segments of the check for false gaps where a local firm was found: entered, and as no more than was shown.
BY_SCOPE = ["AS13", "CM14", "EV16", "FA15", "HY18", "LH08", "NC12", "OE07", "PV02"]
SHOWN = {"CM10": "嘉兴道默工程塑料有限公司", "OE10": "立讯智造(浙江)有限公司"}


def test_the_check_for_false_gaps_is_in_the_case(case: dict[str, pd.DataFrame]) -> None:
    rows = case["firm_segments"].merge(case["firms"][["firm_id", "firm", "city"]], on="firm_id")
    local = rows[(rows["city"] == "嘉兴") & (rows["basis"] == "site")]
    known = local[local["status"].isin(["producing", "building"])]
    for segment in BY_SCOPE:
        assert (local["segment_id"] == segment).any()
        assert not (known["segment_id"] == segment).any()
    for segment, firm in SHOWN.items():
        assert firm in set(known.loc[known["segment_id"] == segment, "firm"])
    buttons = case["designations"][case["designations"]["segments"] == "FA13"]
    assert list(buttons["kind"]) == ["cluster"]
    by_scope = local["source"] == "工商登记公开数据(至2019-04)"
    assert set(local.loc[by_scope & local["firm_id"].str.fullmatch(r"[0-9A-Z]{18}"), "status"]) == {"unknown"}


def test_the_readme_names_every_file_count_and_column(case: dict[str, pd.DataFrame]) -> None:
    readme = (CASE.parent / "README.md").read_text(encoding="utf-8")
    for name, frame in case.items():
        # Wordings are added with every row of another table: nobody counts them.
        assert (f"**{name}.csv** ({len(frame):,})" if name != "translations" else f"**{name}.csv**") in readme
        for column in frame.columns:
            assert f"`{column}`" in readme, f"{name}.{column}"


def test_our_own_reader_takes_every_row_as_it_stands(case: dict[str, pd.DataFrame]) -> None:
    clean = read_case(CASE)
    assert clean.rejects.empty, clean.rejects.to_string()
    for name, frame in case.items():
        assert len(clean[name]) == len(frame), name
        for column in frame.columns:
            assert clean[name][column].notna().sum() == frame[column].notna().sum(), f"{name}.{column}"
            if clean[name][column].dtype == "str":
                assert sorted(clean[name][column].dropna()) == sorted(frame[column].dropna()), f"{name}.{column}"


@pytest.mark.shared
def test_every_listed_firm_seated_here_is_in_the_case_or_left_out_with_a_reason() -> None:
    """A reference brings the listed firms of the country: none of them may come as a surprise in its own city."""
    seats = pd.read_csv(shared("data/ashare-hq/ckg_row_city.csv"), dtype="str")
    here = set(seats.loc[seats["city"].fillna("").str.startswith("嘉兴"), "code6"])
    excluded = read("excluded")
    assert len(here) >= 40
    assert here - set(read("firms")["stock_code"]) - set(excluded["stock_code"]) == set()
    assert excluded["reason"].notna().all()
