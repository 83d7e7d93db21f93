"""同类项目参考: what projects of the same kind took in money, land, floor and time, case by case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from chaingraph.model.case import cells_of, rows_of, usable_signals
from chaingraph.model.columns import is_missing
from chaingraph.model.graph import ChainGraph

ENOUGH = 3  # fewer are named, and give no range
SIZES = ("amount_cny_m", "land_mu", "floor_m2", "months")
_SIGNED = ("signed", "registered")  # registered where nobody noted the signing
_PLANTS = ("signed", "registered", "started", "producing")


@dataclass(frozen=True)
class Comparables:
    """Projects like a row's: the group's own, newest first, and others of the node; each a row of `project_cases`."""

    own: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]

    def between(self, size: str) -> tuple[float, float] | None:
        """The least and the largest of the others, of those that are known; None where fewer than `ENOUGH` are."""
        known = [float(case[size]) for case in self.others if not is_missing(case[size])]
        return (min(known), max(known)) if len(known) >= ENOUGH else None


def project_cases(graph: ChainGraph) -> pd.DataFrame:
    """Every project that got as far as a site, with what it took.

    Returns
    -------
    DataFrame
        One row per project that was signed for or more and did not end, newest first: the columns of ``projects``, firm
        (its name), stage (the furthest), date (of its newest word; NaN = not stated), months (from signing to
        production; NaN = one of the two is not known to the month). A project without any signal that tells its stage
        is not in it.
    """
    used = usable_signals(graph["firm_signals"]).dropna(subset=["project_id"])
    told: dict[str, dict[str, str]] = {}
    for project, stage, date in zip(used["project_id"], used["stage"], used["date"], strict=True):
        if isinstance(stage, str):
            held = told.setdefault(project, {})
            day = date if isinstance(date, str) else ""
            held[stage] = min(held[stage], day) if held.get(stage) and day else day or held.get(stage, "")
    names = dict(cells_of(graph["firms"], "firm_id", "firm"))
    rows = []
    for row in rows_of(graph["projects"]):
        stages = told.get(row["project_id"], {})
        reached = [stage for stage in _PLANTS if stage in stages]
        if reached and "ended" not in stages:
            signed = next((stages[stage] for stage in _SIGNED if stages.get(stage)), "")
            date = max(stages.values()) or None
            months = _months(signed, stages.get("producing", ""))
            rows.append(
                {
                    **row,
                    "firm": names.get(row["firm_id"], row["firm_id"]),
                    "stage": reached[-1],
                    "date": date,
                    "months": months,
                }
            )
    columns = [*graph["projects"].columns, "firm", "stage", "date", "months"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["date", "project_id"], ascending=[False, True], na_position="last", ignore_index=True)


def _months(signed: str, producing: str) -> float:
    if len(signed) < 7 or len(producing) < 7:
        return float("nan")
    one, other = ((int(day[:4]) * 12 + int(day[5:7])) for day in (signed, producing))
    return float(other - one) if other >= one else float("nan")


def comparables_of(
    cases: Sequence[Mapping[str, Any]], family: Collection[str], segment_id: str, node_of: Mapping[str, str]
) -> Comparables:
    """The projects that tell what one of a group in a segment may take: its own, and others of the same node.

    Parameters
    ----------
    cases
        The rows of `project_cases`.
    family
        Ids of the firms of the group.
    node_of
        The node of each segment.
    """
    own = [row for row in cases if row["firm_id"] in family]
    node = node_of.get(segment_id)
    same = [row for row in cases if row["firm_id"] not in family and node_of.get(str(row["segment_id"])) == node]
    # A plant for the same thing says more than one for another, however new.
    own.sort(key=lambda row: node_of.get(str(row["segment_id"])) != node)
    return Comparables(tuple(own), tuple(same))
