"""Facts of many texts as tables of a case: one event is one signal with several sources, one project one history.

Two facts are one event where firm, kind and stage are the same, places do not contradict each other, days lie within
`SAME_EVENT` and products do not differ. A later stage is a signal of its own and continues the project. Figures that
contradict each other stay side by side in ``evidence``; the signal keeps those of the first text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from chaingraph.labels import text
from chaingraph.leads.facts import Fact
from chaingraph.leads.firms import Resolved
from chaingraph.leads.products import SegmentWords
from chaingraph.leads.sentences.figures import Amount
from chaingraph.leads.sentences.where import city_of, named_path
from chaingraph.leads.texts import Text
from chaingraph.model.case import empty_table, rows_of
from chaingraph.model.columns import DTYPES, is_missing, made_id
from chaingraph.model.days import day_or_none
from chaingraph.model.schema import TABLES
from chaingraph.places.gazetteer import Path
from chaingraph.reading.cells import clean

SAME_EVENT = 45  # days between two texts that may tell one event
_SAME_SUM = 0.2  # two texts round one sum differently by no more than this share
PROJECT_KINDS = ("expansion", "land", "filing", "new_unit", "exit", "relocation")  # of firm_signals


@dataclass(frozen=True)
class Reading:
    """A text and the facts read from it."""

    text: Text
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class _Event:
    """One event: what makes it one, the row it becomes, and whether the case had it before."""

    firm_id: str
    kind: str
    stage: str | None
    path: Path
    day: str | None
    product: str | None
    row: Mapping[str, object]
    held: bool
    fact: Fact | None = None
    said: tuple[tuple[Text, Fact], ...] = field(default_factory=tuple)


def lead_tables(
    readings: Sequence[Reading],
    resolved: Resolved,
    held: Mapping[str, pd.DataFrame],
    *,
    segments: SegmentWords,
    quotes: bool = True,
    lang: str = "zh",
) -> dict[str, pd.DataFrame]:
    """What readings add to the tables of a case; reading the same texts again adds nothing.

    Parameters
    ----------
    readings
        Texts with their facts; their order does not matter.
    resolved
        Which firm each name means, and the rows of those that are new.
    held
        ``firm_signals``, ``evidence``, ``projects`` of the case.
    segments
        Which segment a product belongs to, by the words of the case's chains.
    quotes
        Whether passages are kept; else their place and hash only.
    lang
        Language of the short text of a signal.

    Returns
    -------
    dict of DataFrame
        New rows by table: firms, projects, firm_signals (review = pending), evidence.
    """
    events = _held_events(held["firm_signals"])
    known = {
        (str(row["address"]), int(row["start"]), str(row["signal_id"]))
        for row in rows_of(held["evidence"].dropna(subset=["start"]))
    }
    places = {
        str(row["project_id"]): named_path(str(row["region"]))
        for row in rows_of(held["projects"].dropna(subset=["region"]))
    }
    order = sorted(
        ((reading.text, fact) for reading in readings for fact in reading.facts),
        key=lambda pair: (pair[0].published or "9999", pair[0].address, pair[1].start, pair[1].kind, pair[1].firm),
    )
    for told, fact in order:
        firm_id = resolved.ids[fact.firm]
        one = _event(told, fact, firm_id, resolved, segments, lang)
        before = {signal_id for address, start, signal_id in known if (address, start) == (told.address, fact.start)}
        if any(event.kind == one.kind and str(event.row["signal_id"]) in before for event in events):
            continue  # read from this very place before, whatever became of it since
        match = next((place for place, event in enumerate(events) if _same_event(event, one)), None)
        if match is None:
            events.append(one)
        else:
            events[match] = replace(events[match], said=(*events[match].said, (told, fact)))
    events, projects = _with_projects(events, places)
    new = [event for event in events if not event.held]
    evidence = [
        row
        for event in events
        for told, fact in event.said
        if (row := _evidence(str(event.row["signal_id"]), told, fact, quotes=quotes))
        and (row["address"], row["start"], row["signal_id"]) not in known
    ]
    named = {event.firm_id for event in new} | {
        str(event.row["counterpart_id"]) for event in new if event.row.get("counterpart_id")
    }
    firms = [row for row in resolved.new if row["firm_id"] in named]
    seen = {str(row["project_id"]) for row in rows_of(held["projects"])}
    return {
        "firms": _frame("firms", firms),
        "projects": _frame("projects", [row for row in projects if row["project_id"] not in seen]),
        "firm_signals": _frame("firm_signals", [event.row for event in new]),
        "evidence": _frame("evidence", evidence),
    }


def _frame(name: str, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as a table of the schema, sorted by key, each key once."""
    table = TABLES[name]
    frame = pd.DataFrame(list(rows), columns=table.names) if rows else empty_table(name)
    frame = frame.astype({column.name: DTYPES[column.kind] for column in table.columns})
    return frame.drop_duplicates(list(table.key)).sort_values(list(table.key), ignore_index=True)


