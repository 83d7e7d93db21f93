"""How sure a proposed fact is, by what its sentence tells: a band, and how many of its kind were right when measured.

The points of ``library/lead_bands.toml`` were fitted on facts read from development texts (`scripts/leads_bands`,
``docs/leads/bands.csv``), their precision measured on texts left out. They order a review; they refuse nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from chaingraph.leads.sentences.passages import half_width
from chaingraph.model import registry
from chaingraph.model.columns import is_missing

Band = Literal["high", "middle", "low"]
BANDS: tuple[Band, ...] = ("high", "middle", "low")
_FORM = re.compile(r"(?:股份|有限|责任|集团|公司|厂)+$")
_LONG = 160  # characters of a passage that tells more than one thing
_SHORT = 4  # characters of a Chinese name that may be a word
_TOLD = ("date", "amount", "place", "product", "size", "instead")


@dataclass(frozen=True)
class Weights:
    """What each feature adds, from where on a sum is high and below where it is low; measured: right, of how many."""

    base: float
    points: Mapping[str, float]
    high: float
    low: float
    measured: Mapping[str, tuple[int, int]]


@cache
def weights() -> Weights:
    """The points of ``library/lead_bands.toml``."""
    told = tomllib.loads((registry.LIBRARY / "lead_bands.toml").read_text(encoding="utf-8"))
    measured = {name: (int(right), int(of)) for name, (right, of) in told["measured"].items()}
    return Weights(told["base"], told["points"], told["bands"]["high"], told["bands"]["low"], measured)


def features(firm: str, quote: str, kind: str, stage: object, values: Mapping[str, object]) -> set[str]:
    """What there is to say of a proposed fact: what its sentence tells, how it names its firm, its kind and stage.

    Examples
    --------
    >>> sorted(features("甲环", "甲环竞得地块", "land", None, {"place": "嘉善"}))
    ['kind_land', 'named', 'place', 'short_name']
    """
    plain, name = half_width(quote), half_width(firm)
    bare = _FORM.sub("", name)
    found = {what for what in _TOLD if not is_missing(values.get(what))}
    found |= {"named"} if bare[:2] in plain else set()
    found |= {"long"} if len(plain) > _LONG else set()
    found |= {"latin_name"} if name.isascii() else {"short_name"} if len(bare) < _SHORT else set()
    return found | {f"kind_{kind}"} | ({f"stage_{stage}"} if isinstance(stage, str) else set())


def band(told: set[str]) -> Band:
    """The band of a fact with these features.

    Examples
    --------
    >>> band({"named", "place", "amount", "kind_expansion", "stage_signed"}), band({"kind_new_unit", "stage_announced"})
    ('high', 'low')
    """
    held = weights()
    total = held.base + sum(held.points.get(name, 0.0) for name in told)
    return "high" if total >= held.high else "low" if total < held.low else "middle"
