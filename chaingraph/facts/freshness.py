"""How old is what the case knows? Rows of each table by age, for the case and each of its chains."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.case import usable_signals
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


def firms_checked(signals: pd.DataFrame, as_of: str) -> frozenset[str]:
    """Of which firms does a dated fact of the last 36 months say how they stand?

    Any fact counts, a look that found nothing contrary (``checked``) like a plant, a sale or an insolvency: somebody
    has looked. One that nobody has reviewed, that a person has rejected or that is marked unsure does not.

    Parameters
    ----------
    signals
        The table ``firm_signals`` of a case.
    as_of
        The day, ISO; empty: nothing is recent.
    """
    if signals.empty or not as_of:
        return frozenset()
    used = usable_signals(signals)
    used = used[used["date"].notna() & (used["confidence"].fillna("") != "unsure")]
    first = months_before(as_of, MIDDLE_MONTHS)
    months = used["date"].map(lambda date: f"{date}-12"[:7])  # a year alone is taken to its end
    return frozenset(used.loc[(months >= first) & (used["date"].str[: len(as_of)] <= as_of), "firm_id"].astype("str"))
