"""The view of facts that wait for a person: the sentence, what was read from it, and what the person says of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from chaingraph.desk.decisions import clear, decide, decided
from chaingraph.desk.desk import Answer, Asked, Page, Went
from chaingraph.desk.facts import captions, choices, shown_facts
from chaingraph.errors import ChaingraphError
from chaingraph.leads.products import SegmentWords
from chaingraph.leads.review import EDITABLE, changes_by_table, review_rows, reviewed
from chaingraph.writers.into.change import change_case

_DECISIONS = ("accept", "correct", "reject")
_AROUND = 9  # rows of the queue that are shown before and after the one that is looked at


def _rows(asked: Asked) -> pd.DataFrame:
    case = asked.case
    found: pd.DataFrame = asked.desk.held.of_case("review", case, lambda: review_rows(case.tables))
    return found


def review(asked: Asked) -> Answer:
    """The queue, and the fact that is looked at."""
    rows = shown_facts(_rows(asked), asked.lang)
    held = decided(asked.desk)
    ids = [str(row["signal_id"]) for row in rows]
    open_ids = [name for name in ids if name not in held]
    wanted = asked.args.get("at", "")
    at = ids.index(wanted) if wanted in ids else ids.index(open_ids[0]) if open_ids else 0
    current: dict[str, Any] | None = dict(rows[at]) if rows else None
    if current is not None and (kept := held.get(ids[at])) is not None:
        current["codes"] = {**current["codes"], **{name: kept[name] for name in EDITABLE if name in kept}}
    first = max(0, min(at - _AROUND, len(rows) - 2 * _AROUND - 1))
    queue = [
        {**row, "place": place + 1, "decision": held[ids[place]]["decision"] if ids[place] in held else ""}
        for place, row in enumerate(rows)
    ][first : first + 2 * _AROUND + 1]
    return Page(
        "review.html",
        {
            "count": len(rows),
            "open": len(open_ids),
            "waiting": sum(1 for name in ids if name in held),
            "queue": queue,
            "fact": current,
            "at": at + 1,
            "decision": held[ids[at]]["decision"] if rows and ids[at] in held else "",
            "before": ids[at - 1] if rows and at else "",
            "after": ids[at + 1] if rows and at + 1 < len(ids) else "",
            "captions": captions(asked.lang),
            "choices": choices(asked.lang),
            "last": next(reversed(held), ""),
        },
    )


def decide_fact(asked: Asked) -> Answer:
    """Keep what the person says of one fact, and go to the next that waits."""
    signal_id, decision = asked.form.get("signal_id", ""), asked.form.get("decision", "")
    tables = asked.case.tables
    ids = [str(name) for name in _rows(asked)["signal_id"]]
    if signal_id not in ids or decision not in _DECISIONS:
        raise ChaingraphError(asked.say("no_fact"))
    cells = {name: asked.form[name].strip() for name in EDITABLE if name in asked.form} if decision == "correct" else {}
    judged = reviewed(
        tables["firm_signals"], [(1, {"signal_id": signal_id, "decision": decision, **cells})], asked.lang
    )
    if judged.problems:
        asked.told(judged.problems[0][1], wrong=True)
        return Went(f"/review?at={signal_id}")
    decide(asked.desk, {"signal_id": signal_id, "decision": decision, **cells, **asked.signed})
    held = decided(asked.desk)
    place = ids.index(signal_id)
    later = [name for name in (*ids[place + 1 :], *ids[:place]) if name not in held]
    return Went(f"/review?at={later[0]}" if later else "/review")


def take_back(asked: Asked) -> Answer:
    """Take back a decision that is not in the case yet."""
    signal_id = asked.form.get("signal_id", "")
    if signal_id in decided(asked.desk):
        decide(asked.desk, {"signal_id": signal_id, "decision": ""})
    return Went(f"/review?at={signal_id}" if signal_id.replace("-", "").isalnum() else "/review")


def write_decisions(asked: Asked) -> Answer:
    """Write all decisions into the case, as one version."""
    signed, tables = asked.signed, asked.case.tables
    known = {str(name) for name in _rows(asked)["signal_id"]}
    rows = [
        (number, {name: value for name, value in one.items() if name not in ("by", "at")})
        for number, one in enumerate(decided(asked.desk).values(), start=1)
        if one["signal_id"] in known
    ]
    words = SegmentWords.of(tables["segments"], tables["segment_terms"])
    done = reviewed(tables["firm_signals"], rows, asked.lang, words)
    for _, reason in done.problems:
        asked.told(reason, wrong=True)
    about = asked.say("review_about", count=len(done.changes))
    changes = changes_by_table(tables, done)
    version = change_case(asked.desk.case, changes, day=asked.desk.today, about=about, signed=signed, lang=asked.lang)
    clear(asked.desk)
    if version is not None:
        asked.told(asked.say("review_written", version=version.name, **done.counts))
    return Went("/review")
