"""What is derived from the events and kept beside them, so that a view of ten thousand projects is one query.

``projects`` holds the state of each project, ``standing`` its narrow row for the views, ``counted`` what it counts
towards (indicator, day, place, amount), ``pairs`` the projects that may be one. Triggers keep the sums that the board
is read from (``stage_tally``, ``count_tally``) in the same transaction. All of it can be thrown away and derived anew
(`Ledger.rebuild`); `chaingraph.ledger.proof.checks` compares it with what the events give.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from chaingraph.ledger.acts import must_report
from chaingraph.ledger.events import Event, canonical
from chaingraph.ledger.fields import FACTORS, LADDER
from chaingraph.ledger.project import Project
from chaingraph.ledger.rules import Rules, amounts, credits, size_known
from chaingraph.model.columns import split
from chaingraph.sql import sql_text

FORM = "4"  # of what is derived; a ledger with another one is derived anew

STANDING = (
    "project_id", "same", "stage", "landing", "owner", "team", "lead_post", "chain_id", "capital", "usd_m", "cny_m",
    "major", "coordinated", "first_place", "receiving_place", "negotiating_on", "signed_on", "registered_on",
    "started_on", "producing_on", "ended_on", "since", "reported_on", "holder", "exclusive_from", "exclusive_until",
    "signing_planned", "signing_filed_on", *FACTORS, "secured", "zone", "project", "investor", "flags", "last_on",
)  # fmt: skip
_NUMBERS = ("usd_m", "cny_m", *FACTORS)
_WHOLE = ("same", "major", "coordinated")
_TYPES = {**dict.fromkeys(_NUMBERS, "REAL"), **dict.fromkeys(_WHOLE, "INTEGER")}
_COLUMNS = ", ".join(f"{name} {_TYPES.get(name, 'TEXT')}" for name in STANDING[1:])

SCHEMA = f"""
CREATE TABLE projects (project_id TEXT PRIMARY KEY, last_number INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX projects_by_change ON projects (last_number);
CREATE TABLE standing (project_id TEXT PRIMARY KEY, {_COLUMNS}) WITHOUT ROWID;
CREATE INDEX standing_until ON standing (exclusive_until);
CREATE TABLE counted (project_id TEXT NOT NULL, indicator TEXT NOT NULL, day TEXT NOT NULL, month TEXT NOT NULL,
  place TEXT NOT NULL, owner TEXT NOT NULL, amount REAL NOT NULL, known INTEGER NOT NULL);
CREATE INDEX counted_of_project ON counted (project_id);
CREATE INDEX counted_by_day ON counted (month, day);
CREATE TABLE pairs (project_id TEXT NOT NULL, other_id TEXT NOT NULL, reasons TEXT NOT NULL, status TEXT NOT NULL,
  day TEXT NOT NULL, PRIMARY KEY (project_id, other_id)) WITHOUT ROWID;
CREATE INDEX pairs_back ON pairs (other_id);
"""
TABLES = ("projects", "standing", "counted", "pairs", "stage_tally", "count_tally")
SUMS = {"stage_tally": "ledger_stage_sums", "count_tally": "ledger_count_sums"}  # what each has to hold
_INSERT_STANDING = f"INSERT INTO standing VALUES ({','.join('?' * len(STANDING))})"  # noqa: S608  # constants


def version(rules: Rules) -> str:
    """What the derived tables depend on beside the events."""
    return f"{FORM}:{rules.digest}"


def settle(connection: sqlite3.Connection, rules: Rules) -> None:
    """Note what the derived tables were derived with."""
    connection.execute("INSERT OR REPLACE INTO about VALUES ('derived', ?)", (version(rules),))


def make(connection: sqlite3.Connection) -> None:
    """Make the derived tables, empty ones in place of those that there are."""
    for table in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in statements(SCHEMA + sql_text("ledger_tallies")):
        connection.execute(statement)


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would end the transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def to_json(project: Project) -> str:
    """The state of a project as text."""
    return canonical(dataclasses.asdict(project))


def from_json(state: str) -> Project:
    """The project that a text of `to_json` holds."""
    content: dict[str, Any] = json.loads(state)
    for name in ("skipped", "flags"):
        content[name] = tuple(content[name])
    for name in ("reports", "payments"):
        content[name] = tuple(tuple(part) for part in content[name])
    return Project(**content)


def project(connection: sqlite3.Connection, project_id: str) -> Project | None:
    """One project as it stands; None where there is none of that id."""
    row = connection.execute("SELECT state FROM projects WHERE project_id = ?", (project_id,)).fetchone()
    return from_json(row[0]) if row else None


def keep(connection: sqlite3.Connection, event: Event, after: Project, rules: Rules) -> None:
    """Bring the derived tables up to an event."""
    keep_pair(connection, event)
    keep_project(connection, after, rules)


def keep_pair(connection: sqlite3.Connection, event: Event) -> None:
    """Note a pair of projects that may be one, or what was decided about it."""
    other = event.data.get("other")
    if event.kind == "suspected":
        row = (event.project_id, other, event.data["reasons"], "open", event.day)
        connection.execute("INSERT INTO pairs VALUES (?, ?, ?, ?, ?)", row)
    elif event.kind == "decided":
        given = (event.data["verdict"], event.project_id, other, other, event.project_id)
        connection.execute(
            "UPDATE pairs SET status = ? WHERE (project_id = ? AND other_id = ?) OR (project_id = ? AND other_id = ?)",
            given,
        )


def keep_project(connection: sqlite3.Connection, state: Project, rules: Rules) -> None:
    """Write the rows of one project."""
    given = (state.project_id, state.last_number, to_json(state))
    connection.execute("INSERT OR REPLACE INTO projects VALUES (?, ?, ?)", given)
    connection.execute("DELETE FROM standing WHERE project_id = ?", (state.project_id,))
    connection.execute(_INSERT_STANDING, standing_row(state, rules))
    connection.execute("DELETE FROM counted WHERE project_id = ?", (state.project_id,))
    connection.executemany("INSERT INTO counted VALUES (?, ?, ?, ?, ?, ?, ?, ?)", counted_rows(state, rules))


def _valued_on(state: Project) -> str:
    """The day whose rate turns the investment into other currencies: that of the first report, else of the entry."""
    return state.reports[0][1] if state.reports else state.entered_on


def landing(state: Project) -> str:
    """The place where the project is now."""
    return state.receiving_place or state.first_place or str(state.facts.get("place", ""))


def standing_row(state: Project, rules: Rules) -> tuple[object, ...]:
    """The narrow row of a project; None where a value is not known."""
    usd_m, cny_m = amounts(rules, state.facts, _valued_on(state))
    coordination = rules.get("coordination")
    coordinated = None if coordination is None else size_known(coordination, state.facts, usd_m, cny_m)
    major = must_report(state, rules)
    row: dict[str, object] = {name: state.facts.get(name) for name in STANDING}
    row |= {f"{name}_on": state.stage_on.get(name) for name in (*LADDER, "ended")}
    row |= {
        "project_id": state.project_id,
        "same": int(bool(state.same_as)),
        "stage": state.stage,
        "landing": landing(state),
        "usd_m": usd_m,
        "cny_m": cny_m,
        "major": None if major is None else int(major),
        "coordinated": None if coordinated is None else int(coordinated),
        "first_place": state.first_place or None,
        "receiving_place": state.receiving_place or None,
        "since": state.stage_on.get(state.stage) or None,
        "reported_on": state.reports[0][1] if state.reports else None,
        "holder": state.holder or None,
        "exclusive_from": state.exclusive_from or None,
        "exclusive_until": state.exclusive_until or None,
        "signing_planned": state.signing_planned or None,
        "signing_filed_on": state.signing_filed_on or None,
        "flags": ";".join(state.flags) or None,
        "last_on": state.last_on,
    }
    return tuple(row[name] for name in STANDING)


def counted_rows(state: Project, rules: Rules) -> list[tuple[object, ...]]:
    """What a project counts towards: project, indicator, day, month, place, office, amount, whether known to count.

    A project counts once in every indicator whose size or tier it has, on the day it reached the stage that the rule
    names, shared between places as the rule for transfers says; paid-in capital on the day it came in, in million USD.
    A project decided to be another counts nowhere. With ``known`` 0 it cannot be told whether it counts.
    """
    body = rules.get("progress")
    if body is None or state.same_as:
        return []
    shares = credits(rules, state.first_place, state.receiving_place) or {landing(state): 1.0}
    owner = str(state.facts.get("owner") or "")
    usd_m, cny_m = amounts(rules, state.facts, _valued_on(state))
    at = body["counted_at"]
    passed = [name for name in LADDER[LADDER.index(at) :] if name in state.stage_on]
    rows: list[tuple[object, ...]] = []
    for name, indicator in body["indicators"].items():
        if indicator["measure"] == "paid_in":
            dated = [(day, amount, 1) for day, amount in state.payments]
        elif not passed:
            continue
        else:
            answer = _counts(indicator, state, usd_m, cny_m)
            # A stage passed over has no day of its own; the next one that was reached has. Counted in no month where
            # that day is not known either.
            dated = [] if answer is False else [(state.stage_on[passed[0]] or "", 1.0, int(answer is True))]
        for day, amount, known in dated:
            for place, share in shares.items():
                rows.append((state.project_id, name, day, day[:7], place, owner, amount * share, known))
    return rows


def _counts(indicator: dict[str, Any], state: Project, usd_m: float | None, cny_m: float | None) -> bool | None:
    if "tier" in indicator:
        tiers = state.facts.get("tiers")
        return None if tiers is None else indicator["tier"] in [part.partition("(")[0] for part in split(tiers)]
    return size_known(indicator, state.facts, usd_m, cny_m)
