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
from chaingraph.ledger.events import LedgerError
from chaingraph.ledger.fields import LADDER
from chaingraph.ledger.lists.due import expiring
from chaingraph.ledger.project import Project, came_to
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.fields import LEAD_STAGES
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.taking import chain_names
from chaingraph.model.days import days_later, is_date, months_later
from chaingraph.places.regions import region_path

_EXPIRING = 30
_SHOWN = ("leads", "contacted", "fed_back", "handed_over", "closed")  # of leads, in a table by chain or unit
_STAGES = ("negotiating", "signed", "registered", "started")


@dataclass(frozen=True)
class Monthly:
    """What a month's report tells.

    ``flow``: stage -> (leads that came to it in the month, leads that stand there at its end). ``projects``: the
    ledger's stage -> (projects that came to it in the month, projects that stand there). ``by_chain``, ``by_county``,
    ``by_team``: a row each, `MONTH_COLUMNS`. ``lost``: firm, place, why of what was lost in the month;
    ``lost_before``: how many before it. ``targets``: as `progress.progress`, empty without a case. ``expiring``:
    exclusive negotiations that end within thirty days after the month.
    ``moved``: `MOVED_COLUMNS`, a row per project that came into the ledger or to a stage in the month, by stage, amount
    in millions (NaN = not known). ``planned``: firm, unit, day, next: what units have planned after the month.
    ``sums``: for ``county`` and ``team`` the leads given to any, each once, and those given to none. ``cluster``: what
    the case calls its cluster scheme ("" where it has several, or only projects name one; None: there is none).
    ``exclusive``: whether a rule makes negotiations exclusive at all.
    """

    month: str
    as_of: str  # the day that everything stands as of: the month's last, or an earlier one where it is not over
    flow: Mapping[str, tuple[int, int]]
    projects: Mapping[str, tuple[int, int]]
    by_chain: pd.DataFrame
    by_county: pd.DataFrame
    by_team: pd.DataFrame
    lost: pd.DataFrame
    lost_before: int
    targets: pd.DataFrame
    expiring: pd.DataFrame
    moved: pd.DataFrame
    planned: pd.DataFrame
    sums: Mapping[str, tuple[int, int]]
    cluster: str | None
    exclusive: bool


MOVED_COLUMNS = ("project", "landing", "chain", "amount", "currency", "stage", "day")
MONTH_COLUMNS = ("name", *_SHOWN, *_STAGES, "cluster")


def month_span(month: str, today: str = "") -> tuple[str, str]:
    """First day of a month (YYYY-MM), and the last that can be told of: its end, or today where it is not over.

    Raises
    ------
    LedgerError
        When the month is none, or has not begun.

    Examples
    --------
    >>> month_span("2026-11", "2026-12-01"), month_span("2026-12", "2026-12-03")
    (('2026-11-01', '2026-11-30'), ('2026-12-01', '2026-12-03'))
    """
    if not re.fullmatch(r"\d{4}-\d{2}", month) or not (is_date(month) and "1949" <= month < "2200"):
        raise LedgerError(reason="month", found=month)
    first, last = views.span(f"{month}-01", "month")
    if today and today < first:
        raise LedgerError(reason="month_ahead", month=month, today=today)
    return first, min(last, today or last)


