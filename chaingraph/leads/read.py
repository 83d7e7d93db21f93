"""From files to what they add to a case: the funnel of a reading, with what was refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from chaingraph.errors import MissingExtraError
from chaingraph.leads.facts import facts_of
from chaingraph.leads.firms import known_names, resolve
from chaingraph.leads.histories import Reading, lead_tables
from chaingraph.leads.products import SegmentWords
from chaingraph.leads.proposals import Proposer, check_proposals
from chaingraph.leads.texts import SUFFIXES, texts_of
from chaingraph.model.case import empty_table, rows_of
from chaingraph.places.regions import region_path
from chaingraph.reading.rejects import Journal, Refusal, shown

_USED = ("firms", "firm_signals", "evidence", "projects", "segments", "segment_terms", "zones")


@dataclass(frozen=True)
class LeadsRead:
    """What files held: new rows by table, what could not be read, and the funnel from files to new facts.

    ``funnel``: files, refused, texts, with_facts, facts, signals (new), sources (new), firms (new), in this order.
    ``doubts``: names that may be a firm of the case: pairs as `match_firms` gives them. ``asked``: of a model, how
    many facts were proposed and borne_out, and how many of their values were kept. ``silent``: texts without a fact.
    """

    tables: Mapping[str, pd.DataFrame]
    rejects: pd.DataFrame
    funnel: Mapping[str, int]
    doubts: pd.DataFrame
    asked: Mapping[str, int] = field(default_factory=dict)
    silent: tuple[str, ...] = ()


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files that are asked for, those of folders by name; each once."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            found += sorted(
                one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and not one.name.startswith((".", "~$"))
            )
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def read_leads(
    paths: Sequence[Path],
    *,
    region: str,
    case: Mapping[str, pd.DataFrame] | None = None,
    quotes: bool = True,
    lang: str = "zh",
    each: Callable[[Path], None] = lambda path: None,
    proposer: Proposer | None = None,
) -> LeadsRead:
    """What do these texts say about firms on the move, and is their site still open?

    Parameters
    ----------
    paths
        Files and folders; see `texts.SUFFIXES`.
    region
        The region that reads: a decided site is decided here or elsewhere.
    case
        Tables of the case whose firms, projects, signals and chains are known; None: no case.
    quotes
        Whether passages are kept; else their place and hash only.
    lang
        Language of reasons and of the short texts.
    each
        Called with every file before it is read.
    proposer
        Proposes facts of a text (`engines.local_model`); what the text does not bear out is dropped. None: rules alone.

    Returns
    -------
    LeadsRead
        New rows only: what the case holds is not repeated. Every signal has review = pending.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    MissingExtraError
        When a PDF file is given and the library that reads them is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = Path(folder, "2025-06-04.txt")
    ...     _ = text.write_text("近日,苏州构造储能科技有限公司完成2亿元B轮融资。", encoding="utf-8")
    ...     found = read_leads([text], region="嘉兴")
    >>> found.tables["firm_signals"][["kind", "amount_cny_m", "site_status", "review"]].to_numpy().tolist()
    [['fundraising', 200.0, 'unknown', 'pending']]
    """
    held = {name: case[name] if case is not None and name in case else empty_table(name) for name in _USED}
    known, path = known_names(held["firms"]), region_path(region)
    zones = {
        str(row["zone"]): str(row["district"]) for row in rows_of(held["zones"].dropna(subset=["zone", "district"]))
    }
    journal = Journal("", lang)
    readings: list[Reading] = []
    asked: Counter[str] = Counter()
    files = files_of(paths)
    for file in files:
        each(file)
        try:
            for one in texts_of(file):
                facts = facts_of(
                    one.body, published=one.published, region=path, title=one.title, known=known, zones=zones
                )
                if proposer is not None:
                    more = check_proposals(one, proposer(one.body), region=path, by_rule=facts, known=known)
                    facts += more.facts
                    asked.update(proposed=more.proposed, values=more.values, kept=more.kept, borne_out=len(more.facts))
                readings.append(Reading(one, tuple(facts)))
        except MissingExtraError:
            raise
        except Refusal as refusal:
            journal.refuse(shown(file.name), refusal)
    names = [
        (name, fact.firm_id if name == fact.firm else None)
        for one in readings
        for fact in one.facts
        for name in (fact.firm, fact.counterpart)
        if name
    ]
    resolved = resolve(names, held["firms"])
    tables = lead_tables(
        readings,
        resolved,
        held,
        segments=SegmentWords.of(held["segments"], held["segment_terms"]),
        quotes=quotes,
        lang=lang,
    )
    rejects = journal.frame()
    funnel = {
        "files": len(files),
        "refused": len(rejects),
        "texts": len(readings),
        "with_facts": sum(1 for one in readings if one.facts),
        "facts": sum(len(one.facts) for one in readings),
        "signals": len(tables["firm_signals"]),
        "sources": len(tables["evidence"]),
        "firms": len(tables["firms"]),
    }
    silent = tuple(one.text.address for one in readings if not one.facts)
    return LeadsRead(tables, rejects, funnel, resolved.doubts, asked, silent)
