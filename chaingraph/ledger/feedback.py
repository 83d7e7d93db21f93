"""What the ledger gives back to the shortlist: outcomes for the back-test, and who already talks to a firm."""

from __future__ import annotations

import pandas as pd

from chaingraph.ledger.fields import LADDER
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.suspects import bare, keys
from chaingraph.name_forms import normalise_name

LEAST_POSITIVES = 200  # firms signed or further, from which weights may be fitted anew
OUTCOME_COLUMNS = ("firm", "region", "date")
TALK_COLUMNS = ("ledger_project", "ledger_stage", "ledger_place", "ledger_since", "ledger_until", "ledger_offer")


def outcomes(ledger: Ledger, region: str) -> pd.DataFrame:
    """Firms that came, as the back-test takes them (``--outcomes``): one row per firm signed or further.

    Constructed examples, projects decided to be another and projects that ended before a signing are left out.

    Parameters
    ----------
    region
        The city of the ledger, as in the case (嘉兴).

    Returns
    -------
    DataFrame
        firm, region, date (day of the first signing or later stage; missing where not known), by date and firm.
    """
    first: dict[str, str] = {}
    for project in ledger.projects():
        days = [project.stage_on[stage] for stage in LADDER[1:] if stage in project.stage_on]
        if project.same_as or not days or project.facts.get("constructed"):
            continue
        firm, day = str(project.facts["investor"]), min((day for day in days if day), default="")
        known = [each for each in (first.get(firm, ""), day) if each]
        first[firm] = min(known, default="")
    rows = [(firm, region, day or None) for firm, day in sorted(first.items(), key=lambda item: (item[1], item[0]))]
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)).astype("str")


def enough_to_refit(positives: pd.DataFrame) -> bool:
    """Whether there are enough outcomes to fit the score's weights anew; below, the shipped ones stay."""
    return len(positives) >= LEAST_POSITIVES


def with_ledger(shortlist: pd.DataFrame, ledger: Ledger, *, as_of: str, place: str = "") -> pd.DataFrame:
    """A shortlist with what the ledger knows of each firm: who talks to it, since when, and whether it may be offered.

    Parameters
    ----------
    shortlist
        Rows with firm, and firm_id or credit_code where known.
    place
        Whose list it is; a firm that another place holds exclusively is not offered to it. "" is nobody: what any place
        holds is not offered.

    Returns
    -------
    DataFrame
        The same rows with ledger_project, ledger_stage, ledger_place, ledger_since (first contact or entry),
        ledger_until (last day of an exclusive negotiation), ledger_offer (``new``: not in the ledger; ``own``;
        ``open``: others talk to it; ``held``: another place negotiates alone, do not approach). Of several projects of
        a firm the one that is held, else the latest, is shown. Firms are recognised by id, credit code or name without
        place and legal form.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    projects = {project.project_id: project for project in ledger.projects() if project.open}
    for project in projects.values():
        about = keys(project.project_id, project.facts)
        firm_id = project.facts.get("firm_id")
        for key in {f"id {firm_id}" if firm_id else "", f"code {about.credit_code}" if about.credit_code else "",
                    f"name {bare(about.investor_key)}"} - {""}:  # fmt: skip
            held = project.holds(as_of)
            found.setdefault(key, []).append((f"{'1' if held else '0'} {project.entered_on}", project.project_id))
    rows: list[tuple[object, ...]] = []
    for row in shortlist.to_dict("records"):
        asked = [
            f"id {row.get('firm_id')}",
            f"code {row.get('credit_code')}",
            f"name {bare(normalise_name(str(row['firm'])))}",
        ]
        hits = sorted(hit for key in asked for hit in found.get(key, []))
        if not hits:
            rows.append((None, None, None, None, None, "new"))
            continue
        project = projects[hits[-1][1]]
        holder = project.holds(as_of)
        where = project.receiving_place or project.first_place or str(project.facts["place"])
        offer = "held" if holder and holder != place else "own" if where == place or holder else "open"
        since = project.stage_on.get("negotiating") or project.entered_on
        rows.append(
            (project.project_id, project.stage, where, since, project.exclusive_until if holder else None, offer)
        )
    added = pd.DataFrame(rows, columns=list(TALK_COLUMNS), index=shortlist.index).astype("str")
    return pd.concat([shortlist, added], axis=1)
