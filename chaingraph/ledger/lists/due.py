"""What is due or doubtful in a ledger, for whoever has to act: exclusive negotiations, pairs, dossiers, the meeting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pandas as pd

from chaingraph.ledger.events import whole_day
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.views import frame
from chaingraph.model.days import days_later


def expiring(ledger: Ledger, as_of: str, days: int = 7) -> pd.DataFrame:
    """Exclusive negotiations that end within so many days: project, holder, last day, days left; the next first."""
    last = whole_day(as_of) + timedelta(days=days)
    query = (
        "SELECT project_id, project, investor, holder, exclusive_from, exclusive_until, "
        "CAST(julianday(exclusive_until) - julianday(?) AS INTEGER) FROM standing WHERE NOT same AND stage <> 'ended' "
        "AND exclusive_until BETWEEN ? AND ? ORDER BY exclusive_until, project_id"
    )
    rows = ledger.connection.execute(query, (as_of, as_of, last.isoformat())).fetchall()
    return frame(rows, ("project_id", "project", "investor", "holder", "exclusive_from", "exclusive_until", "days"))


def doubtful(ledger: Ledger) -> pd.DataFrame:
    """Pairs of projects that may be the same and wait for a person to decide.

    Parameters
    ----------
    ledger
        An open ledger.

    Returns
    -------
    DataFrame
        One row per open pair, by project_id and other_id, all columns text: project_id, project, investor, landing of
        the later one, other_id, other, other_investor, other_landing of the earlier, reasons (``;``-joined: what is
        alike, such as ``name:exact`` or ``site``), day (on which the pair was found, ISO). NaN = not known.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> one, two = (cg.Act("entered", name, "2024-03-01", "平湖市投促局", data=facts) for name in ("p1", "p2"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all([one, two])
    ...         found = doubtful(ledger)
    >>> found[["project_id", "other_id", "reasons", "day"]].to_numpy().tolist()
    [['p2', 'p1', 'name:exact', '2024-03-01']]
    """
    query = (
        "SELECT pairs.project_id, one.project, one.investor, one.landing, other_id, two.project, two.investor, "
        "two.landing, reasons, day FROM pairs JOIN standing one ON one.project_id = pairs.project_id "
        "JOIN standing two ON two.project_id = other_id WHERE status = 'open' AND NOT one.same AND NOT two.same "
        "ORDER BY 1, 5"
    )
    columns = (
        "project_id",
        "project",
        "investor",
        "landing",
        "other_id",
        "other",
        "other_investor",
        "other_landing",
        "reasons",
        "day",
    )
    return frame(ledger.connection.execute(query).fetchall(), columns)


def dossier(ledger: Ledger) -> pd.DataFrame:
    """What is on record of each major project before it is decided: argument, risk assessment, collective decision.

    Returns
    -------
    DataFrame
        One row per live project that must be reported: project_id, project, investor, landing, stage, since, a column
        per wanted record (day of the latest), lacking (``;``-joined). Empty without the rule.
    """
    body = ledger.rules.get("dossier")
    shown = ("project_id", "project", "investor", "landing", "stage", "since")
    wanted = tuple(body["wanted"]) if body else ()
    if body is None:
        return frame([], (*shown, "lacking"))
    query = (
        "SELECT project_id, json_extract(data, '$.record'), max(substr(at, 1, 10)) FROM events "
        "WHERE kind = 'recorded' GROUP BY 1, 2"
    )
    held = {(project, kind): day for project, kind, day in ledger.connection.execute(query)}
    rows = []
    live = "FROM standing WHERE NOT same AND stage <> 'ended' AND major = 1 ORDER BY project_id"
    for row in ledger.connection.execute(f"SELECT {', '.join(shown)} {live}"):
        days = [held.get((row[0], kind)) for kind in wanted]
        lacking = [kind for kind, day in zip(wanted, days, strict=True) if day is None]
        rows.append((*row, *days, ";".join(lacking) or None))
    return frame(rows, (*shown, *wanted, "lacking"))


def biweekly(ledger: Ledger, as_of: str) -> pd.DataFrame:
    """What the biweekly meeting has to look at (三(二)).

    Parameters
    ----------
    ledger
        An open ledger.
    as_of
        The day of the meeting, YYYY-MM-DD.

    Returns
    -------
    DataFrame
        One row per live project and reason, by reason and id, all columns text, NaN = not known: reason
        (``coordinated``: in the size class that is coordinated monthly, not yet in production; ``expiring``;
        ``signing``: planned within the weeks of the rule; ``stuck``: longer at its stage than the rule allows;
        ``flagged``; ``doubtful``; ``dossier``: to be signed within those weeks or signed, and not on record what the
        rule for it wants), project_id, project, investor, landing, stage, since (ISO day its stage was reached), detail
        (holder and last day; the day planned; flags; other ids; what is lacking; NaN where the reason says it all).
        No rows where the ledger's rules have no ``biweekly``.

    Raises
    ------
    LedgerError
        When ``as_of`` is no whole day.

    Notes
    -----
    Weeks and days come from the rules ``biweekly``, ``coordination`` and ``dossier``, which name the plan's paragraph
    they come from (``library/rules``).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True,
    ...          "investment_m": 1200.0, "currency": "CNY"}
    >>> entered = cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts)
    >>> reported = cg.Act("reported", "p1", "2024-03-04", "平湖市投促局", data={"place": "平湖市"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all([entered, reported])
    ...         found = biweekly(ledger, "2024-04-01")
    >>> found[["reason", "project_id", "detail"]].to_numpy().tolist()
    [['expiring', 'p1', '平湖市 2024-04-04']]
    """
    whole_day(as_of)
    body = ledger.rules.get("biweekly")
    columns = ("reason", "project_id", "project", "investor", "landing", "stage", "since", "detail")
    if body is None:
        return frame([], columns)
    shown = "project_id, project, investor, landing, stage, since"
    live = "FROM standing WHERE NOT same AND stage NOT IN ('ended', 'producing')"
    soon, meeting = days_later(as_of, body["expiring_days"]), days_later(as_of, 7 * body["weeks"])
    mine = "pairs.project_id = standing.project_id AND status = 'open'"
    others = f"(SELECT group_concat(other_id, ';') FROM pairs WHERE {mine})"  # noqa: S608  # constants
    # reason -> what is shown of it, when it applies, and the days it compares with
    parts: dict[str, tuple[str, str, tuple[str, ...]]] = {
        "coordinated": ("NULL", "coordinated = 1", ()),
        "expiring": ("holder || ' ' || exclusive_until", "exclusive_until BETWEEN ? AND ?", (as_of, soon)),
        "signing": ("signing_planned", "signed_on IS NULL AND signing_planned BETWEEN ? AND ?", (as_of, meeting)),
        "stuck": ("NULL", "since < ?", (days_later(as_of, -body["stuck_days"]),)),
        "flagged": ("flags", "flags IS NOT NULL", ()),
        "doubtful": (others, f"{others} IS NOT NULL", ()),
    }
    rows: list[tuple[object, ...]] = []
    for reason, (detail, when, given) in parts.items():
        query = f"SELECT ?, {shown}, {detail} {live} AND {when} ORDER BY project_id"  # constants
        rows += ledger.connection.execute(query, (reason, *given)).fetchall()
    lacking = dossier(ledger).dropna(subset=["lacking"]).set_index("project_id")["lacking"].to_dict()
    late = "(signed_on IS NOT NULL OR signing_planned <= ?) AND major = 1 ORDER BY project_id"
    found = ledger.connection.execute(f"SELECT 'dossier', {shown} {live} AND {late}", (meeting,)).fetchall()
    return frame([*rows, *((*row, lacking[row[1]]) for row in found if row[1] in lacking)], columns)


def due(ledger: Ledger, what: str, as_of: str) -> pd.DataFrame:
    """One of `fields.DUE`: exclusive negotiations that end soon, pairs that wait, or what the meeting looks at."""
    views: dict[str, Callable[[], pd.DataFrame]] = {
        "expiring": partial(expiring, ledger, as_of),
        "doubtful": partial(doubtful, ledger),
        "meeting": partial(biweekly, ledger, as_of),
    }
    return views[what]()
