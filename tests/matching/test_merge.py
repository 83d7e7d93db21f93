"""Merging: what is joined, what is filled, what is refused; no id dangles, no order matters, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError
from chaingraph.facts.groups import families
from chaingraph.matching.merge import GRAPH_MATCH_COLUMNS, GRAPH_REVIEW_COLUMNS, build_graph
from chaingraph.model.case import Case, empty_table
from chaingraph.model.columns import DTYPES
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from tests.shared_data import FROZEN
from tests.toy import toy_case, toy_tables


def table(name: str, *rows: Mapping[str, object]) -> pd.DataFrame:
    """A clean table of the schema from rows that give some of its columns."""
    if not rows:
        return empty_table(name)
    frame = pd.DataFrame(list(rows)).reindex(columns=TABLES[name].names)
    return frame.astype({column.name: DTYPES[column.kind] for column in TABLES[name].columns})


def case(name: str, **tables: pd.DataFrame) -> Case:
    return Case(name, tables)


def dangling(graph: ChainGraph | Case) -> list[tuple[str, str, str]]:
    """Every reference of the schema that points at nothing: table, column, value."""
    found = []
    for name, shape in TABLES.items():
        for column in shape.columns:
            if column.refers_to:
                target, key = column.refers_to.split(".")
                known = set(graph[target][key].dropna())
                found += [(name, column.name, str(value)) for value in set(graph[name][column.name].dropna()) - known]
    return sorted(found)


def by_key(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {
        name: tables[name].sort_values(list(shape.key), kind="stable", ignore_index=True)
        for name, shape in TABLES.items()
    }


def assert_same_tables(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in by_key(one).items():
        pd.testing.assert_frame_equal(frame, by_key(other)[name], obj=name)


def test_one_case_is_taken_as_it_is() -> None:
    toy = toy_case()
    graph = build_graph(toy)
    assert graph.name == "toy"
    assert_same_tables(graph.tables, toy.tables)
    assert tuple(graph.matches.columns) == GRAPH_MATCH_COLUMNS
    assert tuple(graph.review.columns) == GRAPH_REVIEW_COLUMNS
    assert (len(graph.matches), len(graph.review)) == (0, 0)
    with pytest.raises(CaseError, match="at least one"):
        build_graph()


def test_a_case_merged_with_itself_changes_nothing() -> None:
    toy = toy_case()
    graph = build_graph(toy, toy)
    assert_same_tables(graph.tables, toy.tables)
    assert set(graph.matches["rule"]) == {"same_id"}
    assert graph.matches["filled"].isna().all()
    assert len(graph.review) == 0
    assert graph.name == "toy"


def renamed(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The same case with every firm id replaced: what another office would have."""
    result = {}
    for name, frame in tables.items():
        columns = [
            c.name
            for c in TABLES[name].columns
            if c.refers_to == "firms.firm_id" or (name, c.name) == ("firms", "firm_id")
        ]
        result[name] = frame.assign(**{c: frame[c].map(lambda value: f"x{value}", na_action="ignore") for c in columns})
    return result


def test_other_ids_for_the_same_firms_are_replaced_everywhere() -> None:
    toy = toy_case()
    graph = build_graph(toy, case("other", **renamed(toy_tables())))
    assert_same_tables(graph.tables, toy.tables)
    assert dangling(graph) == []
    rules = graph.matches.set_index("firm_id")["rule"]
    assert rules["O01"] == "code"
    assert rules["O05"] == "exact"
    assert len(rules) == 22
    assert (graph.matches["other_id"] == "x" + graph.matches["firm_id"]).all()


def test_new_firms_are_added_and_a_taken_id_gets_a_new_one() -> None:
    later = case(
        "later",
        firms=table(
            "firms",
            {"firm_id": "L01", "firm": "另一家有限公司", "country": "中国", "city": "杭州"},
            {"firm_id": "N01", "firm": "新来有限公司", "parent_id": "L01"},
        ),
        firm_links=table("firm_links", {"source_id": "L01", "target_id": "N01", "kind": "owns"}),
        firm_segments=table("firm_segments", {"firm_id": "L01", "segment_id": "PV01", "kind": "maker"}),
    )
    graph = build_graph(toy_case(), later)
    firms = graph["firms"].set_index("firm_id")
    assert firms.loc["L01", "firm"] == "甲一新能源有限公司"
    assert firms.loc["L01-2", "firm"] == "另一家有限公司"
    assert firms.loc["N01", "parent_id"] == "L01-2"
    assert ("L01-2", "N01", "owns") in set(
        graph["firm_links"][["source_id", "target_id", "kind"]].itertuples(index=False, name=None)
    )
    assert "L01-2" in set(graph["firm_segments"].query("segment_id == 'PV01'")["firm_id"])
    assert dangling(graph) == []
    assert graph.name == "toy+later"


