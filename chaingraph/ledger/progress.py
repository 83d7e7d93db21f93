"""How far the targets are met: by indicator and period, by place and office; pace, the 70 % line, warnings; the board.

Targets come from the case's table ``targets`` (indicator, unit, period, target); its periods may be years
(``2024``), spans of years (``2021-2025``) or months (``2024-03``). Counting follows the rule ``progress``: projects on
the day of the stage it names, shared between places after a transfer; paid-in foreign capital on the day it came in.
A period that has ended is history: it has a completion and no pace.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from chaingraph.ledger.events import LedgerError, whole_day
from chaingraph.ledger.fields import STAGES
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.views import first_day, frame, typed
from chaingraph.model.days import days_later

_Sum = tuple[str, str, str, float, float]
_PER_MILLION_USD = {"亿美元": 0.01, "百万美元": 1.0, "万美元": 100.0, "美元": 1e6}
PROGRESS_COLUMNS = (
    "indicator", "unit", "period", "state", "target", "actual", "completion", "unknown", "undated", "elapsed", "pace",
    "projected", "at_line", "covered",
)  # fmt: skip


def bounds(period: str) -> tuple[str, str]:
    """First and last day of a period.

    Examples
    --------
    >>> bounds("2021-2025"), bounds("2024"), bounds("2024-02")
    (('2021-01-01', '2025-12-31'), ('2024-01-01', '2024-12-31'), ('2024-02-01', '2024-02-29'))
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}|\d{2}))?", str(period).strip().removesuffix("年"))
    if found is None:
        raise LedgerError(reason="day", field="period", found=period)
    first, more = found[1], found[2]
    if more is None or len(more) == 4:
        if more and more < first:
            raise LedgerError(reason="day", field="period", found=period)
        return f"{first}-01-01", f"{more or first}-12-31"
    if not 1 <= int(more) <= 12:
        raise LedgerError(reason="day", field="period", found=period)
    return f"{first}-{more}-01", f"{first}-{more}-{calendar.monthrange(int(first), int(more))[1]:02d}"


def elapsed(start: str, end: str, as_of: str) -> float:
    """What part of a span has passed at the end of a day, 0 to 1.

    Examples
    --------
    >>> elapsed("2024-01-01", "2024-12-31", "2024-07-01")
    0.5
    """
    day = whole_day(as_of)
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return min(1.0, max(0.0, ((day - first).days + 1) / ((last - first).days + 1)))


@dataclass(frozen=True)
class Counted:
    """What counts towards the indicators up to a day, summed by month (``""``: not dated)."""

    total: list[_Sum]  # indicator, "", month, known, unknown
    places: list[_Sum]  # indicator, place, month, known, unknown
    owners: list[_Sum]  # indicator, department, month, known, unknown
    starts: str  # the ledger's first day


def counted(ledger: Ledger, as_of: str) -> Counted:
    """Sum what counts, in all, by place and by department.

    Months before that of ``as_of`` are read from the sums that stand in the ledger, its own month day by day.
    """

    def summed(of: str) -> list[_Sum]:
        name = "''" if of == "all" else of
        query = (
            "SELECT indicator, name, month, known / 1e6, unknown / 1e6 FROM count_tally WHERE of = ? AND month < ? "  # noqa: S608  # constants
            f"UNION ALL SELECT indicator, {name}, month, sum(amount * known), sum(amount * (1 - known)) FROM counted "
            f"WHERE month = ? AND day <= ? GROUP BY indicator, {name}"
        )
        return ledger.connection.execute(query, (of, as_of[:7], as_of[:7], as_of)).fetchall()

    return Counted(summed("all"), summed("place"), summed("owner"), first_day(ledger.connection))


