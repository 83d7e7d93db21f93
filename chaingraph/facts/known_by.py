"""A case as it stood on an earlier day: only what is dated by then (--known-by)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from chaingraph.model.columns import SEPARATOR, split
from chaingraph.model.schema import TABLES

# What a chain is and where a place lies is no fact of a day.
STRUCTURE = (
    "chains", "segments", "segment_terms", "segment_links", "products", "product_links", "zones", "places",
    "translations",
)  # fmt: skip
# The day on which a row became true; where a row states none, or its table has no such column, ``as_of`` tells.
HAPPENED = {
    "firm_sites": "since",
    "firm_signals": "date",
    "evidence": "published",
    "policies": "valid_from",
    "chain_events": "date",
    "confirmations": "date",
    "foreign_investments": "registered",
    "fund_holdings": "date",
}
# What changes: left out of a row that was true by then and was written down later.
_CHANGES = {
    "firms": (
        "parent_id", "employees", "insured", "revenue_cny_m", "status", "decision_city", "note",
    ),
    "firm_sites": ("note",),
    "projects": ("product", "amount_cny_m", "land_mu", "floor_m2", "note", "unit_id", "zone"),
}  # fmt: skip
_FIRM = "firms.firm_id"
_EDITION = re.compile(r"\((\d{4})")


@dataclass(frozen=True)
class KnownBy:
    """A case's tables as of an earlier day, and what was left out.

    ``counts``: one row per table that lost something: table, rows (before), kept, later (dated after that day, or so
    roughly that it cannot be told), undated, followed (named a firm, project or signal that was left out), trimmed
    (rows kept without what was learnt later).
    """

    tables: dict[str, pd.DataFrame]
    counts: pd.DataFrame


def known_by(tables: Mapping[str, pd.DataFrame], day: str, *, keep_undated: bool = False) -> KnownBy:
    """What of a case was known on an earlier day?

    Chains, segments, the links between them and places are exempt. Every other row counts from the day on which it
    became true (since when a site stands, when a signal happened), else from its ``as_of``. A bare year or month counts
    from its last day, so that nothing later slips in. Undated rows are left out unless they are to be kept.

    A firm is known when its row, its founding or listing, or any fact about it is dated by then; one founded later
    never is. Of a row that was true by then and written down later, what changes is left out: a firm's parent, size and
    state, lists of a later edition, when a site closed. Rows that name a firm, project or signal left out go with it.

    Parameters
    ----------
    tables
        Of a case.
    day
        A day, month or year.
    keep_undated
        Whether rows without a date are kept.

    Examples
    --------
    >>> from chaingraph.reading.example import load_example
    >>> found = known_by(load_example().tables, "1990")
    >>> len(found.tables["firms"]), len(found.tables["segments"]) > 0
    (0, True)
    """
    limit = last_day(day)
    spans = {name: _when(name, frame, limit) for name, frame in tables.items() if name not in STRUCTURE}
    held: dict[str, pd.Series[bool]] = {}
    for name, when in spans.items():
        held[name] = (when == "by") | ((when == "undated") & keep_undated)
    if "projects" in held and "firm_signals" in held:  # a project is as old as the first word of it
        told = tables["firm_signals"].loc[held["firm_signals"], "project_id"].dropna()
        held["projects"] = held["projects"] | tables["projects"]["project_id"].isin(told)
    if "firms" in held:
        held["firms"] = _firms_known(tables, held, limit)
    followed = _follow(tables, held)
    kept = {name: frame if name in STRUCTURE else frame[held[name]] for name, frame in tables.items()}
    kept = _without_left_out(kept)
    trimmed: dict[str, int] = {}
    for name in ("firms", "firm_sites", "projects"):
        if name in kept:
            kept[name], trimmed[name] = _trimmed(name, kept[name], limit, keep_undated=keep_undated)
    rows = []
    for name, when in spans.items():
        out = ~held[name] & ~followed[name]
        counted: dict[str, str | int] = {
            "table": name,
            "rows": len(when),
            "kept": int(held[name].sum()),
            "later": int((out & (when != "undated")).sum()),
            "undated": int((out & (when == "undated")).sum()),
            "followed": int(followed[name].sum()),
            "trimmed": trimmed.get(name, 0),
        }
        if not held[name].all() or trimmed.get(name):
            rows.append(counted)
    columns = ["table", "rows", "kept", "later", "undated", "followed", "trimmed"]
    return KnownBy(
        {name: frame.reset_index(drop=True) for name, frame in kept.items()}, pd.DataFrame(rows, columns=columns)
    )


def last_day(date: str) -> str:
    """The last day that a date may mean, as a text that compares as days do.

    Examples
    --------
    >>> last_day("2022"), last_day("2022-06"), last_day("2022-06-09")
    ('2022-12-31', '2022-06-31', '2022-06-09')
    """
    return date + "YYYY-12-31"[len(date) :]


def _last_days(dates: pd.Series[str]) -> pd.Series[str]:
    return dates.map(last_day, na_action="ignore").astype("str")


def _when(name: str, frame: pd.DataFrame, limit: str) -> pd.Series[str]:
    """Of every row: ``by`` that day, ``later``, or ``undated``."""
    said = frame["as_of"]
    if name in HAPPENED:
        said = frame[HAPPENED[name]].fillna(said)
    days = _last_days(said)
    return (
        pd.Series("later", index=frame.index)
        .mask(days.isna(), "undated")
        .mask((days <= limit).fillna(value=False), "by")
    )


def _firms_known(
    tables: Mapping[str, pd.DataFrame], held: Mapping[str, pd.Series[bool]], limit: str
) -> pd.Series[bool]:
    firms = tables["firms"]
    named: set[str] = set()
    for name, rows in held.items():
        if name != "firms":
            for column in TABLES[name].columns:
                if column.refers_to == _FIRM:
                    named |= set(tables[name].loc[rows, column.name].dropna())
    began = [(_last_days(firms[column]) <= limit).fillna(value=False) for column in ("founded", "listed")]
    # The first day that the founding may mean: one founded in the very year may well be known.
    later = (firms["founded"] > limit).fillna(value=False)
    return ((held["firms"] | firms["firm_id"].isin(named) | began[0] | began[1]) & ~later).astype(bool)


def _follow(tables: Mapping[str, pd.DataFrame], held: dict[str, pd.Series[bool]]) -> dict[str, pd.Series[bool]]:
    """Take out the rows that must name something left out; which they were, by table."""
    before = dict(held)
    changed = True
    while changed:  # evidence goes with its signal, a signal with its firm
        changed = False
        for name in held:
            for column in TABLES[name].columns:
                whole, _, key = column.refers_to.partition(".")
                if not column.required or whole not in held:
                    continue
                there = set(tables[whole].loc[held[whole], key])
                stays = held[name] & tables[name][column.name].isin(there)
                changed |= bool((stays != held[name]).any())
                held[name] = stays
    return {name: before[name] & ~rows for name, rows in held.items()}


def _without_left_out(kept: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Cells that may name a firm or project, and name one left out, are empty."""
    found = {}
    for name, frame in kept.items():
        blank = {}
        for column in TABLES[name].columns:
            whole, _, key = column.refers_to.partition(".")
            if whole in STRUCTURE or whole not in kept or column.required or column.kind == "set":
                continue
            blank[column.name] = frame[column.name].where(frame[column.name].isin(kept[whole][key]))
        found[name] = frame.assign(**blank)
    return found


