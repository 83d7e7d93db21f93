"""线索成熟度: six marks of a row, each true by a fact with its source; for each open one the question that closes it.

A rule, a default or a template fills no mark. The marks are pure functions of `Facts`; what a survey knows of a row is
laid out as such by `choosing.row_facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chaingraph.facts.landing import Choice
from chaingraph.model.columns import is_missing, split
from chaingraph.model.results.told import Several, Words, reason

MARKS = ("motive", "project", "decision", "door", "landing", "admission")
OPEN_ADMISSIONS = ("鼓励", "允许")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What is on record of one row; None or empty where nothing is."""

    firm: Words
    foreign: bool
    segment: Words
    motive: Row | None = None  # of `motives.find_motives`
    projects: Sequence[Row] = ()  # the motive's own project, then the group's own, newest first
    decisions: Sequence[tuple[str, str | None, bool, str | None]] = ()  # city, unit, whether in China, source
    route: Sequence[Row] = ()  # of an introduction
    unit: tuple[Words, str | None] | None = None  # the group's unit in the region, and where it is on record
    contact: Row | None = None
    introducer: Row | None = None
    choices: Sequence[Choice] = ()
    size_known: bool = False  # whether it is known how much land or floor is needed
    rule: Row | None = None  # of segment_rules
    policies: Sequence[Row] = ()
    day: str = ""
    whom: Mapping[str, Words] = field(default_factory=dict)  # whom to ask, by mark


@dataclass(frozen=True)
class Mark:
    """One of the six: filled by what, read where; or open, with one question and whom to ask."""

    name: str
    filled: bool
    said: Words | None
    source: str | None
    question: Words | None
    whom: Words | None


def marks_of(facts: Facts) -> tuple[Mark, ...]:
    """The six marks of a row, in the order of `MARKS`.

    Examples
    --------
    >>> [mark.filled for mark in marks_of(Facts("甲", False, "硅片"))]
    [False, False, False, False, False, False]
    """
    return tuple(made(facts) for made in (motive, project, decision, door, landing, admission))


def motive(facts: Facts) -> Mark:
    """投资动因: a dated reason within its kind's window, of which it is said that the site is open."""
    fact = facts.motive
    if fact is None:
        return _open("motive", facts, "motive")
    kind = reason(f"codes.signal_{fact['kind']}")
    if not fact["open"] or not _source(fact):
        return _open("motive", facts, "motive_site", kind=kind, date=fact["date"])
    said = reason(
        "readiness.motive", kind=kind, date=fact["date"], status=reason(f"codes.decided_{fact['site_status']}")
    )
    return _filled("motive", said, _source(fact))


def project(facts: Facts) -> Mark:
    """拟投项目: product, form and size, all of one project: that of the reason to call, or the group's last plant.

    Where only the product is known the mark stays open, and says the product.
    """
    for row in facts.projects:
        size = _size(row)
        if isinstance(row["product"], str) and isinstance(row["form"], str) and size is not None and _source(row):
            form = reason(f"codes.form_{row['form']}")
            return _filled(
                "project", reason("readiness.project", product=row["product"], form=form, size=size), _source(row)
            )
    fact = facts.motive
    if fact is None or not isinstance(fact["product"], str) or not _source(fact):
        return _open("project", facts, "project")
    size = _size(fact)  # what the reason to call tells of it is told; the rest is asked
    sized = {} if size is None else {"size": size}
    said = reason(f"readiness.project_{'sized' if sized else 'product'}", product=fact["product"], **sized)
    return replace(_open("project", facts, "project"), said=said)


def decision(facts: Facts) -> Mark:
    """决策主体: the unit that decides and its city; for a foreign group one in China. A seat is no such record."""
    for city, unit, in_china, source in facts.decisions:
        named = unit or (None if facts.foreign else facts.firm)
        if named and source and (in_china or not facts.foreign):
            return _filled("decision", reason("readiness.decision", unit=named, city=city), source)
    return _open("decision", facts, "decision_china" if facts.foreign else "decision")


