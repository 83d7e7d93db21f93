"""The files of a former run, as pages read them."""

from __future__ import annotations

import json
from pathlib import Path

from chaingraph import __version__
from chaingraph.model.findings import Findings
from chaingraph.model.results import GAP_COLUMNS, SHORTLIST_COLUMNS
from chaingraph.writers.files import write_csv


def write_former(findings: Findings, folder: Path, **record: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(findings.targets["zh"], folder / "shortlist.csv", columns=SHORTLIST_COLUMNS)
    write_csv(findings.gaps["zh"], folder / "gaps.csv", columns=GAP_COLUMNS)
    held = {
        "as_of": findings.as_of,
        "data_date": findings.data_date,
        "version": __version__,
        "parameters": {"top": 30},
        **record,
    }
    (folder / "run.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    return folder
