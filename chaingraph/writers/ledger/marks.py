"""The shortlist and its workbook beside the ledger: who already talks to a firm, and the status column both ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chaingraph.ledger.lists.feedback import findings_with_ledger
from chaingraph.ledger.lists.marks import Mark, words_for
from chaingraph.ledger.opening import look_into
from chaingraph.ledger.project import Project
from chaingraph.ledger.work.listed import findings_with_leads
from chaingraph.ledger.work.reading import leads_in_file
from chaingraph.model.findings import Findings
from chaingraph.writers.workbook.marks import Conflict, Marks, read_marks


def status_marks(path: Path, *, profile: str | Path = "zhejiang", lang: str = "zh") -> list[Mark]:
    """The status column of a shortlist's workbook, row by row, as `chaingraph.ledger.lists.marks` compares it.

    Raises
    ------
    CaseError
        When the file is no readable workbook, or no sheet of it can hold a status.
    """
    return _rows(read_marks(path, profile=profile, lang=lang))


def _rows(marks: Marks) -> list[Mark]:
    rows = []
    for key in sorted(marks.places):
        status, bases = marks.values.get(key, {}).get("status", ""), marks.bases.get(key)
        before = None if bases is None else bases.get("status", "")
        rows.append(Mark(*key, marks.firms.get(key, ""), status, before, marks.places[key]))
    return rows


def with_ledger_file(
    findings: Findings, marks: Marks, ledger: str | Path | None, *, place: str = "", lang: str = "zh"
) -> tuple[Findings, Marks]:
    """What a run found and what was filled in, with what a ledger knows; both as they are where there is no ledger.

    An exclusive negotiation is looked at on the day of the ledger's newest event or of the data, whichever is later; no
    clock is read. The ledger's stage stands in the status column. Where the workbook was edited and the ledger moved
    otherwise, the ledger's stands and the other is kept as a conflict; a row that is newer than the ledger stays.

    Parameters
    ----------
    ledger
        The ledger's file; it is only read.
    place
        Whose lists they are; see `chaingraph.ledger.lists.feedback.with_ledger`.

    Raises
    ------
    LedgerError
        When the file is no ledger.
    """
    if ledger is None:
        return findings, marks
    standing = look_into(Path(ledger))
    as_of = max(standing.newest, findings.as_of)
    talked = findings_with_ledger(findings, standing.projects, as_of=as_of, place=place)
    found = findings_with_leads(talked, leads_in_file(ledger), standing.projects, as_of=as_of, place=place)
    return found, _marked(found, marks, standing.projects, lang)


def _marked(findings: Findings, marks: Marks, projects: list[Project], lang: str) -> Marks:
    rows = {(mark.segment_id, mark.firm_id): mark for mark in _rows(marks)}
    for frame in (findings.targets[lang], findings.leader_targets[lang]):
        listed = frame[["segment_id", "firm_id", "firm"]].dropna()
        for segment_id, firm_id, firm in listed.itertuples(index=False, name=None):
            rows.setdefault((segment_id, firm_id), Mark(segment_id, firm_id, firm, "", "", ""))
    words = words_for(list(rows.values()), projects, lang)
    values, places = {key: dict(held) for key, held in marks.values.items()}, dict(marks.places)
    conflicts = []
    for key, (word, overruled) in words.items():
        values.setdefault(key, {})["status"] = word
        places.setdefault(key, "")
        if overruled:
            conflicts.append(Conflict(key, "status", word, overruled, places[key]))
    return replace(marks, values=values, places=places, conflicts=(*marks.conflicts, *conflicts))
