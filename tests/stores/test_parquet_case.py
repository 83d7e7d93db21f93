"""A case with its firms as Parquet datasets: counted whole, read in part, and then like any other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey, survey_tables
from chaingraph.cli.main import main
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError
from chaingraph.facts.derived_tables import firm_places, segment_nodes
from chaingraph.facts.gaps import gap_facts, local_presence
from chaingraph.facts.groups import families
from chaingraph.fit.listed import summed_makers
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.schema import TABLES
from chaingraph.reading.read import changed_since_read, read_case
from chaingraph.sql import sql_text
from chaingraph.stores.comparison import read_cases
from chaingraph.stores.parquet.narrow import LARGE_TABLES, datasets, narrow, nodes_of, seats
from chaingraph.stores.parquet.read import is_large, read_large_case
from tests.made_datasets import as_datasets, without_dash
from tests.shared_data import FROZEN

EVERY = 100_000


@pytest.fixture(scope="module")
def whole(large: Path) -> Case:
    return read_large_case(large, "嘉兴", open_engine, keep=EVERY)


def test_what_is_large_is_told_by_its_folders(large: Path, tmp_path: Path) -> None:
    assert is_large(large)
    assert not is_large(FROZEN)
    assert not is_large(FROZEN / "firms.csv")
    assert set(datasets(large)) == set(LARGE_TABLES)
    half = tmp_path / "half"
    shutil.copytree(large, half, ignore=shutil.ignore_patterns("firm_segments"))
    with pytest.raises(CaseError, match="firm_segments/ is missing"):
        read_large_case(half, "嘉兴", open_engine, lang="en")


def test_what_lacks_chains_is_refused_by_its_own_path(large: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(large, bare, ignore=shutil.ignore_patterns("chains.csv"))
    with pytest.raises(CaseError, match=re.escape(f"The case {bare} was refused")):
        read_large_case(bare, "嘉兴", open_engine, lang="en")


def test_every_firm_read_is_the_case_itself(whole: Case) -> None:
    case = read_case(FROZEN)
    in_segments = set(case["firm_segments"]["firm_id"])
    read = without_dash(whole)
    # Left out: firms in no segment that no other table names, and outside firms of gated rows alone.
    assert set(read["firm_id"]) <= set(case["firms"]["firm_id"])
    kept = case["firms"][case["firms"]["firm_id"].isin(read["firm_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(read, kept)
    rows = case["firm_segments"][case["firm_segments"]["firm_id"].isin(read["firm_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole["firm_segments"], rows)
    assert len(in_segments - set(read["firm_id"])) < 0.2 * len(in_segments)


def test_a_firm_that_is_no_more_is_counted_nowhere_in_a_large_case_either(whole: Case, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(FROZEN, case)
    firms = pd.read_csv(case / "firms.csv", dtype=str, encoding="utf-8-sig")
    gone = firms["city"].eq("嘉兴") & firms.index.to_series().mod(2).eq(0)
    firms.assign(status=firms["status"].mask(gone, "dissolved")).to_csv(case / "firms.csv", index=False)
    totals = read_large_case(as_datasets(case, tmp_path / "large"), "嘉兴", open_engine, keep=EVERY).totals
    assert_counted(totals, case)
    assert totals["found"].sum() < 0.8 * whole.totals["found"].sum()


def test_totals_are_the_counts_of_the_whole_case(whole: Case) -> None:
    totals = assert_counted(whole.totals, FROZEN)
    assert totals["found"].sum() > 100
    assert (totals["outside_read"] == totals["outside_open"]).all()


def assert_counted(told: pd.DataFrame, case: Path) -> pd.DataFrame:
    """What a large case counts is what the whole case has; the counts by segment."""
    graph = build_graph(read_case(case))
    places = firm_places(graph, "嘉兴")
    with open_engine(survey_tables(graph, places)) as query:
        facts = gap_facts(graph, "嘉兴", query, local_presence(query), families(query)).sort_index()
    totals = told.set_index("segment_id").sort_index()
    for name in ("found", "group_only", "presumed", "to_check", "nearby_found"):
        assert totals[name].tolist() == facts[name].tolist(), name
    return totals


def test_a_firm_in_two_segments_of_one_node_counts_once(whole: Case) -> None:
    nodes = nodes_of(build_graph(read_case(FROZEN)))
    shared = nodes[nodes.duplicated("node", keep=False)].groupby("node")["segment_id"].agg(list)
    assert len(shared)
    totals = whole.totals.set_index("segment_id")
    for segments in shared:
        assert totals.loc[segments, "national"].nunique() == 1


@pytest.mark.parametrize("keep", [1, 5])
def test_fewer_are_read_but_all_are_counted(large: Path, whole: Case, keep: int) -> None:
    case = read_large_case(large, "嘉兴", open_engine, keep=keep)
    counted = [name for name in whole.totals if name != "outside_read"]
    pd.testing.assert_frame_equal(case.totals[counted], whole.totals[counted])
    assert len(case["firms"]) < len(whole["firms"])
    read = case.totals["outside_read"]
    assert (read == whole.totals["outside_open"].clip(upper=keep)).all()
    assert any("722" in note for note in case.notes)


def test_the_first_outside_are_those_on_a_list_then_the_large_then_the_near(large: Path) -> None:
    case = read_case(FROZEN)
    firms = case["firms"].set_index("firm_id")
    graph = build_graph(case)
    with open_engine({name: large / name for name in LARGE_TABLES}) as query:
        pool = narrow(graph, "嘉兴", query, keep=3).pool
    outside = pool[pool["inside"] == 0]
    assert outside.groupby("node").size().max() == 3
    listed = outside["firm_id"].map(firms["tiers"]).notna()
    for _, rows in listed.groupby(outside["node"]):
        assert rows.tolist() == sorted(rows.tolist(), reverse=True)  # those on a list come first


def test_a_survey_of_what_was_read(large: Path) -> None:
    case = read_large_case(large, "嘉兴", open_engine, keep=3)
    found = survey(build_graph(case), "嘉兴", open_engine, SurveyOptions(draws=0))
    assert len(found.gaps["zh"]) == 170
    assert len(found.targets["zh"]) > 20


def test_places_are_told_from_the_region() -> None:
    written = pd.DataFrame(
        {
            "country": ["中国", "中国", None, "德国"],
            "province": ["浙江", "江苏", None, None],
            "city": ["嘉兴", "苏州", "", "慕尼黑"],
            "district": ["海宁市", None, None, None],
            "firms": [3, 2, 1, 1],
        }
    )
    found = seats(written, "嘉兴").set_index("city")
    assert found["inside"].to_dict() == {"嘉兴": 1, "苏州": 0, "": 0, "慕尼黑": 0}
    assert found["band"].to_dict() == {"嘉兴": 0, "苏州": 0, "": 99, "慕尼黑": 4}
    assert found["cell"].to_dict() == {"嘉兴": 400_000, "苏州": 200_000, "": 99, "慕尼黑": 4}


def test_files_name_every_part_and_notice_a_change(large: Path, whole: Case, tmp_path: Path) -> None:
    of_datasets = whole.files[whole.files["table"].isin(LARGE_TABLES)]
    assert of_datasets["rows"].sum() == sum(len(read_case(FROZEN)[name]) for name in LARGE_TABLES)
    assert changed_since_read(large, whole.files) == []
    copy = tmp_path / "copy"
    shutil.copytree(large, copy)
    part = next((copy / "firms").rglob("*.parquet"))
    part.write_bytes(part.read_bytes() + b"x")
    assert changed_since_read(copy, whole.files) == [part.relative_to(copy).as_posix()]


def test_names_that_mean_harm_stay_names(large: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "it's; DROP TABLE firms; --"
    shutil.copytree(large, hostile)
    names = ("'; DROP TABLE firms; --", "read_csv('/etc/passwd')", "=1+1")
    target = hostile / "firms" / "province=-" / "part-1.parquet"
    with duckdb.connect() as connection:
        connection.register("held", pd.DataFrame({"firm_id": ["X1", "X2", "X3"], "firm": names}))
        connection.execute("COPY (SELECT * FROM held) TO $1 (FORMAT parquet)", [str(target)])
    (hostile / "firm_signals.csv").write_text(
        'firm_id,kind,date,source\n"\'; DROP TABLE firms; --",hiring,2025-01,x\n', encoding="utf-8"
    )
    case = read_large_case(hostile, "嘉兴", open_engine, keep=2)
    assert case["firm_signals"]["firm_id"].tolist() == ["X1"]  # found by its name, as a name
    assert case["firms"].set_index("firm_id").at["X1", "firm"] == names[0]


def test_a_clean_case_has_no_problems(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The partition "-" stands for an unknown province; everything else is as the curated case has it.
    assert main(["check", str(large), "--lang", "en"]) == 0
    assert "firm_segments: 1087 rows" in capsys.readouterr().out


def broken(large: Path, folder: Path) -> Path:
    """The case with one more part of each dataset, in which every rule is broken, some more than once."""
    shutil.copytree(large, folder)
    firms = pd.DataFrame(
        {
            "firm_id": ["OK1", "bad id", "OK1", None, "OK2", "OK3"],
            "firm": ["甲", "乙", "丙", "丁", None, "\u202e=cmd|' /C calc'!A0"],
            "status": ["operating", "open", None, None, None, None],
            "tiers": ["listed;global500(2022)", "best", None, None, None, None],
            "employees": pd.array([1, -1, None, None, None, None], dtype="Int64"),
            "founded": ["2001-02", "2001-13", "last year", None, None, None],
            "parent_id": [None, "nobody", None, None, None, "OK3"],
        }
    )
    links = pd.DataFrame(
        {
            "firm_id": ["OK1", "OK1", "nobody", "OK2"],
            "segment_id": ["CM01", "CM01", "CM01", "XX99"],
            "kind": ["maker", "maker", "baker", None],
            "share": [0.5, 0.5, 1.5, -0.1],
        }
    )
    for name, frame in (("firms", firms), ("firm_segments", links)):
        with duckdb.connect() as connection:
            connection.register("held", frame)
            target = folder / name / "province=-" / "part-9.parquet"
            connection.execute("COPY (SELECT * FROM held) TO $1 (FORMAT parquet)", [str(target)])
    return folder


EXPECTED = {
    ("firms", "firm_id", "required"): 1, ("firms", "firm", "required"): 1, ("firms", "firm_id", "not_an_id"): 1,
    ("firms", "firm_id", "repeated"): 1, ("firms", "status", "not_a_choice"): 1, ("firms", "tiers", "not_a_choice"): 1,
    ("firms", "employees", "out_of_range"): 1, ("firms", "founded", "not_a_date"): 2,
    ("firms", "parent_id", "points_nowhere"): 1, ("firms", "parent_id", "own_parent"): 1,
    ("firm_segments", "firm_id", "points_nowhere"): 1, ("firm_segments", "segment_id", "points_nowhere"): 1,
    ("firm_segments", "segment_id", "repeated"): 1, ("firm_segments", "kind", "not_a_choice"): 1,
    ("firm_segments", "share", "out_of_range"): 2,
}  # fmt: skip


def test_every_problem_is_counted_shown_and_written(
    large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, out = broken(large, tmp_path / "case"), tmp_path / "problems.parquet"
    assert main(["check", str(case), "--rejects", str(out), "--lang", "en"]) == 3
    shown = capsys.readouterr().out
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT * FROM read_parquet($1)", [str(out)]).df()
    counts = rows.groupby(["table_name", "column_name", "reason"]).size().to_dict()
    assert counts == EXPECTED
    assert "2  firms · founded · not a date (YYYY, YYYY-MM or YYYY-MM-DD)" in shown
    assert "2001-13" in shown
    assert "\u202e" not in shown
    assert main(["check", str(case), "--lang", "en"]) == 3
    assert "17 problems" in capsys.readouterr().out
    assert main(["check", str(case), "--rejects", str(tmp_path / "problems.csv"), "--lang", "en"]) == 2


def test_a_column_of_another_type_refuses_the_case(
    large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    shutil.copytree(large, case)
    shutil.rmtree(case / "firms")
    (case / "firms").mkdir()
    with duckdb.connect() as connection:
        target = str(case / "firms" / "a.parquet")
        connection.execute("COPY (SELECT 1 AS firm_id, 'x' AS firm) TO $1 (FORMAT parquet)", [target])
    assert main(["check", str(case), "--lang", "en"]) == 1
    assert "firms.firm_id: INTEGER" in capsys.readouterr().err


@pytest.mark.parametrize("name", LARGE_TABLES)
def test_the_checks_name_every_column_that_has_a_rule(name: str) -> None:
    said = sql_text(f"large/check_{name}")
    ruled = [
        column.name
        for column in TABLES[name].columns
        if column.choices or column.required or column.kind == "date" or column.refers_to or column.minimum is not None
    ]
    assert ruled
    assert [column for column in ruled if f"'{column}'" not in said] == []


def test_a_large_reference_is_counted_whole(large: Path, tmp_path: Path) -> None:
    graph = build_graph(read_case(FROZEN))
    tables = {
        "reference_segments": graph["firm_segments"],
        "reference_places": firm_places(graph, "海宁"),  # smaller than a prefecture: a city is inside and outside
        "segment_nodes": segment_nodes(graph),
    }
    with open_engine(tables) as query:
        makers, expected = query("makers"), query("expected")
    case = read_large_case(large, "海宁", open_engine, keep=1, reference=True)
    assert case.reading == (722, len(case["firms"]), 1)
    assert len(case["firms"]) < 722
    order = ["chain_id", "segment_id", "city"]
    by_city = case.makers[case.makers["firms"] > 0].groupby(order, dropna=False)["firms"].sum().reset_index()
    pd.testing.assert_frame_equal(
        by_city.sort_values(order, ignore_index=True), makers.sort_values(order, ignore_index=True)
    )
    assert expected["local"].sum() > 20
    order = ["chain_id", "segment_id"]
    summed = summed_makers(case.makers).sort_values(order, ignore_index=True)
    told = expected.sort_values(order, ignore_index=True)[list(summed)]
    pd.testing.assert_frame_equal(summed, told, check_dtype=False)


def test_a_chain_that_no_firm_of_a_reference_makes_has_none() -> None:
    rows = [("A", "A1", "甲", 2), ("A", None, "甲", 2), ("B", "B1", None, 0)]
    makers = pd.DataFrame(rows, columns=["chain_id", "segment_id", "city", "firms"]).assign(inside=True)
    assert summed_makers(makers).to_numpy().tolist() == [["A", "A1", 2, 2, 2, 2], ["B", "B1", 0, 0, 0, 0]]


def test_a_large_case_and_a_large_reference_say_what_was_counted_and_what_read(
    large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["gaps", str(large), "--region", "嘉兴", "--reference", str(large), "--out"]
    assert main([*words, str(tmp_path / "large.csv")]) == 0
    words[1] = words[5] = str(FROZEN)
    assert main([*words, str(tmp_path / "small.csv")]) == 0
    ours, plain = (pd.read_csv(tmp_path / f"{name}.csv").set_index("segment_id") for name in ("large", "small"))
    for name in ("found", "group_only", "nearby_found", "expected", "state"):
        assert ours[name].sort_index().equals(plain[name].sort_index()), name


def test_the_lists_say_what_was_counted_and_what_read(large: Path) -> None:
    cases, reference = read_cases(large, large, "嘉兴", lang="en")
    found = survey(build_graph(*cases), "嘉兴", open_engine, SurveyOptions(draws=0), reference=reference)
    notes = found.notes["en"]["note"]
    read = len(cases[0]["firms"])
    assert notes.str.contains(f"counted over all its 722 firms.*{read} of them were read", regex=True).any()
    of_reference = len(cases[1]["firms"])
    assert notes.str.contains(f"count all its 722 firms; fit is relative to the {of_reference}").any()
    told = {name: found.parameters[name] for name in ("reference_firms", "reference_read", "counted_firms")}
    assert told == {"reference_firms": 722, "reference_read": of_reference, "counted_firms": 722}


def test_the_firms_of_a_reference_are_found_in_a_large_case(large: Path, tmp_path: Path) -> None:
    """Else a firm beyond the first of its segment would stand beside itself, once from each case."""
    bare, _ = read_cases(large, "none", "嘉兴")
    unread = read_case(FROZEN)["firms"]
    unread = unread[~unread["firm_id"].isin(bare[0]["firms"]["firm_id"])].dropna(subset="firm").head(5)
    national = tmp_path / "national"
    national.mkdir()
    named = unread.assign(firm_id=[f"N{number}" for number in range(len(unread))])
    named[["firm_id", "firm", "country", "province", "city"]].to_csv(national / "firms.csv", index=False)
    cases, _ = read_cases(large, national, "嘉兴")
    assert len(unread) == 5
    assert set(unread["firm_id"]) <= set(cases[0]["firms"]["firm_id"])
    graph = build_graph(*cases)
    assert sorted(graph.matches["other_id"]) == sorted(named["firm_id"])
    assert graph.reading is not None
    assert graph.reading.counted == 722
    assert graph.totals.equals(cases[0].totals)


def test_pools_of_a_large_case(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pools", str(large), "--region", "嘉兴", "--pool", "headquarters", "--lang", "en"]) == 0
    assert "722" in capsys.readouterr().out


def test_briefs_of_a_large_case(large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["brief", str(large), "--region", "嘉兴", "--firm", "固德威", "--out", str(tmp_path / "b"), "--lang", "en"]
    assert main(given) == 0
    assert capsys.readouterr().out.count("wrote") == len(list((tmp_path / "b").glob("*.docx"))) == 1


def test_a_command_for_files_says_that_a_dataset_is_none(large: Path) -> None:
    with pytest.raises(CaseError, match=r"firms: the folder firms/ is a Parquet dataset; files alone are read here → "):
        read_case(large, lang="en")
