"""考察行程 as DOCX: the schedule on one page, then what to ask of each firm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from chaingraph.labels import text
from chaingraph.ledger.work.trip import Visit
from chaingraph.wording.phrases import parts
from chaingraph.wording.work import word
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.paper import CLOSE, Document

_WHY, _ASKS = 60, 5


def write_journey(visits: Sequence[Visit], path: Path, *, city: str, on: str, lang: str = "zh") -> None:
    """Write the journey to a city: one table for all days, then a list of questions per firm.

    Parameters
    ----------
    on
        The day on which it was made.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    """
    paper = Document(CLOSE, lang)
    title = text("work.trip_title", lang, city=city)
    firms, days = len(visits), len({visit.day for visit in visits})
    paper.title(title, text("work.trip_below", lang, day=on, days=days, firms=firms))
    if not visits:
        paper.paragraph(text("work.trip_none", lang, city=city))
    else:
        heads = [text(f"work.trip_{name}", lang) for name in ("when", "firm", "place", "why", "door")]
        paper.table(heads, [_row(visit, lang) for visit in visits], (2.0, 3.6, 2.8, 5.0, 3.2))
        paper.paragraph(text("work.trip_note", lang))
        for visit in visits:
            paper.heading(visit.firm)
            asks = [" ".join(parts(each)) if isinstance(each, (str, tuple)) else str(each) for each in visit.asks]
            paper.points([*asks[:_ASKS], text("work.talk_ask", lang)])
    write_bytes(paper.content(title), path)


def _row(visit: Visit, lang: str) -> list[str]:
    why = parts(visit.why)[0] if isinstance(visit.why, (str, tuple)) and parts(visit.why) else ""
    if visit.lead is not None:
        why = text(
            "work.trip_lead", lang, stage=word("stage", visit.lead.stage, lang), said=visit.lead.facts.get("said", why)
        )
    far = (
        ""
        if math.isnan(visit.apart_km) or visit.apart_km < 1
        else text("work.trip_apart", lang, far=f"{visit.apart_km:.0f}")
    )
    when = text("work.trip_day", lang, day=visit.day, hour=visit.hour)
    doors = text("gaps.list_separator", lang).join(_door(*door, lang) for door in visit.doors) or text(
        "work.trip_no_door", lang
    )
    return [when, visit.firm, f"{visit.place} {far}".strip(), why if len(why) <= _WHY else why[: _WHY - 1] + "…", doors]


def _door(introducer: str, basis: str, lang: str) -> str:
    return text("work.trip_station", lang, place=introducer) if basis == "station" else introducer
