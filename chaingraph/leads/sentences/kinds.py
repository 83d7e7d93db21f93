"""What facts there are to find, as data: a file per kind in ``library/leads``, the rest in ``lead_words.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from chaingraph.labels import LANGUAGES
from chaingraph.leads.sentences.passages import half_width
from chaingraph.model import registry
from chaingraph.model.columns import PROJECT_STAGES, SIGNALS

_KEYS = (
    "order", "title", "signal", "stage", "months", "said_open", "longer", "prospectus", "later", "words", "against",
)  # fmt: skip
_HAN = re.compile(r"[\u3041-\u9fff]")
_MOST_MONTHS = 120
STAGE_ORDER = tuple(PROJECT_STAGES)
# From here on the place of a project is settled.
SETTLED_STAGES = ("signed", "registered", "started", "producing")
SETTLED_KINDS = ("land", "filing", "new_unit")


@dataclass(frozen=True)
class LeadKind:
    """A kind of fact: what it is called in firm_signals, how long it is a reason to call, the words that say it.

    ``months``: how long it is a reason to call while the site is not decided; 0 = never. ``stage``: of a project, where
    the kind itself says it. ``said_open``: whether it is a reason only where a text says that the site is still open.
    ``longer``: words beside which it is one for ``longer_months``. ``prospectus``: words beside which a prospectus
    names the site, unless one of ``abroad`` stands there too.
    """

    name: str
    title: Mapping[str, str]
    signal: str
    stage: str | None
    months: int
    said_open: bool
    longer: re.Pattern[str] | None
    longer_months: int
    prospectus: re.Pattern[str] | None
    abroad: re.Pattern[str] | None
    later: Mapping[str, str]
    words: re.Pattern[str] | None
    against: re.Pattern[str] | None


@dataclass(frozen=True)
class Words:
    """Words that belong to no single kind; see ``library/lead_words.toml``."""

    stages: Mapping[str, re.Pattern[str]]
    ahead: re.Pattern[str]
    together: re.Pattern[str]
    comparing: re.Pattern[str]
    open: re.Pattern[str]
    decided: re.Pattern[str]
    instead: re.Pattern[str]
    void: re.Pattern[str]
    before_names: tuple[str, ...]
    no_places: frozenset[str]
    states: Mapping[str, str]
    countries: Mapping[str, str]
    well_known: tuple[str, ...]
    trades: re.Pattern[str]


def phrase(word: str) -> str:
    """The pattern of a word of these files: … is anything within a clause, [1-7] and [^地] are as in patterns.

    Examples
    --------
    >>> bool(re.search(phrase("产能…饱和"), "产能已经饱和")), bool(re.search(phrase("产能…饱和"), "产能足,市场饱和"))
    (True, False)
    """
    parts = re.split(r"(…|\[[^\]]+\]\*?)", half_width(word))
    reach = 24 if _HAN.search(word) else 48  # characters of a clause
    return "".join(
        rf"(?:[^,:\n]|(?<=\d),(?=\d)){{0,{reach}}}?"
        if part == "…"
        else part
        if part.startswith("[")
        else re.escape(part).replace(r"\ ", r"\s")
        for part in parts
    )


def pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for any of these words, the longest first; None where there are none."""
    if not words:
        return None
    return re.compile(
        "|".join(phrase(word) for word in sorted(words, key=lambda word: (-len(word), word))), re.IGNORECASE
    )


@cache
def lead_kinds() -> Mapping[str, LeadKind]:
    """Every kind of ``library/leads``, by name, in their order."""
    return {name: load_kind(name) for name in registry.shipped("leads")}


@lru_cache(maxsize=64)
def load_kind(name: str) -> LeadKind:
    """A kind by name, or from a TOML file of the same form.

    Raises
    ------
    UnknownNameError
        When there is none, or it does not fit: file, key, what was found, what may stand there.

    Examples
    --------
    >>> load_kind("capacity_full").months, load_kind("land").months
    (12, 0)
    """
    found = registry.load("leads", name)
    where, data = found.where, found.content
    where.keys(data, _KEYS)
    stage = None if "stage" not in data else where.choice("stage", data["stage"], tuple(PROJECT_STAGES))
    longer = where.table("longer", data.get("longer", {}))
    prospectus = where.table("prospectus", data.get("prospectus", {}))
    return LeadKind(
        name=found.name,
        title=where.both_languages("title", data.get("title")),
        signal=where.choice("signal", data.get("signal"), tuple(SIGNALS)),
        stage=stage,
        months=where.whole("months", data.get("months"), _MOST_MONTHS),
        said_open=bool(where.choice("said_open", str(data.get("said_open", False)), ("True", "False")) == "True"),
        longer=pattern(_both(where, "longer", {name: longer.get(name, []) for name in LANGUAGES})),
        longer_months=where.whole("longer.months", longer.get("months", 0), _MOST_MONTHS),
        prospectus=pattern(_both(where, "prospectus", {name: prospectus.get(name, []) for name in LANGUAGES})),
        abroad=pattern(where.strings("prospectus.abroad", prospectus.get("abroad", []))),
        later=where.both_languages("later", data.get("later")),
        words=pattern(_both(where, "words", data.get("words"))),
        against=pattern(_both(where, "against", data.get("against"))),
    )


def _both(where: registry.Place, key: str, held: object) -> list[str]:
    table = where.table(key, held)
    where.within(f"[{key}]").keys(table, LANGUAGES)
    return [word for lang in LANGUAGES for word in where.strings(f"{key}.{lang}", table.get(lang, []))]


@cache
def lead_words() -> Words:
    """The words that belong to no single kind."""
    told: dict[str, Any] = tomllib.loads((registry.LIBRARY / "lead_words.toml").read_text(encoding="utf-8"))

    def one(words: Sequence[str]) -> re.Pattern[str]:
        return pattern(words) or re.compile(r"(?!)")

    return Words(
        stages={stage: one(told["stages"][stage]) for stage in STAGE_ORDER if stage in told["stages"]},
        ahead=one(told["ahead"]["words"]),
        together=one(told["together"]["words"]),
        comparing=one(told["site"]["comparing"]),
        open=one(told["site"]["open"]),
        decided=one(told["site"]["decided"]),
        instead=one(told["instead"]["words"]),
        void=one(told["void"]["words"]),
        before_names=tuple(sorted(told["before_names"]["words"], key=lambda word: (-len(word), word))),
        no_places=frozenset(told["no_places"]["words"]),
        states=told["states_abroad"],
        countries={half_width(name): country for name, country in told["countries"]["words"].items()},
        well_known=tuple(told["well_known"]["words"]),
        trades=re.compile("|".join(sorted(told["trades"]["words"], key=len, reverse=True))),
    )