def progress(
    ledger: Ledger, targets: pd.DataFrame, as_of: str, *, found: Counted | None = None, of: str = "all", name: str = ""
) -> pd.DataFrame:
    """How far each target is met on a day.

    Parameters
    ----------
    targets
        The case's table: indicator, unit, period, target.
    as_of
        The day; what happened later is not counted.
    of, name
        Whose targets these are: ``all``, or one ``place`` or ``owner`` (department) and its name.

    Returns
    -------
    DataFrame
        One row per target, in the order given: indicator, unit, period, state (``running``, ``history`` for a period
        that ended before ``as_of``, ``future``), target, actual (in the unit; NaN for an indicator the rules do not
        know or a unit that cannot be), completion (actual / target), unknown (projects of which it cannot be told
        whether they count), undated (projects that count, but on no known day, so in no period), elapsed (share of the
        period, NaN unless running), pace (completion / elapsed: 1 is on course), projected (actual / elapsed), at_line
        (whether completion reaches the assessment's line), covered (whether the ledger goes back to the period's
        start: False means that earlier results are not in it).
    """
    found = found or counted(ledger, as_of)
    body = ledger.rules.get("progress")
    indicators = body["indicators"] if body else {}
    assessment = ledger.rules.get("assessment")
    sums = [row for row in {"all": found.total, "place": found.places, "owner": found.owners}[of] if row[1] == name]
    rows = []
    for indicator, unit, period, target in zip(*(targets[name] for name in ("indicator", "unit", "period", "target")),
                                               strict=True):  # fmt: skip
        start, end = bounds(period)
        state = "history" if end < as_of else "future" if start > as_of else "running"
        scale = _scale(indicators.get(indicator), unit)
        known, unknown, undated = _summed(sums, indicator, start, end)
        actual = known * scale
        completion = actual / target if target else float("nan")
        share = elapsed(start, end, as_of) if state == "running" else float("nan")
        line = None if assessment is None or pd.isna(actual) else completion >= assessment["excellent_from"]
        rows.append((indicator, unit, str(period), state, float(target), actual, completion, unknown, undated, share,
                     completion / share, actual / share, line,
                     bool(found.starts) and found.starts <= start))  # fmt: skip
    kinds = dict.fromkeys(PROGRESS_COLUMNS, "float64") | dict.fromkeys(("indicator", "unit", "period", "state"), "str")
    return typed(rows, kinds | dict.fromkeys(("at_line", "covered"), "boolean"))


def broken_down(ledger: Ledger, place_targets: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """How far each county and department has come with its own targets: completion, pace to the end of the period.

    Parameters
    ----------
    place_targets
        The case's table: of (place or owner), name, indicator, unit, period, target.

    Returns
    -------
    DataFrame
        of, name and PROGRESS_COLUMNS: one row per target, places before departments, by name, in the order given.
    """
    found = counted(ledger, as_of)
    groups = {(str(of), str(name)): rows for (of, name), rows in place_targets.groupby(["of", "name"])}
    parts = [
        progress(ledger, groups[key], as_of, found=found, of=key[0], name=key[1]).assign(of=key[0], name=key[1])
        for key in sorted(groups, key=lambda key: (key[0] != "place", key[1]))
    ]
    columns = ["of", "name", *PROGRESS_COLUMNS]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns].astype({"of": "str", "name": "str"})


def _targets_of(place_targets: pd.DataFrame | None, of: str) -> pd.DataFrame | None:
    return None if place_targets is None else place_targets[place_targets["of"] == of]


def _scale(indicator: Any, unit: object) -> float:
    """What turns a sum of the table ``counted`` into the target's unit; NaN where nothing does."""
    if indicator is None:
        return float("nan")
    return _PER_MILLION_USD.get(str(unit), float("nan")) if indicator["measure"] == "paid_in" else 1.0


def _summed(rows: Iterable[_Sum], indicator: str, start: str, end: str) -> tuple[float, float, float]:
    first, last = start[:7], end[:7]
    known = unknown = undated = 0.0
    for name, _, month, sure, unsure in rows:
        if name == indicator:
            if not month:
                undated += sure
            elif first <= month <= last:
                known += sure
                unknown += unsure
    return known, unknown, undated


