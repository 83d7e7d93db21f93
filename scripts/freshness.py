"""How old is a case, how sure, and how far is the standing of those that it shows checked?

    scripts/freshness [CASE] [--region 嘉兴] [--day 2026-11-30]

Prints, per table, the rows and how many of them state no date, are of the last 12 and 36 months or older, and their
confidence; the share of firms among the first ten of each list of whose group a dated fact of the last 36 months says
how they stand, with those that lack one; what re-readings of the rows have found (``readings.csv`` beside the case);
and how much of the announced projects the case holds (``published_totals.csv``). Ends with 1 where a firm is shown
whose standing nobody has checked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import chaingraph as cg
from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.freshness import MIDDLE_MONTHS, RECENT_MONTHS, firms_checked
from chaingraph.facts.groups import families
from chaingraph.model.columns import CONFIDENCE
from chaingraph.model.days import months_before
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph

SHOWN = 10
_NO_FACTS = ("segment_terms",)  # words of the tagger, not facts about anybody


def ages(graph: ChainGraph, day: str) -> pd.DataFrame:
    """Per table: rows, undated, recent, middle, old, and the confidences; a signal counts by its own date."""
    told = []
    for name, rows in graph.tables.items():
        if name in _NO_FACTS or rows.empty or "as_of" not in rows:
            continue
        dates = rows["date"].fillna(rows["as_of"]) if name == "firm_signals" else rows["as_of"]
        months = dates.map(lambda date: f"{date}-01"[:7] if isinstance(date, str) else "")
        recent, middle = (months_before(day, back) for back in (RECENT_MONTHS, MIDDLE_MONTHS))
        counted = {
            "rows": len(rows),
            "undated": int(dates.isna().sum()),
            "12 months": int((months >= recent).sum()),
            "36 months": int(((months >= middle) & (months < recent)).sum()),
            "older": int(((months != "") & (months < middle)).sum()),
        }
        sure = rows["confidence"].value_counts()
        told.append({"table": name, **counted, **{word: int(sure.get(word, 0)) for word in CONFIDENCE}})
    return pd.DataFrame(told).set_index("table").sort_index()


def shown(found: Findings) -> pd.DataFrame:
    """The firms that a reader meets first: list, chain_id, candidate_list, rank, firm_id; at most ten of each list."""
    parts = []
    for name, rows in (("shortlist", found.targets["zh"]), ("leader_targets", found.leader_targets["zh"])):
        ranked = rows[rows["rank"].notna()].sort_values(["chain_id", "candidate_list", "rank", "firm_id"])
        parts.append(ranked.groupby(["chain_id", "candidate_list"], sort=True).head(SHOWN).assign(list=name))
    return pd.concat(parts)[["list", "chain_id", "candidate_list", "rank", "firm_id"]].reset_index(drop=True)


def unchecked(graph: ChainGraph, rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Those of `shown` of whose group no dated fact of the last 36 months says how they stand."""
    with open_engine({name: graph[name] for name in ("firms", "firm_links")}) as query:
        group = families(query).set_index("firm_id")["group_id"]
    looked_at = {group.get(firm, firm) for firm in firms_checked(graph["firm_signals"], day)}
    groups = rows["firm_id"].map(group).fillna(rows["firm_id"])
    return rows[~groups.isin(looked_at)].reset_index(drop=True)


def readings(path: Path) -> pd.DataFrame | None:
    """What was read again: table, day, rows judged, wrong, not found again; None where nobody has noted any."""
    if not path.exists():
        return None
    noted = pd.read_csv(path)
    noted["error rate"] = (noted["wrong"] / noted["judged"]).map("{:.1%}".format)
    return noted


def coverage(graph: ChainGraph, path: Path) -> list[str]:
    """Announced totals that somebody has published, against what the case holds of them."""
    if not path.exists():
        return []
    projects, signals = graph["projects"], graph["firm_signals"]
    dated = signals.dropna(subset=["project_id", "date"]).groupby("project_id")["date"].agg(set)
    lines = []
    for total in pd.read_csv(path, dtype={"year": "str"}).to_dict("records"):
        large = projects[projects["amount_cny_m"] >= total["amount_cny_m"]]
        held = sum(any(day.startswith(total["year"]) for day in dated.get(one, ())) for one in large["project_id"])
        lines.append(
            f"{total['year']} projects of {total['amount_cny_m']:,.0f} m CNY or more: {held} of {total['count']}"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", type=Path, default=Path("data/jiaxing"))
    parser.add_argument("--region", default="嘉兴")
    parser.add_argument("--day", default=str(pd.Timestamp.now().date()))
    given = parser.parse_args(arguments)
    graph = cg.build_graph(cg.read_case(given.case))
    table = ages(graph, given.day)
    print(table.assign(**{"undated %": (100 * table["undated"] / table["rows"]).round(1)}).to_string())
    facts = table.loc[
        table.index.intersection(["firm_segments", "firm_links", "firm_sites", "firm_signals", "projects"])
    ]
    print(f"undated among rows of facts: {facts['undated'].sum() / facts['rows'].sum():.1%}")
    rows = shown(cg.survey(graph, region=given.region, as_of=given.day, draws=0))
    lacking = unchecked(graph, rows, given.day)
    share = 1 - lacking["firm_id"].nunique() / max(rows["firm_id"].nunique(), 1)
    print(f"firms in the first {SHOWN} of a list: {rows['firm_id'].nunique()}; standing checked: {share:.1%}")
    for row in lacking.itertuples():
        print(f"  not checked: {row.list} {row.chain_id} {row.candidate_list} {row.rank} {row.firm_id}")
    noted = readings(given.case.parent / "readings.csv")
    print("nobody has noted a re-reading" if noted is None else noted.to_string(index=False))
    print("\n".join(coverage(graph, given.case.parent / "published_totals.csv")))
    return int(bool(len(lacking)))


if __name__ == "__main__":
    sys.exit(main())
