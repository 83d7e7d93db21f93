"""投资动因: the dated facts that are a reason to call a firm now, and whether its site is still open."""

from __future__ import annotations

import pandas as pd

from chaingraph.leads.listing import OPEN_SITES, in_prospectus, lead_list, said_by
from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph

MOTIVE_COLUMNS = (
    "firm_id", "signal_id", "kind", "date", "site_status", "open", "segment_id", "project_id", "product",
    "amount_cny_m", "land_mu", "place", "text", "source", "prospectus",
)  # fmt: skip


_SHOWN = {"signal": "kind", "signal_date": "date", "signal_source": "source", "site_status": "site_status"}


def with_reasons(described: pd.DataFrame, motives: pd.DataFrame) -> pd.DataFrame:
    """Rows of a list that name no sign of moving, with the reason to call their firm that stands on record.

    A firm whose works are full or whose lease ends has not moved yet; what it stands by is said all the same.

    Parameters
    ----------
    described
        Rows with firm_id and the columns ``signal``, ``signal_date``, ``signal_source``, ``site_status``.
    motives
        From `find_motives`.

    Examples
    --------
    >>> rows = pd.DataFrame({"firm_id": ["A", "B"], "signal": ["expansion", None], "signal_date": ["2025-01", None],
    ...                      "signal_source": ["a", None], "site_status": ["open", None]})
    >>> full = pd.DataFrame({"firm_id": ["A", "B"], "kind": ["capacity_full"] * 2, "date": ["2025-02"] * 2,
    ...                      "source": ["b"] * 2, "site_status": ["unknown"] * 2})
    >>> with_reasons(rows, full)[["signal", "signal_date"]].to_numpy().tolist()
    [['expansion', '2025-01'], ['capacity_full', '2025-02']]
    """
    silent = described["signal"].isna()
    own = motives.set_index("firm_id")
    filled = {
        name: described[name].where(~silent, described["firm_id"].map(own[column])) for name, column in _SHOWN.items()
    }
    return described.assign(**filled)


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
        One row per firm, the open sites first, money whose site a prospectus names last, then the newest:
        `MOTIVE_COLUMNS`. open: whether the text says that the site is open or being compared; silence is unknown, never
        open. prospectus: whether it is money raised on an exchange that has its issuers name the site
        (`leads.listing.in_prospectus`), and no text says that the site is open.
    """
    signals = graph["firm_signals"]
    if signals.empty or not as_of:
        return pd.DataFrame(columns=list(MOTIVE_COLUMNS)).astype({"open": bool, "prospectus": bool})
    told = lead_list({name: graph[name] for name in ("firms", "firm_signals", "evidence", "segments")}, as_of=as_of)
    reasons = told.loc[told["reason"].fillna(value=False).astype(bool), ["signal_id", "date", "site_status", "address"]]
    own = signals.drop(columns=["date", "site_status"]).merge(reasons, on="signal_id")
    own = own.assign(open=own["site_status"].isin(OPEN_SITES), source=own["address"].fillna(own["source"]))
    named = [in_prospectus(str(row["kind"]), said_by(row)) and not row["open"] for row in rows_of(own)]
    own = own.assign(prospectus=pd.Series(named, own.index, dtype=bool))
    order = {"open": False, "prospectus": True, "date": False, "signal_id": True}
    ordered = own.sort_values(list(order), ascending=list(order.values()), kind="stable")
    first = ordered.drop_duplicates("firm_id").sort_values("firm_id", ignore_index=True)
    return first.reindex(columns=list(MOTIVE_COLUMNS))
