"""驻点招商: which stationed team or office abroad approaches which target."""

from __future__ import annotations

import pandas as pd

from chaingraph.choosing.teams import in_teams, teams
from chaingraph.model.case import rows_of
from chaingraph.pools.ground import Ground, Pool, held_back, weakest
from chaingraph.wording.phrases import as_told, place_said, sentences


def pool(ground: Ground) -> Pool:
    """The new targets of all chains by team: by where investment is decided, else by the seat; the row says which.

    ``list`` is the team's name. A firm stands once, with its best place on any chain list.
    """
    targets = as_told(ground.findings.targets).frame
    new = targets[targets["candidate_list"] == "new"]
    new = new.sort_values(["rank", "chain_id", "firm_id"], kind="stable").drop_duplicates("firm_id")
    placed = in_teams(new, ground.graph)
    rows = []
    for team in teams(ground.graph):
        held = placed[placed["team"] == team.place].head(int(ground.rules["most"]))
        for place, row in enumerate(rows_of(held), start=1):
            said = [
                ground.say("reason_place", chain=row["chain"], rank=place_said(row["rank"])),
                *sentences(row["reasons"]),
            ]
            rows.append(
                {
                    "list": team.name,
                    "rank": place,
                    "via": row["team_basis"],
                    "amount": float("nan"),
                    "amount_unit": None,
                    "date": row["signal_date"],
                    "reasons": ground.sentences(said),
                    "next_step": row["next_step"],
                    "sources": row["sources"],
                    "confidence": weakest(ground.firms[row["firm_id"]]["confidence"]),
                    **ground.seat(row["firm_id"]),
                    **ground.gap(row["segment_id"]),
                }
            )
    notes = [ground.say("figures_team", most=ground.rules["most"])]
    if len(teams(ground.graph)) == 1:
        notes.insert(0, ground.say("empty_team"))
    frame = pd.DataFrame(rows) if rows else pd.DataFrame(columns=["list", "rank"])
    return Pool("team", frame, held_back({}, ground), tuple(notes))
