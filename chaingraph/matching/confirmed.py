"""What people have checked of single firms, put into the rows it is about: a confirmation outweighs a presumption."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing

MADE_HERE, NOT_MADE_HERE = "present", "missing"


def with_confirmations(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with what was confirmed of firms in their rows of ``firm_segments``.

    A firm confirmed to make a segment is there with basis ``site``: producing unless its row says another state than
    unknown, confidence seen, the office that checked as the source; a row is added where it had none. Where it was
    found not to, what was only presumed (basis ``seat``) goes; what somebody states stays, for two people disagree.

    Parameters
    ----------
    tables
        With confirmations and firm_segments, as in a case. Confirmations without a firm are about the segment and touch
        no row.
    """
    checked = tables["confirmations"]
    checked = checked[checked["firm_id"].notna()] if "firm_id" in checked else checked.iloc[:0]
    if checked.empty:
        return dict(tables)
    rows = tables["firm_segments"]
    latest = checked.sort_values("date", na_position="first", kind="stable").drop_duplicates(
        ["firm_id", "segment_id"], keep="last"
    )
    states = {(row["firm_id"], row["segment_id"]): row for row in rows_of(latest)}
    told = [states.get(key) for key in zip(rows["firm_id"], rows["segment_id"], strict=True)]
    kept = [
        row is None or row["state"] != NOT_MADE_HERE or basis != "seat"
        for row, basis in zip(told, rows["basis"], strict=True)
    ]
    records = [
        _confirmed({str(name): value for name, value in record.items()}, row)
        for record, row, keep in zip(rows_of(rows), told, kept, strict=True)
        if keep
    ]
    held = {(record["firm_id"], record["segment_id"]) for record in records}
    known = set(tables["firms"]["firm_id"])
    records += [
        _confirmed({"firm_id": key[0], "segment_id": key[1], "kind": "maker"}, row)
        for key, row in sorted(states.items())
        if key not in held and key[0] in known and row["state"] == MADE_HERE
    ]
    frame = pd.DataFrame(records, columns=list(rows.columns)).astype(rows.dtypes.to_dict())
    return {**tables, "firm_segments": frame}


def _confirmed(record: dict[str, object], row: Mapping[str, object] | None) -> dict[str, object]:
    if row is None or row["state"] != MADE_HERE:
        return record
    by = "" if is_missing(row["by"]) else str(row["by"])
    status = record.get("status")
    return {
        **record,
        "basis": "site",
        "status": "producing" if is_missing(status) or status == "unknown" else status,
        "site_region": row["region"] if is_missing(record.get("site_region")) else record["site_region"],
        "source": text("gaps.confirmed_present", "zh", by=by) if by or is_missing(row["source"]) else row["source"],
        "as_of": row["date"] if not is_missing(row["date"]) else record.get("as_of"),
        "confidence": "seen",
    }