def scoreboard(
    ledger: Ledger,
    as_of: str,
    *,
    year: str,
    of: str = "place",
    targets: pd.DataFrame | None = None,
    found: Counted | None = None,
) -> pd.DataFrame:
    """How places or departments compare in one year (the plan's 三(一)).

    Parameters
    ----------
    of
        ``place`` or ``owner`` (department).
    targets
        Annual targets of each: name, indicator, unit, period, target. Without them there are counts but no completion.

    Returns
    -------
    DataFrame
        One row per place or department: name, one column per indicator (counts; paid-in capital in million USD),
        completion (mean over its targets, each at most 1), lowest (the lowest completion), may_be_excellent (every
        target at the assessment's line or above; missing where there are no targets or the year runs),
        weight (of this in the assessment), bonus (points that the rule gives for what exceeds a target; NaN without
        targets), points (weight x 100 x completion, and the bonus), rank (by points, else by the sum of projects; equal
        ones share a rank).
    """
    found = found or counted(ledger, as_of)
    body, assessment = ledger.rules.get("progress"), ledger.rules.get("assessment")
    indicators = list(body["indicators"]) if body else []
    start, end = bounds(year)
    sums: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(indicators, 0.0))
    for indicator, name, month, sure, _ in found.places if of == "place" else found.owners:
        if name and indicator in indicators and month and start[:7] <= month <= end[:7]:
            sums[name][indicator] += sure
    wanted: dict[str, list[float]] = defaultdict(list)
    extra: dict[str, float] = defaultdict(float)
    if targets is not None:
        for row in targets[targets["period"].astype(str) == year].to_dict("records"):
            actual = sums[str(row["name"])].get(str(row["indicator"]), float("nan"))
            scale = _scale(body["indicators"].get(row["indicator"]) if body else None, row["unit"])
            wanted[str(row["name"])].append(actual * scale / row["target"] if row["target"] else float("nan"))
            extra[str(row["name"])] += _bonus(assessment, str(row["indicator"]), actual * scale - row["target"])
    weigher = "weight_counties" if of == "place" else "weight_departments"
    weight = assessment[weigher] if assessment else float("nan")
    rows: list[tuple[Any, ...]] = []
    for name in sorted(sums):
        shares = wanted.get(name, [])
        mean = sum(min(1.0, share) for share in shares) / len(shares) if shares else float("nan")
        lowest = min(shares, default=float("nan"))
        closed = assessment is not None and end < as_of and bool(shares)
        excellent = lowest >= assessment["excellent_from"] if closed and assessment is not None else None
        bonus = extra[name] if shares else float("nan")
        rows.append((name, *sums[name].values(), mean, lowest, excellent, weight, bonus, 100 * weight * mean + bonus))
    columns = ("name", *indicators, "completion", "lowest", "may_be_excellent", "weight", "bonus", "points", "rank")
    kinds = dict.fromkeys(columns, "float64") | {"name": "str", "may_be_excellent": "boolean", "rank": "Int64"}
    count = [name for name in indicators if body and body["indicators"][name]["measure"] == "projects"]
    scores = [_score(row[-1], row[-6], sum(sums[str(row[0])][name] for name in count)) for row in rows]
    ranked = [(*row, 1 + sum(other > score for other in scores)) for row, score in zip(rows, scores, strict=True)]
    return typed(sorted(ranked, key=lambda row: (row[-1], row[0])), kinds)


def _score(points: float, completion: float, projects: float) -> tuple[float, float]:
    """What a place or department is ranked by: its points, else its completion, else the number of its projects."""
    known = [value for value in (points, completion) if pd.notna(value)]
    return (known[0] if known else -1.0, projects)


def _bonus(assessment: Any, indicator: str, beyond: float) -> float:
    """Points for what exceeds a target, in its unit, as far as the rule gives any."""
    given = [row for row in (assessment or {}).get("bonus", []) if row["indicator"] == indicator]
    return sum(min(float(row["most"]), float(row["each"]) * beyond) for row in given) if beyond > 0 else 0.0


def warnings(ledger: Ledger, as_of: str, *, targets: pd.DataFrame, of: str = "place") -> pd.DataFrame:
    """Who was last, or missed the targets, so many closed years running that a warning is due (三(一)).

    Returns
    -------
    DataFrame
        One row per name and reason: name, reason (``last``, ``missed``), years (``;``-joined). Years that began before
        the ledger did are left out. Empty without the rule.
    """
    assessment = ledger.rules.get("assessment")
    if assessment is None:
        return frame([], ("name", "reason", "years"))
    found = counted(ledger, as_of)
    years = sorted({str(period) for period in targets["period"] if bounds(period)[1] < as_of and len(str(period)) == 4})
    years = [year for year in years if "" < found.starts[:7] <= f"{year}-01"]  # nobody is warned of what is not in it
    runs: dict[tuple[str, str], list[str]] = {}
    warned: dict[tuple[str, str], list[str]] = {}
    for year in years:
        board = scoreboard(ledger, as_of, year=year, of=of, targets=targets, found=found)
        board = board[board["completion"].notna()]
        last = set(board.loc[board["rank"] == board["rank"].max(), "name"]) if len(board) > 1 else set()
        hit = {(name, "last") for name in last} | {(name, "missed") for name in board.loc[board["lowest"] < 1, "name"]}
        before = str(int(year) - 1)
        runs = {key: [*(run if (run := runs.get(key, []))[-1:] == [before] else []), year] for key in hit}
        warned |= {key: run for key, run in runs.items() if len(run) >= assessment["warning_after_years"]}
    return frame([(*key, ";".join(run)) for key, run in sorted(warned.items())], ("name", "reason", "years"))


@dataclass(frozen=True)
class Board:
    """Everything on one screen: stages by place, progress, who stands where, and what is due."""

    as_of: str
    stages: pd.DataFrame  # landing, a column per stage, projects, usd_m
    progress: pd.DataFrame
    places: pd.DataFrame
    departments: pd.DataFrame
    expiring: int  # exclusive negotiations that end within seven days
    doubtful: int  # pairs that wait for a person
    unknown: int  # projects of which it cannot be told whether they must be reported


