"""A strategy: who is sought for a chain, from which segments, in what order. Data in ``library/strategies/*.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chaingraph.labels import entries
from chaingraph.model import registry
from chaingraph.model.columns import TIERS
from chaingraph.model.registry import Words
from chaingraph.model.results import GAP_STATES

AUTO = "auto"  # each chain's own
ORDER_KEYS = (
    "motive", "standing", "near", "door", "size", "likelihood", "signal", "linked", "tier", "severity", "reach", "fit",
)  # fmt: skip
PLAN_ORDER = "plan"  # rank.order = "plan": the order by lists of the plan, which rank.plan holds
_KEYS = ("order", "title", "words", "seeds", "pool", "tiers", "rank")
_SEEDS = ("leader", "partner", "other")
_SEGMENTS = ("gaps", "leader_segments")
MOST_KEYS = 8  # that order a list: as many as the text that ranks it has


@dataclass(frozen=True)
class Strategy:
    """One way to recruit.

    title: what it is called, by language. seeds: weights of local firms in the fit (leader, partner, other).
    pool: ``leader_segments`` (the leaders' own segments and one hop around them) or ``gaps`` (segments in the states
    listed). tiers: lists that come first, where ``tier`` is a key. order: the keys that order a list, strongest first.
    quota: the largest share of a list that one segment may take.
    """

    name: str
    title: Words
    seeds: Mapping[str, float]
    pool: str
    states: tuple[str, ...]
    tiers: tuple[str, ...]
    order: tuple[str, ...]
    quota: float


def load_strategy(name: str | Path) -> Strategy:
    """The shipped strategy of that name (strengthen, extend, build), or the one in a TOML file.

    Raises
    ------
    UnknownNameError
        When there is no such strategy, or its file holds what no list can be made by: the message names the key, what
        was found and the choices.

    Examples
    --------
    >>> load_strategy("extend").pool
    'gaps'
    """
    found = registry.load("strategies", name)
    where, data = found.where, found.content
    where.keys(data, _KEYS)
    parts = {key: where.table(key, data.get(key)) for key in ("seeds", "pool", "tiers", "rank")}
    for key, known in (
        ("seeds", _SEEDS),
        ("pool", ("segments", "states")),
        ("tiers", ("first",)),
        ("rank", ("order", "plan", "quota")),
    ):
        where.within(f"[{key}]").keys(parts[key], known)
    segments = where.choice("pool.segments", parts["pool"].get("segments"), _SEGMENTS)
    states = where.strings("pool.states", parts["pool"].get("states", []), GAP_STATES)
    if (segments == "gaps") != bool(states):  # gaps are told by their states; the leaders' segments are not
        where.refuse("pool.states", list(states), ", ".join(GAP_STATES) if segments == "gaps" else "[]")
    chosen = "plan" if parts["rank"].get("order") == PLAN_ORDER else "order"
    order = where.strings(f"rank.{chosen}", parts["rank"].get(chosen), ORDER_KEYS)
    if not 0 < len(order) == len(set(order)) <= MOST_KEYS:
        where.refuse(f"rank.{chosen}", list(order), f"1-{MOST_KEYS}: {', '.join(ORDER_KEYS)}")
    return Strategy(
        name=found.name,
        title=where.words("title", data.get("title", found.name)),
        seeds={name: where.number(f"seeds.{name}", parts["seeds"].get(name), 100) for name in _SEEDS},
        pool=segments,
        states=states,
        tiers=where.strings("tiers.first", parts["tiers"].get("first"), tuple(TIERS)),
        order=order,
        quota=where.number("rank.quota", parts["rank"].get("quota"), 1),
    )


def code_captions(lang: str, parameters: Mapping[str, object] | None = None) -> dict[str, str]:
    """The captions of all codes that a reader meets, those of the strategies and gates among them.

    Parameters
    ----------
    parameters
        Of the findings: they hold the titles of strategies of the user's own.
    """
    titles = {name: load_strategy(name).title for name in registry.shipped("strategies")}
    own = (parameters or {}).get("strategy_titles")
    titles |= own if isinstance(own, dict) else {}
    gates = {f"gate_{name}": words for name, words in entries("gates", lang).items()}
    facts = {  # a fact's stage is a project's, not a chain's
        key.replace("stage_", "project_stage_", 1).replace("site_", "site_status_", 1): words
        for key, words in entries("leads", lang).items()
        if key.startswith(("stage_", "site_"))
    }
    return entries("codes", lang) | facts | gates | {f"strategy_{name}": title[lang] for name, title in titles.items()}


def own_titles(strategies: Mapping[str, Strategy]) -> dict[str, dict[str, Words]]:
    """What findings have to carry of strategies that do not come with the package: ``strategy_titles``, by name."""
    titles = {plan.name: plan.title for plan in strategies.values()}
    own = {name: title for name, title in titles.items() if name not in registry.shipped("strategies")}
    return {"strategy_titles": own} if own else {}
