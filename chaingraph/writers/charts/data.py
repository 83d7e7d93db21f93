"""What the pictures show, as tables: drawn by the charts, and with cells in a workbook without pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.columns import STAGES, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.places.regions import place_text
from chaingraph.wording.phrases import names_by_id
from chaingraph.writers.workbook.lists import local_rows

_TIER_ORDER = (
    "global500",
    "china500",
    "mnc",
    "hidden_champion",
    "little_giant",
    "champion",
    "unicorn",
    "soe",
    "listed",
    "advanced_sme",
    "high_tech",
    "above_scale",
    "none",
)
_OPEN = ("missing", "none_known", "unknown")


def chain_names(findings: Findings, lang: str) -> dict[str, str]:
    """Name of every chain by its id, in the order of the ids."""
    chains = findings.gaps[lang][["chain_id", "chain"]].drop_duplicates().sort_values("chain_id")
    return dict(zip(chains["chain_id"], chains["chain"], strict=True))


def open_segments(findings: Findings, lang: str) -> pd.DataFrame:
    """How many segments of a stage of a chain have no known local firm, and how many are there?

    Returns
    -------
    DataFrame
        One row per chain that has segments and stage, both always there: chain_id, stage, open, total.
    """
    gaps = findings.gaps[lang]
    whole = pd.MultiIndex.from_product([list(chain_names(findings, lang)), list(STAGES)], names=["chain_id", "stage"])
    by_stage = gaps.assign(open=gaps["state"].isin(_OPEN)).groupby(["chain_id", "stage"])["open"]
    counts = pd.DataFrame({"open": by_stage.sum(), "total": by_stage.size()})
    return counts.reindex(whole, fill_value=0).astype(int).reset_index()


def district_counts(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """How many local firms of each chain are known in each district?

    Returns
    -------
    DataFrame
        One row per chain_id (the index), one column per district that has any, the unknown one last; a firm counts
        once in each of its chains.
    """
    rows = local_rows(findings, graph, lang)
    unknown = text("workbook.district_unknown", lang)
    named = [place_text(district, lang) if isinstance(district, str) else unknown for district in rows["district"]]
    rows = rows.assign(place=named).drop_duplicates(["chain_id", "firm_id"])
    places = sorted(set(rows["place"]), key=lambda place: (place == unknown, place))
    counts = pd.crosstab(rows["chain_id"], rows["place"])
    return counts.reindex(index=list(chain_names(findings, lang)), columns=places, fill_value=0)


def tier_counts(findings: Findings, lang: str) -> pd.DataFrame:
    """How many new targets of each chain are on which list? Each firm counts once, under the first of its lists.

    Returns
    -------
    DataFrame
        One row per chain_id with targets (the index), one column per list that any of them is on; ``none`` last.
    """
    rows = findings.targets[lang]
    rows = rows[rows["candidate_list"] == "new"]
    first = rows["tiers"].map(_first_tier)
    return pd.crosstab(rows["chain_id"], first).reindex(columns=[tier for tier in _TIER_ORDER if (first == tier).any()])


def tier_caption(tier: str, lang: str) -> str:
    """What a list of `tier_counts` is called."""
    return text("charts.tiers_none", lang) if tier == "none" else text(f"codes.tier_{tier}", lang)


def makers_by_segment(findings: Findings, graph: ChainGraph, lang: str) -> dict[str, list[str]]:
    """Up to three local firms of each segment: those that produce or build there, leaders first, then by id.

    Where none does, those whose group can or that are not confirmed; those that only buy, or are no more, are left out.
    """
    names = names_by_id(graph, "firms", lang)
    led = set(findings.leaders[lang]["firm_id"])
    firms = graph["firms"]
    gone = firms.loc[firms["status"] == "dissolved", "firm_id"]
    rows = local_rows(findings, graph, lang)
    rows = rows[~rows["kind"].isin(["buyer", "brand"]) & ~rows["firm_id"].isin(gone)]
    here = (rows["basis"] == "site") & rows["status"].isin(["producing", "building"])
    rows = rows.assign(later=~here.astype(bool))
    found = {}
    for segment, own in rows.groupby("segment_id"):
        shown = own[~own["later"]] if not own["later"].all() else own
        first = sorted(set(shown["firm_id"]), key=lambda firm: (firm not in led, firm))[:3]
        found[str(segment)] = [_brief(names.get(firm, firm)) for firm in first]
    return found


def first_targets(findings: Findings, chain_id: str, lang: str) -> dict[str, str]:
    """The first new target of each segment of a chain in which one has a rank."""
    rows = findings.targets[lang]
    rows = rows[(rows["chain_id"] == chain_id) & (rows["candidate_list"] == "new") & rows["rank"].notna()]
    rows = rows.sort_values("rank", kind="stable")
    first = rows.drop_duplicates("segment_id")
    names = first["firm_en"].fillna(first["firm"]) if lang == "en" else first["firm"]
    return dict(zip(first["segment_id"], names, strict=True))


def local_line(segment: Mapping[str, Any], firms: Sequence[str], lang: str) -> str:
    """The line of a row of the gaps that says how many local firms it has, and the first of them.

    Where none makes it here, those only registered here and those whose group can are told apart.
    """
    found, presumed, beside = (segment[name] for name in ("found", "presumed", "group_only"))
    joined = ("、" if lang == "zh" else ", ").join(firms)
    if firms and not found:
        if not presumed > 0:  # a case of before the count was made has none
            return text("charts.panorama_unproven", lang, firms=joined)
        if beside > 0:
            counts = {"presumed": int(presumed), "beside": int(beside)}
            return text("charts.panorama_both", lang, firms=joined, **counts)
        return text("charts.panorama_presumed", lang, firms=joined, presumed=int(presumed))
    said = text("charts.panorama_found", lang, count=found)
    return said + text("charts.colon", lang) + joined if firms else said


def _brief(name: str) -> str:
    for end in ("股份有限公司", "有限责任公司", "有限公司", "集团"):
        name = name.removesuffix(end)
    return name


def _first_tier(tiers: object) -> str:
    names: Sequence[str] = [part.rstrip("?").partition("(")[0] for part in split(tiers)]
    return next((tier for tier in _TIER_ORDER if tier in names), "none")
