"""考察行程: whom to see in a city, in which order, through which door, and what to ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.ledger.lists.chain_office import introductions
from chaingraph.ledger.work.lead import Lead
from chaingraph.model.columns import is_missing
from chaingraph.places.distance import distance_km
from chaingraph.reading.cells import fold

_CITIES = 12  # named to whoever asks for one without targets
HOURS = ("09:00", "10:45", "14:00", "15:45")  # when a visit begins; a fourth one is the last that fits


@dataclass(frozen=True)
class Visit:
    """One visit: the day (1, 2, …) and hour, the firm, where, why, through whom, what to ask, and who talks to it."""

    day: int
    hour: str
    firm_id: str
    firm: str
    place: str
    why: object  # told, as the lists have it
    doors: tuple[tuple[str, str], ...]  # introducer, and on what that rests (`introductions`)
    asks: tuple[object, ...]
    lead: Lead | None
    apart_km: float  # from the visit before on the same day; NaN where not known, or it is the first
    route: object = None  # how the lists say that the firm is tied to one here, told


def cities_of(targets: pd.DataFrame) -> list[str]:
    """The cities where new targets decide, or else sit: those with the most first, at most a dozen.

    Examples
    --------
    >>> rows = [("A", "new", None, "深圳"), ("B", "new", "深圳", "东莞"), ("C", "new", None, "上海")]
    >>> cities_of(pd.DataFrame(rows, columns=["firm_id", "candidate_list", "decision_city", "city"]))
    ['深圳', '上海']
    """
    new = targets[targets["candidate_list"] == "new"].drop_duplicates("firm_id")
    cities = new["decision_city"].where(new["decision_city"].notna(), new["city"]).dropna()
    counts = Counter(str(city) for city in cities)
    return [city for city, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))][:_CITIES]


def visits(
    targets: pd.DataFrame,
    case: Mapping[str, pd.DataFrame],
    city: str,
    *,
    days: int = 1,
    per_day: int = 4,
    leads: Iterable[Lead] = (),
) -> list[Visit]:
    """Whom to see in a city, so many firms a day, each next one the nearest that is left.

    Firms that a lead in work or a project is about come first, then the order of the lists; a firm is visited once,
    however many lists it is on. Where places are not known more finely than the city, the order of the lists stands.

    Parameters
    ----------
    targets
        New targets in one language (``findings.targets``).
    case
        Tables: firms, introducers, outreach.
    city
        A city's name; a firm counts that decides there, or that sits there.

    Returns
    -------
    list of Visit
        By day and hour.
    """
    live = {
        key: lead
        for lead in leads
        if lead.stage != "closed"
        for key in (str(lead.facts.get("firm_id")), fold(lead.firm))
    }
    new = targets[targets["candidate_list"] == "new"].sort_values(["rank", "chain_id"], kind="stable")
    new = new.drop_duplicates("firm_id")
    wanted = fold(city)
    own = [
        row
        for row in new.to_dict("records")
        if wanted in [fold(str(row[name])) for name in ("decision_city", "city") if not is_missing(row[name])]
    ]
    own.sort(key=lambda row: str(row["firm_id"]) not in live and fold(str(row["firm"])) not in live)
    chosen = own[: days * min(per_day, len(HOURS))]
    firms = case["firms"].set_index("firm_id", drop=False)
    known = case["firms"][case["firms"]["firm_id"].isin([row["firm_id"] for row in chosen])]
    doors = introductions(case, known)
    made: list[Visit] = []
    for day in range(1, days + 1):
        last: tuple[object, ...] | None = None
        for hour in HOURS[:per_day]:
            if not chosen:
                break
            row = min(enumerate(chosen), key=lambda each: (_apart(last, _where(firms, each[1])), each[0]))[1]
            chosen.remove(row)
            place = _where(firms, row)
            named = doors[doors["firm_id"] == row["firm_id"]]
            lead = live.get(str(row["firm_id"])) or live.get(fold(str(row["firm"])))
            asked = [each.says for each in lead.questions if each.answer is None] if lead else []
            asks = (*asked, row.get("open_question"))
            apart = _apart(last, place) if last else math.nan
            made.append(
                Visit(
                    day,
                    hour,
                    str(row["firm_id"]),
                    str(row["firm"]),
                    " ".join(str(part) for part in place[2:] if isinstance(part, str)),
                    row["reasons"],
                    tuple(dict.fromkeys(zip(named["introducer"], named["basis"], strict=True))),
                    tuple(each for each in asks if not is_missing(each) and each != ""),
                    lead,
                    apart if math.isfinite(apart) else math.nan,
                    row.get("route"),
                )
            )
            last = place
    return made


def _where(firms: pd.DataFrame, row: Mapping[Any, Any]) -> tuple[object, ...]:
    """The place of a firm, as finely as the case knows it."""
    known = firms.loc[row["firm_id"]] if row["firm_id"] in firms.index else row
    named = ("country", "province", "city", "district")
    return tuple(known[name] if isinstance(known.get(name), str) else None for name in named)


def _apart(one: tuple[object, ...] | None, two: tuple[object, ...]) -> float:
    """How far two places lie apart; infinitely where that is not known, nothing before the first."""
    if one is None:
        return 0.0
    far = distance_km(one, two)
    return math.inf if math.isnan(far) else far
