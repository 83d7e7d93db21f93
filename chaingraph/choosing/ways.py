"""How near a talk with each candidate is: a dated reason to call, where the firm sits, a door that stands open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from chaingraph.choosing.candidates import SIGNAL_MONTHS
from chaingraph.facts.derived_tables import place_within
from chaingraph.facts.freshness import firms_checked
from chaingraph.leads.listing import in_prospectus, said_by
from chaingraph.matching.product_text import products_meet
from chaingraph.model.case import cells_of, rows_of, usable_signals
from chaingraph.model.columns import split
from chaingraph.model.days import months_before
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.places.distance import distance_km

OPEN, NEEDS_ROOM, SILENT, OLDER, GROWS_HERE, NEWS, IN_PROSPECTUS, NONE = 0.0, 0.5, 1.0, 1.25, 1.375, 1.5, 1.75, 2.0
_FARTHER, _WITHIN = 1.26, 0.08  # reasons of firms that are farther than an hour: behind all others, among them as those
_MONEY = "fundraising"
FRESH_MONTHS = 9  # an older fact that is silent on its site is mostly placed by now
HOUR_KM, DAY_KM = 120.0, 300.0  # as the crow flies: there and back in a morning, and within a day
_NEAR, _WITHIN_A_DAY, _NOT_KNOWN, _FAR = 0.0, 1.0, 2.0, 3.0
_AGAINST, _NOT_LOOKED_AT, _HERE_ELSEWHERE = 2.0, 1.0, 0.5
_HALF = 0.5
# What tells that a firm grows, and what that this is no time to call it.
_GROWS = ("expansion", "fundraising", "relocation", "order", "hiring", "capacity_full", "lease_end", "customer_win")
_BUILDS = (*_GROWS, "new_unit", "land", "filing")
_SHRINKS = ("downsizing", "divestment", "exit", "insolvency", "penalty")
_SETTLED = ("signed", "registered", "started", "producing", "ended")
# Whose plants are placed by a plan made far above: a call without a dated reason moves nothing there.
_LARGEST = {"global500", "china500", "soe", "mnc"}
Row = tuple[str, str]


@dataclass(frozen=True)
class Ways:
    """How near a talk is.

    motives: by firm and segment, 0 = a dated reason to call with its site open, .5 = one that needs room (capacity
    full, a customer won, a lease that ends) and is silent on the site, 1 = money raised, silent on the site, 1.25 = the
    same and older than nine months, 1.375 = what it builds or enlarges here, 1.5 = dated news of growth that
    is no reason any more, 1.75 = money whose site a prospectus names. doors: pairs of chain
    and firm to which a door stands open (a real tie, a public contact, an introducer that knows them). checked: firms
    of whose group a dated fact says how it stands. here: pairs of group and segment that a unit here is in. near: by
    firm, 0 = within an hour, 1 = within a day, 2 = not known, 3 = farther. shrinking: pairs of firm and segment against
    which a dated fact speaks. suppliers: pairs of chain and firm that a leader of the chain buys from or sells to.
    """

    motives: Mapping[Row, float]
    doors: Set[tuple[str, str]]
    checked: Set[str] = frozenset()
    here: Set[tuple[str, str]] = frozenset()
    near: Mapping[str, float] = field(default_factory=dict)
    shrinking: Set[Row] = frozenset()
    suppliers: Set[tuple[str, str]] = frozenset()


def find_ways(
    graph: ChainGraph,
    candidates: pd.DataFrame,
    motives: pd.DataFrame,
    introductions: pd.DataFrame,
    families: pd.DataFrame,
    presence: pd.DataFrame,
    as_of: str,
    *,
    region: str,
    leaders: Mapping[str, Set[str]],
) -> Ways:
    """Who has a reason to be called, how far away, and to whom does a door stand open?

    A fact of any firm of a group is the group's, and speaks for a row only where it is of the row's business: the same
    segment, or product words that meet; a fact that names neither speaks for all. A door is an introduction, a public
    contact of the group's units, or an introducer that is known to know it; that somebody serves its country or city is
    none.

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
    region
        Distances are to it.
    leaders
        By chain, ids of its leaders.
    """
    group = dict(cells_of(families, "firm_id", "group_id"))
    reached = [*graph["contacts"]["firm_id"], *graph["introducers"]["knows_id"].dropna()]
    known = {group.get(firm, firm) for firm in reached}
    pairs = set(cells_of(candidates, "chain_id", "firm_id"))
    doors = set(zip(introductions["chain_id"], introductions["firm_id"], strict=True))
    doors |= {pair for pair in pairs if group.get(pair[1], pair[1]) in known}
    firms = {firm for _, firm in pairs}
    looked_at = {group.get(firm, firm) for firm in firms_checked(graph["firm_signals"], as_of)}
    checked = frozenset(firm for firm in firms if group.get(firm, firm) in looked_at)
    units = zip(presence["firm_id"], presence["segment_id"], strict=True)
    levels, shrinking = _what_facts_say(graph, candidates, motives, group, as_of, region)
    first = introductions[(introductions["step"] == 1) & (introductions["kind"] == "supplies")]
    ends = zip(first["chain_id"], first["firm_id"], first["from_id"], first["to_id"], strict=True)
    suppliers = {(chain, firm) for chain, firm, *both in ends if not leaders.get(chain, set()).isdisjoint(both)}
    return Ways(
        levels,
        frozenset(doors),
        checked,
        frozenset((group.get(firm, firm), made) for firm, made in units),
        _nearness(graph, firms, group, region),
        shrinking,
        frozenset(suppliers),
    )


def _what_facts_say(
    graph: ChainGraph,
    candidates: pd.DataFrame,
    motives: pd.DataFrame,
    group: Mapping[str, str],
    as_of: str,
    region: str,
) -> tuple[dict[Row, float], frozenset[Row]]:
    """By firm and segment how much of a reason there is, and against which rows a dated fact speaks."""
    said: dict[str, list[tuple[float, str, Mapping[Any, Any]]]] = {}
    recent = months_before(as_of, FRESH_MONTHS) if as_of else ""
    for row in rows_of(motives):
        age = SILENT if f"{row['date']}-01"[:7] >= recent else OLDER
        silent = age if row["kind"] == _MONEY else NEEDS_ROOM
        level = OPEN if row["open"] else IN_PROSPECTUS if row["prospectus"] else silent
        said.setdefault(group.get(row["firm_id"], row["firm_id"]), []).append((level, str(row["date"]), row))
    against: dict[str, list[tuple[str, Mapping[Any, Any]]]] = {}
    for fact in _recent(graph["firm_signals"], as_of):
        owner = group.get(fact["firm_id"], fact["firm_id"])
        if fact["kind"] in _SHRINKS:
            against.setdefault(owner, []).append((fact["date"], fact))
        elif _builds_here(fact, region):
            said.setdefault(owner, []).append((GROWS_HERE, fact["date"], fact))
        elif fact["kind"] in _GROWS and _silent_on_place(fact):
            level = IN_PROSPECTUS if in_prospectus(fact["kind"], said_by(fact)) else NEWS
            said.setdefault(owner, []).append((level, fact["date"], fact))
    named = graph["segments"]
    words = dict(zip(named["segment_id"], named["segment"] + ";" + named["keywords"].fillna(""), strict=True))
    levels: dict[Row, float] = {}
    shrinking: set[Row] = set()
    rows = candidates[["firm_id", "segment_id", "product"]].drop_duplicates().astype(object)
    for firm, segment, product in rows.itertuples(index=False, name=None):
        owner, own = (
            group.get(firm, firm),
            f"{product};{words[segment]}" if isinstance(product, str) else words[segment],
        )
        speaking = [(level, date) for level, date, fact in said.get(owner, ()) if speaks_of(fact, segment, own, words)]
        if speaking:
            levels[firm, segment] = min(levels.get((firm, segment), NONE), *(level for level, _ in speaking))
        newest = max((date for _, date in speaking), default="")
        if any(date > newest and speaks_of(fact, segment, own, words) for date, fact in against.get(owner, ())):
            shrinking.add((firm, segment))
    return levels, frozenset(shrinking)


def speaks_of(fact: Mapping[Any, Any], segment: str, own: str, words: Mapping[str, str]) -> bool:
    """Whether a dated fact is of a row's business; one that names neither segment nor product is of all.

    Examples
    --------
    >>> fact = {"segment_id": None, "product": "数码印花"}
    >>> speaks_of(fact, "FA03", "丝绸面料;蚕茧缫丝", {}), speaks_of(fact, "FA12", "数码喷印设备;印花", {})
    (False, True)
    """
    about = fact["segment_id"]
    if about == segment:
        return True
    named = [text for text in (fact["product"], words.get(about) if isinstance(about, str) else None)]
    told = ";".join(text for text in named if isinstance(text, str))
    return not told or products_meet(told, own)


def _recent(signals: pd.DataFrame, as_of: str) -> Iterable[Mapping[Any, Any]]:
    """Reviewed facts of the last 24 months on how a firm grows or shrinks."""
    if signals.empty or not as_of:
        return ()
    used = usable_signals(signals)
    used = used[used["date"].notna() & used["kind"].isin((*_BUILDS, *_SHRINKS))]
    month = used["date"].str[:7]
    used = used[(month >= months_before(as_of, SIGNAL_MONTHS)) & (used["date"].str[: len(as_of)] <= as_of)]
    return rows_of(used.sort_values(["date", "signal_id"], kind="stable"))


def _silent_on_place(row: Mapping[Any, Any]) -> bool:
    """Whether the fact leaves open where the firm goes: it names no place, and nothing is settled."""
    decided = str(row["site_status"]).startswith("decided") or isinstance(row["instead_place"], str)
    return not decided and row["stage"] not in _SETTLED and not isinstance(row["place"], str)


def _builds_here(row: Mapping[Any, Any], region: str) -> bool:
    """Whether the fact says that the firm builds or enlarges in the region."""
    if row["stage"] == "ended" or str(row["site_status"]) == "decided_elsewhere":
        return False
    return bool(row["site_status"] == "decided_here" or place_within(row["place"], region))


def _nearness(graph: ChainGraph, firms: Set[str], group: Mapping[str, str], region: str) -> dict[str, float]:
    """How far each firm's group is: its seat in China, the city where it decides, or the nearest unit of the group."""
    wanted = {group.get(firm, firm) for firm in firms}
    nearest: dict[str, float] = {}
    known: dict[tuple[object, ...], float] = {}

    def note(owner: str, place: tuple[object, ...]) -> None:
        if place not in known:
            known[place] = (
                distance_km(place, region) if regions.country_of(place) in (None, regions.CHINA) else math.nan
            )
        if known[place] == known[place]:
            nearest[owner] = min(nearest.get(owner, math.inf), known[place])

    columns = ["firm_id", "country", "province", "city", "district", "decision_city"]
    seats = graph["firms"][columns].astype(object)
    for firm, *seat, decides in seats.where(seats.notna(), None).itertuples(index=False, name=None):
        owner = group.get(firm, firm)
        if owner in wanted:
            if seat[0] in (None, regions.CHINA) and any(seat[1:]):
                note(owner, tuple(seat))
            if decides is not None:
                note(owner, (None, None, decides, None))
    sites = graph["firm_sites"]
    sites = sites[(sites["kind"] != "contact") & sites["until"].isna()].dropna(subset=["region"])
    for firm, place in zip(sites["firm_id"], sites["region"], strict=True):
        owner = group.get(firm, firm)
        if owner in wanted:
            note(owner, (None, None, place, None))

    def level(firm: str) -> float:
        km = nearest.get(group.get(firm, firm))
        if km is None:
            return _NOT_KNOWN
        return _NEAR if km <= HOUR_KM else _WITHIN_A_DAY if km <= DAY_KM else _FAR

    return {firm: level(firm) for firm in firms}


