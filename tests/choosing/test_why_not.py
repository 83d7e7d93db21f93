"""Every firm gets an answer, and it is the one that the lists give."""

from __future__ import annotations

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.gates import GATES
from chaingraph.choosing.ranking import deciding_key, first_rows, rows_behind
from chaingraph.choosing.why_not import FATES, why_not
from chaingraph.engines.duckdb import open_engine
from chaingraph.labels import LANGUAGES, text
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import MOST_KEYS, ORDER_KEYS, load_strategy
from chaingraph.wording.why_not import tell_firm
from tests.toy import toy_tables


@pytest.fixture(scope="module")
def graph() -> ChainGraph:
    return ChainGraph("toy", toy_tables())


@pytest.fixture(scope="module")
def short(graph: ChainGraph) -> Findings:
    """Lists of one row, so that somebody stands behind their end."""
    return cg.survey(graph, region="嘉兴", reference=None, top=1, draws=0)


@pytest.fixture(scope="module")
def fates(graph: ChainGraph, short: Findings) -> pd.DataFrame:
    told = [why_not(graph, short, firm, open_engine).assign(firm_id=firm) for firm in graph["firms"]["firm_id"]]
    return pd.concat(told, ignore_index=True)


def test_every_firm_in_a_segment_has_one_fate_in_it(graph: ChainGraph, fates: pd.DataFrame) -> None:
    own = graph["firm_segments"][["firm_id", "segment_id"]].drop_duplicates()
    told = set(zip(fates["firm_id"], fates["segment_id"], strict=True))
    assert set(own.itertuples(index=False, name=None)) <= told
    assert not fates.duplicated(["firm_id", "segment_id"]).any()
    assert set(fates["fate"]) == {"listed", "gate", "behind", "not_asked"} <= set(FATES)


def test_who_is_listed_is_on_the_list_and_nobody_else(short: Findings, fates: pd.DataFrame) -> None:
    rows = short.targets["zh"]
    listed = fates[fates["fate"] == "listed"]
    keys = ["chain_id", "segment_id", "firm_id"]
    assert set(listed[keys].itertuples(index=False, name=None)) == set(rows[keys].itertuples(index=False, name=None))


def test_the_gate_is_the_one_by_which_the_firm_is_counted(
    short: Findings, fates: pd.DataFrame, graph: ChainGraph
) -> None:
    ids = dict(zip(graph["firms"]["firm"], graph["firms"]["firm_id"], strict=True))
    for row in short.dropped.to_dict("records"):
        for name in row["firms"].split(";"):
            mine = fates[(fates["firm_id"] == ids[name]) & (fates["chain_id"] == row["chain_id"])]
            assert row["gate"] in set(mine["gate"])


def test_who_stands_behind_is_counted_from_the_end_of_the_list(fates: pd.DataFrame, short: Findings) -> None:
    behind = fates[fates["fate"] == "behind"]
    assert (behind["position"] > 1).all()
    assert (behind["position"] <= behind["of"]).all()
    assert set(behind["short_of"]) <= {*ORDER_KEYS, "basis", "ground", "quota", "enough", "id"}
    assert set(short.behind["position"]) >= set(behind["position"])


def test_a_firm_of_which_nothing_is_known_is_told_so(graph: ChainGraph, short: Findings) -> None:
    firms = pd.concat([graph["firms"], graph["firms"].iloc[[0]].assign(firm_id="N1", firm="无人知晓有限公司")])
    more = ChainGraph("toy", {**graph.tables, "firms": firms.reset_index(drop=True)})
    assert why_not(more, short, "N1", open_engine).empty
    assert "企业环节表中没有该企业" in cg.explain(short, "无人知晓", more)


def test_every_firm_is_told_of_in_both_languages(graph: ChainGraph, short: Findings, fates: pd.DataFrame) -> None:
    for firm, rows in fates.groupby("firm_id"):
        for lang in LANGUAGES:
            said = tell_firm(graph, short, str(firm), rows, lang)
            assert said
            assert "nan" not in said.replace("Hainan", "")
            if lang == "en":
                assert said.count("What would bring it in:") == (rows["fate"] != "listed").sum()


def test_every_gate_and_every_key_has_a_way_in() -> None:
    for name in (*(gate.name for gate in GATES), *ORDER_KEYS, "basis", "quota", "id"):
        for lang in LANGUAGES:
            assert text(f"why_not.way_{name}", lang)
    for key in (*ORDER_KEYS, "basis", "quota", "id"):
        assert text(f"explain.key_{key}", "en")
        assert text(f"why_not.short_of_{key}", "en")


def made(*rows: tuple[int, int, float, float]) -> pd.DataFrame:
    told = [
        {
            "list": "main",
            "chain_id": "C",
            "candidate_list": "new",
            "group_id": f"G{place}",
            "firm_id": f"F{place}",
            "segment_id": "S",
            "position": place,
            "rank": place,
            "overflow": overflow,
            "quota_rows": 2,
            "key_1": one,
            "key_2": two,
            **{f"key_{place}": 0.0 for place in range(3, MOST_KEYS + 1)},
            "fit_lift": 1.0 + place,
        }
        for place, overflow, one, two in rows
    ]
    return pd.DataFrame(told)


def test_what_puts_a_row_behind_is_the_first_key_that_differs_and_the_quota_before_all() -> None:
    plan = {"main:C": load_strategy("extend")}  # motive, standing, near, …
    everyone = made((1, 0, 0.0, 0.0), (2, 0, 0.0, 1.0), (3, 0, 0.0, 1.0), (4, 0, 1.0, 0.0), (5, 1, 0.0, 0.0))
    behind = rows_behind(everyone, plan, 2)
    assert dict(zip(behind["firm_id"], behind["short_of"], strict=True)) == {"F3": "id", "F4": "motive", "F5": "quota"}
    assert behind["of"].tolist() == [5, 5, 5]
    first = first_rows(everyone, plan).iloc[0]
    assert (first["firm_id"], first["second_id"], first["key"]) == ("F1", "F2", "standing")
    assert first_rows(everyone.head(1), plan)["second_id"].isna().all()
    assert first_rows(everyone.assign(rank=pd.array([pd.NA] * 5, dtype="Int64")), plan).empty  # nobody is first there
    assert deciding_key({"overflow": 0, "key_1": 0}, {"overflow": 0, "key_1": 0}, ("signal",)) == "id"
    for levels, key in (((0, 1), "ground"), ((0, 2), "basis"), ((1, 2), "basis")):
        first, second = ({"unranked": level, "overflow": 0} for level in levels)
        assert deciding_key(second, first, ("fit",)) == key
    assert rows_behind(pd.DataFrame(), plan, 2).empty


def test_a_list_says_why_its_first_row_stands_first(graph: ChainGraph) -> None:
    found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    for chain, rows in found.targets["zh"].query("candidate_list == 'new'").groupby("chain_id"):
        notes = " ".join(found.notes["zh"].loc[found.notes["zh"]["chain_id"] == chain, "note"])
        assert "清单依次按" in notes
        if len(rows) > 1:
            assert "首位" + rows.sort_values("rank").iloc[0]["firm"] in notes


def test_every_row_has_a_next_step(graph: ChainGraph) -> None:
    nobody = {name: graph[name].iloc[:0] for name in ("chain_offices", "zones", "carriers", "outreach", "firm_links")}
    found = cg.survey(ChainGraph("toy", {**graph.tables, **nobody}), region="嘉兴", reference=None, draws=0)
    for rows in (found.targets["zh"], found.leader_targets["zh"]):
        assert rows["next_step"].notna().all()