def test_only_empty_cells_of_the_listed_columns_are_filled_and_it_is_written_down() -> None:
    first = case(
        "first",
        firms=table(
            "firms",
            {
                "firm_id": "a",
                "firm": "甲一硅业股份有限公司",
                "aliases": "甲一",
                "employees": 10,
                "source": "甲来源",
                "tiers": "listed",
            },
        ),
    )
    later = case(
        "later",
        firms=table(
            "firms",
            {"firm_id": "b", "firm": "甲一硅业股份有限公司", "aliases": "甲一;甲一硅业",
             "former_names": "甲一材料有限公司", "firm_en": "Jiayi", "employees": 99, "founded": "2001",
             "stock_code": "600001", "credit_code": "91330400MA29H4555E",
             "country": "中国", "province": "陕西", "city": "西安", "industry_scheme": "shenwan", "industry": "640102",
             "revenue_cny_m": 5.0, "tiers": "china500(2024)", "status": "dissolved", "source": "乙来源"},
        ),
    )  # fmt: skip
    graph = build_graph(first, later)
    row = graph["firms"].iloc[0]
    assert len(graph["firms"]) == 1
    assert row["aliases"] == "甲一;甲一硅业"
    assert row["former_names"] == "甲一材料有限公司"
    assert (row["founded"], row["stock_code"], row["credit_code"]) == ("2001", "600001", "91330400MA29H4555E")
    assert (row["country"], row["province"], row["city"]) == ("中国", "陕西", "西安")
    assert (row["industry_scheme"], row["industry"]) == ("shenwan", "640102")
    assert row["employees"] == 10  # never overwritten
    assert row["tiers"] == "listed"
    assert row["source"] == "甲来源"
    assert row[["revenue_cny_m", "status", "firm_en"]].isna().all()  # not on the list of what is filled
    match = graph.matches.iloc[0]
    assert (match["rule"], match["case"], match["filled_from"]) == ("exact", "later", "乙来源")
    assert set(match["filled"].split(";")) == {
        "stock_code", "credit_code", "founded", "country", "province", "city", "industry_scheme", "industry",
        "former_names", "aliases",
    }  # fmt: skip
    assert {name: str(kind) for name, kind in graph["firms"].dtypes.items()} == {
        column.name: {"Int64": "Int64", "boolean": "boolean", "float64": "float64"}.get(DTYPES[column.kind], "str")
        for column in TABLES["firms"].columns
    }
    assert first["firms"]["city"].isna().all()  # the case itself is as it was


def test_a_place_that_contradicts_is_not_filled_in() -> None:
    one = {"firm_id": "a", "firm": "甲一硅业股份有限公司", "country": "中国", "province": "浙江"}
    other = {"firm_id": "b", "firm": "甲一硅业股份有限公司", "country": "中国", "province": "陕西", "city": "西安"}
    graph = build_graph(case("1", firms=table("firms", one)), case("2", firms=table("firms", other)))
    assert graph["firms"][["province", "city"]].iloc[0].tolist()[0] == "浙江"
    assert pd.isna(graph["firms"]["city"].iloc[0])


def test_the_name_of_the_other_case_becomes_an_alias() -> None:
    one = {"firm_id": "a", "firm": "浙江长盛滑动轴承股份有限公司", "country": "中国", "city": "嘉兴"}
    other = {"firm_id": "b", "firm": "长盛轴承", "country": "中国", "city": "嘉善县"}
    graph = build_graph(case("1", firms=table("firms", one)), case("2", firms=table("firms", other)))
    assert graph["firms"]["aliases"].tolist() == ["长盛轴承"]
    assert graph.matches["rule"].tolist() == ["subsequence"]


def test_open_pairs_stay_two_firms_and_are_in_the_review() -> None:
    one = {"firm_id": "a", "firm": "嘉善华伟装饰工程有限公司", "country": "中国", "city": "嘉兴"}
    other = {"firm_id": "a", "firm": "嘉善华丽装饰工程有限公司", "country": "中国", "city": "嘉兴"}
    graph = build_graph(case("1", firms=table("firms", one)), case("2", firms=table("firms", other)))
    assert graph["firms"]["firm_id"].tolist() == ["a", "a-2"]
    assert graph.review[["firm_id", "other_id", "reason", "case"]].values.tolist() == [
        ["a", "a-2", "wording_differs", "2"]
    ]
    assert graph.review["score"].iloc[0] == pytest.approx(91.7, abs=0.1)


