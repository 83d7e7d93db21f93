"""What is new, moved on, ended or withdrawn among the facts since the last run in the same folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from chaingraph.model.findings import Findings
from chaingraph.model.results import FACT_COLUMNS
from chaingraph.writers.files import write_csv
from chaingraph.writers.page.changes import moves_of, read_former
from tests.made_findings import made_findings
from tests.made_former import write_former


def facts(*rows: dict[str, object]) -> Findings:
    """Findings with these facts of movement."""
    told = pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype("str")
    return replace(made_findings(), facts=told)


def fact(signal: str, stage: str | None, **more: object) -> dict[str, object]:
    held = {"signal_id": signal, "firm_id": "O01", "firm": "=甲", "kind": "expansion", "site_status": "unknown"}
    return {**held, "project_stage": stage, **more}


def former(findings: Findings, folder: Path) -> Path:
    write_former(findings, folder)
    write_csv(findings.facts, folder / "facts.csv", columns=FACT_COLUMNS)
    return folder


def test_what_is_new_moved_ended_or_withdrawn_is_told(tmp_path: Path) -> None:
    was = facts(
        fact("1", "signed", project_id="p", date="2025-01"),
        fact("2", "announced"),
        fact("3", None),
        fact("4", None, site_status="open"),
        fact("9", "producing", date="2020"),
    )
    now = facts(
        fact("1", "signed", project_id="p", date="2025-01"),
        fact("5", "started", project_id="p", date="2025-05"),
        fact("2", "ended"),
        fact("3", None),
        fact("4", None, site_status="decided_elsewhere"),
        fact("6", None, date="2025-06"),
    )
    told = moves_of(read_former(former(was, tmp_path)), now)
    assert told is not None
    assert told["day"] == was.as_of
    assert [(row["signal_id"], row["change"], row.get("was"), row.get("now")) for row in told["rows"]] == [
        ("2", "ended", "announced", "ended"),
        ("5", "moved", "signed", "started"),
        ("4", "moved", None, None),
        ("6", "new", None, None),
        ("9", "gone", "producing", None),
    ]


def test_a_run_without_facts_is_nothing_to_compare_with(tmp_path: Path) -> None:
    write_former(made_findings(), tmp_path)
    assert moves_of(read_former(tmp_path), facts(fact("1", None))) is None
    assert moves_of(None, facts(fact("1", None))) is None
