"""What a page says has changed since the former run: read from its files, and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chaingraph import __version__
from chaingraph.cli.main import main
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.main_job import run
from chaingraph.writers.page.changes import changes_of, former_run, read_former
from chaingraph.writers.page.page import one_page, write_pages
from tests.made_findings import made_findings
from tests.made_former import write_former
from tests.made_graph import SCRIPT, made_graph
from tests.toy import write_toy

Frames = dict[str, pd.DataFrame]


def edited(frames: Frames, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> Frames:
    return {lang: edit(frame.copy()) for lang, frame in frames.items()}


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """The made findings as they were: O01 not listed, O40 listed, O02 and O03 in other places, MK01 thin."""

    def lists(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["firm_id"] == "O01", ["firm_id", "firm"]] = ["O40", "=1+1"]
        frame.loc[frame["firm_id"] == "O02", "rank"] = 3
        frame.loc[frame["firm_id"] == "O03", "rank"] = 2
        frame.loc[frame["firm_id"] == "O04", "fit_lift"] *= 1.2
        frame.loc[frame["firm_id"] == "O06", "fit_lift"] *= 1.001  # reads the same
        frame.loc[frame["firm_id"] == "O07", "segment_id"] = "MK18"
        return frame

    def states(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["segment_id"] == "MK01", "state"] = "thin"
        return frame

    now = made_findings()
    was = replace(
        now,
        as_of="2024-12-31",
        data_date="2024-12-31",
        targets=edited(now.targets, lists),
        gaps=edited(now.gaps, states),
    )
    return write_former(was, tmp_path / "former", parameters={"top": 20, "unheard": 1})


def test_what_changed_is_told_row_by_row(former: Path) -> None:
    changes = changes_of(read_former(former), made_findings(), "mk")
    assert changes is not None
    told = [(row["kind"], row["firm"], row.get("was"), row.get("now")) for row in changes["firms"]]
    lift = next(row for row in made_findings().targets["zh"].to_dict("records") if row["firm_id"] == "O04")["fit_lift"]
    assert told == [
        ("new", "O01", None, 1),
        ("gone", "O40", 1, None),
        ("moved", "O02", 3, 2),
        ("moved", "O03", 2, 3),
        ("fit", "O04", pytest.approx(lift * 1.2, rel=1e-3), pytest.approx(lift, rel=1e-3)),
        ("segment", "O07", "MK18", "MK03"),
    ]
    assert changes["firms"][1]["name"] == "=1+1"  # the apostrophe that protects a cell is taken off
    assert changes["states"] == [{"segment": "MK01", "was": "thin", "now": "none_known"}]
    assert changes["why"] == [
        {"name": "data_date", "was": "2024-12-31", "now": "2025-06-30"},
        {"name": "as_of", "was": "2024-12-31", "now": "2025-06-30"},
        {"name": "top", "was": "20", "now": "30"},
    ]
    assert changes["as_of"] == "2024-12-31"


def test_another_reference_is_told_as_a_reason(tmp_path: Path) -> None:
    now = made_findings()
    now = replace(now, parameters={**now.parameters, "reference": "new", "reference_date": "2024"})
    former = write_former(now, tmp_path, parameters={"reference": "old", "reference_date": None})
    changes = changes_of(read_former(former), now, "mk")
    assert changes is not None
    assert changes["why"] == [
        {"name": "reference", "was": "old", "now": "new"},
        {"name": "reference_date", "now": "2024"},
    ]


def test_where_nothing_changed_nothing_is_said(tmp_path: Path) -> None:
    findings = made_findings()
    former = write_former(findings, tmp_path / "former")
    assert changes_of(read_former(former), findings, "mk") is None
    write_pages(findings, made_graph(), tmp_path / "plain")
    write_pages(findings, made_graph(), tmp_path / "beside", previous=read_former(former))
    write_pages(findings, made_graph(), tmp_path / "none", previous=read_former(tmp_path / "nowhere"))
    page = (tmp_path / "plain/mk.html").read_bytes()
    assert (tmp_path / "beside/mk.html").read_bytes() == page
    assert (tmp_path / "none/mk.html").read_bytes() == page


def test_a_chain_that_the_former_run_did_not_hold_is_not_compared(former: Path) -> None:
    read = read_former(former)
    assert read is not None
    gaps = {key: row for key, row in read.gaps.items() if key[0] != "mk"}
    assert changes_of(replace(read, gaps=gaps), made_findings(), "mk") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gaps.csv", b"a,b\r\n1,2\r\n"),
        ("shortlist.csv", b"\xff\xfe\x00broken"),
        ("shortlist.csv", None),
        ("run.json", b"{"),
        ("run.json", b"[1]"),
        ("gaps.csv", b'chain_id,segment_id,state\r\n"' + b"x" * 200_000),
    ],
)
def test_files_that_are_no_former_run_are_left_alone(former: Path, name: str, content: bytes | None) -> None:
    path = former / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert read_former(former) is None


def test_names_of_a_former_run_that_mean_harm_stay_inside_the_data(former: Path, tmp_path: Path) -> None:
    path = former / "shortlist.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("'=1+1", SCRIPT + "\u202e"), encoding="utf-8-sig")
    write_pages(made_findings(), made_graph(), tmp_path / "out", previous=read_former(former))
    page = (tmp_path / "out/mk.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\\u003cscript\\u003ealert(1)" in page


def test_a_run_compares_itself_with_the_run_it_replaces(tmp_path: Path) -> None:
    case, out = write_toy(tmp_path / "toy"), tmp_path / "out"

    def payload() -> dict[str, Any]:
        return payload_of((out / "pv.html").read_text(encoding="utf-8"))

    run(case, region="嘉兴", out=out)
    assert "changes" not in payload()
    run(case, region="嘉兴", out=out)
    assert "changes" not in payload()
    run(case, region="嘉兴", out=out, top=1)
    changes = payload()["changes"]
    assert {"name": "top", "was": "30", "now": "1"} in changes["why"]
    assert {row["kind"] for row in changes["firms"]} == {"gone"}


def payload_of(page: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(page.split('id="payload">')[1].split("</script>")[0])
    return held


def test_who_asks_for_a_comparison_is_told_that_nothing_changed(tmp_path: Path) -> None:
    folder = write_former(made_findings(), tmp_path / "former")
    page = one_page(made_findings(), made_graph(), "mk", previous=former_run(folder))
    assert payload_of(page)["changes"] == {"as_of": "2025-06-30", "version": __version__}
    assert former_run(folder / "run.json") == former_run(folder)


def test_a_comparison_that_cannot_be_made_is_refused(former: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ChaingraphError, match=r"nowhere 中没有可以比较的运行结果.*shortlist\.csv, gaps\.csv, run\.json"
    ):
        former_run(tmp_path / "nowhere")
    read = former_run(former, lang="en")
    gaps = {key: row for key, row in read.gaps.items() if key[0] != "mk"}
    with pytest.raises(UnknownNameError, match="没有产业链 mk，无从比较；其中有：xk"):
        one_page(made_findings(), made_graph(), "mk", previous=replace(read, gaps=gaps))


def test_a_map_and_a_run_compare_with_the_run_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, old, new, page = write_toy(tmp_path / "toy"), tmp_path / "old", tmp_path / "new", tmp_path / "pv.html"
    run(case, region="嘉兴", out=old)
    call = [str(case), "--region", "嘉兴", "--top", "1", "--compare", str(old)]
    assert main(["map", *call, "--chain", "pv", "--out", str(page)]) == 0
    changes = payload_of(page.read_text(encoding="utf-8"))["changes"]
    assert {"name": "top", "was": "30", "now": "1"} in changes["why"]
    assert {row["kind"] for row in changes["firms"]} == {"gone"}
    assert main(["run", *call, "--out", str(new)]) == 0
    assert payload_of((new / "pv.html").read_text(encoding="utf-8"))["changes"] == changes
    capsys.readouterr()
    wrong = [str(case), "--region", "嘉兴", "--chain", "pv", "--out", str(page), "--compare", str(case)]
    assert main(["map", *wrong, "--lang", "en"]) == 1
    assert "give the --out folder of that run" in capsys.readouterr().err
