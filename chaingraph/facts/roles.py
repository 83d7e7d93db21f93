"""Who is a maker of what, and in what standing: the names of what ``sql/roles.sql`` tells, which alone holds the rule.

Questions over many firms join to the view ``firm_roles`` (``reference_roles`` for the firms of a reference); what is
looked up firm by firm reads `firm_roles`.
"""

from __future__ import annotations

import pandas as pd

from chaingraph.sql import Query

# standing: makes it here, stands beside, or buys, brands or licenses.
MADE, BESIDE, OTHER = 1, 2, 3
# way: the same more finely.
WAY_MADE, WAY_STATE_UNKNOWN, WAY_PRESUMED, WAY_BESIDE, WAY_STOPPED, WAY_KIND_UNKNOWN, WAY_OTHER = range(1, 8)
MAKER_WAYS = (WAY_MADE, WAY_STATE_UNKNOWN, WAY_PRESUMED, WAY_BESIDE, WAY_STOPPED)
POSSIBLE_WAYS = (*MAKER_WAYS, WAY_KIND_UNKNOWN)  # an unknown kind excludes nobody


def firm_roles(query: Query) -> pd.DataFrame:
    """Who is in which segment, is it a maker, and in what standing?

    Parameters
    ----------
    query
        Runs the SQL texts on ``firm_segments`` and ``segment_nodes``.

    Returns
    -------
    DataFrame
        One row per row of ``firm_segments``: firm_id, segment_id, node_id, maker (boolean; <NA> = not known, which
        excludes nobody), way (1-7, as above), stopped (the unit has, whatever the firm is there), standing (1 makes it
        here, 2 beside: group-only, presumed, signed, stopped or unknown, 3 buyer, brand or licensor).
    """
    return query("roles_told").astype({"maker": "boolean"})
