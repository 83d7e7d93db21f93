"""How old is what the case knows? Rows of each table by age, for the case and each of its chains."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.days import months_before
from chaingraph.sql import Query

RECENT_MONTHS, MIDDLE_MONTHS = 12, 36  # a year is recent; older than three years caps what a row can prove


def freshness(query: Query, as_of: str) -> pd.DataFrame:
    """How old are the rows of each table on that day?

    Parameters
    ----------
    query
        Runs the SQL texts on firms, firm_segments, firm_links, firm_sites, firm_signals and segments.
    as_of
        The day, as precise as known; empty: nothing is recent.

    Returns
    -------
    DataFrame
        One row per chain (chain_id NaN = the whole case) and table with rows: table, row_count, newest (date; NaN = no
        row states one), recent (rows of the last 12 months), middle (of the last 36), old, undated. A row of a firm
        counts in every chain that the firm has a segment of. Signals count by their own date, and only those that
        nobody has rejected or has yet to review.
    """
    months = [months_before(as_of, back) if as_of else "9999" for back in (RECENT_MONTHS, MIDDLE_MONTHS)]
    return query("freshness", months).rename(columns={"held": "table"})