def way_keys(rows: pd.DataFrame, facts: pd.DataFrame, tiers: pd.Series[str], ways: Ways) -> dict[str, pd.Series[float]]:
    """The keys that say how near a talk is, smaller comes first: motive, standing, near, door, size.

    Parameters
    ----------
    rows
        Of lists, as `ranking.rank_lists` has them.
    facts
        From `ranking.firm_facts`.
    tiers
        Of each row, the lists that its firm is on.
    """
    motive = motive_levels(rows, ways)
    return {
        "motive": motive,
        "standing": standing_levels(rows, facts, ways),
        "near": near_levels(rows, ways),
        "door": door_levels(rows, ways),
        "size": size_levels(rows, tiers, motive),
    }


def motive_levels(rows: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """How much of a dated reason to call there is for each row; 2 = none.

    Of a new target that is farther than an hour a reason that is silent on its site stands behind those of firms within
    one. What a group builds here speaks for its next step here, and its prospectus may name this very place; of a new
    target neither is true.
    """
    level = _by_pair(rows, "firm_id", "segment_id", ways.motives, NONE)
    new = rows["candidate_list"] == "new"
    far = new & near_levels(rows, ways).isin((_WITHIN_A_DAY, _FAR)) & level.between(NEEDS_ROOM, OLDER)
    level = level.mask(far, _FARTHER + _WITHIN * level)
    return level.mask(new & (level == GROWS_HERE), NONE).mask(~new & (level == IN_PROSPECTUS), OLDER)


def door_levels(rows: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """0 where a door stands open; on a leader's list only what the leader buys or sells itself, other ties behind it.

    Of groups that are here it is the unit in the segment: it can enlarge what it makes, not the group's other trades.
    """
    pairs = zip(rows["chain_id"], rows["firm_id"], strict=True)
    door = pd.Series([pair in ways.doors for pair in pairs], rows.index, dtype=float)
    pairs = zip(rows["chain_id"], rows["firm_id"], strict=True)
    traded = pd.Series([pair in ways.suppliers for pair in pairs], rows.index, dtype=float)
    led = door.mul(0.5).where(traded < 1, 1.0)
    door = door.where(rows["list"] != "leader", led)
    return 1.0 - door.where(rows["candidate_list"] == "new", units_trade(rows, ways))


def near_levels(rows: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """0 within an hour, 1 within a day, 2 not known, 3 farther; who is here is here."""
    near = rows["firm_id"].map(ways.near).fillna(_NOT_KNOWN).astype(float)
    return near.where(rows["candidate_list"] == "new", _NEAR)


def size_levels(rows: pd.DataFrame, tiers: pd.Series[str], motive: pd.Series[float]) -> pd.Series[float]:
    """1 for a member of the lists of the largest, a multinational or a state firm for which nothing dated speaks."""
    names = [{part.partition("(")[0].rstrip("?") for part in split(held)} for held in tiers]
    large = pd.Series([not held.isdisjoint(_LARGEST) for held in names], rows.index, dtype=float)
    return large.where(motive >= NONE, 0.0)


def units_trade(rows: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """1 where the group's unit here is in the segment: it can enlarge what it makes, not the group's other trades."""
    pairs = cells_of(rows, "group_id", "segment_id")
    return pd.Series([pair in ways.here for pair in pairs], rows.index, dtype=float)


def standing_levels(rows: pd.DataFrame, facts: pd.DataFrame, ways: Ways) -> pd.Series[float]:
    """0 where a recent fact says how a firm stands and none speaks against it; 1 where nobody has looked; 2 where it
    shrinks, or has chosen a site elsewhere (.5 for groups that are here: they are asked to enlarge what they have).
    """
    elsewhere = rows["firm_id"].map(facts["site_status"]) == "decided_elsewhere"
    level = pd.Series(0.0, rows.index).where(rows["firm_id"].isin(ways.checked), _NOT_LOOKED_AT)
    new = rows["candidate_list"] == "new"
    level = level.mask(elsewhere & new, _AGAINST).mask(elsewhere & ~new & (level < _NOT_LOOKED_AT), _HERE_ELSEWHERE)
    shrinks = _by_pair(rows, "firm_id", "segment_id", dict.fromkeys(ways.shrinking, 1.0), 0.0) > 0
    return level.mask(shrinks, _AGAINST)


def to_call(rows: pd.DataFrame, keys: Mapping[str, pd.Series[float]], ways: Ways) -> pd.Series[bool]:
    """Which rows there is something to call about.

    Of new targets: a dated reason. Money whose site a prospectus names (first somebody looks the site up), or news that
    is none any more, is one only with a door to a firm within an hour of which a recent fact says how it stands; a door
    without either says how, not why. On a leader's list no firm that is farther than an hour, silent on its site and
    without a door: the leader has nothing to bring it by. Of groups that are here: a dated reason or news, but for what
    it builds here (which is served, not called about), and the unit is in the segment, or nobody has said what it
    makes. Never where a dated fact speaks against it. Where not half of a list has been looked at, silence tells
    nothing: groups that are here need nothing dated there, and where nothing dated is known of anybody all this is true
    of all.
    """
    motive = keys["motive"]
    looked_at = keys["standing"] < _NOT_LOOKED_AT
    opened = (keys["door"] <= 0) & (keys["near"] <= _NEAR) & looked_at & (motive < NONE)
    untied = (rows["list"] == "leader") & (keys["door"] >= 1) & keys["near"].isin((_WITHIN_A_DAY, _FAR))
    told = {group for group, _ in ways.here}
    silent = ~rows["candidate_kind"].isin(("contacted", "operates")) & ~rows["group_id"].isin(told)
    of_list = [rows[name] for name in ("list", "chain_id", "candidate_list")]
    known = looked_at.groupby(of_list).transform("mean") >= _HALF
    new = rows["candidate_list"] == "new"
    unit = (keys["door"] <= 0) | silent
    stands = keys["standing"] < _AGAINST
    reason = motive < GROWS_HERE
    called = (reason & ~(untied & (motive > OPEN))) | opened
    told_of = called.where(new, (reason | (motive == NEWS) | ~known) & unit) & stands
    something = (motive < NONE).where(new, ((motive < NONE) | ~known) & unit) & stands
    return told_of | ~(something.groupby(of_list).transform("any") | known)


def owned_by_listed(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.Series[int]:
    """1 where the owner of a new target is on its list too: who decides is asked, not one of its works.

    Groups that are here are asked through the unit's own owner, not through the top of a conglomerate.
    """
    new = rows[rows["candidate_list"] == "new"]
    asked = set(cells_of(new, "list", "chain_id", "firm_id"))
    owners = zip(new["list"], new["chain_id"], new["firm_id"].map(facts["parent_id"]), strict=True)
    return pd.Series([int(row in asked) for row in owners], new.index).reindex(rows.index, fill_value=0).astype("int64")


def _by_pair(rows: pd.DataFrame, one: str, two: str, held: Mapping[Row, float], other: float) -> pd.Series[float]:
    pairs = zip(rows[one], rows[two], strict=True)
    return pd.Series([held.get(pair, other) for pair in pairs], rows.index, dtype=float)