def _held_events(signals: pd.DataFrame) -> list[_Event]:
    events = []
    for row in rows_of(signals):
        told = {str(name): None if is_missing(value) else value for name, value in row.items()}
        events.append(
            _Event(
                firm_id=str(told["firm_id"]),
                kind=str(told["kind"]),
                stage=_word(told.get("stage")),
                path=named_path(_word(told.get("place")) or ""),
                day=_word(told.get("date")),
                product=_word(told.get("product")),
                row=told,
                held=True,
            )
        )
    return events


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _event(told: Text, fact: Fact, firm_id: str, resolved: Resolved, segments: SegmentWords, lang: str) -> _Event:
    day = fact.date or told.published
    place = fact.path[-1] if fact.path else None
    instead = named_path(fact.instead or "")
    # What the text alone dates is told in the signal's words: two such signals of a firm are two rows.
    words = summary(fact, lang) + (f" ({told.published})" if told.published and not fact.date else "")
    amount = fact.amount
    row: dict[str, object] = {
        "signal_id": made_id("s", [firm_id, fact.signal, fact.date, words]),
        "firm_id": firm_id,
        "kind": fact.signal,
        "date": fact.date,
        "amount_cny_m": amount.million if amount and amount.currency == "CNY" else None,
        "capacity": fact.capacity,
        "place": place or fact.place,
        "text": words,
        "stage": fact.stage,
        "segment_id": segments.segment_of(fact.product),
        "product": fact.product,
        "land_mu": fact.land_mu,
        "counterpart_id": resolved.ids.get(fact.counterpart) if fact.counterpart else None,
        "instead_place": (instead[-1] if instead else fact.instead) or None,
        "site_status": fact.site,
        "review": "pending",
        "source": told.address,
        "as_of": told.published,
        "confidence": "unsure",  # read by rules, and by nobody yet
    }
    return _Event(
        firm_id, fact.signal, fact.stage, fact.path, day, fact.product, row, held=False, fact=fact, said=((told, fact),)
    )


def summary(fact: Fact, lang: str) -> str:
    """A signal in one line of our own words, without its sentence.

    Its parts: what happened, where, how much, what is made, where it went instead.
    """
    from chaingraph.leads.sentences.kinds import load_kind

    stage = text(f"leads.stage_{fact.stage}", lang) if fact.stage else ""
    head = load_kind(fact.kind).title[lang] + (f"({stage})" if stage else "")
    money = f"{fact.amount.limited}{fact.amount.text}" if fact.amount else ""
    parts = [head, fact.place, money, fact.capacity, fact.product, f"→{fact.instead}" if fact.instead else ""]
    return " ".join(part for part in parts if part)


def _same_event(one: _Event, other: _Event) -> bool:
    if (one.firm_id, one.kind, one.stage) != (other.firm_id, other.kind, other.stage):
        return False
    if not _agree(one.path, other.path) or not _alike(one.product, other.product):
        return False
    if one.path != other.path or not one.path:
        # Without a place in common another sum is another event: two customers, two rounds of money.
        sums = [event.row.get("amount_cny_m") for event in (one, other)]
        known = [value for value in sums if isinstance(value, float)]
        if len(known) == 2 and abs(known[0] - known[1]) > _SAME_SUM * max(known):
            return False
    first, second = day_or_none(_whole(one.day)), day_or_none(_whole(other.day))
    return first is None or second is None or abs((first - second).days) <= SAME_EVENT


def _whole(day: str | None) -> str | None:
    """A month or year as its first day."""
    return None if day is None else day + "-01-01"[len(day) - 4 :] if len(day) < 10 else day


