"""考察行程: whom to see in a city, in which order, through which door, and what to ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

import pandas as pd

from chaingraph.ledger.lists.chain_office import introductions
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.views import may_see
from chaingraph.model.columns import is_missing
from chaingraph.model.results.told import Words, reason
from chaingraph.places.distance import distance_km
from chaingraph.places.regions import place_text
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


@dataclass(frozen=True)
class Swap:
    """A slot that became free: whose it was, why, and the firm of the list that took it; None where nobody is left."""

    gone: str
    why: Words
    firm: str | None


class Journey(NamedTuple):
    """Whom to see, by day and hour, and whose slots went to others."""

    visits: list[Visit]
    swaps: list[Swap]


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


def journey(
    targets: pd.DataFrame,
    case: Mapping[str, pd.DataFrame],
    city: str,
    *,
    days: int = 1,
    per_day: int = 4,
    leads: Iterable[Lead] = (),
    viewer: str = "",
    lang: str = "zh",
) -> Journey:
    """Whom to see in a city, so many firms a day, each next one the nearest that is left.

    Firms that a lead in work or a project is about come first, then the order of the lists; a firm is visited once,
    however many lists it is on. Where places are not known more finely than the city, the order of the lists stands.
    The slot of a firm whose lead is closed, or is another unit's that the traveller may not read, goes to the next on
    the list of the city.

    Parameters
    ----------
    targets
        New targets in one language (``findings.targets``).
    case
        Tables: firms, introducers, outreach.
    city
        A city's name; a firm counts that decides there, or that sits there.
    viewer
        The county or team that travels; "" for the city's centre, which sees every lead.
    lang
        In English firms have the English name that the case knows, and places are written in English.

    Returns
    -------
    Journey
        The visits, and for each slot that became free whose it was, why, and which firm took it.

    Examples
    --------
    >>> columns = ["firm_id", "firm", "candidate_list", "rank", "chain_id", "decision_city", "city", "reasons"]
    >>> two = [("A", "甲", "new", 1, "PV", None, "深圳", ""), ("B", "乙", "new", 2, "PV", None, "深圳", "")]
    >>> from chaingraph.model.case import empty_table
    >>> case = {name: empty_table(name) for name in ("firms", "introducers", "outreach")}
    >>> lead = Lead("s-1", {"firm_id": "A", "firm": "甲"}, owner="平湖市")
    >>> made = journey(pd.DataFrame(two, columns=columns), case, "深圳", per_day=1, leads=[lead], viewer="桐乡市")
    >>> [visit.firm for visit in made.visits], [(swap.gone, swap.firm) for swap in made.swaps]
    (['乙'], [('甲', '乙')])
    """
    live = _known(leads, viewer)
    own = _in_city(targets, city, live)
    slots = days * min(per_day, len(HOURS))
    why = [_free(_lead(row, live), viewer) for row in own]
    gone = [(_called(row, lang), said) for row, said in zip(own[:slots], why, strict=False) if said is not None]
    left = [row for row, said in zip(own, why, strict=True) if said is None]
    stood = slots - len(gone)  # of the first who stay; who comes after them has moved up
    later = [_called(row, lang) for row in left[stood:slots]]
    swaps = [Swap(firm, said, came) for (firm, said), came in zip_longest(gone, later)]
    return Journey(_scheduled(left[:slots], live, case, days, per_day, lang), swaps)


def _scheduled(
    chosen: list[dict[Any, Any]],
    live: Mapping[str, Lead],
    case: Mapping[str, pd.DataFrame],
    days: int,
    per_day: int,
    lang: str,
) -> list[Visit]:
    """The visits of the firms that were chosen: at each hour the nearest that is left."""
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
            lead = _lead(row, live)
            asked = [each.says for each in lead.questions if each.answer is None] if lead else []
            asks = (*asked, row.get("open_question"))
            apart = _apart(last, place) if last else math.nan
            made.append(
                Visit(
                    day,
                    hour,
                    str(row["firm_id"]),
                    _called(row, lang),
                    (" " if lang == "zh" else ", ").join(
                        place_text(part, lang) for part in place[2:] if isinstance(part, str)
                    ),
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


def _known(leads: Iterable[Lead], viewer: str) -> dict[str, Lead]:
    """The lead of each firm, by id and by name: of several one that is in work, else a project's, else the newest.

    A lead closed as a duplicate says nothing of its firm, nor does a closed one to whom it was never released.
    """
    told = [lead for lead in leads if lead.stage != "closed" or (lead.closing != "repeated" and may_see(lead, viewer))]
    told.sort(key=lambda lead: (lead.stage != "closed", lead.live, lead.last_on))
    return {key: lead for lead in told for key in (str(lead.facts.get("firm_id")), fold(lead.firm))}


def _lead(row: Mapping[Any, Any], known: Mapping[str, Lead]) -> Lead | None:
    return known.get(str(row["firm_id"])) or known.get(fold(str(row["firm"])))


def _called(row: Mapping[Any, Any], lang: str) -> str:
    """What a firm is called in a language: where no English name is known, as it stands."""
    english = row.get("firm_en")
    return str(row["firm"] if lang == "zh" or is_missing(english) else english)


def _free(lead: Lead | None, viewer: str) -> Words | None:
    """Why nobody travels to the firm of a lead; None where somebody may."""
    if lead is None:
        return None
    if lead.stage == "closed":
        return reason("work.list_closed", closing=reason(f"work.closing_{lead.closing}"), day=lead.since)
    return None if may_see(lead, viewer) else reason("work.taken")


def _in_city(targets: pd.DataFrame, city: str, known: Mapping[str, Lead]) -> list[dict[Any, Any]]:
    """The new targets of a city, each once: those with a lead first, open or not, then in the order of the lists."""
    new = targets[targets["candidate_list"] == "new"].sort_values(["rank", "chain_id"], kind="stable")
    wanted = fold(city)
    own = [
        row
        for row in new.drop_duplicates("firm_id").to_dict("records")
        if wanted in [fold(str(row[name])) for name in ("decision_city", "city") if not is_missing(row[name])]
    ]
    return sorted(own, key=lambda row: _lead(row, known) is None)


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
