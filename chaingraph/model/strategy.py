"""A strategy: who is sought for a chain, from which segments, in what order. Data in ``library/strategies/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chaingraph.errors import UnknownNameError
from chaingraph.labels import both

ORDER_KEYS = ("signal", "linked", "tier", "severity", "reach", "fit")


@dataclass(frozen=True)
class Strategy:
    """One way to recruit.

    seeds: weights of local firms in the fit (leader, partner, other).
    pool: ``leader_segments`` (the leaders' own segments and one hop around them) or ``gaps`` (segments in the states
    listed). tiers: lists that come first. order: the keys that order a list, strongest first. quota: the largest share
    of a list that one segment may take.
    """

    name: str
    seeds: Mapping[str, float]
    pool: str
    states: tuple[str, ...]
    tiers: tuple[str, ...]
    order: tuple[str, ...]
    quota: float


@cache
def load_strategy(name: str) -> Strategy:
    """The shipped strategy of that name: strengthen, extend or build.

    Raises
    ------
    UnknownNameError
        When there is no such strategy.

    Examples
    --------
    >>> load_strategy("extend").pool
    'gaps'
    """
    folder = files("chaingraph") / "library" / "strategies"
    path = folder / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        names = sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
        raise UnknownNameError(both("errors.no_strategy", name=repr(name[:80]), choices=", ".join(names)))
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Strategy(
        name=name,
        seeds=data["seeds"],
        pool=data["pool"]["segments"],
        states=tuple(data["pool"].get("states", ())),
        tiers=tuple(data["tiers"]["first"]),
        order=tuple(data["rank"]["order"]),
        quota=float(data["rank"]["quota"]),
    )