def monthly(ledger: Ledger, month: str, *, case: Mapping[str, pd.DataFrame] | None = None, today: str = "") -> Monthly:
    """The figures of a month (YYYY-MM), as they stood at its end, or stand today where it is not over.

    A lead that several units work on counts for each of them by what that unit has done (`Lead.came_to`);
    a project counts where it lands, and for its team.
    cluster counts the projects of a designated cluster (135N, or the case's own scheme).

    Parameters
    ----------
    case
        Tables of the case: ``targets``, the names of ``chains``, and ``designations`` for the cluster scheme.
    today
        What day it is; "" where the month is known to be over.

    Raises
    ------
    LedgerError
        When the month is none, or has not begun.
    """
    first, last = month_span(month, today)
    leads = leads_in_work(ledger, until=last)
    held = [project for project in ledger.projects(until=last) if not project.same_as]
    came = Counter(stage for lead in leads for stage, day in lead.reached.items() if first <= day <= last)
    now = Counter(lead.stage for lead in leads)
    moved = Counter(stage for project in held for stage in came_to(project, first, last))
    standing = Counter(project.stage for project in held)
    chains = chain_names(leads, case)
    units = sorted({unit for lead in leads for unit in lead.worked_by} | {landing(each) for each in held})
    lost, before = _lost(leads, held, first, last)
    stated = [*(lead.facts for lead in leads), *(each.facts for each in held)]
    ids = sorted({str(facts["chain_id"]) for facts in stated if "chain_id" in facts})
    same: dict[str, list[str]] = {}  # a register names a chain as often as its id: one line for both
    for chain in ids:
        same.setdefault(chains.get(chain, chain), []).append(chain)
    by_chain = [
        _line(
            name,
            [lead for lead in leads if lead.facts.get("chain_id") in own],
            [each for each in held if each.facts.get("chain_id") in own],
        )
        for name, own in same.items()
    ]
    rest = [lead for lead in leads if "chain_id" not in lead.facts], [e for e in held if "chain_id" not in e.facts]
    if any(rest):
        by_chain.append(_line(None, *rest))
    counties, teams = ([unit for unit in units if is_place(unit) is kind] for kind in (True, False))
    return Monthly(
        month,
        last,
        {stage: (came[stage], now[stage]) for stage in LEAD_STAGES},
        {stage: (moved[stage], standing[stage]) for stage in (*_STAGES, "producing", "ended")},
        _table(by_chain),
        _table(
            _line(unit, _of(leads, unit), [each for each in held if landing(each) == unit], unit=unit)
            for unit in counties
        ),
        _table(
            _line(unit, _of(leads, unit), [each for each in held if each.facts.get("team") == unit], unit=unit)
            for unit in teams
        ),
        lost,
        before,
        pd.DataFrame() if case is None else progress.progress(ledger, _current(case["targets"], month[:4]), last),
        expiring(ledger, days_later(last, 1), _EXPIRING),
        _moved(held, first, last, chains),
        _planned(leads, last),
        {kind: _shared(leads, names) for kind, names in (("county", counties), ("team", teams))},
        _cluster(held, case),
        ledger.rules.get("exclusive") is not None,
    )


def _moved(projects: Iterable[Project], first: str, last: str, chains: Mapping[str, str]) -> pd.DataFrame:
    """The projects that came to a stage in the month, each once, the furthest first; amounts as they were stated."""
    rows: list[tuple[object, ...]] = []
    for each in projects:
        days = [day for day in each.stage_on.values() if day and first <= day <= last]
        if not days and not first <= each.entered_on <= last:
            continue
        facts, chain = each.facts, each.facts.get("chain_id")
        day = each.stage_on.get(each.stage) or each.entered_on
        known = (facts["project"], landing(each), chains.get(str(chain), chain), facts.get("investment_m"))
        rows.append((*known, facts.get("currency"), each.stage, day))
    order = (*reversed(LADDER), "ended")
    rows.sort(key=lambda row: (order.index(str(row[5])), str(row[6]), str(row[0])))
    kinds = {name: "float64" if name == "amount" else "str" for name in MOVED_COLUMNS}
    return pd.DataFrame(rows, columns=list(MOVED_COLUMNS)).astype(kinds)


def _lost(leads: Sequence[Lead], projects: Sequence[Project], first: str, last: str) -> tuple[pd.DataFrame, int]:
    """What went elsewhere in the month, and how much before it."""
    gone = [(lead.since >= first, lead.firm, lead.lost_to, lead.closed_why) for lead in leads if lead.closing == "lost"]
    gone += [
        ("ended" in came_to(each, first, last), str(each.facts["investor"]), each.lost_to, each.end_reason)
        for each in projects
        if each.lost_to
    ]
    own = [row[1:] for row in gone if row[0]]
    return pd.DataFrame(own, columns=["firm", "lost_to", "says"]).astype("str"), len(gone) - len(own)


def _planned(leads: Iterable[Lead], last: str) -> pd.DataFrame:
    """The next steps that units have planned for a day after the month, by day."""
    rows = [
        (lead.firm, each.by, str(each.data["next_on"]), str(each.data["next"]))
        for lead in leads
        if lead.stage != "closed"
        for each in {contact.by: contact for contact in lead.contacts}.values()  # the last contact of each unit
        if each.data.get("next") and str(each.data.get("next_on") or "") > last
    ]
    table = pd.DataFrame(rows, columns=["firm", "unit", "day", "next"]).astype("str")
    return table.sort_values(["day", "firm", "unit"], ignore_index=True)


def _shared(leads: Sequence[Lead], units: Sequence[str]) -> tuple[int, int]:
    """How many leads any of the units has, each counted once, and how many none of them has."""
    given = sum(any(lead in _of([lead], unit) for unit in units) for lead in leads)
    return given, len(leads) - given


def _cluster(projects: Iterable[Project], case: Mapping[str, pd.DataFrame] | None) -> str | None:
    """What the case calls its scheme of clusters: "" where it has several or only projects name one, None: none."""
    named = [] if case is None else case["designations"].query("kind == 'cluster'")["name"].drop_duplicates().tolist()
    if len(named) == 1:
        return str(named[0])
    return "" if named or any("cluster" in each.facts for each in projects) else None


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
    return [lead for lead in leads if unit in lead.worked_by]


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
