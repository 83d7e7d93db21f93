"""本月拟对接企业: who is to be called this month, whose site is asked about first, and who waits for a mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from chaingraph.choosing.readiness import marks_of
from chaingraph.choosing.row_facts import RowFacts
from chaingraph.choosing.teams import REST, in_teams
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing, split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import CALL_COLUMNS
from chaingraph.model.results.told import Words, place, reason
from chaingraph.wording.phrases import names_of

GROUPS = ("visit", "ask_site", "reserve")
MOST_VISITS, MOST_OF_ONE, MOST_ASKED = 20, 5, 10
_CITY_LEVEL_CNY_M = 1000.0  # 10亿元: from here on the city's leaders receive
_CITY_LEVEL_TIERS = {"global500", "china500", "soe"}


def monthly_calls(
    rows: pd.DataFrame,
    held: Sequence[RowFacts],
    facts: pd.DataFrame,
    graph: ChainGraph,
    near: Mapping[str, float] = MappingProxyType({}),
) -> pd.DataFrame:
    """Whom to call this month, and what the others still lack?

    To be visited is who has a dated reason with its site open or compared, and a door or a unit that decides: at most
    twenty in all and five for one county or team. Who has a dated reason of which nobody knows the site is asked by one
    call, at most ten: those nearest by first, since whoever answers can be visited in the same week, and those whose
    site a prospectus names last. The rest with any mark waits for those it lacks; what passes and finds no room waits
    too.

    Parameters
    ----------
    rows
        From `row_facts.with_marks`: rows of all lists; groups that are here are another section's work.
    held
        What is known of each of these rows.
    facts
        From `ranking.firm_facts`.
    near
        By firm, how far away it is (`ways.Ways.near`); nothing: not known of anybody.

    Returns
    -------
    DataFrame
        `results.CALL_COLUMNS`, one row per group of firms: group (`GROUPS`), rank within it, visit_level (city, county,
        stationed; missing for those not to be visited), for_whom (county or team), why_now, maturity, open_question.
    """
    names = {table: names_of(graph, table) for table in ("chains", "segments", "firms")}
    columns = [
        "list",
        "candidate_list",
        "chain_id",
        "segment_id",
        "firm_id",
        "group_id",
        "maturity",
        "open_question",
        "unranked",
        "prospectus",
    ]
    shown = rows[columns].assign(place=range(len(rows)))
    shown = shown[shown["candidate_list"] == "new"]
    own = facts.reindex(shown["firm_id"])
    decided = [held[at].facts.decisions for at in shown["place"]]
    cities = [known[0][0] if known else None for known in decided]
    seats = pd.DataFrame(
        {"decision_city": cities, "country": own["country"].to_numpy(), "city": own["city"].to_numpy()}, dtype="object"
    )
    teams = in_teams(seats, graph)["team"].tolist()
    found: list[dict[str, object]] = []
    seen: set[object] = set()
    ordered = []
    for row, team in zip(rows_of(shown), teams, strict=True):
        one = held[row["place"]].facts
        marks = {mark.name: mark for mark in marks_of(one)}
        fact = one.motive
        ready = to_be_visited({name for name, mark in marks.items() if mark.filled})
        asks = fact is not None and not fact["open"] and not row["unranked"]  # the fact is of this row's business
        group = "visit" if ready else "ask_site" if asks else "reserve"
        date = str(fact["date"]) if fact is not None else ""
        # Where a prospectus names the site nobody has to be asked; of the others the nearest come first.
        away = (row["prospectus"], near.get(row["firm_id"], 0.0)) if group == "ask_site" else (0, 0.0)
        ordered.append((GROUPS.index(group), away, -row["maturity"], _later(date), row["place"], row, team, group))
    for _, _, _, _, at, row, team, group in sorted(ordered, key=lambda item: item[:5]):
        if row["group_id"] in seen or (group == "reserve" and not row["maturity"]):
            continue
        seen.add(row["group_id"])
        one = held[at].facts
        county = next((choice.county for choice in held[at].choices if choice.county), None)
        stationed = team if team != REST else None
        firm = own.loc[row["firm_id"]]
        firm = firm.iloc[0] if isinstance(firm, pd.DataFrame) else firm
        told = {
            "group": group,
            "chain_id": row["chain_id"],
            "chain": names["chains"][row["chain_id"]],
            "firm_id": row["firm_id"],
            "firm": names["firms"][row["firm_id"]],
            "country": firm["country"],
            "city": firm["city"],
            "segment_id": row["segment_id"],
            "segment": names["segments"][row["segment_id"]],
            "visit_level": visit_level(_amount(one.motive), firm["tiers"], stationed) if group == "visit" else None,
            "for_whom": place(county) if county else place(stationed) if stationed else None,
            "why_now": None if one.motive is None else _why_now(one.motive),
            "maturity": row["maturity"],
            "open_question": row["open_question"],
            "sources": one.motive["source"] if one.motive is not None else None,
        }
        found.append(told | {"by": county or stationed})
    return within_limits(found)


def within_limits(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The groups cut to their lengths, each ranked; who finds no room among the visits waits in the reserve, first.

    Rows are `results.CALL_COLUMNS` and ``by``, the county or team whose share of the visits a row takes (None: none's).
    """
    taken: Counter[object] = Counter()
    kept: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for row in rows:
        group = str(row["group"])
        by = row.pop("by")
        full = {
            "visit": len(kept["visit"]) >= MOST_VISITS or (by is not None and taken[by] >= MOST_OF_ONE),
            "ask_site": len(kept["ask_site"]) >= MOST_ASKED,
        }.get(group, False)
        if group == "visit" and not full:
            taken[by] += 1
        kept["reserve" if full else group].append({**row, "visit_level": None if full else row["visit_level"]})
    ranked = [
        {**row, "group": group, "rank": rank} for group in GROUPS for rank, row in enumerate(kept[group], start=1)
    ]
    return pd.DataFrame(ranked, columns=list(CALL_COLUMNS)).astype({"rank": "Int64", "maturity": "Int64"})


