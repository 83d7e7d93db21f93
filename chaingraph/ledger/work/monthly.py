"""A month in figures: how leads moved, by chain, county and team, what was lost to whom, targets, and what expires."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.ledger import progress, views
from chaingraph.ledger.derived import landing
from chaingraph.ledger.lists.due import expiring
from chaingraph.ledger.project import Project
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.fields import LEAD_STAGES
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.model.days import days_later, months_later
from chaingraph.places.regions import region_path

_EXPIRING = 30
_SHOWN = ("leads", "contacted", "fed_back", "handed_over", "closed")  # of leads, in a table by chain or unit
_STAGES = ("negotiating", "signed", "registered", "started")


@dataclass(frozen=True)
class Monthly:
    """What a month's report tells.

    ``flow``: stage -> (leads that came to it in the month, leads that stand there at its end). ``projects``: the
    ledger's stage -> (projects that came to it in the month, projects that stand there). ``by_chain``, ``by_county``,
    ``by_team``: a row each, `MONTH_COLUMNS`. ``lost``: firm, place, why. ``targets``: as `progress.progress`, empty
    without a case. ``expiring``: exclusive negotiations that end within thirty days after the month.
    """

    month: str
    flow: Mapping[str, tuple[int, int]]
    projects: Mapping[str, tuple[int, int]]
    by_chain: pd.DataFrame
    by_county: pd.DataFrame
    by_team: pd.DataFrame
    lost: pd.DataFrame
    targets: pd.DataFrame
    expiring: pd.DataFrame


MONTH_COLUMNS = ("name", *_SHOWN, *_STAGES, "cluster")


def monthly(ledger: Ledger, month: str, *, case: Mapping[str, pd.DataFrame] | None = None) -> Monthly:
    """The figures of a month (YYYY-MM), as they stood at its end.

    A lead that several units work on counts for each of them by what that unit has done (`Lead.came_to`);
    a project counts where it lands, and for its team.
    cluster counts the projects of a designated cluster (135N, or the case's own scheme).

    Parameters
    ----------
    case
        Tables of the case: ``targets`` and the names of ``chains``.

    Raises
    ------
    LedgerError
        When the month is none.
    """
    first, last = views.span(f"{month}-01", "month")
    leads = leads_in_work(ledger, until=last)
    held = [project for project in ledger.projects() if not project.same_as and project.entered_on <= last]
    came = Counter(stage for lead in leads for stage, day in lead.reached.items() if first <= day <= last)
    now = Counter(lead.stage for lead in leads)
    moved = views.happened(ledger, first, last)["what"].value_counts()
    standing = Counter(project.stage for project in held)
    chains = {} if case is None else dict(zip(case["chains"]["chain_id"], case["chains"]["chain"], strict=True))
    units = sorted({each.to for lead in leads for each in lead.assignments} | {landing(each) for each in held})
    lost = [(lead.firm, lead.lost_to, lead.closed_why) for lead in leads if lead.closing == "lost"]
    lost += [(str(each.facts["investor"]), each.lost_to, each.end_reason) for each in held if each.lost_to]
    known = sorted(
        {str(lead.facts["chain_id"]) for lead in leads if "chain_id" in lead.facts}
        | {str(each.facts["chain_id"]) for each in held if "chain_id" in each.facts}
    )
    by_chain = [
        _line(
            chains.get(chain, chain),
            [lead for lead in leads if lead.facts.get("chain_id") == chain],
            [each for each in held if each.facts.get("chain_id") in (chain, chains.get(chain))],
        )
        for chain in known
    ]
    rest = [lead for lead in leads if "chain_id" not in lead.facts], [e for e in held if "chain_id" not in e.facts]
    if any(rest):
        by_chain.append(_line(None, *rest))
    counties, teams = ([unit for unit in units if is_place(unit) is kind] for kind in (True, False))
    return Monthly(
        month,
        {stage: (came[stage], now[stage]) for stage in LEAD_STAGES},
        {stage: (int(moved.get(stage, 0)), standing[stage]) for stage in (*_STAGES, "producing", "ended")},
        _table(by_chain),
        _table(
            _line(unit, _of(leads, unit), [each for each in held if landing(each) == unit], unit=unit)
            for unit in counties
        ),
        _table(
            _line(unit, _of(leads, unit), [each for each in held if each.facts.get("team") == unit], unit=unit)
            for unit in teams
        ),
        pd.DataFrame(lost, columns=["firm", "lost_to", "says"]).astype("str"),
        pd.DataFrame() if case is None else progress.progress(ledger, _current(case["targets"], month[:4]), last),
        expiring(ledger, days_later(last, 1), _EXPIRING),
    )


def _current(targets: pd.DataFrame, year: str) -> pd.DataFrame:
    """The targets whose period (a year, or from one to another) holds the year: others say nothing of the month."""
    periods = [re.findall(r"\d{4}", str(period)) or ["0"] for period in targets["period"]]
    meant = pd.Series([min(years) <= year <= max(years) for years in periods], index=targets.index, dtype="bool")
    return targets[meant].reset_index(drop=True)


def next_month(month: str) -> str:
    """The month after.

    Examples
    --------
    >>> next_month("2026-12")
    '2027-01'
    """
    return months_later(f"{month}-01", 1)[:7]


def is_place(unit: str) -> bool:
    """Whether a unit is a county or city, by its name; else it is a team.

    Examples
    --------
    >>> is_place("平湖市"), is_place("驻深圳组")
    (True, False)
    """
    try:
        return bool(region_path(unit))
    except UnknownNameError:
        return unit.endswith(("市", "县", "区", "新城", "开发区"))


def _of(leads: Sequence[Lead], unit: str) -> list[Lead]:
    return [lead for lead in leads if unit in lead.given_to]


def _line(
    name: str | None, leads: Sequence[Lead], projects: Sequence[Project], *, unit: str | None = None
) -> tuple[object, ...]:
    came = [[lead.came_to(unit, stage) if unit else stage in lead.reached for lead in leads] for stage in _SHOWN[1:]]
    counts = [len(leads), *(sum(each) for each in came)]
    stages = [sum(project.stage == stage for project in projects) for stage in _STAGES]
    return (name, *counts, *stages, sum("cluster" in project.facts for project in projects))


def _table(rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    kinds = {name: "str" if name == "name" else "Int64" for name in MONTH_COLUMNS}
    return pd.DataFrame(list(rows), columns=list(MONTH_COLUMNS)).astype(kinds)
