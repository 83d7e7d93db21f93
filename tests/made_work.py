"""A constructed log of leads in work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chaingraph.ledger.events import Act
from chaingraph.ledger.opening import open_ledger
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import LeadRecorded, leads_in_work, record_lead
from chaingraph.ledger.work.merging import Merged, merge_returned
from chaingraph.ledger.work.returned import read_returned, returned_files
from chaingraph.ledger.work.sheets import SystemMap
from chaingraph.writers.work.dispatch import write_dispatch
from tests.made_ledger import CENTRE, RULES

DAY = "2026-03-02"


def new_log(folder: Path) -> Ledger:
    return open_ledger(folder / "ledger.db", RULES, create=True)


def act(
    ledger: Ledger,
    kind: str,
    data: Mapping[str, Any] | None = None,
    *,
    lead: str = "s-1",
    by: str = CENTRE,
    at: str = DAY,
    why: str = "",
) -> LeadRecorded:
    return record_lead(ledger, Act(f"lead_{kind}", lead, at, by, why, data or {}))


def taken(ledger: Ledger, lead: str = "s-1", **facts: object) -> Lead:
    known = {"firm": f"构造{lead}有限公司", "said": "拟建第二工厂", "constructed": True} | facts
    return act(ledger, "taken", known, lead=lead).lead


def assigned(ledger: Ledger, to: str, due: str = "2026-03-09", *, lead: str = "s-1", at: str = DAY) -> Lead:
    return act(ledger, "assigned", {"to": to, "due": due}, lead=lead, at=at).lead


def sent_out(ledger: Ledger, folder: Path, *, at: str = DAY, mapping: SystemMap | None = None) -> dict[str, Path]:
    """Dispatch everything that waits for feedback: the file of each unit."""
    made = write_dispatch(leads_in_work(ledger), folder, as_of=at, mapping=mapping)
    return {unit: path for unit, path, _ in made}


def filled_in(
    path: Path, back: Path, rows: Mapping[str, Mapping[str, str]], *, own: Sequence[Mapping[str, str]] = ()
) -> Path:
    """A unit fills its file in, with another program: cells by lead and heading, and leads of its own."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in range(1, 6) if "企业名称" in [cell.value for cell in sheet[row]])
    places = {cell.value: cell.column for cell in sheet[head]}
    for row in range(head + 1, sheet.max_row + 1):
        for heading, value in rows.get(str(sheet.cell(row, places["线索编号"]).value), {}).items():
            sheet.cell(row, places[heading]).value = value
    if own:
        added = book.worksheets[1]
        places = {cell.value: cell.column for cell in added[3]}
        for row, said in enumerate(own, start=4):
            for heading, value in said.items():
                added.cell(row, places[heading]).value = value
    back.mkdir(exist_ok=True)
    book.save(back / path.name)
    return back / path.name


def merged(ledger: Ledger, back: Path, *, at: str, mapping: SystemMap | None = None, unit: str = "") -> Merged:
    read = [read_returned(path, mapping or SystemMap(), unit=unit) for path in returned_files(back)]
    return merge_returned(ledger, read, at=at)
