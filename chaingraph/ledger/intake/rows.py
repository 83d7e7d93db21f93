"""The ledger as the sheet that `chaingraph.ledger.intake.read` reads: what is written out comes back as it was."""

from __future__ import annotations

import pandas as pd

from chaingraph.ledger.fields import FIELDS, STAGES, STANDING
from chaingraph.ledger.store import Ledger

_UNITS = {"investment_m": "百万", "contracted_usd_m": "百万美元", "paid_usd_m": "百万美元", "site_mu": "亩"}


def header(name: str) -> str:
    """The header of a field, with its unit where numbers need one.

    Examples
    --------
    >>> header("investment_m"), header("stage")
    ('计划投资总额(百万)', '阶段')
    """
    caption = next(column.headers[0] for column in (*FIELDS, *STANDING) if column.name == name)
    return f"{caption}({_UNITS[name]})" if name in _UNITS else caption


def sheet_rows(ledger: Ledger) -> pd.DataFrame:
    """Every project as a row of such a sheet, by id; numbers whole, so that nothing changes when it is read again.

    Returns
    -------
    DataFrame
        Text columns headed as in bureaus' sheets: the fields, the stage, the day of the first report and of each stage,
        the reason of an ending, and paid-in capital where it came in once (several payments stay in the events).
        Projects decided to be another are left out.
    """
    rows = []
    for project in ledger.projects():
        if project.same_as:
            continue
        values: dict[str, object] = {**project.facts, "project_id": project.project_id}
        values |= {f"{stage}_on": day for stage, day in project.stage_on.items() if stage != "negotiating"}
        values |= {"stage": STAGES[project.stage][0], "end_reason": project.end_reason}
        values |= {"end_kind": project.end_kind, "lost_to": project.lost_to}
        if project.reports:
            values["reported_on"] = project.reports[0][1]
        if len(project.payments) == 1:
            values["paid_on"], values["paid_usd_m"] = project.payments[0]
        rows.append({name: _cell(value) for name, value in values.items()})
    names = [column.name for column in (*FIELDS, *STANDING)]
    table = pd.DataFrame(rows, columns=names).set_axis([header(name) for name in names], axis=1)
    return table.astype("str")


def _cell(value: object) -> str | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None or value == "" else str(value)
