"""What a run found, as relationships: gaps of a region, targets with their terms, leaders. Nothing is computed here.

==========  ================  =========================================================================================
type        from -> to        properties
==========  ================  =========================================================================================
GAP_IN      Segment, Region   the gap's row (`results.GAP_COLUMNS`)
TARGETS     Firm, Segment     the target's row (`results.SHORTLIST_COLUMNS`, ``candidate_list``: new, reinvest),
                              ``list`` (main; leader: found from the chain leaders) and ``term_mix``, ``term_ppr`` …:
                              contributions in nats, whose sum is the score; Firm, Chain where no segment is named
LEADS       Firm, Chain       the leader's row; ``basis`` = run
==========  ================  =========================================================================================

All carry ``run_id``, ``region``, ``as_of`` and ``source``. Results of an earlier run for the same region are marked
retired, so they can still be asked for by their run id; results for other regions stay as they are.
"""

from __future__ import annotations

import json
from functools import partial
from hashlib import blake2b

import pandas as pd

from chaingraph.model.findings import Findings
from chaingraph.stores.graphdb.rows import NAME, Places
from chaingraph.stores.graphdb.shape import END, KEY, RUN, START, Edges, Nodes, shorten

RESULT_TYPES = ("GAP_IN", "TARGETS", "LEADS")
_MADE_OF = frozenset({RUN})
RUN_COLUMNS = ("run_id", "region", "as_of", "lang", "parameters")


def run_id(findings: Findings) -> str:
    """The name of a run: region, data date and a hash of what it found; the same findings have the same name.

    Results in one language only are written; the language is part of the name.
    """
    mark = blake2b(f"{findings.region}{findings.as_of}{findings.lang}".encode(), digest_size=4)
    for frame in (findings.gaps, findings.targets, findings.leader_targets, findings.leaders):
        mark.update("\n".join(sorted(frame[findings.lang].to_csv(index=False).splitlines())).encode())
    mark.update(_parameters(findings).encode())
    return f"{findings.region}-{findings.as_of}-{mark.hexdigest()}"


def scope(region: str) -> str:
    """The part of a relationship's key that says it was found by a run for that region."""
    return f"run:{region}"


def result_nodes(findings: Findings) -> list[Nodes]:
    """The run itself."""
    return [Nodes("Run", RUN_COLUMNS, partial(_run_nodes, findings), retires=False, made_of=_MADE_OF)]


def result_edges(findings: Findings, where: Places) -> list[Edges]:
    """Gaps, targets and leaders of the run."""
    lang, region = findings.lang, findings.region
    own = {"run_id": run_id(findings), "region": region, "as_of": findings.as_of}
    gaps = findings.gaps[lang].assign(**own)
    gaps[START], gaps[END], gaps[KEY] = gaps["segment_id"].map(shorten), where.key(region), own["run_id"]
    targets = _targets(findings).assign(**own)
    keys = targets[["chain_id", "list", "run_id"]].fillna("").agg("|".join, axis=1)
    targets[START], targets[KEY] = targets["firm_id"].map(shorten), keys.astype("str")
    placed = targets["segment_id"].notna()
    to_segment = targets[placed].assign(**{END: targets.loc[placed, "segment_id"].map(shorten)})
    to_chain = targets[~placed].assign(**{END: targets.loc[~placed, "chain_id"].map(shorten)})
    leaders = findings.leaders[lang].assign(basis="run", **own)
    leaders[START], leaders[END] = leaders["firm_id"].map(shorten), leaders["chain_id"].map(shorten)
    leaders[KEY] = own["run_id"]
    segment, firm = {"segment_id", "segment"}, {"firm_id", "firm", "firm_en"}
    return [
        _kind("GAP_IN", "Segment", "Region", gaps, region, segment),
        _kind("TARGETS", "Firm", "Segment", to_segment, region, segment | firm),
        _kind("TARGETS", "Firm", "Chain", to_chain, region, firm),
        _kind("LEADS", "Firm", "Chain", leaders, region, firm | {"chain_id", "chain"}),
    ]


def _kind(kind: str, start: str, end: str, frame: pd.DataFrame, region: str, said_by_ends: set[str]) -> Edges:
    frame = frame.rename(columns={"sources": "source"})
    columns = tuple(str(name) for name in frame.columns if name not in {START, END, KEY} | said_by_ends)
    return Edges(kind, start, end, columns, lambda: frame, scope=scope(region), made_of=_MADE_OF)


def _targets(findings: Findings) -> pd.DataFrame:
    own = findings.targets[findings.lang].assign(list="main")
    frame = pd.concat([own, findings.leader_targets[findings.lang].assign(list="leader")], ignore_index=True)
    if findings.terms.empty:
        return frame
    key = ["chain_id", "firm_id", "list"]
    terms = findings.terms.pivot_table(index=key, columns="term", values="contribution", aggfunc="sum")
    return frame.merge(terms.add_prefix("term_").reset_index(), on=key, how="left", validate="one_to_one")


def _parameters(findings: Findings) -> str:
    return json.dumps(dict(findings.parameters), ensure_ascii=False, sort_keys=True, default=str)


def _run_nodes(findings: Findings) -> pd.DataFrame:
    own = run_id(findings)
    values = (own, findings.region, findings.as_of, findings.lang, _parameters(findings))
    return pd.DataFrame([dict(zip(RUN_COLUMNS, values, strict=True)) | {KEY: shorten(own), NAME: own}])