def door(facts: Facts) -> Mark:
    """对接渠道: a real tie, a unit here, an introducer that knows the firm, or a public contact of a unit."""
    if facts.unit is not None and facts.unit[1]:
        return _filled("door", reason("readiness.door_unit", unit=facts.unit[0]), facts.unit[1])
    if facts.route and _source(facts.route[-1]):
        return _filled("door", reason("readiness.door_tie", firm=facts.whom["door"]), _source(facts.route[-1]))
    if facts.introducer is not None and _source(facts.introducer):
        said = reason("readiness.door_introducer", name=facts.introducer["introducer"])
        return _filled("door", said, _source(facts.introducer))
    if facts.contact is not None and _source(facts.contact):
        channel = reason(f"explain.channel_{facts.contact['channel']}")
        return _filled("door", reason("readiness.door_contact", channel=channel), _source(facts.contact))
    return _open("door", facts, "door")


def landing(facts: Facts) -> Mark:
    """拟落载体: a plot or factory space that is known to be free and large enough."""
    for choice in facts.choices:
        if choice.fits and choice.source:
            said = reason(f"readiness.landing_{choice.kind}", name=choice.name, size=f"{choice.size:,.0f}")
            return _filled("landing", said, choice.source)
    return _open("landing", facts, "landing" if facts.size_known else "landing_size")


def admission(facts: Facts) -> Mark:
    """要素与准入: admission, energy and chemical park on record for the segment, and a published policy that holds."""
    rule = facts.rule
    if rule is None or is_missing(rule["admission"]):
        return _open("admission", facts, "admission")
    if (
        rule["admission"] not in OPEN_ADMISSIONS
        or is_missing(rule["energy_tce_per_10k"])
        or is_missing(rule["chem_park"])
    ):
        return _open("admission", facts, "admission_energy")
    if rule["chem_park"] and not any("chem_park" in choice.why for choice in facts.choices):
        return _open("admission", facts, "admission_park")
    held = next((policy for policy in facts.policies if in_force(policy, facts.day) and _source(policy)), None)
    if held is None or not _source(rule):
        return _open("admission", facts, "admission_policy")
    said = reason("readiness.admission", admission=rule["admission"], policy=held["policy"])
    return _filled("admission", said, f"{_source(rule)};{_source(held)}")


def in_force(policy: Row, day: str) -> bool:
    """Whether a published policy is known to hold on a day: it says until when, and has begun.

    Examples
    --------
    >>> in_force({"valid_from": "2024", "valid_to": "2026-12"}, "2025-06-01")
    True
    >>> in_force({"valid_from": None, "valid_to": None}, "2025-06-01")
    False
    """
    until, since = policy["valid_to"], policy["valid_from"]
    if not day or not isinstance(until, str):
        return False
    return until >= day[: len(until)] and not (isinstance(since, str) and since > day[: len(since)])


def _size(row: Row) -> Words | None:
    known = [
        reason(f"readiness.size_{name}", value=f"{value / 100 if name == 'amount_cny_m' else value:,g}")
        for name in ("amount_cny_m", "land_mu", "floor_m2")
        if not is_missing(value := row.get(name)) and value is not None
    ]
    return Several(tuple(known)) if known else None


def _source(row: Row) -> str | None:
    source = row.get("source")
    return source if isinstance(source, str) and split(source) else None


def _filled(name: str, said: Words, source: str | None) -> Mark:
    return Mark(name, filled=True, said=said, source=source, question=None, whom=None)


def _open(name: str, facts: Facts, entry: str, **values: object) -> Mark:
    question = reason(f"readiness.ask_{entry}", firm=facts.firm, segment=facts.segment, **values)
    whom = facts.whom.get(f"ask_{name}")
    return Mark(name, filled=False, said=None, source=None, question=question, whom=whom)
