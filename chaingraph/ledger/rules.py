"""The plan's rules as data: thresholds, clocks, shares, rates (``library/rules/*.toml``), each with its paragraph.

A rule that is not in the file is not applied. Comparisons know three answers: yes, no, and None for "cannot be told".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from chaingraph.ledger.events import canonical
from chaingraph.ledger.fields import CURRENCIES, LADDER, RECORDS, TIERS
from chaingraph.model.days import day_or_none
from chaingraph.model.registry import Place, load

Rule = Mapping[str, Any]
Facts = Mapping[str, Any]

# What a rule may say: key -> the types it may have. Every rule also has paragraph, says and reading.
_NUMBER = (int, float)
_SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "stages": {"order": (list,), "skipping": (str,)},
    "report": {"usd_m_over": _NUMBER, "usd_applies_to": (str,), "cny_m_from": _NUMBER},
    "exclusive": {"months": (int,)},
    "extension": {"by": (list,), "months_at_most": (int,)},
    "second_report": {},
    "duplicates": {"same": (list,)},
    "transfer": {"first": _NUMBER, "receiving": _NUMBER},
    "signing": {"days_ahead": (int,)},
    "coordination": {"usd_m_over": _NUMBER, "usd_applies_to": (str,), "cny_m_from": _NUMBER},
    "leaders": {"each": (int,), "counted_at": (str,)},
    "zones": {"share": _NUMBER, "levels": (list,), "counted_at": (str,)},
    "stations": {"people": (int,), "experienced": _NUMBER},
    "biweekly": {"weeks": (int,), "expiring_days": (int,), "stuck_days": (int,)},
    "progress": {"counted_at": (str,), "indicators": (dict,)},
    "assessment": {"weight_counties": _NUMBER, "weight_departments": _NUMBER, "excellent_from": _NUMBER,
                   "warning_after_years": (int,), "bonus": (list,)},
    "dossier": {"wanted": (list,)},
    "rates": {"oldest_days": (int,), "table": (list,)},
}  # fmt: skip
RULES = tuple(_SHAPES)
_INDICATOR = ("measure", "tier", "usd_m_over", "applies_to", "cny_m_from")
_NOWHERE = Place("rules", "-")
_FORMS = {str: '"…"', int: "0, 1, 2, …", float: "0, 0.5, 1, …", list: '["…", "…"]', dict: "{ … = … }"}


class Rate(NamedTuple):
    """What one unit of a currency was worth on a day, in CNY."""

    currency: str
    on: str
    cny: float
    source: str


@dataclass(frozen=True)
class Rules:
    """The rules of one place, as read from its file."""

    name: str
    plan: str
    sections: Mapping[str, Rule]

    def get(self, rule: str) -> Rule | None:
        """A rule; None where the file does not have it and it is not applied."""
        return self.sections.get(rule)

    def without(self, rule: str) -> Rules:
        """The same rules but one."""
        return Rules(self.name, self.plan, {name: body for name, body in self.sections.items() if name != rule})

    @cached_property
    def digest(self) -> str:
        """A digest of what is derived with the rules, so that a ledger notices when they have changed."""
        return hashlib.sha256(canonical([self.name, dict(self.sections)]).encode()).hexdigest()[:16]

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The dated rates, oldest first."""
        table = (self.get("rates") or {}).get("table", [])
        return tuple(sorted(Rate(row["currency"], row["on"], float(row["cny"]), row["source"]) for row in table))


def load_rules(source: str | Path) -> Rules:
    """Read rules: the shipped ones by name (``jiaxing``), others from a TOML file of the same form.

    Parameters
    ----------
    source
        The name of rules that come with the package, or the path of a TOML file of your own.

    Returns
    -------
    Rules
        Thresholds, clocks and rates, each with the paragraph it comes from.

    Raises
    ------
    UnknownNameError
        When there is no such file, it is no TOML, or a rule is unknown, has an unknown key, a value of another type, or
        no paragraph: the message names the rule, the key, what was found and what may stand there.

    Examples
    --------
    >>> load_rules("jiaxing").name
    '嘉兴'
    """
    found = load("rules", source)
    return read_rules(found.content, found.where)


def read_rules(content: Mapping[str, Any], where: Place = _NOWHERE) -> Rules:
    """Rules from what a TOML file holds, checked; ``where`` names the file in messages.

    Raises
    ------
    UnknownNameError
        As `load_rules`.
    """
    sections = {name: body for name, body in content.items() if name not in ("name", "plan")}
    where.keys(sections, RULES)
    for name, body in sections.items():
        part = where.within(f"[{name}]")
        shape = {**_SHAPES[name], "paragraph": (str,), "says": (str,)}
        known = {**shape, "reading": (str,)}
        part.keys(where.table(name, body), tuple(known))
        for key, kinds in known.items():
            value = body.get(key)
            if (key in shape or key in body) and (not isinstance(value, kinds) or isinstance(value, bool)):
                part.refuse(key, value, _FORMS[kinds[-1]])
        _check_values(name, body, part)
    return Rules(str(content.get("name", "")), str(content.get("plan", "")), sections)


