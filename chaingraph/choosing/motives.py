"""投资动因: the dated facts that are a reason to call a firm now, and whether its site is still open."""

from __future__ import annotations

import pandas as pd

from chaingraph.leads.listing import OPEN_SITES, lead_list
from chaingraph.model.graph import ChainGraph

MOTIVE_COLUMNS = (
    "firm_id", "signal_id", "kind", "date", "site_status", "open", "segment_id", "project_id", "product",
    "amount_cny_m", "land_mu", "place", "text", "source",
)  # fmt: skip


def find_motives(graph: ChainGraph, as_of: str) -> pd.DataFrame:
    """Which firms have a dated reason to be called on that day, and is their site open?

    A reason is a reviewed fact of a kind that is one, within the months of its kind (``library/leads/*.toml``), whose
    site nothing says is decided (`leads.listing`).

    Parameters
    ----------
    as_of
        The day, ISO; empty: there is no reason.

    Returns
    -------
    DataFrame
        One row per firm, the open sites first, then the newest: `MOTIVE_COLUMNS`. open: whether the text says that the
        site is open or being compared; silence is unknown, never open.
    """
    signals = graph["firm_signals"]
    if signals.empty or not as_of:
        return pd.DataFrame(columns=list(MOTIVE_COLUMNS)).astype({"open": bool})
    told = lead_list({name: graph[name] for name in ("firms", "firm_signals", "evidence", "segments")}, as_of=as_of)
    reasons = told.loc[told["reason"].fillna(value=False).astype(bool), ["signal_id", "date", "site_status", "address"]]
    own = signals.drop(columns=["date", "site_status"]).merge(reasons, on="signal_id")
    own = own.assign(open=own["site_status"].isin(OPEN_SITES), source=own["address"].fillna(own["source"]))
    ordered = own.sort_values(["open", "date", "signal_id"], ascending=[False, False, True], kind="stable")
    first = ordered.drop_duplicates("firm_id").sort_values("firm_id", ignore_index=True)
    return first.reindex(columns=list(MOTIVE_COLUMNS))
