"""A reviewed lead of the case taken into work: what the log needs to know of it, with the text it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from chaingraph.leads.review import sources_of
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.model.columns import is_missing

_TAKEN = ("accepted", "corrected")


def taking(
    tables: Mapping[str, pd.DataFrame], signal_ids: Sequence[str], *, at: str, by: str, owner: str = ""
) -> list[Act]:
    """The acts that take reviewed facts of a case into work, one lead each, under the id of the fact.

    Parameters
    ----------
    tables
        ``firms``, ``firm_segments``, ``firm_signals``, ``evidence``, ``segments`` of a case.
    signal_ids
        Which facts; one that is still to be reviewed, or was rejected, is refused.
    owner
        Whose leads they are (线索归属); the office that takes them where empty.

    Raises
    ------
    LedgerError
        When there is no such fact, or nobody has accepted it.

    Examples
    --------
    >>> import chaingraph as cg
    >>> case = cg.load_example()
    >>> taking(case.tables, ["nothing"], at="2026-03-02", by="市投促中心")
    Traceback (most recent call last):
        ...
    chaingraph.ledger.events.LedgerError: ...
    """
    signals = tables["firm_signals"].set_index("signal_id", drop=False)
    firms = tables["firms"].set_index("firm_id")
    sources = sources_of(tables["evidence"]).set_index("signal_id")
    chains = dict(zip(tables["segments"]["segment_id"], tables["segments"]["chain_id"], strict=True))
    placed = tables["firm_segments"].dropna(subset=["segment_id"])
    acts = []
    for signal_id in dict.fromkeys(signal_ids):
        if signal_id not in signals.index:
            raise LedgerError(reason="no_signal", signal=signal_id)
        signal = signals.loc[signal_id]
        review = signal["review"]
        if not is_missing(review) and review not in _TAKEN:
            raise LedgerError(reason="not_reviewed", signal=signal_id, review=review)
        source = sources.loc[signal_id] if signal_id in sources.index else pd.Series(dtype=object)
        firm = firms.loc[signal["firm_id"]] if signal["firm_id"] in firms.index else pd.Series(dtype=object)
        # A fact that names no product of a chain is of the only segment, or else the only chain, of its firm.
        own = set(placed.loc[placed["firm_id"] == signal["firm_id"], "segment_id"])
        segment = signal["segment_id"] if not is_missing(signal["segment_id"]) else _only(own)
        known = {
            "firm": firm.get("firm", signal["firm_id"]),
            "firm_id": signal["firm_id"],
            "credit_code": firm.get("credit_code"),
            "signals": signal_id,
            "said": _first(source.get("quote"), signal["text"]),
            "product": signal.get("product"),
            "on": signal["date"],
            "address": source.get("address"),
            "source": _first(source.get("title"), signal["source"]),
            "segment_id": segment,
            "chain_id": chains.get(segment, _only({chains[each] for each in own if each in chains})),
            "site_status": signal.get("site_status"),
            "investment_m": signal.get("amount_cny_m"),
            "currency": None if is_missing(signal.get("amount_cny_m")) else "CNY",
        }
        facts = {name: value for name, value in known.items() if not is_missing(value) and value != ""}
        acts.append(Act("lead_taken", signal_id, at, by, "", facts | {"owner": owner or by}))
    return acts


def _only(values: set[str]) -> str | None:
    """The value where there is but one."""
    return next(iter(values)) if len(values) == 1 else None


def _first(*values: object) -> object:
    """The first value that is known."""
    return next((value for value in values if not is_missing(value) and value != ""), None)