def _trimmed(name: str, frame: pd.DataFrame, limit: str, *, keep_undated: bool) -> tuple[pd.DataFrame, int]:
    """Rows without what was learnt later, and of how many that took something."""
    written = _last_days(frame["as_of"])
    late = (written > limit).fillna(value=False) | (written.isna() & (not keep_undated))
    changes = {column: frame[column].mask(late) for column in _CHANGES[name]}
    if name == "firms":
        pairs = zip(frame["tiers"], late, strict=True)
        changes["tiers"] = pd.Series(
            [_tiers_by(tiers, limit, late=late) for tiers, late in pairs], index=frame.index, dtype="str"
        )
        changes["listed"] = frame["listed"].mask((frame["listed"] > limit).fillna(value=False))
    if name == "firm_sites":
        changes["until"] = frame["until"].mask((frame["until"] > limit).fillna(value=False))
    after = frame.assign(**changes)
    lost = pd.DataFrame({column: frame[column].notna() & after[column].isna() for column in changes})
    if name == "firms":
        lost["tiers"] = frame["tiers"].fillna("") != after["tiers"].fillna("")
    return after, int(lost.any(axis="columns").sum())


def _tiers_by(tiers: object, limit: str, *, late: bool) -> str | None:
    """The lists of an edition by then; one that states no edition counts as its row does."""
    stays = []
    for tier in split(tiers):
        edition = _EDITION.search(tier)
        if (edition.group(1) <= limit[:4]) if edition else not late:
            stays.append(tier)
    return SEPARATOR.join(stays) or None
