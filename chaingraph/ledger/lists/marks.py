"""The status that teams fill into the shortlist's workbook, and the stage in the ledger: taken over both ways.

Three things are compared: what the cell says now, what it said when the workbook was written, and the ledger. Only the
side that has changed is taken over. Where both have changed, and differently, nobody is overruled: it is listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import pandas as pd

from chaingraph.labels import LANGUAGES, text
from chaingraph.ledger.events import Act, LedgerError, canonical
from chaingraph.ledger.fields import LADDER, STAGES
from chaingraph.ledger.lists.feedback import firm_names
from chaingraph.ledger.project import Project
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.suspects import bare
from chaingraph.matching.name_forms import normalise_name
from chaingraph.model.results import LEDGER_MARK_COLUMNS
from chaingraph.reading.cells import fold


class Mark(NamedTuple):
    """A row of the workbook: its segment and firm, the status now and as written (None: not known), and its place."""

    segment_id: str
    firm_id: str
    firm: str
    status: str
    before: str | None
    where: str


class Verdict(NamedTuple):
    """What becomes of a mark, and the project it is about.

    ``effect`` is one of: same, to_ledger (the workbook is newer), to_workbook (the ledger is), conflict, several
    (projects that it may mean), no_stage (a word that is no stage).
    """

    effect: str
    project: Project | None
    stage: str  # that the mark means, "" where it is none


@cache
def _words() -> dict[str, str]:
    words = {fold(word): stage for stage, several in STAGES.items() for word in (stage, *several)}
    return words | {fold(status_word(stage, lang)): stage for stage in STAGES for lang in LANGUAGES}


def status_word(stage: str, lang: str) -> str:
    """What the workbook's status column says for a stage.

    Examples
    --------
    >>> status_word("registered", "zh"), status_word("negotiating", "en")
    ('注册', 'Negotiating')
    """
    return text(f"ledger.mark_{stage}", lang)


def stage_of(word: str) -> str:
    """The stage that a word of the status column means; "" where it is none.

    Examples
    --------
    >>> stage_of("注册"), stage_of("Signed"), stage_of("暂缓")
    ('registered', 'signed', '')
    """
    return _words().get(fold(word), "")


Index = dict[str, dict[str, Project]]  # what a firm is recognised by -> its projects by id


def by_firm(projects: Iterable[Project], known: Index | None = None) -> Index:
    """The projects under everything that their firms are recognised by; ``known`` is added to, in place."""
    index = {} if known is None else known
    for project in projects:
        for name in firm_names(project):
            index.setdefault(name, {})[project.project_id] = project
    return index


def projects_of(mark: Mark, projects: Index) -> list[Project]:
    """The projects that a row may be about: of its firm; those of its segment where there are any, else of none."""
    own = bare(normalise_name(mark.firm))
    held = projects.get(f"id {mark.firm_id}", {}) | (projects.get(f"name {own}", {}) if own else {})
    found = [project for _, project in sorted(held.items()) if not project.same_as]
    placed = [project for project in found if project.facts.get("segment_id") == mark.segment_id]
    found = placed or [project for project in found if "segment_id" not in project.facts]
    return [project for project in found if project.open] or found


def judge(mark: Mark, projects: Index) -> Verdict:
    """Which side of a mark is newer."""
    found, stage = projects_of(mark, projects), stage_of(mark.status)
    project = found[0] if len(found) == 1 else None
    if len(found) > 1:
        return Verdict("several" if mark.status != (mark.before or "") else "same", None, stage)
    now = project.stage if project else ""
    edited = mark.status != (mark.before or "")
    if stage == now and (stage or not mark.status):
        return Verdict("same", project, stage)
    if not edited:
        return Verdict("to_workbook" if project else "same", project, stage)
    if mark.status and not stage:
        return Verdict("no_stage", project, stage)
    before = stage_of(mark.before or "")
    if before == now:
        return Verdict("to_ledger" if stage else "to_workbook", project, stage)  # emptying a cell undoes nothing
    if project and _passed(stage, before, project):
        return Verdict("to_workbook", project, stage)
    return Verdict("conflict", project, stage)


def _passed(stage: str, before: str, project: Project) -> bool:
    """Whether the ledger went through what was filled in and is further on, so that there is no contradiction."""
    if not stage:
        return not before
    onward = stage in LADDER and (before not in LADDER or LADDER.index(before) <= LADDER.index(stage))
    return onward and stage in project.stage_on and project.stage != stage


def take_in(
    ledger: Ledger, marks: Sequence[Mark], *, at: str, by: str, file: str, place: str = "", lang: str = "zh"
) -> pd.DataFrame:
    """Record what the workbook says and the ledger does not know yet.

    A firm that is not in the ledger is entered for its segment, with the row as its source; for that ``place`` has to
    be given. A stage reached is recorded without a day, since the cell holds none.

    Parameters
    ----------
    by
        The office that sends the workbook.
    place
        The place that reports firms which are new.

    Returns
    -------
    DataFrame
        `LEDGER_MARK_COLUMNS`, one row per mark that says something the ledger did not: effect is ``entered``,
        ``advanced``, ``conflict``, ``several``, ``no_stage``, ``no_place`` or ``refused`` (detail says by which rule).
    """
    rows: list[tuple[object, ...]] = []
    projects = by_firm(ledger.projects())
    for mark in sorted(marks, key=lambda mark: mark[:2]):
        verdict = judge(mark, projects)
        if verdict.effect in ("same", "to_workbook"):
            continue
        effect, detail, project = verdict.effect, "", verdict.project
        if effect == "to_ledger" and project is None and not place:
            effect = "no_place"
        elif effect == "to_ledger":
            try:
                done = ledger.record_all(_acts(mark, verdict, at, by, file, place))
                effect, project = ("advanced" if project else "entered"), done[-1].project
                by_firm([project], projects)
            except LedgerError as error:
                effect, detail = "refused", str(error)
        now = status_word(project.stage, lang) if project else None
        rows.append(
            (
                mark.where,
                mark.firm,
                mark.segment_id,
                project.project_id if project else None,
                mark.status,
                mark.before,
                now,
                effect,
                detail or None,
            )
        )
    return pd.DataFrame(rows, columns=list(LEDGER_MARK_COLUMNS)).astype("str")


def _acts(mark: Mark, verdict: Verdict, at: str, by: str, file: str, place: str) -> list[Act]:
    why = f"{file} {mark.where}: {mark.status}"
    project_id = verdict.project.project_id if verdict.project else _project_id(mark)
    acts = []
    if verdict.project is None:
        facts = {
            "project": f"{mark.firm} {mark.segment_id}",
            "investor": mark.firm,
            "firm_id": mark.firm_id,
            "segment_id": mark.segment_id,
            "place": place,
            "source": f"{file} {mark.where}",
        }
        acts.append(Act("entered", project_id, at, by, why, facts, f"e{project_id}"))
    if verdict.project is not None or verdict.stage != "negotiating":
        acts.append(Act("stage", project_id, at, by, why, {"stage": verdict.stage, "on": ""}))
    return acts


def _project_id(mark: Mark) -> str:
    return "m-" + hashlib.sha256(canonical([mark.segment_id, mark.firm_id]).encode()).hexdigest()[:12]


def words_for(marks: Sequence[Mark], projects: Sequence[Project], lang: str) -> dict[tuple[str, str], tuple[str, str]]:
    """What the status column is to say, by segment and firm: the word, and what it overrules where both had changed.

    Rows that the ledger says nothing about, or that are newer than the ledger, are left out.
    """
    said: dict[tuple[str, str], tuple[str, str]] = {}
    index = by_firm(projects)
    for mark in marks:
        verdict = judge(mark, index)
        if verdict.project is None or verdict.effect not in ("same", "to_workbook", "conflict"):
            continue
        overruled = mark.status if verdict.effect == "conflict" else ""
        said[mark.segment_id, mark.firm_id] = (status_word(verdict.project.stage, lang), overruled)
    return said
