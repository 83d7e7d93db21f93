"""Marks, comparables and places to land of each row, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chaingraph.facts.comparables import ENOUGH, SIZES, Comparables
from chaingraph.facts.landing import Choice
from chaingraph.model.columns import is_missing
from chaingraph.model.results.told import NOTHING, Several, Words, place, reason

_SHOWN = 5


def like_projects(like: Comparables) -> tuple[Words, ...]:
    """What projects like this took: the group's own first, then a range of three and more, else the cases by name."""
    said: list[Words] = [reason("readiness.like_own", case=case_said(case)) for case in like.own[:1]]
    if len(like.others) >= ENOUGH:
        ranges = [
            reason(f"readiness.range_{size}", low=_shown(size, held[0]), high=_shown(size, held[1]))
            for size in SIZES
            if (held := like.between(size)) is not None
        ]
        named = Several(tuple(case_said(case) for case in like.others), most=_SHOWN)
        said.append(
            reason("readiness.like_range", count=len(like.others), sizes=Several(tuple(ranges)) if ranges else named)
        )
    elif like.others:
        cases = Several(tuple(case_said(case) for case in like.others))
        said.append(reason("readiness.like_few", count=len(like.others), cases=cases))
    return tuple(said) or (reason("readiness.like_none"),)


def case_said(case: Mapping[str, Any]) -> Words:
    """One project: whose, where, and what it took."""
    sizes = tuple(
        reason(f"readiness.size_{size}", value=_shown(size, case[size])) for size in SIZES if not is_missing(case[size])
    )
    where = case["region"] if isinstance(case["region"], str) else None
    said = Several(sizes) if sizes else reason("readiness.case_unsaid")
    return reason("readiness.case", firm=case["firm"], place=place(where) if where else "-", said=said)


def _shown(size: str, value: float) -> str:
    shown = value / 100 if size == "amount_cny_m" else value
    return f"{shown:,.1f}".removesuffix(".0")


def places_said(choices: Sequence[Choice], whom: Words) -> tuple[Words, ...]:
    """Up to two places with the reasons for each; none known: whom to ask."""
    if not choices:
        return (reason("readiness.place_none", whom=whom),)
    said = []
    for choice in choices:
        why = Several(tuple(reason(f"readiness.why_{name}") for name in choice.why))
        name: Words = choice.name
        if choice.kind != "zone" and choice.zone:
            name = Several((choice.name, " (", choice.zone, ")"), between=NOTHING)
        said.append(reason(f"readiness.place_{choice.kind}", name=name, why=why))
    return tuple(said)
