"""Families of firms: who belongs to whom, by parent and by ownership."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol

import pandas as pd


class _Tables(Protocol):
    def __getitem__(self, table: str, /) -> pd.DataFrame: ...


def families(tables: _Tables | Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The family (group) of every firm, named after the topmost known parent.

    A firm's parent is its ``parent_id``; where that is empty, its only owner among the ``owns`` links. ``invests``
    never makes a family, nor does a second owner: a joint venture belongs to its ``parent_id``, and with several
    owners and no ``parent_id`` it is a family of its own. Parents that are not in ``firms`` are not followed; where
    ownership runs in a circle, the smallest id of the circle names the family.

    Parameters
    ----------
    tables
        A graph, a case or a mapping that holds ``firms`` and ``firm_links``.

    Returns
    -------
    DataFrame
        One row per firm, by firm_id: firm_id, group_id (firm_id of the topmost parent, the firm's own if it has none),
        group (that firm's name).
    """
    firms, links = tables["firms"], tables["firm_links"]
    name = {str(key): value for key, value in zip(firms["firm_id"], firms["firm"], strict=True)}
    owners: dict[str, set[str]] = defaultdict(set)
    owns = links[links["kind"] == "owns"]
    for source, target in zip(owns["source_id"], owns["target_id"], strict=True):
        if source in name and source != target:
            owners[str(target)].add(str(source))
    parent: dict[str, str] = {}
    for firm, above in zip(firms["firm_id"], firms["parent_id"], strict=True):
        if isinstance(above, str) and above in name and above != firm:
            parent[str(firm)] = above
        elif not isinstance(above, str) and len(owners[str(firm)]) == 1:
            parent[str(firm)] = next(iter(owners[str(firm)]))
    top = {firm: _topmost(firm, parent) for firm in sorted(name)}
    rows = [(firm, group, name[group]) for firm, group in top.items()]
    return pd.DataFrame(rows, columns=["firm_id", "group_id", "group"]).astype("str")


def _topmost(firm: str, parent: Mapping[str, str]) -> str:
    seen = [firm]
    while (above := parent.get(seen[-1])) is not None:
        if above in seen:
            return min(seen[seen.index(above) :])
        seen.append(above)
    return seen[-1]
