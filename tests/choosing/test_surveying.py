"""The whole survey on the toy case and on Jiaxing: what must hold whatever the numbers are."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.surveying import data_date
from chaingraph.facts.gaps import PRESENT_STATES
from chaingraph.model.case import Reading
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHORTLIST_COLUMNS, TARGET_COLUMNS
from tests.shared_data import FROZEN
from tests.toy import toy_tables

NAMED_OUTSIDE = {"601012", "688223", "002475", "002675", "688690"}  # 隆基, 晶科, 立讯, 东诚, 纳微


@pytest.fixture(scope="module")
def graph() -> ChainGraph:
    return cg.build_graph(cg.read_case(FROZEN))


@pytest.fixture(scope="module")
def found(graph: ChainGraph) -> Findings:
    return cg.survey(graph, region="嘉兴")


@pytest.fixture(scope="module")
def blind(graph: ChainGraph) -> Findings:
    return cg.survey(graph, region="嘉兴", reference=None, draws=0)


@pytest.fixture(scope="module")
def toy() -> Findings:
    return cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴")


def test_contributions_sum_to_the_score(found: Findings) -> None:
    total = found.terms.groupby(["list", "chain_id", "firm_id"])["contribution"].sum()
    for name, table in (("main", found.targets["zh"]), ("leader", found.leader_targets["zh"])):
        rows = table.dropna(subset=["fit_lift"])
        keys = list(zip([name] * len(rows), rows["chain_id"], rows["firm_id"], strict=True))
        np.testing.assert_allclose(np.log(rows["fit_lift"].to_numpy()), total[keys].to_numpy(), atol=1e-9)


def test_shares_sum_to_one(found: Findings) -> None:
    sums = found.shares.groupby(["list", "chain_id", "firm_id"])["share"].sum()
    np.testing.assert_allclose(sums.to_numpy(), 1.0, atol=1e-9)


def test_of_a_case_larger_than_memory_no_base_rate_is_told(toy: Findings) -> None:
    whole = toy.trust["zh"].set_index("kind")["value"]
    assert whole.notna()["base_all"]
    graph = ChainGraph("toy", toy_tables(), reading=Reading(counted=1_000_000, read=22, keep=2))
    part = cg.survey(graph, region="嘉兴", reference=None, draws=0).trust["zh"].set_index("kind")
    assert pd.isna(part["value"]["base_all"])
    assert "底数不详" in part["plain"]["base_all"]


def test_input_order_changes_nothing(toy: Findings) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=7) for name, frame in toy_tables().items()}
    other = cg.survey(ChainGraph("toy", shuffled), region="嘉兴")
    for mine, yours in ((toy.targets, other.targets), (toy.gaps, other.gaps), (toy.questions, other.questions)):
        pd.testing.assert_frame_equal(mine["zh"], yours["zh"])


def test_languages_differ_in_words_only(found: Findings) -> None:
    numbers = ["rank", "firm_id", "fit_lift", "fit_low", "top_share", "reach", "gap_state", "evidence_grade", "tiers"]
    pd.testing.assert_frame_equal(found.targets["zh"][numbers], found.targets["en"][numbers])
    assert not found.targets["zh"]["reasons"].equals(found.targets["en"]["reasons"])


def test_no_local_firms_means_no_basis(graph: ChainGraph) -> None:
    tables = dict(graph.tables)
    local = graph.firms_in("嘉兴")
    for name in ("firms", "firm_segments", "firm_products", "firm_sites", "firm_signals"):
        tables[name] = tables[name][~tables[name]["firm_id"].isin(local)]
    links = tables["firm_links"]
    tables["firm_links"] = links[~links["source_id"].isin(local) & ~links["target_id"].isin(local)]
    rows = cg.survey(ChainGraph("none", tables), region="嘉兴").targets["zh"]
    assert len(rows) > 100
    assert rows["fit_lift"].isna().all()
    assert rows["reasons"].str.contains("没有可比的本地企业").all()


def test_local_firms_are_no_targets_unless_they_expand(graph: ChainGraph, found: Findings) -> None:
    local = graph.firms_in("嘉兴")
    for table in (found.targets["zh"], found.leader_targets["zh"]):
        here = table[table["firm_id"].isin(local)]
        assert set(here["candidate_kind"]) <= {"expanding"}
    assert not set(found.rankings["zh"]["firm_id"]) & local


def test_parents_of_local_units_are_on_the_second_list_only(found: Findings) -> None:
    rows = found.targets["zh"]
    named = rows[rows["firm_id"].isin(NAMED_OUTSIDE)]
    assert set(named["candidate_list"]) == {"reinvest"}
    assert set(named["local_unit"].notna()) == {True}


def test_columns_are_the_fixed_ones(found: Findings) -> None:
    assert list(found.targets["zh"].columns) == list(TARGET_COLUMNS)
    assert list(found.leader_targets["en"].columns) == list(TARGET_COLUMNS)
    assert TARGET_COLUMNS[: len(SHORTLIST_COLUMNS)] == SHORTLIST_COLUMNS


def test_each_group_stands_once_per_chain_and_list(found: Findings) -> None:
    rows = found.targets["zh"]
    assert not rows.duplicated(["chain_id", "candidate_list", "firm_id"]).any()
    assert not rows.duplicated(["chain_id", "candidate_list", "group"]).any()


def test_every_chain_has_targets_with_reasons_that_name_something_local(graph: ChainGraph, found: Findings) -> None:
    rows = found.targets["zh"]
    local = set(graph["firms"].loc[graph["firms"]["firm_id"].isin(graph.firms_in("嘉兴")), "firm"])
    segments = set(graph["segments"]["segment"])
    assert set(rows["chain_id"]) == set(graph["chains"]["chain_id"])
    for reasons in rows["reasons"]:
        assert any(name in reasons for name in local | segments)
    counts = rows[rows["candidate_list"] == "new"].groupby("chain_id").size()
    few = set(counts[counts < 5].index) | (set(graph["chains"]["chain_id"]) - set(counts.index))
    notes = found.notes["zh"]
    assert few <= set(notes.loc[notes["note"].str.contains("新引目标仅"), "chain_id"])


def test_state_counts_equal_a_recount_from_the_tables(graph: ChainGraph, blind: Findings) -> None:
    """A second way to the same counts: plain Python over the rows, no SQL."""
    local = graph.firms_in("嘉兴")
    links = graph["segment_links"]
    same = links[links["kind"] == "same_as"]
    node = {segment: segment for segment in graph["segments"]["segment_id"]}
    for left, right in zip(same["from_segment_id"], same["to_segment_id"], strict=True):
        node[right] = node[left]
    services = {
        row["segment_id"]
        for row in graph["segments"].to_dict("records")
        if row["service"] is True
        or (
            isinstance(row["gbt4754"], str) and not any(13 <= int(code[:2]) <= 43 for code in row["gbt4754"].split(";"))
        )
    }
    made: dict[str, set[str]] = {}
    for row in graph["firm_segments"].to_dict("records"):
        for segment in (other for other, root in node.items() if root == node[row["segment_id"]]):
            kinds = ("maker", "operator") if segment in services else ("maker",)
            shown = row["basis"] == "site" and row["status"] in ("producing", "building") and row["kind"] in kinds
            if shown and row["firm_id"] in local:
                made.setdefault(segment, set()).add(row["firm_id"])
    table = blind.gaps["zh"].set_index("segment_id")
    assert {segment: len(made.get(segment, ())) for segment in table.index} == table["found"].to_dict()
    clustered = {
        segment
        for row in graph["designations"].to_dict("records")
        if row["kind"] in ("cluster", "new_star", "future_zone") and isinstance(row["segments"], str)
        for segment in row["segments"].split(";")
    }
    for segment, count in table["found"].items():
        counted = "none_known" if count == 0 else "thin" if count < 3 else "present"
        if counted != "present" and segment in clustered:
            counted = "present_unlisted"
        assert table.loc[segment, "state"] == counted
    assert "missing" not in set(table["state"])


def test_a_segment_past_its_quota_waits_behind_all_others(found: Findings) -> None:
    rows = found.targets["zh"]
    ranked = rows[rows["rank"].notna()]  # who has nothing local to speak for it stands behind all
    new = ranked[(ranked["candidate_list"] == "new") & (ranked["strategy"] != "strengthen")]
    seen_over = 0
    for _, whole in new.groupby("chain_id"):
        enough = whole["gap_state"].isin(PRESENT_STATES)  # those stand behind all, whatever their quota
        assert enough.tolist() == sorted(enough)
        part = whole[~enough]
        over = (part.groupby("segment_id").cumcount() >= 8).tolist()  # a quarter of 30, rounded up
        assert over == sorted(over)
        seen_over += sum(over)
    assert seen_over < 0.2 * len(new)


def test_a_dated_reason_stands_first_and_who_gives_none_has_no_rank() -> None:
    """Money raised is a reason to call; a plan that names its place is none, nor is being near."""
    graph = ChainGraph("toy", toy_tables())
    rows = cg.survey(graph, region="嘉兴", as_of="2024-05-31", draws=0, reference=None)
    new = rows.targets["zh"]
    new = new[(new["chain_id"] == "pv") & (new["candidate_list"] == "new")]
    assert new["firm"].tolist()[:2] == ["乙三能源股份有限公司", "乙九硅片有限公司"]
    assert new["rank"].tolist()[:1] == [1]
    assert new["rank"].iloc[1:].isna().all()
    assert len(new) == 5
    notes = rows.notes["zh"]
    assert notes.loc[notes["chain_id"] == "pv", "note"].str.contains("另有4家暂无可谈的由头").any()


def test_ties_share_a_rank(found: Findings) -> None:
    for _, part in found.targets["zh"].groupby(["chain_id", "candidate_list"]):
        ranks = part["rank"].tolist()
        assert ranks == sorted(ranks)
        assert ranks[0] == 1


def test_grade_a_is_not_given_without_a_reference(blind: Findings, found: Findings) -> None:
    assert set(blind.targets["zh"]["evidence_grade"]) <= {"B", "C"}
    assert "A" in set(found.targets["zh"]["evidence_grade"])


def test_the_default_compares_with_the_aggregate_of_listed_firms(found: Findings, blind: Findings) -> None:
    """Expected counts recomputed from the shipped table, in plain Python."""
    with (files("chaingraph") / "library" / "listed" / "makers.csv").open("r", encoding="utf-8") as lines:
        makers = list(csv.DictReader(lines))
    total: Counter[tuple[str, str, bool]] = Counter()
    for row in makers:
        total[row["chain"], row["segment"], row["city"] == "嘉兴"] += int(row["firms"])
    table = found.gaps["zh"]
    for row in table.to_dict("records"):
        (own, others), (here, elsewhere) = (
            [total[row["chain"], name, inside] for inside in (True, False)] for name in (row["segment"], "")
        )
        assert row["expected"] == pytest.approx(here * (own + others) / (here + elsewhere)), row["segment"]
        if not row["found"] and row["state"] != "present_unlisted":
            assert row["state"] in ("missing", "unknown", "none_known")
        assert row["state"] != "missing" or row["expected"] >= 3
    assert blind.gaps["zh"]["expected"].isna().all()
    assert found.parameters["reference_kind"] == "listed"
    assert blind.parameters["reference_kind"] == "none"
    assert set(found.terms["term"]) == {"mix", "peers", "relatedness", "constant"}
    assert found.notes["zh"]["note"].str.contains("2021-10，4605家").sum() == 10
    names = {row["segment_id"]: (row["chain"], row["segment"]) for row in table.to_dict("records")}
    elsewhere_made: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in makers:
        if row["city"] not in ("", "嘉兴"):
            elsewhere_made.setdefault((row["chain"], row["segment"]), []).append((-int(row["firms"]), row["city"]))
    for row in found.rivals.to_dict("records"):
        assert (-row["firms"], row["city"]) == sorted(elsewhere_made[names[row["segment_id"]]])[row["rank"] - 1]


def test_questions_are_twenty_and_name_somebody(found: Findings) -> None:
    questions = found.questions["zh"]
    assert questions["rank"].tolist() == list(range(1, 21))
    assert questions["ask_whom"].notna().all()
    assert questions["state"].isin(["none_known", "unknown"]).all()


@pytest.mark.slow
def test_another_candidate_changes_no_other_fit_when_the_reference_is_held(graph: ChainGraph) -> None:
    """With a national case as reference, a new outside firm in the bureau's own case is scored and nothing moves."""
    national = graph.region("中国")
    before = cg.survey(graph, region="嘉兴", reference=national, draws=20)
    firm = (
        graph["firms"]
        .iloc[[0]]
        .assign(
            firm_id="NEW",
            firm="新来的外地企业",
            aliases=pd.NA,
            former_names=pd.NA,
            stock_code=pd.NA,
            credit_code=pd.NA,
            country="德国",
            province=pd.NA,
            city="慕尼黑",
            district=pd.NA,
            parent_id=pd.NA,
        )
    )
    row = (
        graph["firm_segments"].iloc[[0]].assign(firm_id="NEW", segment_id="PV09", kind="maker", product="光伏跟踪支架")
    )
    tables = dict(graph.tables)
    tables["firms"] = pd.concat([tables["firms"], firm.astype(tables["firms"].dtypes)], ignore_index=True)
    tables["firm_segments"] = pd.concat(
        [tables["firm_segments"], row.astype(tables["firm_segments"].dtypes)], ignore_index=True
    )
    after = cg.survey(ChainGraph("more", tables), region="嘉兴", reference=national, draws=20)
    both = before.targets["zh"].merge(after.targets["zh"], on=["chain_id", "firm_id"], suffixes=("", "_after"))
    assert len(both) > 100
    np.testing.assert_allclose(both["fit_lift"], both["fit_lift_after"], rtol=0, atol=1e-12)


def test_one_chain_of_many_keeps_its_numbers(found: Findings) -> None:
    part = only_chains(found, ["PV"])
    assert set(part.targets["zh"]["chain_id"]) == {"PV"}
    rows = found.targets["zh"]
    pd.testing.assert_frame_equal(part.targets["zh"], rows[rows["chain_id"] == "PV"].reset_index(drop=True))


def test_now_is_the_newest_date_in_the_data(graph: ChainGraph) -> None:
    assert data_date(ChainGraph("toy", toy_tables())) == "2024-05"
    assert data_date(graph).startswith("20")
    assert data_date(ChainGraph("empty", {})) == ""


def test_explain_says_why_and_what_is_not_known(found: Findings) -> None:
    text = cg.explain(found, "固德威")
    assert "光伏新能源" in text
    assert "下一步" in text
    assert "证据等级" in text
    with pytest.raises(cg.ChaingraphError, match="相近"):
        cg.explain(found, "没有这家企业")