def test_two_later_cases_that_reach_one_firm_by_likeness_ask_a_person() -> None:
    first = {"firm_id": "a", "firm": "浙江长盛滑动轴承股份有限公司", "country": "中国", "city": "嘉兴"}
    second = {"firm_id": "b", "firm": "长盛轴承", "country": "中国", "city": "嘉兴"}
    third = {"firm_id": "c", "firm": "浙江滑动", "country": "中国", "city": "嘉兴"}
    graph = build_graph(
        *(case(str(number), firms=table("firms", row)) for number, row in enumerate((first, second, third)))
    )
    assert graph["firms"]["firm_id"].tolist() == ["a", "c"]
    assert graph.review[["firm_id", "other_id", "reason"]].values.tolist() == [["a", "c", "several"]]


def test_later_cases_find_each_other_by_code() -> None:
    first = table("firms", {"firm_id": "a", "firm": "甲有限公司"})
    second = table("firms", {"firm_id": "b", "firm": "乙股份", "stock_code": "600001.SH"})
    third = table("firms", {"firm_id": "c", "firm": "乙新称", "stock_code": "600001"})
    graph = build_graph(case("1", firms=first), case("2", firms=second), case("3", firms=third))
    assert graph["firms"]["firm_id"].tolist() == ["a", "b"]
    assert graph["firms"]["aliases"].tolist()[1] == "乙新称"


def test_links_of_a_firm_with_itself_vanish_when_two_rows_become_one() -> None:
    code = {"stock_code": "600001"}
    first = case("1", firms=table("firms", {"firm_id": "a", "firm": "甲股份有限公司", **code}))
    later = case(
        "2",
        firms=table(
            "firms",
            {"firm_id": "x", "firm": "甲股份有限公司", **code, "parent_id": "y"},
            {"firm_id": "y", "firm": "甲股份有限公司(本部)", **code},
        ),
        firm_links=table("firm_links", {"source_id": "y", "target_id": "x", "kind": "owns"}),
    )
    graph = build_graph(first, later)
    assert graph["firms"]["firm_id"].tolist() == ["a"]
    assert len(graph["firm_links"]) == 0
    assert dangling(graph) == []


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("segments", {"segment": "别的环节"}, "segments PV01: segment '硅片' ≠ '别的环节'"),
        ("segments", {"stage": "downstream"}, "segments PV01: stage"),
        ("segments", {"keywords": "硅棒"}, "keywords"),
        ("chains", {"chain": "别的链"}, "chains hy: chain '乙氢能' ≠ '别的链'"),
    ],
)
def test_one_id_for_two_things_is_refused_and_named(name: str, change: dict[str, str], told: str) -> None:
    tables = toy_tables()
    row = 0 if name == "chains" else tables[name].index[tables[name]["segment_id"] == "PV01"][0]
    for column, value in change.items():
        tables[name].loc[row, column] = value
    with pytest.raises(CaseError, match=told):
        build_graph(toy_case(), case("other", **tables))


def test_the_same_thing_said_otherwise_is_no_conflict() -> None:
    tables = toy_tables()
    first = tables["segments"].index[tables["segments"]["segment_id"] == "PV01"][0]
    tables["segments"].loc[first, ["keywords", "source"]] = [
        "硅棒;单晶硅片",
        "别的来源",
    ]  # another order, another source
    tables["segments"].loc[first, "segment_en"] = None  # said by one only
    graph = build_graph(toy_case(), case("other", **tables))
    assert_same_tables(graph.tables, toy_case().tables)


