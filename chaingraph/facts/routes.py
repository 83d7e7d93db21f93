"""How a target is tied to local firms: the shortest recorded path of supply, ownership, investment or partnership."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence, Set

import pandas as pd

from chaingraph.model.case import cells_of, rows_of
from chaingraph.model.graph import ChainGraph

MAX_STEPS = 4
_NEAR_STEPS = 2
ROUTE_COLUMNS = (
    "chain_id",
    "firm_id",
    "step",
    "from_id",
    "from_name",
    "kind",
    "to_id",
    "to_name",
    "product",
    "source",
    "confidence",
)

Link = dict[str, object]


def neighbours(graph: ChainGraph) -> dict[str, list[tuple[str, Link]]]:
    """Firms linked to each firm, in either direction, in a fixed order; with the link itself."""
    tied: dict[str, list[tuple[str, Link]]] = {}
    links = graph["firm_links"].sort_values(["kind", "source_id", "target_id", "product"], kind="stable")
    for link in rows_of(links):
        source, target = str(link["source_id"]), str(link["target_id"])
        tied.setdefault(source, []).append((target, link))
        tied.setdefault(target, []).append((source, link))
    return tied


def shortest_route(
    tied: Mapping[str, Sequence[tuple[str, Link]]], starts: Sequence[str], goals: Set[str], steps: int = MAX_STEPS
) -> list[tuple[str, Link, str]]:
    """The shortest path from any of the starting firms to any goal, as (from, link, to); empty when there is none.

    Examples
    --------
    >>> tied = {"a": [("b", {"kind": "supplies"})], "b": [("a", {"kind": "supplies"})]}
    >>> shortest_route(tied, ["a"], {"b"})
    [('a', {'kind': 'supplies'}, 'b')]
    """
    came: dict[str, tuple[str, Link] | None] = dict.fromkeys(starts)
    queue = deque((start, 0) for start in starts)
    while queue:
        firm, depth = queue.popleft()
        if firm in goals and depth:
            path = []
            step = came[firm]
            while step is not None:
                path.append((step[0], step[1], firm))
                firm, step = step[0], came[step[0]]
            return path[::-1]
        if depth < steps:
            for other, link in tied.get(firm, ()):
                if other not in came:
                    came[other] = (firm, link)
                    queue.append((other, depth + 1))
    return []


def find_routes(
    graph: ChainGraph,
    targets: pd.DataFrame,
    leaders: Mapping[str, set[str]],
    local: Mapping[str, set[str]],
    families: pd.DataFrame,
    region_local: Set[str] = frozenset(),
) -> pd.DataFrame:
    """Through whom is each target tied to the region: to a leader of the chain if possible, else to any local firm.

    Parameters
    ----------
    targets
        chain_id, firm_id: the rows to explain.
    leaders, local
        By chain: ids of its leaders, ids of its local firms.
    families
        firm_id, group_id; a path may start at any firm of the target's group.
    region_local
        Ids of all local firms, for those that no path leads to within the chain: at most two steps.

    Returns
    -------
    DataFrame
        One row per target and step: chain_id, firm_id, step (1 is nearest the target), from_id, from_name, kind,
        to_id, to_name, product, source, confidence. The arrow of a ``supplies`` or ``owns`` row is in from and to:
        goods or control flow from → to, whichever end the target is. A target without a path of at most four steps has
        no row.
    """
    names = dict(cells_of(graph["firms"], "firm_id", "firm"))
    tied = neighbours(graph)
    group = families.set_index("firm_id")["group_id"]
    members: dict[str, list[str]] = {}
    for family_id, firm in sorted(zip(families["group_id"].tolist(), families["firm_id"].tolist(), strict=True)):
        members.setdefault(family_id, []).append(firm)
    rows: list[tuple[object, ...]] = []
    for chain_id, firm_id in sorted(set(zip(targets["chain_id"], targets["firm_id"], strict=True))):
        family = [firm_id, *(other for other in members.get(str(group.get(firm_id)), []) if other != firm_id)]
        starts = [firm_id] + [other for other in family if other not in local.get(chain_id, set()) and other != firm_id]
        path = shortest_route(tied, starts, leaders.get(chain_id, set()) - {firm_id})
        if not path:
            path = shortest_route(tied, starts, local.get(chain_id, set()) - {firm_id})
        if not path:  # a tie counts whatever the chain, as long as it is a near one
            path = shortest_route(tied, starts, region_local - {firm_id}, _NEAR_STEPS)
        rows += steps_of(chain_id, firm_id, path, names)
    return route_table(rows)


def route_table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Steps of paths (`steps_of`) as a table."""
    kinds = {column: "int64" if column == "step" else "str" for column in ROUTE_COLUMNS}
    return pd.DataFrame(rows, columns=list(ROUTE_COLUMNS)).astype(kinds)


def steps_of(
    chain_id: str, firm_id: str, path: Sequence[tuple[str, Link, str]], names: Mapping[str, str]
) -> list[tuple[object, ...]]:
    """The steps of a path as rows of `ROUTE_COLUMNS`."""
    rows: list[tuple[object, ...]] = []
    for step, (_, link, _) in enumerate(path, start=1):
        source, target = str(link["source_id"]), str(link["target_id"])
        ends = (source, names.get(source, source), link["kind"], target, names.get(target, target))
        rows.append((chain_id, firm_id, step, *ends, link["product"], link["source"], link["confidence"]))
    return rows


def linked_firms(graph: ChainGraph, local: Set[str], families: pd.DataFrame) -> set[str]:
    """Firms whose group has a recorded link to a local firm, or shares a partner with one (two steps)."""
    links = set(cells_of(graph["firm_links"], "source_id", "target_id"))
    links |= {(target, source) for source, target in links}
    once = {other for firm, other in links if firm in local}
    twice = once | {other for firm, other in links if firm in once}
    tied = families.loc[families["firm_id"].isin(twice - local), "group_id"]
    return set(families.loc[families["group_id"].isin(tied), "firm_id"])