def _agree(one: Path, other: Path) -> bool:
    """Whether one place may be the other: one lies in the other, or one is not known."""
    depth = min(len(one), len(other))
    return one[:depth] == other[:depth]


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two products may be one: not told, or two letters in a row in common."""
    if one is None or other is None:
        return True
    return bool(
        {one[place : place + 2] for place in range(len(one) - 1)}
        & {other[place : place + 2] for place in range(len(other) - 1)}
    )


def _with_projects(
    events: Sequence[_Event], places: Mapping[str, Path]
) -> tuple[list[_Event], list[dict[str, object]]]:
    """Signals with the project that each belongs to, and the projects; the oldest signals first."""
    order = sorted(range(len(events)), key=lambda number: (events[number].day or "9999", number))
    histories: list[list[_Event]] = []
    homes: list[Path] = []
    ids: list[str] = []
    result = list(events)
    for number in order:
        event = events[number]
        given = _word(event.row.get("project_id"))
        if (
            event.kind not in PROJECT_KINDS
            or (event.held and given is None)
            or (event.kind == "exit" and event.stage is None)
        ):
            continue
        found = next((place for place, one in enumerate(ids) if one == given), None) if given else None
        if found is None and given is None:
            fits = [place for place, history in enumerate(histories) if _continues(history, homes[place], event)]
            found = fits[-1] if fits else None
        if found is None:
            region = city_of(event.path)
            home = event.path[-1] if event.path else None
            made = given or made_id("p", [event.firm_id, home, event.row.get("segment_id"), event.product])
            histories.append([])
            homes.append(places.get(made, region))
            ids.append(made)
            found = len(ids) - 1
        elif not homes[found] and event.path:
            homes[found] = city_of(event.path)
        filled = replace(event, row={**event.row, "project_id": ids[found]})
        result[number] = filled
        histories[found].append(filled)
    rows = [_project(made, history) for made, history in zip(ids, histories, strict=True)]
    return result, rows


def _continues(history: Sequence[_Event], home: Path, event: _Event) -> bool:
    """Whether an event goes on with a project: same firm, same city or none told, products that may be one."""
    first = history[0]
    if first.firm_id != event.firm_id or any(one.stage == "ended" for one in history):
        return False
    if not all(_alike(one.product, event.product) for one in history):
        return False
    if event.path and home:
        return _agree(city_of(event.path), home)
    # No place told on one side: a plan whose place was open goes on, and so does one that ends.
    return event.stage == "ended" or first.stage in (None, "announced", "negotiating")


def _project(made: str, history: Sequence[_Event]) -> dict[str, object]:
    """A project from its signals: the first that tells each figure."""

    def first(name: str) -> object:
        return next((row[name] for event in history if not is_missing((row := event.row).get(name))), None)

    facts = [event.fact for event in history if event.fact]
    placed = next((event for event in history if event.path), None)
    return {
        "project_id": made,
        "firm_id": history[0].firm_id,
        "region": placed.path[-1] if placed else first("place"),
        "segment_id": first("segment_id"),
        "product": first("product"),
        "form": "expansion" if any(fact.kind == "relocation" for fact in facts) else None,
        "amount_cny_m": first("amount_cny_m") if history[0].kind != "land" else None,
        "land_mu": first("land_mu"),
        "floor_m2": next((fact.floor_m2 for fact in facts if fact.floor_m2 is not None), None),
        "source": first("source"),
        "as_of": first("as_of"),
        "confidence": "unsure",
    }


def _evidence(signal_id: str, told: Text, fact: Fact, *, quotes: bool) -> dict[str, object]:
    passage = told.body[fact.start : fact.end]
    money: Amount | None = fact.amount
    return {
        "signal_id": signal_id,
        "address": told.address,
        "start": fact.start,
        "end": fact.end,
        "title": told.title,
        "published": told.published,
        "quote": clean(passage) if quotes else None,  # as a cell keeps it, on one line; the hash is of the span
        "hash": hashlib.sha256(passage.encode("utf-8")).hexdigest(),
        "method": fact.method,
        "amount": f"{money.limited}{money.text}" if money else None,
        "date": fact.date,
        "place": fact.place,
        "source": told.address,
        "as_of": told.published,
        "confidence": "unsure",
    }
