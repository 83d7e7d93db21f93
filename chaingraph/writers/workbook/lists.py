"""The lists that bureaus keep (企业, 项目, 集群, 政策, 问题 …), filled from the graph that scores.

A column that no case can fill, such as taxes paid, is not in these frames: its cells are left for people to fill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import rows_of, usable_signals
from chaingraph.model.columns import STAGES, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHEETS
from chaingraph.model.schema import TABLES
from chaingraph.wording.phrases import names_by_id
from chaingraph.writers.cell_text import code_text, lines

_PROBLEM_STATES = ("missing", "none_known", "unknown", "thin", "weak")
_PROJECT_STATES = ("building", "signed")
_PROJECT_SIGNALS = ("expansion", "land", "new_unit")
_FIRMS_SHOWN = 8  # names in one cell
Row = dict[str, object]


def list_frame(kind: str, findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """The rows of a list.

    Parameters
    ----------
    kind
        firms: a chain and a local firm. projects: a local segment being built or signed, or a dated local expansion,
        land purchase or new unit. clusters: a designated cluster, with the local firms known in its segments.
        policies: a policy measure. problems: a segment in an open state, or a stated technical need. technology: a
        choke-point or high-value segment. applications: a segment. districts: a district and a chain.

    Returns
    -------
    DataFrame
        `results.SHEETS` of that kind, captioned; a column that no case holds is all missing.
    """
    rows = _MADE[kind](findings, graph, lang)
    for number, row in enumerate(rows, start=1):
        row["number"] = number
    return pd.DataFrame(rows, columns=list(SHEETS[kind].columns))


def table_frame(graph: ChainGraph, table: str, lang: str) -> pd.DataFrame:
    """A table of the case as it is, its choices captioned in the case's own words; all of its columns."""
    frame = graph[table]
    known = {column.name: column for column in TABLES[table].columns}
    shown: dict[str, list[object] | None] = {}
    for name, column in known.items():
        values = [None if pd.isna(value) else value for value in frame[name]] if name in frame else None
        if values is not None and column.choices and lang == "zh":
            words = {code: spellings[0] for code, spellings in column.choices.items() if spellings}
            values = ["、".join(words.get(part, part) for part in split(value)) or None for value in values]
        elif values is not None and column.kind == "set":
            values = [lines(value) for value in values]
        shown[name] = values
    return pd.DataFrame(shown, columns=list(known), index=frame.index)


def table_headers(table: str, lang: str) -> dict[str, str]:
    """What the columns of a table of the case are called: the first Chinese header, or the name in plain words."""
    return {
        column.name: column.headers[0] if lang == "zh" and column.headers else column.name.replace("_", " ")
        for column in TABLES[table].columns
    }