def board(ledger: Ledger, targets: pd.DataFrame, as_of: str, *, place_targets: pd.DataFrame | None = None) -> Board:
    """The board on a day, from the sums that the ledger keeps: its cost does not grow with the number of projects.

    Parameters
    ----------
    ledger
        An open ledger.
    targets
        The case's table: indicator, unit, period, target.
    as_of
        The day, YYYY-MM-DD; what happened later is not counted.
    place_targets
        The case's table of the targets of counties and departments, by which these are then scored; None: they are
        only counted.

    Returns
    -------
    Board
        ``stages``: a row per place of landing, projects at each stage and in all (Int64), usd_m their known investment
        (million USD, NaN = none known), cny_m likewise. ``progress``: a row per target, see `progress.progress`.
        ``places``, ``departments``: a row each, this year's counts and points, see `progress.scoreboard`. ``expiring``,
        ``doubtful``, ``unknown``: exclusive negotiations that end within seven days, pairs that wait for a person,
        projects of which it cannot be told whether they must be reported.

    Raises
    ------
    LedgerError
        When ``as_of`` is no whole day, or a target's period is none.

    Notes
    -----
    completion = actual / target; pace = completion / elapsed share of the period, 1 is on course; points = 100 x weight
    x mean of the completions (each at most 1) + bonus. Weights, line and bonus are those of the ledger's rules, which
    name the plan's paragraph they come from (``library/rules``: 一(二), 三(一)).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import chaingraph as cg
    >>> target = {"indicator": "总投资超亿美元项目", "unit": "个", "period": "2024", "target": 4.0}
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True,
    ...          "capital": "foreign", "investment_m": 150.0, "currency": "USD"}
    >>> acts = [cg.Act("entered", "p1", "2024-01-01", "平湖市投促局", data=facts),
    ...         cg.Act("stage", "p1", "2024-03-15", "平湖市投促局", data={"stage": "signed"})]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all(acts)
    ...         shown = board(ledger, pd.DataFrame([target]), "2024-07-01")
    >>> shown.progress[["actual", "completion", "elapsed", "pace"]].to_numpy().tolist()
    [[1.0, 0.25, 0.5, 0.5]]
    >>> shown.stages[["landing", "signed", "usd_m"]].to_numpy().tolist()
    [['平湖市', 1, 150.0]]
    """
    whole_day(as_of)
    query = "SELECT landing, stage, projects, usd, sized, unknown FROM stage_tally ORDER BY landing"
    rows = ledger.connection.execute(query).fetchall()
    sums = "SELECT landing, sum(cny_m) FROM standing WHERE NOT same GROUP BY landing"
    cny = dict(ledger.connection.execute(sums).fetchall())
    soon = "SELECT count(*) FROM standing WHERE NOT same AND stage <> 'ended' AND exclusive_until BETWEEN ? AND ?"
    expiring = ledger.connection.execute(soon, (as_of, days_later(as_of, 7))).fetchone()[0]
    pairs = ledger.connection.execute("SELECT count(*) FROM pairs WHERE status = 'open'").fetchone()[0]
    found, year = counted(ledger, as_of), as_of[:4]
    return Board(
        as_of=as_of,
        stages=_stages(rows).assign(cny_m=lambda shown: shown["landing"].map(cny).astype("float64")),
        progress=progress(ledger, targets, as_of, found=found),
        places=scoreboard(ledger, as_of, year=year, found=found, targets=_targets_of(place_targets, "place")),
        departments=scoreboard(
            ledger, as_of, year=year, of="owner", found=found, targets=_targets_of(place_targets, "owner")
        ),
        expiring=int(expiring),
        doubtful=int(pairs),
        unknown=sum(row[5] for row in rows),
    )


def _stages(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """One row per place: a count for each stage, all projects, and what is known of their investment."""
    places: dict[str, dict[str, int]] = {}
    for landing, stage, count, usd, sized, _ in rows:
        held = places.setdefault(landing, dict.fromkeys((*STAGES, "projects", "usd", "sized"), 0))
        for name, value in ((stage, count), ("projects", count), ("usd", usd), ("sized", sized)):
            held[name] += value
    made = [
        (place, *(held[name] for name in (*STAGES, "projects")), held["usd"] / 1e6 if held["sized"] else None)
        for place, held in places.items()
    ]
    return frame(made, ("landing", *STAGES, "projects", "usd_m"))
