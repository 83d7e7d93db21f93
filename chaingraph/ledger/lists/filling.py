"""Who takes a place of the month's list that became free: the next firm of the same city that waited for room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chaingraph.choosing.calls import MOST_ASKED, MOST_OF_ONE, MOST_VISITS, to_be_visited, visit_level
from chaingraph.ledger.work.monthly import is_place
from chaingraph.model.columns import is_missing, split
from chaingraph.model.results.told import Reason, Words, reason

_ROOM = {"visit": MOST_VISITS, "ask_site": MOST_ASKED}
_SITE_UNKNOWN = {"readiness.site_unknown", "readiness.site_in_prospectus"}
Row = dict[Any, Any]


def fill(
    rows: Sequence[Row],
    gone: Sequence[tuple[Row, Words]],
    listed: Callable[[Row], Mapping[Any, Any]],
    whom: Callable[[Row], object],
) -> list[tuple[object, Words]]:
    """Move rows up into the places of those that left, and say of each place who has it, or that nobody is left.

    Only a row moves up that would have stood there, had there been room, and that lies or decides in the city of the
    one that left. A place that a firm in contact has taken by now is not free.

    Parameters
    ----------
    rows
        Those that stay, in order (`results.CALL_COLUMNS`); whoever moves up is changed in place.
    gone
        Those that left, each with why.
    listed
        The row of the lists for a row: marks, tiers, rank, city, decision_city; empty where there is none.
    whom
        The county or team whose share of the visits a row takes.

    Returns
    -------
    list of tuple
        Chain and sentence, one per free place.
    """
    notes: list[tuple[object, Words]] = []
    for left, why in gone:
        group = str(left["group"])
        if group not in _ROOM or sum(_group(row) == group for row in rows) >= _ROOM[group]:
            continue
        cities = _cities(left, listed(left))
        visits = Counter(whom(row) for row in rows if _group(row) == "visit")
        came = next(
            (
                row
                for row in rows
                if _group(row) == "reserve"
                and cities & _cities(row, listed(row))
                and _waits(row, listed(row), group)
                and (group != "visit" or whom(row) is None or visits[whom(row)] < MOST_OF_ONE)
            ),
            None,
        )
        if came is None:
            entry = "work.call_empty" if cities else "work.call_no_city"
            notes.append((left["chain_id"], reason(entry, gone=left["firm"], why=why)))
            continue
        if group == "visit":
            unit = whom(came)
            team = None if unit is None or is_place(str(unit)) else unit
            came["visit_level"] = visit_level(None, listed(came).get("tiers"), team)
        else:
            came["group"] = group
        notes.append((left["chain_id"], reason("work.call_instead", gone=left["firm"], why=why, firm=came["firm"])))
    return notes


def _group(row: Row) -> str:
    """Where a row stands by now: whoever has a level is to be visited."""
    return "visit" if not is_missing(row["visit_level"]) else str(row["group"])


def _cities(row: Row, own: Mapping[Any, Any]) -> set[str]:
    named = (row.get("city"), own.get("city"), own.get("decision_city"))
    return {str(city) for city in named if not is_missing(city)}


def _waits(row: Row, own: Mapping[Any, Any], group: str) -> bool:
    """Whether a row of the reserve lacks nothing but room in a group."""
    if group == "visit":
        return not is_missing(own.get("marks")) and to_be_visited(set(split(str(own["marks"]))))
    why = row["why_now"]
    status = dict(why.values).get("status") if isinstance(why, Reason) else None
    return isinstance(status, Reason) and status.label in _SITE_UNKNOWN and not is_missing(own.get("rank"))