def local_rows(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """Local firms in the segments of the chains that a run looked at.

    Returns
    -------
    DataFrame
        One row per firm and segment, by chain, firm and segment: the columns of firm_segments, and chain_id, chain,
        segment, stage (code), district.
    """
    shown = set(findings.gaps[lang]["chain_id"])
    chains, names = names_by_id(graph, "chains", lang), names_by_id(graph, "segments", lang)
    segments = graph["segments"].set_index("segment_id")
    firms = graph["firms"].set_index("firm_id")
    rows = graph["firm_segments"]
    rows = rows[rows["firm_id"].isin(graph.firms_in(findings.region))]
    rows = rows.assign(chain_id=rows["segment_id"].map(segments["chain_id"]))
    rows = rows[rows["chain_id"].isin(shown)]
    rows = rows.assign(
        chain=rows["chain_id"].map(chains),
        segment=rows["segment_id"].map(names),
        stage=rows["segment_id"].map(segments["stage"]),
        district=rows["firm_id"].map(firms["district"]),
    )
    return rows.sort_values(["chain_id", "firm_id", "segment_id"], kind="stable", ignore_index=True)


def _firms(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    names = names_by_id(graph, "firms", lang)
    rows, firms = local_rows(findings, graph, lang), graph["firms"].set_index("firm_id")
    facts = firms.loc[rows["firm_id"].unique()].to_dict("index")
    led = findings.leaders[lang]
    leading = set(zip(led["chain_id"], led["firm_id"], strict=True))
    made = []
    for (chain_id, firm_id), own in rows.groupby(["chain_id", "firm_id"], sort=True):
        firm = facts[firm_id]
        stages = [_code("stage", stage, lang) for stage in STAGES if (own["stage"] == stage).any()]
        leads = (chain_id, firm_id) in leading
        role = "leader" if leads else own["role"].dropna().iloc[0] if own["role"].notna().any() else None
        made.append(
            {
                "firm": names.get(str(firm_id), str(firm_id)),
                "place": firm["district"],
                "founded": firm["founded"],
                "chain": own["chain"].iloc[0],
                "stage": _joined(stages, lang),
                "segments": _stacked(own["segment"]),
                "products": _stacked(own["product"]),
                "revenue_cny_m": firm["revenue_cny_m"],
                "tiers": _code("tiers", firm["tiers"], lang),
                "role": _code("role", role, lang),
                "credit_code": firm["credit_code"],
                "sources": _stacked([firm["source"], *own["source"]]),
                "firm_id": firm_id,
                "first": f"{chain_id} {0 if leads else 1} {firm_id}",
            }
        )
    return sorted(made, key=lambda row: str(row["first"]))


def _projects(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    names = names_by_id(graph, "firms", lang)
    rows = local_rows(findings, graph, lang)
    made: list[Row] = [
        {
            "project": row["product"] if isinstance(row["product"], str) else row["segment"],
            "investor": names.get(row["firm_id"]),
            "place": _first(row["site_region"], row["district"]),
            "chain": row["chain"],
            "application": row["segment"],
            "project_state": _code("status", row["status"], lang),
            "sources": _stacked([row["source"]]),
        }
        for row in rows_of(rows[rows["status"].isin(_PROJECT_STATES)])
    ]
    chains = {str(firm): _stacked(held) for firm, held in rows.groupby("firm_id")["chain"]}
    signals = usable_signals(graph["firm_signals"])
    signals = signals[signals["kind"].isin(_PROJECT_SIGNALS) & signals["firm_id"].isin(set(rows["firm_id"]))]
    for row in rows_of(signals.sort_values(["firm_id", "date", "text"], kind="stable")):
        made.append(
            {
                "project": row["text"],
                "investor": names.get(row["firm_id"]),
                "place": row["place"],
                "chain": chains.get(row["firm_id"]),
                "investment_cny_m": row["amount_cny_m"],
                "period": row["date"],
                "project_type": _code("signal", row["kind"], lang),
                "sources": _stacked([row["source"]]),
            }
        )
    return made


def _clusters(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    rows = local_rows(findings, graph, lang)
    chains, segments = names_by_id(graph, "chains", lang), names_by_id(graph, "segments", lang)
    held = graph["designations"]
    held = held[(held["kind"] == "cluster") & (held["chain_id"].isna() | held["chain_id"].isin(set(rows["chain_id"])))]
    made: list[Row] = []
    for row in rows_of(held.sort_values(["chain_id", "name"], kind="stable")):
        covered = split(row["segments"])
        inside = rows[rows["segment_id"].isin(covered)]
        if isinstance(row["district"], str):
            inside = inside[inside["district"] == row["district"]]
        making = inside[inside["status"] == "producing"]
        made.append(
            {
                "cluster": row["name"],
                "place": row["district"],
                "chain": chains.get(row["chain_id"]),
                # Which firms belong is known only where the segments that the cluster covers are.
                "firm_count": inside["firm_id"].nunique() if covered else None,
                "producing_count": making["firm_id"].nunique() if covered else None,
                "segments": _stacked(segments.get(segment, segment) for segment in covered),
                "sources": _stacked([row["source"]]),
            }
        )
    return made


def _policies(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    made: list[Row] = []
    for row in rows_of(graph["policies"].sort_values("policy", kind="stable")):
        ends = row["valid_to"]
        # A date known to the month holds until the month is over.
        over = isinstance(ends, str) and ends < findings.as_of[: len(ends)]
        in_force = text(f"workbook.policy_{'over' if over else 'holds'}", lang) if isinstance(ends, str) else None
        kept = {
            name: row[name] for name in ("policy", "level", "doc_no", "issuer", "summary", "valid_from", "valid_to")
        }
        made.append({**kept, "chain": lines(row["chains"]), "in_force": in_force, "sources": _stacked([row["source"]])})
    return made


def _problems(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    gaps = findings.gaps[lang]
    industry, technology = (text(f"workbook.problem_{kind}", lang) for kind in ("industry", "technology"))
    made: list[Row] = []
    for row in rows_of(gaps[gaps["state"].isin(_PROBLEM_STATES)]):
        state = code_text("state", row["state"], lang)
        made.append(
            {
                "problem_type": industry,
                "chain": row["chain"],
                "segment": row["segment"],
                "problem": text("workbook.problem_text", lang, segment=row["segment"], state=state),
                "impact": lines(row["local_buyers"]),
                "severity": row["severity"],
                "fill_mode": _code("fill", row["fill_mode"], lang),
                "ask_whom": row["ask_whom"],
                "question": row["question"],
                "sources": lines(row["sources"]),
            }
        )
    names, segments = names_by_id(graph, "firms", lang), names_by_id(graph, "segments", lang)
    chain_of = dict(zip(gaps["segment_id"], gaps["chain"], strict=True))
    for row in rows_of(graph["tech_needs"].sort_values(["firm_id", "need"], kind="stable")):
        if pd.isna(row["segment_id"]) or row["segment_id"] in chain_of:
            made.append(
                {
                    "problem_type": technology,
                    "chain": chain_of.get(row["segment_id"]),
                    "problem": row["need"],
                    "segment": segments.get(row["segment_id"]),
                    "ask_whom": names.get(row["firm_id"]),
                    "sources": _stacked([row["source"]]),
                }
            )
    return made


def _technology(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    reasons = graph["segments"].set_index("segment_id")["reason"]
    flagged = findings.gaps[lang]
    flagged = flagged[[row["chokepoint"] is True or row["high_value"] is True for row in rows_of(flagged)]]
    makers = _makers(findings, graph, lang)
    return [
        {
            "chain": row["chain"],
            "segment": row["segment"],
            "stage": _code("stage", row["stage"], lang),
            "chokepoint": row["chokepoint"],
            "high_value": row["high_value"],
            "direction_reason": reasons.get(row["segment_id"]),
            "local_firms": makers.get(row["segment_id"]),
        }
        for row in rows_of(flagged.sort_values(["chain_id", "segment_id"], kind="stable"))
    ]


def _applications(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    keywords = graph["segments"].set_index("segment_id")["keywords"]
    makers = _makers(findings, graph, lang)
    return [
        {
            "chain": row["chain"],
            "segment": row["segment"],
            "stage": _code("stage", row["stage"], lang),
            "typical_products": lines(keywords.get(row["segment_id"])),
            "local_buyers": lines(row["local_buyers"]),
            "local_firms": makers.get(row["segment_id"]),
        }
        for row in rows_of(findings.gaps[lang].sort_values(["chain_id", "segment_id"], kind="stable"))
    ]


def _districts(findings: Findings, graph: ChainGraph, lang: str) -> list[Row]:
    names = names_by_id(graph, "firms", lang)
    led = set(zip(findings.leaders[lang]["chain_id"], findings.leaders[lang]["firm_id"], strict=True))
    rows = local_rows(findings, graph, lang)
    unknown = text("workbook.district_unknown", lang)
    made: list[Row] = []
    for (district, chain_id), own in rows.assign(place=rows["district"].fillna(unknown)).groupby(["place", "chain_id"]):
        firms = sorted(set(own["firm_id"]))
        made.append(
            {
                "place": district,
                "chain": own["chain"].iloc[0],
                "firm_count": len(firms),
                "leaders": _stacked(names.get(firm) for firm in firms if (chain_id, firm) in led),
                "segments": _stacked(own["segment"]),
                "firms": _stacked(names.get(firm) for firm in firms),
            }
        )
    return sorted(made, key=lambda row: (row["place"] == unknown, str(row["place"])))


_MADE: dict[str, Callable[[Findings, ChainGraph, str], list[Row]]] = {
    "firms": _firms,
    "projects": _projects,
    "clusters": _clusters,
    "policies": _policies,
    "problems": _problems,
    "technology": _technology,
    "applications": _applications,
    "districts": _districts,
}
LISTS = tuple(_MADE)


def _makers(findings: Findings, graph: ChainGraph, lang: str) -> dict[str, str | None]:
    """The local firms in each segment, the first of them by name, and how many more."""
    names = names_by_id(graph, "firms", lang)
    held = local_rows(findings, graph, lang).groupby("segment_id")["firm_id"]
    return {str(segment): _stacked(names.get(firm) for firm in firms) for segment, firms in held}


def _stacked(values: Iterable[object]) -> str | None:
    """Known texts, each once, one a line; of many the first, and how many more."""
    known = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    more = [f"… +{len(known) - _FIRMS_SHOWN}"] if len(known) > _FIRMS_SHOWN else []
    return "\n".join([*known[:_FIRMS_SHOWN], *more]) or None


def _joined(values: Iterable[str | None], lang: str) -> str | None:
    return (", " if lang == "en" else "、").join(value for value in values if value) or None


def _first(*values: object) -> object:
    return next((value for value in values if isinstance(value, str)), None)


def _code(group: str, value: object, lang: str) -> str | None:
    return code_text({"tiers": "tier"}.get(group, group), value, lang) if isinstance(value, str) else None


def table_name(table: str, lang: str) -> str:
    """What a table of the case is called."""
    return TABLES[table].name_zh if lang == "zh" else table.replace("_", " ")
