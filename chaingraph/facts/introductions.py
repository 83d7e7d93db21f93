"""Who here can open the door to a target: a local firm with a working relation to its group, in the same business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.gaps import sensitive_firms
from chaingraph.facts.routes import ROUTE_COLUMNS, Link, neighbours, steps_of
from chaingraph.model.graph import ChainGraph

_KINDS = ("supplies", "partners", "invests", "owns")  # the nearer to daily work, the sooner
_HOLDING = ("owns", "invests")
Step = tuple[str, Link, str]


def find_introductions(
    graph: ChainGraph,
    targets: pd.DataFrame,
    leaders: Mapping[str, set[str]],
    local: set[str],
    families: pd.DataFrame,
    roles: pd.DataFrame,
) -> pd.DataFrame:
    """Through which local firm can each target be introduced?

    A recorded tie between a firm of the target's group and a local firm counts in every chain, and so does one of the
    local firm's parent or subsidiary. Two units of one group, and an owner and what it owns, count only where the local
    one is in the chain too: steering gear opens no door to electrolysers. A local firm that makes the same thing is a
    rival, unless one of the two supplies the other; who merely shares a customer or a supplier is none. A tie that is
    unsure opens nothing.

    Parameters
    ----------
    targets
        chain_id, firm_id.
    leaders
        By chain, ids of its leaders: they are asked first.
    local
        Ids of the firms in the region.
    families
        firm_id, group_id.
    roles
        From `roles.firm_roles`.

    Returns
    -------
    DataFrame
        One row per target and step of its best way in: `routes.ROUTE_COLUMNS`, step 1 nearest the target. A target
        without a way in has no row.
    """
    names = dict(zip(graph["firms"]["firm_id"], graph["firms"]["firm"], strict=True))
    tied = neighbours(graph)
    local = local - sensitive_firms(graph)
    group = dict(zip(families["firm_id"], families["group_id"], strict=True))
    members: dict[str, list[str]] = {}
    for firm in sorted(set(tied) - local):
        members.setdefault(group.get(firm, firm), []).append(firm)
    makes = _by_firm(roles[roles["maker"].fillna(value=True).astype(bool)], "node_id")
    nodes = segment_nodes(graph)[["node_id", "chain_id"]].drop_duplicates()
    chains = _by_firm(roles[["firm_id", "node_id"]].drop_duplicates().merge(nodes, on="node_id"), "chain_id")
    rows: list[tuple[object, ...]] = []
    for chain_id, firm_id in sorted(set(zip(targets["chain_id"], targets["firm_id"], strict=True))):
        family = members.get(group.get(firm_id, firm_id), [])
        best: tuple[tuple[object, ...], Sequence[Step]] | None = None
        for path in _ways(family, tied, local, group):
            door, links = path[-1][2], [link for _, link, _ in path]
            kinds = [str(link["kind"]) for link in links]
            same_group = group.get(door) == group.get(firm_id)
            if (same_group or (len(path) == 1 and kinds[0] in _HOLDING)) and chain_id not in chains.get(door, set()):
                continue
            same_thing = makes.get(door, set()) & makes.get(firm_id, set())
            if same_thing and not same_group and not (len(path) == 1 and kinds[0] == "supplies"):
                continue
            order = (len(path), door not in leaders.get(chain_id, set()), _KINDS.index(kinds[0]), door, path[0][0])
            if best is None or order < best[0]:
                best = (order, path)
        if best is not None:
            rows += steps_of(chain_id, firm_id, best[1], names)
    frame = pd.DataFrame(rows, columns=list(ROUTE_COLUMNS))
    return frame.astype({column: "str" for column in ROUTE_COLUMNS if column != "step"} | {"step": "int64"})


def _by_firm(roles: pd.DataFrame, column: str) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for firm, value in zip(roles["firm_id"], roles[column], strict=True):
        held.setdefault(firm, set()).add(value)
    return held


def _ways(
    family: Sequence[str],
    tied: Mapping[str, Sequence[tuple[str, Link]]],
    local: set[str],
    group: Mapping[str, str],
) -> Iterator[tuple[Step, ...]]:
    """Ties of a group to a local firm, and to the owner or subsidiary of one."""
    for firm in family:
        for other, link in tied.get(firm, ()):
            if link["confidence"] == "unsure":  # hearsay opens no door
                continue
            if other in local:
                yield ((firm, link, other),)
            elif group.get(other, other) != group.get(firm, firm) and link["kind"] not in _HOLDING:
                for last, holding in tied.get(other, ()):
                    if last in local and holding["kind"] == "owns":
                        yield ((firm, link, other), (other, holding, last))
