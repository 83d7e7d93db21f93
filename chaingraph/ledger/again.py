"""An act that comes again: the same one sent twice, another one under a used id, or a change back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chaingraph.ledger.events import Act, Event, canonical
from chaingraph.ledger.project import Project

# Particulars that an act may leave out, and what is then recorded.
_DEFAULTS: dict[str, Callable[[Act], object]] = {"on": lambda act: act.day, "months": lambda _: 1}


def same_content(act: Act, event: Event, facts: Mapping[str, Any]) -> bool:
    """Whether an event says what an act wants recorded.

    Parameters
    ----------
    event
        What stands in the ledger under the act's id. It may say more: what the rules worked out.
    facts
        The project's facts just before the event: a change is recorded without the fields that it left as they were.
    """
    if (act.kind, act.project_id, act.at, act.by, act.why) != (
        event.kind,
        event.project_id,
        event.at,
        event.by,
        event.why,
    ):
        return False
    given = dict(act.data)
    given |= {name: value(act) for name, value in _DEFAULTS.items() if name in event.data and name not in given}
    recorded = {**facts, **event.data} if event.kind == "changed" else event.data
    optional = {"withhold"} & event.data.keys() - given.keys()  # said only by who asked for it
    return not optional and all(_alike(value, recorded.get(name)) for name, value in given.items())


def _alike(one: object, two: object) -> bool:
    """Whether two values are one in the ledger, where 5 is 5.0 and a tuple is a list."""
    return bool(json.loads(canonical(one)) == json.loads(canonical(two))) or (one is False and two is None)


def undone(act: Act, project: Project) -> bool:
    """Whether something later has taken back what an act says: recording it again is then a new event.

    Only of acts that set something; who reports, pays or visits does it once however often it is sent.
    """
    data = act.data
    if act.kind == "changed":
        return any(project.facts.get(name) != value for name, value in data.items())
    if act.kind == "stage":
        return project.stage != data.get("stage")
    if act.kind == "transferred":
        return project.receiving_place != data.get("to")
    if act.kind == "signing_filed":
        return project.signing_planned != data.get("planned")
    return False
