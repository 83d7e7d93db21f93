"""What stands in the ledger, looked at: lists, periods, counts by place and team, funnel, zones, leaders.

Every view is a query over the derived tables; dates are passed in. Projects decided to be another are left out. An
empty cell is not known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from chaingraph.ledger.events import LedgerError, whole_day
from chaingraph.ledger.fields import DIMENSIONS, FACTORS, LADDER, STAGES
from chaingraph.ledger.store import Ledger

LIST_COLUMNS = (
    "project_id", "project", "investor", "landing", "stage", "since", "capital", "usd_m", "cny_m", "chain_id", "zone",
    "site_mu", "owner", "team", "lead_post", "holder", "exclusive_until", "flags",
)  # fmt: skip
_NUMBERS = {"usd_m", "cny_m", "amount", "share", *FACTORS, *(f"{name}_open" for name in FACTORS)}
_WHOLE = {"projects", "reached", "now_here", "days", "rank", "skipped", *STAGES}


def frame(rows: Sequence[Sequence[object]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table: text columns ``str`` (missing NaN), counts ``Int64``, amounts ``float64``."""
    return typed(
        rows, {name: "float64" if name in _NUMBERS else "Int64" if name in _WHOLE else "str" for name in columns}
    )


def typed(rows: Sequence[Sequence[object]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a table with a dtype per column, built column by column: a board is made in the time of its queries."""
    values = list(zip(*rows, strict=True)) or [()] * len(kinds)
    columns: dict[str, Any] = {}
    for (name, kind), column in zip(kinds.items(), values, strict=True):
        if kind == "float64":
            columns[name] = np.array(column, dtype=np.float64)
        else:
            columns[name] = pd.Series(list(column), dtype=kind)
    return pd.DataFrame(columns)


def projects(ledger: Ledger, stage: str = "") -> pd.DataFrame:
    """The list of one stage, or of all: one row per project, by stage, place and id.

    Returns
    -------
    DataFrame
        LIST_COLUMNS: usd_m and cny_m are the total investment in millions (NaN where amount, currency or rate is not
        known), since the day the stage was reached, holder and exclusive_until the exclusive negotiation, flags what
        a rule found wrong.

    Raises
    ------
    LedgerError
        For a stage that there is not.
    """
    if stage and stage not in STAGES:
        raise LedgerError(reason="stage", stage=stage, stages=tuple(STAGES))
    order = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(STAGES))
    query = (
        f"SELECT {', '.join(LIST_COLUMNS)} FROM standing WHERE NOT same AND (? = '' OR stage = ?) "  # noqa: S608  # constants
        f"ORDER BY CASE stage {order} END, landing, project_id"
    )
    return frame(ledger.connection.execute(query, (stage, stage)).fetchall(), LIST_COLUMNS)


def in_own_money(listed: pd.DataFrame) -> pd.DataFrame:
    """A list to be read: a domestic project's investment in CNY alone, a foreign one's in USD alone.

    Both stay where it is not known which it is.
    """
    return listed.assign(
        usd_m=listed["usd_m"].where(listed["capital"] != "domestic"),
        cny_m=listed["cny_m"].where(listed["capital"] != "foreign"),
    )


REGISTER = (
    "project_id", "project", "investor", "firm_id", "credit_code", "group", "capital", "origin", "chain_id",
    "segment_id", "investment_m", "currency", "usd_m", "cny_m", "contracted_usd_m", "paid_usd_m", *FACTORS, "zone",
    "landing", "first_place", "receiving_place", "owner", "team", "lead_post", "tiers", "source", "run_id", "stage",
    "since", *(f"{name}_on" for name in (*LADDER, "ended")), "end_reason", "holder", "exclusive_until", "same_as",
    "constructed", "last_on",
)  # fmt: skip


def register(ledger: Ledger) -> pd.DataFrame:
    """Every project with what is known of it, those decided to be another as well: one row per project, by id.

    Returns
    -------
    DataFrame
        REGISTER, as Python values: fields as in `chaingraph.ledger.fields`; usd_m and cny_m the investment in millions,
        paid_usd_m foreign capital paid in, a day per stage reached, same_as the project it was decided to be. None
        where not known.
    """
    kept = ledger.connection.execute("SELECT project_id, usd_m, cny_m, landing, since FROM standing").fetchall()
    sums = {row[0]: row[1:] for row in kept}
    rows = []
    for project in ledger.projects():
        usd_m, cny_m, landing, since = sums[project.project_id]
        paid = sum(amount for _, amount in project.payments) if project.payments else None
        own = {
            **project.facts,
            "project_id": project.project_id,
            "usd_m": usd_m,
            "cny_m": cny_m,
            "landing": landing,
            "since": since,
            "paid_usd_m": paid,
            "stage": project.stage,
            "first_place": project.first_place,
            "receiving_place": project.receiving_place,
            "end_reason": project.end_reason,
            "holder": project.holder,
            "exclusive_until": project.exclusive_until,
            "same_as": project.same_as,
            "last_on": project.last_on,
            **{f"{stage}_on": day for stage, day in project.stage_on.items()},
        }
        rows.append({name: None if own.get(name) == "" else own.get(name) for name in REGISTER})
    return pd.DataFrame(rows, columns=list(REGISTER), dtype=object)


def span(as_of: str, period: str) -> tuple[str, str]:
    """First and last day of the week (from Monday), month, quarter or year that a day lies in.

    Examples
    --------
    >>> span("2024-02-29", "week"), span("2024-02-29", "month"), span("2024-05-01", "quarter")
    (('2024-02-26', '2024-03-03'), ('2024-02-01', '2024-02-29'), ('2024-04-01', '2024-06-30'))
    """
    day = whole_day(as_of)
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first.isoformat(), (first + timedelta(days=6)).isoformat()
    months = {"month": 1, "quarter": 3, "year": 12}.get(period)
    if months is None:
        raise LedgerError(reason="day", field="period", found=period)
    month = (day.month - 1) // months * months
    first = date(day.year, month + 1, 1)
    year, after = divmod(day.year * 12 + month + months, 12)
    return first.isoformat(), (date(year, after + 1, 1) - timedelta(days=1)).isoformat()


def happened(ledger: Ledger, start: str, end: str) -> pd.DataFrame:
    """What happened from one day to another (both included): one row per project and stage reached, report or ending.

    By the day on which it happened; `project.came_to`, which weekly and monthly counts take, puts what was entered late
    on the day of its entry.

    Returns
    -------
    DataFrame
        day, what (``reported`` or a stage), project_id, project, investor, landing, owner, team, usd_m, cny_m; by day.
    """
    shown = "project_id, project, investor, landing, owner, team, usd_m, cny_m"
    parts = [
        f"SELECT {name}_on AS day, '{name}' AS what, {shown} FROM standing WHERE NOT same AND day BETWEEN ? AND ?"  # noqa: S608  # constants
        for name in ("reported", *STAGES)
    ]
    query = " UNION ALL ".join(parts) + " ORDER BY day, what, project_id"
    rows = ledger.connection.execute(query, (start, end) * len(parts)).fetchall()
    return frame(rows, ("day", "what", *shown.split(", ")))


def by(ledger: Ledger, dimension: str) -> pd.DataFrame:
    """How many projects stand at each stage, by place, team, chain, leader's post, office or zone.

    Returns
    -------
    DataFrame
        One row per value (missing where not stated): the dimension, a column per stage, projects, usd_m and cny_m (sums
        of the investments known in million USD and CNY), by number of projects.
    """
    if dimension not in DIMENSIONS:
        raise LedgerError(reason="field", field=dimension, fields=DIMENSIONS)
    counts = ", ".join(f"sum(stage = '{name}')" for name in STAGES)
    query = (
        f"SELECT {dimension}, {counts}, count(*), sum(usd_m), sum(cny_m) FROM standing WHERE NOT same "  # noqa: S608  # constants
        f"GROUP BY {dimension} ORDER BY count(*) DESC, {dimension}"
    )
    return frame(ledger.connection.execute(query).fetchall(), (dimension, *STAGES, "projects", "usd_m", "cny_m"))


def funnel(ledger: Ledger, as_of: str) -> pd.DataFrame:
    """How far projects get, and how long a stage takes.

    Returns
    -------
    DataFrame
        One row per stage: stage, reached (projects that ever reached it), share (of those of the stage before), skipped
        (passed over with a reason), now_here, days_through (median days from reaching it to the next stage reached,
        NaN where none), days_here (median days since, of those that are there and were on the day).
    """
    columns = ("stage", "same", "project_id", *(f"{name}_on" for name in LADDER))
    query = f"SELECT {', '.join(columns)} FROM standing WHERE NOT same"  # noqa: S608  # constants
    found = pd.DataFrame(ledger.connection.execute(query).fetchall(), columns=list(columns), dtype=object)
    rows: list[dict[str, object]] = []
    before = float("nan")
    for place, name in enumerate(LADDER):
        reached = found[f"{name}_on"].notna()
        later = found[[f"{other}_on" for other in LADDER[place + 1 :]]]
        through = reached & later.notna().any(axis=1)
        start = _days(found.loc[through, f"{name}_on"])
        end = _days(later.loc[through].replace("", None).bfill(axis=1).iloc[:, 0]) if through.any() else start
        here = found["stage"].eq(name)
        now = pd.Timestamp(as_of)
        since = _days(found.loc[here & reached, f"{name}_on"])
        since = since[since <= now]  # a stage that was reached after the day had not been waited in
        count = int(reached.sum())
        rows.append(
            {
                "stage": name,
                "reached": count,
                "share": count / before if before else float("nan"),
                "skipped": int((~reached & later.notna().any(axis=1)).sum()),
                "now_here": int(here.sum()),
                "days_through": (end - start).dt.days.median(),
                "days_here": (now - since).dt.days.median(),
            }
        )
        before = count
    table = pd.DataFrame(rows)
    whole = {"reached": "Int64", "skipped": "Int64", "now_here": "Int64", "stage": "str"}
    return table.astype({**whole, "share": "float64", "days_through": "float64", "days_here": "float64"})


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column.replace("", None), format="%Y-%m-%d")


def leaders(ledger: Ledger, year: str) -> pd.DataFrame:
    """Whether each leader's post has brought two of each size this year (the plan's paragraph 1).

    Returns
    -------
    DataFrame
        One row per post: lead_post, usd_class (projects over the USD limit of the rule for coordination, foreign
        capital), cny_class (projects from its CNY limit on), each (wanted), fulfilled. Empty without the rule.
    """
    body, sizes = ledger.rules.get("leaders"), ledger.rules.get("coordination")
    columns = ["lead_post", "usd_class", "cny_class", "each", "fulfilled"]
    if body is None or sizes is None:
        return pd.DataFrame(columns=columns)
    query = (
        f"SELECT lead_post, sum(coalesce(capital = 'foreign' AND usd_m > ?, 0)), sum(coalesce(cny_m >= ?, 0)) "  # noqa: S608  # a checked stage
        f"FROM standing WHERE NOT same AND lead_post IS NOT NULL AND substr({body['counted_at']}_on, 1, 4) = ? "
        f"GROUP BY lead_post ORDER BY lead_post"
    )
    rows = ledger.connection.execute(query, (sizes["usd_m_over"], sizes["cny_m_from"], year)).fetchall()
    posts = [
        row[0]
        for row in ledger.connection.execute(
            "SELECT DISTINCT lead_post FROM standing WHERE NOT same AND lead_post IS NOT NULL ORDER BY 1"
        )
    ]
    counts = {post: (int(usd), int(cny)) for post, usd, cny in rows}
    each = int(body["each"])
    made = [(post, *counts.get(post, (0, 0)), each, min(counts.get(post, (0, 0))) >= each) for post in posts]
    kinds = {"lead_post": "str", "usd_class": "Int64", "cny_class": "Int64", "each": "Int64", "fulfilled": "boolean"}
    return pd.DataFrame(made, columns=columns).astype(kinds)


def in_zones(ledger: Ledger, zones: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """What part of the major projects, and of what they need, goes to zones of provincial level or above (三(二)).

    Parameters
    ----------
    zones
        The case's table ``zones``: zone, level.

    Returns
    -------
    DataFrame
        One row for projects and one per factor (land ``site_mu``, ``energy_tce``, ``emission_t``): measure, inside,
        outside, unknown (zone or its level not known), share (inside / (inside + outside), NaN where both are 0),
        wanted, reached (missing where share is).
    """
    body = ledger.rules.get("zones")
    columns = ["measure", "inside", "outside", "unknown", "share", "wanted", "reached"]
    if body is None:
        return pd.DataFrame(columns=columns)
    levels = {
        str(zone): level for zone, level in zip(zones["zone"], zones["level"], strict=True) if isinstance(level, str)
    }
    query = (
        f"SELECT zone, {', '.join(FACTORS)} FROM standing "  # noqa: S608  # a checked stage
        f"WHERE NOT same AND major = 1 AND {body['counted_at']}_on BETWEEN ? AND ?"
    )
    sums = {name: dict.fromkeys(("inside", "outside", "unknown"), 0.0) for name in ("projects", *FACTORS)}
    for zone, *needs in ledger.connection.execute(query, (start, end)):
        level = levels.get(str(zone))
        side = "unknown" if level is None else "inside" if level in body["levels"] else "outside"
        for name, amount in zip(sums, (1, *needs), strict=True):
            sums[name][side] += amount or 0.0
    rows = []
    for measure, parts in sums.items():
        known = parts["inside"] + parts["outside"]
        share = parts["inside"] / known if known else float("nan")
        reached = None if not known else share >= body["share"]
        rows.append((measure, *parts.values(), share, float(body["share"]), reached))
    return pd.DataFrame(rows, columns=columns).astype({"measure": "str", "reached": "boolean"})


def first_day(connection: sqlite3.Connection) -> str:
    """The day of the ledger's earliest event: what lies before it is not in it."""
    return str(connection.execute("SELECT coalesce(substr(min(at), 1, 10), '') FROM events").fetchone()[0])
