"""What was lost, given back to the case: a firm that decided for another place is no open target any more."""

from __future__ import annotations

import pandas as pd

from chaingraph.ledger.store import Ledger
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.model.columns import DTYPES
from chaingraph.model.results import OUTCOME_COLUMNS
from chaingraph.model.schema import TABLES

LOST_COLUMNS = ("firm_id", "firm", "kind", "date", "stage", "site_status", "instead_place", "segment_id", "text")


def lost(ledger: Ledger) -> pd.DataFrame:
    """Leads and projects that went to another place, as facts of movement a case can hold.

    Returns
    -------
    DataFrame
        `LOST_COLUMNS`, all text, by date and firm: kind ``expansion``, stage ``ended``, site_status
        ``decided_elsewhere`` and instead_place, which `standing.sql` reads as decided for another place; date the day
        it was recorded; text why. firm_id is missing where the log does not know it: such a row cannot be added to a
        case, and is told. Constructed examples are left out.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "甲一期", "investor": "甲公司", "firm_id": "A", "place": "平湖市"}
    >>> ending = {"stage": "ended", "end_kind": "lost", "lost_to": "苏州市"}
    >>> acts = [cg.Act("entered", "p1", "2024-03-01", "平湖市", data=facts),
    ...         cg.Act("stage", "p1", "2024-05-04", "平湖市", "地价", ending)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all(acts)
    ...         found = lost(ledger)
    >>> found[["firm_id", "date", "instead_place"]].to_numpy().tolist()
    [['A', '2024-05-04', '苏州市']]
    """
    rows: list[tuple[object, ...]] = []
    for lead in leads_in_work(ledger):
        if lead.lost_to and not lead.facts.get("constructed"):
            own = (lead.facts.get("firm_id"), lead.firm, lead.since, lead.lost_to, lead.facts.get("segment_id"))
            rows.append((*own, lead.closed_why))
    for project in ledger.projects():
        facts = project.facts
        if project.lost_to and not project.same_as and not facts.get("constructed"):
            day = project.stage_on.get("ended") or project.last_on
            segment = facts.get("segment_id")
            rows.append((facts.get("firm_id"), facts["investor"], day, project.lost_to, segment, project.end_reason))
    rows.sort(key=lambda row: (str(row[2]), str(row[1])))
    made = [
        (firm_id, firm, "expansion", day, "ended", "decided_elsewhere", place, segment, why)
        for firm_id, firm, day, place, segment, why in rows
    ]
    return pd.DataFrame(made, columns=list(LOST_COLUMNS)).astype("str")


def lost_outcomes(ledger: Ledger) -> pd.DataFrame:
    """The same as outcomes of other places: firms that the lists may have named rightly and that went elsewhere.

    Returns
    -------
    DataFrame
        `OUTCOME_COLUMNS`, all text: firm, region (where it went), date.
    """
    found = lost(ledger)
    return found.rename(columns={"instead_place": "region"})[list(OUTCOME_COLUMNS)]


def as_case_rows(found: pd.DataFrame, source: str) -> dict[str, pd.DataFrame]:
    """Tables that the writer into a case takes: ``firm_signals`` of rows whose firm is known, and their ``firms``."""
    known = found.dropna(subset=["firm_id"]).assign(source=source, confidence="seen").reset_index(drop=True)
    signals = known.assign(review="accepted", as_of=known["date"])
    firms = known.drop_duplicates("firm_id")
    return {"firms": _whole("firms", firms), "firm_signals": _whole("firm_signals", signals)}


def _whole(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as the clean table of a case: every column, in its type, empty where nothing is said."""
    columns = TABLES[table].columns
    shown = rows.reindex(columns=[column.name for column in columns])
    return shown.astype({column.name: DTYPES[column.kind] for column in columns}).reset_index(drop=True)
