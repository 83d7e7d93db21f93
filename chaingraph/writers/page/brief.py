"""The A4 block that opens a chain's page: leaders, gaps, firms to see, and what is not known."""

from __future__ import annotations

from chaingraph.model.columns import split
from chaingraph.writers.page.atlas import Atlas, by_rank
from chaingraph.writers.page.records import Record, known

_LEADERS, _GAPS, _VISITS, _QUESTIONS = 4, 3, 5, 3
_PER_SEGMENT = 2
_CLOSED = ("限制", "禁止")
_OPEN_STATES = ("missing", "none_known", "unknown", "weak", "thin")
_NOT_FOUND = ("missing", "none_known", "unknown")


def brief(atlas: Atlas, chain_id: str) -> Record:
    """What a leader reads first, as ids and counts; the page holds the words.

    leaders and visits are firm ids (``groups``: visit, ask_site or reserve; ``levels``: who visits; ``marks``: the six
    of each), gaps (the most severe open ones that the region may admit) and questions segment ids; ``not_found`` counts
    segments without a known local maker, ``unsure`` the local firms and visits with a row that says so, ``undated`` the
    visits without a dated signal; ``zones`` are the zones that name the chain.
    """
    gaps = atlas.gaps.get(chain_id, [])
    open_gaps = [row for row in gaps if row.get("state") in _OPEN_STATES and row.get("admission") not in _CLOSED]
    open_gaps.sort(key=_severest)
    calls = atlas.calls.get(chain_id, [])
    groups = {row["firm_id"]: row["group"] for row in calls if row["group"] != "reserve"}
    visits = _visits(atlas.targets.get(chain_id, []), [row["firm_id"] for row in calls], len(groups))
    roles = [role for row in gaps for role in atlas.roles.get(row["segment_id"], []) if role["firm"] in atlas.local]
    unsure = {role["firm"] for role in roles if role.get("confidence") == "unsure"}
    unsure |= {row["firm_id"] for row in visits if _is_unsure(atlas, chain_id, row["firm_id"])}
    return {
        "leaders": [row["firm_id"] for row in atlas.leaders.get(chain_id, [])[:_LEADERS]],
        "gaps": [row["segment_id"] for row in open_gaps[:_GAPS]],
        "visits": [row["firm_id"] for row in visits],
        "groups": {row["firm_id"]: groups.get(row["firm_id"], "reserve") for row in visits},
        "levels": {row["firm_id"]: row["visit_level"] for row in calls if row.get("visit_level")},
        "marks": {row["firm_id"]: atlas.marks.get((chain_id, row["firm_id"]), []) for row in visits},
        "questions": [row["segment"] for row in open_questions(atlas, chain_id)[:_QUESTIONS]],
        "not_found": sum(row.get("state") in _NOT_FOUND for row in gaps),
        "unsure": len(unsure),
        "undated": sum("signal_date" not in row for row in visits),
        "zones": [zone["zone"] for zone in _zones(atlas, chain_id)],
    }


def _visits(targets: list[Record], month: list[str], called: int) -> list[Record]:
    """Who is called this month, its reserve, then the list: of all but the called no more than two for one segment.

    ``month`` holds the firms of the month's list in its order, the first ``called`` of which are called. A firm that
    only a leader leads to stands with its row of the leaders' list.
    """
    rows = {row["firm_id"]: row for row in targets[::-1] if row["candidate_list"] == "leader"}
    rows |= {row["firm_id"]: row for row in targets[::-1] if row["candidate_list"] == "new"}
    taken: dict[object, int] = {}
    chosen = [rows[firm] for firm in month[:called] if firm in rows]
    later = [rows[firm] for firm in month[called:] if firm in rows and rows[firm]["candidate_list"] == "new"]
    listed = [row for row in targets if row["candidate_list"] == "new" and row["firm_id"] not in month]
    for row in (*later, *listed):
        taken[row.get("segment_id")] = taken.get(row.get("segment_id"), 0) + 1
        if taken[row.get("segment_id")] <= _PER_SEGMENT:
            chosen.append(row)
    return chosen[:_VISITS]


def open_questions(atlas: Atlas, chain_id: str) -> list[Record]:
    """The segments of a chain that hold a question, those of this week's list first, then by severity.

    A row: segment; rank and why where the question is on this week's list.
    """
    weekly = {row["segment_id"]: row for row in atlas.questions.get(chain_id, [])}
    asked = [row for row in atlas.gaps.get(chain_id, []) if "question" in row]
    asked.sort(key=lambda row: (by_rank(weekly.get(row["segment_id"], {})), *_severest(row)))
    return [
        known(
            {
                "segment": row["segment_id"],
                **{key: weekly.get(row["segment_id"], {}).get(key) for key in ("rank", "why")},
            }
        )
        for row in asked
    ]


def _severest(row: Record) -> tuple[float, str]:
    return -float(row.get("severity", 0.0)), str(row["segment_id"])


def _is_unsure(atlas: Atlas, chain_id: str, firm_id: str) -> bool:
    if atlas.firms.get(firm_id, {}).get("confidence") == "unsure":
        return True
    rows = [role for row in atlas.gaps.get(chain_id, []) for role in atlas.roles.get(row["segment_id"], [])]
    return any(role["firm"] == firm_id and role.get("confidence") == "unsure" for role in rows)


def _zones(atlas: Atlas, chain_id: str) -> list[Record]:
    """The zones whose own focus names the chain, by its id or name, national ones first."""
    names = {chain_id} | {row["chain"] for row in atlas.chains if row["chain_id"] == chain_id}
    zones = [zone for zone in atlas.zones if names & set(split(zone["focus_chains"]))]
    levels = {"国家级": 0, "省级": 1}
    return sorted(zones, key=lambda zone: (levels.get(zone["level"], 2), zone["zone"]))
