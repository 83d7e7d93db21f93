"""How near a talk with each candidate is: a dated reason to call, and a door that stands open."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import pandas as pd

from chaingraph.facts.freshness import firms_checked
from chaingraph.model.graph import ChainGraph

_OPEN, _SILENT = 0.0, 1.0


@dataclass(frozen=True)
class Ways:
    """How near a talk is: by firm, 0 = a dated reason to call with its site open, 1 = one that is silent on the site;
    pairs of chain and firm to which a door stands open (a real tie, a public contact, an introducer that knows them);
    firms of whose group a dated fact says how it stands; pairs of group and segment that a unit here is in.
    """

    motives: Mapping[str, float]
    doors: Set[tuple[str, str]]
    checked: Set[str] = frozenset()
    here: Set[tuple[str, str]] = frozenset()


def find_ways(
    graph: ChainGraph,
    candidates: pd.DataFrame,
    motives: pd.DataFrame,
    introductions: pd.DataFrame,
    families: pd.DataFrame,
    presence: pd.DataFrame,
    as_of: str,
) -> Ways:
    """Who has a reason to be called, and to whom does a door stand open?

    A reason of any firm of a group is the group's. A door is an introduction, a public contact of the group's units, or
    an introducer that is known to know it; that somebody serves its country or city is none.

    Parameters
    ----------
    candidates
        From `candidates.find_candidates`.
    motives
        From `motives.find_motives`.
    introductions
        From `facts.introductions.find_introductions`.
    families
        firm_id, group_id.
    presence
        Who makes what here: from `facts.gaps.local_presence`.
    as_of
        The day on which a dated fact is recent (`firms_checked`).
    """
    group = dict(zip(families["firm_id"], families["group_id"], strict=True))
    levels: dict[str, float] = {}
    for firm, is_open in zip(motives["firm_id"], motives["open"], strict=True):
        key = group.get(firm, firm)
        levels[key] = min(levels.get(key, _SILENT), _OPEN if is_open else _SILENT)
    reached = [*graph["contacts"]["firm_id"], *graph["introducers"]["knows_id"].dropna()]
    known = {group.get(firm, firm) for firm in reached}
    pairs = set(zip(candidates["chain_id"], candidates["firm_id"], strict=True))
    doors = set(zip(introductions["chain_id"], introductions["firm_id"], strict=True))
    doors |= {pair for pair in pairs if group.get(pair[1], pair[1]) in known}
    firms = {firm for _, firm in pairs}
    looked_at = {group.get(firm, firm) for firm in firms_checked(graph["firm_signals"], as_of)}
    checked = frozenset(firm for firm in firms if group.get(firm, firm) in looked_at)
    reasons = {firm: levels[key] for firm in firms if (key := group.get(firm, firm)) in levels}
    units = zip(presence["firm_id"], presence["segment_id"], strict=True)
    return Ways(reasons, frozenset(doors), checked, frozenset((group.get(firm, firm), made) for firm, made in units))


def units_trade(rows: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """1 where the group's unit here is in the segment: it can enlarge what it makes, not the group's other trades."""
    pairs = zip(rows["group_id"], rows["segment_id"], strict=True)
    return pd.Series([pair in ways.here for pair in pairs], rows.index, dtype=float)


def standing_levels(rows: pd.DataFrame, facts: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """Whose newest fact is a site chosen elsewhere comes behind others of whom something recent is known, and who may
    have left its trade since anybody looked behind both.
    """
    elsewhere = rows["firm_id"].map(facts["site_status"]) == "decided_elsewhere"
    return elsewhere.astype(float).mul(0.5).where(rows["firm_id"].isin(ways.checked), 1.0)
