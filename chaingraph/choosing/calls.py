"""本月拟对接企业: who is to be called this month, whose site is asked about first, and who waits for a mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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


def monthly_calls(rows: pd.DataFrame, held: Sequence[RowFacts], facts: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """Whom to call this month, and what the others still lack?

    To be visited is who has a dated reason with its site open or compared, and a door or a unit that decides: at most
    twenty in all and five for one county or team. Who has a dated reason of which nobody knows the site is asked by one
    call, at most ten. The rest with any mark waits for those it lacks; what passes and finds no room waits too.

    Parameters
    ----------
    rows
        From `row_facts.with_marks`: rows of all lists; groups that are here are another section's work.
    held
        What is known of each of these rows.
    facts
        From `ranking.firm_facts`.

    Returns
    -------
    DataFrame
        `results.CALL_COLUMNS`, one row per group of firms: group (`GROUPS`), rank within it, visit_level (city, county,
        stationed; missing for those not to be visited), for_whom (county or team), why_now, maturity, open_question.
    """
    names = {table: names_of(graph, table) for table in ("chains", "segments", "firms")}
    columns = ["list", "candidate_list", "chain_id", "segment_id", "firm_id", "group_id", "maturity", "open_question"]
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
        ready = marks["motive"].filled and (marks["door"].filled or marks["decision"].filled)
        group = "visit" if ready else "ask_site" if fact is not None and not fact["open"] else "reserve"
        date = str(fact["date"]) if fact is not None else ""
        ordered.append((GROUPS.index(group), -row["maturity"], _later(date), row["place"], row, team, group))
    for _, _, _, at, row, team, group in sorted(ordered, key=lambda item: item[:4]):
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
            "visit_level": _level(one.motive, firm, stationed) if group == "visit" else None,
            "for_whom": place(county) if county else place(stationed) if stationed else None,
            "why_now": None if one.motive is None else _why_now(one.motive),
            "maturity": row["maturity"],
            "open_question": row["open_question"],
            "sources": one.motive["source"] if one.motive is not None else None,
        }
        found.append(told | {"by": county or stationed})
    return _within_limits(found)


def _within_limits(rows: list[dict[str, object]]) -> pd.DataFrame:
    """The groups cut to their lengths, each ranked; who finds no room among the visits waits in the reserve, first."""
    taken: Counter[object] = Counter()
    kept: dict[str, list[dict[str, object]]] = {group: [] for group in GROUPS}
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


def _level(fact: Mapping[str, Any] | None, firm: pd.Series[Any], stationed: str | None) -> str:
    """Who visits: the city's leaders for large projects and groups, a stationed team where one is, else the county."""
    amount = None if fact is None else fact["amount_cny_m"]
    tiers = {part.partition("(")[0].rstrip("?") for part in split(firm["tiers"])}
    if (amount is not None and not is_missing(amount) and amount >= _CITY_LEVEL_CNY_M) or tiers & _CITY_LEVEL_TIERS:
        return "city"
    return "stationed" if stationed else "county"


def _why_now(fact: Mapping[str, Any]) -> Words:
    kind = reason(f"codes.signal_{fact['kind']}")
    status = reason(f"codes.decided_{fact['site_status']}" if fact["open"] else "readiness.site_unknown")
    return reason("readiness.motive", kind=kind, date=fact["date"], status=status)