def _later(date: str) -> tuple[int, ...]:
    """A sort key that puts the later date first."""
    return tuple(-ord(letter) for letter in date)


def to_be_visited(marks: Collection[str]) -> bool:
    """Whether the marks that are filled suffice for a visit: a dated reason, and a door or a unit that decides.

    Examples
    --------
    >>> to_be_visited({"motive", "door"}), to_be_visited({"door", "decision"})
    (True, False)
    """
    return "motive" in marks and ("door" in marks or "decision" in marks)


def _amount(fact: Mapping[str, Any] | None) -> float | None:
    known = None if fact is None else fact["amount_cny_m"]
    return None if known is None or is_missing(known) else float(known)


def visit_level(amount_cny_m: float | None, tiers: object, stationed: object) -> str:
    """Who visits: the city's leaders for large projects and groups, a stationed team where one is, else the county.

    Examples
    --------
    >>> visit_level(1200.0, None, None), visit_level(None, "soe;listed", "深圳"), visit_level(None, None, "深圳")
    ('city', 'city', 'stationed')
    """
    named = {part.partition("(")[0].rstrip("?") for part in split(tiers)}
    if (amount_cny_m is not None and amount_cny_m >= _CITY_LEVEL_CNY_M) or named & _CITY_LEVEL_TIERS:
        return "city"
    return "stationed" if stationed else "county"


def _why_now(fact: Mapping[str, Any]) -> Words:
    kind = reason(f"codes.signal_{fact['kind']}")
    unknown = "readiness.site_in_prospectus" if fact["prospectus"] else "readiness.site_unknown"
    status = reason(f"codes.decided_{fact['site_status']}" if fact["open"] else unknown)
    return reason("readiness.motive", kind=kind, date=fact["date"], status=status)
