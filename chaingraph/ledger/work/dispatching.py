"""What goes to a county or team: its leads as rows to fill in, each with what was known when it went out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chaingraph.ledger.events import Act, LedgerError, canonical, whole_day
from chaingraph.ledger.work.fields import JUDGED
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.sheets import BASE, COLUMNS, FILLED, GIVEN, headings, load_system_map
from chaingraph.reading.cells import clean, fold, parser
from chaingraph.reading.grids import open_grids
from chaingraph.reading.rejects import Refusal, shown


class Planned(NamedTuple):
    """A line of a plan: which lead goes to whom, and until when feedback is due."""

    lead_id: str
    to: str
    due: str


def read_plan(path: Path) -> list[Planned]:
    """The plan of a dispatch: a sheet with the columns 线索编号, 责任单位 (several joined with ;) and 反馈期限.

    Raises
    ------
    LedgerError
        When the sheet cannot be read, has no such columns, or a row lacks one of them.
    """
    known = headings(load_system_map(None))
    wanted = ("lead_id", "unit", "due")
    plan: list[Planned] = []
    try:
        for grid in open_grids(path, lambda cell: fold(cell) in known):
            places: dict[str, int] = {}
            for number, cells in grid.rows:
                if not places:
                    found = {known.get(fold(cell), ""): at for at, cell in enumerate(cells)}
                    places = {name: found[name] for name in wanted} if set(wanted) <= set(found) else {}
                    continue
                row = [clean(cells[places[name]]) if places[name] < len(cells) else "" for name in wanted]
                if not any(row):
                    continue
                day = parser(COLUMNS["due"])(row[2])[0]
                if not all(row) or day is None:
                    raise LedgerError(reason="plan_row", path=path.name, row=number, found=shown(" | ".join(row)))
                units = [unit.strip() for unit in row[1].replace("；", ";").split(";") if unit.strip()]
                plan += [Planned(row[0], unit, whole_day(day, "due").isoformat()) for unit in units]
    except Refusal as refusal:
        raise LedgerError(reason="sheet", path=path, found=refusal.found or refusal.problem.reason) from refusal
    if not plan:
        raise LedgerError(reason="plan_empty", path=path.name)
    return plan


_KINDS = ("市", "区", "县", "旗", "镇", "街道", "组", "团队")  # with which the name of a unit ends


def known_unit(name: str, units: Iterable[str]) -> str:
    """The unit that a name without its kind means, where only one is known; else the name as it stands.

    Examples
    --------
    >>> known_unit("上虞", ["上虞区", "柯桥区"]), known_unit("上虞", ["上虞", "上虞区"])
    ('上虞区', '上虞')
    """
    known = set(units)
    meant = [unit for unit in known if unit in [name + kind for kind in _KINDS]]
    return meant[0] if name not in known and len(meant) == 1 else name


def resolved(plan: Sequence[Planned], leads: Iterable[Lead]) -> tuple[list[Planned], dict[str, str]]:
    """A plan with the units that are known by a longer name under that name, and which those are."""
    known = {unit for lead in leads for unit in lead.units}
    wider = known | {each.to for each in plan if each.to.endswith(_KINDS)}
    meant = {each.to: known_unit(each.to, wider) for each in plan}
    changed = {unit: name for unit, name in meant.items() if unit != name}
    return [each._replace(to=meant[each.to]) for each in plan], changed


def assignments(plan: Iterable[Planned], *, at: str, by: str) -> list[Act]:
    """The acts that assign what a plan says."""
    return [Act("lead_assigned", each.lead_id, at, by, "", {"to": each.to, "due": each.due}) for each in plan]


def units_of(leads: Iterable[Lead]) -> list[str]:
    """Every county or team that has a lead to feed back on, sorted."""
    return sorted({each.to for lead in leads for each in lead.open_assignments})


def rows_for(leads: Sequence[Lead], unit: str, case: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """What a unit is sent: a row per lead that waits for its feedback.

    Parameters
    ----------
    leads
        All leads in work.
    unit
        The county or team.
    case
        Tables of the case, for the names of chains and segments; without it chains as the log calls them, else ids.

    Returns
    -------
    DataFrame
        The columns that a unit reads (`sheets.GIVEN`) and fills in (`sheets.FILLED`: codes as codes, fields that are
        judged with what is known of them, a new contact empty), ``base`` (lead, unit and what was known, as JSON), and
        the currency of the investment.
        before is what other units' work has come to: that somebody is in contact, never what was said.
    """
    names = {} if case is None else _names(case)
    rows = []
    for lead in sorted(leads, key=lambda lead: lead.lead_id):
        mine = [each for each in lead.open_assignments if each.to == unit]
        if not mine:
            continue
        facts = lead.facts
        own = [each for each in lead.contacts if each.by == unit]
        base = {name: facts[name] for name in JUDGED if name in facts}
        rows.append(
            {
                **base,
                **{name: facts.get(name) for name in ("product", "source", "on", "currency")},
                "address": None if facts.get("address") == facts.get("source") else facts.get("address"),
                "lead_id": lead.lead_id,
                "firm": lead.firm,
                "chain": names.get(facts.get("chain_id"), facts.get("chain", facts.get("chain_id"))),
                "segment": names.get(facts.get("segment_id"), facts.get("segment_id")),
                "lead_said": facts.get("said"),
                "due": mine[-1].due,
                "before": f"{own[-1].data['on']} {own[-1].data['said']}" if own else None,
                BASE: canonical({"lead": lead.lead_id, "unit": unit, "base": base}),
            }
        )
    return pd.DataFrame(rows, columns=[*GIVEN, *FILLED, BASE, "currency"], dtype=object)


def read_base(cell: str) -> tuple[str, str, dict[str, object]] | None:
    """Lead, unit and what was known, of a row's own past; None where the cell was removed or written over."""
    try:
        held = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    fits = isinstance(held, dict) and isinstance(held.get("lead"), str) and isinstance(held.get("unit"), str)
    if not fits or not isinstance(held.get("base"), dict):
        return None
    return held["lead"], held["unit"], {name: each for name, each in held["base"].items() if name in JUDGED}


def _names(case: Mapping[str, pd.DataFrame]) -> dict[object, object]:
    chains = dict(zip(case["chains"]["chain_id"], case["chains"]["chain"], strict=True))
    return chains | dict(zip(case["segments"]["segment_id"], case["segments"]["segment"], strict=True))
