"""What a run found, ready to be written: the noun that page, workbook, tables and stores receive.

Texts stay labels and values until a language is asked for (`model.results.told`); numbers and codes are in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

from chaingraph.labels import LANGUAGES
from chaingraph.model.notebook_view import html
from chaingraph.model.results.told import Texts, each


@dataclass(frozen=True)
class Findings:
    """Gaps, targets, leaders, questions and everything that explains them, for one region.

    The mappings are keyed by language (``zh``, ``en``).

    ===================  =======================================================================================
    field                one row is
    ===================  =======================================================================================
    gaps                 a segment (`results.GAP_COLUMNS`)
    targets              a chain and firm (`results.SHORTLIST_COLUMNS` and ``candidate_list``: new | reinvest;
                         ``source_kind``, ``origin``, ``sites``: `wording.targets.describe_targets`);
                         rank is within chain and list
    leader_targets       the same, from the chain leaders' own segments and one hop around them
    rankings             chain, tier, rank, firm: Fortune Global 500 and specialised SMEs per sector
    leaders              chain, rank, firm, with the reason it leads
    questions            a question worth asking this week, to one named firm or office
    terms                chain, firm, term of the fit; ``contribution`` sums to S, fit_lift = exp(S)
    shares               list, chain, firm, local firm: its share of the likeness (`score.fit_shares`), the one figure
                         that every face prints; ``rank`` 1 = the largest; ``text`` and ``industry`` add up to it;
                         ``local_firm_en``: its name in English, else as in ``local_firm``
    words                chain, firm, local firm: the words their products share
    routes               chain, firm, step: a typed path from the target to a local firm
    dropped              chain, gate: how many candidates it held back, and up to ten names
    held                 chain, outside firm held back: by which fact, of when, and what would bring it back
                         (`results.UNLISTED_COLUMNS`)
    notes                chain, note: captions and caveats to print beside the list
    rivals               segment, city outside the region: makers in the reference, and what its chain lacks
                         (`rivals.rival_cities`); empty without a reference
    trust                a statement on how far the lists can be trusted (`trust.describe_trust`); chain_id missing = of
                         every chain
    calls                a group to call this month, to ask about its site, or in reserve (`results.CALL_COLUMNS`)
    marks                list, chain, firm, mark: filled by what and read where, or the question that closes it
                         (`results.MARK_TABLE_COLUMNS`)
    roles                firm, segment: whether it is a maker of it, and in what standing (`facts.roles.firm_roles`)
    asked                list, chain, segment: which segments a list asks about (`candidates.asked_segments`)
    behind               list, chain, kind of list, group: who passes and stands behind the end of a list, and what put
                         it there (`ranking.rows_behind`)
    facts                fact of movement that may be used (`results.FACT_COLUMNS`): kind, stage, site, date, source
    freshness            chain (NaN = the whole case), table: rows by age (`facts.freshness`)
    segment_measures     segment: position in the chain (must_pass, bridge) and effective suppliers
    ===================  =======================================================================================
    """

    region: str
    as_of: str  # the day that windows are counted back from
    gaps: Texts
    targets: Texts
    leader_targets: Texts
    rankings: Texts
    leaders: Texts
    questions: Texts
    terms: pd.DataFrame
    shares: pd.DataFrame
    words: pd.DataFrame
    routes: pd.DataFrame
    dropped: pd.DataFrame
    notes: Texts
    held: Texts = field(default_factory=dict)
    marks: Texts = field(default_factory=dict)
    calls: Texts = field(default_factory=dict)
    roles: pd.DataFrame = field(default_factory=pd.DataFrame)
    asked: pd.DataFrame = field(default_factory=pd.DataFrame)
    behind: pd.DataFrame = field(default_factory=pd.DataFrame)
    segment_measures: pd.DataFrame = field(default_factory=pd.DataFrame)
    facts: pd.DataFrame = field(default_factory=pd.DataFrame)
    freshness: pd.DataFrame = field(default_factory=pd.DataFrame)
    rivals: pd.DataFrame = field(default_factory=pd.DataFrame)
    trust: Texts = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    data_date: str = ""  # the newest date that the data state; empty = none
    lang: str = LANGUAGES[0]  # which language a face shows first

    def _repr_html_(self) -> str | None:
        """What a notebook shows (`model.notebook_view`)."""
        return html(self)


def only_chains(findings: Findings, chain_ids: Sequence[str]) -> Findings:
    """What was found for some of the chains; every number stays as it was found."""

    def narrowed(frame: pd.DataFrame) -> pd.DataFrame:
        if "chain_id" not in frame:
            return frame
        kept = frame["chain_id"].isin(chain_ids) | frame["chain_id"].isna()  # without a chain: said of all
        return frame[kept].reset_index(drop=True)

    changed: dict[str, Any] = {}
    for item in fields(findings):
        value = getattr(findings, item.name)
        if isinstance(value, pd.DataFrame):
            changed[item.name] = narrowed(value)
        elif item.name != "parameters" and isinstance(value, Mapping):
            changed[item.name] = each(value, narrowed)
    return replace(findings, **changed)
