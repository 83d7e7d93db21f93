"""What a reader must know before reading a result: that nothing here is known, or that most seats are not."""

from __future__ import annotations

import pandas as pd

from chaingraph.facts.derived_tables import firm_places
from chaingraph.facts.groups import heirs
from chaingraph.labels import text
from chaingraph.model.graph import ChainGraph

_MANY = 0.2  # of all firms, whose seat cannot be told, are worth a word


# As in `main_job.run`: text in Arrow would be a copy of the firms more, and slower.
@pd.option_context("mode.string_storage", "python")
def region_warnings(graph: ChainGraph, region: str, gaps: pd.DataFrame, lang: str) -> list[str]:
    """What makes a survey of the region empty or thin, in sentences; none where there is nothing to say.

    Parameters
    ----------
    gaps
        Gap table or facts of the region: ``found`` counts the local makers of a segment.

    Returns
    -------
    list of str
        No firm of the case lies in the region, or none elsewhere; no segment has a local maker, or none that is known
        to produce or build here, or all are presumed; how many seats are not known; how many outside parents are known
        only by their units here.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    inside = firm_places(graph, region)["inside"]
    living = graph["firms"]["status"].ne("dissolved").fillna(value=True).to_numpy(dtype=bool)
    said = []
    if not inside.fillna(value=False).any():
        said.append(text("gaps.warn_no_local_firm", lang, region=region, firms=len(inside)))
    elif len(gaps) and not (gaps["found"].fillna(0) > 0).any():
        own = graph["firm_segments"]
        here = inside.fillna(value=False).to_numpy(dtype=bool) & living  # who is dissolved is counted nowhere
        own = own[own["firm_id"].isin(graph["firms"]["firm_id"][here])]
        presumed = own[own["basis"] == "seat"]["firm_id"].nunique()
        entry = "warn_presumed" if presumed else "warn_none_producing" if len(own) else "warn_no_local_maker"
        values = {"region": region, "segments": len(gaps), "rows": len(own), "firms": presumed}
        said.append(text(f"gaps.{entry}", lang, **values))
    seats = inside.to_numpy(dtype=object)[living]
    if len(seats) and all(each is True for each in seats):
        said.append(text("gaps.warn_nobody_outside", lang, region=region, firms=len(seats)))
    own = graph["firms"]
    local = set(own["firm_id"][inside.fillna(value=False).to_numpy(dtype=bool)])
    tops = own["parent_id"].where(own["parent_id"].isin(own["firm_id"])).fillna(own["firm_id"])
    above = heirs(graph, pd.DataFrame({"firm_id": own["firm_id"], "group_id": tops}), local)
    if above:
        said.append(text("gaps.warn_heirs", lang, count=len(above), region=region))
    unknown = int(inside.isna().sum())
    if unknown > _MANY * len(inside):
        said.append(text("gaps.warn_seats_unknown", lang, region=region, count=unknown, firms=len(inside)))
    return said
