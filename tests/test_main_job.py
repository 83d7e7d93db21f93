"""The main job as a user runs it: every file or none, the same bytes twice, and the fixed columns."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.main_job import STAGES, run
from chaingraph.model.results import GAP_COLUMNS, SHORTLIST_COLUMNS
from tests.toy import write_toy


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy(tmp_path_factory.mktemp("case") / "toy")


def test_every_file_is_written(case: Path, tmp_path: Path) -> None:
    stages: list[str] = []
    result = run(case, region="嘉兴", out=tmp_path / "out", progress=stages.append)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "index.html",
        "hy.html",
        "pv.html",
        "shortlist.xlsx",
        "shortlist.csv",
        "leader_targets.csv",
        "rankings.csv",
        "rankings_global500.csv",
        "rankings_china500.csv",
        "rankings_soe.csv",
        "rankings_specialised.csv",
        "unlisted.csv",
        "marks.csv",
        "calls.csv",
        "facts.csv",
        "gaps.csv",
        "questions.csv",
        "run.json",
    }
    assert {path.name for path in result.files} == names
    assert tuple(stages) == STAGES
    assert list(pd.read_csv(tmp_path / "out/shortlist.csv").columns) == list(SHORTLIST_COLUMNS)
    assert list(pd.read_csv(tmp_path / "out/gaps.csv").columns) == list(GAP_COLUMNS)


def test_a_second_run_gives_the_same_bytes(case: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(case, region="嘉兴", out=tmp_path / name)
    for path in (tmp_path / "one").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_record_says_what_went_in(case: Path, tmp_path: Path) -> None:
    run(case, region="嘉兴", out=tmp_path / "out", top=7, seed=3)
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert record["version"] == cg.__version__
    assert record["data_date"] == "2024-05"
    assert record["parameters"]["top"] == 7
    assert record["seed"] == 3
    files = {row["table"]: row for row in record["inputs"]}
    assert files["segments"]["rows"] == 9
    assert len(files["segments"]["sha256"]) == 64
    assert set(record["seconds"]) == {*STAGES, "all"}


def test_a_back_test_of_one_s_own_is_told_in_place_of_the_shipped_one(case: Path, tmp_path: Path) -> None:
    row = {"pool": "A", "city": "嘉兴", "hidden": 40.0, "auroc": 0.81, "recall100": 0.5}
    stored = {
        "protocol": "outcomes",
        "facts": {"hidden": 60.0},
        "summary": [],
        "by_city": [row | {"method": "score"}, row | {"method": "same_industry", "auroc": 0.6}, row | {"pool": "B"}],
    }
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "outcomes.json").write_text(json.dumps(stored), encoding="utf-8")
    (folder / "gaps.json").write_text("{}", encoding="utf-8")  # what else `chaingraph backtest` leaves there
    result = run(case, region="嘉兴", out=tmp_path / "out", backtest=folder)
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    own = [line for line in record["trust"] if line["kind"].startswith("own_")]
    assert [(line["kind"], line["value"]) for line in own] == [("own_outcomes", 0.81)]
    assert "判断正确的占81%" in own[0]["plain"]
    # What the rows rest on is counted beside it: every row of every list once.
    lists = (result.findings.targets["zh"], result.findings.leader_targets["zh"])
    assert sum(line["rows"] for line in record["sources"]) == sum(map(len, lists)) > 0
    assert {line["list"] for line in record["sources"]} <= {"new", "reinvest", "leader"}
    for wrong in ("{}", "[]", "no json"):
        (tmp_path / "wrong.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(cg.ChaingraphError, match="chaingraph backtest"):
            run(case, region="嘉兴", out=tmp_path / "none", backtest=tmp_path / "wrong.json")
    with pytest.raises(cg.ChaingraphError, match="absent"):
        run(case, region="嘉兴", out=tmp_path / "none", backtest=tmp_path / "absent.json")
    (folder / "again.json").write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(cg.ChaingraphError, match=r"again\.json"):
        run(case, region="嘉兴", out=tmp_path / "new" / "none", backtest=folder)
    assert not (tmp_path / "new").exists()  # nor an empty folder where nothing came of it


def test_one_chain_only(case: Path, tmp_path: Path) -> None:
    run(case, region="嘉兴", out=tmp_path / "out", chains=["甲光伏"])
    assert set(pd.read_csv(tmp_path / "out/shortlist.csv")["chain_id"]) == {"pv"}
    whole = run(case, region="嘉兴", out=tmp_path / "all").findings.targets["zh"]
    part = pd.read_csv(tmp_path / "out/shortlist.csv")
    expected = whole[whole["chain_id"] == "pv"]
    assert part["firm_id"].tolist() == expected["firm_id"].tolist()
    assert part["fit_lift"].tolist() == pytest.approx(expected["fit_lift"].tolist(), rel=1e-5, nan_ok=True)


def test_a_table_saved_while_the_run_goes_on_is_named(tmp_path: Path) -> None:
    """What was made is made of what was read; that the file is another one now stands in the record and is said."""
    folder = write_toy(tmp_path / "toy")

    def save(stage: str) -> None:
        if stage == "fit":
            firms = folder / "firms.csv"
            firms.write_bytes(firms.read_bytes() + b"\n")
            (folder / "zones.csv").unlink()

    result = run(folder, region="嘉兴", out=tmp_path / "out", progress=save)
    assert result.changed == ("firms.csv", "zones.csv")
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert record["changed_while_running"] == ["firms.csv", "zones.csv"]
    assert run(folder, region="嘉兴", out=tmp_path / "out").changed == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": "嘉兴兴"}, "嘉兴"),
        ({"chains": ["光伏"]}, "甲光伏"),
        ({"strategy": "延链"}, "extend"),
        ({"case_path": "nowhere"}, "nowhere"),
    ],
)
def test_wrong_words_are_answered_and_nothing_is_written(
    case: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    arguments = {"case_path": case, "region": "嘉兴", "out": tmp_path / "out"} | change
    with pytest.raises(cg.ChaingraphError, match=message):
        run(arguments.pop("case_path"), **arguments)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    reached: list[str] = []
    with pytest.raises(cg.ChaingraphError, match="is a file or a link, not a folder"):
        run(tmp_path / "nowhere", region="嘉兴", out=tmp_path / "out", progress=reached.append)
    assert reached == ["read"]  # the case, which is not there, was not yet asked for
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_functions_of_the_readme(case: Path, tmp_path: Path) -> None:
    graph = cg.build_graph(cg.read_case(case))
    gaps = cg.find_gaps(graph.chain("甲光伏"), region="嘉兴")
    assert set(gaps["chain_id"]) == {"pv"}
    found = cg.shortlist(graph, chain="甲光伏", region="嘉兴", top=3)
    assert set(found.targets["zh"]["chain_id"]) == {"pv"}
    assert "乙九硅片有限公司" in cg.explain(found, "O09")
    cg.write_map(found, graph, tmp_path / "pv.html", chain="甲光伏")
    assert "甲光伏" in (tmp_path / "pv.html").read_text(encoding="utf-8")
    assert "cg" not in dir(cg)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        cg.nothing_of_the_kind  # noqa: B018 - asking is the test
