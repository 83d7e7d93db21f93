"""考察行程 as DOCX: the schedule on one page, then what to ask of each firm."""

from __future__ import annotations

import math
from pathlib import Path

from chaingraph.labels import text
from chaingraph.ledger.work.trip import Journey, Swap, Visit
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import parts, say
from chaingraph.wording.work import word
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.asks import still_to_ask
from chaingraph.writers.work.paper import CLOSE, Document

_WHY, _ASKS = 120, 5  # letters of a reason; questions per firm


def write_journey(made: Journey, path: Path, *, city: str, on: str, lang: str = "zh") -> None:
    """Write the journey to a city: one table for all days, whose slots went to others, then questions per firm.

    Parameters
    ----------
    on
        The day on which it was made.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    """
    visits, swaps = made
    paper = Document(CLOSE, lang)
    city = place_text(city, lang)
    title = text("work.trip_title", lang, city=city)
    firms, days = len(visits), len({visit.day for visit in visits})
    paper.title(title, text("work.trip_below", lang, day=on, days=days, firms=firms))
    if not visits:
        if not swaps:
            paper.paragraph(text("work.trip_none", lang, city=city))
        paper.points([_swapped(swap, city, lang) for swap in swaps])
    else:
        heads = [text(f"work.trip_{name}", lang) for name in ("when", "firm", "place", "why", "door")]
        paper.table(heads, [_row(visit, lang) for visit in visits], (2.0, 3.6, 2.8, 5.0, 3.2))
        paper.paragraph(text("work.trip_note", lang))
        paper.points([_swapped(swap, city, lang) for swap in swaps])
        for visit in visits:
            paper.heading(visit.firm)
            asks = [" ".join(parts(each)) if isinstance(each, (str, tuple)) else str(each) for each in visit.asks]
            told = still_to_ask(visit.lead, lang) if visit.lead is not None else asks
            paper.points(told[:_ASKS] or [text("work.ask_site", lang)])
    write_bytes(paper.content(title), path)


def _row(visit: Visit, lang: str) -> list[str]:
    why = parts(visit.why)[0] if isinstance(visit.why, (str, tuple)) and parts(visit.why) else ""
    if visit.lead is not None:
        said = str(visit.lead.facts.get("said", why)).removeprefix(str(visit.lead.facts.get("source") or "")).strip()
        why = text("work.trip_lead", lang, stage=word("stage", visit.lead.stage, lang), said=said)
    far = (
        ""
        if math.isnan(visit.apart_km) or visit.apart_km < 1
        else text("work.trip_apart", lang, far=f"{visit.apart_km:.0f}")
    )
    when = text("work.trip_day", lang, day=visit.day, hour=visit.hour)
    between = text("gaps.list_separator", lang)
    doors = between.join(_door(*door, lang) for door in visit.doors)
    if visit.lead is not None and visit.lead.met:  # who has been there comes before whoever might introduce
        units = between.join(dict.fromkeys(each.by for each in visit.lead.met))
        doors = text("work.list_contacted", lang, units=units, day=visit.lead.met[-1].data["on"])
    elif not doors and isinstance(visit.route, (str, tuple)) and parts(visit.route):
        doors = parts(visit.route)[0]
    doors = doors or text("work.trip_no_door", lang)
    return [when, visit.firm, f"{visit.place} {far}".strip(), _whole(why), doors]


def _swapped(swap: Swap, city: str, lang: str) -> str:
    """Who came in whose place and why, or that nobody is left."""
    entry = "work.trip_empty" if swap.firm is None else "work.trip_instead"
    return text(entry, lang, firm=swap.firm, gone=swap.gone, why=say(swap.why, lang), city=city)


def _whole(said: str) -> str:
    """What was said, in whole sentences where it is long: a row of the schedule holds some five lines."""
    if len(said) <= _WHY:
        return said
    end = max(said.rfind(mark, 0, _WHY) for mark in "。！？；.;")
    return said[: end + 1] if end > 0 else said[: _WHY - 1] + "…"


def _door(introducer: str, basis: str, lang: str) -> str:
    return text("work.trip_station", lang, place=introducer) if basis == "station" else introducer
