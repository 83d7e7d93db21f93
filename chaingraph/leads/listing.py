"""Reviewed signals as a list, and which of them are a reason to call today.

A reason to call is a kind that is one (``months`` of its file), young enough, and the site is not decided: not
signed, filed, bought or started anywhere, not ended, and no such fact of the same firm followed. Silence about the site
leaves it unknown: a question to ask, not an opening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.leads.review import sources_of
from chaingraph.leads.sentences.kinds import SETTLED_KINDS, SETTLED_STAGES, lead_kinds
from chaingraph.model.case import rows_of, usable_signals
from chaingraph.model.columns import is_missing
from chaingraph.model.days import months_before
from chaingraph.model.results import FACT_COLUMNS

LIST_COLUMNS = (
    "date", "firm", "kind", "stage", "site_status", "place", "written", "product", "reason", "sources", "address",
    "signal_id",
)  # fmt: skip
OPEN_SITES = ("open", "comparing")


def months_of(signal: str, said: str | None = None) -> int:
    """How many months a kind of firm_signals is a reason to call while the site is not decided; 0 = never.

    Parameters
    ----------
    said
        What the fact says: of the kinds that share a signal the one whose words it has, and longer where its words are
        those of a longer time (``[longer]`` of its file). None: the longest of the kinds, without that.

    Examples
    --------
    >>> months_of("capacity_full"), months_of("land"), months_of("penalty")
    (12, 0, 0)
    >>> months_of("fundraising", "完成B轮融资"), months_of("fundraising", "拟发行可转债,募集资金用于扩产")
    (12, 15)
    """
    kinds = [kind for kind in lead_kinds().values() if kind.signal == signal and not kind.stage]
    if said is None or not kinds:
        return max((kind.months for kind in kinds), default=0)
    meant = [kind for kind in kinds if kind.words is not None and kind.words.search(said)]
    later = [kind.longer_months for kind in kinds if kind.longer is not None and kind.longer.search(said)]
    return max([*later, *(kind.months for kind in meant or [min(kinds, key=lambda kind: kind.months)])])


def says_open(signal: str) -> bool:
    """Whether a kind of firm_signals is a reason to call only where somebody says that its site is open.

    Examples
    --------
    >>> says_open("expansion"), says_open("capacity_full")
    (True, False)
    """
    return any(kind.said_open for kind in lead_kinds().values() if kind.signal == signal)


def in_prospectus(signal: str, said: str) -> bool:
    """Whether what a fact says of a kind of firm_signals is of money whose site a prospectus names.

    Examples
    --------
    >>> in_prospectus("fundraising", "科创板IPO获受理"), in_prospectus("fundraising", "完成B轮融资")
    (True, False)
    >>> in_prospectus("fundraising", "港股IPO,净筹3.6亿港元"), in_prospectus("order", "可转债")
    (False, False)
    """
    kinds = [kind for kind in lead_kinds().values() if kind.signal == signal]
    return any(
        kind.prospectus is not None and kind.prospectus.search(said) and not (kind.abroad and kind.abroad.search(said))
        for kind in kinds
    )


def said_by(row: Mapping[str, object]) -> str:
    """What a fact says: its own words and those of the text it was read from."""
    return " ".join(str(row[name]) for name in ("text", "quote") if isinstance(row.get(name), str))


def lead_list(
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: str,
    since: str | None = None,
    kinds: Sequence[str] = (),
    chain: str | None = None,
    site_status: Sequence[str] = (),
) -> pd.DataFrame:
    """Which reviewed facts of movement are on record, and which are a reason to call on that day?

    Parameters
    ----------
    tables
        ``firms``, ``firm_signals``, ``evidence``, ``segments`` of a case; with ``chain`` also ``firm_segments``.
    as_of
        The day, ISO.
    since
        Only facts from that day on; one without any day is left out.
    kinds, site_status
        Only these; empty: all. A signal without a site status counts as unknown.
    chain
        Only facts whose segment is in that chain; where a fact names none, those on firms with a segment in it.

    Returns
    -------
    DataFrame
        `LIST_COLUMNS`, the reasons first, then the newest. date: of the event, else of its earliest text; reason: flag.
        Unreviewed facts are left out; those that people typed in (review empty) are included.

    Examples
    --------
    >>> import chaingraph as cg
    >>> listed = lead_list(cg.load_example().tables, as_of="2025-06-30")
    >>> listed.columns.tolist()[:4]
    ['date', 'firm', 'kind', 'stage']
    """
    used = reviewed(tables, as_of=as_of)
    if since:
        used = used[used["date"].notna() & (used["date"] >= since)]
    if kinds:
        used = used[used["kind"].isin(kinds)]
    if site_status:
        used = used[used["site_status"].isin(site_status)]
    if chain:
        chains = dict(zip(tables["segments"]["segment_id"], tables["segments"]["chain_id"], strict=True))
        own = used["segment_id"].map(chains)
        made = tables["firm_segments"]
        makers = set(made.loc[made["segment_id"].map(chains) == chain, "firm_id"])
        used = used[(own == chain) | (own.isna() & used["firm_id"].isin(makers))]
    return used[list(LIST_COLUMNS)].reset_index(drop=True)


def reviewed(tables: Mapping[str, pd.DataFrame], *, as_of: str) -> pd.DataFrame:
    """All facts of movement that may be used: accepted or corrected by a person, or typed in by one.

    Returns
    -------
    DataFrame
        The columns of firm_signals with firm, those of `review.sources_of` and ``reason`` (flag: a reason to call on
        that day), the reasons first, then the newest. date: of the event, else of its earliest text; site_status is
        unknown where nothing is said.
    """
    used = usable_signals(tables["firm_signals"])
    used = used.merge(tables["firms"][["firm_id", "firm"]], on="firm_id", how="left")
    used = used.merge(sources_of(tables["evidence"]), on="signal_id", how="left")
    used["date"] = used["date"].where(used["date"].notna(), used["published"].astype("str"))
    used["site_status"] = used["site_status"].fillna("unknown")
    used["sources"] = used["sources"].astype("Int64")
    rows = rows_of(used)
    settled = _settled(rows)
    reasons = [bool(as_of) and _is_reason(row, as_of, settled) for row in rows]
    used["reason"] = pd.Series(reasons, index=used.index, dtype="boolean")
    return used.sort_values(
        ["reason", "date", "firm_id", "signal_id"], ascending=[False, False, True, True], na_position="last"
    ).reset_index(drop=True)


def fact_table(tables: Mapping[str, pd.DataFrame], *, as_of: str) -> pd.DataFrame:
    """The facts that may be used, as they are handed over.

    Returns
    -------
    DataFrame
        `results.FACT_COLUMNS`, the reasons to call first, then the newest. kind, project_stage, site_status: codes of
        firm_signals; call_reason: flag; text_count: places of texts that say it (NaN = typed in by a person); address:
        of the earliest of them.
    """
    told = reviewed(tables, as_of=as_of).rename(
        columns={"stage": "project_stage", "reason": "call_reason", "sources": "text_count"}
    )
    return told[list(FACT_COLUMNS)]


def is_settled(row: Mapping[str, object]) -> bool:
    """Whether a signal says that a site is decided, or that the project is over."""
    return (
        row.get("stage") in (*SETTLED_STAGES, "ended")
        or row.get("kind") in SETTLED_KINDS
        or row.get("site_status") in ("decided_here", "decided_elsewhere")
    )


def _settled(rows: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """The newest day on which a firm's site was decided; a project that ended without another place decides nothing."""
    newest: dict[str, str] = {}
    for row in rows:
        day = row["date"]
        if is_settled(row) and row.get("stage") != "ended" and isinstance(day, str):
            newest[str(row["firm_id"])] = max(newest.get(str(row["firm_id"]), ""), day)
    return newest


def _is_reason(row: Mapping[str, object], as_of: str, settled: Mapping[str, str]) -> bool:
    months = months_of(str(row["kind"]), said_by(row))
    if row.get("site_status") not in OPEN_SITES and says_open(str(row["kind"])):
        return False
    day = row["date"]
    if not months or is_settled(row) or is_missing(day) or not isinstance(day, str):
        return False
    young = months_before(as_of, months) <= day[:7] and day[: len(as_of)] <= as_of
    return young and settled.get(str(row["firm_id"]), "") < day