def shuffled(tables: Mapping[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    return {name: frame.sample(frac=1, random_state=seed) for name, frame in tables.items()}


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 1000),
    st.sets(st.sampled_from([f"L0{number}" for number in range(1, 10)] + ["O01", "O05", "O10", "O12"])),
    st.sets(st.sampled_from(["L01", "L02", "O01", "O02", "O13"])),
)
def test_row_order_never_matters_and_nothing_dangles(seed: int, left_out: set[str], coded: set[str]) -> None:
    """Merge the toy case with one that lacks some firms, has other ids and some codes; rows in any order."""
    first = toy_tables()
    later = renamed(toy_tables())
    keep = later["firms"]["firm_id"].isin([f"x{firm}" for firm in left_out])
    later["firms"] = (
        later["firms"]
        .assign(
            firm=later["firms"]["firm"].where(~keep, later["firms"]["firm"] + "别"),
            credit_code=[
                f"9133040000000000{firm[1:]}" if firm[1:] in coded else None for firm in later["firms"]["firm_id"]
            ],
        )
        .astype({"credit_code": "str"})
    )
    graph = build_graph(case("a", **first), case("b", **later))
    again = build_graph(case("a", **shuffled(first, seed)), case("b", **shuffled(later, seed + 1)))
    for name in TABLES:
        pd.testing.assert_frame_equal(again[name], graph[name], obj=name)
    pd.testing.assert_frame_equal(again.matches, graph.matches)
    pd.testing.assert_frame_equal(again.review, graph.review)
    assert dangling(graph) == []
    for name, shape in TABLES.items():
        assert not graph[name].duplicated(list(shape.key)).any(), name
    assert set(first["firms"]["firm_id"]) <= set(graph["firms"]["firm_id"])


FIVE = {
    "601012": ("隆基绿能", "陕西", "西安"),
    "688223": ("晶科能源", "江西", "上饶"),
    "002475": ("立讯精密", "广东", "东莞"),
    "002675": ("东诚药业", "山东", "烟台"),
    "688690": ("纳微科技", "江苏", "苏州"),
}


def jiaxing() -> Case:
    """The case as it was when its figures were measured, read without the reader under test elsewhere."""
    tables = {}
    for path in sorted(FROZEN.glob("*.csv")):
        shape = TABLES[path.stem]
        frame = pd.read_csv(path, dtype="str").reindex(columns=shape.names)
        for column in shape.columns:
            values = frame[column.name].map({"1": True, "0": False}) if column.kind == "flag" else frame[column.name]
            frame[column.name] = values.astype(DTYPES[column.kind])
        tables[path.stem] = frame
    return Case("jiaxing", tables)


@pytest.mark.parametrize("parents_known", [True, False])
@pytest.mark.parametrize("columns", [("stock_code", "place"), ("stock_code",), ("place",), ()])
def test_parents_of_jiaxing_units_stay_apart_from_their_units(columns: tuple[str, ...], *, parents_known: bool) -> None:
    """A national list of short names, with and without codes and places, whether or not the parents are known."""
    case_here = jiaxing()
    local = case_here["firms"]
    units = local[(local["city"] == "嘉兴") & local["parent_id"].isin(FIVE)]
    assert set(units["parent_id"]) >= {"601012", "688223", "002475", "688690"}
    if not parents_known:
        without = local[~local["firm_id"].isin(FIVE)]
        case_here = Case(
            "jiaxing", {"firms": without.assign(parent_id=without["parent_id"].mask(without["parent_id"].isin(FIVE)))}
        )
    rows = []
    for code, (short, province, city) in FIVE.items():
        row = {"firm_id": f"n{code}", "firm": short}
        row |= {"stock_code": code} if "stock_code" in columns else {}
        row |= {"country": "中国", "province": province, "city": city} if "place" in columns else {}
        rows.append(row)
    graph = build_graph(case_here, case("national", firms=table("firms", *rows)))
    merged = graph["firms"].set_index("firm_id")
    for unit in units["firm_id"]:
        assert merged.loc[unit, "firm"] == local.set_index("firm_id").loc[unit, "firm"]
        assert pd.isna(merged.loc[unit, "stock_code"])
        assert merged.loc[unit, "city"] == "嘉兴"
    assert not set(graph.matches["firm_id"]) & set(units["firm_id"])
    if parents_known:
        assert set(graph.matches["firm_id"]) == set(FIVE)
        assert len(graph["firms"]) == len(local)
        with open_engine(graph.tables) as query:
            grouped = families(query).set_index("firm_id")["group_id"]
        assert all(grouped[unit] == parent for unit, parent in zip(units["firm_id"], units["parent_id"], strict=True))
    else:
        assert {f"n{code}" for code in FIVE} <= set(graph["firms"]["firm_id"])
    outside = merged.loc[sorted(FIVE) if parents_known else [f"n{code}" for code in sorted(FIVE)]]
    assert not (outside["city"] == "嘉兴").any()


def test_jiaxing_merged_with_itself_changes_nothing() -> None:
    here = jiaxing()
    graph = build_graph(here, here)
    assert_same_tables(graph.tables, here.tables)
    assert dangling(graph) == dangling(here)
    assert len(graph.review) == 0
