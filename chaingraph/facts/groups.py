"""Families of firms: who belongs to whom, by parent and by ownership."""

from __future__ import annotations

import pandas as pd

from chaingraph.sql import Query


def families(query: Query) -> pd.DataFrame:
    """The family (group) of every firm, named after the topmost known parent.

    A firm's parent is its ``parent_id``; where that is empty, its only owner among the ``owns`` links. ``invests``
    never makes a family, nor does a second owner: a joint venture belongs to its ``parent_id``, and with several
    owners and no ``parent_id`` it is a family of its own. Parents that are not in ``firms`` are not followed; where
    ownership runs in a circle, the smallest id of the circle names the family.

    Parameters
    ----------
    query
        Runs the SQL texts on ``firms`` and ``firm_links``.

    Returns
    -------
    DataFrame
        One row per firm, by firm_id: firm_id, group_id (firm_id of the topmost parent, the firm's own if it has none),
        group (that firm's name).
    """
    above = query("parents")
    # Each turn looks twice as far up: after these every firm is at its top or has gone round its circle.
    for _ in range(len(above).bit_length()):
        below, above = above, query("grandparents", tables={"above": above})
        if above["above_id"].equals(below["above_id"]):
            break
    return query("families", tables={"above": above}).rename(columns={"group_name": "group"})  # a word of SQL