def _check_values(name: str, body: Rule, where: Place) -> None:
    """Refuse values that no reading makes sense of."""
    if "counted_at" in body:
        where.choice("counted_at", body["counted_at"], LADDER)
    for key, value in body.items():
        if isinstance(value, (int, float)) and value < 0:
            where.refuse(key, value, "≥ 0")
    if name == "stages" and body["order"] != list(LADDER):
        where.refuse("order", body["order"], str(list(LADDER)))
    for indicator, held in body["indicators"].items() if name == "progress" else ():
        part = where.within(f"indicators.{indicator}")
        part.keys(where.table(f"indicators.{indicator}", held), _INDICATOR)
        part.choice("measure", held.get("measure"), ("paid_in", "projects"))
        part.choice("tier", held.get("tier", "listed"), tuple(TIERS))
    for row in body["bonus"] if name == "assessment" else ():
        whole = isinstance(row, dict) and row.keys() == {"indicator", "each", "most"}
        if not whole or not all(isinstance(row[key], (int, float)) and row[key] >= 0 for key in ("each", "most")):
            where.refuse("bonus", row, '{ indicator = "…", each = 1, most = 5 }')
    if name == "dossier":
        where.strings("wanted", body["wanted"], tuple(RECORDS))
    for row in body["table"] if name == "rates" else ():
        fine = isinstance(row, dict) and row.get("currency") in CURRENCIES and day_or_none(row.get("on"))
        if not fine or not isinstance(row.get("cny"), (int, float)) or not row["cny"] > 0 or not row.get("source"):
            where.refuse("table", row, '{ currency = "USD", on = "2024-01-02", cny = 7.1, source = "…" }')


def rate(rules: Rules, currency: str, on: str) -> float | None:
    """CNY for one unit of a currency on a day: the newest rate not after it; None where none is near enough.

    Examples
    --------
    >>> rate(load_rules("jiaxing"), "USD", "2024-03-01"), rate(load_rules("jiaxing"), "USD", "2031-01-01")
    (7.0827, None)
    """
    if currency == "CNY":
        return 1.0
    day = day_or_none(on)
    known = [row for row in rules.rates if row.currency == currency and row.on <= on]
    if day is None or not known:
        return None
    age = (day - date.fromisoformat(known[-1].on)).days
    return known[-1].cny if age <= (rules.get("rates") or {}).get("oldest_days", 0) else None


def amounts(rules: Rules, facts: Facts, on: str) -> tuple[float | None, float | None]:
    """The total investment in million USD and million CNY, each None where amount, currency or rate is not known.

    Examples
    --------
    >>> amounts(load_rules("jiaxing"), {"investment_m": 100.0, "currency": "USD"}, "2024-03-01")
    (100.0, 708.27)
    """
    amount, currency = facts.get("investment_m"), facts.get("currency")
    if amount is None or currency is None:
        return None, None
    own, dollar = rate(rules, currency, on), rate(rules, "USD", on)
    cny = None if own is None else float(amount) * own
    if currency == "USD":
        return float(amount), cny
    return (None if cny is None or dollar is None else cny / dollar), cny


def size_known(body: Rule, facts: Facts, usd_m: float | None, cny_m: float | None) -> bool | None:
    """Whether a project has the size that a rule names; None where that cannot be told.

    ``usd_m_over`` is exceeded (>), ``cny_m_from`` is reached (>=); either is enough. ``usd_applies_to`` or
    ``applies_to = "foreign"`` restricts the USD limit to projects with foreign capital.

    Examples
    --------
    >>> rule = {"usd_m_over": 100, "usd_applies_to": "foreign", "cny_m_from": 1000}
    >>> size_known(rule, {"capital": "foreign"}, 101.0, 720.0), size_known(rule, {"capital": "domestic"}, 140.0, 999.0)
    (True, False)
    >>> size_known(rule, {}, 120.0, 850.0) is None
    True
    """
    answers: list[bool | None] = []
    if "usd_m_over" in body:
        over = None if usd_m is None else usd_m > body["usd_m_over"]
        if body.get("usd_applies_to", body.get("applies_to")) == "foreign":
            capital = facts.get("capital")
            foreign = None if capital is None else capital == "foreign"
            over = False if over is False or foreign is False else None if None in (over, foreign) else True
        answers.append(over)
    if "cny_m_from" in body:
        answers.append(None if cny_m is None else cny_m >= body["cny_m_from"])
    if any(answers):
        return True
    return None if None in answers else False


def credits(rules: Rules, first: str | None, receiving: str | None) -> dict[str, float]:
    """How much of one project each place is credited with.

    Without a transfer the first place has all of it; after one, the first and the receiving place have what the rule
    gives each. Without the rule the place that received it has all.

    Examples
    --------
    >>> credits(load_rules("jiaxing"), "平湖市", "桐乡市"), credits(load_rules("jiaxing"), "平湖市", None)
    ({'平湖市': 0.5, '桐乡市': 0.5}, {'平湖市': 1.0})
    """
    if not first or not receiving or first == receiving:
        place = receiving or first
        return {place: 1.0} if place else {}
    body = rules.get("transfer")
    return {receiving: 1.0} if body is None else {first: float(body["first"]), receiving: float(body["receiving"])}
