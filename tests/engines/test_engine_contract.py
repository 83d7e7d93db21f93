"""One text, two engines: whatever a survey asks of DuckDB, Spark answers with the same rows in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chaingraph.backtest.panel import panel_of
from chaingraph.backtest.protocol import backtest
from chaingraph.choosing.gates import firm_gates
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey
from chaingraph.engines import duckdb, spark
from chaingraph.facts.standing import STANDING_TABLES, standing
from chaingraph.fit.reference import NationalReference
from chaingraph.importers.ckg import import_ckg
from chaingraph.matching.merge import GRAPH_MATCH_COLUMNS, build_graph
from chaingraph.model.columns import DTYPES
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from chaingraph.places.distance import distance_km
from chaingraph.reading.read import read_case
from chaingraph.sql import OpenEngine, Query, places_in_sets, plain_frame
from chaingraph.stores.parquet.narrow import DATASETS, chosen_rows, counted_makers, narrow
from tests.made_graph import BAD_NAMES
from tests.shared_data import FROZEN, REPOSITORY, shared
from tests.spark_session import running
from tests.toy import toy_tables

# Every text that both engines run; those of the ledger are SQLite's, those of check are DuckDB's.
SQL = REPOSITORY / "chaingraph" / "sql"
TEXTS = {
    path.relative_to(SQL).with_suffix("").as_posix()
    for path in SQL.rglob("*.sql")
    if not path.name.startswith(("ledger_", "check_"))
}
# Texts that others read as a table and nobody asks by themselves.
READ_ALONE = {"roles", "large/steps"}
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with running() as started:
        yield started


def comparing(session: Any, seen: dict[str, int]) -> OpenEngine:
    """An engine that asks both and fails where they differ; ``seen`` counts the rows of each text."""

    @contextmanager
    def open_both(tables: Mapping[str, pd.DataFrame]) -> Iterator[Query]:
        with duckdb.open_engine(tables) as one, spark.open_engine(tables, session=session) as two:

            def query(
                name: str, parameters: Sequence[object] = (), tables: Mapping[str, pd.DataFrame] | None = None
            ) -> pd.DataFrame:
                answer = plain_frame(one(name, parameters, tables))
                same_rows(answer, two(name, parameters, tables), name)
                seen[name] = seen.get(name, 0) + len(answer)
                return answer

            yield query

    return open_both


def graph_of(name: str, tables: Mapping[str, pd.DataFrame]) -> ChainGraph:
    """A graph whose firms were not matched with those of another case."""
    return ChainGraph(name, tables, pd.DataFrame(columns=list(GRAPH_MATCH_COLUMNS), dtype="str"))


def same_rows(left: pd.DataFrame, right: pd.DataFrame, name: str) -> None:
    """Columns, types, rows and their order are the same; numbers to one in 10^9."""
    pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-9, atol=0, obj=name)


def test_a_difference_in_a_row_or_in_the_order_is_found() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "n": [1, 2], "d": [1.0, 1 / 3]})
    same_rows(frame, frame.assign(d=[1.0, 1 / 3 + 1e-11]), "made")
    for other in (frame[::-1].reset_index(drop=True), frame.assign(n=[1, 3]), frame.assign(d=[1.0, 0.3333333])):
        with pytest.raises(AssertionError, match="made"):
            same_rows(frame, other, "made")


def narrowed(graph: ChainGraph, query: Query) -> None:
    """What a case asks that is larger than memory."""
    counted_makers(graph, narrow(graph, "嘉兴", query, keep=3), query)
    firms = graph["firms"]
    chosen_rows(sorted(firms["firm_id"])[::2], query, DATASETS)
    for text in ("products", "segments_told", "tagged"):
        query(f"large/{text}")
    firm_gates(query, pd.DataFrame({"firm_id": firms["firm_id"].head(1), "gate": "downsizing"}))
    query("large/named", tables={"named": firms[["firm"]].rename(columns={"firm": "name"})})
    query("large/parents", tables={"chosen": firms[["firm_id"]]})


def asked_of_a_back_test(graph: ChainGraph, query: Query) -> None:
    """What a back-test asks."""
    codes = query("industry_codes", tables={"places": places_in_sets(graph["firms"]["industry"])})
    texts = graph["firm_segments"].dropna(subset=["product"])
    query("tested", tables={"texts": texts[["firm_id"]], "codes": codes[["firm_id"]]})


def asked_of_standing(graph: ChainGraph, open_engine: OpenEngine) -> None:
    """How the firms stand, seen from a region."""
    with open_engine({name: graph[name] for name in STANDING_TABLES}) as query:
        standing(graph, query, "嘉兴")


ASKED = ("segments", "firms", "firm_segments", "firm_products")


@pytest.mark.slow
def test_the_toy_case_asks_every_text(session: Any) -> None:
    seen: dict[str, int] = {}
    tables = toy_tables()
    rows = tables["firm_segments"]
    again = rows[(rows["firm_id"] == "O04") & (rows["segment_id"] == "HY01")].assign(segment_id="PV05")  # one node
    firms = tables["firms"].assign(industry_scheme="shenwan", industry="630501;630502")
    graph = graph_of("toy", {**tables, "firms": firms, "firm_segments": pd.concat([rows, again], ignore_index=True)})
    open_both = comparing(session, seen)
    survey(graph, "嘉兴", open_both, SurveyOptions(draws=0), reference=NationalReference(graph))
    with open_both({name: graph[name] for name in {*ASKED, *DATASETS}}) as query:
        query("segment_count")
        narrowed(graph, query)
        asked_of_a_back_test(graph, query)
    asked_of_standing(graph, open_both)
    assert set(seen) == TEXTS - READ_ALONE, "a text that no survey asks wants a call of its own here"
    assert all(seen.values()), f"no row came from {[name for name, rows in seen.items() if not rows]}"


@pytest.mark.slow
def test_jiaxing(session: Any) -> None:
    seen: dict[str, int] = {}
    survey(build_graph(read_case(FROZEN)), "嘉兴", comparing(session, seen), SurveyOptions(draws=0))
    assert seen["presence"] > 100
    assert seen["pool"] > 1000


def random_tables(seed: int, firms: int) -> dict[str, pd.DataFrame]:
    """A case of random rows: any kind, state and place, unknown ones too, and names that mean harm."""
    random = np.random.default_rng(seed)
    places = [
        ("中国", "浙江", "嘉兴", "海宁市"),
        ("中国", "浙江", "嘉兴", None),
        ("中国", "江苏", "苏州", None),
        ("中国", "广东", "深圳", None),
        ("德国", None, "慕尼黑", None),
        (None, None, None, None),
    ]
    segments = [f"S{number:02d}" for number in range(int(random.integers(2, 9)))]
    ids = [f"F{number:03d}" for number in range(firms)]

    def any_of(values: Sequence[object], count: int, unknown: float = 0.2) -> list[object]:
        return [None if random.random() < unknown else values[random.integers(len(values))] for _ in range(count)]

    def rows(table: str, count: int, **columns: Sequence[object]) -> pd.DataFrame:
        whole = {column.name: columns.get(column.name, [None] * count) for column in TABLES[table].columns}
        kinds = {column.name: DTYPES[column.kind] for column in TABLES[table].columns}
        return pd.DataFrame(whole).astype(kinds)

    seats = [places[place] for place in random.integers(0, len(places), firms)]
    linked = 2 * len(segments)
    made = 3 * firms
    dates = ["2023", "2024-05", "2025-11-02", "2025-12", "2021-01-01"]
    frames = {
        "chains": rows("chains", 2, chain_id=["a", "b"], chain=["甲", "乙"], strategy=["extend", "strengthen"]),
        "segments": rows(
            "segments",
            len(segments),
            segment_id=segments,
            segment=segments,
            chain_id=any_of("ab", len(segments), 0),
            gbt4754=any_of(["3825", "5266"], len(segments)),
        ),
        "segment_links": rows(
            "segment_links",
            linked,
            from_segment_id=any_of(segments, linked, 0),
            to_segment_id=any_of(segments, linked, 0),
            kind=any_of(["feeds", "feeds", "same_as"], linked, 0),
        ),
        "firms": rows(
            "firms",
            firms,
            firm_id=ids,
            firm=any_of([*BAD_NAMES[:-1], "甲", "é", "Z"], firms, 0),
            country=[seat[0] for seat in seats],
            province=[seat[1] for seat in seats],
            city=[seat[2] for seat in seats],
            district=[seat[3] for seat in seats],
            tiers=any_of(["listed", "global500(2022)", "global500(2023);mnc", "unicorn;little_giant(2021)"], firms),
            status=any_of(["operating", "dissolved", "insolvent", "sanctioned", "delisted"], firms, 0.7),
            industry_scheme=any_of(["shenwan", "gbt4754"], firms),
            industry=any_of(["630501", "3825;5266"], firms),
            parent_id=any_of(ids, firms, 0.8),
            note=any_of(["独角兽资格未核"], firms, 0.8),
        ),
        "firm_segments": rows(
            "firm_segments",
            made,
            firm_id=any_of(ids, made, 0),
            segment_id=any_of(segments, made, 0),
            kind=any_of(["maker", "maker", "operator", "buyer", "brand"], made, 0.1),
            status=any_of(["producing", "building", "signed", "stopped", "unknown"], made),
            basis=any_of(["site", "group"], made),
            role=any_of(["leader", "supporting"], made),
            product=any_of(["光伏玻璃", "逆变器;整流", "a'b"], made),
            source=any_of(["x", "y"], made, 0),
            confidence=any_of(["seen", "known", "unsure"], made),
            as_of=any_of(dates, made),
        ),
        "firm_products": rows(
            "firm_products",
            made,
            firm_id=any_of(ids, made, 0),
            product=any_of(["光伏玻璃", "逆变器", "a'b"], made, 0),
        ),
        "firm_links": rows(
            "firm_links",
            firms,
            source_id=any_of(ids, firms, 0),
            target_id=any_of(ids, firms, 0),
            kind=any_of(["supplies", "owns", "partners"], firms, 0),
            source=any_of(["x"], firms, 0),
        ),
        "firm_sites": rows(
            "firm_sites",
            firms,
            firm_id=any_of(ids, firms, 0),
            kind=any_of(["plant", "contact", "office"], firms, 0),
            region=any_of(["嘉兴", "海宁市", "杭州", "上海"], firms, 0),
            source=any_of(["x"], firms, 0),
        ),
        "firm_signals": rows(
            "firm_signals",
            firms,
            firm_id=any_of(ids, firms, 0),
            date=any_of(dates, firms),
            source=["x"] * firms,
            kind=any_of(["expansion", "insolvency", "downsizing", "hiring", "exit", "land", "divestment"], firms, 0),
            place=any_of(["嘉兴", "苏州", "浙江"], firms),
            text=any_of(["扩产"], firms),
            project_id=any_of(["P1", "P2"], firms, 0.5),
            segment_id=any_of(segments, firms),
            stage=any_of(["announced", "signed", "producing", "ended"], firms, 0.5),
            site_status=any_of(["open", "decided_here", "decided_elsewhere"], firms, 0.5),
            instead_place=any_of(["苏州", "海宁市"], firms, 0.7),
            review=any_of(["pending", "accepted"], firms),
        ),
        "leader_purchases": rows(
            "leader_purchases",
            firms,
            leader_id=any_of(ids, firms, 0),
            firm_id=any_of(ids, firms, 0),
            segment_id=any_of(segments, firms, 0),
            annual_cny_m=any_of([1.0, 2.5, 1e9], firms),
            supplier_city=any_of(["嘉兴", "苏州"], firms),
        ),
    }
    empty = {name: rows(name, 0) for name in TABLES if name not in frames}
    return {**empty, **frames}


@pytest.mark.slow
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking would take an hour
@given(seed=st.integers(0, 2**32 - 1), firms=st.integers(1, 60))
def test_random_tables(session: Any, seed: int, firms: int) -> None:
    graph = graph_of("random", random_tables(seed, firms))
    open_both = comparing(session, {})
    survey(graph, "嘉兴", open_both, SurveyOptions(draws=0), reference=NationalReference(graph))
    with open_both({name: graph[name] for name in {*ASKED, *DATASETS}}) as query:
        narrowed(graph, query)
        asked_of_a_back_test(graph, query)
    asked_of_standing(graph, open_both)


def ashare_graph() -> ChainGraph:
    """The public A-share firms, the products most of them make as segments, upstream materials as links."""
    case = import_ckg(shared("data/ckg"), shared("data/ashare-hq/ckg_row_city.csv"))
    made = case["firm_products"].rename(columns={"product": "segment"})
    most = made.groupby("segment")["firm_id"].nunique().sort_values(ascending=False, kind="stable").index[:150]
    ids = {name: f"P{number:03d}" for number, name in enumerate(sorted(most))}
    products = case["products"].set_index("product_id")["product"]
    inputs = case["product_links"][case["product_links"]["kind"] == "input"]
    links = inputs.assign(
        from_segment_id=lambda rows: rows["from_product_id"].map(products).map(ids),
        to_segment_id=lambda rows: rows["to_product_id"].map(products).map(ids),
        kind="feeds",
    )
    made = made[made["segment"].isin(ids)].assign(
        segment_id=lambda rows: rows["segment"].map(ids), product=lambda rows: rows["segment"], kind="maker"
    )
    frames = {
        "chains": pd.DataFrame({"chain_id": ["all"], "chain": ["全部"], "strategy": ["extend"]}),
        "segments": pd.DataFrame({"segment_id": ids.values(), "segment": ids.keys(), "chain_id": "all"}),
        "segment_links": links.dropna(subset=["from_segment_id", "to_segment_id"]),
        "firm_segments": made.drop_duplicates(["firm_id", "segment_id"]),
        "firms": case["firms"],
    }
    whole = {}
    for name, table in TABLES.items():
        frame = frames.get(name, pd.DataFrame())
        kinds = {column.name: DTYPES[column.kind] for column in table.columns}
        whole[name] = frame.reindex(columns=table.names).astype(kinds).reset_index(drop=True)
    return graph_of("A股", whole)


@pytest.mark.slow
@pytest.mark.shared
def test_the_a_share_graph(session: Any) -> None:
    seen: dict[str, int] = {}
    graph = ashare_graph()
    survey(graph, "苏州", comparing(session, seen), SurveyOptions(draws=0), reference=NationalReference(graph))
    assert seen["presence"] > 10
    assert seen["pool"] > 1000


@pytest.mark.slow
@pytest.mark.shared
def test_the_a_share_back_test(session: Any) -> None:
    """The figures of the temporal split are the same, whichever engine told who is tested and by which codes."""
    data = shared("data/ashare-hq")
    tables = import_ckg(shared("data/ckg"), data / "ckg_row_city.csv", dates=data / "stock_basic.csv").tables
    methods = ("random", "same_industry", "linkage", "mix", "ppr", "score")
    one, two = (
        backtest(tables, "temporal", [0], panel=panel_of(tables, distance_km, opened), methods=methods)
        for opened in (duckdb.open_engine, partial(spark.open_engine, session=session))
    )
    assert one.facts == two.facts
    assert one.facts["firms"] == 4435
    for name in ("summary", "by_city", "calibration"):
        same_rows(getattr(one, name), getattr(two, name), name)
    assert dict(two.recalibration) == pytest.approx(dict(one.recalibration), rel=1e-9)
